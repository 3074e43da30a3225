//! Numbers and phrases for people: “25 in 100”, “± 0.3”, “4 more”, “1.2 billion”, “5 Feb”.
//!
//! One place for all that is read by people: charts, the report, the page and the terminal say the same number in the
//! same words. Tables show shares as “24.6 %”; everything else speaks of so many in a hundred futures.

use super::time;
use crate::calendar::day_holding;
use crate::simulation::result::{Outcome, Result};
use std::fmt;

/// How often something is so, among a hundred or a thousand futures.
#[derive(Clone, Debug, PartialEq)]
pub struct Frequency {
    /// `25`, `under 1`, `never`.
    pub figure: String,
    /// `in 100`, `in 1,000`, `in 100,000 futures`.
    pub unit: String,
    per: f64,
}

/// A share in words; `futures` is what “never” and “always” are said of.
pub fn frequency(share: f64, futures: u64) -> Frequency {
    let of_all = |figure: &str| Frequency {
        figure: figure.to_owned(),
        unit: format!("in {}", self::futures(futures)),
        per: 100.0,
    };
    let per = |per: f64, figure: String| Frequency { figure, unit: format!("in {}", count(per as u64)), per };
    let thousandths = (share * 1000.0).round();
    if share <= 0.0 {
        of_all("never")
    } else if share >= 1.0 {
        of_all("always")
    } else if share < 0.001 {
        per(1000.0, "under 1".to_owned())
    } else if share > 0.999 {
        per(1000.0, "over 999".to_owned())
    } else if !(10.0..=990.0).contains(&thousandths) {
        per(1000.0, count(thousandths as u64))
    } else {
        per(100.0, count((share * 100.0).round() as u64))
    }
}

/// `25 in 100`, `4 in 1,000`, `never`.
pub fn share(share: f64) -> String {
    frequency(share, 0).to_string()
}

/// `25`, where the sentence has already said “in 100”; what needs more words keeps them.
pub fn figure(share: f64) -> String {
    frequency(share, 0).brief()
}

impl Frequency {
    /// For lists that have said “in 100” already: the figure alone where it is of a hundred.
    pub fn brief(&self) -> String {
        if self.per == 100.0 { self.figure.clone() } else { self.to_string() }
    }

    /// `in 25 in 100 futures`, `never`.
    pub fn in_futures(&self) -> String {
        if self.is_extreme() { self.figure.clone() } else { format!("in {self} futures") }
    }

    /// `25 in 100 futures`, `no future`, `all futures`.
    pub fn of_futures(&self) -> String {
        match self.figure.as_str() {
            "never" => "no future".to_owned(),
            "always" => "all futures".to_owned(),
            _ => format!("{self} futures"),
        }
    }

    /// Whether it is so in none or in all of the futures.
    pub fn is_extreme(&self) -> bool {
        matches!(self.figure.as_str(), "never" | "always")
    }

    /// `± 0.3`, half the width of the 95 % interval in the figure's own unit; none for “never” and “always”.
    pub fn plus_minus(&self, low: f64, high: f64) -> Option<String> {
        let half = (high - low) / 2.0 * self.per;
        if self.is_extreme() || !half.is_finite() {
            None
        } else if half < 0.05 {
            Some("± under 0.1".to_owned())
        } else if half < 1.95 {
            Some(format!("± {half:.1}"))
        } else {
            Some(format!("± {half:.0}"))
        }
    }
}

/// What it is now and what it was: `29 in 100 futures instead of 25`, `all futures instead of 65 in 100`.
pub fn instead_of(now: &Frequency, before: &Frequency) -> String {
    let before = match before.figure.as_str() {
        "never" => "none".to_owned(),
        "always" => "all".to_owned(),
        _ if now.is_extreme() => before.to_string(),
        _ => before.brief(),
    };
    format!("{} instead of {before}", now.of_futures())
}

impl fmt::Display for Frequency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_extreme() {
            formatter.write_str(&self.figure)
        } else {
            write!(formatter, "{} {}", self.figure, self.unit)
        }
    }
}

/// A share as so many of a hundred, rounded: `25`, `0`.
pub fn of_hundred(share: f64) -> String {
    signless((share * 100.0).round(), 0)
}

/// A share for tables: `24.6 %`, `never`.
pub fn percent(share: f64) -> String {
    match share {
        ..=0.0 => "never".to_owned(),
        1.0.. => "always".to_owned(),
        ..0.0005 => "under 0.1 %".to_owned(),
        0.9995.. => "over 99.9 %".to_owned(),
        _ => format!("{} %", signless(share * 100.0, 1)),
    }
}

