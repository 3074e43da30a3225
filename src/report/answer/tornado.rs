//! `tornado`: bars from the low to the high end of each assumption, the furthest reaching on top.

use super::said::{self, Said};
use super::without_range;
use super::{Answer, Grid, Section, columns, command, drawn, facts, files, left_out, shortened, source, title};
use crate::analysis::tornado::{End, Row, Tornado};
use crate::chart::tornado as picture;
use crate::chart::words;
use crate::diagnostic::Failure;
use crate::report::summary::wrapped;
use crate::report::{csv, json};
use std::fmt::Write;

/// Rows on the terminal.
const ROWS: usize = 12;

pub fn tornado(answer: &Tornado, width: usize) -> Result<Answer, Failure> {
    let said = Said::new(&answer.target, &answer.scenario, answer.run.futures);
    let chart = picture::Tornado {
        target: said::on_chart(&answer.target, &answer.scenario),
        base: answer.base.value,
        rows: answer.rows.iter().filter_map(|row| on_chart(row, answer.base.value)).collect(),
        source: source(&answer.scenario, &answer.run),
    };
    let drawn = drawn(|width| picture::tornado(&chart, width));
    let question = format!("Which assumption moves {} most?", answer.target.title);
    let sentence = match &drawn {
        Some((_, svg)) => svg.answer.clone(),
        None => "No assumption has a range, so nothing can be moved.".to_owned(),
    };
    let asked = ["--of".to_owned(), answer.target.name.clone()];
    Ok(Answer {
        scenario: title(&answer.scenario),
        question,
        sentence,
        facts: facts(&answer.scenario, &answer.run),
        sections: vec![all(answer, &said), left_out(&answer.left_out)].into_iter().flatten().collect(),
        charts: drawn.into_iter().map(|(chart, _)| chart).collect(),
        tables: vec![table(answer)?],
        json: json::text(answer)?,
        picture: bars(answer, &said, width),
        files: files(&answer.scenario),
        command: command("tornado", &answer.scenario, &answer.run, &asked),
    })
}

fn on_chart(row: &Row, base: f64) -> Option<picture::TornadoRow> {
    let end = |end: &End| {
        let interval = end.difference.map(|difference| (base + difference.low, base + difference.high));
        Some(picture::TornadoEnd { says: said::value(&row.assumption, end.value), target: end.target?.value, interval })
    };
    let title = row.assumption.title.as_str();
    let (title, field) = title.rsplit_once(": ").unwrap_or((title, ""));
    Some(picture::TornadoRow {
        title: title.to_owned(),
        field: field.to_owned(),
        default_range: row.assumption.default_range,
        turns_back: row.turns_back,
        low: end(&row.low)?,
        high: end(&row.high)?,
    })
}

fn star(row: &Row) -> &'static str {
    if row.assumption.default_range { "*" } else { "" }
}

fn at(said: &Said, row: &Row, end: &End) -> String {
    let target = end.target.map_or_else(|| "–".to_owned(), |target| said.figure(target.value));
    format!("{} → {target}", said::value(&row.assumption, end.value))
}

fn all(answer: &Tornado, said: &Said) -> Option<Section> {
    if answer.rows.is_empty() {
        return None;
    }
    let change = |end: &End| match end.difference {
        Some(difference) if difference.more_than_luck => said.change(difference.value),
        Some(_) => "no clear change".to_owned(),
        None => "–".to_owned(),
    };
    let rows = answer.rows.iter().map(|row| {
        vec![
            format!("{}{}", words::label(&row.assumption.title), star(row)),
            said::written(&row.assumption),
            at(said, row, &row.low),
            change(&row.low),
            at(said, row, &row.high),
            change(&row.high),
            if row.turns_back { "both ends move it the same way".to_owned() } else { String::new() },
        ]
    });
    let columns = ["Assumption", "Now", "Low end → result", "Change", "High end → result", "Change", ""];
    let mut text = vec![format!(
        "One assumption at a time, all others as they are, on the same luck. As the scenario is: {}.",
        said.full(answer.base.value)
    )];
    if answer.rows.iter().any(|row| row.assumption.default_range) {
        text.push("* The file states no range; a default is used.".to_owned());
    }
    Some(Section {
        title: "What each assumption does".to_owned(),
        text,
        charts: vec!["tornado".to_owned()],
        grid: Some(Grid { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect() }),
    })
}

