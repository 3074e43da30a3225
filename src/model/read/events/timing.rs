//! When an event can happen: exactly one of `on`, `between`, `by`, `after`, `when` and `rate`.

use super::About;
use crate::calendar::format_date;
use crate::diagnostic::{Diagnostic, Span};
use crate::document::Node;
use crate::model::read::assumption::{self, Place, Sort};
use crate::model::read::{Reading, paths, table};
use crate::model::resolve::{Allowed, Field};
use crate::model::types::Timing;

/// The keys that time an event, in reading order.
pub const TIMINGS: &[&str] = &["on", "between", "by", "after", "when", "rate"];

pub fn read(about: &About, reading: &mut Reading) -> Option<Timing> {
    // `between` beside `rate` bounds the time in which it can happen.
    let bounds_rate = about.table.contains("rate");
    let used: Vec<(&str, Span)> = TIMINGS
        .iter()
        .filter(|k| !(bounds_rate && **k == "between"))
        .filter_map(|k| about.table.entry(k).map(|e| (*k, e.key)))
        .collect();
    if reading.start.is_none() {
        return static_timing(about, &used, reading);
    }
    let after = used.iter().any(|(k, _)| *k == "after");
    for key in ["within", "delay"] {
        if let (false, Some(entry)) = (after, about.table.entry(key)) {
            let address = format!("{}.{key}", about.base);
            let place = reading.laid.node(&address).map_or(entry.key, |set| set.span);
            reading.error(
                place,
                format!("`{key}` goes with `after`"),
                "give `after = \"other_event\"`, or take it out",
            );
        }
    }
    match used[..] {
        [] => {
            let message = format!("nothing says when `{}` can happen", about.name);
            reading.error(about.span, message, "give one of `on = DATE`, `between = [DATE, DATE]`, `by = DATE`, `after = \"event\"`, `when = \"condition\"` or `rate = NUMBER`");
            return None;
        }
        [_] => {}
        [(_, first), (_, second), ..] => {
            let message =
                format!("an event is timed in exactly one way, and `{}` has {}", about.name, number(used.len()));
            reading.errors.push(
                Diagnostic::error(first, message)
                    .mark("this one …")
                    .and_at(second, "… or this one")
                    .help("take one of the two lines out"),
            );
            return None;
        }
    }
    let (key, _) = used[0];
    let node = about.table.get(key)?;
    match key {
        "on" => {
            let day = table::date(node, "on", reading)?;
            reading.dates.push(format!("{}.on", about.base));
            Some(Timing::On(inside(day, node.span, reading)?))
        }
        "between" => {
            let (from, to) = between(about, node, reading)?;
            Some(Timing::Window { from, to, by: false })
        }
        "by" => {
            let day = table::date(node, "by", reading)?;
            reading.dates.push(format!("{}.by", about.base));
            let to = since_start(day, reading);
            if to <= 0.0 {
                let start = format_date(reading.start.unwrap_or(0));
                reading.error(
                    node.span,
                    format!("`by` is {}, not after the scenario's start", format_date(day)),
                    format!("the scenario starts on {start}: give a later date"),
                );
                return None;
            }
            Some(Timing::Window { from: 0.0, to, by: true })
        }
        "after" => after_window(about, node, reading),
        "when" => {
            let address = format!("{}.when", about.base);
            let field = Field { address: &address, allowed: Allowed::Condition, probability: false };
            Some(Timing::When(reading.condition(node, about.names, &field)?))
        }
        _ => {
            let end = f64::from(reading.calendar.as_ref().map_or(0, crate::calendar::Calendar::end))
                - f64::from(reading.start.unwrap_or(0));
            match about.table.get("between") {
                None => Some(Timing::Rate { from: 0.0, to: end }),
                Some(node) => {
                    let (from, to) = between(about, node, reading)?;
                    Some(Timing::Rate { from, to })
                }
            }
        }
    }
}

fn number(n: usize) -> String {
    match n {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        n => n.to_string(),
    }
}

