//! What is read of the past is what was there then: two ways of saying the same are the same in every future.

use crate::play;
use forkcast::simulation::Request;

const THINGS: &str = r#"
[scenario]
start = 2026-01-01
end = 2026-07-01
step = "month"
[paths.price]
model = "random_walk"
start = 10
volatility = 6
[paths.other]
model = "random_walk"
start = 5
volatility = 3
[events.strike]
rate = 2
branches = { long = 0.4, short = 0.6 }
[events.raid]
rate = 6
repeats = true
"#;

/// Each of the metrics is yes in every future.
fn always(more: &str, same: &[&str]) {
    let metrics: Vec<String> = same.iter().enumerate().map(|(i, m)| format!("m{i} = \"{m}\"\n")).collect();
    let toml = format!("{THINGS}{more}\n[metrics]\n{}", metrics.concat());
    let result = play::text(&toml, &Request { futures: Some(2_000), ..Request::default() });
    for (metric, said) in result.metrics.iter().zip(same) {
        assert_eq!(metric.mean, Some(1.0), "{said}");
    }
}

/// A formula may be brought up to date after what it looks back at.
#[test]
fn before_is_the_end_of_the_step_before() {
    let paths = r#"
[paths.was]
formula = "before(price)"
[paths.top]
formula = "highest(price)"
[paths.top_was]
formula = "before(highest(price))"
[paths.raids]
formula = "count(raid)"
[paths.raids_was]
formula = "before(count(raid))"
[paths.long_was]
formula = "before(strike.long) + 2 * before(strike)"
[paths.two_ago]
formula = "before(before(price))"
[paths.days_was]
formula = "before(if strike then days_since(strike) else -1)"
[paths.happened_since]
formula = "date_of(strike) < before(date_of(strike))"
"#;
    let same = [
        "at(was, 2026-05-01) = at(price, 2026-04-01)",
        "at(was, 2026-02-01) = 10",
        "at(top_was, 2026-05-01) = at(top, 2026-04-01)",
        "at(raids_was, 2026-05-01) = at(raids, 2026-04-01)",
        "at(long_was, 2026-05-01) = at(strike.long + 2 * strike, 2026-04-01)",
        "at(two_ago, 2026-05-01) = at(price, 2026-03-01)",
        "at(days_was, 2026-05-01) = at(if strike then days_since(strike) else -1, 2026-04-01)",
        "at(happened_since, 2026-05-01) = (at(strike, 2026-05-01) and not at(strike, 2026-04-01))",
        "before(price) = at(price, 2026-06-01)",
        "before(before(price)) = at(price, 2026-05-01)",
        "at(before(before(price)), 2026-06-01) = at(price, 2026-04-01)",
        "before(highest(price)) = at(top, 2026-06-01)",
    ];
    always(paths, &same);
}

/// What a path's step is made from means the start of the step, `before` as well, whichever was brought up to date first.
#[test]
fn parameters_are_those_of_the_start_of_the_step() {
    let paths = r#"
[paths.sum]
model = "stock"
start = 0
flow = "price"
[paths.sum_before]
model = "stock"
start = 0
flow = "before(price)"
[paths.sum_of_before]
model = "stock"
start = 0
flow = "before(before(price))"
[paths.below]
model = "constant"
start = 1000
max = "price"
[paths.below_before]
model = "constant"
start = 1000
max = "before(price)"
"#;
    let same = [
        "abs(at(sum, 2026-02-01) - 10 * 31 / 365.25) < 1e-9",
        "abs(sum - before(sum) - before(price) * 30 / 365.25) < 1e-9",
        "sum = sum_before",
        "abs(sum_of_before - before(sum_of_before) - before(before(price)) * 30 / 365.25) < 1e-9",
        "below = before(price)",
        "below_before = before(price)",
        "at(below, 2026-02-01) = 10",
    ];
    always(paths, &same);
}

/// What is kept of the steps passed is kept in each of them, also where it is asked for on one date.
#[test]
fn functions_of_time_so_far_on_a_date() {
    let paths = r#"
[paths.top]
formula = "highest(price)"
[paths.mean]
formula = "average(price)"
[paths.above]
formula = "share_of_time(price > 10)"
[observed.report]
when = "highest(other) > 5.5 and before(before(other)) > 4"
on = 2026-05-01
odds = 3
"#;
    let same = [
        "at(highest(price), 2026-04-01) = at(top, 2026-04-01)",
        "at(average(price), 2026-03-01) = at(mean, 2026-03-01)",
        "at(share_of_time(price > 10), 2026-05-01) = at(above, 2026-05-01)",
        "at(when_first(price > 10), 2026-04-01) <= 2026-04-01 or at(top, 2026-04-01) <= 10",
        "at(ever(price > 12), 2026-04-01) = (at(top, 2026-04-01) > 12)",
        "highest(average(price)) = highest(mean)",
        "average(price) = mean",
        "lowest(highest(price)) = lowest(top)",
    ];
    always(paths, &same);
}

/// A certain report of time so far holds in every future that counts.
#[test]
fn reports_of_time_so_far() {
    let report = r#"
[paths.top]
formula = "highest(other)"
[observed.report]
when = "highest(other) > 5.5 and before(before(other)) > 4"
on = 2026-05-01
"#;
    always(report, &["at(top, 2026-05-01) > 5.5", "at(other, 2026-03-01) > 4"]);
}
