//! In which ways an event turns out. Branches sum to 1; those that are set by a variant push the others aside.

use super::About;
use crate::document::{Node, Table};
use crate::model::read::assumption::Sort;
use crate::model::read::{Reading, table};
use crate::model::types::{Assumption, Branch, InFile, Share};

pub fn read(about: &About, reading: &mut Reading) -> Option<Vec<Branch>> {
    let Some(node) = about.table.get("branches") else { return Some(Vec::new()) };
    let inner = table::as_table(node, "branches", reading)?;
    if inner.is_empty() {
        reading.error(
            node.span,
            "`branches` is empty",
            "give at least two: `branches = { lapses = 0.7, extended = 0.3 }`",
        );
        return None;
    }
    let read = shares(about, "branches", inner, node, reading)?;
    let mut branches = Vec::new();
    for (index, (name, entry)) in inner.iter().enumerate() {
        let title = entry.node.table().map(|t| table::text(t, "title", reading)).unwrap_or_default();
        let title = if title.is_empty() { table::spaced(name).to_lowercase() } else { title };
        branches.push(Branch { name: name.to_owned(), title, span: entry.key, share: read[index].clone() });
    }
    Some(branches)
}

/// The share of each branch of a table.
pub(super) fn shares(
    about: &About,
    path: &str,
    inner: &Table,
    node: &Node,
    reading: &mut Reading,
) -> Option<Vec<Share>> {
    let mut read = Vec::new();
    let mut rests = 0;
    let mut complete = true;
    for (name, entry) in inner.iter() {
        let value = entry.node.table().and_then(|t| t.get("value")).unwrap_or(&entry.node);
        let rest = value.text().is_some_and(|t| t.content.trim() == "rest");
        let place = format!("{path}.{name}");
        let address = format!("{}.{place}", about.base);
        let new = reading.laid.node(&address).cloned();
        let set = match new {
            None => None,
            Some(new) => {
                let set = about.assumption(&new, &place, name, Sort::Probability, reading);
                complete &= set.is_some();
                set
            }
        };
        let file = if rest {
            rests += 1;
            if rests > 1 {
                reading.error(entry.node.span, "only one branch can be the rest", "give the others numbers");
            }
            if set.is_none() {
                rest_listed(about, &address, name, &entry.node, reading);
            }
            InFile::Rest
        } else {
            // Where it is set, the file's own value still says what the others are.
            let listed = reading.listed.len();
            let chance = about.assumption(&entry.node, &place, name, Sort::Probability, reading);
            if set.is_some() {
                keep_range(listed, reading);
            }
            complete &= chance.is_some();
            chance.map_or(InFile::Zero, InFile::Chance)
        };
        read.push(Share { file, set });
    }
    if !complete || rests > 1 {
        return None;
    }
    check_sums(about, &read, inner, node, rests == 1, reading)?;
    Some(read)
}

/// An override keeps the range of the file.
fn keep_range(from: usize, reading: &mut Reading) {
    let Some(file) = reading.listed.drain(from..).next_back() else { return };
    if let Some(set) = reading.listed.last_mut()
        && set.address == file.address
    {
        set.title.clone_from(&file.title);
        set.note.clone_from(&file.note);
        set.source.clone_from(&file.source);
        if !file.default_range {
            (set.low, set.high, set.default_range) = (file.low, file.high, false);
        }
    }
}

/// A rest is listed, since it can be set, with what it has in the file.
fn rest_listed(about: &About, address: &str, name: &str, node: &Node, reading: &mut Reading) {
    reading.listed.push(crate::model::types::Listed {
        address: address.to_owned(),
        span: node.span,
        title: format!("{}: {name}", about.title),
        value: "rest".to_owned(),
        low: None,
        high: None,
        default_range: false,
        unit: "probability".to_owned(),
        note: String::new(),
        source: String::new(),
        changed: false,
        value_in_file: None,
        number: None,
        panel: Vec::new(),
        pooled: None,
    });
}

fn check_sums(
    about: &About,
    read: &[Share],
    inner: &Table,
    node: &Node,
    rest: bool,
    reading: &mut Reading,
) -> Option<()> {
    let known = |share: &Share| match &share.file {
        InFile::Chance(chance) => chance.constant(),
        InFile::Zero | InFile::Rest => Some(0.0),
    };
    let stated: Option<f64> = read.iter().map(known).sum();
    let rounded = |sum: f64| (sum * 1e9).round() / 1e9;
    if let Some(sum) = stated {
        if rest && sum > 1.0 + 1e-6 {
            let message =
                format!("the branches of `{}` sum to {}, and nothing is left for the rest", about.name, rounded(sum));
            reading.error(node.span, message, "make the others smaller: together they may be at most 1");
            return None;
        }
        if !rest && (sum - 1.0).abs() > 1e-6 {
            let message = format!("the branches of `{}` sum to {}, not to 1", about.name, rounded(sum));
            let last = inner.keys().next_back().unwrap_or("other");
            let help = if inner.len() == 1 {
                "name the other ways in which it can turn out; one may take what is left: `otherwise = \"rest\"`"
                    .to_owned()
            } else {
                format!("correct a number, or give one branch what is left: `{last} = \"rest\"`")
            };
            reading.error(node.span, message, help);
            return None;
        }
    }
    let set: Vec<&Assumption> = read.iter().filter_map(|share| share.set.as_ref()).collect();
    let (Some(first), Some(sum)) = (set.first(), set.iter().map(|a| a.constant()).sum::<Option<f64>>()) else {
        return Some(());
    };
    if sum > 1.0 + 1e-6 {
        let message = format!("the branches set for `{}` sum to {}, more than 1", about.name, rounded(sum));
        reading.error(first.span, message, "make them smaller: those that are not set share what is left");
        return None;
    }
    if (sum - 1.0).abs() <= 1e-6 {
        return Some(());
    }
    if set.len() == read.len() {
        let message = format!("all branches of `{}` are set, and they sum to {}, not to 1", about.name, rounded(sum));
        reading.error(first.span, message, "correct a number, or leave one branch to take what is left");
        return None;
    }
    let unset = || read.iter().filter(|share| share.set.is_none());
    if let (Some(others), Some(stated)) = (unset().map(known).sum::<Option<f64>>(), stated) {
        let takes_rest = unset().any(|share| matches!(share.file, InFile::Rest));
        let left = others + if takes_rest { (1.0 - stated).max(0.0) } else { 0.0 };
        if left <= 0.0 {
            let message = format!(
                "the branches of `{}` that are not set have no chance in the file, so they cannot take what is left",
                about.name
            );
            reading.error(first.span, message, "set them too");
            return None;
        }
    }
    Some(())
}
