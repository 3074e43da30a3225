//! The syntax of expressions: text → tree, with exact places.

use crate::diagnostic::Span;

/// An expression and where it stands in the file.
#[derive(Clone, Debug)]
pub struct Expression {
    pub span: Span,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Number(f64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Only as an argument of `data`.
    Text(String),
    Name(String),
    /// `event.branch`
    Branch {
        event: String,
        branch: String,
    },
    Call {
        name: String,
        name_span: Span,
        arguments: Vec<Argument>,
    },
    Negate(Box<Expression>),
    Not(Box<Expression>),
    Binary {
        operator: Binary,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    /// `a < b <= c`: each operator stands between two neighbours; at least two operands.
    Compare {
        operands: Vec<Expression>,
        operators: Vec<(Comparison, Span)>,
    },
    /// `a to b`
    Range {
        low: Box<Expression>,
        high: Box<Expression>,
    },
    If {
        condition: Box<Expression>,
        then: Box<Expression>,
        otherwise: Box<Expression>,
    },
}

#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Option<(String, Span)>,
    pub value: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    And,
    Or,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Different,
}
