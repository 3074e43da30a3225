//! Shocks: what an event does to a path, how it comes and how it goes.
//!
//! The model's value is shown times exp(ln m · g(τ)), or plus a · g(τ), where τ counts the days since the occurrence less
//! the delay; g is 0 before, ramps up to 1, and halves every half-life after that.

use super::{Context, Lowering};
use crate::chance::math::elementary::exp;
use crate::model::order::Thing;
use crate::model::types::{EventRef, Shock, Type};
use crate::program::{Operand, Place, Problem, Range, Slot, Unary, Value};
use std::f64::consts::LN_2;

impl Lowering<'_> {
    /// What the shocks on a path amount to: the sum of their logarithms, and of what they add.
    pub(super) fn shocks(&mut self, path: usize) -> (Value, Value) {
        let scenario = self.scenario;
        let (mut factors, mut sum) = (Value::Constant(0.0), Value::Constant(0.0));
        for shock in &scenario.paths[path].shocks {
            let effect = if scenario.events[shock.when.event].repeats {
                self.repeated(path, shock)
            } else {
                self.single(path, shock)
            };
            let total = if shock.multiply { &mut factors } else { &mut sum };
            *total = self.b.add(*total, effect);
        }
        (factors, sum)
    }

    /// The size, as a logarithm where the shock multiplies.
    fn size(&mut self, shock: &Shock, mask: Value, context: &Context) -> Value {
        let size = self.assumption(&shock.size, context);
        let size = if shock.multiply {
            let positive = self.b.less(Value::Constant(0.0), size);
            let possible = self.b.select(positive, size, Value::Constant(f64::NAN));
            self.ln(possible)
        } else {
            size
        };
        let address = &shock.size.address;
        let problem = if shock.multiply { Problem::NotAboveZero } else { Problem::NotANumber };
        self.b.check_against(problem, size, mask, shock.size.span, || format!("`{address}`"));
        size
    }

    /// A shock by an event that happens once.
    fn single(&mut self, path: usize, shock: &Shock) -> Value {
        let context = Context::of(Thing::Path(path));
        let number = super::range_of(Type::Number);
        let size = self.b.state_within(Value::Constant(0.0), number);
        let effect = self.b.inner_state(Value::Constant(0.0), number);
        let seen = self.b.state_within(Value::Constant(0.0), Range::YES_NO);
        let happened = self.happened(shock.when, &context);
        let date = self.date_of(shock.when, &context);
        let newly = self.b.less(Operand::Slot(seen), happened);
        // What is the same whenever it is evaluated need not be kept; where nothing has happened, none of it is felt.
        let mut fixed = None;
        self.if_any(newly, |l| {
            let new = l.size(shock, newly, &context);
            if l.b.fixed(new) && l.b.range(new).finite() {
                fixed = Some(new);
            } else {
                l.b.assign_where(newly, size, new);
                l.b.assign(seen, happened);
            }
        });
        let (size, felt) = fixed.map_or((Operand::Slot(size), Operand::Slot(seen)), |size| (size, happened));
        let simple = shock.delay == 0.0 && shock.ramp.is_none() && shock.half_life.is_none();
        if simple {
            return if fixed.is_some() { self.b.select(felt, size, Value::Constant(0.0)) } else { size };
        }
        self.if_any(felt, |l| {
            let share = l.form(shock, date);
            let part = l.b.multiply(size, share);
            l.b.assign(effect, part);
        });
        Operand::Slot(effect)
    }

    /// g(τ)
    fn form(&mut self, shock: &Shock, date: Value) -> Value {
        let now = self.now();
        let since = self.b.subtract(now, date);
        let since = self.b.subtract(since, Value::Constant(shock.delay));
        let ramp = shock.ramp.unwrap_or(0.0);
        let mut share = if ramp > 0.0 {
            let part = self.b.multiply(since, Value::Constant(1.0 / ramp));
            let part = self.b.max(part, Value::Constant(0.0));
            self.b.min(part, Value::Constant(1.0))
        } else {
            self.b.at_most(Value::Constant(0.0), since)
        };
        if let Some(half_life) = shock.half_life {
            let over = self.b.subtract(since, Value::Constant(ramp));
            let over = self.b.max(over, Value::Constant(0.0));
            let exponent = self.b.multiply(over, Value::Constant(-LN_2 / half_life));
            let left = self.exp(exponent);
            share = self.b.multiply(share, left);
        }
        share
    }

    /// Shocks by an event that repeats: their sum, which halves every half-life as a whole.
    fn repeated(&mut self, path: usize, shock: &Shock) -> Value {
        let context = Context { occurrence: true, ..Context::of(Thing::Path(path)) };
        let total = self.b.state_within(Value::Constant(0.0), super::range_of(Type::Number));
        let (count, date) = self.occurrences(shock.when, path);
        let ends = self.b.ends().to_vec();
        if let Some(half_life) = shock.half_life {
            let decay = self.b.table(|k| {
                let days = if k == 0 { 0.0 } else { ends[k] - ends[k - 1] };
                exp(-LN_2 * days / half_life)
            });
            let left = self.b.multiply(Operand::Slot(total), decay);
            self.b.assign(total, left);
        }
        self.if_any(Operand::Slot(count), |l| {
            let since = match shock.half_life {
                None => Value::Constant(1.0),
                Some(half_life) => {
                    let now = l.now();
                    let days = l.b.subtract(now, date);
                    let exponent = l.b.multiply(days, Value::Constant(-LN_2 / half_life));
                    l.exp(exponent)
                }
            };
            let event = &l.scenario.events[shock.when.event];
            let (scope, has) = l.each_occurrence(count, event.span, || format!("`{}`", event.name));
            let size = l.size(shock, has, &context);
            let part = l.b.multiply(size, since);
            let more = l.b.add(Operand::Slot(total), part);
            l.b.assign_where(has, total, more);
            l.b.close(scope);
        });
        Operand::Slot(total)
    }

    /// How often a repeating event has happened in the step that the path sees, and when.
    fn occurrences(&mut self, event: EventRef, path: usize) -> (Slot, Value) {
        let state = &self.events[event.event];
        let Some(repeats) = &state.repeats else { return (state.date, Value::Constant(0.0)) };
        let count = match event.branch {
            None => repeats.step_count,
            Some(branch) => repeats.step_branch_counts[branch],
        };
        let date = repeats.step_date;
        if !self.scenario.order.together(Thing::Path(path), Thing::Event(event.event)) {
            return (count, repeats.known_date.unwrap_or(Operand::Slot(date)));
        }
        // Of the step before: the event is in the path's circle.
        let kept = self.b.state_within(Value::Constant(0.0), Range::new(0.0, 1e9));
        let when = self.place(Place::Before, |l| {
            l.b.assign(kept, Operand::Slot(count));
            l.b.unary(Unary::Copy, Operand::Slot(date))
        });
        (kept, when)
    }
}
