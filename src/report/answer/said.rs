//! Numbers of an answer in words: a target's in so many of a hundred futures or in its unit, an assumption's in its own.

use crate::analysis::target::TargetFacts;
use crate::analysis::{About, Varied};
use crate::calendar::day_holding;
use crate::chart::{self, words};
use jiff::Span;
use jiff::civil::Date;

/// A target's values.
pub struct Said<'a> {
    target: &'a TargetFacts,
    start: Option<Date>,
    futures: u64,
}

impl<'a> Said<'a> {
    pub fn new(target: &'a TargetFacts, about: &About, futures: u64) -> Self {
        Said { target, start: about.start.as_deref().and_then(|start| start.parse().ok()), futures }
    }

    /// `25 in 100 futures`, `61 USD/bbl`, `5 Feb 2026`.
    pub fn full(&self, value: f64) -> String {
        match self.target.unit.as_deref() {
            None => {
                let often = words::frequency(value, self.futures);
                if often.is_extreme() { often.to_string() } else { format!("{often} futures") }
            }
            Some("date") => self.day(value),
            Some(unit) => words::quantity(value, unit),
        }
    }

    /// `25 in 100`, `61 USD/bbl`.
    pub fn brief(&self, value: f64) -> String {
        match self.target.unit {
            None => words::frequency(value, self.futures).to_string(),
            _ => self.full(value),
        }
    }

    /// For tables and narrow columns: `24.6 %`, `61`.
    pub fn figure(&self, value: f64) -> String {
        match self.target.unit.as_deref() {
            None => words::percent(value),
            Some("date") => self.day(value),
            Some(_) => words::number(value),
        }
    }

    /// `24.3 – 24.8 %`.
    pub fn interval(&self, low: f64, high: f64) -> String {
        match self.target.unit {
            None => words::percent_interval(low, high),
            _ => format!("{} – {}", self.figure(low), self.figure(high)),
        }
    }

    /// `+2.1` in points of a hundred, `−3 USD/bbl`, `+12 days`.
    pub fn change(&self, difference: f64) -> String {
        let sign = if difference > 0.0 { "+" } else { "" };
        match self.target.unit.as_deref() {
            None => words::signed(difference),
            Some("date") => format!("{sign}{}", words::quantity(difference, "days")),
            Some(unit) => format!("{sign}{}", words::quantity(difference, unit)),
        }
    }

    /// A date as `--to` takes it: `2026-02-05`.
    pub fn iso(&self, days: f64) -> Option<String> {
        self.date(days).map(|date| date.to_string())
    }

    fn date(&self, days: f64) -> Option<Date> {
        let span = Span::new().try_days(i64::from(day_holding(days))).ok()?;
        self.start?.checked_add(span).ok()
    }

    fn day(&self, days: f64) -> String {
        self.date(days)
            .map_or_else(|| format!("day {}", words::number(days)), |date| date.strftime("%-d %b %Y").to_string())
    }
}

/// As charts take it.
pub fn on_chart(target: &TargetFacts, about: &About) -> chart::Target {
    chart::Target {
        title: target.title.clone(),
        outcome: (target.kind == "outcome").then(|| target.name.clone()),
        since: about.start.clone().filter(|_| target.unit.as_deref() == Some("date")),
        unit: target.unit.clone(),
    }
}

/// An assumption's value: `40 %`, `0.3 a year`, `64 USD/bbl`, `120 days`, `× 2.5`.
pub fn value(varied: &Varied, number: f64) -> String {
    match varied.unit.as_str() {
        "probability" => format!("{} %", words::number(100.0 * number)),
        "" if multiplies(&varied.address) => format!("× {}", words::number(number)),
        unit => words::quantity(number, &unit_words(unit)),
    }
}

/// Whether the number at an address is one that something else is multiplied by.
fn multiplies(address: &str) -> bool {
    let inside = |part: &str| address.contains(part) && address.contains(".shifts.");
    inside(".odds") || inside(".factor") || (address.contains(".shocks.") && address.ends_with(".multiply"))
}

/// `a year` for `per year`, `%` for a probability, whose numbers are then times 100.
pub fn unit_words(unit: &str) -> String {
    match (unit, unit.strip_prefix("per ")) {
        ("probability", _) => "%".to_owned(),
        (_, Some(time @ ("day" | "week" | "month" | "quarter" | "year"))) => format!("a {time}"),
        _ => unit.to_owned(),
    }
}

/// A share as `--to` takes it: `30%`.
pub fn value_of_share(share: f64) -> String {
    format!("{}%", (share * 1e12).round() / 1e10)
}

/// What stands in the file: a plain number in its unit, anything else as it is written.
pub fn written(varied: &Varied) -> String {
    match varied.number {
        Some(number) => value(varied, number),
        None => varied.value.clone(),
    }
}
