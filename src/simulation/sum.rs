//! Sums over futures: in a fixed order within a cell, cells exactly, so that neither threads nor order change a bit.

use super::exact::ExactSum;
use crate::program::LANES;

/// Sums that run side by side: one alone would wait for itself.
const SIDE: usize = 16;

#[derive(Clone, Debug, Default)]
pub struct Sum {
    lanes: [f64; SIDE],
    total: ExactSum,
}

impl Sum {
    #[inline(always)]
    pub(super) fn add(&mut self, values: &[f64; LANES]) {
        // A copy of its own becomes vector code.
        let mut lanes = self.lanes;
        for chunk in values.as_chunks::<SIDE>().0 {
            lanes = std::array::from_fn(|i| lanes[i] + chunk[i]);
        }
        self.lanes = lanes;
    }

    /// The value of one future of a block, where `add` would find it.
    #[inline(always)]
    pub(super) fn add_in_place(&mut self, future: usize, value: f64) {
        self.lanes[future % SIDE] += value;
    }

    pub(super) fn close_cell(&mut self) {
        let mut lanes = std::mem::take(&mut self.lanes);
        let mut half = SIDE / 2;
        while half > 0 {
            for i in 0..half {
                lanes[i] += lanes[i + half];
            }
            half /= 2;
        }
        self.total.add(lanes[0]);
    }

    /// Adds the closed cells of another one.
    pub(super) fn merge(&mut self, other: &Sum) {
        self.total.merge(&other.total);
    }

    /// The sum of all closed cells.
    pub fn value(&self) -> f64 {
        self.total.value()
    }
}
