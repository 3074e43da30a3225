//! Several programs on the same luck: what one future has under each of them.
//!
//! Future i draws the same luck in every program, so differences are taken future by future: most of the noise is common
//! to both sides and falls away. Every cell plays all programs one after the other, keeps the first one's values until
//! the others have been compared with them, and leaves only sums, which are added up in the order of the cells.

use super::code::Code;
use super::frame::{Fault, Frame};
use super::pilot::{PILOT, pilot};
use super::run::{self, Run, Settings, Stopped, Work, weigh};
pub use super::tallies::CELL;
use super::tallies::{self, Block, Plan, Tallies};
use crate::chance::sobol::RANDOMISATIONS;
use crate::model::types::EventRef;
use crate::program::{Branches, LANES, Program};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Futures are dealt out to so many groups, one by one: what differs from group to group tells how well a number is
/// known that is neither a share nor a mean. Evenly spread futures come in such groups by themselves.
pub const GROUPS: usize = RANDOMISATIONS;

/// A number that every future has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// 1 in the futures that end so.
    Outcome(usize),
    /// 1 in the futures in which it has happened.
    Event(EventRef),
    /// Only in the futures in which it is finite.
    Metric(usize),
}

/// A program, and what is read of its futures.
pub struct Player<'a> {
    pub program: &'a Program,
    /// The same things in the same order for all programs, though their places may differ.
    pub columns: Vec<Column>,
}

/// What is wanted besides sums.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Columns whose values are kept one by one, for quantiles.
    pub values: &'a [usize],
    /// Whether each program's futures are tallied for a result.
    pub results: bool,
    /// How many classes `moves` tells apart, read from the first columns; 0 for none.
    pub outcomes: usize,
    /// So many of the first futures have their sums told apart too: whole cells, or all futures; 0 for none.
    pub early: u64,
}

/// What came of it.
pub struct Paired {
    pub futures: u64,
    /// For each program and column.
    pub sums: Vec<Vec<Sums>>,
    /// The same over the first futures, if that was wanted; else empty.
    pub early: Vec<Vec<Sums>>,
    /// For each program the weight (in the first program) of the futures that end as the row says in the first program
    /// and as the column says in this one.
    pub moves: Vec<Vec<Vec<f64>>>,
    /// Of each program, where results are wanted.
    pub runs: Vec<Run>,
    /// For each program with evidence the sum of its futures' weights, and of their squares.
    weights: Vec<Option<(f64, f64)>>,
}

impl Paired {
    /// How many unweighted futures those of a program are worth (Kish 1965); none without evidence.
    pub fn worth(&self, case: usize) -> Option<f64> {
        let (sum, squares) = self.weights.get(case).copied().flatten()?;
        Some(if squares > 0.0 { sum * (sum / squares) } else { 0.0 })
    }
}

/// Sums over futures of a number under two programs: the first one's x with its weight w, and this one's y with its
/// weight v. A weight is 0 where the number has no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    pub futures: u64,
    /// What x and y are counted from, so that squares lose no digits.
    pub pivot: f64,
    /// Of w, w·x, v, v·y.
    pub first: [f64; 4],
    /// Of their products, row by row of the upper triangle.
    pub second: [f64; 10],
    /// How many futures differ.
    pub differ: u64,
    /// Weight of the futures in which both have a value; of those with y > x and the sum of y − x; of those with y < x
    /// and the sum of x − y.
    pub both: f64,
    pub above: (f64, f64),
    pub below: (f64, f64),
    /// Whether the groups are randomisations of evenly spread futures.
    pub randomised: bool,
    /// v and v·y in each group.
    pub groups: [[f64; 2]; GROUPS],
    /// Every y with its weight, future by future, where values are wanted; NaN where it has none.
    pub values: Vec<(f64, f64)>,
}

/// Plays all programs; the first is the one that the others are compared with.
pub fn play(players: &[Player], wanted: Wanted, settings: &Settings) -> Result<Paired, Stopped> {
    match rayon::ThreadPoolBuilder::new().num_threads(settings.threads.unwrap_or(0)).build() {
        Ok(pool) => pool.install(|| play_in_pool(players, wanted, settings)),
        Err(_) => play_in_pool(players, wanted, settings),
    }
}

