//! The first futures of a run, played beforehand: they lay out the histograms and scale the weights.

use super::bins::Bins;
use super::code::Code;
use super::frame::{Fault, Frame};
use super::run::{Settings, Stopped, Work, blocks, fault_of};
use super::tallies::{CELL, EXACT_UP_TO, MetricPlan, Plan};
use crate::program::{LANES, Operand, Program};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::sync::Mutex;

/// How many futures lay out the histograms and scale the weights.
pub const PILOT: u64 = 4096;
/// Bins of a path at one date, and of a metric or quantity.
const PATH_BINS: usize = 512;
const METRIC_BINS: usize = 8192;
/// What the values of the pilot may take, in numbers.
const PILOT_NUMBERS: usize = 8 << 20;
/// Values that so large a share of futures has exactly are shown as such.
const VISIBLE: f64 = 0.01;

/// What the first futures look like.
struct Pilot {
    first: u64,
    likelihood: Vec<f64>,
    /// For each observation.
    observations: Vec<Vec<f64>>,
    metrics: Vec<Vec<f64>>,
    quantities: Vec<Vec<f64>>,
    /// For each path and date.
    paths: Vec<Vec<Vec<f64>>>,
}

/// Plays the first futures to lay out the histograms and to scale the weights.
pub(super) fn pilot(code: &Code, settings: &Settings) -> Result<Plan, Stopped> {
    let program = code.program;
    // The pilot is the same whatever the number of futures, so that shards agree; only a smaller run has a smaller one.
    let futures = settings.futures.min(PILOT);
    let series = program.paths.len() * program.ends.len();
    let kept = PILOT_NUMBERS.checked_div(series).unwrap_or(0).max(LANES) as u64;
    let quiet = Settings { progress: None, ..*settings };
    let work = Work::new(0..futures.div_ceil(CELL), &quiet);
    let parts: Mutex<Vec<Pilot>> = Mutex::new(Vec::new());
    work.share_out(|work| {
        let mut frame = Frame::new(code);
        while let Some(cell) = work.next() {
            for (first, lanes) in blocks(futures, cell) {
                let part = pilot_block(&mut frame, program, first, lanes, first < kept);
                match part {
                    Ok(part) => {
                        if let Ok(mut parts) = parts.lock() {
                            parts.push(part);
                        }
                    }
                    Err(fault) => work.fault(fault, cell),
                }
            }
        }
    });
    work.end()?;
    let mut parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    parts.sort_by_key(|p| p.first);
    plan(program, settings, &parts)
}

fn pilot_block(
    frame: &mut Frame,
    program: &Program,
    first: u64,
    lanes: usize,
    with_paths: bool,
) -> Result<Pilot, Fault> {
    let mut paths: Vec<Vec<Vec<f64>>> = program.paths.iter().map(|_| vec![Vec::new(); program.ends.len()]).collect();
    let mut keep = |frame: &Frame, k: usize| {
        if with_paths {
            for (path, &slot) in paths.iter_mut().zip(&program.paths) {
                path[k] = frame.column(slot)[..lanes].to_vec();
            }
        }
    };
    frame.start(first);
    keep(frame, 0);
    for k in 1..=program.steps() {
        frame.step(k);
        keep(frame, k);
    }
    frame.end();
    fault_of(frame, lanes)?;
    let read = |operand: &Operand| frame.read(*operand)[..lanes].to_vec();
    Ok(Pilot {
        first,
        likelihood: program.weight.iter().flat_map(read).collect(),
        observations: program.observations.iter().map(|o| frame.column(o.1)[..lanes].to_vec()).collect(),
        metrics: program.metrics.iter().map(read).collect(),
        quantities: program.quantities.iter().map(read).collect(),
        paths,
    })
}

