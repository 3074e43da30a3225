//! Operations on values: folded where all is known beforehand, left out where they change nothing.

use super::super::fold::{fold_binary, fold_ternary, fold_unary, range_binary, range_ternary, range_unary};
use super::super::{Binary, Op, Operand, Ternary, Unary};
use super::{Builder, Value};

impl Builder {
    pub fn unary(&mut self, operation: Unary, x: Value) -> Value {
        if operation == Unary::Copy && !matches!(x, Operand::Slot(_)) {
            return x;
        }
        if let Some(folded) = self.fold(&[x], |v| fold_unary(operation, v[0])) {
            return folded;
        }
        let range = range_unary(operation, self.range(x));
        self.compute("unary", operation as u64, &[x], range, |out| Op::Unary(operation, out, x))
    }

    pub fn binary(&mut self, operation: Binary, a: Value, b: Value) -> Value {
        if let Some(folded) = self.fold(&[a, b], |v| fold_binary(operation, v[0], v[1])) {
            return folded;
        }
        if let Some(simpler) = self.simplify(operation, a, b) {
            return simpler;
        }
        let range = range_binary(operation, self.range(a), self.range(b));
        self.compute("binary", operation as u64, &[a, b], range, |out| Op::Binary(operation, out, a, b))
    }

    /// Laws that hold bit for bit for every number, or that the ranges allow.
    fn simplify(&self, operation: Binary, a: Value, b: Value) -> Option<Value> {
        let is = |v: Value, c: f64| v == Operand::Constant(c);
        let (one, zero) = (Operand::Constant(1.0), Operand::Constant(0.0));
        match operation {
            Binary::Multiply if is(a, 1.0) => Some(b),
            Binary::Multiply | Binary::Divide if is(b, 1.0) => Some(a),
            Binary::Add if is(a, 0.0) => Some(b),
            Binary::Add | Binary::Subtract if is(b, 0.0) => Some(a),
            Binary::And | Binary::AndOrNan if is(a, 1.0) => Some(b),
            Binary::And | Binary::AndOrNan if is(b, 1.0) => Some(a),
            Binary::And | Binary::AndOrNan if is(a, 0.0) || is(b, 0.0) => Some(zero),
            Binary::Or | Binary::OrOrNan if is(a, 0.0) => Some(b),
            Binary::Or | Binary::OrOrNan if is(b, 0.0) => Some(a),
            Binary::Or | Binary::OrOrNan if is(a, 1.0) || is(b, 1.0) => Some(one),
            Binary::Less | Binary::LessOrNan if self.ordered(a, b) && self.range(a).high < self.range(b).low => {
                Some(one)
            }
            Binary::AtMost | Binary::AtMostOrNan if self.ordered(a, b) && self.range(a).high <= self.range(b).low => {
                Some(one)
            }
            _ => None,
        }
    }

    fn ordered(&self, a: Value, b: Value) -> bool {
        !self.range(a).nan && !self.range(b).nan
    }

    pub fn ternary(&mut self, operation: Ternary, a: Value, b: Value, c: Value) -> Value {
        if let Some(folded) = self.fold(&[a, b, c], |v| fold_ternary(operation, v[0], v[1], v[2])) {
            return folded;
        }
        let range = range_ternary(operation, self.range(a), self.range(b), self.range(c));
        self.compute("ternary", operation as u64, &[a, b, c], range, |out| Op::Ternary(operation, out, a, b, c))
    }

    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Add, a, b)
    }

    pub fn subtract(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Subtract, a, b)
    }

    pub fn multiply(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Multiply, a, b)
    }

    pub fn divide(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Divide, a, b)
    }

    /// a · b + c, rounded once.
    pub fn multiply_add(&mut self, a: Value, b: Value, c: Value) -> Value {
        if c == Operand::Constant(0.0) {
            return self.multiply(a, b);
        }
        if a == Operand::Constant(1.0) {
            return self.add(b, c);
        }
        self.ternary(Ternary::MultiplyAdd, a, b, c)
    }

    /// A comparison or the like, in the form that carries NaN on if there can be one.
    pub fn compare(&mut self, plain: Binary, or_nan: Binary, a: Value, b: Value) -> Value {
        let operation = if self.ordered(a, b) { plain } else { or_nan };
        self.binary(operation, a, b)
    }

    pub fn less(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::Less, Binary::LessOrNan, a, b)
    }

    pub fn at_most(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::AtMost, Binary::AtMostOrNan, a, b)
    }

    pub fn min(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::Min, Binary::MinOrNan, a, b)
    }

    pub fn max(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::Max, Binary::MaxOrNan, a, b)
    }

    pub fn and(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::And, Binary::AndOrNan, a, b)
    }

    pub fn or(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::Or, Binary::OrOrNan, a, b)
    }

    pub fn not(&mut self, a: Value) -> Value {
        self.unary(Unary::Not, a)
    }

    pub fn select(&mut self, condition: Value, a: Value, b: Value) -> Value {
        if a == b && !self.range(condition).nan {
            return a;
        }
        match condition {
            Operand::Constant(c) if !c.is_nan() => return if c == 0.0 { b } else { a },
            _ => {}
        }
        let operation = if self.range(condition).nan { Ternary::SelectOrNan } else { Ternary::Select };
        self.ternary(operation, condition, a, b)
    }
}
