//! `[observed.O]` and `as_of`: what has been seen.

use super::{Reading, table};
use crate::calendar::format_date;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{Node, Table};
use crate::model::names::{Name, Names};
use crate::model::resolve::{Allowed, Field, list};
use crate::model::types::{Correlation, Event, Members, Observation, Observed, Path, Timing};

const KEYS: &[&str] =
    &["event", "branch", "on", "not_by", "happened", "path", "value", "sd", "when", "odds", "title", "note", "source"];

/// What an observation may be of.
pub struct Things<'a> {
    pub names: &'a Names,
    pub paths: &'a [Path],
    pub events: &'a [Event],
    pub correlations: &'a [Correlation],
}

impl Things<'_> {
    fn event(&self, index: usize) -> Option<&Event> {
        self.names.of(Name::Event(index), self.events, |event| &event.name)
    }
}

/// All that was observed, what `as_of` implies among it.
pub fn read(file: &Table, things: &Things, as_of: Option<i32>, reading: &mut Reading) -> Vec<Observation> {
    let mut all: Vec<Observation> = Vec::new();
    for (name, span, node) in table::named(file, "observed", reading) {
        table::check_name(name, span, "an observation", reading);
        let Some(inner) = table::as_table(node, &format!("observed.{name}"), reading) else { continue };
        table::check_keys(inner, KEYS, "an observation", reading);
        let Some(what) = one(name, span, inner, things, reading) else { continue };
        if let Some(event) = what.event()
            && let Some(first) = all.iter().find(|o| o.what.event() == Some(event))
        {
            reading.errors.push(
                Diagnostic::error(
                    span,
                    format!("`{}` is observed twice", things.event(event).map_or("it", |e| e.name.as_str())),
                )
                .and_at(first.span, "first here")
                .help("keep the one that says more"),
            );
            continue;
        }
        if let Some((path, step)) = exact(&what)
            && let Some(first) = all.iter().find(|o| exact(&o.what) == Some((path, step)))
        {
            let name = things.names.of(Name::Path(path), things.paths, |p| &p.name).map_or("it", |p| p.name.as_str());
            reading.errors.push(
                Diagnostic::error(span, format!("`{name}` has two exact values in one step"))
                    .and_at(first.span, "first here")
                    .help("an exact value is that of the step's end: keep one of them, give both `sd`, or take a shorter `step`"),
            );
            continue;
        }
        all.push(Observation { name: name.to_owned(), span, what });
    }
    if let Some(day) = as_of {
        implied(file, day, things, &mut all, reading);
    }
    all
}

/// The path and the step of an exact value.
fn exact(what: &Observed) -> Option<(usize, usize)> {
    match what {
        Observed::Path { path, step, sd: None, .. } => Some((*path, *step)),
        _ => None,
    }
}

/// `as_of`: what is not observed has not happened by then.
fn implied(file: &Table, day: i32, things: &Things, all: &mut Vec<Observation>, reading: &mut Reading) {
    let span = file
        .get("scenario")
        .and_then(|n| n.child("as_of"))
        .map_or(Span { source: reading.file, start: 0, end: 0 }, |n| n.span);
    let by = f64::from(day) - f64::from(reading.start.unwrap_or(0));
    // Of what is observed by mistake its own message says enough.
    let observed = file.get("observed").and_then(Node::table);
    let observed: Vec<&str> = observed
        .iter()
        .flat_map(|all| all.iter())
        .filter_map(|(_, entry)| Some(entry.node.child("event")?.text()?.content.as_str()))
        .collect();
    for event in things.events {
        let Some(Name::Event(index)) = things.names.find(&event.name) else { continue };
        if event.repeats || event.happens.is_some() || observed.contains(&event.name.as_str()) {
            continue;
        }
        match event.timing {
            Timing::On(date) if date <= by => {
                let due = format_date(reading.start.unwrap_or(0) + date as i32);
                reading.errors.push(
                    Diagnostic::error(span, format!("`{}` was due on {due}, and nothing says how it turned out", event.name))
                        .and_at(event.span, "this event")
                        .help(format!(
                            "add `[observed.{0}]` with `event = \"{0}\"` and `on = {due}` (and its `branch`), or `not_by = {due}` if it did not happen",
                            event.name
                        )),
                );
            }
            Timing::On(_) => {}
            Timing::Window { from, .. } | Timing::Rate { from, .. } if from >= by => {}
            _ => all.push(Observation {
                name: format!("as_of {}", event.name),
                span,
                what: Observed::NotBy { event: index, by },
            }),
        }
    }
}

