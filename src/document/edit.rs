//! Writing a variant into a file without touching anything else in it.
//!
//! The text is spliced, never printed anew: comments, blanks, line ends and the order of all that is not the variant stay
//! as they are, byte for byte. What came out is read again before it is handed on.

use super::toml::is_one_value;
use crate::diagnostic::Failure;
use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use std::fmt::Write;
use std::ops::Range;

/// The text with the table `[variants.NAME]` put in, or changed where it is there already.
///
/// `set` has an address and a value, which is TOML or else a text that still needs its quotes. Other keys of a variant
/// that is there, such as its note, are kept; an empty title is not written.
pub fn save_variant(text: &str, name: &str, title: &str, set: &[(String, String)]) -> Result<String, Failure> {
    if !is_name(name) {
        return Err(refuse(
            format!("`{name}` cannot be the name of a variant"),
            "names begin with a small letter and have only a–z, 0–9 and `_`",
        ));
    }
    let Ok(document) = DeTable::parse(text) else {
        return Err(refuse("the file has mistakes".to_owned(), "mend them first: nothing was saved"));
    };
    let wanted = Variant { name, title, set: &unique(set), line_end: line_end_of(text) };
    let variants = document.get_ref().get("variants");
    let there = variants.and_then(|variants| variants.get_ref().as_table()).and_then(|table| table.get(name));
    let splices = match (there, variants) {
        (Some(there), _) => wanted.change(text, there),
        (None, Some(variants)) if text[variants.span()].starts_with('{') => Some(vec![wanted.inline_into(variants)]),
        (None, _) => Some(vec![(text.len()..text.len(), wanted.as_tables(text))]),
    };
    let saved = splices.map(|splices| spliced(text, splices));
    saved.filter(|saved| wanted.is_in(saved)).ok_or_else(|| {
        refuse(
            format!("the variant `{name}` is written in a way that cannot be changed from here"),
            "choose another name",
        )
    })
}

struct Variant<'a> {
    name: &'a str,
    title: &'a str,
    /// Addresses and values in TOML, each address once.
    set: &'a [(String, String)],
    line_end: &'static str,
}

/// A stretch of the text and what it is replaced by.
type Splice = (Range<usize>, String);

