//! `sweep`: a curve or stacked areas over one assumption, a map over two.

use super::said::{self, Said};
use super::{Answer, Grid, Section, columns, command, drawn, facts, files, shortened, source, title};
use crate::analysis::Varied;
use crate::analysis::sweep::{Axis, Point, Sweep, Turn};
use crate::chart::words;
use crate::chart::{heat_map, sweep as picture};
use crate::diagnostic::Failure;
use crate::report::{csv, json};
use crate::simulation::result::Outcome;

pub fn sweep(answer: &Sweep, width: usize) -> Result<Answer, Failure> {
    let said = Said::new(&answer.target, &answer.scenario, answer.run.futures);
    let drawn = match answer.axes.as_slice() {
        [axis] => drawn(|width| picture::sweep(&curve(answer, axis), width)),
        [across, up] => drawn(|width| heat_map::heat_map(&map(answer, across, up), width)),
        _ => None,
    };
    let (question, sentence) = match &drawn {
        Some((_, svg)) => (svg.title.clone(), svg.answer.clone()),
        None => ("What if?".to_owned(), "No future has the target at any of these values.".to_owned()),
    };
    let mut asked: Vec<String> = (answer.axes.iter())
        .map(|axis| {
            let (from, to) = (axis.values[0], axis.values[axis.values.len() - 1]);
            format!("{}={from}..{to}", axis.assumption.address)
        })
        .collect();
    let points = answer.axes.first().map_or(0, |axis| axis.values.len()).to_string();
    asked.extend(["--of".to_owned(), answer.target.name.clone(), "--points".to_owned(), points]);
    let name = drawn.as_ref().map(|(chart, _)| chart.name.clone());
    Ok(Answer {
        scenario: title(&answer.scenario),
        question,
        sentence,
        facts: facts(&answer.scenario, &answer.run),
        sections: vec![Section {
            title: "From value to value".to_owned(),
            text: vec!["All other assumptions as they are, on the same luck.".to_owned()],
            charts: name.into_iter().collect(),
            grid: Some(grid(answer, &said)),
        }],
        charts: drawn.into_iter().map(|(chart, _)| chart).collect(),
        tables: vec![table(answer)?],
        json: json::text(answer)?,
        picture: match answer.axes.as_slice() {
            [axis] => bars(answer, axis, &said, width),
            [across, up] => cells(answer, across, up, &said),
            _ => String::new(),
        },
        files: files(&answer.scenario),
        command: command("sweep", &answer.scenario, &answer.run, &asked),
    })
}

pub(super) fn outcomes(answer: &Sweep) -> Vec<Outcome> {
    let all = answer.outcomes.iter().map(|outcome| Outcome {
        name: outcome.name.clone(),
        title: outcome.title.clone(),
        color: outcome.color.clone(),
        probability: outcome.probability,
        low: outcome.probability,
        high: outcome.probability,
    });
    all.collect()
}

/// Probabilities are shown in percent.
fn times(varied: &Varied) -> f64 {
    if varied.unit == "probability" { 100.0 } else { 1.0 }
}

fn curve(answer: &Sweep, axis: &Axis) -> picture::Sweep {
    let times = times(&axis.assumption);
    // Where no future has the target there is nothing to draw.
    let points: Vec<&Point> = answer.points.iter().filter(|point| point.target.is_some()).collect();
    let targets = || points.iter().filter_map(|point| point.target);
    let assumption = &axis.assumption;
    picture::Sweep {
        target: said::on_chart(&answer.target, &answer.scenario),
        assumption: words::label(&assumption.title),
        unit: said::unit_words(&assumption.unit),
        values: points.iter().map(|point| point.at[0] * times).collect(),
        targets: targets().map(|target| target.value).collect(),
        intervals: targets().map(|target| (target.low, target.high)).collect(),
        outcomes: outcomes(answer),
        shares: points.iter().map(|point| point.outcomes.clone()).collect(),
        now: axis.here.map(|place| axis.values[place] * times),
        // A range that forkcast made up is not the file's.
        range: assumption
            .low
            .zip(assumption.high)
            .filter(|_| !assumption.default_range)
            .map(|(low, high)| (low * times, high * times)),
        crossings: answer.turns.iter().map(|turn| crossing(answer, turn, times)).collect(),
        sought: None,
        source: source(&answer.scenario, &answer.run),
    }
}

fn crossing(answer: &Sweep, turn: &Turn, times: f64) -> picture::Crossing {
    let says = format!("{} becomes the likeliest", outcome(answer, &turn.to));
    picture::Crossing { at: turn.at * times, interval: None, says }
}

fn outcome<'a>(answer: &'a Sweep, name: &str) -> &'a str {
    answer.outcomes.iter().find(|outcome| outcome.name == name).map_or("", |outcome| outcome.title.as_str())
}

/// The values of an axis, percent with their sign, others without their unit.
fn labels(axis: &Axis) -> Vec<String> {
    let is_share = axis.assumption.unit == "probability";
    let say = |&value: &f64| if is_share { said::value(&axis.assumption, value) } else { words::number(value) };
    axis.values.iter().map(say).collect()
}

/// With the unit that the labels leave out.
fn axis_title(axis: &Axis) -> String {
    let title = words::label(&axis.assumption.title);
    match said::unit_words(&axis.assumption.unit).as_str() {
        "" | "%" => title,
        unit => format!("{title}, {unit}"),
    }
}

