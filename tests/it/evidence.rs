//! What was observed changes what is likely, just as filtering the futures would.

use crate::memory::{Memory, run};
use forkcast::chance::math::elementary::{exp, ln};
use forkcast::simulation::result::Result;

fn outcome(result: &Result, name: &str) -> f64 {
    result.outcomes.iter().find(|o| o.name == name).map_or(f64::NAN, |o| o.probability)
}

fn metric(result: &Result, name: &str) -> (f64, f64) {
    let found = result.metrics.iter().find(|m| m.name == name).expect("a metric of the scenario");
    (found.mean.expect("a value"), found.sd.expect("a value"))
}

const DECISIONS: &str = r#"
[scenario]
title = "Decisions"
start = 2026-01-20
end = 2026-12-31
[events.envoys]
between = [2026-01-20, 2026-03-03]
probability = 0.65
[events.treaty]
on = 2026-02-05
branches = { lapses = 0.7, handshake = "rest" }
[events.treaty.shifts.envoys_came]
if = "envoys"
odds = { handshake = 2 }
[events.talks]
after = "treaty.handshake"
within = "120 days"
probability = 0.5
[events.talks.shifts.envoys_came]
if = "envoys"
odds = 3
[events.breakdown]
rate = 0.8
requires = "not talks"
"#;

#[test]
fn events_that_were_seen_weigh_as_filtering_would() {
    let seen = "treaty.handshake and not (date_of(envoys) <= 2026-02-10) and not (date_of(talks) <= 2026-03-01)";
    let observed = r#"
[observed.treaty]
event = "treaty"
branch = "handshake"
on = 2026-02-05
[observed.no_envoys]
event = "envoys"
not_by = 2026-02-10
[observed.no_talks]
event = "talks"
not_by = 2026-03-01
"#;
    for question in ["talks", "date_of(breakdown) < 2026-05-01"] {
        let filter = format!(
            "{DECISIONS}\n[[outcomes]]\nname = 'yes'\nwhen = '({seen}) and ({question})'\n[[outcomes]]\nname = 'no'\nwhen = '{seen}'\n[[outcomes]]\nname = 'other'\n"
        );
        let filtered = run(&Memory::of(&filter), 150_000, 5);
        let (yes, no) = (outcome(&filtered, "yes"), outcome(&filtered, "no"));
        let share = yes / (yes + no);
        let evidence = format!(
            "{DECISIONS}{observed}\n[[outcomes]]\nname = 'yes'\nwhen = '{question}'\n[[outcomes]]\nname = 'no'\n"
        );
        let weighted = run(&Memory::of(&evidence), 40_000, 6);
        let found = outcome(&weighted, "yes");
        let worth = 1.0 / ((yes + no) * 150_000.0) + 1.0 / weighted.run.effective_futures;
        let allowed = 4.5 * (share * (1.0 - share) * worth).sqrt();
        assert!((found - share).abs() < allowed, "{question}: {found} instead of {share} ± {allowed}");
    }
}

