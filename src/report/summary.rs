//! A result for the terminal: the answer first, then what a room would ask next, a line each.

use super::sentences::{self, Phrase};
use super::words::{self, Days};
use crate::simulation::result;
use anstyle::{Effects, RgbColor, Style};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use std::fmt::Write;

/// The longest bar is at least and at most so many characters long.
const BAR: std::ops::RangeInclusive<usize> = 4..=40;

/// Titles take at most so many hundredths of a line.
const TITLES: usize = 45;

/// What stands beside a bar and a title: “25 in 100  ± 0.3”, or “under 1 in 1,000”.
const FIGURES: usize = 26;

/// The colours of outcomes in file order, as in the charts; the last outcome has the last one.
const COLOURS: [RgbColor; 7] = [
    RgbColor(0x00, 0x72, 0xB2),
    RgbColor(0xD5, 0x5E, 0x00),
    RgbColor(0x00, 0x9E, 0x73),
    RgbColor(0xCC, 0x79, 0xA7),
    RgbColor(0xE6, 0x9F, 0x00),
    RgbColor(0x56, 0xB4, 0xE9),
    RgbColor(0xF0, 0xE4, 0x42),
];
const REST: RgbColor = RgbColor(0x82, 0x88, 0x8F);

/// The summary of a run, in lines of at most `width` characters where words allow it.
pub fn summary(result: &result::Result, width: usize, colour: bool) -> String {
    let page = Page { width, colour };
    let mut out = String::new();
    head(result, page, &mut out);
    chapter("How the futures end", outcomes(result, page), &bar_colours(result), page, &mut out);
    chapter("What happens, and by when", events(result), &[], page, &mut out);
    chapter("What was measured", metrics(result), &[], page, &mut out);
    chapter("Where the paths are at the end", paths(result), &[], page, &mut out);
    warnings(result, page, &mut out);
    out
}

