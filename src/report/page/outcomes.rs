//! How the futures end, and what goes with it.

use super::super::words;
use super::super::{Chart, sentences};
use super::{Chapter, figure, numbers, sentence};
use crate::simulation::result;
use maud::{Markup, html};

pub(super) fn ends(result: &result::Result, charts: &[Chart]) -> Option<Chapter> {
    if result.outcomes.is_empty() {
        return None;
    }
    let rows = html! {
        @for (i, outcome) in result.outcomes.iter().enumerate() {
            tr {
                th scope="row" { (swatch(result, i)) (words::label(&outcome.title)) }
                td.num { (words::percent(outcome.probability)) }
                td.num { (words::percent_interval(outcome.low, outcome.high)) }
            }
        }
    };
    let body = html! {
        @if let Some(figure) = figure::named(charts, "outcomes") { (figure) }
        p.note { (how_sure(result)) }
        (numbers("The numbers", &["Outcome", "Share", "95 % interval"], &rows))
    };
    Some(Chapter { id: "ends", title: "How it ends", body })
}

/// What the marks in the chart cover, and what they do not.
fn how_sure(result: &result::Result) -> Markup {
    let half = result.outcomes.iter().map(|o| 50.0 * (o.high - o.low)).fold(0.0, f64::max);
    let half = if half < 1.95 { format!("{half:.1}") } else { format!("{half:.0}") };
    html! {
        "“25 in 100” is a share of simulated futures. The capped marks say what other luck would change, here at most "
        (half) " in 100. What other " em { "assumptions" } " would change can be far more: see their ranges below."
    }
}

pub(super) fn goes_with(result: &result::Result, charts: &[Chart]) -> Option<Chapter> {
    let links: Vec<_> =
        sentences::goes_with(result).into_iter().filter(|link| link.difference >= 0.05).take(4).collect();
    let chart = figure::named(charts, "given");
    if links.is_empty() && chart.is_none() {
        return None;
    }
    let body = html! {
        @if let Some(figure) = chart { (figure) }
        @if !links.is_empty() {
            ul.say { @for link in &links { li { (sentence(&sentences::linked(link))) } } }
        }
    };
    Some(Chapter { id: "drives", title: "What goes with it", body })
}

/// How many outcomes have colours, and tints, of their own.
const COLOURS: usize = 7;
const TINTS: usize = 5;

/// The outcome's colour: the file's own, or its role in file order, the last outcome being the rest.
pub(super) fn swatch(result: &result::Result, i: usize) -> Markup {
    let own = &result.outcomes[i].color;
    let is_colour = own.strip_prefix('#').is_some_and(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let role = if i + 1 == result.outcomes.len() {
        "rest".to_owned()
    } else if i < COLOURS {
        format!("c{}", i + 1)
    } else {
        format!("c{}t", (i - COLOURS) % TINTS + 1)
    };
    html! {
        @if is_colour {
            i.sw style={ "background:" (own) } {}
        } @else {
            i.sw style={ "background:var(--" (role) ")" } {}
        }
    }
}
