//! Who refers to whom, and so what is brought up to date before what; things that refer to each other form a circle.

use super::read::Reading;
use super::types::{Effect, Estimate, Event, EventRef, InFile, Metric, Node, Path, Quantity, Term, Timing};
use crate::diagnostic::Diagnostic;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A thing that is brought up to date in every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    Path(usize),
    Event(usize),
}

/// The order of a step.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// All things, each after those that it refers to; the members of a circle stand together, in file order.
    pub things: Vec<Thing>,
    /// For each path and event the index of its circle, if it is in one.
    pub path_circle: Vec<Option<usize>>,
    pub event_circle: Vec<Option<usize>>,
    pub circles: Vec<Vec<Thing>>,
    /// The order of quantities.
    pub quantities: Vec<usize>,
    /// The order of paths at T(0).
    pub starts: Vec<usize>,
    /// For each thing the things named in it, directly, in file order (for the diagram of dependence).
    pub path_names: Vec<Vec<Thing>>,
    pub event_names: Vec<Vec<Thing>>,
}

impl Order {
    pub fn circle(&self, thing: Thing) -> Option<usize> {
        match thing {
            Thing::Path(index) => self.path_circle[index],
            Thing::Event(index) => self.event_circle[index],
        }
    }

    /// Whether two things are in one circle.
    pub fn together(&self, a: Thing, b: Thing) -> bool {
        let circle = self.circle(a);
        circle.is_some() && circle == self.circle(b)
    }
}

/// The things that a term names, but for what stands inside `before(…)`.
pub fn named(term: &Term, found: &mut Vec<Thing>) {
    let event = |reference: &EventRef| Thing::Event(reference.event);
    match &term.node {
        Node::Path(path) | Node::Ago(path, _) => found.push(Thing::Path(*path)),
        Node::Happened(e) | Node::DaysSince(e) | Node::DateOf(e) | Node::Count(e) => found.push(event(e)),
        Node::Before(_) => {}
        Node::Unary(_, a) | Node::SoFar(_, a) | Node::At(a, _) => named(a, found),
        Node::Binary(_, a, b) => {
            named(a, found);
            named(b, found);
        }
        Node::If(c, a, b) => {
            named(c, found);
            named(a, found);
            named(b, found);
        }
        _ => {}
    }
}

/// What an event's own table refers to, without `after` and `when`.
pub fn event_terms(event: &Event) -> Vec<&Term> {
    let mut terms: Vec<&Term> = Vec::new();
    terms.extend(event.requires.iter());
    for assumption in event.probability.iter().chain(&event.rate) {
        terms.extend(assumption.terms());
    }
    let shares = event.branches.iter().map(|b| &b.share);
    let given_shares = event.given.iter().filter_map(|g| g.branches.as_ref()).flatten();
    for share in shares.chain(given_shares) {
        if let InFile::Chance(chance) = &share.file {
            terms.extend(chance.terms());
        }
        terms.extend(share.set.iter().flat_map(super::types::Assumption::terms));
    }
    for shift in &event.shifts {
        terms.extend(shift.condition.iter());
        match &shift.effect {
            Effect::Odds(a) | Effect::Factor(a) => terms.extend(a.terms()),
            Effect::BranchOdds(all) => terms.extend(all.iter().flat_map(|(_, a)| a.terms())),
        }
    }
    for rule in &event.given {
        terms.push(&rule.condition);
        for assumption in rule.probability.iter().chain(&rule.rate) {
            terms.extend(assumption.terms());
        }
    }
    terms
}

fn event_references(event: &Event) -> Vec<Thing> {
    let mut found = Vec::new();
    match &event.timing {
        Timing::After { trigger, .. } => found.push(Thing::Event(trigger.event)),
        Timing::When(condition) => named(condition, &mut found),
        _ => {}
    }
    for term in event_terms(event) {
        named(term, &mut found);
    }
    found
}

/// Everything that stands in a path's own table.
pub fn path_terms(path: &Path) -> Vec<&Term> {
    let mut terms = path_parameters(path);
    terms.extend(&path.formula);
    terms.extend(path.start.iter().flat_map(super::types::Assumption::terms));
    terms.extend(path.shocks.iter().flat_map(|s| s.size.terms()));
    terms
}