#[test]
fn a_value_that_was_seen_moves_the_path_and_what_goes_with_it() {
    let text = r#"
[scenario]
title = "Two prices"
start = 2026-01-01
end = 2027-01-01
[paths.oil]
model = "gbm"
start = 63
drift = 0.03
volatility = 0.35
[paths.gas]
model = "gbm"
start = 60
drift = -0.02
volatility = 0.25
[[correlations]]
of = ["oil", "gas"]
rho = 0.6
[observed.oil]
path = "oil"
on = 2026-07-02
value = 75
[metrics]
seen_then = "at(oil, 2026-07-02)"
gas_then = "ln(at(gas, 2026-07-02))"
oil_later = "ln(oil)"
"#;
    let result = run(&Memory::of(text), 100_000, 3);
    let worth = result.run.effective_futures.sqrt();
    assert_eq!(metric(&result, "seen_then").0, 75.0);
    // The step that holds 2 July ends on it: 26 weeks. Given the one, the other's logarithm is normal.
    let (half, rest) = (182.0 / 365.25, 183.0 / 365.25_f64);
    let surprise = ln(75.0 / 63.0) - (0.03 - 0.35 * 0.35 / 2.0) * half;
    let mean = ln(60.0) + (-0.02 - 0.25 * 0.25 / 2.0) * half + 0.6 * 0.25 / 0.35 * surprise;
    let sd = 0.25 * (half * (1.0 - 0.36)).sqrt();
    let (found, spread) = metric(&result, "gas_then");
    assert!((found - mean).abs() < 4.5 * sd / worth, "{found} instead of {mean}");
    assert!((spread / sd - 1.0).abs() < 0.03, "{spread} instead of {sd}");
    let later = ln(75.0) + (0.03 - 0.35 * 0.35 / 2.0) * rest;
    let (found, spread) = metric(&result, "oil_later");
    assert!((found - later).abs() < 4.5 * spread / worth, "{found} instead of {later}");
}

#[test]
fn a_report_counts_by_its_odds() {
    let text = r#"
[scenario]
title = "A rumour"
[events.deal]
probability = 0.2
[observed.rumour]
when = "deal"
odds = 3
[[outcomes]]
name = "deal"
when = "deal"
[[outcomes]]
name = "none"
"#;
    // Odds of 1 : 4, times 3.
    let result = run(&Memory::of(text), 100_000, 1);
    let allowed = 4.5 * (0.25 * 0.75 * 3.0 / 7.0 / result.run.effective_futures * 7.0 / 3.0).sqrt();
    assert!((outcome(&result, "deal") - 3.0 / 7.0).abs() < allowed.max(0.007));
}

#[test]
fn what_cannot_have_been_is_refused() {
    let text = format!("{DECISIONS}\n[observed.both]\nwhen = 'talks and not treaty'\n[[outcomes]]\nname = 'only'\n");
    let message = crate::memory::refused(&Memory::of(&text), 10_000);
    assert!(message.contains("any of the first 4,096 futures"), "{message}");
}

/// A coin decides between two chances; what is seen of the event says how the coin fell.
const COIN: &str = "[quantities]\ncoin = \"bernoulli(0.5)\"\n[metrics]\nheads = \"coin\"\n";

