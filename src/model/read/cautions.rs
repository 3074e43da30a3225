//! What is allowed and hardly meant: warnings.

use super::Reading;
use crate::diagnostic::{Diagnostic, Span};
use crate::document::expression::{Binary, Comparison, Expression, Kind};
use crate::model::names::{Name, Names};
use crate::model::resolve::list;
use crate::model::types::{Assumption, DrawSource, Estimate, Event, InFile, Node, Quantity, Share, Term};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Warns where `days_since(e) > 90` counts as yes because `e` has not happened: it is then infinitely long ago.
pub fn days_since(expression: &Expression, reading: &mut Reading) {
    // By hand, because a long chain may be thousands of steps deep. Beside each part stand the events of which it is
    // known there that they have happened.
    let mut waiting: Vec<(&Expression, Rc<[String]>)> = vec![(expression, Rc::from([]))];
    while let Some((expression, happened)) = waiting.pop() {
        let with = |condition: &Expression| -> Rc<[String]> {
            happened.iter().cloned().chain(conjuncts(condition).into_iter().flat_map(implied)).collect()
        };
        match &expression.kind {
            Kind::Binary { operator: Binary::And, .. } => {
                let known = with(expression);
                waiting.extend(conjuncts(expression).into_iter().map(|part| (part, known.clone())));
            }
            Kind::If { condition, then, otherwise } => {
                let known = with(condition);
                waiting.extend([(&**condition, happened.clone()), (&**then, known), (&**otherwise, happened)]);
            }
            Kind::Compare { operands, operators } => {
                let known = with(expression);
                for (pair, (operator, _)) in operands.windows(2).zip(operators) {
                    let longer = match operator {
                        Comparison::Greater | Comparison::AtLeast => &pair[0],
                        Comparison::Less | Comparison::AtMost => &pair[1],
                        _ => continue,
                    };
                    if let Some((event, _)) = event_of(longer).filter(|(event, _)| !known.contains(event)) {
                        warn(expression.span, &event, reading);
                    }
                }
            }
            Kind::Call { arguments, .. } => {
                waiting.extend(arguments.iter().map(|argument| (&argument.value, happened.clone())));
            }
            Kind::Negate(inner) => waiting.push((inner, happened)),
            Kind::Binary { left, right, .. } | Kind::Range { low: left, high: right } => {
                waiting.extend([(&**left, happened.clone()), (&**right, happened)]);
            }
            // `not days_since(e) > 90` is no as long as it has not happened: as it is meant.
            Kind::Not(_) | Kind::Number(_) | Kind::Date(_) | Kind::Text(_) | Kind::Name(_) | Kind::Branch { .. } => {}
        }
    }
}

fn warn(span: Span, event: &str, reading: &mut Reading) {
    let text = reading.sources.text(span).to_owned();
    let mend = format!("{event} and {text}");
    let warning = Diagnostic::warning(span, format!("`{text}` is yes, too, as long as `{event}` has not happened"))
        .help(format!("if it must have happened, write `{mend}`"))
        .mend(span, mend);
    reading.errors.push(warning);
}

/// The members of a chain of `and`.
fn conjuncts(expression: &Expression) -> Vec<&Expression> {
    let (mut parts, mut waiting) = (Vec::new(), vec![expression]);
    while let Some(expression) = waiting.pop() {
        match &expression.kind {
            Kind::Binary { operator: Binary::And, left, right } => waiting.extend([&**right, &**left]),
            _ => parts.push(expression),
        }
    }
    parts
}

