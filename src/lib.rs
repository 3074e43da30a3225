//! forkcast plays a scenario file out as hundreds of thousands of futures and shows how they divide.
pub mod analysis;
pub mod calendar;
pub mod chance;
pub mod chart;
// Compiled here rather than with `main`, which would have to wait for all of the library.
#[doc(hidden)]
pub mod cli;
pub mod diagnostic;
pub mod document;
pub mod model;
pub mod program;
pub mod report;
pub mod simulation;
mod watch;
mod workshop;
