//! A file that extends another: the base is read first, and this file's tables are laid over it, key by key.
//!
//! Lists and assumptions are replaced whole. Stating another timing takes the base's away with the keys that only it
//! takes. Branches that are stated push the others aside in proportion, as an override does.

use super::files::Inputs;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::document::{self, Entry, Node, Table, Value};

/// How many files may extend one another.
const DEEPEST: usize = 16;

/// Where a source's own files are looked for: the part of its name up to the last `/`.
pub type Folders = Vec<(SourceId, String)>;

/// The layers of a file, and where each one's files are looked for.
pub fn layers(
    inputs: &Inputs,
    sources: &mut Sources,
    file: (SourceId, &str),
    folders: &mut Folders,
    errors: &mut Diagnostics,
) -> Table {
    let mut open = Vec::new();
    layer(inputs, sources, file, folders, &mut open, errors)
}

fn layer(
    inputs: &Inputs,
    sources: &mut Sources,
    (source, name): (SourceId, &str),
    folders: &mut Folders,
    open: &mut Vec<String>,
    errors: &mut Diagnostics,
) -> Table {
    let folder = name.rfind('/').map_or("", |end| &name[..=end]).to_owned();
    folders.push((source, folder.clone()));
    let table = document::toml::parse(sources, source, errors);
    let Some(node) = table.get("extends") else { return table };
    let Some(text) = node.text() else {
        if !node.is_broken() {
            let message = format!("`extends` is the name of a file, and this is {}", node.kind());
            errors.push(Diagnostic::error(node.span, message).help("write it in quotes: extends = \"base.toml\""));
        }
        return table;
    };
    let base = plain(&format!("{folder}{}", text.content));
    open.push(plain(name));
    if open.contains(&base) || open.len() > DEEPEST {
        let chain = open.iter().chain([&base]).map(|f| format!("`{f}`")).collect::<Vec<_>>().join(" → ");
        errors.push(
            Diagnostic::error(node.span, format!("these files extend each other in a circle: {chain}"))
                .help("take `extends` out of one of them"),
        );
        return table;
    }
    let content = match inputs.read(&base) {
        Ok(content) => content,
        Err(why) => {
            let help = "the base's name is relative to this file";
            errors.push(Diagnostic::error(node.span, format!("`{base}` cannot be read: {why}")).help(help));
            return table;
        }
    };
    let Ok(content) = std::str::from_utf8(&content) else {
        errors.push(
            Diagnostic::error(node.span, format!("`{base}` is not a text file")).help("save it as text in UTF-8"),
        );
        return table;
    };
    let id = sources.add(base.clone(), content);
    let mut under = layer(inputs, sources, (id, &base), folders, open, errors);
    under.remove("extends");
    over(&mut under, &table, &mut Vec::new(), errors);
    under
}

/// `a/./b/../c` → `a/c`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." if !parts.is_empty() || part == "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Lays a table over another, which stands at `path`.
fn over<'a>(under: &mut Table, table: &'a Table, path: &mut Vec<&'a str>, errors: &mut Diagnostics) {
    if let ["events", _] = path[..] {
        retime(under, table);
    }
    let branches = matches!(path[..], ["events", _, "branches"]);
    if branches {
        lay_branches(under, table, errors);
        return;
    }
    for (key, entry) in table.iter() {
        let both = under.get(key).and_then(Node::table).is_some() && entry.node.table().is_some();
        let assumption = |node: &Node| node.table().is_some_and(|t| t.contains("value") || t.contains("panel"));
        let replaced = under.get(key).is_some_and(assumption) || assumption(&entry.node);
        if both && !replaced {
            path.push(key);
            if let (Some(inner), Some(mine)) = (under.get_mut(key).and_then(table_mut), entry.node.table()) {
                over(inner, mine, path, errors);
            }
            path.pop();
            continue;
        }
        if let Some(base) = under.get(key) {
            let list = base.array().is_some();
            if list || assumption(base) {
                let what = if list { "list" } else { "assumption with all that stands in it" };
                errors.push(
                    Diagnostic::warning(entry.key, format!("`{key}` replaces the base's {what}"))
                        .and_at(base.span, "the base's")
                        .help("nothing to mend if that is meant: repeat here what shall stay"),
                );
            }
        }
        under.insert(key, entry.clone());
    }
}

