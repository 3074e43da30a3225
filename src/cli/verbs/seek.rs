//! `forkcast seek`: what would an assumption have to be for a target to reach a value?

use super::Verb;
use crate::analysis::seek::{FUTURES, Level, Sought, seek};
use crate::cli::options::{Leave, Play};
use crate::cli::question::{self, Question, number, range};
use crate::cli::terminal::Terminal;
use crate::cli::{Told, scenario};
use crate::report::answer;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

pub const SEEK: Verb = Verb { name: "seek", command: Seek::command, run };

/// What if? What an assumption would have to be for a target to reach a value
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Seek {
    /// The scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The assumption, and where to look for its value [default: every assumption alone]
    #[arg(value_name = "ADDR[=A..B]", value_parser = place)]
    place: Option<Place>,
    /// What the target is to be, as in 50%, 62.5 or 2026-06-30
    #[arg(long, value_name = "X", value_parser = level, allow_hyphen_values = true)]
    to: Level,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    play: Play,
    #[command(flatten)]
    leave: Leave,
}

#[derive(Clone)]
struct Place {
    address: String,
    range: Option<(f64, f64)>,
}

const EXAMPLES: &str = "\
Examples:
  forkcast seek talks.toml events.visit.probability --of thaw --to 50%
  forkcast seek talks.toml paths.oil.level=40..80 --of 'mean(revenue)' --to 0
  forkcast seek talks.toml --of thaw --to 50%       what we would have to believe

Without an address, unless --futures says so, at most 20,000 futures are played out at each value.";

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let asked = Seek::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let mut opened = scenario::open(&asked.file).map_err(|failure| terminal.failed(&failure))?;
    let given = (&asked.question, &asked.play, &asked.leave);
    let futures = match asked.place {
        Some(_) => asked.play.futures,
        None => question::at_most(FUTURES, &asked.play, &opened),
    };
    let sought = Sought {
        address: asked.place.as_ref().map(|place| place.address.clone()),
        range: asked.place.as_ref().and_then(|place| place.range),
        to: asked.to,
    };
    question::ask(SEEK.name, &mut opened, given, terminal, futures, |experiment, width| {
        let found = seek(experiment, asked.question.of.as_deref(), &sought)?;
        answer::seek(&found, width)
    })
}

fn level(text: &str) -> Result<Level, String> {
    if let Ok(day) = text.trim().parse() {
        return Ok(Level::Day(day));
    }
    match text.trim().strip_suffix('%') {
        Some(percent) => number(percent).map(Level::Percent),
        None => number(text).map(Level::Number),
    }
}

fn place(text: &str) -> Result<Place, String> {
    let (address, range) = match text.split_once('=') {
        None => (text, None),
        Some((address, values)) => (address, Some(range(values)?)),
    };
    Ok(Place { address: address.trim().to_owned(), range })
}
