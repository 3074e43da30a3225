//! How likely is it if two assumptions change? A cell for each pair of values.

use super::drawing::{Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::palette::{BG, HEAT, INK, ON_COLOR};
use super::scale;
use super::target::{Shown, Target};
use super::{Svg, text, words};

/// A target over the values of two assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    pub target: Target,
    /// From left to right.
    pub across: HeatAxis,
    /// From below.
    pub up: HeatAxis,
    /// The target: a row for each value of `up`, in it a number for each of `across`.
    pub values: Vec<Vec<f64>>,
    /// The greatest half-width of a cell's 95 % interval.
    pub half_width: f64,
    pub source: String,
}

/// One of the two assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatAxis {
    /// `A ceasefire in Ukraine: probability`.
    pub title: String,
    /// Each value in its own unit: `40 %`.
    pub labels: Vec<String>,
    /// Which of them the file has.
    pub here: Option<usize>,
}

/// None without cells.
pub fn heat_map(map: &HeatMap, width: u32) -> Option<Svg> {
    let (columns, rows) = (map.across.labels.len(), map.up.labels.len());
    if columns == 0 || rows == 0 || map.values.len() != rows || map.values.iter().any(|row| row.len() != columns) {
        return None;
    }
    let cells = || map.values.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) =
        cells().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return None;
    }
    let shown = map.target.shown(low, high);
    let title = if map.target.unit.is_none() {
        format!("How likely is {} if two assumptions change?", map.target.title)
    } else {
        format!("What is {} if two assumptions change?", map.target.title)
    };
    let framed = map.across.here.is_some() && map.up.here.is_some();
    let marks = if framed { " The frame marks what the file says." } else { "" };
    let answer = format!("From {} to {}.{marks}", shown.figure(low), shown.phrase(high));
    let mut frame = Frame::new("heat-map", &title, &answer, width);
    let grid = Grid::of(&frame, map, (low, high));
    grid.draw(&mut frame, &shown);
    let unit = if map.target.unit.is_none() { " in 100" } else { "" };
    let note = format!("95 % interval in each cell: at most {}{unit}.", shown.plus_minus(map.half_width));
    let note = if map.half_width > 0.0 { note } else { String::new() };
    let levels: Vec<String> =
        grid.levels(&shown).iter().map(|level| shown.figure(level / shown.on_axis(1.0))).collect();
    let lines = match levels.as_slice() {
        [] => String::new(),
        [one] => format!("Line: {one}{unit}."),
        several => format!("Lines: {}{unit}.", words::list(several)),
    };
    Some(frame.finish(&[&lines, &note], &map.source, &description(map, &shown)))
}

struct Grid<'a> {
    map: &'a HeatMap,
    low: f64,
    high: f64,
    left: f64,
    top: f64,
    cell: (f64, f64),
    keyed: bool,
}

