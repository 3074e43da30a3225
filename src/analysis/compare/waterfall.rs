//! Why a target differs between two cases: the changes set one after the other.
//!
//! What a change does depends on what was changed before it, so its effect is averaged over the orders in which the
//! changes can be set (Shapley 1953): over all orders up to six changes, which needs every subset of them once; beyond
//! that over a sample of orders, each with its reverse. Between two files, what has no common address comes last, as one
//! change: structure.
//!
//! None and all of the changes are the cases themselves, which have been played out; so may others be, where one variant
//! does part of what another one does. What is left, the sets in between, is played out on fewer futures: all of them
//! together on a quarter of what the cases in question take. The cases' own first futures are what they are compared
//! with. What those futures say of the whole difference is a little off from what all futures say; the gap is shared out
//! in proportion to the effects, which then add up to the whole difference exactly.

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
use crate::simulation::paired::{CELL, Column, Sums, Wanted};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

/// Up to so many changes all orders are averaged over.
const ALL_ORDERS: usize = 6;
/// Orders beyond that; half of them are the others' reverses.
const ORDERS: u64 = 16;
/// Fewer futures than this do not tell the effects of changes apart.
const FEWEST: u64 = 2048;
/// The sets in between take this part of the futures of the cases that need them.
const PART: u64 = 4;
/// More changes than this are not taken apart.
const MOST: usize = 64;

/// Addresses that are set together.
struct Change {
    title: String,
    addresses: Vec<String>,
    /// What sets them, over the first case's file.
    settings: Vec<Override>,
}

/// How the sets of changes are played out.
pub(super) struct Setting<'a> {
    pub(super) target: &'a Target,
    /// Of the cases.
    pub(super) luck: Luck,
    pub(super) playing: Playing<'a>,
}

/// A subset of the changes, a bit for each.
type Subset = u64;

/// Where the futures of a set of changes come from.
#[derive(Clone, Copy)]
enum Played {
    Case(usize),
    Between(usize),
}

/// What has to be played out to take the difference of one case apart.
struct Question {
    case: usize,
    changes: Vec<Change>,
    structure: bool,
    orders: Vec<Vec<usize>>,
    subsets: BTreeMap<Subset, Played>,
    /// Why it cannot be taken apart.
    missing: Option<String>,
}

/// What has to be played out to take the differences of all cases to the first apart.
pub(super) struct Questions {
    of: Vec<Question>,
    /// The sets of changes that are no case.
    between: Vec<Scenario>,
    /// On how many futures, whole cells or all of them.
    pub(super) futures: u64,
}

impl Questions {
    /// Finds out what was changed in each case, and which sets of changes have to be played out besides the cases.
    pub(super) fn new(sources: &mut [Source], cases: &[Case], setting: &Setting) -> Result<Self, Failure> {
        let mut all = Questions { of: Vec::new(), between: Vec::new(), futures: setting.luck.futures };
        let first = cases[0].source;
        let mut known: BTreeMap<Laid, Played> = BTreeMap::new();
        for (number, case) in cases.iter().enumerate().filter(|(_, case)| case.source == first) {
            known.entry(key(sources, first, &case.laid)).or_insert(Played::Case(number));
        }
        let mut asking = 0;
        for case in 1..cases.len() {
            let changes = changes(sources, cases, case)?;
            let structure = first != cases[case].source;
            let before = all.between.len();
            let question = Question {
                case,
                orders: orders(changes.len(), setting.luck.seed),
                changes,
                structure,
                subsets: BTreeMap::new(),
                missing: None,
            };
            all.of.push(question.ready(sources, cases, &mut known, &mut all.between)?);
            asking += u64::from(all.between.len() > before);
        }
        if !all.between.is_empty() {
            let each = setting.luck.futures * asking / (PART * all.between.len() as u64);
            all.futures = each.max(FEWEST).next_multiple_of(CELL).min(setting.luck.futures);
        }
        Ok(all)
    }

