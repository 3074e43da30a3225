//! A target as a function of one assumption, or of two, on the same luck.

use super::estimate::{Difference, Estimate, Measure, difference, estimate};
use super::experiment::Experiment;
use super::target::{TargetFacts, target};
use super::{About, FORMAT, Played, Varied};
use crate::diagnostic::Failure;
use crate::model::types::Scenario;
use crate::simulation::paired::{Column, Wanted};
use serde::{Deserialize, Serialize};

/// Values that are tried along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Along {
    pub address: String,
    pub from: f64,
    pub to: f64,
}

/// A target over the values of one or two assumptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    pub format: u32,
    pub forkcast: String,
    pub verb: String,
    pub scenario: About,
    pub run: Played,
    pub target: TargetFacts,
    /// One axis, or two.
    pub axes: Vec<Axis>,
    /// The target as the scenario is.
    pub base: Option<Estimate>,
    pub outcomes: Vec<OutcomeFacts>,
    /// For each value of the first axis; with two axes, for each value of the second all those of the first.
    pub points: Vec<Point>,
    /// Along one axis: where the most likely outcome changes.
    pub turns: Vec<Turn>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    pub assumption: Varied,
    pub values: Vec<f64>,
    /// Which of the values the scenario has.
    pub here: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeFacts {
    pub name: String,
    pub title: String,
    pub color: String,
    pub probability: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The values of the axes.
    pub at: Vec<f64>,
    /// Null where no future has the target.
    pub target: Option<Estimate>,
    /// How far it differs from the scenario as it is.
    pub difference: Option<Difference>,
    /// The share of each outcome.
    pub outcomes: Vec<f64>,
}

/// Beyond this value another outcome is the most likely one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Between two values that were tried, on the straight line.
    pub at: f64,
    pub from: String,
    pub to: String,
}

/// Values along one axis, and along each of two.
pub const POINTS: usize = 21;
pub const CELLS: usize = 9;
/// Without a number of futures, at most so many are played at each pair of values.
pub const FUTURES: u64 = 20_000;

/// Plays all values out.
pub fn sweep(
    experiment: &mut Experiment,
    of: Option<&str>,
    along: &[Along],
    points: Option<usize>,
) -> Result<Sweep, Failure> {
    let target = target(&experiment.scenario, of)?;
    let count = points.unwrap_or(if along.len() == 1 { POINTS } else { CELLS }).max(2);
    let axes: Vec<Axis> = along.iter().map(|along| axis(experiment, along, count)).collect::<Result<_, _>>()?;
    let places: Vec<Vec<f64>> = match axes.as_slice() {
        [one] => one.values.iter().map(|&x| vec![x]).collect(),
        [across, up] => up.values.iter().flat_map(|&y| across.values.iter().map(move |&x| vec![x, y])).collect(),
        _ => {
            return Err(Failure::Usage {
                message: format!("{} assumptions cannot be varied at once", axes.len()),
                help: Some("name one for a curve or two for a map".to_owned()),
            });
        }
    };
    let mut scenarios = vec![experiment.scenario.clone()];
    for place in &places {
        let varied: Vec<_> = axes.iter().map(|axis| &axis.assumption).zip(place.iter().copied()).collect();
        scenarios.push(experiment.at(&varied)?);
    }
    let all: Vec<&Scenario> = scenarios.iter().collect();
    let outcomes = (0..experiment.scenario.outcomes.len()).map(Column::Outcome);
    let columns: Vec<Column> = std::iter::once(target.column).chain(outcomes).collect();
    let paired = experiment.play(&all, &columns, Wanted { values: target.kept(), ..Wanted::default() })?;
    let shares = |case: usize| -> Vec<f64> {
        let shares = paired.sums[case][1..].iter().map(|sums| estimate(sums, Measure::Share));
        shares.map(|share| share.map_or(0.0, |share| share.value)).collect()
    };
    let point = |(index, at): (usize, Vec<f64>)| {
        let sums = &paired.sums[index + 1][0];
        let own = axes.iter().zip(&at).all(|(axis, &value)| axis.assumption.number == Some(value));
        Point {
            at,
            target: estimate(sums, target.measure),
            difference: difference(&paired.sums[0][0], sums, target.measure, own),
            outcomes: shares(index + 1),
        }
    };
    let points: Vec<Point> = places.into_iter().enumerate().map(point).collect();
    let facts = experiment.scenario.outcomes.iter().zip(shares(0)).map(|(outcome, probability)| OutcomeFacts {
        name: outcome.name.clone(),
        title: outcome.title.clone(),
        color: outcome.color.clone(),
        probability,
    });
    let outcomes: Vec<OutcomeFacts> = facts.collect();
    let turns = if axes.len() == 1 { turns(&points, &outcomes) } else { Vec::new() };
    Ok(Sweep {
        format: FORMAT,
        forkcast: env!("CARGO_PKG_VERSION").to_owned(),
        verb: "sweep".to_owned(),
        scenario: experiment.about(),
        run: experiment.played(all.len() as u64),
        base: estimate(&paired.sums[0][0], target.measure),
        target: target.facts,
        axes,
        outcomes,
        points,
        turns,
    })
}

