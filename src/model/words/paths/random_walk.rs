//! x + drift · dt + volatility · √dt · z

use super::{DRIFT, Need, PathModel, VOLATILITY};

pub(super) const RANDOM_WALK: PathModel = PathModel {
    name: "random_walk",
    says: "moves up and down by amounts that do not depend on where it is",
    fields: &[DRIFT, VOLATILITY],
    start: Need::Required,
    log: false,
    normal: true,
    shocks: true,
    keys: &[],
    advance: Some(|b, step| {
        let (dt, root) = (step.dt(b), step.sqrt_dt(b));
        let drift = b.multiply(step.field(0), dt);
        let swing = b.multiply(step.field(1), root);
        let moved = b.add(step.state, drift);
        b.multiply_add(swing, step.normal(), moved)
    }),
};
