//! What pages are told of the results: the report's own figures, charts and sentences, beside the file as it stands.

use crate::calendar;
use crate::chart::words::{self, Frequency, frequency};
use crate::report::drawing::Pair;
use crate::report::sentences;
use crate::simulation::result::{Metric, Result as Outcome};
use serde::Serialize;

/// See the page for what each part is used for; names and shapes are a contract between the two.
#[derive(Serialize)]
pub struct Results {
    version: u64,
    stage: &'static str,
    futures: u64,
    of: u64,
    answer: String,
    changed: String,
    outcomes: Vec<Share>,
    metrics: Vec<Measure>,
    events: Vec<Share>,
    charts: Vec<Chart>,
    warnings: Vec<String>,
}

/// An outcome, or an event.
#[derive(Serialize)]
struct Share {
    name: String,
    title: String,
    color: String,
    probability: f64,
    low: f64,
    high: f64,
    base: Option<f64>,
    words: String,
}

#[derive(Serialize)]
struct Measure {
    name: String,
    title: String,
    value: Option<f64>,
    base: Option<f64>,
    words: String,
}

#[derive(Serialize)]
struct Chart {
    name: String,
    title: String,
    wide: String,
    narrow: String,
}

/// `base` is None where the file is played as it stands.
pub fn results(
    version: u64,
    (stage, of): (&'static str, u64),
    outcome: &Outcome,
    base: Option<&Outcome>,
    charts: &[Pair],
) -> Results {
    let before = |name: &str| base?.outcomes.iter().find(|other| other.name == name).map(|other| other.probability);
    let event = |name: &str| base?.events.iter().find(|other| other.name == name).map(|other| other.probability);
    let share = |(name, title): (&str, &str), color: &str, [low, probability, high]: [f64; 3], base| Share {
        name: name.to_owned(),
        title: words::label(title),
        color: color.to_owned(),
        probability,
        low,
        high,
        base,
        words: share_words(probability, base, outcome.run.futures),
    };
    Results {
        version,
        stage,
        futures: outcome.run.futures,
        of,
        answer: sentences::text(&sentences::answer(outcome)),
        changed: base.map(|base| changed(outcome, base)).unwrap_or_default(),
        outcomes: (outcome.outcomes.iter())
            .map(|o| share((&o.name, &o.title), &o.color, [o.low, o.probability, o.high], before(&o.name)))
            .collect(),
        metrics: outcome.metrics.iter().map(|metric| measure(metric, outcome, base)).collect(),
        events: (outcome.events.iter())
            .map(|e| share((&e.name, &e.title), "", [e.low, e.probability, e.high], event(&e.name)))
            .collect(),
        charts: charts.iter().filter(|pair| pair.wide.name != "dependence").map(chart).collect(),
        warnings: outcome.warnings.clone(),
    }
}

fn chart(pair: &Pair) -> Chart {
    let wide = pair.wide.embedded("");
    let narrow = pair.narrow.as_ref().map_or_else(|| wide.clone(), |narrow| narrow.embedded(""));
    Chart { name: pair.wide.name.clone(), title: pair.wide.title.clone(), wide, narrow }
}

/// “25 → 31 %, 6 more in 100”.
fn share_words(now: f64, before: Option<f64>, futures: u64) -> String {
    let Some(before) = before else { return frequency(now, futures).to_string() };
    let change = words::change(now, before, None);
    let hundredths = if change == "hardly changes" { "" } else { " in 100" };
    format!("{} → {} %, {change}{hundredths}", words::of_hundred(before), words::of_hundred(now))
}

/// “Thaw in 28 of 100 futures, 4 more than in the base case; Rupture in 26, 4 more. Cold deal hardly changes.”
fn changed(outcome: &Outcome, base: &Outcome) -> String {
    let (mut moved, mut still) = (Vec::new(), Vec::new());
    for now in &outcome.outcomes {
        let Some(before) = base.outcomes.iter().find(|other| other.name == now.name) else { continue };
        if (now.probability - before.probability).abs() < 0.005 {
            still.push(now.title.clone());
        } else {
            moved.push((now, before.probability));
        }
    }
    moved.sort_by(|a, b| (b.0.probability - b.1).abs().total_cmp(&(a.0.probability - a.1).abs()));
    let futures = outcome.run.futures;
    let said = moved.iter().enumerate().map(|(place, (now, before))| {
        let often = frequency(now.probability, futures);
        let change = words::change(now.probability, *before, None);
        match (often.is_extreme(), place) {
            (true, 0) => format!("{} {}, {change} in 100 than in the base case", now.title, often.figure),
            (true, _) => format!("{} {}, {change}", now.title, often.figure),
            (false, 0) => format!("{} in {}, {change} than in the base case", now.title, of_futures(&often)),
            (false, _) => format!("{} in {}, {change}", now.title, often.brief()),
        }
    });
    let said: Vec<String> = said.collect();
    let still = match still.as_slice() {
        [] => String::new(),
        [one] => format!("{} hardly changes.", words::label(one)),
        several => format!("{} hardly change.", words::label(&words::list(several))),
    };
    let moved = if said.is_empty() { String::new() } else { format!("{}.", words::label(&said.join("; "))) };
    [moved, still].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// “28 of 100 futures”.
fn of_futures(often: &Frequency) -> String {
    often.of_futures().replacen(" in ", " of ", 1)
}

/// The middle of what was measured; of yes and no the share.
fn measure(metric: &Metric, outcome: &Outcome, base: Option<&Outcome>) -> Measure {
    let value = |metric: &Metric| match metric.unit.as_str() {
        "yes/no" => metric.mean,
        _ => metric.quantiles.get("50").copied().flatten(),
    };
    let (now, before) =
        (value(metric), base.and_then(|base| base.metrics.iter().find(|m| m.name == metric.name)).and_then(value));
    let said = |x: f64| match metric.unit.as_str() {
        "date" => day(outcome, x),
        "yes/no" => frequency(x, outcome.run.futures).to_string(),
        unit => words::quantity(x, unit),
    };
    let words = match (now, before) {
        (None, _) => "has no value in any future".to_owned(),
        (Some(now), Some(before)) if metric.unit == "yes/no" => share_words(now, Some(before), outcome.run.futures),
        (Some(now), Some(before)) if said(now) != said(before) => format!("{} → {}", said(before), said(now)),
        (Some(now), _) => said(now),
    };
    Measure { name: metric.name.clone(), title: words::label(&metric.title), value: now, base: before, words }
}

/// The day that holds the instant so many days after the start.
fn day(outcome: &Outcome, days: f64) -> String {
    let scenario = &outcome.scenario;
    let year = |date: &Option<String>| date.as_ref().and_then(|date| date.get(..4)).map(str::to_owned);
    let start = scenario.start.as_deref().and_then(|start| calendar::parse_date(start).ok());
    start.map_or_else(String::new, |start| {
        let date = calendar::format_date(start.saturating_add(calendar::day_holding(days)));
        words::date(&date, year(&scenario.start) != year(&scenario.end))
    })
}
