//! `seek`: what would have to be believed, in a sentence, or as a table over all assumptions.

use super::said::{self, Said};
use super::without_range;
use super::{Answer, Grid, Section, columns, command, drawn, facts, files, left_out, shortened, source, title};
use crate::analysis::estimate::Estimate;
use crate::analysis::seek::{Answer as Place, Found, Seek, Tried};
use crate::chart::sweep as picture;
use crate::chart::words;
use crate::diagnostic::Failure;
use crate::report::{csv, json};

pub fn seek(answer: &Seek, width: usize) -> Result<Answer, Failure> {
    let said = Said::new(&answer.target, &answer.scenario, answer.run.futures);
    let to = said.full(answer.to);
    let one = answer.answers.first().filter(|_| !answer.every);
    let question = match one {
        Some(one) => {
            format!(
                "What would “{}” have to be for {} to be {to}?",
                words::label(&one.assumption.title),
                title_of(answer)
            )
        }
        None => format!("What would we have to believe for {} to be {to}?", title_of(answer)),
    };
    let sentence = match one {
        Some(one) => alone(answer, one, &said),
        None => together(answer, &answer.answers, &said),
    };
    let drawn = one.and_then(|one| {
        let short = format!("What would “{}” have to be?", words::label(&one.assumption.title));
        let chart = curve(answer, one, (&short, &sentence));
        drawn(|width| picture::sweep(&chart, width))
    });
    let mut asked: Vec<String> =
        (one.iter()).map(|place| format!("{}={}..{}", place.assumption.address, place.from, place.to)).collect();
    let to = match answer.target.unit.as_deref() {
        None => said::value_of_share(answer.to),
        Some("date") => said.iso(answer.to).unwrap_or_else(|| answer.to.to_string()),
        Some(_) => answer.to.to_string(),
    };
    asked.extend(["--of".to_owned(), answer.target.name.clone(), "--to".to_owned(), to]);
    let mut text = vec![
        format!(
            "One assumption at a time, all others as they are, on the same luck. As the scenario is: {}.",
            said.full(answer.base.value)
        ),
        "The interval says how well this number of futures lets the value be known.".to_owned(),
    ];
    let fewest = answer.answers.iter().flat_map(|place| &place.tried).map(|tried| tried.futures).min();
    if let Some(fewest) = fewest.filter(|&fewest| fewest < answer.run.futures) {
        text.push(format!(
            "Where to look was found out with {} each; what is said of a value that is sought, or is nearest to it, rests \
             on all futures.",
            words::futures(fewest)
        ));
    }
    let believed = Section {
        title: "What we would have to believe".to_owned(),
        text,
        charts: drawn.iter().map(|(chart, _)| chart.name.clone()).collect(),
        grid: Some(Grid {
            columns: HEAD.map(str::to_owned).to_vec(),
            rows: answer.answers.iter().map(|place| row(place, &said)).collect(),
        }),
    };
    let curve = one.map(|place| values(answer, place, &said));
    Ok(Answer {
        scenario: title(&answer.scenario),
        question,
        sentence,
        facts: facts(&answer.scenario, &answer.run),
        sections: [Some(believed), curve, left_out(&answer.left_out)].into_iter().flatten().collect(),
        charts: drawn.into_iter().map(|(chart, _)| chart).collect(),
        tables: vec![table(answer)?],
        json: json::text(answer)?,
        picture: match one {
            Some(place) => bars(answer, place, &said, width),
            None => believed_of_each(answer, &said, width),
        },
        files: files(&answer.scenario),
        command: command("seek", &answer.scenario, &answer.run, &asked),
    })
}

/// Where no luck has a part.
const EXACTLY: &str = "exactly";
const HEAD: [&str; 5] = ["Assumption", "Now", "It would have to be", "Known to within", "Searched"];

fn title_of(answer: &Seek) -> &str {
    &answer.target.title
}

/// `29.5 %`; where the target stays the same, `from 20 to 35 %`.
fn at(place: &Place, found: &Found) -> String {
    match found.until {
        Some(until) => format!("from {}", between(place, found.value, until)),
        None => said::value(&place.assumption, found.value),
    }
}

