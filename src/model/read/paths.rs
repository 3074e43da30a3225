//! `[paths.P]`: models, parameters and shocks.

use super::assumption::{self, Place, Sort};
use super::{Reading, table};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{Node, Table};
use crate::model::names::{Name, Names};
use crate::model::resolve::{Allowed, Field, Resolver, list};
use crate::model::types::{Assumption, EventRef, FieldValue, History, Jumps, Path, Shock, Term, Type, Words};
use crate::model::words::paths::{self, Holds, Need, PATH_MODELS, PathModel};
use std::sync::Arc;

const COMMON: &[&str] = &["title", "unit", "note", "source", "model", "start", "min", "max", "shocks"];

pub fn read(file: &Table, names: &Names, reading: &mut Reading) -> Vec<Path> {
    let mut all = Vec::new();
    for (name, span, node) in table::named(file, "paths", reading) {
        let Some(section) = table::as_table(node, &format!("paths.{name}"), reading) else { continue };
        if reading.calendar.is_none() && reading.start.is_none() {
            reading.error(
                span,
                format!("`{name}` is a path, and a scenario without `start` and `end` has no time"),
                "give `start` and `end` under [scenario], or make it a quantity",
            );
            continue;
        }
        if let Some(path) = path(name, span, section, names, reading) {
            all.push(path);
        }
    }
    all
}

fn path(name: &str, span: Span, section: &Table, names: &Names, reading: &mut Reading) -> Option<Path> {
    let words = Words {
        title: table::title(section, name, reading),
        unit: table::text(section, "unit", reading),
        note: table::text(section, "note", reading),
        source: table::text(section, "source", reading),
    };
    let model = model(name, span, section, reading)?;
    let what = format!("a path with `model = \"{}\"`", model.name);
    let fields = model.fields.iter().map(|f| f.key);
    let known: Vec<&str> = COMMON.iter().copied().chain(fields).chain(model.keys.iter().copied()).collect();
    table::check_keys(section, &known, &what, reading);
    let base = format!("paths.{name}");
    let number = |key: &str, sort: Sort, reading: &mut Reading| -> Option<Option<Assumption>> {
        let Some(node) = section.get(key) else { return Some(None) };
        let address = format!("{base}.{key}");
        let unit = if matches!(key, "start" | "level" | "min" | "max") { words.unit.as_str() } else { "" };
        let place = Place {
            address: &address,
            title: format!("{}: {}", words.title, table::spaced(key).to_lowercase()),
            sort,
            unit,
        };
        assumption::read(node, &place, names, reading).map(Some)
    };
    let start = number("start", Sort::Number, reading);
    if model.start == Need::Required && section.get("start").is_none() {
        reading.error(
            span,
            format!("the path `{name}` has no `start`"),
            "give the value at the scenario's start: `start = 63`",
        );
    }
    let lacks: Vec<String> = model
        .fields
        .iter()
        .filter(|field| field.need == Need::Required && !section.contains(field.key))
        .map(|field| field.key.to_owned())
        .collect();
    if !lacks.is_empty() {
        let message = format!("the path `{name}` has no {}", list(&lacks));
        let needs = if lacks.len() == 1 { "it" } else { "them" };
        reading.error(
            span,
            message,
            format!("a path with `model = \"{}\"` {}, and needs {needs}", model.name, model.says),
        );
    }
    let mut fields = Vec::new();
    for field in model.fields {
        let Some(node) = section.get(field.key) else {
            fields.push(Some(None));
            continue;
        };
        let read = match field.holds {
            Holds::Number => number(field.key, Sort::Number, reading).map(|a| a.map(FieldValue::Number)),
            Holds::Size => number(field.key, Sort::Factor, reading).map(|a| a.map(FieldValue::Number)),
            Holds::PerYear => number(field.key, Sort::Pace, reading).map(|a| a.map(FieldValue::Number)),
            Holds::Duration => {
                let address = format!("{base}.{}", field.key);
                let title = format!("{}: {}", words.title, table::spaced(field.key).to_lowercase());
                let place = Place { address: &address, title, sort: Sort::Number, unit: "" };
                let days = assumption::duration(node, &place, reading).filter(|days| {
                    if *days == 0.0 {
                        reading.error(node.span, format!("`{}` is 0", field.key), "give a time above 0: \"18 months\"");
                    }
                    *days > 0.0
                });
                days.map(|d| Some(FieldValue::Days(d)))
            }
        };
        fields.push(read);
    }
    let fields: Option<Vec<_>> = fields.into_iter().collect();
    let formula = formula(&base, section, names, reading);
    let jumps = jumps(&base, &words, section, names, model, span, reading);
    let history = if model.name == "bootstrap" { history(&base, section, span, reading) } else { Some(None) };
    let (min, max) = (number("min", Sort::Number, reading), number("max", Sort::Number, reading));
    if let (Some(Some(a)), Some(Some(b))) = (&min, &max)
        && let (Some(low), Some(high)) = (a.constant(), b.constant())
        && low > high
    {
        reading.error(a.span, format!("`min` is {low}, which is above `max`, {high}"), "exchange the two");
    }
    let shocks = shocks(&base, &words, section, names, model, reading);
    let kind = match names.find(name) {
        Some(Name::Path(index)) => names.path_kinds[index],
        _ => Type::Number,
    };
    for (field, read) in model.fields.iter().zip(fields.iter().flatten()) {
        if let ("level", true, Some(FieldValue::Number(level))) = (field.key, model.log, read)
            && let Some(value) = level.constant().filter(|v| *v <= 0.0)
        {
            reading.error(
                level.span,
                format!("`level` is {value}, and `{}` needs a value above 0", model.name),
                "it moves by shares of where it is; `mean_reverting` may go below 0",
            );
            return None;
        }
    }
    if let (true, Some(Some(s))) = (model.log, &start) {
        let absolute = matches!(&history, Some(Some(h)) if !h.log);
        if let Some(value) = s.constant().filter(|v| *v <= 0.0 && !absolute) {
            reading.error(
                s.span,
                format!("`start` is {value}, and `{}` needs a value above 0", model.name),
                "it moves by shares of where it is; `random_walk` or `mean_reverting` may go below 0",
            );
            return None;
        }
    }
    Some(Path {
        name: name.to_owned(),
        span,
        words,
        model,
        fields: fields?,
        formula: formula?,
        start: start?,
        jumps: jumps?,
        history: history?,
        min: min?,
        max: max?,
        shocks,
        kind,
    })
}

