//! Addresses: the dotted path of a value in a file, such as `events.new_start.branches.lapses` or `correlations.0.rho`.

use super::{Entry, Node, Table, Text, Value};
use crate::diagnostic::{Diagnostic, SourceId, Span};
use std::fmt;
use std::sync::Arc;

/// A path into a document: keys, and in lists the 0-based index.
#[derive(Clone, Debug)]
pub struct Address {
    /// At least one.
    pub parts: Vec<Part>,
}

/// A key or an index, and where it is written.
#[derive(Clone, Debug)]
pub struct Part {
    pub name: String,
    pub span: Span,
}

impl Address {
    /// Reads `a.b.0."c d"`; a part in quotes may hold points and blanks.
    pub fn read(text: &Text, source: SourceId) -> Result<Self, Diagnostic> {
        let content = text.content.as_str();
        let whole = text.span(source, 0..content.len());
        let refuse = |range: std::ops::Range<usize>, message: String| {
            Err(Diagnostic::error(text.span(source, range), message)
                .help("an address is the path to a value in the file, as in `events.envoy_visit.probability`"))
        };
        if content.trim().is_empty() {
            return Err(Diagnostic::error(whole, "an address is missing")
                .help("write the path to a value in the file, as in `events.envoy_visit.probability`"));
        }
        let mut parts = Vec::new();
        let mut at = 0;
        loop {
            at += blanks(&content[at..]);
            let rest = &content[at..];
            let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
            let (name, length) = if let Some(quote) = quote {
                let Some(end) = rest[1..].find(quote) else {
                    return refuse(at..content.len(), "this quotation mark is never closed".to_owned());
                };
                (&rest[1..=end], end + 2)
            } else {
                let part = rest[..rest.find('.').unwrap_or(rest.len())].trim_end();
                (part, part.len())
            };
            if length == 0 {
                let end = (at + 1).min(content.len());
                return refuse(at.saturating_sub(1)..end.max(at), format!("`{content}` has an empty part"));
            }
            parts.push(Part { name: name.to_owned(), span: text.span(source, at..at + length) });
            at += length;
            at += blanks(&content[at..]);
            match content[at..].chars().next() {
                None => return Ok(Self { parts }),
                Some('.') => at += 1,
                Some(stray) => return refuse(at..at + stray.len_utf8(), format!("`{stray}` cannot stand here")),
            }
        }
    }

    /// The place of all parts.
    #[must_use]
    pub fn span(&self) -> Span {
        let (first, last) = (&self.parts[0], &self.parts[self.parts.len() - 1]);
        Span { end: last.span.end, ..first.span }
    }

    /// The names, first to last.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }
}

/// As it is written in a file, with quotes only where they are needed.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            let point = if index == 0 { "" } else { "." };
            let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            if bare { write!(f, "{point}{name}")? } else { write!(f, "{point}\"{name}\"")? }
        }
        Ok(())
    }
}

impl Table {
    /// The value at an address, or the index of the first part that leads nowhere.
    pub fn find(&self, address: &Address) -> Result<&Node, usize> {
        let mut node = self.get(&address.parts[0].name).ok_or(0_usize)?;
        for (index, name) in address.names().enumerate().skip(1) {
            node = node.child(name).ok_or(index)?;
        }
        Ok(node)
    }

    /// As [`Table::find`], to change it. What other clones hold stays as it is.
    pub fn find_mut(&mut self, address: &Address) -> Result<&mut Node, usize> {
        self.find(address)?;
        let mut node = self.get_mut(&address.parts[0].name).ok_or(0_usize)?;
        for (index, name) in address.names().enumerate().skip(1) {
            node = node.child_mut(name).ok_or(index)?;
        }
        Ok(node)
    }

    /// Puts a value at an address whose last part may be new; the index of a part that leads nowhere otherwise.
    pub fn put(&mut self, address: &Address, node: Node) -> Result<(), usize> {
        let last = address.parts.len() - 1;
        if let Ok(place) = self.find_mut(address) {
            *place = node;
            return Ok(());
        }
        let Part { name, span } = address.parts[last].clone();
        if last == 0 {
            self.insert(name, Entry { key: span, node });
            return Ok(());
        }
        let parent = Address { parts: address.parts[..last].to_vec() };
        match &mut self.find_mut(&parent)?.value {
            Value::Table(table) => {
                table.insert(name, Entry { key: span, node });
                Ok(())
            }
            _ => Err(last),
        }
    }
}

impl Node {
    /// What stands under a key of a table, or at an index of a list.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(table) => table.get(name),
            Value::Array(nodes) => nodes.get(index(name)?),
            _ => None,
        }
    }

    pub fn child_mut(&mut self, name: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Table(table) => table.get_mut(name),
            Value::Array(nodes) => Arc::make_mut(nodes).get_mut(index(name)?),
            _ => None,
        }
    }
}

fn index(name: &str) -> Option<usize> {
    let plain = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if plain { name.parse().ok() } else { None }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests;
