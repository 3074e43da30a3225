//! What holds for every family, whatever its parameters.

use proptest::prelude::*;

use super::super::{Choice, Data, Distribution, FAMILIES, choose, find};

/// Numbers as analysts write them, and such as nobody should.
fn argument() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..1.0_f64,
        4 => -10.0..100.0_f64,
        2 => (1_u32..200).prop_map(f64::from),
        1 => prop::sample::select(vec![
            0.0, 1.0, -1.0, 0.5, 5e-324, 1e-300, 1e-12, 1e6, 1e12, 1e15, 1e300, -1e300, f64::MAX,
            f64::INFINITY, f64::NEG_INFINITY, f64::NAN,
        ]),
    ]
}

const PROBABILITIES: [f64; 15] = [
    1e-300,
    1e-16,
    1e-9,
    1e-4,
    0.01,
    0.1,
    0.3,
    0.4999,
    0.5,
    0.5001,
    0.7,
    0.9,
    0.999,
    0.999999,
    1.0 - 1.0 / 9007199254740992.0,
];

/// Quantiles rise and stay in the support, and the distribution function leads back.
fn check_laws(what: &str, distribution: &Distribution) {
    let (least, greatest) = distribution.support();
    let mut last = f64::NEG_INFINITY;
    for u in PROBABILITIES {
        let x = distribution.quantile(u, 1.0 - u);
        assert!(least <= x && x <= greatest, "{what} at {u}: {x} is outside {least} … {greatest}");
        let rounding = 1e-12 * last.abs().min(f64::MAX);
        assert!(x >= last - rounding, "{what} at {u}: {x} after {last}");
        last = x;
        let (below, above) = distribution.cdf(x);
        assert!((below + above - 1.0).abs() < 1e-9, "{what} at {x}: {below} and {above}");
        assert!((0.0..=1.0).contains(&below) && (0.0..=1.0).contains(&above), "{what} at {x}: {below} and {above}");
        if distribution.discrete() {
            assert!(below >= u * (1.0 - 1e-9), "{what}: P(X ≤ {x}) = {below} falls short of {u}");
        }
    }
    let ends = [distribution.quantile(0.0, 1.0), distribution.quantile(1.0, 0.0)];
    assert!(ends.iter().all(|&x| least <= x && x <= greatest), "{what}: {ends:?} outside {least} … {greatest}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn families_keep_the_laws(place in 0..FAMILIES.len(), form in 0..3_usize, arguments in prop::collection::vec(argument(), 11)) {
        let family = FAMILIES[place];
        let form = form % family.forms.len();
        let arguments = &arguments[..family.forms[form].parameters.len()];
        let distribution = match Distribution::of(family, form, arguments) {
            Ok(distribution) => distribution,
            Err(refusal) => {
                let named = family.forms[form].parameters.contains(&refusal.parameter) || refusal.parameter == family.name;
                prop_assert!(named, "{refusal:?}");
                return Ok(());
            }
        };
        let what = format!("{}{arguments:?}", family.name);
        check_laws(&what, &distribution);
        let (low, high) = distribution.range();
        if let Ok(part) = distribution.truncated(low, high) {
            check_laws(&format!("{what} from {low} to {high}"), &part);
        }
    }

    #[test]
    fn parameters_that_are_not_numbers_are_refused(place in 0..FAMILIES.len(), hole in 0..3_usize) {
        let family = FAMILIES[place];
        for (number, form) in family.forms.iter().enumerate().filter(|(_, form)| form.required > 0) {
            let mut arguments = vec![0.5; form.parameters.len()];
            arguments[hole % form.required] = f64::NAN;
            let refusal = Distribution::of(family, number, &arguments).unwrap_err();
            prop_assert_eq!(refusal.parameter, form.parameters[hole % form.required]);
        }
    }

    #[test]
    fn lists_keep_the_laws(pairs in prop::collection::vec((-5..5_i32, 0..4_u32), 1..6), low in -6..6_i32, high in -6..6_i32) {
        let mut pairs: Vec<_> = pairs.iter().map(|&(value, weight)| (f64::from(value), f64::from(weight))).collect();
        let data = Distribution::Data(Data::new(pairs.iter().map(|pair| pair.0).collect()).unwrap());
        check_laws("data", &data);
        let Ok(choice) = Choice::new(&pairs) else { return Ok(()) };
        let choice = Distribution::Choice(choice);
        for u in PROBABILITIES {
            prop_assert_eq!(choose(&mut pairs, u).unwrap(), choice.quantile(u, 1.0 - u));
        }
        check_laws("choose", &choice);
        for whole in [data, choice] {
            let inside = pairs.iter().any(|pair| f64::from(low) <= pair.0 && pair.0 <= f64::from(high) && pair.1 > 0.0);
            match whole.truncated(f64::from(low), f64::from(high)) {
                Ok(part) => check_laws("truncate", &part),
                Err(refusal) => prop_assert!(!inside, "{refusal:?}"),
            }
        }
    }
}

