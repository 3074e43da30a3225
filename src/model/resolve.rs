//! Syntax → meaning: names become things, every part gets its type, and what makes no sense gets its message.

mod calls;
mod draws;

use super::names::{Name, Names};
use super::read::Reading;
use super::types::{EventRef, Node, Term, Type};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::expression::{self, Comparison, Expression, Kind};
use crate::program::fold::{fold_binary, fold_unary};
use crate::program::{Binary, Unary};
use std::sync::Arc;

/// What may be named in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// In quantities and in arguments of distributions: other quantities only.
    Quantities,
    /// In numbers of paths and events: the state of the moment, and distributions.
    Moment,
    /// In conditions and formulas of the moment: no distributions.
    Condition,
    /// In metrics and outcomes: metrics, and `at`.
    Whole,
    /// In reports (evidence): neither.
    Report,
}

/// The field whose expression is read.
pub struct Field<'a> {
    pub address: &'a str,
    pub allowed: Allowed,
    /// Whether `a to b` is a probability (logit-normal).
    pub probability: bool,
}

pub struct Resolver<'a, 'r> {
    pub reading: &'r mut Reading<'a>,
    pub names: &'r Names,
    address: Arc<str>,
    allowed: Allowed,
    probability: bool,
    draws: u32,
    /// Inside `mixture`, `truncate` and the like.
    in_draw: bool,
}

impl<'a, 'r> Resolver<'a, 'r> {
    pub fn new(reading: &'r mut Reading<'a>, names: &'r Names, field: &Field) -> Self {
        Resolver {
            reading,
            names,
            address: field.address.into(),
            allowed: field.allowed,
            probability: field.probability,
            draws: 0,
            in_draw: false,
        }
    }

    /// For the fields of a panel, whose answers share an address: the draws go on counting.
    pub fn draws(&self) -> u32 {
        self.draws
    }

    pub fn count_draws_from(&mut self, draws: u32) {
        self.draws = draws;
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        self.reading.errors.push(diagnostic);
    }

    /// An expression that must be a number (yes/no counts as 1/0).
    pub fn number(&mut self, expression: &Expression) -> Option<Term> {
        let term = self.term(expression)?;
        self.need_number(&term)?;
        Some(term)
    }

    fn need_number(&mut self, term: &Term) -> Option<()> {
        if term.kind == Type::Date {
            self.error(
                Diagnostic::error(term.span, "this is a date, and here a number is needed")
                    .help("the days between two dates are a number: `date_of(visit) - 2026-01-20`"),
            );
            return None;
        }
        Some(())
    }

    /// An expression that must be yes or no.
    pub fn condition(&mut self, expression: &Expression) -> Option<Term> {
        let term = self.term(expression)?;
        self.need_condition(&term)?;
        Some(term)
    }

    fn need_condition(&mut self, term: &Term) -> Option<()> {
        if term.kind == Type::YesNo {
            return Some(());
        }
        let text = self.reading.sources.text(term.span).to_owned();
        let example = match term.kind {
            Type::Date => format!("compare it with a date: `{text} <= 2026-06-30`"),
            _ => format!("compare it with a number: `{text} > 0`"),
        };
        let message = format!("`{text}` is {}, and here a yes or no is needed", term.kind.words());
        self.error(Diagnostic::error(term.span, message).help(example));
        None
    }

