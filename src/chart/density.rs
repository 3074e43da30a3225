//! How many futures fall where: a metric's histogram as one stepped shape, values that many futures have exactly as bars
//! beside it, and a strip that says how the futures with such a value end.

mod strip;

use super::calendar_axis::TimeScale;
use super::drawing::{Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::labels;
use super::mark::{self, Sign};
use super::metric::{Values, defined_in, name, outcome_key, title, weighted};
use super::palette::{AXIS, BAND25, DATA, GHOST, INK};
use super::scale::{self, Scale};
use super::{Svg, calendar_axis, text, words};
use crate::simulation::result::{Metric, Result};
use std::fmt::Write;

/// Bins and bars of fewer futures than this have no strip.
const ENOUGH: f64 = 100.0;
/// A value that so many futures have exactly gets a bar.
const POINT_MASS: f64 = 0.01;
const ATOM_WIDTH: f64 = 22.0;
/// More outcomes than this are named below the strip, not beside it.
const BESIDE: usize = 5;
/// The height of a line of labels for exact values.
const LINE: f64 = 38.0;

pub(super) fn draw(result: &Result, metric: &Metric, width: u32, other: Option<(&Result, &Metric)>) -> Option<Svg> {
    let (low, high) = bounds(metric)?;
    let quantile = |key: &str| metric.quantiles.get(key).copied().flatten();
    let values = Values::of(result, metric, quantile("5").unwrap_or(low), quantile("95").unwrap_or(high));
    let answer = answer(result, metric, &values, other);
    let mut frame = Frame::new(&name(metric), &title(metric), &answer, width);
    let mut plot = Plot::of(&frame, result, metric, &values, (low, high), other);
    if let Some((ghost, _)) = other {
        let entries = [(Sign::Ground(BAND25), "now".to_owned()), (Sign::Line(GHOST, 3.0), words::case(ghost))];
        mark::key(&mut frame, 52.0, 26.0, &entries);
    }
    plot.place(&frame);
    plot.density(&mut frame);
    plot.marks(&mut frame);
    let striped = plot.strip(&mut frame);
    plot.axis(&mut frame, striped);
    let outside = metric.histogram.below + metric.histogram.above;
    let outside = if outside >= 0.0005 {
        let often = words::frequency(outside, result.run.futures);
        format!("Outside the axis: {often}.")
    } else {
        String::new()
    };
    let figures = if plot.many() { "Figures: of 100 futures, how many have exactly that value." } else { "" };
    let strip = if striped { "Strip: how the futures with that value end." } else { "" };
    let description = description(result, metric, &values);
    let notes = ["Above: how many futures fall there.", strip, figures, &outside, &weighted(result)];
    Some(frame.finish(if striped { &notes } else { &notes[2..] }, &words::source(result), &description))
}

/// The values that the axis holds: the bins, and those that many futures have exactly.
fn bounds(metric: &Metric) -> Option<(f64, f64)> {
    let ends = metric.histogram.edges.first().into_iter().chain(metric.histogram.edges.last()).copied();
    let values = ends.chain(atoms(metric).map(|(value, _)| value)).filter(|value| value.is_finite());
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    (low <= high).then_some((low, high))
}

fn atoms(metric: &Metric) -> impl Iterator<Item = (f64, f64)> {
    metric.histogram.atoms.iter().copied().filter(|(_, share)| *share >= POINT_MASS)
}

struct Plot<'a> {
    result: &'a Result,
    metric: &'a Metric,
    values: &'a Values,
    other: Option<(&'a Result, &'a Metric)>,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String, Option<String>)>,
    unit: String,
    x: Scale,
    top: f64,
    bottom: f64,
    /// The greatest share of a bin of the widest kind, which is as high as the plot.
    peak: f64,
    /// Where the names of the strip's outcomes stand.
    legend: f64,
}

