//! Shifts (what changes the odds) and given rules (what replaces the numbers).

use super::About;
use super::branches::shares;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{Node, Table};
use crate::model::read::assumption::{self, Place, Sort};
use crate::model::read::{Reading, table};
use crate::model::resolve::{Allowed, Field, list};
use crate::model::types::{Assumption, Effect, Given, InFile, Share, Shift, Term};

pub fn shifts(about: &About, rated: bool, reading: &mut Reading) -> Vec<Shift> {
    let mut all = Vec::new();
    for (name, span, node) in table::named(about.table, "shifts", reading) {
        table::check_name(name, span, "a shift", reading);
        let Some(inner) = table::as_table(node, &format!("{}.shifts.{name}", about.base), reading) else { continue };
        if let Some(shift) = shift(about, name, span, inner, rated, reading) {
            all.push(shift);
        }
    }
    all
}

fn shift(about: &About, name: &str, span: Span, inner: &Table, rated: bool, reading: &mut Reading) -> Option<Shift> {
    table::check_keys(inner, &["if", "odds", "factor", "title", "note", "source"], "a shift", reading);
    let title = table::title(inner, name, reading);
    let base = format!("shifts.{name}");
    let condition = condition(about, inner, &base, reading);
    let effect = match (inner.entry("odds"), inner.entry("factor")) {
        (Some(odds), None) => {
            let assumption = odds.node.table().is_none_or(|t| t.contains("value") || t.contains("panel"));
            if assumption {
                if rated {
                    reading.error(
                        odds.key,
                        format!("`{}` has a rate, which is shifted by a `factor`", about.name),
                        "write `factor = 2` to double the rate",
                    );
                    return None;
                }
                Effect::Odds(about.assumption(&odds.node, &format!("{base}.odds"), &title, Sort::Factor, reading)?)
            } else {
                Effect::BranchOdds(branch_odds(about, &base, &title, odds.node.table()?, reading)?)
            }
        }
        (None, Some(factor)) => {
            if !rated {
                reading.error(
                    factor.key,
                    format!("`{}` has no rate, so its odds are shifted", about.name),
                    "write `odds = 2` to double the odds",
                );
                return None;
            }
            Effect::Factor(about.assumption(&factor.node, &format!("{base}.factor"), &title, Sort::Factor, reading)?)
        }
        (Some(odds), Some(factor)) => {
            reading.errors.push(
                Diagnostic::error(factor.key, "a shift has `odds` or a `factor`, not both")
                    .mark("this one …").and_at(odds.key, "… or this one")
                    .help("`factor` is for the rate of an event; `odds` for its probability, or for its branches (a shift of their own)"),
            );
            return None;
        }
        (None, None) => {
            let key = if rated { "factor" } else { "odds" };
            reading.error(
                span,
                format!("the shift `{name}` changes nothing"),
                format!("give `{key} = 2`, or odds of branches: `odds = {{ lapses = 2 }}`"),
            );
            return None;
        }
    };
    Some(Shift { name: name.to_owned(), address: format!("{}.{base}", about.base), condition: condition?, effect })
}

/// `if`, which may be left out.
fn condition(about: &About, inner: &Table, base: &str, reading: &mut Reading) -> Option<Option<Term>> {
    let Some(node) = inner.get("if") else { return Some(None) };
    let address = format!("{}.{base}.if", about.base);
    let field = Field { address: &address, allowed: Allowed::Condition, probability: false };
    reading.condition(node, about.names, &field).map(Some)
}

fn branch_index(about: &About, name: &str, span: Span, reading: &mut Reading) -> Option<usize> {
    let branches = &about.names.branches[about.index];
    let found = branches.iter().position(|b| b == name);
    if found.is_none() {
        let mut diagnostic = Diagnostic::error(span, format!("`{}` has no branch `{name}`", about.name));
        diagnostic = match nearest(name, branches.iter().map(String::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).mend(span, near),
            None if branches.is_empty() => {
                diagnostic.help(format!("name its branches first: `[events.{}]` with `branches = {{ … }}`", about.name))
            }
            None => diagnostic.help(format!("its branches are {}", list(branches))),
        };
        reading.errors.push(diagnostic);
    }
    found
}

