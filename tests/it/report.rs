//! What a result leaves: pages, tables and files, made from a small result that is written out here.

use forkcast::report::{Chart, Leaves, csv, files, json, page, summary};
use forkcast::simulation::result::Result;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Two outcomes, an event with two branches, a path over two steps, a metric that half of the futures have.
fn small() -> Value {
    let shares = |yes: f64| json!({ "peace": yes, "war": 1.0 - yes });
    json!({
        "format": 1, "forkcast": "0.1.0",
        "scenario": {
            "title": "A <b>title</b>", "question": "Does it \"hold\"?", "file": "it's small.toml",
            "files": [{ "name": "it's small.toml", "sha256": "ab".repeat(32) }],
            "variant": "hard", "variant_title": "Hard & fast", "set": { "events.talks.probability": 0.7 },
            "start": "2026-01-01", "end": "2026-02-05", "step": "month",
            "dates": ["2026-01-01", "2026-02-01", "2026-02-05"]
        },
        "run": {
            "futures": 16384, "seed": 7, "sampling": "random", "effective_futures": 3412.4,
            "kept": [{ "future": 0, "outcome": "peace" }]
        },
        "assumptions": [
            {
                "address": "events.talks.probability", "title": "", "value": "0.7", "low": 0.4, "high": 0.8,
                "default_range": true, "unit": "probability", "note": "<i>heard</i>", "source": "https://example.org/?a=1&b=2",
                "changed": true, "value_in_file": "0.5"
            },
            {
                "address": "events.talks.branches.public", "title": "", "value": "rest", "low": null, "high": null,
                "default_range": false, "unit": "probability", "note": "", "source": "",
                "changed": false, "value_in_file": null
            }
        ],
        "outcomes": [
            { "name": "peace", "title": "peace", "color": "#123456", "probability": 0.25, "low": 0.24, "high": 0.26 },
            { "name": "war", "title": "war", "color": "red;}</style>", "probability": 0.75, "low": 0.74, "high": 0.76 }
        ],
        "events": [{
            "name": "talks", "title": "talks, at last", "timing": "by",
            "windows": [{ "opens": ["2026-01-01", "2026-01-01"], "closes": ["2026-02-05", "2026-02-05"] }],
            "probability": 0.5, "low": 0.49, "high": 0.51, "mean_count": 0.5,
            "date": { "mean": "2026-01-10", "p5": "2026-01-02", "p50": "2026-01-09", "p95": "2026-02-01" },
            "cumulative": [0.0, 0.4, 0.5],
            "branches": [
                {
                    "name": "secret", "title": "secret", "probability": 0.2, "low": 0.19, "high": 0.21,
                    "cumulative": [0.0, 0.1, 0.2], "outcomes_if_yes": shares(0.5), "outcomes_if_no": shares(0.2)
                },
                {
                    "name": "public", "title": "public", "probability": 0.3, "low": 0.29, "high": 0.31,
                    "cumulative": [0.0, 0.3, 0.3], "outcomes_if_yes": shares(0.4), "outcomes_if_no": shares(0.2)
                }
            ],
            "outcomes_if_yes": shares(0.5), "outcomes_if_no": shares(0.0)
        }],
        "metrics": [{
            "name": "price", "title": "price", "unit": "USD", "defined": 0.5, "mean": 60.0, "mean_low": 59.0,
            "mean_high": 61.0, "sd": 5.0, "min": 40.0, "max": null,
            "quantiles": { "1": 41.0, "5": 50.0, "10": 52.0, "25": 55.0, "50": 60.0, "75": 65.0, "90": 68.0, "95": 70.5, "99": null },
            "histogram": { "edges": [40.0, 80.0], "shares": [1.0], "below": 0.0, "above": 0.0, "by_outcome": {}, "atoms": [] },
            "by_outcome": { "peace": { "mean": 58.0 }, "war": { "mean": null } }
        }],
        "paths": [{
            "name": "oil", "title": "Brent", "unit": "USD", "events": [], "mean": [63.0, 62.5, 62.0],
            "quantiles": {
                "5": [63.0, 55.0, 50.0], "25": [63.0, 60.0, 58.0], "50": [63.0, 62.0, 61.0], "75": [63.0, 66.0, 67.0],
                "95": [63.0, 70.0, 75.0]
            },
            "futures": [[63.0, 64.0, 65.0]]
        }],
        "quantities": [],
        "dependence": { "things": [], "circles": [["oil", "talks"]] },
        "warnings": ["`oil` was held at 0"]
    })
}

