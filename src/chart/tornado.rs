//! Which assumption moves a target most? A row for each, from what its low end does to what its high end does.

use super::drawing::{bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark::{self, HOOK, Sign};
use super::palette::{BG, DATA, GRID, INK};
use super::scale::Scale;
use super::target::{Shown, Target};
use super::{Svg, text, words};

/// What each assumption's range does to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Tornado {
    pub target: Target,
    /// The target as the scenario is.
    pub base: f64,
    pub rows: Vec<TornadoRow>,
    /// The line that says where it comes from: [`words::source`].
    pub source: String,
}

/// One assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct TornadoRow {
    /// `A ceasefire in Ukraine`.
    pub title: String,
    /// `probability`; empty where the title says it all.
    pub field: String,
    /// Whether the range is forkcast's own.
    pub default_range: bool,
    /// Whether both ends move the target the same way, by more than luck could.
    pub turns_back: bool,
    pub low: TornadoEnd,
    pub high: TornadoEnd,
}

/// One end of an assumption's range.
#[derive(Clone, Debug, PartialEq)]
pub struct TornadoEnd {
    /// In the assumption's own unit: `10 %`, `0.6 a year`.
    pub says: String,
    /// The target there.
    pub target: f64,
    /// The target's 95 % interval, of the paired difference to the base.
    pub interval: Option<(f64, f64)>,
}

impl TornadoRow {
    fn ends(&self) -> [&TornadoEnd; 2] {
        [&self.low, &self.high]
    }

    fn reach(&self, base: f64) -> f64 {
        let [low, high] = self.ends().map(|end| end.target);
        (high - low).abs().max((high - base).abs()).max((low - base).abs())
    }

    fn star(&self) -> &'static str {
        if self.default_range { "*" } else { "" }
    }

    fn label(&self) -> String {
        let colon = if self.field.is_empty() { "" } else { ": " };
        format!("{}{colon}{}{}", words::label(&self.title), self.field, self.star())
    }
}

/// None without assumptions.
pub fn tornado(tornado: &Tornado, width: u32) -> Option<Svg> {
    let mut rows: Vec<&TornadoRow> = tornado.rows.iter().collect();
    rows.sort_by(|a, b| b.reach(tornado.base).total_cmp(&a.reach(tornado.base)));
    let first = *rows.first()?;
    let (low, high) = bounds(tornado);
    let shown = tornado.target.shown(low, high);
    let title = format!("Which assumption moves {} most?", tornado.target.title);
    let description = description(tornado, &rows, &shown);
    let mut frame = Frame::new("tornado", &title, &answer(tornado, first, &shown), width);
    let further = rows.len().saturating_sub(if frame.narrow { 8 } else { 12 });
    rows.truncate(rows.len() - further);
    key(&mut frame, &rows);
    draw(&mut frame, tornado, &rows, &shown);
    let further = match further {
        0 => String::new(),
        1 => "1 further assumption moves it by less.".to_owned(),
        more => format!("{more} further assumptions move it by less."),
    };
    let notes =
        ["Capped mark: 95 % interval of the simulation.", &further, "One at a time; all others as in the file."];
    Some(frame.finish(&notes, &tornado.source, &description))
}

