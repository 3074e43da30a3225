//! The one integration-test crate: forkcast from outside.

mod charts;
mod cli;
mod errors;
mod report;