    pub fn term(&mut self, expression: &Expression) -> Option<Term> {
        let span = expression.span;
        let (kind, node) = match &expression.kind {
            Kind::Number(value) => (Type::Number, Node::Constant(*value)),
            Kind::Date(day) => (Type::Date, Node::Constant(self.days_since_start(*day, span)?)),
            Kind::Text(_) => {
                self.error(
                    Diagnostic::error(span, "a text has no place in an expression").help("take the inner quotes away"),
                );
                return None;
            }
            Kind::Name(name) => self.name(name, span)?,
            Kind::Branch { event, branch } => {
                let reference = self.event_branch(event, branch, span)?;
                self.need_time(span)?;
                (Type::YesNo, Node::Happened(reference))
            }
            Kind::Call { name, name_span, arguments } => return self.call(name, *name_span, arguments, span),
            Kind::Negate(inner) => {
                let inner = self.number(inner)?;
                (Type::Number, unary(Unary::Negate, inner))
            }
            Kind::Not(inner) => {
                let inner = self.condition(inner)?;
                (Type::YesNo, unary(Unary::Not, inner))
            }
            Kind::Binary { operator, left, right } => return self.binary(*operator, left, right, span),
            Kind::Compare { operands, operators } => return self.compare(operands, operators, span),
            Kind::Range { low, high } => return self.interval(low, high, span),
            Kind::If { condition, then, otherwise } => {
                let condition = self.condition(condition);
                let then = self.term(then);
                let otherwise = self.term(otherwise);
                let (condition, then, otherwise) = (condition?, then?, otherwise?);
                let kind = self.common(&then, &otherwise, span)?;
                if let Some(c) = condition.constant() {
                    let chosen = if c == 0.0 { otherwise } else { then };
                    return Some(Term { span, kind, node: chosen.node });
                }
                (kind, Node::If(Box::new(condition), Box::new(then), Box::new(otherwise)))
            }
        };
        Some(Term { span, kind, node })
    }

    /// The type of a choice between two.
    fn common(&mut self, a: &Term, b: &Term, span: Span) -> Option<Type> {
        match (a.kind, b.kind) {
            (x, y) if x == y => Some(x),
            (Type::Date, _) | (_, Type::Date) => {
                self.error(
                    Diagnostic::error(span, "one of these is a date and the other is not")
                        .help("make both dates, or both numbers"),
                );
                None
            }
            _ => Some(Type::Number),
        }
    }

    fn days_since_start(&mut self, day: i32, span: Span) -> Option<f64> {
        if let Some(start) = self.reading.start {
            return Some(f64::from(day) - f64::from(start));
        }
        self.error(
            Diagnostic::error(span, "a scenario without `start` and `end` has no dates")
                .help("give `start` and `end` under [scenario], or take the date out"),
        );
        None
    }

    /// Quantities are drawn before anything moves: nothing else may be named in them.
    fn need_time(&mut self, span: Span) -> Option<()> {
        if self.allowed != Allowed::Quantities {
            return Some(());
        }
        let text = self.reading.sources.text(span).to_owned();
        let message = format!("`{text}` changes with time, and a quantity is drawn once, before the first step");
        let help = if self.in_draw {
            "the arguments of a distribution may name quantities only"
        } else {
            "a quantity may name other quantities only; a formula that moves is a path: `[paths.x]` with `formula = \"…\"`"
        };
        self.error(Diagnostic::error(span, message).help(help));
        None
    }

    fn need_calendar(&mut self, span: Span) -> Option<()> {
        if self.reading.start.is_some() {
            return Some(());
        }
        let text = self.reading.sources.text(span).to_owned();
        self.error(
            Diagnostic::error(span, format!("`{text}` needs time, and a scenario without `start` and `end` has none"))
                .help("give `start` and `end` under [scenario]"),
        );
        None
    }

