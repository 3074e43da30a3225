//! The result of a run: the contract of `result.json`, and all that charts and the report need.
//!
//! It knows no thread count, machine, time of day or absolute path: the same scenario, seed and number of futures give
//! the same result everywhere. Shares are between 0 and 1; `low` and `high` of a share are its 95 % interval.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A share for each outcome, in file order.
pub type Shares = IndexMap<String, f64>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Result {
    /// Version of this format.
    pub format: u32,
    /// Version of forkcast.
    pub forkcast: String,
    pub scenario: Scenario,
    pub run: Run,
    pub assumptions: Vec<Assumption>,
    pub outcomes: Vec<Outcome>,
    pub events: Vec<Event>,
    pub metrics: Vec<Metric>,
    pub paths: Vec<Path>,
    pub quantities: Vec<Quantity>,
    pub dependence: Dependence,
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    pub title: String,
    pub question: String,
    /// The file's name, without its folder.
    pub file: String,
    pub files: Vec<File>,
    pub variant: Option<String>,
    /// The variant's title, null without a variant.
    pub variant_title: Option<String>,
    /// What `--set` gave: numbers, texts, dates (as text) and yes/no.
    pub set: IndexMap<String, serde_json::Value>,
    /// `YYYY-MM-DD`; null in a static scenario, like `end` and `step`.
    pub start: Option<String>,
    pub end: Option<String>,
    pub step: Option<String>,
    /// T(0) … T(K); empty in a static scenario, like every series.
    pub dates: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub futures: u64,
    pub seed: u64,
    pub sampling: String,
    /// How many unweighted futures the weighted ones are worth; equal to `futures` without evidence.
    pub effective_futures: f64,
    /// The first five futures with a weight above 0.
    pub kept: Vec<Kept>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub future: u64,
    pub outcome: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    pub address: String,
    pub title: String,
    /// As the analyst wrote it: `0.65`, `0.28 to 0.45`, `120 days`.
    pub value: String,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Whether `low` and `high` are forkcast's own and not the file's.
    pub default_range: bool,
    /// `probability` for shares of 1, `days` for durations, `date`, else the file's own words or empty.
    pub unit: String,
    pub note: String,
    pub source: String,
    /// Whether the variant or `--set` changed it.
    pub changed: bool,
    /// The file's own value where it was changed, else null.
    pub value_in_file: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub name: String,
    pub title: String,
    /// The file's own colour, empty where it has none.
    pub color: String,
    pub probability: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub name: String,
    pub title: String,
    /// The key that times it: `on`, `between`, `by`, `after`, `when`, `rate`; null in a static scenario.
    pub timing: Option<String>,
    pub windows: Vec<Window>,
    /// Share of the futures in which it happens at least once.
    pub probability: f64,
    pub low: f64,
    pub high: f64,
    pub mean_count: f64,
    /// Of the first occurrence, in the futures in which it happens.
    pub date: Dates,
    /// Share of all futures in which it has happened by each date.
    pub cumulative: Vec<f64>,
    pub branches: Vec<Branch>,
    pub outcomes_if_yes: Option<Shares>,
    pub outcomes_if_no: Option<Shares>,
}

/// Earliest and latest opening and close; they differ where `after` decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub opens: [String; 2],
    pub closes: [String; 2],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dates {
    pub mean: Option<String>,
    pub p5: Option<String>,
    pub p50: Option<String>,
    pub p95: Option<String>,
}

/// A branch's shares are of all futures, not of those in which the event happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    pub name: String,
    pub title: String,
    pub probability: f64,
    pub low: f64,
    pub high: f64,
    pub cumulative: Vec<f64>,
    pub outcomes_if_yes: Option<Shares>,
    pub outcomes_if_no: Option<Shares>,
}

/// Everything but `defined` is of the futures in which the metric has a finite value, and null where there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub name: String,
    pub title: String,
    /// `date` for dates, which are days since the start; `yes/no` for conditions.
    pub unit: String,
    pub defined: f64,
    pub mean: Option<f64>,
    pub mean_low: Option<f64>,
    pub mean_high: Option<f64>,
    pub sd: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Keys 1, 5, 10, 25, 50, 75, 90, 95, 99.
    pub quantiles: IndexMap<String, Option<f64>>,
    pub histogram: Histogram,
    pub by_outcome: IndexMap<String, OutcomeMean>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeMean {
    pub mean: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// One more than `shares`.
    pub edges: Vec<f64>,
    /// Of the futures in which the metric is defined; the atoms are not in them.
    pub shares: Vec<f64>,
    pub below: f64,
    pub above: f64,
    /// For each outcome, the share of each bin's futures (atoms left out) that end so: adds up to 1 in a bin that has any.
    pub by_outcome: IndexMap<String, Vec<f64>>,
    /// Values that a visible share of futures has exactly, with that share.
    pub atoms: Vec<(f64, f64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    pub name: String,
    pub title: String,
    pub unit: String,
    /// The events that its shocks, parameters or formula name.
    pub events: Vec<String>,
    pub mean: Vec<f64>,
    /// Keys 5, 25, 50, 75, 95; one value for each date.
    pub quantiles: IndexMap<String, Vec<f64>>,
    /// The futures of `run.kept`, one value for each date.
    pub futures: Vec<Vec<f64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    pub name: String,
    pub title: String,
    pub unit: String,
    pub mean: f64,
    pub sd: f64,
    /// Keys 5, 50, 95.
    pub quantiles: IndexMap<String, f64>,
}

/// What depends on what, for the report's diagram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    pub things: Vec<Thing>,
    /// The members of each circle, in file order.
    pub circles: Vec<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    pub name: String,
    pub title: String,
    /// `quantity`, `path` or `event`.
    pub kind: String,
    /// The things whose names stand in it, in file order.
    pub reads: Vec<String>,
    /// Whether an outcome reads it, directly or through a metric.
    pub in_outcomes: bool,
}