fn model(name: &str, span: Span, section: &Table, reading: &mut Reading) -> Option<&'static PathModel> {
    let Some(node) = section.get("model") else {
        if section.contains("formula") {
            return paths::find("formula");
        }
        let models: Vec<&str> = PATH_MODELS.iter().map(|m| m.name).collect();
        reading.error(span, format!("the path `{name}` has no `model`"), format!("write one of {}", models.join(", ")));
        return None;
    };
    let Some(text) = node.text() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("`model` is a text, and this is {}", node.kind()),
                "write for instance `model = \"gbm\"`",
            );
        }
        return None;
    };
    let found = paths::find(&text.content);
    if found.is_none() {
        let mut diagnostic = Diagnostic::error(node.span, format!("unknown path model `{}`", text.content));
        diagnostic = if let Some(near) = nearest(&text.content, PATH_MODELS.iter().map(|m| m.name)) {
            diagnostic.help(format!("did you mean `{near}`?")).mend(node.span, format!("\"{near}\""))
        } else {
            let models: Vec<&str> = PATH_MODELS.iter().map(|m| m.name).collect();
            diagnostic.help(format!("the models are {}", models.join(", ")))
        };
        reading.errors.push(diagnostic);
    }
    found
}

fn formula(base: &str, section: &Table, names: &Names, reading: &mut Reading) -> Option<Option<Term>> {
    let Some(node) = section.get("formula") else {
        return if section.get("model").and_then(Node::text).is_some_and(|t| t.content == "formula") {
            reading.error(
                section.get("model").map(|n| n.span)?,
                "a formula path has no `formula`",
                "write `formula = \"oil - 59\"`",
            );
            None
        } else {
            Some(None)
        };
    };
    let Some(text) = node.text() else {
        if let Some(number) = node.number() {
            return Some(Some(Term {
                span: node.span,
                kind: Type::Number,
                node: crate::model::types::Node::Constant(number),
            }));
        }
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("a formula is a text, and this is {}", node.kind()),
                "write it in quotes: `formula = \"oil - 59\"`",
            );
        }
        return None;
    };
    let expression = reading.parse(text, node.span)?;
    let address = format!("{base}.formula");
    let field = Field { address: &address, allowed: Allowed::Moment, probability: false };
    let mut resolver = Resolver::new(reading, names, &field);
    let term = resolver.term(&expression)?;
    if term.kind == Type::Date {
        reading.error(
            term.span,
            "a formula gives a number or yes/no, and this is a date",
            "days are a number: `today - 2026-01-20`",
        );
        return None;
    }
    Some(Some(term))
}