fn play_in_pool(players: &[Player], wanted: Wanted, settings: &Settings) -> Result<Paired, Stopped> {
    let Some(first) = players.first() else {
        return Ok(Paired {
            futures: settings.futures,
            sums: Vec::new(),
            early: Vec::new(),
            moves: Vec::new(),
            runs: Vec::new(),
            weights: Vec::new(),
        });
    };
    let codes: Vec<Code> = players.iter().map(|player| Code::of(player.program)).collect();
    let table = Table {
        players,
        wanted,
        futures: settings.futures,
        scales: codes.iter().map(|code| scale(code, settings)).collect::<Result<_, _>>()?,
        pivots: pivots(first, &codes[0], settings.futures)?,
        plans: if wanted.results {
            codes.iter().map(|code| pilot(code, settings)).collect::<Result<_, _>>()?
        } else {
            Vec::new()
        },
        codes,
    };
    let work = Work::new(0..settings.futures.div_ceil(CELL), settings);
    let queue = Mutex::new(Queue {
        next: 0,
        waiting: BTreeMap::new(),
        total: Cell::empty(&table),
        early_cells: wanted.early.div_ceil(CELL),
        early: Vec::new(),
    });
    let tallied: Mutex<Vec<Vec<Tallies>>> = Mutex::new(Vec::new());
    work.share_out(|work| {
        let new = |(player, plan): (&Player, &Plan)| Tallies::new(player.program, plan);
        let mut tallies: Vec<Tallies> = players.iter().zip(&table.plans).map(new).collect();
        let mut frame = Frame::new(&table.codes[0]);
        while let Some(cell) = work.next() {
            let length = CELL.min(settings.futures - cell * CELL);
            match table.cell(cell, &mut frame, &mut tallies, &|| work.done(length)) {
                Ok(played) => {
                    if let Ok(mut queue) = queue.lock() {
                        queue.put(cell, played);
                    }
                }
                Err(fault) => work.fault(fault, cell),
            }
        }
        if let Ok(mut all) = tallied.lock() {
            all.push(tallies);
        }
    });
    work.end()?;
    let Queue { total, early, .. } = queue.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let parts = tallied.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let runs = table.plans.into_iter().enumerate().map(|(index, plan)| {
        let mut tallies = Tallies::new(players[index].program, &plan);
        for part in &parts {
            tallies.merge(&part[index]);
        }
        Run { plan, tallies }
    });
    let runs = runs.collect();
    let weighted = players.iter().zip(total.weights);
    let weights = weighted.map(|(player, sums)| player.program.weight.map(|_| sums)).collect();
    Ok(Paired { futures: settings.futures, runs, sums: total.sums, early, moves: total.moves, weights })
}

/// The fault of a future, if it has one.
pub fn fault_at(program: &Program, future: u64) -> Option<Fault> {
    let code = Code::of(program);
    let mut frame = Frame::new(&code);
    run::play(&mut frame, program, future - future % LANES as u64);
    frame.fault
}

/// What all cells need to know.
struct Table<'a> {
    players: &'a [Player<'a>],
    codes: Vec<Code<'a>>,
    wanted: Wanted<'a>,
    futures: u64,
    /// The likelihood that weighs most, of each program with evidence.
    scales: Vec<Option<f64>>,
    pivots: Vec<f64>,
    plans: Vec<Plan>,
}

/// What a cell leaves.
struct Cell {
    sums: Vec<Vec<Sums>>,
    moves: Vec<Vec<Vec<f64>>>,
    /// Of each program the sum of all weights, and of their squares.
    weights: Vec<(f64, f64)>,
}

/// Cells are added up in order; those that are early wait.
struct Queue {
    next: u64,
    waiting: BTreeMap<u64, Cell>,
    total: Cell,
    /// The sums as they stood after so many cells.
    early_cells: u64,
    early: Vec<Vec<Sums>>,
}

impl Queue {
    fn put(&mut self, cell: u64, played: Cell) {
        self.waiting.insert(cell, played);
        while let Some(played) = self.waiting.remove(&self.next) {
            self.total.add(played);
            self.next += 1;
            if self.next == self.early_cells {
                self.early.clone_from(&self.total.sums);
            }
        }
    }
}

