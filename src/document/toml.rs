//! TOML → a tree with places, and its mistakes in plain words.

mod reword;
#[cfg(test)]
mod tests;

use super::{Entry, Node, Table, Text, Value};
use crate::calendar;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};
use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use ::toml::value::Datetime;
use std::ops::Range;
use std::sync::Arc;

/// How deep tables and lists may lie in one another.
const DEEPEST: u32 = 64;

/// Reads a file. What cannot be read is among the errors, and broken in the table.
pub fn parse(sources: &Sources, id: SourceId, errors: &mut Diagnostics) -> Table {
    let source = &sources.get(id).text;
    if let Some(place) = reword::endless_key(source) {
        errors.push(
            Diagnostic::error(
                Span { source: id, start: place.start as u32, end: place.end as u32 },
                "this key has no end",
            )
            .help("a key has a few parts, as in `events.envoy_visit.probability`"),
        );
        return Table::default();
    }
    let (root, mistakes) = DeTable::parse_recoverable(source);
    let broken = reword::report(source, id, root.get_ref(), &mistakes, errors);
    let mut reader = Reader { source, id, broken, errors };
    reader.table(root.get_ref(), 0)
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
    if trimmed.is_empty() || reword::endless_key(text).is_some() {
        return plain;
    }
    let Ok(value) = DeValue::parse(text) else { return plain };
    let mut errors = Diagnostics::default();
    let mut reader = Reader { source: text, id, broken: Vec::new(), errors: &mut errors };
    let node = reader.node(&value, 0);
    if errors.is_empty() { node } else { plain }
}

struct Reader<'a> {
    source: &'a str,
    id: SourceId,
    /// Where a mistake was reported already.
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
        let value = match value.get_ref() {
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
            DeValue::Array(nodes) => {
                Value::Array(Arc::new(nodes.iter().map(|node| self.node(node, depth + 1)).collect()))
            }
            _ if self.is_broken(&range) => Value::Broken,
            DeValue::String(content) => {
                let raw = self.source.get(range.clone()).unwrap_or_default();
                Value::Text(Text::written(content.to_string(), raw, range.start as u32))
            }
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Integer(integer) => self.integer(integer.as_str(), integer.radix(), span),
            DeValue::Float(float) => self.float(float.as_str(), span),
            DeValue::Datetime(date) => self.date(*date, span),
        };
        Node { span, value }
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

    fn is_broken(&self, range: &Range<usize>) -> bool {
        self.broken.iter().any(|broken| broken.start <= range.end && range.start <= broken.end)
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.id, start: range.start as u32, end: range.end as u32 }
    }
}
