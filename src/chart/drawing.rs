//! What a chart is made of, and how plotters draws it.
//!
//! Shapes are collected first, since a chart's height follows from what stands in it, and then drawn at ten times their
//! size: plotters knows whole pixels only, and a line in whole pixels is a staircase. `finish` sets the size back.

use super::palette::{BG, INK, MUTE, Paint};
use super::text;
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle};

/// How much larger plotters draws.
pub(super) const TIMES: f64 = 10.0;
/// The font family by which the line that names the source goes through plotters: it becomes a class.
pub(super) const SOURCE: &str = "source";

pub(super) type Point = (f64, f64);

enum Shape {
    Rect { x: f64, y: f64, width: f64, height: f64, paint: Paint },
    Line { from: Point, to: Point, paint: Paint, stroke: f64 },
    Polyline { points: Vec<Point>, paint: Paint, stroke: f64 },
    Polygon { points: Vec<Point>, paint: Paint, opacity: f64 },
    Circle { center: Point, radius: f64, paint: Paint, stroke: Option<f64> },
    Text { at: Point, kind: Type, content: String, source: bool },
}

/// How a text looks: size, weight, colour, and which of its points is given.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) paint: Paint,
    anchor: HPos,
}

/// Plain text in ink.
pub(super) fn ink(size: f64) -> Type {
    Type { size, bold: false, paint: INK, anchor: HPos::Left }
}

/// Second text.
pub(super) fn mute(size: f64) -> Type {
    Type { paint: MUTE, ..ink(size) }
}

/// Bold text in ink.
pub(super) fn bold(size: f64) -> Type {
    Type { bold: true, ..ink(size) }
}

impl Type {
    pub(super) fn middle(self) -> Type {
        Type { anchor: HPos::Center, ..self }
    }

    pub(super) fn end(self) -> Type {
        Type { anchor: HPos::Right, ..self }
    }

    pub(super) fn paint(self, paint: Paint) -> Type {
        Type { paint, ..self }
    }

    pub(super) fn width(self, content: &str) -> f64 {
        text::width(content, self.size, self.bold)
    }
}

/// The shapes of a chart, the lowest first.
#[derive(Default)]
pub(super) struct Drawing {
    shapes: Vec<Shape>,
}

impl Drawing {
    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, paint: Paint) {
        if width > 0.0 && height > 0.0 {
            self.shapes.push(Shape::Rect { x, y, width, height, paint });
        }
    }

    /// A rectangle's frame, drawn inside its bounds.
    pub(super) fn frame(&mut self, x: f64, y: f64, width: f64, height: f64, paint: Paint, stroke: f64) {
        let (left, top) = (x + stroke / 2.0, y + stroke / 2.0);
        let (right, bottom) = ((x + width - stroke / 2.0).max(left), (y + height - stroke / 2.0).max(top));
        // The first side is drawn twice, so that the corner at which the line ends is mitred too.
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top)];
        self.polyline(corners.to_vec(), paint, stroke);
    }

    pub(super) fn line(&mut self, from: Point, to: Point, paint: Paint, stroke: f64) {
        self.shapes.push(Shape::Line { from, to, paint, stroke });
    }

    pub(super) fn polyline(&mut self, points: Vec<Point>, paint: Paint, stroke: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Polyline { points, paint, stroke });
        }
    }

    pub(super) fn polygon(&mut self, points: Vec<Point>, paint: Paint) {
        self.ribbon(points, paint, 1.0);
    }

    /// A polygon that lets what is under it shine through.
    pub(super) fn ribbon(&mut self, points: Vec<Point>, paint: Paint, opacity: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Polygon { points, paint, opacity });
        }
    }

    pub(super) fn circle(&mut self, center: Point, radius: f64, paint: Paint) {
        self.shapes.push(Shape::Circle { center, radius, paint, stroke: None });
    }

    /// A hollow circle: paper inside.
    pub(super) fn ring(&mut self, center: Point, radius: f64, paint: Paint, stroke: f64) {
        self.circle(center, radius, BG);
        self.shapes.push(Shape::Circle { center, radius: radius - stroke / 2.0, paint, stroke: Some(stroke) });
    }

    /// A circle's line alone.
    pub(super) fn halo(&mut self, center: Point, radius: f64, paint: Paint, stroke: f64) {
        self.shapes.push(Shape::Circle { center, radius, paint, stroke: Some(stroke) });
    }

    /// Draws a text with its baseline at `y`, and gives its width.
    pub(super) fn text(&mut self, x: f64, y: f64, kind: Type, content: &str) -> f64 {
        self.write((x, y), kind, content, false)
    }

    /// A text with paper under it, for a place that lines run through.
    pub(super) fn text_on_paper(&mut self, x: f64, y: f64, kind: Type, content: &str) -> f64 {
        let width = kind.width(content);
        let left = match kind.anchor {
            HPos::Left => x,
            HPos::Center => x - width / 2.0,
            HPos::Right => x - width,
        };
        self.rect(left - 4.0, y - kind.size * 0.92, width + 8.0, kind.size * 1.24, BG);
        self.text(x, y, kind, content)
    }

    /// The line that names the scenario, which pages hide.
    pub(super) fn source(&mut self, x: f64, y: f64, kind: Type, content: &str) {
        self.write((x, y), kind, content, true);
    }

    fn write(&mut self, at: Point, kind: Type, content: &str, source: bool) -> f64 {
        let content: String = content.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let width = kind.width(&content);
        if !content.trim().is_empty() {
            self.shapes.push(Shape::Text { at, kind, content, source });
        }
        width
    }

    /// What plotters writes for these shapes, ten times as large.
    pub(super) fn plot(&self, width: u32, height: u32) -> String {
        let mut written = String::new();
        {
            let mut backend = SVGBackend::with_string(&mut written, (width * 10, height * 10));
            for shape in &self.shapes {
                shape.plot(&mut backend).expect("drawing into a string does not fail");
            }
            backend.present().expect("drawing into a string does not fail");
        }
        written
    }
}

