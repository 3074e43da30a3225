//! Bars of shares, one a row, on one scale from 0 to a round top: for whatever is a share of the futures.

use super::drawing::{Type, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark::{self, Figure};
use super::palette::{AXIS, BG, GHOST, GRID, Paint};
use super::scale::{self, Scale};
use super::text;
use super::words;

pub(super) struct Bar {
    pub(super) label: String,
    pub(super) paint: Paint,
    pub(super) share: f64,
    /// The 95 % interval of the simulation.
    pub(super) interval: Option<(f64, f64)>,
    /// The share in the other case, and what the change is called.
    pub(super) ghost: Option<(f64, String)>,
}

/// Draws the bars and their axis. `futures` is how many “never” and “always” are said of.
pub(super) fn draw(frame: &mut Frame, bars: &[Bar], futures: u64) {
    let mut layout = Layout::of(frame, bars, futures, frame.narrow);
    if !frame.narrow && layout.scale.right - layout.scale.left < 320.0 {
        layout = Layout::of(frame, bars, futures, true);
    }
    let (top, bottom) = (frame.y + if frame.narrow { 34.0 } else { 50.0 }, layout.bottom(frame));
    axis(frame, &layout, top, bottom);
    frame.drawing.line((layout.scale.left, top), (layout.scale.left, bottom), AXIS, 3.0);
    let mut y = top + if frame.narrow { 0.0 } else { 6.0 };
    for (bar, row) in bars.iter().zip(&layout.rows) {
        draw_row(frame, &layout, bar, row, y);
        y += row.height;
    }
    frame.y = bottom + 34.0;
    axis_name(frame, &layout);
}

struct Layout {
    scale: Scale,
    bar_height: f64,
    label_room: f64,
    ghosts: bool,
    rows: Vec<Row>,
}

struct Row {
    height: f64,
    label_size: f64,
    label: Vec<String>,
    figure: Figure,
    /// What stands under the figure in the narrow layout.
    below: Option<(Type, String)>,
}

impl Layout {
    /// `terse`: what stands beside a figure goes under it.
    fn of(frame: &Frame, bars: &[Bar], futures: u64, terse: bool) -> Layout {
        let narrow = frame.narrow;
        let many = bars.len() >= 9;
        let ghosts = bars.iter().any(|bar| bar.ghost.is_some());
        let largest = if narrow { 32.0 } else { 34.0 };
        let widest = bars.iter().map(|bar| text::width(&bar.label, largest, true)).fold(0.0, f64::max);
        let label_room = if narrow { frame.room() } else { widest.min(frame.width * 0.29) };
        let rows: Vec<Row> =
            bars.iter().map(|bar| row(bar, (narrow, terse, many, ghosts), label_room, futures)).collect();
        let left = if narrow { MARGIN } else { MARGIN + label_room + 18.0 };
        let reach = |bar: &Bar| {
            bar.share
                .max(bar.interval.map_or(0.0, |(_, high)| high))
                .max(bar.ghost.as_ref().map_or(0.0, |ghost| ghost.0))
        };
        let to = scale::round_top(bars.iter().map(reach).fold(0.0, f64::max));
        // The axis is as long as the figures beside the bars and its own name leave it.
        let name = if narrow { 0.0 } else { 60.0 + text::width("in 100 futures", 26.0, false) };
        let mut length = frame.right() - left - name.max(24.0);
        for (bar, row) in bars.iter().zip(&rows) {
            let below = row.below.as_ref().map_or(0.0, |(kind, words)| kind.width(words));
            let figure = row.figure.width().max(below) + 34.0;
            let part = reach(bar) / to;
            if part > 0.0 {
                length = length.min((frame.right() - left - figure) / part);
            }
        }
        let scale = Scale::new(0.0, to, left, left + length.max(120.0));
        let bar_height = if narrow {
            46.0
        } else if many {
            40.0
        } else {
            56.0
        };
        Layout { scale, bar_height, label_room, ghosts, rows }
    }

    fn bottom(&self, frame: &Frame) -> f64 {
        let rows: f64 = self.rows.iter().map(|row| row.height).sum();
        frame.y + rows + if frame.narrow { 44.0 } else { 62.0 }
    }
}

fn row(bar: &Bar, (narrow, terse, many, ghosts): (bool, bool, bool, bool), label_room: f64, futures: u64) -> Row {
    let frequency = words::frequency(bar.share, futures);
    let mut figure = Figure::new(&frequency, 44.0);
    if terse && ghosts && frequency.is_extreme() {
        figure = Figure::plain(bold(38.0), &frequency.figure);
    }
    let half = bar.interval.and_then(|(low, high)| frequency.plus_minus(low, high));
    let aside = match &bar.ghost {
        Some((_, change)) if change.starts_with(|c: char| c.is_ascii_digit()) => Some((bold(28.0), change.clone())),
        Some((_, change)) => Some((mute(28.0), change.clone())),
        None => half.map(|half| (mute(24.0), half)),
    };
    let mut below = None;
    if terse {
        below = aside.map(|(kind, words)| (if bar.ghost.is_some() { ink(26.0) } else { kind }, words));
    } else if let Some((kind, words)) = aside {
        figure = figure.then(kind, &words, if bar.ghost.is_some() { 28.0 } else { 14.0 });
    }
    let (label_size, label) = if narrow {
        text::fit(&bar.label, &[32.0, 30.0, 28.0, 26.0], true, label_room)
    } else {
        text::fit(&bar.label, &[34.0, 30.0, 28.0, 26.0], true, label_room)
    };
    let height = match (narrow, many) {
        (true, _) => 92.0 + 32.0 * label.len() as f64 + if ghosts { 26.0 } else { 0.0 },
        (false, true) => 76.0,
        (false, false) => 108.0,
    };
    Row { height, label_size, label, figure, below }
}

fn draw_row(frame: &mut Frame, layout: &Layout, bar: &Bar, row: &Row, top: f64) {
    let drawing = &mut frame.drawing;
    let (scale, height) = (&layout.scale, layout.bar_height);
    let lines = row.label.len() as f64;
    let middle = if frame.narrow {
        let baseline = top + 34.0;
        for (index, line) in row.label.iter().enumerate() {
            drawing.text_on_paper(MARGIN, baseline + index as f64 * 32.0, bold(row.label_size), line);
        }
        baseline + (lines - 1.0) * 32.0 + 12.0 + if layout.ghosts { 9.0 } else { 0.0 } + height / 2.0
    } else {
        let middle = top + row.height / 2.0;
        let leading = row.label_size * 1.2;
        let first = middle + row.label_size * 0.36 - (lines - 1.0) * leading / 2.0;
        for (index, line) in row.label.iter().enumerate() {
            let line = text::shorten(line, row.label_size, true, layout.label_room);
            drawing.text(MARGIN, first + index as f64 * leading, bold(row.label_size), &line);
        }
        middle
    };
    let end = scale.at(bar.share);
    let mut reach = end;
    if let Some((was, _)) = bar.ghost {
        mark::ghost_bar(drawing, scale.left, middle - height / 2.0 - 9.0, scale.at(was) - scale.left, height + 18.0);
        reach = reach.max(scale.at(was));
    }
    mark::bar(drawing, scale.left, middle - height / 2.0, end - scale.left, height, bar.paint);
    if let Some((was, _)) = bar.ghost
        && was > 0.0
    {
        let x = scale.at(was) - 1.5;
        drawing.line((x, middle - height / 2.0 - 9.0), (x, middle + height / 2.0 + 9.0), GHOST, 3.0);
    }
    if let Some((low, high)) = bar.interval
        && bar.share > 0.0
        && bar.share < 1.0
    {
        mark::interval(drawing, scale.at(low), scale.at(high), middle, 15.0);
        reach = reach.max(scale.at(high));
    }
    let x = reach + 22.0;
    let below = row.below.as_ref();
    let baseline = middle + if below.is_some() { 6.0 } else { 15.0 };
    let room = row.figure.width().max(below.map_or(0.0, |(kind, words)| kind.width(words)));
    let bottom = baseline + if below.is_some() { 40.0 } else { 12.0 };
    drawing.rect(x - 6.0, baseline - 39.0, room + 12.0, bottom - baseline + 39.0, BG);
    row.figure.draw(drawing, x, baseline);
    if let Some((kind, words)) = below {
        drawing.text(x, baseline + 31.0, *kind, words);
    }
}

fn axis(frame: &mut Frame, layout: &Layout, top: f64, bottom: f64) {
    let scale = &layout.scale;
    let most = ((scale.right - scale.left) / 62.0).clamp(2.0, 6.0) as usize;
    let ticks = scale::places(0.0, scale.to, scale::step(0.0, scale.to, most));
    for tick in ticks {
        let x = scale.at(tick);
        frame.drawing.line((x, top), (x, bottom), GRID, 2.0);
        frame.drawing.text(x, bottom + 34.0, mute(26.0).middle(), &words::of_hundred(tick));
    }
}

fn axis_name(frame: &mut Frame, layout: &Layout) {
    let name = "in 100 futures";
    let kind = mute(26.0);
    let last = layout.scale.right + kind.width(&words::of_hundred(layout.scale.to)) / 2.0 + 12.0;
    if last + kind.width(name) <= frame.right() {
        frame.drawing.text(last, frame.y, kind, name);
    } else {
        frame.y += 34.0;
        frame.drawing.text(layout.scale.right.min(frame.right()), frame.y, kind.end(), name);
    }
}
