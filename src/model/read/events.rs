//! `[events.E]`: how an event is timed, how likely it is, which way it turns out, and what changes that.

mod branches;
mod rules;
mod timing;

pub use timing::{TIMINGS, inside};

use super::assumption::{self, Place, Sort};
use super::{Reading, table};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::{Node, Table};
use crate::model::names::Names;
use crate::model::resolve::{Allowed, Field};
use crate::model::types::{Assumption, Event, Happens, Shape, Timing, Words};

pub const KEYS: &[&str] = &[
    "title",
    "note",
    "source",
    "on",
    "between",
    "by",
    "after",
    "within",
    "delay",
    "when",
    "rate",
    "repeats",
    "probability",
    "branches",
    "requires",
    "timing",
    "shifts",
    "given",
];

/// What all parts of an event's reader need to know.
pub(super) struct About<'a> {
    pub name: &'a str,
    pub span: Span,
    pub base: String,
    pub title: String,
    pub table: &'a Table,
    pub names: &'a Names,
    /// Its index, by which `names` knows its branches.
    pub index: usize,
}

pub fn read(file: &Table, names: &Names, reading: &mut Reading) -> Vec<Event> {
    let mut all = Vec::new();
    for (index, (name, span, node)) in table::named(file, "events", reading).into_iter().enumerate() {
        let Some(section) = table::as_table(node, &format!("events.{name}"), reading) else { continue };
        let base = format!("events.{name}");
        let title = table::title(section, name, reading);
        let about = About { name, span, base, title, table: section, names, index };
        if let Some(event) = event(&about, reading) {
            all.push(event);
        }
    }
    all
}

fn event(about: &About, reading: &mut Reading) -> Option<Event> {
    let mut known: Vec<&str> = KEYS.to_vec();
    if reading.laid.has(&format!("{}.happens", about.base)) {
        known.push("happens");
    }
    if let (false, Some(entry)) = (known.contains(&"happens"), about.table.entry("happens")) {
        let help = format!("write `set = {{ \"{}.happens\" = 2026-02-05 }}` in a variant", about.base);
        reading.error(entry.key, "`happens` is for variants and `--set`: in the file an event has its timing", help);
        known.push("happens");
    }
    table::check_keys(about.table, &known, "an event", reading);
    let words = Words {
        title: about.title.clone(),
        unit: String::new(),
        note: table::text(about.table, "note", reading),
        source: table::text(about.table, "source", reading),
    };
    let timing = timing::read(about, reading);
    let shape = shape(about, timing.as_ref(), reading);
    let rated = matches!(timing, Some(Timing::Rate { .. })) || about.table.contains("rate");
    let probability = if rated {
        if let Some(entry) = about.table.entry("probability") {
            reading.errors.push(
                Diagnostic::error(
                    entry.key,
                    format!("`{}` has a `rate`, which says how often it happens, and a `probability`", about.name),
                )
                .help("take `probability` out, or time the event by `between` instead of `rate`"),
            );
        }
        Some(None)
    } else {
        about.number("probability", "probability", Sort::Probability, reading)
    };
    let rate = about.number("rate", "rate per year", Sort::Rate, reading);
    let repeats = about.yes_no("repeats", reading);
    if let (true, false, Some(entry)) = (repeats, rated, about.table.entry("repeats")) {
        reading.error(
            entry.key,
            "only an event with a `rate` can repeat",
            "give `rate = 2`, occurrences per year, or take `repeats` out",
        );
    }
    let branches = branches::read(about, reading);
    let requires = match about.table.get("requires") {
        None => Some(None),
        Some(node) => {
            let address = format!("{}.requires", about.base);
            let field = Field { address: &address, allowed: Allowed::Condition, probability: false };
            reading.condition(node, about.names, &field).map(Some)
        }
    };
    let shifts = rules::shifts(about, rated, reading);
    let given = rules::given(about, rated, reading);
    let happens = happens(about, reading);
    if let (Some(Timing::Window { .. } | Timing::After { .. }), Some(Shape::Steady), Some(p)) =
        (&timing, shape, &probability)
        && p.as_ref().is_none_or(|p| p.constant() == Some(1.0))
    {
        let as_default = || about.table.entry("timing").map_or(about.span, |entry| entry.key);
        reading.error(
            p.as_ref().map_or_else(as_default, |p| p.span),
            "a steady event cannot be certain: no constant pace makes it so",
            "give a `probability` below 1 (left out, it is 1), or another `timing`",
        );
    }
    Some(Event {
        name: about.name.to_owned(),
        span: about.span,
        address: about.base.clone(),
        words,
        timing: timing?,
        shape: shape?,
        probability: probability?,
        rate: rate?,
        repeats,
        branches: branches?,
        requires: requires?,
        shifts,
        given: given?,
        happens: happens?,
    })
}

