//! Playing a program out: cells of futures, shared out among threads.

use super::bins::Bins;
use super::frame::{Fault, Frame};
use super::intervals::{grouped_share, means, wilson};
use super::randomised::{Randomised, Weights};
use super::tallies::{self, Block, CELL, EXACT_UP_TO, MetricPlan, Plan, Tallies};
use crate::chance::sobol::Sampling;
use crate::program::{LANES, Operand, Program};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How many futures lay out the histograms and scale the weights.
pub const PILOT: u64 = 4096;
/// Bins of a path at one date, and of a metric or quantity.
const PATH_BINS: usize = 512;
const METRIC_BINS: usize = 8192;
/// What the values of the pilot may take, in numbers.
const PILOT_NUMBERS: usize = 8 << 20;
/// Weights are whole numbers: the likeliest future of the pilot weighs this.
pub(super) const FULL_WEIGHT: f64 = 16_777_216.0;
const GREATEST_WEIGHT: f64 = 68_719_476_736.0;
/// Values that so large a share of futures has exactly are shown as such.
const VISIBLE: f64 = 0.01;

/// Where a run is asked to stop at some precision it plays so many futures first, and whole multiples of it after.
pub const ROUND: u64 = 16_384;

pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// How a program is to be run.
pub struct Settings<'a> {
    pub futures: u64,
    /// The half-width of every outcome's interval at which the run stops, `futures` being the most that it plays.
    pub precision: Option<f64>,
    /// None: one for each processor.
    pub threads: Option<usize>,
    pub outcomes: usize,
    /// Told how many futures are finished, and of how many as far as is known.
    pub progress: Option<Progress<'a>>,
    pub interrupted: Option<&'a AtomicBool>,
}

/// Why a run was not finished.
#[derive(Clone, Debug, PartialEq)]
pub enum Stopped {
    Interrupted,
    /// Something could not be worked out in some future.
    Fault(Fault),
    /// What was observed is in no future of the pilot; the observations that are in none of so many even by themselves.
    Impossible {
        futures: u64,
        alone: Vec<usize>,
    },
}

/// What came of it.
pub struct Run {
    pub plan: Plan,
    pub tallies: Tallies,
}

impl Run {
    /// How many unweighted futures the weighted ones are worth (Kish 1965).
    pub fn effective(&self) -> f64 {
        let tallies = &self.tallies;
        if tallies.squared_weight == 0 {
            return 0.0;
        }
        tallies.weight as f64 * (tallies.weight as f64 / tallies.squared_weight as f64)
    }

    /// A share of the weight of all futures, and its 95 % interval; `of` says where the randomisations count it.
    pub fn share(&self, weight: u64, of: impl Fn(&Randomised) -> &Weights) -> (f64, f64, f64) {
        if self.tallies.weight == 0 {
            return (0.0, 0.0, 1.0);
        }
        let share = weight as f64 / self.tallies.weight as f64;
        let apart = self.tallies.randomised.as_ref().and_then(|apart| means(&apart.of_all(of(apart))));
        let (low, high) = match apart {
            Some(groups) => grouped_share(share, self.effective(), &groups),
            None => wilson(share, self.effective()),
        };
        (share, low, high)
    }

    /// Half the width of the widest interval of an outcome.
    fn half_width(&self) -> f64 {
        let outcomes = self.tallies.outcomes.iter().take(self.plan.outcomes).enumerate();
        let half = |(index, &weight): (usize, &u64)| {
            let (_, low, high) = self.share(weight, |apart| &apart.outcomes[index]);
            (high - low) / 2.0
        };
        outcomes.map(half).fold(0.0, f64::max)
    }

    /// The observation that costs most.
    pub fn costliest(&self) -> Option<&str> {
        self.plan.costs.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name.as_str())
    }
}

/// Plays the futures out.
pub fn run(program: &Program, settings: &Settings) -> Result<Run, Stopped> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.threads.unwrap_or(0)).build();
    match pool {
        Ok(pool) => pool.install(|| run_in_pool(program, settings)),
        // Where no threads can be had, the one there is does it.
        Err(_) => run_in_pool(program, settings),
    }
}

fn run_in_pool(program: &Program, settings: &Settings) -> Result<Run, Stopped> {
    let mut plan = pilot(program, settings)?;
    let first = if settings.precision.is_some() { ROUND.min(settings.futures) } else { settings.futures };
    plan.exact = first <= EXACT_UP_TO;
    let tallies = Tallies::new(program, &plan);
    let mut run = Run { plan, tallies };
    play_on(program, settings, first, &mut run)?;
    while let Some(futures) = settings.precision.and_then(|precision| more(program, &run, precision, settings.futures))
    {
        // What is kept for exact quantiles would be too much, and is no longer asked for.
        run.plan.exact &= futures <= EXACT_UP_TO;
        play_on(program, settings, futures, &mut run)?;
    }
    Ok(run)
}

