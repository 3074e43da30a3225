//! `forkcast compare`: what if? Scenarios, or variants of one, side by side on the same luck.

use super::Verb;
use crate::analysis::compare::{Source, Spec, compare, experts};
use crate::analysis::experiment::Playing;
use crate::cli::options::{Leave, Play};
use crate::cli::progress::Progress;
use crate::cli::question::{leave_answer, ready, warn};
use crate::cli::scenario::{self, Opened};
use crate::cli::terminal::Terminal;
use crate::cli::{Told, interrupt};
use crate::diagnostic::{Failure, nearest};
use crate::report::answer;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

pub const COMPARE: Verb = Verb { name: "compare", command: Compare::command, run };

/// What if? Scenarios, or variants of one, side by side on the same luck
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Compare {
    /// One scenario file, to compare with its variants, or up to eight files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare the scenario with this variant; of several, with each other [default: all variants]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    variant: Vec<String>,
    /// Compare what each member of the panels alone would imply, or each of those named: --by-expert=anna,bo
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 0.., require_equals = true,
          conflicts_with = "variant")]
    by_expert: Option<Vec<String>>,
    /// What to explain: an outcome, an event, event.branch, mean(metric), p5(metric) … [default: the first outcome]
    #[arg(long, value_name = "TARGET")]
    of: Option<String>,
    /// Change an assumption in all cases, as in events.visit.probability=0.8; may be given several times
    #[arg(long, value_name = "ADDR=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    play: Play,
    #[command(flatten)]
    leave: Leave,
}

const EXAMPLES: &str = "\
Examples:
  forkcast compare talks.toml                                  the scenario and all its variants
  forkcast compare talks.toml --variant envoys_land --of summit
  forkcast compare talks.toml --variant hard_line --variant soft_line
  forkcast compare talks.toml talks-revised.toml
  forkcast compare talks.toml --by-expert";

/// More cases cannot be read side by side.
const MOST: usize = 8;

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let asked = Compare::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    let mut opened = Vec::new();
    for path in &asked.files {
        opened.push(scenario::open(path).map_err(|failure| terminal.failed(&failure))?);
    }
    for file in &opened {
        if file.file.base.is_none() {
            return Err(terminal.failed_in(&file.file.sources, &Failure::Scenario(file.file.diagnostics.clone())));
        }
        warn(file, &asked.leave, terminal);
    }
    let specs = asked.specs(&opened).map_err(|failure| terminal.failed(&failure))?;
    let stem = opened[0].stem();
    ready(&stem, &asked.folder(), &asked.leave).map_err(|failure| terminal.failed(&failure))?;
    let progress = Progress::new(format!("{stem} compare"), 1, asked.leave.quiet);
    let tell = |finished, of| progress.finished_of(finished, of);
    let playing = Playing {
        futures: asked.play.futures,
        seed: asked.play.seed,
        sampling: asked.play.sampling,
        threads: asked.play.threads,
        progress: Some(&tell),
        interrupted: Some(interrupt::flag()),
        without_fans: !asked.leave.drawn().map_err(|failure| terminal.failed(&failure))?,
    };
    let compared = {
        let mut sources: Vec<Source> =
            opened.iter_mut().map(|Opened { file, folder, .. }| Source { file, files: folder }).collect();
        compare(&mut sources, &specs, &asked.set, asked.of.as_deref(), playing)
    };
    drop(progress);
    let told = |failure| terminal.failed_in(&opened[0].file.sources, &failure);
    let (found, results) = compared.map_err(told)?;
    let answer = answer::compare(&found, &results, &asked.again(&opened), terminal.width).map_err(told)?;
    leave_answer(answer, &stem, &asked.folder(), &asked.leave, terminal)
}

