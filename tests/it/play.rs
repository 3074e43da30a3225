//! Playing scenarios out as a program that uses the library would: a text, or a file of the project.

use crate::memory::Memory;
use forkcast::diagnostic::{Failure, Style, render};
use forkcast::model::ScenarioFile;
use forkcast::model::files::{Files, Folder};
use forkcast::simulation::result::Result as Outcome;
use forkcast::simulation::{Request, simulate};
use std::path::{Path, PathBuf};

/// A file or folder of the project.
pub fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A scenario written in the test.
pub fn text(toml: &str, request: &Request) -> Outcome {
    result(&Memory::of(toml), "scenario.toml", request)
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
