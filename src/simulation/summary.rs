//! Tallies → result: shares, intervals, quantiles, and everything that people are shown of the scenario itself.

use super::bins::exact_quantiles;
use super::intervals::{Z, means, student};
use super::randomised::{Randomised, Weights};
use super::result::{
    Assumption, Branch, Dates, Dependence, Event, File, Histogram, Kept, Metric, Outcome, OutcomeMean, Path, Quantity,
    Result, Run as RunFacts, Scenario as ScenarioFacts, Shares, Thing,
};
use super::run::Run;
use super::tallies::{EventTally, MetricPlan, MetricTally};
use super::windows::{day, windows};
use super::{Request, trace};
use crate::calendar::format_date;
use crate::chance::sobol::DIMENSIONS;
use crate::model::ScenarioFile;
use crate::model::order::{self, Thing as Reference};
use crate::model::types::{Node, Scenario, Term, Timing, Type};
use crate::program::Program;
use indexmap::IndexMap;
use sha2::{Digest, Sha256};

const QUANTILES: [(&str, f64); 9] = [
    ("1", 0.01),
    ("5", 0.05),
    ("10", 0.10),
    ("25", 0.25),
    ("50", 0.50),
    ("75", 0.75),
    ("90", 0.90),
    ("95", 0.95),
    ("99", 0.99),
];
const FAN: [(&str, f64); 5] = [("5", 0.05), ("25", 0.25), ("50", 0.50), ("75", 0.75), ("95", 0.95)];

pub fn summarise(
    file: &ScenarioFile,
    scenario: &Scenario,
    program: &Program,
    run: &Run,
    request: &Request,
    seed: u64,
) -> Result {
    let tallies = &run.tallies;
    let summary = Summary { scenario, program, run, total: tallies.weight as f64, effective: run.effective() };
    Result {
        format: 1,
        forkcast: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: scenario_facts(file, scenario, request),
        run: RunFacts {
            futures: tallies.futures,
            seed,
            sampling: program.sampling().name().to_owned(),
            effective_futures: summary.effective,
            kept: tallies
                .kept
                .iter()
                .map(|&(future, outcome)| Kept { future, outcome: outcome.map(|o| scenario.outcomes[o].name.clone()) })
                .collect(),
        },
        assumptions: assumptions(scenario),
        outcomes: summary.outcomes(),
        events: (0..scenario.events.len()).map(|i| summary.event(i)).collect(),
        metrics: (0..scenario.metrics.len()).map(|i| summary.metric(i)).collect(),
        paths: summary.paths(),
        quantities: (0..scenario.quantities.len()).map(|i| summary.quantity(i)).collect(),
        dependence: dependence(scenario),
        warnings: summary.warnings(file),
    }
}

struct Summary<'a> {
    scenario: &'a Scenario,
    program: &'a Program,
    run: &'a Run,
    total: f64,
    effective: f64,
}

/// The part of a weight in another; none of nothing.
fn part(weight: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| weight as f64 / of as f64)
}

