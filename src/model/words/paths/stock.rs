//! A stock that a flow fills or drains: x + flow · dt

use super::{Field, Holds, Need, PathModel};

pub(super) const STOCK: PathModel = PathModel {
    name: "stock",
    says: "adds up `flow`, which is per year",
    fields: &[Field { key: "flow", holds: Holds::PerYear, need: Need::Required }],
    start: Need::Required,
    log: false,
    normal: false,
    shocks: true,
    keys: &[],
    advance: Some(|b, step| {
        let dt = step.dt(b);
        b.multiply_add(step.field(0), dt, step.state)
    }),
};
