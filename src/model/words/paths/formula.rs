//! An expression of other things, worked out at the end of every step.

use super::{Need, PathModel};

pub(super) const FORMULA: PathModel = PathModel {
    name: "formula",
    says: "is worked out from other things at the end of every step",
    fields: &[],
    start: Need::Optional,
    log: false,
    normal: false,
    shocks: false,
    keys: &["formula"],
    advance: None,
};
