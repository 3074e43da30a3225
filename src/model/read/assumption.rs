//! A number that the analyst sets: a plain one, an expression, a table with a range, or a panel.

use super::{Reading, table};
use crate::calendar;
use crate::chance::distributions::Distribution;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{Node as Written, Table, Text};
use crate::model::names::Names;
use crate::model::resolve::{Allowed, Field, Resolver};
use crate::model::types::{Assumption, DrawSource, Estimate, Expert, Listed, Node, Panel, Pool, Term, Type, Words};
use crate::program::Binary;

/// What kind of number a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sort {
    Number,
    /// Of quantities: other quantities only.
    Quantity,
    /// 0 … 1, logit-normal ranges, log-odds pools.
    Probability,
    /// At least 0.
    Factor,
    /// Per year unless it says so.
    Pace,
    /// Per year, and at least 0.
    Rate,
    /// Of a correlation: −1 … 1, constant.
    Correlation,
}

impl Sort {
    fn probability(self) -> bool {
        self == Sort::Probability
    }

    fn limits(self) -> (f64, f64) {
        match self {
            Sort::Number | Sort::Quantity | Sort::Pace => (f64::NEG_INFINITY, f64::INFINITY),
            Sort::Probability => (0.0, 1.0),
            Sort::Factor | Sort::Rate => (0.0, f64::INFINITY),
            Sort::Correlation => (-1.0, 1.0),
        }
    }

    fn per_year(self) -> bool {
        matches!(self, Sort::Pace | Sort::Rate)
    }
}

const KEYS: &[&str] =
    &["value", "panel", "pool", "weights", "extremize", "low", "high", "note", "source", "title", "unit"];

/// Where an assumption stands and how it is called.
pub struct Place<'a> {
    pub address: &'a str,
    /// The default for its title.
    pub title: String,
    pub sort: Sort,
    /// The unit it takes over where it has none.
    pub unit: &'a str,
}

/// Words that stand in an assumption's table.
pub fn words(node: &Written, name: &str, reading: &mut Reading) -> Words {
    match node.table() {
        Some(inner) => Words {
            title: table::title(inner, name, reading),
            unit: table::text(inner, "unit", reading),
            note: table::text(inner, "note", reading),
            source: table::text(inner, "source", reading),
        },
        None => Words { title: table::spaced(name), ..Words::default() },
    }
}

/// Reads an assumption and lists it.
pub fn read(node: &Written, place: &Place, names: &Names, reading: &mut Reading) -> Option<Assumption> {
    let inner = node.table();
    let mut listed = Listed {
        address: place.address.to_owned(),
        span: node.span,
        title: place.title.clone(),
        value: String::new(),
        low: None,
        high: None,
        default_range: false,
        unit: if place.sort.probability() { "probability".to_owned() } else { place.unit.to_owned() },
        note: String::new(),
        source: String::new(),
        changed: reading.laid.has(place.address),
        value_in_file: reading.laid.original(place.address),
        number: None,
        panel: Vec::new(),
        pooled: None,
    };
    let estimate = match inner {
        None => term_or_number(node, place, names, reading).map(|(term, scale)| (Estimate::Term(term), scale)),
        Some(inner) => {
            table::check_keys(inner, KEYS, "an assumption", reading);
            let title = table::text(inner, "title", reading);
            if !title.is_empty() {
                listed.title = title;
            }
            let unit = table::text(inner, "unit", reading);
            if !unit.is_empty() && !place.sort.probability() {
                listed.unit = unit;
            }
            listed.note = table::text(inner, "note", reading);
            listed.source = table::text(inner, "source", reading);
            match (inner.get("value"), inner.get("panel")) {
                (Some(value), None) => {
                    for key in ["pool", "weights", "extremize"] {
                        if let Some(entry) = inner.entry(key) {
                            let message = format!("`{key}` belongs to a panel, and this assumption has none");
                            reading.error(entry.key, message, "give `panel = { name = answer, … }`, or take it out");
                        }
                    }
                    if value.table().is_some() {
                        reading.error(
                            value.span,
                            "`value` is one number, and this is a table",
                            "write the number itself",
                        );
                        None
                    } else {
                        listed.span = value.span;
                        let read = term_or_number(value, place, names, reading);
                        read.map(|(term, scale)| (Estimate::Term(term), scale))
                    }
                }
                (None, Some(answers)) => panel(inner, answers, place, names, reading, &mut listed),
                (Some(_), Some(answers)) => {
                    reading.error(
                        answers.span,
                        "an assumption has a `value` or a `panel`, not both",
                        "take one of the two out",
                    );
                    None
                }
                (None, None) => {
                    let message = "this assumption has no `value`";
                    reading.error(
                        node.span,
                        message,
                        "write `{ value = 0.5, low = 0.3, high = 0.7 }`, or a plain number",
                    );
                    None
                }
            }
        }
    };
    let (value, scale) = estimate?;
    let assumption = Assumption { address: place.address.to_owned(), span: listed.span, value, scale };
    check_limits(&assumption, place.sort, reading)?;
    range(inner, &assumption, place.sort, &mut listed, reading);
    if listed.value.is_empty() {
        let value = inner.and_then(|t| t.get("value")).unwrap_or(node);
        listed.value = shown(value, reading);
    }
    match &assumption.value {
        Estimate::Term(term) => listed.number = term.constant(),
        Estimate::Panel(panel) => listed.pooled = panel.pooled(),
    }
    reading.listed.push(listed);
    Some(assumption)
}

