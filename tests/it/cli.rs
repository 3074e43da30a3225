//! The binary from outside: every verb and option, exit codes, and what lies on disk.

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TALKS: &str = r#"
[scenario]
title = "The talks"
question = "Do they come to an end?"
start = 2026-01-01
end = 2026-12-31
step = "month"
[run]
futures = 2_000
[quantities]
mood = "normal(0, 1)"
[paths.oil]
model = "gbm"
start = 60
volatility = 0.3
[events.visit]
by = 2026-06-30
probability = { value = 0.5, low = 0.2, high = 0.8 }
[events.treaty]
on = 2026-05-05
branches = { lapses = 0.7, framework = "rest" }
[metrics]
lowest_oil = "lowest(oil)"
[[outcomes]]
name = "thaw"
when = "visit and not treaty.lapses"
[[outcomes]]
name = "limbo"
[variants.they_come]
title = "They come"
set = { "events.visit.probability" = 1.0 }
[variants.they_stay]
set = { "events.visit.probability" = 0.0 }
"#;

/// A folder with `talks.toml` in it, in which forkcast is run.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.file("talks.toml", TALKS);
        desk
    }

    pub fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn forkcast(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("forkcast").unwrap();
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let out = self.forkcast(arguments).assert().success().get_output().stdout.clone();
        serde_json::from_slice(&out).unwrap()
    }

    /// All files below a folder, by name.
    pub fn files(&self, below: &str) -> Vec<(String, Vec<u8>)> {
        fn walk(folder: &Path, base: &Path, found: &mut Vec<(String, Vec<u8>)>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, base, found);
                } else {
                    let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
                    found.push((name, fs::read(&path).unwrap()));
                }
            }
        }
        let base = self.path(below);
        let mut found = Vec::new();
        walk(&base, &base, &mut found);
        found.sort();
        found
    }

    pub fn names(&self, below: &str) -> Vec<String> {
        self.files(below).into_iter().map(|(name, _)| name).collect()
    }
}

fn probability(result: &Value, outcome: &str) -> f64 {
    let outcomes = result["outcomes"].as_array().unwrap();
    outcomes.iter().find(|o| o["name"] == outcome).unwrap()["probability"].as_f64().unwrap()
}

#[test]
fn help_fits_one_screen_and_names_only_what_there_is() {
    let desk = Desk::new();
    desk.forkcast(&[]).assert().success().stdout(contains("run").and(contains("check")).and(contains("Examples")));
    for verb in ["run", "check", "compare", "sweep", "seek", "tune", "tornado"] {
        let help = desk.forkcast(&[verb, "--help"]).assert().success().get_output().stdout.clone();
        let help = String::from_utf8(help).unwrap();
        assert!(help.lines().count() <= 40 && help.lines().all(|line| line.chars().count() <= 100), "{help}");
        for absent in ["--shard", "parquet"] {
            assert!(!help.contains(absent), "{absent}");
        }
        // Comparisons are between equal numbers of futures.
        assert_eq!(help.contains("--precision"), verb == "run", "{verb}");
        assert!(help.contains("forkcast"), "no examples");
    }
    desk.forkcast(&["--version"]).assert().success().stdout(contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let desk = Desk::new();
    for arguments in [
        &["rnu", "talks.toml"][..],
        &["run"],
        &["check"],
        &["run", "talks.toml", "--fast"],
        &["run", "talks.toml", "--futures", "many"],
        &["run", "talks.toml", "--futures", "0"],
        &["run", "talks.toml", "--seed", "-1"],
        &["run", "talks.toml", "--threads", "0"],
        &["run", "talks.toml", "--format", "doc"],
        &["run", "talks.toml", "--format", ""],
        &["run", "talks.toml", "--set", "events.visit.probability"],
        &["run", "talks.toml", "--variant", "they_come", "--all-variants"],
        &["run", "talks.toml", "--open", "--format", "csv"],
    ] {
        desk.forkcast(arguments).assert().code(2).stdout(is_empty()).stderr(is_empty().not());
    }
    assert!(!desk.path("output").exists());
}

#[test]
fn a_run_leaves_its_files_and_a_summary() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml"])
        .assert()
        .success()
        .stdout(contains("The talks").and(contains("Thaw")).and(contains("output/talks/run/report.html")))
        .stdout(contains("forkcast compare talks.toml").and(contains("forkcast tornado talks.toml")))
        .stdout(contains("forkcast run talks.toml --set events.visit.probability=0.8"))
        .stderr(is_empty());
    let names = desk.names("output/talks/run");
    for name in ["report.html", "result.json", "outcomes.csv", "events.csv", "metrics.csv", "paths.csv"] {
        assert!(names.iter().any(|n| n == name), "{name} is missing in {names:?}");
    }
    for chart in ["outcomes", "events", "path-oil", "metric-lowest_oil"] {
        for ending in [".svg", "-narrow.svg", ".png"] {
            assert!(names.contains(&format!("charts/{chart}{ending}")), "{chart}{ending} is missing in {names:?}");
        }
    }
    assert_eq!(desk.names("output").len(), names.len(), "nothing else is left");
}

