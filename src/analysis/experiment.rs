//! Many sets of assumptions on the same luck: what the analyses share.

use super::{About, Played, Varied};
use crate::chance::sobol::Sampling;
use crate::diagnostic::{Diagnostics, Failure, nearest};
use crate::model::ScenarioFile;
use crate::model::files::Files;
use crate::model::layers::Override;
use crate::model::types::{Listed, Scenario};
use crate::program::Program;
use crate::simulation::paired::{self, Column, Paired, Player, Wanted};
use crate::simulation::run::{Settings, Stopped};
use crate::simulation::{self, Request};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Weighted futures that are worth fewer than this say nothing.
const TOO_FEW: f64 = 100.0;

/// How futures are played out.
#[derive(Clone, Copy, Default)]
pub struct Playing<'a> {
    /// None: what the file says.
    pub futures: Option<u64>,
    pub seed: Option<u64>,
    pub sampling: Option<Sampling>,
    pub threads: Option<usize>,
    /// Told how many futures are finished, and of how many.
    pub progress: Option<&'a (dyn Fn(u64, u64) + Sync)>,
    pub interrupted: Option<&'a AtomicBool>,
    /// Results need no fans, for nobody will draw them.
    pub without_fans: bool,
}

/// The luck on which scenarios are played out.
#[derive(Clone, Copy)]
pub struct Luck {
    pub futures: u64,
    pub seed: u64,
    pub sampling: Sampling,
}

/// A scenario as it is asked about: a file with what a variant and `--set` lay over it.
pub struct Experiment<'a> {
    pub file: &'a mut ScenarioFile,
    pub files: &'a dyn Files,
    pub variant: Option<String>,
    pub set: Vec<Override>,
    pub playing: Playing<'a>,
    /// With nothing else changed.
    pub scenario: Scenario,
    /// Futures that have been played so far, so that the progress never falls back.
    played: AtomicU64,
}

impl<'a> Experiment<'a> {
    /// Reads variant and `--set`; fails with all that is wrong with them or with the file.
    pub fn new(
        file: &'a mut ScenarioFile,
        files: &'a dyn Files,
        variant: Option<&str>,
        settings: &[String],
        playing: Playing<'a>,
    ) -> Result<Self, Failure> {
        let set = file.settings(settings)?;
        let mut laid = variant.map_or(Ok(Vec::new()), |name| file.variant(name))?;
        laid.extend(set.iter().cloned());
        let scenario = scenario(file, files, &laid)?;
        Ok(Experiment {
            file,
            files,
            variant: variant.map(str::to_owned),
            set,
            playing,
            scenario,
            played: AtomicU64::new(0),
        })
    }

    pub fn seed(&self) -> u64 {
        self.playing.seed.unwrap_or(self.scenario.run.seed)
    }

    pub fn sampling(&self) -> Sampling {
        self.playing.sampling.unwrap_or(self.scenario.run.sampling)
    }

    /// How it is played out, for the record.
    pub fn played(&self, cases: u64) -> Played {
        Played { futures: self.futures(), seed: self.seed(), sampling: self.sampling().name().to_owned(), cases }
    }

    pub fn futures(&self) -> u64 {
        self.playing.futures.unwrap_or(self.scenario.run.futures)
    }

    /// The scenario with more laid over it.
    pub fn with(&self, more: &[Override]) -> Result<Scenario, Failure> {
        let mut laid = self.variant.as_deref().map_or(Ok(Vec::new()), |name| self.file.variant(name))?;
        laid.extend(self.set.iter().chain(more).cloned());
        scenario(self.file, self.files, &laid)
    }

    /// The scenario with an assumption at some number, in the unit of its range.
    pub fn at(&mut self, varied: &[(&Varied, f64)]) -> Result<Scenario, Failure> {
        let settings: Vec<String> = varied.iter().map(|(varied, number)| varied.setting(*number)).collect();
        let more = self.file.settings(&settings)?;
        self.with(&more)
    }

    /// What is asked of some address.
    pub fn varied(&self, address: &str) -> Result<Varied, Failure> {
        if let Some(listed) = self.scenario.assumptions.iter().find(|listed| listed.address == address) {
            return Ok(Varied::of(listed));
        }
        let known = self.scenario.assumptions.iter().map(|listed| listed.address.as_str());
        let addable = address.ends_with(".probability") && {
            let name = address.strip_prefix("events.").and_then(|rest| rest.strip_suffix(".probability"));
            self.scenario.events.iter().any(|event| Some(event.name.as_str()) == name && event.rate.is_none())
        };
        if addable {
            let name = address.split('.').nth(1).unwrap_or_default();
            let event = self.scenario.events.iter().find(|event| event.name == name);
            let title = event.map_or(name, |event| event.words.title.as_str());
            return Ok(Varied {
                address: address.to_owned(),
                title: format!("{title}: probability"),
                value: "1".to_owned(),
                number: Some(1.0),
                low: None,
                high: None,
                default_range: false,
                unit: "probability".to_owned(),
            });
        }
        let help = match nearest(address, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "an address is the path to a number in the file: `events.NAME.probability`".to_owned(),
        };
        Err(Failure::Request { message: format!("there is no number at `{address}`"), help: Some(help) })
    }

    /// Plays scenarios out on the same luck; the columns are those of every one of them.
    pub fn play(&self, scenarios: &[&Scenario], columns: &[Column], wanted: Wanted) -> Result<Paired, Failure> {
        self.play_some(scenarios, columns, wanted, self.futures())
    }

