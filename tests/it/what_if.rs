//! `compare`, `tornado`, `sweep` and `seek` through the binary: what they leave, print and refuse.

use crate::cli::Desk;
use crate::play;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use serde_json::Value;

const VISIT: &str = "events.visit.probability";
/// Each verb as it is asked of the talks.
const QUESTIONS: [&[&str]; 6] = [
    &["compare", "talks.toml", "--of", "thaw"],
    &["tornado", "talks.toml", "--of", "mean(lowest_oil)"],
    &["sweep", "talks.toml", "events.visit.probability=10%..90%", "--points", "5"],
    &["sweep", "talks.toml", "events.visit.probability=0.1..0.9", "paths.oil.start=50..70", "--points", "3"],
    &["seek", "talks.toml", VISIT, "--of", "thaw", "--to", "20%"],
    &["seek", "talks.toml", "--of", "p50(lowest_oil)", "--to", "45"],
];

/// A table, a page, a result, and charts in each form.
fn expected(tables: &[&str], charts: &[&str]) -> Vec<String> {
    let forms = |chart: &&str| [format!("{chart}-narrow.svg"), format!("{chart}.png"), format!("{chart}.svg")];
    let mut names: Vec<String> = charts.iter().flat_map(forms).map(|name| format!("charts/{name}")).collect();
    names.extend(tables.iter().map(|table| format!("{table}.csv")));
    names.extend(["report.html".to_owned(), "result.json".to_owned()]);
    names.sort();
    names
}

#[test]
fn each_verb_leaves_a_folder_of_its_own() {
    let desk = Desk::new();
    let compared = ["assumptions", "moves", "results", "why"];
    let one = ["variants", "flow", "waterfall", "metric-lowest_oil", "events"];
    for (arguments, folder, tables, charts) in [
        (&["compare", "talks.toml", "--variant", "they_come"][..], "compare@they_come", &compared[..], &one[..]),
        (&["tornado", "talks.toml"], "tornado", &["tornado"], &["tornado"]),
        (&["tornado", "talks.toml", "--variant", "they_stay"], "tornado@they_stay", &["tornado"], &["tornado"]),
        (&["sweep", "talks.toml", "paths.oil.start=50..70", "--points", "4"], "sweep", &["sweep"], &["sweep"]),
        (&["seek", "talks.toml", VISIT, "--to", "0.2"], "seek", &["seek"], &["seek"]),
        (&["seek", "talks.toml", "--to", "0.2", "--set", "paths.oil.start=55"], "seek+set", &["seek"], &[]),
    ] {
        let question = desk.forkcast(arguments).arg("--out").arg("results").assert().success().stderr(is_empty());
        question.stdout(contains("Report").and(contains(format!("results/talks/{folder}/report.html"))));
        assert_eq!(desk.names(&format!("results/talks/{folder}")), expected(tables, charts), "{arguments:?}");
    }
    assert!(!desk.path("output").exists());
}

#[test]
fn formats_choose_what_is_written() {
    let desk = Desk::new();
    desk.forkcast(&["tornado", "talks.toml", "--format", "csv,svg"]).assert().success();
    let names = ["charts/tornado-narrow.svg", "charts/tornado.svg", "result.json", "tornado.csv"];
    assert_eq!(desk.names("output/talks/tornado"), names);
    desk.forkcast(&["tornado", "talks.toml", "--quiet"]).assert().success().stdout(is_empty()).stderr(is_empty());
}

#[test]
fn the_same_bytes_come_from_any_number_of_threads() {
    let desk = Desk::new();
    for question in QUESTIONS {
        let text = |threads: &str, seed: &str| {
            let mut command = desk.forkcast(question);
            let command = command.args(["--json", "--futures", "3000", "--threads", threads, "--seed", seed]);
            String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
        };
        let one = text("1", "7");
        assert!(one == text("2", "7") && one == text("5", "7"), "{question:?}");
        assert!(one != text("2", "8"), "{question:?}: another seed gives other luck");
    }
    assert!(!desk.path("output").exists(), "JSON alone writes no files");
}