fn path_references(path: &Path) -> Vec<Thing> {
    let mut found = Vec::new();
    if let Some(formula) = &path.formula {
        named(formula, &mut found);
    }
    for shock in &path.shocks {
        found.push(Thing::Event(shock.when.event));
        shock.size.terms().into_iter().for_each(|t| named(t, &mut found));
    }
    found
}

/// Parameters, which are read at the start of a step and make no dependency.
fn path_parameters(path: &Path) -> Vec<&Term> {
    let mut terms = Vec::new();
    for field in path.fields.iter().flatten() {
        if let super::types::FieldValue::Number(assumption) = field {
            terms.extend(assumption.terms());
        }
    }
    if let Some(jumps) = &path.jumps {
        terms.extend(jumps.rate.terms());
        terms.extend(jumps.size.terms());
    }
    for bound in path.min.iter().chain(&path.max) {
        terms.extend(bound.terms());
    }
    terms
}

pub fn order(
    quantities: &[Quantity],
    paths: &[Path],
    events: &[Event],
    metrics: &[Metric],
    reading: &mut Reading,
) -> Option<Order> {
    let quantity_order = quantity_order(quantities, reading);
    metric_circles(metrics, reading);
    let starts = start_order(paths, reading);
    let mut graph: DiGraph<Thing, ()> = DiGraph::new();
    let things: Vec<Thing> = (0..paths.len()).map(Thing::Path).chain((0..events.len()).map(Thing::Event)).collect();
    let nodes: Vec<NodeIndex> = things.iter().map(|t| graph.add_node(*t)).collect();
    let index = |thing: Thing| match thing {
        Thing::Path(i) => nodes[i],
        Thing::Event(i) => nodes[paths.len() + i],
    };
    let mut order =
        Order { path_circle: vec![None; paths.len()], event_circle: vec![None; events.len()], ..Order::default() };
    let connect = |graph: &mut DiGraph<Thing, ()>, thing: Thing, references: &[Thing]| {
        for &reference in references {
            graph.update_edge(index(thing), index(reference), ());
        }
    };
    for (i, path) in paths.iter().enumerate() {
        let references = path_references(path);
        connect(&mut graph, Thing::Path(i), &references);
        let mut all = references;
        for parameter in path_parameters(path) {
            named(parameter, &mut all);
        }
        order.path_names.push(in_order(all));
    }
    for (i, event) in events.iter().enumerate() {
        let references = event_references(event);
        connect(&mut graph, Thing::Event(i), &references);
        order.event_names.push(in_order(references));
    }
    // Tarjan's components come with those that are referred to first.
    for mut component in tarjan_scc(&graph) {
        component.sort();
        let members: Vec<Thing> = component.iter().map(|n| graph[*n]).collect();
        let circle = members.len() > 1 || graph.contains_edge(component[0], component[0]);
        if circle {
            for &member in &members {
                match member {
                    Thing::Path(i) => order.path_circle[i] = Some(order.circles.len()),
                    Thing::Event(i) => order.event_circle[i] = Some(order.circles.len()),
                }
            }
            order.circles.push(members.clone());
            if reading.start.is_none() {
                let span = match members[0] {
                    Thing::Path(i) => paths[i].span,
                    Thing::Event(i) => events[i].span,
                };
                let names: Vec<String> = members
                    .iter()
                    .map(|m| match m {
                        Thing::Path(i) => paths[*i].name.clone(),
                        Thing::Event(i) => events[*i].name.clone(),
                    })
                    .collect();
                let message =
                    format!("{} need each other, and all is decided at one moment", super::resolve::list(&names));
                reading.error(
                    span,
                    message,
                    "let one of them come first: take its name out of the other, or give `start` and `end`",
                );
            }
        }
        order.things.extend(members);
    }
    order.quantities = quantity_order?;
    order.starts = starts?;
    if reading.errors.has_errors() { None } else { Some(order) }
}

fn in_order(mut things: Vec<Thing>) -> Vec<Thing> {
    things.sort();
    things.dedup();
    things
}

