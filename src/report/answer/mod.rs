//! What the answer of an analysis leaves: a sentence, charts, tables, a page, and a picture for the terminal.
//!
//! Each analysis has a file that turns its numbers into an [`Answer`]; what becomes of that is the same for all.

mod compare;
pub mod said;
mod seek;
mod sweep;
mod tornado;

pub use compare::compare;
pub use seek::seek;
pub use sweep::sweep;
pub use tornado::tornado;

use super::page::answer::page;
use super::{Chart, Leaves, Table};
use crate::analysis::tornado::LeftOut;
use crate::analysis::{About, Played};
use crate::chart::{SLIM, Svg, WIDE, words};

/// An answer, ready to be shown.
pub struct Answer {
    /// The scenario's title.
    pub scenario: String,
    /// What was asked: the title of the chart that answers it.
    pub question: String,
    /// The answer.
    pub sentence: String,
    /// What was asked of: case, number of futures, seed.
    pub facts: Vec<(String, String)>,
    pub sections: Vec<Section>,
    pub charts: Vec<Chart>,
    pub tables: Vec<Table>,
    pub json: String,
    /// A few lines for the terminal.
    pub picture: String,
    /// Files with their hashes, and the command that gives the same answer.
    pub files: Vec<(String, String)>,
    pub command: String,
}

/// A part of the page.
#[derive(Default)]
pub struct Section {
    pub title: String,
    pub text: Vec<String>,
    /// Names of charts.
    pub charts: Vec<String>,
    pub grid: Option<Grid>,
}

/// A table for people.
pub struct Grid {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Answer {
    /// The files that it leaves.
    pub fn leaves(self) -> Leaves<'static> {
        let page = page(&self);
        Leaves { json: self.json, tables: self.tables, charts: self.charts, page, rows: None }
    }

    /// What the terminal shows.
    pub fn summary(&self, width: usize) -> String {
        let [question, sentence] =
            [&self.question, &self.sentence].map(|text| super::summary::wrapped(text, width, ""));
        format!("{question}\n{sentence}\n\n{}", self.picture)
    }
}

/// A chart drawn wide and for a phone; none where it is not worth drawing.
fn drawn(draw: impl Fn(u32) -> Option<Svg>) -> Option<(Chart, Svg)> {
    let wide = draw(WIDE)?;
    let narrow = draw(SLIM).map(|svg| svg.text);
    Some((Chart { name: wide.name.clone(), wide: wide.text.clone(), narrow }, wide))
}

/// The title of a scenario, or the file's name.
fn title(about: &About) -> String {
    if about.title.is_empty() { about.file.trim_end_matches(".toml").to_owned() } else { about.title.clone() }
}

/// `Base case`, or the variant's title.
fn case(about: &About) -> String {
    let variant = about.variant_title.as_ref().or(about.variant.as_ref());
    let variant = variant.map_or_else(|| "Base case".to_owned(), |title| words::label(title));
    match about.set.len() {
        0 => variant,
        1 => format!("{variant}, one number set"),
        n => format!("{variant}, {n} numbers set"),
    }
}

fn facts(about: &About, run: &Played) -> Vec<(String, String)> {
    let futures = match run.cases {
        1 => words::count(run.futures),
        cases => format!("{}, under each of {} sets of assumptions", words::count(run.futures), words::count(cases)),
    };
    vec![("Case".to_owned(), case(about)), ("Futures".to_owned(), futures)]
}

/// The line under a chart.
fn source(about: &About, run: &Played) -> String {
    let mut parts = vec![title(about)];
    parts.extend(about.variant_title.clone().or_else(|| about.variant.clone()));
    if !about.set.is_empty() {
        parts.push("changed by hand".to_owned());
    }
    parts.push(words::futures(run.futures));
    parts.join(" · ")
}

/// Assumptions that could not be asked, with the reason; none where there are none.
fn left_out(all: &[LeftOut]) -> Option<Section> {
    let rows: Vec<Vec<String>> =
        all.iter().map(|out| vec![words::label(&out.title), out.value.clone(), out.why.clone()]).collect();
    (!rows.is_empty()).then(|| Section {
        title: "Left out".to_owned(),
        text: vec!["To try one of these, give it a range in the file: `{ value = …, low = …, high = … }`.".to_owned()],
        charts: Vec::new(),
        grid: Some(Grid { columns: ["Assumption", "Value", "Why"].map(str::to_owned).to_vec(), rows }),
    })
}

fn files(about: &About) -> Vec<(String, String)> {
    about.files.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect()
}

/// What to type in the folder that holds the file; `asked` stands after the file's name.
fn command(verb: &str, about: &About, run: &Played, asked: &[String]) -> String {
    let mut all = vec!["forkcast".to_owned(), verb.to_owned(), about.file.clone()];
    all.extend(asked.iter().cloned());
    if let Some(variant) = &about.variant {
        all.extend(["--variant".to_owned(), variant.clone()]);
    }
    for (address, value) in &about.set {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        all.extend(["--set".to_owned(), format!("{address}={value}")]);
    }
    all.extend(["--sampling".to_owned(), run.sampling.clone()]);
    all.extend(["--futures".to_owned(), run.futures.to_string(), "--seed".to_owned(), run.seed.to_string()]);
    all.iter().map(|word| super::page::quoted(word)).collect::<Vec<String>>().join(" ")
}

/// Text in columns, two spaces apart; the columns named in `right` end flush.
fn columns(rows: &[Vec<String>], right: &[usize]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let length = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |text| text.chars().count());
    let widths: Vec<usize> =
        (0..count).map(|column| rows.iter().map(|row| length(row, column)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = (row.iter().zip(&widths).enumerate())
            .map(|(column, (cell, width))| {
                let pad = " ".repeat(width - cell.chars().count());
                if right.contains(&column) { format!("{pad}{cell}") } else { format!("{cell}{pad}") }
            })
            .collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// `3 have no range and are left out`; nothing where none is.
fn without_range(left_out: &[LeftOut]) -> Option<String> {
    match left_out.len() {
        0 => None,
        1 => Some("1 has no range and is left out".to_owned()),
        many => Some(format!("{many} have no range and are left out")),
    }
}

/// A text of at most so many letters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(most.saturating_sub(1)).collect::<String>().trim_end())
}
