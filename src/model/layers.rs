//! Layers of a scenario: the file that it extends, the file itself, and what a variant and `--set` lay over it.
//!
//! An override is a node of the document that comes from another place: one reader, one message, whether the mistake
//! stands in the file, in a variant or on the command line.

use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span, nearest};
use crate::document::address::Address;
use crate::document::{Node, Table, Text};
use indexmap::IndexMap;

/// An assumption's new value.
#[derive(Clone, Debug)]
pub struct Override {
    pub address: String,
    /// Where the address is written.
    pub key: Span,
    pub node: Node,
}

/// What was laid over a file.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    set: IndexMap<String, SetValue>,
}

#[derive(Clone, Debug)]
struct SetValue {
    node: Node,
    original: Option<String>,
}

impl Laid {
    pub fn has(&self, address: &str) -> bool {
        self.set.contains_key(address)
    }

    /// The value in the file, as written there.
    pub fn original(&self, address: &str) -> Option<String> {
        self.set.get(address)?.original.clone()
    }

    /// The new value.
    pub fn node(&self, address: &str) -> Option<&Node> {
        self.set.get(address).map(|s| &s.node)
    }
}

/// Lays overrides over a file whose addresses are known. The later of two at one address counts.
pub fn lay(
    table: &Table,
    overrides: &[Override],
    known: &[String],
    sources: &Sources,
    errors: &mut Diagnostics,
) -> (Table, Laid) {
    let (mut table, mut laid) = (table.clone(), Laid::default());
    for set in overrides {
        let text = Text::straight(set.address.clone(), 0);
        let Ok(address) = Address::read(&text, set.key.source) else {
            unknown(set, known, sources, errors);
            continue;
        };
        let names: Vec<&str> = address.names().collect();
        if !known.contains(&set.address) && !may_be_new(&table, &names) && !is_answer(&table, &address, known) {
            unknown(set, known, sources, errors);
            continue;
        }
        let original = laid.original(&set.address).or_else(|| {
            let node = table.find(&address).ok()?;
            Some(written(node, sources))
        });
        laid.set.insert(set.address.clone(), SetValue { node: set.node.clone(), original });
        // Branches stay as they are in the file: the reader needs both to rescale those that are not set.
        let branch = names.len() >= 4 && names[names.len() - 2] == "branches";
        if !branch {
            put(&mut table, &address, set);
        }
    }
    (table, laid)
}

fn put(table: &mut Table, address: &Address, set: &Override) {
    if let Ok(node) = table.find_mut(address) {
        if let (Some(inner), None) = (node.table(), set.node.table())
            && inner.contains("value")
            && let Some(value) = node.child_mut("value")
        {
            *value = set.node.clone();
            return;
        }
        *node = set.node.clone();
    } else {
        // An address whose last part may be new.
        let _ = table.put(address, set.node.clone());
    }
}

/// Whether the last part of an address may be missing in the file.
fn may_be_new(table: &Table, names: &[&str]) -> bool {
    let exists = |kind: &str, name: &str| table.get(kind).and_then(Node::table).is_some_and(|t| t.contains(name));
    match *names {
        ["events", event, "probability" | "delay" | "happens"] => exists("events", event),
        ["paths", path, "drift" | "min" | "max"] => exists("paths", path),
        ["paths", path, "shocks", shock, "delay"] => table
            .get("paths")
            .and_then(|n| n.child(path))
            .and_then(|n| n.child("shocks"))
            .and_then(|n| n.child(shock))
            .is_some(),
        _ => false,
    }
}

/// Whether an address is that of one expert's answer: `events.x.probability.panel.ana`.
fn is_answer(table: &Table, address: &Address, known: &[String]) -> bool {
    let names: Vec<&str> = address.names().collect();
    let [panel @ .., "panel", _] = names.as_slice() else { return false };
    known.contains(&panel.join(".")) && table.find(address).is_ok()
}

fn unknown(set: &Override, known: &[String], sources: &Sources, errors: &mut Diagnostics) {
    let diagnostic = Diagnostic::error(set.key, format!("there is no assumption at `{}`", set.address));
    let parts: Vec<&str> = set.address.split('.').collect();
    let last = parts.last().copied().unwrap_or("");
    errors.push(if ["if", "when", "requires", "formula"].contains(&last) {
        diagnostic.help("conditions and formulas cannot be set: write the other one into a copy of the file")
    } else if let Some(near) = meant(&parts, known) {
        let quote = if sources.text(set.key).starts_with(['"', '\'']) { "\"" } else { "" };
        diagnostic.help(format!("did you mean `{near}`?")).mend(set.key, format!("{quote}{near}{quote}"))
    } else {
        diagnostic.help(inside(&parts, known))
    });
}

