//! Reading tables key by key, with the same words for the same mistakes everywhere.

use super::Reading;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{Node, Table};
use crate::model::names;

/// Reports keys that mean nothing here.
pub fn check_keys(table: &Table, known: &[&str], what: &str, reading: &mut Reading) {
    for (key, entry) in table.iter() {
        if known.contains(&key) {
            continue;
        }
        let mut diagnostic = Diagnostic::error(entry.key, format!("unknown key `{key}` in {what}"));
        if let Some(near) = nearest(key, known.iter().copied()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).mend(entry.key, near);
        } else {
            let list: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            diagnostic = diagnostic.help(format!("the keys of {what} are {}", list.join(", ")));
        }
        reading.errors.push(diagnostic);
    }
}

/// The table under a key; a mistake if something else stands there.
pub fn table<'t>(parent: &'t Table, key: &str, reading: &mut Reading) -> Option<&'t Table> {
    let node = parent.get(key)?;
    as_table(node, key, reading)
}

pub fn as_table<'t>(node: &'t Node, key: &str, reading: &mut Reading) -> Option<&'t Table> {
    let table = node.table();
    if table.is_none() && !node.is_broken() {
        let message = format!("`{key}` is a table, and this is {}", node.kind());
        let example = EXAMPLES.iter().find(|(name, _)| *name == key).map(|(_, example)| (*example).to_owned());
        let help = example.unwrap_or_else(|| format!("`[{key}]` on a line of its own, and its keys below"));
        reading.error(node.span, message, format!("write {help}"));
    }
    table
}

/// Tables that are written in one line, or as several.
const EXAMPLES: &[(&str, &str)] = &[
    ("branches", "`branches = { lapses = 0.7, extended = \"rest\" }`"),
    ("set", "`set = { \"events.visit.probability\" = 1.0 }`"),
    ("weights", "`weights = { anna = 2 }`"),
    ("jumps", "`jumps = { rate = 1.5, size = \"normal(-0.1, 0.05)\" }`"),
    ("shifts", "`[events.EVENT.shifts.NAME]` above each shift, with a name for it"),
    ("shocks", "`[paths.PATH.shocks.NAME]` above each shock, with a name for it"),
    ("given", "`[[events.EVENT.given]]` above each rule"),
    ("outcomes", "`[[outcomes]]` above each outcome"),
    ("correlations", "`[[correlations]]` above each correlation"),
    ("variants", "`[variants.NAME]` above each variant"),
    ("events", "`[events.NAME]` above each event"),
    ("paths", "`[paths.NAME]` above each path"),
    ("observed", "`[observed.NAME]` above each observation"),
];

/// The named tables under a key, in file order, each with the place of its name.
pub fn named<'t>(parent: &'t Table, key: &str, reading: &mut Reading) -> Vec<(&'t str, Span, &'t Node)> {
    let Some(table) = table(parent, key, reading) else { return Vec::new() };
    table.iter().map(|(name, entry)| (name, entry.key, &entry.node)).collect()
}

/// Whether a name of the analyst's has the right form.
pub fn check_name(name: &str, span: Span, what: &str, reading: &mut Reading) -> bool {
    if names::well_formed(name) {
        return true;
    }
    let mut proposal: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' })
        .collect();
    if proposal.starts_with(|c: char| c.is_ascii_digit()) {
        proposal.insert_str(0, "the_");
    }
    let proposal = proposal.trim_matches('_');
    let message = format!("`{name}` cannot be the name of {what}");
    let mut diagnostic = Diagnostic::error(span, message);
    let rule = "a name has small letters, digits and _, and begins with a letter";
    if proposal.is_empty() {
        diagnostic = diagnostic.help(rule);
    } else {
        diagnostic = diagnostic.help(format!("{rule}: `{proposal}`; what people see is the `title`"));
    }
    reading.errors.push(diagnostic);
    false
}

/// A text under a key; empty if there is none.
pub fn text(table: &Table, key: &str, reading: &mut Reading) -> String {
    let Some(node) = table.get(key) else { return String::new() };
    if let Some(text) = node.text() {
        text.content.clone()
    } else {
        if !node.is_broken() {
            let message = format!("`{key}` is a text, and this is {}", node.kind());
            reading.error(node.span, message, format!("write it in quotes: {key} = \"…\""));
        }
        String::new()
    }
}

/// A date under a key, in days since 1970-01-01.
pub fn date(node: &Node, key: &str, reading: &mut Reading) -> Option<i32> {
    if let Some(day) = node.date() {
        return Some(day);
    }
    if node.is_broken() {
        return None;
    }
    if let Some(text) = node.text()
        && crate::calendar::parse_date(text.content.trim()).is_ok()
    {
        let bare = text.content.trim().to_owned();
        reading.errors.push(
            Diagnostic::error(node.span, format!("`{key}` is a date, and this is a text"))
                .help(format!("take the quotes away: {bare}"))
                .mend(node.span, bare),
        );
        return None;
    }
    let message = format!("`{key}` is a date, and this is {}", node.kind());
    reading.error(node.span, message, "write year, month and day without quotes: 2026-02-05");
    None
}

/// The title: what the file says, or the name with spaces.
pub fn title(table: &Table, name: &str, reading: &mut Reading) -> String {
    let title = text(table, "title", reading);
    if title.is_empty() { spaced(name) } else { title }
}

/// `envoy_visit` → `Envoy visit`.
pub fn spaced(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut characters = spaced.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + characters.as_str(),
        None => String::new(),
    }
}