fn table_mut(node: &mut Node) -> Option<&mut Table> {
    match &mut node.value {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

const TIMINGS: [&str; 6] = ["on", "between", "by", "after", "when", "rate"];

/// Another timing takes the place of the base's.
fn retime(under: &mut Table, table: &Table) {
    let timing = |t: &Table| -> Option<&'static str> {
        // `between` beside a rate bounds the rate.
        if t.contains("rate") {
            return Some("rate");
        }
        TIMINGS.into_iter().find(|key| t.contains(key))
    };
    let (Some(old), Some(new)) = (timing(under), timing(table)) else { return };
    if old == new || (old == "rate" && new == "between") {
        return;
    }
    let windows = ["between", "by", "after"];
    let mut gone = vec![old];
    match old {
        "after" => gone.extend(["within", "delay"]),
        "rate" => gone.extend(["repeats", "between"]),
        _ => {}
    }
    if windows.contains(&old) && !windows.contains(&new) {
        gone.push("timing");
    }
    if new == "rate" {
        gone.push("probability");
    }
    for key in gone {
        under.remove(key);
    }
}

/// The share that a node states, if it is a plain number.
fn share(node: &Node) -> Option<f64> {
    node.table().and_then(|t| t.get("value")).unwrap_or(node).number()
}

fn lay_branches(under: &mut Table, table: &Table, errors: &mut Diagnostics) {
    if under.keys().all(|name| table.contains(name)) {
        *under = table.clone();
        return;
    }
    let mut fine = true;
    for (name, entry) in table.iter().filter(|(name, _)| !under.contains(name)) {
        errors.push(
            Diagnostic::error(entry.key, format!("the base has no branch `{name}`"))
                .help("to add a branch, state all branches here"),
        );
        fine = false;
    }
    let known: Option<f64> = under.iter().map(|(_, e)| if is_rest(&e.node) { Some(0.0) } else { share(&e.node) }).sum();
    let set: Option<f64> = table.iter().map(|(_, e)| share(&e.node)).sum();
    let (Some(known), Some(set)) = (known, set) else {
        if let Some((_, entry)) = table.iter().next() {
            errors.push(
                Diagnostic::error(entry.key, "only plain numbers can push the base's other branches aside")
                    .help("state all branches here"),
            );
        }
        return;
    };
    let value =
        |entry: &Entry| if is_rest(&entry.node) { (1.0 - known).max(0.0) } else { share(&entry.node).unwrap_or(0.0) };
    let others: f64 = under.iter().filter(|(name, _)| !table.contains(name)).map(|(_, e)| value(e)).sum();
    let left = 1.0 - set;
    if fine && (left < -1e-6 || others <= 0.0 && left > 1e-6) {
        if let Some((_, entry)) = table.iter().next() {
            let message = format!("the branches stated here sum to {set}, and the base's others cannot make it 1");
            errors.push(Diagnostic::error(entry.key, message).help("correct a number, or state all branches here"));
        }
        return;
    }
    let scaled: Vec<(String, Span, Span, f64)> = under
        .iter()
        .filter(|(name, _)| !table.contains(name))
        .map(|(name, e)| {
            let scale = if others > 0.0 { left.max(0.0) / others } else { 0.0 };
            (name.to_owned(), e.key, e.node.span, value(e) * scale)
        })
        .collect();
    for (name, key, span, value) in scaled {
        let node = Node { span, value: Value::Number { value, integer: None } };
        under.insert(name, Entry { key, node });
    }
    for (name, entry) in table.iter() {
        under.insert(name, entry.clone());
    }
}

fn is_rest(node: &Node) -> bool {
    let value = node.table().and_then(|t| t.get("value")).unwrap_or(node);
    value.text().is_some_and(|t| t.content.trim() == "rest")
}