    /// The same on so many futures.
    pub fn play_some(
        &self,
        scenarios: &[&Scenario],
        columns: &[Column],
        wanted: Wanted,
        futures: u64,
    ) -> Result<Paired, Failure> {
        let all: Vec<Vec<Column>> = vec![columns.to_vec(); scenarios.len()];
        let before = self.played.load(Ordering::Relaxed);
        let progress = self.playing.progress;
        let tell = |finished: u64, of: u64| {
            if let Some(progress) = progress {
                progress(before + finished, before + of);
            }
        };
        let playing = Playing { progress: Some(&tell), ..self.playing };
        let luck = Luck { futures, seed: self.seed(), sampling: self.sampling() };
        let (paired, _) = play(scenarios, &all, wanted, luck, playing)?;
        self.played.store(before + futures * scenarios.len() as u64, Ordering::Relaxed);
        Ok(paired)
    }

    pub fn about(&self) -> About {
        about(self.file, &self.scenario, self.variant.as_deref(), &self.set)
    }
}

/// What is told of a scenario.
pub fn about(file: &ScenarioFile, scenario: &Scenario, variant: Option<&str>, set: &[Override]) -> About {
    let facts = simulation::scenario_facts(file, scenario, &Request { variant, set, ..Request::default() });
    About {
        title: facts.title,
        question: facts.question,
        file: facts.file,
        files: facts.files,
        variant: facts.variant,
        variant_title: facts.variant_title,
        set: facts.set,
        start: facts.start,
        end: facts.end,
    }
}

/// The scenario with overrides laid over it, or all that is wrong with it.
pub fn scenario(file: &ScenarioFile, files: &dyn Files, overrides: &[Override]) -> Result<Scenario, Failure> {
    let (scenario, found) = file.with(files, overrides);
    scenario.ok_or_else(|| Failure::Scenario(errors_of(found)))
}

fn errors_of(found: Diagnostics) -> Diagnostics {
    if found.has_errors() {
        return found;
    }
    Diagnostics::default()
}

/// Plays scenarios out on the same luck, each with columns of its own; gives their programs too.
pub fn play(
    scenarios: &[&Scenario],
    columns: &[Vec<Column>],
    wanted: Wanted,
    luck: Luck,
    playing: Playing,
) -> Result<(Paired, Vec<Program>), Failure> {
    let Luck { futures, seed, sampling } = luck;
    let mut programs: Vec<Program> = scenarios.iter().map(|scenario| scenario.program(seed, sampling)).collect();
    if playing.without_fans {
        programs.iter_mut().for_each(|program| program.paths.clear());
    }
    let players: Vec<Player> =
        (programs.iter().zip(columns)).map(|(program, columns)| Player { program, columns: columns.clone() }).collect();
    let of = futures * players.len() as u64;
    let tell = |finished: u64, _| {
        if let Some(progress) = playing.progress {
            progress(finished, of);
        }
    };
    let outcomes = scenarios.iter().map(|scenario| scenario.outcomes.len()).max().unwrap_or(0);
    let settings = Settings {
        futures,
        precision: None,
        threads: playing.threads,
        outcomes,
        progress: Some(&tell),
        interrupted: playing.interrupted,
    };
    match paired::play(&players, wanted, &settings) {
        Ok(paired) => match (0..programs.len()).find(|&case| paired.worth(case).is_some_and(|worth| worth < TOO_FEW)) {
            Some(case) => Err(Failure::Request {
                message: format!(
                    "what was observed is so unlikely that the {futures} futures are worth only {:.0}",
                    paired.worth(case).unwrap_or(0.0)
                ),
                help: Some("play more futures (`--futures`)".to_owned()),
            }),
            None => Ok((paired, programs)),
        },
        Err(stopped) => {
            let culprit = culprit(&programs, &stopped);
            Err(simulation::failure(scenarios[culprit], &programs[culprit], stopped))
        }
    }
}

/// Which of the programs has the fault.
fn culprit(programs: &[Program], stopped: &Stopped) -> usize {
    let Stopped::Fault(fault) = stopped else { return 0 };
    let has_it = |program: &Program| paired::fault_at(program, fault.future) == Some(*fault);
    programs.iter().position(has_it).unwrap_or(0)
}

impl Varied {
    pub fn of(listed: &Listed) -> Varied {
        let written = listed.value_in_file.as_ref().unwrap_or(&listed.value);
        Varied {
            address: listed.address.clone(),
            // The value is said with its pace.
            title: listed.title.strip_suffix(" per year").unwrap_or(&listed.title).to_owned(),
            value: listed.value.clone(),
            number: listed.number.filter(|_| pace(&listed.value) == pace(written)),
            low: listed.low,
            high: listed.high,
            default_range: listed.default_range,
            unit: match pace(written) {
                Some(per) => format!("per {per}"),
                None => listed.unit.clone(),
            },
        }
    }

    /// As `--set` takes it.
    fn setting(&self, number: f64) -> String {
        let pace = if self.unit == "per year" { None } else { pace(&self.value) };
        match pace {
            Some(per) => format!("{}={number} per {per}", self.address),
            None => format!("{}={number}", self.address),
        }
    }
}

/// The `month` of `2 per month`.
fn pace(value: &str) -> Option<&str> {
    let (rest, unit) = value.trim_end().rsplit_once(' ')?;
    let known = ["day", "week", "month", "quarter", "year"].contains(&unit);
    (known && rest.trim_end().ends_with(" per")).then_some(unit)
}
