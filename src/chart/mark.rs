//! The marks that charts are made of, each with one meaning everywhere.

use super::drawing::{Drawing, Point, Type, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::palette::{AXIS, BG, GHOST, INK, Paint, WASH};
use super::words::Frequency;

/// The 95 % interval of the simulation on an estimate: a capped line, with paper round it.
pub(super) fn interval(drawing: &mut Drawing, low: f64, high: f64, y: f64, half: f64) {
    for (paint, more) in [(BG, 4.0), (INK, 0.0)] {
        let reach = half + more / 2.0;
        drawing.line((low, y), (high, y), paint, if more > 0.0 { 9.0 } else { 4.0 });
        for x in [low, high] {
            drawing.line((x, y - reach), (x, y + reach), paint, 3.0 + more);
        }
    }
}

/// The same, standing at the end of a line.
pub(super) fn interval_upright(drawing: &mut Drawing, x: f64, low: f64, high: f64, half: f64) {
    drawing.line((x, low), (x, high), INK, 4.0);
    for y in [low, high] {
        drawing.line((x - half, y), (x + half, y), INK, 3.0);
    }
}

/// A bar; of a pale colour with a frame.
pub(super) fn bar(drawing: &mut Drawing, x: f64, y: f64, width: f64, height: f64, paint: Paint) {
    drawing.rect(x, y, width, height, paint);
    if paint.needs_frame() && width >= 4.0 {
        drawing.frame(x, y, width, height, AXIS, 2.0);
    }
}

/// A small bar before a name.
pub(super) fn swatch(drawing: &mut Drawing, x: f64, baseline: f64, size: f64, paint: Paint) {
    let height = size * 0.78;
    bar(drawing, x, baseline - height, height * 0.9, height, paint);
}

/// The other case under a bar: its outline on a grey ground.
pub(super) fn ghost_bar(drawing: &mut Drawing, x: f64, y: f64, width: f64, height: f64) {
    if width >= 1.0 {
        drawing.rect(x, y, width, height, WASH);
        drawing.frame(x, y, width, height, GHOST, 3.0);
    }
}

/// A line of dashes along points.
pub(super) fn dashes(drawing: &mut Drawing, points: &[Point], paint: Paint, stroke: f64) {
    let (on, off) = (14.0, 9.0);
    let (mut left, mut drawn) = (on, true);
    let mut dash: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = (dx * dx + dy * dy).sqrt();
            if length < left {
                left -= length;
                if drawn {
                    dash.push(to);
                }
                break;
            }
            let part = if length > 0.0 { left / length } else { 0.0 };
            from = (from.0 + dx * part, from.1 + dy * part);
            if drawn {
                dash.push(from);
                drawing.polyline(std::mem::take(&mut dash), paint, stroke);
            } else {
                dash = vec![from];
            }
            drawn = !drawn;
            left = if drawn { on } else { off };
        }
    }
    if drawn {
        drawing.polyline(dash, paint, stroke);
    }
}

/// A cut through a bar that does not begin at 0, or is taller than its place: slanted, in paper.
pub(super) fn slit(drawing: &mut Drawing, corners: [Point; 4]) {
    drawing.polygon(corners.to_vec(), BG);
}

/// The point of an arrow at `tip` that comes from the direction of `from`.
pub(super) fn arrow_head(drawing: &mut Drawing, from: Point, tip: Point, length: f64, paint: Paint) {
    let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
    let distance = (dx * dx + dy * dy).sqrt().max(1e-9);
    let (ux, uy) = (dx / distance, dy / distance);
    let base = (tip.0 - ux * length, tip.1 - uy * length);
    let half = length * 0.42;
    drawing
        .polygon(vec![tip, (base.0 - uy * half, base.1 + ux * half), (base.0 + uy * half, base.1 - ux * half)], paint);
}

/// How wide a hook is.
pub(super) const HOOK: f64 = 28.0;

/// A way that turns back, with its left end at `x`: what both ends of a range do alike.
pub(super) fn hook(drawing: &mut Drawing, x: f64, middle: f64) {
    let (top, bottom) = (middle - 8.0, middle + 8.0);
    let bend = [(x + 2.0, top), (x + 18.0, top), (x + 26.0, middle), (x + 18.0, bottom), (x + 10.0, bottom)];
    drawing.polyline(bend.to_vec(), INK, 4.0);
    arrow_head(drawing, (x + 20.0, bottom), (x, bottom), 14.0, INK);
}

