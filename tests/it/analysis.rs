//! What if, and what matters: answers whose exact values are known.

use crate::memory::Memory;
use forkcast::analysis::compare::{Compare, Source, Spec, compare, experts};
use forkcast::analysis::estimate::Difference;
use forkcast::analysis::experiment::{Experiment, Playing};
use forkcast::analysis::seek::{Level, Seek, Sought, seek};
use forkcast::analysis::sweep::{Along, sweep};
use forkcast::analysis::tornado::tornado;
use forkcast::chance::sobol::Sampling;
use forkcast::diagnostic::Failure;
use forkcast::model::ScenarioFile;
use forkcast::model::files::Files;
use forkcast::report::{answer, json};

/// Four events, each with odds of its own; two of them shifted.
const SMALL: &str = r#"
[scenario]
title = "Small"
[quantities]
x = { value = 1, low = 0, high = 2 }
load = "normal(10, 2)"
[events.a]
probability = { value = 0.3, low = 0.2, high = 0.5 }
[events.b]
probability = 0.5
[events.b.shifts.helped]
odds = 2.5
[events.c]
branches = { left = 0.5, right = 0.3, middle = "rest" }
[metrics]
bent = "(x - 1) ^ 2 + 0.01 * load"
loaded = { value = "load + 2 * a", unit = "t" }
[[outcomes]]
name = "both"
when = "a and b"
[[outcomes]]
name = "left"
when = "c.left"
[[outcomes]]
name = "other"
[variants.one]
set = { "events.a.probability" = 0.4 }
[variants.three]
set = { "events.a.probability" = 0.5, "events.b.probability" = 0.2, "events.c.branches.left" = 0.2, "events.c.branches.right" = 0.7 }
[variants.never]
set = { "events.a.happens" = false }
"#;

fn small() -> Memory {
    Memory::of(SMALL)
}

fn playing(futures: u64) -> Playing<'static> {
    Playing { futures: Some(futures), seed: Some(11), threads: Some(2), ..Playing::default() }
}

fn ask<T>(
    files: &Memory,
    name: &str,
    playing: Playing,
    question: impl FnOnce(&mut Experiment) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut file = ScenarioFile::read(files, name).unwrap();
    let mut experiment = Experiment::new(&mut file, files, None, &[], playing)?;
    question(&mut experiment)
}

fn compared(files: &Memory, names: &[&str], specs: &[Spec], of: &str, playing: Playing) -> Compare {
    let mut read: Vec<ScenarioFile> = names.iter().map(|name| ScenarioFile::read(files, name).unwrap()).collect();
    let mut sources: Vec<Source> = read.iter_mut().map(|file| Source { file, files: files as &dyn Files }).collect();
    compare(&mut sources, specs, &[], Some(of), playing).unwrap().0
}

fn variant(name: &str) -> Spec {
    Spec { variant: Some(name.to_owned()), ..Spec::default() }
}

#[test]
fn a_scenario_compared_with_itself_differs_by_exactly_nothing() {
    let twice = Memory::of(SMALL).and("again.toml", SMALL);
    let specs = [Spec::default(), Spec { source: 1, ..Spec::default() }];
    for of in ["both", "c.left", "mean(loaded)", "p95(loaded)"] {
        let same = compared(&twice, &["scenario.toml", "again.toml"], &specs, of, playing(3000));
        let nothing = Some(Difference { value: 0.0, low: 0.0, high: 0.0, more_than_luck: false });
        assert_eq!(same.targets[1].difference, nothing, "{of}");
        let shares = same.outcomes.iter().chain(&same.events);
        assert!(shares.clone().count() > 7);
        assert!(shares.into_iter().all(|share| share.cases[1].difference == nothing));
        assert!(same.metrics.iter().all(|m| m.cases[1].difference == nothing && m.cases[1].higher == 0.0));
        assert_eq!(same.moves[0].different, 0.0);
        assert!(same.changed.is_empty() && same.only_in.is_empty());
    }
}

