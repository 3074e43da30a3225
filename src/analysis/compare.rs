//! Scenarios, or variants of one, side by side on the same luck.
//!
//! The first case is the one that the others are compared with. All cases are played out once, side by side: shares and
//! means are compared future by future, and each case leaves a result of its own too, for its charts.

mod assumptions;
mod measured;
mod waterfall;

pub use assumptions::{Changed, OnlyIn};
pub use measured::{MeasuredMetric, MeasuredShare, MetricCase, Moves, ShareCase};
pub use waterfall::{Step, Waterfall};

use super::experiment::{self, Luck, Playing};
use super::target::{TargetFacts, target};
use super::{About, FORMAT, Played};
use crate::diagnostic::Failure;
use crate::model::ScenarioFile;
use crate::model::files::Files;
use crate::model::layers::Override;
use crate::model::types::Scenario;
use crate::simulation::paired::{Sums, Wanted};
use crate::simulation::{self, Request, result};
use serde::{Deserialize, Serialize};

/// A scenario file that cases are made of.
pub struct Source<'a> {
    pub file: &'a mut ScenarioFile,
    pub files: &'a dyn Files,
}

/// What a case is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Which file.
    pub source: usize,
    pub variant: Option<String>,
    /// Whose answers stand for the panels.
    pub expert: Option<String>,
}

/// A case, ready to be played out.
pub(super) struct Case {
    source: usize,
    title: String,
    variant: Option<String>,
    /// All that is laid over the file.
    laid: Vec<Override>,
    set: Vec<Override>,
    scenario: Scenario,
}

/// The cases side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compare {
    pub format: u32,
    pub forkcast: String,
    pub verb: String,
    pub run: Played,
    pub target: TargetFacts,
    /// The first is what the others are compared with.
    pub cases: Vec<CaseFacts>,
    /// Assumptions that are not the same in all cases.
    pub changed: Vec<Changed>,
    /// What stands in some of the files only.
    pub only_in: Vec<OnlyIn>,
    pub targets: Vec<ShareOrNumber>,
    pub outcomes: Vec<MeasuredShare>,
    pub events: Vec<MeasuredShare>,
    pub metrics: Vec<MeasuredMetric>,
    /// For each case but the first: which futures end differently.
    pub moves: Vec<Moves>,
    /// For each case but the first: why the target differs.
    pub why: Vec<Waterfall>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseFacts {
    pub title: String,
    pub expert: Option<String>,
    pub scenario: About,
}

/// The target in a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareOrNumber {
    pub target: Option<super::estimate::Estimate>,
    pub difference: Option<super::estimate::Difference>,
}

