//! Sweeps and seeks of shares whose values are known in closed form, in the scenarios of `tests/reference/events`.

use crate::play;
use forkcast::analysis::compare::{Compare, Source, Spec, compare};
use forkcast::analysis::experiment::{Experiment, Playing};
use forkcast::analysis::seek::{Answer, Level, Sought, seek};
use forkcast::analysis::sweep::{Along, sweep};
use forkcast::model::ScenarioFile;
use forkcast::model::files::{Files, Folder};

use crate::memory::Memory;

const FUTURES: u64 = 4_096;

/// A scenario of the folder is asked.
fn ask<T>(name: &str, question: impl FnOnce(&mut Experiment) -> T) -> T {
    let folder = Folder(play::project("tests/reference/events"));
    let mut file = ScenarioFile::read(&folder, &format!("{name}.toml")).unwrap();
    let playing = Playing { futures: Some(FUTURES), seed: Some(5), ..Playing::default() };
    let mut experiment = Experiment::new(&mut file, &folder, None, &[], playing).unwrap();
    question(&mut experiment)
}

/// The share at each of nine values is the formula's, within 4.5 standard errors.
fn check_sweep(name: &str, address: &str, range: (f64, f64), of: &str, exact: impl Fn(f64) -> f64) {
    let along = [Along { address: address.to_owned(), from: range.0, to: range.1 }];
    let found = ask(name, |experiment| sweep(experiment, Some(of), &along, Some(9))).unwrap();
    assert_eq!(found.points.len(), 9);
    for point in &found.points {
        let (share, exact) = (point.target.unwrap().value, exact(point.at[0]));
        let tolerance = 4.5 * (exact * (1.0 - exact) / FUTURES as f64).sqrt() + 1e-12;
        assert!((share - exact).abs() <= tolerance, "{of} at {address} = {}: {share}, not {exact}", point.at[0]);
    }
}

fn sought(name: &str, address: &str, range: Option<(f64, f64)>, of: &str, to: f64) -> Answer {
    let sought = Sought { address: Some(address.to_owned()), range, to: Level::Number(to) };
    ask(name, |experiment| seek(experiment, Some(of), &sought)).unwrap().answers.remove(0)
}

/// The value is found within 4.5 standard errors, as its own interval (of 3.92) tells them.
fn check_seek(name: &str, address: &str, range: Option<(f64, f64)>, (of, to): (&str, f64), exact: f64) {
    let answer = sought(name, address, range, of, to);
    assert_eq!(answer.reached, "once", "{answer:?}");
    let found = &answer.found[0];
    let (low, high) = (found.low.unwrap(), found.high.unwrap());
    let wide = 4.5 / 3.92 * (high - low);
    assert!((found.value - exact).abs() < wide, "{of} is {to} at {address} = {exact}, not {found:?}");
    // So many futures know a share to a hundredth or so.
    assert!(low < found.value && found.value < high && wide < 0.2 * exact, "{found:?}");
}

/// A shift that is in force all along multiplies the odds, whatever the timing.
#[test]
fn shifted_odds() {
    let shifted = |p: f64, times: f64| p * times / (1.0 - p + p * times);
    check_sweep("odds", "events.helped_late.probability", (0.0, 1.0), "helped_late", |p| shifted(p, 2.5));
    check_sweep("odds", "events.helped_early.shifts.always.odds", (0.5, 8.5), "helped_early", |odds| {
        shifted(0.35, odds)
    });
    check_sweep("odds", "events.plain.probability", (0.1, 0.9), "two_of_three", |p| {
        shifted(0.35, 2.5) * shifted(0.8, 0.25) * (1.0 - p)
    });
    // What the centre leaves goes to the other two as 5 to 3, and then the swing halves the one and trebles the other.
    check_sweep("odds", "events.election.branches.centre", (0.05, 0.45), "election.left", |centre| {
        let others = 1.0 - centre;
        0.3125 * others / (0.3125 * others + centre + 1.125 * others)
    });
    check_seek("odds", "events.helped.probability", None, ("helped", 0.5), 2.0 / 7.0);
    check_seek("odds", "events.hindered.probability", None, ("hindered", 0.3), 12.0 / 19.0);
    check_seek("odds", "events.on_a_date.probability", None, ("on_a_date", 0.5), 0.2);
    check_seek("odds", "events.helped_steady.shifts.always.odds", Some((1.0, 9.0)), ("helped_steady", 0.6), 19.5 / 7.0);
}

#[test]
fn what_odds_of_zero_forbid_is_never_reached() {
    let never = sought("odds", "events.forbidden.probability", None, "forbidden", 0.5);
    assert_eq!((never.reached.as_str(), never.found.len()), ("never", 0));
    assert_eq!(never.nearest.unwrap().target.unwrap().value, 0.0);
    let always = sought("odds", "events.forbidden.probability", Some((0.0, 0.9)), "forbidden", 0.0);
    assert_eq!((always.reached.as_str(), always.found.len()), ("always", 0));
}

/// A reply comes in six of ten cases in which an offer came; a leak is one of a secret offer.
#[test]
fn chains_of_events() {
    check_sweep("chain", "events.offer.probability", (0.1, 0.9), "reply", |p| 0.6 * p);
    check_sweep("chain", "events.leak.probability", (0.1, 0.9), "leaked", |p| 0.8 * 0.4 * p);
    check_seek("chain", "events.reply.probability", None, ("reply", 0.3), 0.375);
    check_seek("chain", "events.leak.probability", None, ("leaked", 0.2), 0.625);
    check_seek("chain", "events.offer.branches.secret", None, ("leaked", 0.28), 0.5);
    // On average an offer that came is 260 days old at the end.
    check_seek("chain", "events.offer.probability", None, ("mean(days_since_offer)", 130.0), 0.5);
}

