//! What is asked about: an outcome, an event or one of its branches, the mean of a metric, or one of its quantiles.

use super::estimate::Measure;
use crate::diagnostic::{Failure, nearest};
use crate::model::types::{EventRef, Scenario, Type};
use crate::simulation::paired::Column;
use serde::{Deserialize, Serialize};

/// The quantiles that can be asked about.
const QUANTILES: [u32; 9] = [1, 5, 10, 25, 50, 75, 90, 95, 99];

/// What is asked about, and where it is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub facts: TargetFacts,
    pub column: Column,
    pub measure: Measure,
}

/// What people and programs are told of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// As `--of` takes it: `thaw`, `new_start.lapses`, `p50(lowest_oil)`.
    pub name: String,
    /// In a sentence: `thaw`, `the mean of lowest Brent`.
    pub title: String,
    /// `outcome`, `event`, `branch`, `mean` or `quantile`.
    pub kind: String,
    /// Null where it is a share of the futures, between 0 and 1; else the unit, `date` for days since the start.
    pub unit: Option<String>,
}

impl TargetFacts {
    pub fn is_share(&self) -> bool {
        self.unit.is_none()
    }
}

impl Target {
    /// The columns whose values must be kept, where the target is the only one.
    pub(super) fn kept(&self) -> &'static [usize] {
        if matches!(self.measure, Measure::Quantile(_)) { &[0] } else { &[] }
    }

    /// Why it has no value in the scenario as it is.
    pub(super) fn never(&self) -> Failure {
        Failure::Request {
            message: format!("{} has no value in any future", self.facts.title),
            help: Some("ask about something that happens in some future".to_owned()),
        }
    }
}

/// What `--of` names; without it the first outcome.
pub fn target(scenario: &Scenario, of: Option<&str>) -> Result<Target, Failure> {
    let Some(of) = of.map(str::trim) else {
        return match scenario.outcomes.first() {
            Some(first) => target(scenario, Some(&first.name)),
            None => Err(Failure::Usage {
                message: "the scenario has no outcomes, so there is nothing to ask about yet".to_owned(),
                help: Some(format!("say it with `--of`: {}", known(scenario))),
            }),
        };
    };
    let found = outcome(scenario, of).or_else(|| event(scenario, of)).or_else(|| metric(scenario, of));
    found.ok_or_else(|| unknown(scenario, of))
}

fn share(name: &str, title: String, kind: &str, column: Column) -> Target {
    let facts = TargetFacts { name: name.to_owned(), title, kind: kind.to_owned(), unit: None };
    Target { facts, column, measure: Measure::Share }
}

fn outcome(scenario: &Scenario, of: &str) -> Option<Target> {
    let index = scenario.outcomes.iter().position(|outcome| outcome.name == of)?;
    Some(share(of, scenario.outcomes[index].title.clone(), "outcome", Column::Outcome(index)))
}

fn event(scenario: &Scenario, of: &str) -> Option<Target> {
    let (name, branch) = of.split_once('.').map_or((of, None), |(name, branch)| (name, Some(branch)));
    let index = scenario.events.iter().position(|event| event.name == name)?;
    let event = &scenario.events[index];
    let Some(branch) = branch else {
        let column = Column::Event(EventRef { event: index, branch: None });
        return Some(share(of, format!("“{}”", event.words.title), "event", column));
    };
    let place = event.branches.iter().position(|b| b.name == branch)?;
    let title = format!("“{}: {}”", event.words.title, event.branches[place].title);
    Some(share(of, title, "branch", Column::Event(EventRef { event: index, branch: Some(place) })))
}

fn metric(scenario: &Scenario, of: &str) -> Option<Target> {
    let (what, rest) = of.split_once('(')?;
    let name = rest.strip_suffix(')')?.trim();
    let index = scenario.metrics.iter().position(|metric| metric.name == name)?;
    let metric = &scenario.metrics[index];
    let unit = match metric.kind {
        Type::Date => "date".to_owned(),
        _ => metric.words.unit.clone(),
    };
    let title = &metric.words.title;
    let (measure, kind, title) = match what.trim() {
        "mean" if metric.kind == Type::YesNo => {
            return Some(share(of, format!("“{title}”"), "mean", Column::Metric(index)));
        }
        "mean" => (Measure::Mean, "mean", format!("the mean of “{title}”")),
        what => {
            let percent: u32 = what.strip_prefix('p')?.parse().ok().filter(|p| QUANTILES.contains(p))?;
            let title = match percent {
                50 => format!("the middle of “{title}”"),
                p => format!("the {p} % point of “{title}”"),
            };
            (Measure::Quantile(f64::from(percent) / 100.0), "quantile", title)
        }
    };
    let facts = TargetFacts { name: of.to_owned(), title, kind: kind.to_owned(), unit: Some(unit) };
    Some(Target { facts, column: Column::Metric(index), measure })
}

fn unknown(scenario: &Scenario, of: &str) -> Failure {
    let mut names: Vec<String> = scenario.outcomes.iter().map(|outcome| outcome.name.clone()).collect();
    for event in &scenario.events {
        names.push(event.name.clone());
        names.extend(event.branches.iter().map(|branch| format!("{}.{}", event.name, branch.name)));
    }
    names.extend(scenario.metrics.iter().map(|metric| format!("mean({})", metric.name)));
    let help = match scenario.metrics.iter().find(|metric| metric.name == of) {
        Some(metric) => format!("of a metric ask mean({0}), or p5({0}), p50({0}), p95({0})", metric.name),
        None => match nearest(of, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it can be {}", known(scenario)),
        },
    };
    Failure::Request { message: format!("there is nothing called `{of}` to ask about"), help: Some(help) }
}

/// A few of each kind.
fn known(scenario: &Scenario) -> String {
    let outcomes = scenario.outcomes.iter().take(4).map(|outcome| outcome.name.clone());
    let events = scenario.events.iter().take(2).map(|event| event.name.clone());
    let metrics = scenario.metrics.iter().take(2).map(|metric| format!("mean({})", metric.name));
    let all: Vec<String> = outcomes.chain(events).chain(metrics).map(|name| format!("`{name}`")).collect();
    if all.is_empty() { "an outcome, an event or mean(metric)".to_owned() } else { all.join(", ") }
}