fn table(answer: &Tornado) -> Result<crate::report::Table, Failure> {
    let names = [
        "address",
        "title",
        "value",
        "unit",
        "default_range",
        "low",
        "low_target",
        "low_difference",
        "low_difference_low",
        "low_difference_high",
        "high",
        "high_target",
        "high_difference",
        "high_difference_low",
        "high_difference_high",
        "reach",
        "turns_back",
    ];
    let end = |end: &End| {
        let difference = end.difference;
        (
            end.value,
            end.target.map(|target| target.value),
            difference.map(|d| d.value),
            difference.map(|d| d.low),
            difference.map(|d| d.high),
        )
    };
    let rows = answer.rows.iter().map(|row| {
        let about = &row.assumption;
        let words = (&about.address, &about.title, &about.value, &about.unit, about.default_range);
        (words, end(&row.low), end(&row.high), row.reach, row.turns_back)
    });
    csv::table("tornado", &names, rows)
}

/// Bars of text around a line at the base case: dark towards the high end, light towards the low end.
fn bars(answer: &Tornado, said: &Said, width: usize) -> String {
    let shown: Vec<&Row> = answer.rows.iter().take(ROWS).collect();
    let targets = |row: &Row| [row.low.target, row.high.target].map(|t| t.map_or(answer.base.value, |t| t.value));
    let all = shown.iter().flat_map(|row| targets(row)).chain([answer.base.value]);
    let (from, to) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let titles = (width * 2 / 5).clamp(16, 44);
    let ends = shown.iter().flat_map(|row| [at(said, row, &row.low), at(said, row, &row.high)]);
    let widest = ends.map(|text| text.chars().count()).max().unwrap_or(0);
    let room = width.saturating_sub(titles + 2 * widest + 8).clamp(12, 40);
    let place = |value: f64| {
        let share = if to > from { (value - from) / (to - from) } else { 0.5 };
        (share * (room - 1) as f64).round() as usize
    };
    let middle = place(answer.base.value);
    let rows: Vec<Vec<String>> = (shown.iter())
        .map(|row| {
            let [low, high] = targets(row).map(place);
            let mut cells = vec![' '; room];
            // Where both ends lie on one side, the shorter bar is drawn over the longer one.
            let mut spans = [(low, '░'), (high, '█')];
            spans.sort_by_key(|(end, _)| std::cmp::Reverse(end.abs_diff(middle)));
            for (end, mark) in spans {
                cells[end.min(middle)..=end.max(middle)].fill(mark);
            }
            cells[middle] = '│';
            let label = shortened(&words::label(&row.assumption.title), titles - 1);
            let turns = if row.turns_back { "↩" } else { "" };
            vec![
                format!("{label}{}", star(row)),
                at(said, row, &row.low),
                cells.iter().collect(),
                at(said, row, &row.high),
                turns.to_owned(),
            ]
        })
        .collect();
    let mut text = columns(&rows, &[1]);
    let mut notes = vec![format!("│ as it is: {}", said.full(answer.base.value)), "░ low end, █ high end".to_owned()];
    if shown.iter().any(|row| row.assumption.default_range) {
        notes.push("* default range".to_owned());
    }
    if shown.iter().any(|row| row.turns_back) {
        notes.push("↩ both ends move it the same way".to_owned());
    }
    let _ = writeln!(text, "{}", wrapped(&notes.join("; "), width, ""));
    let further = answer.rows.len() - shown.len();
    let mut more = Vec::new();
    if further > 0 {
        more.push(format!("{further} further assumptions move it by less"));
    }
    more.extend(without_range(&answer.left_out));
    if !more.is_empty() {
        let _ = writeln!(text, "{}.", more.join("; "));
    }
    text
}
