//! Scenario → program: the operations of a step, in dependency order.

mod assumptions;
mod chance;
mod dependence;
mod ends;
mod events;
mod evidence;
mod memory;
mod paths;
mod shocks;
mod terms;

use super::order::Thing;
use super::types::{Scenario, Type};
use crate::diagnostic::Span;
use crate::program::{Branches, Builder, EventSlots, Place, Problem, Program, Range, Scope, Slot, Value};
use dependence::Dependence;
use memory::Memory;
use std::collections::BTreeMap;

/// The state of a path: the value shown, and what its model moves.
struct PathState {
    shown: Slot,
    /// The same as `shown` where nothing lies between.
    inner: Slot,
    start: Value,
}

/// The state of an event.
struct EventState {
    /// Of the first occurrence; infinite if there is none.
    date: Slot,
    /// Index of the branch, for an event that happens once.
    branch: Option<Slot>,
    repeats: Option<Repeats>,
    /// Whether it has had its turn in the step: until then its date is what it was at the step's start.
    moved: bool,
}

struct Repeats {
    count: Slot,
    branch_dates: Vec<Slot>,
    branch_counts: Vec<Slot>,
    /// Of this step: how many, in which branches, and their date (infinite if there are none).
    step_count: Slot,
    step_branch_counts: Vec<Slot>,
    step_date: Slot,
    /// The same where it is known beforehand, in the steps that have any.
    known_date: Option<Value>,
}

/// From which moment, and by whom, an expression is read.
#[derive(Clone, Copy)]
struct Context<'c> {
    moment: Moment,
    /// The thing that reads: what stands in its circle is seen as of the end of the step before.
    reader: Option<Thing>,
    /// Events that are read as of the piece's start.
    causes: &'c [usize],
    piece: Option<Value>,
    /// Whether every occurrence draws anew.
    occurrence: bool,
    /// Whether a path's parameter is read: `before(x)` is then x at the start of the step, as every name in it is.
    parameter: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Moment {
    /// T(0), when nothing has happened.
    Start,
    /// The start of the step, T(k−1).
    Before,
    /// The end of the step, T(k).
    Now,
    /// A date in the step, for an event with `on`.
    On(f64),
    /// The end of the scenario.
    End,
}

impl Context<'_> {
    fn at(moment: Moment) -> Self {
        Context { moment, reader: None, causes: &[], piece: None, occurrence: false, parameter: false }
    }

    /// Of what a path's step is made from: its parameters and bounds.
    fn parameter() -> Self {
        Context { parameter: true, ..Context::at(Moment::Before) }
    }

    fn of(reader: Thing) -> Self {
        Context { reader: Some(reader), ..Context::at(Moment::Now) }
    }
}

/// Of one thing in one step, where each of them is played out.
const MOST_OCCURRENCES: f64 = 10_000.0;

struct Lowering<'s> {
    scenario: &'s Scenario,
    b: Builder,
    paths: Vec<PathState>,
    /// What each path's model starts from, before bounds.
    own_starts: BTreeMap<usize, Value>,
    events: Vec<EventState>,
    quantities: Vec<Value>,
    memory: Memory,
    dependence: Dependence,
    /// The weight of each observation.
    weights: Vec<Slot>,
    outside: Vec<Outside>,
}

/// An assumption that is out of its bounds in every future.
pub struct Outside {
    pub span: Span,
    /// Else something that must not be below 0.
    pub probability: bool,
}

/// The program of a scenario, with all its luck drawn from `seed`.
pub fn lower(scenario: &Scenario, seed: u64) -> Program {
    let mut lowering = Lowering::new(scenario, seed);
    let (metrics, outcome, weight) = lowering.all();
    lowering.finish(metrics, outcome, weight)
}

/// The assumptions that are out of their bounds in every future, whatever is drawn.
pub fn outside(scenario: &Scenario) -> Vec<Outside> {
    let mut lowering = Lowering::new(scenario, 0);
    lowering.all();
    lowering.outside
}

impl<'s> Lowering<'s> {
    fn new(scenario: &'s Scenario, seed: u64) -> Self {
        let ends: Vec<f64> = match &scenario.calendar {
            Some(calendar) => calendar.ends.iter().map(|&end| f64::from(end) - f64::from(calendar.start)).collect(),
            // A static scenario is one step of no length.
            None => vec![0.0, 0.0],
        };
        Lowering {
            scenario,
            b: Builder::new(seed, ends),
            paths: Vec::new(),
            own_starts: BTreeMap::new(),
            events: Vec::new(),
            quantities: Vec::new(),
            memory: Memory::default(),
            dependence: Dependence::new(scenario),
            weights: Vec::new(),
            outside: Vec::new(),
        }
    }

