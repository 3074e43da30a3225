//! What is known beforehand of a value: bounds, and whether it can be NaN. Clamps and checks that cannot matter are left
//! out of the program.

/// Every value lies in `low..=high`, or is NaN where `nan` says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f64,
    pub high: f64,
    pub nan: bool,
}

/// A bound for finite values of which nothing else is known: sums of a few stay finite, products count as infinite.
const LARGE: f64 = 1e300;

impl Range {
    pub const ANY: Range = Range { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: true };
    pub const FINITE: Range = Range { low: -LARGE, high: LARGE, nan: false };
    pub const YES_NO: Range = Range { low: 0.0, high: 1.0, nan: false };

    pub fn new(low: f64, high: f64) -> Self {
        Range { low, high, nan: false }
    }

    pub fn constant(value: f64) -> Self {
        Range { low: value, high: value, nan: value.is_nan() }
    }

    /// The least range that holds all numbers.
    pub fn of(values: &[f64]) -> Self {
        let mut range = Range { low: f64::INFINITY, high: f64::NEG_INFINITY, nan: false };
        for &value in values {
            range = Range {
                low: if value < range.low { value } else { range.low },
                high: if value > range.high { value } else { range.high },
                nan: range.nan || value.is_nan(),
            };
        }
        range
    }

    pub fn within(self, low: f64, high: f64) -> bool {
        self.low >= low && self.high <= high
    }

    pub fn union(self, other: Range) -> Range {
        Range { low: self.low.min(other.low), high: self.high.max(other.high), nan: self.nan || other.nan }
    }

    /// Whether every value is a finite number.
    pub fn finite(self) -> bool {
        !self.nan && !self.infinite()
    }

    fn infinite(self) -> bool {
        self.low == f64::NEG_INFINITY || self.high == f64::INFINITY
    }

    fn holds_zero(self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    pub fn negate(self) -> Range {
        Range { low: -self.high, high: -self.low, nan: self.nan }
    }

    pub fn add(self, other: Range) -> Range {
        let opposed = (self.high == f64::INFINITY && other.low == f64::NEG_INFINITY)
            || (self.low == f64::NEG_INFINITY && other.high == f64::INFINITY);
        let (low, high) = (self.low + other.low, self.high + other.high);
        Range {
            low: if low.is_nan() { f64::NEG_INFINITY } else { low },
            high: if high.is_nan() { f64::INFINITY } else { high },
            nan: self.nan || other.nan || opposed,
        }
    }

    pub fn multiply(self, other: Range) -> Range {
        let nan =
            self.nan || other.nan || (self.infinite() && other.holds_zero()) || (other.infinite() && self.holds_zero());
        let mut range = Range { low: f64::INFINITY, high: f64::NEG_INFINITY, nan };
        for a in [self.low, self.high] {
            for b in [other.low, other.high] {
                let product = if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
                range.low = range.low.min(product);
                range.high = range.high.max(product);
            }
        }
        range
    }

    pub fn divide(self, other: Range) -> Range {
        let nan =
            self.nan || other.nan || (self.infinite() && other.infinite()) || (self.holds_zero() && other.holds_zero());
        if other.holds_zero() {
            let positive = self.low >= 0.0 && other.low >= 0.0;
            return Range { low: if positive { 0.0 } else { f64::NEG_INFINITY }, high: f64::INFINITY, nan };
        }
        let inverse = Range { low: 1.0 / other.high, high: 1.0 / other.low, nan: false };
        Range { nan, ..self.multiply(inverse) }
    }

    /// Of a function that never falls.
    pub fn rising(self, f: impl Fn(f64) -> f64) -> Range {
        Range { low: f(self.low), high: f(self.high), nan: self.nan }
    }
}
