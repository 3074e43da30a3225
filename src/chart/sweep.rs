//! What if an assumption were different? The outcomes as a stack over its values, or another target as a line.

use super::drawing::{Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::labels;
use super::mark::{self, Sign};
use super::palette::{self, AXIS, BAND25, BG, DATA, GRID, INK, Layer};
use super::scale::{self, Scale};
use super::target::{Shown, Target};
use super::words::Numbers;
use super::{Svg, text, words};
use crate::simulation::result::Outcome;
use std::fmt::Write;

/// A target over the values of one assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    pub target: Target,
    /// In words: `The channel is closed: rate`.
    pub assumption: String,
    /// Its unit at the axis: `a year`; `%` where values are shares times 100.
    pub unit: String,
    /// The assumption's values, from low to high.
    pub values: Vec<f64>,
    /// The target at each of them, with its 95 % interval.
    pub targets: Vec<f64>,
    pub intervals: Vec<(f64, f64)>,
    /// The outcomes in file order, and at each value their shares: a stack is drawn where the target is one of them.
    pub outcomes: Vec<Outcome>,
    pub shares: Vec<Vec<f64>>,
    /// The file's value and range.
    pub now: Option<f64>,
    pub range: Option<(f64, f64)>,
    /// Where something changes, from left to right.
    pub crossings: Vec<Crossing>,
    /// Where a value of the assumption is looked for.
    pub sought: Option<Sought>,
    pub source: String,
}

/// A value of the assumption at which something changes, or the target is what is sought.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    pub at: f64,
    /// How well luck lets it be known; an end is missing where that is beyond the chart.
    pub interval: Option<(Option<f64>, Option<f64>)>,
    /// In a sentence: `thaw becomes the likeliest`.
    pub says: String,
}

/// What the target is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    pub to: f64,
    pub question: String,
    pub answer: String,
}

/// None without at least two values.
pub fn sweep(sweep: &Sweep, width: u32) -> Option<Svg> {
    let (Some(&from), Some(&to)) = (sweep.values.first(), sweep.values.last()) else { return None };
    if from >= to || sweep.targets.len() != sweep.values.len() {
        return None;
    }
    let (low, high) = extent(&sweep.targets);
    let shown = sweep.target.shown(low, high);
    let (name, title, answer) = match &sweep.sought {
        Some(sought) => ("seek", sought.question.clone(), sought.answer.clone()),
        None => ("sweep", format!("What if “{}” were different?", sweep.assumption), answer(sweep, &shown)),
    };
    let mut frame = Frame::new(name, &title, &answer, width);
    let stacked =
        sweep.target.outcome.is_some() && sweep.outcomes.len() > 1 && sweep.shares.len() == sweep.values.len();
    let layers = if stacked { palette::layers(&sweep.outcomes) } else { Vec::new() };
    let plot = Plot::of(&frame, sweep, &shown, &layers);
    plot.vertical_axis(&mut frame);
    if stacked {
        plot.stack(&mut frame, &layers);
    } else {
        plot.line(&mut frame);
    }
    match &sweep.sought {
        Some(sought) => plot.sought(&mut frame, sought, &shown),
        None => plot.crossings(&mut frame),
    }
    plot.now(&mut frame, &layers);
    plot.horizontal_axis(&mut frame);
    if stacked && frame.narrow {
        let entries: Vec<(Sign, String)> =
            layers.iter().rev().map(|layer| (Sign::Swatch(layer.paint), layer.label.clone())).collect();
        mark::key(&mut frame, 50.0, 26.0, &entries);
    }
    let half = sweep.intervals.iter().map(|(low, high)| (high - low) / 2.0).fold(0.0, f64::max);
    let unit = if sweep.target.unit.is_none() { " in 100" } else { "" };
    let note = format!("95 % interval of the simulation: at most {}{unit}.", shown.plus_minus(half));
    let note = if half > 0.0 { note } else { String::new() };
    let known = sweep.crossings.iter().any(|crossing| crossing.interval.is_some());
    let mark = if known { "Capped mark: how well luck lets the value be known (95 %)." } else { "" };
    Some(frame.finish(&[mark, &note], &sweep.source, &description(sweep, &shown)))
}

