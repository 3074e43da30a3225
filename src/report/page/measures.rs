//! What was measured on whole futures.

use super::super::Chart;
use super::super::words::{self, Days};
use super::outcomes::swatch;
use super::{Chapter, figure, numbers};
use crate::simulation::result::{self, Metric};
use maud::{Markup, html};

pub(super) fn measures(result: &result::Result, charts: &[Chart]) -> Option<Chapter> {
    if result.metrics.is_empty() {
        return None;
    }
    let days = Days::of(&result.scenario);
    let rows = html! { @for metric in &result.metrics { (row(metric, &days)) } };
    let body = html! {
        @for metric in &result.metrics {
            @if let Some(figure) = figure::named(charts, &format!("metric-{}", metric.name)) { (figure) }
        }
        (numbers("The numbers", &["Measure", "1 in 20 lower", "Middle", "1 in 20 higher", "Average", "Has a value"], &rows))
        @if result.outcomes.len() > 1 { (by_outcome(result, &days)) }
    };
    Some(Chapter { id: "measures", title: "Measures", body })
}

fn row(metric: &Metric, days: &Days) -> Markup {
    let at = |key: &str| bare(metric.quantiles.get(key).copied().flatten(), metric, days);
    html! {
        tr {
            (name(metric))
            @if metric.unit == "yes/no" {
                td colspan="3" {}
            } @else {
                @for key in ["5", "50", "95"] { td.num { (at(key)) } }
            }
            td.num { (bare(metric.mean, metric, days)) (half_width(metric)) }
            td.num { (words::percent(metric.defined)) }
        }
    }
}

fn name(metric: &Metric) -> Markup {
    html! {
        th scope="row" {
            (words::label(&metric.title))
            @if !matches!(metric.unit.as_str(), "" | "date" | "yes/no") { span.mute { ", " (metric.unit) } }
        }
    }
}

/// A value without its unit, which stands at the row's head.
fn bare(x: Option<f64>, metric: &Metric, days: &Days) -> String {
    match metric.unit.as_str() {
        "yes/no" => x.map_or_else(|| "–".to_owned(), words::percent),
        "date" => words::value(x, "date", days),
        _ => words::value(x, "", days),
    }
}

/// How far other luck would move the average.
fn half_width(metric: &Metric) -> Markup {
    let half = metric.mean_low.zip(metric.mean_high).map(|(low, high)| (high - low) / 2.0);
    html! {
        @match (half, metric.unit.as_str()) {
            (None | Some(0.0), _) => {}
            (Some(half), "date") => { span.mute { " ± " (words::about(half)) " days" } }
            (Some(half), "yes/no") => { span.mute { " ± " (words::about(100.0 * half)) } }
            (Some(half), _) => { span.mute { " ± " (words::about(half)) } }
        }
    }
}

/// Each measure's average in the futures that end in each outcome.
fn by_outcome(result: &result::Result, days: &Days) -> Markup {
    html! {
        details open {
            summary { "On average, by how it ends" }
            div.scroll {
                table {
                    thead {
                        tr {
                            th scope="col" { "Measure" }
                            @for (i, outcome) in result.outcomes.iter().enumerate() {
                                th scope="col" { (swatch(result, i)) (words::label(&outcome.title)) }
                            }
                        }
                    }
                    tbody {
                        @for metric in &result.metrics {
                            tr {
                                (name(metric))
                                @for outcome in &result.outcomes {
                                    td.num {
                                        (bare(metric.by_outcome.get(&outcome.name).and_then(|o| o.mean), metric, days))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
