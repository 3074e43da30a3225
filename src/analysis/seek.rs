//! What an assumption would have to be for a target to reach a value.
//!
//! The range is tried at a few values first, on no more futures than show where to look; wherever the target passes what
//! is sought between two of them, the place is closed in on with all futures, always on the same luck, so that the target
//! hardly jumps from value to value.

mod search;

use super::estimate::{Estimate, estimate};
use super::experiment::Experiment;
use super::target::{Target, TargetFacts, target};
use super::tornado::{LeftOut, reason, without_range};
use super::{About, FORMAT, Played, Varied};
use crate::diagnostic::Failure;
use crate::model::types::Scenario;
use crate::simulation::paired::Wanted;
use jiff::civil::Date;
use search::Search;
use serde::{Deserialize, Serialize};

/// What is asked: one assumption, in a range if one was given; without any, every assumption alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    pub address: Option<String>,
    pub range: Option<(f64, f64)>,
    pub to: Level,
}

/// What a target is to be, as people write it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    Number(f64),
    /// `50%`.
    Percent(f64),
    /// For a metric that is a date.
    Day(Date),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seek {
    pub format: u32,
    pub forkcast: String,
    pub verb: String,
    pub scenario: About,
    pub run: Played,
    pub target: TargetFacts,
    /// What the target is to be.
    pub to: f64,
    /// What it is.
    pub base: Estimate,
    /// Whether every assumption was asked.
    pub every: bool,
    /// One, or all those that have a range, those that need to move least first.
    pub answers: Vec<Answer>,
    /// Where every assumption was asked: those that have no range, or cannot be set alone.
    pub left_out: Vec<LeftOut>,
}

/// What one assumption would have to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub assumption: Varied,
    /// Where it was looked for.
    pub from: f64,
    pub to: f64,
    /// `once`, `never`, `several times`; `always` where nothing moves the target away.
    pub reached: String,
    /// Each value at which the target is reached, the smallest first.
    pub found: Vec<Found>,
    /// Whether one of them lies within the range in the file.
    pub within_range: Option<bool>,
    /// The target at the values that were tried first.
    pub tried: Vec<Tried>,
    /// Of these the one at which the target is nearest to what is sought.
    pub nearest: Option<Tried>,
}

/// A value of an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub value: f64,
    /// The target there; null where no future has it.
    pub target: Option<Estimate>,
    /// On how many futures.
    pub futures: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub value: f64,
    /// Where the target stays the same from one value to the next: up to this value.
    pub until: Option<f64>,
    /// How well luck lets it be known; null where the interval leaves the range that was searched.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The target there.
    pub target: Estimate,
}

/// Values tried at first for one assumption, and for each of many.
const TRIED: usize = 21;
const TRIED_EACH: usize = 5;
/// Futures on which they are tried, at most.
const TRYING: u64 = 20_000;
const TRYING_EACH: u64 = 4096;
/// Without a number of futures, at most so many are played at each value where every assumption is asked.
pub const FUTURES: u64 = 20_000;

/// Looks for what is sought.
pub fn seek(experiment: &mut Experiment, of: Option<&str>, sought: &Sought) -> Result<Seek, Failure> {
    let target = target(&experiment.scenario, of)?;
    let to = level(experiment, &target.facts, sought.to)?;
    let mut left_out = Vec::new();
    let mut asked: Vec<Asked> = Vec::new();
    if let Some(address) = &sought.address {
        let varied = experiment.varied(address)?;
        let range = match sought.range {
            Some(range) => range,
            None => widest(&varied).ok_or_else(|| no_range(&varied))?,
        };
        asked.push(ask(experiment, varied, range, TRIED, sought.range.is_some())?);
    } else {
        for varied in experiment.scenario.assumptions.iter().map(Varied::of).collect::<Vec<_>>() {
            let mut leave_out = |varied: &Varied, why: String| {
                let (address, title, value) = (varied.address.clone(), varied.title.clone(), varied.value.clone());
                left_out.push(LeftOut { address, title, value, why });
            };
            let Some(range) = widest(&varied).filter(|_| varied.low.is_some()) else {
                leave_out(&varied, without_range(&varied).to_owned());
                continue;
            };
            match ask(experiment, varied.clone(), range, TRIED_EACH, false) {
                Ok(one) => asked.push(one),
                Err(failure) => leave_out(&varied, reason(&failure)),
            }
        }
    }
    let futures = experiment.futures();
    let trying = futures.min(if sought.address.is_some() { TRYING } else { TRYING_EACH });
    let whole = experiment.play(&[&experiment.scenario], &[target.column], kept(&target))?;
    let base = estimate(&whole.sums[0][0], target.measure).ok_or_else(|| target.never())?;
    let all: Vec<&Scenario> = asked.iter().flat_map(|asked| &asked.scenarios).collect();
    let mut cases = 1 + all.len() as u64;
    let played = experiment.play_some(&all, &[target.column], kept(&target), trying)?;
    let mut estimates = played.sums.iter().map(|sums| estimate(&sums[0], target.measure));
    let mut answers = Vec::new();
    for Asked { varied, places, .. } in &asked {
        let tried = |&value: &f64| Tried { value, target: estimates.next().flatten(), futures: trying };
        let tried: Vec<Tried> = places.iter().map(tried).collect();
        let search = Search { experiment, target: &target, varied, to, cases: &mut cases, tried };
        answers.push(search.answer()?);
    }
    if sought.address.is_none() {
        answers.sort_by(|a, b| strain(a, to).total_cmp(&strain(b, to)));
        answers.sort_by_key(|answer| (answer.found.is_empty(), answer.within_range != Some(true)));
    }
    Ok(Seek {
        format: FORMAT,
        forkcast: env!("CARGO_PKG_VERSION").to_owned(),
        verb: "seek".to_owned(),
        scenario: experiment.about(),
        run: experiment.played(cases),
        target: target.facts,
        to,
        base,
        every: sought.address.is_none(),
        answers,
        left_out,
    })
}

