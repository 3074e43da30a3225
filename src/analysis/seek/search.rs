//! Closing in on the values at which a target is what is sought.
//!
//! Between two values with the target on either side the place is found by the rule of false position (Illinois variant).
//! How well luck lets it be known: the values at which the target is what is sought plus and minus the half-width of its
//! 95 % interval at the place. Near the place the target runs nearly straight, so that one more value on either side
//! mostly tells them.

use super::{Answer, Found, Tried, kept};
use crate::analysis::Varied;
use crate::analysis::estimate::{Estimate, estimate};
use crate::analysis::experiment::Experiment;
use crate::analysis::target::Target;
use crate::diagnostic::Failure;
use crate::model::types::Scenario;

/// Values tried in closing in on a place.
const STEPS: usize = 24;
/// How near the target has to come to what is sought, in widths of its interval; and at the ends of the place's.
const NEAR: f64 = 0.005;
const NEAR_ENDS: f64 = 0.05;
/// Where luck has no part, in parts of how far the target was off before.
const EXACT: f64 = 1e-9;

pub(super) struct Search<'s, 'a> {
    pub(super) experiment: &'s mut Experiment<'a>,
    pub(super) target: &'s Target,
    pub(super) varied: &'s Varied,
    pub(super) to: f64,
    pub(super) cases: &'s mut u64,
    /// From low to high.
    pub(super) tried: Vec<Tried>,
}

/// A value, and how far off the target is there.
type Off = (f64, f64);

impl Search<'_, '_> {
    fn off(&self, place: usize) -> Option<f64> {
        self.tried[place].target.map(|target| target.value - self.to)
    }

    /// Whether nothing that was tried moves the target.
    fn constant(&self) -> bool {
        (1..self.tried.len()).all(|place| self.off(place) == self.off(0))
    }

    pub(super) fn answer(mut self) -> Result<Answer, Failure> {
        self.make_sure()?;
        let count = self.tried.len();
        let constant = self.constant();
        let mut found: Vec<Found> = Vec::new();
        let mut place = 0;
        while place < count && !constant {
            // Values side by side that all meet it are one answer.
            let same = (place..count).take_while(|&at| self.off(at) == Some(0.0)).count();
            if let (2.., Some(target)) = (same, self.tried[place].target) {
                let until = Some(self.tried[place + same - 1].value);
                found.push(Found { value: self.tried[place].value, until, low: None, high: None, target });
                place += same;
                continue;
            }
            let pair = |at: usize| Some((self.tried.get(at)?.value, self.off(at)?));
            match (pair(place), (place + 1 < count).then(|| pair(place + 1)).flatten()) {
                (Some(a), Some(b)) if a.1 == 0.0 || a.1 * b.1 < 0.0 => found.push(self.close_in(a, b)?),
                (Some(a), None) if a.1 == 0.0 => {
                    let before = place.checked_sub(1).and_then(pair).unwrap_or(a);
                    found.push(self.close_in(before, a)?);
                }
                _ => {}
            }
            place += 1;
        }
        let found = told_apart(found);
        let reached = match found.len() {
            0 if constant && self.off(0) == Some(0.0) => "always",
            0 => "never",
            1 => "once",
            _ => "several times",
        };
        let range = self.varied.low.zip(self.varied.high);
        let within =
            |found: &Found| range.map(|(low, high)| found.value <= high && found.until.unwrap_or(found.value) >= low);
        Ok(Answer {
            assumption: self.varied.clone(),
            from: self.tried[0].value,
            to: self.tried[count - 1].value,
            reached: reached.to_owned(),
            within_range: found.iter().map(within).max().flatten(),
            found,
            nearest: self.nearest().map(|place| self.tried[place]),
            tried: self.tried,
        })
    }

    /// The value at which the target is nearest to what is sought.
    fn nearest(&self) -> Option<usize> {
        let known = (0..self.tried.len()).filter_map(|place| Some((place, self.off(place)?.abs())));
        known.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
    }

