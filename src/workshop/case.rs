//! What is laid over a file: a variant, and the room's changes. Either it can be played out, or it has problems.

use crate::diagnostic::{Diagnostic, Diagnostics, Failure, Severity, Sources, Span};
use crate::model::files::Files;
use crate::model::layers::{self, Override};
use crate::model::{Scenario, ScenarioFile};
use crate::watch::{Reader, Remembered};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A file without mistakes, and all files that it needs, as they were when it was read.
///
/// What a page sends is read with those files alone: nobody can look into others through it.
pub struct Good {
    pub file: ScenarioFile,
    pub base: Scenario,
    pub files: Remembered,
}

impl Good {
    /// None where the file has mistakes.
    pub fn new(file: &ScenarioFile, reader: &Reader) -> Option<Self> {
        Some(Self { base: file.base.clone()?, file: file.clone(), files: reader.remembered() })
    }

    /// Fails if the file would have mistakes with another text.
    pub fn with_text(&self, text: &str) -> Result<(), Failure> {
        let files = Instead { name: &self.file.name, text, files: &self.files };
        let read = ScenarioFile::read(&files, &self.file.name)?;
        if read.base.is_some() { Ok(()) } else { Err(Failure::Scenario(read.diagnostics)) }
    }
}

struct Instead<'a> {
    name: &'a str,
    text: &'a str,
    files: &'a Remembered,
}

impl Files for Instead<'_> {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        if name == self.name { Ok(self.text.as_bytes().to_vec()) } else { self.files.read(name) }
    }
}

/// Addresses and the texts that `--set` would take, in the order in which they are laid on.
pub type Changes = IndexMap<String, String>;

/// What a room has chosen.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Setting {
    #[serde(default)]
    pub variant: Option<String>,
    /// Beyond the variant.
    #[serde(default)]
    pub changes: Changes,
}

impl Setting {
    /// Without blanks around addresses and texts.
    pub fn plain(self) -> Self {
        let trimmed = |(address, text): (String, String)| (address.trim().to_owned(), text.trim().to_owned());
        Self { changes: self.changes.into_iter().map(trimmed).collect(), ..self }
    }

    /// All that differs from the file, the variant's changes included.
    pub fn all(&self, good: &Good) -> Changes {
        let mut all = self.variant.as_deref().map_or_else(Changes::new, |name| of_variant(&good.file, name));
        for (address, text) in &self.changes {
            // What replaces a number also replaces single answers in it, and the other way round.
            all.retain(|other, _| !other.starts_with(&format!("{address}.panel.")));
            all.insert(address.clone(), text.clone());
        }
        all
    }
}

/// What a variant changes, as `--set` takes it.
pub fn of_variant(file: &ScenarioFile, name: &str) -> Changes {
    let overrides = file.variant(name).unwrap_or_default();
    overrides.into_iter().map(|set| (set.address.clone(), layers::written(&set.node, &file.sources))).collect()
}

/// A scenario that can be played out.
pub struct Case {
    pub good: Arc<Good>,
    /// With the texts of the changes among its sources.
    pub file: ScenarioFile,
    pub scenario: Scenario,
    pub variant: Option<String>,
    pub set: Vec<Override>,
}

impl Case {
    pub fn of(good: &Arc<Good>, setting: &Setting) -> Result<Self, Vec<Problem>> {
        let mut file = good.file.clone();
        if let Some(address) = setting.changes.keys().find(|address| address.contains('=')) {
            return Err(vec![Problem::of_words(format!("there is no assumption at `{address}`"), None)]);
        }
        let settings: Vec<String> = setting.changes.iter().map(|(address, text)| format!("{address}={text}")).collect();
        let failed = |failure: Failure| vec![Problem::of_failure(&failure, &good.file.sources)];
        let set = file.settings(&settings).map_err(failed)?;
        let mut overrides =
            setting.variant.as_deref().map_or(Ok(Vec::new()), |name| good.file.variant(name)).map_err(failed)?;
        overrides.extend(set.iter().cloned());
        let (scenario, found) = file.with(&good.files, &overrides);
        match scenario {
            Some(scenario) => Ok(Self { good: good.clone(), file, scenario, variant: setting.variant.clone(), set }),
            None => Err(problems(&file.sources, &found)),
        }
    }

    /// Whether it is the file as it stands.
    pub fn is_base(&self) -> bool {
        self.variant.is_none() && self.set.is_empty()
    }

    /// The file as it stands.
    pub fn base(good: &Arc<Good>) -> Self {
        Self {
            good: good.clone(),
            file: good.file.clone(),
            scenario: good.base.clone(),
            variant: None,
            set: Vec::new(),
        }
    }
}

/// What is wrong with a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// None where it lies in the variant, or in how things go together.
    pub address: Option<String>,
    pub message: String,
    pub help: Option<String>,
    /// In characters of the text; None where the address is at fault.
    pub start: Option<usize>,
    pub end: Option<usize>,
    pub mend: Option<Mend>,
}

/// A replacement that would mend it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mend {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Problem {
    pub fn of_words(message: String, help: Option<String>) -> Self {
        Self { address: None, message, help, start: None, end: None, mend: None }
    }

    /// The first reason of a failure.
    pub fn of_failure(failure: &Failure, sources: &Sources) -> Self {
        match failure {
            Failure::Scenario(found) => problems(sources, found)
                .into_iter()
                .next()
                .unwrap_or_else(|| Self::of_words("the scenario has mistakes".to_owned(), None)),
            Failure::Request { message, help }
            | Failure::Usage { message, help }
            | Failure::Environment { message, help } => Self::of_words(message.clone(), help.clone()),
            Failure::Interrupted => Self::of_words("interrupted".to_owned(), None),
        }
    }

    fn of(sources: &Sources, diagnostic: &Diagnostic) -> Self {
        let mut problem = Self::of_words(diagnostic.message.clone(), diagnostic.help.clone());
        let changed = |span: &Span| sources.get(span.source).name.strip_prefix(SET).map(str::to_owned);
        let place = diagnostic.labels.iter().find_map(|label| Some((label.span, changed(&label.span)?)));
        let Some((span, address)) = place else { return problem };
        let text = &sources.get(span.source).text;
        // The address has a source of its own, in which it stands alone.
        if **text != *address {
            (problem.start, problem.end) = (Some(characters(text, span.start)), Some(characters(text, span.end)));
            problem.mend = diagnostic.mend.as_ref().filter(|mend| mend.span.source == span.source).map(|mend| Mend {
                start: characters(text, mend.span.start),
                end: characters(text, mend.span.end),
                text: mend.replacement.clone(),
            });
        }
        problem.address = Some(address);
        problem
    }
}

/// What the sources of `--set` are called, before the address.
const SET: &str = "--set ";

fn problems(sources: &Sources, found: &Diagnostics) -> Vec<Problem> {
    let errors = found.sorted().into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| Problem::of(sources, diagnostic)).collect()
}

fn characters(text: &str, byte: u32) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte as usize).count()
}