/// Plays all cases out; gives the result of each one too.
pub fn compare(
    sources: &mut [Source],
    specs: &[Spec],
    settings: &[String],
    of: Option<&str>,
    playing: Playing,
) -> Result<(Compare, Vec<result::Result>), Failure> {
    let sets: Vec<Vec<Override>> =
        sources.iter_mut().map(|source| source.file.settings(settings)).collect::<Result<_, _>>()?;
    let several = sources.len() > 1;
    let mut cases: Vec<Case> =
        specs.iter().map(|spec| case(sources, spec, &sets[spec.source], several)).collect::<Result<_, _>>()?;
    tell_apart(&mut cases, sources);
    let first = cases.first().ok_or_else(|| Failure::request("there is nothing to compare"))?;
    let seed = playing.seed.unwrap_or(first.scenario.run.seed);
    let futures = playing.futures.unwrap_or(first.scenario.run.futures);
    let sampling = playing.sampling.unwrap_or(first.scenario.run.sampling);
    let luck = Luck { futures, seed, sampling };

    let scenarios: Vec<&Scenario> = cases.iter().map(|case| &case.scenario).collect();
    let columns = measured::Columns::of(&scenarios, of)?;
    let classes = columns.outcomes.len();
    let kept = [columns.all[0].len() - 1];
    let target = target(scenarios[0], of)?;
    let setting = waterfall::Setting { target: &target, luck, playing };
    let questions = waterfall::Questions::new(sources, &cases, &setting)?;
    let wanted = Wanted {
        values: if target.kept().is_empty() { &[] } else { &kept },
        results: true,
        outcomes: classes,
        early: questions.futures,
    };
    let (paired, programs) = experiment::play(&scenarios, &columns.all, wanted, luck, playing)?;

    let results: Vec<result::Result> = (cases.iter().zip(&paired.runs).enumerate())
        .map(|(index, (case, run))| {
            let file = &*sources[case.source].file;
            let request = Request { variant: case.variant.as_deref(), set: &case.set, ..Request::default() };
            simulation::summarise(file, &case.scenario, &programs[index], run, &request, seed)
        })
        .collect();
    let same: Vec<bool> = programs.iter().map(|program| programs[0].plays_like(program)).collect();
    let measured = measured::Measured { columns: &columns, paired: &paired, same: &same };
    let targets = measured.target(&target);
    let early: Vec<Sums> = paired.early.iter().filter_map(|sums| sums.last().cloned()).collect();
    let why = questions.answers(sources, &cases, &targets, &early, &setting)?;
    let facts = |case: &Case, spec: &Spec| CaseFacts {
        title: case.title.clone(),
        expert: spec.expert.clone(),
        scenario: experiment::about(&*sources[case.source].file, &case.scenario, case.variant.as_deref(), &case.set),
    };
    let answer = Compare {
        format: FORMAT,
        forkcast: env!("CARGO_PKG_VERSION").to_owned(),
        verb: "compare".to_owned(),
        run: Played { futures, seed, sampling: sampling.name().to_owned(), cases: cases.len() as u64 },
        target: target.facts.clone(),
        cases: cases.iter().zip(specs).map(|(case, spec)| facts(case, spec)).collect(),
        changed: assumptions::changed(sources, &cases),
        only_in: if several { assumptions::only_in(&cases) } else { Vec::new() },
        targets,
        outcomes: measured.outcomes(),
        events: measured.events(scenarios[0]),
        metrics: measured.metrics(scenarios[0], &results),
        moves: (1..cases.len()).map(|case| measured.moves(case)).collect(),
        why,
    };
    Ok((answer, results))
}

fn case(sources: &mut [Source], spec: &Spec, set: &[Override], several: bool) -> Result<Case, Failure> {
    let source = &mut sources[spec.source];
    let mut laid = spec.variant.as_deref().map_or(Ok(Vec::new()), |name| source.file.variant(name))?;
    laid.extend(set.iter().cloned());
    let mut scenario = experiment::scenario(source.file, source.files, &laid)?;
    if let Some(expert) = &spec.expert {
        let answers: Vec<String> = assumptions::answers(&scenario, expert);
        laid.extend(source.file.settings(&answers)?);
        scenario = experiment::scenario(source.file, source.files, &laid)?;
    }
    let named = spec.variant.as_ref().map(|name| {
        let variant = scenario.variants.iter().find(|variant| &variant.name == name);
        variant.map_or_else(|| name.clone(), |variant| variant.title.clone())
    });
    let own = || if scenario.title.is_empty() { source.file.name.clone() } else { scenario.title.clone() };
    let title = match (&spec.expert, named) {
        (Some(expert), _) => {
            let mut letters = expert.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<String>().replace('_', " ")
        }
        (None, Some(variant)) => variant,
        (None, None) if several => own(),
        (None, None) => "Base case".to_owned(),
    };
    Ok(Case { source: spec.source, title, variant: spec.variant.clone(), laid, set: set.to_vec(), scenario })
}

/// Cases of one title get the name of their file beside it.
fn tell_apart(cases: &mut [Case], sources: &[Source]) {
    let titles: Vec<String> = cases.iter().map(|case| case.title.clone()).collect();
    for (place, case) in cases.iter_mut().enumerate() {
        if titles.iter().enumerate().any(|(other, title)| other != place && *title == titles[place]) {
            case.title = format!("{} ({})", case.title, sources[case.source].file.name);
        }
    }
}

/// Who answers in the panels of a scenario, in the order of the file.
pub fn experts(scenario: &Scenario) -> Vec<String> {
    let mut experts: Vec<String> = Vec::new();
    for (name, _) in scenario.assumptions.iter().flat_map(|listed| &listed.panel) {
        if !experts.contains(name) {
            experts.push(name.clone());
        }
    }
    experts
}
