//! Which mistakes of a file's syntax are reported: one for each line, none that only follow from another.

use super::repair::{Repaired, Unclosed};
use super::reword::{Mistake, line_around, reword};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span};
use crate::document::Text;
use crate::document::address::{Address, Part};
use ::toml::Spanned;
use ::toml::de::{DeTable, Error};
use std::ops::Range;

/// Reports the mistakes, which were found in the repaired text, and says which lines of the file they spoil.
pub(super) fn report(
    source: &str,
    id: SourceId,
    root: &DeTable<'_>,
    repaired: &Repaired,
    mistakes: &[Error],
    errors: &mut Diagnostics,
) -> Vec<Range<usize>> {
    let mut broken = Vec::new();
    for unclosed in repaired.unclosed.iter().take(MOST) {
        errors.push(never_closed(id, unclosed));
        broken.push(unclosed.open..unclosed.close_at);
    }
    let mut found: Vec<Mistake> = mistakes
        .iter()
        .map(|mistake| {
            let at = mistake.span().unwrap_or(0..0);
            let at = on_characters(source, repaired.original(at.start)..repaired.original(at.end));
            Mistake { at, message: mistake.message().to_owned() }
        })
        .collect();
    found.sort_by_key(|mistake| mistake.at.start);
    let mut rest = found.as_slice();
    while let Some(first) = rest.first() {
        if broken.len() >= MOST {
            // Whatever this is, it is hardly a scenario.
            broken.push(first.at.start..source.len());
            break;
        }
        let line = line_around(source, first.at.start);
        let same_line = rest.iter().take_while(|mistake| mistake.at.start <= line.end).count();
        let (here, later) = rest.split_at(same_line.max(1));
        rest = later;
        let spoilt = broken.iter().any(|broken: &Range<usize>| broken.start <= line.end && line.start <= broken.end);
        let duplicates: Vec<&Mistake> = here.iter().filter(|mistake| mistake.message == "duplicate key").collect();
        if duplicates.len() == here.len() {
            for duplicate in duplicates {
                errors.push(stated_twice(source, id, root, repaired, duplicate));
            }
        } else if !spoilt {
            errors.push(reword(source, id, here));
        }
        broken.push(line);
    }
    broken
}

/// The most mistakes of a file's syntax that are reported.
const MOST: usize = 100;

fn on_characters(source: &str, at: Range<usize>) -> Range<usize> {
    let mut start = at.start.min(source.len());
    while !source.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = at.end.clamp(start, source.len());
    while !source.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

fn never_closed(id: SourceId, unclosed: &Unclosed) -> Diagnostic {
    let Unclosed { open, close_at, closing } = *unclosed;
    let opening = if closing == ']' { '[' } else { '{' };
    let place = |start: usize, end: usize| Span { source: id, start: start as u32, end: end as u32 };
    Diagnostic::error(place(open, open + 1), format!("this `{opening}` is never closed"))
        .help(format!("write `{closing}` where it ends"))
        .mend(place(close_at, close_at), closing)
}

fn stated_twice(source: &str, id: SourceId, root: &DeTable<'_>, repaired: &Repaired, mistake: &Mistake) -> Diagnostic {
    let span = |at: &Range<usize>| Span { source: id, start: at.start as u32, end: at.end as u32 };
    let key = &source[mistake.at.clone()];
    let line = &source[line_around(source, mistake.at.start)];
    let header = header_of(line);
    let diagnostic = Diagnostic::error(span(&mistake.at), format!("`{key}` is stated twice"));
    let diagnostic = if header.is_some() {
        diagnostic.help("put what belongs to it into one table, or give one of the two another name")
    } else {
        diagnostic.help("take one of the two out")
    };
    let first = if let Some(header) = header {
        same_header(source, header)
    } else {
        let above = source[..mistake.at.start].lines().rev().find_map(header_of);
        first_place(root, above.unwrap_or_default(), key)
            .map(|at| repaired.original(at.start)..repaired.original(at.end))
    };
    match first {
        Some(first) if first.end <= mistake.at.start => {
            diagnostic.mark("here again").and_at(span(&first), "here first")
        }
        _ => diagnostic,
    }
}

/// What stands between the brackets of a line that begins a table.
fn header_of(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('[')?.trim_start_matches('[');
    inner.find(']').map(|end| &inner[..end])
}

fn same_header(source: &str, header: &str) -> Option<Range<usize>> {
    let first = source.lines().find_map(|line| header_of(line).filter(|other| *other == header))?;
    let start = first.as_ptr() as usize - source.as_ptr() as usize;
    Some(start..start + first.len())
}

/// Where a key of a table is stated first.
fn first_place(root: &DeTable<'_>, header: &str, key: &str) -> Option<Range<usize>> {
    let address = Address::read(&Text::straight(header, 0), SourceId(0));
    let mut table = root;
    for name in address.iter().flat_map(Address::names) {
        let value = table.get(name)?.get_ref();
        let value = value.as_array().map_or(Some(value), |tables| tables.last().map(Spanned::get_ref))?;
        table = value.as_table()?;
    }
    table.get_key_value(key).map(|(at, _)| at.span())
}

/// Names that stand in the file, but not in its tree, because what follows them could not be read.
pub(super) fn lost(source: &str, id: SourceId, broken: &[Range<usize>]) -> Vec<Address> {
    let mut lost = Vec::new();
    for line in broken {
        let written = &source[line.clone()];
        let trimmed = written.trim_start();
        let start = line.end - trimmed.len();
        let length = trimmed.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(trimmed.len());
        if length == 0 {
            continue;
        }
        let span = Span { source: id, start: start as u32, end: (start + length) as u32 };
        let header = source[..line.start].lines().rev().find_map(header_of).unwrap_or_default();
        let above = Address::read(&Text::straight(header, span.start), id);
        let mut parts = above.map_or(Vec::new(), |address| address.parts);
        parts.push(Part { name: trimmed[..length].to_owned(), span });
        lost.push(Address { parts });
    }
    lost
}
