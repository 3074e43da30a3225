//! How do the futures end? A bar for each outcome, in file order.

use super::bars::{self, Bar};
use super::frame::Frame;
use super::mark::{self, Sign};
use super::{Svg, palette, words};
use crate::simulation::result::{Outcome, Result, Shares};

pub(super) const INTERVALS: &str =
    "Capped mark: 95 % interval of the simulation. It does not cover doubt about the assumptions.";

/// None where the scenario has no outcomes.
pub fn outcomes(result: &Result, width: u32, ghost: Option<&Result>) -> Option<Svg> {
    outcomes_paired(result, width, ghost, &Shares::new())
}

/// The same, with the half-width of each difference's 95 % interval where both results come from the same luck: what
/// may be noise is then not called a change.
pub fn outcomes_paired(result: &Result, width: u32, ghost: Option<&Result>, half_widths: &Shares) -> Option<Svg> {
    if result.outcomes.is_empty() {
        return None;
    }
    let paints = palette::of_outcomes(&result.outcomes);
    let rows: Vec<Bar> = result
        .outcomes
        .iter()
        .zip(paints)
        .map(|(outcome, paint)| Bar {
            label: words::label(&outcome.title),
            paint,
            share: outcome.probability,
            interval: Some((outcome.low, outcome.high)),
            ghost: before(outcome, ghost)
                .map(|was| (was, words::change(outcome.probability, was, half_widths.get(&outcome.name).copied()))),
        })
        .collect();
    let answer = match ghost {
        Some(ghost) => difference(result, ghost),
        None => words::endings(&result.outcomes, result.run.futures),
    };
    let mut frame = Frame::new("outcomes", "How do the futures end?", &answer, width);
    bars::draw(&mut frame, &rows, result.run.futures);
    if let Some(ghost) = ghost {
        mark::key(&mut frame, 44.0, 26.0, &[(Sign::Ghost, words::label(&words::case(ghost)))]);
    }
    let weighted = words::weighted(result).map_or_else(String::new, |words| format!("{}.", words::label(&words)));
    let description: Vec<String> = result
        .outcomes
        .iter()
        .map(|outcome| {
            let often = words::frequency(outcome.probability, result.run.futures);
            format!("{} {often}", words::label(&outcome.title))
        })
        .collect();
    let description = format!("Bars: share of futures that end in each outcome. {}.", description.join("; "));
    Some(frame.finish(&[INTERVALS, &weighted], &words::source(result), &description))
}

fn before(outcome: &Outcome, ghost: Option<&Result>) -> Option<f64> {
    ghost?.outcomes.iter().find(|other| other.name == outcome.name).map(|other| other.probability)
}

/// The largest change against the other case, in a sentence.
fn difference(result: &Result, ghost: &Result) -> String {
    let size = |outcome: &Outcome| before(outcome, Some(ghost)).map_or(-1.0, |was| (outcome.probability - was).abs());
    let Some(most) = result.outcomes.iter().max_by(|a, b| size(a).total_cmp(&size(b))) else { return String::new() };
    let Some(was) = before(most, Some(ghost)) else {
        return words::endings(&result.outcomes, result.run.futures);
    };
    let case = words::case(ghost);
    if size(most) < 0.005 {
        return format!("Hardly anything changes against {case}.");
    }
    let now = words::frequency(most.probability, result.run.futures);
    let was = words::frequency(was, ghost.run.futures);
    format!("{} changes most against {case}: {}.", words::label(&most.title), words::instead_of(&now, &was))
}
