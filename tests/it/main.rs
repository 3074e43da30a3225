//! The one integration-test crate: forkcast from outside.

mod analysis;
mod changes;
mod charts;
mod cli;
mod closed_forms;
mod errors;
mod evidence;
mod extends;
mod fuzz;
mod guide;
mod laws;
mod luck;
mod memory;
mod networks;
mod past;
mod play;
mod reference;
mod report;
#[cfg(feature = "parquet")]
mod rows;
mod sobol;
mod what_if;
mod workshop;
mod workshop_browser;
