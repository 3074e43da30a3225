//! What is counted and summed while futures stream by. Counts are weights, which are whole numbers; sums are made in a
//! fixed order over each cell of 1,024 futures and cells are added exactly: so neither threads nor order change a bit.

use super::bins::{Bins, Histogram, rounded};
use super::frame::Frame;
use super::gates::Lanes;
use super::randomised::Randomised;
use super::sum::Sum;
use crate::calendar::INTO_THE_NEXT;
use crate::program::fold::{ceil, round};
use crate::program::{Branches, EventSlots, LANES, Program};
use multiversion::multiversion;

/// Futures whose sums are made in a fixed order.
pub const CELL: u64 = 1024;
/// Metrics keep all their values up to so many futures.
pub const EXACT_UP_TO: u64 = 100_000;
/// The outcome column of a scenario without outcomes stands for this one class.
const NO_OUTCOME: usize = 1;

/// How everything is laid out: the same for all threads.
#[derive(Clone, Debug)]
pub struct Plan {
    pub outcomes: usize,
    /// For each path and date.
    pub paths: Vec<Vec<Bins>>,
    pub metrics: Vec<MetricPlan>,
    pub quantities: Vec<Bins>,
    /// Whether metrics keep all values.
    pub exact: bool,
    /// Days that one entry of the date counts stands for.
    pub days_each: f64,
    pub day_entries: usize,
    /// For each day the step that holds it, if there are not too many.
    pub step_of_day: Vec<u32>,
    /// The likelihood that weighs 2²⁴; None without evidence, where every future weighs 1.
    pub full_weight: Option<f64>,
    /// For each observation, what part of the futures they would be worth if it stood alone.
    pub costs: Vec<(String, f64)>,
}

#[derive(Clone, Debug)]
pub struct MetricPlan {
    pub bins: Bins,
    /// Subtracted before squaring, so that nothing is lost in the spread of large numbers.
    pub pivot: f64,
    pub edges: Vec<f64>,
    /// Edge i is (`first_edge` + i) · `width`.
    pub first_edge: f64,
    pub width: f64,
    /// Values that a visible share of futures has exactly.
    pub atoms: Vec<f64>,
}

#[derive(Clone, Debug)]
pub struct EventTally {
    /// Weight of the futures in which it has first happened in each step, and in which branch.
    pub steps: Vec<u64>,
    pub branch_steps: Vec<Vec<u64>>,
    /// The same by day.
    pub days: Vec<u64>,
    pub date: Sum,
    pub count: u128,
    /// For each outcome the weight of the futures in which it has happened; the same for each branch.
    pub outcomes: Vec<u64>,
    pub branch_outcomes: Vec<Vec<u64>>,
}

#[derive(Clone, Debug)]
pub struct MetricTally {
    pub defined: u64,
    pub sum: Sum,
    pub square: Sum,
    pub histogram: Histogram,
    pub values: Vec<(f64, u64)>,
    /// For each outcome: weight, sum, and what falls into the shown bins.
    pub outcome_weights: Vec<u64>,
    pub outcome_sums: Vec<Sum>,
    pub shown: Vec<Vec<u64>>,
    pub atoms: Vec<u64>,
    pub below: u64,
    pub above: u64,
}

/// Everything that is counted.
#[derive(Clone, Debug)]
pub struct Tallies {
    pub futures: u64,
    pub weight: u64,
    pub squared_weight: u128,
    pub outcomes: Vec<u64>,
    pub events: Vec<EventTally>,
    pub metrics: Vec<MetricTally>,
    pub paths: Vec<Vec<(Histogram, Sum)>>,
    pub quantities: Vec<(Histogram, Sum, Sum)>,
    /// For each clamp site the number of futures in which it mattered.
    pub clamped: Vec<u64>,
    /// The first five futures with a weight above 0, and their outcomes.
    pub kept: Vec<(u64, Option<usize>)>,
    /// Where futures are spread evenly: each randomisation apart.
    pub randomised: Option<Randomised>,
}

/// How many futures are kept as examples.
pub const KEPT: usize = 5;