impl Variant<'_> {
    /// A block at the end of the file.
    fn as_tables(&self, text: &str) -> String {
        let Variant { name, line_end, .. } = *self;
        let mut block = match text.trim_start_matches('\u{feff}') {
            "" => String::new(),
            text if text.ends_with('\n') => line_end.to_owned(),
            _ => line_end.repeat(2),
        };
        // Writing to a string cannot fail.
        let _ = write!(block, "[variants.{name}]{line_end}");
        if !self.title.is_empty() {
            let _ = write!(block, "title = {}{line_end}", quoted(self.title));
        }
        if self.set.len() <= MOST_ON_A_LINE {
            let _ = write!(block, "set = {}{line_end}", self.inline_set());
        } else {
            let _ = write!(block, "{line_end}[variants.{name}.set]{line_end}");
            for (address, value) in self.set {
                let _ = write!(block, "{} = {value}{line_end}", quoted(address));
            }
        }
        block
    }

    fn inline_set(&self) -> String {
        let entries: Vec<String> =
            self.set.iter().map(|(address, value)| format!("{} = {value}", quoted(address))).collect();
        if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
    }

    /// As an entry of `variants = { … }`.
    fn inline_into(&self, variants: &Spanned<DeValue<'_>>) -> Splice {
        let title = if self.title.is_empty() { String::new() } else { format!("title = {}, ", quoted(self.title)) };
        let entry = format!(" {} = {{ {title}set = {} }}", self.name, self.inline_set());
        first_of_inline(variants, entry)
    }

    /// The changes to a variant that is there; none if it is written too strangely.
    fn change(&self, text: &str, there: &Spanned<DeValue<'_>>) -> Option<Vec<Splice>> {
        let table = there.get_ref().as_table()?;
        let mut splices = Vec::new();
        let mut missing = Vec::new();
        match table.get("title") {
            Some(title) => splices.push((title.span(), quoted(self.title))),
            None if self.title.is_empty() => {}
            None => missing.push(format!("title = {}", quoted(self.title))),
        }
        match table.get("set") {
            Some(set) if text[set.span()].starts_with('{') => splices.push((set.span(), self.inline_set())),
            Some(set) => self.change_entries(text, set, &mut splices)?,
            None => missing.push(format!("set = {}", self.inline_set())),
        }
        if missing.is_empty() {
            return Some(splices);
        }
        let line = line_around(text, there.span().start);
        if text[there.span()].starts_with('{') {
            splices.push(first_of_inline(there, format!(" {}", missing.join(", "))));
        } else if text[there.span()].starts_with('[') {
            splices.push((line.end..line.end, format!("{}{}", self.line_end, missing.join(self.line_end))));
        } else if text[line.clone()].trim_start().starts_with('[') {
            // Only `[variants.NAME.set]` is there.
            let header = format!("[variants.{}]", self.name);
            let lines = [header, missing.join(self.line_end), String::new(), String::new()].join(self.line_end);
            splices.push((line.start..line.start, lines));
        } else {
            return None;
        }
        Some(splices)
    }

    /// The entries of `[variants.NAME.set]`, a line each.
    fn change_entries(&self, text: &str, set: &Spanned<DeValue<'_>>, splices: &mut Vec<Splice>) -> Option<()> {
        let header = line_around(text, set.span().start);
        if !text[header.clone()].trim_start().starts_with('[') {
            return None;
        }
        let entries = set.get_ref().as_table()?;
        let mut last = header.end;
        for (key, value) in entries {
            let after = line_around(text, value.span().end);
            last = last.max(after.end);
            if let Some((_, new)) = self.set.iter().find(|(address, _)| address == key.get_ref()) {
                splices.push((value.span(), new.clone()));
            } else {
                let end = text[after.end..].find('\n').map_or(text.len(), |at| after.end + at + 1);
                splices.push((line_around(text, key.span().start).start..end, String::new()));
            }
        }
        let new: Vec<_> = self.set.iter().filter(|(address, _)| entries.get(address.as_str()).is_none()).collect();
        let lines = new.iter().map(|(address, value)| format!("{} = {value}", quoted(address)));
        if new.is_empty() {
            return Some(());
        }
        let lines: Vec<String> = lines.collect();
        if text[last..].is_empty() {
            splices.push((last..last, format!("{}{}", self.line_end, lines.join(self.line_end))));
        } else {
            let next = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
            splices.push((next..next, format!("{}{}", lines.join(self.line_end), self.line_end)));
        }
        Some(())
    }

    /// Whether a text, read again, has the variant as it should be.
    fn is_in(&self, saved: &str) -> bool {
        let Ok(document) = DeTable::parse(saved) else { return false };
        let find = || document.get_ref().get("variants")?.get_ref().as_table()?.get(self.name)?.get_ref().as_table();
        let Some(table) = find() else { return false };
        let title = table.get("title").and_then(|title| title.get_ref().as_str()).unwrap_or_default();
        let Some(set) = table.get("set").and_then(|set| set.get_ref().as_table()) else { return false };
        let value_of = |address: &str| set.get(address).map(|value| &saved[value.span()]);
        title == self.title
            && set.len() == self.set.len()
            && self.set.iter().all(|(address, value)| value_of(address) == Some(value.as_str()))
    }
}

/// More entries than this get a table and a line each.
const MOST_ON_A_LINE: usize = 2;

fn first_of_inline(table: &Spanned<DeValue<'_>>, entry: String) -> Splice {
    let at = table.span().start + 1;
    let is_empty = table.get_ref().as_table().is_none_or(DeTable::is_empty);
    (at..at, if is_empty { entry + " " } else { entry + "," })
}

/// Each address once, with the value that comes last, and every value as TOML.
fn unique(set: &[(String, String)]) -> Vec<(String, String)> {
    let mut unique: Vec<(String, String)> = Vec::new();
    for (address, value) in set {
        let value = value.trim();
        let value = if is_one_value(value) { value.to_owned() } else { quoted(value) };
        match unique.iter_mut().find(|(other, _)| other == address) {
            Some((_, earlier)) => *earlier = value,
            None => unique.push((address.clone(), value)),
        }
    }
    unique
}

/// Later splices do not move earlier ones, because they are made from the end.
fn spliced(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|(range, _)| (range.start, range.end));
    let mut text = text.to_owned();
    for (range, new) in splices.into_iter().rev() {
        text.replace_range(range, &new);
    }
    text
}

/// The line in which a byte stands, without its end.
fn line_around(text: &str, byte: usize) -> Range<usize> {
    let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
    let end = text[byte..].find('\n').map_or(text.len(), |at| byte + at);
    start..if text[start..end].ends_with('\r') { end - 1 } else { end }
}

fn line_end_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn refuse(message: String, help: &str) -> Failure {
    Failure::Request { message, help: Some(help.to_owned()) }
}

#[cfg(test)]
mod tests;