impl Cell {
    fn empty(table: &Table) -> Cell {
        let randomised = table.players.iter().any(|player| player.program.design.is_some());
        let column = |&pivot: &f64| Sums { pivot, randomised, ..Sums::default() };
        let row: Vec<Sums> = table.pivots.iter().map(column).collect();
        let classes = table.wanted.outcomes;
        let cases = table.players.len();
        let moves = vec![vec![vec![0.0; classes]; classes]; cases];
        Cell { sums: vec![row; cases], moves, weights: vec![(0.0, 0.0); cases] }
    }

    fn add(&mut self, other: Cell) {
        for (mine, theirs) in self.sums.iter_mut().flatten().zip(other.sums.into_iter().flatten()) {
            mine.add(theirs);
        }
        for (mine, theirs) in self.moves.iter_mut().flatten().flatten().zip(other.moves.iter().flatten().flatten()) {
            *mine += theirs;
        }
        for (mine, theirs) in self.weights.iter_mut().zip(other.weights) {
            *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
        }
    }
}

/// The numbers and weights of a block's futures.
#[derive(Clone)]
struct Values {
    x: [f64; LANES],
    w: [f64; LANES],
}

impl Table<'_> {
    fn cell<'t>(
        &'t self,
        cell: u64,
        frame: &mut Frame<'t>,
        tallies: &mut [Tallies],
        done: &dyn Fn(),
    ) -> Result<Cell, Fault> {
        let mut left = Cell::empty(self);
        let mut base: Vec<(Vec<Values>, [usize; LANES])> = Vec::new();
        for (index, player) in self.players.iter().enumerate() {
            frame.turn_to(&self.codes[index]);
            for (number, (first, lanes)) in run::blocks(self.futures, cell).enumerate() {
                let weights = self.play_block(index, frame, tallies, (first, lanes))?;
                for weight in &weights[..lanes] {
                    left.weights[index].0 += weight;
                    left.weights[index].1 += weight * weight;
                }
                let values: Vec<Values> = (player.columns.iter().zip(&self.pivots))
                    .map(|(&column, &pivot)| values(frame, player.program, column, pivot, &weights))
                    .collect();
                let ends = classes(&values[..self.wanted.outcomes]);
                if index == 0 {
                    base.push((values.clone(), ends));
                }
                let (base, base_ends) = &base[number];
                let unweighted = self.scales[0].is_none() && self.scales[index].is_none();
                for (column, sums) in left.sums[index].iter_mut().enumerate() {
                    let (before, after) = (&base[column], &values[column]);
                    match player.columns[column] {
                        Column::Outcome(_) | Column::Event(_) if unweighted => sums.counts(before, after, lanes),
                        _ => sums.block(before, after, lanes),
                    }
                    if self.wanted.values.contains(&column) {
                        sums.keep(&values[column], lanes);
                    }
                }
                if let Some(first) = base.first() {
                    moves(&mut left.moves[index], (base_ends, &ends), &first.w, lanes);
                }
            }
            if let Some(tallies) = tallies.get_mut(index) {
                tallies.close_cell();
            }
            done();
        }
        Ok(left)
    }

    /// Plays a block, for the tallies too where they are wanted; says what its futures weigh.
    fn play_block(
        &self,
        index: usize,
        frame: &mut Frame,
        tallies: &mut [Tallies],
        (first, lanes): (u64, usize),
    ) -> Result<[f64; LANES], Fault> {
        let program = self.players[index].program;
        let full = self.scales[index];
        let mut weights = [0u64; LANES];
        weights[..lanes].fill(1);
        let unweighted = tallies.get(index).is_some() && full.is_none();
        if !unweighted {
            run::play(frame, program, first);
            run::fault_of(frame, lanes)?;
            if let (Some(weight), Some(full)) = (program.weight, full) {
                let likelihood = frame.read(weight);
                for i in 0..lanes {
                    weights[i] = weigh(likelihood[i], full);
                }
            }
        }
        if let (Some(tallies), Some(plan)) = (tallies.get_mut(index), self.plans.get(index)) {
            if weights.iter().all(|w| *w == 0) {
                tallies.futures += lanes as u64;
            } else {
                let block = Block { first, lanes, weights, plain: unweighted && lanes == LANES };
                frame.start(first);
                tallies::path_values(tallies, frame, program, plan, &block, 0);
                for k in 1..=program.steps() {
                    frame.step(k);
                    tallies::path_values(tallies, frame, program, plan, &block, k);
                }
                frame.end();
                run::fault_of(frame, lanes)?;
                tallies::finished(tallies, frame, program, plan, &block);
            }
        }
        Ok(weights.map(|w| w as f64))
    }
}

