//! What the user sees: text on stdout, mistakes and notes on stderr, in colour where that is wanted.

use super::Told;
use crate::diagnostic::{self, Diagnostics, Failure, Sources};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Effects, Style};
use std::io::{self, ErrorKind, IsTerminal, Write};

/// The two streams of this process.
pub struct Terminal {
    /// How text on stdout is to look.
    pub colour: bool,
    pub width: usize,
    mistakes: diagnostic::Style,
}

/// The width of what is not read on a terminal.
const FILE_WIDTH: usize = 100;
/// Longer lines are hard to read.
const WIDEST: usize = 120;

const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const HELP: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);

impl Terminal {
    /// As the environment is: a terminal or a file, and what `NO_COLOR` and its like ask for.
    pub fn here() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let mistakes = diagnostic::Style {
            colour: AutoStream::choice(&err) != ColorChoice::Never,
            ascii: false,
            width: if err.is_terminal() { width_of(terminal_size::terminal_size_of(&err)) } else { FILE_WIDTH },
        };
        let width = if out.is_terminal() { width_of(terminal_size::terminal_size_of(&out)) } else { FILE_WIDTH };
        Self { colour: AutoStream::choice(&out) != ColorChoice::Never, width, mistakes }
    }

    /// A text for stdout that stands out.
    pub fn bold(&self, text: &str) -> String {
        let bold = Style::new().bold();
        if self.colour { format!("{bold}{text}{bold:#}") } else { text.to_owned() }
    }

    /// Prints a text that may hold colours. A reader that has gone away, as `head` does, is no mistake.
    pub fn print(&self, text: &str) -> Result<(), Told> {
        let mut out = anstream::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(self.failed(&Failure::environment(format!("cannot print the result: {error}"))))
            }
            _ => Ok(()),
        }
    }

    /// Shows mistakes and warnings in scenario files.
    pub fn mistakes(&self, sources: &Sources, diagnostics: &Diagnostics) {
        if !diagnostics.is_empty() {
            self.note(&format!("{}\n", diagnostic::render(sources, diagnostics, self.mistakes)));
        }
    }

    /// A line on stderr. Where that cannot be written to, nobody reads it.
    pub fn note(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// What is no mistake, but should be known.
    pub fn warning(&self, text: &str) {
        self.note(&format!("{WARNING}warning{WARNING:#}: {text}"));
    }

    /// Says what has failed where there is no text to point into.
    pub fn failed(&self, failure: &Failure) -> Told {
        self.failed_in(&Sources::default(), failure)
    }

    /// Says what has failed; the sources are those of the scenario that was worked on.
    pub fn failed_in(&self, sources: &Sources, failure: &Failure) -> Told {
        match failure {
            Failure::Scenario(diagnostics) => self.mistakes(sources, diagnostics),
            Failure::Request { message, help }
            | Failure::Usage { message, help }
            | Failure::Environment { message, help } => {
                self.note(&format!("{ERROR}error{ERROR:#}: {message}"));
                if let Some(help) = help {
                    self.note(&format!("  {HELP}help{HELP:#}: {help}"));
                }
            }
            Failure::Interrupted => self.note("interrupted: earlier results are as they were"),
        }
        Told(failure.exit_code())
    }
}

fn width_of(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    size.map_or(FILE_WIDTH, |(width, _)| usize::from(width.0)).clamp(40, WIDEST)
}
