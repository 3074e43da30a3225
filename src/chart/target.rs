//! What an analysis asks about, and how its values are said: a share of the futures, or a number with a unit.

use super::palette::{self, DATA, Paint};
use super::scale::{self, Axis};
use super::words::{self, Numbers};
use super::{text, time};
use crate::calendar::day_holding;
use crate::simulation::result::Outcome;

/// What an analysis asks about.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// In a sentence: `thaw`, `a ceasefire in Ukraine`, `the mean of lowest Brent`.
    pub title: String,
    /// Its name, where it is an outcome: charts then have its colour.
    pub outcome: Option<String>,
    /// None where it is a share of the futures (0 to 1), else the number's unit.
    pub unit: Option<String>,
    /// Where it is a date, whose values are days: `YYYY-MM-DD`, the day from which they are counted.
    pub since: Option<String>,
}

/// How the values of a target are written together.
pub(super) struct Shown {
    /// None for shares.
    unit: Option<String>,
    numbers: Numbers,
    times: f64,
    since: Option<i32>,
}

impl Target {
    pub(super) fn paint(&self, outcomes: &[Outcome]) -> Paint {
        let place = outcomes.iter().position(|outcome| Some(&outcome.name) == self.outcome.as_ref());
        place.map_or(DATA, |place| palette::of_outcomes(outcomes)[place])
    }

    /// Fine enough to tell values between `low` and `high` apart.
    pub(super) fn shown(&self, low: f64, high: f64) -> Shown {
        if let Some(since) = self.since.as_deref().and_then(time::parse) {
            let year = |value: f64| time::year(since.saturating_add(day_holding(value)));
            let numbers = Numbers::dates(since, year(low) != year(high));
            return Shown { unit: Some(String::new()), numbers, times: 1.0, since: Some(since) };
        }
        let times = if self.unit.is_none() { 100.0 } else { 1.0 };
        let unit = self.unit.clone().unwrap_or_default();
        let numbers = Numbers::between(low * times, high * times, &unit);
        // A tenth of one in a hundred is finer than anybody can argue about, but for what is rare.
        let numbers = match self.unit {
            None if high.abs() >= 0.01 => numbers.at_most(usize::from(high > low)),
            _ => numbers,
        };
        Shown { numbers, unit: self.unit.clone(), times, since: None }
    }
}

impl Shown {
    /// A value on the chart's axis, which has shares of a hundred.
    pub(super) fn on_axis(&self, value: f64) -> f64 {
        value * self.times
    }

    /// An axis for values between two, which are as `on_axis` gives them.
    pub(super) fn axis(&self, low: f64, high: f64) -> Axis {
        let Some(since) = self.since else { return scale::axis(low, high, 6, "") };
        let margin = ((high - low) * 0.04).max(1.0);
        let (from, to) = ((low - margin).floor(), (high + margin).ceil());
        let day = |value: f64| since.saturating_add(day_holding(value));
        let (first, last) = (day(from), day(to));
        // Room for six dates; those of two years have the year with them.
        let dates = Numbers::dates(since, time::year(first) != time::year(last));
        let room = 6.0 * 1.25 * text::width(&dates.show(from), 26.0, false);
        let mut ticks = time::ticks(first, last, room, 26.0);
        let every = ticks.len().div_ceil(6).max(1);
        ticks = ticks.into_iter().step_by(every).collect();
        let ticks = ticks.iter().map(|tick| f64::from(tick.day) - f64::from(since)).collect();
        Axis { from, to, ticks, numbers: dates }
    }

    /// Whether they are dates.
    pub(super) fn are_dates(&self) -> bool {
        self.since.is_some()
    }

    /// `25`, `61`.
    pub(super) fn figure(&self, value: f64) -> String {
        self.numbers.show(value * self.times)
    }

    /// `25 in 100 futures`, `61 USD/bbl`.
    pub(super) fn phrase(&self, value: f64) -> String {
        match self.unit {
            None => format!("{} in 100 futures", self.figure(value)),
            Some(_) => self.numbers.with_unit(value),
        }
    }

    /// `in 100 futures`, `USD/bbl`.
    pub(super) fn axis_name(&self) -> String {
        match self.unit {
            None => "in 100 futures".to_owned(),
            Some(_) => self.numbers.unit(),
        }
    }

    /// `+2.1`, `−3.9`.
    pub(super) fn signed(&self, value: f64) -> String {
        match self.unit {
            Some(_) if self.since.is_some() => {
                let sign = if value > 0.0 { "+" } else { "" };
                format!("{sign}{}", words::quantity(value, "days"))
            }
            None => words::signed(value),
            Some(_) if value > 0.0 => format!("+{}", words::number(value)),
            Some(_) => words::number(value),
        }
    }

    /// Half the width of an interval: `± 0.3`.
    pub(super) fn plus_minus(&self, half_width: f64) -> String {
        match self.unit {
            None if half_width * 100.0 < 0.05 => "± under 0.1".to_owned(),
            None => format!("± {:.1}", half_width * 100.0),
            Some(_) if self.since.is_some() => format!("± {} days", words::about(half_width)),
            Some(_) => format!("± {}", words::about(half_width)),
        }
    }
}
