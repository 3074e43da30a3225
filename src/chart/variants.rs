//! How do the futures end, case by case? For each outcome a bar a case, all on one scale, with the first case as a line
//! through the others.

use super::drawing::{bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark;
use super::outcomes::INTERVALS;
use super::palette::{self, AXIS, GHOST, GRID};
use super::scale::{self, Scale};
use super::{Svg, text, words};
use crate::simulation::result::Outcome;

/// Several cases side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Variants {
    /// The outcomes in file order; the chart does not read their shares.
    pub outcomes: Vec<Outcome>,
    /// The first is what the others are compared with.
    pub cases: Vec<Case>,
    pub source: String,
}

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// `Base case`, `The envoys land`.
    pub title: String,
    /// The share of each outcome, and its 95 % interval.
    pub shares: Vec<f64>,
    pub intervals: Vec<(f64, f64)>,
    /// Half the width of the 95 % interval of each difference to the first case, where the luck is the same; else empty.
    pub half_widths: Vec<f64>,
}

/// None with fewer than two cases, or without outcomes.
pub fn variants(variants: &Variants, width: u32) -> Option<Svg> {
    let count = variants.outcomes.len();
    let fits = |case: &Case| case.shares.len() == count && case.intervals.len() == count;
    if variants.cases.len() < 2 || count == 0 || !variants.cases.iter().all(fits) {
        return None;
    }
    let mut frame = Frame::new("variants", "How do the futures end, case by case?", &answer(variants), width);
    let layout = Layout::of(&frame, variants);
    frame.y += 20.0;
    for row in (0..count).collect::<Vec<usize>>().chunks(layout.columns) {
        layout.panels(&mut frame, variants, row);
    }
    let line = format!("Scales: in 100 futures. Thin line: {}.", words::label(&variants.cases[0].title));
    Some(frame.finish(&[&line, INTERVALS], &variants.source, &description(variants)))
}

fn answer(variants: &Variants) -> String {
    let base = &variants.cases[0];
    let mut most: Option<(f64, usize, usize)> = None;
    for (case, of) in variants.cases.iter().enumerate().skip(1) {
        for (outcome, share) in of.shares.iter().enumerate() {
            let size = (share - base.shares[outcome]).abs();
            if most.is_none_or(|(largest, ..)| size > largest) {
                most = Some((size, case, outcome));
            }
        }
    }
    match most {
        Some((size, case, outcome)) if size >= 0.005 => {
            let of = &variants.cases[case];
            format!(
                "Most changes under “{}”: {} in {} of 100 futures instead of {}.",
                of.title,
                variants.outcomes[outcome].title,
                words::of_hundred(of.shares[outcome]),
                words::of_hundred(base.shares[outcome])
            )
        }
        _ => format!("Hardly anything changes against {}.", base.title),
    }
}

struct Layout {
    columns: usize,
    pitch: f64,
    label_room: f64,
    bar_room: f64,
    row: f64,
    to: f64,
}

const FIGURE: f64 = 30.0;

impl Layout {
    fn of(frame: &Frame, variants: &Variants) -> Layout {
        let largest =
            variants.cases.iter().flat_map(|case| case.intervals.iter().map(|(_, high)| *high)).fold(0.0, f64::max);
        let to = scale::round_top(largest);
        if frame.narrow {
            let pitch = frame.room();
            let bar_room = bar_room(variants, pitch, to);
            return Layout { columns: 1, pitch, label_room: pitch, bar_room, row: 84.0, to };
        }
        let widest =
            variants.cases.iter().map(|case| text::width(&words::label(&case.title), 26.0, false)).fold(0.0, f64::max);
        let label_room = widest.clamp(120.0, frame.room() * 0.24);
        let columns = (((frame.room() - label_room) / 420.0).floor() as usize).clamp(1, variants.outcomes.len());
        let pitch = (frame.room() - label_room - 20.0) / columns as f64;
        Layout { columns, pitch, label_room, bar_room: bar_room(variants, pitch - 24.0, to), row: 56.0, to }
    }

