//! `compare`: cases side by side; what differs in their assumptions and their results, in which futures, and why.

mod tables;
mod terminal;

use super::said::{self, Said};
use super::{Answer, Grid, Section, command, drawn, facts, files, title};
use crate::analysis::Varied;
use crate::analysis::compare::{CaseFacts, Changed, Compare, MeasuredMetric, MeasuredShare, Step, Waterfall};
use crate::analysis::estimate::Difference;
use crate::analysis::target::TargetFacts;
use crate::chart::{self, Svg, flow, variants, waterfall, words};
use crate::diagnostic::Failure;
use crate::report::{Chart, json};
use crate::simulation::result::{Outcome, Path, Result as Played};

/// `asked` stands on the command line after the first file, to ask the same again.
pub fn compare(answer: &Compare, results: &[Played], asked: &[String], width: usize) -> Result<Answer, Failure> {
    let first = &answer.cases[0].scenario;
    let said = Said::new(&answer.target, first, answer.run.futures);
    let mut charts = Charts::default();
    charts.add("", |width| variants::variants(&bars(answer), width));
    let mut sections = vec![Some(assumptions(answer)), outcomes(answer)];
    for case in 1..answer.cases.len() {
        sections.push(Some(of_case(answer, results, case, &said, &mut charts)));
    }
    sections.push(shares("Events", &answer.events, answer));
    sections.push(metrics(answer));
    let mut asked = asked.to_vec();
    asked.extend(["--of".to_owned(), answer.target.name.clone()]);
    let mut facts = facts(first, &answer.run);
    facts[0] =
        ("Cases".to_owned(), words::list(&answer.cases.iter().map(|case| case.title.clone()).collect::<Vec<_>>()));
    facts[1].1 = format!("{}, the same in all cases", words::count(answer.run.futures));
    let mut all_files = files(first);
    for file in answer.cases.iter().flat_map(|case| files(&case.scenario)) {
        if !all_files.contains(&file) {
            all_files.push(file);
        }
    }
    let about = crate::analysis::About { variant: None, ..first.clone() };
    Ok(Answer {
        scenario: title(first),
        question: format!("What differs, and what becomes of {}?", answer.target.title),
        sentence: sentence(answer, &said),
        facts,
        sections: sections.into_iter().flatten().collect(),
        charts: charts.list,
        tables: tables::tables(answer)?,
        json: json::text(answer)?,
        picture: terminal::picture(answer, &said, width),
        files: all_files,
        command: command("compare", &about, &answer.run, &asked),
    })
}

/// Charts under names of their own.
#[derive(Default)]
struct Charts {
    list: Vec<Chart>,
}

impl Charts {
    fn add(&mut self, suffix: &str, draw: impl Fn(u32) -> Option<Svg>) -> Option<String> {
        let (chart, _) = drawn(|width| draw(width).map(|svg| renamed(svg, suffix)))?;
        let name = chart.name.clone();
        self.list.push(chart);
        Some(name)
    }
}

/// The same chart of several cases would have the same name, and the same ids on one page.
fn renamed(mut svg: Svg, suffix: &str) -> Svg {
    if suffix.is_empty() {
        return svg;
    }
    let before = svg.file_stem();
    svg.name = format!("{}-{suffix}", svg.name);
    let after = svg.file_stem();
    for (from, to) in [
        (format!("aria-labelledby=\"{before}-t {before}-d\""), format!("aria-labelledby=\"{after}-t {after}-d\"")),
        (format!("id=\"{before}-t\""), format!("id=\"{after}-t\"")),
        (format!("id=\"{before}-d\""), format!("id=\"{after}-d\"")),
    ] {
        svg.text = svg.text.replacen(&from, &to, 1);
    }
    svg
}

/// What tells the charts of a case from those of others.
fn suffix(answer: &Compare, case: usize) -> String {
    if answer.cases.len() == 2 {
        return String::new();
    }
    let CaseFacts { expert, scenario, .. } = &answer.cases[case];
    let other = || format!("{}", case + 1);
    expert.clone().or_else(|| scenario.variant.clone()).unwrap_or_else(other)
}

fn source(answer: &Compare, case: usize) -> String {
    let about = &answer.cases[case].scenario;
    format!("{} · {} · {}", title(about), answer.cases[case].title, words::futures(answer.run.futures))
}

fn chart_outcomes(answer: &Compare, case: usize) -> Vec<Outcome> {
    let all = answer.outcomes.iter().map(|outcome| {
        let share = outcome.cases[case].share;
        Outcome {
            name: outcome.name.clone(),
            title: outcome.title.clone(),
            color: outcome.color.clone(),
            probability: share.map_or(0.0, |share| share.value),
            low: share.map_or(0.0, |share| share.low),
            high: share.map_or(0.0, |share| share.high),
        }
    });
    all.collect()
}

