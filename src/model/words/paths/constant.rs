//! A path that stands still: only shocks move it.

use super::{Need, PathModel};

pub(super) const CONSTANT: PathModel = PathModel {
    name: "constant",
    says: "stays at `start`, but for its shocks",
    fields: &[],
    start: Need::Required,
    log: false,
    normal: false,
    shocks: true,
    keys: &[],
    advance: Some(|_, step| step.state),
};
