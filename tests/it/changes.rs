//! What seldom changes is worked out only after it has, and then everywhere: an event makes others likelier from the step
//! after it on, however many such things there are.

use crate::play;
use forkcast::simulation::Request;

/// Pairs of a cause and an event that it makes likelier; each pair is by itself.
fn pairs(numbers: impl Iterator<Item = usize>) -> String {
    let pair = |i: usize| {
        format!(
            r#"
[events.cause_{i}]
by = 2026-01-07
probability = 0.5
[events.effect_{i}]
by = 2026-06-30
probability = 0.5
shifts.cause = {{ if = "cause_{i}", odds = 3 }}
"#
        )
    };
    let start = "[scenario]\nstart = 2026-01-01\nend = 2026-07-01\nstep = \"week\"\n".to_owned();
    start + &numbers.map(pair).collect::<String>()
}

const FUTURES: u64 = 20_000;

fn probabilities(toml: &str) -> Vec<(String, f64)> {
    let result = play::text(toml, &Request { futures: Some(FUTURES), ..Request::default() });
    result.events.into_iter().map(|event| (event.name, event.probability)).collect()
}

#[test]
fn what_follows_from_an_event_follows_in_every_future_however_many_there_are() {
    // More than there are bits to wait for.
    let all = probabilities(&pairs(0..80));
    // The cause comes, if at all, in the middle of the first of 26 weeks. Until then the odds are 1, and then 3 for what is
    // left of the time, if the effect has not come.
    let passed = 0.5 / 26.0;
    let after_cause = 0.5 * passed + (1.0 - 0.5 * passed) * (1.0 - 1.0 / (1.0 + 3.0 * (1.0 - passed)));
    let expected = 0.5 * 0.5 + 0.5 * after_cause;
    let deviation = (expected * (1.0 - expected) / FUTURES as f64).sqrt();
    for (name, probability) in all.iter().filter(|(name, _)| name.starts_with("effect")) {
        assert!((probability - expected).abs() < 4.5 * deviation, "{name}: {probability} for {expected}");
    }
    for i in [0, 40, 79] {
        let alone = probabilities(&pairs(std::iter::once(i)));
        assert!(alone.iter().all(|event| all.contains(event)), "{alone:?} among many");
    }
}
