//! A row per future: futures played again for what each of them came to, where a run only counted.
//!
//! They are the futures of the run, with the same luck and the same weights, so that shares of the rows are the result's.

use super::code::Code;
use super::frame::Frame;
use super::run::{self, Settings, weigh};
use super::{Request, failure, paired};
use crate::calendar::day_holding;
use crate::diagnostic::Failure;
use crate::model::types::{Scenario, Type};
use crate::program::{Branches, LANES, Operand, Program, Slot};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many rows are in memory at once, for each thread.
const BLOCK: u64 = 32_768;

/// Futures side by side, in columns of one length.
#[derive(Clone, Debug)]
pub struct Block {
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub values: Values,
}

/// The values of a column, one for each future.
#[derive(Clone, Debug)]
pub enum Values {
    /// What is not finite does not exist in that future.
    Numbers(Vec<f64>),
    Counts(Vec<i64>),
    YesNo(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Dates(Vec<Option<i32>>),
    /// Positions in the list of words.
    Words {
        words: Arc<[String]>,
        picks: Vec<Option<u32>>,
    },
}

/// The rows of a run, not played yet.
pub struct Rows<'a> {
    scenario: &'a Scenario,
    program: Program,
    futures: u64,
    /// The likelihood that weighs 1; none without evidence, where every future does.
    full: Option<f64>,
    columns: Vec<(String, Source)>,
    progress: Option<run::Progress<'a>>,
    interrupted: Option<&'a AtomicBool>,
}

/// Where the values of a column come from.
enum Source {
    Future,
    Outcome(Option<Operand>, Arc<[String]>),
    Weight,
    /// The date of the first occurrence says whether there was one.
    Happened(Slot),
    FirstDate(Slot),
    /// Of the first occurrence.
    Branch(Slot, Branches, Arc<[String]>),
    Occurrences(Slot, Option<Slot>),
    Value(Type, Operand),
}

impl<'a> Rows<'a> {
    /// The rows of what `simulate` plays out for the same request.
    pub fn new(scenario: &'a Scenario, request: &Request<'a>) -> Result<Self, Failure> {
        let sampling = request.sampling.unwrap_or(scenario.run.sampling);
        let program = scenario.program(request.seed.unwrap_or(scenario.run.seed), sampling);
        let futures = request.futures.unwrap_or(scenario.run.futures);
        let outcomes = scenario.outcomes.len();
        let (threads, precision, interrupted) = (request.threads, None, None);
        let settings = Settings { futures, precision, threads, outcomes, progress: None, interrupted };
        let full =
            paired::scale(&Code::of(&program), &settings).map_err(|stopped| failure(scenario, &program, stopped))?;
        let columns = columns(scenario, &program);
        let (progress, interrupted) = (request.progress, request.interrupted);
        Ok(Self { scenario, program, futures, full, columns, progress, interrupted })
    }

    /// A block without futures: what the columns are called, and what kind of values they hold.
    pub fn empty(&self) -> Block {
        let column = |(name, source): &(String, Source)| Column { name: name.clone(), values: source.none() };
        Block { columns: self.columns.iter().map(column).collect() }
    }

    /// Plays the futures and hands on what `make` makes of each block of them, in order. `make` is called on many threads,
    /// and no more than a few blocks for each of them are waiting.
    pub fn each<T: Send>(
        &self,
        make: impl Fn(&Block) -> Result<T, Failure> + Sync,
        mut hand_on: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let code = Code::of(&self.program);
        let blocks = self.futures.div_ceil(BLOCK);
        let at_once = 2 * rayon::current_num_threads() as u64;
        for from in (0..blocks).step_by(at_once as usize) {
            let to = (from + at_once).min(blocks);
            let made = (from..to).into_par_iter().map(|block| self.block(&code, block).and_then(|block| make(&block)));
            made.collect::<Result<Vec<T>, Failure>>()?.into_iter().try_for_each(&mut hand_on)?;
            if let Some(progress) = self.progress {
                progress((to * BLOCK).min(self.futures), self.futures);
            }
        }
        Ok(())
    }

