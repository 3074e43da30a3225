//! Evenly spread futures: nearer to the truth than random ones, by as much as they say, and the same on any machine.

use crate::memory::Memory;
use crate::play;
use forkcast::analysis::estimate::Difference;
use forkcast::analysis::experiment::{Experiment, Playing};
use forkcast::analysis::sweep::{Along, sweep};
use forkcast::chance::sobol::Sampling;
use forkcast::simulation::result::Result as Outcome;
use forkcast::simulation::{Precision, Request};

/// Everything in it has a closed form.
const SMALL: &str = r#"
[scenario]
start = 2026-01-01
end = 2026-12-31
step = "month"

[quantities]
a = "uniform(0, 1)"
b = "uniform(0, 1)"

[paths.oil]
model = "random_walk"
start = 0
volatility = 1

[events.e]
between = [2026-02-01, 2026-11-30]
probability = "0.2 + 0.3 * a"
branches = { small = 0.25, large = 0.75 }

[metrics]
product = "a * b"
last = "oil"

[[outcomes]]
name = "both"
when = "e and b < 0.7"

[[outcomes]]
name = "neither"
"#;

fn spread(futures: u64, seed: u64) -> Request<'static> {
    Request {
        futures: Some(futures),
        seed: Some(seed),
        sampling: Some(Sampling::Sobol),
        threads: Some(1),
        ..Request::default()
    }
}

fn flagship() -> String {
    std::fs::read_to_string(play::project("scenarios/us-russia-2026.toml")).expect("the flagship")
}

#[test]
fn results_are_the_same_bytes_on_1_2_and_5_threads() {
    let evidence = "\n[observed.treaty]\nevent = \"new_start\"\nbranch = \"lapses\"\non = 2026-02-05\n";
    for toml in [flagship(), flagship() + evidence] {
        let bytes = [1, 2, 5].map(|threads| {
            // Neither whole cells nor as many in each randomisation.
            let result = play::text(&toml, &Request { threads: Some(threads), ..spread(5001, 3) });
            serde_json::to_string(&result).expect("a result can be written")
        });
        assert!(bytes[0] == bytes[1], "2 threads give another result");
        assert!(bytes[0] == bytes[2], "5 threads give another result");
    }
}

#[test]
fn a_future_is_the_same_however_many_are_played() {
    for few in [1, 10, 17, 1500] {
        let few = play::text(&flagship(), &spread(few, 1));
        let many = play::text(&flagship(), &spread(5001, 1));
        assert_eq!(few.run.kept, many.run.kept[..few.run.kept.len()]);
        for (few, many) in few.paths.iter().zip(&many.paths) {
            assert_eq!(few.futures, many.futures[..few.futures.len()], "{}", few.name);
        }
        let share = few.outcomes.iter().map(|outcome| outcome.probability).sum::<f64>();
        assert!((share - 1.0).abs() < 1e-12 && few.outcomes.iter().all(|o| o.low <= o.probability && o.high <= 1.0));
    }
}

/// Shares and means with their exact values.
fn known(result: &Outcome) -> Vec<(&'static str, f64, f64, f64, f64)> {
    let (outcome, event) = (&result.outcomes[0], &result.events[0]);
    let branch = &event.branches[0];
    let (product, last) = (&result.metrics[0], &result.metrics[1]);
    let mean = |metric: &forkcast::simulation::result::Metric| {
        (metric.mean.unwrap_or(f64::NAN), metric.mean_low.unwrap_or(f64::NAN), metric.mean_high.unwrap_or(f64::NAN))
    };
    let ((product, product_low, product_high), (last, last_low, last_high)) = (mean(product), mean(last));
    vec![
        ("both", 0.35 * 0.7, outcome.probability, outcome.low, outcome.high),
        ("e", 0.35, event.probability, event.low, event.high),
        ("e.small", 0.35 * 0.25, branch.probability, branch.low, branch.high),
        ("product", 0.25, product, product_low, product_high),
        ("last", 0.0, last, last_low, last_high),
    ]
}