/// An interval for tables: `24.3 – 24.8 %`; with as many more decimals as it takes to tell the ends apart.
pub fn percent_interval(low: f64, high: f64) -> String {
    let ends = |decimals: usize| [low, high].map(|share| format!("{:.decimals$}", 100.0 * share));
    let [low, high] = (1..4).map(ends).find(|[low, high]| low != high).unwrap_or_else(|| ends(1));
    format!("{low} – {high} %")
}

/// What becomes of a share: `4 more`, `1 fewer` (in 100), `hardly changes`. With `half_width`, that of the difference's
/// 95 % interval, a change that may be noise is `no clear change`.
pub fn change(now: f64, before: f64, half_width: Option<f64>) -> String {
    let difference = (now - before) * 100.0;
    if difference.abs() < 0.5 {
        "hardly changes".to_owned()
    } else if half_width.is_some_and(|half| difference.abs() <= half * 100.0) {
        "no clear change".to_owned()
    } else {
        format!("{:.0} {}", difference.abs(), if difference > 0.0 { "more" } else { "fewer" })
    }
}

/// Points of a hundred with their sign: `+2.1`, `−3.9`, `0.0`.
pub fn signed(share: f64) -> String {
    let text = format!("{:.1}", share.abs() * 100.0);
    match share {
        _ if text == "0.0" => text,
        _ if share < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

/// A whole number with its thousands: `100,000`.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// `100,000 futures`, `1 future`.
pub fn futures(number: u64) -> String {
    format!("{} future{}", count(number), if number == 1 { "" } else { "s" })
}

/// A number by itself, with at least three digits: `63`, `0.46`, `1.2 billion`, `1.00e−9`.
pub fn number(value: f64) -> String {
    // Below a quadrillionth it is the dust of floating-point arithmetic.
    if (1e-12..1e-6).contains(&value.abs()) {
        return format!("{value:.2e}").replace('-', "−");
    }
    let magnitude = Magnitude::of(value.abs());
    let scaled = value / magnitude.divisor;
    let text = signless(scaled, decimals_for(scaled.abs() / 100.0));
    let text = if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    };
    format!("{text}{}", magnitude.word)
}

/// A number with two digits, for how far off another one may be: `0.2`, `12`.
pub fn about(value: f64) -> String {
    number(format!("{value:.1e}").parse().unwrap_or(value))
}

/// A number with its unit: `98 USD/bbl`, `12 %`.
pub fn quantity(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value)).trim_end().to_owned()
}

/// How numbers of one kind are shown together: with the same decimals, in the same thousands.
#[derive(Clone, Debug)]
pub struct Numbers {
    decimals: usize,
    magnitude: Magnitude,
    unit: String,
    /// Where they are days, counted from this one, to be shown as dates; and whether with their years.
    since: Option<(i32, bool)>,
}

impl Numbers {
    /// Days after one that is counted from 1970, shown as dates.
    pub(super) fn dates(since: i32, with_year: bool) -> Numbers {
        Numbers { since: Some((since, with_year)), ..Numbers::in_steps(1.0, 1.0, "") }
    }

    /// Fine enough that `low` and `high` are told apart, and what lies between.
    pub fn between(low: f64, high: f64, unit: &str) -> Numbers {
        Numbers::in_steps((high - low).abs() / 20.0, low.abs().max(high.abs()), unit)
    }

    /// Fine enough for multiples of `step`.
    pub(super) fn in_steps(step: f64, largest: f64, unit: &str) -> Numbers {
        let magnitude = Magnitude::of(largest);
        let step = step / magnitude.divisor;
        let decimals = if step > 0.0 { decimals_for(step) } else { decimals_for(largest / magnitude.divisor / 100.0) };
        Numbers { decimals, magnitude, unit: unit.to_owned(), since: None }
    }

    /// With no more decimals than these.
    pub(super) fn at_most(self, decimals: usize) -> Numbers {
        Numbers { decimals: self.decimals.min(decimals), ..self }
    }

    /// `98`.
    pub fn show(&self, value: f64) -> String {
        if let Some((since, with_year)) = self.since {
            return time::say(since.saturating_add(day_holding(value)), with_year);
        }
        signless(value / self.magnitude.divisor, self.decimals)
    }

    /// `98 USD/bbl`, `1.2 billion USD`.
    pub fn with_unit(&self, value: f64) -> String {
        format!("{} {}", self.show(value), self.unit()).trim_end().to_owned()
    }