#[test]
fn the_effects_of_changes_add_up_to_the_whole_difference() {
    for of in ["both", "left", "mean(loaded)", "p50(loaded)"] {
        let three = compared(&small(), &["scenario.toml"], &[Spec::default(), variant("three")], of, playing(5000));
        let why = &three.why[0];
        // The two branches of one event are one change.
        assert_eq!(why.steps.len(), 3, "{:?}", why.missing);
        let sum: f64 = why.steps.iter().map(|step| step.effect).sum();
        assert!((sum - (why.to.unwrap() - why.from.unwrap())).abs() <= 1e-12, "{of}");
        assert_eq!(why.sampled_orders, None);
    }
    let between = [variant("one"), variant("three")];
    let pair = compared(&small(), &["scenario.toml"], &between, "both", playing(2000));
    assert_eq!(pair.changed[0].numbers, [Some(0.4), Some(0.5)]);
}

/// P(both) = P(a) · P(b), so that each effect over all orders is known in closed form.
#[test]
fn an_effect_is_averaged_over_all_orders() {
    let found = compared(&small(), &["scenario.toml"], &[Spec::default(), variant("three")], "both", playing(400_000));
    let (b, b_new) = (2.5 / 3.5, 0.625 / 1.625);
    let of_a = 0.2 * f64::midpoint(b, b_new);
    let of_b = (b_new - b) * 0.4;
    let step = |address: &str| found.why[0].steps.iter().find(|s| s.addresses[0] == address).unwrap();
    for (address, exact) in [("events.a.probability", of_a), ("events.b.probability", of_b)] {
        let step = step(address);
        let (low, high) = (step.low.unwrap(), step.high.unwrap());
        assert!((step.effect - exact).abs() < 1.2 * (high - low), "{address}: {step:?}, {exact}");
        assert!(high - low < 0.01);
    }
    assert_eq!(step("events.c.branches.left").effect, 0.0);
}

#[test]
fn many_changes_are_taken_apart_over_a_sample_of_orders() {
    let events: String = (0..8).map(|i| format!("[events.e{i}]\nprobability = 0.5\n")).collect();
    let all: Vec<String> = (0..8).map(|i| format!("e{i}")).collect();
    let set: Vec<String> = (0..8).map(|i| format!("\"events.e{i}.probability\" = 0.{}", 6 + i % 4)).collect();
    let text = format!(
        "[scenario]\ntitle = 'Many'\n{events}[[outcomes]]\nname = 'all'\nwhen = '{}'\n[[outcomes]]\nname = 'not_all'\n[variants.more]\nset = {{ {} }}\n",
        all.join(" and "),
        set.join(", ")
    );
    let files = Memory::of(&text);
    let many = compared(&files, &["scenario.toml"], &[Spec::default(), variant("more")], "all", playing(4000));
    let why = &many.why[0];
    assert_eq!((why.steps.len(), why.sampled_orders), (8, Some(16)));
    let sum: f64 = why.steps.iter().map(|step| step.effect).sum();
    assert!((sum - (why.to.unwrap() - why.from.unwrap())).abs() <= 1e-12);
}

#[test]
fn between_two_files_what_has_no_common_address_is_structure() {
    let other = SMALL.replace("probability = { value = 0.3, low = 0.2, high = 0.5 }", "probability = 0.45")
        + "[events.c.shifts.more]\nif = 'a'\nodds = { left = 3 }\n";
    let files = small().and("other.toml", &other);
    let specs = [Spec::default(), Spec { source: 1, ..Spec::default() }];
    let found = compared(&files, &["scenario.toml", "other.toml"], &specs, "left", playing(20_000));
    let why = &found.why[0];
    let titles: Vec<&str> = why.steps.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(titles.last(), Some(&"Structure"));
    assert_eq!(titles.len(), 2);
    assert_eq!(found.only_in[0].address, "events.c.shifts.more.odds.left");
    let sum: f64 = why.steps.iter().map(|step| step.effect).sum();
    assert!((sum - (why.to.unwrap() - why.from.unwrap())).abs() <= 1e-12);
}

#[test]
fn futures_move_from_outcome_to_outcome() {
    let found = compared(&small(), &["scenario.toml"], &[Spec::default(), variant("never")], "both", playing(4000));
    let moves = &found.moves[0];
    let total: f64 = moves.shares.iter().flatten().sum();
    assert!((total - 1.0).abs() < 1e-12);
    // Without `a` nothing ends in both, and what did ends elsewhere.
    assert_eq!(moves.shares[0][0], 0.0);
    assert!((moves.different - found.outcomes[0].cases[0].share.unwrap().value).abs() < 1e-12);
    assert!(moves.shares[1][0] == 0.0 && moves.shares[2][0] == 0.0);
    let loaded = &found.metrics[1].cases[1];
    assert_eq!((loaded.higher, loaded.higher_by), (0.0, None));
    assert!((loaded.lower_by.unwrap() - 2.0).abs() < 1e-9);
}

