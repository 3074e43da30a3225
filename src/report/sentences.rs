//! What a result says in sentences: the answer to its question, and what goes with how it ends.

use super::words::{self, Days};
use crate::simulation::result::{self, Outcome, Shares};

/// A stretch of a sentence; what is strong is set in bold.
#[derive(Clone, Debug, PartialEq)]
pub enum Phrase {
    Plain(String),
    Strong(String),
}

pub fn plain(text: impl Into<String>) -> Phrase {
    Phrase::Plain(text.into())
}

pub fn strong(text: impl Into<String>) -> Phrase {
    Phrase::Strong(text.into())
}

/// The sentence without what sets it in bold.
pub fn text(phrases: &[Phrase]) -> String {
    phrases
        .iter()
        .map(|phrase| match phrase {
            Phrase::Plain(text) | Phrase::Strong(text) => text.as_str(),
        })
        .collect()
}

/// What the question's answer is, in a sentence or two.
pub fn answer(result: &result::Result) -> Vec<Phrase> {
    let mut ranked: Vec<&Outcome> = result.outcomes.iter().collect();
    ranked.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let said = |outcome: &Outcome| {
        strong(format!("{}: {}", words::in_a_sentence(&outcome.title), words::figure(outcome.probability)))
    };
    let (first, rest) = match ranked.as_slice() {
        [] => return answer_without_outcomes(result),
        [first, ..] if first.probability >= 1.0 => {
            let futures = format!(", in all {} futures.", words::count(result.run.futures));
            return vec![plain("It always ends in "), strong(words::in_a_sentence(&first.title)), plain(futures)];
        }
        [first, rest @ ..] => (*first, rest),
    };
    let leading = strong(format!("{}: {}", words::in_a_sentence(&first.title), words::share(first.probability)));
    let tied = rest.first().is_some_and(|second| second.high > first.low);
    let mut phrases = match rest {
        [second, ..] if tied => {
            vec![
                plain("About equally often it ends in "),
                leading,
                plain(" futures, and in "),
                said(second),
                plain("."),
            ]
        }
        _ => vec![plain("Most often it ends in "), leading, plain(" futures.")],
    };
    let rest = if tied { &rest[1..] } else { rest };
    let named = if rest.len() > 5 { 4 } else { rest.len() };
    for (i, outcome) in rest[..named].iter().enumerate() {
        phrases.extend([plain(if i == 0 { " Then " } else { ", " }), said(outcome)]);
    }
    if named < rest.len() {
        let others: f64 = rest[named..].iter().map(|outcome| outcome.probability).sum();
        phrases.push(plain(format!(", and {} others: {} together", rest.len() - named, words::figure(others))));
    }
    if !rest.is_empty() {
        phrases.push(plain("."));
    }
    let movers: Vec<_> = goes_with(result).into_iter().filter(|link| link.difference >= 0.1).take(2).collect();
    if !movers.is_empty() {
        let titles: Vec<_> = movers.iter().map(|link| format!("“{}”", link.title)).collect();
        phrases.push(plain(format!(" Most goes with {}.", words::list(&titles))));
    }
    phrases
}

fn answer_without_outcomes(result: &result::Result) -> Vec<Phrase> {
    let days = Days::of(&result.scenario);
    if let Some(metric) = result.metrics.iter().find(|metric| metric.mean.is_some()) {
        let at = |key: &str| words::value(metric.quantiles.get(key).copied().flatten(), &metric.unit, &days);
        if metric.unit == "yes/no" {
            let mean = words::value(metric.mean, &metric.unit, &days);
            return vec![plain(format!("{}: ", words::label(&metric.title))), strong(mean), plain(" futures.")];
        }
        let spread = format!(" in the middle, in 9 of 10 futures between {} and {}.", at("5"), at("95"));
        return vec![plain(format!("{}: ", words::label(&metric.title))), strong(at("50")), plain(spread)];
    }
    let Some(event) = result.events.first() else { return Vec::new() };
    vec![
        plain(format!("{}: ", words::label(&event.title))),
        strong(words::share(event.probability)),
        plain(" futures."),
    ]
}

/// “Base case”, or the variant's title; and how many numbers `--set` changed.
pub fn case(result: &result::Result) -> String {
    let scenario = &result.scenario;
    let variant = scenario.variant_title.as_ref().or(scenario.variant.as_ref());
    let variant = variant.map_or_else(|| "Base case".to_owned(), |title| words::label(title));
    match scenario.set.len() {
        0 => variant,
        1 => format!("{variant}, one number set"),
        n => format!("{variant}, {n} numbers set"),
    }
}

/// How the futures in which something happens differ in their outcomes from the others.
pub struct Link {
    /// Of the event, with its branch.
    pub title: String,
    /// Of the outcome that differs most.
    pub outcome: String,
    pub if_yes: f64,
    pub if_no: f64,
    pub difference: f64,
}

/// Fewer futures on one side than this say nothing about it.
const ENOUGH: f64 = 100.0;

/// What goes with how it ends, the strongest first: each event, or each branch of an event that always happens.
pub fn goes_with(result: &result::Result) -> Vec<Link> {
    let mut links = Vec::new();
    for event in &result.events {
        if event.probability < 1.0 {
            let sides = event.outcomes_if_yes.as_ref().zip(event.outcomes_if_no.as_ref());
            links.extend(link(result, event.title.clone(), event.probability, sides));
        } else {
            for branch in &event.branches {
                let title = format!("{}: {}", event.title, branch.title);
                let sides = branch.outcomes_if_yes.as_ref().zip(branch.outcomes_if_no.as_ref());
                links.extend(link(result, title, branch.probability, sides));
            }
        }
    }
    links.sort_by(|a, b| b.difference.total_cmp(&a.difference));
    links
}

/// The outcome that differs most between the futures in which something happens and the others.
fn link(result: &result::Result, title: String, p: f64, sides: Option<(&Shares, &Shares)>) -> Option<Link> {
    if p.min(1.0 - p) * result.run.effective_futures < ENOUGH {
        return None;
    }
    let (yes, no) = sides?;
    let of = |shares: &Shares, outcome: &Outcome| shares.get(&outcome.name).copied().unwrap_or(0.0);
    let difference = |outcome: &Outcome| (of(yes, outcome) - of(no, outcome)).abs();
    // Of two outcomes both differ by the same, but for rounding: the first in the file is named.
    let more = |a, b| if difference(b) > difference(a) + 1e-9 { b } else { a };
    let most = result.outcomes.iter().reduce(more)?;
    let (if_yes, if_no, difference) = (of(yes, most), of(no, most), difference(most));
    Some(Link { title, outcome: most.title.clone(), if_yes, if_no, difference })
}

/// “The channel is closed: if so, 78 in 100 futures end in rupture; if not, none does.”
pub fn linked(link: &Link) -> Vec<Phrase> {
    let outcome = words::in_a_sentence(&link.outcome);
    let yes = match link.if_yes {
        ..=0.0 => format!("none ends in {outcome}"),
        1.0.. => format!("all end in {outcome}"),
        p => format!("{} futures end in {outcome}", words::share(p)),
    };
    let no = match link.if_no {
        ..=0.0 => "none does".to_owned(),
        1.0.. => "all do".to_owned(),
        p => format!("{} do", words::share(p)),
    };
    vec![strong(words::label(&link.title)), plain(format!(": if so, {yes}; if not, {no}."))]
}
