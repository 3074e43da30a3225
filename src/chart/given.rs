//! What goes with how it ends? For each event, how the futures end in which it happens, and those in which it does not.
//!
//! It shows what goes together, not what causes it: futures with and without an event differ in other things too.

use super::drawing::{Drawing, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::mark::{self, Sign};
use super::palette::{self, DATA, GHOST, GRID, Paint};
use super::scale::Scale;
use super::{Svg, text, words};
use crate::simulation::result::{Outcome, Result, Shares};
use std::fmt::Write;

const ROWS: usize = 9;
/// Fewer futures than this on one side say too little.
const ENOUGH: f64 = 100.0;
/// Figures stand at dots that are this far apart.
const WORTH_FIGURES: f64 = 0.1;

struct Row<'a> {
    name: (&'a str, Option<&'a str>),
    title: String,
    branch: Option<String>,
    share: f64,
    yes: &'a Shares,
    no: &'a Shares,
}

impl Row<'_> {
    fn difference(&self, outcome: &str) -> f64 {
        let of = |shares: &Shares| shares.get(outcome).copied().unwrap_or(0.0);
        (of(self.yes) - of(self.no)).abs()
    }

    fn label(&self) -> String {
        self.branch.as_ref().map_or_else(|| self.title.clone(), |branch| format!("{}: {branch}", self.title))
    }
}

/// None without two outcomes, or where no event leaves enough futures on both of its sides.
pub fn given(result: &Result, width: u32, ghost: Option<&Result>) -> Option<Svg> {
    let outcomes = &result.outcomes;
    if outcomes.len() < 2 {
        return None;
    }
    let (mut rows, left_out) = rows(result);
    let largest = |row: &Row| outcomes.iter().map(|outcome| row.difference(&outcome.name)).fold(0.0, f64::max);
    rows.sort_by(|a, b| largest(b).total_cmp(&largest(a)));
    let strongest = rows.first()?;
    let most = most_moved(outcomes, strongest);
    let others = rows.len().saturating_sub(ROWS);
    let answer = answer(result, strongest, &outcomes[most]);
    let description = description(&rows, outcomes);
    rows.truncate(ROWS);
    let mut frame = Frame::new("given", "What goes with how it ends?", &answer, width);
    let mut key = vec![
        (Sign::Dot(DATA), "if it happens".to_owned()),
        (Sign::Ring(DATA), "if not".to_owned()),
        (Sign::Rule, "in all futures".to_owned()),
    ];
    if let Some(ghost) = ghost {
        key.push((Sign::Line(GHOST, 3.0), format!("{}: from if not to if it happens", words::case(ghost))));
    }
    mark::key(&mut frame, 58.0, 26.0, &key);
    let places = panels(outcomes.len(), most, &frame);
    let before = ghost.map(|ghost| self::rows(ghost).0).unwrap_or_default();
    if frame.narrow {
        narrow(&mut frame, result, &rows, places[0], &before);
    } else {
        wide(&mut frame, result, &rows, &places, &before);
    }
    let mut notes = "Futures with and without an event differ in other things too: this shows what goes together, \
                     not what causes it."
        .to_owned();
    if ENOUGH * 100.0 <= result.run.effective_futures {
        notes.push_str(" 95 % intervals are mostly narrower than the dots.");
    }
    match left_out {
        0 => {}
        1 => notes.push_str(" Left out: one that is so or not so in under 100 futures."),
        n => {
            let _ = write!(notes, " Left out: {n} that are so or not so in under 100 futures.");
        }
    }
    if others > 0 {
        let _ = write!(notes, " {others} more differ by less.");
    }
    Some(frame.finish(&[&notes], &words::source(result), &description))
}

/// A row for each event, or for each branch of what always happens; and how many had too few futures on one side.
fn rows(result: &Result) -> (Vec<Row<'_>>, usize) {
    let mut rows = Vec::new();
    let mut left_out = 0;
    let worth = result.run.effective_futures;
    for event in &result.events {
        let whole = (event.probability < 1.0 || event.branches.is_empty()).then_some((
            None,
            event.probability,
            &event.outcomes_if_yes,
            &event.outcomes_if_no,
        ));
        let branches = event
            .branches
            .iter()
            .filter(|_| whole.is_none())
            .map(|branch| (Some(branch), branch.probability, &branch.outcomes_if_yes, &branch.outcomes_if_no));
        for (branch, share, yes, no) in whole.into_iter().chain(branches) {
            let (Some(yes), Some(no)) = (yes, no) else { continue };
            if share * worth < ENOUGH || (1.0 - share) * worth < ENOUGH {
                left_out += 1;
                continue;
            }
            rows.push(Row {
                name: (&event.name, branch.map(|branch| branch.name.as_str())),
                title: words::label(&event.title),
                branch: branch.map(|branch| branch.title.clone()),
                share,
                yes,
                no,
            });
        }
    }
    (rows, left_out)
}

