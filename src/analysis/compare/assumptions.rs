//! What differs between cases before anything is played out: assumptions by their addresses.

use super::{Case, Source};
use crate::analysis::Varied;
use crate::model::layers;
use crate::model::types::{Listed, Scenario};
use serde::{Deserialize, Serialize};

/// An assumption that is not the same in all cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    pub address: String,
    pub title: String,
    pub unit: String,
    /// In each case, as it is written; null where the case has no such assumption.
    pub values: Vec<Option<String>>,
    /// The same where it is one plain number.
    pub numbers: Vec<Option<f64>>,
}

/// An address that not all files have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnlyIn {
    pub address: String,
    pub title: String,
    /// In each case, null where it does not stand there.
    pub values: Vec<Option<String>>,
}

/// What an address holds in a case: a listed assumption, or what is laid over an address that is not listed.
pub(super) fn value(sources: &[Source], case: &Case, address: &str) -> Option<String> {
    if let Some(listed) = listed(&case.scenario, address) {
        return Some(listed.value.clone());
    }
    let set = case.laid.iter().rev().find(|set| set.address == address)?;
    Some(layers::written(&set.node, &sources[case.source].file.sources))
}

pub(super) fn listed<'a>(scenario: &'a Scenario, address: &str) -> Option<&'a Listed> {
    scenario.assumptions.iter().find(|listed| listed.address == address)
}

/// All addresses of the cases, in the order of the files, then those that only overrides have.
fn addresses(cases: &[Case]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let listed = cases.iter().flat_map(|case| case.scenario.assumptions.iter().map(|listed| &listed.address));
    let laid = cases.iter().flat_map(|case| case.laid.iter().map(|set| &set.address));
    let mut seen = std::collections::HashSet::new();
    for address in listed.chain(laid) {
        if seen.insert(address) {
            all.push(address.clone());
        }
    }
    all
}

/// What a thing is called: its own title, or the address in words.
pub(super) fn title(cases: &[Case], address: &str) -> String {
    let listed = cases.iter().find_map(|case| listed(&case.scenario, address));
    listed.map_or_else(
        || {
            let parts: Vec<&str> = address.split('.').collect();
            let event = parts.get(1).and_then(|name| cases[0].scenario.events.iter().find(|e| e.name == *name));
            let field = parts.last().copied().unwrap_or_default().replace('_', " ");
            event.map_or_else(|| address.to_owned(), |event| format!("{}: {field}", event.words.title))
        },
        |listed| listed.title.clone(),
    )
}

/// Assumptions that differ, but for those that not all files have.
pub(super) fn changed(sources: &[Source], cases: &[Case]) -> Vec<Changed> {
    let several = cases.iter().any(|case| case.source != cases[0].source);
    let mut changed = Vec::new();
    for address in addresses(cases) {
        let values: Vec<Option<String>> = cases.iter().map(|case| value(sources, case, &address)).collect();
        if values.iter().all(|value| *value == values[0]) || (several && values.iter().any(Option::is_none)) {
            continue;
        }
        let in_case = |case: &Case| listed(&case.scenario, &address).map(Varied::of);
        let unit = cases.iter().find_map(in_case).map(|varied| varied.unit).unwrap_or_default();
        let numbers = cases.iter().map(|case| in_case(case).and_then(|varied| varied.number)).collect();
        changed.push(Changed { title: title(cases, &address), unit, values, numbers, address });
    }
    changed
}

/// Assumptions that some of the files lack.
pub(super) fn only_in(cases: &[Case]) -> Vec<OnlyIn> {
    let listed_in = |case: &Case, address: &str| listed(&case.scenario, address).map(|listed| listed.value.clone());
    let all = addresses(cases).into_iter().map(|address| {
        let values: Vec<Option<String>> = cases.iter().map(|case| listed_in(case, &address)).collect();
        OnlyIn { title: title(cases, &address), values, address }
    });
    all.filter(|only| only.values.iter().any(Option::is_none) && only.values.iter().any(Option::is_some)).collect()
}

/// What an expert answers in the panels, as `--set` takes it.
pub(super) fn answers(scenario: &Scenario, expert: &str) -> Vec<String> {
    let answer = |listed: &Listed| {
        let (_, answer) = listed.panel.iter().find(|(name, _)| name == expert)?;
        Some(format!("{}={answer}", listed.address))
    };
    scenario.assumptions.iter().filter_map(answer).collect()
}
