//! What a file says, knowing no word of the language: TOML with places, and the syntax of expressions.
//!
//! Parsing never fails: it gives a tree and the mistakes found. What could not be read is [`Value::Broken`], about which
//! nobody further on complains again.

pub mod expression;
pub mod toml;

use crate::diagnostic::Span;
use indexmap::IndexMap;

/// A value and where it stands.
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
    Array(Vec<Node>),
    Table(Table),
    /// Reported already.
    Broken,
}

/// A string's content; knows where each of its characters stands in the source, whatever quotes and escapes were used.
#[derive(Clone, Debug)]
pub struct Text {
    pub content: String,
    /// For each byte of `content` and its end, the byte in the source.
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    /// Byte `i` stands at `start + i`.
    Straight(u32),
    Mapped(Vec<u32>),
}

/// A table in file order.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub entries: IndexMap<String, Entry>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Span,
    pub node: Node,
}
