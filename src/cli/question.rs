//! What the verbs that ask one thing of a scenario share: how it is asked, and what becomes of the answer.

use super::options::{Leave, Play, Rows};
use super::progress::Progress;
use super::scenario::Opened;
use super::terminal::Terminal;
use super::{Told, interrupt};
use crate::analysis::experiment::{Experiment, Playing};
use crate::diagnostic::{Diagnostics, Failure};
use crate::report::answer::Answer;
use crate::report::{files, folder};
use clap::Args;

/// What is asked about, and under which assumptions.
#[derive(Args)]
pub struct Question {
    /// What to ask about: an outcome, an event, event.branch, mean(metric), p5(metric) … [default: the first outcome]
    #[arg(long, value_name = "TARGET")]
    pub of: Option<String>,
    /// Ask it of this variant of the file
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Change an assumption first, as in events.visit.probability=0.8; may be given several times
    #[arg(long, value_name = "ADDR=VALUE")]
    pub set: Vec<String>,
}

/// Asks, prints the answer and leaves its files.
pub fn ask(
    verb: &str,
    opened: &mut Opened,
    (question, play, leave): (&Question, &Play, &Leave),
    terminal: &Terminal,
    futures: Option<u64>,
    answer: impl FnOnce(&mut Experiment, usize) -> Result<Answer, Failure>,
) -> Result<(), Told> {
    let variant = question.variant.as_ref().map(|name| format!("@{name}")).unwrap_or_default();
    let name = format!("{verb}{variant}{}", if question.set.is_empty() { "" } else { "+set" });
    let what = format!("{} {verb}", opened.stem());
    let stem = opened.stem();
    let progress = Progress::new(what, 1, leave.quiet);
    let tell = |finished, of| progress.finished_of(finished, of);
    let playing = Playing {
        futures,
        seed: play.seed,
        sampling: play.sampling,
        threads: play.threads,
        progress: Some(&tell),
        interrupted: Some(interrupt::flag()),
        ..Playing::default()
    };
    ready(&stem, &name, leave).map_err(|failure| terminal.failed(&failure))?;
    warn(opened, leave, terminal);
    let Opened { file, folder, .. } = opened;
    let asked = Experiment::new(file, folder, question.variant.as_deref(), &question.set, playing)
        .and_then(|mut experiment| answer(&mut experiment, terminal.width));
    let answer = asked.map_err(|failure| terminal.failed_in(&opened.file.sources, &failure))?;
    drop(progress);
    leave_answer(answer, &stem, &name, leave, terminal)
}

/// Whether the answer can be written, before anything is played out.
pub fn ready(stem: &str, name: &str, leave: &Leave) -> Result<(), Failure> {
    if leave.formats(Rows::No)?.is_empty() {
        return Ok(());
    }
    // A folder that is begun and not put in place leaves no trace.
    folder::Folder::begin(&leave.folder().join(stem).join(name)).map(drop)
}

/// Warnings of the file.
pub fn warn(opened: &Opened, leave: &Leave, terminal: &Terminal) {
    let found: &Diagnostics = &opened.file.diagnostics;
    if !leave.quiet && !found.has_errors() {
        terminal.mistakes(&opened.file.sources, found);
    }
}

/// Prints an answer and writes its files into `output/STEM/NAME`.
pub fn leave_answer(answer: Answer, stem: &str, name: &str, leave: &Leave, terminal: &Terminal) -> Result<(), Told> {
    let failed = |failure| terminal.failed(&failure);
    let formats = leave.formats(Rows::No).map_err(failed)?;
    let target = leave.folder().join(stem).join(name);
    let mut text = if leave.json { answer.json.clone() } else { answer.summary(terminal.width) };
    if !formats.is_empty() {
        interrupt::check().map_err(failed)?;
        files::write(&answer.leaves(), &formats, &target).map_err(failed)?;
        let report = target.join("report.html");
        let with_report = formats.iter().any(|format| format.name == "html");
        if !leave.json {
            let (head, place) = if with_report { ("Report", &report) } else { ("Files", &target) };
            text += &format!("\n{head}\n  {}\n", place.display());
        }
        if leave.open && open::that_detached(&report).is_err() {
            terminal.note(&format!("no browser could be opened: the report is `{}`", report.display()));
        }
    }
    if leave.quiet && !leave.json { Ok(()) } else { terminal.print(&text) }
}

/// As many futures as were asked for, else as the file says, but not more than an analysis needs.
pub fn at_most(most: u64, play: &Play, opened: &Opened) -> Option<u64> {
    let in_file = opened.file.base.as_ref().map_or(most, |scenario| scenario.run.futures);
    Some(play.futures.unwrap_or(in_file.min(most)))
}

/// `0.1..0.6`, `10%..60%`.
pub fn range(text: &str) -> Result<(f64, f64), String> {
    let (from, to) = text.split_once("..").ok_or("a range is written A..B, as in 10%..90%")?;
    Ok((number(from)?, number(to)?))
}

/// `0.5`, `50%`, `120 days`.
pub fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let text = &text.replace('−', "-");
    let (digits, times) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim(), 0.01),
        None => (text.as_str(), 1.0),
    };
    let plain = digits.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
    let days = || crate::calendar::parse_duration(text).ok();
    // Tenths of a percent are what people write: 7 % is 0.07, not 0.07000000000000001.
    let tidy = |number: f64| if times == 1.0 { number } else { (number * 1e10).round() / 1e12 };
    plain.map(tidy).or_else(days).ok_or_else(|| format!("`{text}` is not a number"))
}
