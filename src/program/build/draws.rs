//! Draws: what luck decides, and what is looked up by it.

use super::super::{DrawWith, Once, Op, Operand, Range, Site, Slot};
use super::{Builder, Place, Value};
use crate::chance::distributions::{Distribution, Family, most_occurrences};
use std::sync::Arc;

impl Builder {
    pub fn uniform(&mut self, key: u64, once: Once) -> Value {
        let range = Range::new(0.0, 1.0);
        self.random("uniform", key, once, range, |out| Op::Uniform { out, key, once })
    }

    pub fn normal(&mut self, key: u64, once: Once) -> Value {
        let range = Range::new(-9.0, 9.0);
        self.random("normal", key, once, range, |out| Op::Normal { out, key, once })
    }

    fn random(&mut self, name: &'static str, key: u64, once: Once, range: Range, op: impl FnOnce(Slot) -> Op) -> Value {
        let (from, to) = self.steps;
        self.sites.push(Site { key, once, from, to });
        if once == Once::Future {
            return self.compute(name, key, &[], range, op);
        }
        let slot = self.new_temporary(range, false, self.place);
        self.push_to(self.place, op(slot));
        Operand::Slot(slot)
    }

    pub fn normal_of(&mut self, uniform: Value) -> Value {
        let range = Range::new(-9.0, 9.0);
        self.compute("normal_of", 0, &[uniform], range, |out| Op::NormalOf { out, uniform })
    }

    pub fn draw(&mut self, uniform: Value, distribution: Arc<Distribution>) -> Value {
        let (low, high) = distribution.support();
        let fixed = self.fixed(uniform);
        let place = if fixed { Place::Once } else { self.place };
        let out = self.new_temporary(Range::new(low, high), fixed, place);
        self.push_to(place, Op::Draw { out, uniform, distribution });
        Operand::Slot(out)
    }

    pub fn draw_with(
        &mut self,
        uniform: Value,
        family: &'static Family,
        form: usize,
        arguments: &[Value],
        bounds: Option<(Value, Value)>,
    ) -> Value {
        let mut operands = vec![uniform];
        operands.extend(arguments);
        operands.extend(bounds.iter().flat_map(|b| [b.0, b.1]));
        let fixed = operands.iter().all(|&o| self.fixed(o));
        let place = if fixed { Place::Once } else { self.place };
        let out = self.new_temporary(Range::ANY, fixed, place);
        let arguments = arguments.into();
        let op = Op::DrawWith(Box::new(DrawWith { out, uniform, family, form, arguments, bounds }));
        self.push_to(place, op);
        Operand::Slot(out)
    }

    pub fn pick(&mut self, uniform: Value, weights: &[Value]) -> Value {
        let mut operands = vec![uniform];
        operands.extend(weights);
        let positive = weights.iter().any(|&w| self.range(w).low > 0.0 && !self.range(w).nan);
        let nan = !positive || weights.iter().any(|&w| self.range(w).nan || self.range(w).high == f64::INFINITY);
        let range = Range { low: 0.0, high: weights.len() as f64 - 1.0, nan };
        let weights = weights.into();
        self.compute("pick", 0, &operands, range, |out| Op::Pick { out, uniform, weights })
    }

    pub fn poisson(&mut self, uniform: Value, mean: Value) -> Value {
        let Range { high, nan, .. } = self.range(mean);
        let range = Range { low: 0.0, high: most_occurrences(high).min(1e300), nan };
        self.compute("poisson", 0, &[uniform, mean], range, |out| Op::Poisson { out, uniform, mean })
    }

    /// The number in a row, counted from 0.
    pub fn lookup(&mut self, row: Value, rows: Arc<[f64]>) -> Value {
        let out = self.new_temporary(Range::of(&rows), false, self.place);
        self.push_to(self.place, Op::Lookup { out, row, rows });
        Operand::Slot(out)
    }
}
