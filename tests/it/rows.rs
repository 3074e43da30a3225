//! `futures.parquet`, read back: its rows are the futures of the result beside it.

use crate::cli::Desk;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;

/// Everything that a row can hold: branches, events that come again and again, dates, what has no value in some futures,
/// evidence in a variant, and a thing with the name of a column of ours.
const PORT: &str = r#"
[scenario]
title = "The port"
start = 2026-01-01
end = 2027-06-30
step = "month"
[run]
futures = 70_000
[quantities]
mood = "normal(0, 1)"
weight = "uniform(1, 2)"
[events.envoys]
by = 2026-06-30
probability = "sigmoid(mood)"
[events.treaty]
between = [2026-02-01, 2026-05-05]
branches = { lapses = 0.7, handshake = "rest" }
probability = 0.6
[events.storm]
rate = 1.2
repeats = true
branches = { mild = 0.8, hard = "rest" }
[metrics]
opened = "date_of(envoys)"
both = "envoys and treaty"
wait = "date_of(storm) - 2026-01-01"
[[outcomes]]
name = "thaw"
when = "envoys and not treaty.lapses"
[[outcomes]]
name = "limbo"
[variants.seen]
set = { "quantities.mood" = "normal(1, 1)" }
"#;

/// The columns of a file, by name.
fn columns(desk: &Desk, file: &str) -> HashMap<String, Vec<Field>> {
    let reader = SerializedFileReader::new(File::open(desk.path(file)).unwrap()).unwrap();
    let mut columns: HashMap<String, Vec<Field>> = HashMap::new();
    for row in reader.get_row_iter(None).unwrap() {
        for (name, value) in row.unwrap().into_columns() {
            columns.entry(name).or_default().push(value);
        }
    }
    columns
}

fn result(desk: &Desk, folder: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(desk.path(folder).join("result.json")).unwrap()).unwrap()
}

fn number(field: &Field) -> Option<f64> {
    match field {
        Field::Double(number) => Some(*number),
        Field::Long(number) => Some(*number as f64),
        Field::Bool(yes) => Some(f64::from(u8::from(*yes))),
        Field::Date(day) => Some(f64::from(*day)),
        Field::Null => None,
        other => panic!("{other:?}"),
    }
}

/// Checks that shares and means of the rows are those of the result.
fn agree(result: &Value, rows: &HashMap<String, Vec<Field>>) {
    let weights: Vec<f64> = rows["weight"].iter().map(|weight| number(weight).unwrap()).collect();
    let total: f64 = weights.iter().sum();
    let weight = |is: &dyn Fn(usize) -> bool| (0..weights.len()).filter(|&i| is(i)).map(|i| weights[i]).sum::<f64>();
    let list = |of: &Value, key: &str| of[key].as_array().unwrap().clone();
    assert_eq!(result["run"]["futures"], weights.len());
    assert!(rows["future"].iter().enumerate().all(|(i, future)| *future == Field::Long(i as i64)));
    for outcome in list(result, "outcomes") {
        let name = Field::Str(outcome["name"].as_str().unwrap().to_owned());
        assert_eq!(weight(&|i| rows["outcome"][i] == name) / total, outcome["probability"].as_f64().unwrap());
    }
    for event in list(result, "events") {
        let name = event["name"].as_str().unwrap();
        let of = |what: &str| &rows[&format!("{name}{what}")];
        let happened = |i: usize| of("")[i] == Field::Bool(true);
        assert_eq!(weight(&happened) / total, event["probability"].as_f64().unwrap(), "{name}");
        let count: f64 = (0..weights.len()).map(|i| weights[i] * number(&of(".count")[i]).unwrap()).sum();
        assert!((count / total - event["mean_count"].as_f64().unwrap()).abs() < 1e-12, "{name}");
        let once = of(".count").iter().all(|count| number(count) <= Some(1.0));
        let branches = list(&event, "branches");
        for branch in &branches {
            let word = Field::Str(branch["name"].as_str().unwrap().to_owned());
            let share = weight(&|i| of(".branch")[i] == word) / total;
            let probability = branch["probability"].as_f64().unwrap();
            // An event that comes again has its first branch in the row, and every one that it ever had in the result.
            assert!(if once { share == probability } else { share <= probability && share > 0.0 }, "{name} {word}");
        }
        for i in 0..weights.len() {
            assert_eq!(of(".branch")[i] != Field::Null, happened(i) && !branches.is_empty(), "{name} in {i}");
            assert_eq!(of(".date")[i] != Field::Null, happened(i) && !event["timing"].is_null(), "{name} in {i}");
        }
    }
    for metric in list(result, "metrics").iter().chain(&list(result, "quantities")) {
        let name = metric["name"].as_str().unwrap();
        let column = &rows[if name == "weight" { "quantities.weight" } else { name }];
        let values: Vec<(f64, f64)> =
            column.iter().zip(&weights).filter_map(|(value, weight)| Some((number(value)?, *weight))).collect();
        let defined: f64 = values.iter().map(|(_, weight)| weight).sum();
        assert_eq!(defined / total, metric["defined"].as_f64().unwrap_or(1.0), "{name}");
        // Days are whole in the rows, and belong to instants of the day.
        let (start, tolerance) = if metric["unit"] == "date" { (DAY_OF_START, 1.0) } else { (0.0, 1e-9) };
        let mean = values.iter().map(|(value, weight)| (value - start) * weight).sum::<f64>() / defined;
        assert!((mean - metric["mean"].as_f64().unwrap()).abs() < tolerance, "{name}: {mean}");
    }
}