/// What a column holds in the futures of a block, and what each of them weighs in it.
fn values(frame: &Frame, program: &Program, column: Column, pivot: f64, weights: &[f64; LANES]) -> Values {
    let yes = |is: &dyn Fn(usize) -> bool| std::array::from_fn(|i| if is(i) { 1.0 } else { 0.0 });
    let mut w = *weights;
    let x = match column {
        Column::Outcome(index) => match program.outcome {
            Some(operand) => {
                let classes = frame.read(operand);
                yes(&|i| classes[i] as usize == index)
            }
            None => [0.0; LANES],
        },
        Column::Event(EventRef { event, branch }) => {
            let slots = &program.events[event];
            let dates = frame.column(slots.date);
            match (branch, &slots.branches) {
                (Some(branch), Branches::One(slot)) => {
                    let branches = frame.column(*slot);
                    yes(&|i| dates[i] < f64::INFINITY && branches[i] as usize == branch)
                }
                (Some(branch), Branches::Dates(columns)) => {
                    let dates = frame.column(columns[branch]);
                    yes(&|i| dates[i] < f64::INFINITY)
                }
                _ => yes(&|i| dates[i] < f64::INFINITY),
            }
        }
        Column::Metric(index) => {
            let mut x = frame.read(program.metrics[index]);
            for i in 0..LANES {
                if x[i].is_finite() {
                    x[i] -= pivot;
                } else {
                    (x[i], w[i]) = (0.0, 0.0);
                }
            }
            x
        }
    };
    Values { x, w }
}

/// In which of the first columns each future has its 1: its outcome; beyond them all where it has none.
fn classes(outcomes: &[Values]) -> [usize; LANES] {
    let mut classes = [outcomes.len(); LANES];
    for (class, values) in outcomes.iter().enumerate() {
        for (of, x) in classes.iter_mut().zip(&values.x) {
            *of = if *x == 1.0 { class } else { *of };
        }
    }
    classes
}

/// From which outcome to which, with the weights of the first program.
fn moves(matrix: &mut [Vec<f64>], ends: (&[usize; LANES], &[usize; LANES]), weights: &[f64; LANES], lanes: usize) {
    for ((&from, &to), weight) in ends.0.iter().zip(ends.1).zip(weights).take(lanes) {
        if from < matrix.len() && to < matrix.len() {
            matrix[from][to] += weight;
        }
    }
}

impl Sums {
    fn block(&mut self, base: &Values, values: &Values, lanes: usize) {
        self.futures += lanes as u64;
        for i in 0..lanes {
            let (w, x, v, y) = (base.w[i], base.x[i], values.w[i], values.x[i]);
            let terms = [w, w * x, v, v * y];
            let mut place = 0;
            for a in 0..4 {
                self.first[a] += terms[a];
                for b in a..4 {
                    self.second[place] += terms[a] * terms[b];
                    place += 1;
                }
            }
            self.groups[i % GROUPS][0] += v;
            self.groups[i % GROUPS][1] += v * y;
            self.differ += u64::from(w != v || (w > 0.0 && x != y));
            if w > 0.0 && v > 0.0 {
                self.both += w;
                if y > x {
                    self.above.0 += w;
                    self.above.1 += w * (y - x);
                } else if y < x {
                    self.below.0 += w;
                    self.below.1 += w * (x - y);
                }
            }
        }
    }