impl Compare {
    /// The cases, the first of them the one that the others are compared with.
    fn specs(&self, opened: &[Opened]) -> Result<Vec<Spec>, Failure> {
        let variant = |name: &String| Spec { variant: Some(name.clone()), ..Spec::default() };
        let file = &opened[0].file;
        let specs: Vec<Spec> = match (opened.len(), self.variant.as_slice()) {
            (1, _) if self.by_expert.is_some() => self.by_expert(&opened[0])?,
            (1, []) => std::iter::once(Spec::default()).chain(file.variants().iter().map(variant)).collect(),
            (1, [one]) => vec![Spec::default(), variant(one)],
            (1, several) => several.iter().map(variant).collect(),
            (_, []) if self.by_expert.is_none() => {
                (0..opened.len()).map(|source| Spec { source, ..Spec::default() }).collect()
            }
            _ => {
                return Err(Failure::Usage {
                    message: "variants and experts are compared within one file".to_owned(),
                    help: Some("name one file, or leave `--variant` and `--by-expert` out".to_owned()),
                });
            }
        };
        match specs.len() {
            1 => Err(Failure::Request {
                message: format!(
                    "`{}` has no variants, so there is nothing to compare it with",
                    opened[0].path.display()
                ),
                help: Some("name a second file, or give it a table [variants.NAME]".to_owned()),
            }),
            count if count > MOST => Err(Failure::Usage {
                message: format!("{count} cases cannot be compared at once"),
                help: Some(format!("name at most {MOST}: `--variant NAME --variant NAME …`")),
            }),
            _ => Ok(specs),
        }
    }

    /// The scenario as it is, and each member of its panels alone.
    fn by_expert(&self, opened: &Opened) -> Result<Vec<Spec>, Failure> {
        let known = opened.file.base.as_ref().map(experts).unwrap_or_default();
        if known.is_empty() {
            return Err(Failure::Request {
                message: format!("`{}` has no panels", opened.path.display()),
                help: Some("a panel is written `{ panel = { anna = 0.6, bo = 0.4 } }`".to_owned()),
            });
        }
        let asked = match self.by_expert.as_deref() {
            Some([_, ..]) => self.by_expert.clone().unwrap_or_default(),
            _ => known.clone(),
        };
        if let Some(stranger) = asked.iter().find(|name| !known.contains(name)) {
            let near = nearest(stranger, known.iter().map(String::as_str));
            return Err(Failure::Request {
                message: format!("nobody called `{stranger}` sits in a panel of `{}`", opened.path.display()),
                help: Some(near.map_or_else(|| known.join(", "), |near| format!("did you mean `{near}`?"))),
            });
        }
        if asked.len() >= MOST {
            return Err(Failure::Usage {
                message: format!("{} experts and the scenario itself cannot be compared at once", asked.len()),
                help: Some(format!(
                    "name at most {} of them: `--by-expert={}`; they are {}",
                    MOST - 1,
                    known[..2.min(known.len())].join(","),
                    known.join(", ")
                )),
            });
        }
        let expert = |name: String| Spec { expert: Some(name), ..Spec::default() };
        Ok(std::iter::once(Spec::default()).chain(asked.into_iter().map(expert)).collect())
    }

    /// `compare`, `compare@variant+set`, `compare@by-expert`.
    fn folder(&self) -> String {
        let variants = match (&self.by_expert, self.variant.as_slice()) {
            (Some(names), _) if names.is_empty() => "@by-expert".to_owned(),
            (Some(names), _) => format!("@by-expert={}", names.join(",")),
            (None, []) => String::new(),
            (None, names) => format!("@{}", names.join(",")),
        };
        format!("{}{variants}{}", COMPARE.name, if self.set.is_empty() { "" } else { "+set" })
    }

    /// What stands after the first file to ask the same again.
    fn again(&self, opened: &[Opened]) -> Vec<String> {
        let mut words: Vec<String> = opened[1..].iter().map(|file| file.path.display().to_string()).collect();
        for name in &self.variant {
            words.extend(["--variant".to_owned(), name.clone()]);
        }
        match &self.by_expert {
            Some(names) if names.is_empty() => words.push("--by-expert".to_owned()),
            Some(names) => words.push(format!("--by-expert={}", names.join(","))),
            None => {}
        }
        words
    }
}