impl Tallies {
    pub fn new(program: &Program, plan: &Plan) -> Self {
        let steps = program.steps() + 1;
        let classes = plan.outcomes.max(NO_OUTCOME);
        let event = |branches: usize| EventTally {
            steps: vec![0; steps],
            branch_steps: vec![vec![0; steps]; branches],
            days: vec![0; plan.day_entries],
            date: Sum::default(),
            count: 0,
            outcomes: vec![0; classes],
            branch_outcomes: vec![vec![0; classes]; branches],
        };
        let metric = |plan: &MetricPlan| MetricTally {
            defined: 0,
            sum: Sum::default(),
            square: Sum::default(),
            histogram: Histogram::of(&plan.bins),
            values: Vec::new(),
            outcome_weights: vec![0; classes],
            outcome_sums: vec![Sum::default(); classes],
            shown: vec![vec![0; plan.edges.len().saturating_sub(1)]; classes],
            atoms: vec![0; plan.atoms.len()],
            below: 0,
            above: 0,
        };
        Tallies {
            futures: 0,
            weight: 0,
            squared_weight: 0,
            outcomes: vec![0; classes],
            events: program.events.iter().map(|slots| event(slots.branch_count)).collect(),
            metrics: plan.metrics.iter().map(metric).collect(),
            paths: plan
                .paths
                .iter()
                .map(|path| path.iter().map(|bins| (Histogram::of(bins), Sum::default())).collect())
                .collect(),
            quantities: plan
                .quantities
                .iter()
                .map(|bins| (Histogram::of(bins), Sum::default(), Sum::default()))
                .collect(),
            clamped: vec![0; program.clamps.len()],
            kept: Vec::new(),
            randomised: program.design.as_ref().map(|_| Randomised::new(program, plan)),
        }
    }

    /// Ends a cell: its sums are added to the exact ones.
    pub fn close_cell(&mut self) {
        for event in &mut self.events {
            event.date.close_cell();
        }
        for metric in &mut self.metrics {
            metric.sum.close_cell();
            metric.square.close_cell();
            metric.outcome_sums.iter_mut().for_each(Sum::close_cell);
        }
        self.paths.iter_mut().flatten().for_each(|(_, sum)| sum.close_cell());
        for (_, sum, square) in &mut self.quantities {
            sum.close_cell();
            square.close_cell();
        }
        if let Some(randomised) = &mut self.randomised {
            randomised.close_cell();
        }
    }

    /// Counts the finished futures of a block.
    #[inline(always)]
    fn add_finished(&mut self, frame: &Frame, program: &Program, plan: &Plan, block: &Block) {
        let mut classes = Classes { of: [0; LANES], weights: vec![0; self.outcomes.len()] };
        if let Some(operand) = program.outcome {
            let indices = frame.read(operand);
            for i in 0..LANES {
                classes.of[i] = indices[i] as u32 as usize;
            }
        }
        self.futures += block.lanes as u64;
        for i in 0..block.lanes {
            let weight = block.weights[i];
            self.weight += weight;
            self.squared_weight += u128::from(weight) * u128::from(weight);
            classes.weights[classes.of[i]] += weight;
        }
        self.outcomes.iter_mut().zip(&classes.weights).for_each(|(all, weight)| *all += weight);
        if self.kept.len() < KEPT {
            let counted = (0..block.lanes).filter(|&i| block.weights[i] > 0).take(KEPT - self.kept.len());
            self.kept.extend(counted.map(|i| (block.first + i as u64, program.outcome.map(|_| classes.of[i]))));
        }
        for (site, count) in program.clamps.iter().zip(&mut self.clamped) {
            let flags = frame.column(site.flag);
            *count += (0..block.lanes).filter(|&i| flags[i] != 0.0 && block.weights[i] > 0).count() as u64;
        }
        for (slots, tally) in program.events.iter().zip(&mut self.events) {
            tally.add(frame, slots, program, plan, block, &classes.of);
        }
        for ((&operand, tally), plan_of) in program.metrics.iter().zip(&mut self.metrics).zip(&plan.metrics) {
            tally.add(&frame.read(operand), plan_of, plan.exact, block, &classes);
        }
        for ((&operand, (histogram, sum, square)), bins) in
            program.quantities.iter().zip(&mut self.quantities).zip(&plan.quantities)
        {
            let values = frame.read(operand);
            let squares = std::array::from_fn(|i| values[i] * values[i]);
            if block.plain {
                histogram.add_plain(bins, &values);
                sum.add(&values);
                square.add(&squares);
            } else {
                histogram.add(bins, &values, &block.weights, block.lanes);
                sum.add(&block.weighted(&values));
                square.add(&block.weighted(&squares));
            }
        }
    }

