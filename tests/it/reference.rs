//! Scenarios whose answers are known exactly: `tests/reference` has them, with the rules of comparison.
//!
//! An estimate may lie 4.5 standard errors from the exact number. A number that is farther away is to be played again with
//! more futures and another seed before the mistake is looked for: a mistake stays, bad luck does not. More futures than
//! `cargo test` has time for: `REFERENCE_FUTURES=2_000_000 cargo test --release reference`.

use crate::play;
use forkcast::chance::sobol::Sampling;
use forkcast::simulation::Request;
use forkcast::simulation::result::{Event, Metric, Result as Outcome};
use serde_json::Value;
use std::path::PathBuf;

/// Of standard errors.
const LIMIT: f64 = 4.5;
/// The futures for which the tables give their tolerances.
const TABLES: f64 = 1_000_000.0;

#[test]
fn cross_impact_at_one_moment() {
    check(&["events/cross_impact_static"], 1);
}

#[test]
fn events_in_time() {
    check(
        &["events/causes", "events/chain", "events/cross_impact", "events/decisions", "events/odds", "events/race"],
        1,
    );
}

#[test]
fn prices_and_stocks() {
    check(&["paths/barrier", "paths/gbm", "paths/jump_diffusion", "paths/mean_reverting", "paths/stock"], 1);
}

#[test]
fn arrivals_shocks_dates_and_uncertain_parameters() {
    check(&["paths/arrivals", "paths/calendar", "paths/uncertain_parameters"], 1);
    // A step a day, and next to no luck in it.
    check(&["paths/shocks"], 10);
}

#[test]
fn quantities_and_panels() {
    check(&["pools", "sensitivity/g_function", "sensitivity/ishigami"], 1);
}

/// What was observed turns an unconditional table into a conditional one.
#[test]
fn evidence_gives_conditional_probabilities() {
    let mut compared = Compared::default();
    let name = "events/cross_impact_static";
    let (exact, path) = reference(name);
    let scenario = std::fs::read_to_string(path).expect("a scenario beside its numbers");
    for conditional in exact["conditionals"].as_array().expect("conditional probabilities") {
        let (query, given) = (text(&conditional["query"]), text(&conditional["given"]));
        let fitting = number(&conditional["p_given"]) * futures() as f64;
        if fitting < 1000.0 {
            continue;
        }
        let result = play::text(&format!("{scenario}\n{}", observed(given)), &request());
        let (event, branch) = query.split_once('.').unwrap_or((query, ""));
        let event = named(&result.events, event, |e| &e.name);
        let found = if branch.is_empty() { event.probability } else { share_of(event, branch) };
        compared.name = format!("{name}, given {given}");
        compared.share(query, found, number(&conditional["exact"]), result.run.effective_futures);
    }
    compared.assert(2);
}

/// Smooth answers of few draws come much nearer where futures are spread evenly; far points of a distribution gain less.
#[test]
fn evenly_spread_futures_are_nearer() {
    let names = ["events/causes", "events/chain", "events/odds", "sensitivity/g_function", "sensitivity/ishigami"];
    let [random, even] = [Sampling::Random, Sampling::Sobol].map(|sampling| {
        let mut compared = Compared::default();
        for name in names {
            let (exact, path) = reference(name);
            let result = play::file(&path, &Request { sampling: Some(sampling), ..request() });
            compared.name = format!("{name}, {}", sampling.name());
            compared.scenario(&exact, &result);
        }
        compared.assert(names.len());
        (compared.squares / compared.numbers as f64).sqrt()
    });
    assert!(even < random / 3.0, "{even} of the tolerances on average, at random {random}");
}

/// `a.x and not b` as tables of observations.
fn observed(given: &str) -> String {
    let tables = given.split(" and ").enumerate().map(|(i, seen)| {
        let (happened, seen) = seen.strip_prefix("not ").map_or((true, seen), |seen| (false, seen));
        let (event, branch) = seen.split_once('.').unwrap_or((seen, ""));
        let branch = if branch.is_empty() { String::new() } else { format!("branch = \"{branch}\"\n") };
        let happened = if happened { "" } else { "happened = false\n" };
        format!("[observed.seen_{i}]\nevent = \"{event}\"\n{branch}{happened}")
    });
    tables.collect()
}

/// `fewer`: with so many times fewer futures.
fn check(names: &[&str], fewer: u64) {
    let mut compared = Compared::default();
    for name in names {
        let (exact, path) = reference(name);
        let result = play::file(&path, &Request { futures: Some(futures() / fewer), ..request() });
        compared.name = String::from(*name);
        compared.scenario(&exact, &result);
    }
    compared.assert(names.len());
}

fn request() -> Request<'static> {
    Request { futures: Some(futures()), seed: Some(7), ..Request::default() }
}

