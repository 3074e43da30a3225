//! Lexemes → tree, one function for each line of the grammar.

use super::lexer::{Lexeme, Token, lex};
use super::{Argument, Binary, Comparison, DEEPEST, Expression, Kind, LONGEST};
use crate::calendar;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span};
use crate::document::Text;
use std::ops::Range;

pub(super) fn parse(
    text: &Text,
    source: SourceId,
    has_parameter: &dyn Fn(&str, &str) -> bool,
    errors: &mut Diagnostics,
) -> Option<Expression> {
    let whole = text.span(source, 0..text.content.len());
    if text.content.len() > LONGEST {
        let length = text.content.len();
        errors.push(
            Diagnostic::error(whole, format!("this expression has {length} characters, and {LONGEST} are the most"))
                .help("give parts of it names of their own, as quantities, paths or metrics"),
        );
        return None;
    }
    let lexemes = lex(&text.content);
    if lexemes.is_empty() {
        errors.push(
            Diagnostic::error(whole, "an expression is missing: there is nothing in this text")
                .help("write a number, a name or a formula, such as `0.65` or `2 * oil`"),
        );
        return None;
    }
    let mut parser = Parser { text, source, lexemes, at: 0, depth: 0, has_parameter, errors };
    parser.whole().ok()
}

/// The mistake is among the errors already.
pub(super) struct Reported;

pub(super) type Parsed<T> = Result<T, Reported>;

pub(super) struct Parser<'a> {
    pub text: &'a Text,
    pub source: SourceId,
    /// Never empty.
    pub lexemes: Vec<Lexeme>,
    pub at: usize,
    depth: u32,
    has_parameter: &'a dyn Fn(&str, &str) -> bool,
    pub errors: &'a mut Diagnostics,
}

