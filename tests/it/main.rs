//! The one integration-test crate: forkcast from outside.

mod charts;
mod report;