/// What is sought in the target's own unit.
fn level(experiment: &Experiment, target: &TargetFacts, level: Level) -> Result<f64, Failure> {
    let is_date = target.unit.as_deref() == Some("date");
    let to = match level {
        Level::Number(number) => number,
        Level::Percent(percent) if target.unit.as_deref() == Some("%") => percent,
        // Tenths of a percent are what people write: 7 % is 0.07, not 0.07000000000000001.
        Level::Percent(percent) => (percent * 1e10).round() / 1e12,
        Level::Day(day) => {
            let start = experiment.about().start.and_then(|start| start.parse::<Date>().ok()).filter(|_| is_date);
            let days = start.and_then(|start| start.until(day).ok()).map(|span| f64::from(span.get_days()));
            days.ok_or_else(|| Failure::Usage {
                message: format!("{} is not a date, and cannot be {day}", target.title),
                help: Some("write a number, or a share as `--to 50%`".to_owned()),
            })?
        }
    };
    if target.is_share() && !(0.0..=1.0).contains(&to) {
        return Err(Failure::Usage {
            message: format!("{} is a share of the futures, and cannot be {to}", target.title),
            help: Some(format!("write {to} % as `--to {to}%`")),
        });
    }
    Ok(to)
}

fn kept(target: &Target) -> Wanted<'static> {
    Wanted { values: target.kept(), ..Wanted::default() }
}

fn no_range(varied: &Varied) -> Failure {
    Failure::Usage {
        message: format!("`{}` has no range to search", varied.address),
        help: Some(format!("give one: `{}=A..B`", varied.address)),
    }
}

/// All of 0 … 1 for a probability; else the range and once as much on either side, not beyond 0.
fn widest(varied: &Varied) -> Option<(f64, f64)> {
    if varied.unit == "probability" {
        return Some((0.0, 1.0));
    }
    let (low, high) = (varied.low?, varied.high?);
    let (from, to) = (low - (high - low), high + (high - low));
    let within = |x: f64| if low >= 0.0 { x.max(0.0) } else { x };
    Some(if varied.address.starts_with("correlations.") { (from.max(-0.99), to.min(0.99)) } else { (within(from), to) })
}

/// How far an assumption would have to move, in widths of its range; for one that cannot do it, how far off the target
/// stays.
fn strain(answer: &Answer, to: f64) -> f64 {
    let (low, high) = (answer.assumption.low.unwrap_or(answer.from), answer.assumption.high.unwrap_or(answer.to));
    let now = answer.assumption.number.unwrap_or(f64::midpoint(low, high));
    let moves = answer.found.iter().map(|found| (found.value - now).abs() / (high - low));
    moves.min_by(f64::total_cmp).unwrap_or_else(|| {
        let nearest = answer.nearest.and_then(|nearest| nearest.target);
        nearest.map_or(f64::INFINITY, |target| (target.value - to).abs())
    })
}

/// An assumption with the values that are tried first, and the scenario at each of them.
struct Asked {
    varied: Varied,
    places: Vec<f64>,
    scenarios: Vec<Scenario>,
}

fn ask(
    experiment: &mut Experiment,
    varied: Varied,
    range: (f64, f64),
    count: usize,
    given: bool,
) -> Result<Asked, Failure> {
    let (from, to) = possible(experiment, &varied, range, given)?;
    let place = |k: usize| if k == count - 1 { to } else { from + (to - from) * (k as f64 / (count - 1) as f64) };
    let places: Vec<f64> = (0..count).map(place).collect();
    let scenarios = places.iter().map(|&x| experiment.at(&[(&varied, x)])).collect::<Result<_, _>>()?;
    Ok(Asked { varied, places, scenarios })
}

/// The range, or the file's own where its ends cannot be.
fn possible(
    experiment: &mut Experiment,
    varied: &Varied,
    range: (f64, f64),
    given: bool,
) -> Result<(f64, f64), Failure> {
    if range.0 >= range.1 {
        return Err(Failure::Usage {
            message: format!("`{}` is to be sought from {} to {}", varied.address, range.0, range.1),
            help: Some("write the smaller value first, as in ADDR=0.1..0.6".to_owned()),
        });
    }
    let failed = [range.0, range.1].into_iter().find_map(|end| Some((end, experiment.at(&[(varied, end)]).err()?)));
    match (failed, varied.low.zip(varied.high)) {
        (None, _) => Ok(range),
        (Some(_), Some(stated)) if !given => Ok(stated),
        (Some((end, failure)), _) => Err(Failure::Request {
            message: format!("`{}` cannot be {end}: {}", varied.address, reason(&failure)),
            help: Some(format!("give another range: `{}=A..B`", varied.address)),
        }),
    }
}
