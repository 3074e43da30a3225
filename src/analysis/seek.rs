//! What an assumption would have to be for a target to reach a value.
//!
//! The range is tried at a few values first; wherever the target passes what is sought between two of them, the place is
//! closed in on by the rule of false position (Illinois variant), always on the same luck, so that the target hardly
//! jumps from value to value. How well luck lets the place be known: the same search for what is sought plus and minus
//! the half-width of the target's 95 % interval there.

use super::estimate::{Estimate, estimate};
use super::experiment::Experiment;
use super::target::{Target, TargetFacts, target};
use super::tornado::{LeftOut, reason, without_range};
use super::{About, FORMAT, Played, Varied};
use crate::diagnostic::Failure;
use crate::model::types::Scenario;
use crate::simulation::paired::Wanted;
use jiff::civil::Date;
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
/// Values tried in closing in on a place.
const STEPS: usize = 24;
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
    let every = std::iter::once(&experiment.scenario).chain(asked.iter().flat_map(|asked| &asked.scenarios));
    let all: Vec<&Scenario> = every.collect();
    let mut cases = all.len() as u64;
    let played = experiment.play(&all, &[target.column], kept(&target))?;
    let mut estimates = played.sums.iter().map(|sums| estimate(&sums[0], target.measure));
    let base = estimates.next().flatten().ok_or_else(|| target.never())?;
    let mut answers = Vec::new();
    for Asked { varied, places, .. } in &asked {
        let tried = |&value: &f64| Tried { value, target: estimates.next().flatten() };
        let tried: Vec<Tried> = places.iter().map(tried).collect();
        let mut search = Search { experiment: &mut *experiment, target: &target, varied, to, cases: &mut cases };
        answers.push(search.answer(tried)?);
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

/// Places whose intervals overlap are one, as far as luck lets it be known: the middle one of them.
fn told_apart(found: Vec<Found>) -> Vec<Found> {
    let mut groups: Vec<Vec<Found>> = Vec::new();
    for place in found {
        let overlaps = |last: &Found| {
            let (end, start) = (last.high.unwrap_or(f64::INFINITY), place.low.unwrap_or(f64::NEG_INFINITY));
            last.until.is_none() && place.until.is_none() && end >= start
        };
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(overlaps) => group.push(place),
            _ => groups.push(vec![place]),
        }
    }
    let one = |mut group: Vec<Found>| {
        let (low, high) = (group[0].low, group[group.len() - 1].high);
        let middle = group.swap_remove(group.len() / 2);
        if group.is_empty() { middle } else { Found { low, high, ..middle } }
    };
    groups.into_iter().map(one).collect()
}

struct Search<'s, 'a> {
    experiment: &'s mut Experiment<'a>,
    target: &'s Target,
    varied: &'s Varied,
    to: f64,
    cases: &'s mut u64,
}

impl Search<'_, '_> {
    fn answer(&mut self, tried: Vec<Tried>) -> Result<Answer, Failure> {
        let ends = (tried[0].value, tried[tried.len() - 1].value);
        let off = |tried: &Tried| tried.target.map(|target| target.value - self.to);
        let offs: Vec<Option<f64>> = tried.iter().map(off).collect();
        let constant = offs.windows(2).all(|pair| pair[0] == pair[1]);
        let mut found: Vec<Found> = Vec::new();
        let mut place = 0;
        while place < tried.len() && !constant {
            // Values side by side that all meet it are one answer.
            let same = offs[place..].iter().take_while(|off| **off == Some(0.0)).count();
            if let (2.., Some(target)) = (same, tried[place].target) {
                let until = Some(tried[place + same - 1].value);
                found.push(Found { value: tried[place].value, until, low: None, high: None, target });
                place += same;
                continue;
            }
            let pair = |at: usize| Some((tried.get(at)?.value, offs[at]?));
            match (pair(place), pair(place + 1)) {
                (Some(a), Some(b)) if a.1 == 0.0 || a.1 * b.1 < 0.0 => found.push(self.close_in(a, b, ends)?),
                (Some(a), None) if a.1 == 0.0 => {
                    let before = place.checked_sub(1).and_then(pair).unwrap_or(a);
                    found.push(self.close_in(before, a, ends)?);
                }
                _ => {}
            }
            place += 1;
        }
        let found = told_apart(found);
        let distance = |tried: &Tried| tried.target.map_or(f64::INFINITY, |target| (target.value - self.to).abs());
        let known = tried.iter().copied().filter(|tried| tried.target.is_some());
        let nearest = known.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let reached = match found.len() {
            0 if constant && offs[0] == Some(0.0) => "always",
            0 => "never",
            1 => "once",
            _ => "several times",
        };
        let range = self.varied.low.zip(self.varied.high);
        let within =
            |found: &Found| range.map(|(low, high)| found.value <= high && found.until.unwrap_or(found.value) >= low);
        Ok(Answer {
            assumption: self.varied.clone(),
            from: ends.0,
            to: ends.1,
            reached: reached.to_owned(),
            within_range: found.iter().map(within).max().flatten(),
            found,
            tried,
            nearest,
        })
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
        if half == 0.0 {
            // No luck has a part in it.
            return Ok(Found { value, until: None, low: Some(value), high: Some(value), target });
        }
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
        Ok(Found { value, until: None, low, high, target })
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
