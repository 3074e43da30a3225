//! Expressions: what each part is at the moment it is read.

use super::{Context, Lowering, Moment};
use crate::calendar::DAYS_PER_YEAR;
use crate::model::order::Thing;
use crate::model::types::{EventRef, Node, Term};
use crate::program::{Binary, Operand, Place, Unary, Value};

const NEVER: Value = Operand::Constant(f64::INFINITY);

impl Lowering<'_> {
    pub(super) fn term(&mut self, term: &Term, context: &Context) -> Value {
        match &term.node {
            Node::Constant(value) => Value::Constant(*value),
            Node::Quantity(index) => self.quantities[*index],
            Node::Path(index) => self.path_value(*index, context),
            Node::Metric(index) => {
                let scenario = self.scenario;
                self.term(&scenario.metrics[*index].value, context)
            }
            Node::Happened(event) => self.happened(*event, context),
            Node::DateOf(event) => self.date_of(*event, context),
            Node::DaysSince(event) => {
                let happened = self.happened(*event, context);
                let date = self.date_of(*event, context);
                let today = self.today(context);
                let days = self.b.subtract(today, date);
                self.b.select(happened, days, NEVER)
            }
            Node::Count(event) => self.count(*event, context),
            Node::Years => {
                let today = self.today(context);
                self.b.divide(today, Value::Constant(DAYS_PER_YEAR))
            }
            Node::Today => self.today(context),
            Node::Unary(does, a) => {
                let a = self.term(a, context);
                self.b.unary(*does, a)
            }
            Node::Binary(does, a, b) => {
                let (a, b) = (self.term(a, context), self.term(b, context));
                self.binary(*does, a, b)
            }
            Node::If(condition, then, otherwise) => {
                let condition = self.term(condition, context);
                let (then, otherwise) = (self.term(then, context), self.term(otherwise, context));
                self.b.select(condition, then, otherwise)
            }
            Node::SoFar(does, argument) => self.so_far(*does, argument, context),
            Node::At(argument, step) => self.at(argument, *step),
            Node::Ago(path, days) => self.ago(*path, *days, context),
            Node::Before(argument) => self.before(argument, context),
            Node::Draw(draw) => self.draw(draw, context),
        }
    }

    pub(super) fn binary(&mut self, does: Binary, a: Value, b: Value) -> Value {
        match does {
            Binary::Less => self.b.less(a, b),
            Binary::AtMost => self.b.at_most(a, b),
            Binary::Equal => self.b.compare(Binary::Equal, Binary::EqualOrNan, a, b),
            Binary::Different => self.b.compare(Binary::Different, Binary::DifferentOrNan, a, b),
            Binary::Min => self.b.min(a, b),
            Binary::Max => self.b.max(a, b),
            Binary::And => self.b.and(a, b),
            Binary::Or => self.b.or(a, b),
            // Small whole powers are products: exact for whole numbers, and right for negative ones.
            Binary::Power => match b {
                Value::Constant(2.0) => self.b.multiply(a, a),
                Value::Constant(3.0) => {
                    let square = self.b.multiply(a, a);
                    self.b.multiply(square, a)
                }
                Value::Constant(4.0) => {
                    let square = self.b.multiply(a, a);
                    self.b.multiply(square, square)
                }
                _ => self.b.binary(does, a, b),
            },
            _ => self.b.binary(does, a, b),
        }
    }

    /// Days since the start.
    pub(super) fn today(&mut self, context: &Context) -> Value {
        match context.moment {
            Moment::Start => Value::Constant(0.0),
            Moment::Before => self.step_start(),
            Moment::Now => self.now(),
            Moment::On(date) => Value::Constant(date),
            Moment::End => Value::Constant(*self.b.ends().last().unwrap_or(&0.0)),
        }
    }

    fn in_circle(&self, thing: Thing, context: &Context) -> bool {
        context.reader.is_some_and(|reader| self.scenario.order.together(reader, thing))
    }

    /// What a state was at the start of the step: a copy, since whoever asks may read it after the state has moved on.
    pub(super) fn state_before(&mut self, slot: u32) -> Value {
        self.place(Place::Before, |l| l.b.unary(Unary::Copy, Operand::Slot(slot)))
    }

    pub(super) fn path_value(&mut self, index: usize, context: &Context) -> Value {
        let Some(state) = self.paths.get(index).filter(|p| p.shown != u32::MAX) else {
            return Value::Constant(f64::NAN);
        };
        let shown = state.shown;
        match context.moment {
            Moment::Start => state.start,
            Moment::Before => self.state_before(shown),
            _ if self.in_circle(Thing::Path(index), context) => self.state_before(shown),
            _ => Operand::Slot(shown),
        }
    }

    /// The date up to which an event must have happened to count; None where everything that has happened counts.
    fn counted_until(&mut self, event: usize, context: &Context) -> Option<Value> {
        match context.moment {
            Moment::Start | Moment::End => None,
            Moment::Before => Some(self.step_start()),
            _ if self.in_circle(Thing::Event(event), context) => Some(self.step_start()),
            _ if context.causes.contains(&event) => context.piece,
            Moment::On(date) if self.scenario.calendar.is_some() => Some(Value::Constant(date)),
            Moment::On(_) | Moment::Now => None,
        }
    }

    /// Whether what an event's date is now is what it was at the start of the step, which is `until`.
    fn as_at_step_start(&mut self, event: EventRef, until: Value) -> bool {
        let step_start = self.step_start();
        self.b.place() == Place::Update && !self.events[event.event].moved && self.b.same(until, step_start)
    }

    /// The column that holds the first date of an event or branch, and whether that branch is the one.
    fn date_column(&mut self, event: EventRef) -> (Value, Option<Value>) {
        let state = &self.events[event.event];
        match (event.branch, &state.repeats, state.branch) {
            (None, ..) => (Operand::Slot(state.date), None),
            (Some(branch), Some(repeats), _) => (Operand::Slot(repeats.branch_dates[branch]), None),
            (Some(branch), None, Some(slot)) => {
                let date = Operand::Slot(state.date);
                let same = self.b.binary(Binary::Equal, Operand::Slot(slot), Value::Constant(branch as f64));
                (date, Some(same))
            }
            (Some(_), None, None) => (NEVER, None),
        }
    }

    pub(super) fn happened(&mut self, event: EventRef, context: &Context) -> Value {
        if context.moment == Moment::Start {
            return Value::Constant(0.0);
        }
        if context.moment == Moment::Before && self.b.place() != Place::Before {
            return self.place(Place::Before, |l| l.happened(event, context));
        }
        let until = self.counted_until(event.event, context);
        let step_start = self.step_start();
        if self.b.place() == Place::Update && until.is_some_and(|until| self.b.same(until, step_start)) {
            // What has happened up to the start of the step is what had happened then.
            return self.happened(event, &Context::at(Moment::Before));
        }
        let (date, same) = self.date_column(event);
        let in_time = match until.filter(|_| self.b.place() != Place::Before) {
            Some(until) => self.b.at_most(date, until),
            None => self.b.less(date, NEVER),
        };
        match same {
            Some(same) => self.b.and(same, in_time),
            None => in_time,
        }
    }

    pub(super) fn date_of(&mut self, event: EventRef, context: &Context) -> Value {
        if context.moment == Moment::Start {
            return NEVER;
        }
        if context.moment == Moment::Before && self.b.place() != Place::Before {
            return self.place(Place::Before, |l| l.date_of(event, context));
        }
        let until = self.counted_until(event.event, context);
        let (date, same) = self.date_column(event);
        let counts = until.is_none_or(|until| self.as_at_step_start(event, until));
        if counts && same.is_none() {
            return date;
        }
        let happened = self.happened(event, context);
        self.b.select(happened, date, NEVER)
    }

    fn count(&mut self, event: EventRef, context: &Context) -> Value {
        let Some(repeats) = &self.events[event.event].repeats else { return self.happened(event, context) };
        let slot = match event.branch {
            None => repeats.count,
            Some(branch) => repeats.branch_counts[branch],
        };
        let step_date = repeats.step_date;
        if context.moment == Moment::Start {
            return Value::Constant(0.0);
        }
        if context.moment == Moment::Before || self.in_circle(Thing::Event(event.event), context) {
            return self.state_before(slot);
        }
        match self.counted_until(event.event, context) {
            None => Operand::Slot(slot),
            Some(until) => {
                let before = self.state_before(slot);
                let in_time = self.b.at_most(Operand::Slot(step_date), until);
                self.b.select(in_time, Operand::Slot(slot), before)
            }
        }
    }
}
