//! Playing scenarios out as a program that uses the library would: a text, a file, several files in memory.

use forkcast::diagnostic::{Failure, Style, render};
use forkcast::model::ScenarioFile;
use forkcast::model::files::{Files, Folder};
use forkcast::simulation::result::Result as Outcome;
use forkcast::simulation::{Request, simulate};
use std::path::{Path, PathBuf};

/// Files that exist in memory only.
pub struct Memory<'a>(pub &'a [(&'a str, &'a str)]);

impl Files for Memory<'_> {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| "there is no such file".to_owned())
    }
}

/// A folder of the project.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A scenario written in the test.
pub fn text(toml: &str, request: &Request) -> Outcome {
    result(&Memory(&[("scenario.toml", toml)]), "scenario.toml", request)
}

/// A scenario of the project.
pub fn file(path: &Path, request: &Request) -> Outcome {
    let files = Folder(path.parent().expect("a file is in a folder").to_owned());
    result(&files, path.file_name().and_then(|name| name.to_str()).expect("a file has a name"), request)
}

/// The result of a scenario that is without mistakes and plays.
pub fn result(files: &dyn Files, name: &str, request: &Request) -> Outcome {
    let file = read(files, name);
    let overrides = request.variant.map(|variant| file.variant(variant).expect("the file has this variant"));
    let (scenario, mistakes) = file.with(files, &overrides.unwrap_or_default());
    let Some(scenario) = scenario else { panic!("{}", render(&file.sources, &mistakes, Style::default())) };
    match simulate(&file, &scenario, request) {
        Ok(result) => result,
        Err(Failure::Scenario(mistakes)) => panic!("{}", render(&file.sources, &mistakes, Style::default())),
        Err(other) => panic!("{name}: {other:?}"),
    }
}

/// A scenario without mistakes.
pub fn read(files: &dyn Files, name: &str) -> ScenarioFile {
    let file = ScenarioFile::read(files, name).expect("the file is there");
    let mistakes = render(&file.sources, &file.diagnostics, Style::default());
    assert!(!file.diagnostics.has_errors(), "{mistakes}");
    file
}