fn map(answer: &Sweep, across: &Axis, up: &Axis) -> heat_map::HeatMap {
    let heat_axis = |axis: &Axis| heat_map::HeatAxis { title: axis_title(axis), labels: labels(axis), here: axis.here };
    let value = |point: &Point| point.target.map_or(f64::NAN, |target| target.value);
    let halves = answer.points.iter().filter_map(|point| point.target).map(|t| (t.high - t.low) / 2.0);
    heat_map::HeatMap {
        target: said::on_chart(&answer.target, &answer.scenario),
        across: heat_axis(across),
        up: heat_axis(up),
        values: answer.points.chunks(across.values.len()).map(|row| row.iter().map(value).collect()).collect(),
        half_width: halves.fold(0.0, f64::max),
        source: format!("{} a cell", source(&answer.scenario, &answer.run)),
    }
}

fn grid(answer: &Sweep, said: &Said) -> Grid {
    let axes = answer.axes.iter().map(|axis| words::label(&axis.assumption.title));
    let mut head: Vec<String> = axes.chain([words::label(&answer.target.title), "95 % interval".to_owned()]).collect();
    head.extend(answer.outcomes.iter().map(|outcome| words::label(&outcome.title)));
    let row = |point: &Point| {
        let at = point.at.iter().zip(&answer.axes).map(|(&value, axis)| said::value(&axis.assumption, value));
        let mut cells: Vec<String> = at.collect();
        cells.push(point.target.map_or_else(|| "–".to_owned(), |target| said.figure(target.value)));
        cells.push(point.target.map_or_else(String::new, |target| said.interval(target.low, target.high)));
        cells.extend(point.outcomes.iter().map(|share| words::percent(*share)));
        cells
    };
    Grid { columns: head, rows: answer.points.iter().map(row).collect() }
}

fn table(answer: &Sweep) -> Result<crate::report::Table, Failure> {
    let axes = answer.axes.iter().map(|axis| axis.assumption.address.as_str());
    let fixed = ["target", "low", "high", "difference", "difference_low", "difference_high"];
    let outcomes = answer.outcomes.iter().map(|outcome| outcome.name.as_str());
    let names: Vec<&str> = axes.chain(fixed).chain(outcomes).collect();
    let row = |point: &Point| {
        let (target, by) = (point.target, point.difference);
        let numbers = [
            target.map(|t| t.value),
            target.map(|t| t.low),
            target.map(|t| t.high),
            by.map(|d| d.value),
            by.map(|d| d.low),
            by.map(|d| d.high),
        ];
        let at = point.at.iter().copied().map(Some);
        at.chain(numbers).chain(point.outcomes.iter().copied().map(Some)).collect::<Vec<Option<f64>>>()
    };
    csv::table("sweep", &names, answer.points.iter().map(row))
}

/// A bar for each value.
fn bars(answer: &Sweep, axis: &Axis, said: &Said, width: usize) -> String {
    let targets = || answer.points.iter().filter_map(|point| point.target.map(|target| target.value));
    let least = targets().fold(f64::INFINITY, f64::min);
    let most = targets().fold(f64::NEG_INFINITY, f64::max);
    // Bars begin at 0 where the values lie on one side of it and not far from it.
    let from = if answer.target.is_share() || (least >= 0.0 && least < 0.7 * most) { 0.0 } else { least };
    let room = width.saturating_sub(40).clamp(10, 50);
    let rows: Vec<Vec<String>> = (answer.points.iter().enumerate())
        .map(|(place, point)| {
            let value = point.target.map_or(from, |target| target.value);
            let share = if most > from { (value - from) / (most - from) } else { 0.0 };
            let length = (share * room as f64).round() as usize;
            let here = if Some(place) == axis.here { "◂ now" } else { "" };
            let figure = point.target.map_or_else(|| "–".to_owned(), |target| said.figure(target.value));
            vec![said::value(&axis.assumption, point.at[0]), figure, format!("{} {here}", "█".repeat(length))]
        })
        .collect();
    let head = vec![vec![
        shortened(&words::label(&axis.assumption.title), width / 2),
        "→".to_owned(),
        answer.target.title.clone(),
    ]];
    format!("{}{}", columns(&head, &[]), columns(&rows, &[0, 1]))
}

/// A figure in every cell, the values of the second assumption from above.
fn cells(answer: &Sweep, across: &Axis, up: &Axis, said: &Said) -> String {
    let (at_across, at_up) = (labels(across), labels(up));
    let mut rows = Vec::new();
    for (place, points) in answer.points.chunks(across.values.len()).enumerate().rev() {
        let mark = if Some(place) == up.here { "▸ " } else { "" };
        let mut row = vec![format!("{mark}{}", at_up[place])];
        row.extend(points.iter().map(|p| p.target.map_or_else(|| "–".to_owned(), |t| said.figure(t.value))));
        rows.push(row);
    }
    let here = |place: usize| if Some(place) == across.here { "▴" } else { "" };
    rows.push(std::iter::once(String::new()).chain(at_across.iter().cloned()).collect());
    if across.here.is_some() {
        rows.push(std::iter::once(String::new()).chain((0..at_across.len()).map(|p| here(p).to_owned())).collect());
    }
    let right: Vec<usize> = (0..=at_across.len()).collect();
    format!(
        "{} from below, {} from left to right; ▸ and ▴ as it is.\n{}",
        axis_title(up),
        axis_title(across),
        columns(&rows, &right)
    )
}