/// A value as the analyst wrote it.
pub fn shown(node: &Written, reading: &Reading) -> String {
    if let Some(text) = node.text() {
        return text.content.clone();
    }
    let written = reading.sources.text(node.span);
    match node.number() {
        // A branch of the base that this file's branches have pushed aside is no longer what stands there.
        Some(number) if written.replace('_', "").parse() != Ok(number) => format!("{number}"),
        _ => written.to_owned(),
    }
}

fn term_or_number(node: &Written, place: &Place, names: &Names, reading: &mut Reading) -> Option<(Term, f64)> {
    if let Some(number) = node.number() {
        return Some((Term { span: node.span, kind: Type::Number, node: Node::Constant(number) }, 1.0));
    }
    let Some(text) = node.text() else {
        if !node.is_broken() {
            let message = format!("a number is needed here, and this is {}", node.kind());
            reading.error(node.span, message, "write a number, or an expression in quotes");
        }
        return None;
    };
    let (text, scale) = paced(text, node, place, reading)?;
    let expression = reading.parse(&text, node.span)?;
    let allowed = if place.sort == Sort::Quantity { Allowed::Quantities } else { Allowed::Moment };
    let field = Field { address: place.address, allowed, probability: place.sort.probability() };
    let term = Resolver::new(reading, names, &field).number(&expression)?;
    Some((term, scale))
}

/// What is written without its unit of time, and how many of these a year has: 1 where it has none.
fn paced(text: &Text, node: &Written, place: &Place, reading: &mut Reading) -> Option<(Text, f64)> {
    match per(text) {
        Some(parts) if place.sort.per_year() => Some(parts),
        Some((rest, _)) => {
            let written = text.content[rest.content.len()..].trim().to_owned();
            let span = text.span(node.span.source, rest.content.len()..text.content.len());
            reading.error(
                span,
                format!("`{written}` has no meaning here"),
                "only `rate` and `flow` take `per day`, `per week`, `per month`, `per quarter` or `per year`",
            );
            None
        }
        None => Some((text.clone(), 1.0)),
    }
}

/// `2 per month` → `2` and how many months a year has.
fn per(text: &Text) -> Option<(Text, f64)> {
    let content = text.content.trim_end();
    let (rest, unit) = content.rsplit_once(char::is_whitespace)?;
    let rest = rest.trim_end();
    let before = rest.strip_suffix("per")?;
    let before = if before.ends_with(char::is_whitespace) { before.trim_end() } else { return None };
    let scale = match unit {
        "day" => calendar::DAYS_PER_YEAR,
        "week" => calendar::DAYS_PER_YEAR / 7.0,
        "month" => 12.0,
        "quarter" => 4.0,
        "year" => 1.0,
        _ => return None,
    };
    Some((text.part(0..before.len()), scale))
}