impl Parser<'_> {
    fn whole(&mut self) -> Parsed<Expression> {
        let expression = self.expression()?;
        if self.at < self.lexemes.len() {
            return Err(self.refuse_what_follows());
        }
        self.refuse_true_and_false(&expression);
        Ok(expression)
    }

    fn expression(&mut self) -> Parsed<Expression> {
        if self.peek() == Some(Token::If) { self.conditional() } else { self.disjunction() }
    }

    fn conditional(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.advance();
        let condition = Box::new(self.nested(Self::expression)?);
        self.expect_in_conditional(Token::Then, start)?;
        let then = Box::new(self.nested(Self::expression)?);
        self.expect_in_conditional(Token::Else, start)?;
        let otherwise = Box::new(self.nested(Self::expression)?);
        Ok(self.finish(start, Kind::If { condition, then, otherwise }))
    }

    fn disjunction(&mut self) -> Parsed<Expression> {
        self.chain(Token::Or, Binary::Or, Self::conjunction)
    }

    fn conjunction(&mut self) -> Parsed<Expression> {
        self.chain(Token::And, Binary::And, Self::negation)
    }

    fn chain(
        &mut self,
        token: Token,
        operator: Binary,
        operand: fn(&mut Self) -> Parsed<Expression>,
    ) -> Parsed<Expression> {
        let start = self.at;
        let mut operands = vec![operand(self)?];
        while self.peek() == Some(token) {
            self.advance();
            operands.push(operand(self)?);
        }
        if operands.len() == 1 {
            return Ok(operands.remove(0));
        }
        let balanced = balanced(operator, operands);
        Ok(Expression { span: self.since(start), ..balanced })
    }

    fn negation(&mut self) -> Parsed<Expression> {
        if self.peek() != Some(Token::Not) {
            return self.comparison();
        }
        let start = self.at;
        self.advance();
        let inner = self.nested(Self::negation)?;
        Ok(self.finish(start, Kind::Not(Box::new(inner))))
    }

    fn comparison(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let mut operands = vec![self.range()?];
        let mut operators = Vec::new();
        while let Some(comparison) = self.peek().and_then(comparison) {
            operators.push((comparison, self.lexeme_span(self.at)));
            self.advance();
            operands.push(self.range()?);
        }
        if operators.is_empty() {
            return Ok(operands.remove(0));
        }
        Ok(self.finish(start, Kind::Compare { operands, operators }))
    }

    fn range(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let low = self.sum()?;
        if self.peek() != Some(Token::To) {
            return Ok(low);
        }
        self.advance();
        let high = self.sum()?;
        if self.peek() == Some(Token::To) {
            return Err(self.refuse_second_to(start));
        }
        Ok(self.finish(start, Kind::Range { low: Box::new(low), high: Box::new(high) }))
    }

    fn sum(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let mut left = self.term()?;
        while let Some(operator) = self.peek().and_then(additive) {
            self.advance();
            let right = self.term()?;
            left = self.finish(start, Kind::Binary { operator, left: Box::new(left), right: Box::new(right) });
        }
        Ok(left)
    }

    fn term(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let mut left = self.unary()?;
        while let Some(operator) = self.peek().and_then(multiplicative) {
            self.advance();
            let right = self.unary()?;
            left = self.finish(start, Kind::Binary { operator, left: Box::new(left), right: Box::new(right) });
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        if self.peek() != Some(Token::Minus) {
            return self.power();
        }
        let start = self.at;
        self.advance();
        let inner = self.nested(Self::unary)?;
        Ok(self.finish(start, Kind::Negate(Box::new(inner))))
    }

    fn power(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let base = self.atom()?;
        if self.peek() != Some(Token::Power) {
            return Ok(base);
        }
        self.advance();
        let exponent = self.nested(Self::unary)?;
        Ok(self
            .finish(start, Kind::Binary { operator: Binary::Power, left: Box::new(base), right: Box::new(exponent) }))
    }

    fn atom(&mut self) -> Parsed<Expression> {
        let start = self.at;
        match self.peek() {
            Some(Token::Number) => self.number(),
            Some(Token::Date) => self.date(),
            Some(Token::Name) => self.name(),
            Some(Token::Open) => {
                self.advance();
                let inner = self.nested(Self::expression)?;
                self.close(start)?;
                Ok(inner)
            }
            _ => Err(self.refuse_as_value()),
        }
    }

    fn number(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.refuse_if_grown_together()?;
        let mut digits = self.spelling(start).replace('_', "");
        self.advance();
        let mut hundredths = false;
        if self.peek() == Some(Token::Percent) {
            self.advance();
            hundredths = true;
            if self.peek().is_some_and(Token::begins_a_value) {
                return Err(self.refuse_remainder(start));
            }
            if !digits.contains(['e', 'E']) {
                // Read as one decimal number, so that 65% is the same number as 0.65.
                digits.push_str("e-2");
                hundredths = false;
            }
        }
        // The lexer lets through only what is a number.
        let read = digits.parse::<f64>().unwrap_or(f64::INFINITY);
        let value = if hundredths { read / 100.0 } else { read };
        if value.is_infinite() {
            return Err(self.report(
                Diagnostic::error(self.since(start), format!("`{}` is too large a number", self.spelling(start)))
                    .help("numbers go up to 1.7e308"),
            ));
        }
        Ok(self.finish(start, Kind::Number(value)))
    }

    fn date(&mut self) -> Parsed<Expression> {
        let start = self.at;
        self.refuse_if_grown_together()?;
        self.advance();
        match calendar::parse_date(self.spelling(start)) {
            Ok(days) => Ok(self.finish(start, Kind::Date(days))),
            Err(refusal) => {
                let diagnostic = Diagnostic::error(self.since(start), refusal.message).help(refusal.help);
                Err(self.report(diagnostic))
            }
        }
    }

    fn name(&mut self) -> Parsed<Expression> {
        let start = self.at;
        match self.peek_at(start + 1) {
            Some(Token::Open) => self.call(),
            Some(Token::Dot) => {
                let event = self.checked_name(start);
                self.advance();
                self.advance();
                if self.peek() != Some(Token::Name) {
                    return Err(self.refuse_as_branch(start));
                }
                let branch = self.checked_name(self.at);
                self.advance();
                if matches!(self.peek(), Some(Token::Dot | Token::Open)) {
                    return Err(self.refuse_after_branch(start));
                }
                Ok(self.finish(start, Kind::Branch { event: event?, branch: branch? }))
            }
            _ => {
                let name = self.checked_name(start);
                self.advance();
                Ok(self.finish(start, Kind::Name(name?)))
            }
        }
    }

    fn call(&mut self) -> Parsed<Expression> {
        let start = self.at;
        let name = self.checked_name(start)?;
        let name_span = self.lexeme_span(start);
        self.advance();
        let open = self.at;
        self.advance();
        let mut arguments: Vec<Argument> = Vec::new();
        if self.peek() != Some(Token::Close) {
            loop {
                let from = self.at;
                let argument = self.argument(&name)?;
                if argument.name.is_none() && arguments.last().is_some_and(|last| last.name.is_some()) {
                    return Err(self.refuse_unnamed_after_named(from));
                }
                arguments.push(argument);
                if self.peek() != Some(Token::Comma) {
                    break;
                }
                self.advance();
                if self.peek() == Some(Token::Close) {
                    return Err(self.refuse_last_comma());
                }
            }
        }
        self.close(open)?;
        Ok(self.finish(start, Kind::Call { name, name_span, arguments }))
    }

    fn argument(&mut self, function: &str) -> Parsed<Argument> {
        let start = self.at;
        let ends = matches!(self.peek_at(start + 1), None | Some(Token::Comma | Token::Close));
        if function == "data" && self.peek() == Some(Token::Text) && ends {
            self.advance();
            let quoted = self.spelling(start);
            let content = quoted[1..quoted.len() - 1].to_owned();
            return Ok(Argument { name: None, value: self.finish(start, Kind::Text(content)) });
        }
        let assigned = self.lexemes.get(start + 1).is_some_and(|next| next.token == Token::Equal && !next.foreign);
        if self.peek() == Some(Token::Name) && assigned && (self.has_parameter)(function, self.spelling(start)) {
            let name = self.checked_name(start)?;
            let span = self.lexeme_span(start);
            self.advance();
            self.advance();
            return Ok(Argument { name: Some((name, span)), value: self.nested(Self::expression)? });
        }
        Ok(Argument { name: None, value: self.nested(Self::expression)? })
    }

    /// Goes one level deeper, where that is allowed.
    fn nested<T>(&mut self, inner: fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            let place = self.lexeme_span(self.at.saturating_sub(1));
            let message = format!("this expression is nested more than {DEEPEST} deep");
            return Err(self
                .report(Diagnostic::error(place, message).help("give parts of it names of their own, as quantities")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub fn peek(&self) -> Option<Token> {
        self.peek_at(self.at)
    }

    pub fn peek_at(&self, index: usize) -> Option<Token> {
        self.lexemes.get(index).map(|lexeme| lexeme.token)
    }

    pub fn advance(&mut self) {
        if self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.foreign) {
            self.refuse_foreign_spelling();
        }
        self.at += 1;
    }

    fn finish(&self, start: usize, kind: Kind) -> Expression {
        Expression { span: self.since(start), kind }
    }

    /// From a lexeme to the one before the present one.
    pub fn since(&self, start: usize) -> Span {
        self.lexemes_span(start..self.at.max(start + 1))
    }

    pub fn lexemes_span(&self, range: Range<usize>) -> Span {
        let last = self.lexemes[(range.end - 1).min(self.lexemes.len() - 1)];
        self.text.span(self.source, self.lexemes[range.start].start..last.end)
    }

    pub fn lexeme_span(&self, index: usize) -> Span {
        self.lexemes_span(index..index + 1)
    }

    pub fn spelling(&self, index: usize) -> &str {
        let lexeme = self.lexemes[index];
        &self.text.content[lexeme.start..lexeme.end]
    }
}

/// A tree of a chain whose grouping does not matter, as shallow as can be.
fn balanced(operator: Binary, mut operands: Vec<Expression>) -> Expression {
    while operands.len() > 1 {
        let mut paired = Vec::with_capacity(operands.len().div_ceil(2));
        let mut rest = operands.into_iter();
        while let Some(left) = rest.next() {
            paired.push(match rest.next() {
                Some(right) => Expression {
                    span: Span { end: right.span.end, ..left.span },
                    kind: Kind::Binary { operator, left: Box::new(left), right: Box::new(right) },
                },
                None => left,
            });
        }
        operands = paired;
    }
    operands.remove(0)
}

fn comparison(token: Token) -> Option<Comparison> {
    Some(match token {
        Token::Less => Comparison::Less,
        Token::AtMost => Comparison::AtMost,
        Token::Greater => Comparison::Greater,
        Token::AtLeast => Comparison::AtLeast,
        Token::Equal => Comparison::Equal,
        Token::Different => Comparison::Different,
        _ => return None,
    })
}

fn additive(token: Token) -> Option<Binary> {
    match token {
        Token::Plus => Some(Binary::Add),
        Token::Minus => Some(Binary::Subtract),
        _ => None,
    }
}

fn multiplicative(token: Token) -> Option<Binary> {
    match token {
        Token::Times => Some(Binary::Multiply),
        Token::Over => Some(Binary::Divide),
        _ => None,
    }
}
