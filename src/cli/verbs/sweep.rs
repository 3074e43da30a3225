//! `forkcast sweep`: what if an assumption, or two, were different?

use super::Verb;
use crate::analysis::sweep::{Along, FUTURES, sweep};
use crate::cli::options::{Leave, Play};
use crate::cli::question::{self, Question, range};
use crate::cli::terminal::Terminal;
use crate::cli::{Told, scenario};
use crate::report::answer;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

pub const SWEEP: Verb = Verb { name: "sweep", command: Sweep::command, run };

/// What if? A target as a function of one assumption, or of two
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Sweep {
    /// The scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// One assumption for a curve, two for a map, as in events.visit.probability=10%..90%
    #[arg(value_name = "ADDR=A..B", required = true, num_args = 1..=2, value_parser = along)]
    along: Vec<Along>,
    /// How many values along each assumption [default: 21, of two 9 each]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    points: Option<u16>,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    play: Play,
    #[command(flatten)]
    leave: Leave,
}

const EXAMPLES: &str = "\
Examples:
  forkcast sweep talks.toml events.visit.probability=0..1
  forkcast sweep talks.toml events.summit.within=30..200 --of summit --points 35
  forkcast sweep talks.toml events.visit.probability=10%..90% paths.oil.level=50..80

For a map, unless --futures says so, at most 20,000 futures are played out for each pair of values.";

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let asked = Sweep::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let mut opened = scenario::open(&asked.file).map_err(|failure| terminal.failed(&failure))?;
    let given = (&asked.question, &asked.play, &asked.leave);
    let curve = asked.along.len() == 1;
    let futures = if curve { asked.play.futures } else { question::at_most(FUTURES, &asked.play, &opened) };
    let points = asked.points.map(usize::from);
    question::ask(SWEEP.name, &mut opened, given, terminal, futures, |experiment, width| {
        let found = sweep(experiment, asked.question.of.as_deref(), &asked.along, points)?;
        answer::sweep(&found, width)
    })
}

fn along(text: &str) -> Result<Along, String> {
    let (address, values) = text.split_once('=').ok_or("write ADDR=A..B, as in events.visit.probability=10%..90%")?;
    let (from, to) = range(values)?;
    Ok(Along { address: address.trim().to_owned(), from, to })
}
