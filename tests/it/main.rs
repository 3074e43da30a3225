//! The one integration-test crate: forkcast from outside.

mod charts;
mod errors;
mod guide;
mod luck;
mod play;
mod reference;
mod report;
