//! The syntax of expressions: text → tree, with exact places.
//!
//! ```text
//! expr    := "if" expr "then" expr "else" expr | or
//! or      := and ("or" and)*            and := not ("and" not)*          not := "not" not | compare
//! compare := range (("<" | "<=" | ">" | ">=" | "=" | "!=") range)*
//! range   := sum ("to" sum)?
//! sum     := term (("+" | "-") term)*   term := unary (("*" | "/") unary)*
//! unary   := "-" unary | power          power := atom ("^" unary)?
//! atom    := number | number "%" | date | text | name | name "." name | call | "(" expr ")"
//! call    := name "(" [argument ("," argument)*] ")"     argument := expr | name "=" expr
//! ```
//!
//! A text has at most [`LONGEST`] bytes and is nested at most [`DEEPEST`] deep. Chains of one precedence are no nesting:
//! those of `and` and `or` become balanced trees, those of `+ - * /` lean to the left, at most half of [`LONGEST`] deep.

mod lexer;
mod parser;
mod refuse;
#[cfg(test)]
mod tests;

pub(super) use refuse::as_date;

use super::Text;
use crate::diagnostic::{Diagnostics, SourceId, Span};

/// The longest expression, in bytes.
pub const LONGEST: usize = 4096;
/// How deep parentheses, arguments, `if`, `not`, signs and exponents may be nested in one another.
pub const DEEPEST: u32 = 64;

/// Reads an expression. `None`, or a tree that may still be looked at for further mistakes, where `errors` got one.
///
/// `source` is that of the node in which the text stands. An argument `name = …` is always taken as a named one; see
/// [`parse_knowing`].
pub fn parse(text: &Text, source: SourceId, errors: &mut Diagnostics) -> Option<Expression> {
    parse_knowing(text, source, &|_, _| true, errors)
}

/// As [`parse`], for somebody who knows whether a function (first) has a parameter of a name (second).
///
/// Where it has not, `ever(oil = 60)` is a comparison like any other.
pub fn parse_knowing(
    text: &Text,
    source: SourceId,
    has_parameter: &dyn Fn(&str, &str) -> bool,
    errors: &mut Diagnostics,
) -> Option<Expression> {
    parser::parse(text, source, has_parameter, errors)
}

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

impl Expression {
    /// Calls `f` with this expression and everything in it, from left to right, the whole before its parts.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Expression)) {
        // By hand, because a long chain may be thousands of steps deep.
        let mut waiting = vec![self];
        while let Some(expression) = waiting.pop() {
            f(expression);
            let from = waiting.len();
            expression.push_parts(&mut waiting);
            waiting[from..].reverse();
        }
    }

    fn push_parts<'a>(&'a self, parts: &mut Vec<&'a Expression>) {
        match &self.kind {
            Kind::Number(_) | Kind::Date(_) | Kind::Text(_) | Kind::Name(_) | Kind::Branch { .. } => {}
            Kind::Call { arguments, .. } => parts.extend(arguments.iter().map(|argument| &argument.value)),
            Kind::Negate(inner) | Kind::Not(inner) => parts.push(inner),
            Kind::Binary { left, right, .. } => parts.extend([&**left, &**right]),
            Kind::Compare { operands, .. } => parts.extend(operands),
            Kind::Range { low, high } => parts.extend([&**low, &**high]),
            Kind::If { condition, then, otherwise } => parts.extend([&**condition, &**then, &**otherwise]),
        }
    }
}