#[test]
fn every_way_to_see_an_event_has_its_exact_weight() {
    let window = "by = 2026-12-31\nprobability = \"if coin > 0 then 0.8 else 0.2\"\n";
    // 68 of the window's 364 days are over by 10 March.
    let passed = 68.0 / 364.0;
    let waited = (1.0 - 0.8 * passed, 1.0 - 0.2 * passed);
    let seen = "[observed.it]\nevent = \"it\"\n";
    let on = format!("{seen}on = 2026-03-10\n");
    let ways = "branches = { well = \"if coin > 0 then 0.9 else 0.3\", badly = \"rest\" }\n";
    let rate = |rate: f64| exp(-rate * 67.0 / 365.25) * (1.0 - exp(-rate / 365.25));
    // What the event is, what was seen, and how likely that is with heads and with tails.
    let cases = [
        (window.to_owned(), on.clone(), (0.8, 0.2)),
        (format!("{window}{ways}"), format!("{on}branch = \"well\"\n"), (0.8 * 0.9, 0.2 * 0.3)),
        (window.to_owned(), format!("{seen}not_by = 2026-03-10\n"), waited),
        (window.to_owned(), "[observed.it]\nwhen = \"it\"\nodds = 3\n".to_owned(), (1.0 + 2.0 * 0.8, 1.0 + 2.0 * 0.2)),
        (window.to_owned(), "[observed.it]\nwhen = \"it\"\non = 2026-12-31\n".to_owned(), (0.8, 0.2)),
        (window.to_owned(), "[observed.it]\nwhen = \"it\"\nodds = 0\n".to_owned(), (0.2, 0.8)),
        (format!("{window}timing = \"late\"\n"), on.clone(), (0.8, 0.2)),
        (
            format!("{window}timing = \"steady\"\n"),
            format!("{seen}not_by = 2026-03-10\n"),
            (exp(passed * ln(0.2)), exp(passed * ln(0.8))),
        ),
        ("rate = \"if coin > 0 then 4 else 1\"\n".to_owned(), on.clone(), (rate(4.0), rate(1.0))),
        ("on = 2026-03-10\nprobability = \"if coin > 0 then 0.8 else 0.2\"\n".to_owned(), on.clone(), (0.8, 0.2)),
        (
            "when = \"today >= 2026-03-10\"\nprobability = \"if coin > 0 then 0.8 else 0.2\"\n".to_owned(),
            "[observed.it]\nwhen = \"it\"\n".to_owned(),
            (0.8, 0.2),
        ),
        // The trigger is certain, and a third of the window of 90 days is over.
        (
            "after = \"start\"\nwithin = \"90 days\"\nprobability = \"if coin > 0 then 0.8 else 0.2\"\n\
             [events.start]\non = 2026-02-08\n"
                .to_owned(),
            format!("{seen}not_by = 2026-03-10\n"),
            (1.0 - 0.8 / 3.0, 1.0 - 0.2 / 3.0),
        ),
    ];
    for step in ["day", "week", "month", "year"] {
        let head = format!("[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nstep = \"{step}\"\n{COIN}[events.it]\n");
        for (event, seen, (heads, tails)) in &cases {
            let text = format!("{head}{event}{seen}");
            let result = run(&Memory::of(&text), 10_000, 3);
            let (exact, (found, spread)) = (heads / (heads + tails), metric(&result, "heads"));
            let allowed = 4.5 * spread / result.run.effective_futures.sqrt();
            assert!((found - exact).abs() < allowed, "{found} instead of {exact} ± {allowed}:\n{text}");
        }
    }
}

#[test]
fn as_of_says_not_by_of_every_event_that_is_not_observed() {
    let events = "[events.it]\nby = 2026-12-31\nprobability = \"if coin > 0 then 0.8 else 0.2\"\n\
                  [events.later]\nbetween = [2026-06-01, 2026-07-01]\nprobability = 0.5\n\
                  [events.over]\nbetween = [2026-01-05, 2026-02-01]\nprobability = 0.5\n";
    let dates = "start = 2026-01-01\nend = 2026-12-31\n";
    let as_of = run(&Memory::of(&format!("[scenario]\n{dates}as_of = 2026-03-10\n{COIN}{events}")), 10_000, 3);
    let not_by = "[observed.it]\nevent = \"it\"\nnot_by = 2026-03-10\n\
                  [observed.over]\nevent = \"over\"\nnot_by = 2026-03-10\n";
    let stated = run(&Memory::of(&format!("[scenario]\n{dates}{COIN}{events}{not_by}")), 10_000, 3);
    assert_eq!(as_of.events, stated.events);
    assert_eq!(as_of.metrics, stated.metrics);
    assert_eq!(as_of.events[2].probability, 0.0, "its window is over");
}

/// Two things that were seen on one day, the second of which needs the first.
#[test]
fn cause_and_effect_can_be_seen_on_one_day() {
    for step in ["day", "week", "month"] {
        let text = format!(
            "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nstep = \"{step}\"\n{COIN}\
             [events.quake]\nby = 2026-12-31\nprobability = 0.5\n\
             [events.flood]\nafter = \"quake\"\nwithin = \"50 days\"\nprobability = \"if coin > 0 then 0.8 else 0.2\"\n\
             [observed.quake]\nevent = \"quake\"\non = 2026-03-10\n[observed.flood]\nevent = \"flood\"\non = 2026-03-10\n"
        );
        let result = run(&Memory::of(&text), 10_000, 3);
        let (found, spread) = metric(&result, "heads");
        let allowed = 4.5 * spread / result.run.effective_futures.sqrt();
        assert!((found - 0.8).abs() < allowed, "{found} by {step}");
        assert_eq!((result.events[0].probability, result.events[1].probability), (1.0, 1.0));
    }
}