/// A scenario is played on many seeds; how often each number's interval holds the truth, and how wide it is on average.
fn promises(toml: &str, request: impl Fn(u64) -> Request<'static>, seeds: u64) -> Vec<(&'static str, f64, f64)> {
    let mut found: Vec<(&'static str, f64, f64)> = Vec::new();
    for seed in 0..seeds {
        let result = play::text(toml, &request(seed));
        for (index, (name, exact, _, low, high)) in known(&result).into_iter().enumerate() {
            if found.len() <= index {
                found.push((name, 0.0, 0.0));
            }
            found[index].1 += f64::from(u8::from(low <= exact && exact <= high)) / seeds as f64;
            found[index].2 += (high - low) / seeds as f64;
        }
    }
    found
}

#[test]
fn intervals_keep_their_promise_and_are_much_narrower_than_at_random() {
    const SEEDS: u64 = 200;
    // 1,000 futures are neither whole blocks nor as many in each randomisation.
    for futures in [1000, 2048] {
        let even = promises(SMALL, |seed| spread(futures, seed), SEEDS);
        let random = promises(SMALL, |seed| Request { sampling: None, ..spread(futures, seed) }, 20);
        for ((name, held, width), (_, _, at_random)) in even.into_iter().zip(random) {
            assert!((0.90..=0.99).contains(&held), "{name} with {futures} futures: held in {held}");
            let most = if ["product", "last"].contains(&name) { 0.25 } else { 0.6 };
            assert!(width < most * at_random, "{name} with {futures} futures: {width} against {at_random}");
        }
    }
}

#[test]
fn intervals_keep_their_promise_where_futures_are_weighted() {
    let seen = SMALL.to_owned()
        + "\n[events.sign]\nby = 2026-01-31\nprobability = \"a\"\n\n[observed.sign]\nevent = \"sign\"\nnot_by = 2026-01-31\n";
    const SEEDS: u64 = 200;
    let (mut held_share, mut held_mean) = (0, 0);
    for seed in 0..SEEDS {
        let result = play::text(&seen, &spread(1000, seed));
        let (e, product) = (&result.events[0], &result.metrics[0]);
        // What was not seen has the chance 1 − a: E[(1 − a)(0.2 + 0.3 a)] / ½ = 0.3, E[(1 − a) a b] / ½ = 1/6.
        held_share += u64::from(e.low <= 0.3 && 0.3 <= e.high);
        let (low, high) = (product.mean_low.unwrap_or(f64::NAN), product.mean_high.unwrap_or(f64::NAN));
        held_mean += u64::from(low <= 1.0 / 6.0 && 1.0 / 6.0 <= high);
        assert!(result.run.effective_futures < 950.0, "futures are weighted");
    }
    for held in [held_share, held_mean] {
        assert!((180..=198).contains(&held), "{held} of {SEEDS}");
    }
}

#[test]
fn paired_differences_keep_their_promise() {
    // The chance of e is moved by 0.1 everywhere: P(both) by 0.07, P(e) from 0.35 to 0.45.
    let toml =
        SMALL.replace("\"0.2 + 0.3 * a\"", "\"base + 0.3 * a\"").replace("[quantities]", "[quantities]\nbase = 0.2");
    let files = Memory::of(&toml);
    let mut file = files.read();
    let mut ask = |of: &str, seed, sampling| -> Difference {
        let playing = Playing {
            futures: Some(2048),
            seed: Some(seed),
            threads: Some(1),
            sampling: Some(sampling),
            ..Playing::default()
        };
        let mut experiment = Experiment::new(&mut file, &files, None, &[], playing).expect("it can be played");
        let along = Along { address: "quantities.base".to_owned(), from: 0.2, to: 0.3 };
        let answer = sweep(&mut experiment, Some(of), &[along], Some(2)).expect("it can be asked");
        answer.points[1].difference.expect("there is a difference")
    };
    const SEEDS: u64 = 200;
    // Few futures differ, each of which changes a share all at once: the gain is less than for the shares themselves.
    for (of, exact) in [("both", 0.07), ("e", 0.1)] {
        let (mut held, mut width, mut at_random) = (0, 0.0, 0.0);
        for seed in 0..SEEDS {
            let even = ask(of, seed, Sampling::Sobol);
            held += u64::from(even.low <= exact && exact <= even.high);
            width += even.high - even.low;
            if seed < 20 {
                let random = ask(of, seed, Sampling::Random);
                at_random += (random.high - random.low) * SEEDS as f64 / 20.0;
            }
        }
        assert!((180..=198).contains(&held), "{of}: {held} of {SEEDS}");
        assert!(width < 0.8 * at_random, "{of}: {width} against {at_random}");
    }
}

#[test]
fn a_variant_has_the_luck_of_the_file_for_what_both_draw() {
    let base = play::text(&flagship(), &spread(5001, 1));
    let glut = play::text(&flagship(), &Request { variant: Some("oil_glut"), ..spread(5001, 1) });
    assert!(base.outcomes != glut.outcomes, "the variant changes something");
    assert!(base.quantities.len() == glut.quantities.len());
    for name in ["envoy_visit", "new_start", "new_sanctions", "tanker_incident"] {
        let of =
            |result: &Outcome| result.events.iter().find(|event| event.name == name).cloned().expect("it is there");
        let (base, glut) = (of(&base), of(&glut));
        assert!(base.cumulative == glut.cumulative && base.date == glut.date, "{name} moved");
    }
}

#[test]
fn what_a_variant_adds_is_drawn_after_all_that_the_file_draws() {
    // Without a chance the event draws nothing; the variant gives it one, and stands before everything else in the file.
    let toml = SMALL.replace("[events.e]", "[events.d]\nwhen = \"oil > 1\"\n\n[events.e]")
        + "\n[variants.chance]\nset = { \"events.d.probability\" = 0.5 }\n";
    let base = play::text(&toml, &spread(5001, 1));
    let chance = play::text(&toml, &Request { variant: Some("chance"), ..spread(5001, 1) });
    let of = |result: &Outcome, name: &str| result.events.iter().find(|event| event.name == name).cloned();
    assert!(of(&base, "d").is_some_and(|d| d.probability > of(&chance, "d").map_or(1.0, |d| d.probability) + 0.1));
    assert!(of(&base, "e") == of(&chance, "e"), "e moved");
    assert!(base.paths == chance.paths && base.quantities == chance.quantities, "something else moved");
    assert!(base.metrics == chance.metrics && base.outcomes == chance.outcomes);
}

#[test]
fn repeating_events_and_jumps_draw_the_same_as_at_random() {
    let toml = "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nstep = \"week\"\n\
                [events.strike]\nrate = \"3 per year\"\nrepeats = true\n\
                [metrics]\nstrikes = \"count(strike)\"\n";
    let even = play::text(toml, &spread(5001, 1));
    let random = play::text(toml, &Request { sampling: Some(Sampling::Random), ..spread(5001, 1) });
    assert_eq!(even.events[0].mean_count, random.events[0].mean_count);
    assert_eq!(even.events[0].cumulative, random.events[0].cumulative);
    assert_eq!((even.run.sampling.as_str(), random.run.sampling.as_str()), ("sobol", "random"));
}

#[test]
fn more_draws_than_dimensions_leave_the_rest_random_and_say_so() {
    let path = |name: &str| format!("[paths.{name}]\nmodel = \"random_walk\"\nstart = 0\nvolatility = 1\n");
    let many: String = (0..3).map(|i| path(&format!("p{i}"))).collect();
    let toml = format!(
        "[scenario]\nstart = 2000-01-01\nend = 2019-12-31\nstep = \"day\"\n[run]\nsampling = \"sobol\"\nfutures = 40\n{many}"
    );
    let result = play::text(&toml, &Request::default());
    let said =
        "luck draws 21,912 numbers in a future: the first 21,201 of them are spread evenly, the other 711 are random";
    assert!(result.warnings.iter().any(|warning| warning == said), "{:?}", result.warnings);
}

#[test]
fn a_precision_plays_as_many_futures_as_it_takes() {
    for sampling in [Sampling::Random, Sampling::Sobol] {
        // At random some 0.0066 with 16,384 futures.
        for half in [0.02, 0.003, 0.0004] {
            let asked = Request {
                futures: Some(400_000),
                seed: Some(4),
                sampling: Some(sampling),
                precision: Precision::Asked(half),
                ..Request::default()
            };
            let result = play::text(SMALL, &asked);
            let widest = result.outcomes.iter().map(|o| (o.high - o.low) / 2.0).fold(0.0, f64::max);
            let futures = result.run.futures;
            assert!(futures == 400_000 || (widest <= half && futures.is_multiple_of(16_384)), "{half}: {futures}");
            let at_once = half == 0.02 || (half == 0.003 && sampling == Sampling::Sobol);
            assert_eq!(at_once, futures == 16_384, "{sampling:?} {half}: {futures}");
            assert_eq!(widest > half, result.warnings.iter().any(|w| w.contains("the most allowed")), "{half}");
            let mut plain =
                play::text(SMALL, &Request { futures: Some(futures), precision: Precision::Ignored, ..asked });
            plain.warnings.clone_from(&result.warnings);
            assert!(plain == result, "{sampling:?} {half}: not the result of {futures} futures");
        }
    }
}

#[test]
fn even_futures_need_fewer_for_a_precision() {
    let futures = |sampling| {
        let precision = Precision::Asked(0.001);
        play::text(SMALL, &Request { sampling: Some(sampling), precision, futures: Some(2_000_000), ..spread(1, 2) })
            .run
            .futures
    };
    let (even, random) = (futures(Sampling::Sobol), futures(Sampling::Random));
    assert!(4 * even < random, "{even} and {random}");
}

#[test]
fn what_the_file_asks_for_is_done_and_the_most_is_kept() {
    let toml = SMALL.replace("[quantities]", "[run]\nprecision = 0.0005\nfutures = 20_000\n\n[quantities]");
    let result = play::text(&toml, &Request::default());
    assert_eq!(result.run.futures, 20_000);
    let warning = result.warnings.last().expect("it is said");
    assert!(warning.starts_with("after 20,000 futures, the most allowed, `"), "{warning}");
    let ignored = play::text(&toml, &Request { precision: Precision::Ignored, ..Request::default() });
    assert!(ignored.warnings.is_empty());
}