fn read(value: &Value) -> Result {
    serde_json::from_value(value.clone()).unwrap()
}

/// A result that has none of what a scenario may leave out.
fn bare() -> Value {
    let mut value = small();
    for key in ["assumptions", "outcomes", "events", "metrics", "paths", "warnings"] {
        value[key] = json!([]);
    }
    let scenario = &mut value["scenario"];
    for key in ["title", "question"] {
        scenario[key] = json!("");
    }
    for key in ["start", "end", "step", "variant", "variant_title"] {
        scenario[key] = Value::Null;
    }
    scenario["dates"] = json!([]);
    scenario["set"] = json!({});
    value["dependence"]["circles"] = json!([]);
    value
}

fn charts() -> Vec<Chart> {
    let svg = |id: &str, form: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1600 200\" width=\"1600\" height=\"200\" \
             class=\"chart {form}\"><title id=\"{id}-t\">x</title><style>.f-c1{{fill:#3D9EDD}}</style>\
             <text x=\"40\" y=\"80\" font-size=\"44\" class=\"f-ink\" fill=\"#1B1F24\">25 in 100</text></svg>"
        )
    };
    let chart = |name: &str| Chart {
        name: name.to_owned(),
        wide: svg(name, "wide"),
        narrow: Some(svg(&format!("{name}-narrow"), "narrow")),
    };
    ["outcomes", "given", "timeline", "events", "path-oil", "metric-price"].map(chart).to_vec()
}

#[test]
fn nothing_from_the_file_becomes_markup() {
    let page = page::page(&read(&small()), &charts());
    for raw in ["<b>title", "<i>heard", "}</style>", "<script", "onload", "Hard & fast"] {
        assert!(!page.replacen("}</style>", "", 1).contains(raw), "{raw}");
    }
    assert!(page.contains("A &lt;b&gt;title&lt;/b&gt;"));
    assert!(page.contains("href=\"https://example.org/?a=1&amp;b=2\""));
    assert!(page.contains("background:#123456") && page.contains("background:var(--rest)"));
}

#[test]
fn a_source_that_is_no_web_address_is_no_link() {
    let mut value = small();
    value["assumptions"][0]["source"] = json!("javascript:alert(1)");
    assert!(!page::page(&read(&value), &[]).contains("href=\"javascript"));
}

#[test]
fn the_page_says_what_was_asked_and_how_to_make_it_again() {
    let page = page::page(&read(&small()), &charts());
    for words in [
        "Most often it ends in <b>war: 75 in 100</b> futures. Then <b>peace: 25</b>.",
        "Most goes with “talks, at last”.",
        "<b>Talks, at last</b>: if so, 50 in 100 futures end in peace; if not, none does.",
        "Talks, at last, probability: 50 % → 70 %",
        "in the file: 50 %",
        "weighted by what was observed; worth 3,412",
        "forkcast run 'it'\\''s small.toml' --variant hard --set events.talks.probability=0.7 --sampling random --futures 16384 --seed 7",
        "1 Jan – 5 Feb 2026, by the month",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn every_id_is_there_once_and_every_link_leads_to_one() {
    let page = page::page(&read(&small()), &charts());
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let once: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len());
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(once.contains(link), "{link}");
    }
}

