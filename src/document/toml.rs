//! TOML → a tree with places, and its mistakes in plain words.

mod marks;
mod mistake;
mod repair;
mod reword;
#[cfg(test)]
mod tests;

use super::address::Address;
use super::{Entry, Node, Table, Text, Value};
use crate::calendar;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};
use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use ::toml::value::Datetime;
use marks::marks;
use repair::Repaired;
use std::ops::Range;
use std::sync::Arc;

/// How deep tables and lists may lie in one another.
const DEEPEST: u32 = 64;
/// The most parts of a dotted name: one that went on and on would nest tables without end.
const MOST_PARTS: usize = 32;

/// Reads a file. What cannot be read is among the errors, and broken in the table.
pub fn parse(sources: &Sources, id: SourceId, errors: &mut Diagnostics) -> Table {
    let source = &sources.get(id).text;
    let mut refuse = |place: usize, message: &str| {
        errors.push(
            Diagnostic::error(Span { source: id, start: place as u32, end: place as u32 + 1 }, message)
                .help("an address has a few parts, as in `events.envoy_visit.probability`"),
        );
        Table::default()
    };
    if let Some(place) = endless_key(source) {
        return refuse(place, "this name has no end");
    }
    let (root, mistakes) = DeTable::parse_recoverable(source);
    if mistakes.is_empty() {
        let mut reader = Reader { text: source, from: 0, id, repaired: None, broken: Vec::new(), errors };
        return reader.table(root.get_ref(), 0);
    }
    let repaired = match Repaired::new(source) {
        Ok(repaired) => repaired,
        Err(place) => return refuse(place, "lists and tables lie too deep in one another here"),
    };
    let (root, mistakes) = DeTable::parse_recoverable(&repaired.text);
    let broken = mistake::report(source, id, root.get_ref(), &repaired, &mistakes, errors);
    let lost = mistake::lost(source, id, &broken);
    let mut reader = Reader { text: &repaired.text, from: 0, id, repaired: Some(&repaired), broken, errors };
    let mut table = reader.table(root.get_ref(), 0);
    for Address { parts } in lost {
        let span = parts[parts.len() - 1].span;
        let address = Address { parts };
        if table.find(&address).is_err() {
            // Where its table is missing, too, nobody will look for it.
            let _ = table.put(&address, Node { span, value: Value::Broken });
        }
    }
    table
}

/// Reads the value of a `--set`, or of a slider: as TOML where it is one value of TOML, else as a text.
///
/// So `normal(0, 1)`, `120 days` and `65%` need no quotes. The text becomes a source of this name.
pub fn parse_value(sources: &mut Sources, name: &str, text: &str) -> Node {
    let id = sources.add(name, text);
    let trimmed = text.trim();
    let offset = text.len() - text.trim_start().len();
    let plain = Node {
        span: Span { source: id, start: offset as u32, end: (offset + trimmed.len()) as u32 },
        value: Value::Text(Text::straight(trimmed, offset as u32)),
    };
    if trimmed.is_empty() || endless_key(text).is_some() {
        return plain;
    }
    let Ok(value) = DeValue::parse(trimmed) else { return plain };
    let mut errors = Diagnostics::default();
    let mut reader =
        Reader { text: trimmed, from: offset, id, repaired: None, broken: Vec::new(), errors: &mut errors };
    let node = reader.node(&value, 0);
    if errors.is_empty() { node } else { plain }
}

/// Whether a text is one value of TOML, such as `0.65`, `"oil"` or `[1, 2]`.
pub(super) fn is_one_value(text: &str) -> bool {
    endless_key(text).is_none() && DeValue::parse(text).is_ok_and(|value| value.span() == (0..text.len()))
}

/// The first point of a name that goes too far.
fn endless_key(text: &str) -> Option<usize> {
    let mut points = 0;
    for mark in marks(text) {
        match mark.what {
            '.' => points += 1,
            '=' | ',' | '{' | '}' | '[' | ']' | '\n' => points = 0,
            _ => {}
        }
        if points > MOST_PARTS {
            return Some(mark.at.start);
        }
    }
    None
}