impl<'a> Plot<'a> {
    fn of(
        frame: &Frame,
        result: &'a Result,
        metric: &'a Metric,
        values: &'a Values,
        (low, high): (f64, f64),
        other: Option<(&'a Result, &'a Metric)>,
    ) -> Plot<'a> {
        let beside = !frame.narrow && (2..=BESIDE).contains(&result.outcomes.len());
        let legend = if beside { legend_width(result) } else { 0.0 };
        let left = MARGIN + 62.0;
        let tail = if frame.narrow { 18.0 } else { legend.max(70.0) };
        let x = Scale::new(low, high, left, frame.right() - tail);
        let mut plot = Plot {
            result,
            metric,
            values,
            other,
            low,
            high,
            ticks: Vec::new(),
            unit: String::new(),
            x,
            top: 0.0,
            bottom: 0.0,
            peak: 0.0,
            legend: x.right + 16.0,
        };
        plot.choose_ticks(frame);
        let heights = |metric: &Metric| {
            metric.histogram.shares.iter().zip(widths(metric)).map(|(s, w)| s / w).fold(0.0, f64::max)
        };
        plot.peak = heights(metric).max(other.map_or(0.0, |(_, other)| heights(other)));
        if plot.peak == 0.0 {
            // There are exact values only: the most frequent is as high as the plot.
            let most = atoms(metric).map(|(_, share)| share).fold(0.0, f64::max);
            plot.peak = most.max(1e-9) * 24.0 / (plot.x.to - plot.x.from).max(1e-300);
        }
        plot
    }

    fn choose_ticks(&mut self, frame: &Frame) {
        if let Values::Dates { start, .. } = self.values {
            let (from, to) = (start + self.low.floor() as i32, start + self.high.ceil() as i32);
            let scale = TimeScale::new(from, to, self.x.left, self.x.right);
            (self.x.from, self.x.to) = (self.low.floor(), self.high.ceil().max(self.low.floor() + 1.0));
            let ticks = scale.ticks(26.0).into_iter();
            self.ticks = ticks.map(|tick| ((tick.day - start) as f64, tick.label, tick.year)).collect();
            return;
        }
        let finest = if frame.narrow { 6 } else { 11 };
        let room = self.x.right - self.x.left;
        let fits = |axis: &scale::Axis| {
            let label = |tick: &f64| text::width(&axis.numbers.show(*tick), 26.0, false);
            let widest = axis.ticks.iter().map(label).fold(0.0, f64::max);
            widest * 1.25 * axis.ticks.len() as f64 <= room
        };
        let of = |most: usize| scale::axis(self.low, self.high, most, &self.metric.unit);
        let axis = (2..=finest).rev().map(of).find(fits).unwrap_or_else(|| of(2));
        // Nothing below 0 for what cannot be negative.
        let from = if self.low >= 0.0 { axis.from.max(0.0) } else { axis.from };
        (self.x.from, self.x.to) = (from, axis.to);
        self.ticks = axis.ticks.iter().map(|tick| (*tick, axis.numbers.show(*tick), None)).collect();
        self.unit = axis.numbers.unit();
    }

    /// Where the plot stands, which depends on what must fit above it.
    fn place(&mut self, frame: &Frame) {
        let atoms: Vec<(f64, f64)> = atoms(self.metric).collect();
        // A bar for an exact value stands beside the density, so the axis begins a little further in.
        if atoms.iter().any(|(value, _)| self.x.at(*value) - ATOM_WIDTH < self.x.left) {
            self.x.left += ATOM_WIDTH + 10.0;
        }
        if atoms.iter().any(|(value, _)| self.x.at(*value) > self.x.right - 1.0) {
            self.x.right -= ATOM_WIDTH + 10.0;
        }
        let lines = self.atom_lines(frame).iter().map(|line| line.0 + 1).max().unwrap_or(0);
        // Beside one line of them there is room for “the other 19 in 100”, where the two do not touch.
        let base = if self.middle().is_some() { 114.0 } else { 84.0 };
        self.top = frame.y + base + lines as f64 * LINE;
        self.bottom = self.top + if frame.narrow { 250.0 } else { 310.0 };
    }

    fn density(&self, frame: &mut Frame) {
        let drawing = &mut frame.drawing;
        if let Some(steps) = self.steps(self.metric) {
            let mut shape = vec![(steps[0].0, self.bottom)];
            shape.extend(&steps);
            shape.push((steps[steps.len() - 1].0, self.bottom));
            drawing.polygon(shape, BAND25);
        }
        if let Some(steps) = self.other.and_then(|(_, other)| self.steps(other)) {
            drawing.polyline(steps, GHOST, 3.0);
        }
        for (value, share) in atoms(self.metric) {
            let left = self.atom_left(value);
            // As high as if it were spread over a 24th of the axis.
            let wanted = share / (self.x.to - self.x.from).max(1e-300) * 24.0 / self.peak;
            let height = (wanted.min(1.0) * (self.bottom - self.top)).max(3.0);
            drawing.rect(left, self.bottom - height, ATOM_WIDTH, height, DATA);
            if wanted > 1.0 + 1e-9 {
                let y = self.top + 40.0;
                let right = left + ATOM_WIDTH;
                mark::slit(
                    drawing,
                    [(left - 1.0, y), (right + 1.0, y - 9.0), (right + 1.0, y + 5.0), (left - 1.0, y + 14.0)],
                );
            }
        }
        if self.x.from < 0.0 && self.x.to > 0.0 {
            drawing.line((self.x.at(0.0), self.top), (self.x.at(0.0), self.bottom), AXIS, 3.0);
        }
        let left = atoms(self.metric).map(|(value, _)| self.atom_left(value)).fold(self.x.left, f64::min);
        drawing.line((left, self.bottom), (self.x.right, self.bottom), AXIS, 3.0);
    }

    /// The bar of an exact value stands left of it, or right where the density lies left.
    fn atom_left(&self, value: f64) -> f64 {
        let at = self.x.at(value);
        let below: f64 = self.bins().filter(|(_, to, ..)| *to <= value + 1e-12).map(|(.., share)| share).sum();
        let above: f64 = self.bins().filter(|(from, ..)| *from >= value - 1e-12).map(|(.., share)| share).sum();
        match (below > 0.0, above > 0.0) {
            (false, false) => at - ATOM_WIDTH / 2.0,
            (true, false) => at,
            _ => at - ATOM_WIDTH,
        }
    }

    fn bins(&self) -> impl Iterator<Item = (f64, f64, usize, f64)> {
        let histogram = &self.metric.histogram;
        let pairs = histogram.edges.windows(2).zip(&histogram.shares).enumerate();
        pairs.map(|(index, (edges, share))| (edges[0], edges[1], index, *share))
    }

    /// The top of the stepped shape, from its first edge to its last.
    fn steps(&self, metric: &Metric) -> Option<Vec<Point>> {
        let mut steps: Vec<Point> = Vec::new();
        let histogram = &metric.histogram;
        for ((edges, share), width) in histogram.edges.windows(2).zip(&histogram.shares).zip(widths(metric)) {
            let height = (share / width / self.peak).clamp(0.0, 1.0);
            let y = self.bottom - height * (self.bottom - self.top);
            let within = |value: f64| self.x.at(value.clamp(self.x.from, self.x.to));
            steps.extend([(within(edges[0]), y), (within(edges[1]), y)]);
        }
        (!steps.is_empty()).then_some(steps)
    }

    /// What is said above: of each exact value how many have it; of the others the middle and nine of ten.
    fn marks(&self, frame: &mut Frame) {
        let quantile = |key: &str| self.metric.quantiles.get(key).copied().flatten();
        let label_y = self.top - 14.0;
        let mut last_line = label_y;
        if self.middle().is_some() {
            let words = if frame.narrow {
                ["1 in 20", "middle", "1 in 20"]
            } else {
                ["1 in 20 lower", "the middle", "1 in 20 higher"]
            };
            let marked: Vec<(f64, &str, bool)> = ["5", "50", "95"]
                .into_iter()
                .zip(words)
                .filter_map(|(key, words)| {
                    Some((quantile(key).filter(|value| !self.exact(*value))?, words, key == "50"))
                })
                .collect();
            self.quantiles(frame, &marked, label_y);
            last_line -= 72.0;
        } else if let Some((from, to)) = middle_of_rest(self.metric) {
            let others = 1.0 - atoms(self.metric).map(|(_, share)| share).sum::<f64>();
            let words = format!("the other {}", words::frequency(others, self.result.run.futures));
            let width = text::width(&words, 28.0, false);
            let center =
                self.x.at(f64::midpoint(from, to)).clamp(self.x.left + width / 2.0, frame.right() - width / 2.0);
            frame.drawing.text(center, label_y, ink(28.0).middle(), &words);
            let free = |(_, x, text): &(usize, f64, String)| {
                let reach = x + text::width(text, atom_size(frame), true);
                reach + 24.0 < center - width / 2.0 || *x > center + width / 2.0 + 24.0
            };
            if !self.atom_lines(frame).iter().all(free) {
                last_line -= 38.0;
            }
        }
        for (line, x, words) in self.atom_lines(frame) {
            frame.drawing.text(x, last_line - line as f64 * LINE, bold(atom_size(frame)), &words);
        }
    }

    /// Whether there are so many exact values that each has its figure only.
    fn many(&self) -> bool {
        atoms(self.metric).count() > 3
    }

    fn exact(&self, value: f64) -> bool {
        atoms(self.metric).any(|(atom, _)| (atom - value).abs() <= 1e-9 * value.abs().max(1e-9))
    }

    /// The middle value, where it is not one that many futures have exactly.
    fn middle(&self) -> Option<f64> {
        self.metric.quantiles.get("50").copied().flatten().filter(|value| !self.exact(*value))
    }

    /// The labels of the exact values: line from below, left end and words; each on the lowest line that has room.
    fn atom_lines(&self, frame: &Frame) -> Vec<(usize, f64, String)> {
        let mut free: Vec<f64> = Vec::new();
        let mut lines = Vec::new();
        let many = self.many();
        for (value, share) in atoms(self.metric) {
            let often = words::frequency(share, self.result.run.futures);
            let words = if many { often.brief() } else { format!("{often}: exactly {}", self.values.exact(value)) };
            let words = text::shorten(&words, atom_size(frame), true, frame.room());
            let width = text::width(&words, atom_size(frame), true);
            let aside = if many { (ATOM_WIDTH - width) / 2.0 } else { 0.0 };
            let x = (self.atom_left(value) + aside).min(frame.right() - width);
            let line = free.iter().position(|end| *end <= x).unwrap_or(free.len());
            if line == free.len() {
                free.push(0.0);
            }
            free[line] = x + width + 24.0;
            if line < 5 {
                lines.push((line, x, words));
            }
        }
        lines
    }

    fn quantiles(&self, frame: &mut Frame, marked: &[(f64, &str, bool)], label_y: f64) {
        let figure = |value: f64, main: bool| {
            if main && !frame.narrow { self.values.with_unit(value) } else { self.values.show(value) }
        };
        let wishes: Vec<f64> = marked.iter().map(|(value, ..)| self.x.at(*value)).collect();
        let sizes = |(large, small): (f64, f64)| -> Vec<f64> {
            let of = |(value, words, main): &(f64, &str, bool)| {
                let figure = bold(if *main { large } else { small }).width(&figure(*value, *main));
                figure.max(mute(24.0).width(words)) + 14.0
            };
            marked.iter().map(of).collect()
        };
        let fits = |size: &(f64, f64)| sizes(*size).iter().sum::<f64>() <= frame.room();
        let (large, small) = [(36.0, 32.0), (30.0, 28.0)].into_iter().find(fits).unwrap_or((24.0, 22.0));
        let places = labels::settle(&wishes, &sizes((large, small)), MARGIN - 7.0, frame.right() + 7.0);
        for ((value, words, main), (wish, place)) in marked.iter().zip(wishes.iter().zip(places)) {
            let size = if *main { large } else { small };
            frame.drawing.line((*wish, self.top), (*wish, self.bottom), INK, if *main { 5.0 } else { 3.0 });
            if (place - wish).abs() > 1.0 {
                frame.drawing.line((place, self.top - 12.0), (*wish, self.top), AXIS, 2.0);
            }
            frame.drawing.text(place, label_y - 32.0, bold(size).middle(), &figure(*value, *main));
            frame.drawing.text(place, label_y - 4.0, mute(24.0).middle(), words);
        }
    }

    fn axis(&self, frame: &mut Frame, striped: bool) {
        let y = frame.y;
        let baseline = y + 42.0;
        let mut last = MARGIN;
        for (value, label, year) in &self.ticks {
            let x = self.x.at(*value);
            frame.drawing.line((x, y + 4.0), (x, y + 13.0), AXIS, 2.0);
            let half = text::width(label, 26.0, false) / 2.0;
            let center = x.min(frame.width - 8.0 - half);
            frame.drawing.text(center, baseline, mute(26.0).middle(), label);
            last = center + half;
            if let Some(year) = year {
                frame.drawing.text(center, baseline + 31.0, mute(26.0).middle(), year);
            }
        }
        let years = self.ticks.iter().any(|(.., year)| year.is_some());
        frame.y = baseline + if years { 31.0 } else { 0.0 };
        let keyed = striped && (frame.narrow || self.result.outcomes.len() > BESIDE);
        let unit_width = text::width(&self.unit, 26.0, false);
        if !frame.narrow && last + 16.0 + unit_width <= frame.right() {
            frame.drawing.text(last + 16.0, baseline, mute(26.0), &self.unit);
        } else if !self.unit.is_empty() {
            frame.y += 34.0;
            frame.drawing.text(frame.right(), frame.y, mute(26.0).end(), &self.unit);
        }
        if keyed {
            outcome_key(frame, self.result, 40.0);
        }
    }
}