/// Normal priors and normal steps have normal posteriors.
#[test]
fn every_kind_of_path_can_be_seen() {
    let years = 364.0 / 365.25;
    let speed = std::f64::consts::LN_2 * 365.25 / 180.0;
    let decay = exp(-speed * years);
    let reverting = |volatility: f64| volatility * volatility * (1.0 - exp(-2.0 * speed * years)) / (2.0 * speed);
    // A normal number with that mean and sd was seen through value = offset + factor · number + noise.
    let posterior = |(mean, sd): (f64, f64), factor: f64, offset: f64, noise: f64, value: f64| {
        let gain = sd * sd * factor / (sd * sd * factor * factor + noise);
        mean + gain * (value - offset - factor * mean)
    };
    let walk = "model = \"random_walk\"\nstart = 1\ndrift = \"unknown\"\nvolatility = 5\n";
    let cases = [
        ("normal(0, 10)", walk.to_owned(), "", posterior((0.0, 10.0), years, 1.0, 25.0 * years, 7.0)),
        ("normal(0, 10)", format!("{walk}min = -90\nmax = 90\n"), "", posterior((0.0, 10.0), years, 1.0, 25.0 * years, 7.0)),
        ("normal(0, 10)", walk.to_owned(), "sd = 3\n", posterior((0.0, 10.0), years, 1.0, 25.0 * years + 9.0, 7.0)),
        (
            "normal(0, 10)",
            "model = \"stock\"\nstart = 1\nflow = \"unknown\"\n".to_owned(),
            "sd = 3\n",
            posterior((0.0, 10.0), years, 1.0, 9.0, 7.0),
        ),
        (
            "normal(10, 3)",
            "model = \"mean_reverting\"\nstart = 4\nlevel = \"unknown\"\nhalf_life = \"180 days\"\nvolatility = 2\n".to_owned(),
            "",
            posterior((10.0, 3.0), 1.0 - decay, 4.0 * decay, reverting(2.0), 7.0),
        ),
        (
            "normal(2, 0.3)",
            "model = \"log_mean_reverting\"\nstart = 4\nlevel = \"exp(unknown)\"\nhalf_life = \"180 days\"\nvolatility = 0.4\n".to_owned(),
            "",
            posterior((2.0, 0.3), 1.0 - decay, ln(4.0) * decay, reverting(0.4), ln(7.0)),
        ),
        (
            "normal(0, 0.5)",
            "model = \"gbm\"\nstart = 4\ndrift = \"unknown\"\nvolatility = 0.4\n".to_owned(),
            "",
            posterior((0.0, 0.5), years, ln(4.0) - 0.08 * years, 0.16 * years, ln(7.0)),
        ),
    ];
    for step in ["month", "year"] {
        for (prior, path, sd, exact) in &cases {
            let text = format!(
                "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nstep = \"{step}\"\n[quantities]\nunknown = \"{prior}\"\n\
                 [paths.seen]\n{path}[metrics]\nunknown_number = \"unknown\"\nvalue_then = \"seen\"\n\
                 [observed.it]\npath = \"seen\"\non = 2026-12-31\nvalue = 7\n{sd}"
            );
            let result = run(&Memory::of(&text), 20_000, 3);
            let (found, spread) = metric(&result, "unknown_number");
            let allowed = 4.5 * spread / result.run.effective_futures.sqrt();
            assert!((found - exact).abs() < allowed, "{found} instead of {exact} ± {allowed}:\n{text}");
            if sd.is_empty() {
                let (value, spread) = metric(&result, "value_then");
                assert!((value - 7.0).abs() < 1e-12 && spread < 1e-6, "it was seen at 7, not at {value}:\n{text}");
            }
        }
    }
}

