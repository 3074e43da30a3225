//! The verbs, a file each.

mod check;
mod compare;
mod run;
mod seek;
mod sweep;
mod tornado;
mod tune;

use super::Told;
use super::terminal::Terminal;
use clap::{ArgMatches, Command};

/// A question that can be asked of a scenario file.
pub struct Verb {
    pub name: &'static str,
    /// Its options and its help.
    pub command: fn() -> Command,
    pub run: fn(&ArgMatches, &Terminal) -> Result<(), Told>,
}

/// In the order in which help names them.
pub const VERBS: &[Verb] =
    &[run::RUN, check::CHECK, compare::COMPARE, sweep::SWEEP, seek::SEEK, tune::TUNE, tornado::TORNADO];