fn one(name: &str, span: Span, inner: &Table, things: &Things, reading: &mut Reading) -> Option<Observed> {
    let kinds: Vec<(&str, Span)> =
        ["event", "path", "when"].iter().filter_map(|k| inner.entry(k).map(|e| (*k, e.key))).collect();
    match kinds[..] {
        [("event", _)] => event(span, inner, things, reading),
        [("path", _)] => path(span, inner, things, reading),
        [("when", _)] => report(name, inner, things, reading),
        [] => {
            reading.error(
                span,
                format!("nothing says what `{name}` observes"),
                "give `event = \"…\"`, `path = \"…\"` or `when = \"condition\"`",
            );
            None
        }
        _ => {
            reading.errors.push(
                Diagnostic::error(kinds[0].1, "an observation is of an event, of a path, or a report")
                    .and_at(kinds[1].1, "and this is a second kind")
                    .help("make two observations of it"),
            );
            None
        }
    }
}

fn refuse_keys(inner: &Table, keys: &[&str], what: &str, reading: &mut Reading) -> bool {
    let mut fine = true;
    for key in keys {
        if let Some(entry) = inner.entry(key) {
            reading.error(entry.key, format!("`{key}` has no meaning for {what}"), "take it out");
            fine = false;
        }
    }
    fine
}

/// The name under a key, as a thing.
fn named(inner: &Table, key: &str, things: &Things, reading: &mut Reading) -> Option<(Name, Span)> {
    let node = inner.get(key)?;
    let Some(text) = node.text() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("a name is needed here, and this is {}", node.kind()),
                "write it in quotes",
            );
        }
        return None;
    };
    let found = things.names.find(&text.content);
    if found.is_none() {
        let mut diagnostic = Diagnostic::error(node.span, format!("unknown name `{}`", text.content));
        diagnostic = match nearest(&text.content, things.names.map.keys().map(String::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).mend(node.span, format!("\"{near}\"")),
            None => diagnostic.help(format!("give the name of one of the file's {key}s")),
        };
        reading.errors.push(diagnostic);
    }
    found.map(|name| (name, node.span))
}

fn constant(inner: &Table, key: &str, reading: &mut Reading) -> Option<Option<f64>> {
    let Some(node) = inner.get(key) else { return Some(None) };
    let number = node.number().filter(|v| v.is_finite());
    if number.is_none() && !node.is_broken() {
        reading.error(
            node.span,
            format!("`{key}` is a plain number, and this is {}", node.kind()),
            format!("for instance `{key} = 3`"),
        );
    }
    number.map(Some)
}

/// Days since the start.
fn date(node: &Node, key: &str, reading: &mut Reading) -> Option<f64> {
    let day = table::date(node, key, reading)?;
    super::events::inside(day, node.span, reading)
}