/// A figure and what it is of, side by side: **25** in 100.
pub(super) struct Figure {
    parts: Vec<(Type, String, f64)>,
}

impl Figure {
    /// With the number at `size`.
    pub(super) fn new(frequency: &Frequency, size: f64) -> Figure {
        let words = frequency.figure.starts_with(|c: char| c.is_alphabetic());
        let number = bold(if words { size * 0.86 } else { size });
        let unit = match frequency {
            extreme if extreme.is_extreme() => mute((size * 0.56).max(22.0)),
            _ => ink((size * 0.68).max(24.0)),
        };
        Figure { parts: vec![(number, frequency.figure.clone(), 0.0), (unit, frequency.unit.clone(), size * 0.18)] }
    }

    pub(super) fn plain(kind: Type, text: &str) -> Figure {
        Figure { parts: vec![(kind, text.to_owned(), 0.0)] }
    }

    pub(super) fn then(mut self, kind: Type, text: &str, gap: f64) -> Figure {
        self.parts.push((kind, text.to_owned(), gap));
        self
    }

    pub(super) fn width(&self) -> f64 {
        self.parts.iter().map(|(kind, text, gap)| gap + kind.width(text)).sum()
    }

    pub(super) fn draw(&self, drawing: &mut Drawing, x: f64, baseline: f64) {
        let mut x = x;
        for (kind, text, gap) in &self.parts {
            x += gap;
            x += drawing.text(x, baseline, *kind, text);
        }
    }
}

/// What an entry of a key shows before its words.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    Swatch(Paint),
    Hollow(Paint),
    Ghost,
    Ground(Paint),
    Line(Paint, f64),
    Dashes,
    Dot(Paint),
    Ring(Paint),
    Rule,
    Hook,
    Words,
}

impl Sign {
    fn width(self) -> f64 {
        match self {
            Sign::Words => 0.0,
            Sign::Swatch(_) => 20.0,
            Sign::Dot(_) | Sign::Ring(_) => 24.0,
            Sign::Hook => HOOK,
            Sign::Rule => 8.0,
            _ => 40.0,
        }
    }

    fn draw(self, drawing: &mut Drawing, x: f64, baseline: f64, size: f64) {
        let middle = baseline - size * 0.34;
        let top = baseline - size * 0.8;
        let height = size * 0.92;
        match self {
            Sign::Swatch(paint) => swatch(drawing, x, baseline, size, paint),
            Sign::Hollow(paint) => {
                drawing.rect(x, top, 40.0, height, BG);
                drawing.frame(x, top, 40.0, height, paint, 3.0);
            }
            Sign::Ghost => ghost_bar(drawing, x, top, 40.0, height),
            Sign::Ground(paint) => drawing.rect(x, top, 40.0, height, paint),
            Sign::Line(paint, stroke) => drawing.line((x, middle), (x + 40.0, middle), paint, stroke),
            Sign::Dashes => dashes(drawing, &[(x, middle), (x + 40.0, middle)], GHOST, 3.0),
            Sign::Dot(paint) => drawing.circle((x + 12.0, middle), 11.0, paint),
            Sign::Ring(paint) => drawing.ring((x + 12.0, middle), 11.0, paint, 4.0),
            Sign::Rule => drawing.line((x + 4.0, baseline - size), (x + 4.0, baseline + 4.0), GHOST, 3.0),
            Sign::Hook => hook(drawing, x, middle),
            Sign::Words => {}
        }
    }
}

/// Entries of a key side by side, on as many lines as they need; the first baseline is `frame.y` + `gap`, the last
/// becomes `frame.y`.
pub(super) fn key(frame: &mut Frame, gap: f64, size: f64, entries: &[(Sign, String)]) {
    let mut x = MARGIN;
    frame.y += gap;
    for (sign, words) in entries {
        let kind = if matches!(sign, Sign::Words) { mute(size) } else { ink(size) };
        let before = if sign.width() > 0.0 { sign.width() + 10.0 } else { 0.0 };
        let words = super::text::shorten(words, size, false, frame.room() - before);
        let width = before + kind.width(&words);
        if x > MARGIN && x + width > frame.right() {
            x = MARGIN;
            frame.y += size * 1.4;
        }
        sign.draw(&mut frame.drawing, x, frame.y, size);
        frame.drawing.text(x + before, frame.y, kind, &words);
        x += width + if before > 0.0 { 30.0 } else { 16.0 };
    }
}
