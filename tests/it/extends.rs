//! A file that extends another says only what is different.

use crate::memory::Memory;

const BASE: &str = r#"
[scenario]
title = "Base"
start = 2026-01-01
end = 2026-12-31
[events.visit]
between = [2026-02-01, 2026-04-01]
timing = "late"
probability = { value = 0.6, note = "announced" }
[events.treaty]
on = 2026-02-05
branches = { lapses = 0.7, handshake = 0.2, framework = "rest" }
[[outcomes]]
name = "only"
"#;

fn values(files: &Memory) -> Vec<(String, String)> {
    let file = files.read();
    let scenario = file.base.clone().unwrap_or_else(|| panic!("{}", files.messages()));
    scenario.assumptions.iter().map(|a| (a.address.clone(), a.value.clone())).collect()
}

fn value(files: &Memory, address: &str) -> String {
    values(files).into_iter().find(|(a, _)| a == address).map(|(_, v)| v).unwrap_or_default()
}

#[test]
fn tables_are_laid_over_key_by_key() {
    let files = Memory::of("extends = 'base.toml'\n[scenario]\ntitle = 'Later'\n[events.visit]\nprobability = 0.8\n");
    let files = files.and("base.toml", BASE);
    assert_eq!(value(&files, "events.visit.probability"), "0.8");
    let file = files.read();
    let scenario = file.base.expect("no mistakes");
    assert_eq!(scenario.title, "Later");
    assert_eq!(scenario.events.len(), 2);
    assert!(files.messages().contains("`probability` replaces the base's assumption"), "{}", files.messages());
}

#[test]
fn another_timing_takes_the_place_of_the_base_s() {
    let files = Memory::of("extends = 'base.toml'\n[events.visit]\non = 2026-03-01\n").and("base.toml", BASE);
    assert!(files.read().base.is_some(), "{}", files.messages());
}

#[test]
fn branches_that_are_stated_push_the_others_aside() {
    let files =
        Memory::of("extends = 'base.toml'\n[events.treaty]\nbranches = { lapses = 0.4 }\n").and("base.toml", BASE);
    let number =
        |branch: &str| -> f64 { value(&files, &format!("events.treaty.branches.{branch}")).parse().expect("a number") };
    assert_eq!(number("lapses"), 0.4);
    assert!((number("handshake") - 0.4).abs() < 1e-12);
    assert!((number("framework") - 0.2).abs() < 1e-12);
}

#[test]
fn a_branch_that_the_base_lacks_needs_all_to_be_stated() {
    let files =
        Memory::of("extends = 'base.toml'\n[events.treaty]\nbranches = { renewed = 0.4 }\n").and("base.toml", BASE);
    assert!(files.messages().contains("the base has no branch `renewed`"), "{}", files.messages());
}

#[test]
fn files_that_extend_each_other_are_refused() {
    let files = Memory::of("extends = 'base.toml'\n").and("base.toml", "extends = 'scenario.toml'\n");
    assert!(files.messages().contains("in a circle"), "{}", files.messages());
}
