//! Every assumption of the file as pages show it: as it is in the file, in the variant and now.

use super::case::{self, Changes, Good, Setting};
use super::state::changed;
use crate::analysis::Varied;
use crate::calendar::format_date;
use crate::model::Scenario;
use crate::model::types::{Event, Happens, InFile, Listed, Share};
use indexmap::IndexMap;
use serde::Serialize;
use std::collections::HashMap;

/// The assumptions of a thing.
#[derive(Serialize)]
pub struct Group {
    /// `events.envoy_visit`, `quantities`.
    name: String,
    kind: &'static str,
    title: String,
    note: String,
    source: String,
    assumptions: Vec<Assumption>,
}

#[derive(Clone, Serialize)]
pub struct Assumption {
    address: String,
    title: String,
    note: String,
    source: String,
    unit: String,
    /// What a page offers for it: `probability`, `duration`, `number`, `date`, `text`.
    kind: &'static str,
    /// Texts as `--set` takes them; empty for what is neither in the file nor set.
    in_file: String,
    in_variant: String,
    now: String,
    /// `now` in the unit of the range.
    number: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    default_range: bool,
    /// What stands behind the number in a text: ` days`, ` per month`.
    suffix: String,
    /// Whether it is what other branches leave.
    rest: bool,
    /// The event whose branches together make 1.
    branches: Option<String>,
    /// The address of the panel.
    panel: Option<String>,
    /// What the panel comes to, as a text.
    pooled: Option<String>,
}

/// In the order of the file; `variant` and `now` are None where they have mistakes.
pub fn groups(good: &Good, variant: Option<&Scenario>, now: Option<&Scenario>, setting: &Setting) -> Vec<Group> {
    let base = &good.base;
    let of_variant = setting.variant.as_deref().map_or_else(Changes::new, |name| case::of_variant(&good.file, name));
    let sides = [base, variant.unwrap_or(base), now.or(variant).unwrap_or(base)].map(Side::of);
    let view = View { sides, setting, of_variant: &of_variant };
    let mut groups: IndexMap<String, Group> = IndexMap::new();
    let things = base.paths.iter().map(|path| format!("paths.{}", path.name));
    let events = base.events.iter().map(|event| event.address.clone());
    let quantities = base.quantities.first().map(|_| "quantities".to_owned());
    for name in quantities.into_iter().chain(things).chain(events) {
        groups.insert(name.clone(), group(base, name));
    }
    for listed in &base.assumptions {
        let name = thing(&listed.address);
        let group = groups.entry(name.to_owned()).or_insert_with(|| group(base, name.to_owned()));
        let assumption = view.assumption(listed, &group.title);
        let experts = view.experts(listed, &assumption);
        group.assumptions.push(assumption);
        group.assumptions.extend(experts);
    }
    for event in &base.events {
        if let Some(group) = groups.get_mut(&event.address) {
            group.assumptions.push(view.happens(event));
        }
    }
    groups.into_values().filter(|group| !group.assumptions.is_empty()).collect()
}

/// The address of the thing; quantities stand together, for each is one number.
fn thing(address: &str) -> &str {
    let mut points = address.match_indices('.').map(|(at, _)| at);
    let (first, second) = (points.next(), points.next());
    let end = if address.starts_with("quantities.") { first } else { second };
    &address[..end.unwrap_or(address.len())]
}

fn group(base: &Scenario, name: String) -> Group {
    let (kind, thing) = name.split_once('.').unwrap_or((&name, ""));
    let words = match kind {
        "events" => base.events.iter().find(|event| event.name == thing).map(|event| &event.words),
        "paths" => base.paths.iter().find(|path| path.name == thing).map(|path| &path.words),
        _ => None,
    };
    let (kind, plural) = match kind {
        "events" => ("event", "Event"),
        "paths" => ("path", "Path"),
        "quantities" => ("quantity", "Quantities"),
        "observed" => ("observed", "Observed"),
        "correlations" => ("other", "Correlation"),
        _ => ("other", "Other"),
    };
    let numbered =
        || thing.parse::<usize>().map_or_else(|_| plural.to_owned(), |place| format!("{plural} {}", place + 1));
    Group {
        title: words.map_or_else(numbered, |words| words.title.clone()),
        note: words.map(|words| words.note.clone()).unwrap_or_default(),
        source: words.map(|words| words.source.clone()).unwrap_or_default(),
        assumptions: Vec::new(),
        kind,
        name,
    }
}

