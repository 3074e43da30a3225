//! Why a target differs between two cases: the changes set one after the other.
//!
//! What a change does depends on what was changed before it, so its effect is averaged over the orders in which the
//! changes can be set (Shapley 1953): over all orders up to six changes, which needs every subset of them once; beyond
//! that over a sample of orders, each with its reverse. Between two files, what has no common address comes last, as one
//! change: structure.
//!
//! All of these sets of changes together are played out on about as many futures as one case, so that asking why costs
//! no more than another case. What those futures say of the whole difference is a little off from what all futures say;
//! the gap is shared out in proportion to the effects, which then add up to the whole difference exactly.

use super::assumptions::{listed, title, value};
use super::{Case, ShareOrNumber, Source};
use crate::analysis::Varied;
use crate::analysis::estimate::{estimate, in_groups};
use crate::analysis::experiment::{self, Luck, Playing};
use crate::analysis::target::{Target, target};
use crate::analysis::tornado::reason;
use crate::chance::uniform::word;
use crate::diagnostic::Failure;
use crate::model::layers::Override;
use crate::model::types::Scenario;
use crate::simulation::intervals::student;
use crate::simulation::paired::{Column, Wanted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The difference between a case and the first, shared out among what was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// The case's title.
    pub case: String,
    pub from: Option<f64>,
    pub to: Option<f64>,
    pub steps: Vec<Step>,
    /// How many orders the effects are averaged over, where those are not all.
    pub sampled_orders: Option<u64>,
    /// On how many futures under each set of changes the effects are worked out.
    pub futures: u64,
    /// Why there are no steps, where there should be some.
    pub missing: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub title: String,
    /// Empty for structure.
    pub addresses: Vec<String>,
    pub from: Vec<Option<String>>,
    pub to: Vec<Option<String>>,
    pub unit: String,
    pub effect: f64,
    /// The effect's 95 % interval; null where it cannot be told.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// How the cases are played out.
pub(super) struct Setting<'a> {
    pub(super) target: &'a Target,
    pub(super) luck: Luck,
    pub(super) playing: Playing<'a>,
}

/// Up to so many changes all orders are averaged over.
const ALL_ORDERS: usize = 6;
/// Orders beyond that; half of them are the others' reverses.
const ORDERS: u64 = 16;
/// Fewer futures than this do not tell the effects of changes apart.
const FEWEST: u64 = 8192;
/// More changes than this are not taken apart.
const MOST: usize = 64;

/// Addresses that are set together.
struct Change {
    title: String,
    addresses: Vec<String>,
    /// What sets them, over the first case's file.
    settings: Vec<Override>,
}

/// Takes the difference of a case to the first apart.
pub(super) fn waterfall(
    sources: &mut [Source],
    cases: &[Case],
    number: usize,
    targets: &[ShareOrNumber],
    setting: &Setting,
) -> Result<Waterfall, Failure> {
    let ends = [0, number].map(|case| targets[case].target.map(|target| target.value));
    let mut answer = Waterfall {
        case: cases[number].title.clone(),
        from: ends[0],
        to: ends[1],
        steps: Vec::new(),
        sampled_orders: None,
        futures: setting.luck.futures,
        missing: None,
    };
    let changes = changes(sources, cases, number)?;
    let structure = cases[0].source != cases[number].source;
    if changes.len() > MOST || ends.contains(&None) {
        let count = changes.len();
        answer.missing = Some(if ends.contains(&None) {
            "the target has no value in one of the cases".to_owned()
        } else {
            format!("{count} changes are too many to be taken apart")
        });
        return Ok(answer);
    }
    let whole = ends[1].unwrap_or(0.0) - ends[0].unwrap_or(0.0);
    match effects(sources, cases, number, &changes, structure, whole, setting) {
        Ok((effects, futures)) => {
            answer.futures = futures;
            answer.sampled_orders = (changes.len() > ALL_ORDERS).then_some(ORDERS);
            let step = |(index, effect): (usize, Effect)| step(sources, cases, number, changes.get(index), effect);
            answer.steps = effects.into_iter().enumerate().map(step).collect();
            if let ([only], Some(difference)) = (answer.steps.as_mut_slice(), targets[number].difference) {
                (only.low, only.high) = (Some(difference.low), Some(difference.high));
            }
        }
        Err(Failure::Interrupted) => return Err(Failure::Interrupted),
        Err(failure) => {
            answer.missing = Some(format!("the changes cannot be set one at a time: {}", reason(&failure)));
        }
    }
    Ok(answer)
}