    fn block(&self, code: &Code, block: u64) -> Result<Block, Failure> {
        if self.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Failure::Interrupted);
        }
        let mut frame = Frame::new(code);
        let mut rows = self.empty();
        let from = block * BLOCK;
        let to = (from + BLOCK).min(self.futures);
        for first in (from..to).step_by(LANES) {
            let lanes = LANES.min((to - first) as usize);
            run::play(&mut frame, &self.program, first);
            run::fault_of(&mut frame, lanes)
                .map_err(|fault| failure(self.scenario, &self.program, run::Stopped::Fault(fault)))?;
            for ((_, source), column) in self.columns.iter().zip(&mut rows.columns) {
                self.take(source, &frame, lanes, &mut column.values);
            }
        }
        Ok(rows)
    }

    /// Appends the values of the frame's futures.
    fn take(&self, source: &Source, frame: &Frame, lanes: usize, values: &mut Values) {
        let first_dates = |slot: Slot| frame.column(slot)[..lanes].iter();
        // Without a calendar nothing has a date.
        let start = self.scenario.calendar.as_ref().map(|calendar| calendar.start);
        let day = |instant: f64| {
            let start = start.filter(|_| instant.is_finite())?;
            Some(start.saturating_add(day_holding(instant)))
        };
        match (source, values) {
            (Source::Future, Values::Counts(all)) => all.extend((frame.first() as i64..).take(lanes)),
            (Source::Outcome(operand, _), Values::Words { picks, .. }) => match operand {
                Some(operand) => picks.extend(frame.read(*operand)[..lanes].iter().map(|&class| Some(class as u32))),
                None => picks.extend((0..lanes).map(|_| None)),
            },
            (Source::Weight, Values::Numbers(all)) => match (self.program.weight, self.full) {
                (Some(weight), Some(full)) => {
                    let weights = frame.read(weight);
                    all.extend(
                        weights[..lanes].iter().map(|&likelihood| weigh(likelihood, full) as f64 / run::FULL_WEIGHT),
                    );
                }
                _ => all.extend((0..lanes).map(|_| 1.0)),
            },
            (Source::Happened(date), Values::YesNo(all)) => {
                all.extend(first_dates(*date).map(|&date| Some(date < f64::INFINITY)));
            }
            (Source::FirstDate(date), Values::Dates(all)) => all.extend(first_dates(*date).map(|&date| day(date))),
            (Source::Branch(date, branches, _), Values::Words { picks, .. }) => {
                let happened = |i: &usize| frame.column(*date)[*i] < f64::INFINITY;
                let pick = |i: usize| Some(i).filter(happened).and_then(|i| first_branch(frame, branches, i));
                picks.extend((0..lanes).map(pick));
            }
            (Source::Occurrences(date, count), Values::Counts(all)) => match count {
                Some(count) => all.extend(frame.column(*count)[..lanes].iter().map(|&count| count as i64)),
                None => all.extend(first_dates(*date).map(|&date| i64::from(date < f64::INFINITY))),
            },
            (Source::Value(_, operand), values) => {
                let read = frame.read(*operand);
                let read = read[..lanes].iter().copied();
                match values {
                    Values::Numbers(all) => all.extend(read),
                    Values::YesNo(all) => all.extend(read.map(|x| x.is_finite().then_some(x != 0.0))),
                    Values::Dates(all) => all.extend(read.map(day)),
                    Values::Counts(_) | Values::Words { .. } => {}
                }
            }
            // `none` gives every source the values that it fills.
            _ => {}
        }
    }
}

impl Source {
    fn none(&self) -> Values {
        let chosen = |words: &Arc<[String]>| Values::Words { words: words.clone(), picks: Vec::new() };
        match self {
            Source::Future | Source::Occurrences(..) => Values::Counts(Vec::new()),
            Source::Weight | Source::Value(Type::Number, _) => Values::Numbers(Vec::new()),
            Source::Happened(_) | Source::Value(Type::YesNo, _) => Values::YesNo(Vec::new()),
            Source::FirstDate(_) | Source::Value(Type::Date, _) => Values::Dates(Vec::new()),
            Source::Outcome(_, words) | Source::Branch(_, _, words) => chosen(words),
        }
    }
}

/// In which way an event that has happened did so the first time; of two ways at one instant, the first in the file.
fn first_branch(frame: &Frame, branches: &Branches, lane: usize) -> Option<u32> {
    match branches {
        Branches::None => None,
        Branches::One(slot) => Some(frame.column(*slot)[lane] as u32),
        Branches::Dates(slots) => {
            let dates = slots.iter().map(|slot| frame.column(*slot)[lane]);
            let first = dates.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            first.map(|(branch, _)| branch as u32)
        }
    }
}

/// What there is to tell of a future, in the order of the columns.
fn columns(scenario: &Scenario, program: &Program) -> Vec<(String, Source)> {
    const OWN: [&str; 3] = ["future", "outcome", "weight"];
    // What bears the name of a column of ours is called by its address.
    let named = |section: &str, name: &str| {
        if OWN.contains(&name) { format!("{section}.{name}") } else { name.to_owned() }
    };
    let outcomes: Arc<[String]> = scenario.outcomes.iter().map(|outcome| outcome.name.clone()).collect();
    let own = [Source::Future, Source::Outcome(program.outcome, outcomes), Source::Weight];
    let mut columns: Vec<(String, Source)> = OWN.map(str::to_owned).into_iter().zip(own).collect();
    for (event, slots) in scenario.events.iter().zip(&program.events) {
        let name = named("events", &event.name);
        let branches: Arc<[String]> = event.branches.iter().map(|branch| branch.name.clone()).collect();
        columns.extend([
            (name.clone(), Source::Happened(slots.date)),
            (format!("{name}.date"), Source::FirstDate(slots.date)),
            (format!("{name}.branch"), Source::Branch(slots.date, slots.branches.clone(), branches)),
            (format!("{name}.count"), Source::Occurrences(slots.date, slots.count)),
        ]);
    }
    for (metric, &operand) in scenario.metrics.iter().zip(&program.metrics) {
        columns.push((named("metrics", &metric.name), Source::Value(metric.kind, operand)));
    }
    for (quantity, &operand) in scenario.quantities.iter().zip(&program.quantities) {
        columns.push((named("quantities", &quantity.name), Source::Value(quantity.kind, operand)));
    }
    columns
}
