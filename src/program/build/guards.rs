//! What may not be: values outside of their bounds, and what is no number.

use super::super::{CheckSite, ClampSite, Op, Operand, Problem, Range, Slot, Unary};
use super::{Builder, Value};
use crate::diagnostic::Span;

impl Builder {
    /// Brings a value inside `low..=high`, and counts the futures in which it was outside.
    pub fn clamp(&mut self, value: Value, low: f64, high: f64, address: &str) -> Value {
        let range = self.range(value);
        if range.within(low, high) {
            return value;
        }
        let Operand::Slot(_) = value else {
            // Known beforehand: what is outside for certain is an error that the reader of the file reports, what is
            // outside in some steps only is counted in every future.
            self.count_clamp(Operand::Constant(1.0), address, low, high);
            return self.fold(&[value], |v| clamp(v[0], low, high)).unwrap_or(value);
        };
        let flag = self.clamp_flag(address, low, high);
        let within = Range { low: range.low.max(low), high: range.high.min(high), nan: range.nan };
        let name = "clamp";
        let bounds = [Operand::Constant(low), Operand::Constant(high), Operand::Slot(flag)];
        self.compute(name, 0, &[value, bounds[0], bounds[1], bounds[2]], within, |out| Op::Clamp {
            out,
            flag,
            value,
            low,
            high,
        })
    }

    fn clamp_flag(&mut self, address: &str, low: f64, high: f64) -> Slot {
        if let Some(site) = self.clamps.iter().find(|site| site.address == address) {
            return site.flag;
        }
        let flag = self.state_within(Operand::Constant(0.0), Range::YES_NO);
        self.slots[flag as usize].fixed = true;
        self.clamps.push(ClampSite { flag, address: address.to_owned(), low, high });
        flag
    }

    fn count_clamp(&mut self, mask: Value, address: &str, low: f64, high: f64) {
        let flag = self.clamp_flag(address, low, high);
        self.push_to(self.place, Op::Unary(Unary::Copy, flag, mask));
    }

    /// Stops the run where the value is NaN and the mask holds; gives the value on.
    pub fn check(&mut self, value: Value, mask: Value, span: Span, what: impl FnOnce() -> String) {
        self.check_against(Problem::NotANumber, value, mask, span, what);
    }

    /// The same for a value that is NaN where there is that problem.
    pub fn check_against(
        &mut self,
        problem: Problem,
        value: Value,
        mask: Value,
        span: Span,
        what: impl FnOnce() -> String,
    ) {
        if self.range(value).nan {
            self.check_site(value, mask, problem, span, what());
        }
    }

    /// Stops the run where the value is NaN or infinite.
    pub fn check_finite(&mut self, value: Value, span: Span, what: impl FnOnce() -> String) {
        let range = self.range(value);
        if range.nan || !range.within(-f64::MAX, f64::MAX) {
            self.check_site(value, Operand::Constant(1.0), Problem::NotFinite, span, what());
        }
    }

    fn check_site(&mut self, value: Value, mask: Value, problem: Problem, span: Span, what: String) {
        let site = if let Some(index) =
            self.checks.iter().position(|c| c.span == span && c.what == what && c.problem == problem)
        {
            index
        } else {
            self.checks.push(CheckSite { span, what, problem });
            self.checks.len() - 1
        };
        let infinite = problem == Problem::NotFinite;
        self.push_to(self.place, Op::Check { value, mask, infinite, site: site as u32 });
    }
}

fn clamp(value: f64, low: f64, high: f64) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}