fn bounds(tornado: &Tornado) -> (f64, f64) {
    let intervals = |end: &TornadoEnd| end.interval.map_or([end.target; 2], |(low, high)| [low, high]);
    let values = tornado.rows.iter().flat_map(TornadoRow::ends).flat_map(intervals).chain([tornado.base]);
    let finite = values.filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

fn answer(tornado: &Tornado, row: &TornadoRow, shown: &Shown) -> String {
    let field = if row.field.is_empty() { String::new() } else { format!(", {}", row.field) };
    let target = &tornado.target.title;
    let (from, to) = (row.low.target, row.high.target);
    let title = words::label(&row.title);
    let between = format!("{title}{field}: between {} and {}", row.low.says, row.high.says);
    if row.turns_back {
        let side = if to > tornado.base { "more" } else { "less" };
        let ends = format!("{} at {} and {} at {}", shown.figure(from), row.low.says, shown.phrase(to), row.high.says);
        let base = shown.figure(tornado.base);
        format!("{title}{field}: {target} is {ends}, both {side} than the {base} as it is.")
    } else if shown.figure(from) == shown.figure(to) {
        format!("{between}, {target} stays at {}: hardly anything moves it.", shown.phrase(to))
    } else {
        format!("{between}, {target} goes from {} to {}.", shown.figure(from), shown.phrase(to))
    }
}

fn key(frame: &mut Frame, rows: &[&TornadoRow]) {
    let mut entries =
        vec![(Sign::Ground(DATA), "at its high end".to_owned()), (Sign::Hollow(DATA), "at its low end".to_owned())];
    if rows.iter().any(|row| row.turns_back) {
        entries.push((Sign::Hook, "both ends move it the same way".to_owned()));
    }
    if rows.iter().any(|row| row.default_range) {
        let more = if frame.narrow { "* range not stated in the file" } else { "* range not stated: forkcast’s own" };
        entries.push((Sign::Words, more.to_owned()));
    }
    mark::key(frame, 58.0, 26.0, &entries);
}

fn draw(frame: &mut Frame, tornado: &Tornado, rows: &[&TornadoRow], shown: &Shown) {
    let narrow = frame.narrow;
    let (low, high) = bounds(tornado);
    let axis = shown.axis(shown.on_axis(low), shown.on_axis(high));
    let (row_height, bar) = if narrow { (104.0, 32.0) } else { (62.0, 34.0) };
    let label_room = if narrow { frame.room() } else { label_room(frame, rows) };
    let left = if narrow { MARGIN } else { MARGIN + label_room + 24.0 };
    let scale = fitted(tornado, rows, shown, Scale::new(axis.from, axis.to, left, frame.right()));
    let at = |value: f64| scale.at(shown.on_axis(value));
    let head = frame.y + 56.0;
    let (top, bottom) = (head + 20.0, head + 20.0 + row_height * rows.len() as f64);
    let widest = axis.ticks.iter().map(|tick| mute(26.0).width(&axis.numbers.show(*tick))).fold(0.0, f64::max);
    let apart = (scale.right - scale.left) / axis.ticks.len().max(1) as f64;
    for (index, tick) in axis.ticks.iter().enumerate() {
        let x = scale.at(*tick);
        frame.drawing.line((x, top), (x, bottom), GRID, 2.0);
        if index % 2 == 1 && widest * 1.1 > apart {
            continue;
        }
        frame.drawing.text(x, head, mute(26.0).middle(), &axis.numbers.show(*tick));
    }
    if !narrow {
        let title = words::label(&tornado.target.title);
        let name = match shown.axis_name().as_str() {
            "" => format!("{title} →"),
            unit => format!("{title}, {unit} →"),
        };
        let room = scale.at(*axis.ticks.first().unwrap_or(&axis.from)) - MARGIN - 60.0;
        frame.drawing.text(MARGIN, head, mute(26.0), &text::shorten(&name, 26.0, false, room));
    }
    let base = at(tornado.base);
    frame.drawing.line((base, top), (base, bottom + 6.0), INK, 3.0);
    for (index, row) in rows.iter().enumerate() {
        let row_top = top + index as f64 * row_height;
        let middle = if narrow { row_top + 70.0 } else { row_top + row_height / 2.0 };
        if narrow {
            let (size, lines) = text::fit(&row.label(), &[28.0, 26.0, 25.0, 24.0], false, label_room);
            let label = text::shorten(&lines.join(" "), size, false, label_room);
            frame.drawing.text_on_paper(MARGIN, row_top + 42.0, ink(size), &label);
        } else {
            wide_label(frame, row, middle, label_room);
        }
        bars(frame, row, (middle, bar), (tornado.base, frame.right() - left), &at);
    }
    let words = format!("as it is: {}", shown.figure(tornado.base));
    let half = bold(28.0).width(&words) / 2.0;
    let x = base.clamp(MARGIN + half, frame.right() - half);
    frame.y = bottom + 36.0;
    frame.drawing.text(x, frame.y, bold(28.0).middle(), &words);
    if narrow {
        let name = shown.axis_name();
        let free = (frame.right() - mute(26.0).width(&name) > x + half + 16.0).then_some(frame.right());
        if let Some(right) = free {
            frame.drawing.text(right, frame.y, mute(26.0).end(), &name);
        }
    }
}

fn label_room(frame: &Frame, rows: &[&TornadoRow]) -> f64 {
    let widest = rows.iter().map(|row| text::width(&row.label(), 28.0, false)).fold(0.0, f64::max);
    widest.clamp(240.0, frame.width * 0.34)
}

/// The words at an end, where long in part.
fn says(end: &TornadoEnd, whole: f64) -> String {
    text::shorten(&end.says, 26.0, false, whole * 0.26)
}

/// The scale with room for the words at the bars' ends: as long as they leave it.
fn fitted(tornado: &Tornado, rows: &[&TornadoRow], shown: &Shown, whole: Scale) -> Scale {
    let length = whole.right - whole.left;
    let part = |value: f64| (shown.on_axis(value) - whole.from) / (whole.to - whole.from);
    let mut scale = whole;
    for _ in 0..24 {
        let (mut left, mut right) = (whole.left, whole.right);
        let now = scale.right - scale.left;
        for row in rows {
            for (end, side, _) in placed(row, tornado.base) {
                let words = ink(26.0).width(&says(end, length)) + 26.0;
                let words = if row.turns_back && is_far(row, end, tornado.base) { words + HOOK + 12.0 } else { words };
                let (low, high) = end.interval.unwrap_or((end.target, end.target));
                if side < 0.0 {
                    left = left.max(whole.left + words - part(low.min(end.target).min(tornado.base)) * now);
                } else {
                    let after = 1.0 - part(high.max(end.target).max(tornado.base));
                    right = right.min(whole.right - words + after * now);
                }
            }
        }
        (scale.left, scale.right) = (left, right.max(left + length * 0.2));
    }
    scale
}

/// Whether an end is the one that reaches further from the line.
fn is_far(row: &TornadoRow, end: &TornadoEnd, base: f64) -> bool {
    let reach = |end: &TornadoEnd| (end.target - base).abs();
    reach(end) >= row.ends().map(reach).into_iter().fold(0.0, f64::max)
}

/// Each end with the side on which its words stand, and whether it shares its side with the other.
fn placed(row: &TornadoRow, base: f64) -> [(&TornadoEnd, f64, bool); 2] {
    let side = |end: &TornadoEnd| if end.target < base { -1.0 } else { 1.0 };
    let (low, high) = (side(&row.low), side(&row.high));
    if low != high || row.low.target == base || row.high.target == base {
        let low = if low == high { -high } else { low };
        return [(&row.low, low, false), (&row.high, high, false)];
    }
    // Both ends move it the same way: the shorter's words go to the other side of the line.
    let low_is_longer = (row.low.target - base).abs() > (row.high.target - base).abs();
    [
        (&row.low, if low_is_longer { low } else { -low }, true),
        (&row.high, if low_is_longer { -high } else { high }, true),
    ]
}

fn wide_label(frame: &mut Frame, row: &TornadoRow, middle: f64, room: f64) {
    let (size, lines) = text::fit(&row.label(), &[28.0, 26.0, 25.0, 24.0], false, room);
    let title = words::label(&row.title);
    if lines.len() > 1 && row.field.is_empty() {
        for (line, words) in text::wrap(&row.label(), 24.0, false, room, 2).iter().enumerate() {
            frame.drawing.text(MARGIN, middle - 4.0 + 27.0 * line as f64, ink(24.0), words);
        }
        return;
    }
    if lines.len() == 1 {
        let colon = if row.field.is_empty() { row.star() } else { ":" };
        let width = frame.drawing.text(MARGIN, middle + 10.0, ink(size), &format!("{title}{colon}"));
        if !row.field.is_empty() {
            let field = format!("{}{}", row.field, row.star());
            frame.drawing.text(MARGIN + text::beside(width) + 6.0, middle + 10.0, mute(size), &field);
        }
        return;
    }
    frame.drawing.text(MARGIN, middle - 4.0, ink(24.0), &text::shorten(&title, 24.0, false, room));
    let field = format!("{}{}", row.field, row.star());
    frame.drawing.text(MARGIN, middle + 23.0, mute(22.0), &text::shorten(&field, 22.0, false, room));
}

fn bars(
    frame: &mut Frame,
    row: &TornadoRow,
    (middle, height): (f64, f64),
    (value, whole): (f64, f64),
    at: &dyn Fn(f64) -> f64,
) {
    let drawing = &mut frame.drawing;
    let base = at(value);
    for (index, (end, side, shared)) in placed(row, value).into_iter().enumerate() {
        let x = at(end.target);
        let full = index == 1;
        let (top, high) = match (shared, full) {
            (false, _) => (middle - height / 2.0, height),
            (true, true) => (middle - height / 2.0, height / 2.0),
            (true, false) => (middle, height / 2.0),
        };
        let (from, width) = (x.min(base), (x - base).abs());
        if full {
            drawing.rect(from, top, width, high, DATA);
        } else if width > 3.0 {
            drawing.rect(from, top, width, high, BG);
            drawing.frame(from, top, width, high, DATA, 3.0);
        }
        let mut reach = if shared && (x - base) * side < 0.0 { base } else { x };
        if let Some((low, far)) = end.interval {
            mark::interval(drawing, at(low), at(far), top + high / 2.0, (high / 2.0 - 4.0).min(9.0));
            if reach != base {
                reach = if side < 0.0 { at(low).min(x) } else { at(far).max(x) };
            }
        }
        let words = says(end, whole);
        let beyond = text::beside(ink(26.0).width(&words)) + 28.0;
        let hooked = row.turns_back && is_far(row, end, value);
        if side < 0.0 {
            drawing.text_on_paper(reach - 16.0, middle + 9.0, ink(26.0).end(), &words);
        } else {
            drawing.text_on_paper(reach + 16.0, middle + 9.0, ink(26.0), &words);
        }
        if hooked {
            mark::hook(drawing, if side < 0.0 { reach - beyond - HOOK } else { reach + beyond }, middle);
        }
    }
    drawing.line((base, middle - height / 2.0 - 4.0), (base, middle + height / 2.0 + 4.0), INK, 3.0);
}

fn description(tornado: &Tornado, rows: &[&TornadoRow], shown: &Shown) -> String {
    let parts: Vec<String> = rows
        .iter()
        .map(|row| {
            let end = |end: &TornadoEnd| format!("{} at {}", shown.figure(end.target), end.says);
            let turns = if row.turns_back { ", both ends the same way" } else { "" };
            format!("{}: {}, {}{turns}", row.label(), end(&row.low), end(&row.high))
        })
        .collect();
    format!("{} is {}. {}.", words::label(&tornado.target.title), shown.phrase(tornado.base), parts.join("; "))
}
