//! The names of a scenario: one namespace for quantities, paths, events and metrics.

use super::types::{EventRef, Type};
use crate::diagnostic::nearest;
use indexmap::IndexMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    Quantity(usize),
    Path(usize),
    Event(usize),
    Metric(usize),
}

/// Everything that an expression can name, known before any expression is read.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub map: IndexMap<String, Name>,
    /// For each event the names of its branches.
    pub branches: Vec<Vec<String>>,
    pub quantity_kinds: Vec<Type>,
    pub path_kinds: Vec<Type>,
    pub metric_kinds: Vec<Type>,
    pub metric_static: bool,
}

impl Names {
    pub fn find(&self, name: &str) -> Option<Name> {
        self.map.get(name).copied()
    }

    /// The one with that index among things that were read: those with mistakes are not there, and the others move up.
    pub fn of<'t, T>(&self, name: Name, things: &'t [T], called: impl Fn(&T) -> &str) -> Option<&'t T> {
        let (wanted, _) = self.map.iter().find(|(_, known)| **known == name)?;
        things.iter().find(|thing| called(thing) == wanted)
    }

    /// The name that was probably meant.
    pub fn nearest(&self, name: &str, wanted: impl Fn(Name) -> bool) -> Option<&str> {
        nearest(name, self.map.iter().filter(|(_, n)| wanted(**n)).map(|(name, _)| name.as_str()))
    }

    pub fn branch(&self, event: usize, branch: &str) -> Option<EventRef> {
        let index = self.branches[event].iter().position(|b| b == branch)?;
        Some(EventRef { event, branch: Some(index) })
    }
}

/// Words with a meaning of their own, which name nothing else.
pub fn reserved(name: &str) -> bool {
    const KEYWORDS: &[&str] = &["if", "then", "else", "and", "or", "not", "to", "years", "today", "rest"];
    KEYWORDS.contains(&name)
        || super::words::functions::find(name).is_some()
        || crate::chance::distributions::find(name).is_some()
        || ["choose", "mixture", "data", "truncate"].contains(&name)
}

/// What a branch may not be called besides, since these keys mean something in the same table.
pub const NOT_BRANCHES: &[&str] =
    &["value", "panel", "pool", "weights", "low", "high", "note", "source", "title", "unit"];

/// Whether a text has the form of a name.
pub fn well_formed(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|c| c.is_ascii_lowercase())
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