fn static_timing(about: &About, used: &[(&str, Span)], reading: &mut Reading) -> Option<Timing> {
    for &(key, span) in used {
        let message = format!("`{key}` needs time, and a scenario without `start` and `end` has none");
        let help = if key == "when" {
            "write `requires`: the event is then decided at once; or give `start` and `end` under [scenario]"
        } else {
            "give `start` and `end` under [scenario], or take it out: the event is then decided at once"
        };
        reading.error(span, message, help);
    }
    for key in ["within", "delay", "timing", "repeats"] {
        if let Some(entry) = about.table.entry(key) {
            let message = format!("`{key}` needs time, and a scenario without `start` and `end` has none");
            reading.error(entry.key, message, "take it out, or give `start` and `end` under [scenario]");
        }
    }
    used.is_empty().then_some(Timing::Static)
}

fn since_start(day: i32, reading: &Reading) -> f64 {
    f64::from(day) - f64::from(reading.start.unwrap_or(0))
}

/// Days since the start of a date that must lie inside the scenario.
pub fn inside(day: i32, span: Span, reading: &mut Reading) -> Option<f64> {
    let calendar = reading.calendar.as_ref()?;
    if day <= calendar.start || day > calendar.end() {
        let message = format!("{} lies outside the scenario", format_date(day));
        let help = format!(
            "the scenario goes from {} (not included) to {}: correct the date, or `start` and `end`",
            format_date(calendar.start),
            format_date(calendar.end())
        );
        reading.error(span, message, help);
        return None;
    }
    Some(since_start(day, reading))
}

/// `between = [A, B]`
fn between(about: &About, node: &Node, reading: &mut Reading) -> Option<(f64, f64)> {
    let Some([first, second]) = node.array() else {
        if !node.is_broken() {
            reading.error(node.span, "`between` is a list of two dates", "write `between = [2026-01-20, 2026-02-28]`");
        }
        return None;
    };
    let (a, b) = (table::date(first, "between", reading), table::date(second, "between", reading));
    let (a, b) = (a?, b?);
    reading.dates.push(format!("{}.between.0", about.base));
    reading.dates.push(format!("{}.between.1", about.base));
    if a >= b {
        let message =
            format!("the window of `{}` ends on {} before it opens on {}", about.name, format_date(b), format_date(a));
        let message = if a == b {
            format!("the window of `{}` has no length: both dates are {}", about.name, format_date(a))
        } else {
            message
        };
        let help = if a == b { "use `on = DATE` for an event of one day" } else { "exchange the two dates" };
        reading.error(node.span, message, help);
        return None;
    }
    let calendar = reading.calendar.as_ref()?;
    if b <= calendar.start || a >= calendar.end() {
        let message = format!("the window of `{}` lies outside the scenario", about.name);
        let help = format!("the scenario goes from {} to {}", format_date(calendar.start), format_date(calendar.end()));
        reading.error(node.span, message, help);
        return None;
    }
    Some((since_start(a, reading), since_start(b, reading)))
}

fn after_window(about: &About, node: &Node, reading: &mut Reading) -> Option<Timing> {
    let trigger = paths::event_ref(Some(node), about.span, "`after`", about.names, reading);
    let mut duration = |key: &str| -> Option<Option<f64>> {
        let Some(node) = about.table.get(key) else { return Some(None) };
        let address = format!("{}.{key}", about.base);
        let title = format!("{}: {key}", about.title);
        let place = Place { address: &address, title, sort: Sort::Number, unit: "" };
        assumption::duration(node, &place, reading).map(Some)
    };
    let (within, delay) = (duration("within"), duration("delay"));
    let within = match within? {
        Some(days) if days > 0.0 => days,
        Some(_) => {
            reading.error(
                assumption::span_of(about.table, "within", about.span),
                "`within` is 0: the window has no length",
                "give a time above 0: `within = \"120 days\"`",
            );
            return None;
        }
        None => {
            reading.error(
                about.span,
                format!("`{}` has `after` and no `within`", about.name),
                "say how long the window lasts: `within = \"120 days\"`",
            );
            return None;
        }
    };
    let trigger = trigger?;
    if trigger.event == about.index {
        reading.error(
            node.span,
            format!("`{}` cannot come after itself", about.name),
            "name another event, or use `rate` with `repeats = true`",
        );
        return None;
    }
    Some(Timing::After { trigger, delay: delay?.unwrap_or(0.0), within })
}
