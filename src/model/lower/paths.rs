//! Paths: the model's step, the shocks on it, and the bounds of what is shown.

use super::{Context, Lowering, Moment, PathState, range_of};
use crate::chance::uniform::key;
use crate::model::order::Thing;
use crate::model::types::{Assumption, FieldValue, History, Path, Type};
use crate::model::words::paths::{Holds, Step};
use crate::program::{Binary, Once, Operand, Place, Slot, Ternary, Unary, Value};

impl Lowering<'_> {
    /// The paths at T(0).
    pub(super) fn path_states(&mut self) {
        let scenario = self.scenario;
        let unknown = || PathState { shown: u32::MAX, inner: u32::MAX, start: Value::Constant(f64::NAN) };
        self.paths = scenario.paths.iter().map(|_| unknown()).collect();
        let context = Context::at(Moment::Start);
        // A value at T(0) is known before there is a column for it.
        for &index in &scenario.order.starts {
            let path = &scenario.paths[index];
            let own = match (&path.start, &path.formula) {
                (Some(start), _) => self.assumption(start, &context),
                (None, Some(formula)) => self.term(formula, &context),
                (None, None) => Value::Constant(f64::NAN),
            };
            let place = path.formula.as_ref().map_or(path.span, |formula| formula.span);
            self.b.check_finite(own, place, || format!("`{}`", path.name));
            let bounds = self.bounds(path, &context);
            let shown = self.within(own, bounds);
            let range = range_of(path.kind);
            let slot = self.b.state_within(shown, range);
            let seen = !self.seen_values(index).is_empty();
            let plain = !seen && !log(path) && path.shocks.is_empty() && path.min.is_none() && path.max.is_none();
            let inner = match (plain, log(path)) {
                (true, _) => slot,
                (false, true) => self.b.state_within(Value::Constant(0.0), range),
                (false, false) => self.b.state_within(own, range),
            };
            // Models move on from their own start; what others read is what is shown.
            self.paths[index] = PathState { shown: slot, inner, start: shown };
            self.own_starts.insert(index, own);
        }
    }

    fn bounds(&mut self, path: &Path, context: &Context) -> (Option<Value>, Option<Value>) {
        let min = path.min.as_ref().map(|a| self.parameter(a, context));
        let max = path.max.as_ref().map(|a| self.parameter(a, context));
        (min, max)
    }

    fn within(&mut self, value: Value, (min, max): (Option<Value>, Option<Value>)) -> Value {
        let value = min.map_or(value, |min| self.b.max(value, min));
        max.map_or(value, |max| self.b.min(value, max))
    }

    fn parameter(&mut self, assumption: &Assumption, context: &Context) -> Value {
        let value = self.assumption(assumption, context);
        let address = &assumption.address;
        self.b.check(value, Value::Constant(1.0), assumption.span, || format!("`{address}`"));
        value
    }

    /// One step of a path.
    pub(super) fn path(&mut self, index: usize) {
        let scenario = self.scenario;
        let path = &scenario.paths[index];
        let before = Context::parameter();
        let bounds = self.place(Place::Before, |l| l.bounds(path, &before));
        let raw = match &path.formula {
            Some(formula) if path.model.advance.is_none() => {
                self.update(|l| l.term(formula, &Context::of(Thing::Path(index))))
            }
            _ => self.moved(index, path),
        };
        self.update(|l| {
            let shown = l.within(raw, bounds);
            let place = path.formula.as_ref().map_or(path.span, |formula| formula.span);
            l.b.check_finite(shown, place, || format!("`{}`", path.name));
            let slot = l.paths[index].shown;
            l.b.assign(slot, shown);
        });
    }

    /// The model's value with the shocks on it.
    fn moved(&mut self, index: usize, path: &Path) -> Value {
        let state = self.paths[index].inner;
        let start = self.own_starts[&index];
        let fields = self.fields(path);
        let years = self.years();
        let (normal, change) = self.update(|l| {
            let normal = path.model.normal.then(|| l.path_normal(index));
            let change = match (&path.jumps, &path.history) {
                (Some(_), _) => Some(l.jumps(path)),
                (None, Some(history)) => Some(l.resampled(history)),
                (None, None) => None,
            };
            (normal, change)
        });
        let Some(advance) = path.model.advance else { return Value::Constant(f64::NAN) };
        self.update(|l| {
            let step = Step { state: Operand::Slot(state), start, years: &years, fields: &fields, normal, change };
            let next = advance(&mut l.b, &step);
            let seen = l.seen_values(index);
            let alone = state == l.paths[index].shown;
            if seen.is_empty() && !alone {
                l.b.assign(state, next);
            }
            let (factors, sum) = l.shocks(index);
            if alone {
                return next;
            }
            if !seen.is_empty() {
                let moved = l.b.state_within(Value::Constant(0.0), range_of(Type::Number));
                l.b.assign(moved, next);
                for (k, value, weight) in seen {
                    l.in_steps(k, k + 1, |l| {
                        let zero = advance(&mut l.b, &Step { normal: Some(Value::Constant(0.0)), ..step });
                        let one = advance(&mut l.b, &Step { normal: Some(Value::Constant(1.0)), ..step });
                        let (target, slope) = l.target(path, start, value, factors, sum);
                        l.see(index, weight, moved, (zero, one), (target, slope));
                    });
                }
                l.b.assign(state, Operand::Slot(moved));
            }
            let own = Operand::Slot(state);
            let scaled = if log(path) {
                // One exponential serves the model and all shocks that multiply.
                let all = l.b.add(own, factors);
                let ratio = l.exp(all);
                l.b.multiply(start, ratio)
            } else if factors == Value::Constant(0.0) {
                own
            } else {
                let ratio = l.exp(factors);
                l.b.multiply(own, ratio)
            };
            l.b.add(scaled, sum)
        })
    }

    /// The state at which a value is shown, and by how much what is shown changes with the state.
    fn target(&mut self, path: &Path, start: Value, value: f64, factors: Value, sum: Value) -> (Value, Value) {
        let scaled = self.b.subtract(Value::Constant(value), sum);
        if log(path) {
            let ratio = self.b.divide(scaled, start);
            let logarithm = self.ln(ratio);
            return (self.b.subtract(logarithm, factors), scaled);
        }
        let ratio = self.exp(factors);
        (self.b.divide(scaled, ratio), ratio)
    }

    /// Moves a path to where it was seen and weighs the future by the density of the step that gets there. Steps are
    /// straight lines in their normal: `zero` and `one` are where it would lead at 0 and at 1.
    fn see(
        &mut self,
        index: usize,
        weight: Slot,
        moved: Slot,
        (zero, one): (Value, Value),
        (target, slope): (Value, Value),
    ) {
        let swing = self.b.subtract(one, zero);
        let distance = self.b.subtract(target, zero);
        let normal = self.b.divide(distance, swing);
        let (own, factor) = self.own_part(index, normal);
        let density = self.bell(own);
        let width = self.b.multiply(swing, slope);
        let width = self.b.multiply(width, Value::Constant(factor));
        let density = self.b.divide(density, width);
        // Where no step can get there, the future cannot be.
        let possible = self.b.less(Value::Constant(0.0), density);
        let sure = self.b.binary(Binary::Equal, possible, Value::Constant(1.0));
        let density = self.b.ternary(Ternary::Select, sure, density, Value::Constant(0.0));
        self.weigh(weight, density);
        let reached = self.b.ternary(Ternary::Select, sure, target, Operand::Slot(moved));
        self.b.assign(moved, reached);
    }

    /// The model's numbers, read at the start of the step.
    fn fields(&mut self, path: &Path) -> Vec<Option<Value>> {
        let before = Context::parameter();
        self.place(Place::Before, |l| {
            let read = |(value, field): (&Option<FieldValue>, &crate::model::words::paths::Field)| {
                value.as_ref().map(|value| match value {
                    FieldValue::Days(days) => Value::Constant(*days),
                    FieldValue::Number(a) if field.holds == Holds::Size => {
                        l.bounded(a, 0.0, f64::INFINITY, Value::Constant(1.0), &before)
                    }
                    FieldValue::Number(a) => l.parameter(a, &before),
                })
            };
            path.fields.iter().zip(path.model.fields).map(read).collect()
        })
    }

    /// The length of each step in years.
    pub(super) fn years(&self) -> Vec<f64> {
        let ends = self.b.ends();
        let days = |k: usize| if k == 0 { 0.0 } else { ends[k] - ends[k - 1] };
        (0..ends.len()).map(|k| days(k) / crate::calendar::DAYS_PER_YEAR).collect()
    }

    /// The sum of the sizes of a step's jumps.
    fn jumps(&mut self, path: &Path) -> Value {
        let Some(jumps) = &path.jumps else { return Value::Constant(0.0) };
        let before = Context { occurrence: true, ..Context::parameter() };
        let rate =
            self.place(Place::Before, |l| l.bounded(&jumps.rate, 0.0, f64::INFINITY, Value::Constant(1.0), &before));
        let years = self.years();
        let dt = self.b.table(|k| years[k]);
        let mean = self.b.multiply(rate, dt);
        let uniform = self.luck(&format!("paths.{}.jumps", path.name), 0, Once::Count);
        let number = self.b.poisson(uniform, mean);
        let count = self.b.state_within(Value::Constant(0.0), self.b.range(number));
        self.b.assign(count, number);
        let sum = self.b.state_within(Value::Constant(0.0), range_of(Type::Number));
        self.b.assign(sum, Value::Constant(0.0));
        let rate = &jumps.rate;
        let (scope, has) = self.each_occurrence(count, rate.span, || format!("a jump of `{}`", path.name));
        let size = self.assumption(&jumps.size, &before);
        let address = &jumps.size.address;
        self.b.check(size, has, jumps.size.span, || format!("`{address}`"));
        let more = self.b.add(Operand::Slot(sum), size);
        self.b.assign_where(has, sum, more);
        self.b.close(scope);
        Operand::Slot(sum)
    }

    /// The change of this step's row.
    fn resampled(&mut self, history: &History) -> Value {
        let starts = history.changes.len() - history.block + 1;
        let uniform = {
            let key = key(self.b.seed, &history.address, 0);
            self.b.uniform(key, Once::Step)
        };
        let row = self.b.multiply(uniform, Value::Constant(starts as f64));
        let row = self.b.unary(Unary::Floor, row);
        let block = history.block;
        let kept = if block == 1 {
            row
        } else {
            // A block starts in every `block`-th step, and keeps its row until the next one does.
            let kept = self.b.state_within(Value::Constant(0.0), range_of(Type::Number));
            let new = self.b.table(|k| f64::from(u8::from(k % block == 1)));
            self.b.assign_where(new, kept, row);
            Operand::Slot(kept)
        };
        let offset = self.b.table(|k| (k.saturating_sub(1) % block) as f64);
        let at = self.b.add(kept, offset);
        self.b.lookup(at, history.changes.clone())
    }
}

/// Whether the state of a path is a logarithm.
fn log(path: &Path) -> bool {
    path.model.log && path.history.as_ref().is_none_or(|h| h.log)
}
