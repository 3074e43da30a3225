//! The metalog distribution: a curve through given quantiles (Keelin 2016), with as many terms as quantiles.
//!
//! M(p) = a₁ + a₂ L + a₃ c L + a₄ c + a₅ c² + a₆ c² L + a₇ c³ + a₈ c³ L + a₉ c⁴, L = ln(p/(1 − p)), c = p − ½. With
//! `low` and `high` the curve is that of ln(x − low), −ln(high − x) or ln((x − low)/(high − x)).

use super::refusal::{check_numbers, refuse};
use super::{Family, Form, Parameters, Refusal};
use crate::chance::math::elementary::{exp_plain, ln_plain};

pub(super) const METALOG: Family = Family {
    name: "metalog",
    example: "metalog(p5=10, p50=20, p95=40)",
    says: "passes exactly through the quantiles that are given, two or more, within `low` and `high` where they are given",
    forms: FORMS,
    discrete: false,
    fit,
    support: |parameters| (parameters[LOW], parameters[HIGH]),
    cdf,
    quantile,
    column: None,
};

const TERMS: usize = 9;
const LOW: usize = TERMS;
const HIGH: usize = TERMS + 1;

const FORMS: &[Form] = &[Form {
    parameters: &["p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "low", "high"],
    named_only: true,
    required: 0,
}];
const PROBABILITIES: [f64; TERMS] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/// The terms: which power of c, and whether it is multiplied by L.
const BASIS: [(u8, bool); TERMS] =
    [(0, false), (0, true), (1, true), (1, false), (2, false), (2, true), (3, false), (3, true), (4, false)];

/// Parameters: nine coefficients, low and high, infinite where there is none.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    let names = FORMS[form].parameters;
    check_numbers(&FORMS[form], arguments)?;
    let low = if arguments[LOW].is_nan() { f64::NEG_INFINITY } else { arguments[LOW] };
    let high = if arguments[HIGH].is_nan() { f64::INFINITY } else { arguments[HIGH] };
    let given: Vec<usize> = (0..TERMS).filter(|&i| !arguments[i].is_nan()).collect();
    if given.len() < 2 {
        return refuse("metalog", "needs two quantiles or more, such as `p5` and `p95`");
    }
    for pair in given.windows(2) {
        let (lower, upper) = (arguments[pair[0]], arguments[pair[1]]);
        if lower >= upper {
            let reason = format!("must be above `{}`: {upper} is not above {lower}", names[pair[0]]);
            return refuse(names[pair[1]], reason);
        }
    }
    let (least, greatest) = (given[0], given[given.len() - 1]);
    if arguments[least] <= low {
        return refuse("low", format!("must be below `{}`: {low} is not below {}", names[least], arguments[least]));
    }
    if arguments[greatest] >= high {
        let reason = format!("must be above `{}`: {high} is not above {}", names[greatest], arguments[greatest]);
        return refuse("high", reason);
    }

    let rows = given.iter().map(|&i| {
        let p = PROBABILITIES[i];
        let (c, l) = (p - 0.5, ln_plain(p / (1.0 - p)));
        let mut row = [0.0; TERMS + 1];
        for (place, &term) in row.iter_mut().zip(&BASIS[..given.len()]) {
            *place = value(term, c, l);
        }
        row[TERMS] = unbounded(arguments[i], low, high);
        row
    });
    let Some(coefficients) = solve(rows.collect()) else {
        return refuse("metalog", "has no single curve through these quantiles: leave one of them out");
    };
    check_rises(&coefficients)?;
    let mut parameters = [0.0; 12];
    parameters[..TERMS].copy_from_slice(&coefficients);
    parameters[LOW] = low;
    parameters[HIGH] = high;
    Ok(parameters)
}

fn quantile(parameters: &Parameters, u: f64, q: f64) -> f64 {
    let (low, high) = (parameters[LOW], parameters[HIGH]);
    if u <= 0.0 {
        return low;
    }
    if q <= 0.0 {
        return high;
    }
    let m = curve(parameters, 0.5 * (u - q), ln_plain(u / q));
    match (low.is_finite(), high.is_finite()) {
        (false, false) => m,
        (true, false) => low + exp_plain(m),
        (false, true) => high - exp_plain(-m),
        // From the nearer bound, so that neither end loses digits.
        (true, true) if m < 0.0 => low + (high - low) / (1.0 + exp_plain(-m)),
        (true, true) => high - (high - low) / (1.0 + exp_plain(m)),
    }
}

