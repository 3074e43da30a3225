//! The exact step of an Ornstein–Uhlenbeck process: level + (x − level) · e^(−κ dt) + volatility · √((1 − e^(−2κ dt)) / 2κ) · z
//! with κ = ln 2 / `half_life` (Uhlenbeck & Ornstein 1930).

use super::{HALF_LIFE, LEVEL, Need, PathModel, Step, VOLATILITY};
use crate::calendar::DAYS_PER_YEAR;
use crate::chance::math::elementary::exp;
use crate::program::{Builder, Value};

pub(super) const MEAN_REVERTING: PathModel = PathModel {
    name: "mean_reverting",
    says: "is drawn back to `level`: half of the distance is gone after `half_life`",
    fields: &[LEVEL, HALF_LIFE, VOLATILITY],
    start: Need::Required,
    log: false,
    normal: true,
    shocks: true,
    keys: &[],
    advance: Some(|b, step| revert(b, step, step.field(0))),
};

/// One step towards `level`, both on the scale of the state.
pub(super) fn revert(b: &mut Builder, step: &Step, level: Value) -> Value {
    let days = match step.field(1) {
        Value::Constant(days) => days,
        _ => f64::NAN,
    };
    let speed = std::f64::consts::LN_2 * DAYS_PER_YEAR / days;
    let decay = b.table(|k| exp(-speed * step.years[k]));
    let swing = b.table(|k| ((1.0 - exp(-2.0 * speed * step.years[k])) / (2.0 * speed)).sqrt());
    // level + (x − level) · decay, so arranged that what does not depend on x is known beforehand.
    let rest = b.table(|k| 1.0 - exp(-speed * step.years[k]));
    let pull = b.multiply(level, rest);
    let moved = b.multiply_add(step.state, decay, pull);
    let swing = b.multiply(step.field(2), swing);
    b.multiply_add(swing, step.normal(), moved)
}
