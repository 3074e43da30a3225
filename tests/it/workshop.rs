//! The workshop page over loopback: what a room changes, sees and keeps; the attacks are in a file of their own.

mod attacks;
mod client;
mod following;

use assert_cmd::Command;
use client::{Workshop, desk};
use serde_json::{Value, json};
use std::fs;

const TALKS: &str = r#"# What the room argues about.
[scenario]
title = "The talks"
question = "Do they come to an end?"
start = 2026-01-01
end = 2026-12-31
step = "month"
[run]
futures = 9_000

[quantities]
mood = "normal(0, 1)"   # today's is 0

[paths.oil]
model = "gbm"
start = 60
volatility = 0.3

[events.visit]
title = "They visit"
by = 2026-06-30
probability = { value = 0.5, low = 0.2, high = 0.8, note = "announced" }

[events.treaty]
on = 2026-05-05
branches = { lapses = 0.7, handshake = 0.2, framework = "rest" }

[events.strike]
rate = "2 per month"

[events.deal]
after = "visit"
within = "90 days"
probability = { panel = { ana = 0.4, ben = 0.6 }, pool = "linear" }

[metrics]
lowest_oil = "lowest(oil)"

[[outcomes]]
name = "thaw"
when = "deal and not treaty.lapses"
[[outcomes]]
name = "limbo"

[variants.they_come]
title = "They come"
set = { "events.visit.probability" = 1.0 }
"#;

/// What `forkcast run --json` says of the same file.
fn run(workshop: &Workshop, arguments: &[&str]) -> Value {
    let mut command = Command::cargo_bin("forkcast").unwrap();
    command.current_dir(workshop.desk.path()).args(["run", "talks.toml", "--json"]).args(arguments);
    serde_json::from_slice(&command.assert().success().get_output().stdout).unwrap()
}

/// The figures that results and `result.json` have in common, as text.
fn figures(document: &Value, shares: [&str; 2]) -> String {
    let mut text = String::new();
    for kind in shares {
        for one in document[kind].as_array().unwrap() {
            text += &format!("{} {} {} {}\n", one["name"], one["probability"], one["low"], one["high"]);
        }
    }
    text
}

#[test]
fn a_change_gives_the_figures_of_run_with_set() {
    let workshop = Workshop::open(TALKS);
    let version = workshop.change(&json!({"events.visit.probability": "0.8", "events.deal.within": "120 days"}));
    let shown = workshop.full(version);
    let set = ["--set", "events.visit.probability=0.8", "--set", "events.deal.within=120 days"];
    let expected = run(&workshop, &set);
    assert_eq!(figures(&shown, ["outcomes", "events"]), figures(&expected, ["outcomes", "events"]));
    assert_eq!(shown["metrics"][0]["value"], expected["metrics"][0]["quantiles"]["50"]);
    assert_eq!((&shown["futures"], &shown["of"]), (&json!(9_000), &json!(9_000)));
    let before = run(&workshop, &[]);
    assert_eq!(shown["outcomes"][0]["base"], before["outcomes"][0]["probability"]);
    assert!(shown["changed"].as_str().unwrap().contains("more than in the base case"), "{}", shown["changed"]);
}

#[test]
fn a_variant_gives_the_figures_of_run_with_it() {
    let workshop = Workshop::open(TALKS);
    let change = json!({"variant": "they_come", "changes": {"paths.oil.start": "50"}});
    let version = workshop.post("change", &change).json()["version"].as_u64().unwrap();
    let shown = workshop.full(version);
    let expected = run(&workshop, &["--variant", "they_come", "--set", "paths.oil.start=50"]);
    assert_eq!(figures(&shown, ["outcomes", "events"]), figures(&expected, ["outcomes", "events"]));
    let visit = workshop.assumption("events.visit.probability");
    assert_eq!([&visit["in_file"], &visit["in_variant"], &visit["now"]], ["0.5", "1.0", "1.0"]);
}

#[test]
fn what_is_changed_and_changed_back_is_as_if_nothing_had_been() {
    let workshop = Workshop::open(TALKS);
    let fresh = workshop.full(1);
    workshop.full(workshop.change(&json!({"events.visit.probability": "0.1"})));
    let version = workshop.change(&json!({}));
    let mut back = workshop.full(version);
    assert_eq!(back["version"], version);
    back["version"] = fresh["version"].clone();
    assert_eq!(back.to_string(), fresh.to_string());
}

