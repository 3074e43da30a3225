//! From plotters' text to the finished picture: sizes set back, classes for the colours, a title and a description for
//! those who do not see it, and a style for dark screens.

use super::Svg;
use super::drawing::{Drawing, SOURCE, TIMES};
use super::palette;
use std::fmt::Write;

/// What a picture says besides being one.
pub(super) struct Words {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) answer: String,
    pub(super) description: String,
}

pub(super) fn finish(drawing: &Drawing, words: Words, width: u32, height: u32) -> Svg {
    let body = body(&drawing.plot(width, height));
    let form = if width < super::NARROW { "narrow" } else { "wide" };
    let id = file_stem(&words.name, width);
    let style = palette::dark_style(|role| {
        role == "bg"
            || body.contains(&format!("\"f-{role}\""))
            || body.contains(&format!("\"s-{role}\""))
            || body.contains(&format!("\"f-{role} "))
    });
    let text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         class=\"chart {form}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
         font-family=\"Noto Sans, system-ui, sans-serif\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc><style>{style}</style>\
         <rect class=\"f-bg bg\" width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n{body}</svg>\n",
        escaped(&words.title),
        escaped(&words.description),
    );
    Svg { name: words.name, title: words.title, answer: words.answer, text, width, height }
}

/// The name of the chart's file, without ending: charts of the narrow form say so.
pub(super) fn file_stem(name: &str, width: u32) -> String {
    if width < super::NARROW { format!("{name}-narrow") } else { name.to_owned() }
}

/// The form for a page, which has one set of colours for all its charts: no style, and `prefix` before each id.
pub(super) fn embedded(svg: &Svg, prefix: &str) -> String {
    let mut text = svg.text.clone();
    if let (Some(from), Some(to)) = (text.find("<style>"), text.find("</style>")) {
        text.replace_range(from..to + "</style>".len(), "");
    }
    let id = file_stem(&svg.name, svg.width);
    for end in ["-t", "-d"] {
        text = text.replacen(&format!("id=\"{id}{end}\""), &format!("id=\"{prefix}{id}{end}\""), 1);
    }
    let labels = format!("aria-labelledby=\"{id}-t {id}-d\"");
    text.replacen(&labels, &format!("aria-labelledby=\"{prefix}{id}-t {prefix}{id}-d\""), 1)
}

/// plotters writes one element a line, but for texts, whose content has a line of its own.
fn body(plotted: &str) -> String {
    let mut body = String::new();
    let mut lines = plotted.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("<svg") || line.starts_with("</svg") {
            continue;
        }
        body.push_str(&element(line));
        if line.starts_with("<text") {
            let _ = writeln!(body, ">{}</text>", lines.next().unwrap_or_default());
            lines.next();
        } else {
            body.push_str("/>\n");
        }
    }
    body
}

/// An element with its sizes set back and the class of its colour, without what says nothing, still open.
fn element(line: &str) -> String {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut element = name.to_owned();
    let attributes: Vec<(&str, &str)> = attributes(rest).collect();
    let value_of = |wanted: &str| attributes.iter().find(|(key, _)| *key == wanted).map_or("", |(_, value)| *value);
    let stroked = !matches!(value_of("stroke"), "" | "none");
    let source = value_of("font-family") == SOURCE;
    let mut add = |key: &str, value: &str| {
        let _ = write!(element, " {key}=\"{value}\"");
    };
    for &(key, value) in &attributes {
        match key {
            "x" | "y" | "x1" | "y1" | "x2" | "y2" | "cx" | "cy" | "r" | "width" | "height" | "font-size" => {
                add(key, &set_back(value));
            }
            "stroke-width" if stroked => add(key, &set_back(value)),
            "points" => add(key, &points(value)),
            "fill" | "stroke" if value.starts_with('#') => {
                let more = if source { " src" } else { "" };
                if let Some(role) = palette::role_of(value) {
                    add("class", &format!("{}-{role}{more}", &key[..1]));
                } else if source {
                    add("class", more.trim());
                }
                add(key, value);
            }
            "font-weight" | "fill" => add(key, value),
            "opacity" if value != "1" => add(key, value),
            "text-anchor" if value != "start" => add(key, value),
            _ => {}
        }
    }
    if name == "<polyline" {
        add("stroke-linejoin", if attributes.iter().any(|(_, v)| is_frame(v)) { "miter" } else { "round" });
    }
    element
}

/// A frame's line comes back to its start and goes on over its first side.
fn is_frame(points: &str) -> bool {
    let points: Vec<&str> = points.split_whitespace().collect();
    points.len() == 6 && points[0] == points[4] && points[1] == points[5]
}

/// The pairs of `key="value"`; in values plotters escapes the quotation mark.
fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some((key.trim(), value))
    })
}

fn points(value: &str) -> String {
    let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
    let all: Vec<(f64, f64)> = value
        .split_whitespace()
        .map(|pair| pair.split_once(',').unwrap_or((pair, "0")))
        .map(|(x, y)| (number(x), number(y)))
        .collect();
    let mut points: Vec<String> = Vec::new();
    for (x, y) in thinned(&all) {
        let point = format!("{},{}", set_back(&x.to_string()), set_back(&y.to_string()));
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
    points.join(" ")
}

/// Leaves out points that lie on the line between those that stay, to a tenth of a page's pixel (Ramer 1972; Douglas and
/// Peucker 1973): a page with all its charts stays small.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    const NEAR: f64 = 0.2 * TIMES;
    let mut keep = vec![false; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((from, to)) = open.pop() {
        for end in [from, to] {
            if let Some(kept) = keep.get_mut(end) {
                *kept = true;
            }
        }
        let Some(between) = points.get(from + 1..to) else { continue };
        let ((x0, y0), (x1, y1)) = (points[from], points[to]);
        let size = |x: f64, y: f64| (x * x + y * y).sqrt();
        let length = size(x1 - x0, y1 - y0);
        let distance = |&(x, y): &(f64, f64)| {
            if length == 0.0 {
                size(x - x0, y - y0)
            } else {
                ((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)).abs() / length
            }
        };
        let farthest = between.iter().map(distance).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, _)) = farthest.filter(|(_, distance)| *distance > NEAR) {
            open.push((from, from + 1 + at));
            open.push((from + 1 + at, to));
        }
    }
    points.iter().zip(keep).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// A number at its own size, with at most one decimal.
fn set_back(value: &str) -> String {
    let tenths = (value.parse::<f64>().unwrap_or(0.0) * 10.0 / TIMES).round() as i64;
    let (sign, tenths) = (if tenths < 0 { "-" } else { "" }, tenths.abs());
    match tenths % 10 {
        0 => format!("{sign}{}", tenths / 10),
        tenth => format!("{sign}{}.{tenth}", tenths / 10),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}
