//! Every number that the analyst set: value, range, note and source, grouped by the thing that it belongs to.

use super::super::words;
use super::{Chapter, range};
use crate::simulation::result::{self, Assumption};
use indexmap::IndexMap;
use maud::{Markup, html};

pub(super) fn assumptions(result: &result::Result) -> Option<Chapter> {
    if result.assumptions.is_empty() {
        return None;
    }
    let mut groups: IndexMap<&str, Vec<&Assumption>> = IndexMap::new();
    for assumption in &result.assumptions {
        groups.entry(group(&assumption.address)).or_default().push(assumption);
    }
    let has_default = result.assumptions.iter().any(|assumption| assumption.default_range);
    let body = html! {
        p {
            "Every number that the analyst set. Dot: the value; bar: its range."
            @if has_default { " " sup { "*" } " The file states no range; a default is used." }
        }
        table.as {
            thead {
                tr { @for column in ["Assumption", "Value", "Range", "Note, source"] { th scope="col" { (column) } } }
            }
            @for (group, members) in &groups {
                tbody {
                    tr.g { th colspan="4" scope="colgroup" { (group_title(result, group)) } }
                    @for assumption in members { (row(result, assumption)) }
                }
            }
        }
    };
    Some(Chapter { id: "assumptions", title: "Assumptions", body })
}

fn row(result: &result::Result, assumption: &Assumption) -> Markup {
    html! {
        tr.changed[assumption.changed] {
            td { span { (words::label(&label(result, assumption))) } (address(&assumption.address)) }
            td data-l="Value" {
                span {
                    @if assumption.changed { b { (value(assumption, &assumption.value)) } }
                    @else { (value(assumption, &assumption.value)) }
                    @if let Some(before) = &assumption.value_in_file {
                        " " span.mute { "in the file: " (value(assumption, before)) }
                    }
                }
            }
            td.num data-l="Range" { (range(result, assumption)) }
            td data-l="Note" { (note(assumption)) }
        }
    }
}

/// An address, which may be broken after each dot.
fn address(address: &str) -> Markup {
    html! {
        code { @for (i, part) in address.split('.').enumerate() { @if i > 0 { "." wbr; } (part) } }
    }
}

fn range(result: &result::Result, assumption: &Assumption) -> Markup {
    let (Some(low), Some(high)) = (assumption.low, assumption.high) else { return html! {} };
    let at = middle(result, assumption);
    let words = match assumption.unit.as_str() {
        "probability" => format!("{} – {} %", words::number(100.0 * low), words::number(100.0 * high)),
        "days" => format!("{} – {} days", words::number(low), words::number(high)),
        _ => format!("{} – {}", words::number(low), words::number(high)),
    };
    let bounds = (assumption.unit == "probability").then_some((0.0, 1.0));
    html! {
        (range::bar(low, high, at, bounds))
        span { (words) @if assumption.default_range { " " sup { "*" } } }
    }
}

fn note(assumption: &Assumption) -> Markup {
    let source = assumption.source.as_str();
    let is_address = ["https://", "http://"].iter().any(|begin| source.starts_with(begin)) && !source.contains(' ');
    html! {
        @if !assumption.note.is_empty() || !source.is_empty() {
            span {
                (assumption.note)
                @if !source.is_empty() {
                    @if !assumption.note.is_empty() { br; }
                    span.mute {
                        "Source: "
                        @if is_address { a href=(source) rel="noreferrer" { (source) } } @else { (source) }
                    }
                }
            }
        }
    }
}

/// What the variant or the command line changed, in a line each: “Brent, level: 64 → 52”.
pub(super) fn changes(result: &result::Result) -> Vec<String> {
    let changed = result.assumptions.iter().filter(|assumption| assumption.changed);
    changed
        .map(|assumption| {
            let label = label(result, assumption);
            let name = match group(&assumption.address) {
                "quantities" => words::label(&label),
                group => format!("{}, {label}", group_title(result, group)),
            };
            let before = assumption.value_in_file.as_ref().map(|before| format!("{} → ", value(assumption, before)));
            let after = value(assumption, &assumption.value);
            format!("{name}: {}{after}", before.unwrap_or_default())
        })
        .collect()
}

/// The address of the thing; all quantities stand together, for each is one number.
fn group(address: &str) -> &str {
    if address.starts_with("quantities.") {
        return "quantities";
    }
    let second = address.find('.').and_then(|first| Some(first + 1 + address[first + 1..].find('.')?));
    &address[..second.unwrap_or(address.len())]
}

fn group_title(result: &result::Result, group: &str) -> String {
    let (kind, name) = group.split_once('.').unwrap_or((group, ""));
    let title = match kind {
        "events" => result.events.iter().find(|event| event.name == name).map(|event| &event.title),
        "paths" => result.paths.iter().find(|path| path.name == name).map(|path| &path.title),
        _ => None,
    };
    match (title, name.parse::<usize>()) {
        (Some(title), _) => words::label(title),
        (None, Ok(index)) => format!("{} {}", words::label(kind.trim_end_matches('s')), index + 1),
        (None, _) if name.is_empty() => words::label(&kind.replace('_', " ")),
        (None, _) => words::label(&name.replace('_', " ")),
    }
}