impl<'a> Grid<'a> {
    fn of(frame: &Frame, map: &'a HeatMap, (low, high): (f64, f64)) -> Grid<'a> {
        let widest = map.up.labels.iter().map(|label| text::width(label, 26.0, false)).fold(0.0, f64::max);
        let left = MARGIN + widest.min(frame.room() * 0.3) + 18.0;
        let keyed = !frame.narrow;
        let right = frame.right() - if keyed { 230.0 } else { 0.0 };
        let (columns, rows) = (map.across.labels.len() as f64, map.up.labels.len() as f64);
        let height = (if frame.narrow { 76.0 } else { 92.0f64 }).min(620.0 / rows).max(16.0);
        Grid { map, low, high, left, top: frame.y + 114.0, cell: ((right - left) / columns, height), keyed }
    }

    fn figures(&self) -> bool {
        self.cell.0 > 60.0 && self.cell.1 > 34.0
    }

    /// The step of the scale, of ten.
    fn step(&self, value: f64) -> usize {
        let part = if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        ((part * 10.0) as usize).min(9)
    }

    fn rows(&self) -> f64 {
        self.map.up.labels.len() as f64
    }

    /// The top left corner of a cell.
    fn corner(&self, column: usize, row: usize) -> Point {
        (self.left + column as f64 * self.cell.0, self.top + (self.rows() - 1.0 - row as f64) * self.cell.1)
    }

    fn draw(&self, frame: &mut Frame, shown: &Shown) {
        let map = self.map;
        let bottom = self.top + self.rows() * self.cell.1;
        let right = self.left + map.across.labels.len() as f64 * self.cell.0;
        let title = text::shorten(&format!("{} ↑", map.up.title), 28.0, false, frame.room());
        frame.drawing.text(MARGIN, self.top - 24.0, ink(28.0), &title);
        let gap = if self.figures() { 3.0 } else { 0.0 };
        for (row, values) in map.values.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let (x, y) = self.corner(column, row);
                if !value.is_finite() {
                    continue;
                }
                let step = self.step(*value);
                // Cells without a gap overlap by a hair, so that no paper shines through.
                let more = if gap > 0.0 { -gap } else { 0.4 };
                frame.drawing.rect(x, y, self.cell.0 + more, self.cell.1 + more, HEAT[step]);
                if self.figures() {
                    let paint = if step >= 6 { ON_COLOR } else { INK };
                    let size = if self.cell.1 < 50.0 { 26.0 } else { 30.0 };
                    let center = (x + (self.cell.0 - gap) / 2.0, y + self.cell.1 / 2.0 + size * 0.34);
                    let kind = ink(size).middle().paint(paint);
                    frame.drawing.text(center.0, center.1, kind, &shown.figure(*value));
                }
            }
        }
        if self.figures() {
            self.edges(frame, shown);
        } else {
            self.contours(frame, shown);
        }
        if let (Some(column), Some(row)) = (map.across.here, map.up.here) {
            let (x, y) = self.corner(column, row);
            frame.drawing.frame(x - 7.5, y - 7.5, self.cell.0 + 12.0, self.cell.1 + 12.0, BG, 3.0);
            frame.drawing.frame(x - 4.5, y - 4.5, self.cell.0 + 6.0, self.cell.1 + 6.0, INK, 6.0);
        }
        self.row_labels(frame);
        frame.y = bottom + 38.0;
        self.column_labels(frame);
        let title = text::shorten(&format!("{} →", map.across.title), 28.0, false, frame.room());
        frame.y += 42.0;
        let x = right.max(MARGIN + ink(28.0).width(&title));
        frame.drawing.text(x, frame.y, ink(28.0).end(), &title);
        if self.keyed {
            self.key(frame, shown, bottom);
        }
    }

    fn row_labels(&self, frame: &mut Frame) {
        let every = (34.0 / self.cell.1).ceil().max(1.0) as usize;
        for (row, label) in self.map.up.labels.iter().enumerate() {
            let here = self.map.up.here == Some(row);
            let near = self.map.up.here.is_some_and(|other| other.abs_diff(row) < every);
            if here || (row % every == 0 && !near) {
                let y = self.corner(0, row).1 + self.cell.1 / 2.0 + 9.0;
                let label = text::shorten(label, 26.0, false, self.left - MARGIN - 16.0);
                frame.drawing.text(self.left - 16.0, y, mute(26.0).end(), &label);
            }
        }
    }

    fn column_labels(&self, frame: &mut Frame) {
        let widest = self.map.across.labels.iter().map(|label| text::width(label, 26.0, false)).fold(0.0, f64::max);
        let every = ((widest + 14.0) / self.cell.0).ceil().max(1.0) as usize;
        for (column, label) in self.map.across.labels.iter().enumerate() {
            let here = self.map.across.here == Some(column);
            let near = self.map.across.here.is_some_and(|other| other.abs_diff(column) < every);
            if here || (column % every == 0 && !near) {
                let half = text::width(label, 26.0, false) / 2.0;
                let x = (self.corner(column, 0).0 + self.cell.0 / 2.0).min(frame.width - 8.0 - half);
                frame.drawing.text(x, frame.y, mute(26.0).middle(), label);
            }
        }
    }

    fn key(&self, frame: &mut Frame, shown: &Shown, bottom: f64) {
        let x = frame.right() - 176.0;
        let height = (bottom - self.top) / 10.0;
        for (step, paint) in HEAT.iter().enumerate() {
            let y = bottom - (step as f64 + 1.0) * height;
            frame.drawing.rect(x, y, 44.0, height + if step > 0 { 0.4 } else { 0.0 }, *paint);
        }
        let label = |frame: &mut Frame, y: f64, words: &str| {
            let words = text::shorten(words, 26.0, false, frame.right() - x - 58.0);
            frame.drawing.text(x + 58.0, y, mute(26.0), &words);
        };
        label(frame, self.top + 20.0, &shown.figure(self.high));
        label(frame, bottom - 4.0, &shown.figure(self.low));
        let name = if self.map.target.unit.is_none() { "in 100".to_owned() } else { shown.axis_name() };
        label(frame, f64::midpoint(self.top, bottom) + 9.0, &name);
    }

    /// The round values at which contour lines are drawn.
    fn levels(&self, shown: &Shown) -> Vec<f64> {
        let (low, high) = (shown.on_axis(self.low), shown.on_axis(self.high));
        let levels = scale::places(low, high, scale::step(low, high, 5));
        levels.into_iter().filter(|level| low < *level && *level <= high).collect()
    }

    /// Where the cells have figures, contour lines go round the cells, so that none crosses a figure.
    fn edges(&self, frame: &mut Frame, shown: &Shown) {
        let values = &self.map.values;
        let mut lines: Vec<(Point, Point)> = Vec::new();
        for level in self.levels(shown) {
            let parts = |a: f64, b: f64| {
                a.is_finite() && b.is_finite() && (shown.on_axis(a) < level) != (shown.on_axis(b) < level)
            };
            for row in 0..values.len() {
                for column in 0..values[row].len() {
                    let (x, y) = self.corner(column, row);
                    let (x, y) = (x - 1.5, y - 1.5);
                    if column > 0 && parts(values[row][column - 1], values[row][column]) {
                        lines.push(((x, y), (x, y + self.cell.1)));
                    }
                    if row + 1 < values.len() && parts(values[row + 1][column], values[row][column]) {
                        lines.push(((x, y), (x + self.cell.0, y)));
                    }
                }
            }
        }
        for (paint, stroke, more) in [(BG, 10.0, 0.0), (INK, 4.0, 2.0)] {
            for &((left, top), (right, bottom)) in &lines {
                // Lines that meet at a corner meet without a notch.
                let (dx, dy) = if left == right { (0.0, more) } else { (more, 0.0) };
                frame.drawing.line((left - dx, top - dy), (right + dx, bottom + dy), paint, stroke);
            }
        }
    }

    /// Lines of equal value between the middles of the cells, at round values, each with its figure.
    fn contours(&self, frame: &mut Frame, shown: &Shown) {
        let values = &self.map.values;
        for level in self.levels(shown) {
            let mut ends: Option<Point> = None;
            for row in 1..values.len() {
                for column in 1..values[row].len() {
                    let corners = [(column - 1, row - 1), (column, row - 1), (column, row), (column - 1, row)];
                    let mut crossings = Vec::new();
                    for side in 0..4 {
                        let (a, b) = (corners[side], corners[(side + 1) % 4]);
                        let (from, to) = (shown.on_axis(values[a.1][a.0]), shown.on_axis(values[b.1][b.0]));
                        if (from < level) != (to < level) && from.is_finite() && to.is_finite() {
                            let part = (level - from) / (to - from);
                            let (from, to) = (self.middle(a), self.middle(b));
                            crossings.push((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part));
                        }
                    }
                    for pair in crossings.chunks_exact(2) {
                        frame.drawing.line(pair[0], pair[1], BG, 3.0);
                        ends = Some(ends.map_or(pair[0], |end: Point| if pair[0].0 > end.0 { pair[0] } else { end }));
                    }
                }
            }
            if let Some((x, y)) = ends {
                let figure = shown.figure(level / shown.on_axis(1.0));
                let width = bold(24.0).width(&figure);
                let left = (x - width - 14.0).max(self.left);
                frame.drawing.rect(left, y - 17.0, width + 12.0, 32.0, BG);
                frame.drawing.text(left + 6.0, y + 8.0, bold(24.0), &figure);
            }
        }
    }

    fn middle(&self, (column, row): (usize, usize)) -> Point {
        let (x, y) = self.corner(column, row);
        (x + self.cell.0 / 2.0, y + self.cell.1 / 2.0)
    }
}

fn description(map: &HeatMap, shown: &Shown) -> String {
    let mut parts = Vec::new();
    for (row, values) in map.values.iter().enumerate() {
        let figures: Vec<String> = values.iter().map(|value| shown.figure(*value)).collect();
        parts.push(format!("{} at {}: {}", map.up.title, map.up.labels[row], figures.join(", ")));
    }
    let across = format!(
        "{} from {} to {}",
        map.across.title,
        map.across.labels[0],
        map.across.labels[map.across.labels.len() - 1]
    );
    format!("{}, {}; {across}. {}.", words::label(&map.target.title), shown.axis_name(), parts.join("; "))
}