/// The address that was misspelt, part by part: each the nearest of those that can stand there. Or one whose first part
/// was left out.
fn meant(parts: &[&str], known: &[String]) -> Option<String> {
    let mut start = String::new();
    for part in parts {
        let here = next(&start, known);
        let near = here.iter().find(|name| *name == part).or_else(|| {
            let near = nearest(part, here.iter().copied())?;
            here.iter().find(|name| **name == near)
        });
        start = match near {
            Some(near) if start.is_empty() => (*near).to_owned(),
            Some(near) => format!("{start}.{near}"),
            None => break,
        };
    }
    let whole = known.iter().find(|address| **address == start && start.matches('.').count() + 1 == parts.len());
    let end = format!(".{}", parts.join("."));
    let begins = format!("{}.", parts.join("."));
    whole
        .or_else(|| known.iter().find(|address| address.ends_with(&end)))
        .or_else(|| known.iter().find(|address| address.split_once('.').is_some_and(|(_, a)| a.starts_with(&begins))))
        .cloned()
}

/// The names that can stand behind the beginning of an address, in file order.
fn next<'k>(start: &str, known: &'k [String]) -> Vec<&'k str> {
    let mut names: Vec<&str> = Vec::new();
    for address in known {
        let rest = if start.is_empty() {
            Some(address.as_str())
        } else {
            address.strip_prefix(start).and_then(|rest| rest.strip_prefix('.'))
        };
        let name = rest.and_then(|rest| rest.split('.').next());
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// What there is where the address leaves the file.
fn inside(parts: &[&str], known: &[String]) -> String {
    const MOST: usize = 12;
    let shared = (1..=parts.len()).rev().map(|n| parts[..n].join(".")).find(|start| !next(start, known).is_empty());
    let Some(start) = shared else {
        return "an address is the path to a number in the file: `events.NAME.probability`".to_owned();
    };
    let names = next(&start, known);
    let listed: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("below `{start}` there are {}{more}", listed.join(", "))
}

/// Overrides of things that the file does not have at all: what can be said of them where the file has mistakes.
pub fn strangers(table: &Table, overrides: &[Override], sources: &Sources, errors: &mut Diagnostics) {
    let mut known = Vec::new();
    for kind in ["quantities", "paths", "events"] {
        let things = table.get(kind).and_then(Node::table);
        known.extend(things.into_iter().flat_map(Table::keys).map(|name| format!("{kind}.{name}")));
    }
    for set in overrides {
        let parts: Vec<&str> = set.address.split('.').collect();
        let [kind, name, rest @ ..] = &parts[..] else { continue };
        if !["quantities", "paths", "events"].contains(kind) || known.contains(&format!("{kind}.{name}")) {
            continue;
        }
        // The rest of the address is taken as it is.
        let full: Vec<String> = known.iter().map(|thing| [&[thing.as_str()], rest].concat().join(".")).collect();
        unknown(set, &full, sources, errors);
    }
}

/// A value as it is written, the `value` of a table.
pub fn written(node: &Node, sources: &Sources) -> String {
    let node = node.table().and_then(|t| t.get("value")).unwrap_or(node);
    match node.text() {
        Some(text) => text.content.clone(),
        None => sources.text(node.span).to_owned(),
    }
}

/// The overrides of a variant: its `set` table.
pub fn variant_overrides(table: &Table, name: &str) -> Option<Vec<Override>> {
    let variant = table.get("variants")?.child(name)?;
    let Some(set) = variant.child("set").and_then(Node::table) else { return Some(Vec::new()) };
    let mut overrides = Vec::new();
    flatten(set, "", &mut overrides);
    Some(overrides)
}

/// `set = { events.x.probability = 1 }` means the same as `set = { "events.x.probability" = 1 }`.
fn flatten(table: &Table, prefix: &str, overrides: &mut Vec<Override>) {
    for (key, entry) in table.iter() {
        let address = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        match entry.node.table() {
            Some(inner) if !inner.contains("value") && !inner.contains("panel") => flatten(inner, &address, overrides),
            _ => overrides.push(Override { address, key: entry.key, node: entry.node.clone() }),
        }
    }
}

/// A source of its own for each `--set ADDR=VALUE`.
pub fn command_line(sources: &mut Sources, settings: &[String]) -> Result<Vec<Override>, String> {
    let mut overrides = Vec::new();
    for setting in settings {
        let Some((address, value)) = setting.split_once('=') else {
            return Err(format!("`--set {setting}` has no `=`"));
        };
        let address = address.trim().to_owned();
        let name = format!("--set {address}");
        let key_source: SourceId = sources.add(name.clone(), address.clone());
        let key = Span { source: key_source, start: 0, end: address.len() as u32 };
        let node = crate::document::toml::parse_value(sources, &name, value.trim());
        overrides.push(Override { address, key, node });
    }
    Ok(overrides)
}