impl Summary<'_> {
    fn share(&self, weight: u64, of: impl Fn(&Randomised) -> &Weights) -> (f64, f64, f64) {
        self.run.share(weight, of)
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let pairs = self.scenario.outcomes.iter().zip(&self.run.tallies.outcomes).enumerate();
        pairs
            .map(|(index, (outcome, &weight))| {
                let (probability, low, high) = self.share(weight, |apart| &apart.outcomes[index]);
                Outcome {
                    name: outcome.name.clone(),
                    title: outcome.title.clone(),
                    color: outcome.color.clone(),
                    probability,
                    low,
                    high,
                }
            })
            .collect()
    }

    /// Shares of the outcomes in a part of the futures, and in the others.
    fn if_yes_no(&self, yes: &[u64]) -> (Option<Shares>, Option<Shares>) {
        if self.scenario.outcomes.is_empty() {
            return (None, None);
        }
        let all = &self.run.tallies.outcomes;
        let no: Vec<u64> = all.iter().zip(yes).map(|(a, y)| a - y).collect();
        let shares = |weights: &[u64]| -> Option<Shares> {
            let total: u64 = weights.iter().sum();
            let names = self.scenario.outcomes.iter().map(|o| o.name.clone());
            names.zip(weights).map(|(name, &w)| part(w, total).map(|share| (name, share))).collect()
        };
        (shares(yes), shares(&no))
    }

    fn cumulative(&self, steps: &[u64]) -> Vec<f64> {
        if self.scenario.calendar.is_none() {
            return Vec::new();
        }
        let mut sum = 0;
        steps
            .iter()
            .map(|&weight| {
                sum += weight;
                if self.total == 0.0 { 0.0 } else { sum as f64 / self.total }
            })
            .collect()
    }

    fn event(&self, index: usize) -> Event {
        let event = &self.scenario.events[index];
        let tally = &self.run.tallies.events[index];
        let weight: u64 = tally.steps.iter().sum();
        let (probability, low, high) = self.share(weight, |apart| &apart.events[index].whole);
        let (outcomes_if_yes, outcomes_if_no) = self.if_yes_no(&tally.outcomes);
        let branches = event
            .branches
            .iter()
            .enumerate()
            .map(|(b, branch)| {
                let (probability, low, high) =
                    self.share(tally.branch_steps[b].iter().sum(), |apart| &apart.events[index].branches[b]);
                let (outcomes_if_yes, outcomes_if_no) = self.if_yes_no(&tally.branch_outcomes[b]);
                Branch {
                    name: branch.name.clone(),
                    title: branch.title.clone(),
                    probability,
                    low,
                    high,
                    cumulative: self.cumulative(&tally.branch_steps[b]),
                    outcomes_if_yes,
                    outcomes_if_no,
                }
            })
            .collect();
        let timing = match &event.timing {
            Timing::Static => None,
            Timing::On(_) => Some("on"),
            Timing::Window { by: true, .. } => Some("by"),
            Timing::Window { .. } => Some("between"),
            Timing::After { .. } => Some("after"),
            Timing::When(_) => self.scenario.calendar.as_ref().map(|_| "when"),
            Timing::Rate { .. } => Some("rate"),
        };
        Event {
            name: event.name.clone(),
            title: event.words.title.clone(),
            timing: timing.map(str::to_owned),
            windows: windows(self.scenario, index),
            probability,
            low,
            high,
            mean_count: if self.total == 0.0 { 0.0 } else { tally.count as f64 / self.total },
            date: self.dates(tally, weight),
            cumulative: self.cumulative(&tally.steps),
            branches,
            outcomes_if_yes,
            outcomes_if_no,
        }
    }

    fn dates(&self, tally: &EventTally, weight: u64) -> Dates {
        let none = Dates { mean: None, p5: None, p50: None, p95: None };
        let Some(calendar) = self.scenario.calendar.as_ref().filter(|_| weight > 0) else { return none };
        let quantile = |share: f64| {
            let target = share * weight as f64;
            let mut passed = 0.0;
            let entry = tally.days.iter().position(|&w| {
                passed += w as f64;
                w > 0 && passed >= target
            });
            entry.map(|e| {
                day(calendar, (e as f64 * self.run.plan.days_each).min(f64::from(calendar.end() - calendar.start)))
            })
        };
        Dates {
            mean: Some(day(calendar, tally.date.value() / weight as f64)),
            p5: quantile(0.05),
            p50: quantile(0.5),
            p95: quantile(0.95),
        }
    }

    fn metric(&self, index: usize) -> Metric {
        let metric = &self.scenario.metrics[index];
        let tally = &self.run.tallies.metrics[index];
        let plan = &self.run.plan.metrics[index];
        let defined = tally.defined as f64;
        let some = tally.defined > 0;
        let shift = if some { tally.sum.value() / defined } else { 0.0 };
        let variance = if some { (tally.square.value() / defined - shift * shift).max(0.0) } else { 0.0 };
        // The futures in which it has a value are worth fewer where they are weighted.
        let worth = if self.total > 0.0 { self.effective * defined / self.total } else { 0.0 };
        let variance = if worth > 1.0 { variance * worth / (worth - 1.0) } else { variance };
        let mean = plan.pivot + shift;
        let apart = self.run.tallies.randomised.as_ref().and_then(|apart| means(&apart.metrics[index].groups()));
        let half = match apart {
            Some(groups) => student(&groups),
            None if worth > 0.0 => Z * (variance / worth).sqrt(),
            None => 0.0,
        };
        let shares: Vec<f64> = QUANTILES.iter().map(|q| q.1).collect();
        let found = if self.run.plan.exact {
            exact_quantiles(&mut tally.values.clone(), &shares)
        } else {
            shares.iter().map(|&share| tally.histogram.quantile(&plan.bins, share)).collect()
        };
        let unit = match metric.kind {
            Type::Date => "date".to_owned(),
            Type::YesNo => "yes/no".to_owned(),
            Type::Number => metric.words.unit.clone(),
        };
        let classes = self.scenario.outcomes.iter().zip(tally.outcome_weights.iter().zip(&tally.outcome_sums));
        Metric {
            name: metric.name.clone(),
            title: metric.words.title.clone(),
            unit,
            defined: if self.total > 0.0 { defined / self.total } else { 0.0 },
            mean: some.then_some(mean),
            mean_low: some.then_some(mean - half),
            mean_high: some.then_some(mean + half),
            sd: some.then_some(variance.sqrt()),
            min: some.then_some(tally.histogram.least()),
            max: some.then_some(tally.histogram.greatest()),
            quantiles: QUANTILES.iter().zip(found).map(|(q, value)| (q.0.to_owned(), value)).collect(),
            histogram: self.histogram(tally, plan),
            by_outcome: classes
                .map(|(outcome, (&weight, sum))| {
                    let mean = (weight > 0).then(|| plan.pivot + sum.value() / weight as f64);
                    (outcome.name.clone(), OutcomeMean { mean })
                })
                .collect(),
        }
    }

    fn histogram(&self, tally: &MetricTally, plan: &MetricPlan) -> Histogram {
        let of = |weight: u64| part(weight, tally.defined).unwrap_or(0.0);
        let bins = plan.edges.len().saturating_sub(1);
        let in_bin = |bin: usize| tally.shown.iter().map(|class| class[bin]).sum::<u64>();
        let by_outcome = self
            .scenario
            .outcomes
            .iter()
            .zip(&tally.shown)
            .map(|(outcome, class)| {
                let shares = (0..bins).map(|bin| part(class[bin], in_bin(bin)).unwrap_or(0.0)).collect();
                (outcome.name.clone(), shares)
            })
            .collect();
        let atoms = plan.atoms.iter().zip(&tally.atoms);
        Histogram {
            edges: plan.edges.clone(),
            shares: (0..bins).map(|bin| of(in_bin(bin))).collect(),
            below: of(tally.below),
            above: of(tally.above),
            by_outcome,
            atoms: atoms.map(|(&value, &weight)| (value, of(weight))).collect(),
        }
    }

    fn paths(&self) -> Vec<Path> {
        let kept: Vec<u64> = self.run.tallies.kept.iter().map(|k| k.0).collect();
        let futures = trace::path_values(self.program, &kept);
        let all = self.scenario.paths.iter().zip(futures).enumerate();
        all.map(|(index, (path, futures))| {
            let series = &self.run.tallies.paths[index];
            let bins = &self.run.plan.paths[index];
            let mut quantiles: IndexMap<String, Vec<f64>> =
                FAN.iter().map(|(key, _)| ((*key).to_owned(), Vec::new())).collect();
            let mut mean = Vec::new();
            for ((histogram, sum), bins) in series.iter().zip(bins) {
                mean.push(if self.total > 0.0 { sum.value() / self.total } else { 0.0 });
                for (key, share) in FAN {
                    let value = histogram.quantile(bins, share).unwrap_or(0.0);
                    quantiles.entry(key.to_owned()).or_default().push(value);
                }
            }
            let named = self.scenario.order.path_names[index].iter().filter_map(|thing| match thing {
                Reference::Event(event) => Some(self.scenario.events[*event].name.clone()),
                Reference::Path(_) => None,
            });
            Path {
                name: path.name.clone(),
                title: path.words.title.clone(),
                unit: path.words.unit.clone(),
                events: named.collect(),
                mean,
                quantiles,
                futures,
            }
        })
        .collect()
    }

    fn quantity(&self, index: usize) -> Quantity {
        let quantity = &self.scenario.quantities[index];
        let (histogram, sum, square) = &self.run.tallies.quantities[index];
        let bins = &self.run.plan.quantities[index];
        let total = self.total.max(1.0);
        let mean = sum.value() / total;
        let variance = (square.value() / total - mean * mean).max(0.0);
        let quantiles = [("5", 0.05), ("50", 0.5), ("95", 0.95)];
        Quantity {
            name: quantity.name.clone(),
            title: quantity.words.title.clone(),
            unit: quantity.words.unit.clone(),
            mean,
            sd: variance.sqrt(),
            quantiles: quantiles
                .iter()
                .map(|(key, share)| ((*key).to_owned(), histogram.quantile(bins, *share).unwrap_or(mean)))
                .collect(),
        }
    }

    fn warnings(&self, file: &ScenarioFile) -> Vec<String> {
        let mut warnings: Vec<String> = file
            .diagnostics
            .sorted()
            .iter()
            .filter(|d| d.severity == crate::diagnostic::Severity::Warning)
            .map(|d| match &d.help {
                Some(help) => format!("{}: {help}", d.message),
                None => d.message.clone(),
            })
            .collect();
        for (site, &count) in self.program.clamps.iter().zip(&self.run.tallies.clamped) {
            if count == 0 {
                continue;
            }
            let limits = match (site.low == 0.0, site.high == 1.0) {
                (true, true) => "left 0 … 1 and was brought back",
                _ => "fell below 0 and counted as 0",
            };
            let futures = if count == 1 { "1 future".to_owned() } else { format!("{} futures", thousands(count)) };
            warnings.push(format!("`{}` {limits} in {futures}", site.address));
        }
        if let Some(left_out) = self.program.design.as_ref().map(|design| design.left_out()).filter(|n| *n > 0) {
            warnings.push(format!(
                "luck draws {} numbers in a future: the first {} of them are spread evenly, the other {} are random",
                thousands((left_out + DIMENSIONS) as u64),
                thousands(DIMENSIONS as u64),
                thousands(left_out as u64)
            ));
        }
        if self.program.weight.is_some() && self.effective < 1000.0 {
            warnings.push(format!(
                "what was observed is so unlikely that the {} futures are worth only {}{}",
                thousands(self.run.tallies.futures),
                thousands(self.effective as u64),
                self.run.costliest().map_or(String::new(), |o| format!("; `{o}` costs most"))
            ));
        }
        warnings
    }
}

pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub fn scenario_facts(file: &ScenarioFile, scenario: &Scenario, request: &Request) -> ScenarioFacts {
    let hash = |content: &[u8]| Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let files =
        file.inputs.iter().map(|input| File { name: input.name.clone(), sha256: hash(&input.content) }).collect();
    let set = request.set.iter().map(|set| {
        let value = match &set.node.value {
            crate::document::Value::Number { integer: Some(n), .. } => serde_json::Value::from(*n),
            crate::document::Value::Number { value, .. } => serde_json::Value::from(*value),
            crate::document::Value::Boolean(yes) => serde_json::Value::from(*yes),
            crate::document::Value::Text(text) => serde_json::Value::from(text.content.clone()),
            _ => serde_json::Value::from(file.sources.text(set.node.span)),
        };
        (set.address.clone(), value)
    });
    let calendar = scenario.calendar.as_ref();
    let variant = request.variant.and_then(|name| scenario.variants.iter().find(|v| v.name == name));
    ScenarioFacts {
        title: scenario.title.clone(),
        question: scenario.question.clone(),
        file: file.name.clone(),
        files,
        variant: request.variant.map(str::to_owned),
        variant_title: variant.map(|v| v.title.clone()),
        set: set.collect(),
        start: calendar.map(|c| format_date(c.start)),
        end: calendar.map(|c| format_date(c.end())),
        step: calendar.map(|c| c.step.name().to_owned()),
        dates: calendar.map(|c| c.ends.iter().map(|d| format_date(*d)).collect()).unwrap_or_default(),
    }
}

