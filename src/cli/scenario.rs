//! Scenario files as the command line names them, and the cases of them that are asked for.

use super::options::Assumptions;
use crate::diagnostic::{Diagnostics, Failure, nearest};
use crate::model::layers::Override;
use crate::model::{Scenario, ScenarioFile};
use crate::watch::Reader;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A scenario file that has been read.
pub struct Opened {
    /// As it was typed.
    pub path: PathBuf,
    pub file: ScenarioFile,
    pub folder: Reader,
}

/// A scenario with what is laid over it.
pub struct Case {
    pub variant: Option<String>,
    /// What `--set` gave.
    pub set: Vec<Override>,
    pub scenario: Scenario,
}

/// Reads a scenario file.
pub fn open(path: &Path) -> Result<Opened, Failure> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(path),
        std::io::ErrorKind::PermissionDenied => {
            cannot_read(path, "it may not be read", "ask for permission to read it")
        }
        _ => cannot_read(path, &error.to_string(), "check the name and the folder"),
    })?;
    if metadata.is_dir() {
        let help = toml_files(path).first().map_or_else(
            || "name a scenario file, which ends in `.toml`".to_owned(),
            |first| format!("name a scenario file in it, for instance `{}`", path.join(first).display()),
        );
        return Err(cannot_read(path, "it is a folder", &help));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let parent = path.parent().unwrap_or(Path::new("")).to_owned();
    let folder = Reader::new(&parent);
    let mut file = ScenarioFile::read(&folder, &name)?;
    file.sources.rename(|name| parent.join(name).display().to_string());
    Ok(Opened { path: path.to_owned(), file, folder })
}

fn missing(path: &Path) -> Failure {
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    let there = toml_files(folder);
    let with_ending = there.iter().find(|name| name.strip_suffix(".toml") == Some(wanted.as_str()));
    let near = with_ending.map(String::as_str).or_else(|| nearest(&wanted, there.iter().map(String::as_str)));
    let help = near.map_or_else(
        || "check the name and the folder".to_owned(),
        |near| format!("did you mean `{}`?", folder.join(near).display()),
    );
    cannot_read(path, "there is no such file", &help)
}

/// The names of the scenario files in a folder, in order.
fn toml_files(folder: &Path) -> Vec<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml")).collect();
    names.sort();
    names
}

fn cannot_read(path: &Path, why: &str, help: &str) -> Failure {
    let message = format!("`{}` cannot be read: {why}", path.display());
    Failure::Environment { message, help: Some(help.to_owned()) }
}

impl Opened {
    /// What the folder of its results is called.
    pub fn stem(&self) -> String {
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The cases that are asked for, in order; their mistakes are collected, and those that have any are left out.
    pub fn cases(&mut self, asked: &Assumptions, mistakes: &mut Diagnostics) -> Result<Vec<Case>, Failure> {
        let set = self.file.settings(&asked.set)?;
        let mut names: Vec<Option<String>> = asked.variant.iter().cloned().map(Some).collect();
        if asked.all_variants {
            names.extend(self.file.variants().into_iter().map(Some));
        }
        if asked.all_variants || names.is_empty() {
            names.insert(0, None);
        }
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        let mut cases = Vec::new();
        for variant in names {
            let mut overrides = variant.as_deref().map_or(Ok(Vec::new()), |name| self.file.variant(name))?;
            overrides.extend(set.iter().cloned());
            let (scenario, found) = self.file.with(&self.folder, &overrides);
            mistakes.extend(found);
            cases.extend(scenario.map(|scenario| Case { variant, set: set.clone(), scenario }));
        }
        Ok(cases)
    }
}