fn cdf(parameters: &Parameters, x: f64) -> (f64, f64) {
    let (low, high) = (parameters[LOW], parameters[HIGH]);
    if x <= low {
        return (0.0, 1.0);
    }
    if x >= high {
        return (1.0, 0.0);
    }
    let target = unbounded(x, low, high);
    let probabilities = |l: f64| (1.0 / (1.0 + exp_plain(-l)), 1.0 / (1.0 + exp_plain(l)));
    // The curve rises with L: bisection over the log-odds ends when they cannot be told apart any more.
    let (mut under, mut over) = (-750.0, 750.0);
    for _ in 0..100 {
        let l = 0.5 * (under + over);
        let (p, q) = probabilities(l);
        if curve(parameters, 0.5 * (p - q), l) <= target {
            under = l;
        } else {
            over = l;
        }
    }
    probabilities(0.5 * (under + over))
}

fn unbounded(x: f64, low: f64, high: f64) -> f64 {
    match (low.is_finite(), high.is_finite()) {
        (false, false) => x,
        (true, false) => ln_plain(x - low),
        (false, true) => -ln_plain(high - x),
        (true, true) => ln_plain(x - low) - ln_plain(high - x),
    }
}

fn curve(coefficients: &[f64], c: f64, l: f64) -> f64 {
    coefficients.iter().zip(BASIS).map(|(a, term)| a * value(term, c, l)).sum()
}

fn value((power, log): (u8, bool), c: f64, l: f64) -> f64 {
    product(c, power) * if log { l } else { 1.0 }
}

/// The term's slope times p (1 − p), which stays finite at both ends.
fn slope((power, log): (u8, bool), c: f64, l: f64, w: f64) -> f64 {
    let inner = if power == 0 { 0.0 } else { f64::from(power) * product(c, power - 1) * w };
    if log { product(c, power) + if w > 0.0 { inner * l } else { 0.0 } } else { inner }
}

fn product(c: f64, power: u8) -> f64 {
    (0..power).fold(1.0, |value, _| value * c)
}

/// A quantile function must rise everywhere: looked at in steps of log-odds and of probability, then closely around the
/// least slope.
fn check_rises(coefficients: &[f64; TERMS]) -> Result<(), Refusal> {
    const STEPS: i32 = 200;
    let steepness = |p: f64| {
        let q = 1.0 - p;
        let l = ln_plain(p / q);
        coefficients.iter().zip(BASIS).map(|(a, term)| a * slope(term, p - 0.5, l, p * q)).sum::<f64>()
    };
    let mut places: Vec<f64> = (1..STEPS).map(|i| f64::from(i) / f64::from(STEPS)).collect();
    places.extend((-STEPS..=STEPS).map(|i| 1.0 / (1.0 + exp_plain(0.15 * f64::from(i)))));
    places.extend([0.0, 1.0]);
    places.sort_by(f64::total_cmp);
    let Some(flattest) = (0..places.len()).min_by(|&i, &j| steepness(places[i]).total_cmp(&steepness(places[j])))
    else {
        return Ok(());
    };
    let (mut left, mut right) = (places[flattest.saturating_sub(1)], places[(flattest + 1).min(places.len() - 1)]);
    for _ in 0..60 {
        let (a, b) = (left + (right - left) / 3.0, right - (right - left) / 3.0);
        if steepness(a) < steepness(b) { right = b } else { left = a }
    }
    let place = 0.5 * (left + right);
    if steepness(place).min(steepness(places[flattest])) > 0.0 {
        return Ok(());
    }
    let percent = (100.0 * place).clamp(1.0, 99.0);
    refuse(
        "metalog",
        format!("finds no distribution with these quantiles: its curve would turn back near p{percent:.0}"),
    )
}

/// Gauss elimination with pivots; none where the equations contradict or repeat one another.
fn solve(mut rows: Vec<[f64; TERMS + 1]>) -> Option<[f64; TERMS]> {
    let n = rows.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| rows[i][column].abs().total_cmp(&rows[j][column].abs()))?;
        rows.swap(column, pivot);
        let top = rows[column];
        if top[column].abs() < 1e-12 {
            return None;
        }
        for row in &mut rows[column + 1..] {
            let factor = row[column] / top[column];
            for (value, above) in row.iter_mut().zip(top) {
                *value -= factor * above;
            }
        }
    }
    let mut solution = [0.0; TERMS];
    for column in (0..n).rev() {
        let known: f64 = (column + 1..n).map(|i| rows[column][i] * solution[i]).sum();
        solution[column] = (rows[column][TERMS] - known) / rows[column][column];
    }
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}