/// The events that must have happened where a condition holds: `e`, `e.branch`, `days_since(e) < 90`.
fn implied(condition: &Expression) -> Vec<String> {
    match &condition.kind {
        Kind::Name(name) => vec![name.clone()],
        Kind::Branch { event, branch } => vec![format!("{event}.{branch}"), event.clone()],
        Kind::Compare { operands, operators } => {
            let mut all = Vec::new();
            for (pair, (operator, _)) in operands.windows(2).zip(operators) {
                let shorter = match operator {
                    Comparison::Less | Comparison::AtMost => &pair[0],
                    Comparison::Greater | Comparison::AtLeast => &pair[1],
                    _ => continue,
                };
                if let Some((name, event)) = event_of(shorter) {
                    all.extend([name, event]);
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

/// Of `days_since(e.branch)`: `e.branch` and `e`.
fn event_of(expression: &Expression) -> Option<(String, String)> {
    let Kind::Call { name, arguments, .. } = &expression.kind else { return None };
    match (name.as_str(), arguments.first().map(|a| &a.value.kind)) {
        ("days_since", Some(Kind::Name(event))) => Some((event.clone(), event.clone())),
        ("days_since", Some(Kind::Branch { event, branch })) => Some((format!("{event}.{branch}"), event.clone())),
        _ => None,
    }
}

/// Warns of a quantity `a to b` that a probability names: it is lognormal, and can come out above 1.
pub fn ranges_of_probabilities(names: &Names, quantities: &[Quantity], events: &[Event], reading: &mut Reading) {
    let mut named: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for event in events {
        let of_shares = |shares: &'_ [Share]| -> Vec<Assumption> { shares.iter().flat_map(assumptions).collect() };
        let branches: Vec<Share> = event.branches.iter().map(|branch| branch.share.clone()).collect();
        let mut chances: Vec<Assumption> = event.probability.iter().cloned().chain(of_shares(&branches)).collect();
        for rule in &event.given {
            chances.extend(rule.probability.iter().cloned());
            chances.extend(rule.branches.iter().flat_map(|shares| of_shares(shares)));
        }
        for chance in &chances {
            for term in chance.terms() {
                quantities_in(term, &mut |index| named.entry(index).or_default().push(event.name.clone()));
            }
        }
    }
    for (index, mut events) in named {
        let quantity = names.of(Name::Quantity(index), quantities, |q| &q.name);
        let Some((span, text)) = quantity.and_then(|q| plain_range(q, reading)) else { continue };
        events.dedup();
        let Some((low, high)) = text.split_once(" to ") else { continue };
        let other = format!("logit_normal(p5={}, p95={})", low.trim(), high.trim());
        let message = format!(
            "`{text}` is a range of numbers above 0 without an upper end, and {} takes it for a probability",
            list(&events)
        );
        reading.errors.push(
            Diagnostic::warning(span, message)
                .help(format!("for a number between 0 and 1, write `{other}`"))
                .mend(span, other),
        );
    }
}

fn assumptions(share: &Share) -> Vec<Assumption> {
    let file = match &share.file {
        InFile::Chance(chance) => Some(chance.clone()),
        InFile::Zero | InFile::Rest => None,
    };
    file.into_iter().chain(share.set.clone()).collect()
}

/// The quantities that a sum or product is made of; what a function makes of them is another matter.
fn quantities_in(term: &Term, found: &mut impl FnMut(usize)) {
    match &term.node {
        Node::Quantity(index) => found(*index),
        Node::Binary(_, a, b) | Node::If(_, a, b) => {
            quantities_in(a, found);
            quantities_in(b, found);
        }
        _ => {}
    }
}

/// The place and text of a quantity that is `a to b` with both ends between 0 and 1, and nothing else.
fn plain_range(quantity: &Quantity, reading: &Reading) -> Option<(Span, String)> {
    let Estimate::Term(Term { span, node: Node::Draw(draw), .. }) = &quantity.value.value else { return None };
    let DrawSource::Family { arguments, bounds: None, .. } = &draw.source else { return None };
    let inside = arguments.iter().all(|a| a.constant().is_some_and(|v| v > 0.0 && v < 1.0));
    let text = reading.sources.text(*span);
    let plain = text.contains(" to ") && !text.contains('(');
    (inside && plain).then(|| (*span, text.to_owned()))
}