/// Up to how many futures a run must be played for its precision; none where it has it, or has played the most it may.
fn more(program: &Program, run: &Run, precision: f64, most: u64) -> Option<u64> {
    let played = run.tallies.futures;
    let excess = run.half_width() / precision;
    // Cells are whole up to the last future of all.
    if excess <= 1.0 || played >= most {
        return None;
    }
    let wanted = match program.sampling() {
        Sampling::Random => played as f64 * excess * excess,
        // The error falls faster than with the root of the number, at best with the number itself; what falls short of
        // that is asked for again, never less than a quarter more.
        Sampling::Sobol => played as f64 * excess.max(1.25),
    };
    let rounds = (wanted / ROUND as f64).ceil().min(most as f64) as u64;
    Some(rounds.saturating_mul(ROUND).max(played + ROUND).min(most))
}

/// Plays futures beyond those that have been played, up to `futures` in all: the result is that of so many at once.
fn play_on(program: &Program, settings: &Settings, futures: u64, run: &mut Run) -> Result<(), Stopped> {
    let Run { plan, tallies } = run;
    let played = tallies.futures;
    let tell = |finished: u64, _| {
        if let Some(progress) = settings.progress {
            progress(played + finished, futures);
        }
    };
    let settings = Settings { progress: Some(&tell), ..*settings };
    let work = Work::new(played / CELL..futures.div_ceil(CELL), &settings);
    let parts: Mutex<Vec<Tallies>> = Mutex::new(Vec::new());
    work.share_out(|work| {
        let mut frame = Frame::new(program);
        let mut tallies = Tallies::new(program, plan);
        while let Some(cell) = work.next() {
            if let Err(fault) = cell_of(&mut frame, &mut tallies, program, plan, futures, cell) {
                work.fault(fault, cell);
            }
            work.done(CELL.min(futures - cell * CELL));
        }
        if let Ok(mut parts) = parts.lock() {
            parts.push(tallies);
        }
    });
    work.end()?;
    let parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    parts.iter().for_each(|part| tallies.merge(part));
    if !plan.exact {
        tallies.metrics.iter_mut().for_each(|metric| metric.values = Vec::new());
    }
    Ok(())
}

/// Cells to be done, and what has become of them.
pub(super) struct Work<'a> {
    next: AtomicU64,
    cells: Range<u64>,
    finished: AtomicU64,
    /// The earliest fault and its cell: cells after it need not be done any more.
    fault: Mutex<Option<Fault>>,
    stop_at: AtomicU64,
    settings: &'a Settings<'a>,
}

impl<'a> Work<'a> {
    pub(super) fn new(cells: Range<u64>, settings: &'a Settings<'a>) -> Self {
        Work {
            next: AtomicU64::new(cells.start),
            finished: AtomicU64::new(0),
            fault: Mutex::new(None),
            stop_at: AtomicU64::new(cells.end),
            cells,
            settings,
        }
    }

    pub(super) fn share_out(&self, worker: impl Fn(&Self) + Sync) {
        let threads = rayon::current_num_threads()
            .min(usize::try_from(self.cells.end - self.cells.start).unwrap_or(usize::MAX))
            .max(1);
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| worker(self));
            }
        });
    }

    fn interrupted(&self) -> bool {
        self.settings.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    pub(super) fn next(&self) -> Option<u64> {
        if self.interrupted() {
            return None;
        }
        let cell = self.next.fetch_add(1, Ordering::Relaxed);
        (cell < self.stop_at.load(Ordering::Relaxed)).then_some(cell)
    }

    /// Futures of lower cells may hold an earlier fault, so those are still finished.
    pub(super) fn fault(&self, fault: Fault, cell: u64) {
        self.stop_at.fetch_min(cell, Ordering::Relaxed);
        if let Ok(mut known) = self.fault.lock() {
            *known = Some(known.map_or(fault, |k| k.min(fault)));
        }
    }

    pub(super) fn done(&self, futures: u64) {
        let finished = self.finished.fetch_add(futures, Ordering::Relaxed) + futures;
        if let Some(progress) = self.settings.progress {
            progress(finished, self.settings.futures);
        }
    }

    pub(super) fn end(&self) -> Result<(), Stopped> {
        if let Ok(Some(fault)) = self.fault.lock().map(|f| *f) {
            return Err(Stopped::Fault(fault));
        }
        if self.interrupted() { Err(Stopped::Interrupted) } else { Ok(()) }
    }
}

