//! Playing a program out: cells of futures, shared out among threads.

use super::code::Code;
use super::frame::{Fault, Frame};
use super::intervals::{grouped_share, means, wilson};
use super::pilot::pilot;
use super::randomised::{Randomised, Weights};
use super::tallies::{self, Block, CELL, EXACT_UP_TO, Plan, Tallies};
use crate::chance::sobol::Sampling;
use crate::program::{LANES, Operand, Program};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Weights are whole numbers: the likeliest future of the pilot weighs this.
pub(super) const FULL_WEIGHT: f64 = 16_777_216.0;
const GREATEST_WEIGHT: f64 = 68_719_476_736.0;

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
    let code = Code::of(program);
    let mut plan = pilot(&code, settings)?;
    let first = if settings.precision.is_some() { ROUND.min(settings.futures) } else { settings.futures };
    plan.exact = first <= EXACT_UP_TO;
    let tallies = Tallies::new(program, &plan);
    let mut run = Run { plan, tallies };
    play_on(&code, settings, first, &mut run)?;
    while let Some(futures) = settings.precision.and_then(|precision| more(program, &run, precision, settings.futures))
    {
        // What is kept for exact quantiles would be too much, and is no longer asked for.
        run.plan.exact &= futures <= EXACT_UP_TO;
        play_on(&code, settings, futures, &mut run)?;
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
fn play_on(code: &Code, settings: &Settings, futures: u64, run: &mut Run) -> Result<(), Stopped> {
    let program = code.program;
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
        let mut frame = Frame::new(code);
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