    /// Plays all futures at the values on which the answer rests, until it rests on no others.
    fn make_sure(&mut self) -> Result<(), Failure> {
        let futures = self.experiment.futures();
        loop {
            let last = self.tried.len() - 1;
            let sign = |place: usize| self.off(place).map_or(0.0, |off| if off == 0.0 { 0.0 } else { off.signum() });
            let beside = |place: usize| [place.saturating_sub(1), (place + 1).min(last)];
            let nearest = self.nearest();
            let rests_on = |&place: &usize| {
                nearest == Some(place)
                    || self.off(place) == Some(0.0)
                    || beside(place).iter().any(|&other| sign(place) * sign(other) < 0.0)
                    || (self.constant() && (place == 0 || place == last))
            };
            let unsure: Vec<usize> =
                (0..=last).filter(rests_on).filter(|&place| self.tried[place].futures < futures).collect();
            if unsure.is_empty() {
                return Ok(());
            }
            let values: Vec<f64> = unsure.iter().map(|&place| self.tried[place].value).collect();
            for (place, target) in unsure.into_iter().zip(self.at(&values)?) {
                self.tried[place].target = target;
                self.tried[place].futures = futures;
            }
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

    fn at_one(&mut self, place: f64) -> Result<Option<Estimate>, Failure> {
        if let Some(tried) = self.tried.iter().find(|t| t.value == place && t.futures == self.experiment.futures()) {
            return Ok(tried.target);
        }
        Ok(self.at(&[place])?[0])
    }

    /// Between two values at which the target is off on either side.
    fn close_in(&mut self, a: Off, b: Off) -> Result<Found, Failure> {
        let (value, target, slope) = self.false_position(a, b, self.to, NEAR)?;
        let half = (target.high - target.low) / 2.0;
        if half == 0.0 {
            // No luck has a part in it.
            return Ok(Found { value, until: None, low: Some(value), high: Some(value), target });
        }
        let rises = slope > 0.0;
        let reach = if slope == 0.0 { f64::INFINITY } else { half / slope.abs() };
        let low = self.end((value, target.value), -1.0, (reach, if rises { -half } else { half }))?;
        let high = self.end((value, target.value), 1.0, (reach, if rises { half } else { -half }))?;
        Ok(Found { value, until: None, low, high, target })
    }

    /// Where the target has moved from what is sought by so much, below or above a place, first looked for as far away as
    /// its slope lets one hope; none where that lies beyond what was searched.
    fn end(&mut self, (value, here): Off, direction: f64, (mut reach, by): (f64, f64)) -> Result<Option<f64>, Failure> {
        let (from, to) = (self.tried[0].value, self.tried[self.tried.len() - 1].value);
        let level = self.to + by;
        for _ in 0..6 {
            let end = (value + direction * reach).clamp(from, to);
            if end == value {
                return Ok(None);
            }
            let Some(there) = self.at_one(end)? else { return Ok(None) };
            let (off_here, off) = (here - level, there.value - level);
            let straight = value - off_here * (end - value) / (off - off_here);
            // So near to it, the straight line through both tells it well enough.
            if off.abs() <= NEAR_ENDS * 2.0 * by.abs() && (from..=to).contains(&straight) {
                return Ok(Some(straight));
            }
            if off * off_here <= 0.0 {
                return Ok(Some(self.false_position((value, off_here), (end, off), level, NEAR_ENDS)?.0));
            }
            if end == from || end == to {
                return Ok(None);
            }
            reach *= 2.0;
        }
        Ok(None)
    }

    /// A value in between at which the target is at the level, nearer than luck lets it be known; the target there, and how
    /// steeply it rises.
    fn false_position(&mut self, a: Off, b: Off, level: f64, near: f64) -> Result<(f64, Estimate, f64), Failure> {
        let (mut a, mut b) = (a, b);
        let (width, most) = ((b.0 - a.0).abs(), a.1.abs().max(b.1.abs()));
        // The nearest on either side that luck does not blur: they tell how steep it is.
        let mut known = [a, b];
        let mut last_kept = 0;
        let mut best: Option<(f64, Estimate)> = None;
        for (end, other) in [(a, b), (b, a)] {
            if end.1 == 0.0
                && let Some(at) = self.at_one(end.0)?
            {
                return Ok((end.0, at, slope(end, other)));
            }
        }
        for _ in 0..STEPS {
            let x = if a.1 == b.1 { f64::midpoint(a.0, b.0) } else { b.0 - b.1 * (b.0 - a.0) / (b.1 - a.1) };
            let Some(at) = self.at_one(x)? else { break };
            let off = at.value - level;
            if best.as_ref().is_none_or(|(_, known)| off.abs() < (known.value - level).abs()) {
                best = Some((x, at));
            }
            if off.abs() >= 0.25 * (at.high - at.low) {
                known[usize::from((off > 0.0) == (known[1].1 > 0.0))] = (x, off);
            }
            if off.abs() <= near * (at.high - at.low) + EXACT * most || (b.0 - a.0).abs() <= 1e-9 * width {
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
        best.map(|(x, at)| (x, at, slope(known[0], known[1]))).ok_or_else(|| self.target.never())
    }
}

fn slope(a: Off, b: Off) -> f64 {
    if a.0 == b.0 { 0.0 } else { (b.1 - a.1) / (b.0 - a.0) }
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