fn jumps(
    base: &str,
    words: &Words,
    section: &Table,
    names: &Names,
    model: &PathModel,
    span: Span,
    reading: &mut Reading,
) -> Option<Option<Jumps>> {
    if !model.keys.contains(&"jumps") {
        return Some(None);
    }
    let Some(node) = section.get("jumps") else {
        reading.error(
            span,
            "a jump diffusion has no `jumps`",
            "write `jumps = { rate = 1.5, size = \"normal(-0.1, 0.05)\" }`",
        );
        return None;
    };
    let inner = table::as_table(node, "jumps", reading)?;
    table::check_keys(inner, &["rate", "size"], "`jumps`", reading);
    let mut part = |key: &str, sort: Sort| -> Option<Assumption> {
        let Some(node) = inner.get(key) else {
            reading.error(
                node.span,
                format!("`jumps` has no `{key}`"),
                "write `jumps = { rate = 1.5, size = \"normal(-0.1, 0.05)\" }`",
            );
            return None;
        };
        let address = format!("{base}.jumps.{key}");
        let title = format!("{}: {} of jumps", words.title, key);
        assumption::read(node, &Place { address: &address, title, sort, unit: "" }, names, reading)
    };
    let (rate, size) = (part("rate", Sort::Rate), part("size", Sort::Number));
    Some(Some(Jumps { rate: rate?, size: size? }))
}

fn history(base: &str, section: &Table, span: Span, reading: &mut Reading) -> Option<Option<History>> {
    let file = table::text(section, "history", reading);
    let column = table::text(section, "column", reading);
    if file.is_empty() || column.is_empty() {
        reading.error(
            span,
            "a bootstrap path needs `history`, a CSV file, and `column`",
            "for instance `history = \"prices.csv\"` and `column = \"brent\"`",
        );
        return None;
    }
    let place = assumption::span_of(section, "history", span);
    let rows = reading.csv_column(&file, &column, [place, assumption::span_of(section, "column", span)])?;
    let log = match section.get("changes").map(|n| n.text().map(|t| t.content.as_str())) {
        None | Some(Some("log")) => true,
        Some(Some("absolute")) => false,
        Some(_) => {
            reading.error(
                assumption::span_of(section, "changes", span),
                "`changes` is \"log\" or \"absolute\"",
                "\"log\" repeats shares, \"absolute\" repeats amounts",
            );
            return None;
        }
    };
    if log && let Some(row) = rows.iter().position(|v| *v <= 0.0) {
        let message = format!(
            "`{file}` has {} in column `{column}`, row {}: a logarithm needs numbers above 0",
            rows[row],
            row + 2
        );
        reading.error(
            assumption::span_of(section, "column", span),
            message,
            "correct the row, or write `changes = \"absolute\"`",
        );
        return None;
    }
    let ln = crate::chance::math::elementary::ln;
    let changes: Arc<[f64]> = rows.windows(2).map(|w| if log { ln(w[1]) - ln(w[0]) } else { w[1] - w[0] }).collect();
    let block = match section.get("block") {
        None => 1,
        Some(node) => match node.integer() {
            Some(n) if n >= 1 => n as usize,
            _ => {
                reading.error(node.span, "`block` is a number of rows, at least 1", "for instance `block = 4`");
                return None;
            }
        },
    };
    if changes.len() < block {
        let message = format!("`{file}` has {} changes, too few for a block of {block}", changes.len());
        reading.error(assumption::span_of(section, "block", place), message, "give more rows, or a smaller `block`");
        return None;
    }
    if let Some(calendar) = &reading.calendar {
        let steps = calendar.steps();
        let usual = steps > 1 && (calendar.years(steps) < 0.9 * calendar.years(1));
        if usual {
            reading.errors.push(
                Diagnostic::warning(
                    span,
                    "the last step is shorter than the others, and a bootstrap path takes a whole row's change in it",
                )
                .help("let `end` fall on a step's end"),
            );
        }
    }
    Some(Some(History { changes, block, log, address: format!("{base}.history") }))
}

fn shocks(
    base: &str,
    words: &Words,
    section: &Table,
    names: &Names,
    model: &PathModel,
    reading: &mut Reading,
) -> Vec<Shock> {
    let mut all = Vec::new();
    let found = table::named(section, "shocks", reading);
    if let (false, Some((_, span, _))) = (model.shocks, found.first()) {
        reading.error(
            *span,
            "a formula takes no shocks",
            "write the effect into the formula, or make it another model",
        );
        return all;
    }
    for (name, span, node) in found {
        table::check_name(name, span, "a shock", reading);
        let Some(inner) = table::as_table(node, &format!("{base}.shocks.{name}"), reading) else { continue };
        if let Some(shock) = shock(base, words, name, span, inner, names, reading) {
            all.push(shock);
        }
    }
    all
}

