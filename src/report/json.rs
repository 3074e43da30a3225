//! `result.json`: the same result gives the same bytes.
//!
//! Keys stand in the order of the types, numbers are the shortest that read back as the same, and what holds nothing
//! nested, such as a series of numbers, stands on one line.

use super::Leaves;
use super::files::Format;
use super::folder::Folder;
use crate::diagnostic::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) const JSON: Format =
    Format { name: "json", says: "all numbers of the result, in result.json", by_default: true, write };

/// Longer lists and tables get a line for each member, unless they are plain lists of values.
const LINE: usize = 120;

fn write(leaves: &Leaves, folder: &Folder) -> Result<(), Failure> {
    folder.write("result.json", leaves.json.as_bytes())
}

/// The document of a result or an answer, with a newline at its end.
///
/// JSON has no word for what is not finite: serde would write `null` in its place without a word. So the text is read
/// back, and refused if it does not give the same value again.
pub fn text<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> Result<String, Failure> {
    let compact = serde_json::to_string(value).map_err(|error| unfaithful(&error.to_string()))?;
    match serde_json::from_str::<T>(&compact) {
        Ok(back) if back == *value => Ok(lay_out(&compact)),
        Ok(_) => Err(unfaithful("a number in it is not finite")),
        Err(error) => Err(unfaithful(&error.to_string())),
    }
}

fn unfaithful(why: &str) -> Failure {
    Failure::Request {
        message: format!("the result cannot be written as JSON: {why}"),
        help: Some("look for a number that grows beyond all bounds in the scenario".to_owned()),
    }
}

fn lay_out(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 5 / 4);
    member(compact, 0, &mut out);
    out.push('\n');
    out
}

/// Writes one value, whose first line begins where `out` ends and whose other lines are indented by `depth` steps.
fn member(text: &str, depth: usize, out: &mut String) {
    let (Some(open), Some(close)) = (text.chars().next(), text.chars().last()) else { return };
    if !matches!(open, '[' | '{') || text.len() == 2 {
        return key_and_value(text, depth, out);
    }
    let members = split(&text[1..text.len() - 1]);
    let flat = open == '[' && !members.iter().any(|member| member.starts_with(['[', '{']));
    let one_line = flat || (depth > 1 && text.len() <= LINE);
    let pad = if open == '{' && one_line { " " } else { "" };
    out.push(open);
    out.push_str(pad);
    for (i, inner) in members.iter().enumerate() {
        match (one_line, i) {
            (true, 0) => {}
            (true, _) => out.push_str(", "),
            (false, _) => {
                out.push_str(if i == 0 { "\n" } else { ",\n" });
                out.extend(std::iter::repeat_n("  ", depth + 1));
            }
        }
        member(inner, depth + 1, out);
    }
    if !one_line {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
    out.push_str(pad);
    out.push(close);
}

/// A member of a table is a key and a value, anything else only a value.
fn key_and_value(text: &str, depth: usize, out: &mut String) {
    let key = if text.starts_with('"') { end_of_text(text) } else { text.len() };
    out.push_str(&text[..key]);
    if let Some(value) = text[key..].strip_prefix(':') {
        out.push_str(": ");
        member(value, depth, out);
    }
}

/// The members of a list or table, cut at the commas that stand in no text and in no inner list or table.
fn split(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut members, mut start, mut depth, mut at) = (Vec::new(), 0, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at += end_of_text(&text[at..]) - 1,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                members.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    members.push(&text[start..]);
    members
}

/// How many bytes the text in quotes takes at the beginning of `text`.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn laying_out_changes_nothing_but_white_space() {
        let long: Vec<f64> = (0..60).map(|k| f64::from(k) / 7.0).collect();
        let value = json!({
            "empty": [[], {}, ""], "quoted, \"and\" [bracketed]": "a\\\"b: {c}, [d]", "series": long.clone(),
            "lists": [long.clone(), long], "things": [{"a": 1.0, "b": [null, true]}, {"c": "é, – ]"}]
        });
        let compact = serde_json::to_string(&value).unwrap();
        let text = lay_out(&compact);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.ends_with("}\n"));
        assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("[0.0, 0.14")).count(), 2);
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        assert!(text(&vec![Some(1.0), None]).is_ok());
        assert!(text(&vec![Some(1.0), Some(f64::NAN)]).is_err());
        assert!(text(&vec![1.0, f64::INFINITY]).is_err());
    }
}