fn atom_size(frame: &Frame) -> f64 {
    if frame.narrow { 28.0 } else { 32.0 }
}

fn widths(metric: &Metric) -> impl Iterator<Item = f64> {
    metric.histogram.edges.windows(2).map(|edges| (edges[1] - edges[0]).max(1e-300))
}

fn legend_width(result: &Result) -> f64 {
    let names = result.outcomes.iter().map(|outcome| text::width(&words::label(&outcome.title), 26.0, false));
    names.fold(0.0, f64::max).min(300.0) + 44.0
}

/// Nine of ten of the futures that have none of the exact values, read off the bins.
fn middle_of_rest(metric: &Metric) -> Option<(f64, f64)> {
    let histogram = &metric.histogram;
    let total: f64 = histogram.shares.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let at = |wanted: f64| {
        let mut passed = 0.0;
        for (edges, share) in histogram.edges.windows(2).zip(&histogram.shares) {
            if *share > 0.0 && passed + share >= wanted * total {
                return edges[0] + (wanted * total - passed) / share * (edges[1] - edges[0]);
            }
            passed += share;
        }
        histogram.edges.last().copied().unwrap_or(0.0)
    };
    Some((at(0.05), at(0.95)))
}

fn answer(result: &Result, metric: &Metric, values: &Values, other: Option<(&Result, &Metric)>) -> String {
    let quantile = |metric: &Metric, key: &str| metric.quantiles.get(key).copied().flatten();
    let defined = defined_in(result, metric);
    let (Some(low), Some(middle), Some(high)) = (quantile(metric, "5"), quantile(metric, "50"), quantile(metric, "95"))
    else {
        return defined;
    };
    let heaviest =
        atoms(metric).max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(value, share)| *share >= 0.5 || *value == middle);
    if let (Some((value, share)), Some((ghost, other))) = (heaviest, other) {
        let now = words::frequency(share, result.run.futures);
        let was = atoms(other).find(|(other, _)| *other == value).map_or(0.0, |(_, share)| share);
        let was = words::frequency(was, ghost.run.futures).brief();
        return format!(
            "{defined}In {now} futures exactly {}, instead of {was} in {}.",
            values.show(value),
            words::case(ghost)
        );
    }
    if let Some((ghost, was)) = other.and_then(|(ghost, other)| Some((ghost, quantile(other, "50")?))) {
        let (now, was, case) = (values.with_unit(middle), values.with_unit(was), words::case(ghost));
        return if now == was {
            format!("{defined}The middle is {now}, as in {case}.")
        } else {
            format!("{defined}The middle is {now} instead of {was} in {case}.")
        };
    }
    let (first, where_defined) = if defined.is_empty() { ("In", "") } else { ("Then in", "") };
    if let Some((value, share)) = heaviest {
        let often = words::frequency(share, result.run.futures);
        let rest = match middle_of_rest(metric) {
            Some((from, to)) => {
                format!("; otherwise mostly between {} and {}", values.show(from), values.with_unit(to))
            }
            None if low < high => format!("; in 9 of 10 between {} and {}", values.exact(low), values.exact(high)),
            None => String::new(),
        };
        return format!("{defined}{first} {often} futures exactly {}{rest}.", values.exact(value));
    }
    if calendar_axis::span(result).is_some() && metric.unit == "date" {
        let (low, middle, high) = (values.show(low), values.show(middle), values.show(high));
        return format!(
            "{defined}{first} 9 of 10{where_defined} between {low} and {high}, in half of them after {middle}."
        );
    }
    let (low, middle, high) = (values.show(low), values.show(middle), values.with_unit(high));
    format!("{defined}{first} 9 of 10 futures between {low} and {high}, in half of them above {middle}.")
}

fn description(result: &Result, metric: &Metric, values: &Values) -> String {
    let mut text = answer(result, metric, values, None);
    for (value, share) in atoms(metric) {
        let often = words::frequency(share, result.run.futures);
        let _ = write!(text, " {often}: exactly {}.", values.exact(value));
    }
    let known: Vec<String> = metric
        .quantiles
        .iter()
        .filter_map(|(key, value)| Some(format!("{key} in 100 are at most {}", values.show((*value)?))))
        .collect();
    format!("{text} {}.", known.join(", "))
}
