//! The quantiles of the reference tables.

use serde_json::Value;

use super::super::{Choice, Data, Distribution, FAMILIES, Refusal, find, most_occurrences, occurrences};
use crate::chance::uniform::{key, uniform, word};

const DISTRIBUTIONS: &str = include_str!("../../../../tests/reference/distributions.json");
const METALOGS: &str = include_str!("../../../../tests/reference/metalog.json");
const SAMPLE: &str = include_str!("../../../../tests/reference/sample.csv");

#[test]
fn quantiles_are_those_of_the_reference_table() {
    let table: Value = serde_json::from_str(DISTRIBUTIONS).unwrap();
    let mut mistakes = Vec::new();
    let mut rows = 0;
    for row in table["distributions"].as_array().unwrap() {
        let call = row["call"].as_str().unwrap();
        if call.starts_with("mixture") {
            continue;
        }
        let distribution = read(call);
        for (p, exact) in row["quantiles"].as_object().unwrap() {
            rows += 1;
            let (u, q) = both_sides(p);
            let got = distribution.quantile(u, q);
            let exact = exact.as_f64().unwrap();
            let tie = row["ties"][p].as_array().is_some_and(|ties| ties.iter().any(|tie| tie.as_f64() == Some(got)));
            let relative = match distribution {
                _ if distribution.discrete() => 0.0,
                // A bound in the middle leaves the whole's u fewer digits than the part's.
                Distribution::Truncated { .. } => {
                    if p == "1e-9" {
                        1e-7
                    } else {
                        1e-10
                    }
                }
                _ => 1e-12,
            };
            if !tie && !close(got, exact, relative) {
                mistakes.push(format!("{call} at {p}: {got}, not {exact}"));
            }
            let (below, above) = distribution.cdf(got);
            // Where single values have probability the distribution function jumps over u; elsewhere a value next to a
            // bound is rounded more coarsely than its probability.
            let near = |got: f64, exact: f64| (got - exact).abs() <= 1e-9 * exact + 1e-11;
            if !(distribution.discrete() || near(below, u) && near(above, q)) {
                mistakes.push(format!("{call}: P(X ≤ {got}) = {below}, {above}, not {p}"));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(rows > 800, "only {rows} rows were read");
}

#[test]
fn metalogs_are_those_of_the_reference_table() {
    let table: Value = serde_json::from_str(METALOGS).unwrap();
    for row in table["metalogs"].as_array().unwrap() {
        let name = &row["name"];
        let distribution = metalog(row).unwrap();
        let spread = distribution.quantile(0.9, 0.1) - distribution.quantile(0.1, 0.9);
        let quantiles = row["quantiles"].as_object().unwrap().iter().chain(row["given"].as_object().unwrap());
        for (p, exact) in quantiles {
            let (u, q) = both_sides(p);
            let (got, exact) = (distribution.quantile(u, q), exact.as_f64().unwrap());
            assert!((got - exact).abs() <= 1e-11 * exact.abs().max(spread), "{name} at {p}: {got}, not {exact}");
            let (below, above) = distribution.cdf(got);
            assert!(close(below, u, 1e-9) && close(above, q, 1e-9), "{name}: P(X ≤ {got}) = {below}, not {p}");
        }
    }
    for row in table["infeasible"].as_array().unwrap() {
        assert!(metalog(row).is_err(), "{}", row["name"]);
    }
}

fn metalog(row: &Value) -> Result<Distribution, Refusal> {
    let family = find("metalog").unwrap();
    let arguments = family.forms[0].parameters.iter().map(|&name| match name.strip_prefix('p') {
        Some(percent) => {
            let p = percent.parse::<f64>().unwrap() / 100.0;
            row["given"][p.to_string()].as_f64().unwrap_or(f64::NAN)
        }
        None => row[name].as_f64().unwrap_or(f64::NAN),
    });
    Distribution::of(family, 0, &arguments.collect::<Vec<_>>())
}

fn close(got: f64, exact: f64, relative: f64) -> bool {
    (got - exact).abs() <= relative * exact.abs().max(1e-300)
}

/// u and 1 − u of a decimal number, each rounded once.
fn both_sides(p: &str) -> (f64, f64) {
    let u: f64 = p.parse().unwrap();
    let complement = if u > 0.5 { format!("{:.9}", 1.0 - u).parse().unwrap() } else { 1.0 - u };
    (u, complement)
}

/// The calls of the table, which are simpler than those of a scenario file.
fn read(text: &str) -> Distribution {
    if let Some((a, b)) = text.split_once(" to ").filter(|_| !text.contains('(')) {
        return Distribution::of(find("lognormal").unwrap(), 0, &[number(a), number(b)]).unwrap();
    }
    let (name, rest) = text.split_once('(').unwrap();
    let arguments = split(rest.strip_suffix(')').unwrap());
    match name {
        "choose" => {
            let pairs: Vec<_> = arguments.chunks(2).map(|pair| (number(pair[0]), number(pair[1]))).collect();
            Distribution::Choice(Choice::new(&pairs).unwrap())
        }
        "data" => {
            let values = SAMPLE.lines().skip(1).map(|line| number(line.split_once(',').unwrap().1));
            Distribution::Data(Data::new(values.collect()).unwrap())
        }
        "truncate" => {
            let mut bounds = [f64::NEG_INFINITY, f64::INFINITY];
            for (place, argument) in arguments[1..].iter().enumerate() {
                match argument.split_once('=') {
                    Some(("high", value)) => bounds[1] = number(value),
                    Some((_, value)) => bounds[0] = number(value),
                    None => bounds[place] = number(argument),
                }
            }
            read(arguments[0]).truncated(bounds[0], bounds[1]).unwrap()
        }
        _ => {
            let family = find(name).unwrap_or_else(|| panic!("no family {name}"));
            let named: Vec<_> = arguments.iter().filter_map(|argument| argument.split_once('=')).collect();
            let form = family.forms.iter().position(|form| {
                form.named_only != named.is_empty() && named.iter().all(|(key, _)| form.parameters.contains(key))
            });
            let form = form.unwrap_or_else(|| panic!("no form for {text}"));
            let values: Vec<f64> = if named.is_empty() {
                arguments.iter().map(|argument| number(argument)).collect()
            } else {
                let value = |key| named.iter().find(|(name, _)| name == key).map_or(f64::NAN, |pair| number(pair.1));
                family.forms[form].parameters.iter().map(value).collect()
            };
            Distribution::of(family, form, &values).unwrap()
        }
    }
}

/// At the commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (place, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..place].trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap()
}

#[test]
fn every_example_can_be_drawn_from() {
    for family in FAMILIES {
        assert!(family.example.starts_with(family.name), "{}", family.example);
        let median = read(family.example).quantile(0.5, 0.5);
        assert!(median.is_finite(), "{}", family.example);
    }
}

#[test]
fn columns_are_what_single_draws_are_but_for_their_last_digits() {
    for family in FAMILIES {
        let distribution = read(family.example);
        let uniforms: Vec<f64> = (0..1000).map(|future| uniform(word(key(2, family.name, 0), future))).collect();
        // A column of a block, one of a few futures, and what is left over.
        for length in [128, 16, 1000] {
            let mut column = uniforms[..length].to_vec();
            distribution.column(&mut column);
            for (&u, &x) in uniforms.iter().zip(&column) {
                let exact = distribution.quantile(u, 1.0 - u);
                assert!((x - exact).abs() <= 1e-12 * exact.abs(), "{} at {u}: {x}, not {exact}", family.name);
            }
        }
    }
}

#[test]
fn occurrences_are_poisson_quantiles() {
    for mean in [0.0, 0.02, 1.0, 15.9, 16.0, 16.1, 4000.0] {
        let poisson = Distribution::of(find("poisson").unwrap(), 0, &[mean]).unwrap();
        for future in 0..500 {
            let u = uniform(word(key(3, "poisson", 0), future));
            assert_eq!(occurrences(mean, u), poisson.quantile(u, 1.0 - u), "{mean} at {u}");
            assert!(occurrences(mean, u) <= most_occurrences(mean));
        }
        assert!(occurrences(mean, 1.0 - uniform(0)) <= most_occurrences(mean));
    }
    assert!(occurrences(f64::NAN, 0.5).is_nan());
}

/// A change here changes the numbers of everybody's scenarios; a difference between machines is a mistake.
#[test]
fn draws_have_the_same_bits_on_every_machine() {
    let mut digests = [0_u64; 2];
    for family in FAMILIES {
        let distribution = read(family.example);
        for future in 0..500 {
            let u = uniform(word(key(1, family.name, 0), future));
            let mut column = [u];
            distribution.column(&mut column);
            for (digest, drawn) in digests.iter_mut().zip([distribution.quantile(u, 1.0 - u), column[0]]) {
                *digest = word(*digest ^ drawn.to_bits(), 1);
            }
        }
    }
    assert_eq!(digests, [12371041897727499061, 3127077996087938901]);
}