fn event(span: Span, inner: &Table, things: &Things, reading: &mut Reading) -> Option<Observed> {
    let (found, place) = named(inner, "event", things, reading)?;
    let Name::Event(index) = found else {
        reading.error(
            place,
            "this is not an event",
            "events are the tables under [events]; a path is observed with `path = \"…\"`",
        );
        return None;
    };
    let event = things.event(index)?;
    let name = &event.name;
    if !refuse_keys(inner, &["value", "sd", "odds"], "an event", reading) {
        return None;
    }
    if event.repeats {
        reading.error(
            place,
            format!("`{name}` repeats, so one date says too little"),
            "events that happen once can be observed",
        );
        return None;
    }
    if event.happens.is_some() {
        reading.error(
            place,
            format!("`{name}` is decided by `happens`, so it cannot be observed as well"),
            "take one of the two out",
        );
        return None;
    }
    let branch = match inner.get("branch") {
        None => None,
        Some(node) => {
            let written = node.text().map(|t| t.content.clone()).unwrap_or_default();
            let branches = &things.names.branches[index];
            let Some(found) = branches.iter().position(|b| *b == written) else {
                let help = if branches.is_empty() {
                    format!("`{name}` has no branches: take the line out")
                } else {
                    format!("its branches are {}", list(branches))
                };
                reading.error(node.span, format!("`{name}` has no branch `{written}`"), help);
                return None;
            };
            Some(found)
        }
    };
    let correlated =
        things.correlations.iter().any(|c| matches!(c.members, Members::Events(a, b) if a == index || b == index));
    if reading.start.is_none() {
        refuse_keys(inner, &["on", "not_by"], "a scenario without time", reading);
        let happened = match inner.get("happened") {
            None => true,
            Some(node) => node.boolean().or_else(|| {
                reading.error(node.span, "`happened` is true or false", "write `happened = false` if it did not");
                None
            })?,
        };
        if !happened && branch.is_some() {
            reading.error(span, "what did not happen has no branch", "take `branch` out");
            return None;
        }
        return Some(Observed::Happened { event: index, branch, happened });
    }
    if let Some(entry) = inner.entry("happened") {
        reading.error(
            entry.key,
            "`happened` is for scenarios without time",
            "give `on = DATE`, or `not_by = DATE` if it has not happened",
        );
        return None;
    }
    match (inner.get("on"), inner.get("not_by")) {
        (Some(node), None) => {
            let on = date(node, "on", reading)?;
            if correlated {
                reading.error(
                    node.span,
                    format!("the luck of `{name}` goes with another event's, so its date cannot be observed"),
                    "`not_by` can: that it has not happened by a date",
                );
                return None;
            }
            inside_window(event, on, node, reading)?;
            Some(Observed::Event { event: index, branch, on })
        }
        (None, Some(node)) => {
            let by = date(node, "not_by", reading)?;
            if let Timing::Window { from, .. } | Timing::Rate { from, .. } = event.timing
                && by <= from
            {
                let opens = format_date(reading.start.unwrap_or(0) + from as i32);
                reading.error(
                    node.span,
                    format!("the window of `{name}` opens on {opens} only, so this says nothing"),
                    "give a later date, or take the observation out",
                );
                return None;
            }
            if branch.is_some() {
                reading.error(span, "what has not happened has no branch", "take `branch` out");
                return None;
            }
            Some(Observed::NotBy { event: index, by })
        }
        (None, None) => {
            reading.error(
                span,
                format!("nothing says when `{name}` was observed"),
                "give `on = DATE` if it happened then, or `not_by = DATE` if it had not by then",
            );
            None
        }
        (Some(on), Some(_)) => {
            reading.error(
                on.span,
                "an event is observed `on` a date or `not_by` one, not both",
                "take one of the two out",
            );
            None
        }
    }
}

fn inside_window(event: &Event, on: f64, node: &Node, reading: &mut Reading) -> Option<()> {
    let start = reading.start.unwrap_or(0);
    let shown = |days: f64| format_date(start + days as i32);
    let name = &event.name;
    let (message, help) = match event.timing {
        Timing::On(date) if date != on => (
            format!("`{name}` is dated {}, so it cannot have happened on {}", shown(date), shown(on)),
            format!("write `on = {}`", shown(date)),
        ),
        Timing::Window { from, to, .. } | Timing::Rate { from, to } if on <= from || on - 1.0 >= to => (
            format!("{} lies outside of the window of `{name}`", shown(on)),
            format!("it can happen after {} and until {}", shown(from), shown(to)),
        ),
        _ => return Some(()),
    };
    reading.error(node.span, message, help);
    None
}

