//! When can things happen? A row for each event: the time in which it can, and when it does where it does.

use super::calendar_axis::{self, TimeScale};
use super::drawing::{Drawing, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark::Figure;
use super::palette::{AXIS, BAND5, BAND25, DATA, GHOST};
use super::{Svg, text, time, words};
use crate::simulation::result::{Event, Result, Window};

/// None without events or dates.
pub fn timeline(result: &Result, width: u32, ghost: Option<&Result>) -> Option<Svg> {
    let span = calendar_axis::span(result)?;
    if result.events.is_empty() {
        return None;
    }
    let mut events: Vec<&Event> = result.events.iter().collect();
    events.sort_by_key(|event| middle_day(event));
    let answer =
        "Bar: the time in which it can happen. Dot and line: when it does, the middle and 9 of 10 of its dates.";
    let mut frame = Frame::new("timeline", "When can things happen?", answer, width);
    let rows = Rows::of(&frame, result, &events, span);
    rows.draw(&mut frame, result, &events, ghost);
    let timed = |timing: &str| events.iter().any(|event| event.timing.as_deref() == Some(timing));
    let after =
        if timed("after") { "Slanted bar: the window opens with another event, so it has no fixed dates." } else { "" };
    let when = if timed("when") { "Frame without ground: decided by a condition." } else { "" };
    let other = ghost.map_or_else(String::new, |ghost| format!("Thin line below: {}.", words::case(ghost)));
    Some(frame.finish(&[after, when, &other], &words::source(result), &description(result)))
}

fn middle_day(event: &Event) -> i32 {
    let opens = || event.windows.first().map(|window| window.opens[0].as_str());
    event.date.p50.as_deref().or_else(opens).and_then(time::parse).unwrap_or(i32::MAX)
}

struct Rows {
    x: TimeScale,
    label_room: f64,
    height: f64,
    figure_x: f64,
}

impl Rows {
    fn of(frame: &Frame, result: &Result, events: &[&Event], span: (i32, i32)) -> Rows {
        let widest = |room: &dyn Fn(&Event) -> f64| events.iter().map(|event| room(event)).fold(0.0, f64::max);
        let figure = |event: &Event| figure(event, result, frame.narrow).width();
        let figures = widest(&figure).max(if frame.narrow { 60.0 } else { 110.0 });
        let figure_x = frame.right() - figures;
        if frame.narrow {
            let x = TimeScale::new(span.0, span.1, MARGIN, figure_x - 20.0);
            return Rows { x, label_room: figure_x - MARGIN - 20.0, height: 104.0, figure_x };
        }
        let label = |event: &Event| text::width(&words::label(&event.title), 28.0, false);
        let label_room =
            widest(&label).max(widest(&|e| text::width(second_line(e), 22.0, false))).min(frame.width * 0.33);
        let x = TimeScale::new(span.0, span.1, MARGIN + label_room + 20.0, figure_x - 24.0);
        Rows { x, label_room, height: 74.0, figure_x }
    }

    fn draw(&self, frame: &mut Frame, result: &Result, events: &[&Event], ghost: Option<&Result>) {
        let top = frame.y + if frame.narrow { 44.0 } else { 80.0 };
        let bottom = top + self.height * events.len() as f64;
        self.x.grid(&mut frame.drawing, top, bottom, 26.0);
        if !frame.narrow {
            frame.drawing.text(self.figure_x, top - 6.0, mute(24.0), "happens in");
        }
        let years = calendar_axis::spans_years(result);
        for (index, event) in events.iter().enumerate() {
            let row_top = top + index as f64 * self.height;
            let middle = row_top + if frame.narrow { 72.0 } else { self.height / 2.0 };
            self.label(frame, event, row_top);
            let drawing = &mut frame.drawing;
            let half = 15.0;
            for window in &event.windows {
                self.window(drawing, event, window, middle, half, years);
            }
            self.dates(drawing, event, middle);
            let other = ghost.and_then(|ghost| ghost.events.iter().find(|other| other.name == event.name));
            if let Some(other) = other {
                self.other_dates(drawing, other, middle + half + 9.0);
            }
            figure(event, result, frame.narrow).draw(drawing, self.figure_x, middle + 12.0);
        }
        let edge = frame.right();
        frame.y = self.x.draw(&mut frame.drawing, bottom + 4.0, 26.0, true, edge);
    }

    fn label(&self, frame: &mut Frame, event: &Event, top: f64) {
        let title = words::label(&event.title);
        let (size, lines) = text::fit(&title, &[28.0, 26.0, 25.0, 24.0], false, self.label_room);
        if frame.narrow {
            let title = text::shorten(&lines.join(" "), size, false, self.label_room);
            frame.drawing.text_on_paper(MARGIN, top + 40.0, ink(size), &title);
            return;
        }
        let middle = top + self.height / 2.0;
        let second = second_line(event);
        match lines.as_slice() {
            [one] if !second.is_empty() => {
                frame.drawing.text(MARGIN, middle - 3.0, ink(size), one);
                let second = text::shorten(second, 22.0, false, self.label_room);
                frame.drawing.text(MARGIN, middle + 25.0, mute(22.0), &second);
            }
            lines => {
                let first = middle + 10.0 - (lines.len() as f64 - 1.0) * 15.0;
                for (index, line) in lines.iter().enumerate() {
                    frame.drawing.text(MARGIN, first + index as f64 * 30.0, ink(size), line);
                }
            }
        }
    }

    fn window(&self, drawing: &mut Drawing, event: &Event, window: &Window, middle: f64, half: f64, years: bool) {
        let place = |date: &str| self.x.at_date(date);
        let [Some(opens), Some(opens_late), Some(closes), Some(closes_late)] =
            [&window.opens[0], &window.opens[1], &window.closes[0], &window.closes[1]].map(|date| place(date))
        else {
            return;
        };
        let (top, bottom) = (middle - half, middle + half);
        match event.timing.as_deref() {
            Some("on") => {
                let size = 20.0;
                let corners = vec![
                    (opens, middle - size),
                    (opens + size, middle),
                    (opens, middle + size),
                    (opens - size, middle),
                ];
                drawing.polygon(corners, DATA);
                let date = words::date(&window.opens[0], years);
                let kind = ink(26.0);
                if opens + size + 12.0 + kind.width(&date) <= self.x.right() {
                    drawing.text_on_paper(opens + size + 12.0, middle + 9.0, kind, &date);
                } else {
                    drawing.text_on_paper(opens - size - 12.0, middle + 9.0, kind.end(), &date);
                }
            }
            Some("when") => drawing.frame(opens, top, closes_late - opens, bottom - top, BAND25, 2.0),
            _ if opens != opens_late || closes != closes_late => {
                let corners = vec![(opens, top), (closes, top), (closes_late, bottom), (opens_late, bottom)];
                drawing.polygon(corners, BAND5);
            }
            _ => {
                drawing.rect(opens, top, (closes_late - opens).max(4.0), bottom - top, BAND5);
                for (edge, bound) in [(opens, self.x.left()), (closes_late, self.x.right())] {
                    if (edge - bound).abs() > 1.0 {
                        drawing.line((edge, top), (edge, bottom), AXIS, 3.0);
                    }
                }
            }
        }
    }

    /// The middle and nine of ten of the dates on which it happens; a date that is fixed says so itself.
    fn dates(&self, drawing: &mut Drawing, event: &Event, y: f64) {
        if event.timing.as_deref() == Some("on") {
            return;
        }
        let place = |date: &Option<String>| self.x.at_date(date.as_deref()?);
        if let (Some(low), Some(high)) = (place(&event.date.p5), place(&event.date.p95)) {
            drawing.line((low, y), (high, y), DATA, 5.0);
        }
        if let Some(middle) = place(&event.date.p50) {
            drawing.circle((middle, y), 11.0, DATA);
        }
    }

    fn other_dates(&self, drawing: &mut Drawing, event: &Event, y: f64) {
        let place = |date: &Option<String>| self.x.at_date(date.as_deref()?);
        if event.timing.as_deref() == Some("on") {
            return;
        }
        if let (Some(low), Some(high)) = (place(&event.date.p5), place(&event.date.p95)) {
            drawing.line((low, y), (high, y), GHOST, 2.5);
        }
        if let Some(middle) = place(&event.date.p50) {
            drawing.line((middle, y - 6.0), (middle, y + 6.0), GHOST, 4.0);
        }
    }
}

/// What its timing says beyond the bar.
fn second_line(event: &Event) -> &'static str {
    match event.timing.as_deref() {
        Some("after") => "opens with another event",
        Some("when") => "when a condition holds",
        Some("rate") if event.mean_count > event.probability * (1.0 + 1e-9) => "at any time, may repeat",
        Some("rate") => "at any time",
        _ => "",
    }
}

fn figure(event: &Event, result: &Result, narrow: bool) -> Figure {
    let frequency = words::frequency(event.probability, result.run.futures);
    if frequency.is_extreme() {
        Figure::plain(bold(28.0), &frequency.figure)
    } else if narrow {
        Figure::plain(bold(34.0), &frequency.brief())
    } else {
        Figure::plain(bold(34.0), &frequency.figure).then(mute(24.0), &frequency.unit, 6.0)
    }
}

fn description(result: &Result) -> String {
    let years = calendar_axis::spans_years(result);
    let parts: Vec<String> = result
        .events
        .iter()
        .map(|event| {
            let often = words::frequency(event.probability, result.run.futures);
            let date = |date: &Option<String>| date.as_deref().map(|date| words::date(date, years));
            match (date(&event.date.p5), date(&event.date.p50), date(&event.date.p95)) {
                (Some(low), Some(middle), Some(high)) => {
                    format!("{}: {often}, mostly {low} to {high}, middle {middle}", words::label(&event.title))
                }
                _ => format!("{}: {often}", words::label(&event.title)),
            }
        })
        .collect();
    format!("{}.", parts.join("; "))
}
