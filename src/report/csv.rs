//! Tables for spreadsheets: UTF-8, comma, decimal point, a line feed at each line's end. What does not exist is empty.

use super::files::Format;
use super::folder::Folder;
use super::{Leaves, Table};
use crate::diagnostic::Failure;
use crate::simulation::result::{self, Dates};
use serde::Serialize;

pub(super) const CSV: Format = Format {
    name: "csv",
    says: "outcomes.csv, events.csv, metrics.csv and paths.csv for a spreadsheet",
    by_default: true,
    write,
};

fn write(leaves: &Leaves, folder: &Folder) -> Result<(), Failure> {
    leaves.tables.iter().try_for_each(|table| folder.write(&format!("{}.csv", table.name), table.csv.as_bytes()))
}

/// The tables of a run.
pub fn tables(result: &result::Result) -> Result<Vec<Table>, Failure> {
    Ok(vec![outcomes(result)?, events(result)?, metrics(result)?, paths(result)?])
}

/// A table out of its columns' names and its rows, each a tuple or list of as many values.
pub fn table<R: Serialize>(name: &str, columns: &[&str], rows: impl IntoIterator<Item = R>) -> Result<Table, Failure> {
    let failed = |why: String| Failure::request(format!("the table {name}.csv cannot be written: {why}"));
    let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(columns).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer.serialize(row).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    let csv = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
    Ok(Table { name: name.to_owned(), csv })
}

fn outcomes(result: &result::Result) -> Result<Table, Failure> {
    let rows = result.outcomes.iter().map(|o| (&o.name, &o.title, o.probability, o.low, o.high));
    table("outcomes", &["name", "title", "probability", "low", "high"], rows)
}

/// An event's own row leaves the branch empty; its branches follow it.
fn events(result: &result::Result) -> Result<Table, Failure> {
    let columns = [
        "event",
        "branch",
        "title",
        "probability",
        "low",
        "high",
        "mean_count",
        "date_mean",
        "date_p5",
        "date_p50",
        "date_p95",
    ];
    let undated = Dates { mean: None, p5: None, p50: None, p95: None };
    let mut rows = Vec::new();
    for event in &result.events {
        let Dates { mean, p5, p50, p95 } = &event.date;
        let share = (event.probability, event.low, event.high);
        rows.push((&event.name, "", &event.title, share, Some(event.mean_count), (mean, p5, p50, p95)));
        for branch in &event.branches {
            let Dates { mean, p5, p50, p95 } = &undated;
            let share = (branch.probability, branch.low, branch.high);
            rows.push((&event.name, branch.name.as_str(), &branch.title, share, None, (mean, p5, p50, p95)));
        }
    }
    table("events", &columns, rows)
}

fn metrics(result: &result::Result) -> Result<Table, Failure> {
    let columns = [
        "name",
        "title",
        "unit",
        "defined",
        "mean",
        "mean_low",
        "mean_high",
        "sd",
        "min",
        "p1",
        "p5",
        "p10",
        "p25",
        "p50",
        "p75",
        "p90",
        "p95",
        "p99",
        "max",
    ];
    let rows = result.metrics.iter().map(|metric| {
        let quantiles = ["1", "5", "10", "25", "50", "75", "90", "95", "99"]
            .map(|key| metric.quantiles.get(key).copied().flatten());
        let words = (&metric.name, &metric.title, &metric.unit);
        (
            words,
            metric.defined,
            metric.mean,
            metric.mean_low,
            metric.mean_high,
            metric.sd,
            metric.min,
            quantiles,
            metric.max,
        )
    });
    table("metrics", &columns, rows)
}

fn paths(result: &result::Result) -> Result<Table, Failure> {
    let rows = result.paths.iter().flat_map(|path| {
        result.scenario.dates.iter().enumerate().map(move |(k, date)| {
            let quantiles = ["5", "25", "50", "75", "95"]
                .map(|key| path.quantiles.get(key).and_then(|series| series.get(k)).copied());
            (&path.name, date, path.mean.get(k).copied(), quantiles)
        })
    });
    table("paths", &["path", "date", "mean", "p5", "p25", "p50", "p75", "p95"], rows)
}
