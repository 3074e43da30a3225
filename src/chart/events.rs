//! What happens, and by when? A small chart for each event: in how many of a hundred futures it has happened by each
//! date. In a static scenario, which has no dates, a bar for each.

use super::bars::{self, Bar};
use super::calendar_axis::{self, TimeScale};
use super::drawing::{Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::labels;
use super::mark::{self, Sign};
use super::outcomes::INTERVALS;
use super::palette::{AXIS, DATA, GHOST, GRID, INK, WASH};
use super::scale::Scale;
use super::{Svg, text, time, words};
use crate::simulation::result::{Branch, Event, Result};
use std::fmt::Write;

const NAME: &str = "events";
const PLOT: f64 = 190.0;
const TITLE: f64 = 30.0;
/// From a panel's edge to its plot, for the labels of its scale.
const SCALE: f64 = 48.0;

/// None where the scenario has no events.
pub fn events(result: &Result, width: u32, ghost: Option<&Result>) -> Option<Svg> {
    if result.events.is_empty() {
        return None;
    }
    Some(match calendar_axis::span(result) {
        Some((from, to)) => over_time(result, width, ghost, (from, to)),
        None => at_once(result, width, ghost),
    })
}

fn over_time(result: &Result, width: u32, ghost: Option<&Result>, span: (i32, i32)) -> Svg {
    let by_then = match time::year(span.0).filter(|year| Some(*year) == time::year(span.1)) {
        Some(year) => format!("How many of 100 futures have seen it by that date in {year}."),
        None => "How many of 100 futures have seen it by that date.".to_owned(),
    };
    let answer = match ghost {
        Some(ghost) => difference(result, ghost),
        None => format!("{by_then} Grey ground: when it can happen."),
    };
    let mut frame = Frame::new(NAME, "What happens, and by when?", &answer, width);
    if let Some(ghost) = ghost {
        let entries = [
            (Sign::Line(DATA, 5.0), "of 100 futures, by that date".to_owned()),
            (Sign::Line(GHOST, 3.0), words::case(ghost)),
            (Sign::Ground(WASH), "when it can happen".to_owned()),
        ];
        mark::key(&mut frame, 58.0, 26.0, &entries);
    }
    let columns = ((frame.room() + 28.0) / 480.0).floor().clamp(1.0, 3.0) as usize;
    let pitch = (frame.room() + 28.0) / columns as f64;
    frame.y += if frame.narrow { 32.0 } else { 36.0 };
    let label_room = label_room(result, pitch - 28.0);
    for row in result.events.chunks(columns) {
        let titles: Vec<Vec<String>> =
            row.iter().map(|event| text::wrap(&words::label(&event.title), TITLE, true, pitch - 28.0, 2)).collect();
        let lines = titles.iter().map(Vec::len).max().unwrap_or(1);
        let title_y = frame.y + 14.0 + lines as f64 * 36.0;
        for (column, (event, title)) in row.iter().zip(&titles).enumerate() {
            let panel = Panel {
                left: MARGIN + column as f64 * pitch,
                width: pitch - 28.0,
                top: title_y + 24.0,
                label_room,
                span,
            };
            for (index, line) in title.iter().rev().enumerate() {
                frame.drawing.text(panel.left, title_y - index as f64 * 36.0, bold(TITLE), line);
            }
            let other =
                ghost.and_then(|ghost| ghost.events.iter().find(|other| other.name == event.name).map(|e| (ghost, e)));
            draw_panel(&mut frame, result, event, other, &panel);
        }
        frame.y = title_y + 24.0 + PLOT + 34.0;
    }
    let note =
        "Mark at the end of a line: 95 % interval of the simulation; where none is seen, it is narrower than the dot.";
    frame.finish(&[note, &weighted(result)], &words::source(result), &description(result))
}

fn weighted(result: &Result) -> String {
    words::weighted(result).map_or_else(String::new, |words| format!("{}.", words::label(&words)))
}

struct Panel {
    left: f64,
    width: f64,
    top: f64,
    label_room: f64,
    span: (i32, i32),
}

fn draw_panel(frame: &mut Frame, result: &Result, event: &Event, ghost: Option<(&Result, &Event)>, panel: &Panel) {
    let futures = result.run.futures;
    let branched = !event.branches.is_empty();
    let frequency = words::frequency(event.probability, futures);
    let room = panel.label_room;
    let plot_left = panel.left + SCALE;
    let x = TimeScale::new(panel.span.0, panel.span.1, plot_left, panel.left + panel.width - room - 18.0);
    let (top, bottom) = (panel.top, panel.top + PLOT);
    let y = Scale::new(0.0, 1.0, bottom, top);
    windows(frame, event, &x, top, bottom);
    for (share, label) in [(0.0, "0"), (0.5, "50"), (1.0, "100")] {
        let paint = if share == 0.0 { AXIS } else { GRID };
        frame.drawing.line((x.left(), y.at(share)), (x.right(), y.at(share)), paint, 2.0);
        frame.drawing.text(x.left() - 10.0, y.at(share) + 9.0, mute(24.0).end(), label);
    }
    let edge = x.right() + 12.0;
    x.draw(&mut frame.drawing, bottom, 24.0, false, edge);
    if let Some((other, ghost)) = ghost {
        let series = |cumulative: &[f64]| points(other, ghost, cumulative, &x, &y);
        if branched {
            ghost.branches.iter().for_each(|branch| frame.drawing.polyline(series(&branch.cumulative), GHOST, 3.0));
        } else {
            frame.drawing.polyline(series(&ghost.cumulative), GHOST, 3.0);
        }
    }
    if branched {
        for branch in &event.branches {
            frame.drawing.polyline(points(result, event, &branch.cumulative, &x, &y), DATA, 5.0);
        }
        let wishes: Vec<f64> = event.branches.iter().map(|branch| y.at(branch.probability)).collect();
        let places = labels::spread(&wishes, 33.0, top - 6.0, bottom + 4.0);
        for ((place, wish), branch) in places.iter().zip(&wishes).zip(&event.branches) {
            let (share, name) = branch_label(branch, futures);
            let from = x.right() + 4.0;
            if (place - wish).abs() > 4.0 {
                frame.drawing.line((from, *wish), (from + 12.0, *place), AXIS, 2.0);
            }
            let used = frame.drawing.text(from + 16.0, place + 10.0, bold(28.0), &share) + 6.0;
            let name = text::shorten(name, 24.0, false, room - used);
            frame.drawing.text(from + 16.0 + used, place + 10.0, ink(24.0), &name);
        }
    } else {
        frame.drawing.polyline(points(result, event, &event.cumulative, &x, &y), DATA, 5.0);
        let end = (x.right(), y.at(event.probability));
        let (low, high) = (y.at(event.low), y.at(event.high));
        if low - high > 16.0 && !frequency.is_extreme() {
            mark::interval_upright(&mut frame.drawing, end.0, low, high, 8.0);
        }
        frame.drawing.circle(end, 7.0, INK);
        let words = frequency.figure.starts_with(|c: char| c.is_alphabetic());
        let baseline = (end.1 + 13.0).clamp(top + 20.0, bottom - 8.0);
        let size = if words { 32.0 } else { 40.0 };
        frame.drawing.text(end.0 + 20.0, baseline, bold(size), &frequency.figure);
        for (index, line) in text::wrap(&frequency.unit, 24.0, false, room, 2).iter().enumerate() {
            frame.drawing.text(end.0 + 20.0, baseline + 28.0 * (index + 1) as f64, mute(24.0), line);
        }
    }
}

/// The room beside every plot that its labels need: the same for all, so that the plots line up.
fn label_room(result: &Result, width: f64) -> f64 {
    let futures = result.run.futures;
    let of = |event: &Event| {
        let branches = event.branches.iter().map(|branch| {
            let (share, name) = branch_label(branch, futures);
            bold(28.0).width(&share) + ink(24.0).width(name) + 8.0
        });
        let frequency = words::frequency(event.probability, futures);
        let unit = if frequency.is_extreme() { "in 100,000" } else { &frequency.unit };
        branches.fold(bold(40.0).width(&frequency.figure).max(mute(24.0).width(unit)), f64::max)
    };
    result.events.iter().map(of).fold(150.0, f64::max).min(width * 0.45)
}

fn branch_label(branch: &Branch, futures: u64) -> (String, &str) {
    (words::frequency(branch.probability, futures).brief(), &branch.title)
}

/// Grey ground where it can happen; nothing for what a condition decides, which may be at any time.
fn windows(frame: &mut Frame, event: &Event, x: &TimeScale, top: f64, bottom: f64) {
    if event.timing.as_deref() == Some("when") {
        return;
    }
    for window in &event.windows {
        let (Some(from), Some(to)) = (x.at_date(&window.opens[0]), x.at_date(&window.closes[1])) else { continue };
        let width = (to - from).max(14.0);
        let from = f64::midpoint(from, to) - width / 2.0;
        let from = from.clamp(x.left(), (x.right() - width).max(x.left()));
        frame.drawing.rect(from, top, width, bottom - top, WASH);
    }
}

/// A series as a line; at most some 200 points, which is finer than the plot. What is due on a date jumps on it.
fn points(result: &Result, event: &Event, series: &[f64], x: &TimeScale, y: &Scale) -> Vec<Point> {
    let due = (event.timing.as_deref() == Some("on")).then(|| time::parse(&event.windows.first()?.opens[0])).flatten();
    let mut all: Vec<Point> = Vec::new();
    let mut before: Option<(i32, f64)> = None;
    for (date, share) in result.scenario.dates.iter().zip(series) {
        let Some(day) = time::parse(date) else { continue };
        if let (Some(due), Some((last, held))) = (due, before)
            && last < due
            && due <= day
        {
            all.extend([(x.at(due as f64), y.at(held)), (x.at(due as f64), y.at(*share))]);
        }
        before = Some((day, *share));
        all.push((x.at(day as f64), y.at(*share)));
    }
    let every = all.len().div_ceil(200).max(1);
    let last = all.len().saturating_sub(1);
    let kept = |(index, point): (usize, Point)| (index % every == 0 || index == last).then_some(point);
    flattened(all.into_iter().enumerate().filter_map(kept).collect())
}

/// Without the points that lie on a straight line between their neighbours.
fn flattened(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        if let [.., a, b] = kept[..] {
            let cross = (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0);
            if cross.abs() < 0.02 * (point.0 - a.0).abs().max(1e-9) {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

fn at_once(result: &Result, width: u32, ghost: Option<&Result>) -> Svg {
    let answer = match ghost {
        Some(ghost) => difference(result, ghost),
        None => likeliest(result),
    };
    let mut rows = Vec::new();
    for event in &result.events {
        let other = ghost.and_then(|ghost| ghost.events.iter().find(|other| other.name == event.name));
        let mut row = |label: String, share: f64, interval: (f64, f64), was: Option<f64>| {
            rows.push(Bar {
                label,
                paint: DATA,
                share,
                interval: Some(interval),
                ghost: was.map(|was| (was, words::change(share, was, None))),
            });
        };
        if event.branches.is_empty() || event.probability < 1.0 {
            row(
                words::label(&event.title),
                event.probability,
                (event.low, event.high),
                other.map(|other| other.probability),
            );
        }
        for branch in &event.branches {
            let was =
                other.and_then(|other| other.branches.iter().find(|b| b.name == branch.name)).map(|b| b.probability);
            let label = format!("{}: {}", words::label(&event.title), branch.title);
            row(label, branch.probability, (branch.low, branch.high), was);
        }
    }
    let mut frame = Frame::new(NAME, "What happens?", &answer, width);
    bars::draw(&mut frame, &rows, result.run.futures);
    if let Some(ghost) = ghost {
        mark::key(&mut frame, 44.0, 26.0, &[(Sign::Ghost, words::label(&words::case(ghost)))]);
    }
    frame.finish(&[INTERVALS, &weighted(result)], &words::source(result), &description(result))
}

fn likeliest(result: &Result) -> String {
    let uncertain = result.events.iter().filter(|event| event.probability < 1.0);
    match uncertain.max_by(|a, b| a.probability.total_cmp(&b.probability)) {
        Some(event) if event.probability > 0.0 => {
            let often = words::frequency(event.probability, result.run.futures);
            format!("Most often: {}, {}.", event.title, often.in_futures())
        }
        _ => "In how many futures each event happens.".to_owned(),
    }
}

/// The largest change against the other case, in a sentence.
fn difference(result: &Result, ghost: &Result) -> String {
    let before =
        |event: &Event| ghost.events.iter().find(|other| other.name == event.name).map(|other| other.probability);
    let size = |event: &Event| before(event).map_or(-1.0, |was| (event.probability - was).abs());
    let case = words::case(ghost);
    let most = result.events.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
    match most.and_then(|most| Some((most, before(most)?))) {
        Some((most, was)) if size(most) >= 0.005 => {
            let now = words::frequency(most.probability, result.run.futures);
            let was = words::frequency(was, ghost.run.futures);
            format!("Against {case} most changes here: {}, {}.", most.title, words::instead_of(&now, &was))
        }
        _ => format!("Hardly anything changes against {case}."),
    }
}

fn description(result: &Result) -> String {
    let futures = result.run.futures;
    let mut parts = Vec::new();
    for event in &result.events {
        let often = words::frequency(event.probability, futures);
        let mut part = format!("{} {often}", words::label(&event.title));
        let branches: Vec<String> = event
            .branches
            .iter()
            .map(|branch| format!("{} {}", branch.title, words::frequency(branch.probability, futures)))
            .collect();
        if !branches.is_empty() {
            let _ = write!(part, " ({})", branches.join(", "));
        }
        parts.push(part);
    }
    format!("Share of futures in which each event has happened. {}.", parts.join("; "))
}