fn assumptions(scenario: &Scenario) -> Vec<Assumption> {
    let all = scenario.assumptions.iter();
    all.map(|listed| Assumption {
        address: listed.address.clone(),
        title: listed.title.clone(),
        value: listed.value.clone(),
        low: listed.low,
        high: listed.high,
        default_range: listed.default_range,
        unit: listed.unit.clone(),
        note: listed.note.clone(),
        source: listed.source.clone(),
        changed: listed.changed,
        value_in_file: listed.value_in_file.clone(),
    })
    .collect()
}

/// What depends on what, quantities among it.
fn dependence(scenario: &Scenario) -> Dependence {
    let mut in_outcomes = Vec::new();
    let mut read = |term: &Term| {
        term.visit(&mut |t: &Term| match &t.node {
            Node::Metric(index) => {
                scenario.metrics[*index].value.visit(&mut |t: &Term| in_outcomes.extend(thing_of(scenario, t)));
            }
            _ => in_outcomes.extend(thing_of(scenario, t)),
        });
    };
    scenario.outcomes.iter().filter_map(|o| o.when.as_ref()).for_each(&mut read);
    let thing = |name: &str, title: &str, kind: &str, reads: Vec<String>| Thing {
        in_outcomes: in_outcomes.iter().any(|n| n == name),
        name: name.to_owned(),
        title: title.to_owned(),
        kind: kind.to_owned(),
        reads,
    };
    let mut things = Vec::new();
    for quantity in &scenario.quantities {
        let reads = names_in(scenario, &quantity.value.terms());
        things.push(thing(&quantity.name, &quantity.words.title, "quantity", reads));
    }
    for path in &scenario.paths {
        let reads = names_in(scenario, &order::path_terms(path));
        let shocks = path.shocks.iter().map(|s| scenario.events[s.when.event].name.clone());
        things.push(thing(
            &path.name,
            &path.words.title,
            "path",
            in_file_order(scenario, reads.into_iter().chain(shocks)),
        ));
    }
    for event in &scenario.events {
        let mut terms = order::event_terms(event);
        let mut trigger = None;
        match &event.timing {
            Timing::When(condition) => terms.push(condition),
            Timing::After { trigger: t, .. } => trigger = Some(scenario.events[t.event].name.clone()),
            _ => {}
        }
        let reads = names_in(scenario, &terms).into_iter().chain(trigger);
        things.push(thing(&event.name, &event.words.title, "event", in_file_order(scenario, reads)));
    }
    let name = |reference: &Reference| match reference {
        Reference::Path(index) => scenario.paths[*index].name.clone(),
        Reference::Event(index) => scenario.events[*index].name.clone(),
    };
    let circles = scenario.order.circles.iter().map(|circle| circle.iter().map(name).collect()).collect();
    Dependence { things, circles }
}

fn thing_of(scenario: &Scenario, term: &Term) -> Option<String> {
    match &term.node {
        Node::Quantity(index) => Some(scenario.quantities[*index].name.clone()),
        Node::Path(index) | Node::Ago(index, _) => Some(scenario.paths[*index].name.clone()),
        Node::Happened(e) | Node::DaysSince(e) | Node::DateOf(e) | Node::Count(e) => {
            Some(scenario.events[e.event].name.clone())
        }
        _ => None,
    }
}

fn names_in(scenario: &Scenario, terms: &[&Term]) -> Vec<String> {
    let mut found = Vec::new();
    for term in terms {
        term.visit(&mut |t: &Term| found.extend(thing_of(scenario, t)));
    }
    in_file_order(scenario, found.into_iter())
}

fn in_file_order(scenario: &Scenario, names: impl Iterator<Item = String>) -> Vec<String> {
    let found: Vec<String> = names.collect();
    let quantities = scenario.quantities.iter().map(|q| &q.name);
    let all = quantities.chain(scenario.paths.iter().map(|p| &p.name)).chain(scenario.events.iter().map(|e| &e.name));
    all.filter(|name| found.contains(name)).cloned().collect()
}
