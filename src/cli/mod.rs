//! The command line: verbs that take scenario files, what they print, and how they end.
//!
//! Exit codes: 0 done; 1 the scenario or the request is at fault; 2 the command line is at fault; 3 the environment is at
//! fault; 130 interrupted. Results go to files and a summary to stdout; progress, warnings and mistakes go to stderr.

mod interrupt;
mod next;
mod options;
mod progress;
mod question;
mod scenario;
mod terminal;
mod verbs;
mod watch;

use clap::Command;
use std::process::ExitCode;
use terminal::Terminal;
use verbs::VERBS;

/// Why a verb ends early, once the user has been told: the exit code.
pub struct Told(pub u8);

/// Does what the command line says.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let terminal = Terminal::here();
    let Some((name, matches)) = matches.subcommand() else {
        let help = command().render_help();
        return ended(terminal.print(&help.ansi().to_string()));
    };
    interrupt::watch();
    ended(VERBS.iter().find(|verb| verb.name == name).map_or(Ok(()), |verb| (verb.run)(matches, &terminal)))
}

fn ended(end: Result<(), Told>) -> ExitCode {
    end.map_or_else(|Told(code)| ExitCode::from(code), |()| ExitCode::SUCCESS)
}

fn command() -> Command {
    Command::new("forkcast")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Plays a scenario file out as hundreds of thousands of futures and shows how they divide")
        .after_help(EXAMPLES)
        .max_term_width(100)
        .disable_help_subcommand(true)
        .subcommands(VERBS.iter().map(|verb| (verb.command)().name(verb.name)))
}

const EXAMPLES: &str = "\
Examples:
  forkcast check talks.toml                     is the file right?
  forkcast run talks.toml                       what happens? Results go to output/talks/run/
  forkcast compare talks.toml                   the scenario and each of its variants side by side
  forkcast tornado talks.toml                   which assumptions matter most

`forkcast VERB --help` says more about a verb.";
