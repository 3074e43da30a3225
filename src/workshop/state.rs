//! What pages are told of the session: the file, its assumptions as they stand, and what is wrong.

use super::case::{self, Changes, Good, Problem, Setting};
use crate::diagnostic::{self, Diagnostics, Failure, Severity, Sources};
use serde::Serialize;

/// See the page for what each part is used for; names and shapes are a contract between the two.
#[derive(Serialize)]
pub struct State<'a> {
    /// Grows with each change.
    pub version: u64,
    pub file: Facts<'a>,
    /// Of the file on disk.
    pub mistakes: &'a [Mistake],
    pub variants: Vec<Variant<'a>>,
    pub variant: Option<&'a str>,
    /// Beyond the variant.
    pub changes: &'a Changes,
    /// Of the changes.
    pub problems: &'a [Problem],
    pub can_undo: bool,
    pub can_redo: bool,
    pub groups: Vec<super::assumptions::Group>,
    /// The addresses that the file wants to be shown first.
    pub first: &'a [String],
}

#[derive(Serialize)]
pub struct Facts<'a> {
    name: &'a str,
    title: &'a str,
    question: &'a str,
    /// `YYYY-MM-DD`; None in a static scenario.
    start: Option<String>,
    end: Option<String>,
    futures: u64,
    seed: u64,
    r#static: bool,
}

#[derive(Serialize)]
pub struct Variant<'a> {
    name: &'a str,
    title: &'a str,
    note: &'a str,
    changes: Changes,
}

/// A mistake in the file, as `check` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    file: String,
    line: usize,
    column: usize,
    severity: Severity,
    message: String,
    help: Option<String>,
    /// The line with its marks, as text.
    excerpt: String,
}

pub use super::assumptions::groups;

pub fn facts(good: &Good, futures: Option<u64>, seed: Option<u64>) -> Facts<'_> {
    let base = &good.base;
    let day = |days: i32| crate::calendar::format_date(days);
    Facts {
        name: &good.file.name,
        title: &base.title,
        question: &base.question,
        start: base.calendar.as_ref().map(|calendar| day(calendar.start)),
        end: base.calendar.as_ref().map(|calendar| day(calendar.end())),
        futures: futures.unwrap_or(base.run.futures),
        seed: seed.unwrap_or(base.run.seed),
        r#static: base.calendar.is_none(),
    }
}

pub fn variants(good: &Good) -> Vec<Variant<'_>> {
    let variant = |variant: &'_ crate::model::types::Variant| case::of_variant(&good.file, &variant.name);
    let all = good.base.variants.iter();
    all.map(|v| Variant { name: &v.name, title: &v.title, note: &v.note, changes: variant(v) }).collect()
}

/// All mistakes, warnings among them; none where there are warnings only.
pub fn mistakes(sources: &Sources, found: &Diagnostics) -> Vec<Mistake> {
    if !found.has_errors() {
        return Vec::new();
    }
    let excerpt = |one: &diagnostic::Diagnostic| {
        let mut alone = Diagnostics::default();
        alone.push(one.clone());
        diagnostic::render(sources, &alone, diagnostic::Style::default())
    };
    let items = diagnostic::items(sources, found).into_iter().zip(found.sorted());
    items
        .map(|(item, diagnostic)| Mistake {
            file: item.place.file,
            line: item.place.line,
            column: item.place.column,
            severity: item.severity,
            message: item.message,
            help: item.help,
            excerpt: excerpt(diagnostic),
        })
        .collect()
}

impl Mistake {
    /// Why a file cannot be read at all.
    pub fn of_failure(failure: &Failure) -> Self {
        let Problem { message, help, .. } = Problem::of_failure(failure, &Sources::default());
        let file = String::new();
        Self { file, line: 1, column: 1, severity: Severity::Error, message, help, excerpt: String::new() }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The text of an assumption's change, in the room's or else in the variant's hands.
pub fn changed<'a>(setting: &'a Setting, of_variant: &'a Changes, address: &str) -> Option<&'a String> {
    setting.changes.get(address).or_else(|| of_variant.get(address))
}