fn branch_odds(
    about: &About,
    base: &str,
    title: &str,
    inner: &Table,
    reading: &mut Reading,
) -> Option<Vec<(usize, Assumption)>> {
    let mut all = Vec::new();
    let mut complete = true;
    for (name, entry) in inner.iter() {
        let index = branch_index(about, name, entry.key, reading);
        let title = format!("{title}, {}", table::spaced(name).to_lowercase());
        let odds = about.assumption(&entry.node, &format!("{base}.odds.{name}"), &title, Sort::Factor, reading);
        match index.zip(odds) {
            Some(pair) => all.push(pair),
            None => complete = false,
        }
    }
    let every = all.len() == about.names.branches[about.index].len();
    if every && complete && all.iter().all(|(_, odds)| odds.constant() == Some(0.0)) {
        let place = inner.iter().next().map_or(about.span, |(_, entry)| entry.key);
        let message = format!("the odds of all branches of `{}` are 0, so it could turn out in no way", about.name);
        reading.error(
            place,
            message,
            "leave one of them above 0; `odds = 0` without branches forbids the event itself",
        );
        return None;
    }
    complete.then_some(all)
}

pub fn given(about: &About, rated: bool, reading: &mut Reading) -> Option<Vec<Given>> {
    let Some(node) = about.table.get("given") else { return Some(Vec::new()) };
    let Some(rules) = node.array() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("`given` is a list of rules, and this is {}", node.kind()),
                format!("begin each rule with `[[events.{}.given]]`", about.name),
            );
        }
        return None;
    };
    let mut all = Vec::new();
    let mut complete = true;
    for (index, rule) in rules.iter().enumerate() {
        match given_rule(about, index, rule, rated, reading) {
            Some(rule) => all.push(rule),
            None => complete = false,
        }
    }
    complete.then_some(all)
}

fn given_rule(about: &About, index: usize, node: &Node, rated: bool, reading: &mut Reading) -> Option<Given> {
    let inner = table::as_table(node, "given", reading)?;
    table::check_keys(
        inner,
        &["if", "probability", "branches", "rate", "title", "note", "source"],
        "a `given` rule",
        reading,
    );
    let base = format!("given.{index}");
    if inner.get("if").is_none() {
        reading.error(node.span, "a `given` rule has no `if`", "say when it holds: `if = \"other_event\"`");
        return None;
    }
    let condition = condition(about, inner, &base, reading);
    let mut number = |key: &str, sort: Sort| -> Option<Option<Assumption>> {
        let Some(node) = inner.get(key) else { return Some(None) };
        let address = format!("{}.{base}.{key}", about.base);
        let text = inner.get("if").and_then(Node::text).map(|t| t.content.clone()).unwrap_or_default();
        let unit = if sort == Sort::Rate { "per year" } else { "" };
        let title = format!("{}: {key} if {text}", about.title);
        let place = Place { address: &address, title, sort, unit };
        assumption::read(node, &place, about.names, reading).map(Some)
    };
    let (probability, rate) = (number("probability", Sort::Probability), number("rate", Sort::Rate));
    for (key, wrong) in [("probability", rated), ("rate", !rated)] {
        if let (true, Some(entry)) = (wrong, inner.entry(key)) {
            let (has, mend) = if rated { ("a rate", "rate") } else { ("a probability", "probability") };
            reading.error(
                entry.key,
                format!("`{}` has {has}, so a rule gives it `{mend}`, not `{key}`", about.name),
                format!("write `{mend} = …`"),
            );
            return None;
        }
    }
    let branches = given_branches(about, inner, &base, reading);
    if probability.as_ref().is_some_and(Option::is_none)
        && rate.as_ref().is_some_and(Option::is_none)
        && branches.as_ref().is_some_and(Option::is_none)
    {
        reading.error(
            node.span,
            "this `given` rule gives nothing",
            "write `probability = …`, `branches = { … }` or `rate = …`",
        );
        return None;
    }
    Some(Given { condition: condition??, probability: probability?, rate: rate?, branches: branches? })
}

fn given_branches(about: &About, inner: &Table, base: &str, reading: &mut Reading) -> Option<Option<Vec<Share>>> {
    let Some(node) = inner.get("branches") else { return Some(None) };
    let branches = table::as_table(node, "branches", reading)?;
    let mut complete = true;
    for (name, entry) in branches.iter() {
        complete &= branch_index(about, name, entry.key, reading).is_some();
    }
    if !complete {
        return None;
    }
    let read = shares(about, &format!("{base}.branches"), branches, node, reading)?;
    let names = &about.names.branches[about.index];
    let zero = Share { file: InFile::Zero, set: None };
    let mut all = vec![zero; names.len()];
    for ((name, _), share) in branches.iter().zip(read) {
        if let Some(index) = names.iter().position(|b| b == name) {
            all[index] = share;
        }
    }
    Some(Some(all))
}