impl Shape {
    fn plot<B: DrawingBackend>(&self, backend: &mut B) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
    where
        B::ErrorType: 'static,
    {
        match self {
            Shape::Rect { x, y, width, height, paint } => {
                let (from, to) = (large((*x, *y)), large((x + width, y + height)));
                backend.draw_rect(from, to, &style(*paint, 1.0, 0.0), true)?;
            }
            Shape::Line { from, to, paint, stroke } => {
                backend.draw_line(large(*from), large(*to), &style(*paint, 1.0, *stroke))?;
            }
            Shape::Polyline { points, paint, stroke } => {
                backend.draw_path(points.iter().copied().map(large), &style(*paint, 1.0, *stroke))?;
            }
            Shape::Polygon { points, paint, opacity } => {
                backend.fill_polygon(points.iter().copied().map(large), &style(*paint, *opacity, 0.0))?;
            }
            Shape::Circle { center, radius, paint, stroke } => {
                let radius = (radius * TIMES).round().max(1.0) as u32;
                let style = style(*paint, 1.0, stroke.unwrap_or(0.0));
                backend.draw_circle(large(*center), radius, &style, stroke.is_none())?;
            }
            Shape::Text { at, kind, content, source } => {
                let family = FontFamily::Name(if *source { SOURCE } else { "sans-serif" });
                let weight = if kind.bold { FontStyle::Bold } else { FontStyle::Normal };
                // plotters writes 1/1.24 of the size it is given.
                let font = FontDesc::new(family, kind.size * TIMES * 1.24, weight);
                let (r, g, b) = kind.paint.rgb();
                let color = RGBColor(r, g, b);
                let style = TextStyle::from(font).color(&color).pos(Pos::new(kind.anchor, VPos::Bottom));
                backend.draw_text(content, &style, large(*at))?;
            }
        }
        Ok(())
    }
}

fn large((x, y): Point) -> (i32, i32) {
    ((x * TIMES).round() as i32, (y * TIMES).round() as i32)
}

fn style(paint: Paint, opacity: f64, stroke: f64) -> ShapeStyle {
    let (r, g, b) = paint.rgb();
    let stroke_width = (stroke * TIMES).round().max(0.0) as u32;
    ShapeStyle { color: RGBAColor(r, g, b, opacity), filled: true, stroke_width }
}
