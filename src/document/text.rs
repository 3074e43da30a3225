//! A string's content, and where each of its characters stands in the file.

use crate::diagnostic::{SourceId, Sources, Span};
use std::ops::Range;
use std::sync::Arc;

/// A string's content; knows where each of its characters stands in the source, whatever quotes and escapes were used.
#[derive(Clone, Debug)]
pub struct Text {
    pub content: String,
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    /// Byte `i` stands at `start + i`.
    Straight(u32),
    /// For each byte and the content's end, the byte in the source.
    Mapped(Arc<[u32]>),
}

impl Text {
    /// A text that stands in the source, from this byte on, just as it is.
    #[must_use]
    pub fn straight(content: impl Into<String>, start: u32) -> Self {
        Self { content: content.into(), places: Places::Straight(start) }
    }

    /// A key of a table as a text, with its places, so that an address in it can be read.
    #[must_use]
    pub fn of_key(sources: &Sources, key: &str, place: Span) -> Self {
        let raw = sources.text(place);
        if raw.starts_with(['"', '\'']) {
            Self::written(key.to_owned(), raw, place.start)
        } else {
            Self::straight(key, place.start)
        }
    }

    /// The text written as `raw`, quotes included, which begins at byte `start` of the source.
    ///
    /// `content` is what it was decoded to; where the two do not go together, every place is that of the whole.
    pub(super) fn written(content: String, raw: &str, start: u32) -> Self {
        let quote = raw.chars().next().unwrap_or('"');
        let long = raw.starts_with("\"\"\"") || raw.starts_with("'''");
        if !long && raw.get(1..1 + content.len()) == Some(content.as_str()) {
            return Self::straight(content, start + 1);
        }
        let mut places = Vec::with_capacity(content.len() + 1);
        let mut at = if long { 3 } else { 1 };
        if long {
            let body = &raw[at.min(raw.len())..];
            at += if body.starts_with("\r\n") { 2 } else { usize::from(body.starts_with('\n')) };
        }
        for character in content.chars() {
            if quote == '"' {
                at += skipped_line_end(&raw[at.min(raw.len())..]);
            }
            let rest = &raw[at.min(raw.len())..];
            places.extend(std::iter::repeat_n(start + at as u32, character.len_utf8()));
            at += match rest.chars().next() {
                Some('\\') if quote == '"' => escape_length(rest),
                // The reader turns Windows line ends into plain ones.
                Some('\r') if character == '\n' && rest.starts_with("\r\n") => 2,
                Some(written) => written.len_utf8(),
                None => 0,
            };
        }
        places.push(start + at.min(raw.len()) as u32);
        Self { content, places: Places::Mapped(places.into()) }
    }

    /// Where these bytes of the content stand in the source.
    #[must_use]
    pub fn span(&self, source: SourceId, range: Range<usize>) -> Span {
        Span { source, start: self.place(range.start), end: self.place(range.end).max(self.place(range.start)) }
    }

    /// A part of the text, which keeps its places. The range lies on character boundaries.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Text {
        let places = match &self.places {
            Places::Straight(start) => Places::Straight(start + range.start as u32),
            Places::Mapped(places) => Places::Mapped(places[range.start..=range.end].into()),
        };
        Text { content: self.content[range].to_owned(), places }
    }

    fn place(&self, byte: usize) -> u32 {
        match &self.places {
            Places::Straight(start) => start + byte as u32,
            Places::Mapped(places) => places[byte.min(places.len() - 1)],
        }
    }
}

/// A backslash at a line's end swallows the line end and the blanks after it.
fn skipped_line_end(rest: &str) -> usize {
    let mut length = 0;
    while let Some(after) = rest[length..].strip_prefix('\\') {
        let blanks = after.len() - after.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if !after[..blanks].contains('\n') {
            break;
        }
        length += 1 + blanks;
    }
    length
}

fn escape_length(rest: &str) -> usize {
    let length = match rest.as_bytes().get(1) {
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(b'x') => 4,
        _ => 2,
    };
    let mut length = length.min(rest.len());
    while !rest.is_char_boundary(length) {
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_key_knows_its_places() {
        let mut sources = Sources::default();
        let file = "[variants.v]\nset = { \"events.e\\u002eprobability\" = 1 }";
        let id = sources.add("a.toml", file);
        let table = crate::document::toml::parse(&sources, id, &mut crate::diagnostic::Diagnostics::default());
        let set = table.get("variants").unwrap().child("v").unwrap().child("set").unwrap().table().unwrap();
        let (key, entry) = set.iter().next().unwrap();
        let text = Text::of_key(&sources, key, entry.key);
        let address = crate::document::address::Address::read(&text, id).unwrap();
        let parts: Vec<&str> = address.parts.iter().map(|part| sources.text(part.span)).collect();
        assert_eq!(parts, ["events", "e", "probability"]);
        assert_eq!(address.to_string(), "events.e.probability");
    }
}
