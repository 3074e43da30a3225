//! `report.html`: one page that reads from top to bottom like a briefing, needs neither network nor script, and prints.
//!
//! A page is a pure function of a result and its charts. Each chapter is a file; one that has nothing to say is left out.

mod again;
pub mod answer;
mod assumptions;
mod dependence;
mod figure;
mod header;
mod measures;
mod outcomes;
mod paths;
mod range;
mod when;

use super::files::Format;
use super::folder::Folder;
use super::sentences::Phrase;
use super::{Chart, Leaves};
use crate::chart::themed_page_css;
use crate::diagnostic::Failure;
use crate::simulation::result;
pub(super) use again::quoted;
use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(super) const HTML: Format =
    Format { name: "html", says: "the page to read and print, report.html", by_default: true, write };

fn write(leaves: &Leaves, folder: &Folder) -> Result<(), Failure> {
    folder.write("report.html", leaves.page.as_bytes())
}

/// A part of the page under a heading of its own.
struct Chapter {
    /// Where links lead.
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// The report of a run.
pub fn page(result: &result::Result, charts: &[Chart]) -> String {
    let chapters: Vec<Chapter> = [
        outcomes::ends(result, charts),
        outcomes::goes_with(result, charts),
        when::when(result, charts),
        paths::paths(result, charts),
        measures::measures(result, charts),
        assumptions::assumptions(result),
        dependence::dependence(result, charts),
        again::warnings(result),
        Some(again::again(result)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let body = html! {
        header {
            (header::header(result))
            nav aria-label="Contents" {
                @for chapter in &chapters { a href={ "#" (chapter.id) } { (chapter.title) } }
            }
        }
        @for chapter in &chapters {
            section id=(chapter.id) { h2 { (chapter.title) } (chapter.body) }
        }
    };
    frame(&format!("{}: report", header::title(result)), &body)
}

/// A whole page in the report's look around what stands in it.
pub fn frame(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                // Whatever stands in a scenario file, the page can neither run nor load anything.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(themed_page_css())) (PreEscaped(include_str!("style.css"))) }
            }
            body { main { (body) } }
        }
    };
    page.into_string()
}

/// A sentence with its strong parts in bold.
fn sentence(phrases: &[Phrase]) -> Markup {
    html! {
        @for phrase in phrases {
            @match phrase {
                Phrase::Plain(text) => { (text) }
                Phrase::Strong(text) => { b { (text) } }
            }
        }
    }
}

/// A text whose parts in backticks are set as code.
fn with_code(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A table of numbers, open, that can be folded away.
fn numbers(title: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        details open {
            summary { (title) }
            div.scroll {
                table {
                    thead { tr { @for column in columns { th scope="col" { (column) } } } }
                    tbody { (rows) }
                }
            }
        }
    }
}
