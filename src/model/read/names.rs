//! All names of a file, and whether they mean a number, a yes/no or a date, before any expression is read.

use super::{Reading, table};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::expression::{self, Binary, Expression, Kind};
use crate::document::{Node, Table};
use crate::model::names::{NOT_BRANCHES, Name, Names, reserved};
use crate::model::types::Type;
use crate::model::words::functions::{self, Does, SoFar};
use indexmap::IndexMap;
use std::collections::HashMap;

pub const MOST_THINGS: usize = 1_000;

pub fn collect(file: &Table, reading: &mut Reading) -> Names {
    let mut names = Names::default();
    let mut places: IndexMap<String, crate::diagnostic::Span> = IndexMap::new();
    let mut counts = [0usize; 4];
    let sections = [("quantities", "a quantity"), ("paths", "a path"), ("events", "an event"), ("metrics", "a metric")];
    for (section, (key, what)) in sections.into_iter().enumerate() {
        for (name, span, node) in table::named(file, key, reading) {
            let index = counts[section];
            counts[section] += 1;
            if key == "events" {
                names.branches.push(branches(node, reading));
            }
            if !table::check_name(name, span, what, reading) {
                continue;
            }
            if reserved(name) {
                let message = format!("`{name}` is a word of the language and cannot be the name of {what}");
                reading.error(
                    span,
                    message,
                    format!("choose another, for instance `{name}_{}`", what.rsplit(' ').next().unwrap_or("level")),
                );
                continue;
            }
            if let Some(&first) = places.get(name) {
                let message = format!("there are two things called `{name}`");
                reading.errors.push(
                    Diagnostic::error(span, message)
                        .and_at(first, "the other one")
                        .help("quantities, paths, events and metrics share their names: rename one of the two"),
                );
                continue;
            }
            places.insert(name.to_owned(), span);
            let named = match section {
                0 => Name::Quantity(index),
                1 => Name::Path(index),
                2 => Name::Event(index),
                _ => Name::Metric(index),
            };
            names.map.insert(name.to_owned(), named);
        }
    }
    if let Some((_, span)) = places.get_index(MOST_THINGS) {
        reading.error(
            *span,
            format!("there are more than {MOST_THINGS} things"),
            "a scenario may have 1,000 quantities, paths, events and metrics together",
        );
    }
    kinds(file, counts, &mut names, reading);
    names
}

fn branches(event: &Node, reading: &mut Reading) -> Vec<String> {
    let Some(table) = event.child("branches").and_then(Node::table) else { return Vec::new() };
    for (name, entry) in table.iter() {
        if table::check_name(name, entry.key, "a branch", reading) && (reserved(name) || NOT_BRANCHES.contains(&name)) {
            let message = format!("`{name}` is a word of the language and cannot be the name of a branch");
            reading.error(entry.key, message, format!("choose another, for instance `is_{name}`"));
        }
    }
    table.keys().map(str::to_owned).collect()
}

/// What each name means is seen from its expression's outermost part; names that need each other count as numbers.
fn kinds(file: &Table, counts: [usize; 4], names: &mut Names, reading: &Reading) {
    let mut texts: IndexMap<Name, Expression> = IndexMap::new();
    for (name, &named) in &names.map {
        let (section, keys): (&str, &[&str]) = match named {
            Name::Quantity(_) => ("quantities", &["value"]),
            Name::Path(_) => ("paths", &["formula"]),
            Name::Metric(_) => ("metrics", &["value"]),
            Name::Event(_) => continue,
        };
        let node = file.get(section).and_then(|n| n.child(name));
        let text = node.and_then(|n| n.text().or_else(|| keys.iter().find_map(|k| n.child(k)).and_then(Node::text)));
        let parsed = text.and_then(|t| {
            let mut ignored = Diagnostics::default();
            expression::parse(t, reading.file, &mut ignored).filter(|_| ignored.is_empty())
        });
        if let Some(expression) = parsed {
            texts.insert(named, expression);
        }
    }
    let map = std::mem::take(&mut names.map);
    let mut kinds = Kinds { names: &map, texts: &texts, known: HashMap::new(), open: Vec::new() };
    let mut kind = |named: Name| kinds.of_name(named);
    let quantities = (0..counts[0]).map(|i| kind(Name::Quantity(i))).collect();
    let paths = (0..counts[1]).map(|i| kind(Name::Path(i))).collect();
    let metrics = (0..counts[3]).map(|i| kind(Name::Metric(i))).collect();
    (names.quantity_kinds, names.path_kinds, names.metric_kinds) = (quantities, paths, metrics);
    names.map = map;
}

/// What names mean so far.
struct Kinds<'a> {
    names: &'a IndexMap<String, Name>,
    texts: &'a IndexMap<Name, Expression>,
    /// Each name is looked into once, however often it is named.
    known: HashMap<Name, Type>,
    /// Names that are being looked into.
    open: Vec<Name>,
}

impl Kinds<'_> {
    fn of_name(&mut self, named: Name) -> Type {
        if matches!(named, Name::Event(_)) {
            return Type::YesNo;
        }
        if let Some(&kind) = self.known.get(&named) {
            return kind;
        }
        if self.open.contains(&named) {
            return Type::Number;
        }
        self.open.push(named);
        let texts = self.texts;
        let kind = texts.get(&named).map_or(Type::Number, |e| self.of(e));
        self.open.pop();
        self.known.insert(named, kind);
        kind
    }

    fn of(&mut self, e: &Expression) -> Type {
        match &e.kind {
            Kind::Date(_) => Type::Date,
            Kind::Compare { .. }
            | Kind::Not(_)
            | Kind::Branch { .. }
            | Kind::Binary { operator: Binary::And | Binary::Or, .. } => Type::YesNo,
            Kind::Name(name) if name == "today" => Type::Date,
            Kind::Name(name) => self.names.get(name).copied().map_or(Type::Number, |n| self.of_name(n)),
            Kind::Binary { operator: Binary::Add | Binary::Subtract, left, right } => {
                match (self.of(left), self.of(right)) {
                    (Type::Date, Type::Date) | (Type::Number | Type::YesNo, Type::Number | Type::YesNo) => Type::Number,
                    _ => Type::Date,
                }
            }
            Kind::If { then, otherwise, .. } => match (self.of(then), self.of(otherwise)) {
                (a, b) if a == b => a,
                _ => Type::Number,
            },
            Kind::Call { name, arguments, .. } => match functions::find(name).map(|f| f.does) {
                Some(Does::DateOf | Does::SoFar(SoFar::WhenFirst)) => Type::Date,
                Some(Does::SoFar(SoFar::Ever | SoFar::Always)) => Type::YesNo,
                Some(Does::At | Does::Before | Does::Ago | Does::Clamp | Does::Least | Does::Greatest) => {
                    match arguments.first().map(|a| self.of(&a.value)) {
                        Some(Type::YesNo)
                            if !matches!(
                                functions::find(name).map(|f| f.does),
                                Some(Does::At | Does::Before | Does::Ago)
                            ) =>
                        {
                            Type::Number
                        }
                        Some(kind) => kind,
                        None => Type::Number,
                    }
                }
                _ => Type::Number,
            },
            _ => Type::Number,
        }
    }
}
