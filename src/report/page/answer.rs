//! The page of an analysis: the question, the answer, the picture, the numbers.

use super::super::answer::{Answer, Grid, Section};
use super::{figure, frame, numbers, with_code};
use crate::chart::words;
use maud::{Markup, html};

pub fn page(answer: &Answer) -> String {
    let body = html! {
        header {
            p.eyebrow { (answer.scenario) }
            h1 { (answer.question) }
            p.answer { (answer.sentence) }
            dl.meta { @for (what, value) in &answer.facts { div { dt { (what) } dd { (value) } } } }
        }
        @for (number, section) in answer.sections.iter().enumerate() { (self::section(answer, number, section)) }
        section id="again" {
            h2 { "Make it again" }
            p { "The same files, seed and number of futures give the same numbers on any machine." }
            pre { (answer.command) }
            div.scroll {
                table.files {
                    thead { tr { th scope="col" { "File" } th scope="col" { "SHA-256" } } }
                    tbody { @for (name, hash) in &answer.files { tr { th scope="row" { (name) } td { code { (hash) } } } } }
                }
            }
            p.mute { "forkcast " (env!("CARGO_PKG_VERSION")) }
        }
    };
    frame(&format!("{}: {}", answer.scenario, answer.question), &body)
}

fn section(answer: &Answer, number: usize, section: &Section) -> Markup {
    html! {
        section id={ "part-" (number + 1) } {
            h2 { (section.title) }
            @for text in &section.text { p { (with_code(text)) } }
            @for name in &section.charts { @if let Some(figure) = figure::named(&answer.charts, name) { (figure) } }
            @if let Some(grid) = &section.grid { (self::grid(grid)) }
        }
    }
}

/// Whether a cell is short enough, and number enough, to stay on one line.
fn is_figure(cell: &str) -> bool {
    cell.chars().count() <= 20 && cell.contains(|letter: char| letter.is_ascii_digit())
}

fn is_address(cell: &str) -> bool {
    cell.contains('.')
        && cell.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._".contains(letter))
}

fn grid(grid: &Grid) -> Markup {
    let columns: Vec<&str> = grid.columns.iter().map(String::as_str).collect();
    let rows = html! {
        @for row in &grid.rows {
            tr {
                @for (column, cell) in row.iter().enumerate() {
                    @if column == 0 { th scope="row" { (cell) } }
                    @else if is_figure(cell) { td.num { (cell) } }
                    // An address may go on in the next line after a dot.
                    @else if is_address(cell) { td { @for part in cell.split_inclusive('.') { (part) wbr; } } }
                    @else { td { (cell) } }
                }
            }
        }
    };
    let count = words::count(grid.rows.len() as u64);
    numbers(&format!("The numbers: {count} line{}", if grid.rows.len() == 1 { "" } else { "s" }), &columns, &rows)
}