    /// Plays the sets in between out. `cases` are the sums of the target's column over all futures of each case, and over
    /// the first ones.
    pub(super) fn answers(
        &self,
        sources: &[Source],
        cases: &[Case],
        targets: &[ShareOrNumber],
        early: &[Sums],
        setting: &Setting,
    ) -> Result<Vec<Waterfall>, Failure> {
        let between = self.play(setting);
        if let Err(Failure::Interrupted) = between {
            return Err(Failure::Interrupted);
        }
        let answer = |question: &Question| {
            let ends = [0, question.case].map(|case| targets[case].target.map(|target| target.value));
            let mut answer = Waterfall {
                case: cases[question.case].title.clone(),
                from: ends[0],
                to: ends[1],
                steps: Vec::new(),
                sampled_orders: None,
                futures: setting.luck.futures,
                missing: question.missing.clone(),
            };
            let [Some(from), Some(to)] = ends else {
                answer.missing = Some("the target has no value in one of the cases".to_owned());
                return answer;
            };
            if answer.missing.is_some() {
                return answer;
            }
            let difference = targets[question.case].difference;
            let spread = difference.map_or(0.0, |difference| (difference.high - difference.low) / 2.0);
            let effects = match &between {
                Ok(between) => question.effects((to - from, spread), early, between, setting),
                Err(_) if question.within_cases() => question.effects((to - from, spread), early, &[], setting),
                Err(failure) => Err(reason(failure)),
            };
            match effects {
                Ok(effects) => {
                    if effects.len() > 1 {
                        answer.futures = self.futures;
                        answer.sampled_orders = (question.changes.len() > ALL_ORDERS).then_some(ORDERS);
                    }
                    let changes = question.changes.iter().map(Some).chain([None]);
                    let step = |(change, effect)| step(sources, cases, question.case, change, effect);
                    answer.steps = changes.zip(effects).map(step).collect();
                    if let ([only], Some(difference)) = (answer.steps.as_mut_slice(), difference) {
                        (only.low, only.high) = (Some(difference.low), Some(difference.high));
                    }
                }
                Err(why) => answer.missing = Some(format!("the changes cannot be set one at a time: {why}")),
            }
            answer
        };
        Ok(self.of.iter().map(answer).collect())
    }

    fn play(&self, setting: &Setting) -> Result<Vec<Sums>, Failure> {
        if self.between.is_empty() {
            return Ok(Vec::new());
        }
        let name = &setting.target.facts.name;
        let all: Vec<&Scenario> = self.between.iter().collect();
        let columns: Vec<Vec<Column>> =
            all.iter().map(|of| target(of, Some(name)).map(|target| vec![target.column])).collect::<Result<_, _>>()?;
        let wanted = Wanted { values: setting.target.kept(), ..Wanted::default() };
        let luck = Luck { futures: self.futures, ..setting.luck };
        let (paired, _) = experiment::play(&all, &columns, wanted, luck, setting.playing)?;
        Ok(paired.sums.into_iter().map(|mut sums| sums.swap_remove(0)).collect())
    }
}

/// What is laid over a file, as it is written.
type Laid = BTreeMap<String, String>;

fn key(sources: &[Source], source: usize, laid: &[Override]) -> Laid {
    let text = |set: &Override| sources[source].file.sources.text(set.node.span).to_owned();
    laid.iter().map(|set| (set.address.clone(), text(set))).collect()
}