#[test]
fn constants_are_allowed() {
    for (name, arguments, constant) in [
        ("normal", &[7.0, 0.0][..], 7.0),
        ("uniform", &[7.0, 7.0], 7.0),
        ("triangular", &[7.0, 7.0, 7.0], 7.0),
        ("pert", &[7.0, 7.0, 7.0], 7.0),
        ("student_t", &[3.0, 7.0, 0.0], 7.0),
        ("poisson", &[0.0], 0.0),
        ("binomial", &[7.0, 1.0], 7.0),
        ("bernoulli", &[1.0], 1.0),
        ("geometric", &[1.0], 1.0),
    ] {
        let distribution = Distribution::of(find(name).unwrap(), 0, arguments).unwrap();
        for u in PROBABILITIES {
            assert_eq!(distribution.quantile(u, 1.0 - u), constant, "{name} at {u}");
        }
        check_laws(name, &distribution);
    }
}

#[test]
fn refusals_say_what_a_parameter_must_be() {
    let refusal = |name: &str, form: usize, arguments: &[f64]| {
        let refusal = Distribution::of(find(name).unwrap(), form, arguments).unwrap_err();
        format!("`{}` {}", refusal.parameter, refusal.reason)
    };
    assert_eq!(refusal("normal", 0, &[0.0, -1.0]), "`sd` must be at least 0, and is -1");
    assert_eq!(refusal("lognormal", 0, &[-3.0, 9.0]), "`p5` must be above 0, and is -3");
    assert_eq!(refusal("normal", 1, &[9.0, 3.0]), "`p95` must be above `p5`: 3 is not above 9");
    assert_eq!(refusal("beta", 1, &[0.3, 0.6]), "`sd` must be below 0.4583 for a share with a mean of 0.3, and is 0.6");
    assert_eq!(
        refusal("triangular", 0, &[1.0, 5.0, 3.0]),
        "`mode` must lie between `low` and `high`: 5 is not between 1 and 3"
    );
    assert_eq!(refusal("binomial", 0, &[2.5, 0.3]), "`n` must be a whole number up to 1e15, and is 2.5");
    assert_eq!(refusal("normal", 0, &[f64::NAN, 1.0]), "`mean` must be a finite number");

    let bent = |p50: f64| {
        let mut arguments = [f64::NAN; 11];
        (arguments[2], arguments[4], arguments[6]) = (10.0, p50, 45.0);
        Distribution::of(find("metalog").unwrap(), 0, &arguments)
    };
    // Keelin's limit for three symmetric quantiles lies at 0.1666 of the way.
    assert!(bent(10.0 + 35.0 * 0.1675).is_ok());
    let refusal = bent(10.0 + 35.0 * 0.1655).unwrap_err();
    assert_eq!(refusal.parameter, "metalog");
    assert!(refusal.reason.starts_with("finds no distribution with these quantiles"), "{}", refusal.reason);

    let normal = Distribution::of(find("normal").unwrap(), 0, &[0.0, 1.0]).unwrap();
    let refusal = normal.clone().truncated(50.0, 60.0).unwrap_err();
    assert_eq!(refusal.reason, "leaves nothing: from 50 to 60 the distribution has no probability");
    assert_eq!(normal.truncated(3.0, 2.0).unwrap_err().parameter, "high");
}