/// Orders `count` items by what each needs; None and a report by `refuse` where some need each other.
fn sort(count: usize, needs: impl Fn(usize) -> Vec<usize>, refuse: &mut dyn FnMut(&[usize])) -> Option<Vec<usize>> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..count).map(|i| graph.add_node(i)).collect();
    for i in 0..count {
        for need in needs(i) {
            graph.update_edge(nodes[i], nodes[need], ());
        }
    }
    let mut order = Vec::new();
    let mut fine = true;
    for mut component in tarjan_scc(&graph) {
        component.sort();
        if component.len() > 1 || graph.contains_edge(component[0], component[0]) {
            let members: Vec<usize> = component.iter().map(|n| graph[*n]).collect();
            refuse(&members);
            fine = false;
        }
        order.extend(component.into_iter().map(|n| graph[n]));
    }
    fine.then_some(order)
}

fn quantity_order(quantities: &[Quantity], reading: &mut Reading) -> Option<Vec<usize>> {
    let needs = |i: usize| {
        let mut found = Vec::new();
        for term in quantities[i].value.terms() {
            term.visit(&mut |t: &Term| {
                if let Node::Quantity(q) = t.node {
                    found.push(q);
                }
            });
        }
        if let Estimate::Panel(panel) = &quantities[i].value.value {
            let _ = panel;
        }
        found
    };
    sort(quantities.len(), needs, &mut |members| {
        let names: Vec<String> = members.iter().map(|m| quantities[*m].name.clone()).collect();
        let span = quantities[members[0]].value.span;
        let message = if names.len() == 1 {
            format!("{} names itself", super::resolve::list(&names))
        } else {
            format!("{} need each other", super::resolve::list(&names))
        };
        reading.error(span, message, circle_help(&names));
    })
}

fn circle_help(names: &[String]) -> &'static str {
    if names.len() == 1 { "say what it is without its own name" } else { "let one of them stand without the other" }
}

fn metric_circles(metrics: &[Metric], reading: &mut Reading) {
    let needs = |i: usize| {
        let mut found = Vec::new();
        metrics[i].value.visit(&mut |t: &Term| {
            if let Node::Metric(m) = t.node {
                found.push(m);
            }
        });
        found
    };
    sort(metrics.len(), needs, &mut |members| {
        let names: Vec<String> = members.iter().map(|m| metrics[*m].name.clone()).collect();
        let message = if names.len() == 1 {
            format!("the metric {} names itself", super::resolve::list(&names))
        } else {
            format!("the metrics {} need each other", super::resolve::list(&names))
        };
        reading.error(metrics[members[0]].value.span, message, circle_help(&names));
    });
}

/// At T(0) a path is its `start`, else its formula; `min` and `max` bound it.
fn start_order(paths: &[Path], reading: &mut Reading) -> Option<Vec<usize>> {
    let needs = |i: usize| {
        let path = &paths[i];
        let mut terms: Vec<&Term> = Vec::new();
        match (&path.start, &path.formula) {
            (Some(start), _) => terms.extend(start.terms()),
            (None, Some(formula)) => terms.push(formula),
            (None, None) => {}
        }
        for bound in path.min.iter().chain(&path.max) {
            terms.extend(bound.terms());
        }
        let mut found = Vec::new();
        for term in terms {
            term.visit(&mut |t: &Term| {
                if let Node::Path(p) | Node::Ago(p, _) = t.node {
                    found.push(p);
                }
            });
        }
        found
    };
    sort(paths.len(), needs, &mut |members| {
        let names: Vec<String> = members.iter().map(|m| paths[*m].name.clone()).collect();
        let first = &paths[members[0]];
        let span =
            first.formula.as_ref().map(|f| f.span).or(first.start.as_ref().map(|s| s.span)).unwrap_or(first.span);
        let message = if names.len() == 1 {
            format!("{} needs its own value to have one at the start", super::resolve::list(&names))
        } else {
            format!("{} need each other at the start, where there is no step before", super::resolve::list(&names))
        };
        let mut diagnostic = Diagnostic::error(span, message);
        for &other in &members[1..] {
            diagnostic = diagnostic.and_at(paths[other].span, "and this one");
        }
        reading.errors.push(
            diagnostic.help(format!("give one of them a `start`, for instance `start = 0` under [paths.{}]", names[0])),
        );
    })
}