impl Question {
    /// With a place for each set of changes that some order passes through.
    fn ready(
        mut self,
        sources: &[Source],
        cases: &[Case],
        known: &mut BTreeMap<Laid, Played>,
        between: &mut Vec<Scenario>,
    ) -> Result<Self, Failure> {
        let count = self.changes.len();
        if count > MOST {
            self.missing = Some(format!("{count} changes are too many to be taken apart"));
        }
        // One change is the whole difference, which is known.
        if count > MOST || count + usize::from(self.structure) <= 1 {
            return Ok(self);
        }
        let before = between.len();
        let first = &sources[cases[0].source];
        for subset in passed(&self.orders) {
            let mut laid = cases[0].laid.clone();
            for (_, change) in self.changes.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1) {
                laid = over(&laid, &change.addresses, &change.settings);
            }
            let key = key(sources, cases[0].source, &laid);
            // All changes together are the case, but for the structure.
            let place = if !self.structure && subset.count_ones() as usize == count {
                Played::Case(self.case)
            } else if let Some(place) = known.get(&key) {
                *place
            } else {
                match experiment::scenario(first.file, first.files, &laid) {
                    Ok(scenario) => between.push(scenario),
                    Err(failure) => {
                        between.truncate(before);
                        known.retain(|_, place| !matches!(place, Played::Between(at) if *at >= before));
                        let why = reason(&failure);
                        self.missing = Some(format!("the changes cannot be set one at a time: {why}"));
                        return Ok(self);
                    }
                }
                Played::Between(between.len() - 1)
            };
            known.entry(key).or_insert(place);
            self.subsets.insert(subset, place);
        }
        Ok(self)
    }

    /// Whether nothing has to be played out besides the cases.
    fn within_cases(&self) -> bool {
        self.subsets.values().all(|place| matches!(place, Played::Case(_)))
    }

    /// The effect of each change, the structure last; or why there are none. `whole` is the difference of the cases on all
    /// futures, with the half-width of its interval.
    fn effects(
        &self,
        (whole, spread): (f64, f64),
        early: &[Sums],
        between: &[Sums],
        setting: &Setting,
    ) -> Result<Vec<Effect>, String> {
        let count = self.changes.len() + usize::from(self.structure);
        if count <= 1 {
            return Ok(vec![Effect { value: whole, half_width: None }; count]);
        }
        let sums = |place: &Played| match *place {
            Played::Case(case) => &early[case],
            Played::Between(place) => &between[place],
        };
        let measure = setting.target.measure;
        let value = |place: &Played| estimate(sums(place), measure).map(|estimate| estimate.value);
        let missing = || reason(&setting.target.never());
        let case = Played::Case(self.case);
        let end = value(&case).ok_or_else(missing)?;
        let values: BTreeMap<Subset, f64> = (self.subsets.iter())
            .map(|(&subset, place)| Some((subset, value(place)?)))
            .collect::<Option<_>>()
            .ok_or_else(missing)?;
        let effects = stretched(&self.shared_out(&values, end), whole);
        // The same in each group of futures tells how well the parts of the whole are known; the whole itself is known
        // from all futures.
        let in_each_group = || -> Option<Vec<Vec<f64>>> {
            let ends = in_groups(sums(&case), measure)?;
            let all: Vec<(Subset, Vec<f64>)> = (self.subsets.iter())
                .map(|(&subset, place)| Some((subset, in_groups(sums(place), measure)?)))
                .collect::<Option<_>>()?;
            let group = |group: usize| {
                let values = all.iter().map(|(subset, values)| (*subset, values[group])).collect();
                stretched(&self.shared_out(&values, ends[group]), whole)
            };
            Some((0..ends.len()).map(group).collect())
        };
        let groups = in_each_group();
        let size: f64 = effects.iter().map(|effect| effect.abs()).sum();
        let half_width = |index: usize, effect: f64| {
            let values: Vec<f64> = groups.as_ref()?.iter().map(|effects| effects[index]).collect();
            let share = if size > 0.0 { effect.abs() / size } else { 1.0 };
            Some(student(&values).hypot(share * spread))
        };
        let effect = |(index, value): (usize, f64)| Effect { value, half_width: half_width(index, value) };
        Ok(effects.iter().copied().enumerate().map(effect).collect())
    }

    /// Each change's effect, averaged over the orders; `end` is the value of the case itself.
    fn shared_out(&self, values: &BTreeMap<Subset, f64>, end: f64) -> Vec<f64> {
        let at = |subset: Subset| values.get(&subset).copied().unwrap_or(f64::NAN);
        let mut effects = vec![0.0; self.changes.len()];
        let mut all = 0;
        for order in &self.orders {
            let mut subset = 0;
            for &change in order {
                let with = subset | 1 << change;
                effects[change] += at(with) - at(subset);
                subset = with;
            }
            all = subset;
        }
        for effect in &mut effects {
            *effect /= self.orders.len() as f64;
        }
        if self.structure {
            effects.push(end - at(all));
        }
        effects
    }
}

/// The sets of changes that orders pass through, from none to all.
fn passed(orders: &[Vec<usize>]) -> BTreeSet<Subset> {
    let mut subsets = BTreeSet::from([0]);
    for order in orders {
        let mut subset = 0;
        for change in order {
            subset |= 1 << change;
            subsets.insert(subset);
        }
    }
    subsets
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

/// The effects with what is missing to the whole difference shared out among them, in proportion to their size.
fn stretched(effects: &[f64], whole: f64) -> Vec<f64> {
    let missing = whole - effects.iter().sum::<f64>();
    let size: f64 = effects.iter().map(|effect| effect.abs()).sum();
    let part = |effect: f64| if size > 0.0 { effect.abs() / size } else { 1.0 / effects.len() as f64 };
    effects.iter().map(|&effect| effect + missing * part(effect)).collect()
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