#[test]
fn formats_choose_what_is_written() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--format", "csv,svg", "--out", "results/today"]).assert().success();
    let names = desk.names("results/today/talks/run");
    assert!(names.contains(&"outcomes.csv".to_owned()) && names.contains(&"charts/outcomes.svg".to_owned()));
    assert!(names.contains(&"result.json".to_owned()), "by it the folder is known as a result");
    assert!(!names.iter().any(|name| name.contains(".png") || name.contains(".html")), "{names:?}");
    assert!(!desk.path("output").exists());
}

#[test]
fn a_second_run_replaces_the_first_as_a_whole() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--format", "json,csv"]).assert().success();
    desk.forkcast(&["run", "talks.toml", "--format", "json"]).assert().success();
    assert_eq!(desk.names("output/talks/run"), ["result.json"]);
}

#[test]
fn json_alone_stands_on_stdout_and_writes_nothing() {
    let desk = Desk::new();
    let one = desk.json(&["run", "talks.toml", "--json"]);
    assert_eq!(one["format"], 1);
    assert!(!desk.path("output").exists());
    let several = desk.json(&["run", "talks.toml", "--json", "--all-variants"]);
    let variants: Vec<&Value> = several.as_array().unwrap().iter().map(|r| &r["scenario"]["variant"]).collect();
    assert_eq!(variants, [&Value::Null, &Value::from("they_come"), &Value::from("they_stay")]);
    assert_eq!(several[0], one);
    let written = desk.json(&["run", "talks.toml", "--json", "--format", "json"]);
    let on_disk: Value = serde_json::from_slice(&fs::read(desk.path("output/talks/run/result.json")).unwrap()).unwrap();
    assert_eq!((&written, &on_disk), (&one, &one));
}

#[test]
fn quiet_prints_nothing() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--quiet"]).assert().success().stdout(is_empty()).stderr(is_empty());
    assert!(desk.path("output/talks/run/report.html").exists());
    desk.forkcast(&["check", "talks.toml", "--quiet"]).assert().success().stdout(is_empty()).stderr(is_empty());
}

#[test]
fn every_variant_has_a_folder_and_a_line_in_one_table() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--all-variants", "--format", "json"])
        .assert()
        .success()
        .stdout(contains("They come").and(contains("They stay")).and(contains("Thaw").count(1)));
    for folder in ["run", "run@they_come", "run@they_stay"] {
        assert!(desk.path("output/talks").join(folder).join("result.json").exists(), "{folder}");
    }
    desk.forkcast(&["run", "talks.toml", "--variant", "they_come", "--set", "paths.oil.start=70", "--format", "json"])
        .assert()
        .success();
    assert!(desk.path("output/talks/run@they_come+set/result.json").exists());
    let two = desk.json(&["run", "talks.toml", "--json", "--variant", "they_stay", "--variant", "they_come"]);
    assert_eq!(two[0]["scenario"]["variant"], "they_stay");
    assert_eq!(probability(&two[0], "thaw"), 0.0);
}

#[test]
fn a_precision_that_is_not_reached_is_said_once_for_each_variant() {
    let desk = Desk::new();
    let run = ["run", "talks.toml", "--precision", "0.1%", "--sampling", "sobol", "--format", "json"];
    let said = "warning: after 2,000 futures, the most allowed, `";
    desk.forkcast(&run).assert().success().stderr(contains(said).count(1)).stdout(contains("most allowed").not());
    let result = fs::read_to_string(desk.path("output/talks/run/result.json")).unwrap();
    let result: Value = serde_json::from_str(&result).unwrap();
    assert!(result["warnings"][0].as_str().unwrap().contains("the most allowed"));
    assert_eq!((&result["run"]["sampling"], &result["run"]["futures"]), (&"sobol".into(), &2000.into()));
    desk.forkcast(&run)
        .arg("--all-variants")
        .assert()
        .success()
        .stderr(contains(said).and(contains("warning: @they_come: after 2,000 futures")));
    desk.forkcast(&run).arg("--quiet").assert().success().stderr(is_empty());
    let enough = desk.json(&["run", "talks.toml", "--json", "--precision", "5%", "--futures", "1e6"]);
    assert_eq!((&enough["run"]["futures"], enough["warnings"].as_array().map(Vec::len)), (&16_384.into(), Some(0)));
    let other = desk.json(&["tornado", "talks.toml", "--json", "--sampling", "sobol"]);
    assert_eq!((&other["run"]["sampling"], &other["run"]["futures"]), (&"sobol".into(), &2000.into()));
    desk.forkcast(&["run", "talks.toml", "--precision", "2"]).assert().code(2).stderr(contains("points as 2%"));
    desk.forkcast(&["run", "talks.toml", "--sampling", "sobl"])
        .assert()
        .code(2)
        .stderr(contains("did you mean sobol?"));
}