/// A scenario under some of the changes.
struct Side<'a> {
    scenario: &'a Scenario,
    listed: HashMap<&'a str, &'a Listed>,
    /// What each branch comes to, where that is known beforehand.
    branches: HashMap<String, f64>,
}

impl<'a> Side<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let mut branches = HashMap::new();
        for event in &scenario.events {
            let own: Vec<&Share> = event.branches.iter().map(|branch| &branch.share).collect();
            let rules = event.given.iter().enumerate().filter_map(|(place, rule)| {
                Some((format!("{}.given.{place}", event.address), rule.branches.as_ref()?.iter().collect()))
            });
            for (address, shares) in std::iter::once((event.address.clone(), own)).chain(rules) {
                for (branch, share) in event.branches.iter().zip(come_to(&shares).unwrap_or_default()) {
                    branches.insert(format!("{address}.branches.{}", branch.name), share);
                }
            }
        }
        let listed = scenario.assumptions.iter().map(|listed| (listed.address.as_str(), listed)).collect();
        Self { scenario, listed, branches }
    }
}

/// Shares that sum to 1, as the language rescales them: those that are set stay, the others share what is left in
/// proportion to the file's. None where one is no constant.
fn come_to(shares: &[&Share]) -> Option<Vec<f64>> {
    let stated = |share: &&Share| match &share.file {
        InFile::Chance(chance) => chance.constant(),
        InFile::Zero | InFile::Rest => Some(0.0),
    };
    let sum: f64 = shares.iter().map(stated).sum::<Option<f64>>()?;
    let in_file = |share: &&Share| match &share.file {
        InFile::Rest => Some((1.0 - sum).max(0.0)),
        _ => stated(share),
    };
    let set: Vec<Option<f64>> = shares
        .iter()
        .map(|share| share.set.as_ref().map_or(Some(None), |set| set.constant().map(Some)))
        .collect::<Option<_>>()?;
    let left = 1.0 - set.iter().flatten().sum::<f64>();
    let others: f64 = shares
        .iter()
        .zip(&set)
        .filter(|(_, set)| set.is_none())
        .map(|(share, _)| in_file(share))
        .sum::<Option<f64>>()?;
    let any = set.iter().any(Option::is_some);
    let scale = match (any, others > 0.0) {
        (false, _) => 1.0,
        (true, true) => left.max(0.0) / others,
        (true, false) => 0.0,
    };
    shares.iter().zip(&set).map(|(share, set)| set.map_or_else(|| Some(in_file(share)? * scale), Some)).collect()
}

struct View<'a> {
    /// In the file, in the variant, now.
    sides: [Side<'a>; 3],
    setting: &'a Setting,
    of_variant: &'a Changes,
}