#[test]
fn each_expert_alone() {
    let text = "[scenario]\ntitle = 'Panel'\n[events.e]\nprobability = { panel = { anna = 0.2, bo = 0.6 } }\n[events.f]\n\
                probability = { panel = { bo = 0.9, cy = 0.5 } }\n[[outcomes]]\nname = 'yes'\nwhen = 'e and f'\n\
                [[outcomes]]\nname = 'no'\n";
    let files = Memory::of(text);
    let names = experts(ScenarioFile::read(&files, "scenario.toml").unwrap().base.as_ref().unwrap());
    assert_eq!(names, ["anna", "bo", "cy"]);
    let alone = |name: &String| Spec { expert: Some(name.clone()), ..Spec::default() };
    let specs: Vec<Spec> = std::iter::once(Spec::default()).chain(names.iter().map(alone)).collect();
    let found = compared(&files, &["scenario.toml"], &specs, "yes", playing(100_000));
    let bo = found.targets[2].target.unwrap();
    assert!((bo.value - 0.54).abs() < 4.5 * (0.54f64 * 0.46 / 100_000.0).sqrt());
    // In a panel in which she does not sit, the pool stands.
    let anna = &found.events[0].cases[1].share.unwrap();
    assert!((anna.value - 0.2).abs() < 0.006);
    assert_eq!(found.events[1].cases[1].share, found.events[1].cases[0].share);
}

/// How often the paired interval of a known difference holds it, over 200 seeds.
#[test]
fn paired_intervals_keep_their_promise() {
    let mut held = [0; 4];
    let mut clear = 0;
    for seed in 0..200 {
        let asked = Playing { futures: Some(512), seed: Some(seed), threads: Some(1), ..Playing::default() };
        let found = compared(&small(), &["scenario.toml"], &[Spec::default(), variant("one")], "p50(loaded)", asked);
        let b = 2.5 / 3.5;
        let exact = [(found.outcomes[0].cases[1].difference, 0.1 * b), (found.metrics[1].cases[1].difference, 0.2)];
        for (place, (difference, exact)) in exact.into_iter().enumerate() {
            let difference = difference.unwrap();
            held[place] += usize::from(difference.low <= exact && exact <= difference.high);
        }
        let event = found.events[0].cases[1].difference.unwrap();
        held[2] += usize::from(event.low <= 0.1 && 0.1 <= event.high);
        // The middle of load + 2 with chance p: where 0.7 Φ((m − 10) / 2) + 0.3 Φ((m − 12) / 2) is one half.
        let middle = found.targets[1].difference.unwrap();
        held[3] += usize::from(middle.low <= 0.211_747_79 && 0.211_747_79 <= middle.high);
        clear += usize::from(event.more_than_luck);
    }
    for (what, held) in ["a share", "a mean", "an event", "the middle"].iter().zip(held) {
        assert!((180..=199).contains(&held), "{what}: {held} of 200");
    }
    assert_eq!(clear, 200);
}

/// Effects are worked out on fewer futures than the cases, and their intervals own up to it, however luck is drawn.
#[test]
fn intervals_of_effects_keep_their_promise() {
    let (b, b_new) = (2.5 / 3.5, 0.625 / 1.625);
    let exact = [0.2 * f64::midpoint(b, b_new), (b_new - b) * 0.4];
    let mut widths = Vec::new();
    for sampling in Sampling::ALL {
        let (mut held, mut width) = ([0; 2], 0.0);
        for seed in 0..200 {
            let (futures, seed, sampling) = (Some(4096), Some(seed), Some(sampling));
            let asked = Playing { futures, seed, sampling, threads: Some(1), ..Playing::default() };
            let found = compared(&small(), &["scenario.toml"], &[Spec::default(), variant("three")], "both", asked);
            assert_eq!(found.why[0].futures, 2048);
            for (place, address) in ["events.a.probability", "events.b.probability"].iter().enumerate() {
                let step = found.why[0].steps.iter().find(|step| step.addresses[0] == *address).unwrap();
                let (low, high) = (step.low.unwrap(), step.high.unwrap());
                held[place] += usize::from(low <= exact[place] && exact[place] <= high);
                width += high - low;
            }
        }
        assert!(held.iter().all(|held| (180..=199).contains(held)), "{held:?} of 200, {}", sampling.name());
        widths.push(width);
    }
    assert!(widths[1] < 0.8 * widths[0], "evenly spread futures tell more: {widths:?}");
}