    fn name(&mut self, name: &str, span: Span) -> Option<(Type, Node)> {
        if name == "years" {
            self.need_time(span)?;
            return Some((Type::Number, Node::Years));
        }
        if name == "today" {
            self.need_time(span)?;
            self.need_calendar(span)?;
            return Some((Type::Date, Node::Today));
        }
        match self.names.find(name) {
            Some(Name::Quantity(index)) => Some((self.names.quantity_kinds[index], Node::Quantity(index))),
            Some(Name::Path(index)) => {
                self.need_time(span)?;
                Some((self.names.path_kinds[index], Node::Path(index)))
            }
            Some(Name::Event(event)) => {
                self.need_time(span)?;
                Some((Type::YesNo, Node::Happened(EventRef { event, branch: None })))
            }
            Some(Name::Metric(index)) => {
                if self.allowed == Allowed::Whole {
                    return Some((self.names.metric_kinds[index], Node::Metric(index)));
                }
                let message = format!("`{name}` is a metric, which is measured when a future is over");
                self.error(Diagnostic::error(span, message).help("metrics may be named in metrics and outcomes only"));
                None
            }
            None => {
                self.unknown_name(name, span);
                None
            }
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span) {
        let mut diagnostic = Diagnostic::error(span, format!("unknown name `{name}`"));
        if self.names.branches.iter().flatten().any(|b| b == name) {
            let event = self.names.branches.iter().position(|branches| branches.iter().any(|b| b == name));
            let event = event.and_then(|e| self.names.map.iter().find(|(_, n)| **n == Name::Event(e)));
            if let Some((event, _)) = event {
                let full = format!("{event}.{name}");
                diagnostic = diagnostic.help(format!("a branch is named with its event: `{full}`")).mend(span, full);
            }
        } else if let Some(near) = self.names.nearest(name, |_| true) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).mend(span, near);
        } else if super::words::functions::find(name).is_some() {
            diagnostic = diagnostic.help(format!("`{name}` is a function: `{name}(…)`"));
        } else {
            diagnostic = diagnostic
                .help("names are those of the tables under [quantities], [paths], [events] and [metrics] in this file");
        }
        self.error(diagnostic);
    }

    /// `event.branch`
    fn event_branch(&mut self, event: &str, branch: &str, span: Span) -> Option<EventRef> {
        match self.names.find(event) {
            Some(Name::Event(index)) => {
                if let Some(reference) = self.names.branch(index, branch) {
                    return Some(reference);
                }
                let branches = &self.names.branches[index];
                let mut diagnostic = Diagnostic::error(span, format!("`{event}` has no branch `{branch}`"));
                if branches.is_empty() {
                    diagnostic = diagnostic.help(format!("`{event}` has no branches; write `{event}` alone"));
                } else if let Some(near) = crate::diagnostic::nearest(branch, branches.iter().map(String::as_str)) {
                    let full = format!("{event}.{near}");
                    diagnostic = diagnostic.help(format!("did you mean `{full}`?")).mend(span, full);
                } else {
                    diagnostic = diagnostic.help(format!("its branches are {}", list(branches)));
                }
                self.error(diagnostic);
            }
            Some(_) => self.error(
                Diagnostic::error(span, format!("`{event}` is not an event, so it has no branch `{branch}`"))
                    .help("only events have branches"),
            ),
            None => {
                let mut diagnostic = Diagnostic::error(span, format!("unknown event `{event}`"));
                if let Some(near) = self.names.nearest(event, |n| matches!(n, Name::Event(_))) {
                    let full = format!("{near}.{branch}");
                    diagnostic = diagnostic.help(format!("did you mean `{full}`?")).mend(span, full);
                } else {
                    diagnostic = diagnostic.help("events are the tables under [events]");
                }
                self.error(diagnostic);
            }
        }
        None
    }

    /// An argument that must be an event or `event.branch`.
    pub fn event(&mut self, expression: &Expression) -> Option<EventRef> {
        match &expression.kind {
            Kind::Branch { event, branch } => self.event_branch(event, branch, expression.span),
            Kind::Name(name) => match self.names.find(name) {
                Some(Name::Event(event)) => Some(EventRef { event, branch: None }),
                Some(_) => {
                    self.error(
                        Diagnostic::error(expression.span, format!("`{name}` is not an event"))
                            .help("an event is needed here, or a branch of one: `event.branch`"),
                    );
                    None
                }
                None => {
                    let mut diagnostic = Diagnostic::error(expression.span, format!("unknown event `{name}`"));
                    if let Some(near) = self.names.nearest(name, |n| matches!(n, Name::Event(_))) {
                        diagnostic =
                            diagnostic.help(format!("did you mean `{near}`?")).mend(expression.span, near.to_owned());
                    } else {
                        diagnostic = diagnostic.help("events are the tables under [events]");
                    }
                    self.error(diagnostic);
                    None
                }
            },
            _ => {
                self.error(
                    Diagnostic::error(expression.span, "one event is needed here, and this is an expression").help(
                        "name an event, or a branch of one: `event.branch`; for a condition, make an event of it first: \
                         `[events.x]` with `when = \"…\"`",
                    ),
                );
                None
            }
        }
    }

    fn binary(
        &mut self,
        operator: expression::Binary,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<Term> {
        use expression::Binary as Written;
        if matches!(operator, Written::And | Written::Or) {
            let (a, b) = (self.condition(left), self.condition(right));
            let does = if operator == Written::And { Binary::And } else { Binary::Or };
            return Some(Term { span, kind: Type::YesNo, node: binary(does, a?, b?) });
        }
        let (a, b) = (self.term(left), self.term(right));
        let (a, b) = (a?, b?);
        let (does, kind) = match (operator, a.kind, b.kind) {
            (Written::Subtract, Type::Date, Type::Date) => (Binary::Subtract, Type::Number),
            (Written::Add, Type::Date, Type::Date) => {
                self.error(
                    Diagnostic::error(span, "two dates cannot be added")
                        .help("the days between them are `later - earlier`"),
                );
                return None;
            }
            (Written::Add, Type::Date, _) | (Written::Add, _, Type::Date) => (Binary::Add, Type::Date),
            (Written::Subtract, Type::Date, _) => (Binary::Subtract, Type::Date),
            (Written::Subtract, _, Type::Date) => {
                self.error(
                    Diagnostic::error(span, "a date cannot be taken from a number")
                        .help("days are taken from a date: `date - days`"),
                );
                return None;
            }
            (Written::Add, ..) => (Binary::Add, Type::Number),
            (Written::Subtract, ..) => (Binary::Subtract, Type::Number),
            _ => {
                self.need_number(&a)?;
                self.need_number(&b)?;
                let does = match operator {
                    Written::Multiply => Binary::Multiply,
                    Written::Divide => Binary::Divide,
                    _ => Binary::Power,
                };
                (does, Type::Number)
            }
        };
        if does == Binary::Divide && b.constant() == Some(0.0) {
            self.error(Diagnostic::error(b.span, "nothing can be divided by 0").help("correct the number"));
            return None;
        }
        Some(Term { span, kind, node: binary(does, a, b) })
    }

    fn compare(&mut self, operands: &[Expression], operators: &[(Comparison, Span)], span: Span) -> Option<Term> {
        let terms: Vec<Option<Term>> = operands.iter().map(|o| self.term(o)).collect();
        let terms = terms.into_iter().collect::<Option<Vec<Term>>>()?;
        for (pair, (comparison, place)) in terms.windows(2).zip(operators) {
            let dates = pair.iter().filter(|t| t.kind == Type::Date).count();
            if dates == 1 {
                let message = format!("{} is compared with {}", pair[0].kind.words(), pair[1].kind.words());
                self.error(Diagnostic::error(*place, message).help(
                    "compare a date with a date, written 2026-06-30, or days with a number: `days_since(visit) < 90`",
                ));
                return None;
            }
            let both_yes_no = pair.iter().all(|t| t.kind == Type::YesNo);
            let order = !matches!(comparison, Comparison::Equal | Comparison::Different);
            if both_yes_no && order {
                self.error(
                    Diagnostic::error(*place, "yes or no has no order")
                        .help("combine conditions with `and`, `or` and `not`"),
                );
                return None;
            }
        }
        let mut pairs = terms.windows(2).zip(operators).map(|(pair, (comparison, _))| {
            let (a, b) = (pair[0].clone(), pair[1].clone());
            let node = match comparison {
                Comparison::Less => binary(Binary::Less, a, b),
                Comparison::AtMost => binary(Binary::AtMost, a, b),
                Comparison::Greater => binary(Binary::Less, b, a),
                Comparison::AtLeast => binary(Binary::AtMost, b, a),
                Comparison::Equal => binary(Binary::Equal, a, b),
                Comparison::Different => binary(Binary::Different, a, b),
            };
            Term { span, kind: Type::YesNo, node }
        });
        let first = pairs.next()?;
        // 40 < oil < 60 means 40 < oil and oil < 60.
        Some(pairs.fold(first, |all, next| Term { span, kind: Type::YesNo, node: binary(Binary::And, all, next) }))
    }
}

/// A list of names for a message: `a`, `b` and `c`.
pub fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn unary(does: Unary, a: Term) -> Node {
    match a.constant() {
        Some(x) => Node::Constant(fold_unary(does, x)),
        None => Node::Unary(does, Box::new(a)),
    }
}

fn binary(does: Binary, a: Term, b: Term) -> Node {
    match (a.constant(), b.constant()) {
        (Some(x), Some(y)) => Node::Constant(fold_binary(does, x, y)),
        _ => Node::Binary(does, Box::new(a), Box::new(b)),
    }
}
