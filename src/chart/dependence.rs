//! What depends on what? A diagram from left to right: every arrow runs from a cause to what it moves. Where there is no
//! room for it, a list.

use super::drawing::{Drawing, Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::layers::{self, BOX, Graph, Layout};
use super::mark;
use super::palette::{AXIS, BG, CIRCLE, DATA, WASH};
use super::{Svg, text, words};
use crate::simulation::result::{Result, Thing};

/// Narrower boxes could not hold their titles.
const LEAST_BOX: f64 = 170.0;

/// None where there are fewer than two things, or nothing depends on anything.
pub fn dependence(result: &Result, width: u32) -> Option<Svg> {
    let things = &result.dependence.things;
    let graph = graph(result);
    if graph.arrows.is_empty() {
        return None;
    }
    let layout = layers::lay_out(&graph);
    let mut frame = Frame::new("dependence", "What depends on what?", &answer(&graph), width);
    let scenario = if result.scenario.title.is_empty() { &result.scenario.file } else { &result.scenario.title };
    let pitch = frame.room() / layout.columns as f64;
    let diagram = !frame.narrow && pitch >= LEAST_BOX + 60.0;
    if diagram {
        Diagram { things, graph: &graph, layout: &layout, pitch }.draw(&mut frame);
    } else {
        list(&mut frame, things, &graph, &layout);
    }
    let mut note = "Heavy frame: event. Small line: path. Thin frame: quantity.".to_owned();
    if things.iter().any(|thing| thing.in_outcomes) {
        note.push_str(" Dark corner: the outcomes look at it.");
    }
    Some(frame.finish(&[&note], scenario, &description(things, &graph)))
}

fn graph(result: &Result) -> Graph {
    let things = &result.dependence.things;
    let place = |name: &str| things.iter().position(|thing| thing.name == name);
    let mut arrows = Vec::new();
    for (to, thing) in things.iter().enumerate() {
        for from in thing.reads.iter().filter_map(|name| place(name)) {
            if from != to && !arrows.contains(&(from, to)) {
                arrows.push((from, to));
            }
        }
    }
    let circles: Vec<Vec<usize>> = result
        .dependence
        .circles
        .iter()
        .map(|members| members.iter().filter_map(|name| place(name)).collect::<Vec<usize>>())
        .filter(|members| members.len() > 1)
        .collect();
    let mut leads: Vec<bool> = things.iter().map(|thing| thing.kind != "event").collect();
    for members in &circles {
        balance(members, &arrows, &mut leads);
    }
    Graph { count: things.len(), arrows, circles, leads }
}

/// A circle's paths stand in its first column, its events in the second; where those are very unequal, what reads most
/// from outside moves to the first.
fn balance(members: &[usize], arrows: &[(usize, usize)], leads: &mut [bool]) {
    if members.len() < 4 {
        for &member in members {
            leads[member] = true;
        }
        return;
    }
    let outside = |member: usize| arrows.iter().filter(|(from, to)| *to == member && !members.contains(from)).count();
    loop {
        let first: Vec<usize> = members.iter().copied().filter(|&member| leads[member]).collect();
        let second: Vec<usize> = members.iter().copied().filter(|&member| !leads[member]).collect();
        if second.len() > first.len() + 1 {
            let most = second.into_iter().max_by_key(|&member| (outside(member), usize::MAX - member));
            leads[most.unwrap_or(members[0])] = true;
        } else if first.len() > second.len() + 1 {
            let least = first.into_iter().min_by_key(|&member| (outside(member), usize::MAX - member));
            leads[least.unwrap_or(members[0])] = false;
        } else {
            return;
        }
    }
}

fn answer(graph: &Graph) -> String {
    let begin = "Arrows run from a cause to what it moves.";
    let sees = "there, each sees the others as of one step before.";
    match graph.circles.as_slice() {
        [] => begin.to_owned(),
        [members] => {
            format!("{begin} The {} in the frame move one another in a circle: {sees}", spelled(members.len()))
        }
        _ => format!("{begin} Those in a frame move one another in a circle: {sees}"),
    }
}

fn spelled(count: usize) -> String {
    let words = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    words.get(count.wrapping_sub(2)).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

struct Diagram<'a> {
    things: &'a [Thing],
    graph: &'a Graph,
    layout: &'a Layout,
    pitch: f64,
}

impl Diagram<'_> {
    fn draw(&self, frame: &mut Frame) {
        let top = frame.y + 56.0;
        let drawing = &mut frame.drawing;
        for &(first, last, from, to) in &self.layout.frames {
            let inset = layers::INSET.min((self.pitch - self.width()) * 0.42);
            let left = self.left(first) - inset;
            let right = self.left(last) + self.width() + inset;
            drawing.rect(left, top + from, right - left, to - from, WASH);
            drawing.frame(left, top + from, right - left, to - from, CIRCLE, 5.0);
            drawing.text(right - 20.0, top + to - 22.0, bold(28.0).end(), "Circle");
        }
        let circle = |thing: usize| self.graph.circles.iter().position(|members| members.contains(&thing));
        let inner = |arrow: &(usize, usize)| circle(arrow.0).is_some() && circle(arrow.0) == circle(arrow.1);
        // The arrows of a circle lie above the others.
        for wanted in [false, true] {
            for (index, arrow) in self.graph.arrows.iter().enumerate() {
                if inner(arrow) == wanted {
                    self.arrow(drawing, index, top, wanted);
                }
            }
        }
        for (index, thing) in self.things.iter().enumerate() {
            let (column, y) = self.layout.places[index];
            thing_box(drawing, thing, self.left(column), top + y - BOX / 2.0, self.width());
        }
        frame.y = top + self.layout.height;
    }

    fn width(&self) -> f64 {
        (self.pitch * 0.78).min(280.0)
    }

    /// The left edge of a column: the first and the last touch the margins.
    fn left(&self, column: usize) -> f64 {
        let steps = (self.layout.columns - 1).max(1) as f64;
        let step = (self.pitch * self.layout.columns as f64 - self.width()) / steps;
        MARGIN + column as f64 * step.min(self.width() * 1.9)
    }

    fn arrow(&self, drawing: &mut Drawing, index: usize, top: f64, inner: bool) {
        let (from, to) = self.graph.arrows[index];
        let ((from_column, from_y), (to_column, to_y)) = (self.layout.places[from], self.layout.places[to]);
        let (paint, stroke) = if inner { (CIRCLE, 5.0) } else { (AXIS, 3.0) };
        let head = if inner { 20.0 } else { 16.0 };
        if from_column == to_column {
            self.within_column(drawing, (from, to), top, paint, stroke, head);
            return;
        }
        let forward = from_column < to_column;
        let (start, end) = (top + from_y + self.port(from, index), top + to_y + self.port(to, index));
        let (leave, arrive) = if forward {
            (self.left(from_column) + self.width(), self.left(to_column))
        } else {
            (self.left(from_column), self.left(to_column) + self.width())
        };
        let mut points: Vec<Point> = vec![(leave, start)];
        for (step, lane) in self.layout.lanes[index].iter().enumerate() {
            let column = from_column + 1 + step;
            bend(&mut points, (self.left(column), top + lane));
            points.push((self.left(column) + self.width(), top + lane));
        }
        let tip = (arrive, end);
        let base = (if forward { arrive - head * 0.8 } else { arrive + head * 0.8 }, end);
        bend(&mut points, base);
        drawing.polyline(points, paint, stroke);
        mark::arrow_head(drawing, base, tip, head, paint);
    }

    /// Between boxes of one column: straight where they are neighbours, else round those between.
    fn within_column(
        &self,
        drawing: &mut Drawing,
        (from, to): (usize, usize),
        top: f64,
        paint: super::palette::Paint,
        stroke: f64,
        head: f64,
    ) {
        let ((column, from_y), (_, to_y)) = (self.layout.places[from], self.layout.places[to]);
        let down = from_y < to_y;
        let between = self
            .layout
            .places
            .iter()
            .any(|(other, y)| *other == column && *y > from_y.min(to_y) + 1.0 && *y < from_y.max(to_y) - 1.0);
        let half = if down { BOX / 2.0 } else { -BOX / 2.0 };
        if !between {
            let both = self.graph.arrows.contains(&(to, from));
            let aside = if !both {
                0.0
            } else if down {
                26.0
            } else {
                -26.0
            };
            let x = self.left(column) + self.width() * 0.5 + aside;
            let tip = (x, top + to_y - half);
            let base = (x, tip.1 - half.signum() * head * 0.8);
            drawing.line((x, top + from_y + half), base, paint, stroke);
            mark::arrow_head(drawing, base, tip, head, paint);
            return;
        }
        let edge = self.left(column) + self.width();
        let out = edge + (self.pitch - self.width()).min(110.0) * 0.22;
        let (start, end) = (top + from_y + half * 0.5, top + to_y - half * 0.5);
        let mut points = vec![(edge, start)];
        corner(&mut points, (out, start), (out, f64::midpoint(start, end)));
        corner(&mut points, (out, end), (edge + head * 0.8, end));
        drawing.polyline(points, paint, stroke);
        mark::arrow_head(drawing, (edge + head * 0.8, end), (edge, end), head, paint);
    }

    /// How far from a box's middle an arrow leaves or arrives: spread over its side, in the order of the other ends.
    fn port(&self, thing: usize, index: usize) -> f64 {
        let column = self.layout.places[thing].0;
        let side = |arrow: usize| {
            let (from, to) = self.graph.arrows[arrow];
            let other = if from == thing { to } else { from };
            (self.layout.places[other].0 > column, self.layout.places[other].0 == column)
        };
        let height = |arrow: usize| {
            let (from, to) = self.graph.arrows[arrow];
            let lanes = &self.layout.lanes[arrow];
            if from == thing {
                lanes.first().copied().unwrap_or(self.layout.places[to].1)
            } else {
                lanes.last().copied().unwrap_or(self.layout.places[from].1)
            }
        };
        let mut mates: Vec<usize> = (0..self.graph.arrows.len())
            .filter(|&arrow| {
                let (from, to) = self.graph.arrows[arrow];
                (from == thing || to == thing) && !side(arrow).1 && side(arrow).0 == side(index).0
            })
            .collect();
        mates.sort_by(|&a, &b| {
            height(a)
                .total_cmp(&height(b))
                .then((self.graph.arrows[a].0 == thing).cmp(&(self.graph.arrows[b].0 == thing)))
        });
        let place = mates.iter().position(|&arrow| arrow == index).unwrap_or(0);
        let step = ((BOX - 20.0) / mates.len().max(1) as f64).min(22.0);
        (place as f64 - (mates.len() as f64 - 1.0) / 2.0) * step
    }
}

