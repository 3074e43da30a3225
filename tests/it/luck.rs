//! Luck: the same bytes on any number of threads, and nothing has a part in the luck of anything else.

use crate::play;
use forkcast::chance::math::normal::standard_normal;
use forkcast::chance::uniform::{key, step_key, uniform, word};
use forkcast::simulation::Request;
use forkcast::simulation::result::Result as Outcome;

fn flagship() -> String {
    std::fs::read_to_string(play::project("scenarios/us-russia-2026.toml")).expect("the flagship")
}

/// Not a multiple of any block or cell.
const FUTURES: u64 = 5001;

fn played(toml: &str) -> Outcome {
    play::text(toml, &Request { futures: Some(FUTURES), ..Request::default() })
}

#[test]
fn results_are_the_same_bytes_on_1_2_and_5_threads() {
    let evidence = "\n[observed.treaty]\nevent = \"new_start\"\nbranch = \"lapses\"\non = 2026-02-05\n";
    for toml in [flagship(), flagship() + evidence] {
        let bytes = [1, 2, 5].map(|threads| {
            let request = Request { futures: Some(FUTURES), threads: Some(threads), ..Request::default() };
            serde_json::to_string(&play::text(&toml, &request)).expect("a result can be written")
        });
        assert!(bytes[0] == bytes[1], "2 threads give another result");
        assert!(bytes[0] == bytes[2], "5 threads give another result");
    }
}

#[test]
fn a_future_is_the_same_however_many_are_played() {
    let few = play::text(&flagship(), &Request { futures: Some(1500), ..Request::default() });
    let many = played(&flagship());
    assert_eq!(few.run.kept, many.run.kept);
    for (few, many) in few.paths.iter().zip(&many.paths) {
        assert_eq!(few.futures, many.futures, "{}", few.name);
    }
}

#[test]
fn an_added_event_leaves_all_other_luck_alone() {
    let unrelated = "[events.papal_visit]\ntitle = \"The Pope comes\"\nby = 2026-11-30\nprobability = 0.4\n\
                     branches = { to_kyiv = 0.5, to_moscow = 0.5 }\n\n[events.envoy_visit]";
    let base = played(&flagship());
    let mut more = played(&flagship().replacen("[events.envoy_visit]", unrelated, 1));
    let added = more.events.iter().position(|event| event.name == "papal_visit").expect("it was added");
    more.events.remove(added);
    assert!(base.run == more.run && base.outcomes == more.outcomes, "{:?} {:?}", base.outcomes, more.outcomes);
    assert!(base.events == more.events, "another event moved");
    assert!(base.paths == more.paths && base.quantities == more.quantities, "a path or a quantity moved");
    assert!(base.metrics == more.metrics, "a metric moved");
}

#[test]
fn the_order_of_tables_does_not_matter() {
    let flagship = flagship();
    let start = flagship.find("[events.tanker_incident]").expect("the event is there");
    let end = flagship.find("[events.new_sanctions]").expect("the next one is there");
    let moved = format!("{}{}\n{}", &flagship[..start], &flagship[end..], &flagship[start..end]);
    let (mut base, mut moved) = (played(&flagship), played(&moved));
    let place = |name: &String| base.events.iter().position(|event| event.name == *name);
    moved.events.sort_by_key(|event| place(&event.name));
    assert!(base.events == moved.events, "an event moved");
    assert_eq!(base.outcomes, moved.outcomes);
    // The events that move a path are named in file order.
    base.paths.iter_mut().chain(&mut moved.paths).for_each(|path| path.events.sort());
    assert!(base.paths == moved.paths, "a path moved");
}

#[test]
fn a_variant_changes_only_what_hangs_on_it() {
    let base = played(&flagship());
    let request = Request { futures: Some(FUTURES), variant: Some("oil_glut"), ..Request::default() };
    let glut = play::text(&flagship(), &request);
    // Neither reads the price of oil nor anything that does.
    for name in ["envoy_visit", "new_start", "new_sanctions", "tanker_incident"] {
        let of =
            |result: &Outcome| result.events.iter().find(|event| event.name == name).cloned().map(|e| e.cumulative);
        assert_eq!(of(&base), of(&glut), "{name}");
    }
    assert_ne!(base.paths[0].mean, glut.paths[0].mean);
}

/// What draws, and in which step, fixes a draw for good: a change here changes every number that was ever published.
#[test]
fn the_first_draws_are_those_of_their_addresses() {
    let toml = "[scenario]\nstart = 2026-01-01\nend = 2026-01-03\nstep = \"day\"\n\
                [quantities]\nsum = \"uniform(0, 1) + 10 * uniform(0, 1)\"\n\
                [paths.walk]\nmodel = \"random_walk\"\nstart = 0\nvolatility = 1\n\
                [events.visit]\non = 2026-01-02\nprobability = 0.5\nbranches = { short = 0.5, long = 0.5 }\n\
                [metrics]\nvisits = \"visit\"\nlong = \"visit.long\"\nfirst = \"at(walk, 2026-01-02)\"\n";
    let drawn = |seed: u64, address: &str, order: u32, future: u64| uniform(word(key(seed, address, order), future));
    for seed in [1, 20_260_120] {
        let result = play::text(toml, &Request { futures: Some(1), seed: Some(seed), ..Request::default() });
        let metric = |name: &str| result.metrics.iter().find(|m| m.name == name).and_then(|m| m.mean);
        let sum = drawn(seed, "quantities.sum", 0, 0) + 10.0 * drawn(seed, "quantities.sum", 1, 0);
        assert_eq!(result.quantities[0].mean, sum);
        let visit = drawn(seed, "events.visit", 0, 0) > 0.5;
        let long = drawn(seed, "events.visit.branches", 0, 0) > 0.5;
        assert_eq!(metric("visits"), Some(f64::from(u8::from(visit))));
        assert_eq!(metric("long"), Some(f64::from(u8::from(visit && long))));
        let z = standard_normal(uniform(word(step_key(key(seed, "paths.walk", 0), 1), 0)));
        let step = z * (1.0 / 365.25_f64).sqrt();
        assert!((metric("first").expect("a number") - step).abs() < 1e-12);
    }
    assert_eq!(drawn(1, "quantities.sum", 0, 0).to_bits(), 0x3FE3_A3B4_B649_51EB);
}

/// Shares of events and outcomes are those of continuous time.
#[test]
fn the_step_hardly_matters_where_causes_come_first() {
    let toml = std::fs::read_to_string(play::project("tests/reference/events/causes.toml")).expect("the scenario");
    let request = Request { futures: Some(20_000), seed: Some(11), ..Request::default() };
    let by_day = play::text(&toml.replace("\"month\"", "\"day\""), &request);
    for step in ["\"month\"", "\"quarter\""] {
        let other = play::text(&toml.replace("\"month\"", step), &request);
        // A `when` event is dated at the end of its step, and the report waits for one.
        for (a, b) in
            by_day.events.iter().zip(&other.events).filter(|(a, _)| !["hearing", "report"].contains(&&*a.name))
        {
            let error = (2.0 * a.probability * (1.0 - a.probability) / 20_000.0).sqrt();
            let apart = (a.probability - b.probability).abs();
            assert!(apart <= 4.5 * error, "{}: {} by day, {} by {step}", a.name, a.probability, b.probability);
        }
    }
}
