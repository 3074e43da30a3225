//! `[observed.O]` and `as_of`: what has been seen.

use super::Reading;
use crate::document::Table;
use crate::model::names::Names;
use crate::model::types::{Event, Observation, Path};

/// All that was observed, what `as_of` implies among it.
pub fn read(
    file: &Table,
    _names: &Names,
    _paths: &[Path],
    _events: &[Event],
    as_of: Option<i32>,
    reading: &mut Reading,
) -> Vec<Observation> {
    if let Some(entry) = file.entry("observed") {
        reading.error(entry.key, "`observed` is not there yet", "take the table out");
    }
    if as_of.is_some() {
        if let Some(entry) = file.get("scenario").and_then(|n| n.table()).and_then(|t| t.entry("as_of")) {
            reading.error(entry.key, "`as_of` is not there yet", "take the line out");
        }
    }
    Vec::new()
}