/// Even steps from end to end; the step nearest to the scenario's own value gives way to it.
fn axis(experiment: &Experiment, along: &Along, count: usize) -> Result<Axis, Failure> {
    let assumption = experiment.varied(&along.address)?;
    if !(along.from < along.to && along.from.is_finite() && along.to.is_finite()) {
        return Err(Failure::Usage {
            message: format!("`{}` is to go from {} to {}", along.address, along.from, along.to),
            help: Some("write the smaller value first, as in ADDR=0.1..0.6".to_owned()),
        });
    }
    let last = (count - 1) as f64;
    let step = (along.to - along.from) / last;
    // Both ends are met exactly, and round steps stay round.
    let at = |k: usize| if k == count - 1 { along.to } else { tidy(along.from + step * k as f64, step) };
    let mut values: Vec<f64> = (0..count).map(at).collect();
    let now = assumption.number.filter(|now| (along.from..=along.to).contains(now));
    let here = now.map(|now| {
        let near = ((now - along.from) / step).round() as usize;
        // An end stays where it was asked for.
        let near = if values[near] == now { near } else { near.clamp(1, (count - 2).max(1)) };
        if count > 2 || values[near] == now {
            values[near] = now;
        }
        near
    });
    let here = here.filter(|&place| Some(values[place]) == now);
    values.sort_by(f64::total_cmp);
    let here = here.and_then(|_| values.iter().position(|&value| Some(value) == now));
    Ok(Axis { assumption, values, here })
}

/// Without the dust of floating-point steps: 0.30000000000000004 is 0.3.
fn tidy(value: f64, step: f64) -> f64 {
    let text = format!("{value:.12e}");
    let rounded: f64 = text.parse().unwrap_or(value);
    if (rounded - value).abs() < step.abs() * 1e-9 { rounded } else { value }
}

fn turns(points: &[Point], outcomes: &[OutcomeFacts]) -> Vec<Turn> {
    let leading = |point: &Point| {
        let mut best = 0;
        for (index, share) in point.outcomes.iter().enumerate() {
            if *share > point.outcomes[best] {
                best = index;
            }
        }
        best
    };
    if outcomes.len() < 2 {
        return Vec::new();
    }
    let pairs = points.windows(2).filter_map(|pair| {
        let (before, after) = (leading(&pair[0]), leading(&pair[1]));
        if before == after {
            return None;
        }
        let ahead = |point: &Point| point.outcomes[before] - point.outcomes[after];
        let (left, right) = (ahead(&pair[0]), ahead(&pair[1]));
        let part = if left > right { left / (left - right) } else { 0.5 };
        let at = pair[0].at[0] + (pair[1].at[0] - pair[0].at[0]) * part;
        Some(Turn { at, from: outcomes[before].name.clone(), to: outcomes[after].name.clone() })
    });
    pairs.collect()
}
