//! Merton's jump diffusion (Merton 1976), its mean not compensated for the jumps: geometric Brownian motion, times
//! exp(sum of as many sizes as jumps happen in the step).

use super::{DRIFT, Need, PathModel, VOLATILITY, gbm};

pub(super) const JUMP_DIFFUSION: PathModel = PathModel {
    name: "jump_diffusion",
    says: "moves as `gbm` and jumps now and then; a size of -0.1 is a fall by about 10 %",
    fields: &[DRIFT, VOLATILITY],
    start: Need::Required,
    log: true,
    normal: true,
    shocks: true,
    keys: &["jumps"],
    advance: Some(|b, step| {
        let moved = gbm::advance(b, step);
        b.add(moved, step.change())
    }),
};
