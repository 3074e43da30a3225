//! `forkcast tornado`: what matters? Each assumption's low and high end, one at a time.

use super::Verb;
use crate::analysis::tornado::{FUTURES, tornado};
use crate::cli::options::{Leave, Play};
use crate::cli::question::{self, Question};
use crate::cli::terminal::Terminal;
use crate::cli::{Told, scenario};
use crate::report::answer;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

pub const TORNADO: Verb = Verb { name: "tornado", command: Tornado::command, run };

/// What matters? What each assumption's low and high end does to a target
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Tornado {
    /// The scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    play: Play,
    #[command(flatten)]
    leave: Leave,
}

const EXAMPLES: &str = "\
Examples:
  forkcast tornado talks.toml
  forkcast tornado talks.toml --of 'p50(oil_price)' --variant hard_line
  forkcast tornado talks.toml --of summit --futures 100_000 --open

Unless --futures says so, at most 20,000 futures are played out under each set of assumptions.";

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let asked = Tornado::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let mut opened = scenario::open(&asked.file).map_err(|failure| terminal.failed(&failure))?;
    let given = (&asked.question, &asked.play, &asked.leave);
    let futures = question::at_most(FUTURES, &asked.play, &opened);
    question::ask(TORNADO.name, &mut opened, given, terminal, futures, |experiment, width| {
        let found = tornado(experiment, asked.question.of.as_deref())?;
        answer::tornado(&found, width)
    })
}
