//! `forkcast check`: is the file right? The base and every variant are read, and nothing is played out or written.

use super::Verb;
use crate::cli::options::Watch;
use crate::cli::scenario::{self, Opened};
use crate::cli::terminal::Terminal;
use crate::cli::{Told, watch};
use crate::diagnostic::{self, Diagnostics, Item};
use crate::model::Scenario;
use crate::model::order::Thing;
use crate::watch::Watched;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

pub const CHECK: Verb = Verb { name: "check", command: Check::command, run };

/// Is the file right? Shows all its mistakes and those of its variants
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Check {
    /// Scenario files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print mistakes as JSON, for editors and scripts
    #[arg(long)]
    json: bool,
    /// Print nothing but mistakes
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    watch: Watch,
}

const EXAMPLES: &str = "\
Examples:
  forkcast check talks.toml
  forkcast check scenarios/*.toml --json
  forkcast check talks.toml --watch             again whenever the file is saved

Ends with 1 if there are mistakes; warnings alone are none.";

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let check = Check::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    watch::again(&check.watch, &check.files, terminal, |_, watched| once(&check, watched, terminal))
}

fn once(check: &Check, watched: &mut Watched, terminal: &Terminal) -> Result<(), Told> {
    let (mut worst, mut items) = (0, Vec::new());
    for path in &check.files {
        match scenario::open(path) {
            Ok(opened) => {
                let found = mistakes(&opened);
                watched.add(&opened.folder);
                worst = worst.max(u8::from(found.has_errors()));
                if check.json {
                    items.extend(diagnostic::items(&opened.file.sources, &found));
                } else {
                    terminal.mistakes(&opened.file.sources, &found);
                }
                if let (Some(scenario), false, false) =
                    (&opened.file.base, found.has_errors(), check.quiet || check.json)
                {
                    terminal.print(&fine(&opened, scenario))?;
                }
            }
            Err(failure) => {
                watched.add_unread(path);
                worst = worst.max(terminal.failed(&failure).0);
            }
        }
    }
    if check.json {
        terminal.print(&document(&items))?;
    }
    if worst == 0 { Ok(()) } else { Err(Told(worst)) }
}

/// What is wrong with the file and with each of its variants, each mistake once.
fn mistakes(opened: &Opened) -> Diagnostics {
    let mut found = opened.file.diagnostics.clone();
    for name in opened.file.variants() {
        if let Ok(overrides) = opened.file.variant(&name) {
            found.extend(opened.file.with(&opened.folder, &overrides).1);
        }
    }
    found
}

/// “talks.toml is fine: 9 events, 3 paths, 4 variants”, and what sees what one step late.
fn fine(opened: &Opened, scenario: &Scenario) -> String {
    let counts = [
        (scenario.quantities.len(), "quantity", "quantities"),
        (scenario.paths.len(), "path", "paths"),
        (scenario.events.len(), "event", "events"),
        (scenario.metrics.len(), "metric", "metrics"),
        (scenario.outcomes.len(), "outcome", "outcomes"),
        (scenario.variants.len(), "variant", "variants"),
    ];
    let counted: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    let mut text = format!("{} is fine", opened.path.display());
    if !counted.is_empty() {
        text += &format!(": {}", counted.join(", "));
    }
    text.push('\n');
    for circle in &scenario.order.circles {
        let names: Vec<&str> = circle.iter().map(|thing| name(scenario, *thing)).collect();
        text += &match names.as_slice() {
            [one] => format!("  `{one}` refers to itself, and sees itself as of the end of the step before\n"),
            _ => format!(
                "  {} refer to each other, and see one another as of the end of the step before\n",
                list(&names)
            ),
        };
    }
    text
}

fn name(scenario: &Scenario, thing: Thing) -> &str {
    match thing {
        Thing::Path(index) => &scenario.paths[index].name,
        Thing::Event(index) => &scenario.events[index].name,
    }
}

/// “`a`, `b` and `c`”.
fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn document(items: &[Item]) -> String {
    // Texts and numbers can always be written.
    let lines: Vec<String> = items.iter().filter_map(|item| serde_json::to_string(item).ok()).collect();
    if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n  {}\n]\n", lines.join(",\n  ")) }
}