#[test]
fn settings_are_read_as_toml_or_else_as_text() {
    let desk = Desk::new();
    for (setting, expected) in [
        ("events.visit.probability=1", "1"),
        ("events.visit.probability = 65%", "65%"),
        ("events.visit.probability=\"0.2 to 0.4\"", "0.2 to 0.4"),
        ("quantities.mood=normal(1, 2)", "normal(1, 2)"),
        ("events.visit.by=2026-03-31", "2026-03-31"),
        ("events.visit.happens=false", "false"),
    ] {
        let result = desk.json(&["run", "talks.toml", "--json", "--futures", "100", "--set", setting]);
        let set = result["scenario"]["set"].as_object().unwrap();
        assert_eq!(set.len(), 1, "{setting}");
        let value = set.values().next().unwrap();
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(shown.trim_end_matches(".0"), expected, "{setting}");
    }
    let two = ["--set", "events.visit.probability=1", "--set", "events.treaty.branches.lapses=0"];
    let result = desk.json(&[&["run", "talks.toml", "--json"][..], &two].concat());
    assert_eq!(probability(&result, "thaw"), 1.0);
}

#[test]
fn unknown_variants_and_addresses_propose_what_was_meant() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--variant", "they_com"])
        .assert()
        .code(1)
        .stderr(contains("no variant `they_com`").and(contains("did you mean `they_come`?")));
    desk.forkcast(&["run", "talks.toml", "--set", "events.vist.probability=1"])
        .assert()
        .code(1)
        .stderr(contains("did you mean `events.visit.probability`?").and(contains("--set events.vist.probability")));
    desk.forkcast(&["run", "talks.toml", "--set", "events.visit.probability=1.5"])
        .assert()
        .code(1)
        .stderr(contains("`1.5` is not a probability"));
    assert!(!desk.path("output").exists());
}

#[test]
fn numbers_of_futures_and_seeds_are_taken() {
    let desk = Desk::new();
    for futures in ["3_000", "3000", "3e3", "3k"] {
        let result = desk.json(&["run", "talks.toml", "--json", "--futures", futures, "--seed", "7"]);
        assert_eq!((&result["run"]["futures"], &result["run"]["seed"]), (&Value::from(3000), &Value::from(7)));
    }
}

#[test]
fn the_same_bytes_come_from_any_number_of_threads() {
    let desk = Desk::new();
    let mut before = None;
    for threads in ["1", "2", "5"] {
        desk.forkcast(&["run", "talks.toml", "--futures", "20_000", "--threads", threads, "--format", "json,csv,svg"])
            .assert()
            .success();
        let files = desk.files("output/talks/run");
        assert!(files.len() > 10);
        assert!(before.as_ref().is_none_or(|before| *before == files), "{threads} threads");
        before = Some(files);
    }
}

#[test]
fn what_is_not_a_result_is_never_replaced() {
    let desk = Desk::new();
    desk.file("output/talks/run/thesis.doc", "my only copy");
    desk.forkcast(&["run", "talks.toml", "--futures", "1e9"])
        .assert()
        .code(3)
        .stderr(contains("holds files but no forkcast result").and(contains("--out")));
    assert_eq!(desk.names("output"), ["talks/run/thesis.doc"]);
    desk.file("results", "a file");
    desk.forkcast(&["run", "talks.toml", "--out", "results"]).assert().code(3).stderr(contains("results"));
}

#[test]
fn two_files_of_one_name_would_share_a_folder() {
    let desk = Desk::new();
    desk.file("old/talks.toml", TALKS);
    desk.forkcast(&["run", "talks.toml", "old/talks.toml"])
        .assert()
        .code(2)
        .stderr(contains("`talks.toml` and `old/talks.toml` would leave their results in one folder"));
    desk.file("old/other.toml", TALKS);
    desk.forkcast(&["run", "talks.toml", "old/other.toml", "--format", "json"]).assert().success();
    assert_eq!(desk.names("output"), ["other/run/result.json", "talks/run/result.json"]);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let desk = Desk::new();
    for verb in ["run", "check"] {
        desk.forkcast(&[verb, "talk.toml"]).assert().code(3).stderr(contains("did you mean `talks.toml`?"));
        desk.forkcast(&[verb, "talks"]).assert().code(3).stderr(contains("did you mean `talks.toml`?"));
        desk.forkcast(&[verb, "."]).assert().code(3).stderr(contains("it is a folder").and(contains("talks.toml")));
    }
    fs::write(desk.path("latin.toml"), b"[scenario]\ntitle = \"Gespr\xe4che\"\n").unwrap();
    desk.forkcast(&["check", "latin.toml"]).assert().code(3).stderr(contains("UTF-8"));
}