/// Goes on to `to` in a curve that is level at both ends.
fn bend(points: &mut Vec<Point>, to: Point) {
    let Some(&from) = points.last() else { return };
    if (from.1 - to.1).abs() < 0.5 {
        points.push(to);
        return;
    }
    for step in 1..=14 {
        let t = step as f64 / 14.0;
        // Bézier with its handles half way: x = 3/2·t(1−t) + t³ and so on, y = t²(3 − 2t).
        let s = 1.0 - t;
        let along = 1.5 * s * s * t + 1.5 * s * t * t + t * t * t;
        points.push((from.0 + (to.0 - from.0) * along, from.1 + (to.1 - from.1) * t * t * (3.0 - 2.0 * t)));
    }
}

/// Goes round a corner and on to `to`.
fn corner(points: &mut Vec<Point>, at: Point, to: Point) {
    let Some(&from) = points.last() else { return };
    let radius: f64 = 14.0;
    let toward = |end: Point| {
        let (dx, dy) = (end.0 - at.0, end.1 - at.1);
        let length = (dx * dx + dy * dy).sqrt().max(1e-9);
        let reach = radius.min(length / 2.0) / length;
        (at.0 + dx * reach, at.1 + dy * reach)
    };
    let (start, end) = (toward(from), toward(to));
    for step in 0..=4 {
        let t = step as f64 / 4.0;
        let s = 1.0 - t;
        let mix = |a: f64, b: f64, c: f64| s * s * a + 2.0 * s * t * b + t * t * c;
        points.push((mix(start.0, at.0, end.0), mix(start.1, at.1, end.1)));
    }
    points.push(to);
}