/// Where a variant does part of what another one does, its futures are not played again.
#[test]
fn what_a_variant_does_is_known_where_another_one_does_more() {
    let text = SMALL.to_owned()
        + "[variants.first]\nset = { 'events.a.probability' = 0.5 }\n[variants.second]\nset = { 'events.b.probability' = 0.2 }\n\
           [variants.both]\nset = { 'events.a.probability' = 0.5, 'events.b.probability' = 0.2 }\n";
    let files = Memory::of(&text);
    let specs = [Spec::default(), variant("first"), variant("second"), variant("both")];
    let found = compared(&files, &["scenario.toml"], &specs, "both", playing(20_000));
    // All sets of changes are cases, so that all futures tell the effects.
    assert_eq!(found.why[2].futures, 20_000);
    let value = |case: usize| found.targets[case].target.unwrap().value;
    let of_a = f64::midpoint(value(1) - value(0), value(3) - value(2));
    assert!((found.why[2].steps[0].effect - of_a).abs() < 1e-12, "{:?}", found.why[2]);
}

#[test]
fn a_tornado_reaches_as_far_as_its_ranges() {
    let found = ask(&small(), "scenario.toml", playing(100_000), |e| tornado(e, Some("both"))).unwrap();
    let b = 2.5 / 3.5;
    let row = |address: &str| found.rows.iter().find(|row| row.assumption.address == address).unwrap();
    let a = row("events.a.probability");
    assert_eq!((a.low.value, a.high.value, a.assumption.default_range), (0.2, 0.5, false));
    for (end, exact) in [(a.low, -0.1 * b), (a.high, 0.2 * b)] {
        let difference = end.difference.unwrap();
        assert!((difference.value - exact).abs() < 1.2 * (difference.high - difference.low));
        assert!(difference.more_than_luck);
    }
    assert!(row("events.b.probability").assumption.default_range);
    assert!(found.rows.windows(2).all(|pair| pair[0].reach >= pair[1].reach));
    // What has nothing to do with it does exactly nothing.
    assert_eq!(row("quantities.load").reach, 0.0);
    assert_eq!(found.left_out.iter().map(|out| out.address.as_str()).collect::<Vec<_>>(), ["events.c.branches.middle"]);
    let bent = ask(&small(), "scenario.toml", playing(2000), |e| tornado(e, Some("mean(bent)"))).unwrap();
    let x = bent.rows.iter().find(|row| row.assumption.address == "quantities.x").unwrap();
    assert!(x.turns_back && (x.reach - 1.0).abs() < 1e-9, "{x:?}");
}

#[test]
fn ends_of_a_range_are_in_the_unit_of_the_file() {
    let text = "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\n[events.e]\n\
                rate = { value = '0.1 per month', low = 0.05, high = 0.2 }\n[[outcomes]]\nname = 'yes'\nwhen = 'e'\n\
                [[outcomes]]\nname = 'no'\n";
    let files = Memory::of(text);
    let found = ask(&files, "scenario.toml", playing(100_000), |e| tornado(e, None)).unwrap();
    // exp(−0.2 · 12 · 364 / 365.25): no occurrence at 0.2 a month.
    let none = 0.0914661384;
    let high = found.rows[0].high.target.unwrap().value;
    assert!((high - (1.0 - none)).abs() < 0.006, "{high}");
    assert_eq!(found.rows[0].assumption.unit, "per month");
}

#[test]
fn a_sweep_follows_the_odds() {
    let along = [Along { address: "events.b.probability".to_owned(), from: 0.0, to: 1.0 }];
    let found = ask(&small(), "scenario.toml", playing(40_000), |e| sweep(e, Some("b"), &along, Some(11))).unwrap();
    assert_eq!(found.axes[0].here, Some(5));
    for point in &found.points {
        let p = point.at[0];
        let exact = 2.5 * p / (1.0 + 1.5 * p);
        let tolerance = 4.5 * (exact * (1.0 - exact) / 40_000.0f64).sqrt();
        assert!((point.target.unwrap().value - exact).abs() <= tolerance, "{point:?}, {exact}");
    }
}