fn most_moved(outcomes: &[Outcome], row: &Row) -> usize {
    let mut most = 0;
    for (place, outcome) in outcomes.iter().enumerate() {
        if row.difference(&outcome.name) > row.difference(&outcomes[most].name) {
            most = place;
        }
    }
    most
}

fn answer(result: &Result, row: &Row, outcome: &Outcome) -> String {
    let of = |shares: &Shares| shares.get(&outcome.name).copied().unwrap_or(0.0);
    let with = words::frequency(of(row.yes), result.run.futures);
    let without = words::of_hundred(of(row.no));
    format!("Most: {}. With it {} end in {}, without it {without}.", row.label(), with.of_futures(), outcome.title)
}

/// The outcomes that get a panel: the first three and the last; in the narrow layout the one of the answer.
fn panels(count: usize, most: usize, frame: &Frame) -> Vec<usize> {
    if frame.narrow {
        return vec![most];
    }
    let fit = if frame.width < 1300.0 { 3 } else { 4 };
    if count <= fit {
        return (0..count).collect();
    }
    let mut places: Vec<usize> = (0..fit - 1).chain([count - 1]).collect();
    if !places.contains(&most) {
        places[fit - 2] = most;
    }
    places
}

fn wide(frame: &mut Frame, result: &Result, rows: &[Row], places: &[usize], before: &[Row]) {
    let paints = palette::of_outcomes(&result.outcomes);
    let label_room = frame.room() * 0.34;
    let pitch = (frame.room() - label_room) / places.len() as f64;
    let head = frame.y + 66.0;
    let (top, row_height) = (head + 30.0, 66.0);
    let bottom = top + rows.len() as f64 * row_height;
    frame.drawing.text(MARGIN + label_room - 30.0, head, mute(24.0).end(), "happens, in 100");
    for (index, row) in rows.iter().enumerate() {
        let y = top + (index as f64 + 0.5) * row_height;
        row_label(&mut frame.drawing, row, MARGIN, y + 10.0, label_room - 100.0);
        let share = words::of_hundred(row.share);
        frame.drawing.text(MARGIN + label_room - 30.0, y + 10.0, mute(28.0).end(), &share);
        if index > 0 {
            let y = top + index as f64 * row_height;
            frame.drawing.line((MARGIN, y), (MARGIN + label_room - 30.0, y), GRID, 2.0);
        }
    }
    let mut free = vec![f64::NEG_INFINITY; rows.len()];
    for (panel, &place) in places.iter().enumerate() {
        let outcome = &result.outcomes[place];
        let left = MARGIN + label_room + panel as f64 * pitch;
        let scale = Scale::new(0.0, 1.0, left + 20.0, left + pitch - 46.0);
        mark::swatch(&mut frame.drawing, left + 4.0, head, 30.0, paints[place]);
        let share = words::of_hundred(outcome.probability);
        let room = pitch - 34.0 - 14.0 - mute(30.0).width(&share) - 10.0;
        let (size, lines) = text::fit(&words::label(&outcome.title), &[30.0, 26.0, 24.0], true, room);
        let name = text::shorten(&lines.join(" "), size, true, room);
        let width = frame.drawing.text(left + 34.0, head, bold(size), &name);
        frame.drawing.text(left + 34.0 + text::beside(width) + 10.0, head, mute(30.0), &share);
        scale_lines(frame, &scale, outcome, top, bottom);
        for (index, row) in rows.iter().enumerate() {
            let y = top + (index as f64 + 0.5) * row_height;
            let edge = (left - 22.0).max(free[index] + 8.0);
            free[index] = dumbbell(&mut frame.drawing, &scale, row, (outcome, paints[place]), before, (y, edge));
        }
        for share in [0.0, 0.5, 1.0] {
            frame.drawing.text(scale.at(share), bottom + 32.0, mute(24.0).middle(), &words::of_hundred(share));
        }
        if panel == 0 {
            frame.drawing.text(scale.left, bottom + 62.0, mute(24.0), "in 100 futures");
        }
    }
    frame.y = bottom + 62.0;
}

