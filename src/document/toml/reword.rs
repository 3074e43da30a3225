//! The mistakes of TOML in the words of somebody who has never heard of it.
//!
//! The reader's own messages say where something is wrong, but in the words of its grammar. What is meant can mostly be
//! told from the line as it stands, so every line with a mistake gets one message, made from what is written there.

use super::marks::marks;
use crate::calendar;
use crate::diagnostic::{Diagnostic, SourceId, Span};
use crate::document::expression::as_date;
use std::ops::Range;

/// A mistake as the TOML reader found it, in bytes of the file.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub at: Range<usize>,
    pub message: String,
}

/// All mistakes of one line, as one message.
pub(super) fn reword(source: &str, id: SourceId, mistakes: &[Mistake]) -> Diagnostic {
    let start = mistakes[0].at.start;
    let line = line_around(source, start);
    let content_end = marks(&source[line.clone()]).last().map_or(line.end, |mark| line.start + mark.at.end);
    let words = Words { source, id, line: line.start..content_end.max(start), mistakes };
    words.diagnostic()
}

/// The line in which a byte stands, without its end.
pub(super) fn line_around(source: &str, byte: usize) -> Range<usize> {
    let byte = byte.min(source.len());
    let start = source.as_bytes()[..byte].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let end = source.as_bytes()[byte..].iter().position(|&b| b == b'\n').map_or(source.len(), |at| byte + at);
    let end = if source[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}

struct Words<'a> {
    source: &'a str,
    id: SourceId,
    /// Without comment.
    line: Range<usize>,
    mistakes: &'a [Mistake],
}

