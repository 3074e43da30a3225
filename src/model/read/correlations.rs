//! `[[correlations]]`: which luck goes together.

use super::assumption::{self, Place, Sort};
use super::{Reading, table};
use crate::chance::correlation::{Factor, Mend};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{Node, Table};
use crate::model::names::{Name, Names};
use crate::model::types::{Correlation, DrawSource, Estimate, Event, Members, Node as TermNode, Path, Quantity};

pub fn read(
    file: &Table,
    names: &Names,
    quantities: &[Quantity],
    paths: &[Path],
    events: &[Event],
    reading: &mut Reading,
) -> Vec<Correlation> {
    let mut all: Vec<Correlation> = Vec::new();
    let Some(node) = file.get("correlations") else { return all };
    let Some(list) = node.array() else {
        if !node.is_broken() {
            reading.error(node.span, "`correlations` is a list", "begin each with `[[correlations]]`");
        }
        return all;
    };
    for (index, node) in list.iter().enumerate() {
        let Some(inner) = table::as_table(node, "correlations", reading) else { continue };
        table::check_keys(inner, &["of", "rho", "note", "source", "title"], "a correlation", reading);
        let Some(of) = inner.get("of") else {
            reading.error(node.span, "this correlation has no `of`", "name two things: `of = [\"oil\", \"gas\"]`");
            continue;
        };
        let members = pair(of, names, quantities, paths, events, reading);
        let Some(rho) = inner.get("rho") else {
            reading.error(node.span, "this correlation has no `rho`", "give a number between -1 and 1: `rho = 0.6`");
            continue;
        };
        let address = format!("correlations.{index}.rho");
        let texts: Vec<&str> =
            of.array().unwrap_or(&[]).iter().filter_map(|n| n.text().map(|t| t.content.as_str())).collect();
        let title = format!("Correlation of {}", texts.join(" and "));
        let place = Place { address: &address, title, sort: Sort::Correlation, unit: "" };
        let rho = assumption::read(rho, &place, names, reading);
        let (Some(members), Some(rho)) = (members, rho) else { continue };
        if rho.constant().is_none() {
            reading.error(rho.span, "`rho` must be a plain number", "a correlation does not change while running");
            continue;
        }
        if let Some(first) = all.iter().find(|c| c.members == members) {
            reading.errors.push(
                Diagnostic::error(of.span, "this pair is given twice")
                    .and_at(first.span, "first here")
                    .help("take one of the two out"),
            );
            continue;
        }
        all.push(Correlation { members, rho, span: of.span });
    }
    check_matrices(&all, reading);
    all
}

fn pair(
    of: &Node,
    names: &Names,
    quantities: &[Quantity],
    paths: &[Path],
    events: &[Event],
    reading: &mut Reading,
) -> Option<Members> {
    let Some([first, second]) = of.array() else {
        if !of.is_broken() {
            let help = match of.array() {
                Some(many) if many.len() > 2 => "give each pair a [[correlations]] of its own, with its own `rho`",
                _ => "for instance `of = [\"oil\", \"gas\"]`",
            };
            reading.error(of.span, "`of` is a list of two names", help);
        }
        return None;
    };
    let mut found = Vec::new();
    for node in [first, second] {
        let Some(text) = node.text() else {
            if !node.is_broken() {
                reading.error(
                    node.span,
                    format!("a name is needed here, and this is {}", node.kind()),
                    "write it in quotes",
                );
            }
            return None;
        };
        let Some(name) = names.find(&text.content) else {
            let mut diagnostic = Diagnostic::error(node.span, format!("unknown name `{}`", text.content));
            diagnostic = match nearest(&text.content, names.map.keys().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).mend(node.span, format!("\"{near}\"")),
                None => diagnostic.help("paths, quantities and events can be correlated"),
            };
            reading.errors.push(diagnostic);
            return None;
        };
        fits(&text.content, name, node.span, quantities, paths, events, reading)?;
        found.push(name);
    }
    match (found[0], found[1]) {
        (a, b) if a == b => {
            reading.error(of.span, "a thing is always in step with itself", "name two different things");
            None
        }
        (Name::Path(a), Name::Path(b)) => Some(Members::Paths(a.min(b), a.max(b))),
        (Name::Quantity(a), Name::Quantity(b)) => Some(Members::Quantities(a.min(b), a.max(b))),
        (Name::Event(a), Name::Event(b)) => Some(Members::Events(a.min(b), a.max(b))),
        _ => {
            reading.error(
                of.span,
                "these two are not of one kind",
                "correlate paths with paths, quantities with quantities, events with events",
            );
            None
        }
    }
}

