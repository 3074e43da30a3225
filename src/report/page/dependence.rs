//! What depends on what.

use super::super::Chart;
use super::super::words;
use super::{Chapter, figure};
use crate::simulation::result;
use maud::html;

pub(super) fn dependence(result: &result::Result, charts: &[Chart]) -> Option<Chapter> {
    let chart = figure::named(charts, "dependence");
    let circles = &result.dependence.circles;
    if chart.is_none() && circles.is_empty() {
        return None;
    }
    let title = |name: &String| {
        let thing = result.dependence.things.iter().find(|thing| thing.name == *name);
        format!("“{}”", thing.map_or(name, |thing| &thing.title))
    };
    let step = result.scenario.step.as_deref().unwrap_or("step");
    let body = html! {
        @if let Some(figure) = chart { (figure) }
        @for circle in circles {
            @let titles: Vec<String> = circle.iter().map(title).collect();
            p {
                @if let [one] = titles.as_slice() {
                    (one) " moves itself: it sees its own state as of one " (step) " before."
                } @else {
                    (words::list(&titles)) " move one another in a circle: each sees the others as of one " (step)
                    " before."
                }
            }
        }
    };
    Some(Chapter { id: "depends", title: "Dependence", body })
}
