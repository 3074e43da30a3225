//! Scenario files that exist in memory only.

use forkcast::diagnostic::{Failure, render};
use forkcast::model::ScenarioFile;
use forkcast::model::files::Files;
use forkcast::simulation::result::Result as Outcome;
use forkcast::simulation::{Request, simulate};

/// Files by name; the scenario is `scenario.toml`.
pub struct Memory(Vec<(String, String)>);

impl Memory {
    pub fn of(scenario: &str) -> Self {
        Memory(vec![("scenario.toml".to_owned(), scenario.to_owned())])
    }

    pub fn and(mut self, name: &str, content: &str) -> Self {
        self.0.push((name.to_owned(), content.to_owned()));
        self
    }

    pub fn read(&self) -> ScenarioFile {
        ScenarioFile::read(self, "scenario.toml").expect("the file is there")
    }

    /// All messages about the file.
    pub fn messages(&self) -> String {
        let file = self.read();
        render(&file.sources, &file.diagnostics, forkcast::diagnostic::Style::default())
    }
}

impl Files for Memory {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, content)| content.clone().into_bytes()).ok_or_else(|| "there is no such file".to_owned())
    }
}

pub fn run(files: &Memory, futures: u64, seed: u64) -> Outcome {
    let file = files.read();
    let scenario = file.base.clone().unwrap_or_else(|| panic!("{}", files.messages()));
    let request = Request { futures: Some(futures), seed: Some(seed), ..Request::default() };
    simulate(&file, &scenario, &request).expect("nothing goes wrong")
}

/// Why a run is refused.
pub fn refused(files: &Memory, futures: u64) -> String {
    let file = files.read();
    let scenario = file.base.clone().unwrap_or_else(|| panic!("{}", files.messages()));
    let request = Request { futures: Some(futures), ..Request::default() };
    match simulate(&file, &scenario, &request) {
        Err(Failure::Request { message, .. }) => message,
        Err(Failure::Scenario(mistakes)) => render(&file.sources, &mistakes, forkcast::diagnostic::Style::default()),
        other => panic!("{other:?}"),
    }
}