#[test]
fn it_begins_with_the_variant_and_settings_that_it_is_given() {
    let workshop = Workshop::on(desk(TALKS), &["--variant", "they_come", "--set", "paths.oil.start=50", "--seed", "7"]);
    let state = workshop.state();
    assert_eq!((&state["variant"], &state["changes"]), (&json!("they_come"), &json!({"paths.oil.start": "50"})));
    let expected = run(&workshop, &["--variant", "they_come", "--set", "paths.oil.start=50", "--seed", "7"]);
    let shown = workshop.full(1);
    assert_eq!(figures(&shown, ["outcomes", "events"]), figures(&expected, ["outcomes", "events"]));
}

#[test]
fn few_futures_come_first_and_all_of_them_after() {
    let workshop = Workshop::open(&TALKS.replace("9_000", "200_000"));
    let version = workshop.change(&json!({"events.visit.probability": "0.9"}));
    let first =
        workshop.until("a first answer", || Some(workshop.results()).filter(|results| results["version"] == version));
    // A machine may be so fast that the whole answer is seen first.
    if first["stage"] == "first" {
        assert_eq!((&first["futures"], &first["of"]), (&json!(4096), &json!(200_000)));
        assert_eq!(first["charts"][0]["name"], "outcomes");
    }
    let full = workshop.full(version);
    let names: Vec<&str> = full["charts"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["outcomes", "events", "given", "path-oil", "metric-lowest_oil", "timeline"]);
    assert!(full["charts"][0]["wide"].as_str().unwrap().contains("s-ghost"), "the file lies under it");
}

