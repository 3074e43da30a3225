//! `seek`: what would have to be believed, in a sentence, or as a table over all assumptions.

use super::said::{self, Said};
use super::{Answer, Grid, Section, columns, command, drawn, facts, files, shortened, source, title};
use crate::analysis::seek::{Answer as Place, Found, Seek};
use crate::chart::sweep as picture;
use crate::chart::words;
use crate::diagnostic::Failure;
use crate::report::{csv, json};
use std::fmt::Write;

pub fn seek(answer: &Seek, width: usize) -> Result<Answer, Failure> {
    let said = Said::new(&answer.target, &answer.scenario, answer.run.futures);
    let to = said.full(answer.to);
    let question = match answer.answers.as_slice() {
        [one] if !answer.every => {
            format!(
                "What would “{}” have to be for {} to be {to}?",
                words::label(&one.assumption.title),
                title_of(answer)
            )
        }
        _ => format!("What would we have to believe for {} to be {to}?", title_of(answer)),
    };
    let sentence = match answer.answers.as_slice() {
        [one] if !answer.every => alone(answer, one, &said),
        all => together(answer, all, &said),
    };
    let drawn = match answer.answers.as_slice() {
        [one] if !answer.every => drawn(|width| picture::sweep(&curve(answer, one, &said), width)),
        _ => None,
    };
    let one = answer.answers.first().filter(|_| !answer.every);
    let mut asked: Vec<String> =
        (one.iter()).map(|place| format!("{}={}..{}", place.assumption.address, place.from, place.to)).collect();
    asked.extend(["--of".to_owned(), answer.target.name.clone(), "--to".to_owned(), answer.to.to_string()]);
    let mut text = vec![format!(
        "One assumption at a time, all others as they are, on the same luck. As the scenario is: {}.",
        said.full(answer.base.value)
    )];
    text.push("The interval says how well this number of futures lets the value be known.".to_owned());
    Ok(Answer {
        scenario: title(&answer.scenario),
        question,
        sentence,
        facts: facts(&answer.scenario, &answer.run),
        sections: vec![Section {
            title: "What we would have to believe".to_owned(),
            text,
            charts: drawn.iter().map(|(chart, _)| chart.name.clone()).collect(),
            grid: Some(Grid {
                columns: HEAD.map(str::to_owned).to_vec(),
                rows: answer.answers.iter().map(|place| row(place, &said)).collect(),
            }),
        }],
        charts: drawn.into_iter().map(|(chart, _)| chart).collect(),
        tables: vec![table(answer)?],
        json: json::text(answer)?,
        picture: picture_of(answer, &said, width),
        files: files(&answer.scenario),
        command: command("seek", &answer.scenario, &answer.run, &asked),
    })
}

const HEAD: [&str; 5] = ["Assumption", "Now", "It would have to be", "Known to within", "Searched"];

fn title_of(answer: &Seek) -> &str {
    &answer.target.title
}

/// `44 % (between 43 and 45 %)`.
fn at(place: &Place, found: &Found) -> String {
    let value = said::value(&place.assumption, found.value);
    let interval = within(place, found);
    if interval.is_empty() { value } else { format!("{value} ({interval})") }
}

fn within(place: &Place, found: &Found) -> String {
    let say = |x: f64| said::value(&place.assumption, x);
    match (found.low, found.high) {
        (Some(low), Some(high)) if say(low) == say(high) => String::new(),
        (Some(low), Some(high)) => format!("{} – {}", say(low), say(high)),
        (Some(low), None) => format!("{} or more", say(low)),
        (None, Some(high)) => format!("{} or less", say(high)),
        (None, None) => "anywhere in the range, as far as luck lets us know".to_owned(),
    }
}