/// The blocks of a cell.
pub(super) fn blocks(futures: u64, cell: u64) -> impl Iterator<Item = (u64, usize)> {
    let from = cell * CELL;
    let to = (from + CELL).min(futures);
    (from..to).step_by(LANES).map(move |first| (first, usize::try_from(to - first).unwrap_or(LANES).min(LANES)))
}

fn cell_of(
    frame: &mut Frame,
    tallies: &mut Tallies,
    program: &Program,
    plan: &Plan,
    futures: u64,
    cell: u64,
) -> Result<(), Fault> {
    for (first, lanes) in blocks(futures, cell) {
        if let (Some(weight), Some(full)) = (program.weight, plan.full_weight) {
            weighted_block(frame, tallies, program, plan, (first, lanes), weight, full)?;
        } else {
            let mut weights = [0; LANES];
            weights[..lanes].fill(1);
            let block = Block { first, lanes, weights, plain: lanes == LANES };
            frame.start(first);
            tallies::path_values(tallies, frame, program, plan, &block, 0);
            for k in 1..=program.steps() {
                frame.step(k);
                tallies::path_values(tallies, frame, program, plan, &block, k);
            }
            frame.end();
            fault_of(frame, lanes)?;
            tallies::finished(tallies, frame, program, plan, &block);
        }
    }
    tallies.close_cell();
    Ok(())
}

/// What a future weighs, where the likelihood `full` weighs [`FULL_WEIGHT`].
#[inline]
pub(super) fn weigh(likelihood: f64, full: f64) -> u64 {
    (FULL_WEIGHT * (likelihood / full)).round().clamp(0.0, GREATEST_WEIGHT) as u64
}

/// With evidence the weights are known at the end only: the block is played twice, once for its weights.
fn weighted_block(
    frame: &mut Frame,
    tallies: &mut Tallies,
    program: &Program,
    plan: &Plan,
    (first, lanes): (u64, usize),
    weight: Operand,
    full: f64,
) -> Result<(), Fault> {
    play(frame, program, first);
    fault_of(frame, lanes)?;
    let likelihood = frame.read(weight);
    let mut weights = [0; LANES];
    for i in 0..lanes {
        weights[i] = weigh(likelihood[i], full);
    }
    if weights.iter().all(|w| *w == 0) {
        tallies.futures += lanes as u64;
        return Ok(());
    }
    let block = Block { first, lanes, weights, plain: false };
    frame.start(first);
    tallies::path_values(tallies, frame, program, plan, &block, 0);
    for k in 1..=program.steps() {
        frame.step(k);
        tallies::path_values(tallies, frame, program, plan, &block, k);
    }
    frame.end();
    tallies::finished(tallies, frame, program, plan, &block);
    Ok(())
}

/// Plays a block to its end.
pub fn play(frame: &mut Frame, program: &Program, first: u64) {
    frame.start(first);
    for k in 1..=program.steps() {
        frame.step(k);
    }
    frame.end();
}

/// The block's fault, if it lies in a future that was asked for.
pub(super) fn fault_of(frame: &mut Frame, lanes: usize) -> Result<(), Fault> {
    match frame.fault.take() {
        Some(fault) if fault.future < frame.first() + lanes as u64 => Err(fault),
        _ => Ok(()),
    }
}

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
pub(super) fn pilot(program: &Program, settings: &Settings) -> Result<Plan, Stopped> {
    // The pilot is the same whatever the number of futures, so that shards agree; only a smaller run has a smaller one.
    let futures = settings.futures.min(PILOT);
    let series = program.paths.len() * program.ends.len();
    let kept = PILOT_NUMBERS.checked_div(series).unwrap_or(0).max(LANES) as u64;
    let quiet = Settings { progress: None, ..*settings };
    let work = Work::new(0..futures.div_ceil(CELL), &quiet);
    let parts: Mutex<Vec<Pilot>> = Mutex::new(Vec::new());
    work.share_out(|work| {
        let mut frame = Frame::new(program);
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
    MetricPlan { bins, pivot, edges: edges(&rest), atoms }
}

/// Round edges around all but the outermost 2 in 1,000 on either side.
fn edges(sorted: &[f64]) -> Vec<f64> {
    const BINS: f64 = 40.0;
    let n = sorted.len();
    if n < 2 {
        return Vec::new();
    }
    let outside = n / 500;
    let (low, high) = (sorted[outside], sorted[n - 1 - outside]);
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return Vec::new();
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
    (0..=count).map(|i| (first + i as f64) * width).collect()
}
