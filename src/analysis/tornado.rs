//! Which assumptions matter: each one's low and high end, all others as they are, on the same luck.

use super::estimate::{Difference, Estimate, difference, estimate};
use super::experiment::Experiment;
use super::target::{TargetFacts, target};
use super::{About, FORMAT, Played, Varied};
use crate::diagnostic::Failure;
use crate::model::types::Scenario;
use crate::simulation::paired::Wanted;
use serde::{Deserialize, Serialize};

/// What each assumption's range does to a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tornado {
    pub format: u32,
    pub forkcast: String,
    pub verb: String,
    pub scenario: About,
    pub run: Played,
    pub target: TargetFacts,
    /// The target as the scenario is.
    pub base: Estimate,
    /// The furthest reach first.
    pub rows: Vec<Row>,
    /// Assumptions that have no range, and those that cannot be set to the ends of theirs.
    pub left_out: Vec<LeftOut>,
}

/// An assumption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub assumption: Varied,
    pub low: End,
    pub high: End,
    /// How far apart the ends and the base case lie at most.
    pub reach: f64,
    /// Whether both ends move the target the same way.
    pub turns_back: bool,
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// The assumption's value.
    pub value: f64,
    /// The target there; null where no future has it.
    pub target: Option<Estimate>,
    /// How far it differs from the base case.
    pub difference: Option<Difference>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    pub address: String,
    pub title: String,
    pub value: String,
    pub why: String,
}

/// Without a number of futures, at most so many are played under each set of assumptions.
pub const FUTURES: u64 = 20_000;

/// Plays the ends of all ranges out.
pub fn tornado(experiment: &mut Experiment, of: Option<&str>) -> Result<Tornado, Failure> {
    let target = target(&experiment.scenario, of)?;
    let (mut left_out, mut ends) = (Vec::new(), Vec::new());
    let mut scenarios: Vec<Scenario> = vec![experiment.scenario.clone()];
    for varied in experiment.scenario.assumptions.iter().map(Varied::of).collect::<Vec<_>>() {
        match both_ends(experiment, &varied) {
            Ok(((low, at_low), (high, at_high))) => {
                ends.push((varied, low, high));
                scenarios.extend([at_low, at_high]);
            }
            Err(why) => {
                left_out.push(LeftOut { address: varied.address, title: varied.title, value: varied.value, why });
            }
        }
    }
    let all: Vec<&Scenario> = scenarios.iter().collect();
    let values: &[usize] = target.kept();
    let paired = experiment.play(&all, &[target.column], Wanted { values, ..Wanted::default() })?;
    let base_sums = &paired.sums[0][0];
    let base = estimate(base_sums, target.measure).ok_or_else(|| target.never())?;
    let end = |case: usize, now: Option<f64>, value: f64| End {
        value,
        target: estimate(&paired.sums[case][0], target.measure),
        difference: difference(base_sums, &paired.sums[case][0], target.measure, now == Some(value)),
    };
    let of = |(index, (assumption, low, high)): (usize, (Varied, f64, f64))| {
        let now = assumption.number;
        row(assumption, end(2 * index + 1, now, low), end(2 * index + 2, now, high))
    };
    let mut rows: Vec<Row> = ends.into_iter().enumerate().map(of).collect();
    rows.sort_by(|a, b| b.reach.total_cmp(&a.reach));
    Ok(Tornado {
        format: FORMAT,
        forkcast: env!("CARGO_PKG_VERSION").to_owned(),
        verb: "tornado".to_owned(),
        scenario: experiment.about(),
        run: experiment.played(all.len() as u64),
        target: target.facts,
        base,
        rows,
        left_out,
    })
}

type At = (f64, Scenario);

fn both_ends(experiment: &mut Experiment, varied: &Varied) -> Result<(At, At), String> {
    let (Some(low), Some(high)) = (varied.low, varied.high) else {
        return Err(without_range(varied).to_owned());
    };
    if low == high {
        return Err("its range is a single number".to_owned());
    }
    let mut at = |number: f64| match experiment.at(&[(varied, number)]) {
        Ok(scenario) => Ok((number, scenario)),
        Err(failure) => Err(format!("it cannot be set to {number}: {}", reason(&failure))),
    };
    Ok((at(low)?, at(high)?))
}

/// Why an assumption has no range.
pub(super) fn without_range(varied: &Varied) -> &'static str {
    match varied.value.as_str() {
        "rest" => "takes what the other branches leave",
        _ if varied.number.is_some() => "0, and a probability of 0 or 1, have no range of their own",
        _ => "is an expression, which has no range of its own",
    }
}

/// Why a scenario cannot be, in a line.
pub(super) fn reason(failure: &Failure) -> String {
    match failure {
        Failure::Scenario(found) => found.sorted().first().map_or_else(String::new, |first| first.message.clone()),
        Failure::Request { message, .. } | Failure::Usage { message, .. } | Failure::Environment { message, .. } => {
            message.clone()
        }
        Failure::Interrupted => "interrupted".to_owned(),
    }
}

fn row(assumption: Varied, low: End, high: End) -> Row {
    let by = |end: &End| end.difference.map_or(0.0, |difference| difference.value);
    let (at_low, at_high) = (by(&low), by(&high));
    let clear = |end: &End| end.difference.is_some_and(|difference| difference.more_than_luck);
    let turns_back = clear(&low) && clear(&high) && (at_low > 0.0) == (at_high > 0.0);
    let reach = (at_high - at_low).abs().max(at_low.abs()).max(at_high.abs());
    Row { assumption, low, high, reach, turns_back }
}
