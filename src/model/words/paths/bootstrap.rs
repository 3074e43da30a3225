//! Changes of the past, resampled in blocks of consecutive rows (Künsch 1989): one row's change a step.

use super::{Need, PathModel};

pub(super) const BOOTSTRAP: PathModel = PathModel {
    name: "bootstrap",
    says: "repeats changes of the past, in blocks of consecutive rows drawn at random",
    fields: &[],
    start: Need::Required,
    // With `changes = "absolute"` the state is the value itself: the reader of the path says which.
    log: true,
    normal: false,
    shocks: true,
    keys: &["history", "column", "block", "changes"],
    advance: Some(|b, step| b.add(step.state, step.change())),
};
