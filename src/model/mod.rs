//! What a scenario means: from the document to typed tables, and from those to a program.

mod extends;
pub mod files;
pub mod layers;
mod lower;
pub mod names;
pub mod order;
pub mod read;
mod resolve;
pub mod types;
pub mod words;

use crate::chance::sobol::{Design, Sampling};
use crate::diagnostic::{Diagnostics, Failure, SourceId, Sources};
use crate::document::{self, Table};
use crate::program::Program;
use files::{Files, Input, Inputs};
use layers::{Laid, Override};
use read::Reading;
use std::sync::Arc;
pub use types::Scenario;

/// A scenario file and all that was read for it: its base can be varied without reading it again.
#[derive(Clone)]
pub struct ScenarioFile {
    /// The file's name, without its folder.
    pub name: String,
    pub sources: Sources,
    file: SourceId,
    folders: extends::Folders,
    table: Table,
    /// What is wrong with the file itself, warnings included.
    pub diagnostics: Diagnostics,
    /// The scenario as the file has it; None where it has mistakes.
    pub base: Option<Scenario>,
    /// The same, to be shared by what is laid over it.
    without: Option<Arc<Scenario>>,
    /// Every address that can be set.
    pub addresses: Vec<String>,
    /// The files that were read, the scenario's own first.
    pub inputs: Vec<Input>,
}

impl ScenarioFile {
    /// Reads a file; its mistakes are in `diagnostics`. Fails where it cannot be read at all.
    pub fn read(files: &dyn Files, name: &str) -> Result<Self, Failure> {
        let inputs = Inputs::new(files);
        let content = inputs.read(name).map_err(|why| Failure::Environment {
            message: format!("`{name}` cannot be read: {why}"),
            help: Some("check the name and the folder".to_owned()),
        })?;
        let text = std::str::from_utf8(&content).map_err(|_| Failure::Environment {
            message: format!("`{name}` is not a text file"),
            help: Some("save it as text in UTF-8".to_owned()),
        })?;
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        let mut diagnostics = Diagnostics::default();
        let mut folders = extends::Folders::new();
        let table = extends::layers(&inputs, &mut sources, (file, name), &mut folders, &mut diagnostics);
        let mut read = ScenarioFile {
            name: name.to_owned(),
            sources,
            file,
            folders,
            table,
            diagnostics: Diagnostics::default(),
            base: None,
            without: None,
            addresses: Vec::new(),
            inputs: Vec::new(),
        };
        let (base, addresses, mut errors) = read.scenario(&read.table, &Laid::default(), &inputs);
        diagnostics.extend(std::mem::take(&mut errors));
        read.base = base.filter(|_| !diagnostics.has_errors());
        read.without = read.base.clone().map(Arc::new);
        read.diagnostics = diagnostics;
        read.addresses = addresses;
        read.inputs = inputs.all();
        Ok(read)
    }

    fn scenario(&self, table: &Table, laid: &Laid, inputs: &Inputs) -> (Option<Scenario>, Vec<String>, Diagnostics) {
        let mut reading = Reading {
            sources: &self.sources,
            inputs,
            laid,
            name: &self.name,
            file: self.file,
            folders: &self.folders,
            errors: Diagnostics::default(),
            start: None,
            calendar: None,
            listed: Vec::new(),
            dates: Vec::new(),
        };
        let scenario = read::scenario(table, &mut reading);
        let mut addresses: Vec<String> = reading.listed.iter().map(|l| l.address.clone()).collect();
        addresses.extend(std::mem::take(&mut reading.dates));
        (scenario, addresses, reading.errors)
    }

    /// The names of the file's variants, in its order.
    pub fn variants(&self) -> Vec<String> {
        let table = self.table.get("variants").and_then(document::Node::table);
        table.map(|t| t.keys().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// The overrides of a variant.
    pub fn variant(&self, name: &str) -> Result<Vec<Override>, Failure> {
        layers::variant_overrides(&self.table, name).ok_or_else(|| {
            let known = self.variants();
            let near = crate::diagnostic::nearest(name, known.iter().map(String::as_str));
            let help = match (near, known.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, true) => "the file has no variants".to_owned(),
                (None, false) => format!("its variants are {}", resolve::list(&known)),
            };
            Failure::Request { message: format!("`{}` has no variant `{name}`", self.name), help: Some(help) }
        })
    }

    /// What `--set ADDR=VALUE` lays over the file.
    pub fn settings(&mut self, settings: &[String]) -> Result<Vec<Override>, Failure> {
        layers::command_line(&mut self.sources, settings).map_err(|message| Failure::Usage {
            message,
            help: Some("write --set ADDRESS=VALUE, for instance --set events.visit.probability=0.8".to_owned()),
        })
    }

    /// The scenario with overrides laid over it, and what is wrong with them.
    pub fn with(&self, files: &dyn Files, overrides: &[Override]) -> (Option<Scenario>, Diagnostics) {
        if overrides.is_empty() {
            return (self.base.clone(), self.diagnostics.clone());
        }
        let mut errors = Diagnostics::default();
        if self.base.is_none() {
            errors.extend(self.diagnostics.clone());
            layers::strangers(&self.table, overrides, &self.sources, &mut errors);
            return (None, errors);
        }
        let (table, laid) = layers::lay(&self.table, overrides, &self.addresses, &self.sources, &mut errors);
        let inputs = Inputs::new(files);
        let (scenario, _, found) = self.scenario(&table, &laid, &inputs);
        errors.extend(found);
        let scenario = scenario.filter(|_| !errors.has_errors());
        (scenario.map(|scenario| Scenario { without: self.without.clone(), ..scenario }), errors)
    }
}

impl Scenario {
    /// The program that plays it out, with all its luck drawn from `seed`.
    ///
    /// Where futures are spread evenly, what the file draws without any overrides comes first: so what two variants both
    /// draw is spread in the same way in both.
    pub fn program(&self, seed: u64, sampling: Sampling) -> Program {
        let mut program = lower::lower(self, seed);
        if sampling == Sampling::Sobol {
            let without = self.without.as_ref().map(|without| lower::lower(without, seed));
            let streams = without.iter().chain([&program]).flat_map(Program::streams);
            program.design = Some(Arc::new(Design::new(streams)));
        }
        program
    }
}
