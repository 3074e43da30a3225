//! What the parser says where it cannot go on: in plain words, with the place and, where there is one, the mend.

use super::lexer::Token;
use super::parser::{Parsed, Parser, Reported};
use super::{Comparison, Expression, Kind};
use crate::calendar;
use crate::diagnostic::{Diagnostic, Span};

impl Parser<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.errors.push(diagnostic);
        Reported
    }

    fn here(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.lexeme_span(self.at), message)
    }

    fn before(&self) -> Option<Token> {
        self.at.checked_sub(1).and_then(|index| self.peek_at(index))
    }

    /// Whether a lexeme stands right behind the one before it, without a blank.
    fn touches(&self, index: usize) -> bool {
        self.lexemes.get(index).is_some_and(|lexeme| index > 0 && self.lexemes[index - 1].end == lexeme.start)
    }

    /// The name at a lexeme, if names may be written like that.
    pub(super) fn checked_name(&mut self, index: usize) -> Parsed<String> {
        let name = self.spelling(index).to_owned();
        if truth(&name).is_some() {
            // Reported at the end, with what it is compared to.
            return Ok(name.to_ascii_lowercase());
        }
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if plain && !name.starts_with('_') {
            return Ok(name);
        }
        let span = self.lexeme_span(index);
        let lower = name.to_lowercase();
        let proposal = lower.trim_start_matches('_');
        let diagnostic = Diagnostic::error(span, format!("`{name}` cannot be a name"));
        let rule = "names begin with a small letter and have only a–z, 0–9 and `_`";
        let proposed = proposal.is_ascii() && proposal.starts_with(|c: char| c.is_ascii_lowercase());
        Err(self.report(if proposed {
            diagnostic.help(format!("{rule}: write `{proposal}`")).mend(span, proposal)
        } else {
            diagnostic.help(rule)
        }))
    }

    /// Something stands where a value should, or the text ends there.
    pub(super) fn refuse_as_value(&mut self) -> Reported {
        let Some(token) = self.peek() else {
            return self.refuse_early_end();
        };
        if let Some(diagnostic) = self.stray_mark(token) {
            return self.report(diagnostic);
        }
        let word = self.spelling(self.at).to_owned();
        let span = self.lexeme_span(self.at);
        let opens_next = self.peek_at(self.at + 1) == Some(Token::Open);
        let diagnostic = match (token, self.before()) {
            (Token::Text, _) => {
                let inner = word[1..word.len() - 1].to_owned();
                let diagnostic = self.here("a text in quotes has a meaning only in `data(…)`");
                if !inner.is_empty() && inner.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.') {
                    diagnostic.help(format!("names stand without quotes: `{inner}`")).mend(span, inner)
                } else {
                    diagnostic.help("names stand without quotes")
                }
            }
            (Token::If | Token::Not, _) => self
                .here(format!("`{word}` cannot stand here without parentheses"))
                .help(format!("put `({word} …)` in parentheses")),
            (Token::And | Token::Or, _) if opens_next => self
                .here(format!("`{word}` stands between two conditions"))
                .help(format!("write `a {word} b` instead of `{word}(a, b)`")),
            (Token::Plus, None) => {
                self.here("a `+` in front of a value is not needed").help("take it out").mend(span, "")
            }
            (Token::Equal, Some(Token::Equal)) => self
                .here("`=` stands here twice")
                .help("write it once")
                .mend(self.lexemes_span(self.at - 1..self.at + 1), "="),
            (Token::Equal, Some(Token::Less | Token::Greater)) => {
                let joined = format!("{}=", self.spelling(self.at - 1));
                self.here(format!("`{joined}` is written without a blank"))
                    .help(format!("write `{joined}`"))
                    .mend(self.lexemes_span(self.at - 1..self.at + 1), joined)
            }
            (Token::Dot, _) if self.peek_at(self.at + 1) == Some(Token::Number) => {
                let number = format!("0.{}", self.spelling(self.at + 1));
                self.here("a number begins with a digit")
                    .help(format!("write `{number}`"))
                    .mend(self.lexemes_span(self.at..self.at + 2), number)
            }
            (Token::Close, Some(Token::Open)) => {
                self.here("these parentheses are empty").help("write an expression between them")
            }
            (_, None) => self
                .here(format!("something is missing before `{word}`"))
                .help("write the value that it begins with, or take it out"),
            (_, Some(_)) => {
                let before = self.spelling(self.at - 1).to_owned();
                self.here(format!("something is missing between `{before}` and `{word}`"))
                    .help("write a number, a name or a formula there")
            }
        };
        self.report(diagnostic)
    }

    /// Marks that have no meaning anywhere.
    fn stray_mark(&self, token: Token) -> Option<Diagnostic> {
        let word = self.spelling(self.at);
        let span = self.lexeme_span(self.at);
        match token {
            Token::UnclosedText => {
                Some(self.here("this quotation mark is never closed").help("names and numbers need no quotes"))
            }
            Token::CurlyQuote => Some(
                self.here(format!("`{word}` is a typographic quotation mark, which has no meaning here"))
                    .help("take it out; texts in `data(…)` stand in plain quotes, `'…'`"),
            ),
            Token::Unknown => {
                let diagnostic = self.here(format!("`{word}` has no meaning in an expression"));
                Some(match word {
                    "[" | "{" | "]" | "}" => diagnostic.help("grouping is done with `( )`"),
                    ";" => diagnostic.help("arguments are separated by `,`").mend(span, ","),
                    "$" | "€" | "£" => diagnostic.help("numbers stand without their unit").mend(span, ""),
                    "#" => diagnostic.help("a comment stands outside the quotes"),
                    _ => diagnostic.help("take it out"),
                })
            }
            Token::Percent => {
                Some(self.here("`%` stands only right behind a number").help("write `65%`, or divide by 100"))
            }
            _ => None,
        }
    }

    fn refuse_early_end(&mut self) -> Reported {
        let last = self.lexemes.len() - 1;
        if self.peek_at(last) == Some(Token::Open) {
            return self.refuse_unclosed(last);
        }
        let word = self.spelling(last).to_owned();
        let diagnostic = Diagnostic::error(self.lexeme_span(last), format!("something is missing after `{word}`"))
            .mark("nothing stands after it")
            .help("write what belongs there, or take it out");
        self.report(diagnostic)
    }

    fn refuse_unclosed(&mut self, open: usize) -> Reported {
        let end = self.text.span(self.source, self.text.content.len()..self.text.content.len());
        let diagnostic = Diagnostic::error(self.lexeme_span(open), "this `(` is never closed")
            .help("write `)` where it ends")
            .mend(end, ")");
        self.report(diagnostic)
    }

    /// The closing parenthesis of the one at `open`.
    pub(super) fn close(&mut self, open: usize) -> Parsed<()> {
        match self.peek() {
            Some(Token::Close) => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.refuse_what_follows()),
            None => Err(self.refuse_unclosed(open)),
        }
    }

    /// The expression is complete, and something stands behind it.
    pub(super) fn refuse_what_follows(&mut self) -> Reported {
        let Some(token) = self.peek() else {
            return self.refuse_early_end();
        };
        if let Some(diagnostic) = self.stray_mark(token) {
            return self.report(diagnostic);
        }
        let word = self.spelling(self.at).to_owned();
        let diagnostic = match token {
            Token::Close => {
                self.here("this `)` closes nothing").help("take it out, or write the `(` that belongs to it")
            }
            Token::Comma => self.stray_comma(),
            Token::Then | Token::Else => {
                self.here(format!("`{word}` without an `if` before it")).help("write `if … then … else …`")
            }
            Token::If => self
                .here("`if` cannot stand here without parentheses")
                .help("put `(if … then … else …)` in parentheses"),
            Token::Not => {
                self.here("something is missing before `not`").help("join the two conditions with `and` or `or`")
            }
            Token::Dot => self.here("`.` stands only between an event and its branch").help("write `event.branch`"),
            Token::Equal => self.here("`=` cannot stand here").help("put the comparison in parentheses"),
            _ => self.side_by_side(),
        };
        self.report(diagnostic)
    }

    fn stray_comma(&self) -> Diagnostic {
        let diagnostic = self.here("`,` separates only the arguments of a function");
        let around = (self.before(), self.peek_at(self.at + 1));
        if around == (Some(Token::Number), Some(Token::Number)) {
            let (whole, rest) = (self.spelling(self.at - 1), self.spelling(self.at + 1));
            if rest.len() == 3 && whole.len() <= 3 && whole != "0" {
                let number = format!("{whole}_{rest}");
                return diagnostic
                    .help(format!(
                        "thousands are written `{number}`, and a decimal number has a point: `{whole}.{rest}`"
                    ))
                    .mend(self.lexemes_span(self.at - 1..self.at + 2), number);
            }
            let number = format!("{whole}.{rest}");
            return diagnostic
                .help(format!("a decimal number has a point: `{number}`"))
                .mend(self.lexemes_span(self.at - 1..self.at + 2), number);
        }
        let sheet_if = (0..self.at).any(|i| self.peek_at(i) == Some(Token::If));
        if sheet_if { diagnostic.help("write `if … then … else …`") } else { diagnostic.help("take it out") }
    }

    fn side_by_side(&self) -> Diagnostic {
        let (left, right) = (self.spelling(self.at - 1), self.spelling(self.at));
        let place = self.lexemes_span(self.at - 1..self.at + 1);
        let here = self.lexeme_span(self.at);
        let before = self.before();
        let diagnostic =
            Diagnostic::error(place, format!("`{left}` and `{right}` stand side by side with nothing between them"));
        if (before, self.peek()) == (Some(Token::Number), Some(Token::Name))
            && let Some(days) = days_in(right)
        {
            let product = if days == "1" { left.to_owned() } else { format!("{left} * {days}") };
            let message = format!("a length of time in `{right}` has no meaning in an expression");
            return Diagnostic::error(place, message)
                .help(format!("lengths of time are numbers of days: `{product}`"))
                .mend(place, product);
        }
        match (before, self.peek(), right) {
            (_, Some(Token::Name), "is" | "equals") => diagnostic.help("write `=`").mend(here, "="),
            (_, Some(Token::Name), "per") => diagnostic.help(
                "a rate or a flow may end in `per day`, `per week`, `per month`, `per quarter` or `per year`, and nothing else",
            ),
            (_, Some(Token::Text), _) => diagnostic.help("a text in quotes has a meaning only in `data(…)`"),
            (Some(Token::Name), Some(Token::Name), _) => diagnostic.help(format!(
                "join them with `and`, `or`, `+`, `*` or a comma; a name has no blanks: `{left}_{right}`"
            )),
            (_, Some(Token::Open), _) => diagnostic.help("multiplication is written out, `*`"),
            _ => diagnostic.help("join them with an operator such as `+`, `*` or `and`, or with a comma"),
        }
    }

    pub(super) fn expect_in_conditional(&mut self, token: Token, start: usize) -> Parsed<()> {
        if self.peek() == Some(token) {
            self.advance();
            return Ok(());
        }
        let missing = token.spelling().unwrap_or_default();
        let later = (self.at..self.lexemes.len()).any(|index| self.peek_at(index) == Some(token));
        let sheet = self.peek() == Some(Token::Comma);
        if later && !sheet {
            return Err(self.refuse_what_follows());
        }
        let diagnostic = Diagnostic::error(self.lexeme_span(start), format!("this `if` has no `{missing}`"))
            .help("write `if … then … else …`; what holds otherwise must be said, too");
        Err(self.report(diagnostic))
    }

    pub(super) fn refuse_second_to(&mut self, start: usize) -> Reported {
        let diagnostic =
            Diagnostic::error(self.lexeme_span(self.at), "`to` stands between two numbers, and here are three")
                .and_at(self.since(start), "this is a range already")
                .help("`a to b` are the 5 % and the 95 % point; for three numbers take `triangular(low, mode, high)`");
        self.report(diagnostic)
    }

    pub(super) fn refuse_remainder(&mut self, start: usize) -> Reported {
        let number = self.spelling(start).to_owned();
        let diagnostic =
            Diagnostic::error(self.since(start), format!("`{number}%` is a share, and a value follows it"))
                .help("`%` makes hundredths of a number; the language has no remainder of a division");
        self.report(diagnostic)
    }

    pub(super) fn refuse_unnamed_after_named(&mut self, from: usize) -> Reported {
        let diagnostic = Diagnostic::error(self.since(from), "an argument without a name follows one with a name")
            .help("put arguments without names first, or name this one, too");
        self.report(diagnostic)
    }

    pub(super) fn refuse_last_comma(&mut self) -> Reported {
        let comma = self.lexeme_span(self.at - 1);
        let diagnostic = Diagnostic::error(comma, "an argument is missing after this comma")
            .help("write it, or take the comma out")
            .mend(comma, "");
        self.report(diagnostic)
    }

    pub(super) fn refuse_as_branch(&mut self, start: usize) -> Reported {
        let name = self.spelling(start).to_owned();
        let diagnostic =
            Diagnostic::error(self.since(start), format!("the name of a branch is missing after `{name}.`"))
                .help("write `event.branch`, or the event's name alone");
        self.report(diagnostic)
    }

    pub(super) fn refuse_after_branch(&mut self, start: usize) -> Reported {
        let branch = self.text.content[self.lexemes[start].start..self.lexemes[self.at - 1].end].to_owned();
        let diagnostic = if self.peek() == Some(Token::Open) {
            Diagnostic::error(self.since(start), format!("`{branch}` is a branch, not a function"))
                .help("take the parentheses out, or write an operator before them")
        } else {
            Diagnostic::error(self.since(start), format!("nothing stands below `{branch}`"))
                .help("an event has branches, and a branch has nothing below it")
        };
        self.report(diagnostic)
    }

    /// `12abc`, `1.2.3`, `2026-1-2`: a number or a date with something stuck to it.
    pub(super) fn refuse_if_grown_together(&mut self) -> Parsed<()> {
        let start = self.at;
        let mut end = start + 1;
        let sticks = |token| {
            matches!(token, Token::Number | Token::Date | Token::Name | Token::Dot | Token::Minus | Token::Over)
        };
        while self.touches(end) && self.peek_at(end).is_some_and(sticks) {
            end += 1;
        }
        if end == start + 1 {
            return Ok(());
        }
        let written = self.text.content[self.lexemes[start].start..self.lexemes[end - 1].end].to_owned();
        let place = self.lexemes_span(start..end);
        let next = self.peek_at(start + 1);
        if self.peek() == Some(Token::Date) {
            return match next {
                Some(Token::Name) if self.spelling(start + 1).starts_with(['T', 't', 'Z', 'z']) => {
                    let date = self.spelling(start).to_owned();
                    Err(self.report(
                        Diagnostic::error(place, "a date has no hours")
                            .help(format!("write `{date}`"))
                            .mend(place, date),
                    ))
                }
                Some(Token::Minus | Token::Over) => Ok(()),
                _ => Err(self.report(
                    Diagnostic::error(place, format!("`{written}` is no date")).help("a date is written 2026-01-02"),
                )),
            };
        }
        if let Some(date) = as_date(&written) {
            return Err(self.report(
                Diagnostic::error(place, format!("`{written}` is not the way in which a date is written"))
                    .help(format!("a date is written `{date}`"))
                    .mend(place, date),
            ));
        }
        let diagnostic = match next {
            Some(Token::Minus | Token::Over) if written.split('/').count() == 3 && written.contains("20") => {
                let padded = written.starts_with('0') || written.contains("/0");
                if !padded {
                    return Ok(());
                }
                Diagnostic::error(place, format!("`{written}` is not the way in which a date is written"))
                    .help("a date is written year, month, day: `2026-01-02`")
            }
            Some(Token::Minus | Token::Over) => return Ok(()),
            Some(Token::Dot) if end == start + 2 => {
                let number = self.spelling(start).to_owned();
                Diagnostic::error(place, "digits are missing after the point")
                    .help(format!("write `{number}`"))
                    .mend(place, number)
            }
            Some(Token::Dot) => {
                Diagnostic::error(place, format!("`{written}` is no number")).help("a number has one point at most")
            }
            _ => {
                let (number, name) = (self.spelling(start).to_owned(), self.spelling(start + 1).to_owned());
                Diagnostic::error(place, format!("`{written}` is neither a number nor a name"))
                    .help(format!("a name begins with a letter; a product is written `{number} * {name}`"))
            }
        };
        Err(self.report(diagnostic))
    }

    pub(super) fn refuse_foreign_spelling(&mut self) {
        let Some(right) = self.peek().and_then(Token::spelling) else { return };
        let compares = matches!(self.peek(), Some(Token::Equal | Token::Different));
        let next = self.lexemes.get(self.at + 1).map(|next| &self.text.content[next.start..next.end]);
        if compares && next.is_some_and(|word| truth(word).is_some()) {
            // The whole comparison is reported once its other side is known.
            return;
        }
        let span = self.lexeme_span(self.at);
        let word = self.spelling(self.at).to_owned();
        let letters = right.starts_with(char::is_alphabetic) && !word.starts_with(char::is_alphabetic);
        let (tight_before, tight_after) = (self.touches(self.at), self.touches(self.at + 1));
        let blank = |tight: bool| if letters && tight { " " } else { "" };
        let replacement = format!("{}{right}{}", blank(tight_before), blank(tight_after));
        self.report(
            Diagnostic::error(span, format!("`{word}` is no word of the language"))
                .help(format!("write `{right}`"))
                .mend(span, replacement),
        );
    }

    /// `a = true` is `a`; the words do not exist.
    pub(super) fn refuse_true_and_false(&mut self, expression: &Expression) {
        let mut said: Vec<Span> = Vec::new();
        let mut found = Vec::new();
        expression.visit(&mut |part| match &part.kind {
            Kind::Compare { operands, operators } if operators.len() == 1 => {
                let (Some(value), Kind::Name(_) | Kind::Branch { .. }) =
                    (name_of(&operands[1]).and_then(truth), &operands[0].kind)
                else {
                    return;
                };
                let wanted = match operators[0].0 {
                    Comparison::Equal => value,
                    Comparison::Different => !value,
                    _ => return,
                };
                said.push(operands[1].span);
                found.push((part.span, operands[0].span, wanted));
            }
            Kind::Name(name) if truth(name).is_some() && !said.contains(&part.span) => {
                found.push((part.span, part.span, true));
            }
            _ => {}
        });
        for (place, subject, wanted) in found {
            let diagnostic = if place == subject {
                let word = self.written(place).to_owned();
                Diagnostic::error(place, format!("`{word}` is no word of the language"))
                    .help("events and conditions are yes or no by themselves: write `a`, or `not a`")
            } else {
                let subject = self.written(subject);
                let mend = if wanted { subject.to_owned() } else { format!("not {subject}") };
                Diagnostic::error(place, format!("`{subject}` is yes or no by itself and needs no comparison"))
                    .help(format!("write `{mend}`; `true` and `false` are no words of the language"))
                    .mend(place, mend)
            };
            self.report(diagnostic);
        }
    }

    /// The text at a place that the parser itself has given.
    fn written(&self, place: Span) -> &str {
        let starts = |lexeme: &&super::lexer::Lexeme| self.text.span(self.source, lexeme.start..lexeme.end).start;
        let first = self.lexemes.iter().find(|lexeme| starts(lexeme) == place.start);
        let last = self
            .lexemes
            .iter()
            .rev()
            .find(|lexeme| self.text.span(self.source, lexeme.start..lexeme.end).end == place.end);
        match (first, last) {
            (Some(first), Some(last)) => &self.text.content[first.start..last.end],
            _ => "",
        }
    }
}

fn name_of(expression: &Expression) -> Option<&str> {
    if let Kind::Name(name) = &expression.kind { Some(name) } else { None }
}

fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn days_in(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "day" | "days" => "1",
        "week" | "weeks" => "7",
        "month" | "months" => "30.4375",
        "year" | "years" => "365.25",
        _ => return None,
    })
}

/// `2026-1-2` and `2.1.2026` as they should be written, if there is such a day.
pub(in crate::document) fn as_date(written: &str) -> Option<String> {
    let separator = if written.contains('-') { '-' } else { '.' };
    let parts: Vec<&str> = written.split(separator).collect();
    let [first, second, third] = parts[..] else { return None };
    let (year, month, day) = match separator {
        '-' => (first, second, third),
        _ => (third, second, first),
    };
    let digits = |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    calendar::parse_date(&date).is_ok().then_some(date)
}