fn plan(program: &Program, settings: &Settings, parts: &[Pilot]) -> Result<Plan, Stopped> {
    let mut full_weight = None;
    if program.weight.is_some() {
        let most = parts.iter().flat_map(|p| &p.likelihood).copied().fold(0.0, |a: f64, b| if b > a { b } else { a });
        if most <= 0.0 {
            let never = |o: &usize| parts.iter().flat_map(|p| &p.observations[*o]).all(|weight| *weight <= 0.0);
            let alone = (0..program.observations.len()).filter(never).collect();
            return Err(Stopped::Impossible { futures: settings.futures.min(PILOT), alone });
        }
        full_weight = Some(most);
    }
    // Futures that cannot be are no example of those that can.
    let together = |of: &dyn Fn(&Pilot) -> &Vec<f64>| -> Vec<f64> {
        let mut all = Vec::with_capacity(PILOT as usize);
        for part in parts {
            if part.likelihood.is_empty() {
                all.extend_from_slice(of(part));
            } else {
                let possible = of(part).iter().zip(&part.likelihood).filter(|(_, w)| **w > 0.0);
                all.extend(possible.map(|(value, _)| *value));
            }
        }
        all
    };
    let weights: Vec<f64> = parts.iter().flat_map(|p| &p.likelihood).copied().filter(|w| *w > 0.0).collect();
    let dates = program.ends.len();
    let series: Vec<Bins> = (0..program.paths.len() * dates)
        .into_par_iter()
        .map(|i| Bins::like(&together(&|part| &part.paths[i / dates][i % dates]), &weights, PATH_BINS))
        .collect();
    let paths = series.chunks(dates).map(<[Bins]>::to_vec).collect();
    let metrics =
        (0..program.metrics.len()).map(|m| metric_plan(&together(&|part| &part.metrics[m]), &weights)).collect();
    let quantities = (0..program.quantities.len())
        .map(|q| Bins::like(&together(&|part| &part.quantities[q]), &weights, METRIC_BINS))
        .collect();
    let days = program.ends.last().copied().unwrap_or(0.0);
    let days_each = (days / 16_384.0).ceil().max(1.0);
    Ok(Plan {
        outcomes: settings.outcomes,
        paths,
        metrics,
        quantities,
        exact: settings.futures <= EXACT_UP_TO,
        days_each,
        step_of_day: step_of_day(&program.ends),
        day_entries: (days / days_each) as usize + 1,
        full_weight,
        costs: costs(program, parts),
    })
}

/// What part of the pilot's futures each observation alone would leave them worth.
fn costs(program: &Program, parts: &[Pilot]) -> Vec<(String, f64)> {
    let cost = |(index, observation): (usize, &(String, u32))| {
        let (mut n, mut sum, mut square) = (0.0, 0.0, 0.0);
        for weight in parts.iter().flat_map(|p| &p.observations[index]) {
            n += 1.0;
            sum += weight;
            square += weight * weight;
        }
        let worth = if square > 0.0 { sum * sum / square / n } else { 0.0 };
        (observation.0.clone(), worth)
    };
    program.observations.iter().enumerate().map(cost).collect()
}

/// For each whole day since the start the step that holds it: dates are looked up millions of times.
fn step_of_day(ends: &[f64]) -> Vec<u32> {
    const MOST_DAYS: f64 = 65_536.0;
    let days = ends.last().copied().unwrap_or(0.0);
    let whole = ends.iter().all(|end| end.fract() == 0.0);
    if !whole || days > MOST_DAYS {
        return Vec::new();
    }
    (0..=days as u32).map(|day| ends.partition_point(|&end| end < f64::from(day)) as u32).collect()
}

/// Bins of a metric: fine ones for quantiles, some forty with round edges to be shown.
fn metric_plan(values: &[f64], weights: &[f64]) -> MetricPlan {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let bins = Bins::like(values, weights, METRIC_BINS);
    let pivot = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let mut atoms: Vec<f64> = Vec::new();
    let visible = ((sorted.len() as f64 * VISIBLE).ceil() as usize).max(2);
    let mut rest: Vec<f64> = Vec::new();
    for run in sorted.chunk_by(|a, b| a == b) {
        if run.len() >= visible || sorted.len() == 1 {
            atoms.push(run[0]);
        } else {
            rest.extend_from_slice(run);
        }
    }
    let (edges, first_edge, width) = edges(&rest);
    MetricPlan { bins, pivot, edges, first_edge, width, atoms }
}

/// Round edges around all but the outermost 2 in 1,000 on either side: multiples of a width, and the number of the first.
fn edges(sorted: &[f64]) -> (Vec<f64>, f64, f64) {
    const BINS: f64 = 40.0;
    let none = (Vec::new(), 0.0, 0.0);
    let n = sorted.len();
    if n < 2 {
        return none;
    }
    let outside = n / 500;
    let (low, high) = (sorted[outside], sorted[n - 1 - outside]);
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return none;
    }
    let mut unit = 1.0;
    while unit * BINS < span {
        unit *= 10.0;
    }
    while unit * BINS / 10.0 >= span {
        unit /= 10.0;
    }
    // The least of 1, 2, 5 and 10 parts of the unit that needs no more than the bins.
    let width = [0.1, 0.2, 0.5, 1.0].iter().map(|part| part * unit).find(|w| w * BINS >= span).unwrap_or(unit);
    let first = (low / width).floor();
    let count = ((high / width).floor() - first) as usize + 1;
    ((0..=count).map(|i| (first + i as f64) * width).collect(), first, width)
}