fn panel(
    inner: &Table,
    answers: &Written,
    place: &Place,
    names: &Names,
    reading: &mut Reading,
    listed: &mut Listed,
) -> Option<(Estimate, f64)> {
    let Some(answered) = answers.table().filter(|t| !t.is_empty()) else {
        if !answers.is_broken() {
            reading.error(
                answers.span,
                "a panel is a table of names and answers",
                "for instance `panel = { anna = 0.6, bo = 0.4 }`",
            );
        }
        return None;
    };
    let weights = inner.get("weights").and_then(|n| table::as_table(n, "weights", reading));
    let (mut experts, mut in_file) = (Vec::new(), Vec::new());
    let (mut complete, mut mixture) = (true, false);
    let mut draws = 0;
    for (name, entry) in answered.iter() {
        complete &= table::check_name(name, entry.key, "an expert", reading);
        let answer = answer(&entry.node, place, names, reading, &mut draws);
        let weight = weights.and_then(|w| w.get(name)).map_or(Some(1.0), |node| {
            let weight = node.number().filter(|w| *w > 0.0 && w.is_finite());
            if weight.is_none() && !node.is_broken() {
                reading.error(
                    node.span,
                    format!("the weight of `{name}` must be a number above 0"),
                    "leave an expert out who shall not count",
                );
            }
            weight
        });
        let shown = shown(&entry.node, reading);
        let original = reading.laid.original(&format!("{}.panel.{name}", place.address));
        listed.changed |= original.is_some();
        in_file.push(format!("{name} {}", original.as_ref().unwrap_or(&shown)));
        listed.panel.push((name.to_owned(), shown));
        match answer.zip(weight) {
            Some(((answer, scale), weight)) => {
                mixture |= matches!(answer.node, Node::Draw(_));
                experts.push(Expert { name: name.to_owned(), answer: times(answer, scale), weight });
            }
            None => complete = false,
        }
    }
    if let Some(weights) = weights {
        for (name, entry) in weights.iter().filter(|(n, _)| !answered.contains(n)) {
            let mut diagnostic = Diagnostic::error(entry.key, format!("`{name}` has a weight and gave no answer"));
            diagnostic = match nearest(name, answered.keys()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")).mend(entry.key, near),
                None => diagnostic.help("weights are of those who stand in `panel`"),
            };
            reading.errors.push(diagnostic);
        }
    }
    let pool = pool(inner, mixture, place.sort, reading);
    let extremize = inner.get("extremize").map_or(Some(1.0), |node| {
        let value = node.number().filter(|v| *v > 0.0 && v.is_finite());
        if value.is_none() && !node.is_broken() {
            reading.error(
                node.span,
                "`extremize` is a number above 0",
                "1 leaves the pool as it is; 1.5 moves it away from 50 %",
            );
        }
        value
    });
    let (pool, extremize) = (pool?, extremize?);
    if extremize != 1.0 && pool != Pool::LogOdds {
        let span = inner.get("extremize").map_or(answers.span, |n| n.span);
        reading.error(span, "`extremize` goes with `pool = \"log_odds\"` only", "take it out, or pool by log-odds");
        return None;
    }
    if pool == Pool::LogOdds {
        for expert in &experts {
            if let Some(p @ (0.0 | 1.0)) = expert.answer.constant() {
                reading.error(
                    expert.answer.span,
                    format!("`{}` answers {p}, which no other answer could outweigh", expert.name),
                    "in a log-odds pool answers lie between 0 and 1: take 0.01 or 0.99, or `pool = \"linear\"`",
                );
                complete = false;
            }
        }
    }
    if !complete {
        return None;
    }
    let answers: Vec<String> = listed.panel.iter().map(|(name, answer)| format!("{name} {answer}")).collect();
    listed.value = format!("panel: {}", answers.join(", "));
    if listed.changed && listed.value_in_file.is_none() {
        listed.value_in_file = Some(format!("panel: {}", in_file.join(", ")));
    }
    listed.span =
        answered.iter().next().map_or(inner.get("panel")?.span, |_| inner.get("panel").map_or(listed.span, |n| n.span));
    Some((Estimate::Panel(Panel { experts, pool, extremize }), 1.0))
}

