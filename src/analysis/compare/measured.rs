//! Outcomes, events and metrics of several cases, compared future by future.

use super::ShareOrNumber;
use crate::analysis::estimate::{Difference, Estimate, Measure, difference, estimate};
use crate::analysis::target::{Target, target};
use crate::diagnostic::Failure;
use crate::model::types::{EventRef, Scenario, Type};
use crate::simulation::paired::{Column, Paired, Sums};
use crate::simulation::result;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A share of the futures in each case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredShare {
    /// `thaw`, `new_start`, `new_start.lapses`.
    pub name: String,
    pub title: String,
    pub color: String,
    pub cases: Vec<ShareCase>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareCase {
    /// Null where no future has a weight.
    pub share: Option<Estimate>,
    /// How far it lies from the first case, future by future.
    pub difference: Option<Difference>,
}

/// A metric in each case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredMetric {
    pub name: String,
    pub title: String,
    pub unit: String,
    pub cases: Vec<MetricCase>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricCase {
    pub mean: Option<Estimate>,
    /// How far the mean lies from the first case's.
    pub difference: Option<Difference>,
    /// 5, 50 and 95 %.
    pub quantiles: IndexMap<String, Option<f64>>,
    /// Of the futures that have a value in both cases: the share in which it is higher than in the first case, and by
    /// how much on average in those; the same for lower.
    pub higher: f64,
    pub higher_by: Option<f64>,
    pub lower: f64,
    pub lower_by: Option<f64>,
}

/// Which futures end differently than in the first case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    pub outcomes: Vec<String>,
    /// The share of the futures that ended as the row says and end as the column says.
    pub shares: Vec<Vec<f64>>,
    /// The share of those that end differently.
    pub different: f64,
}

/// What is read of each case's futures: outcomes, events with their branches, metrics, and last the target.
pub(super) struct Columns {
    /// Name, title and colour of the outcomes of all cases.
    pub(super) outcomes: Vec<(String, String, String)>,
    events: Vec<(String, String)>,
    /// Indices in the first case.
    metrics: Vec<usize>,
    pub(super) all: Vec<Vec<Column>>,
}

impl Columns {
    pub(super) fn of(scenarios: &[&Scenario], of: Option<&str>) -> Result<Columns, Failure> {
        let mut outcomes: Vec<(String, String, String)> = Vec::new();
        for outcome in scenarios.iter().flat_map(|scenario| &scenario.outcomes) {
            if !outcomes.iter().any(|(name, ..)| *name == outcome.name) {
                outcomes.push((outcome.name.clone(), outcome.title.clone(), outcome.color.clone()));
            }
        }
        let first = scenarios[0];
        let mut events = Vec::new();
        for event in &first.events {
            events.push((event.name.clone(), event.words.title.clone()));
            let branch = |branch: &crate::model::types::Branch| {
                (format!("{}.{}", event.name, branch.name), format!("{}: {}", event.words.title, branch.title))
            };
            events.extend(event.branches.iter().map(branch));
        }
        events.retain(|(name, _)| scenarios.iter().all(|scenario| event(scenario, name).is_some()));
        let metric = |scenario: &Scenario, name: &str| scenario.metrics.iter().position(|metric| metric.name == name);
        let metrics: Vec<usize> = (0..first.metrics.len())
            .filter(|&index| scenarios.iter().all(|scenario| metric(scenario, &first.metrics[index].name).is_some()))
            .collect();
        let mut all = Vec::new();
        for scenario in scenarios {
            // An outcome that a case lacks happens in none of its futures.
            let outcome = |name: &String| scenario.outcomes.iter().position(|o| o.name == *name).unwrap_or(usize::MAX);
            let mut columns: Vec<Column> = outcomes.iter().map(|(name, ..)| Column::Outcome(outcome(name))).collect();
            columns.extend(events.iter().filter_map(|(name, _)| event(scenario, name)).map(Column::Event));
            let found = metrics.iter().filter_map(|&index| metric(scenario, &first.metrics[index].name));
            columns.extend(found.map(Column::Metric));
            let name = target(first, of)?.facts.name;
            columns.push(target(scenario, Some(&name))?.column);
            all.push(columns);
        }
        Ok(Columns { outcomes, events, metrics, all })
    }
}

fn event(scenario: &Scenario, name: &str) -> Option<EventRef> {
    let (name, branch) = name.split_once('.').map_or((name, None), |(name, branch)| (name, Some(branch)));
    let index = scenario.events.iter().position(|event| event.name == name)?;
    let place = |branch: &str| scenario.events[index].branches.iter().position(|b| b.name == branch);
    match branch {
        None => Some(EventRef { event: index, branch: None }),
        Some(branch) => Some(EventRef { event: index, branch: Some(place(branch)?) }),
    }
}

