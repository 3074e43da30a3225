//! What is likely? A metric's values over all futures: how many fall where, and under that how the futures with such a
//! value end. Yes or no has bars; what is the same in all futures has neither.

use super::bars::{self, Bar};
use super::density;
use super::drawing::ink;
use super::frame::{Frame, MARGIN};
use super::mark::{self, Sign};
use super::outcomes::INTERVALS;
use super::palette::{self, BG, DATA};
use super::words::Numbers;
use super::{Svg, calendar_axis, text, time, words};
use crate::calendar::day_holding;
use crate::simulation::result::{Metric, Result};

/// The charts of all metrics.
pub fn metrics(result: &Result, width: u32, ghost: Option<&Result>) -> Vec<Svg> {
    result.metrics.iter().filter_map(|metric| self::metric(result, &metric.name, width, ghost)).collect()
}

/// None where the result has no such metric, or it has a value in no future.
pub fn metric(result: &Result, name: &str, width: u32, ghost: Option<&Result>) -> Option<Svg> {
    let metric = result.metrics.iter().find(|metric| metric.name == name)?;
    let (Some(least), Some(most)) = (metric.min, metric.max) else { return None };
    let other = ghost.and_then(|ghost| Some((ghost, ghost.metrics.iter().find(|other| other.name == name)?)));
    if metric.unit == "yes/no" {
        return Some(yes_or_no(result, metric, width, other));
    }
    if least == most {
        return Some(constant(result, metric, least, width));
    }
    density::draw(result, metric, width, other)
}

/// How a metric's values are written: as dates, or with the decimals that its spread asks for.
pub(super) enum Values {
    Dates { start: i32, with_year: bool },
    Numbers(Numbers),
}

impl Values {
    pub(super) fn of(result: &Result, metric: &Metric, low: f64, high: f64) -> Values {
        match calendar_axis::span(result) {
            Some((start, _)) if metric.unit == "date" => {
                Values::Dates { start, with_year: calendar_axis::spans_years(result) }
            }
            _ => Values::Numbers(Numbers::between(low, high, &metric.unit)),
        }
    }

    pub(super) fn show(&self, value: f64) -> String {
        match self {
            Values::Dates { start, with_year } => time::say(start.saturating_add(day_holding(value)), *with_year),
            Values::Numbers(numbers) => numbers.show(value),
        }
    }

    /// A value that is the same in many futures, with all of its digits.
    pub(super) fn exact(&self, value: f64) -> String {
        match self {
            Values::Dates { .. } => self.show(value),
            Values::Numbers(_) => words::number(value),
        }
    }

    pub(super) fn with_unit(&self, value: f64) -> String {
        match self {
            Values::Dates { .. } => self.show(value),
            Values::Numbers(numbers) => numbers.with_unit(value),
        }
    }
}

pub(super) fn title(metric: &Metric) -> String {
    format!("{}: what is likely?", words::label(&metric.title))
}

/// `Has a value in 19 in 100 futures. ` where it has none in some.
pub(super) fn defined_in(result: &Result, metric: &Metric) -> String {
    if metric.defined >= 1.0 {
        return String::new();
    }
    let often = words::frequency(metric.defined, result.run.futures);
    if metric.unit == "date" {
        format!("Happens {}. ", often.in_futures())
    } else {
        format!("Has a value {}. ", often.in_futures())
    }
}