fn thing_box(drawing: &mut Drawing, thing: &Thing, x: f64, y: f64, width: f64) {
    drawing.rect(x, y, width, BOX, BG);
    kind_frame(drawing, thing, x, y, width, BOX);
    let room = width - 28.0 - if thing.in_outcomes { 10.0 } else { 0.0 };
    let title = words::label(&thing.title);
    let lines = |size: f64| text::wrap(&title, size, false, room, 3);
    // Size, first baseline, leading, and the baseline of the kind, for one, two and three lines.
    let (size, first, leading, kind) = match lines(22.0).len() {
        _ if text::width(&title, 26.0, false) <= room => (26.0, 45.0, 0.0, 76.0),
        _ if text::width(&title, 24.0, false) <= room => (24.0, 45.0, 0.0, 76.0),
        0..=2 => (22.0, 36.0, 25.0, 88.0),
        _ if lines(20.0).len() == 2 => (20.0, 36.0, 24.0, 88.0),
        _ => (20.0, 27.0, 22.0, 94.0),
    };
    for (index, line) in lines(size).iter().enumerate() {
        drawing.text(x + 15.0, y + first + index as f64 * leading, ink(size), line);
    }
    let baseline = y + kind;
    drawing.text(x + 15.0, baseline, mute(20.0), &thing.kind);
    if thing.kind == "path" {
        zigzag(drawing, x + width - 66.0, baseline - 10.0);
    }
}

