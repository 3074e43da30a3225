//! Where a span lies, as people and editors count: lines and columns from 1, columns in characters.

use super::{Diagnostics, Severity, Source, Sources, Span};
use serde::Serialize;
use std::ops::Range;

/// A stretch of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// The column behind the last character.
    pub end_column: usize,
}

/// A mistake as `check --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    #[serde(flatten)]
    pub place: Place,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
}

/// All mistakes, in the order in which they are shown.
#[must_use]
pub fn items(sources: &Sources, diagnostics: &Diagnostics) -> Vec<Item> {
    let item = |diagnostic: &super::Diagnostic| Item {
        place: place(sources, diagnostic.labels[0].span),
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
    };
    diagnostics.sorted().into_iter().map(item).collect()
}

/// Where a span begins, and where it ends in that line.
#[must_use]
pub fn place(sources: &Sources, span: Span) -> Place {
    let source = sources.get(span.source);
    let shown = shown_text(source);
    let range = shown_range(source, span);
    let before = &shown[..range.start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[line_start..].chars().count() + 1;
    Place {
        file: source.name.clone(),
        line: before.matches('\n').count() + 1,
        column,
        end_column: column + shown[range].chars().count(),
    }
}

/// The text without the invisible mark that some editors put at a file's beginning.
pub(super) fn shown_text(source: &Source) -> &str {
    source.text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&source.text)
}

/// The part of a span that is marked: of its first line, and one character at least if there is one.
pub(super) fn shown_range(source: &Source, span: Span) -> Range<usize> {
    let text = shown_text(source);
    let cut = source.text.len() - text.len();
    let floor = |byte: u32| {
        let mut byte = (byte as usize).saturating_sub(cut).min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    };
    let (start, end) = (floor(span.start), floor(span.end));
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line_end = if text[start..line_end].ends_with('\r') { line_end - 1 } else { line_end };
    if end > start && line_end > start {
        return start..end.min(line_end);
    }
    let next = text[start..line_end].chars().next().map_or(0, char::len_utf8);
    start..start + next
}

const BYTE_ORDER_MARK: char = '\u{feff}';