/// What differs, branches of one event together, in the order of the file.
fn changes(sources: &mut [Source], cases: &[Case], number: usize) -> Result<Vec<Change>, Failure> {
    let pair = [&cases[0], &cases[number]];
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    let all = pair.iter().flat_map(|case| {
        let listed = case.scenario.assumptions.iter().map(|listed| listed.address.clone());
        listed.chain(case.laid.iter().map(|set| set.address.clone()))
    });
    let mut seen = std::collections::HashSet::new();
    for address in all.filter(|address| seen.insert(address.clone())).collect::<Vec<String>>() {
        let values = pair.map(|case| value(sources, case, &address));
        let two_files = pair[0].source != pair[1].source;
        if values[0] == values[1] || (two_files && values.contains(&None)) {
            continue;
        }
        let key = address.find(".branches.").map_or(address.clone(), |at| address[..at + ".branches".len()].to_owned());
        match grouped.iter_mut().find(|(known, _)| *known == key) {
            Some((_, addresses)) => addresses.push(address),
            None => grouped.push((key, vec![address])),
        }
    }
    let mut changes = Vec::new();
    for (_, addresses) in grouped {
        let settings = if pair[0].source == pair[1].source {
            let set = |address: &String| pair[1].laid.iter().rev().find(|set| set.address == *address).cloned();
            addresses.iter().filter_map(set).collect()
        } else {
            let text = |address: &String| value(sources, pair[1], address).map(|value| format!("{address}={value}"));
            let texts: Vec<String> = addresses.iter().filter_map(text).collect();
            let first = &mut sources[pair[0].source];
            let settings = first.file.settings(&texts)?;
            // What the first file cannot take belongs to the structure.
            let laid = over(&pair[0].laid, &addresses, &settings);
            if experiment::scenario(first.file, first.files, &laid).is_err() {
                continue;
            }
            settings
        };
        let title = match addresses.as_slice() {
            [one] => title(cases, one),
            several => {
                let event = several[0].split('.').nth(1).unwrap_or_default();
                let event = pair[0].scenario.events.iter().find(|e| e.name == event);
                event.map_or_else(|| title(cases, &several[0]), |event| event.words.title.clone())
            }
        };
        changes.push(Change { title, addresses, settings });
    }
    Ok(changes)
}

/// What is laid over a file, with some addresses set otherwise.
fn over(laid: &[Override], addresses: &[String], settings: &[Override]) -> Vec<Override> {
    let kept = laid.iter().filter(|set| !addresses.contains(&set.address));
    kept.chain(settings).cloned().collect()
}

#[derive(Clone, Copy)]
struct Effect {
    value: f64,
    half_width: Option<f64>,
}

/// A subset of the changes, a bit for each; above them all, the case itself.
type Subset = u64;

fn effects(
    sources: &[Source],
    cases: &[Case],
    number: usize,
    changes: &[Change],
    structure: bool,
    whole: f64,
    setting: &Setting,
) -> Result<(Vec<Effect>, u64), Failure> {
    let count = changes.len();
    if count + usize::from(structure) <= 1 {
        // One change is the whole difference, which is known.
        let only = Effect { value: whole, half_width: None };
        return Ok((vec![only; count + usize::from(structure)], setting.luck.futures));
    }
    let orders = orders(count, setting.luck.seed);
    let mut subsets: BTreeMap<Subset, usize> = BTreeMap::new();
    for order in &orders {
        let mut subset = 0;
        subsets.insert(subset, 0);
        for change in order {
            subset |= 1 << change;
            subsets.insert(subset, 0);
        }
    }
    let first = &sources[cases[0].source];
    let mut scenarios: Vec<Scenario> = Vec::new();
    for (subset, place) in &mut subsets {
        let mut laid = cases[0].laid.clone();
        for (_, change) in changes.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1) {
            laid = over(&laid, &change.addresses, &change.settings);
        }
        *place = scenarios.len();
        scenarios.push(experiment::scenario(first.file, first.files, &laid)?);
    }
    if structure {
        scenarios.push(cases[number].scenario.clone());
    }
    let name = &setting.target.facts.name;
    let all: Vec<&Scenario> = scenarios.iter().collect();
    let columns: Vec<Vec<Column>> = all
        .iter()
        .map(|scenario| target(scenario, Some(name)).map(|target| vec![target.column]))
        .collect::<Result<_, _>>()?;
    let wanted = Wanted { values: setting.target.kept(), ..Wanted::default() };
    let futures = (setting.luck.futures / all.len() as u64).max(FEWEST).min(setting.luck.futures);
    let luck = Luck { futures, ..setting.luck };
    let played = experiment::play(&all, &columns, wanted, luck, setting.playing)?;
    let measure = setting.target.measure;
    let values: Vec<f64> = (played.0.sums.iter())
        .map(|sums| estimate(&sums[0], measure).map(|e| e.value).ok_or_else(|| setting.target.never()))
        .collect::<Result<_, _>>()?;
    let groups: Option<Vec<Vec<f64>>> = played.0.sums.iter().map(|sums| in_groups(&sums[0], measure)).collect();

    let along = |values: &[f64]| shared_out(values, &orders, &subsets, count, structure);
    let effects = along(&values);
    let in_each_group: Option<Vec<Vec<f64>>> = groups.map(|groups| {
        let in_group = |group: usize| groups.iter().map(|values| values[group]).collect::<Vec<f64>>();
        (0..groups.first().map_or(0, Vec::len)).map(|group| along(&in_group(group))).collect()
    });
    let half_width = |index: usize| {
        let values: Vec<f64> = in_each_group.as_ref()?.iter().map(|effects| effects[index]).collect();
        Some(student(&values))
    };
    let values = stretched(&effects, whole).into_iter().enumerate();
    Ok((values.map(|(index, value)| Effect { value, half_width: half_width(index) }).collect(), futures))
}