/// Heavy for events, thin for paths and grey for quantities; a dark corner where outcomes look at it.
fn kind_frame(drawing: &mut Drawing, thing: &Thing, x: f64, y: f64, width: f64, height: f64) {
    let (paint, stroke) = match thing.kind.as_str() {
        "event" => (DATA, 5.0),
        "path" => (DATA, 2.5),
        _ => (AXIS, 2.5),
    };
    if thing.in_outcomes {
        drawing.polygon(vec![(x + width - 28.0, y), (x + width, y), (x + width, y + 28.0)], DATA);
    }
    drawing.frame(x, y, width, height, paint, stroke);
}

fn zigzag(drawing: &mut Drawing, x: f64, y: f64) {
    let points = [(0.0, 6.0), (14.0, -6.0), (24.0, 2.0), (38.0, -12.0), (50.0, -2.0)];
    drawing.polyline(points.iter().map(|(dx, dy)| (x + dx, y + dy)).collect(), DATA, 3.0);
}

/// One thing below another, causes first, each with what moves it.
fn list(frame: &mut Frame, things: &[Thing], graph: &Graph, layout: &Layout) {
    let circle = |thing: usize| graph.circles.iter().position(|members| members.contains(&thing));
    let first_column = |thing: usize| circle(thing).map_or(layout.places[thing].0, |circle| layout.frames[circle].0);
    let mut order: Vec<usize> = (0..things.len()).collect();
    order.sort_by_key(|&thing| (first_column(thing), circle(thing).map_or(0, |c| c + 1), thing));
    let mut y = frame.y + 44.0;
    let right = frame.right();
    let mut index = 0;
    while index < order.len() {
        let here = circle(order[index]);
        let group: Vec<usize> =
            order[index..].iter().copied().take_while(|&t| here.is_some() && circle(t) == here).collect();
        let group = if group.is_empty() { vec![order[index]] } else { group };
        index += group.len();
        let entries: Vec<Entry> =
            group.iter().map(|&thing| Entry::of(things, graph, thing, right - MARGIN - 84.0)).collect();
        let height: f64 = entries.iter().map(|entry| entry.height() + 16.0).sum();
        let framed = here.is_some();
        if framed {
            frame.drawing.rect(MARGIN - 14.0, y, right - MARGIN + 28.0, height + 64.0, WASH);
            frame.drawing.frame(MARGIN - 14.0, y, right - MARGIN + 28.0, height + 64.0, CIRCLE, 5.0);
            frame.drawing.text(right - 8.0, y + 38.0, bold(26.0).end(), "Circle");
            y += 50.0;
        }
        for entry in entries {
            entry.draw(&mut frame.drawing, MARGIN + 4.0, y, right - MARGIN - 8.0);
            y += entry.height() + 16.0;
        }
        if framed {
            y += 30.0;
        }
    }
    frame.y = y - 10.0;
}

struct Entry<'a> {
    thing: &'a Thing,
    title: Vec<String>,
    causes: Vec<String>,
}

impl<'a> Entry<'a> {
    fn of(things: &'a [Thing], graph: &Graph, thing: usize, room: f64) -> Entry<'a> {
        let causes: Vec<String> = graph
            .arrows
            .iter()
            .filter(|(_, to)| *to == thing)
            .map(|(from, _)| words::label(&things[*from].title))
            .collect();
        let causes = if causes.is_empty() { String::new() } else { format!("moved by: {}", causes.join(" · ")) };
        Entry {
            thing: &things[thing],
            title: text::wrap(&words::label(&things[thing].title), 26.0, false, room, 2),
            causes: text::wrap(&causes, 22.0, false, room, 5),
        }
    }

    fn height(&self) -> f64 {
        52.0 + (self.title.len() as f64 - 1.0) * 31.0 + self.causes.len() as f64 * 29.0 + 8.0
    }

    fn draw(&self, drawing: &mut Drawing, x: f64, y: f64, width: f64) {
        drawing.rect(x, y, width, self.height(), BG);
        kind_frame(drawing, self.thing, x, y, width, self.height());
        let mut baseline = y + 36.0;
        for line in &self.title {
            drawing.text(x + 16.0, baseline, ink(26.0), line);
            baseline += 31.0;
        }
        if self.thing.kind == "path" {
            zigzag(drawing, x + width - 66.0, y + 34.0);
        }
        for line in &self.causes {
            drawing.text(x + 16.0, baseline, mute(22.0), line);
            baseline += 29.0;
        }
    }
}

fn description(things: &[Thing], graph: &Graph) -> String {
    let mut parts = Vec::new();
    for (index, thing) in things.iter().enumerate() {
        let causes: Vec<String> =
            graph.arrows.iter().filter(|(_, to)| *to == index).map(|(from, _)| things[*from].title.clone()).collect();
        if !causes.is_empty() {
            parts.push(format!("{} depends on {}", words::label(&thing.title), words::list(&causes)));
        }
    }
    format!("{}.", parts.join("; "))
}