impl Words<'_> {
    fn diagnostic(&self) -> Diagnostic {
        if let Some(at) = self.first(&["cannot recurse"]) {
            return self.error(
                at,
                "lists and tables lie too deep in one another here",
                "no value of a scenario lies so deep",
            );
        }
        if let Some(at) = self.first(&["extra `=`"]) {
            let diagnostic = self.error(at.clone(), "`=` stands here twice", "write it once");
            return diagnostic.mend(self.span(at), "");
        }
        if self.first(&["key with no value", "missing value for key"]).is_some() {
            return self.no_assignment();
        }
        if let Some(diagnostic) = self.decimal_comma() {
            return diagnostic;
        }
        if let Some(at) = self.first(&BARE_VALUES) {
            return self.bare(at);
        }
        if let Some(at) = self.first(&["invalid date", "invalid time", "invalid offset"]) {
            return self.no_date(&at);
        }
        if let Some(at) = self.first(&NUMBER_MISTAKES) {
            return self.no_number(&at);
        }
        if let Some(at) = self.first(&["missing escaped value", "too few unicode", "invalid value", "invalid escape"]) {
            let slash = self.source[..at.start].rfind('\\').unwrap_or(at.start);
            let diagnostic = self.error(slash..at.end, "this backslash has no meaning", "write it twice, `\\\\`");
            return diagnostic.mend(self.span(slash..slash + 1), "\\\\");
        }
        if let Some(at) = self.first(&["invalid basic string", "invalid literal string", "invalid multi-line"]) {
            return self.string(&at);
        }
        if let Some(at) = self.first(&["extra assignment between", "missing comma between key-value"]) {
            return self.error(at, "a comma is missing between two entries of `{ … }`", "write `{ a = 1, b = 2 }`");
        }
        if let Some(at) = self.first(&["missing comma between array"]) {
            let diagnostic =
                self.error(at.clone(), "a comma is missing between two values of a list", "write `[1, 2]`");
            return diagnostic.mend(self.span(at.start..at.start), ", ");
        }
        if let Some(at) = self.first(&["unexpected key or value", "unexpected content"]) {
            return self.behind_the_value(at.start);
        }
        if let Some(at) =
            self.first(&["missing assignment", "missing key for inline", "invalid inline", "missing value"])
        {
            return self.error(at, "every entry of `{ … }` has a name and a value", "write `{ name = value, … }`");
        }
        if let Some(at) = self.first(&["extra comma"]) {
            let diagnostic = self.error(at.clone(), "this comma is one too many", "take it out");
            return if self.source[at.clone()] == *"," { diagnostic.mend(self.span(at), "") } else { diagnostic };
        }
        if let Some(at) = self.first(&["invalid unquoted key", "invalid key-value", "keys cannot be"]) {
            let what = format!("`{}` cannot be a name", self.source[self.widened(&at)].trim());
            return self.error(at, what, "names begin with a small letter and have only a–z, 0–9 and `_`");
        }
        if let Some(at) = self.first(&["unquoted keys cannot be empty"]) {
            return self.error(at, "a name is missing here", "write `name = value`, or `[name]` for a table");
        }
        if let Some(at) = self.first(&["cannot extend value", "cannot extend"]) {
            let key = self.source[at.clone()].to_owned();
            return self.error(
                at,
                format!("`{key}` is a value already and cannot have entries of its own"),
                "take one of the two out, or write the value as `value = …` in the table",
            );
        }
        self.error(self.mistakes[0].at.clone(), "this cannot be read", "write `name = value`, with texts in quotes")
    }

    /// Where the first mistake is whose message begins like one of these.
    fn first(&self, beginnings: &[&str]) -> Option<Range<usize>> {
        let begins = |mistake: &&Mistake| beginnings.iter().any(|beginning| mistake.message.starts_with(beginning));
        self.mistakes.iter().find(begins).map(|mistake| mistake.at.clone())
    }

    fn error(&self, at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.span(self.widened(&at)), message).help(help)
    }

    fn span(&self, at: Range<usize>) -> Span {
        Span { source: self.id, start: at.start as u32, end: at.end as u32 }
    }

    /// At least a character, if there is one in the line.
    fn widened(&self, at: &Range<usize>) -> Range<usize> {
        if !at.is_empty() {
            return at.clone();
        }
        match self.source[at.start..].chars().next() {
            Some(next) if !matches!(next, '\n' | '\r') => at.start..at.start + next.len_utf8(),
            _ => at.clone(),
        }
    }

    /// A line without `=`.
    fn no_assignment(&self) -> Diagnostic {
        let line = &self.source[self.line.clone()];
        let indent = line.len() - line.trim_start().len();
        let at = self.line.start + indent..self.line.end;
        let written = self.source[at.clone()].to_owned();
        let diagnostic = self.error(at.clone(), format!("`=` is missing in `{written}`"), "write `name = value`");
        let key = written.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(written.len());
        let rest = written[key..].trim_start();
        let gap = at.start + key..at.end - rest.len();
        if let Some(value) = rest.strip_prefix(':').filter(|value| !value.trim().is_empty()) {
            let blanks = value.len() - value.trim_start().len();
            return self
                .error(at, "between a name and its value stands `=`, not `:`", "write `name = value`")
                .mend(self.span(gap.start..gap.end + 1 + blanks), " = ");
        }
        if key > 0 && (rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with(['"', '\'', '[', '{'])) {
            return diagnostic.mend(self.span(gap), " = ");
        }
        diagnostic.help("write `name = value`; a comment begins with `#`")
    }

    /// A value without the quotes that it needs.
    fn bare(&self, at: Range<usize>) -> Diagnostic {
        let at = self.bare_value(at);
        let written = self.source[at.clone()].to_owned();
        let place = self.span(at.clone());
        if written.is_empty() {
            let before = self.source[self.line.start..at.start].trim();
            let place = self.line.start..at.start;
            return self.error(
                place,
                format!("a value is missing after `{before}`"),
                "write a number, a date or a text in quotes",
            );
        }
        let lower = written.to_lowercase();
        let truth = match lower.as_str() {
            "true" | "yes" | "on" => Some("true"),
            "false" | "no" | "off" => Some("false"),
            _ => None,
        };
        if let Some(truth) = truth {
            let message = format!("`{written}` is written `{truth}`");
            return self.error(at, message, "yes and no are `true` and `false`").mend(place, truth);
        }
        if written.starts_with(CURLY) || written.ends_with(CURLY) {
            let inner = written.trim_matches(CURLY);
            return self
                .error(at, "these are typographic quotation marks", format!("write plain ones: {}", quoted(inner)))
                .mend(place, quoted(inner));
        }
        if let Some(date) = as_date(&written) {
            return self.no_date_here(at, &date);
        }
        if has_month(&lower) {
            return self.error(
                at,
                format!("`{written}` is not the way in which a date is written"),
                "a date is written 2026-02-05",
            );
        }
        if let Some(diagnostic) = self.list_without_commas(&at) {
            return diagnostic;
        }
        if written.contains(char::is_control) {
            return self.error(at, "an invisible character stands here", "delete the value and type it again");
        }
        if written.contains(" = ") {
            return if self.source[self.line.start..at.start].contains('{') {
                self.error(at, "a comma is missing between two entries of `{ … }`", "write `{ a = 1, b = 2 }`")
            } else {
                self.error(at, "two entries stand on one line", "give each a line of its own")
            };
        }
        if let Some(number) = number_with_unit(&written) {
            return self
                .error(
                    at,
                    format!("`{written}` is more than a number"),
                    format!("a number stands without unit: `{number}`"),
                )
                .mend(place, number);
        }
        self.error(at, format!("`{written}` needs quotes"), format!("write {}", quoted(&written)))
            .mend(place, quoted(&written))
    }

    /// From the beginning of a value to where it seems to end.
    fn bare_value(&self, at: Range<usize>) -> Range<usize> {
        let value_start =
            self.source[self.line.clone()].find('=').map_or(self.line.start, |equals| self.line.start + equals + 1);
        let inside = self.source[value_start.min(at.start)..at.start].contains(['[', '{'])
            || self.source[..self.line.start].trim_end().ends_with([',', '[', '{']);
        let mut depth = 0;
        let mut end = at.start;
        for (index, c) in self.source[at.start..self.line.end.max(at.start)].char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' | ']' | '}' if inside && depth <= 0 => break,
                _ => {}
            }
            end = at.start + index + c.len_utf8();
        }
        at.start..at.start + self.source[at.start..end].trim_end().len()
    }

    /// `x = 0,65`
    fn decimal_comma(&self) -> Option<Diagnostic> {
        let line = &self.source[self.line.clone()];
        let digit = |c: char| c.is_ascii_digit();
        for (comma, _) in line.match_indices(',') {
            let (before, after) = (&line[..comma], &line[comma + 1..]);
            let whole = &before[before.trim_end_matches(digit).len()..];
            let decimals = &after[..after.len() - after.trim_start_matches(digit).len()];
            let number = comma - whole.len()..comma + 1 + decimals.len();
            let assigned = before[..number.start].trim_end().trim_end_matches(['+', '-']).trim_end().ends_with('=');
            let at = self.line.start + number.start..self.line.start + number.end;
            let wrong = self.mistakes.iter().any(|mistake| at.start <= mistake.at.start);
            if whole.is_empty() || decimals.is_empty() || !assigned || !wrong {
                continue;
            }
            let diagnostic = self.error(at.clone(), format!("`{whole},{decimals}` has a comma"), "");
            let decimal = format!("{whole}.{decimals}");
            return Some(if decimals.len() == 3 && whole != "0" {
                diagnostic.help(format!(
                    "thousands are not set apart, `{whole}{decimals}`; decimals have a point, `{decimal}`"
                ))
            } else {
                diagnostic.help(format!("decimals have a point: `{decimal}`")).mend(self.span(at), decimal)
            });
        }
        None
    }

    /// `[0.1 0.2]`
    fn list_without_commas(&self, at: &Range<usize>) -> Option<Diagnostic> {
        let parts: Vec<&str> = self.source[at.clone()].split_whitespace().collect();
        let in_list = self.source[..at.start].trim_end().ends_with(['[', ',']);
        let values = parts.iter().all(|part| part.parse::<f64>().is_ok() || calendar::parse_date(part).is_ok());
        if !in_list || parts.len() < 2 || !values {
            return None;
        }
        let mend = parts.join(", ");
        let message = "a comma is missing between two values of a list";
        Some(self.error(at.clone(), message, format!("write `{mend}`")).mend(self.span(at.clone()), mend))
    }

    fn no_date(&self, at: &Range<usize>) -> Diagnostic {
        if let Some(diagnostic) = self.list_without_commas(&self.bare_value(at.clone())) {
            return diagnostic;
        }
        let token = self.token(at);
        let written = &self.source[token.clone()];
        let place = self.span(token.clone());
        if let Some(date) = as_date(written) {
            return self.no_date_here(token, &date);
        }
        if let Some(date) = written.get(..10).filter(|date| calendar::parse_date(date).is_ok())
            && written[10..].starts_with(['T', 't'])
        {
            return self.error(token, "a date has no hours", format!("write {date}")).mend(place, date);
        }
        match calendar::parse_date(written) {
            Err(refusal) => self.error(token.clone(), refusal.message, refusal.help),
            Ok(_) => self.error(at.clone(), "this is no date", "a date is written 2026-02-05"),
        }
    }

    fn no_number(&self, at: &Range<usize>) -> Diagnostic {
        let token = self.token(at);
        let written = &self.source[token.clone()];
        let place = self.span(token.clone());
        let (sign, digits) = written.split_at(usize::from(written.starts_with(['+', '-'])));
        let tidy = digits.trim_end_matches(['.', '_']).trim_start_matches('_');
        let tidy = tidy.trim_start_matches('0');
        let tidy = if tidy.is_empty() || tidy.starts_with(['.', 'e', 'E']) {
            format!("{sign}0{tidy}")
        } else {
            format!("{sign}{tidy}")
        };
        if let Some(date) = as_date(written) {
            return self.no_date_here(token, &date);
        }
        let diagnostic =
            self.error(token, format!("`{written}` is no number"), "write digits, and a point before decimals: `0.65`");
        let readable = tidy.parse::<f64>().is_ok_and(f64::is_finite) && tidy != written;
        if readable { diagnostic.help(format!("write `{tidy}`")).mend(place, tidy) } else { diagnostic }
    }

    fn no_date_here(&self, token: Range<usize>, date: &str) -> Diagnostic {
        let place = self.span(token.clone());
        let written = &self.source[token.clone()];
        let message = format!("`{written}` is not the way in which a date is written");
        self.error(token, message, format!("a date is written `{date}`")).mend(place, date)
    }

    /// The unquoted value around a place.
    fn token(&self, at: &Range<usize>) -> Range<usize> {
        let belongs = |c: char| c.is_alphanumeric() || "_.+-:".contains(c);
        let before = &self.source[self.line.start..at.start];
        let start = at.start - (before.len() - before.trim_end_matches(belongs).len());
        let after = &self.source[at.start..self.line.end.max(at.start)];
        let end = at.start + after.find(|c| !belongs(c)).unwrap_or(after.len());
        start..end.max(at.end.min(self.line.end)).max(start)
    }

    fn string(&self, at: &Range<usize>) -> Diagnostic {
        let string =
            marks(self.source).find(|mark| mark.what == '"' && mark.at.start < at.start && at.start <= mark.at.end);
        let Some(string) = string else {
            return self.error(at.clone(), "quotation marks are missing", "put the text in quotes");
        };
        let raw = &self.source[string.at.clone()];
        let long = raw.starts_with("\"\"\"") || raw.starts_with("'''");
        let quote = if long { &raw[..3] } else { &raw[..1] };
        if at.start < string.at.end && raw.len() > 1 {
            return self.error(at.clone(), "this character cannot stand in a text", "take it out");
        }
        let opening = string.at.start..string.at.start + quote.len();
        if long {
            return self.error(opening, "this text is never closed", format!("write {quote} where it ends"));
        }
        self.error(
            string.at.start..string.at.end,
            "this quotation mark is never closed",
            format!("write {quote} where the text ends"),
        )
        .mend(self.span(string.at.end..string.at.end), quote)
    }

    /// A complete value, or a table's name, and something behind it.
    fn behind_the_value(&self, start: usize) -> Diagnostic {
        let at = start..self.line.end.max(start);
        let rest = self.source[at.clone()].trim_end().to_owned();
        let before = &self.source[self.line.start..start];
        if before.trim_start().starts_with('[') && !before.contains('=') {
            if rest == "]" {
                return self.error(at.clone(), "this `]` is one too many", "take it out").mend(self.span(at), "");
            }
            return self
                .error(at, "behind the name of a table nothing may stand", "begin a new line")
                .mend(self.span(start..start), "\n");
        }
        if rest.contains('=') {
            return self.error(at, "two entries stand on one line", "give each a line of its own");
        }
        if before.trim_end().ends_with(['"', '\'']) && rest.contains(['"', '\'']) {
            return self.error(
                at,
                "the text ends before this, at the quotation mark",
                "put a text that holds `\"` in single quotes: `'…'`",
            );
        }
        self.error(
            at,
            format!("`{rest}` stands behind the value, where nothing may"),
            "take it out, or put all of it in quotes",
        )
    }
}