/// `28.5 to 30.4 %`, `0.4 to 0.6 a year`.
fn between(place: &Place, low: f64, high: f64) -> String {
    let say = |x: f64| said::value(&place.assumption, x);
    let (from, to) = (say(low), say(high));
    // The unit is said once.
    let unit = match said::unit_words(&place.assumption.unit).as_str() {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    format!("{} to {to}", from.strip_suffix(unit.as_str()).unwrap_or(&from))
}

/// How well a value is known: `28.5 to 30.4 %`.
fn within(place: &Place, found: &Found) -> String {
    let say = |x: f64| said::value(&place.assumption, x);
    match (found.low, found.high) {
        _ if found.until.is_some() => String::new(),
        (Some(low), Some(high)) if say(low) == say(high) => format!("{EXACTLY}, as far as it is written here"),
        (Some(low), Some(high)) => between(place, low, high),
        (Some(low), None) => format!("{} or more", say(low)),
        (None, Some(high)) => format!("{} or less", say(high)),
        (None, None) => format!("anything from {}", between(place, place.from, place.to)),
    }
}

fn alone(answer: &Seek, place: &Place, said: &Said) -> String {
    let (name, target, to) = (words::label(&place.assumption.title), title_of(answer), said.full(answer.to));
    let (now, base) = (said::written(&place.assumption), said.brief(answer.base.value));
    let searched = between(place, place.from, place.to);
    match place.found.as_slice() {
        [] if place.reached == "always" => {
            format!("{} is {to} whatever “{name}” is, from {searched}.", words::label(target))
        }
        [] => {
            let nearest = place.nearest.unwrap_or(Tried {
                value: place.to,
                target: Some(answer.base),
                futures: answer.run.futures,
            });
            let comes = said.full(nearest.target.map_or(answer.base.value, |target| target.value));
            let at = said::value(&place.assumption, nearest.value);
            let at_an_end = nearest.value == place.from || nearest.value == place.to;
            let nearest = if at_an_end {
                format!("even at {at} {target} is {comes}")
            } else {
                format!("the nearest that {target} comes is {comes}, at {at}")
            };
            format!("Nothing from {searched} brings {target} to {to}: {nearest}. As it is, at {now}: {base}.")
        }
        [only] => {
            let outside = match place.within_range {
                Some(false) if place.assumption.default_range => ", which is far from what it is now",
                Some(false) => ", which is outside the range that the scenario gives it",
                _ => "",
            };
            let known = match (only.low, only.high) {
                _ if only.until.is_some() => String::new(),
                (Some(_), Some(_)) => match within(place, only) {
                    known if known.starts_with(EXACTLY) => format!(" With this many futures it is known {known}."),
                    known => format!(" With this many futures it is known to {known}."),
                },
                _ => format!(" With this many futures it could be {}.", within(place, only)),
            };
            let at = at(place, only);
            format!("“{name}” would have to be {at} instead of {now} for {target} to be {to}{outside}.{known}")
        }
        several => {
            let places: Vec<String> = several.iter().map(|found| at(place, found)).collect();
            format!(
                "{} is {to} at {} values of “{name}”: {}. As it is, at {now}: {base}.",
                words::label(target),
                words::count(several.len() as u64),
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
            format!("No single assumption brings {target} to {to}; as it is: {now}. Several would have to change.")
        }
        (reached, within) => {
            let first = format!(
                "“{}” at {}",
                words::label(&reached[0].assumption.title),
                reached[0].found.first().map_or_else(String::new, |found| at(reached[0], found))
            );
            let able = format!(
                "{} of {} assumptions could bring {target} to {to} alone (as it is: {now})",
                reached.len(),
                all.len()
            );
            match (within, reached.len()) {
                (0, 1) => format!("{able}, but only outside of its range: {first}."),
                (0, _) => format!("{able}, but only outside of their ranges; the nearest is {first}."),
                (_, 1) => format!("{able}, within its range: {first}."),
                (within, _) => format!("{able}, {within} within the range; the nearest is {first}."),
            }
        }
    }
}

fn needed(place: &Place, said: &Said) -> String {
    let values: Vec<String> = place.found.iter().map(|found| at(place, found)).collect();
    let nearest = place.nearest.and_then(|nearest| Some((nearest.value, nearest.target?.value)));
    match (values.as_slice(), nearest) {
        ([], _) if place.reached == "always" => "anything".to_owned(),
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
    vec![
        words::label(&place.assumption.title),
        said::written(&place.assumption),
        format!("{}{}", needed(place, said), outside(place)),
        place.found.iter().map(|found| within(place, found)).collect::<Vec<_>>().join("; "),
        between(place, place.from, place.to),
    ]
}

/// All values that were tried, and those that were found, from low to high.
fn points(answer: &Seek, place: &Place) -> Vec<Tried> {
    let futures = answer.run.futures;
    let found = place.found.iter().map(|found| Tried { value: found.value, target: Some(found.target), futures });
    let mut points: Vec<Tried> = place.tried.iter().copied().chain(found).collect();
    points.sort_by(|a, b| a.value.total_cmp(&b.value));
    points.dedup_by(|a, b| a.value == b.value);
    points
}

fn curve(answer: &Seek, place: &Place, (question, sentence): (&str, &str)) -> picture::Sweep {
    let times = if place.assumption.unit == "probability" { 100.0 } else { 1.0 };
    let points: Vec<(f64, Estimate)> =
        points(answer, place).iter().filter_map(|at| Some((at.value, at.target?))).collect();
    let range = place.assumption.low.zip(place.assumption.high);
    let inside = |x: f64| x >= place.from && x <= place.to;
    let crossing = |found: &Found| picture::Crossing {
        at: found.value * times,
        interval: found.until.is_none().then(|| (found.low.map(|x| x * times), found.high.map(|x| x * times))),
        says: String::new(),
    };
    picture::Sweep {
        target: said::on_chart(&answer.target, &answer.scenario),
        assumption: words::label(&place.assumption.title),
        unit: said::unit_words(&place.assumption.unit),
        values: points.iter().map(|point| point.0 * times).collect(),
        targets: points.iter().map(|point| point.1.value).collect(),
        intervals: points.iter().map(|point| (point.1.low, point.1.high)).collect(),
        outcomes: Vec::new(),
        shares: Vec::new(),
        now: place.assumption.number.filter(|now| inside(*now)).map(|now| now * times),
        range: range
            .filter(|(low, high)| !place.assumption.default_range && inside(*low) && inside(*high))
            .map(|(low, high)| (low * times, high * times)),
        crossings: place.found.iter().map(crossing).collect(),
        sought: Some(picture::Sought { to: answer.to, question: question.to_owned(), answer: sentence.to_owned() }),
        source: source(&answer.scenario, &answer.run),
    }
}

/// The values that were tried, as a table.
fn values(answer: &Seek, place: &Place, said: &Said) -> Section {
    let row = |point: &Tried| {
        let (figure, interval) = match point.target {
            Some(target) => (said.figure(target.value), said.interval(target.low, target.high)),
            None => ("–".to_owned(), String::new()),
        };
        vec![said::value(&place.assumption, point.value), figure, interval]
    };
    let head = [words::label(&place.assumption.title), words::label(title_of(answer)), "95 % interval".to_owned()];
    Section {
        title: "What was tried".to_owned(),
        grid: Some(Grid { columns: head.to_vec(), rows: points(answer, place).iter().map(row).collect() }),
        ..Section::default()
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
        "needed_until",
        "needed_low",
        "needed_high",
        "within_range",
        "nearest_at",
        "nearest_target",
    ];
    let rows = answer.answers.iter().flat_map(|place| {
        let about = &place.assumption;
        let searched = (place.from, place.to, &place.reached);
        let near = (place.nearest.map(|near| near.value), place.nearest.and_then(|near| Some(near.target?.value)));
        let found: Vec<Option<&Found>> =
            if place.found.is_empty() { vec![None] } else { place.found.iter().map(Some).collect() };
        found.into_iter().map(move |found| {
            let until = found.and_then(|f| f.until);
            let needed = (found.map(|f| f.value), until, found.and_then(|f| f.low), found.and_then(|f| f.high));
            ((&about.address, &about.title, &about.value, &about.unit), searched, needed, place.within_range, near)
        })
    });
    csv::table("seek", &names, rows)
}

/// A bar for every second value that was tried and each that was found, and a line at what is sought.
fn bars(answer: &Seek, place: &Place, said: &Said, width: usize) -> String {
    let targets = place.tried.iter().filter_map(|tried| tried.target.map(|target| target.value));
    let all: Vec<f64> = targets.chain([answer.to]).collect();
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = if answer.target.is_share() { 0.0 } else { all.iter().copied().fold(f64::INFINITY, f64::min) };
    let room = width.saturating_sub(44).clamp(10, 50);
    let length = |y: f64| if most > least { ((y - least) / (most - least) * room as f64).round() as usize } else { 0 };
    let goal = length(answer.to).min(room);
    let is_found = |at: &Tried| place.found.iter().any(|found| found.value == at.value);
    let every = if place.tried.len() > 12 { 2 } else { 1 };
    let mut shown: Vec<Tried> = place.tried.iter().copied().step_by(every).collect();
    shown.extend(points(answer, place).into_iter().filter(is_found));
    // Of two that read alike the one that was found stays.
    shown.sort_by(|a, b| a.value.total_cmp(&b.value).then(is_found(b).cmp(&is_found(a))));
    let says = |at: &Tried| said::value(&place.assumption, at.value);
    shown.dedup_by(|a, b| says(a) == says(b) && (is_found(b) || !is_found(a)));
    let row = |at: &Tried| {
        let mut bar: Vec<char> = vec!['█'; at.target.map_or(0, |target| length(target.value)).min(room)];
        bar.resize(room + 1, ' ');
        bar[goal] = if bar[goal] == ' ' { '┆' } else { '╂' };
        let figure = at.target.map_or_else(|| "–".to_owned(), |target| said.figure(target.value));
        let mark = if is_found(at) { "◂" } else { "" };
        vec![said::value(&place.assumption, at.value), figure, bar.iter().collect(), mark.to_owned()]
    };
    let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    let found = if place.found.is_empty() { "" } else { "; ◂ where it is reached" };
    format!("{}┆ what is sought: {}{found}\n", columns(&rows, &[0, 1]), said.full(answer.to))
}

/// A line for each assumption that could do it alone.
fn believed_of_each(answer: &Seek, said: &Said, width: usize) -> String {
    let able: Vec<&Place> = answer.answers.iter().filter(|place| place.reached != "never").collect();
    let row = |place: &&Place| {
        vec![
            shortened(&words::label(&place.assumption.title), width / 2),
            format!("now {}", shortened(&said::written(&place.assumption), 24)),
            format!("→ {}{}", needed(place, said), outside(place)),
        ]
    };
    let mut text = columns(&able.iter().map(row).collect::<Vec<_>>(), &[]);
    let unable = answer.answers.len() - able.len();
    let mut more = Vec::new();
    if let Some((nearest, Some(target))) =
        answer.answers.iter().find(|place| place.reached == "never").and_then(|p| Some((p, p.nearest?.target)))
    {
        let at = nearest.nearest.map_or(nearest.to, |tried| tried.value);
        more.push(format!(
            "{unable} cannot do it alone; of these “{}” comes nearest: {} at {}",
            words::label(&nearest.assumption.title),
            said.figure(target.value),
            said::value(&nearest.assumption, at)
        ));
    }
    more.extend(without_range(&answer.left_out));
    if !more.is_empty() {
        text += &super::super::summary::wrapped(&format!("{}.", more.join("; ")), width, "");
        text.push('\n');
    }
    text
}
