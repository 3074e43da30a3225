//! What an assumption would have to be for a target to reach a value.
//!
//! The range is tried at a few values first; wherever the target passes what is sought between two of them, the place is
//! closed in on by the rule of false position (Illinois variant), always on the same luck, so that the target hardly
//! jumps from value to value. How well luck lets the place be known: the same search for what is sought plus and minus
//! the half-width of the target's 95 % interval there.

use super::estimate::{Estimate, estimate};
use super::experiment::Experiment;
use super::target::{Target, TargetFacts, target};
use super::tornado::reason;
use super::{About, FORMAT, Played, Varied};
use crate::diagnostic::Failure;
use crate::model::types::Scenario;
use crate::simulation::paired::Wanted;
use serde::{Deserialize, Serialize};

/// What is asked: one assumption, in a range if one was given; without any, every assumption alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    pub address: Option<String>,
    pub range: Option<(f64, f64)>,
    pub to: f64,
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
    /// One, or all those that have a range.
    pub answers: Vec<Answer>,
    /// Whether every assumption was asked.
    pub every: bool,
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
    /// Whether the first one lies within the range in the file.
    pub within_range: Option<bool>,
    /// The target at the values that were tried first.
    pub tried: Vec<(f64, Option<f64>)>,
    /// The nearest that the target comes to what is sought, and where.
    pub nearest: Option<(f64, f64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub value: f64,
    /// How well luck lets it be known; null where the interval leaves the range that was searched.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The target there.
    pub target: Estimate,
}

/// Values tried at first for one assumption, and for each of many.
const TRIED: usize = 17;
const TRIED_EACH: usize = 5;
/// Values tried in closing in on a place.
const STEPS: usize = 24;
/// Without a number of futures, at most so many are played at each value where every assumption is asked.
pub const FUTURES: u64 = 20_000;

