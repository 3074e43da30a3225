//! What a file says, knowing no word of the language: TOML with places, and the syntax of expressions.
//!
//! Parsing never fails: it gives a tree and the mistakes found. What could not be read is [`Value::Broken`], about which
//! nobody further on complains again.

pub mod address;
pub mod edit;
pub mod expression;
mod text;
pub mod toml;

pub use text::Text;

use crate::diagnostic::Span;
use indexmap::IndexMap;
use std::sync::Arc;

/// A value and where it stands: a table with a header at that header, a list of tables at the first of theirs, a table
/// that only its parts imply at its name.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Span,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub enum Value {
    Text(Text),
    /// `integer` where it was written as one.
    Number {
        value: f64,
        integer: Option<i64>,
    },
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    Array(Arc<Vec<Node>>),
    Table(Table),
    /// Reported already.
    Broken,
}

/// A table in file order. A clone shares what is in it until one of the two is changed.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub entries: Arc<IndexMap<String, Entry>>,
}

/// A value under its key.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Span,
    pub node: Node,
}

impl Node {
    #[must_use]
    pub fn text(&self) -> Option<&Text> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    #[must_use]
    pub fn number(&self) -> Option<f64> {
        if let Value::Number { value, .. } = self.value { Some(value) } else { None }
    }

    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        if let Value::Number { integer, .. } = self.value { integer } else { None }
    }

    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        if let Value::Boolean(value) = self.value { Some(value) } else { None }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn date(&self) -> Option<i32> {
        if let Value::Date(days) = self.value { Some(days) } else { None }
    }

    #[must_use]
    pub fn array(&self) -> Option<&[Node]> {
        if let Value::Array(nodes) = &self.value { Some(nodes) } else { None }
    }

    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.value, Value::Broken)
    }

    /// What kind of value it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Number { .. } => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date(_) => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
            Value::Broken => "unreadable",
        }
    }
}

impl Table {
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|entry| &entry.node)
    }

    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Keys and entries in file order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Puts an entry at the end, or in the place of the one with the same key.
    pub fn insert(&mut self, key: impl Into<String>, entry: Entry) {
        self.entries_mut().insert(key.into(), entry);
    }

    /// Takes an entry out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        if self.contains(key) { self.entries_mut().shift_remove(key) } else { None }
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries_mut().get_mut(key).map(|entry| &mut entry.node)
    }

    /// The entries, no longer shared with other clones of this table.
    pub fn entries_mut(&mut self) -> &mut IndexMap<String, Entry> {
        Arc::make_mut(&mut self.entries)
    }
}