fn bars(answer: &Compare) -> variants::Variants {
    let case = |(index, case): (usize, &CaseFacts)| {
        let outcomes = chart_outcomes(answer, index);
        let half = |outcome: &MeasuredShare| {
            let difference = outcome.cases[index].difference?;
            Some((difference.high - difference.low) / 2.0)
        };
        variants::Case {
            title: case.title.clone(),
            shares: outcomes.iter().map(|outcome| outcome.probability).collect(),
            intervals: outcomes.iter().map(|outcome| (outcome.low, outcome.high)).collect(),
            half_widths: answer.outcomes.iter().filter_map(half).collect(),
        }
    };
    let about = &answer.cases[0].scenario;
    variants::Variants {
        outcomes: chart_outcomes(answer, 0),
        cases: answer.cases.iter().enumerate().map(case).collect(),
        source: format!("{} · {}", title(about), words::futures(answer.run.futures)),
    }
}

fn sentence(answer: &Compare, said: &Said) -> String {
    let target = &answer.target.title;
    let Some(now) = answer.targets[0].target else {
        return format!("{target} has no value in any future of the first case.");
    };
    let moved = |case: &usize| answer.targets[*case].difference.map_or(0.0, |difference| difference.value.abs());
    let most = (1..answer.cases.len()).max_by(|a, b| moved(a).total_cmp(&moved(b)).then(b.cmp(a)));
    let Some((case, (there, by))) = most.and_then(|case| {
        let of = &answer.targets[case];
        Some((case, (of.target?, of.difference?)))
    }) else {
        return format!("{target} is {}.", said.full(now.value));
    };
    let name = &answer.cases[case].title;
    if by.value == 0.0 && by.low == 0.0 && by.high == 0.0 {
        return match answer.cases.len() {
            2 => format!("Nothing differs: {target} is {} in both cases.", said.full(now.value)),
            _ => format!("Nothing differs: {target} is {} in all cases.", said.full(now.value)),
        };
    }
    if by.value == 0.0 {
        return format!("No future shows a difference: {target} is {} under “{name}” as well.", said.full(there.value));
    }
    let different = answer.moves[case - 1].different;
    let moved = if answer.outcomes.len() > 1 {
        let often = words::frequency(different, answer.run.futures).of_futures();
        match different {
            0.0 => " No future ends differently.".to_owned(),
            1.0 => " All futures end differently.".to_owned(),
            _ => format!(" {} end differently.", words::label(&often)),
        }
    } else {
        String::new()
    };
    let clear = if by.more_than_luck { "more than luck" } else { "no more than luck could do" };
    let most = if answer.cases.len() > 2 { "Most changes under" } else { "Under" };
    format!(
        "{most} “{name}”: {target} is {} instead of {} ({}), which is {clear}.{moved}",
        said.full(there.value),
        said.brief(now.value),
        said.change(by.value)
    )
}

fn grid(columns: Vec<String>, rows: Vec<Vec<String>>) -> Option<Grid> {
    (!rows.is_empty()).then_some(Grid { columns, rows })
}

fn titles(answer: &Compare, before: &[&str]) -> Vec<String> {
    let cases = answer.cases.iter().map(|case| case.title.clone());
    before.iter().map(|text| (*text).to_owned()).chain(cases).collect()
}

fn assumptions(answer: &Compare) -> Section {
    let value = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let mut rows: Vec<Vec<String>> = Vec::new();
    for changed in &answer.changed {
        let values = (0..changed.values.len()).map(|case| in_words(changed, case));
        rows.push([words::label(&changed.title), changed.address.clone()].into_iter().chain(values).collect());
    }
    for only in &answer.only_in {
        let values = only.values.iter().map(value);
        rows.push([words::label(&only.title), only.address.clone()].into_iter().chain(values).collect());
    }
    let text = match (rows.is_empty(), answer.only_in.is_empty()) {
        (true, _) => vec!["No assumption differs.".to_owned()],
        (false, true) => Vec::new(),
        (false, false) => vec!["– where a file has no such number.".to_owned()],
    };
    let grid = grid(titles(answer, &["Assumption", "Address"]), rows);
    Section { title: "What is assumed differently".to_owned(), text, charts: Vec::new(), grid }
}