#[test]
fn every_field_of_an_answer_is_explained() {
    fn collect(value: &Value, fields: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, inner) in object {
                    fields.push(key.clone());
                    // The keys of these are the user's own, or percents.
                    if key != "set" && key != "quantiles" {
                        collect(inner, fields);
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|inner| collect(inner, fields)),
            _ => {}
        }
    }
    let page = std::fs::read_to_string(play::project("docs/analyses.md")).unwrap();
    let words: Vec<&str> = page.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let desk = Desk::new();
    for question in QUESTIONS {
        let mut fields = Vec::new();
        let mut all = question.to_vec();
        all.extend(["--json", "--futures", "1000"]);
        collect(&desk.json(&all), &mut fields);
        let missing: Vec<&String> = fields.iter().filter(|field| !words.contains(&field.as_str())).collect();
        assert!(missing.is_empty(), "{question:?}: {missing:?}");
    }
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_mend() {
    let desk = Desk::new();
    desk.file("bare.toml", "[scenario]\ntitle = 'Bare'\n[events.rain]\nprobability = 0.5\n");
    let answers: Vec<String> = (0..9).map(|number| format!("e{number} = 0.{}", number + 1)).collect();
    let panel = format!("[events.rain]\nprobability = {{ panel = {{ {} }} }}\n", answers.join(", "));
    desk.file("room.toml", &format!("[scenario]\ntitle = 'Room'\n{panel}"));
    for (arguments, code, message) in [
        (&["tornado", "talks.toml", "--of", "thww"][..], 1, "did you mean `thaw`?"),
        (&["tornado", "talks.toml", "--of", "lowest_oil"], 1, "ask mean(lowest_oil)"),
        (&["tornado", "talks.toml", "--variant", "they_cme"], 1, "did you mean `they_come`?"),
        (&["tornado", "bare.toml"], 2, "say it with `--of`"),
        (&["tornado", "none.toml"], 3, "there is no such file"),
        (&["sweep", "talks.toml"], 2, "ADDR=A..B"),
        (&["sweep", "talks.toml", VISIT], 2, "write ADDR=A..B"),
        (&["sweep", "talks.toml", "events.visit.probability=0.9..0.1"], 2, "write the smaller value first"),
        (&["sweep", "talks.toml", "events.visit.probability=0..2"], 1, "probability"),
        (&["sweep", "talks.toml", "events.visit.probabilty=0..1"], 1, "did you mean `events.visit.probability`?"),
        (&["sweep", "talks.toml", "events.treaty.on=0..1"], 1, "there is no number at `events.treaty.on`"),
        (&["sweep", "talks.toml", "events.visit.probability=0..1", "--points", "1"], 2, "points"),
        (&["seek", "talks.toml", VISIT], 2, "--to"),
        (&["seek", "talks.toml", VISIT, "--to", "50"], 2, "`--to 50%`"),
        (&["seek", "talks.toml", VISIT, "--to", "2026-05-01"], 2, "is not a date"),
        (&["seek", "talks.toml", "paths.oil.volatility=0.5..x", "--to", "50%"], 2, "is not a number"),
        (&["seek", "talks.toml", "quantities.mood=-1..1", "--to", "soon"], 2, "is not a number"),
        (&["compare", "bare.toml"], 1, "has no variants"),
        (&["compare", "talks.toml", "--variant", "they_cme"], 1, "did you mean `they_come`?"),
        (&["compare", "talks.toml", "bare.toml", "--variant", "they_come"], 2, "within one file"),
        (&["compare", "talks.toml", "--by-expert"], 1, "has no panels"),
        (&["compare", "room.toml", "--by-expert", "--of", "rain"], 2, "name at most 7 of them: `--by-expert=e0,e1`"),
        (&["compare", "room.toml", "--by-expert=e1,bo", "--of", "rain"], 1, "nobody called `bo` sits in a panel"),
    ] {
        let refused = desk.forkcast(arguments).assert().code(code).stdout(is_empty());
        refused.stderr(contains(message));
    }
    assert!(!desk.path("output").exists());
}

#[test]
fn some_of_many_experts_are_compared() {
    let desk = Desk::new();
    let answers: Vec<String> = (0..9).map(|number| format!("e{number} = 0.{}", number + 1)).collect();
    let panel = format!("[events.rain]\nprobability = {{ panel = {{ {} }} }}\n", answers.join(", "));
    desk.file("room.toml", &format!("[scenario]\ntitle = 'Room'\n{panel}"));
    let found =
        desk.json(&["compare", "room.toml", "--by-expert=e0,e8", "--of", "rain", "--json", "--futures", "20000"]);
    let shares = found["targets"].as_array().unwrap().iter().map(|t| t["target"]["value"].as_f64().unwrap());
    for (share, exact) in shares.skip(1).zip([0.1, 0.9]) {
        assert!((share - exact).abs() < 0.01, "{share}, not {exact}");
    }
    assert_eq!(found["cases"][1]["expert"], "e0");
}

#[test]
fn a_metric_that_is_a_date_is_sought_by_its_day() {
    let desk = Desk::new();
    let text = "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\n[quantities]\nwait = { value = 100, low = 10, high = 200 }\n\
                [metrics]\nday = '2026-01-01 + wait'\n";
    desk.file("day.toml", text);
    let asked = ["seek", "day.toml", "quantities.wait", "--of", "mean(day)", "--to", "2026-03-02", "--futures", "100"];
    desk.forkcast(&asked).assert().success().stdout(contains("would have to be 60 instead of 100"));
}

/// Several values reach it; a flat stretch reaches it all along.
#[test]
fn what_is_reached_more_than_once_is_said() {
    let desk = Desk::new();
    let text = "[scenario]\ntitle = 'Bent'\n[quantities]\nx = { value = 1, low = 0, high = 2 }\n[metrics]\n\
                bent = '(x - 1) ^ 2'\nflat = 'max(x, 1)'\n";
    desk.file("bent.toml", text);
    let ask = |of: &str, to: &str| {
        let asked = ["seek", "bent.toml", "quantities.x=0..2", "--of", of, "--to", to, "--futures", "100"];
        let out = desk.forkcast(&asked).assert().success().get_output().stdout.clone();
        String::from_utf8(out).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let twice = ask("mean(bent)", "0.25");
    assert!(twice.contains("is 0.25 at 2 values of “X”: 0.5 and 1.5. As it is, at 1: 0."), "{twice}");
    let flat = ask("mean(flat)", "1");
    assert!(flat.contains("would have to be from 0 to 1 instead of 1"), "{flat}");
    let never = ask("mean(bent)", "-1");
    assert!(never.contains("the nearest that the mean of “Bent” comes is 0, at 1."), "{never}");
}