fn alone(answer: &Seek, place: &Place, said: &Said) -> String {
    let (name, target, to) = (words::label(&place.assumption.title), title_of(answer), said.full(answer.to));
    let now = said::written(&place.assumption);
    let (from, end) = (said::value(&place.assumption, place.from), said::value(&place.assumption, place.to));
    match place.found.as_slice() {
        [] if place.reached == "always" => format!("{target} is {to} whatever “{name}” is between {from} and {end}."),
        [] => {
            let (x, value) = place.nearest.unwrap_or((place.to, answer.base.value));
            let even = said::value(&place.assumption, x);
            let nearest = said.full(value);
            format!(
                "Nothing between {from} and {end} brings {target} to {to}: even at {even} it is {nearest}, and now, at \
                 {now}, {}.",
                said.brief(answer.base.value)
            )
        }
        [only] => {
            let outside = match place.within_range {
                Some(false) if place.assumption.default_range => ", which is far from what it is now",
                Some(false) => ", which is outside the range that the scenario gives it",
                _ => "",
            };
            format!("“{name}” would have to be {} instead of {now} for {target} to be {to}{outside}.", at(place, only))
        }
        several => {
            let places: Vec<String> = several.iter().map(|found| at(place, found)).collect();
            format!(
                "{} is {to} at more than one value of “{name}”: {}; now it is {now}.",
                words::label(target),
                words::list(&places)
            )
        }
    }
}

fn together(answer: &Seek, all: &[Place], said: &Said) -> String {
    let (target, to) = (title_of(answer), said.full(answer.to));
    let reached: Vec<&Place> = all.iter().filter(|place| !place.found.is_empty()).collect();
    let within = reached.iter().filter(|place| place.within_range == Some(true)).count();
    let now = said.brief(answer.base.value);
    match (reached.as_slice(), within) {
        ([], _) => {
            format!("No single assumption brings {target} to {to}; it is {now} now. Several would have to change.")
        }
        (reached, 0) => format!(
            "{} of {} assumptions could bring {target} to {to} alone (it is {now} now), but only outside of their ranges.",
            reached.len(),
            all.len()
        ),
        (reached, within) => format!(
            "{} of {} assumptions could bring {target} to {to} alone (it is {now} now), {within} of them within their \
             ranges; the first is “{}” at {}.",
            reached.len(),
            all.len(),
            words::label(&reached[0].assumption.title),
            reached[0].found.first().map_or_else(String::new, |found| said::value(&reached[0].assumption, found.value))
        ),
    }
}

fn needed(place: &Place, said: &Said) -> String {
    let values: Vec<String> = place.found.iter().map(|found| said::value(&place.assumption, found.value)).collect();
    match (values.as_slice(), place.nearest) {
        ([], Some((x, value))) => {
            format!("out of reach: nearest {} at {}", said.figure(value), said::value(&place.assumption, x))
        }
        ([], None) => "out of reach".to_owned(),
        (values, _) => words::list(values),
    }
}

fn outside(place: &Place) -> &'static str {
    if place.within_range == Some(false) { ", outside its range" } else { "" }
}

fn row(place: &Place, said: &Said) -> Vec<String> {
    let say = |x: f64| said::value(&place.assumption, x);
    vec![
        words::label(&place.assumption.title),
        said::written(&place.assumption),
        format!("{}{}", needed(place, said), outside(place)),
        place.found.iter().map(|found| within(place, found)).collect::<Vec<_>>().join("; "),
        format!("{} – {}", say(place.from), say(place.to)),
    ]
}