/// Whether the luck of a thing can be correlated.
fn fits(
    name: &str,
    named: Name,
    span: Span,
    quantities: &[Quantity],
    paths: &[Path],
    events: &[Event],
    reading: &mut Reading,
) -> Option<()> {
    match named {
        Name::Path(_) => {
            let path = paths.iter().find(|p| p.name == name)?;
            if !path.model.normal {
                let message = format!("`{name}` has no luck of its own in a step: its model is `{}`", path.model.name);
                reading.error(span, message, "correlate random walks, gbm, mean-reverting paths and jump diffusions");
                return None;
            }
        }
        Name::Quantity(_) => {
            let quantity = quantities.iter().find(|q| q.name == name)?;
            let one_draw = match &quantity.value.value {
                Estimate::Term(term) => match &term.node {
                    TermNode::Draw(draw) => !matches!(draw.source, DrawSource::Mixture(_)),
                    _ => false,
                },
                Estimate::Panel(_) => false,
            };
            if !one_draw {
                reading.error(
                    span,
                    format!("`{name}` is not one distribution"),
                    "correlate quantities that are one distribution call each, such as `normal(0, 1)`",
                );
                return None;
            }
        }
        Name::Event(_) => {
            let event = events.iter().find(|e| e.name == name)?;
            if event.repeats {
                reading.error(
                    span,
                    format!("`{name}` repeats, so it has not one luck but many"),
                    "correlate events that happen once",
                );
                return None;
            }
        }
        Name::Metric(_) => {
            reading.error(
                span,
                format!("`{name}` is a metric, which has no luck of its own"),
                "correlate paths, quantities or events",
            );
            return None;
        }
    }
    Some(())
}

/// Correlations that contradict one another are a mistake, which names the pair that needs the least change.
fn check_matrices(all: &[Correlation], reading: &mut Reading) {
    for kind in 0..3 {
        let group: Vec<&Correlation> = all.iter().filter(|c| c.members.kind() == kind).collect();
        if group.len() < 3 {
            continue;
        }
        let mut members: Vec<usize> =
            group.iter().flat_map(|c| [c.members.indices().0, c.members.indices().1]).collect();
        members.sort_unstable();
        members.dedup();
        let at = |index: usize| members.iter().position(|m| *m == index).unwrap_or(0);
        let pairs: Vec<(usize, usize, f64)> = group
            .iter()
            .filter_map(|c| c.rho.constant().map(|rho| (at(c.members.indices().0), at(c.members.indices().1), rho)))
            .collect();
        let Err(mend) = Factor::new(members.len(), &pairs) else { continue };
        let (worst, message) = match mend {
            Mend::Pair { pair, nearest } => {
                // Rounded to the side on which it is allowed.
                let (side, nearest) = if nearest < pairs[pair].2 {
                    ("most", (nearest * 1e4).floor() / 1e4)
                } else {
                    ("least", (nearest * 1e4).ceil() / 1e4)
                };
                let message = format!(
                    "these correlations contradict one another: with the others as they are, this one can be at {side} {nearest}"
                );
                (group[pair], message)
            }
            Mend::All { times } => {
                let times = (times * 1e4).floor() / 1e4;
                let message = format!(
                    "these correlations contradict one another, and no single change mends them; all of them times {times} would do"
                );
                (group[0], message)
            }
        };
        let mut diagnostic = Diagnostic::error(worst.rho.span, message);
        for other in group.iter().filter(|c| !std::ptr::eq(**c, worst)).take(4) {
            diagnostic = diagnostic.and_at(other.rho.span, "together with this");
        }
        reading
            .errors
            .push(diagnostic.help("what goes with a second thing that goes with a third cannot go against the third"));
    }
}

impl Members {
    /// Paths, quantities, events.
    pub fn kind(self) -> usize {
        match self {
            Members::Paths(..) => 0,
            Members::Quantities(..) => 1,
            Members::Events(..) => 2,
        }
    }

    pub fn indices(self) -> (usize, usize) {
        match self {
            Members::Paths(a, b) | Members::Quantities(a, b) | Members::Events(a, b) => (a, b),
        }
    }
}
