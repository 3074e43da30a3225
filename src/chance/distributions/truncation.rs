//! `truncate`: a distribution given that it lies between two bounds, both included.

use super::refusal::{Refusal, refuse};

/// The part of a distribution between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation {
    /// The least and greatest value that is left.
    bounds: (f64, f64),
    /// P(X < low)
    below: f64,
    /// P(X > high)
    above: f64,
    /// P(low ≤ X ≤ high)
    mass: f64,
}

impl Truncation {
    /// `stated` are the bounds as they were asked for, `bounds` values of the distribution within them, `below` is (P(X < low), P(X ≥ low)), `above` (P(X ≤ high), P(X > high)).
    pub fn new(stated: (f64, f64), bounds: (f64, f64), below: (f64, f64), above: (f64, f64)) -> Result<Self, Refusal> {
        let (low, high) = bounds;
        // The side on which both tails are small keeps the difference accurate.
        let mass = if below.0 > 0.5 { below.1 - above.1 } else { above.0 - below.0 };
        if !(low <= high && mass > 0.0) {
            return refuse(
                "truncate",
                format!("leaves nothing: from {} to {} the distribution has no probability", stated.0, stated.1),
            );
        }
        Ok(Self { bounds, below: below.0, above: above.1, mass })
    }

    /// From u and 1 − u of a draw to those of the whole distribution.
    #[must_use]
    pub fn within(&self, u: f64, q: f64) -> (f64, f64) {
        (self.below + u * self.mass, self.above + q * self.mass)
    }

    /// What rounding put outside the bounds goes back to them.
    #[must_use]
    pub fn clamp(&self, x: f64) -> f64 {
        x.clamp(self.bounds.0, self.bounds.1)
    }

    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        self.bounds
    }

    /// P(X ≤ x) and P(X > x) from those of the whole distribution.
    #[must_use]
    pub fn cdf(&self, (below, above): (f64, f64)) -> (f64, f64) {
        let share = |part: f64| (part / self.mass).clamp(0.0, 1.0);
        (share(below - self.below), share(above - self.above))
    }
}
