//! Quantiles of distribution functions on the positive numbers: Newton's method, kept inside a bracket.

use super::elementary::{exp_plain, ln_plain};

/// A distribution function at one place.
pub(super) struct Point {
    /// P(X ≤ x)
    pub below: f64,
    /// P(X > x)
    pub above: f64,
    /// x times the density: how P(X ≤ x) grows with ln x.
    pub slope: f64,
}

const MOST_STEPS: usize = 300;
const NEWTON_STEPS: usize = 40;

/// The x between 0 and `ceiling` with P(X ≤ x) = p and P(X > x) = q.
///
/// The logarithm of the smaller probability is nearly straight over ln x in the tails, so that few steps suffice from
/// anywhere. A step that leaves the bracket, or the fortieth, is replaced by a bisection.
pub(super) fn invert(p: f64, q: f64, start: f64, ceiling: f64, at: impl Fn(f64) -> Point) -> f64 {
    let (mut low, mut high) = (0.0, ceiling);
    let mut x = if start > f64::MIN_POSITIVE { start.min(ceiling) } else { f64::MIN_POSITIVE };
    for step in 0..MOST_STEPS {
        let point = at(x);
        let (short, growth) = if p <= q {
            (point.below < p, ln_plain(p / point.below) * point.below / point.slope)
        } else {
            (point.above > q, ln_plain(point.above / q) * point.above / point.slope)
        };
        if short {
            low = x;
        } else {
            high = x;
        }
        let next = x * exp_plain(growth);
        if growth.abs() < 1e-10 {
            return next;
        }
        x = if step < NEWTON_STEPS && next > low && next < high {
            next
        } else if low == 0.0 {
            high * 1e-5
        } else if high == f64::INFINITY {
            low * 1e5
        } else {
            low.sqrt() * high.sqrt()
        };
        if x <= low || x >= high {
            return x.clamp(low, high);
        }
    }
    x
}
