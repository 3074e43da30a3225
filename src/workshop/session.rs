//! The session that all screens share: the file as it was last good, what the room has changed, and the way back.

use super::case::{Case, Good, Problem, Setting};
use super::save;
use super::state::{self, Mistake, State};
use crate::diagnostic::{Diagnostics, Failure};
use crate::document::edit;
use crate::model::ScenarioFile;
use crate::watch::{Reader, Watched};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far back one can go.
const MOST_STEPS: usize = 200;

pub struct Session {
    path: PathBuf,
    good: Arc<Good>,
    /// The bytes of the file as they were last read, with or without mistakes.
    bytes: Arc<[u8]>,
    mistakes: Vec<Mistake>,
    watched: Watched,
    /// Grows with each change.
    version: u64,
    /// Of all that was changed.
    setting: Setting,
    /// Without the moves of a slider that is being dragged.
    settled: Setting,
    undo: Vec<Setting>,
    redo: Vec<Setting>,
    /// What comes of the setting, or what is wrong with it.
    case: Result<Arc<Case>, Vec<Problem>>,
    /// The setting as the variant alone has it; None where that has mistakes.
    variant: Option<Arc<Case>>,
    futures: Option<u64>,
    seed: Option<u64>,
}

/// What a page wants changed.
#[derive(Deserialize)]
pub struct Change {
    #[serde(flatten)]
    pub setting: Setting,
    /// Whether more will come at once: such a move is no step that can be undone.
    #[serde(default)]
    pub dragging: bool,
}

/// What a page wants kept.
#[derive(Deserialize)]
pub struct Keep {
    pub name: String,
    #[serde(default)]
    pub title: String,
    /// Whether a variant of that name may be replaced.
    #[serde(default)]
    pub replace: bool,
}

/// Why nothing was kept.
pub enum NotKept {
    /// The file on disk, or the variant in it, is not what the page takes it to be.
    Conflict(Failure),
    /// The request is at fault.
    Refused(Failure),
    /// The file cannot be written.
    Unwritable(Failure),
}

/// A file that was read anew.
struct Read {
    file: ScenarioFile,
    reader: Reader,
    /// Of the file and its variants.
    found: Diagnostics,
}

fn read(path: &Path) -> Result<Read, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let reader = Reader::new(path.parent().unwrap_or(Path::new("")));
    let file = ScenarioFile::read(&reader, &name)?;
    let mut found = file.diagnostics.clone();
    for variant in file.variants() {
        // Variants are read now, so that their files are known too.
        found.extend(file.with(&reader, &file.variant(&variant)?).1);
    }
    Ok(Read { file, reader, found })
}

impl Read {
    fn bytes(&self) -> Arc<[u8]> {
        self.reader.remembered().get(&self.file.name).cloned().unwrap_or_default()
    }

    fn watched(&self) -> Watched {
        let mut watched = Watched::default();
        watched.add(&self.reader);
        watched
    }
}

impl Session {
    /// Opens a file; its mistakes are the failure's.
    pub fn open(path: &Path, setting: Setting, futures: Option<u64>, seed: Option<u64>) -> Result<Self, Failure> {
        let read = read(path)?;
        let (bytes, watched) = (read.bytes(), read.watched());
        let good = Good::new(&read.file, &read.reader).ok_or(Failure::Scenario(read.found.clone()))?;
        let mut session = Self {
            path: path.to_owned(),
            bytes,
            mistakes: state::mistakes(&read.file.sources, &read.found),
            watched,
            version: 1,
            case: Err(Vec::new()),
            variant: None,
            good: Arc::new(good),
            setting: setting.clone(),
            settled: setting,
            undo: Vec::new(),
            redo: Vec::new(),
            futures,
            seed,
        };
        session.lay();
        Ok(session)
    }

    fn lay(&mut self) {
        self.case = Case::of(&self.good, &self.setting).map(Arc::new);
        let alone = Setting { variant: self.setting.variant.clone(), ..Setting::default() };
        self.variant = Case::of(&self.good, &alone).ok().map(Arc::new);
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// What is to be played out, if the setting has no mistakes.
    pub fn case(&self) -> Option<Arc<Case>> {
        self.case.as_ref().ok().cloned()
    }

    pub fn is_dragging(&self) -> bool {
        self.setting != self.settled
    }

    /// What pages are told.
    pub fn state(&self) -> State<'_> {
        let now = self.case.as_ref().ok().map(|case| &case.scenario);
        let problems = self.case.as_ref().err().map_or(&[][..], Vec::as_slice);
        let variant = self.variant.as_ref().map(|case| &case.scenario);
        State {
            version: self.version,
            file: state::facts(&self.good, self.futures, self.seed),
            mistakes: &self.mistakes,
            variants: state::variants(&self.good),
            variant: self.setting.variant.as_deref(),
            changes: &self.setting.changes,
            problems,
            can_undo: !self.undo.is_empty() || self.is_dragging(),
            can_redo: !self.redo.is_empty(),
            groups: state::groups(&self.good, variant, now, &self.setting),
            first: &self.good.base.sliders,
        }
    }

