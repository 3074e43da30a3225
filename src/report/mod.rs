//! What a command leaves: files in one folder, a page to read, a summary for the terminal.
//!
//! [`Leaves`] is all of it before anything is written; each of the [`files::FORMATS`] takes from it what it needs. This
//! is one of the few places that touch the disk, and only [`folder`] and the formats do.

pub mod answer;
pub mod csv;
pub mod drawing;
pub mod files;
pub mod folder;
pub mod json;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod png;
pub mod sentences;
pub mod summary;
pub mod svg;
mod words;

use crate::diagnostic::Failure;
use crate::simulation::result;
use crate::simulation::rows::Rows;

/// What a command has to say, before it is written down.
pub struct Leaves<'a> {
    /// The text of `result.json`.
    pub json: String,
    pub tables: Vec<Table>,
    pub charts: Vec<Chart>,
    /// The text of `report.html`.
    pub page: String,
    /// A row per future, where somebody asked for them.
    pub rows: Option<Rows<'a>>,
}

/// A chart as standalone SVG texts, drawn wide and drawn for a phone.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The file's name without its ending, such as `outcomes` or `path-oil`.
    pub name: String,
    pub wide: String,
    pub narrow: Option<String>,
}

/// A table as the text of a CSV file.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file's name without its ending.
    pub name: String,
    pub csv: String,
}

impl<'a> Leaves<'a> {
    /// What `run` leaves.
    pub fn of_run(result: &result::Result, charts: Vec<Chart>, rows: Option<Rows<'a>>) -> Result<Self, Failure> {
        let page = page::page(result, &charts);
        Ok(Self { json: json::text(result)?, tables: csv::tables(result)?, charts, page, rows })
    }
}