/// A value that begins like a word is taken for one of the words that TOML knows.
const BARE_VALUES: [&str; 4] = [
    "string values must be quoted",
    "invalid boolean",
    "invalid float, expected `nan`",
    "invalid float, expected `inf`",
];

const NUMBER_MISTAKES: [&str; 12] = [
    "invalid float",
    "invalid integer",
    "invalid mantissa",
    "invalid fraction",
    "invalid exponent",
    "invalid number",
    "invalid decimal",
    "unexpected leading zero",
    "redundant numeric sign",
    "integers with a radix",
    "radix must",
    "`_` may only",
];

const CURLY: [char; 10] = ['“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»'];

/// A text in quotes that it does not hold itself.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') {
        format!("'{text}'")
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// The number of `5 USD` or `$5`; lengths of time are texts.
fn number_with_unit(written: &str) -> Option<&str> {
    let number = written.trim_matches(|c: char| !c.is_ascii_digit());
    let (before, after) = written.split_once(number)?;
    let after = after.trim();
    let unit =
        before.is_empty() != after.is_empty() && !before.starts_with('-') && after.split_whitespace().count() < 2;
    let time = ["day", "week", "month", "year"].iter().any(|unit| after.starts_with(unit));
    let wordless = |text: &str| !text.contains(['(', ')', '_', '%', '*', '/', '^', '<', '>']);
    (unit && !time && wordless(written) && number.parse::<f64>().is_ok()).then_some(number)
}

fn has_month(lower: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let named = words.iter().any(|word| word.get(..3).is_some_and(|start| MONTHS.contains(&start)));
    named && words.len() <= 3 && words.iter().any(|word| word.bytes().all(|b| b.is_ascii_digit()))
}