    /// What is wrong with a setting; nothing is changed.
    pub fn check(&self, setting: &Setting) -> Vec<Problem> {
        Case::of(&self.good, setting).err().unwrap_or_default()
    }

    pub fn change(&mut self, change: Change) {
        self.setting = change.setting.plain();
        if !change.dragging && self.setting != self.settled {
            let before = std::mem::replace(&mut self.settled, self.setting.clone());
            self.remember(before);
            self.redo.clear();
        }
        self.changed();
    }

    fn remember(&mut self, setting: Setting) {
        if self.undo.len() == MOST_STEPS {
            self.undo.remove(0);
        }
        self.undo.push(setting);
    }

    fn changed(&mut self) {
        self.version += 1;
        self.lay();
    }

    pub fn undo(&mut self) {
        // A drag that never ended is taken back first.
        let before = if self.is_dragging() { Some(self.settled.clone()) } else { self.undo.pop() };
        if let Some(before) = before {
            self.redo.push(std::mem::replace(&mut self.setting, before.clone()));
            self.settled = before;
            self.changed();
        }
    }

    pub fn redo(&mut self) {
        if let Some(after) = self.redo.pop() {
            let before = std::mem::replace(&mut self.settled, after.clone());
            self.remember(before);
            self.setting = after;
            self.changed();
        }
    }

    /// A setting could be read and yet not be played out.
    pub fn failed(&mut self, version: u64, problems: Vec<Problem>) -> bool {
        let current = version == self.version;
        if current {
            self.case = Err(problems);
        }
        current
    }

    /// Reads the file again if it, or one that it needs, has become another; whether there is anything new.
    pub fn follow(&mut self) -> bool {
        let changed = self.watched.changed();
        if changed {
            self.read_again();
        }
        changed
    }

    fn read_again(&mut self) {
        match read(&self.path) {
            Ok(read) => {
                (self.bytes, self.watched) = (read.bytes(), read.watched());
                self.mistakes = state::mistakes(&read.file.sources, &read.found);
                if let Some(good) = Good::new(&read.file, &read.reader) {
                    self.good = Arc::new(good);
                    self.lay();
                }
            }
            Err(failure) => {
                self.mistakes = vec![Mistake::of_failure(&failure)];
                self.bytes = Arc::default();
                self.watched = Watched::default();
                self.watched.add_unread(&self.path);
            }
        }
        // Where the file has mistakes, the case that is shown stays the one that it is.
        self.version += 1;
    }

    /// Writes what is changed into the file, as a variant.
    pub fn keep(&mut self, keep: &Keep) -> Result<(), NotKept> {
        let refused = |message: &str, help: &str| {
            NotKept::Refused(Failure::Request { message: message.to_owned(), help: Some(help.to_owned()) })
        };
        let conflict =
            |message: String, help: &str| NotKept::Conflict(Failure::Request { message, help: Some(help.to_owned()) });
        if self.case.is_err() {
            return Err(refused("what is changed has mistakes", "mend them first: nothing was saved"));
        }
        if save::content(&self.path).map_err(NotKept::Unwritable)? != *self.bytes {
            let message = format!("`{}` was changed since it was read", self.good.file.name);
            return Err(conflict(message, "look at what is new in it, then save again: nothing was saved"));
        }
        if self.mistakes.iter().any(Mistake::is_error) {
            return Err(refused("the file has mistakes", "mend them first: nothing was saved"));
        }
        if !keep.replace && self.good.file.variants().contains(&keep.name) {
            let message = format!("there is a variant `{}` already", keep.name);
            return Err(conflict(message, "choose another name, or say that it is to be replaced"));
        }
        let set: Vec<(String, String)> = self.setting.all(&self.good).into_iter().collect();
        if set.is_empty() {
            return Err(refused(
                "nothing is changed",
                "a variant is what differs from the file: change something first",
            ));
        }
        let text = std::str::from_utf8(&self.bytes).unwrap_or_default();
        let saved = edit::save_variant(text, &keep.name, &keep.title, &set).map_err(NotKept::Refused)?;
        self.good.with_text(&saved).map_err(NotKept::Refused)?;
        save::replace(&self.path, &self.bytes, saved.as_bytes()).map_err(|not| match not {
            save::NotReplaced::Changed => conflict(
                format!("`{}` was changed since it was read", self.good.file.name),
                "look at what is new in it, then save again: nothing was saved",
            ),
            save::NotReplaced::Failed(failure) => NotKept::Unwritable(failure),
        })?;
        self.read_again();
        let setting = Setting { variant: Some(keep.name.clone()), ..Setting::default() };
        self.change(Change { setting, dragging: false });
        Ok(())
    }
}

/// The number of the state that a change has led to.
#[derive(Serialize)]
pub struct Version {
    pub version: u64,
}
