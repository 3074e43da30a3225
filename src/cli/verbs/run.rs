//! `forkcast run`: what happens? Plays scenarios out, summarises, draws, and writes the report.

use super::Verb;
use crate::cli::options::{Assumptions, Leave, Play, ROWS, Rows, Watch, help_with_rows, precision};
use crate::cli::progress::Progress;
use crate::cli::scenario::{self, Case, Opened};
use crate::cli::terminal::Terminal;
use crate::cli::{Told, interrupt, next, watch};
use crate::diagnostic::{Diagnostics, Failure};
use crate::report::files::Format;
use crate::report::{Leaves, drawing, files, folder, json, summary};
use crate::simulation::result::Result as Outcome;
use crate::simulation::{self, Precision, Request};
use crate::watch::Watched;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::path::{Path, PathBuf};

pub const RUN: Verb = Verb { name: "run", command: || help_with_rows(Run::command()), run };

/// What happens? Plays scenarios out, summarises, draws, and writes a report
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Run {
    /// Scenario files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    assumptions: Assumptions,
    #[command(flatten)]
    play: Play,
    /// Stop when every outcome is known to ± P, as in 0.005 or 0.5%; --futures is then the most [default: as the file says]
    #[arg(long, value_name = "P", value_parser = precision)]
    precision: Option<f64>,
    #[command(flatten)]
    leave: Leave,
    #[command(flatten)]
    watch: Watch,
}

const EXAMPLES: &str = "\
Examples:
  forkcast run talks.toml --futures 1e6 --open
  forkcast run talks.toml --sampling sobol --precision 0.2%
  forkcast run talks.toml --variant hard_line --set 'quantities.mood=normal(1, 1)'
  forkcast run talks.toml --all-variants --format csv,png --out results
  forkcast run talks.toml --json | jq .outcomes
  forkcast run talks.toml --watch               again whenever the file is saved";

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let run = Run::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let formats = run.leave.formats(Rows::Yes).map_err(|failure| terminal.failed(&failure))?;
    watch::again(&run.watch, &run.files, terminal, |first, watched| once(&run, &formats, first, watched, terminal))
}

fn once(run: &Run, formats: &[&Format], first: bool, watched: &mut Watched, terminal: &Terminal) -> Result<(), Told> {
    let failed = |failure| terminal.failed(&failure);
    let scenarios = run.open(watched, terminal)?;
    let targets = if formats.is_empty() { Vec::new() } else { run.targets(&scenarios).map_err(failed)? };
    let mut written = Vec::new();
    let mut documents = Vec::new();
    for (index, Ready { opened, cases, said }) in scenarios.iter().enumerate() {
        let mut results = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            let mut result =
                run.play(opened, case).map_err(|failure| terminal.failed_in(&opened.file.sources, &failure))?;
            if run.leave.json {
                documents.push(json::text(&result).map_err(failed)?);
            }
            if let Some(target) = targets.get(index).and_then(|targets| targets.get(number)) {
                run.write(opened, case, &result, formats, target).map_err(failed)?;
                written.push(target.clone());
            }
            run.say_if_imprecise(case, &mut result, terminal);
            result.warnings.retain(|warning| !said.iter().any(|message| warning.starts_with(message)));
            results.push(result);
        }
        if !run.leave.json && !run.leave.quiet {
            let folders = targets.get(index).map_or(&[][..], Vec::as_slice);
            let gap = if index > 0 { "\n" } else { "" };
            terminal.print(&format!("{gap}{}", run.summary(opened, &results, folders, formats, terminal)))?;
        }
    }
    if run.leave.json {
        terminal.print(&together(&documents))?;
    }
    if let (true, Some(target)) = (run.leave.open && first, written.first()) {
        show(&target.join("report.html"), terminal);
    }
    Ok(())
}

/// A scenario that can be played out.
struct Ready {
    opened: Opened,
    cases: Vec<Case>,
    /// The warnings that have been shown with their places.
    said: Vec<String>,
}

impl Run {
    /// Reads all files and shows all their mistakes; with any, nothing is played out.
    fn open(&self, watched: &mut Watched, terminal: &Terminal) -> Result<Vec<Ready>, Told> {
        let (mut scenarios, mut worst) = (Vec::new(), 0);
        for path in &self.files {
            let mut found = Diagnostics::default();
            let opened = scenario::open(path).map_err(|failure| {
                watched.add_unread(path);
                terminal.failed(&failure).0
            });
            let with_cases = opened.and_then(|mut opened| {
                let cases = opened.cases(&self.assumptions, &mut found);
                watched.add(&opened.folder);
                if !self.leave.quiet || found.has_errors() {
                    terminal.mistakes(&opened.file.sources, &found);
                }
                let cases = cases.map_err(|failure| terminal.failed_in(&opened.file.sources, &failure).0)?;
                let said = found.sorted().iter().map(|warning| warning.message.clone()).collect();
                if found.has_errors() { Err(1) } else { Ok(Ready { opened, cases, said }) }
            });
            match with_cases {
                Ok(scenario) => scenarios.push(scenario),
                Err(code) => worst = worst.max(code),
            }
        }
        if worst == 0 { Ok(scenarios) } else { Err(Told(worst)) }
    }