struct Reader<'a> {
    /// What was read: the file, or the file as repaired.
    text: &'a str,
    /// Where that begins in the source.
    from: usize,
    id: SourceId,
    repaired: Option<&'a Repaired>,
    /// Where a mistake was reported already, in bytes of the file.
    broken: Vec<Range<usize>>,
    errors: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, depth: u32) -> Table {
        let mut read = Table::default();
        let entries = read.entries_mut();
        for (key, value) in table {
            let node = self.node(value, depth + 1);
            entries.insert(key.get_ref().to_string(), Entry { key: self.span(key.span()), node });
        }
        read
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>, depth: u32) -> Node {
        let range = value.span();
        let span = self.span(range.clone());
        if depth > DEEPEST {
            let message = format!("tables and lists lie in one another more than {DEEPEST} deep here");
            self.errors.push(Diagnostic::error(span, message).help("no value of a scenario lies so deep"));
            return Node { span, value: Value::Broken };
        }
        let raw = self.text.get(range.clone()).unwrap_or_default();
        let value = match value.get_ref() {
            DeValue::Table(table) if !raw.starts_with('{') => Value::Table(self.table(table, depth)),
            DeValue::Array(nodes) if is_list_of_tables(raw, nodes) => self.array(nodes, depth),
            _ if self.is_broken(span) => Value::Broken,
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
            DeValue::Array(nodes) => self.array(nodes, depth),
            DeValue::String(content) => Value::Text(Text::written(content.to_string(), raw, span.start)),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Integer(integer) => self.integer(integer.as_str(), integer.radix(), span),
            DeValue::Float(float) => self.float(float.as_str(), span),
            DeValue::Datetime(date) => self.date(*date, span),
        };
        Node { span, value }
    }

    fn array(&mut self, nodes: &[Spanned<DeValue<'_>>], depth: u32) -> Value {
        Value::Array(Arc::new(nodes.iter().map(|node| self.node(node, depth + 1)).collect()))
    }

    fn integer(&mut self, digits: &str, radix: u32, span: Span) -> Value {
        match i64::from_str_radix(digits, radix) {
            Ok(integer) => Value::Number { value: integer as f64, integer: Some(integer) },
            // Larger whole numbers are numbers all the same.
            Err(_) => self.float(digits, span),
        }
    }

    fn float(&mut self, digits: &str, span: Span) -> Value {
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => Value::Number { value, integer: None },
            Ok(value) if digits.contains(['n', 'N']) => {
                let what =
                    if value.is_nan() { "not a number at all" } else { "not a number that can be calculated with" };
                self.refuse(span, format!("`{digits}` is {what}"), "write a number, such as `0.65`")
            }
            _ => self.refuse(span, format!("`{digits}` is too large a number"), "numbers go up to 1.7e308"),
        }
    }

    fn date(&mut self, date: Datetime, span: Span) -> Value {
        let Some(day) = date.date else {
            return self.refuse(
                span,
                "this is a time of day, and dates have none".to_owned(),
                "write a date, as in 2026-02-05",
            );
        };
        let written = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
        if date.time.is_some() {
            let diagnostic = Diagnostic::error(span, "a date has no hours").help(format!("write {written}"));
            self.errors.push(diagnostic.mend(span, written));
            return Value::Broken;
        }
        match calendar::parse_date(&written) {
            Ok(days) => Value::Date(days),
            Err(refusal) => self.refuse(span, refusal.message, &refusal.help),
        }
    }

    fn refuse(&mut self, span: Span, message: String, help: &str) -> Value {
        self.errors.push(Diagnostic::error(span, message).help(help));
        Value::Broken
    }

    fn is_broken(&self, span: Span) -> bool {
        let (start, end) = (span.start as usize, span.end as usize);
        self.broken.iter().any(|broken| broken.start <= end && start <= broken.end)
    }

    fn span(&self, range: Range<usize>) -> Span {
        let original = |byte| self.repaired.map_or(byte, |repaired| repaired.original(byte)) as u32;
        Span { source: self.id, start: original(self.from + range.start), end: original(self.from + range.end) }
    }
}

/// Whether a list was written as `[[name]]` tables; its own place is then the first of these lines.
fn is_list_of_tables(raw: &str, nodes: &[Spanned<DeValue<'_>>]) -> bool {
    raw.starts_with("[[")
        && nodes.first().is_some_and(|first| first.span().len() == raw.len() && first.get_ref().is_table())
}