/// A value with its unit where it is a plain number, else as it is written.
fn in_words(changed: &Changed, case: usize) -> String {
    let text = changed.values[case].clone();
    match (changed.numbers[case], text) {
        (Some(number), _) => said::value(&varied(&changed.address, &changed.unit), number),
        (None, Some(text)) => text,
        (None, None) => "as the file has it".to_owned(),
    }
}

fn varied(address: &str, unit: &str) -> Varied {
    Varied {
        address: address.to_owned(),
        title: String::new(),
        value: String::new(),
        number: None,
        low: None,
        high: None,
        default_range: false,
        unit: unit.to_owned(),
    }
}

fn clear(difference: Option<Difference>, say: impl Fn(f64) -> String) -> String {
    match difference {
        None => String::new(),
        Some(by) if by.low == 0.0 && by.high == 0.0 => " (the same)".to_owned(),
        Some(by) if by.more_than_luck => format!(" ({})", say(by.value)),
        Some(_) => " (no clear change)".to_owned(),
    }
}

fn share_rows(all: &[MeasuredShare]) -> Vec<Vec<String>> {
    let cell = |case: &crate::analysis::compare::ShareCase| {
        let share = case.share.map_or_else(|| "–".to_owned(), |share| words::percent(share.value));
        format!("{share}{}", clear(case.difference, words::signed))
    };
    all.iter().map(|of| std::iter::once(words::label(&of.title)).chain(of.cases.iter().map(cell)).collect()).collect()
}

fn outcomes(answer: &Compare) -> Option<Section> {
    let grid = grid(titles(answer, &["Outcome"]), share_rows(&answer.outcomes))?;
    let text = "In brackets: points of a hundred more or fewer than in the first case, where that is more than luck \
                (outside of the 95 % interval of the differences future by future).";
    Some(Section {
        title: "How the futures end".to_owned(),
        text: vec![text.to_owned()],
        charts: vec!["variants".to_owned()],
        grid: Some(grid),
    })
}

fn shares(title: &str, all: &[MeasuredShare], answer: &Compare) -> Option<Section> {
    let grid = grid(titles(answer, &["Event"]), share_rows(all))?;
    Some(Section { title: title.to_owned(), text: Vec::new(), charts: Vec::new(), grid: Some(grid) })
}

fn metrics(answer: &Compare) -> Option<Section> {
    let mut rows = Vec::new();
    for metric in &answer.metrics {
        let facts = metric_facts(metric);
        let said = Said::new(&facts, &answer.cases[0].scenario, answer.run.futures);
        for (index, case) in metric.cases.iter().enumerate() {
            let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| said.figure(value));
            let than = |share: f64, by: Option<f64>| match by {
                None => "never".to_owned(),
                Some(by) => format!("{}, by {}", words::percent(share), by_words(metric, by)),
            };
            let name = if index == 0 { words::label(&metric.title) } else { String::new() };
            let mean =
                format!("{}{}", number(case.mean.map(|mean| mean.value)), clear(case.difference, |by| said.change(by)));
            let quantiles = ["5", "50", "95"].map(|key| number(case.quantiles.get(key).copied().flatten()));
            let mut row = vec![name, answer.cases[index].title.clone(), mean];
            row.extend(quantiles);
            let pair = if index == 0 {
                [String::new(), String::new()]
            } else if metric.unit == "yes/no" {
                [words::percent(case.higher), words::percent(case.lower)]
            } else {
                [than(case.higher, case.higher_by), than(case.lower, case.lower_by)]
            };
            row.extend(pair);
            rows.push(row);
        }
    }
    let columns = [
        "Measure",
        "Case",
        "Mean",
        "1 in 20 lower",
        "Middle",
        "1 in 20 higher",
        "Higher than in the first case",
        "Lower than in the first case",
    ];
    let grid = grid(columns.map(str::to_owned).to_vec(), rows)?;
    let text = "Higher and lower: in how many futures, with the same luck, and by how much on average in those.";
    Some(Section {
        title: "What was measured".to_owned(),
        text: vec![text.to_owned()],
        charts: Vec::new(),
        grid: Some(grid),
    })
}

fn metric_facts(metric: &MeasuredMetric) -> TargetFacts {
    let unit = (metric.unit != "yes/no").then(|| metric.unit.clone());
    TargetFacts { name: metric.name.clone(), title: metric.title.clone(), kind: "mean".to_owned(), unit }
}

fn by_words(metric: &MeasuredMetric, by: f64) -> String {
    words::quantity(by, if metric.unit == "date" { "days" } else { &metric.unit })
}