#[test]
fn check_shows_all_mistakes_of_all_files_and_variants_once() {
    let desk = Desk::new();
    let broken = TALKS
        .replace("probability = {", "probabilty = {")
        .replace("when = \"visit and", "when = \"vist and")
        .replace("\"events.visit.probability\" = 0.0", "\"events.vist.probability\" = 0.0");
    desk.file("broken.toml", &broken);
    let out = desk.forkcast(&["check", "broken.toml", "talks.toml"]).assert().code(1);
    let out = out
        .stdout("talks.toml is fine: 1 quantity, 1 path, 2 events, 1 metric, 2 outcomes, 2 variants\n")
        .stderr(contains("`probabilty`").and(contains("`vist`")).and(contains("`events.vist.probability`")));
    let text = String::from_utf8(out.get_output().stderr.clone()).unwrap();
    assert_eq!(text.matches("error: unknown key `probabilty`").count(), 1, "{text}");
    desk.forkcast(&["run", "broken.toml", "talks.toml"]).assert().code(1).stdout(is_empty());
    assert!(!desk.path("output").exists(), "with a mistake in one file nothing is played out");
}

#[test]
fn check_as_json_is_for_editors() {
    let desk = Desk::new();
    desk.file("sub/broken.toml", "[scenario]\ntitle = \"äöü\"\nstart = 2026-01-01\nend = 2026-12-31\nstpe = \"day\"\n");
    assert_eq!(desk.json(&["check", "talks.toml", "--json"]), Value::Array(Vec::new()));
    let out = desk.forkcast(&["check", "sub/broken.toml", "talks.toml", "--json"]).assert().code(1).stderr(is_empty());
    let items: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let expected = serde_json::json!([{
        "file": "sub/broken.toml", "line": 5, "column": 1, "end_column": 5, "severity": "error",
        "message": "unknown key `stpe` in [scenario]", "help": "did you mean `step`?"
    }]);
    assert_eq!(items, expected);
}

#[test]
fn warnings_alone_are_no_mistake() {
    let desk = Desk::new();
    desk.file("warned.toml", &TALKS.replace("\"visit and not", "\"days_since(visit) > 30 and not"));
    desk.forkcast(&["check", "warned.toml"])
        .assert()
        .success()
        .stderr(contains("warning:"))
        .stdout(contains("is fine"));
    desk.forkcast(&["run", "warned.toml", "--format", "json"])
        .assert()
        .success()
        .stderr(contains("warning:"))
        .stdout(contains("has not happened").not());
}

#[test]
fn what_is_no_number_while_running_is_shown_with_its_place() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--format", "json"]).assert().success();
    let before = desk.files("output");
    desk.file("talks.toml", &TALKS.replace("\"lowest(oil)\"", "\"ln(lowest(oil) - 60)\""));
    desk.forkcast(&["run", "talks.toml"])
        .assert()
        .code(1)
        .stderr(contains("talks.toml:23").and(contains("future")).and(contains("ln(lowest(oil) - 60)")));
    assert_eq!(desk.files("output"), before, "the last result stays");
}

#[test]
fn no_browser_is_no_mistake() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--open", "--format", "html"])
        .env("PATH", "")
        .env("BROWSER", "")
        .assert()
        .success()
        .stderr(contains("output/talks/run/report.html"));
}

/// Starts a run that takes long.
fn long_run(desk: &Desk) -> std::process::Child {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("forkcast"));
    command.current_dir(desk.0.path()).args(["run", "talks.toml", "--futures", "1e10"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[cfg(unix)]
fn interrupt(child: &std::process::Child) {
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
}

#[cfg(unix)]
#[test]
fn an_interruption_leaves_the_last_complete_result() {
    let desk = Desk::new();
    desk.forkcast(&["run", "talks.toml", "--format", "json"]).assert().success();
    let before = desk.files("output");
    for interruptions in [1, 2] {
        let mut child = long_run(&desk);
        std::thread::sleep(Duration::from_millis(500));
        (0..interruptions).for_each(|_| interrupt(&child));
        let began = Instant::now();
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "it goes on");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(ended.code(), Some(130));
        assert_eq!(desk.files("output"), before);
    }
    let names: Vec<_> = fs::read_dir(desk.path("output/talks")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["run"], "nothing half-written is left");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let desk = Desk::new();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("forkcast"));
    command.current_dir(desk.0.path()).args(["run", "talks.toml", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), String::from_utf8(out.stderr).unwrap().as_str()), (Some(0), ""));
}