/// Looks for what is sought.
pub fn seek(experiment: &mut Experiment, of: Option<&str>, sought: &Sought) -> Result<Seek, Failure> {
    let target = target(&experiment.scenario, of)?;
    let mut cases = 1;
    let base = {
        let paired = experiment.play(&[&experiment.scenario], &[target.column], kept(&target))?;
        estimate(&paired.sums[0][0], target.measure).ok_or_else(|| target.never())?
    };
    let answers = if let Some(address) = &sought.address {
        let varied = experiment.varied(address)?;
        let range = match sought.range {
            Some(range) => range,
            None => widest(&varied).ok_or_else(|| no_range(&varied))?,
        };
        let mut search = Search { experiment, target: &target, varied: &varied, to: sought.to, cases: &mut cases };
        vec![search.answer(range, TRIED, sought.range.is_some())?]
    } else {
        let mut answers = Vec::new();
        for varied in experiment.scenario.assumptions.iter().map(Varied::of).collect::<Vec<_>>() {
            let Some(range) = widest(&varied).filter(|_| varied.low.is_some()) else { continue };
            let mut search = Search { experiment, target: &target, varied: &varied, to: sought.to, cases: &mut cases };
            match search.answer(range, TRIED_EACH, false) {
                Ok(answer) => answers.push(answer),
                Err(Failure::Interrupted) => return Err(Failure::Interrupted),
                // What cannot be set alone cannot be the one thing to believe.
                Err(_) => {}
            }
        }
        answers.sort_by_key(|answer| (answer.found.is_empty(), answer.within_range != Some(true)));
        answers
    };
    Ok(Seek {
        format: FORMAT,
        forkcast: env!("CARGO_PKG_VERSION").to_owned(),
        verb: "seek".to_owned(),
        scenario: experiment.about(),
        run: Played { futures: experiment.futures(), seed: experiment.seed(), cases },
        target: target.facts,
        to: sought.to,
        base,
        answers,
        every: sought.address.is_none(),
    })
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

struct Search<'s, 'a> {
    experiment: &'s mut Experiment<'a>,
    target: &'s Target,
    varied: &'s Varied,
    to: f64,
    cases: &'s mut u64,
}

impl Search<'_, '_> {
    fn answer(&mut self, range: (f64, f64), count: usize, given: bool) -> Result<Answer, Failure> {
        let (from, to) = self.possible(range, given)?;
        let place = |k: usize| from + (to - from) * (k as f64 / (count - 1) as f64);
        let places: Vec<f64> = (0..count).map(|k| if k == count - 1 { to } else { place(k) }).collect();
        let estimates = self.at(&places)?;
        let tried: Vec<(f64, Option<f64>)> =
            places.iter().zip(&estimates).map(|(&x, e)| (x, e.map(|e| e.value))).collect();
        let mut found: Vec<Found> = Vec::new();
        let constant = tried.windows(2).all(|pair| pair[0].1 == pair[1].1);
        for (index, pair) in tried.windows(2).enumerate() {
            let ((a, Some(at_a)), (b, Some(at_b))) = (pair[0], pair[1]) else { continue };
            let (off_a, off_b) = (at_a - self.to, at_b - self.to);
            // A value that was tried and meets it belongs to the interval that begins there.
            let meets = off_a == 0.0 || (off_b == 0.0 && index + 2 == tried.len());
            if !constant && (meets || off_a * off_b < 0.0) {
                found.push(self.close_in((a, off_a), (b, off_b), (from, to))?);
            }
        }
        let off = |value: f64| (value - self.to).abs();
        let nearest = (tried.iter().filter_map(|&(x, y)| Some((x, y?)))).min_by(|a, b| off(a.1).total_cmp(&off(b.1)));
        let reached = match found.len() {
            0 if constant && nearest.is_some_and(|(_, value)| value == self.to) => "always",
            0 => "never",
            1 => "once",
            _ => "several times",
        };
        let range = self.varied.low.zip(self.varied.high);
        let within_range =
            found.iter().map(|found| range.map(|(low, high)| (low..=high).contains(&found.value))).max().flatten();
        Ok(Answer {
            assumption: self.varied.clone(),
            from,
            to,
            reached: reached.to_owned(),
            found,
            within_range,
            tried,
            nearest,
        })
    }

    /// The range, or the file's own where its ends cannot be.
    fn possible(&mut self, range: (f64, f64), given: bool) -> Result<(f64, f64), Failure> {
        if range.0 >= range.1 {
            return Err(Failure::Usage {
                message: format!("`{}` is to be sought from {} to {}", self.varied.address, range.0, range.1),
                help: Some("write the smaller value first, as in ADDR=0.1..0.6".to_owned()),
            });
        }
        let mut tried = None;
        for end in [range.0, range.1] {
            if let Err(failure) = self.experiment.at(&[(self.varied, end)]) {
                tried = Some((end, failure));
            }
        }
        match (tried, self.varied.low.zip(self.varied.high)) {
            (None, _) => Ok(range),
            (Some(_), Some(stated)) if !given => Ok(stated),
            (Some((end, failure)), _) => Err(Failure::Request {
                message: format!("`{}` cannot be {end}: {}", self.varied.address, reason(&failure)),
                help: Some(format!("give another range: `{}=A..B`", self.varied.address)),
            }),
        }
    }

    /// The target at some values, on the same luck.
    fn at(&mut self, places: &[f64]) -> Result<Vec<Option<Estimate>>, Failure> {
        let scenarios: Vec<Scenario> =
            places.iter().map(|&x| self.experiment.at(&[(self.varied, x)])).collect::<Result<_, _>>()?;
        let all: Vec<&Scenario> = scenarios.iter().collect();
        *self.cases += all.len() as u64;
        let paired = self.experiment.play(&all, &[self.target.column], kept(self.target))?;
        Ok(paired.sums.iter().map(|sums| estimate(&sums[0], self.target.measure)).collect())
    }

    /// Between two values at which the target is off on either side.
    fn close_in(&mut self, a: (f64, f64), b: (f64, f64), (from, to): (f64, f64)) -> Result<Found, Failure> {
        let (value, target) = self.false_position(a, b, self.to, true)?;
        let half = (target.high - target.low) / 2.0;
        let rises = b.1 > a.1;
        // The interval is looked for around the place, first as far as the slope between the two ends lets one hope.
        let slope = (b.1 - a.1) / (b.0 - a.0);
        let reach = if slope == 0.0 { to - from } else { 3.0 * half / slope.abs() };
        let mut side = |direction: f64| -> Result<Option<f64>, Failure> {
            let level = self.to + if (direction > 0.0) == rises { half } else { -half };
            let mut reach = reach;
            for _ in 0..4 {
                let end = (value + direction * reach).clamp(from, to);
                if end == value {
                    return Ok(None);
                }
                let Some(at_end) = self.at(&[end])?[0] else { return Ok(None) };
                let off = at_end.value - level;
                let off_here = target.value - level;
                if off * off_here <= 0.0 {
                    return Ok(Some(self.false_position((value, off_here), (end, off), level, false)?.0));
                }
                if end == from || end == to {
                    return Ok(None);
                }
                reach *= 3.0;
            }
            Ok(None)
        };
        let (low, high) = (side(-1.0)?, side(1.0)?);
        Ok(Found { value, low, high, target })
    }

    /// A value in between at which the target is at the level, nearer than luck lets it be known; and the target there.
    fn false_position(
        &mut self,
        a: (f64, f64),
        b: (f64, f64),
        level: f64,
        fine: bool,
    ) -> Result<(f64, Estimate), Failure> {
        let (mut a, mut b) = (a, b);
        let width = (b.0 - a.0).abs();
        let mut last_kept = 0;
        let mut best: Option<(f64, Estimate)> = None;
        let patience = if fine { 1e-3 } else { 0.02 };
        for end in [a, b] {
            if end.1 == 0.0
                && let Some(at) = self.at(&[end.0])?[0]
            {
                return Ok((end.0, at));
            }
        }
        for _ in 0..STEPS {
            let x = if a.1 == b.1 { f64::midpoint(a.0, b.0) } else { b.0 - b.1 * (b.0 - a.0) / (b.1 - a.1) };
            let Some(at) = self.at(&[x])?[0] else { break };
            let off = at.value - level;
            if best.as_ref().is_none_or(|(_, known)| off.abs() < (known.value - level).abs()) {
                best = Some((x, at));
            }
            if off.abs() <= patience * (at.high - at.low) || (b.0 - a.0).abs() <= 1e-9 * width {
                break;
            }
            // Where the same end is kept twice, its weight is halved (Illinois), so that both ends close in.
            if (off > 0.0) == (b.1 > 0.0) {
                b = (x, off);
                if last_kept == 1 {
                    a.1 /= 2.0;
                }
                last_kept = 1;
            } else {
                a = (x, off);
                if last_kept == 2 {
                    b.1 /= 2.0;
                }
                last_kept = 2;
            }
        }
        best.ok_or_else(|| self.target.never())
    }
}