/// An expert's answer, and what it is multiplied by: each may answer in a unit of time of his own.
fn answer(node: &Written, place: &Place, names: &Names, reading: &mut Reading, draws: &mut u32) -> Option<(Term, f64)> {
    if let Some(number) = node.number() {
        return Some((Term { span: node.span, kind: Type::Number, node: Node::Constant(number) }, 1.0));
    }
    let Some(text) = node.text() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                format!("an answer is a number, and this is {}", node.kind()),
                "write a number or an expression in quotes",
            );
        }
        return None;
    };
    let (text, scale) = paced(text, node, place, reading)?;
    let expression = reading.parse(&text, node.span)?;
    let allowed = if place.sort == Sort::Quantity { Allowed::Quantities } else { Allowed::Moment };
    let field = Field { address: place.address, allowed, probability: place.sort.probability() };
    let mut resolver = Resolver::new(reading, names, &field);
    resolver.count_draws_from(*draws);
    let term = resolver.number(&expression);
    *draws = resolver.draws();
    Some((term?, scale))
}

/// The term times a number.
fn times(term: Term, scale: f64) -> Term {
    let span = term.span;
    let node = match term.node {
        _ if scale == 1.0 => return term,
        Node::Constant(value) => Node::Constant(value * scale),
        _ => {
            let scale = Term { span, kind: Type::Number, node: Node::Constant(scale) };
            Node::Binary(Binary::Multiply, Box::new(term), Box::new(scale))
        }
    };
    Term { span, kind: Type::Number, node }
}

fn pool(inner: &Table, mixture: bool, sort: Sort, reading: &mut Reading) -> Option<Pool> {
    let Some(node) = inner.get("pool") else {
        return Some(match (mixture, sort) {
            (true, _) => Pool::Mixture,
            (false, Sort::Probability) => Pool::LogOdds,
            _ => Pool::Linear,
        });
    };
    if mixture {
        reading.error(
            node.span,
            "answers that are distributions are mixed, so `pool` has no meaning here",
            "take `pool` out: once per future one expert is drawn by weight, then that expert's value",
        );
        return None;
    }
    match node.text().map(|t| t.content.as_str()) {
        Some("linear") => Some(Pool::Linear),
        Some("median") => Some(Pool::Median),
        Some("log_odds") if sort.probability() => Some(Pool::LogOdds),
        Some("log_odds") => {
            reading.error(node.span, "`log_odds` is for probabilities", "use `linear` or `median` here");
            None
        }
        _ => {
            if !node.is_broken() {
                reading.error(node.span, "`pool` is \"linear\", \"log_odds\" or \"median\"", "write one of the three");
            }
            None
        }
    }
}