/// The effects with what is missing to the whole difference shared out among them, in proportion to their size.
fn stretched(effects: &[f64], whole: f64) -> Vec<f64> {
    let missing = whole - effects.iter().sum::<f64>();
    let size: f64 = effects.iter().map(|effect| effect.abs()).sum();
    let part = |effect: f64| if size > 0.0 { effect.abs() / size } else { 1.0 / effects.len() as f64 };
    effects.iter().map(|&effect| effect + missing * part(effect)).collect()
}

/// Each change's effect, averaged over the orders.
fn shared_out(
    values: &[f64],
    orders: &[Vec<usize>],
    subsets: &BTreeMap<Subset, usize>,
    count: usize,
    structure: bool,
) -> Vec<f64> {
    let at = |subset: Subset| subsets.get(&subset).map_or(f64::NAN, |&place| values[place]);
    let mut effects = vec![0.0; count];
    let mut last = 0;
    for order in orders {
        let mut subset = 0;
        for &change in order {
            let with = subset | 1 << change;
            effects[change] += at(with) - at(subset);
            subset = with;
        }
        last = subset;
    }
    for effect in &mut effects {
        *effect /= orders.len() as f64;
    }
    if structure {
        effects.push(values[values.len() - 1] - at(last));
    }
    effects
}

/// All orders of a few changes; a sample of those of many, each with its reverse.
fn orders(count: usize, seed: u64) -> Vec<Vec<usize>> {
    if count <= ALL_ORDERS {
        let mut orders = vec![Vec::new()];
        for change in 0..count {
            let longer = |order: Vec<usize>| {
                (0..=order.len()).map(move |place| {
                    let mut order = order.clone();
                    order.insert(place, change);
                    order
                })
            };
            orders = orders.into_iter().flat_map(longer).collect();
        }
        return orders;
    }
    let mut orders = Vec::new();
    for number in 0..ORDERS / 2 {
        let mut order: Vec<usize> = (0..count).collect();
        for place in (1..count).rev() {
            let luck = word(seed ^ number, place as u64);
            order.swap(place, (luck % (place as u64 + 1)) as usize);
        }
        let reverse = order.iter().rev().copied().collect();
        orders.extend([order, reverse]);
    }
    orders
}

fn step(sources: &[Source], cases: &[Case], number: usize, change: Option<&Change>, effect: Effect) -> Step {
    let half = |direction: f64| effect.half_width.map(|half| effect.value + direction * half);
    let addresses = change.map(|change| change.addresses.clone()).unwrap_or_default();
    let values = |case: &Case| addresses.iter().map(|address| value(sources, case, address)).collect();
    let varied = addresses.first().and_then(|address| listed(&cases[0].scenario, address)).map(Varied::of);
    Step {
        title: change.map_or_else(|| "Structure".to_owned(), |change| change.title.clone()),
        from: values(&cases[0]),
        to: values(&cases[number]),
        unit: varied.map(|varied| varied.unit).unwrap_or_default(),
        effect: effect.value,
        low: half(-1.0),
        high: half(1.0),
        addresses,
    }
}
