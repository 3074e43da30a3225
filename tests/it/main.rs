//! The one integration-test crate: forkcast from outside.

mod analysis;
mod charts;
mod cli;
mod errors;
mod evidence;
mod extends;
mod guide;
mod luck;
mod memory;
mod play;
mod reference;
mod report;
mod workshop;
mod workshop_browser;
