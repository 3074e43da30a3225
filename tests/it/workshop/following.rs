//! Files that are edited while somebody looks: by the page, and by `--watch`.

use super::TALKS;
use super::client::{Workshop, desk, until};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

#[test]
fn a_file_that_is_edited_is_followed_and_the_changes_are_kept() {
    let workshop = Workshop::open(TALKS);
    workshop.full(workshop.change(&json!({"events.visit.probability": "0.8"})));
    fs::write(workshop.file(), TALKS.replace("start = 60", "start = 70")).unwrap();
    let state = workshop.until("the new start", || {
        let is_new = workshop.assumption("paths.oil.start")["in_file"] == "70";
        is_new.then(|| workshop.state())
    });
    assert_eq!(state["changes"], json!({"events.visit.probability": "0.8"}));
    let shown = workshop.full(state["version"].as_u64().unwrap());
    let expected = super::run(&workshop, &["--set", "events.visit.probability=0.8"]);
    assert_eq!(shown["metrics"][0]["value"], expected["metrics"][0]["quantiles"]["50"]);
}

#[test]
fn a_file_with_mistakes_shows_them_and_keeps_the_last_good_results() {
    let workshop = Workshop::open(TALKS);
    let good = workshop.full(1);
    // As many editors save: another file takes the name.
    let beside = workshop.desk.path().join("talks.toml~");
    fs::write(&beside, TALKS.replace("by = 2026-06-30", "bye = 2026-06-30")).unwrap();
    fs::rename(&beside, workshop.file()).unwrap();
    let mistakes = workshop
        .until("mistakes", || Some(workshop.state()["mistakes"].clone()).filter(|mistakes| *mistakes != json!([])));
    let first = mistakes.as_array().unwrap().iter().find(|one| one["message"].to_string().contains("bye")).unwrap();
    assert_eq!((&first["line"], &first["severity"]), (&json!(21), &json!("error")), "{first}");
    assert!(first["excerpt"].as_str().unwrap().contains("bye = 2026-06-30"), "{first}");
    let shown = workshop.full(workshop.state()["version"].as_u64().unwrap());
    assert_eq!(shown["outcomes"], good["outcomes"]);
    workshop.change(&json!({"events.visit.probability": "0.8"}));
    let refused = workshop.post("save", &json!({"name": "mine"}));
    assert_eq!((refused.status, refused.message().as_str()), (422, "the file has mistakes"));

    fs::remove_file(workshop.file()).unwrap();
    workshop.until("that it is gone", || {
        workshop.state()["mistakes"][0]["message"].to_string().contains("no such file").then_some(())
    });
    fs::write(workshop.file(), TALKS).unwrap();
    workshop.until("that it is mended", || (workshop.state()["mistakes"] == json!([])).then_some(()));
}

#[test]
fn files_that_the_scenario_needs_are_followed_too() {
    let desk =
        desk(&format!("extends = \"base.toml\"\n{}", "[quantities]\nshock = 'data(\"shocks.csv\", \"size\")'\n"));
    fs::write(desk.path().join("base.toml"), TALKS).unwrap();
    fs::write(desk.path().join("shocks.csv"), "size\n1\n2\n").unwrap();
    let workshop = Workshop::on(desk, &[]);
    let version = || workshop.state()["version"].as_u64().unwrap();
    fs::write(workshop.desk.path().join("shocks.csv"), "size\n1\n3\n").unwrap();
    workshop.until("the rows", || (version() == 2).then_some(()));
    fs::write(workshop.desk.path().join("base.toml"), TALKS.replace("start = 60", "start = 80")).unwrap();
    workshop.until("the base", || (workshop.assumption("paths.oil.start")["in_file"] == "80").then_some(()));
}

/// A command that watches; ended with its test.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Watching {
    /// What it says goes into files, so that it can be read while it waits.
    fn begin(desk: &Path, arguments: &[&str]) -> Self {
        let into = |name: &str| Stdio::from(fs::File::create(desk.join(name)).unwrap());
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("forkcast"));
        command.args(arguments).current_dir(desk).stdout(into("out.txt")).stderr(into("err.txt"));
        Self(command.spawn().unwrap())
    }

    fn interrupt(&mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap();
        self.0.wait().unwrap().code()
    }
}

fn rounds(desk: &Path) -> usize {
    fs::read_to_string(desk.join("err.txt")).unwrap().matches("waiting for changes to `talks.toml`").count()
}

#[cfg(unix)]
#[test]
fn run_with_watch_plays_again_and_keeps_the_last_good_result() {
    let desk = desk(TALKS);
    let mut watching = Watching::begin(desk.path(), &["run", "talks.toml", "--watch", "--format", "json"]);
    let result = || -> Value {
        let text = fs::read_to_string(desk.path().join("output/talks/run/result.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    until("the first round", || (rounds(desk.path()) == 1).then_some(()));
    assert_eq!(result()["run"]["seed"], 1);
    fs::write(desk.path().join("talks.toml"), TALKS.replace("futures = 9_000", "futures = 9_000\nseed = 5")).unwrap();
    until("the second round", || (rounds(desk.path()) == 2).then_some(()));
    assert_eq!(result()["run"]["seed"], 5);
    fs::write(desk.path().join("talks.toml"), TALKS.replace("[events.visit]", "[events.visit")).unwrap();
    until("the third round", || (rounds(desk.path()) == 3).then_some(()));
    assert_eq!(result()["run"]["seed"], 5, "the last good result is kept");
    fs::write(desk.path().join("talks.toml"), TALKS).unwrap();
    until("the fourth round", || (rounds(desk.path()) == 4).then_some(()));
    assert_eq!((result()["run"]["seed"].clone(), watching.interrupt()), (json!(1), Some(0)));
}

#[cfg(unix)]
#[test]
fn check_with_watch_checks_again() {
    let desk = desk(&TALKS.replace("by = 2026-06-30", "bye = 2026-06-30"));
    let mut watching = Watching::begin(desk.path(), &["check", "talks.toml", "--watch"]);
    until("the first round", || (rounds(desk.path()) == 1).then_some(()));
    let said = || fs::read_to_string(desk.path().join("out.txt")).unwrap();
    assert!(!said().contains("is fine"));
    fs::write(desk.path().join("talks.toml"), TALKS).unwrap();
    until("the second round", || (rounds(desk.path()) == 2).then_some(()));
    assert!(said().contains("talks.toml is fine"));
    fs::write(desk.path().join("talks.toml"), TALKS.replace("on = 2026-05-05", "on = 2027-05-05")).unwrap();
    until("the third round", || (rounds(desk.path()) == 3).then_some(()));
    assert_eq!(watching.interrupt(), Some(1), "it ends as it ended last");
}