/// What is outside for certain is a mistake; what may get outside while running is brought inside and counted.
fn check_limits(assumption: &Assumption, sort: Sort, reading: &mut Reading) -> Option<()> {
    let (low, high) = sort.limits();
    let mut fine = true;
    for term in assumption.terms() {
        let Some(value) = term.constant() else { continue };
        if value >= low && value <= high && value.is_finite() {
            continue;
        }
        fine = false;
        let written = reading.sources.text(term.span).to_owned();
        if !value.is_finite() {
            reading.error(term.span, format!("`{written}` is not a number"), "correct the expression");
            continue;
        }
        let (message, help) = match sort {
            Sort::Probability if written.trim().parse::<f64>().is_err() => (
                format!("`{written}` is {}, and a probability lies between 0 and 1", rounded(value)),
                "correct the expression".to_owned(),
            ),
            Sort::Probability if value > 1.0 && value <= 100.0 => (
                format!("`{written}` is not a probability: it must lie between 0 and 1"),
                format!("{value} % is written {}, or \"{value}%\" in quotes", rounded(value / 100.0)),
            ),
            Sort::Probability => (
                format!("`{written}` is not a probability: it must lie between 0 and 1"),
                "write 0.65 for 65 %".to_owned(),
            ),
            Sort::Rate => (
                format!("the rate `{written}` is below 0"),
                "a rate is the number of occurrences expected in a year".to_owned(),
            ),
            Sort::Correlation => {
                (format!("the correlation `{written}` must lie between -1 and 1"), "0 is none, 1 is full".to_owned())
            }
            _ if ["odds", "factor", "multiply"]
                .iter()
                .any(|key| assumption.address.split('.').any(|part| part == *key)) =>
            {
                (format!("`{written}` is below 0"), "odds and factors are 0 or more: 2 doubles, 0.5 halves".to_owned())
            }
            _ => (format!("`{written}` is below 0"), "take a number of 0 or more".to_owned()),
        };
        reading.error(term.span, message, help);
    }
    fine.then_some(())
}

/// Without the last digits, which only say how computers count.
fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// The range that tornado charts, sweeps and sliders use.
fn range(inner: Option<&Table>, assumption: &Assumption, sort: Sort, listed: &mut Listed, reading: &mut Reading) {
    let mut end = |key: &str| -> Option<f64> {
        let node = inner?.get(key)?;
        let value = match (node.number(), node.text()) {
            (Some(number), _) => Some(number),
            (None, Some(text)) => calendar::parse_duration(&text.content).ok().filter(|_| listed.unit == "days"),
            _ => None,
        };
        if value.is_none() && !node.is_broken() {
            let message = format!("`{key}` is a number, and this is {}", node.kind());
            reading.error(node.span, message, "the ends of a range are plain numbers");
        }
        let (low, high) = sort.limits();
        if let Some(value) = value.filter(|v| *v < low || *v > high) {
            let message = format!("`{key}` is {value}, outside of what is possible here ({low} … {high})");
            reading.error(node.span, message, "correct the end of the range");
            return None;
        }
        value
    };
    let (low, high) = (end("low"), end("high"));
    if let (Some(a), Some(b)) = (low, high)
        && a > b
    {
        let span = inner.and_then(|t| t.get("low")).map_or(listed.span, |n| n.span);
        reading.error(span, format!("`low` is {a} and `high` is {b}: the range goes down"), "exchange the two");
    }
    let default = default_range(assumption, sort);
    listed.default_range = (low.is_none() || high.is_none()) && default.is_some();
    listed.low = low.or(default.map(|d| d.0));
    listed.high = high.or(default.map(|d| d.1));
}

fn default_range(assumption: &Assumption, sort: Sort) -> Option<(f64, f64)> {
    match &assumption.value {
        Estimate::Term(term) => match &term.node {
            Node::Constant(value) => around(*value, sort),
            Node::Draw(draw) => match &draw.source {
                DrawSource::Family { family, form, arguments, bounds } => {
                    let numbers: Option<Vec<f64>> = arguments.iter().map(Term::constant).collect();
                    let mut distribution = Distribution::of(family, *form, &numbers?).ok()?;
                    if let Some((low, high)) = bounds {
                        let end = |b: &Option<Term>, open: f64| b.as_ref().map_or(Some(open), Term::constant);
                        distribution =
                            distribution.truncated(end(low, f64::NEG_INFINITY)?, end(high, f64::INFINITY)?).ok()?;
                    }
                    Some((distribution.quantile(0.05, 0.95), distribution.quantile(0.95, 0.05)))
                }
                _ => None,
            },
            _ => None,
        },
        Estimate::Panel(panel) => {
            let answers: Option<Vec<f64>> = panel.experts.iter().map(|e| e.answer.constant()).collect();
            let answers = answers?;
            let low = answers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = answers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (low < high).then_some((low, high))
        }
    }
}

