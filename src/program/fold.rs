//! What each operation does to single numbers: what the kernels do to columns and what folds constants is the same code,
//! so that it makes no difference to a result which of the two was used.

use super::range::Range;
use super::{Binary, Ternary, Unary};
use crate::chance::math::elementary::{exp, ln, log10};

#[inline(always)]
pub fn yes_no(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

#[inline(always)]
pub fn or_nan(condition: bool, a: f64, b: f64) -> f64 {
    if a.is_nan() | b.is_nan() { f64::NAN } else { yes_no(condition) }
}

/// Half to even, for every number; plain arithmetic, since the instruction is not on every machine.
#[inline(always)]
pub fn round(x: f64) -> f64 {
    const BIG: f64 = 4_503_599_627_370_496.0; // 2^52: above it every number is whole.
    let magnitude = x.abs();
    let rounded = (magnitude + BIG) - BIG;
    let whole = if magnitude < BIG { rounded } else { magnitude };
    whole.copysign(x)
}

#[inline(always)]
pub fn floor(x: f64) -> f64 {
    let rounded = round(x);
    if rounded > x { rounded - 1.0 } else { rounded }
}

#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    -floor(-x)
}

/// A number, but at least 0 and at most 1.
#[inline(always)]
pub fn share(x: f64) -> f64 {
    min(max(x, 0.0), 1.0)
}

