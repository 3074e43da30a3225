//! What only a report says, beside the words of the charts: days as the scenario's calendar has them, and values of metrics.

pub use crate::chart::words::{
    about, count, date, figure, frequency, label, list, number, percent, percent_interval, share,
};

use crate::calendar::day_holding;
use crate::simulation::result::Scenario;
use jiff::Span;
use jiff::civil::Date;

/// An outcome's title inside a sentence: a longer one would run into the words around it.
pub fn in_a_sentence(title: &str) -> String {
    if title.split_whitespace().count() > 3 { format!("“{title}”") } else { title.to_owned() }
}

/// How a scenario's days are written: with their year only where it covers more than one.
pub struct Days {
    start: Option<Date>,
    with_year: bool,
}

impl Days {
    pub fn of(scenario: &Scenario) -> Self {
        let date = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Date>().ok());
        let (start, end) = (date(&scenario.start), date(&scenario.end));
        Self { start, with_year: start.map(Date::year) != end.map(Date::year) }
    }

    /// “5 Feb”, out of `2026-02-05`.
    pub fn day(&self, iso: &str) -> String {
        iso.parse().map_or_else(|_| iso.to_owned(), |date| self.write(date))
    }

    /// The day that holds the instant so many days after the start.
    pub fn after(&self, days: f64) -> String {
        let date = self.start.and_then(|start| {
            let span = Span::new().try_days(i64::from(day_holding(days))).ok()?;
            start.checked_add(span).ok()
        });
        date.map_or_else(|| format!("day {}", number(days)), |date| self.write(date))
    }

    fn write(&self, date: Date) -> String {
        date.strftime(if self.with_year { "%-d %b %Y" } else { "%-d %b" }).to_string()
    }
}

/// “20 Jan – 31 Dec 2026, by the week”; nothing for a static scenario.
pub fn time(scenario: &Scenario) -> Option<String> {
    let (start, end) = (scenario.start.as_deref()?, scenario.end.as_deref()?);
    let first = if start.get(..4) == end.get(..4) { Days::of(scenario).day(start) } else { date(start, true) };
    let step = scenario.step.as_ref().map(|step| format!(", by the {step}")).unwrap_or_default();
    Some(format!("{first} – {}{step}", date(end, true)))
}

/// A value of a metric with its unit: “51 USD/bbl”, “23 Apr”, “41 in 100”.
pub fn value(x: Option<f64>, unit: &str, days: &Days) -> String {
    match (x, unit) {
        (None, _) => "–".to_owned(),
        (Some(x), "date") => days.after(x),
        (Some(x), "yes/no") => share(x),
        (Some(x), "") => number(x),
        (Some(x), unit) => format!("{} {unit}", number(x)),
    }
}