#[test]
fn a_sweep_says_where_another_outcome_becomes_the_likeliest() {
    let along = [Along { address: "events.c.branches.left".to_owned(), from: 0.1, to: 0.9 }];
    let found = ask(&small(), "scenario.toml", playing(100_000), |e| sweep(e, None, &along, None)).unwrap();
    // left and other share what is not both, so they are level at one half.
    assert_eq!(found.turns.len(), 1);
    assert!((found.turns[0].at - 0.5).abs() < 0.02, "{:?}", found.turns);
    assert_eq!((found.turns[0].from.as_str(), found.turns[0].to.as_str()), ("other", "left"));
}

#[test]
fn a_map_holds_the_values_of_the_file() {
    let address = |address: &str| Along { address: address.to_owned(), from: 0.1, to: 0.9 };
    let along = [address("events.a.probability"), address("events.b.probability")];
    let found = ask(&small(), "scenario.toml", playing(20_000), |e| sweep(e, None, &along, Some(4))).unwrap();
    let here = found.axes.iter().map(|axis| axis.here.map(|place| axis.values[place])).collect::<Vec<_>>();
    assert_eq!(here, [Some(0.3), Some(0.5)]);
    assert_eq!(found.points.len(), 16);
    let own = found.points.iter().find(|point| point.at == [0.3, 0.5]).unwrap();
    assert_eq!(own.target.unwrap(), found.base.unwrap());
    assert_eq!(own.difference.unwrap().value, 0.0);
}

fn sought(address: &str, range: Option<(f64, f64)>, of: &str, to: f64) -> Result<Seek, Failure> {
    let sought = Sought { address: Some(address.to_owned()), range, to: Level::Number(to) };
    ask(&small(), "scenario.toml", playing(50_000), |e| seek(e, Some(of), &sought))
}

#[test]
fn what_is_sought_is_found_where_it_is() {
    // 2.5 p / (1 + 1.5 p) is one half at p = 2/7, and P(a) P(b) is 0.25 at P(a) = 0.35.
    for (address, of, to, exact) in
        [("events.b.probability", "b", 0.5, 2.0 / 7.0), ("events.a.probability", "both", 0.25, 0.35)]
    {
        let found = sought(address, None, of, to).unwrap();
        let answer = &found.answers[0];
        assert_eq!(answer.reached, "once");
        let place = &answer.found[0];
        let (low, high) = (place.low.unwrap(), place.high.unwrap());
        assert!((place.value - exact).abs() < 1.2 * (high - low), "{place:?}, {exact}");
        assert!(low < place.value && place.value < high && high - low < 0.03, "{place:?}");
        assert!((place.target.value - to).abs() < 1e-3);
    }
    assert_eq!(sought("events.a.probability", None, "both", 0.25).unwrap().answers[0].within_range, Some(true));
}

#[test]
fn what_cannot_be_reached_or_is_reached_twice_is_said() {
    let never = sought("events.a.probability", None, "both", 0.9).unwrap();
    assert_eq!(never.answers[0].reached, "never");
    assert_eq!(never.answers[0].nearest.unwrap().value, 1.0);
    let page = answer::seek(&never, 100).unwrap();
    assert!(page.sentence.contains("even at 100 % Both is 72 in 100 futures"), "{}", page.sentence);
    let twice = sought("quantities.x", Some((0.0, 2.2)), "mean(bent)", 0.35).unwrap();
    let values: Vec<f64> = twice.answers[0].found.iter().map(|found| found.value).collect();
    assert_eq!((twice.answers[0].reached.as_str(), values.len()), ("several times", 2));
    for (value, exact) in values.iter().zip([0.5, 1.5]) {
        assert!((value - exact).abs() < 1e-3, "{values:?}");
    }
}

#[test]
fn every_assumption_is_asked_what_we_would_have_to_believe() {
    let sought = Sought { address: None, range: None, to: Level::Percent(30.0) };
    let found = ask(&small(), "scenario.toml", playing(10_000), |e| seek(e, Some("both"), &sought)).unwrap();
    assert_eq!(found.answers[0].assumption.address, "events.a.probability");
    assert_eq!(found.answers[0].within_range, Some(true));
    let load = found.answers.iter().find(|a| a.assumption.address == "quantities.load").unwrap();
    assert_eq!(load.reached, "never");
}

