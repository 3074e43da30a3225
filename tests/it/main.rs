//! The one integration-test crate: forkcast from outside.

mod report;
mod charts;