fn curve(answer: &Seek, place: &Place, said: &Said) -> picture::Sweep {
    let times = if place.assumption.unit == "probability" { 100.0 } else { 1.0 };
    let mut points: Vec<(f64, f64)> = place.tried.iter().filter_map(|&(x, y)| Some((x, y?))).collect();
    points.extend(place.found.iter().map(|found| (found.value, found.target.value)));
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points.dedup_by(|a, b| a.0 == b.0);
    let to = said.full(answer.to);
    let range = place.assumption.low.zip(place.assumption.high);
    let inside = |x: f64| x >= place.from && x <= place.to;
    picture::Sweep {
        target: said::on_chart(&answer.target),
        assumption: words::label(&place.assumption.title),
        unit: said::unit_words(&place.assumption.unit),
        values: points.iter().map(|point| point.0 * times).collect(),
        targets: points.iter().map(|point| point.1).collect(),
        intervals: Vec::new(),
        outcomes: Vec::new(),
        shares: Vec::new(),
        now: place.assumption.number.filter(|now| inside(*now)).map(|now| now * times),
        range: range
            .filter(|(low, high)| !place.assumption.default_range && inside(*low) && inside(*high))
            .map(|(low, high)| (low * times, high * times)),
        crossing: place.found.first().map(|found| (found.value * times, format!("{} is {to}", title_of(answer)))),
        source: source(&answer.scenario, &answer.run),
    }
}

fn table(answer: &Seek) -> Result<crate::report::Table, Failure> {
    let names = [
        "address",
        "title",
        "value",
        "unit",
        "searched_from",
        "searched_to",
        "reached",
        "needed",
        "needed_low",
        "needed_high",
        "within_range",
        "nearest_at",
        "nearest_target",
    ];
    let rows = answer.answers.iter().flat_map(|place| {
        let about = &place.assumption;
        let searched = (place.from, place.to, &place.reached);
        let near = (place.nearest.map(|n| n.0), place.nearest.map(|n| n.1));
        let found: Vec<Option<&Found>> =
            if place.found.is_empty() { vec![None] } else { place.found.iter().map(Some).collect() };
        found.into_iter().map(move |found| {
            let needed = (found.map(|f| f.value), found.and_then(|f| f.low), found.and_then(|f| f.high));
            ((&about.address, &about.title, &about.value, &about.unit), searched, needed, place.within_range, near)
        })
    });
    csv::table("seek", &names, rows)
}

fn picture_of(answer: &Seek, said: &Said, width: usize) -> String {
    if !answer.every {
        let Some(place) = answer.answers.first() else { return String::new() };
        let all: Vec<f64> = place.tried.iter().filter_map(|(_, y)| *y).chain([answer.to]).collect();
        let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = if answer.target.is_share() { 0.0 } else { all.iter().copied().fold(f64::INFINITY, f64::min) };
        let room = width.saturating_sub(40).clamp(10, 50);
        let length =
            |y: f64| if most > least { ((y - least) / (most - least) * room as f64).round() as usize } else { 0 };
        let goal = length(answer.to).min(room);
        let rows: Vec<Vec<String>> = (place.tried.iter())
            .map(|&(x, y)| {
                let mut bar: Vec<char> = vec!['█'; y.map_or(0, length).min(room)];
                bar.resize(room + 1, ' ');
                bar[goal] = if bar[goal] == ' ' { '┆' } else { '╂' };
                let figure = y.map_or_else(|| "–".to_owned(), |y| said.figure(y));
                vec![said::value(&place.assumption, x), figure, bar.iter().collect()]
            })
            .collect();
        let goal = format!("┆ what is sought: {}", said.full(answer.to));
        return format!("{}{goal}\n", columns(&rows, &[0, 1]));
    }
    let shown = answer.answers.iter().filter(|place| !place.found.is_empty());
    let mut rows: Vec<Vec<String>> = shown
        .map(|place| {
            vec![
                shortened(&words::label(&place.assumption.title), width / 2),
                format!("now {}", said::written(&place.assumption)),
                format!("→ {}{}", needed(place, said), outside(place)),
            ]
        })
        .collect();
    let hidden = answer.answers.len() - rows.len();
    if rows.is_empty() {
        rows.push(vec!["(none)".to_owned()]);
    }
    let mut text = columns(&rows, &[]);
    if hidden > 0 {
        let _ = writeln!(text, "{hidden} others cannot do it alone.");
    }
    text
}
