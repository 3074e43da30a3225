//! What is counted in each randomisation apart, where futures are spread evenly: what differs from one to another tells
//! how well shares and means are known.

use super::exact::ExactSum;
use super::frame::Frame;
use super::tallies::{Block, Plan};
use crate::chance::sobol::RANDOMISATIONS;
use crate::program::{Branches, EventSlots, LANES, Program};

/// Weights in each randomisation. Blocks begin with a future of the first one, so that it is a lane's place that tells.
pub type Weights = [u64; RANDOMISATIONS];

const _: () = assert!(LANES.is_multiple_of(RANDOMISATIONS));

#[derive(Clone, Debug)]
pub struct Randomised {
    pub weights: Weights,
    pub outcomes: Vec<Weights>,
    pub events: Vec<EventWeights>,
    pub metrics: Vec<MetricSums>,
}

/// Of the futures in which an event has happened, and of those in which it has in each branch.
#[derive(Clone, Debug)]
pub struct EventWeights {
    pub whole: Weights,
    pub branches: Vec<Weights>,
}

/// Of the futures in which a metric has a value: their weights, and its sums counted from the pivot.
#[derive(Clone, Debug)]
pub struct MetricSums {
    pub defined: Weights,
    pub sums: [ExactSum; RANDOMISATIONS],
    /// Of the cell that is not yet closed.
    open: [f64; RANDOMISATIONS],
}

impl Randomised {
    pub fn new(program: &Program, plan: &Plan) -> Self {
        let none = [0; RANDOMISATIONS];
        let event = |slots: &EventSlots| EventWeights { whole: none, branches: vec![none; slots.branch_count] };
        let metric = MetricSums { defined: none, sums: Default::default(), open: [0.0; RANDOMISATIONS] };
        Randomised {
            weights: none,
            outcomes: vec![none; plan.outcomes],
            events: program.events.iter().map(event).collect(),
            metrics: vec![metric; plan.metrics.len()],
        }
    }

    /// Counts the finished futures of a block.
    pub fn add(&mut self, frame: &Frame, program: &Program, plan: &Plan, block: &Block) {
        let weights = &block.weights;
        count(&mut self.weights, weights, |_| true);
        if let (Some(operand), false) = (program.outcome, self.outcomes.is_empty()) {
            let classes = frame.read(operand);
            for i in 0..LANES {
                if weights[i] > 0 {
                    self.outcomes[classes[i] as usize][i % RANDOMISATIONS] += weights[i];
                }
            }
        }
        for (slots, event) in program.events.iter().zip(&mut self.events) {
            let dates = frame.column(slots.date);
            count(&mut event.whole, weights, |i| dates[i] < f64::INFINITY);
            match &slots.branches {
                Branches::None => {}
                Branches::One(slot) => {
                    let branch = frame.column(*slot);
                    for (index, of_branch) in event.branches.iter_mut().enumerate() {
                        count(of_branch, weights, |i| dates[i] < f64::INFINITY && branch[i] as usize == index);
                    }
                }
                Branches::Dates(columns) => {
                    for (&slot, of_branch) in columns.iter().zip(&mut event.branches) {
                        let dates = frame.column(slot);
                        count(of_branch, weights, |i| dates[i] < f64::INFINITY);
                    }
                }
            }
        }
        for ((&operand, metric), plan) in program.metrics.iter().zip(&mut self.metrics).zip(&plan.metrics) {
            let values = frame.read(operand);
            count(&mut metric.defined, weights, |i| values[i].is_finite());
            for i in 0..LANES {
                if weights[i] > 0 && values[i].is_finite() {
                    metric.open[i % RANDOMISATIONS] += (values[i] - plan.pivot) * weights[i] as f64;
                }
            }
        }
    }

    /// Ends a cell: its sums are added to the exact ones.
    pub fn close_cell(&mut self) {
        for metric in &mut self.metrics {
            for (sum, open) in metric.sums.iter_mut().zip(std::mem::take(&mut metric.open)) {
                sum.add(open);
            }
        }
    }

    pub fn merge(&mut self, other: &Randomised) {
        let add = |a: &mut Weights, b: &Weights| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.weights, &other.weights);
        self.outcomes.iter_mut().zip(&other.outcomes).for_each(|(a, b)| add(a, b));
        for (mine, theirs) in self.events.iter_mut().zip(&other.events) {
            add(&mut mine.whole, &theirs.whole);
            mine.branches.iter_mut().zip(&theirs.branches).for_each(|(a, b)| add(a, b));
        }
        for (mine, theirs) in self.metrics.iter_mut().zip(&other.metrics) {
            add(&mut mine.defined, &theirs.defined);
            mine.sums.iter_mut().zip(&theirs.sums).for_each(|(a, b)| a.merge(b));
        }
    }

    /// For each randomisation a weight in it, and the weight of all its futures.
    pub fn of_all(&self, part: &Weights) -> Vec<[f64; 2]> {
        self.weights.iter().zip(part).map(|(&all, &part)| [all as f64, part as f64]).collect()
    }
}

impl MetricSums {
    /// For each randomisation the weight of the futures with a value, and their sum.
    pub fn groups(&self) -> Vec<[f64; 2]> {
        self.defined.iter().zip(&self.sums).map(|(&weight, sum)| [weight as f64, sum.value()]).collect()
    }
}

fn count(to: &mut Weights, weights: &[u64; LANES], is: impl Fn(usize) -> bool) {
    for i in 0..LANES {
        to[i % RANDOMISATIONS] += if is(i) { weights[i] } else { 0 };
    }
}
