//! Why does a target change? From one case to another, a bar for each change between them.

use super::drawing::{bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark::{self, Figure};
use super::palette::{AXIS, BG, GRID, Paint};
use super::scale::Scale;
use super::target::{Shown, Target};
use super::{Svg, text, words};
use crate::simulation::result::Outcome;

/// A difference between two cases, shared out among what was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    pub target: Target,
    /// For the target's colour.
    pub outcomes: Vec<Outcome>,
    /// Title and target of the case at the top: `Base case`.
    pub from: (String, f64),
    /// And of the one at the bottom.
    pub to: (String, f64),
    pub steps: Vec<WaterfallStep>,
    /// How many orders the shares are averaged over, where those are not all.
    pub sampled_orders: Option<u64>,
    pub source: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterfallStep {
    /// `The envoys land in Moscow: probability`.
    pub title: String,
    /// `65 % → 85 %`.
    pub change: String,
    /// Its share of the difference, and that share's 95 % interval.
    pub effect: f64,
    pub interval: Option<(f64, f64)>,
}

/// None without changes.
pub fn waterfall(waterfall: &Waterfall, width: u32) -> Option<Svg> {
    let most = waterfall.steps.iter().max_by(|a, b| a.effect.abs().total_cmp(&b.effect.abs()))?;
    let (low, high) = bounds(waterfall);
    let shown = waterfall.target.shown(low, high);
    let (from, to) = (waterfall.from.1, waterfall.to.1);
    let answer = format!(
        "From {} to {}. {} does most: {}.",
        shown.figure(from),
        shown.phrase(to),
        words::label(&most.title),
        shown.signed(most.effect)
    );
    let title = format!("Why does {} change?", waterfall.target.title);
    let mut frame = Frame::new("waterfall", &title, &answer, width);
    let cut = draw(&mut frame, waterfall, &shown, (low, high));
    let orders = match waterfall.sampled_orders {
        None => "every order in which the changes can be made".to_owned(),
        Some(count) => format!("{} of the orders in which the changes can be made", words::count(count)),
    };
    let orders = format!("Full bar: more; hollow: less. Each change’s share is its effect averaged over {orders}.");
    let cut = match cut {
        true if shown.are_dates() => "The scale does not start at the scenario’s start.",
        true => "The scale does not start at 0.",
        false => "",
    };
    Some(frame.finish(&[&orders, cut], &waterfall.source, &description(waterfall, &shown)))
}

fn bounds(waterfall: &Waterfall) -> (f64, f64) {
    let mut level = waterfall.from.1;
    let (mut low, mut high) = (level.min(waterfall.to.1), level.max(waterfall.to.1));
    for step in &waterfall.steps {
        level += step.effect;
        (low, high) = (low.min(level), high.max(level));
    }
    (low, high)
}

/// Draws the bars; gives whether the scale begins elsewhere than at 0.
fn draw(frame: &mut Frame, waterfall: &Waterfall, shown: &Shown, (low, high): (f64, f64)) -> bool {
    let (low, high) = (shown.on_axis(low), shown.on_axis(high));
    // The scale begins at 0 where the changes are large enough to be seen on it.
    let cut = low > 0.0 && (high - low) < 0.35 * high;
    let padded = (high - low).max(high.abs() * 0.02) * 0.4;
    let from = if cut { (low - padded * 1.6).max(0.0) } else { low.min(0.0) };
    let axis = shown.axis(from, high + if cut { padded * 0.3 } else { 0.0 });
    let narrow = frame.narrow;
    let paint = waterfall.target.paint(&waterfall.outcomes);
    let label_room = if narrow { frame.room() } else { label_room(frame, waterfall) };
    let left = if narrow { MARGIN } else { MARGIN + label_room + 24.0 };
    let name = shown.axis_name();
    let tail = if narrow { 130.0 } else { 40.0 + mute(26.0).width(&name).clamp(150.0, 320.0) };
    let scale = Scale::new(axis.from, axis.to, left, frame.right() - tail);
    let cut = axis.from > 0.0;
    let (row_height, height) = if narrow { (118.0, 48.0) } else { (84.0, 48.0) };
    let top = frame.y + 50.0;
    let bottom = top + row_height * (waterfall.steps.len() as f64 + 2.0) + 10.0;
    for tick in &axis.ticks {
        let x = scale.at(*tick);
        frame.drawing.line((x, top), (x, bottom), GRID, 2.0);
        frame.drawing.text(x, bottom + 34.0, mute(26.0).middle(), &axis.numbers.show(*tick));
    }
    let middle = |row: usize| {
        let row_top = top + row as f64 * row_height;
        if narrow { row_top + 38.0 + 12.0 + height / 2.0 } else { row_top + row_height / 2.0 + 5.0 }
    };
    let at = |value: f64| scale.at(shown.on_axis(value));
    let zero = scale.at(axis.from.max(0.0));
    let rows = Rows { label_room, height, cut, paint };
    rows.whole(frame, shown, &waterfall.from, middle(0), (zero, at(waterfall.from.1)));
    let mut level = waterfall.from.1;
    for (index, step) in waterfall.steps.iter().enumerate() {
        let row = index + 1;
        let joint = at(level);
        frame.drawing.line((joint, middle(row - 1) + height / 2.0), (joint, middle(row) - height / 2.0), AXIS, 2.5);
        rows.step(frame, shown, step, middle(row), level, &at);
        level += step.effect;
    }
    let last = waterfall.steps.len() + 1;
    let joint = at(level);
    frame.drawing.line((joint, middle(last - 1) + height / 2.0), (joint, middle(last) - height / 2.0), AXIS, 2.5);
    rows.whole(frame, shown, &waterfall.to, middle(last), (zero, at(waterfall.to.1)));
    frame.y = bottom + 34.0;
    let x = scale.right + 46.0;
    if !narrow && x + mute(26.0).width(&name) <= frame.right() {
        frame.drawing.text(x, frame.y, mute(26.0), &name);
    } else {
        frame.y += 34.0;
        frame.drawing.text(scale.right, frame.y, mute(26.0).end(), &name);
    }
    cut
}

fn label_room(frame: &Frame, waterfall: &Waterfall) -> f64 {
    let widest =
        waterfall.steps.iter().map(|step| text::width(&words::label(&step.title), 28.0, false)).fold(240.0, f64::max);
    widest.min(frame.width * 0.38)
}

struct Rows {
    label_room: f64,
    height: f64,
    cut: bool,
    paint: Paint,
}

impl Rows {
    fn whole(&self, frame: &mut Frame, shown: &Shown, case: &(String, f64), middle: f64, (zero, end): (f64, f64)) {
        let (size, lines) = text::fit(&words::label(&case.0), &[28.0, 26.0, 24.0], true, self.label_room);
        let title = text::shorten(&lines.join(" "), size, true, self.label_room);
        let narrow = frame.narrow;
        let drawing = &mut frame.drawing;
        if narrow {
            drawing.text_on_paper(MARGIN, middle - self.height / 2.0 - 12.0, bold(size), &title);
        } else {
            drawing.text(MARGIN, middle + 10.0, bold(size), &title);
        }
        let top = middle - self.height / 2.0;
        mark::bar(drawing, zero.min(end), top, (end - zero).abs(), self.height, self.paint);
        if self.cut && end - zero > 60.0 {
            let x = zero + 28.0;
            mark::slit(
                drawing,
                [
                    (x + 14.0, top - 1.0),
                    (x + 24.0, top - 1.0),
                    (x + 10.0, top + self.height + 1.0),
                    (x, top + self.height + 1.0),
                ],
            );
        }
        let mut figure = Figure::plain(bold(40.0), &shown.figure(case.1));
        if !narrow {
            let unit = if shown.axis_name() == "in 100 futures" { "in 100".to_owned() } else { String::new() };
            figure = figure.then(ink(28.0), &unit, 7.0);
        }
        let x = end.max(zero) + 20.0;
        drawing.rect(x - 6.0, middle - 22.0, figure.width() + 12.0, 44.0, BG);
        figure.draw(drawing, x, middle + 14.0);
    }

    fn step(
        &self,
        frame: &mut Frame,
        shown: &Shown,
        step: &WaterfallStep,
        middle: f64,
        level: f64,
        at: &dyn Fn(f64) -> f64,
    ) {
        let (from, to) = (at(level), at(level + step.effect));
        let (size, lines) = text::fit(&words::label(&step.title), &[28.0, 26.0, 25.0, 24.0], false, self.label_room);
        let narrow = frame.narrow;
        let drawing = &mut frame.drawing;
        if narrow {
            let title = text::shorten(&lines.join(" "), size, false, self.label_room);
            drawing.text_on_paper(MARGIN, middle - self.height / 2.0 - 12.0, ink(size), &title);
        } else {
            let title = text::shorten(&lines.join(" "), size, false, self.label_room);
            drawing.text(MARGIN, middle - 4.0, ink(size), &title);
            let change = text::shorten(&step.change, 24.0, false, self.label_room);
            drawing.text(MARGIN, middle + 28.0, mute(24.0), &change);
        }
        let (left, width, top) = (from.min(to), (from - to).abs(), middle - self.height / 2.0);
        if step.effect >= 0.0 {
            mark::bar(drawing, left, top, width, self.height, self.paint);
        } else {
            drawing.rect(left, top, width, self.height, BG);
            drawing.frame(left, top, width.max(4.0), self.height, self.paint, 4.0);
        }
        let mut reach = from.max(to);
        if let Some((low, high)) = step.interval {
            mark::interval(drawing, at(level + low), at(level + high), middle, 12.0);
            reach = reach.max(at(level + high));
        }
        let figure = Figure::plain(bold(32.0), &shown.signed(step.effect));
        drawing.rect(reach + 14.0, middle - 20.0, figure.width() + 12.0, 40.0, BG);
        figure.draw(drawing, reach + 20.0, middle + 12.0);
        if narrow && !step.change.is_empty() {
            let x = reach + 20.0 + figure.width() + 14.0;
            let room = frame.right() - x;
            if mute(24.0).width(&step.change) <= room {
                frame.drawing.text_on_paper(x, middle + 10.0, mute(24.0), &step.change);
            }
        }
    }
}

fn description(waterfall: &Waterfall, shown: &Shown) -> String {
    let steps: Vec<String> = waterfall
        .steps
        .iter()
        .map(|step| format!("{}, {}: {}", words::label(&step.title), step.change, shown.signed(step.effect)))
        .collect();
    let case = |case: &(String, f64)| format!("{}: {}", case.0, shown.phrase(case.1));
    format!("{}. {}. {}.", case(&waterfall.from), steps.join("; "), case(&waterfall.to))
}