/// Odds halved and doubled, or a fifth less and a quarter more.
fn around(value: f64, sort: Sort) -> Option<(f64, f64)> {
    match sort {
        Sort::Probability if value == 0.0 || value == 1.0 => None,
        Sort::Probability => Some((value / (2.0 - value), 2.0 * value / (1.0 + value))),
        _ if value == 0.0 => None,
        _ if value < 0.0 => Some((value * 1.25, value * 0.8)),
        _ => Some((value * 0.8, value * 1.25)),
    }
}

/// A duration in days: a constant, or a table with a range.
pub fn duration(node: &Written, place: &Place, reading: &mut Reading) -> Option<f64> {
    if reading.start.is_none() {
        reading.error(
            node.span,
            "a scenario without `start` and `end` has no durations",
            "give `start` and `end` under [scenario]",
        );
        return None;
    }
    let inner = node.table();
    if let Some(inner) = inner {
        table::check_keys(inner, &["value", "low", "high", "note", "source", "title", "unit"], "a duration", reading);
    }
    let value = match inner {
        Some(inner) => {
            if let Some(value) = inner.get("value") {
                value
            } else {
                reading.error(
                    node.span,
                    "this duration has no `value`",
                    "write `{ value = \"120 days\", low = \"60 days\", high = \"200 days\" }`",
                );
                return None;
            }
        }
        None => node,
    };
    let days = days(value, reading.laid.has(place.address), reading)?;
    let mut listed = Listed {
        address: place.address.to_owned(),
        span: value.span,
        title: place.title.clone(),
        value: shown(value, reading),
        low: None,
        high: None,
        default_range: false,
        unit: "days".to_owned(),
        note: String::new(),
        source: String::new(),
        changed: reading.laid.has(place.address),
        value_in_file: reading.laid.original(place.address),
        number: Some(days),
        panel: Vec::new(),
        pooled: None,
    };
    if let Some(inner) = inner {
        listed.note = table::text(inner, "note", reading);
        listed.source = table::text(inner, "source", reading);
        let title = table::text(inner, "title", reading);
        if !title.is_empty() {
            listed.title = title;
        }
        for (key, end) in [("low", &mut listed.low), ("high", &mut listed.high)] {
            *end = inner.get(key).and_then(|n| self::days(n, true, reading));
        }
    }
    let default = around(days, Sort::Number);
    listed.default_range = (listed.low.is_none() || listed.high.is_none()) && default.is_some();
    listed.low = listed.low.or(default.map(|d| d.0));
    listed.high = listed.high.or(default.map(|d| d.1));
    reading.listed.push(listed);
    Some(days)
}

fn days(node: &Written, plain: bool, reading: &mut Reading) -> Option<f64> {
    let refuse = |reading: &mut Reading, message: String, help: String| {
        reading.error(node.span, message, help);
        None
    };
    let days = match (node.text(), node.number()) {
        (Some(text), _) => match calendar::parse_duration(&text.content) {
            Ok(days) => days,
            Err(refusal) => return refuse(reading, refusal.message, refusal.help),
        },
        (None, Some(number)) if plain => number,
        (None, Some(number)) => {
            let message = format!("`{number}` of what? A duration has a unit");
            return refuse(reading, message, format!("write \"{number} days\", or weeks, months, years"));
        }
        _ if node.is_broken() => return None,
        _ => {
            let message = format!("a duration is needed here, and this is {}", node.kind());
            return refuse(reading, message, "write for instance \"120 days\"".to_owned());
        }
    };
    if !(0.0..=1e7).contains(&days) {
        return refuse(reading, format!("a duration of {days} days is not possible"), "give 0 days or more".to_owned());
    }
    Some(days)
}

/// The span of what stands under a key, for messages.
pub fn span_of(table: &Table, key: &str, otherwise: Span) -> Span {
    table.get(key).map_or(otherwise, |n| n.span)
}