#[inline(always)]
pub fn min(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

#[inline(always)]
pub fn max(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

#[inline(always)]
pub fn min_or_nan(a: f64, b: f64) -> f64 {
    if (b < a) | b.is_nan() { b } else { a }
}

#[inline(always)]
pub fn max_or_nan(a: f64, b: f64) -> f64 {
    if (b > a) | b.is_nan() { b } else { a }
}

#[inline(always)]
pub fn and_or_nan(a: f64, b: f64) -> f64 {
    if (a == 0.0) | (b == 0.0) { 0.0 } else { a * b }
}

#[inline(always)]
pub fn or_or_nan(a: f64, b: f64) -> f64 {
    if (a == 1.0) | (b == 1.0) { 1.0 } else { a + b }
}

#[inline(always)]
pub fn select(condition: f64, a: f64, b: f64) -> f64 {
    if condition == 0.0 { b } else { a }
}

#[inline(always)]
pub fn select_or_nan(condition: f64, a: f64, b: f64) -> f64 {
    if condition.is_nan() { f64::NAN } else { select(condition, a, b) }
}

/// Applies `$apply!(name, function)` for the operation at hand: the one list of what the operations mean.
macro_rules! unary {
    ($operation:expr, $apply:ident) => {
        match $operation {
            $crate::program::Unary::Copy => $apply!(|x: f64| x),
            $crate::program::Unary::Negate => $apply!(|x: f64| -x),
            $crate::program::Unary::Not => $apply!(|x: f64| 1.0 - x),
            $crate::program::Unary::Abs => $apply!(|x: f64| x.abs()),
            $crate::program::Unary::Sqrt => $apply!(|x: f64| x.sqrt()),
            $crate::program::Unary::Exp => $apply!(|x: f64| $crate::chance::math::elementary::exp(x)),
            $crate::program::Unary::Ln => $apply!(|x: f64| $crate::chance::math::elementary::ln(x)),
            $crate::program::Unary::Log10 => $apply!(|x: f64| $crate::chance::math::elementary::log10(x)),
            $crate::program::Unary::Round => $apply!(|x: f64| $crate::program::fold::round(x)),
            $crate::program::Unary::Floor => $apply!(|x: f64| $crate::program::fold::floor(x)),
            $crate::program::Unary::Ceil => $apply!(|x: f64| $crate::program::fold::ceil(x)),
            $crate::program::Unary::Logit => $apply!(|x: f64| $crate::chance::math::elementary::logit(x)),
            $crate::program::Unary::Sigmoid => $apply!(|x: f64| $crate::chance::math::elementary::sigmoid(x)),
            $crate::program::Unary::NormalShare => $apply!(|x: f64| $crate::chance::math::normal::normal_cdf(x).0),
        }
    };
}

macro_rules! binary {
    ($operation:expr, $apply:ident) => {
        match $operation {
            $crate::program::Binary::Add => $apply!(|a: f64, b: f64| a + b),
            $crate::program::Binary::Subtract => $apply!(|a: f64, b: f64| a - b),
            $crate::program::Binary::Multiply => $apply!(|a: f64, b: f64| a * b),
            $crate::program::Binary::Divide => $apply!(|a: f64, b: f64| a / b),
            $crate::program::Binary::Power => $apply!(|a: f64, b: f64| $crate::chance::math::elementary::pow(a, b)),
            $crate::program::Binary::Min => $apply!(|a: f64, b: f64| $crate::program::fold::min(a, b)),
            $crate::program::Binary::Max => $apply!(|a: f64, b: f64| $crate::program::fold::max(a, b)),
            $crate::program::Binary::MinOrNan => {
                $apply!(|a: f64, b: f64| $crate::program::fold::min_or_nan(a, b))
            }
            $crate::program::Binary::MaxOrNan => {
                $apply!(|a: f64, b: f64| $crate::program::fold::max_or_nan(a, b))
            }
            $crate::program::Binary::Less => $apply!(|a: f64, b: f64| $crate::program::fold::yes_no(a < b)),
            $crate::program::Binary::AtMost => $apply!(|a: f64, b: f64| $crate::program::fold::yes_no(a <= b)),
            $crate::program::Binary::Equal => $apply!(|a: f64, b: f64| $crate::program::fold::yes_no(a == b)),
            $crate::program::Binary::Different => $apply!(|a: f64, b: f64| $crate::program::fold::yes_no(a != b)),
            $crate::program::Binary::LessOrNan => $apply!(|a: f64, b: f64| $crate::program::fold::or_nan(a < b, a, b)),
            $crate::program::Binary::AtMostOrNan => {
                $apply!(|a: f64, b: f64| $crate::program::fold::or_nan(a <= b, a, b))
            }
            $crate::program::Binary::EqualOrNan => {
                $apply!(|a: f64, b: f64| $crate::program::fold::or_nan(a == b, a, b))
            }
            $crate::program::Binary::DifferentOrNan => {
                $apply!(|a: f64, b: f64| $crate::program::fold::or_nan(a != b, a, b))
            }
            $crate::program::Binary::And => $apply!(|a: f64, b: f64| a * b),
            $crate::program::Binary::Or => $apply!(|a: f64, b: f64| if a > b { a } else { b }),
            $crate::program::Binary::AndOrNan => $apply!(|a: f64, b: f64| $crate::program::fold::and_or_nan(a, b)),
            $crate::program::Binary::OrOrNan => $apply!(|a: f64, b: f64| $crate::program::fold::or_or_nan(a, b)),
        }
    };
}

macro_rules! ternary {
    ($operation:expr, $apply:ident) => {
        match $operation {
            $crate::program::Ternary::Select => {
                $apply!(|c: f64, a: f64, b: f64| $crate::program::fold::select(c, a, b))
            }
            $crate::program::Ternary::SelectOrNan => {
                $apply!(|c: f64, a: f64, b: f64| $crate::program::fold::select_or_nan(c, a, b))
            }
            $crate::program::Ternary::MultiplyAdd => $apply!(|a: f64, b: f64, c: f64| a.mul_add(b, c)),
            $crate::program::Ternary::ExpOf => {
                $apply!(|a: f64, b: f64, c: f64| $crate::chance::math::elementary::exp(a.mul_add(b, c)))
            }
            $crate::program::Ternary::SigmoidOf => {
                $apply!(|a: f64, b: f64, c: f64| $crate::chance::math::elementary::sigmoid(a.mul_add(b, c)))
            }
            $crate::program::Ternary::ShareOf => {
                $apply!(|a: f64, b: f64, c: f64| $crate::program::fold::share(a.mul_add(b, c)))
            }
            $crate::program::Ternary::Between => {
                $apply!(|a: f64, b: f64, c: f64| $crate::program::fold::min($crate::program::fold::max(a, b), c))
            }
        }
    };
}

pub(crate) use {binary, ternary, unary};

pub fn fold_unary(operation: Unary, x: f64) -> f64 {
    macro_rules! apply {
        ($f:expr) => {
            $f(x)
        };
    }
    unary!(operation, apply)
}

pub fn fold_binary(operation: Binary, a: f64, b: f64) -> f64 {
    macro_rules! apply {
        ($f:expr) => {
            $f(a, b)
        };
    }
    binary!(operation, apply)
}

pub fn fold_ternary(operation: Ternary, a: f64, b: f64, c: f64) -> f64 {
    macro_rules! apply {
        ($f:expr) => {
            $f(a, b, c)
        };
    }
    ternary!(operation, apply)
}

pub fn range_unary(operation: Unary, x: Range) -> Range {
    let below_zero = x.low < 0.0;
    match operation {
        Unary::Copy => x,
        Unary::Negate => x.negate(),
        Unary::Not => Range { low: 1.0 - x.high, high: 1.0 - x.low, nan: x.nan },
        Unary::Abs => {
            let low = if x.low > 0.0 { x.low } else { (-x.high).max(0.0) };
            Range { low, high: x.high.max(-x.low), nan: x.nan }
        }
        Unary::Sqrt => Range { nan: x.nan || below_zero, ..x.rising(|v| v.max(0.0).sqrt()) },
        Unary::Exp => x.rising(exp),
        Unary::Ln if x.low > 0.0 => x.rising(ln),
        Unary::Log10 if x.low > 0.0 => x.rising(log10),
        Unary::Ln | Unary::Log10 => Range { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: x.nan || below_zero },
        Unary::Round => x.rising(round),
        Unary::Floor => x.rising(floor),
        Unary::Ceil => x.rising(ceil),
        Unary::Logit => Range { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: x.nan || below_zero || x.high > 1.0 },
        Unary::Sigmoid | Unary::NormalShare => Range { low: 0.0, high: 1.0, nan: x.nan },
    }
}

pub fn range_binary(operation: Binary, a: Range, b: Range) -> Range {
    let nan = a.nan || b.nan;
    match operation {
        Binary::Add => a.add(b),
        Binary::Subtract => a.add(b.negate()),
        Binary::Multiply => a.multiply(b),
        Binary::Divide => a.divide(b),
        Binary::Power if a.low >= 0.0 => {
            let infinite = a.high == f64::INFINITY || b.low == f64::NEG_INFINITY || b.high == f64::INFINITY;
            Range { low: 0.0, high: f64::INFINITY, nan: nan || infinite }
        }
        Binary::Power => Range::ANY,
        Binary::Min | Binary::MinOrNan => Range { low: a.low.min(b.low), high: a.high.min(b.high), nan },
        Binary::Max | Binary::MaxOrNan => Range { low: a.low.max(b.low), high: a.high.max(b.high), nan },
        Binary::Less | Binary::AtMost | Binary::Equal | Binary::Different | Binary::And | Binary::Or => Range::YES_NO,
        _ => Range { nan, ..Range::YES_NO },
    }
}

pub fn range_ternary(operation: Ternary, a: Range, b: Range, c: Range) -> Range {
    match operation {
        Ternary::Select => b.union(c),
        Ternary::SelectOrNan => Range { nan: a.nan || b.nan || c.nan, ..b.union(c) },
        Ternary::MultiplyAdd => a.multiply(b).add(c),
        Ternary::ExpOf => range_unary(Unary::Exp, a.multiply(b).add(c)),
        Ternary::SigmoidOf => range_unary(Unary::Sigmoid, a.multiply(b).add(c)),
        Ternary::ShareOf => Range { nan: a.multiply(b).add(c).nan, ..Range::YES_NO },
        Ternary::Between => range_binary(Binary::Min, range_binary(Binary::Max, a, b), c),
    }
}