/// A bar for all futures, then one for those of each outcome.
fn yes_or_no(result: &Result, metric: &Metric, width: u32, other: Option<(&Result, &Metric)>) -> Svg {
    let share = metric.mean.unwrap_or(0.0);
    let change = |now: f64, was: Option<f64>| was.map(|was| (was, words::change(now, was, None)));
    let mut rows = vec![Bar {
        label: if result.outcomes.len() > 1 { "All futures".to_owned() } else { "Yes".to_owned() },
        paint: DATA,
        share,
        interval: metric.mean_low.zip(metric.mean_high),
        ghost: change(share, other.and_then(|(_, other)| other.mean)),
    }];
    if result.outcomes.len() > 1 {
        for (outcome, paint) in result.outcomes.iter().zip(palette::of_outcomes(&result.outcomes)) {
            let of = |metric: &Metric| metric.by_outcome.get(&outcome.name).and_then(|of| of.mean);
            if let Some(share) = of(metric) {
                let ghost = change(share, other.and_then(|(_, other)| of(other)));
                rows.push(Bar { label: format!("of {}", outcome.title), paint, share, interval: None, ghost });
            }
        }
    }
    let often = words::frequency(share, result.run.futures);
    let mut answer = match other.and_then(|(ghost, other)| Some((ghost, other.mean?))) {
        Some((ghost, was)) => {
            let was = words::frequency(was, ghost.run.futures);
            format!("In {} in {}.", words::instead_of(&often, &was), words::case(ghost))
        }
        None => words::label(&format!("{}.", often.in_futures())),
    };
    answer.insert_str(0, &defined_in(result, metric));
    let mut frame = Frame::new(&name(metric), &format!("{}: how often?", words::label(&metric.title)), &answer, width);
    bars::draw(&mut frame, &rows, result.run.futures);
    if let Some((ghost, _)) = other {
        mark::key(&mut frame, 44.0, 26.0, &[(Sign::Ghost, words::label(&words::case(ghost)))]);
    }
    let lower = if rows.len() > 1 { "Lower bars: of the futures that end so." } else { "" };
    frame.finish(&[lower, INTERVALS, &weighted(result)], &words::source(result), &answer)
}

/// The same in all futures: how they end, as one bar.
fn constant(result: &Result, metric: &Metric, value: f64, width: u32) -> Svg {
    let exactly = match Values::of(result, metric, value, value) {
        Values::Numbers(_) => words::quantity(value, &metric.unit),
        dates @ Values::Dates { .. } => dates.show(value),
    };
    let everywhere = if metric.defined >= 1.0 { "in all futures" } else { "where it has a value" };
    let answer = format!("{}Exactly {exactly} {everywhere}.", defined_in(result, metric));
    let mut frame = Frame::new(&name(metric), &title(metric), &answer, width);
    if result.outcomes.len() > 1 && metric.defined >= 1.0 {
        let (top, height) = (frame.y + 44.0, 56.0);
        let mut x = MARGIN;
        for (outcome, paint) in result.outcomes.iter().zip(palette::of_outcomes(&result.outcomes)) {
            let room = frame.room() * outcome.probability;
            mark::bar(&mut frame.drawing, x, top, room, height, paint);
            let figure = words::of_hundred(outcome.probability);
            let (width, size) = (text::width(&figure, 30.0, true), 30.0);
            if width + 24.0 <= room {
                frame.drawing.rect(x + 8.0, top + 11.0, width + 8.0, 34.0, BG);
                frame.drawing.text(x + 12.0, top + 39.0, super::drawing::bold(size), &figure);
            }
            x += room;
            if x < frame.right() - 2.0 {
                frame.drawing.line((x, top), (x, top + height), BG, 2.0);
            }
        }
        frame.y = top + height;
        outcome_key(&mut frame, result, 46.0);
    }
    frame.finish(&["Bar: of 100 futures, how many end how.", &weighted(result)], &words::source(result), &answer)
}

/// The outcomes' swatches and names, from the first on.
pub(super) fn outcome_key(frame: &mut Frame, result: &Result, gap: f64) {
    let layers = palette::layers(&result.outcomes).into_iter();
    let entries: Vec<(Sign, String)> = layers.map(|layer| (Sign::Swatch(layer.paint), layer.label)).collect();
    mark::key(frame, gap, ink(26.0).size, &entries);
}

pub(super) fn name(metric: &Metric) -> String {
    format!("metric-{}", metric.name)
}

pub(super) fn weighted(result: &Result) -> String {
    words::weighted(result).map_or_else(String::new, |words| format!("{}.", words::label(&words)))
}