/// The outcomes of several results side by side, a line for each.
pub fn variants(results: &[result::Result], width: usize, colour: bool) -> String {
    let Some(first) = results.first() else { return String::new() };
    let page = Page { width, colour };
    let mut table = plain_table();
    let titles = first.outcomes.iter().map(|outcome| words::label(&outcome.title));
    table.set_header(std::iter::once(String::new()).chain(titles));
    for result in results {
        let share = |outcome: &result::Outcome| {
            let found = result.outcomes.iter().find(|other| other.name == outcome.name);
            found.map_or_else(|| "–".to_owned(), |found| words::figure(found.probability))
        };
        table.add_row(std::iter::once(sentences::case(result)).chain(first.outcomes.iter().map(share)));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut out = String::new();
    chapter("How the futures end, in 100", Some(table), &[], page, &mut out);
    out
}

/// What the terminal can show.
#[derive(Clone, Copy)]
struct Page {
    width: usize,
    colour: bool,
}

impl Page {
    fn bold(self, text: &str) -> String {
        self.styled(Style::new().effects(Effects::BOLD), text)
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

fn head(result: &result::Result, page: Page, out: &mut String) {
    let scenario = &result.scenario;
    let title = if scenario.title.is_empty() { &scenario.file } else { &scenario.title };
    let is_base = scenario.variant.is_none() && scenario.set.is_empty();
    let case = if is_base { String::new() } else { format!(" – {}", sentences::case(result)) };
    line(&page.bold(&format!("{title}{case}")), out);
    if !scenario.question.is_empty() {
        line(&wrapped(&scenario.question, page.width, ""), out);
    }
    let answer = sentences::answer(result);
    if !answer.is_empty() {
        line("", out);
        line(&answer_in_bold(&answer, page), out);
    }
}

/// The words are wrapped first: what makes them bold takes no room.
fn answer_in_bold(answer: &[Phrase], page: Page) -> String {
    let mut text = String::new();
    for phrase in answer {
        let (Phrase::Plain(words) | Phrase::Strong(words)) = phrase;
        text += words;
    }
    let mut text = wrapped(&text, page.width, "");
    let mut from = 0;
    for phrase in answer {
        let Phrase::Strong(words) = phrase else { continue };
        // A phrase that is wrapped in its middle stays plain.
        if let Some(at) = text[from..].find(words.as_str()) {
            let bold = page.bold(words);
            text.replace_range(from + at..from + at + words.len(), &bold);
            from += at + bold.len();
        }
    }
    text
}

/// Writes a table under its title. Its bars are coloured afterwards, for it could not measure coloured text.
fn chapter(title: &str, table: Option<Table>, colours: &[RgbColor], page: Page, out: &mut String) {
    let Some(mut table) = table else { return };
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(page.width.try_into().unwrap_or(u16::MAX));
    line("", out);
    line(&page.bold(title), out);
    let mut colours = colours.iter();
    for text in table.lines() {
        let text = text.trim_end();
        let bar = bar_in(text).and_then(|place| Some((place, *colours.next()?)));
        let painted = bar.map(|((from, to), colour)| {
            let bar = page.styled(Style::new().fg_color(Some(colour.into())), &text[from..to]);
            format!("{}{bar}{}", &text[..from], &text[to..])
        });
        line(painted.as_deref().unwrap_or(text), out);
    }
}

/// Where the bar of a line stands, in bytes.
fn bar_in(line: &str) -> Option<(usize, usize)> {
    let is_bar = |c: char| ('█'..='▏').contains(&c);
    let from = line.find(is_bar)?;
    Some((from, from + line[from..].find(|c| !is_bar(c)).unwrap_or(line.len() - from)))
}

fn outcomes(result: &result::Result, page: Page) -> Option<Table> {
    let most = result.outcomes.iter().map(|outcome| outcome.probability).reduce(f64::max)?;
    let longest = result.outcomes.iter().map(|outcome| outcome.title.chars().count()).max()?;
    let beside = longest.min(page.width * TITLES / 100) + FIGURES;
    let length = page.width.saturating_sub(beside).clamp(*BAR.start(), *BAR.end());
    let mut table = plain_table();
    for outcome in &result.outcomes {
        table.add_row([
            words::label(&outcome.title),
            bar(outcome.probability / most, length),
            words::share(outcome.probability),
            words::frequency(outcome.probability, 0).plus_minus(outcome.low, outcome.high).unwrap_or_default(),
        ]);
    }
    align(&mut table, &[(2, CellAlignment::Right)]);
    Some(table)
}

/// The colours of the bars that are drawn: the file's own, or those of the charts.
fn bar_colours(result: &result::Result) -> Vec<RgbColor> {
    let last = result.outcomes.len().saturating_sub(1);
    let drawn = result.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.probability > 0.0);
    let colour = |(i, outcome): (usize, &result::Outcome)| {
        own_colour(&outcome.color).unwrap_or(if i == last { REST } else { COLOURS[i % COLOURS.len()] })
    };
    drawn.map(colour).collect()
}

/// `#0072B2` as a colour of the terminal.
fn own_colour(hex: &str) -> Option<RgbColor> {
    let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let all = u32::from_str_radix(digits, 16).ok()?;
    Some(RgbColor((all >> 16) as u8, (all >> 8) as u8, all as u8))
}

/// In eighths of a character, at least one for what happens at all.
fn bar(share: f64, length: usize) -> String {
    let eighths = (share * length as f64 * 8.0).ceil() as usize;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{part}", "█".repeat(eighths / 8))
}

fn events(result: &result::Result) -> Option<Table> {
    let days = Days::of(&result.scenario);
    let mut table = plain_table();
    for event in &result.events {
        let day = |date: &Option<String>| date.as_deref().map(|iso| days.day(iso));
        let when = match (day(&event.date.p5), day(&event.date.p50), day(&event.date.p95)) {
            (Some(first), Some(_), Some(last)) if first == last => format!("on {first}"),
            (Some(first), Some(middle), Some(last)) => format!("{middle}, mostly {first} – {last}"),
            _ => String::new(),
        };
        table.add_row([words::label(&event.title), words::share(event.probability), when]);
        for branch in &event.branches {
            table.add_row([format!("  {}", branch.title), words::share(branch.probability), String::new()]);
        }
    }
    align(&mut table, &[(1, CellAlignment::Right)]);
    (!table.is_empty()).then_some(table)
}

fn metrics(result: &result::Result) -> Option<Table> {
    let days = Days::of(&result.scenario);
    let mut table = plain_table();
    for metric in &result.metrics {
        let at = |key: &str, unit: &str| words::value(metric.quantiles.get(key).copied().flatten(), unit, &days);
        let bare = if metric.unit == "date" { "date" } else { "" };
        let (middle, spread) = match metric.unit.as_str() {
            _ if metric.mean.is_none() => ("has no value in any future".to_owned(), String::new()),
            "yes/no" => (words::value(metric.mean, "yes/no", &days), String::new()),
            unit => (at("50", unit), format!("9 of 10 between {} and {}", at("5", bare), at("95", bare))),
        };
        let partly = metric.mean.is_some() && metric.defined < 1.0;
        let partly = if partly { format!("; has a value in {}", words::share(metric.defined)) } else { String::new() };
        table.add_row([words::label(&metric.title), middle, format!("{spread}{partly}")]);
    }
    (!table.is_empty()).then_some(table)
}

fn paths(result: &result::Result) -> Option<Table> {
    let mut table = plain_table();
    for path in &result.paths {
        let end = |key: &str| path.quantiles.get(key).and_then(|series| series.last()).copied();
        let number = |x: Option<f64>| x.map(words::number).unwrap_or_default();
        let middle = format!("{} {}", number(end("50")), path.unit);
        let spread = format!("9 of 10 between {} and {}", number(end("5")), number(end("95")));
        table.add_row([words::label(&path.title), middle.trim_end().to_owned(), spread]);
    }
    (!table.is_empty()).then_some(table)
}

fn warnings(result: &result::Result, page: Page, out: &mut String) {
    let (futures, worth) = (result.run.futures, result.run.effective_futures.round());
    let weighted = (worth < futures as f64).then(|| {
        let (futures, worth) = (words::count(futures), words::count(worth as u64));
        format!("the {futures} futures are weighted by what was observed, and are worth {worth}")
    });
    for warning in weighted.iter().chain(&result.warnings) {
        line("", out);
        line(&format!("{}{}", page.bold("note: "), wrapped(warning, page.width.saturating_sub(6), "      ")), out);
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table
}

/// Titles may be wrapped, everything else keeps its line.
fn align(table: &mut Table, columns: &[(usize, CellAlignment)]) {
    for &(index, alignment) in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(alignment);
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Percentage(TITLES as u16)));
    }
}

fn line(text: &str, out: &mut String) {
    // Writing into a text cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Breaks a text at its spaces; all lines but the first begin with `indent`.
pub(super) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let (mut out, mut used) = (String::new(), 0);
    // A number stays with its sign: a line would not begin with “%”.
    let kept = text.replace(" %", "\u{a0}%");
    for word in kept.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.replace('\u{a0}', " ")
}