fn path(span: Span, inner: &Table, things: &Things, reading: &mut Reading) -> Option<Observed> {
    let (found, place) = named(inner, "path", things, reading)?;
    let Name::Path(index) = found else {
        reading.error(place, "this is not a path", "paths are the tables under [paths]");
        return None;
    };
    if !refuse_keys(inner, &["branch", "not_by", "happened", "odds"], "a path", reading) {
        return None;
    }
    let path = things.names.of(found, things.paths, |p| &p.name)?;
    let Some(node) = inner.get("on") else {
        reading.error(span, "nothing says when the value was seen", "give `on = DATE`");
        return None;
    };
    let day = table::date(node, "on", reading)?;
    super::events::inside(day, node.span, reading)?;
    let step = reading.calendar.as_ref()?.step_holding(day)?;
    let (value, sd) = (constant(inner, "value", reading), constant(inner, "sd", reading));
    let Some(value) = value? else {
        reading.error(span, "nothing says which value was seen", "give `value = 66.2`");
        return None;
    };
    let sd = sd?;
    if let Some(bad) = sd.filter(|sd| *sd <= 0.0) {
        let place = super::assumption::span_of(inner, "sd", span);
        reading.error(
            place,
            format!("`sd` is {bad}, and an error of measurement is above 0"),
            "leave it out for a value that is known exactly",
        );
        return None;
    }
    if sd.is_none() && !path.model.normal {
        let message = format!(
            "`{}` has no luck of its own in a step (its model is `{}`), so an exact value cannot be observed",
            path.name, path.model.name
        );
        reading.error(place, message, "give `sd`, the error of the measurement");
        return None;
    }
    if sd.is_none() {
        let of_shares = path.model.log && path.history.is_none();
        if of_shares && value <= 0.0 && path.shocks.iter().all(|shock| shock.multiply) {
            let place = super::assumption::span_of(inner, "value", span);
            reading.error(
                place,
                format!("{value} cannot be a value of `{}`, which moves by shares and stays above 0", path.name),
                "correct the value",
            );
            return None;
        }
        let outside = |bound: &Option<crate::model::types::Assumption>, sign: f64| {
            bound
                .as_ref()
                .and_then(crate::model::types::Assumption::constant)
                .is_some_and(|b| sign * (value - b) <= 0.0)
        };
        if outside(&path.min, 1.0) || outside(&path.max, -1.0) {
            let place = super::assumption::span_of(inner, "value", span);
            reading.error(
                place,
                format!("{value} does not lie inside the bounds of `{}`", path.name),
                "correct the value, or give `sd`",
            );
            return None;
        }
    }
    Some(Observed::Path { path: index, step, value, sd })
}

fn report(name: &str, inner: &Table, things: &Things, reading: &mut Reading) -> Option<Observed> {
    if !refuse_keys(inner, &["branch", "not_by", "happened", "value", "sd"], "a report", reading) {
        return None;
    }
    let address = format!("observed.{name}.when");
    let field = Field { address: &address, allowed: Allowed::Report, probability: false };
    let condition = reading.condition(inner.get("when")?, things.names, &field);
    let step = match (inner.get("on"), reading.calendar.clone()) {
        (Some(node), Some(calendar)) => {
            let day = table::date(node, "on", reading)?;
            super::events::inside(day, node.span, reading)?;
            calendar.step_holding(day)?
        }
        (Some(node), None) => {
            reading.error(node.span, "a scenario without time has no dates", "take `on` out");
            return None;
        }
        (None, Some(calendar)) => calendar.steps(),
        (None, None) => 1,
    };
    let odds = constant(inner, "odds", reading)?;
    if let Some(bad) = odds.filter(|k| *k < 0.0) {
        let place = super::assumption::span_of(inner, "odds", inner.get("when")?.span);
        reading.error(
            place,
            format!("`odds` is {bad}, below 0"),
            "3 makes the report three times as likely where the condition holds",
        );
        return None;
    }
    Some(Observed::Report { condition: condition?, step, odds })
}

impl Observed {
    /// The event it is of, if it is of one.
    pub fn event(&self) -> Option<usize> {
        match self {
            Observed::Event { event, .. } | Observed::NotBy { event, .. } | Observed::Happened { event, .. } => {
                Some(*event)
            }
            Observed::Path { .. } | Observed::Report { .. } => None,
        }
    }
}
