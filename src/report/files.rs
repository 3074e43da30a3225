//! The formats that a result can be written in, each a file of its own beside this one and a line in [`FORMATS`].

use super::folder::Folder;
use super::{Leaves, csv, json, page, png, svg};
use crate::diagnostic::Failure;
use std::path::Path;

/// A way to write a result down.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it writes, for the help.
    pub says: &'static str,
    /// Whether it is written when nobody names formats.
    pub by_default: bool,
    pub write: fn(&Leaves, &Folder) -> Result<(), Failure>,
}

/// In the order in which help names them.
pub const FORMATS: &[Format] = &[
    json::JSON,
    csv::CSV,
    #[cfg(feature = "parquet")]
    super::parquet::PARQUET,
    svg::SVG,
    png::PNG,
    page::HTML,
];

/// The formats written when nobody names any.
pub fn by_default() -> Vec<&'static Format> {
    FORMATS.iter().filter(|format| format.by_default).collect()
}

/// The formats that a list such as `csv,png` names.
pub fn named(list: &str) -> Result<Vec<&'static Format>, Failure> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(named_one).collect()
}

fn named_one(name: &str) -> Result<&'static Format, Failure> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| Failure::Usage {
        message: format!("there is no format `{name}`"),
        help: Some(format!("formats are {}", FORMATS.iter().map(|f| f.name).collect::<Vec<_>>().join(", "))),
    })
}

/// Writes a result into the folder `target`, in place of the one before it.
///
/// `result.json` is always among the files: it is by that file that the folder may be replaced again.
pub fn write(leaves: &Leaves, formats: &[&Format], target: &Path) -> Result<(), Failure> {
    let folder = Folder::begin(target)?;
    if !formats.iter().any(|format| format.name == json::JSON.name) {
        (json::JSON.write)(leaves, &folder)?;
    }
    for format in formats {
        (format.write)(leaves, &folder)?;
    }
    folder.put_in_place()
}
