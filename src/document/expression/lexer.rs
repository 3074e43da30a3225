//! The words of an expression: text → lexemes, including the spellings of other languages that people bring along.

use logos::Logos;

/// A token and the bytes of the text on which it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub token: Token,
    pub start: usize,
    pub end: usize,
    /// Written as elsewhere (`&&`, `≤`, `AND`): understood, and a mistake.
    pub foreign: bool,
}

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"\s+")]
pub(super) enum Token {
    #[regex("[0-9]{4}-[0-9]{2}-[0-9]{2}", priority = 20)]
    Date,
    #[regex(r"[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?")]
    Number,
    #[regex(r"'[^'\n]*'")]
    #[regex("\"[^\"\n]*\"")]
    Text,
    #[regex(r"'[^'\n]*")]
    #[regex("\"[^\"\n]*")]
    UnclosedText,
    /// Anything like a name, allowed or not.
    #[regex(r"[\p{L}_][\p{L}\p{M}\p{N}_]*")]
    Name,
    #[token("if")]
    If,
    #[token("then")]
    Then,
    #[token("else")]
    Else,
    #[token("or")]
    Or,
    #[token("and")]
    And,
    #[token("not")]
    Not,
    #[token("to")]
    To,
    #[token("<")]
    Less,
    #[token("<=")]
    AtMost,
    #[token(">")]
    Greater,
    #[token(">=")]
    AtLeast,
    #[token("=")]
    Equal,
    #[token("!=")]
    Different,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Times,
    #[token("/")]
    Over,
    #[token("^")]
    Power,
    #[token("%")]
    Percent,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    #[regex(r"==|===|&&|&|\|\||\||!|<>|≠|=<|≤|=>|≥|×|·|⋅|÷|−|–|—|\*\*")]
    Foreign,
    #[regex("[“”„‟‘’‚‛«»`´]")]
    CurlyQuote,
    /// A character that the language has no use for.
    Unknown,
}

pub(super) fn lex(text: &str) -> Vec<Lexeme> {
    let mut lexemes: Vec<Lexeme> = Vec::new();
    for (token, range) in Token::lexer(text).spanned() {
        let written = token.unwrap_or(Token::Unknown);
        let meant = meant(written, &text[range.clone()]);
        lexemes.push(Lexeme {
            token: meant.unwrap_or(written),
            start: range.start,
            end: range.end,
            foreign: meant.is_some(),
        });
    }
    lexemes
}

/// The token that a foreign spelling stands for.
fn meant(written: Token, spelling: &str) -> Option<Token> {
    match written {
        Token::Foreign => Some(match spelling {
            "&&" | "&" => Token::And,
            "||" | "|" => Token::Or,
            "!" => Token::Not,
            "<>" | "≠" => Token::Different,
            "=<" | "≤" => Token::AtMost,
            "=>" | "≥" => Token::AtLeast,
            "×" | "·" | "⋅" => Token::Times,
            "÷" => Token::Over,
            "**" => Token::Power,
            "−" | "–" | "—" => Token::Minus,
            _ => Token::Equal,
        }),
        Token::Name => KEYWORDS
            .iter()
            .find(|(word, _)| *word != spelling && spelling.is_ascii() && word.eq_ignore_ascii_case(spelling))
            .map(|(_, token)| *token),
        _ => None,
    }
}

const KEYWORDS: [(&str, Token); 7] = [
    ("if", Token::If),
    ("then", Token::Then),
    ("else", Token::Else),
    ("or", Token::Or),
    ("and", Token::And),
    ("not", Token::Not),
    ("to", Token::To),
];

impl Token {
    /// How the language spells it, where there is one spelling.
    pub(super) fn spelling(self) -> Option<&'static str> {
        Some(match self {
            Token::If => "if",
            Token::Then => "then",
            Token::Else => "else",
            Token::Or => "or",
            Token::And => "and",
            Token::Not => "not",
            Token::To => "to",
            Token::Less => "<",
            Token::AtMost => "<=",
            Token::Greater => ">",
            Token::AtLeast => ">=",
            Token::Equal => "=",
            Token::Different => "!=",
            Token::Plus => "+",
            Token::Minus => "-",
            Token::Times => "*",
            Token::Over => "/",
            Token::Power => "^",
            _ => return None,
        })
    }

    /// Whether a value can begin with it.
    pub(super) fn begins_a_value(self) -> bool {
        matches!(self, Token::Date | Token::Number | Token::Text | Token::Name | Token::Open)
    }
}