/// Σw² of the weights 1 and 3: a fifth of the futures has the greater one.
#[test]
fn the_effective_number_is_that_of_the_weights() {
    let text = "[scenario]\ntitle = \"A rumour\"\n[events.deal]\nprobability = 0.2\n\
                [observed.rumour]\nwhen = \"deal\"\nodds = 3\n";
    let result = run(&Memory::of(text), 100_000, 1);
    let exact = (0.8 + 0.2 * 3.0) * (0.8 + 0.2 * 3.0) / (0.8 + 0.2 * 9.0);
    let found = result.run.effective_futures / 100_000.0;
    assert!((found - exact).abs() < 0.004, "{found} instead of {exact}");
}

/// A path that was seen tells of those that go with it, also where they are brought up to date before it, since it refers
/// to them: of two normals with correlation ρ, the one is ρ times the other on average, with variance 1 − ρ².
#[test]
fn a_path_that_was_seen_tells_of_those_before_it() {
    let text = r#"
[scenario]
start = 2026-01-01
end = 2026-12-31
step = "year"
[paths.seen]
model = "random_walk"
start = 0
volatility = 1
[paths.seen.shocks.never]
when = "never"
add = 1
[paths.with]
model = "random_walk"
start = 0
volatility = 1
[paths.third]
model = "random_walk"
start = 0
volatility = 1
[events.never]
when = "with > 1e6"
[[correlations]]
of = ["seen", "with"]
rho = 0.8
[[correlations]]
of = ["third", "seen"]
rho = -0.5
[observed.it]
path = "seen"
on = 2026-12-31
value = 1.5
[metrics]
with_then = "with"
third_then = "third"
product = "with * third"
"#;
    let result = run(&Memory::of(text), 40_000, 2);
    // Of `with` and `third` the correlation is 0, so given what was seen their covariance is 0 − 0.8 · (−0.5).
    let years = 364.0 / 365.25;
    let (left, third_left) = ((1.0 - 0.64) * years, (1.0 - 0.25) * years);
    let together = 0.4 * years - 1.2 * 0.75;
    for (name, exact, variance) in [("with_then", 1.2, left), ("third_then", -0.75, third_left)] {
        let (found, spread) = metric(&result, name);
        assert!((found - exact).abs() < 4.5 * (variance / 40_000.0_f64).sqrt(), "{name}: {found} instead of {exact}");
        assert!((spread / variance.sqrt() - 1.0).abs() < 0.02, "{name}: {spread} instead of {}", variance.sqrt());
    }
    let (found, spread) = metric(&result, "product");
    assert!((found - together).abs() < 4.5 * spread / 200.0, "{found} instead of {together}");
}

/// Quantiles of many futures are right also where what was seen makes values count most that few futures have: the normal
/// of mean 0 is seen at 3 with an error of 1, so it is about 1.5 with a variance of a half.
#[test]
fn quantiles_go_with_what_was_seen() {
    let text = "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nstep = \"year\"\n\
                [quantities]\nunknown = \"normal(0, 1)\"\n[paths.meter]\nformula = \"unknown\"\n\
                [metrics]\nsize = \"unknown\"\n[observed.it]\npath = \"meter\"\non = 2026-12-31\nvalue = 3\nsd = 1\n";
    // More than 100,000, so that quantiles are read from bins.
    let result = run(&Memory::of(text), 131_072, 1);
    let quantiles = &result.metrics[0].quantiles;
    // z, and the density of the standard normal there.
    for (share, z, density) in [("50", 0.0, 0.3989), ("95", 1.6449, 0.1031), ("99", 2.3263, 0.0267)] {
        let (found, exact) = (quantiles[share].unwrap(), 1.5 + z * 0.5_f64.sqrt());
        let p: f64 = share.parse::<f64>().unwrap() / 100.0;
        let allowed = 4.5 * (p * (1.0 - p) / result.run.effective_futures).sqrt() / density * 0.5_f64.sqrt();
        assert!((found - exact).abs() < allowed + 0.005, "{share} %: {found} instead of {exact} ± {allowed}");
    }
}
