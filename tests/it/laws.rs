//! What holds for every scenario of a kind, whatever its numbers.
//!
//! Two scenarios of which the law says that they are the same have the same luck, since their addresses are the same: so
//! they are compared future by future (by counts), and not within an error of sampling.

use crate::memory::Memory;
use crate::play;
use forkcast::simulation::result::Result as Outcome;
use forkcast::simulation::{Request, simulate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const FUTURES: u64 = 1500;
/// Where rounding carries a luck over the edge.
const A_FUTURE_OR_TWO: f64 = 2.5 / FUTURES as f64;

fn played(toml: &str) -> Outcome {
    play::text(toml, &Request { futures: Some(FUTURES), ..Request::default() })
}

fn probability(result: &Outcome, event: &str) -> f64 {
    result.events.iter().find(|e| e.name == event).map_or(f64::NAN, |e| e.probability)
}

fn step() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["day", "week", "month", "quarter", "year"])
}

fn timing() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["uniform", "early", "late", "steady"])
}

fn scenario(step: &str) -> String {
    format!("[scenario]\nstart = 2026-01-15\nend = 2026-12-31\nstep = \"{step}\"\n")
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(24))]

    /// A shift in force all through a window multiplies the odds of the event.
    #[test]
    fn a_shift_multiplies_the_odds_whatever_the_step(
        p in 0.02..0.98_f64, odds in 0.1..8.0_f64, second in 0.2..4.0_f64, step in step(), timing in timing(),
    ) {
        let head = scenario(step) + "[events.visit]\nbetween = [2026-02-03, 2026-11-20]\n";
        let shifted = format!(
            "{head}timing = \"{timing}\"\nprobability = {p}\nshifts.one = {{ odds = {odds} }}\n\
             shifts.two = {{ if = \"years >= 0\", odds = {second} }}\n"
        );
        let product = odds * second;
        let plain = format!("{head}probability = {}\n", product * p / (1.0 - p + product * p));
        let (shifted, plain) = (probability(&played(&shifted), "visit"), probability(&played(&plain), "visit"));
        prop_assert!((shifted - plain).abs() < A_FUTURE_OR_TWO, "{shifted} and {plain}");
    }

    /// A rule that holds all along replaces the chance, and a window that reaches past the end loses what lies there.
    #[test]
    fn a_rule_replaces_the_chance_whatever_the_step(p in 0.02..0.98_f64, q in 0.02..0.98_f64, step in step()) {
        let head = scenario(step) + "[events.visit]\nbetween = [2026-03-01, 2027-02-24]\n";
        let ruled = format!("{head}probability = {p}\n[[events.visit.given]]\nif = \"years >= 0\"\nprobability = {q}\n");
        // 305 of the window's 360 days lie before the end.
        let plain = format!("{}[events.visit]\nby = 2026-12-31\nprobability = {}\n", scenario(step), q * 305.0 / 360.0);
        let (ruled, plain) = (probability(&played(&ruled), "visit"), probability(&played(&plain), "visit"));
        prop_assert!((ruled - plain).abs() < A_FUTURE_OR_TWO, "{ruled} and {plain}");
    }

    /// Branches that are set stay as set, and the others share what is left in proportion.
    #[test]
    fn overridden_branches_sum_to_one(
        weights in prop::collection::vec(1_u32..100, 2..6), set in prop::collection::vec(0.01..1.0_f64, 1..5), rest in any::<bool>(),
    ) {
        let total: u32 = weights.iter().sum();
        let file: Vec<f64> = weights.iter().map(|w| f64::from(*w) / f64::from(total)).collect();
        let n = file.len();
        let written: Vec<String> = file.iter().enumerate()
            .map(|(i, share)| if rest && i == n - 1 { format!("b{i} = \"rest\"") } else { format!("b{i} = {share}") })
            .collect();
        let toml = format!("[scenario]\ntitle = \"t\"\n[events.vote]\nbranches = {{ {} }}\n", written.join(", "));
        // Some of them, with a sum below 1.
        let set = &set[..set.len().min(n - 1)];
        let scale = 0.9 / set.iter().sum::<f64>().max(0.9);
        let set: Vec<f64> = set.iter().map(|s| s * scale).collect();
        let left = (1.0 - set.iter().sum::<f64>()) / file[set.len()..].iter().sum::<f64>();
        let files = Memory::of(&toml);
        let mut read = files.read();
        let settings: Vec<String> =
            set.iter().enumerate().map(|(i, s)| format!("events.vote.branches.b{i}={s}")).collect();
        let overrides = read.settings(&settings).expect("settings");
        let (scenario, found) = read.with(&files, &overrides);
        prop_assert!(!found.has_errors());
        let request = Request { futures: Some(FUTURES), ..Request::default() };
        let result = simulate(&read, &scenario.expect("no mistake"), &request).expect("it plays");
        // The same shares written into the file divide the same luck in the same way.
        let shares: Vec<String> = (0..n)
            .map(|i| format!("b{i} = {}", if i < set.len() { set[i] } else { file[i] * left }))
            .collect();
        let stated = played(&format!("[scenario]\ntitle = \"t\"\n[events.vote]\nbranches = {{ {} }}\n", shares.join(", ")));
        let mut sum = 0.0;
        for (a, b) in result.events[0].branches.iter().zip(&stated.events[0].branches) {
            sum += a.probability;
            prop_assert!((a.probability - b.probability).abs() < A_FUTURE_OR_TWO, "{}: {} and {}", a.name, a.probability, b.probability);
        }
        prop_assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }

    /// A shock whose size is known beforehand is felt as one whose size is found out on the day, and comes to the same.
    #[test]
    fn a_shock_is_felt_alike_however_its_size_is_stated(
        p in 0.2..0.9_f64, size in 0.5..1.6_f64, step in step(), multiply in any::<bool>(), form in 0..4_usize,
    ) {
        let form = ["", "ramp = \"40 days\"\n", "delay = \"20 days\"\n", "half_life = \"30 days\"\n"][form];
        let does = if multiply { "multiply" } else { "add" };
        let text = |size: &str| {
            scenario(step) + &format!(
                "[events.deal]\nby = 2026-11-01\nprobability = {p}\n[paths.oil]\nmodel = \"gbm\"\nstart = 60\n\
                 volatility = 0.3\nshocks.deal = {{ when = \"deal\", {does} = {size}, {} }}\n\
                 [metrics]\nlow = \"lowest(oil)\"\n",
                form.trim_end(),
            )
        };
        let (known, found) = (played(&text(&size.to_string())), played(&text(&format!("\"{size} + 0 * years\""))));
        prop_assert!(known.paths == found.paths && known.metrics == found.metrics);
        let without = played(&text(if multiply { "1" } else { "0" }));
        prop_assert!(without.paths != found.paths);
    }

    /// Whatever is added, the draws of everything else stay what they were.
    #[test]
    fn what_is_added_moves_nothing_else(
        p in 0.0..1.0_f64, step in step(), name in "[a-d][a-z_]{2,6}", first in any::<bool>(), kind in 0..4_usize,
    ) {
        let base = "[quantities]\nmood = \"normal(0, 1)\"\n[paths.oil]\nmodel = \"gbm\"\nstart = 60\nvolatility = 0.3\n\
                    [events.zeal]\nby = 2026-12-01\nprobability = \"sigmoid(mood)\"\nbranches = { yes = 0.3, no = 0.7 }\n\
                    [events.zone]\nrate = 1.5\nrepeats = true\n[metrics]\nlow = \"lowest(oil)\"\n";
        let name = format!("{name}_new");
        let added = match kind {
            0 => format!("[events.{name}]\nby = 2026-10-01\nprobability = {p}\nbranches = {{ yes = 0.5, no = 0.5 }}\n"),
            1 => format!("[events.{name}]\nrate = {p}\nrepeats = true\n"),
            2 => format!("[paths.{name}]\nmodel = \"random_walk\"\nstart = 1\nvolatility = 0.3\n"),
            _ => format!("[events.{name}]\nwhen = \"oil > 60\"\nprobability = {p}\n"),
        };
        let alone = played(&(scenario(step) + base));
        let text = if first { scenario(step) + &added + base } else { scenario(step) + base + &added };
        let mut more = played(&text);
        more.events.retain(|event| event.name != name);
        more.paths.retain(|path| path.name != name);
        prop_assert!(alone.events == more.events, "an event moved");
        prop_assert!(alone.paths == more.paths, "a path moved");
        prop_assert!(alone.metrics == more.metrics && alone.quantities == more.quantities, "a number moved");
    }
}

