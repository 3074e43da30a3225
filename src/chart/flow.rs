//! Which futures end differently? The same futures under two cases, from how they ended to how they end.

use super::drawing::{Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark::Figure;
use super::palette::{self, Layer};
use super::{Svg, labels, text, words};
use crate::simulation::result::Outcome;

/// Futures with the same luck under two cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// The title of each case: `Base case`, `The envoys land`.
    pub before: String,
    pub after: String,
    /// The outcomes in file order; the chart does not read their shares.
    pub outcomes: Vec<Outcome>,
    /// The share of all futures that ended as the row's outcome and end as the column's.
    pub moves: Vec<Vec<f64>>,
    pub futures: u64,
    pub source: String,
}

const STACK: f64 = 34.0;
const GAP: f64 = 34.0;

/// None with fewer than two outcomes.
pub fn flow(flow: &Flow, width: u32) -> Option<Svg> {
    let count = flow.outcomes.len();
    if count < 2 || flow.moves.len() != count || flow.moves.iter().any(|row| row.len() != count) {
        return None;
    }
    let layers = palette::layers(&flow.outcomes);
    let moves = merged(flow, &layers);
    let mut frame = Frame::new("flow", "Which futures end differently?", &answer(flow, &layers, &moves), width);
    draw(&mut frame, flow, &layers, &moves);
    let note = "The same futures, with the same luck. Pale: futures that end as before. Strong: futures that end \
                differently, in the colour they had before.";
    Some(frame.finish(&[note], &flow.source, &description(&layers, &moves)))
}

fn merged(flow: &Flow, layers: &[Layer]) -> Vec<Vec<f64>> {
    let row = |from: &Layer| {
        let part = |to: &Layer| from.members.iter().map(|&member| to.of(&flow.moves[member])).sum();
        layers.iter().map(part).collect()
    };
    layers.iter().map(row).collect()
}

fn title(flow: &Flow, layer: &Layer) -> String {
    match layer.members.as_slice() {
        [only] => flow.outcomes[*only].title.clone(),
        _ => layer.label.clone(),
    }
}

fn answer(flow: &Flow, layers: &[Layer], moves: &[Vec<f64>]) -> String {
    let mut moved = 0.0;
    let mut most = (0, 0, 0.0);
    for (from, row) in moves.iter().enumerate() {
        for (to, share) in row.iter().enumerate().filter(|(to, _)| *to != from) {
            moved += share;
            if *share > most.2 {
                most = (from, to, *share);
            }
        }
    }
    if moved <= 0.0 {
        return "None does: every future ends as before.".to_owned();
    }
    let (from, to) = (title(flow, &layers[most.0]), title(flow, &layers[most.1]));
    let all = words::label(&words::frequency(moved, flow.futures).of_futures());
    format!("{all} do. Most often from {from} to {to}: {} in 100.", points(most.2))
}

fn draw(frame: &mut Frame, flow: &Flow, layers: &[Layer], moves: &[Vec<f64>]) {
    let count = layers.len();
    let before: Vec<f64> = moves.iter().map(|row| row.iter().sum()).collect();
    let after: Vec<f64> = (0..count).map(|to| moves.iter().map(|row| row[to]).sum()).collect();
    let (left, right) = if frame.narrow {
        (MARGIN + 150.0, frame.right() - 250.0)
    } else {
        let label = |(layer, share): (&Layer, &f64)| {
            bold(36.0).width(&words::of_hundred(*share)) + ink(28.0).width(&layer.label) + 30.0
        };
        let widest = layers.iter().zip(&before).map(label).fold(0.0, f64::max);
        let left = widest.clamp(frame.width * 0.155, frame.width * 0.25);
        (MARGIN + left, frame.right() - frame.width * 0.39)
    };
    let head = frame.y + 78.0;
    let room = (left + STACK - MARGIN).max(0.0);
    let (size, words_before) = heading(&words::label(&flow.before), room);
    frame.drawing.text(left + STACK, head, bold(size).end(), &words_before);
    let (size, words_after) = heading(&words::label(&flow.after), frame.right() - right);
    frame.drawing.text(right, head, bold(size), &words_after);
    let top = head + 32.0;
    let scale = if frame.narrow { 520.0 } else { 540.0 };
    let total: f64 = before.iter().sum::<f64>().max(1e-12);
    let unit = (scale / total).min(scale * 2.0);
    let tops = |shares: &[f64]| -> Vec<f64> {
        let place = |above: &[f64]| top + above.iter().map(|share| share * unit + GAP).sum::<f64>();
        (0..shares.len()).map(|index| place(&shares[..index])).collect()
    };
    let (from_tops, to_tops) = (tops(&before), tops(&after));
    ribbons(frame, layers, moves, (left + STACK, right), (&from_tops, &to_tops), unit);
    for (place, layer) in layers.iter().enumerate() {
        frame.drawing.rect(left, from_tops[place], STACK, before[place] * unit, layer.paint);
        frame.drawing.rect(right, to_tops[place], STACK, after[place] * unit, layer.paint);
    }
    let bottom = top + total * unit + GAP * (count as f64 - 1.0);
    let middle = |tops: &[f64], shares: &[f64]| -> Vec<f64> {
        tops.iter().zip(shares).map(|(top, share)| top + share * unit / 2.0).collect()
    };
    let apart = if frame.narrow { 64.0 } else { 52.0 };
    let places =
        labels::spread(&middle(&from_tops, &before), apart, top + 10.0, bottom.max(top + apart * count as f64));
    for ((layer, share), y) in layers.iter().zip(&before).zip(&places) {
        left_label(frame, layer, *share, left - 14.0, *y);
    }
    let apart = if frame.narrow { 104.0 } else { 84.0 };
    let last = bottom.max(top + apart * count as f64);
    let right_places = labels::spread(&middle(&to_tops, &after), apart, top + 10.0, last);
    for (place, y) in right_places.iter().enumerate() {
        let change = words::change(after[place], before[place], None);
        right_label(frame, flow, layers, moves, place, (after[place], &change), (right + STACK + 18.0, *y));
    }
    let lowest = places.iter().map(|y| y + 30.0).chain(right_places.iter().map(|y| y + 56.0)).fold(bottom, f64::max);
    frame.y = lowest;
}

