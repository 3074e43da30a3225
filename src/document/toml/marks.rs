//! What of a file's text carries its structure: no comments, no blanks, and every string as one mark.

use std::ops::Range;

/// A character outside of strings and comments, or a whole string as `"`.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub at: Range<usize>,
    pub what: char,
}

/// The marks of a text; line ends are among them, except those inside of strings.
pub(super) fn marks(text: &str) -> Marks<'_> {
    Marks { text, at: 0 }
}

pub(super) struct Marks<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Marks<'_> {
    type Item = Mark;

    fn next(&mut self) -> Option<Mark> {
        loop {
            let rest = &self.text[self.at..];
            let what = rest.chars().next()?;
            let start = self.at;
            match what {
                ' ' | '\t' | '\r' | '\u{feff}' => self.at += what.len_utf8(),
                '#' => self.at += rest.find('\n').unwrap_or(rest.len()),
                '"' | '\'' => {
                    self.at += string_length(rest, what);
                    return Some(Mark { at: start..self.at, what: '"' });
                }
                _ => {
                    self.at += what.len_utf8();
                    return Some(Mark { at: start..self.at, what });
                }
            }
        }
    }
}

/// The length of the string at the beginning of a text, up to the line's or the text's end where it is never closed.
fn string_length(text: &str, quote: char) -> usize {
    let escapes = quote == '"';
    let long: String = [quote; 3].iter().collect();
    if text.starts_with(&long) {
        let mut at = 3;
        while at < text.len() {
            let rest = &text[at..];
            if rest.starts_with(&long) {
                // Up to two more may belong to the content.
                let more = rest[3..].chars().take(2).take_while(|&c| c == quote).count();
                return at + 3 + more;
            }
            at += step(rest, escapes);
        }
        return text.len();
    }
    let mut at = 1;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return at + 1;
        }
        if rest.starts_with(['\n', '\r']) {
            return at;
        }
        at += step(rest, escapes);
    }
    text.len()
}

fn step(rest: &str, escapes: bool) -> usize {
    let mut characters = rest.chars();
    let first = characters.next().map_or(1, char::len_utf8);
    match characters.next() {
        Some(second) if escapes && rest.starts_with('\\') && second != '\n' && second != '\r' => {
            first + second.len_utf8()
        }
        _ => first,
    }
}