proptest! {
    // A step for every day takes its time.
    #![proptest_config(config(6))]

    /// Causes come first: what is named directly is seen on its date, not at the end of its step. Inside a step dates lie
    /// on a straight line, so where a curve is bent they move a little with the step, and what reads them with them.
    #[test]
    fn shares_do_not_depend_on_the_step(
        p in 0.3..0.95_f64, q in 0.1..0.9_f64, r in 0.1..2.0_f64, odds in 0.1..6.0_f64, timing in timing(),
        within in 20..200_u32, delay in 0..60_u32,
    ) {
        let events = format!(
            "[events.first]\nby = 2026-11-30\nprobability = {p}\n\
             [events.second]\nbetween = [2026-02-10, 2026-12-20]\ntiming = \"{timing}\"\nprobability = {q}\n\
             requires = \"first or years > 2\"\n\
             [events.third]\nrate = {r}\nshifts.after_first = {{ if = \"first\", factor = {odds} }}\n\
             [events.fourth]\nafter = \"first\"\nwithin = \"{within} days\"\ndelay = \"{delay} days\"\nprobability = {q}\n\
             shifts.second = {{ if = \"second\", odds = {odds} }}\n\
             [events.fifth]\non = 2026-08-08\nprobability = \"if third and not fourth then {q} else {p} / 2\"\n"
        );
        let by_day = played(&(scenario("day") + &events));
        for step in ["week", "month", "quarter"] {
            let other = played(&(scenario(step) + &events));
            for (a, b) in by_day.events.iter().zip(&other.events) {
                let apart = (a.probability - b.probability).abs();
                prop_assert!(apart < 0.01, "{}: {} by day, {} by {step}", a.name, a.probability, b.probability);
            }
        }
    }
}