fn narrow(frame: &mut Frame, result: &Result, rows: &[Row], place: usize, before: &[Row]) {
    let paint = palette::of_outcomes(&result.outcomes)[place];
    let outcome = &result.outcomes[place];
    let head = frame.y + 58.0;
    mark::swatch(&mut frame.drawing, MARGIN, head, 30.0, paint);
    let title = format!("{}, in 100 futures", words::label(&outcome.title));
    let (size, lines) = text::fit(&title, &[30.0, 26.0], true, frame.room() - 36.0);
    let title = text::shorten(&lines.join(" "), size, true, frame.room() - 36.0);
    frame.drawing.text(MARGIN + 32.0, head, bold(size), &title);
    let (top, row_height) = (head + 30.0, 104.0);
    let bottom = top + rows.len() as f64 * row_height;
    let scale = Scale::new(0.0, 1.0, MARGIN + 14.0, frame.right() - 56.0);
    scale_lines(frame, &scale, outcome, top, bottom);
    for (index, row) in rows.iter().enumerate() {
        let y = top + index as f64 * row_height;
        let (size, lines) = text::fit(&row.label(), &[28.0, 26.0, 25.0, 24.0], false, frame.room());
        let label = text::shorten(&lines.join(" "), size, false, frame.room());
        frame.drawing.text_on_paper(MARGIN, y + 38.0, ink(size), &label);
        dumbbell(&mut frame.drawing, &scale, row, (outcome, paint), before, (y + 72.0, MARGIN - 10.0));
    }
    for share in [0.0, 0.5, 1.0] {
        frame.drawing.text(scale.at(share), bottom + 32.0, mute(26.0).middle(), &words::of_hundred(share));
    }
    frame.y = bottom + 32.0;
}

fn scale_lines(frame: &mut Frame, scale: &Scale, outcome: &Outcome, top: f64, bottom: f64) {
    for share in [0.0, 0.5, 1.0] {
        frame.drawing.line((scale.at(share), top), (scale.at(share), bottom), GRID, 2.0);
    }
    let all = scale.at(outcome.probability);
    frame.drawing.line((all, top), (all, bottom), GHOST, 3.0);
}

/// The event's title, and its branch in second ink where both fit on a line.
fn row_label(drawing: &mut Drawing, row: &Row, x: f64, baseline: f64, room: f64) {
    let (size, lines) = text::fit(&row.label(), &[28.0, 26.0, 25.0, 24.0], false, room);
    match (&row.branch, lines.as_slice()) {
        (Some(branch), [_]) => {
            let width = drawing.text(x, baseline, ink(size), &format!("{}:", row.title));
            drawing.text(x + text::beside(width) + 6.0, baseline, mute(size), branch);
        }
        (Some(branch), _) => {
            drawing.text(x, baseline - 15.0, ink(size), &text::shorten(&row.title, size, false, room));
            drawing.text(x, baseline + 15.0, mute(size), &text::shorten(branch, size, false, room));
        }
        (None, lines) => {
            let first = baseline - (lines.len() as f64 - 1.0) * 15.0;
            for (index, line) in lines.iter().enumerate() {
                drawing.text(x, first + index as f64 * 30.0, ink(size), line);
            }
        }
    }
}

/// A row's mark in a panel, with figures where they fit right of `edge`; gives its right end.
fn dumbbell(
    drawing: &mut Drawing,
    scale: &Scale,
    row: &Row,
    (outcome, paint): (&Outcome, Paint),
    before: &[Row],
    (y, edge): (f64, f64),
) -> f64 {
    let of = |shares: &Shares| shares.get(&outcome.name).copied().unwrap_or(0.0);
    let (yes, no) = (scale.at(of(row.yes)), scale.at(of(row.no)));
    if let Some(before) = before.iter().find(|other| other.name == row.name) {
        let (from, to) = (scale.at(of(before.no)), scale.at(of(before.yes)));
        let y = y + 19.0;
        drawing.line((from, y), (to, y), GHOST, 3.0);
        drawing.circle((to, y), 5.0, GHOST);
        drawing.halo((from, y), 5.0, GHOST, 2.5);
    }
    drawing.line((yes, y), (no, y), paint, 7.0);
    drawing.ring((no, y), 11.0, paint, 4.0);
    drawing.circle((yes, y), 11.0, paint);
    if (of(row.yes) - of(row.no)).abs() < WORTH_FIGURES {
        return yes.max(no) + 12.0;
    }
    let (low, high) = (of(row.yes).min(of(row.no)), of(row.yes).max(of(row.no)));
    let kind = ink(26.0);
    let end = scale.at(high) + 20.0;
    let width = drawing.text_on_paper(end, y + 9.0, kind, &words::of_hundred(high));
    let figure = words::of_hundred(low);
    let x = scale.at(low) - 18.0;
    // A dot on the axis' 0 says it itself.
    if figure != "0" && x - kind.width(&figure) - 4.0 >= edge {
        drawing.text_on_paper(x, y + 9.0, kind.end(), &figure);
    }
    end + width
}

fn description(rows: &[Row], outcomes: &[Outcome]) -> String {
    let of = |shares: &Shares| {
        let parts: Vec<String> = outcomes
            .iter()
            .map(|o| format!("{} {}", o.title, words::of_hundred(shares.get(&o.name).copied().unwrap_or(0.0))))
            .collect();
        parts.join(", ")
    };
    let parts: Vec<String> =
        rows.iter().map(|row| format!("{}: if so {}; if not {}", row.label(), of(row.yes), of(row.no))).collect();
    format!("How 100 futures end with and without each event. {}.", parts.join(". "))
}