    /// Counts the values of all paths at one date.
    #[inline(always)]
    fn add_path_values(&mut self, frame: &Frame, program: &Program, plan: &Plan, block: &Block, step: usize) {
        let series = self.paths.iter_mut().zip(&plan.paths).map(|(series, bins)| (&mut series[step], &bins[step]));
        let all = program.paths.iter().map(|&slot| frame.column(slot)).zip(series);
        // A loop for each case: nothing of the rarer one is worked out in the other.
        if block.plain {
            Histogram::add_all(all.map(|(values, ((histogram, sum), bins))| {
                sum.add(values);
                (histogram, bins, values)
            }));
        } else {
            for (values, ((histogram, sum), bins)) in all {
                histogram.add(bins, values, &block.weights, block.lanes);
                sum.add(&block.weighted(values));
            }
        }
    }

    pub fn merge(&mut self, other: &Tallies) {
        let add = |a: &mut [u64], b: &[u64]| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        self.futures += other.futures;
        self.weight += other.weight;
        self.squared_weight += other.squared_weight;
        add(&mut self.outcomes, &other.outcomes);
        add(&mut self.clamped, &other.clamped);
        for (mine, theirs) in self.events.iter_mut().zip(&other.events) {
            add(&mut mine.steps, &theirs.steps);
            add(&mut mine.days, &theirs.days);
            add(&mut mine.outcomes, &theirs.outcomes);
            mine.branch_steps.iter_mut().zip(&theirs.branch_steps).for_each(|(a, b)| add(a, b));
            mine.branch_outcomes.iter_mut().zip(&theirs.branch_outcomes).for_each(|(a, b)| add(a, b));
            mine.date.merge(&theirs.date);
            mine.count += theirs.count;
        }
        for (mine, theirs) in self.metrics.iter_mut().zip(&other.metrics) {
            mine.defined += theirs.defined;
            mine.below += theirs.below;
            mine.above += theirs.above;
            mine.sum.merge(&theirs.sum);
            mine.square.merge(&theirs.square);
            mine.histogram.merge(&theirs.histogram);
            mine.values.extend_from_slice(&theirs.values);
            add(&mut mine.outcome_weights, &theirs.outcome_weights);
            add(&mut mine.atoms, &theirs.atoms);
            mine.shown.iter_mut().zip(&theirs.shown).for_each(|(a, b)| add(a, b));
            for (a, b) in mine.outcome_sums.iter_mut().zip(&theirs.outcome_sums) {
                a.merge(b);
            }
        }
        for (mine, theirs) in self.paths.iter_mut().flatten().zip(other.paths.iter().flatten()) {
            mine.0.merge(&theirs.0);
            mine.1.merge(&theirs.1);
        }
        for (mine, theirs) in self.quantities.iter_mut().zip(&other.quantities) {
            mine.0.merge(&theirs.0);
            mine.1.merge(&theirs.1);
            mine.2.merge(&theirs.2);
        }
        self.kept.extend(&other.kept);
        self.kept.sort_unstable();
        self.kept.truncate(KEPT);
        if let (Some(mine), Some(theirs)) = (&mut self.randomised, &other.randomised) {
            mine.merge(theirs);
        }
    }
}

/// Counts the finished futures of a block.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
pub fn finished(tallies: &mut Tallies, frame: &Frame, program: &Program, plan: &Plan, block: &Block) {
    tallies.add_finished(frame, program, plan, block);
    if let Some(randomised) = &mut tallies.randomised {
        randomised.add(frame, program, plan, block);
    }
}