#[test]
fn chapters_with_nothing_to_say_are_left_out() {
    let page = page::page(&read(&bare()), &[]);
    let titles: Vec<&str> = page.split("<h2>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(titles, ["Make it again"]);
    assert!(page.contains("<h1>it's small</h1>") || page.contains("<h1>it&#39;s small</h1>"), "{page}");
    assert!(summary::summary(&read(&bare()), 80, false).starts_with("it's small.toml\n"));
}

#[test]
fn the_summary_is_read_aloud() {
    let text = summary::summary(&read(&small()), 80, false);
    for words in [
        "A <b>title</b> – Hard & fast, one number set\nDoes it \"hold\"?\n",
        "Most often it ends in war: 75 in 100 futures.",
        "75 in 100",
        "± 1.0",
        "9 Jan, mostly 2 Jan – 1 Feb",
        "60 USD  9 of 10 between 50 and 70.5; has a value in 50 in 100",
        "61 USD  9 of 10 between 50 and 75",
        "note: the 16,384 futures are weighted by what was observed",
        "note: `oil` was held at 0",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
    let both = summary::variants(&[read(&small()), read(&small())], 80, false);
    assert_eq!(both.matches("Hard & fast, one number set").count(), 2);
}

#[test]
fn tables_have_the_columns_that_programs_expect() {
    let tables = csv::tables(&read(&small())).unwrap();
    let of = |name: &str| tables.iter().find(|table| table.name == name).unwrap().csv.as_str();
    assert_eq!(of("outcomes"), "name,title,probability,low,high\npeace,peace,0.25,0.24,0.26\nwar,war,0.75,0.74,0.76\n");
    assert_eq!(
        of("events"),
        "event,branch,title,probability,low,high,mean_count,date_mean,date_p5,date_p50,date_p95\n\
         talks,,\"talks, at last\",0.5,0.49,0.51,0.5,2026-01-10,2026-01-02,2026-01-09,2026-02-01\n\
         talks,secret,secret,0.2,0.19,0.21,,,,,\ntalks,public,public,0.3,0.29,0.31,,,,,\n"
    );
    assert_eq!(
        of("metrics"),
        "name,title,unit,defined,mean,mean_low,mean_high,sd,min,p1,p5,p10,p25,p50,p75,p90,p95,p99,max\n\
         price,price,USD,0.5,60.0,59.0,61.0,5.0,40.0,41.0,50.0,52.0,55.0,60.0,65.0,68.0,70.5,,\n"
    );
    assert_eq!(
        of("paths").lines().take(2).collect::<Vec<_>>(),
        ["path,date,mean,p5,p25,p50,p75,p95", "oil,2026-01-01,63.0,63.0,63.0,63.0,63.0,63.0"]
    );
}

#[test]
fn a_result_reads_back_as_it_was() {
    let result = read(&small());
    let text = json::text(&result).unwrap();
    assert_eq!(serde_json::from_str::<Result>(&text).unwrap(), result);
    assert!(text.starts_with("{\n  \"format\": 1,\n  \"forkcast\": \"0.1.0\",\n"));
    assert!(text.contains("\"cumulative\": [0.0, 0.4, 0.5]"));

    let mut broken = result;
    broken.paths[0].mean[1] = f64::NAN;
    assert!(json::text(&broken).is_err());
}

#[test]
fn formats_write_their_files_and_the_result_is_always_among_them() {
    let home = tempfile::tempdir().unwrap();
    let leaves = Leaves::of_run(&read(&small()), charts()[..1].to_vec(), None).unwrap();
    let written = |formats: &[&files::Format]| {
        let target = home.path().join("out/small/run");
        files::write(&leaves, formats, &target).unwrap();
        let names = |folder| std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
        let mut all: Vec<String> = names(target.clone()).collect();
        if target.join("charts").exists() {
            all.extend(names(target.join("charts")));
        }
        all.sort();
        all
    };
    let by_default = [
        "charts",
        "events.csv",
        "metrics.csv",
        "outcomes-narrow.svg",
        "outcomes.csv",
        "outcomes.png",
        "outcomes.svg",
        "paths.csv",
        "report.html",
        "result.json",
    ];
    assert_eq!(written(&files::by_default()), by_default);
    assert_eq!(written(&files::named("html").unwrap()), ["report.html", "result.json"]);
    assert_eq!(files::named("html,pdf").err().unwrap().exit_code(), 2);
}