/// What becomes of the futures under a case, and why.
fn of_case(answer: &Compare, results: &[Played], case: usize, said: &Said, charts: &mut Charts) -> Section {
    let suffix = suffix(answer, case);
    let name = &answer.cases[case].title;
    let why = &answer.why[case - 1];
    let mut names = Vec::new();
    if answer.outcomes.len() > 1 {
        let flow = flow::Flow {
            before: answer.cases[0].title.clone(),
            after: name.clone(),
            outcomes: chart_outcomes(answer, 0),
            moves: answer.moves[case - 1].shares.clone(),
            futures: answer.run.futures,
            source: source(answer, case),
        };
        names.extend(charts.add(&suffix, |width| flow::flow(&flow, width)));
    }
    if let Some(chart) = on_chart(answer, why, case) {
        names.extend(charts.add(&suffix, |width| waterfall::waterfall(&chart, width)));
    }
    let moved =
        |path: &Path| results[0].paths.iter().all(|base| base.name != path.name || base.quantiles != path.quantiles);
    for path in results[case].paths.iter().filter(|path| moved(path)) {
        let draw = |width| chart::path(&results[case], &path.name, width, Some(&results[0]));
        names.extend(charts.add(&suffix, draw));
    }
    if answer.cases.len() == 2 {
        for metric in &results[case].metrics {
            let draw = |width| chart::metric(&results[case], &metric.name, width, Some(&results[0]));
            names.extend(charts.add(&suffix, draw));
        }
        names.extend(charts.add(&suffix, |width| chart::events(&results[case], width, Some(&results[0]))));
    }
    let mut text = Vec::new();
    if let (Some(from), Some(to)) = (why.from, why.to) {
        text.push(format!("{}: {} → {}.", words::label(&answer.target.title), said.full(from), said.full(to)));
    }
    if let Some(missing) = &why.missing {
        text.push(format!("Why is not known: {missing}."));
    }
    if why.steps.len() > 1 {
        text.push(averaged(why));
    }
    let row = |step: &Step| {
        let interval =
            step.low.zip(step.high).map(|(low, high)| format!("{} … {}", said.change(low), said.change(high)));
        vec![words::label(&step.title), change(step), said.change(step.effect), interval.unwrap_or_default()]
    };
    let columns = ["Change", "From → to", "Its share of the difference", "95 % interval"].map(str::to_owned).to_vec();
    let rows = why.steps.iter().map(row).collect();
    Section { title: name.clone(), text, charts: names, grid: grid(columns, rows) }
}

/// Over which orders the effects are averaged, and on how many futures they were worked out.
fn averaged(why: &Waterfall) -> String {
    let orders = match why.sampled_orders {
        None => "all orders in which the changes can be made".to_owned(),
        Some(count) => {
            format!("a sample of {} of the many orders in which the changes can be made", words::count(count))
        }
    };
    format!(
        "Each change’s share is averaged over {orders}, with {} under each set of changes; the shares add up to the whole \
         difference.",
        words::futures(why.futures)
    )
}

fn on_chart(answer: &Compare, why: &Waterfall, case: usize) -> Option<waterfall::Waterfall> {
    let step = |step: &Step| waterfall::WaterfallStep {
        title: step.title.clone(),
        change: change(step),
        effect: step.effect,
        interval: step.low.zip(step.high),
    };
    Some(waterfall::Waterfall {
        target: said::on_chart(&answer.target, &answer.cases[0].scenario),
        outcomes: chart_outcomes(answer, 0),
        from: (answer.cases[0].title.clone(), why.from?),
        to: (answer.cases[case].title.clone(), why.to?),
        steps: why.steps.iter().map(step).collect(),
        sampled_orders: why.sampled_orders,
        source: source(answer, case),
    })
}

/// `65 % → 85 %`; of several branches each with its name.
fn change(step: &Step) -> String {
    let say = |address: &str, value: &Option<String>| match value {
        None => "as in the file".to_owned(),
        Some(text) => match text.parse::<f64>() {
            Ok(number) => said::value(&varied(address, &step.unit), number),
            // The answers themselves stand where it is told what differs.
            Err(_) if text.starts_with("panel:") => "the panel".to_owned(),
            Err(_) => text.clone(),
        },
    };
    let all = step.addresses.iter().zip(step.from.iter().zip(&step.to));
    let one = |(address, (from, to)): (&String, (&Option<String>, &Option<String>))| {
        let pair = format!("{} → {}", say(address, from), say(address, to));
        let branch = address.rsplit('.').next().unwrap_or_default().replace('_', " ");
        if step.addresses.len() > 1 { format!("{branch} {pair}") } else { pair }
    };
    all.map(one).collect::<Vec<String>>().join(", ")
}