    /// All operations; gives the metrics, the outcome and the weight of a future.
    fn all(&mut self) -> (Vec<Value>, Option<Value>, Option<Value>) {
        self.quantities();
        self.events = (0..self.scenario.events.len()).map(|i| self.event_state(i)).collect();
        // A path that is seen keeps its model's value apart from what is shown, so the weights come first.
        self.evidence();
        self.path_states();
        for thing in self.scenario.order.things.clone() {
            match thing {
                Thing::Path(index) => self.path(index),
                Thing::Event(index) => {
                    self.event(index);
                    self.events[index].moved = true;
                }
            }
        }
        let metrics = self.metrics();
        let outcome = self.outcome();
        self.step_observations();
        self.memories();
        (metrics, outcome, self.weight())
    }
}

impl Lowering<'_> {
    /// Does `work` in the update of a step.
    fn update<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.place(Place::Update, work)
    }

    /// Does `work` with operations going to `place`.
    fn place<T>(&mut self, place: Place, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.b.enter(place);
        let result = work(self);
        self.b.enter(outer);
        result
    }

    /// Does `work` for the steps `from..to` only.
    fn in_steps<T>(&mut self, from: usize, to: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.b.enter_steps(from, to);
        let result = work(self);
        self.b.leave_steps(outer);
        result
    }

    /// Does `work` at the end of every step, also where it is asked for in some steps only: what is kept of the past is
    /// kept from the start.
    fn in_every_step_after(&mut self, work: impl FnOnce(&mut Self)) {
        let outer = self.b.enter_every_step();
        self.place(Place::After, work);
        self.b.leave_steps(outer);
    }

    /// Runs `body` only where the mask holds in some future of the block.
    fn if_any(&mut self, mask: Value, body: impl FnOnce(&mut Self)) {
        let Some(scope) = self.b.open_if_any(mask) else { return };
        body(self);
        self.b.close(scope);
    }

    /// Opens a body that runs for each occurrence of a step; gives it and a mask of the futures that have so many.
    fn each_occurrence(&mut self, count: Slot, span: Span, what: impl FnOnce() -> String) -> (Scope, Value) {
        let count = Value::Slot(count);
        let few = self.b.at_most(count, Value::Constant(MOST_OCCURRENCES));
        let known = self.b.select(few, count, Value::Constant(f64::NAN));
        self.b.check_against(Problem::TooMany, known, Value::Constant(1.0), span, what);
        let counted = self.b.select(few, count, Value::Constant(0.0));
        self.b.open_times(counted)
    }

    /// Does `body` for each of the pieces into which causes cut `from..to`, given the piece's bounds.
    fn pieces(&mut self, from: Value, to: Value, causes: Vec<Slot>, body: impl Fn(&mut Self, Value, Value)) {
        let whole = self.b.open_whole();
        body(self, from, to);
        let (scope, low, high) = self.b.open_pieces(whole, from, to, causes);
        body(self, low, high);
        self.b.close(scope);
    }

    fn quantities(&mut self) {
        let scenario = self.scenario;
        self.quantities = vec![Value::Constant(f64::NAN); scenario.quantities.len()];
        for &index in &scenario.order.quantities {
            let quantity = &scenario.quantities[index];
            let value = self.assumption(&quantity.value, &Context::at(Moment::Start));
            self.b.check(value, Value::Constant(1.0), quantity.value.span, || format!("`{}`", quantity.name));
            self.quantities[index] = value;
        }
    }

    /// T(k) for each step.
    fn now(&mut self) -> Value {
        let ends = self.b.ends().to_vec();
        self.b.table(|k| ends[k])
    }

    /// T(k−1) for each step.
    fn step_start(&mut self) -> Value {
        let ends = self.b.ends().to_vec();
        self.b.table(|k| ends[k.saturating_sub(1)])
    }

    fn finish(self, metrics: Vec<Value>, outcome: Option<Value>, weight: Option<Value>) -> Program {
        let paths = self.paths.iter().map(|p| p.shown).collect();
        let slots = |(state, event): (&EventState, &super::types::Event)| EventSlots {
            date: state.date,
            branch_count: event.branches.len(),
            branches: match (&state.branch, &state.repeats) {
                (Some(branch), _) => Branches::One(*branch),
                (None, Some(r)) if !r.branch_dates.is_empty() => Branches::Dates(r.branch_dates.clone()),
                _ => Branches::None,
            },
            count: state.repeats.as_ref().map(|r| r.count),
        };
        let events = self.events.iter().zip(&self.scenario.events).map(slots).collect();
        let quantities = self.quantities.clone();
        let observed: Vec<(String, Slot)> =
            self.scenario.observations.iter().map(|o| o.name.clone()).zip(self.weights.iter().copied()).collect();
        let mut program = self.b.finish();
        program.paths = paths;
        program.events = events;
        program.quantities = quantities;
        program.metrics = metrics;
        program.outcome = outcome;
        program.weight = weight;
        program.observations = observed;
        program.close_ranks();
        program
    }
}

/// What is known beforehand of a value of that type.
fn range_of(kind: Type) -> Range {
    match kind {
        Type::Number => Range::FINITE,
        Type::YesNo => Range::YES_NO,
        Type::Date => Range { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: false },
    }
}
