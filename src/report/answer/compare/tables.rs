//! The tables of a comparison: what is assumed differently, what comes of it, which futures move, and why.

use super::change;
use crate::analysis::compare::Compare;
use crate::analysis::estimate::{Difference, Estimate};
use crate::diagnostic::Failure;
use crate::report::{Table, csv};

pub(super) fn tables(answer: &Compare) -> Result<Vec<Table>, Failure> {
    Ok(vec![differences(answer)?, compared(answer)?, moves(answer)?, why(answer)?])
}

fn differences(answer: &Compare) -> Result<Table, Failure> {
    let cases: Vec<String> = (1..=answer.cases.len()).map(|case| format!("case_{case}")).collect();
    let names: Vec<&str> = ["address", "title", "unit"].into_iter().chain(cases.iter().map(String::as_str)).collect();
    let changed = answer.changed.iter().map(|c| (&c.address, &c.title, c.unit.as_str(), &c.values));
    let only = answer.only_in.iter().map(|only| (&only.address, &only.title, "", &only.values));
    csv::table("assumptions", &names, changed.chain(only))
}

fn compared(answer: &Compare) -> Result<Table, Failure> {
    let names = [
        "kind",
        "name",
        "title",
        "case",
        "value",
        "low",
        "high",
        "difference",
        "difference_low",
        "difference_high",
        "more_than_luck",
        "higher",
        "higher_by",
        "lower",
        "lower_by",
    ];
    let mut rows = Vec::new();
    let numbers = |estimate: Option<Estimate>, by: Option<Difference>| {
        let value = (estimate.map(|e| e.value), estimate.map(|e| e.low), estimate.map(|e| e.high));
        (value, (by.map(|d| d.value), by.map(|d| d.low), by.map(|d| d.high), by.map(|d| d.more_than_luck)))
    };
    for (kind, all) in [("outcome", &answer.outcomes), ("event", &answer.events)] {
        for of in all {
            for (case, facts) in of.cases.iter().zip(&answer.cases) {
                let pair: [Option<f64>; 4] = [None; 4];
                rows.push(((kind, &of.name, &of.title, &facts.title), numbers(case.share, case.difference), pair));
            }
        }
    }
    for metric in &answer.metrics {
        for (index, (case, facts)) in metric.cases.iter().zip(&answer.cases).enumerate() {
            let pair = match index {
                0 => [None; 4],
                _ => [Some(case.higher), case.higher_by, Some(case.lower), case.lower_by],
            };
            let words = ("metric", &metric.name, &metric.title, &facts.title);
            rows.push((words, numbers(case.mean, case.difference), pair));
        }
    }
    csv::table("results", &names, rows)
}

fn moves(answer: &Compare) -> Result<Table, Failure> {
    let rows = answer.moves.iter().zip(&answer.cases[1..]).flat_map(|(moves, case)| {
        moves.shares.iter().enumerate().flat_map(move |(from, row)| {
            let of =
                move |(to, share): (usize, &f64)| (&case.title, &moves.outcomes[from], &moves.outcomes[to], *share);
            row.iter().enumerate().map(of)
        })
    });
    csv::table("moves", &["case", "from", "to", "share"], rows)
}

fn why(answer: &Compare) -> Result<Table, Failure> {
    let rows = answer.why.iter().flat_map(|why| {
        why.steps.iter().map(move |step| {
            (&why.case, &step.title, step.addresses.join(" "), change(step), step.effect, step.low, step.high)
        })
    });
    csv::table("why", &["case", "change", "addresses", "from_to", "effect", "low", "high"], rows)
}
