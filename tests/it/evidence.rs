//! What was observed changes what is likely, just as filtering the futures would.

use crate::memory::{Memory, run};
use forkcast::chance::math::elementary::ln;
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
    assert!(message.contains("none of the first 4,096 futures"), "{message}");
}