/// Without the third event the others come or not with chances that are known.
#[test]
fn a_cross_impact_matrix() {
    let third = "events.event_3.probability";
    check_sweep("cross_impact_static", third, (0.0, 1.0), "none", |p| 0.225 * (1.0 - p));
    check_sweep("cross_impact_static", third, (0.0, 1.0), "one_without_three", |p| 0.4425 * (1.0 - p));
    check_seek("cross_impact_static", third, None, ("none", 0.1), 1.0 - 0.1 / 0.225);
    check_seek("cross_impact_static", third, None, ("one_without_three", 0.2), 1.0 - 0.2 / 0.4425);
    let too_many = sought("cross_impact_static", third, None, "none", 0.3);
    assert_eq!((too_many.reached.as_str(), too_many.nearest.unwrap().value), ("never", 0.0));
}

const COINS: &str = "[scenario]\ntitle = 'Coins'\n[quantities]\nidle = { value = 1, low = 0, high = 2 }\n[events.a]\n\
    probability = 0.3\n[events.b]\nprobability = 0.6\n[events.c]\nprobability = 0.5\n[events.d]\nprobability = 0.8\n\
    [events.e]\nprobability = 0.5\n[events.f]\nprobability = 0.4\n[metrics]\nheads = 'a + b'\nweighed = 'heads + idle'\n\
    [[outcomes]]\nname = 'both'\nwhen = 'a and b'\n[[outcomes]]\nname = 'other'\n[variants.idle]\n\
    set = { 'quantities.idle' = 2 }\n[variants.six]\nset = { 'events.a.probability' = 0.4, 'events.b.probability' = 0.5, \
    'events.c.probability' = 0.1, 'events.d.probability' = 0.3, 'events.e.probability' = 0.9, 'events.f.probability' = 0.9 }\n";

fn coins(variant: &str, of: &str, futures: u64) -> Compare {
    let files = Memory::of(COINS);
    let mut file = files.read();
    let mut sources = [Source { file: &mut file, files: &files as &dyn Files }];
    let specs = [Spec::default(), Spec { variant: Some(variant.to_owned()), ..Spec::default() }];
    let playing = Playing { futures: Some(futures), seed: Some(3), ..Playing::default() };
    compare(&mut sources, &specs, &[], Some(of), playing).unwrap().0
}

/// Six changes have 64 subsets: asking why is no dearer than a few cases, and the effects add up all the same.
#[test]
fn six_changes_are_taken_apart_on_fewer_futures() {
    for of in ["both", "mean(heads)", "p50(heads)"] {
        let found = coins("six", of, 40_000);
        let why = &found.why[0];
        assert_eq!((why.steps.len(), why.futures, why.sampled_orders), (6, 2048, None), "{:?}", why.missing);
        let sum: f64 = why.steps.iter().map(|step| step.effect).sum();
        assert!((sum - (why.to.unwrap() - why.from.unwrap())).abs() <= 1e-12, "{of}");
        // What has nothing to do with it has exactly no effect.
        assert!(why.steps[2..].iter().all(|step| step.effect == 0.0), "{of}: {:?}", why.steps);
    }
    // Over both orders: P(a) rises by 0.1 beside a mean P(b) of 0.55, P(b) falls by 0.1 beside a mean P(a) of 0.35.
    let found = coins("six", "both", 40_000);
    for (step, exact) in found.why[0].steps.iter().zip([0.055, -0.035]) {
        let wide = 4.5 / 3.92 * (step.high.unwrap() - step.low.unwrap());
        assert!((step.effect - exact).abs() < wide && wide < 0.02, "{step:?}, not {exact}");
    }
}

/// Two programs in which no future differs: nothing was seen, which is not the same as nothing.
#[test]
fn where_no_future_differs_the_difference_is_at_most_three_in_all_of_them() {
    let found = coins("idle", "both", 3000);
    let outcomes = found.outcomes.iter().chain(&found.events);
    for difference in outcomes.map(|share| share.cases[1].difference.unwrap()) {
        assert_eq!(difference.value, 0.0);
        assert!(!difference.more_than_luck);
        assert!(difference.low >= -0.001 && difference.high <= 0.001 && difference.high > 0.0, "{difference:?}");
    }
    assert_eq!(found.moves[0].different, 0.0);
}

/// How often the interval of a value that is sought holds the value that is right, over 200 seeds.
#[test]
fn intervals_of_sought_values_keep_their_promise() {
    let files = Memory::of(COINS);
    let mut file = files.read();
    let mut held = 0;
    for seed in 0..200 {
        let playing = Playing { futures: Some(1024), seed: Some(seed), threads: Some(1), ..Playing::default() };
        let mut experiment = Experiment::new(&mut file, &files, None, &[], playing).unwrap();
        let address = Some("events.a.probability".to_owned());
        let sought = Sought { address, range: Some((0.2, 0.8)), to: Level::Number(0.3) };
        let found = seek(&mut experiment, Some("both"), &sought).unwrap().answers.remove(0).found.remove(0);
        // P(a) · 0.6 is 0.3 at one half.
        held += usize::from(found.low.is_none_or(|low| low <= 0.5) && found.high.is_none_or(|high| high >= 0.5));
    }
    assert!((180..=199).contains(&held), "{held} of 200");
}