    /// `USD/bbl`, `billion USD`.
    pub fn unit(&self) -> String {
        format!("{} {}", self.magnitude.word.trim(), self.unit).trim().to_owned()
    }
}

/// Millions and more are said in words.
#[derive(Clone, Copy, Debug)]
struct Magnitude {
    divisor: f64,
    word: &'static str,
}

impl Magnitude {
    fn of(value: f64) -> Magnitude {
        let known = [(1e12, " trillion"), (1e9, " billion"), (1e6, " million")];
        known
            .into_iter()
            .find(|(divisor, _)| value >= *divisor && value < divisor * 1e6)
            .map_or(Magnitude { divisor: 1.0, word: "" }, |(divisor, word)| Magnitude { divisor, word })
    }
}

/// Decimals at which steps of this size show.
fn decimals_for(step: f64) -> usize {
    let mut decimals = 0;
    let mut unit = 1.0;
    while step < unit * 0.999 && decimals < 12 && step > 0.0 {
        decimals += 1;
        unit /= 10.0;
    }
    decimals
}

/// A number with a true minus, and none before zero.
fn signless(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "–"
        } else if value > 0.0 {
            "∞"
        } else {
            "−∞"
        }
        .to_owned();
    }
    if value.abs() >= 1e15 {
        return format!("{value:.2e}").replace('-', "−");
    }
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.chars().all(|c| c == '0' || c == '.');
    if zero {
        return "0".to_owned();
    }
    format!("{}{}", if value < 0.0 { "−" } else { "" }, grouped(&text))
}

fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// `YYYY-MM-DD` as people write it: `5 Feb`, or with its year, `5 Feb 2026`. Other text is left as it is.
pub fn date(iso: &str, with_year: bool) -> String {
    time::parse(iso).map_or_else(|| iso.to_owned(), |day| time::say(day, with_year))
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A title at the beginning of a label: its first letter is a capital.
pub fn label(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Which case a result is of: `the base case`, `“The envoys land”`, `the changed case`.
pub fn case(result: &Result) -> String {
    let scenario = &result.scenario;
    match (&scenario.variant_title, &scenario.variant) {
        (Some(title), _) | (None, Some(title)) => format!("“{title}”"),
        (None, None) if scenario.set.is_empty() => "the base case".to_owned(),
        (None, None) => "the changed case".to_owned(),
    }
}

/// The line that says where numbers come from: `US–Russia after Anchorage · The envoys land · 100,000 futures`.
pub fn source(result: &Result) -> String {
    let scenario = &result.scenario;
    let mut parts = vec![if scenario.title.is_empty() { scenario.file.clone() } else { scenario.title.clone() }];
    parts.extend(scenario.variant_title.clone().or_else(|| scenario.variant.clone()));
    if !scenario.set.is_empty() {
        parts.push("changed by hand".to_owned());
    }
    parts.push(futures(result.run.futures));
    parts.join(" · ")
}

/// What evidence makes of the number of futures: `weighted; worth 3,400 futures`. None without evidence.
pub fn weighted(result: &Result) -> Option<String> {
    let run = &result.run;
    let worth = run.effective_futures.max(0.0);
    let digits = if worth >= 1000.0 { 100.0 } else { 10.0 };
    (worth < run.futures as f64 * 0.9995)
        .then(|| format!("weighted; worth {}", futures(((worth / digits).round() * digits) as u64)))
}

/// How the futures end, in a sentence: `Most often in limbo, in 33 in 100 futures; then thaw (25) and rupture (22).`
pub fn endings(outcomes: &[Outcome], futures: u64) -> String {
    let mut order: Vec<&Outcome> = outcomes.iter().collect();
    order.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let Some(first) = order.first() else { return String::new() };
    let often = frequency(first.probability, futures);
    if often.is_extreme() {
        return format!("Always in {}.", first.title);
    }
    let mut then: Vec<String> = order[1..]
        .iter()
        .filter(|outcome| outcome.probability > 0.0)
        .map(|outcome| format!("{} ({})", outcome.title, frequency(outcome.probability, futures).brief()))
        .collect();
    let many = then.len() > 4;
    then.truncate(if many { 2 } else { 4 });
    let then = if many { then.join(", ") } else { list(&then) };
    if then.is_empty() {
        format!("Most often in {}, {}.", first.title, often.in_futures())
    } else {
        format!("Most often in {}, {}; then {then}.", first.title, often.in_futures())
    }
}
