//! The time axis that charts share.

use super::drawing::{Drawing, mute};
use super::palette::{AXIS, GRID};
use super::scale::Scale;
use super::text;
use super::time::{self, Tick};
use crate::simulation::result::Result;

/// Days on paper.
#[derive(Clone, Copy)]
pub(super) struct TimeScale {
    pub(super) from: i32,
    pub(super) to: i32,
    scale: Scale,
}

/// The days of a result's start and end; none in a static scenario.
pub(super) fn span(result: &Result) -> Option<(i32, i32)> {
    let from = time::parse(result.scenario.start.as_deref()?)?;
    let to = time::parse(result.scenario.end.as_deref()?)?;
    (from < to).then_some((from, to))
}

/// Whether dates of this result need their year to be understood.
pub(super) fn spans_years(result: &Result) -> bool {
    span(result).is_some_and(|(from, to)| time::year(from) != time::year(to))
}

impl TimeScale {
    pub(super) fn new(from: i32, to: i32, left: f64, right: f64) -> TimeScale {
        TimeScale { from, to, scale: Scale::new(from as f64, to as f64, left, right) }
    }

    pub(super) fn left(&self) -> f64 {
        self.scale.left
    }

    pub(super) fn right(&self) -> f64 {
        self.scale.right
    }

    pub(super) fn at(&self, day: f64) -> f64 {
        self.scale.at(day)
    }

    /// The place of `YYYY-MM-DD`, at most at the axis' ends.
    pub(super) fn at_date(&self, iso: &str) -> Option<f64> {
        let day = time::parse(iso)?.clamp(self.from, self.to);
        Some(self.at(day as f64))
    }

    pub(super) fn ticks(&self, size: f64) -> Vec<Tick> {
        time::ticks(self.from, self.to, self.right() - self.left(), size)
    }

    /// Vertical lines at the ticks.
    pub(super) fn grid(&self, drawing: &mut Drawing, top: f64, bottom: f64, size: f64) {
        for tick in self.ticks(size) {
            let x = self.at(tick.day as f64);
            drawing.line((x, top), (x, bottom), GRID, 2.0);
        }
    }

    /// The axis below a plot, with labels of `size` and, where wanted, years under them; gives its last baseline.
    pub(super) fn draw(&self, drawing: &mut Drawing, y: f64, size: f64, years: bool, edge: f64) -> f64 {
        drawing.line((self.left(), y), (self.right(), y), AXIS, 2.0);
        let mut last = y + 12.0 + size * 0.9;
        let second = last + size * 1.18;
        let mut free = f64::NEG_INFINITY;
        for tick in self.ticks(size) {
            let x = self.at(tick.day as f64);
            drawing.line((x, y), (x, y + 8.0), AXIS, 2.0);
            let half = text::width(&tick.label, size, false) / 2.0;
            // The last label is centred only where it fits into the margin.
            let center = x.min(edge - half);
            if center - half >= free {
                drawing.text(center, y + 12.0 + size * 0.9, mute(size).middle(), &tick.label);
                free = center + half + 4.0;
            }
            if let Some(year) = tick.year.filter(|_| years) {
                let half = text::width(&year, size, false) / 2.0;
                drawing.text(x.min(edge - half), second, mute(size).middle(), &year);
                last = second;
            }
        }
        last
    }
}