    fn panels(&self, frame: &mut Frame, variants: &Variants, outcomes: &[usize]) {
        let narrow = frame.narrow;
        let paints = palette::of_outcomes(&variants.outcomes);
        let head = frame.y + 52.0;
        let top = head + 20.0;
        let bottom = top + variants.cases.len() as f64 * self.row + 6.0;
        let first = if frame.narrow { MARGIN } else { MARGIN + self.label_room + 20.0 };
        for (column, &outcome) in outcomes.iter().enumerate() {
            let left = first + column as f64 * self.pitch;
            let scale = Scale::new(0.0, self.to, left, left + self.bar_room);
            mark::swatch(&mut frame.drawing, left, head, 30.0, paints[outcome]);
            let room = self.pitch - 50.0;
            let (size, lines) =
                text::fit(&words::label(&variants.outcomes[outcome].title), &[30.0, 26.0, 24.0], true, room);
            let title = text::shorten(&lines.join(" "), size, true, room);
            frame.drawing.text(left + 32.0, head, bold(size), &title);
            let most = ((self.bar_room / 70.0) as usize).clamp(2, 5);
            for tick in scale::places(0.0, self.to, scale::step(0.0, self.to, most)) {
                let x = scale.at(tick);
                frame.drawing.line((x, top), (x, bottom), GRID, 2.0);
                frame.drawing.text(x, bottom + 30.0, mute(24.0).middle(), &words::of_hundred(tick));
            }
            let base = variants.cases[0].shares[outcome];
            let middle = |index: usize| top + (index as f64 + 0.5) * self.row + 3.0 + if narrow { 16.0 } else { 0.0 };
            for (index, case) in variants.cases.iter().enumerate() {
                let width = scale.at(case.shares[outcome]) - left;
                mark::bar(&mut frame.drawing, left, middle(index) - 16.0, width, 32.0, paints[outcome]);
            }
            frame.drawing.line((left, top), (left, bottom), AXIS, 3.0);
            frame.drawing.line((scale.at(base), top), (scale.at(base), bottom), GHOST, 2.5);
            for (index, case) in variants.cases.iter().enumerate() {
                figures(frame, case, outcome, (index > 0).then_some(base), &scale, middle(index));
            }
            if frame.narrow {
                for (index, case) in variants.cases.iter().enumerate() {
                    let title = text::shorten(&words::label(&case.title), 24.0, false, self.label_room - 12.0);
                    frame.drawing.text_on_paper(left + 8.0, top + index as f64 * self.row + 27.0, ink(24.0), &title);
                }
            }
        }
        if !frame.narrow {
            for (index, case) in variants.cases.iter().enumerate() {
                let y = top + (index as f64 + 0.5) * self.row + 3.0;
                let (size, lines) = text::fit(&words::label(&case.title), &[26.0, 24.0], false, self.label_room);
                let shift = (lines.len() as f64 - 1.0) * 13.0;
                for (line, words) in lines.iter().enumerate() {
                    frame.drawing.text(
                        MARGIN,
                        y + 9.0 - shift + line as f64 * 26.0,
                        ink(size.min(if lines.len() > 1 { 22.0 } else { 26.0 })),
                        words,
                    );
                }
            }
        }
        frame.y = bottom + 30.0;
    }
}

/// The longest scale on which every bar leaves room for its own figures.
fn bar_room(variants: &Variants, pitch: f64, to: f64) -> f64 {
    let mut room = pitch - 40.0;
    for (index, case) in variants.cases.iter().enumerate() {
        for (outcome, share) in case.shares.iter().enumerate() {
            let base = (index > 0).then_some(variants.cases[0].shares[outcome]);
            let change = base.map_or(0.0, |base| 12.0 + ink(24.0).width(&change(case, outcome, base)));
            let figures = 16.0 + bold(FIGURE).width(&words::of_hundred(*share)) + change;
            let part = case.intervals[outcome].1.max(*share) / to;
            if part > 0.0 {
                room = room.min((pitch - figures) / part);
            }
        }
    }
    room.max(90.0)
}

fn change(case: &Case, outcome: usize, base: f64) -> String {
    words::change(case.shares[outcome], base, case.half_widths.get(outcome).copied())
}

fn figures(frame: &mut Frame, case: &Case, outcome: usize, base: Option<f64>, scale: &Scale, y: f64) {
    let share = case.shares[outcome];
    let (low, high) = case.intervals[outcome];
    let drawing = &mut frame.drawing;
    if share > 0.0 && share < 1.0 {
        mark::interval(drawing, scale.at(low), scale.at(high), y, 9.0);
    }
    let x = scale.at(high.max(share)) + 16.0;
    let width = drawing.text_on_paper(x, y + 11.0, bold(FIGURE), &words::of_hundred(share));
    if let Some(base) = base {
        drawing.text_on_paper(x + width + 12.0, y + 10.0, mute(24.0), &change(case, outcome, base));
    }
}

fn description(variants: &Variants) -> String {
    let of = |case: &Case| {
        let shares: Vec<String> = variants
            .outcomes
            .iter()
            .zip(&case.shares)
            .map(|(outcome, share)| format!("{} {}", outcome.title, words::of_hundred(*share)))
            .collect();
        format!("{}: {}", case.title, shares.join(", "))
    };
    format!("In 100 futures. {}.", variants.cases.iter().map(of).collect::<Vec<String>>().join("; "))
}