fn heading(title: &str, room: f64) -> (f64, String) {
    let (size, lines) = text::fit(title, &[30.0, 26.0, 24.0], true, room);
    (size, text::shorten(&lines.join(" "), size, true, room))
}

/// Pale where a future ends as before, strong where it does not.
fn ribbons(
    frame: &mut Frame,
    layers: &[Layer],
    moves: &[Vec<f64>],
    (left, right): (f64, f64),
    (from_tops, to_tops): (&[f64], &[f64]),
    unit: f64,
) {
    let count = layers.len();
    let mut arrived = to_tops.to_vec();
    // Within a stack the ribbons lie in the order of their other ends, so that none crosses another of its own stack.
    let mut bands = Vec::new();
    for from in 0..count {
        let mut leave = from_tops[from];
        for to in 0..count {
            let height = moves[from][to] * unit;
            bands.push((from, to, leave, arrived[to], height));
            leave += height;
            arrived[to] += height;
        }
    }
    bands.sort_by_key(|(from, to, ..)| from != to);
    for (from, to, start, end, height) in bands {
        if height <= 0.0 {
            continue;
        }
        let mut edge = curve((left, start), (right, end));
        edge.extend(curve((left, start + height), (right, end + height)).into_iter().rev());
        frame.drawing.ribbon(edge, layers[from].paint, if from == to { 0.16 } else { 0.85 });
    }
}

fn curve(from: Point, to: Point) -> Vec<Point> {
    (0..=16)
        .map(|step| {
            let t = step as f64 / 16.0;
            (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t * t * (3.0 - 2.0 * t))
        })
        .collect()
}

fn left_label(frame: &mut Frame, layer: &Layer, share: f64, x: f64, y: f64) {
    let figure = words::of_hundred(share);
    let room = x - MARGIN;
    let (figure_kind, name_kind) = (bold(36.0), ink(28.0));
    if frame.narrow {
        frame.drawing.text(x, y, bold(34.0).end(), &figure);
        let name = text::shorten(&layer.label, 26.0, false, room);
        frame.drawing.text(x, y + 32.0, ink(26.0).end(), &name);
    } else {
        let width = frame.drawing.text(x, y + 12.0, figure_kind.end(), &figure);
        let name = text::shorten(&layer.label, 28.0, false, room - width - 12.0);
        frame.drawing.text(x - width - 10.0, y + 12.0, name_kind.end(), &name);
    }
}

fn right_label(
    frame: &mut Frame,
    flow: &Flow,
    layers: &[Layer],
    moves: &[Vec<f64>],
    place: usize,
    (share, change): (f64, &str),
    (x, y): (f64, f64),
) {
    let figure = words::of_hundred(share);
    let room = frame.right() - x;
    if frame.narrow {
        frame.drawing.text(x, y, bold(34.0), &figure);
        frame.drawing.text(x, y + 32.0, ink(26.0), &text::shorten(&layers[place].label, 26.0, false, room));
        frame.drawing.text(x, y + 62.0, mute(24.0), &text::shorten(change, 24.0, false, room));
        return;
    }
    let mut sources: Vec<(f64, String)> = (0..layers.len())
        .filter(|from| *from != place && moves[*from][place] >= 0.000_05)
        .map(|from| (moves[from][place], title(flow, &layers[from])))
        .collect();
    sources.sort_by(|a, b| b.0.total_cmp(&a.0));
    let from = if sources.is_empty() {
        "from no other outcome, or hardly any".to_owned()
    } else {
        let parts: Vec<String> = sources.iter().map(|(share, title)| format!("{title} {}", points(*share))).collect();
        format!("from {}", parts.join(", "))
    };
    let head = text::shorten(&format!("{}, {change}", layers[place].label), 28.0, false, room - 80.0);
    Figure::plain(bold(36.0), &figure).then(ink(28.0), &head, 10.0).draw(&mut frame.drawing, x, y + 8.0);
    frame.drawing.text(x, y + 42.0, mute(24.0), &text::shorten(&from, 24.0, false, room));
}

/// Points of a hundred with two digits: `1.9`, `0.38`.
fn points(share: f64) -> String {
    let value = share * 100.0;
    if value >= 9.95 {
        format!("{value:.0}")
    } else if value >= 0.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

fn description(layers: &[Layer], moves: &[Vec<f64>]) -> String {
    let mut parts = Vec::new();
    for (from, row) in moves.iter().enumerate() {
        for (to, share) in row.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let (before, after) = (&layers[from].label, &layers[to].label);
            parts.push(if from == to {
                format!("{before} as before {}", points(*share))
            } else {
                format!("from {before} to {after} {}", points(*share))
            });
        }
    }
    format!("Of 100 futures: {}.", parts.join("; "))
}
