//! When things can happen, and how often they do.

use super::super::Chart;
use super::super::words::{self, Days};
use super::{Chapter, figure, numbers};
use crate::simulation::result::{self, Event};
use maud::{Markup, html};

pub(super) fn when(result: &result::Result, charts: &[Chart]) -> Option<Chapter> {
    if result.events.is_empty() {
        return None;
    }
    let days = Days::of(&result.scenario);
    let is_static = result.scenario.dates.is_empty();
    let repeats = result.events.iter().any(repeats);
    let mut columns = vec!["Event", "Happens", "95 % interval"];
    if !is_static {
        columns.extend(["Middle date", "9 of 10 dates"]);
    }
    if repeats {
        columns.push("Times");
    }
    let rows = html! {
        @for event in &result.events {
            tr {
                th scope="row" { (words::label(&event.title)) }
                (share(event.probability, event.low, event.high))
                @if !is_static { (dates(event, &days)) }
                @if repeats { td.num { @if self::repeats(event) { (words::number(event.mean_count)) " on average" } } }
            }
            @for branch in &event.branches {
                tr.branch {
                    th scope="row" { (words::label(&branch.title)) }
                    (share(branch.probability, branch.low, branch.high))
                    @for _ in 3..columns.len() { td {} }
                }
            }
        }
    };
    let body = html! {
        @for name in ["timeline", "events"] {
            @if let Some(figure) = figure::named(charts, name) { (figure) }
        }
        (numbers("The numbers", &columns, &rows))
    };
    Some(Chapter { id: "when", title: if is_static { "What happens" } else { "When" }, body })
}

fn share(p: f64, low: f64, high: f64) -> Markup {
    html! {
        td.num { (words::percent(p)) }
        td.num { (words::percent_interval(low, high)) }
    }
}

fn dates(event: &Event, days: &Days) -> Markup {
    let day = |date: &Option<String>| date.as_deref().map(|iso| days.day(iso)).unwrap_or_default();
    let (first, last) = (day(&event.date.p5), day(&event.date.p95));
    html! {
        td.num { (day(&event.date.p50)) }
        td.num { (first) @if first != last { " – " (last) } }
    }
}

fn repeats(event: &Event) -> bool {
    event.mean_count > event.probability * (1.0 + 1e-9)
}
