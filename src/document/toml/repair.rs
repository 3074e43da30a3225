//! Closing what was left open, so that a forgotten bracket does not swallow the rest of a file.

use super::DEEPEST;
use super::marks::{Mark, marks};

/// A text with brackets put in where they are missing.
pub(super) struct Repaired {
    pub text: String,
    pub unclosed: Vec<Unclosed>,
    /// Where brackets were put in, in bytes of `text`.
    inserted: Vec<usize>,
}

/// A bracket that is never closed, and where its closing one should stand, in bytes of the file.
#[derive(Debug)]
pub(super) struct Unclosed {
    pub open: usize,
    pub close_at: usize,
    pub closing: char,
}

impl Repaired {
    /// The place where brackets go too deep, if they do.
    pub fn new(source: &str) -> Result<Self, usize> {
        let unclosed = find(source)?;
        let (mut text, mut inserted, mut copied) = (String::new(), Vec::new(), 0);
        for Unclosed { close_at, closing, .. } in &unclosed {
            text.push_str(&source[copied..*close_at]);
            inserted.push(text.len());
            text.push(*closing);
            copied = *close_at;
        }
        text.push_str(&source[copied..]);
        Ok(Self { text, unclosed, inserted })
    }

    /// The byte of the file that a byte of the repaired text was.
    pub fn original(&self, byte: usize) -> usize {
        byte - self.inserted.partition_point(|&place| place < byte)
    }
}

/// In the order of `close_at`.
fn find(source: &str) -> Result<Vec<Unclosed>, usize> {
    let mut unclosed = Vec::new();
    let mut open: Vec<Mark> = Vec::new();
    let mut end_of_last = 0;
    let mut last = ' ';
    let mut line = Vec::new();
    let all: Vec<Mark> = marks(source).collect();
    for (index, mark) in all.iter().enumerate() {
        if mark.what == '\n' {
            line.clear();
            continue;
        }
        if line.is_empty() {
            let rest = &all[index..];
            if !open.is_empty() && begins_something_new(source, rest, open[open.len() - 1].what, last) {
                close(&mut open, end_of_last, &mut unclosed);
            }
            if open.is_empty() && mark.what == '[' {
                close_header(rest, &mut unclosed);
            }
        }
        line.push(mark.what);
        let in_header = open.is_empty() && line[0] == '[';
        match mark.what {
            '[' | '{' if open.len() == DEEPEST as usize => return Err(mark.at.start),
            '[' | '{' if !in_header => open.push(mark.clone()),
            ']' | '}' if !in_header => drop(open.pop()),
            _ => {}
        }
        (end_of_last, last) = (mark.at.end, mark.what);
    }
    close(&mut open, end_of_last, &mut unclosed);
    Ok(unclosed)
}

fn close(open: &mut Vec<Mark>, close_at: usize, unclosed: &mut Vec<Unclosed>) {
    while let Some(mark) = open.pop() {
        let closing = if mark.what == '[' { ']' } else { '}' };
        unclosed.push(Unclosed { open: mark.at.start, close_at, closing });
    }
}

/// Whether a line inside of brackets looks like one that should stand outside.
fn begins_something_new(source: &str, line: &[Mark], bracket: char, last: char) -> bool {
    let line: Vec<&Mark> = line.iter().take_while(|mark| mark.what != '\n').collect();
    if line[0].what == '[' {
        let name = line.iter().find(|mark| mark.what != '[');
        let ends = line[line.len() - 1].what == ']';
        let named = name.is_some_and(|mark| source[mark.at.clone()].starts_with(|c: char| c.is_ascii_lowercase()));
        return ends && named;
    }
    let assigns = line.iter().position(|mark| mark.what == '=');
    let keyed = assigns.is_some_and(|equals| {
        equals > 0 && line[..equals].iter().all(|mark| mark.what.is_ascii_alphanumeric() || "_-.\"".contains(mark.what))
    });
    keyed && (bracket == '[' || !matches!(last, ',' | '{'))
}

fn close_header(line: &[Mark], unclosed: &mut Vec<Unclosed>) {
    let line: Vec<&Mark> = line.iter().take_while(|mark| mark.what != '\n').collect();
    let opened = line.iter().take_while(|mark| mark.what == '[').count().min(2);
    let closed = line.iter().filter(|mark| mark.what == ']').count();
    for _ in closed..opened {
        unclosed.push(Unclosed { open: line[0].at.start, close_at: line[line.len() - 1].at.end, closing: ']' });
    }
}