/// Counts the values of all paths at one date.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
pub fn path_values(tallies: &mut Tallies, frame: &Frame, program: &Program, plan: &Plan, block: &Block, step: usize) {
    tallies.add_path_values(frame, program, plan, block, step);
}

/// What becomes of the futures of a block: the outcome of each, and what all that have one weigh.
struct Classes {
    of: [usize; LANES],
    weights: Vec<u64>,
}

/// The futures of a block, and what they weigh.
pub struct Block {
    pub first: u64,
    /// How many of its columns are futures that were asked for.
    pub lanes: usize,
    pub weights: [u64; LANES],
    /// Whether all columns count, and all weigh 1.
    pub plain: bool,
}

impl Block {
    /// Values times weights; lanes beyond the futures are 0.
    #[inline(always)]
    fn weighted(&self, values: &[f64; LANES]) -> [f64; LANES] {
        std::array::from_fn(|i| if self.weights[i] == 0 { 0.0 } else { values[i] * self.weights[i] as f64 })
    }
}

impl EventTally {
    #[inline(always)]
    fn add(
        &mut self,
        frame: &Frame,
        slots: &EventSlots,
        program: &Program,
        plan: &Plan,
        block: &Block,
        classes: &[usize; LANES],
    ) {
        if program.ends.last() == Some(&0.0) && slots.count.is_none() {
            return self.add_timeless(frame, slots, block, classes);
        }
        let dates = frame.column(slots.date);
        let counts = |i: usize| (dates[i] < f64::INFINITY) & (block.weights[i] > 0);
        let happened = Lanes::in_block(counts);
        // For all at once: the day that holds each date, as `day_holding` has it, and the whole day at or after it.
        let (mut counted, mut holding, mut after) = ([0.0; LANES], [0; LANES], [0; LANES]);
        for i in 0..LANES {
            counted[i] = if counts(i) { dates[i] } else { 0.0 };
            holding[i] = rounded(ceil(counted[i] - INTO_THE_NEXT));
            after[i] = rounded(ceil(counted[i]));
        }
        let step_of_day = &plan.step_of_day[..];
        let step_of = |after: u32, date: f64| match step_of_day.get(after as usize) {
            Some(&step) => step as usize,
            None => program.ends.partition_point(|&end| end < date).min(program.steps()),
        };
        // Where these lie is known to stay the same while they are written.
        let (steps, days, outcomes) = (&mut self.steps[..], &mut self.days[..], &mut self.outcomes[..]);
        let (days_each, last) = (plan.days_each, days.len() - 1);
        for i in happened.iter() {
            let weight = block.weights[i];
            steps[step_of(after[i], dates[i])] += weight;
            outcomes[classes[i]] += weight;
            let day = holding[i] as usize;
            let entry = if days_each == 1.0 { day } else { (day as f64 / days_each).ceil() as usize };
            days[entry.min(last)] += weight;
        }
        match &slots.branches {
            Branches::None => {}
            Branches::One(slot) => {
                let branches = frame.column(*slot);
                for i in happened.iter() {
                    let branch = branches[i] as usize;
                    self.branch_steps[branch][step_of(after[i], dates[i])] += block.weights[i];
                    self.branch_outcomes[branch][classes[i]] += block.weights[i];
                }
            }
            Branches::Dates(columns) => {
                for (branch, slot) in columns.iter().enumerate() {
                    let dates = frame.column(*slot);
                    for i in happened.iter().filter(|&i| dates[i] < f64::INFINITY) {
                        let step = step_of(rounded(ceil(dates[i])), dates[i]);
                        self.branch_steps[branch][step] += block.weights[i];
                        self.branch_outcomes[branch][classes[i]] += block.weights[i];
                    }
                }
            }
        }
        match slots.count {
            Some(slot) => {
                let count = frame.column(slot);
                for i in happened.iter() {
                    self.count += u128::from(block.weights[i]) * count[i] as u128;
                }
            }
            None if block.plain => self.count += u128::from(happened.count()),
            None => self.count += happened.iter().map(|i| u128::from(block.weights[i])).sum::<u128>(),
        }
        if block.plain {
            self.date.add(&counted);
        } else {
            self.date.add(&block.weighted(&counted));
        }
    }