#[test]
fn every_assumption_is_there_with_its_range_and_kind() {
    let workshop = Workshop::open(TALKS);
    let said = |address: &str| {
        let one = workshop.assumption(address);
        let text = |key: &str| one[key].to_string();
        ["kind", "now", "number", "low", "high", "suffix"].map(text).join(" ")
    };
    assert_eq!(said("events.visit.probability"), r#""probability" "0.5" 0.5 0.2 0.8 """#);
    assert_eq!(said("events.strike.rate"), r#""number" "2 per month" 2.0 1.6 2.5 " per month""#);
    assert_eq!(said("events.deal.within"), r#""duration" "90 days" 90.0 72.0 112.5 " days""#);
    assert_eq!(said("paths.oil.start"), r#""number" "60" 60.0 48.0 75.0 """#);
    assert!(said("quantities.mood").starts_with(r#""text" "normal(0, 1)" null -1.64"#));
    assert_eq!(said("events.visit.happens"), r#""date" "" null null null """#);
    assert_eq!(workshop.assumption("events.visit.probability")["note"], "announced");
    let first = workshop.state()["first"].clone();
    assert_eq!(first, json!([]));
}

#[test]
fn an_event_can_be_made_to_happen() {
    let workshop = Workshop::open(TALKS);
    let shown = workshop.full(workshop.change(&json!({"events.visit.happens": "2026-03-01"})));
    assert_eq!(shown["events"][0]["probability"], 1.0);
    assert_eq!(workshop.assumption("events.visit.happens")["now"], "2026-03-01");
}

#[test]
fn branches_that_are_not_moved_share_what_is_left() {
    let workshop = Workshop::open(TALKS);
    let now = |name: &str| workshop.assumption(&format!("events.treaty.branches.{name}"))["now"].clone();
    assert_eq!([now("lapses"), now("handshake"), now("framework")], ["0.7", "0.2", "0.1"]);
    let shown = workshop.full(workshop.change(&json!({"events.treaty.branches.lapses": "0.4"})));
    assert_eq!([now("lapses"), now("handshake"), now("framework")], ["0.4", "0.4", "0.2"]);
    let expected = run(&workshop, &["--set", "events.treaty.branches.lapses=0.4"]);
    assert_eq!(figures(&shown, ["outcomes", "events"]), figures(&expected, ["outcomes", "events"]));
    assert_eq!(workshop.assumption("events.treaty.branches.framework")["rest"], true);
}

#[test]
fn each_expert_can_be_moved_and_the_panel_follows() {
    let workshop = Workshop::open(TALKS);
    let panel = workshop.assumption("events.deal.probability");
    assert_eq!((&panel["pooled"], &panel["number"]), (&json!("0.5"), &json!(0.5)));
    let shown = workshop.full(workshop.change(&json!({"events.deal.probability.panel.ana": "0.8"})));
    assert_eq!(workshop.assumption("events.deal.probability")["pooled"], "0.7");
    let ana = workshop.assumption("events.deal.probability.panel.ana");
    assert_eq!([&ana["in_file"], &ana["now"], &ana["panel"]], ["0.4", "0.8", "events.deal.probability"]);
    let expected = run(&workshop, &["--set", "events.deal.probability=0.7"]);
    assert_eq!(shown["outcomes"][0]["probability"], expected["outcomes"][0]["probability"]);
}

#[test]
fn what_matters_most_is_told_once_the_results_are_there() {
    let workshop = Workshop::open(TALKS);
    let order = attacks::events_until(&workshop, "order");
    let first = order.as_array().unwrap()[0].as_str().unwrap().to_owned();
    assert!(first.starts_with("events."), "{first}");
}

#[test]
fn a_drag_is_one_step_back() {
    let workshop = Workshop::open(TALKS);
    for (text, dragging) in [("0.6", true), ("0.7", true), ("0.8", false)] {
        let changes = json!({"events.visit.probability": text});
        workshop.post("change", &json!({"variant": null, "changes": changes, "by": "a", "dragging": dragging}));
    }
    workshop.change(&json!({"events.visit.probability": "0.9"}));
    let now = || workshop.assumption("events.visit.probability")["now"].clone();
    let step = |what: &str| assert_eq!(workshop.post(what, &json!({})).status, 200);
    step("undo");
    assert_eq!(now(), "0.8");
    step("undo");
    assert_eq!((now(), workshop.state()["can_undo"].clone()), (json!("0.5"), json!(false)));
    step("undo");
    step("redo");
    assert_eq!(now(), "0.8");
    step("redo");
    assert_eq!((now(), workshop.state()["can_redo"].clone()), (json!("0.9"), json!(false)));
}

#[test]
fn a_value_that_does_not_check_keeps_the_last_good_results() {
    let workshop = Workshop::open(TALKS);
    let good = workshop.full(workshop.change(&json!({"events.visit.probability": "0.6"})));
    workshop.change(&json!({"events.visit.probability": "0.6", "quantities.mood": " normal(0 1)"}));
    let state = workshop.state();
    let problem = &state["problems"][0];
    assert_eq!(problem["address"], "quantities.mood");
    assert!(problem["message"].as_str().unwrap().contains("nothing between them"), "{problem}");
    assert!((7..=10).contains(&problem["start"].as_u64().unwrap()), "{problem}");
    assert_eq!(workshop.assumption("quantities.mood")["now"], "normal(0 1)");
    assert_eq!(workshop.results(), good);
    let shown = workshop.full(workshop.change(&json!({"events.visit.probability": "0.6"})));
    assert_eq!(shown["outcomes"], good["outcomes"]);
}

#[test]
fn what_cannot_be_played_is_told_like_any_mistake() {
    let workshop = Workshop::open(TALKS);
    workshop.full(1);
    workshop.change(&json!({"quantities.mood": "ln(0 * uniform(0, 1) - 1)"}));
    let problem = workshop.until("a fault", || workshop.state()["problems"].get(0).cloned());
    assert!(problem["message"].as_str().unwrap().contains("not a number"), "{problem}");
}

#[test]
fn checking_changes_nothing() {
    let workshop = Workshop::open(TALKS);
    let before = workshop.get("state").body;
    let check = |changes: Value| workshop.post("check", &json!({"variant": null, "changes": changes})).json();
    let found = check(json!({"events.visit.probability": "65", "events.vist.probability": "0.5"}));
    let addresses: Vec<&Value> = found["problems"].as_array().unwrap().iter().map(|p| &p["address"]).collect();
    assert!(addresses.contains(&&json!("events.vist.probability")), "{found}");
    assert_eq!(check(json!({"events.visit.probability": "65%"})), json!({"problems": []}));
    assert_eq!(workshop.get("state").body, before);
}

#[test]
fn a_saved_variant_leaves_everything_else_in_the_file_alone() {
    let workshop = Workshop::open(TALKS);
    workshop.change(&json!({"events.visit.probability": "0.8", "quantities.mood": "normal(1, 1)"}));
    let save = |name: &str, replace: bool| {
        workshop.post("save", &json!({"name": name, "title": "A warm spring", "replace": replace}))
    };
    let answer = save("warm", false);
    assert_eq!((answer.status, answer.json()), (200, json!({"name": "warm"})), "{}", answer.body);
    let block = "\n[variants.warm]\ntitle = \"A warm spring\"\n\
                 set = { \"events.visit.probability\" = 0.8, \"quantities.mood\" = \"normal(1, 1)\" }\n";
    assert_eq!(workshop.read(), format!("{TALKS}{block}"));
    let state = workshop.state();
    assert_eq!((&state["variant"], &state["changes"]), (&json!("warm"), &json!({})));
    let expected = run(&workshop, &["--variant", "warm"]);
    let shown = workshop.full(state["version"].as_u64().unwrap());
    assert_eq!(figures(&shown, ["outcomes", "events"]), figures(&expected, ["outcomes", "events"]));

    let change = json!({"variant": "warm", "changes": {"quantities.mood": "0"}});
    workshop.post("change", &change);
    let refused = save("warm", false);
    assert_eq!((refused.status, refused.message().contains("already")), (409, true), "{}", refused.body);
    assert_eq!(save("warm", true).status, 200);
    assert_eq!(workshop.read(), format!("{TALKS}{}", block.replace("\"normal(1, 1)\"", "0")));
    assert_eq!(save("Not A Name", false).status, 422);
}

#[test]
fn nothing_is_saved_over_what_somebody_else_has_written() {
    let workshop = Workshop::open(TALKS);
    workshop.change(&json!({"events.visit.probability": "0.8"}));
    let others = format!("{TALKS}# Somebody else was here.\n");
    fs::write(workshop.file(), &others).unwrap();
    let mut answer = workshop.post("save", &json!({"name": "mine"}));
    // The change may have been read already: then it is saved into that.
    if answer.status == 409 {
        assert!(answer.message().contains("changed since it was read"), "{}", answer.body);
        assert_eq!(workshop.read(), others);
        answer = workshop.until("the file is read again", || {
            Some(workshop.post("save", &json!({"name": "mine"}))).filter(|answer| answer.status == 200)
        });
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(workshop.read().starts_with(&others));
}

#[cfg(unix)]
#[test]
fn saving_follows_a_link_and_keeps_the_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = desk(TALKS);
    let real = desk.path().join("real.toml");
    fs::rename(desk.path().join("talks.toml"), &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.toml", desk.path().join("talks.toml")).unwrap();
    let workshop = Workshop::on(desk, &[]);
    workshop.change(&json!({"events.visit.probability": "0.8"}));
    assert_eq!(workshop.post("save", &json!({"name": "mine"})).status, 200);
    assert!(fs::symlink_metadata(workshop.file()).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("[variants.mine]"));
    let names: Vec<_> = fs::read_dir(workshop.desk.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing else is left: {names:?}");
}

#[test]
fn the_report_is_of_what_is_shown() {
    let workshop = Workshop::open(TALKS);
    workshop.change(&json!({"events.visit.probability": "0.8"}));
    let report = workshop.get("report.html");
    assert_eq!(report.status, 200);
    assert!(report.head.contains("content-disposition: attachment; filename=\"talks-report.html\""), "{}", report.head);
    for part in ["The talks", "What is changed in this case", "50 % → 80 %", "<svg", "9,000"] {
        assert!(report.body.contains(part), "{part}");
    }
}

#[test]
fn a_file_with_mistakes_opens_no_page() {
    let desk = desk(&TALKS.replace("by = 2026-06-30", "by = 2026-13-30"));
    let mut command = Command::cargo_bin("forkcast").unwrap();
    let told = command.current_dir(desk.path()).args(["tune", "talks.toml"]).assert().code(1);
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(told.contains("2026-13-30"), "{told}");
}