    /// The same where all futures weigh 1 and all numbers are 0 or 1: the sums are counts.
    fn counts(&mut self, base: &Values, values: &Values, lanes: usize) {
        let mut before = [0.0; GROUPS];
        let mut after = [0.0; GROUPS];
        let mut both = [0.0; GROUPS];
        for (x, y) in base.x[..lanes].chunks(GROUPS).zip(values.x[..lanes].chunks(GROUPS)) {
            for (group, (x, y)) in x.iter().zip(y).enumerate() {
                before[group] += x;
                after[group] += y;
                both[group] += x * y;
            }
            for group in 0..x.len() {
                self.groups[group][0] += 1.0;
            }
        }
        for (group, after) in self.groups.iter_mut().zip(after) {
            group[1] += after;
        }
        let n = lanes as f64;
        let [before, after, both]: [f64; 3] = [before, after, both].map(|groups| groups.iter().sum());
        let first = [n, before, n, after];
        let second = [n, before, n, after, before, before, both, n, after, after];
        self.first.iter_mut().zip(first).for_each(|(sum, count)| *sum += count);
        self.second.iter_mut().zip(second).for_each(|(sum, count)| *sum += count);
        let (gained, lost) = (after - both, before - both);
        self.futures += lanes as u64;
        self.differ += (gained + lost) as u64;
        self.both += n;
        self.above = (self.above.0 + gained, self.above.1 + gained);
        self.below = (self.below.0 + lost, self.below.1 + lost);
    }

    fn keep(&mut self, values: &Values, lanes: usize) {
        let value = |i: usize| if values.w[i] > 0.0 { values.x[i] + self.pivot } else { f64::NAN };
        let kept: Vec<(f64, f64)> = (0..lanes).map(|i| (value(i), values.w[i])).collect();
        self.values.extend(kept);
    }

    fn add(&mut self, other: Sums) {
        self.futures += other.futures;
        self.first.iter_mut().zip(other.first).for_each(|(a, b)| *a += b);
        self.second.iter_mut().zip(other.second).for_each(|(a, b)| *a += b);
        self.differ += other.differ;
        self.both += other.both;
        self.above = (self.above.0 + other.above.0, self.above.1 + other.above.1);
        self.below = (self.below.0 + other.below.0, self.below.1 + other.below.1);
        for (mine, theirs) in self.groups.iter_mut().flatten().zip(other.groups.into_iter().flatten()) {
            *mine += theirs;
        }
        self.values.extend(other.values);
    }
}

/// The greatest likelihood among the first futures, as for a run; none without evidence.
pub(super) fn scale(code: &Code, settings: &Settings) -> Result<Option<f64>, Stopped> {
    let program = code.program;
    let Some(weight) = program.weight else { return Ok(None) };
    let futures = settings.futures.min(PILOT);
    let mut frame = Frame::new(code);
    let mut most = 0.0f64;
    let mut alone: Vec<usize> = (0..program.observations.len()).collect();
    for (first, lanes) in (0..futures.div_ceil(CELL)).flat_map(|cell| run::blocks(futures, cell)) {
        run::play(&mut frame, program, first);
        run::fault_of(&mut frame, lanes).map_err(Stopped::Fault)?;
        most = frame.read(weight)[..lanes].iter().fold(most, |a, &b| if b > a { b } else { a });
        alone.retain(|&o| frame.column(program.observations[o].1)[..lanes].iter().all(|weight| *weight <= 0.0));
    }
    if most > 0.0 { Ok(Some(most)) } else { Err(Stopped::Impossible { futures, alone }) }
}

/// The middle of each metric in the first futures.
fn pivots(player: &Player, code: &Code, futures: u64) -> Result<Vec<f64>, Stopped> {
    let mut frame = Frame::new(code);
    run::play(&mut frame, player.program, 0);
    let lanes = usize::try_from(futures).unwrap_or(LANES).min(LANES);
    run::fault_of(&mut frame, lanes).map_err(Stopped::Fault)?;
    let pivot = |column: &Column| match column {
        Column::Metric(index) => {
            let values = frame.read(player.program.metrics[*index]);
            let mut finite: Vec<f64> = values[..lanes].iter().copied().filter(|x| x.is_finite()).collect();
            // Yes and no stay 1 and 0, so that their sums are counts.
            if finite.iter().all(|x| *x == 0.0 || *x == 1.0) {
                return 0.0;
            }
            finite.sort_by(f64::total_cmp);
            finite.get(finite.len() / 2).copied().unwrap_or(0.0)
        }
        _ => 0.0,
    };
    Ok(player.columns.iter().map(pivot).collect())
}