#[test]
fn an_answer_is_the_same_on_any_number_of_threads() {
    let text = |threads: usize| {
        let asked = Playing { threads: Some(threads), ..playing(5000) };
        let tornado = ask(&small(), "scenario.toml", asked, |e| tornado(e, Some("mean(loaded)"))).unwrap();
        let cases = [Spec::default(), variant("three")];
        let compare = compared(&small(), &["scenario.toml"], &cases, "p95(loaded)", asked);
        json::text(&tornado).unwrap() + &json::text(&compare).unwrap()
    };
    assert_eq!(text(1), text(3));
}

#[test]
fn a_target_that_is_not_there_is_said_with_a_mend() {
    let message = |of: &str| match ask(&small(), "scenario.toml", playing(100), |e| tornado(e, Some(of))) {
        Err(Failure::Request { message, help }) => format!("{message}; {}", help.unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    assert_eq!(message("bothh"), "there is nothing called `bothh` to ask about; did you mean `both`?");
    assert!(message("loaded").contains("ask mean(loaded), or p5(loaded)"));
}

/// A page with every chart it speaks of, lines that fit the terminal, and JSON that reads back.
fn check_leaves(answer: forkcast::report::answer::Answer, charts: &[&str]) {
    let summary = answer.summary(80);
    assert!(summary.lines().all(|line| line.chars().count() <= 120), "{summary}");
    let sentence = answer.sentence.clone();
    assert!(sentence.ends_with('.'), "{sentence}");
    let leaves = answer.leaves();
    let names: Vec<&str> = leaves.charts.iter().map(|chart| chart.name.as_str()).collect();
    assert_eq!(names, charts);
    assert!(leaves.charts.iter().all(|chart| chart.narrow.is_some()));
    let ids: Vec<&str> = leaves.page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(ids.len(), once.len(), "{ids:?}");
    assert!(leaves.json.starts_with("{\n  \"format\": 1,\n  \"forkcast\": "));
    assert!(leaves.tables.iter().all(|table| table.csv.lines().count() > 1));
}

#[test]
fn every_answer_leaves_a_page_charts_and_tables() {
    let tornado = ask(&small(), "scenario.toml", playing(2000), |e| tornado(e, None)).unwrap();
    check_leaves(answer::tornado(&tornado, 80).unwrap(), &["tornado"]);
    let along = |address: &str| Along { address: address.to_owned(), from: 0.1, to: 0.9 };
    let one = [along("events.a.probability")];
    let two = [along("events.a.probability"), along("events.b.probability")];
    for (along, chart) in [(&one[..], "sweep"), (&two[..], "heat-map")] {
        let sweep = ask(&small(), "scenario.toml", playing(1000), |e| sweep(e, None, along, Some(3))).unwrap();
        check_leaves(answer::sweep(&sweep, 80).unwrap(), &[chart]);
    }
    check_leaves(answer::seek(&sought("events.a.probability", None, "both", 0.25).unwrap(), 80).unwrap(), &["seek"]);
    let mut file = ScenarioFile::read(&small(), "scenario.toml").unwrap();
    let files = small();
    let mut sources = [Source { file: &mut file, files: &files }];
    let specs = [Spec::default(), variant("one"), variant("three")];
    let (found, results) = compare(&mut sources, &specs, &[], None, playing(2000)).unwrap();
    let charts = ["variants", "flow-one", "waterfall-one", "flow-three", "waterfall-three"];
    check_leaves(answer::compare(&found, &results, &[], 80).unwrap(), &charts);
}

/// Yes and no are counted as they are, whichever the first futures happen to have more of.
#[test]
fn the_share_of_a_yes_or_no_measure_can_be_asked_about() {
    let text = format!("{SMALL}\n[metrics.spared]\nvalue = 'not a'\n");
    let found =
        ask(&Memory::of(&text), "scenario.toml", playing(20_000), |e| tornado(e, Some("mean(spared)"))).unwrap();
    assert!((found.base.value - 0.7).abs() < 0.015, "{:?}", found.base);
    let a = found.rows.iter().find(|row| row.assumption.address == "events.a.probability").unwrap();
    assert!((a.high.difference.unwrap().value + 0.2).abs() < 0.015, "{a:?}");
}
