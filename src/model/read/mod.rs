//! Document → scenario: what the tables of a file mean.

mod assumption;
mod cautions;
mod certain;
mod correlations;
mod events;
mod metrics;
mod names;
mod observed;
mod paths;
mod quantities;
mod settings;
mod table;
mod variants;

pub use events::TIMINGS;

use super::layers::Laid;
use super::names::Names;
use super::order;
use super::resolve::{Field, Resolver};
use super::types::{Listed, Scenario, Term};
use super::words::functions;
use crate::calendar::Calendar;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::document::expression::{self, Expression};
use crate::document::{Node, Table, Text};
use crate::model::files::Inputs;
use std::sync::Arc;

pub use assumption::Sort;

/// What a scenario is read from, and what has been learnt of it so far.
pub struct Reading<'a> {
    pub sources: &'a Sources,
    pub inputs: &'a Inputs<'a>,
    pub laid: &'a Laid,
    /// The scenario file's name.
    pub name: &'a str,
    pub file: SourceId,
    /// Where each source's own files are looked for.
    pub folders: &'a [(SourceId, String)],
    pub errors: Diagnostics,
    /// Days since 1970-01-01; None in a static scenario.
    pub start: Option<i32>,
    pub calendar: Option<Calendar>,
    pub listed: Vec<Listed>,
    /// Addresses that can be overridden without being listed: dates.
    pub dates: Vec<String>,
}

/// Reads a scenario. None where it has mistakes; all of them are reported.
pub fn scenario(table: &Table, reading: &mut Reading<'_>) -> Option<Scenario> {
    table::check_keys(table, TOP_LEVEL, "a scenario file", reading);
    let settings = settings::scenario(table, reading);
    let run = settings::run(table, reading);
    let names = names::collect(table, reading);
    let quantities = quantities::read(table, &names, reading);
    let paths = paths::read(table, &names, reading);
    let events = events::read(table, &names, reading);
    cautions::ranges_of_probabilities(&names, &quantities, &events, reading);
    paths::check_shocks(table, &paths, reading);
    let metrics = metrics::metrics(table, &names, reading);
    let outcomes = metrics::outcomes(table, &names, reading);
    settings::precision_of(table, &outcomes, reading);
    let correlations = correlations::read(table, &names, &quantities, &paths, &events, reading);
    let observations = observed::read(
        table,
        &observed::Things { names: &names, paths: &paths, events: &events, correlations: &correlations },
        settings.as_of,
        reading,
    );
    let variants = variants::read(table, reading);
    let sliders = variants::sliders(table, reading);
    // What is broken as TOML has its message already, and is not among the things.
    let all = quantities.len() + paths.len() + events.len() + metrics.len();
    if reading.errors.has_errors() || all < names.map.len() {
        return None;
    }
    let order = order::order(&quantities, &paths, &events, &metrics, reading)?;
    let scenario = Scenario {
        title: settings.title,
        question: settings.question,
        note: settings.note,
        calendar: reading.calendar.clone(),
        run,
        quantities,
        paths,
        events,
        metrics,
        outcomes,
        correlations,
        observations,
        variants,
        sliders,
        assumptions: reading.listed.clone(),
        order,
        without: None,
    };
    certain::check(&scenario, reading);
    (!reading.errors.has_errors()).then_some(scenario)
}

const TOP_LEVEL: &[&str] = &[
    "extends",
    "scenario",
    "run",
    "workshop",
    "quantities",
    "paths",
    "events",
    "metrics",
    "outcomes",
    "correlations",
    "observed",
    "variants",
];

impl Reading<'_> {
    pub fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.errors.push(Diagnostic::error(span, message).help(help));
    }

    /// The syntax of a text; mistakes in it are reported.
    pub fn parse(&mut self, text: &Text, span: Span) -> Option<Expression> {
        let before = self.errors.count();
        let tree = expression::parse_knowing(text, span.source, &has_parameter, &mut self.errors);
        let tree = tree.filter(|_| self.errors.count() == before)?;
        cautions::days_since(&tree, self);
        Some(tree)
    }

    /// A field that must hold a condition in quotes.
    pub fn condition(&mut self, node: &Node, names: &Names, field: &Field) -> Option<Term> {
        let Some(text) = node.text() else {
            if !node.is_broken() {
                let message = format!("a condition is needed here, and this is {}", node.kind());
                self.error(
                    node.span,
                    message,
                    "write a condition in quotes, for instance \"oil < 50 and not ceasefire\"",
                );
            }
            return None;
        };
        let expression = self.parse(text, node.span)?;
        Resolver::new(self, names, field).condition(&expression)
    }

    /// A column of a CSV file beside the scenario.
    ///
    /// The places are those of the file's name and of the column's.
    pub fn csv_column(&mut self, file: &str, column: &str, places: [Span; 2]) -> Option<Arc<[f64]>> {
        let source = places[0].source;
        let folder = self.folders.iter().find(|(of, _)| *of == source).map_or("", |(_, folder)| folder);
        match self.inputs.csv_column(&format!("{folder}{file}"), column) {
            Ok(rows) => Some(rows),
            Err(refused) => {
                let place = places[usize::from(refused.of_column)];
                self.error(place, refused.message, refused.help);
                None
            }
        }
    }
}

/// Whether a function has a parameter of that name: `ever(oil = 60)` compares, `normal(mean = 3)` names.
fn has_parameter(function: &str, parameter: &str) -> bool {
    if let Some(function) = functions::find(function) {
        return function.parameters.contains(&parameter);
    }
    // Distributions take numbers: whatever is named in a call of one is meant as a parameter.
    true
}
