//! When events can happen, as far as the scenario alone says.

use super::result::Window;
use crate::calendar::{Calendar, day_holding, format_date};
use crate::model::types::{Event, Happens, Scenario, Timing};

/// Earliest and latest opening and close of an event's window.
pub fn windows(scenario: &Scenario, index: usize) -> Vec<Window> {
    let Some(calendar) = &scenario.calendar else { return Vec::new() };
    let mut open = Vec::new();
    let Some(span) = span(scenario, index, &mut open) else { return Vec::new() };
    let date = |days: f64| day(calendar, days);
    vec![Window { opens: [date(span.opens.0), date(span.opens.1)], closes: [date(span.closes.0), date(span.closes.1)] }]
}

struct Span {
    opens: (f64, f64),
    closes: (f64, f64),
}

fn span(scenario: &Scenario, index: usize, open: &mut Vec<usize>) -> Option<Span> {
    let calendar = scenario.calendar.as_ref()?;
    let end = f64::from(calendar.end() - calendar.start);
    let event: &Event = &scenario.events[index];
    let fixed = |from: f64, to: f64| Some(Span { opens: (from, from), closes: (to, to) });
    match (&event.happens, &event.timing) {
        (Some(Happens::Never), _) => None,
        (Some(Happens::On(date)), _) | (None, Timing::On(date)) => fixed(*date, *date),
        (None, Timing::Window { from, to, .. } | Timing::Rate { from, to }) => fixed(from.max(0.0), to.min(end)),
        (None, Timing::When(_)) => fixed(0.0, end),
        (None, Timing::Static) => None,
        (None, Timing::After { trigger, delay, within }) => {
            if open.contains(&index) {
                return fixed(0.0, end);
            }
            open.push(index);
            let before = span(scenario, trigger.event, open);
            open.pop();
            let before = before?;
            let opens = (before.opens.0 + delay, (before.closes.1 + delay).min(end));
            if opens.0 > end {
                return None;
            }
            Some(Span { opens, closes: ((opens.0 + within).min(end), (opens.1 + within).min(end)) })
        }
    }
}

/// The day that holds a time.
pub fn day(calendar: &Calendar, days: f64) -> String {
    format_date(calendar.start + day_holding(days))
}
