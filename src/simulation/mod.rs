//! Playing a program out, and what comes of it.

mod bins;
mod code;
mod draws;
mod exact;
mod frame;
mod gates;
pub mod intervals;
mod kernels;
pub mod paired;
mod pilot;
mod randomised;
pub mod result;
pub mod rows;
pub mod run;
mod sum;
mod summary;
mod tallies;
mod trace;
mod windows;

use crate::chance::sobol::Sampling;
use crate::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::model::types::Scenario;
use crate::model::{ScenarioFile, layers::Override};
use crate::program::Program;
use result::Result as Outcome;
use run::{Settings, Stopped};
use std::sync::atomic::AtomicBool;
pub(crate) use summary::{scenario_facts, summarise};

/// Weighted futures that are worth fewer than this say nothing.
const TOO_FEW: f64 = 100.0;

/// What is to be played out, and how.
#[derive(Clone, Default)]
pub struct Request<'a> {
    /// None: what the file says.
    pub futures: Option<u64>,
    pub seed: Option<u64>,
    pub sampling: Option<Sampling>,
    pub precision: Precision,
    /// None: one for each processor.
    pub threads: Option<usize>,
    pub variant: Option<&'a str>,
    /// What `--set` gave, for the record; it is among the overrides of the scenario already.
    pub set: &'a [Override],
    /// Told how many futures are finished, and of how many as far as is known.
    pub progress: Option<run::Progress<'a>>,
    pub interrupted: Option<&'a AtomicBool>,
}

/// At which half-width of every outcome's 95 % interval a run stops, if at any.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Precision {
    #[default]
    AsInFile,
    Asked(f64),
    Ignored,
}

impl Precision {
    pub fn of(self, scenario: &Scenario) -> Option<f64> {
        match self {
            Precision::AsInFile => scenario.run.precision,
            Precision::Asked(half) => Some(half),
            Precision::Ignored => None,
        }
    }
}

/// Plays a scenario out.
pub fn simulate(file: &ScenarioFile, scenario: &Scenario, request: &Request) -> Result<Outcome, Failure> {
    let seed = request.seed.unwrap_or(scenario.run.seed);
    let program = scenario.program(seed, request.sampling.unwrap_or(scenario.run.sampling));
    let precision = request.precision.of(scenario);
    if precision.is_some() && scenario.outcomes.is_empty() {
        return Err(Failure::Usage {
            message: "a precision is that of the outcomes, and the scenario has none".to_owned(),
            help: Some(
                "leave `--precision` out, and say how many futures are to be played with `--futures`".to_owned(),
            ),
        });
    }
    let settings = Settings {
        futures: request.futures.unwrap_or(scenario.run.futures),
        precision,
        threads: request.threads,
        outcomes: scenario.outcomes.len(),
        progress: request.progress,
        interrupted: request.interrupted,
    };
    let run = run::run(&program, &settings).map_err(|stopped| failure(scenario, &program, stopped))?;
    if run.plan.full_weight.is_some() && run.effective() < TOO_FEW {
        let message = format!(
            "what was observed is so unlikely that the {} futures are worth only {}",
            summary::thousands(run.tallies.futures),
            summary::thousands(run.effective() as u64)
        );
        let help = format!(
            "run more futures (`--futures`){}",
            run.costliest().map_or(String::new(), |o| format!("; `{o}` costs most"))
        );
        return Err(Failure::Request { message, help: Some(help) });
    }
    let mut result = summarise(file, scenario, &program, &run, request, seed);
    result.warnings.extend(precision.and_then(|precision| imprecise(&result, precision)));
    Ok(result)
}

/// Says of a result that it is not as precise as was asked for.
pub fn imprecise(result: &Outcome, precision: f64) -> Option<String> {
    let half = |outcome: &result::Outcome| (outcome.high - outcome.low) / 2.0;
    let widest = result.outcomes.iter().max_by(|a, b| half(a).total_cmp(&half(b)))?;
    let futures = summary::thousands(result.run.futures);
    let points = |share: f64| {
        let text = format!("{:.3}", 100.0 * share);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    (half(widest) > precision).then(|| {
        format!(
            "after {futures} futures, the most allowed, `{}` is known to ± {} percentage points, not to the ± {} that \
             were asked for: allow more (`--futures`), or ask for less (`--precision`)",
            widest.name,
            points(half(widest)),
            points(precision)
        )
    })
}

/// Why a run stopped, in words.
pub(crate) fn failure(scenario: &Scenario, program: &Program, stopped: Stopped) -> Failure {
    let mut mistakes = Diagnostics::default();
    match stopped {
        Stopped::Interrupted => return Failure::Interrupted,
        Stopped::Impossible { futures, alone } => impossible(scenario, futures, &alone, &mut mistakes),
        Stopped::Fault(fault) => {
            let site = &program.checks[fault.site as usize];
            let when = match &scenario.calendar {
                Some(calendar) if fault.step > 0 => {
                    format!(" on {}", crate::calendar::format_date(calendar.ends[fault.step as usize]))
                }
                Some(_) => " at the start".to_owned(),
                None => String::new(),
            };
            let (wrong, help) = site.problem.words();
            let message = format!("{} {wrong} in future {}{when}", site.what, fault.future);
            mistakes.push(Diagnostic::error(site.span, message).help(help));
        }
    }
    Failure::Scenario(mistakes)
}

/// Which observations cannot have been.
fn impossible(scenario: &Scenario, futures: u64, alone: &[usize], mistakes: &mut Diagnostics) {
    let first = if futures == 1 {
        "the first future".to_owned()
    } else {
        format!("any of the first {} futures", summary::thousands(futures))
    };
    for &index in alone {
        let seen = &scenario.observations[index];
        mistakes.push(
            Diagnostic::error(seen.span, format!("what `{}` observed does not come about in {first}", seen.name))
                .help("look at what the scenario says of it: its chance, its window, what it requires, its bounds"),
        );
    }
    let mut all = scenario.observations.iter();
    if let (true, Some(one)) = (alone.is_empty(), all.next()) {
        let message = format!("what was observed does not come about together in {first}");
        let start = Diagnostic::error(one.span, message).mark("this one …");
        // `as_of` stands for many.
        let others: std::collections::BTreeSet<_> = all.map(|o| o.span).filter(|span| *span != one.span).collect();
        let labelled = others.into_iter().fold(start, |error, span| error.and_at(span, "… and this one"));
        mistakes.push(labelled.help("each of them alone does: take one out, or look at what ties them together"));
    }
}
