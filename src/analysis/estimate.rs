//! Numbers out of paired sums, each with its 95 % interval.
//!
//! A difference of shares rests on the futures that gained and lost: with one half added to each of the four cells of
//! the table of before and after (Agresti and Min 2005), which keeps its promise also where few futures differ. A
//! difference of means, and of weighted shares, rests on the spread of the differences future by future (delta method).
//! A difference of quantiles rests on 16 groups of futures: the quantiles are taken in each group, and Student's t of
//! their differences' spread stands around the difference of the whole. Where futures are spread evenly instead of at
//! random, the 16 groups are the randomisations, and everything rests on them.

use crate::simulation::intervals::{Z, grouped_share, means, student, wilson};
use crate::simulation::paired::{GROUPS, Sums};
use serde::{Deserialize, Serialize};

/// What is told of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    Share,
    Mean,
    /// Between 0 and 1.
    Quantile(f64),
}

/// A number and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// How far a number differs from the first case on the same luck, with the paired 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Whether the interval leaves 0 out.
    pub more_than_luck: bool,
}

impl Difference {
    const NONE: Difference = Difference { value: 0.0, low: 0.0, high: 0.0, more_than_luck: false };

    fn new(value: f64, low: f64, high: f64) -> Self {
        Difference { value, low, high, more_than_luck: low > 0.0 || high < 0.0 }
    }
}

/// The number itself; none where no future has it.
pub fn estimate(sums: &Sums, measure: Measure) -> Option<Estimate> {
    let (total, sum) = (sums.first[2], sums.first[3]);
    if total <= 0.0 {
        return None;
    }
    let worth = total * (total / sums.second[7]);
    match measure {
        Measure::Share => {
            let share = sum / total;
            let (low, high) = match randomised(sums, measure) {
                Some(groups) => grouped_share(share, worth, &groups),
                None => wilson(share, worth),
            };
            Some(Estimate { value: share, low, high })
        }
        Measure::Mean => {
            let mean = sum / total;
            let squares = sums.second[9] - 2.0 * mean * sums.second[8] + mean * mean * sums.second[7];
            let half = match randomised(sums, measure) {
                Some(groups) => student(&groups),
                None => Z * squares.max(0.0).sqrt() / total,
            };
            let value = sums.pivot + mean;
            Some(Estimate { value, low: value - half, high: value + half })
        }
        Measure::Quantile(share) => {
            let sorted = sorted(sums.values.iter().copied());
            let value = quantile(&sorted, share)?;
            if let Some(groups) = randomised(sums, measure) {
                let half = student(&groups);
                return Some(Estimate { value, low: value - half, high: value + half });
            }
            let half = Z * (share * (1.0 - share) / worth).sqrt();
            Some(Estimate {
                value,
                low: quantile(&sorted, (share - half).max(0.0))?,
                high: quantile(&sorted, (share + half).min(1.0))?,
            })
        }
    }
}

/// How far the case's number lies from that of `base`, which was the first to be played. `same` says whether the two
/// were the same program: only then is no difference more than that none was seen.
pub fn difference(base: &Sums, case: &Sums, measure: Measure, same: bool) -> Option<Difference> {
    let value = estimate(case, measure)?.value - estimate(base, measure)?.value;
    if case.differ == 0 && same {
        return Some(Difference::NONE);
    }
    let unseen = 3.0 / case.futures.max(1) as f64;
    let apart = randomised(base, measure).zip(randomised(case, measure));
    if let (Some((base, case)), Measure::Share | Measure::Mean) = (apart, measure) {
        let half = spread_of_groups(&base, &case);
        if measure == Measure::Mean {
            return Some(Difference::new(value, value - half, value + half));
        }
        let half = half.max(unseen);
        return Some(Difference::new(value, (value - half).max(-1.0), (value + half).min(1.0)));
    }
    let unweighted = case.first[0] == case.futures as f64 && case.first[2] == case.futures as f64;
    match measure {
        Measure::Share if unweighted => {
            let n = case.futures as f64;
            let both = case.second[6];
            let (gained, lost) = (case.first[3] - both, case.first[1] - both);
            let middle = (gained - lost) / (n + 2.0);
            let spread = (gained + lost + 1.0 - (gained - lost) * middle).max(0.0);
            let half = Z * spread.sqrt() / (n + 2.0);
            let half = if gained + lost == 0.0 { half.min(unseen) } else { half };
            Some(Difference::new(value, (middle - half).max(-1.0).min(value), (middle + half).min(1.0).max(value)))
        }
        Measure::Share | Measure::Mean => {
            let half = if case.differ == 0 { 0.0 } else { Z * spread(case)? };
            let half = if half == 0.0 && measure == Measure::Share { unseen } else { half };
            Some(Difference::new(value, value - half, value + half))
        }
        Measure::Quantile(share) => {
            let half = spread_of_groups(&group_quantiles(base, share)?, &group_quantiles(case, share)?);
            Some(Difference::new(value, value - half, value + half))
        }
    }
}

/// The standard error of a difference of weighted means: the root of the summed squares of each future's influence
/// v (y − ȳ) / Σv − w (x − x̄) / Σw.
fn spread(sums: &Sums) -> Option<f64> {
    let [w, wx, v, vy] = sums.first;
    if w <= 0.0 || v <= 0.0 {
        return None;
    }
    let factors = [(wx / w) / w, -1.0 / w, -(vy / v) / v, 1.0 / v];
    let mut squares = 0.0;
    let mut place = 0;
    for a in 0..4 {
        for b in a..4 {
            let twice = if a == b { 1.0 } else { 2.0 };
            squares += twice * factors[a] * factors[b] * sums.second[place];
            place += 1;
        }
    }
    Some(squares.max(0.0).sqrt())
}

/// The number in each group of futures; none where a group does not have it.
pub fn in_groups(sums: &Sums, measure: Measure) -> Option<Vec<f64>> {
    match measure {
        Measure::Quantile(share) => group_quantiles(sums, share),
        _ => means(&sums.groups).map(|means| means.iter().map(|mean| sums.pivot + mean).collect()),
    }
}

/// The number in each group, where the groups are randomisations of evenly spread futures.
fn randomised(sums: &Sums, measure: Measure) -> Option<Vec<f64>> {
    if sums.randomised { in_groups(sums, measure) } else { None }
}

/// Student's half-width of a difference, from the differences in each group.
fn spread_of_groups(base: &[f64], case: &[f64]) -> f64 {
    student(&base.iter().zip(case).map(|(a, b)| b - a).collect::<Vec<f64>>())
}

fn group_quantiles(sums: &Sums, share: f64) -> Option<Vec<f64>> {
    let of_group = |group: usize| sums.values.iter().skip(group).step_by(GROUPS).copied();
    (0..GROUPS).map(|group| quantile(&sorted(of_group(group)), share)).collect()
}

fn sorted(values: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> = values.filter(|(value, weight)| !value.is_nan() && *weight > 0.0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    sorted
}

/// The least value with at least that share of the weight at or below it.
fn quantile(sorted: &[(f64, f64)], share: f64) -> Option<f64> {
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let mut passed = 0.0;
    let found = sorted.iter().find(|(_, weight)| {
        passed += weight;
        passed >= share * total
    });
    found.or(sorted.last()).map(|(value, _)| *value)
}