fn futures() -> u64 {
    let asked = std::env::var("REFERENCE_FUTURES").ok();
    asked.and_then(|n| n.replace('_', "").parse().ok()).unwrap_or(100_000)
}

/// The exact numbers of a scenario, and where the scenario is.
fn reference(name: &str) -> (Value, PathBuf) {
    let path = play::project("tests/reference").join(format!("{name}.toml"));
    let numbers = std::fs::read_to_string(path.with_extension("json")).expect("numbers beside their scenario");
    (serde_json::from_str(&numbers).expect("numbers are JSON"), path)
}

/// Numbers found and exact, and those that are too far from one another.
#[derive(Default)]
struct Compared {
    name: String,
    numbers: usize,
    /// Of the distances, in tolerances.
    squares: f64,
    far: Vec<String>,
}

impl Compared {
    fn scenario(&mut self, exact: &Value, result: &Outcome) {
        let futures = result.run.effective_futures;
        for (name, p) in entries(&exact["outcomes"]) {
            self.share(name, named(&result.outcomes, name, |o| &o.name).probability, number(&p["exact"]), futures);
        }
        for (name, p) in entries(&exact["events"]) {
            // Some have the mean of a count instead, which a metric measures.
            if let Some(p) = p["exact"].as_f64() {
                self.share(name, named(&result.events, name, |e| &e.name).probability, p, futures);
            }
        }
        for (name, branches) in entries(&exact["branches"]) {
            let event = named(&result.events, name, |e| &e.name);
            for (branch, p) in entries(branches) {
                self.share(&format!("{name}.{branch}"), share_of(event, branch), number(p), futures);
            }
        }
        for (name, numbers) in entries(&exact["metrics"]) {
            self.metric(named(&result.metrics, name, |m| &m.name), numbers, (TABLES / futures).sqrt());
        }
    }

    /// `wider`: tolerances are for more futures than were played.
    fn metric(&mut self, metric: &Metric, exact: &Value, wider: f64) {
        if let Some(always) = exact["every_future"].as_f64() {
            let tolerance = 1e-9 * always.abs().max(1.0);
            for (what, found) in [("min", metric.min), ("mean", metric.mean), ("max", metric.max)] {
                self.number(&format!("{what} of {}", metric.name), found, always, tolerance);
            }
        }
        for (what, found) in [("mean", metric.mean), ("sd", metric.sd)] {
            let Some(value) = exact[what]["exact"].as_f64() else { continue };
            let tolerance =
                exact[what]["tolerance"].as_f64().map_or(0.02 * value.abs() * wider.max(1.0), |given| given * wider);
            self.number(&format!("{what} of {}", metric.name), found, value, tolerance);
        }
        for (share, quantile) in entries(&exact["quantiles"]) {
            let percent = share.parse::<f64>().expect("a share") * 100.0;
            // The tables have some more quantiles than a result.
            let Some(found) = metric.quantiles.get(&format!("{}", (percent * 1e6).round() / 1e6)) else { continue };
            let value = number(&quantile["exact"]);
            let side = if found.is_some_and(|found| found >= value) { "high" } else { "low" };
            let tolerance = (number(&quantile[side]) - value).abs().max(1e-12) * wider;
            self.number(&format!("p{percent} of {}", metric.name), *found, value, tolerance);
        }
    }

    fn share(&mut self, what: &str, found: f64, exact: f64, futures: f64) {
        let tolerance = LIMIT * (exact * (1.0 - exact)).max(0.0).sqrt() / futures.sqrt();
        self.number(what, Some(found), exact, tolerance.max(1e-9));
    }

    fn number(&mut self, what: &str, found: Option<f64>, exact: f64, tolerance: f64) {
        self.numbers += 1;
        let distance = found.filter(|_| tolerance > 0.0).map_or(0.0, |found| (found - exact) / tolerance);
        self.squares += distance * distance;
        if !found.is_some_and(|found| (found - exact).abs() <= tolerance) {
            self.far.push(format!("{}: {what} is {found:?} instead of {exact} ± {tolerance}", self.name));
        }
    }

    /// `least`: so many numbers must have been there to compare, so that an empty table does not pass.
    fn assert(&self, least: usize) {
        assert!(self.numbers >= least, "only {} numbers were compared", self.numbers);
        assert!(self.far.is_empty(), "{} of {} numbers:\n{}", self.far.len(), self.numbers, self.far.join("\n"));
    }
}

fn share_of(event: &Event, branch: &str) -> f64 {
    named(&event.branches, branch, |b| &b.name).probability
}

fn named<'a, T>(all: &'a [T], name: &str, of: impl Fn(&T) -> &String) -> &'a T {
    all.iter().find(|one| of(one) == name).unwrap_or_else(|| panic!("the result has no `{name}`"))
}

fn entries(table: &Value) -> impl Iterator<Item = (&String, &Value)> {
    table.as_object().into_iter().flatten()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
