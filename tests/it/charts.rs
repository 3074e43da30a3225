//! Charts: the stored pictures of stored results, and no overlaps in any odd case.
//!
//! `UPDATE=1 cargo test charts` writes the pictures anew: look at what has changed before it is kept.

mod analyses;
mod phrases;

use forkcast::chart::{self, Svg, text};
use forkcast::simulation::result::{Branch, Event, Metric, Result};
use std::path::PathBuf;

fn stored(name: &str) -> Result {
    let path = folder().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).expect("a stored result");
    serde_json::from_str(&text).expect("a stored result is of the present format")
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/charts")
}

#[test]
fn pictures_are_as_stored() {
    let base = stored("us-russia");
    let envoys = stored("us-russia@envoys_land");
    let mut changed = Vec::new();
    for width in [chart::WIDE, chart::SLIM] {
        for svg in chart::all(&base, width, None) {
            changed.extend(compare(&svg.file_stem(), &svg));
        }
        for svg in chart::all(&envoys, width, Some(&base)) {
            let kept = ["outcomes", "path-oil", "events", "metric-days_of_talks"];
            if kept.contains(&svg.name.as_str()) {
                changed.extend(compare(&format!("{}-ghost", svg.file_stem()), &svg));
            }
        }
    }
    for (_, svg) in analyses::charts(&[chart::WIDE, chart::SLIM], false) {
        changed.extend(compare(&svg.file_stem(), &svg));
    }
    assert!(changed.is_empty(), "look at these pictures, then run with UPDATE=1: {changed:?}");
}