/// What the assumption is called under the heading of its thing: its own title, or the words of its address.
fn label(result: &result::Result, assumption: &Assumption) -> String {
    let address = assumption.address.as_str();
    let group = group(address);
    let rest = address.strip_prefix(group).unwrap_or_default().trim_start_matches('.');
    if group == "quantities" {
        let quantity = result.quantities.iter().find(|quantity| quantity.name == rest);
        let title = quantity.map(|quantity| quantity.title.clone()).filter(|title| !title.is_empty());
        return title.unwrap_or_else(|| rest.replace('_', " "));
    }
    if !assumption.title.is_empty() && words::label(&assumption.title) != group_title(result, group) {
        return assumption.title.clone();
    }
    address_in_words(group, rest)
}

/// `shifts.envoys_came.odds.framework` is “envoys came: odds of framework”.
fn address_in_words(group: &str, rest: &str) -> String {
    let parts: Vec<&str> = rest.split('.').collect();
    match parts.as_slice() {
        [""] => group.rsplit('.').next().unwrap_or(group).replace('_', " "),
        ["between", "0"] => "window opens".to_owned(),
        ["between", "1"] => "window closes".to_owned(),
        ["branches", branch] => branch.replace('_', " "),
        ["given", rule, field @ ..] => {
            let number = rule.parse::<usize>().map_or(0, |rule| rule + 1);
            format!("given rule {number}: {}", field_in_words(field))
        }
        ["shifts" | "shocks", name, field @ ..] => format!("{}: {}", name.replace('_', " "), field_in_words(field)),
        field => field_in_words(field),
    }
}

fn field_in_words(field: &[&str]) -> String {
    match field {
        ["odds", branch] => format!("odds of {}", branch.replace('_', " ")),
        ["branches", branch] => branch.replace('_', " "),
        ["multiply"] => "multiplied by".to_owned(),
        ["add"] => "added".to_owned(),
        ["half_life"] => "half-life".to_owned(),
        other => other.join(" ").replace('_', " "),
    }
}

/// A value as people read it; what is not one number stays as the analyst wrote it.
fn value(assumption: &Assumption, written: &str) -> String {
    let is_factor = assumption.address.split('.').any(|part| matches!(part, "odds" | "factor" | "multiply"));
    match (one_number(written), assumption.unit.as_str()) {
        _ if written == "rest" => "the rest".to_owned(),
        (_, "date") => words::date(written, true),
        (Some(p), "probability") => format!("{} %", words::number(100.0 * p)),
        (Some(x), "days") if written.trim().ends_with(|c: char| c.is_ascii_digit()) => {
            format!("{} days", words::number(x))
        }
        (Some(_), "") if is_factor => format!("× {written}"),
        (_, "" | "days" | "probability") => written.to_owned(),
        (_, unit) => format!("{written} {unit}"),
    }
}

/// Where the dot stands: the number itself, or the middle of what a quantity was drawn as.
fn middle(result: &result::Result, assumption: &Assumption) -> Option<f64> {
    one_number(&assumption.value).or_else(|| {
        let name = assumption.address.strip_prefix("quantities.")?;
        result.quantities.iter().find(|quantity| quantity.name == name)?.quantiles.get("50").copied()
    })
}

/// Months and years as long as the language has them.
const DAYS_IN: [(&str, f64); 4] = [("day", 1.0), ("week", 7.0), ("month", 30.4375), ("year", 365.25)];

/// `0.65`, `65%`, or a duration such as `18 months` in days.
fn one_number(written: &str) -> Option<f64> {
    let plain = written.trim().replace('_', "");
    if let Some(percent) = plain.strip_suffix('%') {
        return percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0);
    }
    if let Some((length, unit)) = plain.split_once(' ') {
        let days = DAYS_IN.iter().find(|(name, _)| unit.trim().trim_end_matches('s') == *name)?.1;
        return length.parse::<f64>().ok().map(|length| length * days);
    }
    plain.parse().ok().filter(|x: &f64| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_put_in_words() {
        let said = |rest: &str| address_in_words("events.x", rest);
        assert_eq!(said("shifts.envoys_came.odds.framework"), "envoys came: odds of framework");
        assert_eq!(said("given.0.probability"), "given rule 1: probability");
        assert_eq!(said("between.1"), "window closes");
        assert_eq!(group("quantities.mood"), "quantities");
        assert_eq!(group("events.x.given.0.probability"), "events.x");
        assert_eq!(group("correlations.0.rho"), "correlations.0");
    }

    #[test]
    fn a_value_that_is_one_number_is_found() {
        assert_eq!(one_number("65 %"), Some(0.65));
        assert_eq!(one_number("2 weeks"), Some(14.0));
        assert_eq!(one_number("1_000"), Some(1000.0));
        assert_eq!(one_number("0.28 to 0.45"), None);
        assert_eq!(one_number("exp(2)"), None);
    }
}
