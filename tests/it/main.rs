//! The one integration-test crate: forkcast from outside.

mod analysis;
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
mod play;
mod reference;
mod report;
mod sobol;
mod what_if;
mod workshop;
mod workshop_browser;