fn compare(name: &str, svg: &Svg) -> Option<String> {
    let path = folder().join(format!("{name}.svg"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &svg.text).expect("the folder of stored pictures can be written");
        return None;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    (kept != svg.text).then(|| {
        // The new picture is left beside the test's program, so that both can be looked at.
        let new = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.svg"));
        std::fs::write(&new, &svg.text).expect("the folder for temporary files can be written");
        format!("{} is now {}", path.display(), new.display())
    })
}

#[test]
fn no_text_overlaps_another_or_leaves_the_picture() {
    let mut found = Vec::new();
    for (case, result) in odd_cases() {
        let ghost = stored("us-russia@envoys_land");
        for width in [1600, 1250, 1000, 720] {
            for other in [None, Some(&ghost)] {
                for svg in chart::all(&result, width, other) {
                    let place =
                        format!("{case}, {} at {width}{}", svg.name, if other.is_some() { " with ghost" } else { "" });
                    found.extend(overlaps(&svg).into_iter().map(|what| format!("{place}: {what}")));
                }
            }
        }
    }
    for (case, svg) in analyses::charts(&[1600, 1250, 1000, 720], true) {
        let place = format!("{case}, {} at {}", svg.name, svg.width);
        found.extend(overlaps(&svg).into_iter().map(|what| format!("{place}: {what}")));
    }
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

/// The picture of every odd case, for looking at them: `LOOK=folder cargo test charts`.
#[test]
fn odd_cases_can_be_looked_at() {
    let Some(folder) = std::env::var_os("LOOK").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for (case, result) in odd_cases() {
        for width in [chart::WIDE, chart::SLIM] {
            for svg in chart::all(&result, width, None) {
                let path = folder.join(format!("{case}-{}.svg", svg.file_stem()));
                std::fs::write(path, &svg.text).expect("the folder can be written");
            }
        }
    }
    for (case, svg) in analyses::charts(&[chart::WIDE, chart::SLIM], true) {
        std::fs::write(folder.join(format!("{case}-{}.svg", svg.file_stem())), &svg.text)
            .expect("the folder can be written");
    }
}

#[test]
fn what_is_not_worth_drawing_is_left_out() {
    let names = |result: &Result| -> Vec<String> {
        chart::all(result, chart::WIDE, None).into_iter().map(|svg| svg.name).collect()
    };
    let case = |wanted: &str| odd_cases().into_iter().find(|(name, _)| *name == wanted).expect("a known case").1;
    let none = names(&case("no-outcomes"));
    assert!(!none.contains(&"outcomes".to_owned()) && !none.contains(&"given".to_owned()));
    assert!(none.contains(&"metric-lowest_oil".to_owned()));
    let fixed = names(&case("static"));
    assert!(!fixed.iter().any(|name| name.starts_with("path-") || name == "timeline"), "{fixed:?}");
    assert!(fixed.contains(&"events".to_owned()));
    assert!(!names(&case("one-outcome")).contains(&"given".to_owned()));
}

#[test]
fn a_picture_is_one_well_formed_element_with_a_title() {
    for (case, result) in odd_cases() {
        for svg in chart::all(&result, chart::WIDE, None) {
            let tree = resvg::usvg::Tree::from_str(&svg.text, &resvg::usvg::Options::default());
            assert!(tree.is_ok(), "{case}, {}: {:?}", svg.name, tree.err());
            assert!(svg.text.contains(&format!("<title id=\"{}-t\">", svg.name)));
            let page = svg.embedded("a-");
            assert!(
                !page.contains("<style>") && page.contains(&format!("aria-labelledby=\"a-{0}-t a-{0}-d\"", svg.name))
            );
        }
    }
}

struct Written {
    content: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

fn overlaps(svg: &Svg) -> Vec<String> {
    let texts = texts(&svg.text);
    let mut found = Vec::new();
    for (index, one) in texts.iter().enumerate() {
        if one.left < 0.0 || one.right > svg.width as f64 || one.top < 0.0 || one.bottom > svg.height as f64 {
            found.push(format!("`{}` leaves the picture", one.content));
        }
        for other in &texts[index + 1..] {
            let beside = one.right.min(other.right) - one.left.max(other.left);
            let above = one.bottom.min(other.bottom) - one.top.max(other.top);
            if beside > 1.0 && above > 1.0 {
                found.push(format!("`{}` on `{}`", one.content, other.content));
            }
        }
    }
    found
}

fn texts(svg: &str) -> Vec<Written> {
    svg.lines().filter(|line| line.starts_with("<text")).map(written).collect()
}

fn written(line: &str) -> Written {
    let value = |key: &str| line.split_once(&format!(" {key}=\"")).and_then(|(_, rest)| rest.split('"').next());
    let number = |key: &str| value(key).and_then(|value| value.parse::<f64>().ok()).expect("a number");
    let content = line.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</text>")).expect("a text's content");
    let content = content
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let size = number("font-size");
    // Half of the allowance for other fonts: texts that stand directly beside one another have no more.
    let width = text::width(&content, size, value("font-weight") == Some("bold")) * 1.04 / 1.08;
    let left = number("x")
        - match value("text-anchor") {
            Some("middle") => width / 2.0,
            Some("end") => width,
            _ => 0.0,
        };
    let y = number("y");
    Written { content, left, right: left + width, top: y - size * 0.74, bottom: y + size * 0.2 }
}

const LONG: &str =
    "A summit without an agreement that is announced twice, held once and remembered by nobody who was there";

fn odd_cases() -> Vec<(&'static str, Result)> {
    let base = || stored("us-russia");
    vec![
        ("base", base()),
        ("no-outcomes", no_outcomes(base())),
        ("one-outcome", one_outcome(base())),
        ("twelve-outcomes", twelve_outcomes(base())),
        ("twenty-events", twenty_events(base())),
        ("static", without_time(base())),
        ("long-titles", long_titles(base())),
        ("long-run", long_run(base())),
        ("never-and-always", never_and_always(base())),
        ("evidence", evidence(base())),
        ("odd-metrics", odd_metrics(base())),
        ("branches", many_branches(base())),
    ]
}

fn no_outcomes(mut result: Result) -> Result {
    result.outcomes.clear();
    result.run.kept.iter_mut().for_each(|kept| kept.outcome = None);
    for event in &mut result.events {
        (event.outcomes_if_yes, event.outcomes_if_no) = (None, None);
        for branch in &mut event.branches {
            (branch.outcomes_if_yes, branch.outcomes_if_no) = (None, None);
        }
    }
    for metric in &mut result.metrics {
        metric.by_outcome.clear();
        metric.histogram.by_outcome.clear();
    }
    result
}

fn one_outcome(mut result: Result) -> Result {
    result.outcomes.truncate(1);
    result.outcomes[0].probability = 1.0;
    (result.outcomes[0].low, result.outcomes[0].high) = (0.9999, 1.0);
    let name = result.outcomes[0].name.clone();
    result.run.kept.iter_mut().for_each(|kept| kept.outcome = Some(name.clone()));
    result
}

fn twelve_outcomes(mut result: Result) -> Result {
    let shares = [0.31, 0.17, 0.12, 0.09, 0.07, 0.055, 0.04, 0.02, 0.0042, 0.0004, 0.0, 0.1204];
    let titles = [
        "thaw",
        "rupture",
        "cold deal",
        LONG,
        "ceasefire only",
        "treaty only",
        "arms race",
        "sanctions war",
        "new alliance",
        "regime change",
        "everything at once",
        "limbo",
    ];
    let template = result.outcomes[0].clone();
    result.outcomes = shares
        .iter()
        .zip(titles)
        .enumerate()
        .map(|(index, (share, title))| {
            let mut outcome = template.clone();
            outcome.name = ["thaw", "rupture", "cold_deal", "limbo"]
                .get(index)
                .map_or_else(|| format!("o{index}"), |name| (*name).to_owned());
            title.clone_into(&mut outcome.title);
            outcome.probability = *share;
            (outcome.low, outcome.high) = ((share - 0.014f64).max(0.0), share + 0.014);
            outcome
        })
        .collect();
    "#abc".clone_into(&mut result.outcomes[1].color);
    result.run.futures = 4096;
    result.run.effective_futures = 4096.0;
    result
}

fn twenty_events(mut result: Result) -> Result {
    let events = result.events.clone();
    for round in 1..3 {
        for event in &events {
            let mut copy: Event = event.clone();
            copy.name = format!("{}_{round}", event.name);
            copy.title = format!("{} once more", event.title);
            result.events.push(copy);
        }
    }
    result.events.truncate(20);
    result
}

fn without_time(mut result: Result) -> Result {
    let scenario = &mut result.scenario;
    (scenario.start, scenario.end, scenario.step) = (None, None, None);
    scenario.dates.clear();
    result.paths.clear();
    for event in &mut result.events {
        event.timing = None;
        event.windows.clear();
        event.cumulative.clear();
        event.branches.iter_mut().for_each(|branch| branch.cumulative.clear());
        (event.date.mean, event.date.p5, event.date.p50, event.date.p95) = (None, None, None, None);
    }
    result.metrics.retain(|metric| metric.unit != "date");
    result
}

fn long_titles(mut result: Result) -> Result {
    LONG.clone_into(&mut result.scenario.title);
    result.outcomes.iter_mut().for_each(|outcome| outcome.title = format!("{} {LONG}", outcome.title));
    result.metrics.iter_mut().for_each(|metric| metric.title = format!("{} <&\"'> {LONG}", metric.title));
    result.paths.iter_mut().for_each(|path| path.title = format!("{} {LONG}", path.title));
    for event in &mut result.events {
        event.title = format!("{} {LONG}", event.title);
        event.branches.iter_mut().for_each(|branch| LONG.clone_into(&mut branch.title));
    }
    result.dependence.things.iter_mut().for_each(|thing| thing.title = format!("{} {LONG}", thing.title));
    result
}

/// Eight years by the week.
fn long_run(mut result: Result) -> Result {
    let stretch = |series: &[f64]| -> Vec<f64> { (0..420).map(|step| series[step * series.len() / 420]).collect() };
    result.scenario.dates = (0..420)
        .map(|step| {
            let days = step * 7;
            format!("{}-{:02}-{:02}", 2026 + days / 366, 1 + days % 366 / 31, 1 + days % 366 % 28)
        })
        .collect();
    result.scenario.dates.sort();
    result.scenario.start = result.scenario.dates.first().cloned();
    result.scenario.end = result.scenario.dates.last().cloned();
    for event in &mut result.events {
        event.cumulative = stretch(&event.cumulative);
        event.branches.iter_mut().for_each(|branch| branch.cumulative = stretch(&branch.cumulative));
    }
    for path in &mut result.paths {
        path.quantiles.values_mut().for_each(|line| *line = stretch(line));
        path.futures.iter_mut().for_each(|line| *line = stretch(line));
        path.mean = stretch(&path.mean);
    }
    result
}

fn never_and_always(mut result: Result) -> Result {
    for (index, event) in result.events.iter_mut().enumerate() {
        let share = [0.0, 1.0, 0.0004, 0.9997, 0.004][index % 5];
        let scale = if event.probability > 0.0 { share / event.probability } else { 0.0 };
        event.cumulative.iter_mut().for_each(|value| *value *= scale);
        event.probability = share;
        (event.low, event.high) = ((share - 0.0002f64).max(0.0), (share + 0.0002f64).min(1.0));
        event.branches.clear();
        if share == 0.0 {
            (event.date.mean, event.date.p5, event.date.p50, event.date.p95) = (None, None, None, None);
            event.outcomes_if_yes = None;
        } else if share == 1.0 {
            event.outcomes_if_no = None;
        }
    }
    result.outcomes[0].probability = 0.0;
    result.outcomes[1].probability = 0.0004;
    result.outcomes[2].probability = 0.9992;
    result.outcomes[3].probability = 0.0004;
    for outcome in &mut result.outcomes {
        outcome.low = (outcome.probability - 0.0002).max(0.0);
        outcome.high = (outcome.probability + 0.0002).min(1.0);
    }
    result
}

fn evidence(mut result: Result) -> Result {
    result.run.effective_futures = 3412.0;
    result
}

fn odd_metrics(mut result: Result) -> Result {
    let find = |result: &Result, name: &str| -> Metric {
        result.metrics.iter().find(|metric| metric.name == name).expect("a stored metric").clone()
    };
    let mut named = |mut metric: Metric, name: &str, change: &dyn Fn(&mut Metric)| {
        name.clone_into(&mut metric.name);
        change(&mut metric);
        result.metrics.push(metric);
    };
    let base = stored("us-russia");
    named(find(&base, "lowest_oil"), "huge", &|metric| scale(metric, 4.1e7, 0.0));
    named(find(&base, "lowest_oil"), "tiny", &|metric| scale(metric, 1e-5, 0.0));
    named(find(&base, "lowest_oil"), "far", &|metric| scale(metric, 0.001, 100_000.0));
    named(find(&base, "lowest_oil"), "several_masses", &|metric| {
        metric.histogram.shares.iter_mut().for_each(|share| *share *= 0.6);
        metric.histogram.atoms = vec![(25.0, 0.03), (30.0, 0.22), (60.0, 0.15)];
    });
    named(find(&base, "lowest_oil"), "only_masses", &|metric| {
        metric.histogram.edges.clear();
        metric.histogram.shares.clear();
        metric.histogram.by_outcome.clear();
        metric.histogram.atoms = vec![(0.0, 0.2), (1.0, 0.5), (2.0, 0.25), (3.0, 0.05)];
        (metric.histogram.below, metric.histogram.above) = (0.0, 0.0);
        (metric.min, metric.max) = (Some(0.0), Some(3.0));
        let values = [0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0];
        metric.quantiles.values_mut().zip(values).for_each(|(quantile, value)| *quantile = Some(value));
    });
    named(find(&base, "lowest_oil"), "nowhere", &|metric| {
        metric.defined = 0.0;
        (metric.min, metric.max, metric.mean) = (None, None, None);
        metric.quantiles.values_mut().for_each(|quantile| *quantile = None);
    });
    named(find(&base, "experts"), "partly_constant", &|metric| metric.defined = 0.19);
    named(find(&base, "deal"), "always_yes", &|metric| metric.mean = Some(1.0));
    result
}

fn scale(metric: &mut Metric, times: f64, plus: f64) {
    let change = |value: &mut f64| *value = *value * times + plus;
    metric.histogram.edges.iter_mut().for_each(change);
    metric.quantiles.values_mut().flatten().for_each(change);
    [&mut metric.min, &mut metric.max, &mut metric.mean].into_iter().flatten().for_each(change);
}

fn many_branches(mut result: Result) -> Result {
    let event = &mut result.events[1];
    let template: Branch = event.branches[0].clone();
    event.branches = (0..8)
        .map(|index| {
            let mut branch = template.clone();
            branch.name = format!("b{index}");
            branch.title = format!("way {index} of many that it can turn out");
            branch.probability = if index == 0 { 0.3 } else { 0.1 };
            branch.cumulative.iter_mut().for_each(|share| *share *= branch.probability / template.probability);
            branch
        })
        .collect();
    result
}