fn shock(
    base: &str,
    words: &Words,
    name: &str,
    span: Span,
    inner: &Table,
    names: &Names,
    reading: &mut Reading,
) -> Option<Shock> {
    const KEYS: &[&str] = &["when", "multiply", "add", "delay", "ramp", "half_life", "title", "note", "source"];
    table::check_keys(inner, KEYS, "a shock", reading);
    let title = table::title(inner, name, reading);
    let base = format!("{base}.shocks.{name}");
    let when = event_ref(inner.get("when"), span, "a shock", names, reading);
    let mut duration = |key: &str| -> Option<Option<f64>> {
        let Some(node) = inner.get(key) else { return Some(None) };
        let address = format!("{base}.{key}");
        let title = format!("{}, {}: {}", words.title, title, table::spaced(key).to_lowercase());
        let place = Place { address: &address, title, sort: Sort::Number, unit: "" };
        assumption::duration(node, &place, reading).map(Some)
    };
    let (delay, ramp, half_life) = (duration("delay"), duration("ramp"), duration("half_life"));
    let (key, multiply) = match (inner.entry("multiply"), inner.entry("add")) {
        (Some(_), None) => ("multiply", true),
        (None, Some(_)) => ("add", false),
        (Some(a), Some(b)) => {
            reading.errors.push(
                Diagnostic::error(b.key, "a shock multiplies or adds, and this one does both")
                    .mark("this one …")
                    .and_at(a.key, "… or this one")
                    .help("take one of the two lines out"),
            );
            return None;
        }
        (None, None) => {
            reading.error(span, format!("the shock `{name}` does nothing"), "give `multiply = 0.9` or `add = -5`");
            return None;
        }
    };
    let node = inner.get(key)?;
    let address = format!("{base}.{key}");
    let sort = if multiply { Sort::Factor } else { Sort::Number };
    let place = Place {
        address: &address,
        title: format!("{}: {}", words.title, title),
        sort,
        unit: if multiply { "" } else { &words.unit },
    };
    let size = assumption::read(node, &place, names, reading);
    if let (true, Some(size)) = (multiply, &size)
        && size.constant() == Some(0.0)
    {
        reading.error(size.span, "`multiply` must be above 0", "a factor of 0 would end the path; 0.5 halves it");
        return None;
    }
    let half_life = half_life?;
    if half_life == Some(0.0) {
        reading.error(
            assumption::span_of(inner, "half_life", span),
            "`half_life` is 0",
            "leave it out for a shock that stays, or give a time above 0",
        );
        return None;
    }
    Some(Shock {
        name: name.to_owned(),
        address: base,
        when: when?,
        size: size?,
        multiply,
        delay: delay?.unwrap_or(0.0),
        ramp: ramp?.filter(|r| *r > 0.0),
        half_life,
    })
}

/// `when = "event"` or `"event.branch"`, and `after` of an event.
pub fn event_ref(
    node: Option<&Node>,
    span: Span,
    what: &str,
    names: &Names,
    reading: &mut Reading,
) -> Option<EventRef> {
    let Some(node) = node else {
        reading.error(
            span,
            format!("{what} needs `when`, the event that sets it off"),
            "for instance `when = \"embargo\"`, or a branch: `when = \"treaty.lapses\"`",
        );
        return None;
    };
    let Some(text) = node.text() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("an event's name is needed here, and this is {}", node.kind()),
                "write it in quotes",
            );
        }
        return None;
    };
    let expression = reading.parse(text, node.span)?;
    let field = Field { address: "", allowed: Allowed::Condition, probability: false };
    Resolver::new(reading, names, &field).event(&expression)
}

/// A repeating event shocks at each occurrence, at once: what takes its time would overlap with itself.
pub fn check_shocks(file: &Table, paths: &[Path], reading: &mut Reading) {
    let events: Vec<(&str, &Node)> = file
        .get("events")
        .and_then(Node::table)
        .map(|table| table.iter().map(|(name, entry)| (name, &entry.node)).collect())
        .unwrap_or_default();
    for (path, shock) in paths.iter().flat_map(|path| path.shocks.iter().map(move |shock| (path, shock))) {
        let Some((event, node)) = events.get(shock.when.event) else { continue };
        if node.child("repeats").and_then(Node::boolean) != Some(true) {
            continue;
        }
        let found =
            ["paths", &path.name, "shocks", &shock.name].iter().try_fold(file, |table, key| table.get(key)?.table());
        for key in ["delay", "ramp"] {
            if let Some(entry) = found.and_then(|table| table.entry(key)) {
                let message = format!("`{event}` repeats, and the shocks of a repeating event have no `{key}`");
                reading.error(entry.key, message, "take the line out, or let the event happen once");
            }
        }
    }
}