fn extent(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

impl Sweep {
    /// How the assumption's values are written.
    fn numbers(&self) -> Numbers {
        let (low, high) = extent(&self.values);
        Numbers::between(low, high, "")
    }

    fn say(&self, value: f64) -> String {
        let from_numbers = words::number(value);
        let rounded = self.numbers().show(value);
        // The file's own value is said with all of its digits, where they are few.
        if from_numbers.len() <= rounded.len() + 2 { from_numbers } else { rounded }
    }

    /// With its sign where it is a percentage; other units stand at the axis.
    fn figure(&self, value: f64) -> String {
        if self.unit == "%" { format!("{} %", self.say(value)) } else { self.say(value) }
    }

    /// Between the values that were tried: on the straight line.
    fn between(&self, series: &dyn Fn(usize) -> f64, at: f64) -> Option<f64> {
        let after = self.values.iter().position(|value| *value >= at)?;
        if self.values[after] == at {
            return Some(series(after));
        }
        let before = after.checked_sub(1)?;
        let part = (at - self.values[before]) / (self.values[after] - self.values[before]);
        Some(series(before) + (series(after) - series(before)) * part)
    }

    fn target_at(&self, value: f64) -> Option<f64> {
        self.between(&|index| self.targets[index], value)
    }
}

fn answer(sweep: &Sweep, shown: &Shown) -> String {
    let title = words::label(&sweep.target.title);
    let unit = if sweep.unit.is_empty() { String::new() } else { format!(" {}", sweep.unit) };
    let in_range =
        sweep.range.and_then(|(low, high)| Some(((low, high), sweep.target_at(low)?, sweep.target_at(high)?)));
    let last = sweep.values.len() - 1;
    let ((from, to), low, high, over) = if let Some((range, low, high)) = in_range {
        (range, low, high, "over the stated range, ")
    } else {
        ((sweep.values[0], sweep.values[last]), sweep.targets[0], sweep.targets[last], "from ")
    };
    let mut words = format!(
        "{title} goes from {} to {} {over}{} to {}{unit}",
        shown.figure(low),
        shown.phrase(high),
        sweep.say(from),
        sweep.say(to)
    );
    if shown.figure(low) == shown.figure(high) {
        words = format!("{title} is {} both at {} and at {}{unit}", shown.phrase(low), sweep.say(from), sweep.say(to));
    }
    if let Some((now, target)) = sweep.now.and_then(|now| Some((now, sweep.target_at(now)?))) {
        let _ = write!(words, "; now at {} it is {}", sweep.figure(now), shown.figure(target));
    }
    for (place, crossing) in sweep.crossings.iter().enumerate() {
        let at = if place == 0 { ". At" } else { ", at" };
        let _ = write!(words, "{at} {} {}", sweep.figure(crossing.at), crossing.says);
    }
    format!("{words}.")
}

struct Plot<'a> {
    sweep: &'a Sweep,
    x: Scale,
    y: Scale,
    x_ticks: Vec<f64>,
    y_axis: scale::Axis,
    y_name: String,
    stacked: bool,
}

