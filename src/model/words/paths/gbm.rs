//! Geometric Brownian motion: x · exp((drift − volatility² / 2) · dt + volatility · √dt · z)

use super::{DRIFT, Need, PathModel, Step, VOLATILITY};
use crate::program::{Builder, Value};

pub(super) const GBM: PathModel = PathModel {
    name: "gbm",
    says: "moves up and down by shares of where it is, as prices do",
    fields: &[DRIFT, VOLATILITY],
    start: Need::Required,
    log: true,
    normal: true,
    shocks: true,
    keys: &[],
    advance: Some(advance),
};

pub(super) fn advance(b: &mut Builder, step: &Step) -> Value {
    let (dt, root) = (step.dt(b), step.sqrt_dt(b));
    let (drift, volatility) = (step.field(0), step.field(1));
    let square = b.multiply(volatility, volatility);
    let half = b.multiply(square, Value::Constant(0.5));
    let pace = b.subtract(drift, half);
    let swing = b.multiply(volatility, root);
    let moved = b.multiply_add(pace, dt, step.state);
    b.multiply_add(swing, step.normal(), moved)
}
