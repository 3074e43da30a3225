//! Events: the luck of one, its survival through the pieces of a step, its date and its branch.
//!
//! An event draws one uniform U for its whole life and happens in the first step in which its survival S falls below U.
//! With p the probability in force, G(x) the share of it that has come by the share x of the window, and K the product of
//! the odds in force, a step (or piece) from x₀ to x₁ multiplies S by H(x₁) / H(x₀), H(x) = (1 − p) + K · p · (1 − G(x)):
//! so odds in force all through a window multiply the odds of the event's probability, whatever the step.

mod chance;
mod repeating;
mod windows;

use super::{Context, EventState, Lowering, Moment, Repeats, range_of};
use crate::model::order::{Thing, event_terms};
use crate::model::types::{Event, Happens, Node, Term, Timing, Type};
use crate::program::{Binary, Operand, Range, Slot, Value};

pub(super) const NEVER: Value = Operand::Constant(f64::INFINITY);
pub(super) const YES: Value = Operand::Constant(1.0);

impl Lowering<'_> {
    /// The event at T(0): it has not happened.
    pub(super) fn event_state(&mut self, index: usize) -> EventState {
        let event = &self.scenario.events[index];
        let dates = Range { low: 0.0, high: f64::INFINITY, nan: false };
        let (branches, repeating) = (event.branches.len(), event.repeats && event.happens.is_none());
        let numbers = Range::new(0.0, 1e9);
        let date = self.b.state_within(NEVER, dates);
        let indices = Range::new(-1.0, branches as f64);
        let branch = (branches > 0 && !repeating).then(|| self.b.state_within(Value::Constant(-1.0), indices));
        let repeats = repeating.then(|| {
            let step_count = self.b.inner_state(Value::Constant(0.0), numbers);
            let mut counter = || self.b.state_within(Value::Constant(0.0), numbers);
            let count = counter();
            let branch_counts = (0..branches).map(|_| counter()).collect();
            let step_branch_counts = (0..branches).map(|_| counter()).collect();
            Repeats {
                count,
                step_count,
                branch_counts,
                step_branch_counts,
                branch_dates: (0..branches).map(|_| self.b.state_within(NEVER, dates)).collect(),
                step_date: self.b.inner_state(NEVER, dates),
                known_date: None,
            }
        });
        EventState { date, branch, repeats, moved: false }
    }

    /// One step of an event.
    pub(super) fn event(&mut self, index: usize) {
        let scenario = self.scenario;
        let event = &scenario.events[index];
        match (event.happens, &event.timing) {
            (Some(Happens::Never), _) => {}
            (Some(Happens::On(date)), _) => self.made_to_happen(index, date),
            (None, Timing::Static) => self.on(index, 0.0),
            (None, Timing::On(date)) => self.on(index, *date),
            (None, Timing::When(condition)) => self.when(index, condition),
            (None, Timing::Window { from, to, .. }) => self.window(index, *from, *to),
            (None, Timing::After { trigger, delay, within }) => self.after(index, *trigger, *delay, *within),
            (None, Timing::Rate { from, to }) if event.repeats => self.repeating(index, *from, *to),
            (None, Timing::Rate { from, to }) => self.rate(index, *from, *to),
        }
    }

    /// The step that holds a date; the only one of a static scenario.
    pub(super) fn step_of(&self, date: f64) -> usize {
        self.b.ends().partition_point(|&end| end < date).clamp(1, self.b.last_step())
    }

    /// Decided by a variant: it happens then, whatever its chance and requirements.
    fn made_to_happen(&mut self, index: usize, date: f64) {
        let step = self.step_of(date);
        let context = Context { moment: Moment::On(date), ..Context::of(Thing::Event(index)) };
        self.update(|l| l.in_steps(step, step + 1, |l| l.fire(index, YES, Value::Constant(date), &context)));
    }

    /// Decided on a date.
    fn on(&mut self, index: usize, date: f64) {
        let step = self.step_of(date);
        let context = Context { moment: Moment::On(date), ..Context::of(Thing::Event(index)) };
        self.update(|l| {
            l.in_steps(step, step + 1, |l| {
                let fired = l.decided(index, YES, Some(date), &context);
                l.if_any(fired, |l| l.fire(index, fired, Value::Constant(date), &context));
            });
        });
    }

    /// Decided at the end of the first step in which its condition holds.
    fn when(&mut self, index: usize, condition: &Term) {
        let decided = self.b.state_within(Value::Constant(0.0), Range::YES_NO);
        let (all, ends) = (self.b.last_step() + 1, self.b.ends().to_vec());
        let Some(held) = self.held(index) else { return self.when_in(index, condition, decided, 1..all, None) };
        match held.day {
            // Until the day nothing may be decided, on the day it must be.
            Some(day) => {
                let step = if self.scenario.calendar.is_some() { self.step_of(day) } else { 1 };
                self.when_in(index, condition, decided, 1..step, Some(f64::NEG_INFINITY));
                self.when_in(index, condition, decided, step..step + 1, Some(day));
            }
            None => {
                let later = ends.partition_point(|&end| end <= held.until).max(1);
                self.when_in(index, condition, decided, 1..later, Some(0.0));
                self.when_in(index, condition, decided, later..all, None);
            }
        }
    }

    fn when_in(
        &mut self,
        index: usize,
        condition: &Term,
        decided: Slot,
        steps: std::ops::Range<usize>,
        date: Option<f64>,
    ) {
        let event = &self.scenario.events[index];
        let context = Context::of(Thing::Event(index));
        self.update(|l| {
            l.in_steps(steps.start, steps.end, |l| {
                let holds = l.term(condition, &context);
                let undecided = l.b.not(Operand::Slot(decided));
                l.b.check(holds, undecided, condition.span, || format!("the condition of `{}`", event.name));
                let newly = l.b.and(holds, undecided);
                l.if_any(newly, |l| {
                    let fired = l.decided(index, newly, date, &context);
                    l.b.assign_where(newly, decided, YES);
                    l.if_any(fired, |l| {
                        let now = l.now();
                        l.fire(index, fired, now, &context);
                    });
                });
            });
        });
    }

    /// Whether an event that is decided now happens, where the mask holds.
    fn decided(&mut self, index: usize, mask: Value, date: Option<f64>, context: &Context) -> Value {
        let event = &self.scenario.events[index];
        let allowed = self.allowed(event, mask, context);
        let may = self.b.and(mask, allowed);
        let probability = self.probability(event, may, context);
        let odds = self.odds(event, may, context);
        let chance = self.with_odds(probability, odds);
        if let Some(seen) = self.held(index).and_then(|held| self.decided_as_seen(held, date, may, chance)) {
            return seen;
        }
        let luck = self.event_luck(index);
        let survival = self.b.subtract(YES, chance);
        let happens = self.b.less(survival, luck);
        self.b.and(may, happens)
    }

    /// `requires`
    fn allowed(&mut self, event: &Event, mask: Value, context: &Context) -> Value {
        let Some(requires) = &event.requires else { return YES };
        let holds = self.term(requires, context);
        self.b.check(holds, mask, requires.span, || format!("`requires` of `{}`", event.name));
        holds
    }

    /// Where the mask holds, the event happens: its date and its branch are set.
    pub(super) fn fire(&mut self, index: usize, mask: Value, date: Value, context: &Context) {
        let state = self.events[index].date;
        self.b.assign_where(mask, state, date);
        if let Some(slot) = self.events[index].branch {
            let branch = match self.observed_branch(index) {
                Some((branch, weight)) => {
                    let chance = self.branch_chance(index, branch, mask, context);
                    self.weigh_where(mask, weight, chance);
                    Value::Constant(branch as f64)
                }
                None => self.branch(index, mask, context),
            };
            self.b.assign_where(mask, slot, branch);
        }
    }

    /// A mask of the futures in which the event has not happened yet.
    pub(super) fn pending(&mut self, index: usize) -> Value {
        let date = Operand::Slot(self.events[index].date);
        self.b.binary(Binary::Equal, date, NEVER)
    }

    /// The events that this one names itself and that are not in its circle: causes, which come first.
    fn causes(&self, index: usize) -> Vec<usize> {
        let order = &self.scenario.order;
        let mut found = Vec::new();
        for term in event_terms(&self.scenario.events[index]) {
            directly_named(term, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|&cause| cause != index && !order.together(Thing::Event(index), Thing::Event(cause)));
        found
    }

    /// The columns that hold the dates at which causes may cut a step.
    fn cause_dates(&self, causes: &[usize]) -> Vec<Slot> {
        let date = |&cause: &usize| {
            let state = &self.events[cause];
            state.repeats.as_ref().map_or(state.date, |r| r.step_date)
        };
        causes.iter().map(date).collect()
    }

    /// A number state.
    fn number_state(&mut self, initial: f64) -> Slot {
        self.b.state_within(Value::Constant(initial), range_of(Type::Number))
    }
}

/// Events named as `e`, `e.branch`, `date_of`, `days_since` or `count`: not inside functions of time so far.
fn directly_named(term: &Term, found: &mut Vec<usize>) {
    match &term.node {
        Node::Happened(e) | Node::DaysSince(e) | Node::DateOf(e) | Node::Count(e) => found.push(e.event),
        Node::Unary(_, a) => directly_named(a, found),
        Node::Binary(_, a, b) => {
            directly_named(a, found);
            directly_named(b, found);
        }
        Node::If(c, a, b) => {
            directly_named(c, found);
            directly_named(a, found);
            directly_named(b, found);
        }
        _ => {}
    }
}
