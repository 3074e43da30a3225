//! The top of the page: the question, the answer in a sentence, and what was played out.

use super::super::sentences;
use super::super::words;
use super::{assumptions, sentence};
use crate::simulation::result;
use maud::{Markup, html};

pub(super) fn header(result: &result::Result) -> Markup {
    let scenario = &result.scenario;
    let changed = assumptions::changes(result);
    html! {
        p.eyebrow { "Scenario report" }
        h1 { (title(result)) }
        @if !scenario.question.is_empty() { p.q { (scenario.question) } }
        p.answer { (sentence(&sentences::answer(result))) }
        dl.meta {
            div { dt { "Case" } dd { (sentences::case(result)) } }
            @if let Some(time) = words::time(scenario) { div { dt { "Time" } dd { (time) } } }
            div { dt { "Futures" } dd { (words::count(result.run.futures)) (weighted(result)) } }
        }
        @if !changed.is_empty() {
            div.changes {
                p { "What is changed in this case" }
                ul { @for change in &changed { li { (change) } } }
            }
        }
    }
}

/// The scenario's title, or the file's name where it has none.
pub(super) fn title(result: &result::Result) -> String {
    let scenario = &result.scenario;
    if scenario.title.is_empty() { scenario.file.trim_end_matches(".toml").to_owned() } else { scenario.title.clone() }
}

fn weighted(result: &result::Result) -> String {
    let worth = result.run.effective_futures;
    if worth.round() < result.run.futures as f64 {
        format!(", weighted by what was observed; worth {}", words::count(worth.round() as u64))
    } else {
        String::new()
    }
}
