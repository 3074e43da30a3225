//! `[scenario]` and `[run]`.

use super::{Reading, table};
use crate::calendar::{Calendar, Step, format_date};
use crate::chance::sobol::Sampling;
use crate::diagnostic::{Diagnostic, nearest};
use crate::document::{Node, Table};
use crate::model::types::{Outcome, RunSettings};

pub struct Settings {
    pub title: String,
    pub question: String,
    pub note: String,
    /// Days since 1970-01-01.
    pub as_of: Option<i32>,
}

pub fn scenario(file: &Table, reading: &mut Reading) -> Settings {
    let empty = Table::default();
    if file.get("scenario").is_none() {
        let span = crate::diagnostic::Span { source: reading.file, start: 0, end: 0 };
        reading.error(
            span,
            "the file has no [scenario] table",
            "begin with `[scenario]`, `title = \"…\"`, `start = 2026-01-20` and `end = 2026-12-31`",
        );
    }
    let section = table::table(file, "scenario", reading).unwrap_or(&empty);
    table::check_keys(
        section,
        &["title", "question", "start", "end", "step", "as_of", "note", "source"],
        "[scenario]",
        reading,
    );
    let mut dates = [None, None];
    for (date, key) in dates.iter_mut().zip(["start", "end"]) {
        *date = section.get(key).and_then(|node| table::date(node, key, reading));
    }
    let step = step(section, reading);
    match (section.get("start"), section.get("end")) {
        (None, None) => {
            if let Some(entry) = section.entry("step") {
                let message = "`step` does nothing in a scenario that is decided at one moment";
                let help = "take it out, or give `start` and `end`";
                reading.errors.push(Diagnostic::warning(entry.key, message).help(help));
            }
        }
        (Some(_), Some(end)) => {
            if let ([Some(start), Some(last)], Some(step)) = (dates, step) {
                match Calendar::new(start, last, step) {
                    Ok(calendar) => {
                        reading.start = Some(start);
                        reading.calendar = Some(calendar);
                    }
                    Err(refusal) => reading.error(end.span, refusal.message, refusal.help),
                }
            }
            // Whatever is wrong with them is reported: what follows is read as if there were time.
            if reading.start.is_none() {
                reading.start = Some(dates[0].unwrap_or(0));
                reading.calendar = None;
            }
        }
        // What is broken has its message, and may have swallowed the other line.
        (Some(node), None) | (None, Some(node)) if node.is_broken() => reading.start = Some(0),
        (Some(node), None) | (None, Some(node)) => {
            let missing = if section.get("start").is_some() { "end" } else { "start" };
            reading.error(node.span, format!("`{missing}` is missing"), format!("give both `start` and `end`, or neither for a scenario that is decided at one moment; for instance `{missing} = 2026-12-31`"));
            reading.start = Some(dates[0].or(dates[1]).unwrap_or(0));
        }
    }
    let as_of = section.get("as_of").and_then(|node| {
        let day = table::date(node, "as_of", reading)?;
        let Some(calendar) = &reading.calendar else {
            reading.error(
                node.span,
                "`as_of` needs a scenario with `start` and `end`",
                "take it out, or give both dates",
            );
            return None;
        };
        if day <= calendar.start || day > calendar.end() {
            let help =
                format!("the scenario goes from {} to {}", format_date(calendar.start), format_date(calendar.end()));
            reading.error(node.span, format!("`as_of` is {}, outside the scenario", format_date(day)), help);
            return None;
        }
        Some(day)
    });
    Settings {
        title: {
            let title = table::text(section, "title", reading);
            if title.is_empty() { table::spaced(reading.name.trim_end_matches(".toml")) } else { title }
        },
        question: table::text(section, "question", reading),
        note: table::text(section, "note", reading),
        as_of,
    }
}

fn step(section: &Table, reading: &mut Reading) -> Option<Step> {
    let Some(node) = section.get("step") else { return Some(Step::Week) };
    let named = node.text().and_then(|t| Step::named(&t.content));
    if named.is_none() && !node.is_broken() {
        reading.error(
            node.span,
            "`step` is \"day\", \"week\", \"month\", \"quarter\" or \"year\"",
            "write one of the five in quotes; `week` is the default",
        );
    }
    named
}

pub fn run(file: &Table, reading: &mut Reading) -> RunSettings {
    let mut settings = RunSettings { futures: 100_000, seed: 1, sampling: Sampling::Random, precision: None };
    let Some(section) = table::table(file, "run", reading) else { return settings };
    table::check_keys(section, &["futures", "seed", "sampling", "precision"], "[run]", reading);
    if let Some(node) = section.get("futures") {
        match node.integer() {
            Some(n) if n >= 1 => settings.futures = n as u64,
            _ if node.is_broken() => {}
            _ => {
                let whole = node.number().filter(|n| *n >= 1.0 && n.fract() == 0.0 && *n < 1e15);
                let help =
                    whole.map_or("for instance `futures = 100_000`".to_owned(), |n| format!("write `futures = {n}`"));
                reading.error(node.span, "`futures` is a whole number of at least 1", help);
            }
        }
    }
    if let Some(node) = section.get("seed") {
        match node.integer() {
            Some(n) if n >= 0 => settings.seed = n as u64,
            _ if node.is_broken() => {}
            _ => reading.error(node.span, "`seed` is a whole number of at least 0", "for instance `seed = 1`"),
        }
    }
    if let Some(node) = section.get("sampling") {
        let text = node.text().map(|t| t.content.as_str());
        match text.and_then(Sampling::named) {
            Some(sampling) => settings.sampling = sampling,
            None if node.is_broken() => {}
            None => {
                let error = Diagnostic::error(node.span, "`sampling` is \"random\" or \"sobol\"");
                let near = text.and_then(|text| nearest(text, Sampling::ALL.map(Sampling::name)));
                reading.errors.push(match near {
                    Some(near) => {
                        error.help(format!("did you mean \"{near}\"?")).mend(node.span, format!("\"{near}\""))
                    }
                    None => error.help("\"sobol\" spreads futures evenly; without the line they are drawn at random"),
                });
            }
        }
    }
    if let Some(node) = section.get("precision") {
        match node.number() {
            Some(half) if half > 0.0 && half < 0.5 => settings.precision = Some(half),
            _ if node.is_broken() => {}
            number => {
                let percent = number.filter(|n| (0.5..50.0).contains(n));
                let help = percent.map_or(
                    "for instance `precision = 0.005`: every outcome is then known to ± half a percentage point"
                        .to_owned(),
                    |n| format!("{n} percentage points are written `precision = {}`", (n * 1e10).round() / 1e12),
                );
                reading.error(node.span, "`precision` is a number between 0 and 0.5", help);
            }
        }
    }
    settings
}

/// A precision is that of outcomes.
pub fn precision_of(file: &Table, outcomes: &[Outcome], reading: &mut Reading) {
    let node = file.get("run").and_then(Node::table).and_then(|run| run.get("precision"));
    if let (Some(node), None) = (node, file.get("outcomes"))
        && outcomes.is_empty()
    {
        reading.error(
            node.span,
            "`precision` is that of the outcomes, and the scenario has none",
            "take the line out and set `futures`, or add `[[outcomes]]`",
        );
    }
}
