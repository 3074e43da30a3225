//! Mean reversion of the logarithm: `level` is the median to which the value returns.

use super::mean_reverting::revert;
use super::{HALF_LIFE, LEVEL, Need, PathModel, VOLATILITY};
use crate::program::Unary;

pub(super) const LOG_MEAN_REVERTING: PathModel = PathModel {
    name: "log_mean_reverting",
    says: "moves by shares of where it is, and is drawn back to the median `level`",
    fields: &[LEVEL, HALF_LIFE, VOLATILITY],
    start: Need::Required,
    log: true,
    normal: true,
    shocks: true,
    keys: &[],
    advance: Some(|b, step| {
        let ratio = b.divide(step.field(0), step.start);
        let level = b.unary(Unary::Ln, ratio);
        revert(b, step, level)
    }),
};