    /// The folder of each case of each file; that it can be written is tried before anything is played out.
    fn targets(&self, scenarios: &[Ready]) -> Result<Vec<Vec<PathBuf>>, Failure> {
        let out = self.leave.folder();
        let mut targets = Vec::new();
        for (index, Ready { opened, cases, .. }) in scenarios.iter().enumerate() {
            let stem = opened.stem();
            if let Some(Ready { opened: other, .. }) = scenarios[..index].iter().find(|s| s.opened.stem() == stem) {
                return Err(Failure::Usage {
                    message: format!(
                        "`{}` and `{}` would leave their results in one folder, `{}`",
                        other.path.display(),
                        opened.path.display(),
                        out.join(&stem).display()
                    ),
                    help: Some("run them one after the other, with different folders as `--out`".to_owned()),
                });
            }
            let of_file: Vec<PathBuf> = cases.iter().map(|case| out.join(&stem).join(case.folder())).collect();
            for target in &of_file {
                // A folder that is begun and not put in place leaves no trace.
                folder::Folder::begin(target)?;
            }
            targets.push(of_file);
        }
        Ok(targets)
    }

    fn play(&self, opened: &Opened, case: &Case) -> Result<Outcome, Failure> {
        let progress = self.progress(&opened.stem(), case);
        let tell = |finished, of| progress.finished_of(finished, of);
        simulation::simulate(&opened.file, &case.scenario, &self.request(case, &tell))
    }

    fn progress(&self, what: &str, case: &Case) -> Progress {
        let variant = case.variant.as_ref().map(|name| format!(" @{name}")).unwrap_or_default();
        let futures = self.play.futures.unwrap_or(case.scenario.run.futures);
        Progress::new(format!("{what}{variant}"), futures, self.leave.quiet)
    }

    fn request<'a>(&self, case: &'a Case, tell: simulation::run::Progress<'a>) -> Request<'a> {
        Request {
            futures: self.play.futures,
            seed: self.play.seed,
            sampling: self.play.sampling,
            precision: self.precision(),
            threads: self.play.threads,
            variant: case.variant.as_deref(),
            set: &case.set,
            progress: Some(tell),
            interrupted: Some(interrupt::flag()),
        }
    }

    fn precision(&self) -> Precision {
        self.precision.map_or(Precision::AsInFile, Precision::Asked)
    }

    /// That a result is less precise than was asked for is said at once, and need not be in the summary again.
    fn say_if_imprecise(&self, case: &Case, result: &mut Outcome, terminal: &Terminal) {
        let precision = self.precision().of(&case.scenario);
        if let Some(warning) = precision.and_then(|precision| simulation::imprecise(result, precision)) {
            result.warnings.retain(|other| *other != warning);
            if !self.leave.quiet {
                terminal.warning(&case.variant.as_ref().map_or(warning.clone(), |name| format!("@{name}: {warning}")));
            }
        }
    }

    fn write(
        &self,
        opened: &Opened,
        case: &Case,
        result: &Outcome,
        formats: &[&Format],
        target: &Path,
    ) -> Result<(), Failure> {
        interrupt::check()?;
        let what = format!("rows of {}", opened.stem());
        let asked = |names: &[&str]| formats.iter().any(|format| names.contains(&format.name));
        let write = || {
            let with_charts = asked(&["svg", "png", "html"]);
            let charts = if with_charts { drawing::charts(result, None, interrupt::flag())? } else { Vec::new() };
            let progress = self.progress(&what, case);
            let tell = |finished, of| progress.finished_of(finished, of);
            // As many as were played: a precision may have asked for fewer than are allowed.
            let played = Request { futures: Some(result.run.futures), ..self.request(case, &tell) };
            let rows = || simulation::rows::Rows::new(&case.scenario, &played);
            let rows = if asked(&[ROWS]) { Some(rows()?) } else { None };
            let leaves = Leaves::of_run(result, charts, rows)?;
            interrupt::check()?;
            files::write(&leaves, formats, target)
        };
        match rayon::ThreadPoolBuilder::new().num_threads(self.play.threads.unwrap_or(0)).build() {
            Ok(pool) => pool.install(write),
            Err(_) => write(),
        }
    }

    /// What is printed about the results of one file: the result, or a table of several; where they lie; what next.
    fn summary(
        &self,
        opened: &Opened,
        results: &[Outcome],
        folders: &[PathBuf],
        formats: &[&Format],
        terminal: &Terminal,
    ) -> String {
        let mut text = match results {
            [one] => summary::summary(one, terminal.width, terminal.colour),
            several => {
                let title = several.first().map(|result| result.scenario.title.as_str()).unwrap_or_default();
                let table = summary::variants(several, terminal.width, terminal.colour);
                format!("{}\n{table}", terminal.bold(title))
            }
        };
        let report = formats.iter().any(|format| format.name == "html");
        if !folders.is_empty() {
            text += if report { "\nReport\n" } else { "\nFiles\n" };
        }
        for folder in folders {
            let shown = if report { folder.join("report.html") } else { folder.clone() };
            text += &format!("  {}\n", shown.display());
        }
        if let Some(first) = results.first() {
            text += &next::commands(opened, first, &self.assumptions);
        }
        text
    }
}

impl Case {
    /// `run`, `run@variant`, `run+set`, `run@variant+set`.
    fn folder(&self) -> String {
        let variant = self.variant.as_ref().map(|name| format!("@{name}")).unwrap_or_default();
        format!("{}{variant}{}", RUN.name, if self.set.is_empty() { "" } else { "+set" })
    }
}

/// One document as it is, several as a list.
fn together(documents: &[String]) -> String {
    match documents {
        [one] => one.clone(),
        several => format!("[\n{}\n]\n", several.iter().map(|text| text.trim_end()).collect::<Vec<_>>().join(",\n")),
    }
}

/// Opens a page; where there is no browser, its place is printed.
fn show(page: &Path, terminal: &Terminal) {
    if open::that_detached(page).is_err() {
        terminal.note(&format!("no browser could be opened: the report is `{}`", page.display()));
    }
}