impl About<'_> {
    /// An optional assumption of this event.
    fn number(&self, key: &str, title: &str, sort: Sort, reading: &mut Reading) -> Option<Option<Assumption>> {
        let Some(node) = self.table.get(key) else { return Some(None) };
        self.assumption(node, key, title, sort, reading).map(Some)
    }

    fn assumption(
        &self,
        node: &Node,
        path: &str,
        title: &str,
        sort: Sort,
        reading: &mut Reading,
    ) -> Option<Assumption> {
        let address = format!("{}.{path}", self.base);
        let unit = if sort == Sort::Rate { "per year" } else { "" };
        let place = Place { address: &address, title: format!("{}: {title}", self.title), sort, unit };
        assumption::read(node, &place, self.names, reading)
    }

    fn yes_no(&self, key: &str, reading: &mut Reading) -> bool {
        let Some(node) = self.table.get(key) else { return false };
        if let Some(value) = node.boolean() {
            value
        } else {
            if !node.is_broken() {
                reading.error(
                    node.span,
                    format!("`{key}` is true or false, and this is {}", node.kind()),
                    format!("write `{key} = true`"),
                );
            }
            false
        }
    }
}

fn shape(about: &About, timing: Option<&Timing>, reading: &mut Reading) -> Option<Shape> {
    let Some(node) = about.table.get("timing") else { return Some(Shape::Uniform) };
    let shape = match node.text().map(|t| t.content.as_str()) {
        Some("uniform") => Shape::Uniform,
        Some("early") => Shape::Early,
        Some("late") => Shape::Late,
        Some("steady") => Shape::Steady,
        _ => {
            if !node.is_broken() {
                reading.error(
                    node.span,
                    "`timing` is \"uniform\", \"early\", \"late\" or \"steady\"",
                    "it says when in its window the event is likelier; \"uniform\" is the default",
                );
            }
            return None;
        }
    };
    if !matches!(timing, None | Some(Timing::Window { .. } | Timing::After { .. })) {
        let span = about.table.entry("timing").map_or(node.span, |e| e.key);
        reading.error(
            span,
            "`timing` belongs to an event with a window",
            "take it out, or give `between`, `by` or `after`",
        );
        return None;
    }
    Some(shape)
}

fn happens(about: &About, reading: &mut Reading) -> Option<Option<Happens>> {
    let Some(node) = about.table.get("happens") else { return Some(None) };
    match (node.boolean(), reading.start) {
        (Some(false), _) => return Some(Some(Happens::Never)),
        (Some(true), None) => return Some(Some(Happens::On(0.0))),
        _ => {}
    }
    if reading.start.is_none() {
        reading.error(node.span, "in a scenario without time `happens` is true or false", "write `true` or `false`");
        return None;
    }
    if node.boolean() == Some(true) {
        reading.error(node.span, "`happens` needs a date", "write the date on which it happens, or `false` for never");
        return None;
    }
    if node.date().is_none() {
        if !node.is_broken() {
            let message = format!("`happens` is a date or `false`, and this is {}", node.kind());
            reading.error(
                node.span,
                message,
                "write the date on which it happens, such as 2026-02-05, or `false` for never",
            );
        }
        return None;
    }
    let day = table::date(node, "happens", reading)?;
    let days = timing::inside(day, node.span, reading)?;
    Some(Some(Happens::On(days)))
}
