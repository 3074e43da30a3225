//! `[metrics]` and `[[outcomes]]`: what is measured on a whole future, and how futures are told apart.

use super::{Reading, table};
use crate::document::{Node, Table};
use crate::model::names::Names;
use crate::model::resolve::{Allowed, Field, Resolver};
use crate::model::types::{Metric, Outcome, Term};

pub fn metrics(file: &Table, names: &Names, reading: &mut Reading) -> Vec<Metric> {
    let mut all = Vec::new();
    for (name, span, node) in table::named(file, "metrics", reading) {
        let words = super::assumption::words(node, name, reading);
        let value = match node.table() {
            Some(inner) => {
                table::check_keys(inner, &["value", "title", "unit", "note", "source"], "a metric", reading);
                inner.get("value")
            }
            None => Some(node),
        };
        let Some(value) = value else {
            reading.error(
                span,
                format!("the metric `{name}` has no `value`"),
                "write `{ value = \"lowest(oil)\", title = \"…\" }`",
            );
            continue;
        };
        if let Some(term) = term(name, value, names, reading) {
            all.push(Metric { name: name.to_owned(), words, kind: term.kind, value: term });
        }
    }
    all
}

fn term(name: &str, node: &Node, names: &Names, reading: &mut Reading) -> Option<Term> {
    let Some(text) = node.text() else {
        if !node.is_broken() {
            let message = format!("a metric is an expression in quotes, and this is {}", node.kind());
            reading.error(node.span, message, "for instance \"lowest(oil)\"");
        }
        return None;
    };
    let expression = reading.parse(text, node.span)?;
    let address = format!("metrics.{name}");
    let field = Field { address: &address, allowed: Allowed::Whole, probability: false };
    Resolver::new(reading, names, &field).term(&expression)
}

pub fn outcomes(file: &Table, names: &Names, reading: &mut Reading) -> Vec<Outcome> {
    let mut all: Vec<Outcome> = Vec::new();
    let Some(node) = file.get("outcomes") else { return all };
    let Some(list) = node.array() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("`outcomes` is a list, and this is {}", node.kind()),
                "begin each outcome with `[[outcomes]]`",
            );
        }
        return all;
    };
    for (index, node) in list.iter().enumerate() {
        let Some(inner) = table::as_table(node, "outcomes", reading) else { continue };
        table::check_keys(inner, &["name", "when", "title", "color", "note", "source"], "an outcome", reading);
        let Some(name_node) = inner.get("name") else {
            reading.error(node.span, "this outcome has no `name`", "for instance `name = \"thaw\"`");
            continue;
        };
        let name = table::text(inner, "name", reading);
        if name.is_empty() && name_node.is_broken() || !table::check_name(&name, name_node.span, "an outcome", reading)
        {
            continue;
        }
        if all.iter().any(|o| o.name == name) {
            reading.error(name_node.span, format!("there are two outcomes called `{name}`"), "rename one of the two");
        }
        let last = index + 1 == list.len();
        let when = match (inner.get("when"), last) {
            (Some(when), true) => {
                reading.error(
                    when.span,
                    "the last outcome takes what the others leave, so it has no `when`",
                    "take the line out, or add a last outcome without `when`",
                );
                None
            }
            (None, false) => {
                reading.error(
                    name_node.span,
                    format!("the outcome `{name}` has no `when`, and only the last one may go without"),
                    "say which futures end so: `when = \"ceasefire and not talks_break_down\"`",
                );
                None
            }
            (Some(when), false) => {
                let address = format!("outcomes.{index}.when");
                let field = Field { address: &address, allowed: Allowed::Whole, probability: false };
                reading.condition(when, names, &field)
            }
            (None, true) => None,
        };
        all.push(Outcome {
            title: table::title(inner, &name, reading),
            note: table::text(inner, "note", reading),
            color: color(inner, reading),
            name,
            when,
        });
    }
    all
}

fn color(inner: &Table, reading: &mut Reading) -> String {
    let color = table::text(inner, "color", reading);
    let digits = color.strip_prefix('#').unwrap_or("");
    let fine = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit());
    if !color.is_empty() && !fine {
        if let Some(node) = inner.get("color") {
            reading.error(
                node.span,
                format!("`{color}` is not a colour"),
                "write # and six digits: `color = \"#0072B2\"`",
            );
        }
        return String::new();
    }
    color.to_uppercase()
}