    /// Where everything is decided at one moment, all dates are 0: what did not happen counts with a weight of 0, so that
    /// nothing depends on a guess of the processor.
    #[inline(always)]
    fn add_timeless(&mut self, frame: &Frame, slots: &EventSlots, block: &Block, classes: &[usize; LANES]) {
        let dates = frame.column(slots.date);
        let weight = |i: usize| if dates[i] < f64::INFINITY { block.weights[i] } else { 0 };
        let mut happened = 0;
        for i in 0..block.lanes {
            happened += weight(i);
            self.outcomes[classes[i]] += weight(i);
        }
        self.steps[0] += happened;
        self.count += u128::from(happened);
        if let Branches::One(slot) = &slots.branches {
            let branches = frame.column(*slot);
            for i in 0..block.lanes {
                let branch = if branches[i] > 0.0 { branches[i] as usize } else { 0 };
                self.branch_steps[branch][0] += weight(i);
                self.branch_outcomes[branch][classes[i]] += weight(i);
            }
        }
    }
}

impl MetricTally {
    #[inline(always)]
    fn add(&mut self, values: &[f64; LANES], plan: &MetricPlan, exact: bool, block: &Block, classes: &Classes) {
        let counts = |i: usize| values[i].is_finite() & (block.weights[i] > 0);
        let mut apart = [0.0; LANES];
        let mut squares = [0.0; LANES];
        for i in 0..LANES {
            let distance = values[i] - plan.pivot;
            let weight = block.weights[i] as f64;
            apart[i] = if counts(i) { distance * weight } else { 0.0 };
            squares[i] = if counts(i) { distance * distance * weight } else { 0.0 };
        }
        let all = block.plain && (0..LANES).fold(true, |all, i| all & counts(i));
        if all {
            self.histogram.add_plain(&plan.bins, values);
            self.defined += LANES as u64;
            self.outcome_weights.iter_mut().zip(&classes.weights).for_each(|(all, weight)| *all += weight);
        }
        let bins = plan.edges.len().saturating_sub(1);
        let edges = &plan.edges[..];
        let (low, high) = match (edges.first(), edges.last()) {
            (Some(&low), Some(&high)) => (low, high),
            // Without bins everything lies above.
            _ => (f64::NEG_INFINITY, f64::NEG_INFINITY),
        };
        // For all at once: of the edge that is nearest, the bin that begins or ends there.
        let per_unit = bins as f64 / (high - low);
        let mut places = [0; LANES];
        for i in 0..LANES {
            let place = (values[i] - low) * per_unit;
            let near = round(if (place >= 0.0) & (place < bins as f64) { place } else { 0.0 });
            let edge = (plan.first_edge + near) * plan.width;
            places[i] = rounded(if values[i] < edge { near - 1.0 } else { near });
        }
        let (outcome_sums, outcome_weights) = (&mut self.outcome_sums[..], &mut self.outcome_weights[..]);
        let (atoms, shown) = (&mut self.atoms[..], &mut self.shown[..]);
        for i in 0..block.lanes {
            let (value, weight, class) = (values[i], block.weights[i], classes.of[i]);
            if !all {
                if !counts(i) {
                    continue;
                }
                self.defined += weight;
                outcome_weights[class] += weight;
                self.histogram.add_one(&plan.bins, value, weight);
            }
            // The same fixed order as in a sum of all: the others count as 0.
            outcome_sums[class].add_in_place(i, apart[i]);
            if exact {
                self.values.push((value, weight));
            }
            if let Some(atom) = plan.atoms.iter().position(|&atom| atom.to_bits() == value.to_bits()) {
                atoms[atom] += weight;
                continue;
            }
            if value < low {
                self.below += weight;
            } else if value < high {
                shown[class][places[i] as usize] += weight;
            } else {
                self.above += weight;
            }
        }
        self.sum.add(&apart);
        self.square.add(&squares);
    }
}