impl View<'_> {
    fn assumption(&self, listed: &Listed, group: &str) -> Assumption {
        let address = listed.address.as_str();
        let branches = address.rfind(".branches.").map(|at| address[..at].to_owned());
        let rest = listed.value == "rest";
        let [in_file, in_variant, mut now] = [0, 1, 2].map(|side| self.text(side, listed));
        let mut number = self.number(2, listed);
        if let Some(text) = self.setting.changes.get(address) {
            // A text that does not check is shown as it was typed.
            number = number.filter(|_| now == *text);
            now.clone_from(text);
        }
        let varied = Varied::of(listed);
        let is_panel = !listed.panel.is_empty();
        let pooled = self.sides[2].listed.get(address).and_then(|listed| listed.pooled);
        Assumption {
            title: label(listed, group),
            note: listed.note.clone(),
            source: listed.source.clone(),
            kind: kind(listed, self.number(0, listed)),
            suffix: suffix(listed, &varied),
            unit: varied.unit,
            in_file,
            in_variant,
            now,
            number: number.or(pooled.filter(|_| !self.setting.changes.contains_key(address))),
            low: listed.low,
            high: listed.high,
            default_range: listed.default_range,
            rest,
            branches,
            panel: is_panel.then(|| address.to_owned()),
            pooled: pooled.map(tidy),
            address: address.to_owned(),
        }
    }

    /// An assumption's text in the file, in the variant, or now.
    fn text(&self, side: usize, listed: &Listed) -> String {
        let address = listed.address.as_str();
        let here = self.sides[side].listed.get(address).copied().unwrap_or(listed);
        let rescaled = self.sides[side].branches.get(address).filter(|share| here.number.is_none_or(|n| n != **share));
        match rescaled {
            Some(share) if here.value == "rest" || !here.changed => tidy(*share),
            _ => here.value.clone(),
        }
    }

    fn number(&self, side: usize, listed: &Listed) -> Option<f64> {
        let address = listed.address.as_str();
        let side = &self.sides[side];
        side.branches.get(address).copied().or_else(|| Varied::of(side.listed.get(address)?).number)
    }

    /// The members of a panel, each with an address of its own.
    fn experts(&self, listed: &Listed, panel: &Assumption) -> Vec<Assumption> {
        let answer = |name: &str, side: usize| {
            let there = self.sides[side].listed.get(listed.address.as_str()).into_iter().flat_map(|l| &l.panel);
            there.into_iter().find(|(other, _)| other == name).map(|(_, answer)| answer.clone())
        };
        let expert = |(name, in_file): &(String, String)| {
            let address = format!("{}.panel.{name}", listed.address);
            let in_variant = answer(name, 1).unwrap_or_else(|| in_file.clone());
            let now = self.setting.changes.get(&address).cloned().or_else(|| answer(name, 2));
            let now = now.unwrap_or_else(|| in_variant.clone());
            Assumption {
                title: name.replace('_', " "),
                note: String::new(),
                source: String::new(),
                kind: if plain(in_file).is_some() {
                    if panel.unit == "probability" { "probability" } else { "number" }
                } else {
                    "text"
                },
                in_file: in_file.clone(),
                in_variant,
                number: plain(&now),
                now,
                panel: Some(listed.address.clone()),
                pooled: None,
                address,
                ..panel.clone()
            }
        };
        listed.panel.iter().map(expert).collect()
    }

    /// That an event is made to happen on a date, or never.
    fn happens(&self, event: &Event) -> Assumption {
        let address = format!("{}.happens", event.address);
        let written = |side: usize| {
            let scenario = self.sides[side].scenario;
            let event = scenario.events.iter().find(|other| other.name == event.name);
            match (event.and_then(|event| event.happens), &scenario.calendar) {
                (None, _) => String::new(),
                (Some(Happens::Never), _) => "false".to_owned(),
                (Some(Happens::On(days)), Some(calendar)) => format_date(calendar.start + days as i32),
                (Some(Happens::On(_)), None) => "true".to_owned(),
            }
        };
        let now = changed(self.setting, self.of_variant, &address).cloned();
        Assumption {
            title: "happens".to_owned(),
            note: String::new(),
            source: String::new(),
            unit: String::new(),
            kind: "date",
            in_file: String::new(),
            in_variant: written(1),
            now: now.unwrap_or_default(),
            number: None,
            low: None,
            high: None,
            default_range: false,
            suffix: String::new(),
            rest: false,
            branches: None,
            panel: None,
            pooled: None,
            address,
        }
    }
}

/// What it is called below the heading of its group.
fn label(listed: &Listed, group: &str) -> String {
    let title = listed.title.as_str();
    let rest = title.strip_prefix(group).and_then(|rest| rest.strip_prefix([':', ','])).map(str::trim);
    rest.filter(|rest| !rest.is_empty()).unwrap_or(title).to_owned()
}

fn kind(listed: &Listed, number: Option<f64>) -> &'static str {
    match (number.or(listed.pooled), listed.unit.as_str()) {
        (None, _) => "text",
        (Some(_), "probability") => "probability",
        (Some(_), "days") => "duration",
        (Some(_), _) => "number",
    }
}

fn suffix(listed: &Listed, varied: &Varied) -> String {
    let pace = varied.unit.starts_with("per ") && listed.value.trim_end().ends_with(&varied.unit);
    match listed.unit.as_str() {
        "days" => " days".to_owned(),
        _ if pace => format!(" {}", varied.unit),
        _ => String::new(),
    }
}

/// `0.65`, `65%`.
fn plain(text: &str) -> Option<f64> {
    let text = text.trim().replace('_', "");
    match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

/// Without the last digits, which only say how computers count.
fn tidy(number: f64) -> String {
    format!("{}", (number * 1e6).round() / 1e6)
}