/// What was found, ready to be told.
pub(super) struct Measured<'a> {
    pub(super) columns: &'a Columns,
    pub(super) paired: &'a Paired,
    /// Which cases are the same program as the first.
    pub(super) same: &'a [bool],
}

impl Measured<'_> {
    fn column(&self, column: usize) -> impl Iterator<Item = (usize, &Sums)> {
        self.paired.sums.iter().enumerate().map(move |(case, sums)| (case, &sums[column]))
    }

    fn difference(&self, case: usize, column: usize, measure: Measure) -> Option<Difference> {
        let sums = &self.paired.sums;
        (case > 0).then(|| difference(&sums[0][column], &sums[case][column], measure, self.same[case])).flatten()
    }

    pub(super) fn target(&self, target: &Target) -> Vec<ShareOrNumber> {
        let column = self.columns.all[0].len() - 1;
        let of = |(case, sums): (usize, &Sums)| ShareOrNumber {
            target: estimate(sums, target.measure),
            difference: self.difference(case, column, target.measure),
        };
        self.column(column).map(of).collect()
    }

    fn shares(&self, column: usize, name: &str, title: &str, color: &str) -> MeasuredShare {
        let of = |(case, sums): (usize, &Sums)| ShareCase {
            share: estimate(sums, Measure::Share),
            difference: self.difference(case, column, Measure::Share),
        };
        let cases = self.column(column).map(of).collect();
        MeasuredShare { name: name.to_owned(), title: title.to_owned(), color: color.to_owned(), cases }
    }

    pub(super) fn outcomes(&self) -> Vec<MeasuredShare> {
        let all = self.columns.outcomes.iter().enumerate();
        all.map(|(column, (name, title, color))| self.shares(column, name, title, color)).collect()
    }

    pub(super) fn events(&self, _first: &Scenario) -> Vec<MeasuredShare> {
        let before = self.columns.outcomes.len();
        let all = self.columns.events.iter().enumerate();
        all.map(|(index, (name, title))| self.shares(before + index, name, title, "")).collect()
    }

    pub(super) fn metrics(&self, first: &Scenario, results: &[result::Result]) -> Vec<MeasuredMetric> {
        let before = self.columns.outcomes.len() + self.columns.events.len();
        let of = |(place, &index): (usize, &usize)| {
            let metric = &first.metrics[index];
            let case = |(case, sums): (usize, &Sums)| {
                let result = results[case].metrics.iter().find(|other| other.name == metric.name);
                let quantile = |key: &str| {
                    let value = result.and_then(|result| result.quantiles.get(key).copied().flatten());
                    (key.to_owned(), value)
                };
                let share = |weight: f64| if sums.both > 0.0 { weight / sums.both } else { 0.0 };
                let by = |(weight, sum): (f64, f64)| (weight > 0.0).then(|| sum / weight);
                MetricCase {
                    mean: estimate(sums, Measure::Mean),
                    difference: self.difference(case, before + place, Measure::Mean),
                    quantiles: ["5", "50", "95"].into_iter().map(quantile).collect(),
                    higher: share(sums.above.0),
                    higher_by: by(sums.above),
                    lower: share(sums.below.0),
                    lower_by: by(sums.below),
                }
            };
            MeasuredMetric {
                name: metric.name.clone(),
                title: metric.words.title.clone(),
                unit: match metric.kind {
                    Type::Date => "date".to_owned(),
                    Type::YesNo => "yes/no".to_owned(),
                    Type::Number => metric.words.unit.clone(),
                },
                cases: self.column(before + place).map(case).collect(),
            }
        };
        self.columns.metrics.iter().enumerate().map(of).collect()
    }

    pub(super) fn moves(&self, case: usize) -> Moves {
        let weights = &self.paired.moves[case];
        let total: f64 = weights.iter().flatten().sum();
        let share = |weight: f64| if total > 0.0 { weight / total } else { 0.0 };
        let stay: f64 = weights.iter().enumerate().map(|(index, row)| row[index]).sum();
        Moves {
            outcomes: self.columns.outcomes.iter().map(|(name, ..)| name.clone()).collect(),
            shares: weights.iter().map(|row| row.iter().map(|&weight| share(weight)).collect()).collect(),
            different: share(total - stay),
        }
    }
}