/// 2026-01-01.
const DAY_OF_START: f64 = 20_454.0;

#[test]
fn rows_are_the_futures_of_the_result_on_any_number_of_threads() {
    let desk = Desk::new();
    desk.file("port.toml", PORT);
    let leave = |threads: &str, out: &str| {
        let arguments = ["run", "port.toml", "--format", "parquet,csv", "--all-variants", "--threads", threads];
        desk.forkcast(&arguments).args(["--out", out]).assert().success();
    };
    leave("1", "one");
    leave("2", "two");
    let mut files = desk.names("one/port/run");
    files.retain(|name| !name.ends_with("csv"));
    assert_eq!(files, ["futures.parquet", "result.json"]);
    assert!(desk.files("one") == desk.files("two"));
    for folder in ["one/port/run", "one/port/run@seen"] {
        let rows = columns(&desk, &format!("{folder}/futures.parquet"));
        assert!(rows["opened"].contains(&Field::Null) && rows["wait"].contains(&Field::Null));
        assert!(rows["storm.count"].iter().any(|count| number(count) > Some(1.0)));
        assert!(rows["opened"].iter().zip(&rows["envoys.date"]).all(|(metric, event)| metric == event));
        agree(&result(&desk, folder), &rows);
    }
}

#[test]
fn rows_have_the_weights_of_evidence_and_no_dates_without_time() {
    let desk = Desk::new();
    let seen = "[observed.no_envoys]\nevent = \"envoys\"\nnot_by = 2026-03-10\n";
    desk.file("seen.toml", &format!("{PORT}{seen}"));
    let run = |file: &str| {
        let arguments =
            ["run", file, "--format", "parquet", "--futures", "3000", "--set", "quantities.mood=normal(2, 1)"];
        desk.forkcast(&arguments).assert().success();
        let folder = format!("output/{}/run+set", file.strip_suffix(".toml").unwrap());
        let rows = columns(&desk, &format!("{folder}/futures.parquet"));
        agree(&result(&desk, &folder), &rows);
        rows
    };
    let rows = run("seen.toml");
    assert!(rows["weight"].iter().any(|weight| number(weight) < Some(1.0)));

    let still = r#"
[scenario]
title = "A vote"
[quantities]
mood = "normal(0, 1)"
[events.vote]
probability = 0.4
branches = { yes = 0.5, no = "rest" }
[metrics]
lead = "if vote.yes then mood else 0"
"#;
    desk.file("still.toml", still);
    let rows = run("still.toml");
    assert!(rows["outcome"].iter().all(|outcome| *outcome == Field::Null));
}

#[test]
fn only_a_run_has_rows() {
    let desk = Desk::new();
    for arguments in [
        &["compare", "talks.toml"][..],
        &["tornado", "talks.toml"],
        &["sweep", "talks.toml", "events.visit.probability=0..1"],
        &["seek", "talks.toml", "events.visit.probability", "--to", "50%"],
    ] {
        let refused = desk.forkcast(arguments).args(["--format", "csv,parquet"]).assert().code(2);
        refused.stderr(contains("a row for each future").and(contains("forkcast run --format parquet")));
    }
    assert!(!desk.path("output").exists());
}