impl<'a> Plot<'a> {
    fn of(frame: &Frame, sweep: &'a Sweep, shown: &Shown, layers: &[Layer]) -> Plot<'a> {
        let stacked = !layers.is_empty();
        let y_axis = if stacked {
            scale::Axis {
                from: 0.0,
                to: 100.0,
                ticks: vec![0.0, 25.0, 50.0, 75.0, 100.0],
                numbers: Numbers::between(0.0, 100.0, ""),
            }
        } else {
            let ends = sweep.intervals.iter().flat_map(|(low, high)| [*low, *high]);
            let ends = ends.chain(sweep.sought.as_ref().map(|sought| sought.to));
            let (low, high) = extent(&sweep.targets.iter().copied().chain(ends).collect::<Vec<f64>>());
            shown.axis(shown.on_axis(low), shown.on_axis(high))
        };
        let label = |tick: &f64| text::width(&y_axis.numbers.show(*tick), 26.0, false);
        let left = MARGIN + y_axis.ticks.iter().map(label).fold(30.0, f64::max) + 18.0;
        let names = layers.iter().map(|layer| bold(28.0).width(&layer.label) + 46.0).fold(0.0, f64::max);
        let tail = if frame.narrow || !stacked { 20.0 } else { names.min(frame.width * 0.25) };
        let top = frame.y + 84.0;
        let bottom = top + if frame.narrow { 420.0 } else { 520.0 };
        let (from, to) = (sweep.values[0], sweep.values[sweep.values.len() - 1]);
        let x = Scale::new(from, to, left, frame.right() - tail);
        let most = if frame.narrow { 6 } else { 9 };
        let step = scale::step(from, to, most);
        Plot {
            sweep,
            x,
            y: Scale::new(y_axis.from, y_axis.to, bottom, top),
            x_ticks: scale::places(from, to, step),
            y_axis,
            y_name: shown.axis_name(),
            stacked,
        }
    }

    fn vertical_axis(&self, frame: &mut Frame) {
        frame.drawing.text(MARGIN, self.y.right - 26.0, mute(26.0), &self.y_name);
        for tick in &self.y_axis.ticks {
            let y = self.y.at(*tick);
            let (to, paint) = if self.stacked { (self.x.left, AXIS) } else { (self.x.right, GRID) };
            frame.drawing.line((self.x.left - 9.0, y), (to, y), paint, 2.0);
            let label = self.y_axis.numbers.show(*tick);
            frame.drawing.text(self.x.left - 16.0, y + 9.0, mute(26.0).end(), &label);
        }
    }

    fn points(&self, value: &dyn Fn(usize) -> f64) -> Vec<Point> {
        self.sweep.values.iter().enumerate().map(|(index, at)| (self.x.at(*at), self.y.at(value(index)))).collect()
    }

    /// In file order from below, with white lines between and names on the right.
    fn stack(&self, frame: &mut Frame, layers: &[Layer]) {
        let shares = &self.sweep.shares;
        let up_to = |count: usize, index: usize| {
            100.0 * layers[..count].iter().map(|layer| layer.of(&shares[index])).sum::<f64>()
        };
        let level = |count: usize| self.points(&|index| up_to(count, index));
        for (place, layer) in layers.iter().enumerate() {
            let mut area = level(place);
            area.extend(level(place + 1).into_iter().rev());
            frame.drawing.polygon(area, layer.paint);
        }
        for place in 1..layers.len() {
            frame.drawing.polyline(level(place), BG, 3.0);
        }
        if frame.narrow {
            return;
        }
        let last = shares.len() - 1;
        let wishes: Vec<f64> = (0..layers.len())
            .map(|place| self.y.at(f64::midpoint(up_to(place, last), up_to(place + 1, last))))
            .collect();
        let places = labels::spread(&wishes, 36.0, self.y.right + 16.0, self.y.left - 10.0);
        for (layer, y) in layers.iter().zip(places) {
            let x = self.x.right + 16.0;
            mark::swatch(&mut frame.drawing, x, y + 10.0, 28.0, layer.paint);
            let label = text::shorten(&layer.label, 28.0, true, frame.right() - x - 30.0);
            frame.drawing.text(x + 30.0, y + 10.0, bold(28.0), &label);
        }
    }

    fn line(&self, frame: &mut Frame) {
        let sweep = self.sweep;
        let times = if sweep.target.unit.is_none() { 100.0 } else { 1.0 };
        if sweep.intervals.len() == sweep.values.len() {
            let mut band = self.points(&|index| sweep.intervals[index].0 * times);
            band.extend(self.points(&|index| sweep.intervals[index].1 * times).into_iter().rev());
            frame.drawing.polygon(band, BAND25);
        }
        frame.drawing.polyline(self.points(&|index| sweep.targets[index] * times), DATA, 7.0);
    }

    /// The file's value: a line, and the figures on it.
    fn now(&self, frame: &mut Frame, layers: &[Layer]) {
        let sweep = self.sweep;
        let Some(now) = sweep.now.filter(|now| (self.x.from..=self.x.to).contains(now)) else { return };
        let x = self.x.at(now);
        frame.drawing.line((x, self.y.right - 14.0), (x, self.y.left + 14.0), INK, 4.0);
        let words = format!("now {}", sweep.figure(now));
        let half = bold(30.0).width(&words) / 2.0;
        let axis_name = MARGIN + mute(26.0).width(&self.y_name) + 16.0;
        let center = x.clamp(axis_name + half, frame.right() - half);
        frame.drawing.text(center, self.y.right - 26.0, bold(30.0).middle(), &words);
        let mut below = 0.0;
        for layer in layers {
            let share = sweep.between(&|index| layer.of(&sweep.shares[index]), now).unwrap_or(0.0);
            let (from, to) = (self.y.at(below * 100.0), self.y.at((below + share) * 100.0));
            below += share;
            if from - to < 40.0 {
                continue;
            }
            let figure = words::of_hundred(share);
            let width = bold(30.0).width(&figure);
            let left = if x + 30.0 + width > self.x.right { x - 28.0 - width } else { x + 10.0 };
            let y = f64::midpoint(from, to);
            frame.drawing.rect(left, y - 20.0, width + 16.0, 40.0, BG);
            frame.drawing.text(left + 8.0, y + 11.0, bold(30.0), &figure);
        }
    }

    /// Lines through the whole plot, each with its value; where two are near each other, one label below the other.
    fn crossings(&self, frame: &mut Frame) {
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for crossing in &self.sweep.crossings {
            if !(self.x.from..=self.x.to).contains(&crossing.at) {
                continue;
            }
            let x = self.x.at(crossing.at);
            frame.drawing.line((x, self.y.right), (x, self.y.left + 14.0), BG, 8.0);
            mark::dashes(&mut frame.drawing, &[(x, self.y.right), (x, self.y.left + 14.0)], INK, 4.0);
            let label = self.sweep.figure(crossing.at);
            let width = bold(28.0).width(&label);
            let left = if x + 30.0 + width > self.x.right { x - 28.0 - width } else { x + 12.0 };
            let mut top = self.y.right + 8.0;
            while taken.iter().any(|(from, to, at)| *at == top && left < *to && left + width + 16.0 > *from) {
                top += 44.0;
            }
            taken.push((left, left + width + 16.0, top));
            frame.drawing.rect(left, top, width + 16.0, 38.0, BG);
            frame.drawing.text(left + 8.0, top + 29.0, bold(28.0), &label);
        }
    }

    /// What the target is to be, as a line; from where it is met, down to the values at which it is.
    fn sought(&self, frame: &mut Frame, sought: &Sought, shown: &Shown) {
        let y = self.y.at(shown.on_axis(sought.to));
        mark::dashes(&mut frame.drawing, &[(self.x.left, y), (self.x.right, y)], INK, 4.0);
        let mut free = f64::NEG_INFINITY;
        for crossing in self.sweep.crossings.iter().filter(|found| (self.x.from..=self.x.to).contains(&found.at)) {
            let x = self.x.at(crossing.at);
            mark::dashes(&mut frame.drawing, &[(x, y), (x, self.y.left + 14.0)], INK, 4.0);
            if let Some((low, high)) = crossing.interval {
                let end = |end: Option<f64>, beyond: f64| end.map_or(beyond, |end| self.x.at(end));
                mark::interval(&mut frame.drawing, end(low, self.x.left), end(high, self.x.right), y, 12.0);
            }
            let label = self.sweep.figure(crossing.at);
            let width = bold(30.0).width(&label);
            let right = x + 30.0 + width <= self.x.right;
            let left = if right { x + 12.0 } else { x - 28.0 - width };
            if left > free {
                frame.drawing.rect(left, self.y.left - 52.0, width + 16.0, 42.0, BG);
                frame.drawing.text(left + 8.0, self.y.left - 20.0, bold(30.0), &label);
                free = left + width + 16.0;
            }
        }
    }

    /// Ticks, the bracket of the file's range, and what the axis is.
    fn horizontal_axis(&self, frame: &mut Frame) {
        let bottom = self.y.left;
        let step = if self.x_ticks.len() > 1 { self.x_ticks[1] - self.x_ticks[0] } else { 1.0 };
        let numbers = Numbers::in_steps(step, self.x.to.abs().max(self.x.from.abs()), "");
        let mut free = f64::NEG_INFINITY;
        for tick in &self.x_ticks {
            let x = self.x.at(*tick);
            frame.drawing.line((x, bottom), (x, bottom + 9.0), AXIS, 2.0);
            let label = numbers.show(*tick);
            let half = text::width(&label, 26.0, false) / 2.0;
            let center = x.min(frame.width - 8.0 - half);
            if center - half > free {
                frame.drawing.text(center, bottom + 40.0, mute(26.0).middle(), &label);
                free = center + half + 8.0;
            }
        }
        frame.drawing.line((self.x.left, bottom), (self.x.right, bottom), AXIS, 2.0);
        frame.y = bottom + 40.0;
        if let Some((low, high)) = self.sweep.range {
            let (low, high) = (self.x.at(low.max(self.x.from)), self.x.at(high.min(self.x.to)));
            if low < high {
                let y = frame.y + 24.0;
                frame.drawing.line((low, y), (high, y), DATA, 7.0);
                for x in [low, high] {
                    frame.drawing.line((x, y - 10.0), (x, y + 10.0), DATA, 3.0);
                }
                let words = "range in the file";
                if high + 16.0 + mute(26.0).width(words) <= frame.right() {
                    frame.drawing.text(high + 16.0, y + 9.0, mute(26.0), words);
                } else if low - 16.0 - mute(26.0).width(words) >= MARGIN {
                    frame.drawing.text(low - 16.0, y + 9.0, mute(26.0).end(), words);
                } else {
                    frame.drawing.text(high, y + 40.0, mute(26.0).end(), words);
                    frame.y += 30.0;
                }
                frame.y += 34.0;
            }
        }
        let name = if self.sweep.unit.is_empty() {
            self.sweep.assumption.clone()
        } else {
            format!("{}, {}", self.sweep.assumption, self.sweep.unit)
        };
        for line in text::wrap(&name, 28.0, false, frame.right() - self.x.left, 2) {
            frame.y += 42.0;
            frame.drawing.text(self.x.left, frame.y, ink(28.0), &line);
        }
    }
}

fn description(sweep: &Sweep, shown: &Shown) -> String {
    let count = sweep.values.len();
    let every = count.div_ceil(7).max(1);
    let parts: Vec<String> = (0..count)
        .filter(|index| index % every == 0 || *index == count - 1)
        .map(|index| format!("at {} {}", sweep.say(sweep.values[index]), shown.figure(sweep.targets[index])))
        .collect();
    format!("{} over “{}”: {}.", words::label(&sweep.target.title), sweep.assumption, parts.join(", "))
}
