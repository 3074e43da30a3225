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
            unknown(set, known, errors);
            continue;
        };
        let names: Vec<&str> = address.names().collect();
        if !known.contains(&set.address) && !may_be_new(&table, &names) {
            unknown(set, known, errors);
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
        if let (Some(inner), None) = (node.table(), set.node.table()) {
            if inner.contains("value") {
                if let Some(value) = node.child_mut("value") {
                    *value = set.node.clone();
                    return;
                }
            }
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

fn unknown(set: &Override, known: &[String], errors: &mut Diagnostics) {
    let mut diagnostic = Diagnostic::error(set.key, format!("there is no assumption at `{}`", set.address));
    let parts: Vec<&str> = set.address.split('.').collect();
    let last = parts.last().copied().unwrap_or("");
    diagnostic = if ["if", "when", "requires"].contains(&last) {
        diagnostic.help("conditions cannot be set: write the other condition into a copy of the file")
    } else if let Some(near) = nearest(&set.address, known.iter().map(String::as_str)) {
        diagnostic.help(format!("did you mean `{near}`?")).mend(set.key, near)
    } else {
        // The longest beginning that some address shares tells where the path leaves the file.
        let shared = (1..parts.len())
            .rev()
            .map(|n| parts[..n].join("."))
            .find(|start| known.iter().any(|k| k.starts_with(start.as_str()) && k[start.len()..].starts_with('.')));
        match shared {
            Some(start) => {
                let inside: Vec<String> = known
                    .iter()
                    .filter(|k| k.starts_with(&format!("{start}.")))
                    .take(6)
                    .map(|k| format!("`{k}`"))
                    .collect();
                diagnostic.help(format!("there are {}", inside.join(", ")))
            }
            None => diagnostic.help("an address is the path to a number in the file: `events.NAME.probability`"),
        }
    };
    errors.push(diagnostic);
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
        let key_source: SourceId = sources.add("--set", address.clone());
        let key = Span { source: key_source, start: 0, end: address.len() as u32 };
        let node = crate::document::toml::parse_value(sources, "--set", value.trim());
        overrides.push(Override { address, key, node });
    }
    Ok(overrides)
}
