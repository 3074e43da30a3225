//! The Poisson distribution: P(X ≤ k) = Q(k + 1, mean), the incomplete gamma function.

use super::refusal::{check_at_least_0, check_numbers, fitted, refuse};
use super::whole::{GREATEST, least_reaching};
use super::{Family, Form, Parameters, Refusal};
use crate::chance::math::elementary::exp;
use crate::chance::math::gamma::gamma_inc;
use crate::chance::math::normal::normal_quantile;

pub(super) const POISSON: Family = Family {
    name: "poisson",
    example: "poisson(4)",
    says: "counts what comes by chance where `mean` are expected: incidents in a year",
    forms: FORMS,
    discrete: true,
    fit,
    support: |&[mean, ..]| (0.0, if mean > 0.0 { f64::INFINITY } else { 0.0 }),
    cdf: |&[mean, ..], x| cdf(mean, x.floor()),
    quantile,
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["mean"])];

/// Parameters: mean.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_at_least_0("mean", arguments[0])?;
    if arguments[0] > GREATEST {
        return refuse("mean", "must be at most 1e15");
    }
    fitted("mean", &arguments[..1])
}

fn cdf(mean: f64, k: f64) -> (f64, f64) {
    if k < 0.0 {
        return (0.0, 1.0);
    }
    let (above, below) = gamma_inc(k + 1.0, mean);
    (below, above)
}

fn quantile(&[mean, ..]: &Parameters, u: f64, q: f64) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    let z = normal_quantile(u, q);
    let guess = mean + z * mean.sqrt() + (z * z - 1.0) / 6.0;
    least_reaching(u, q, guess - 0.5, 0.0, f64::INFINITY, |k| cdf(mean, k))
}

/// Where no more than this are expected, occurrences are counted one by one, up to [`MOST_OF_FEW`]; beyond it the general
/// quantile is quicker.
const FEW: f64 = 16.0;
const MOST_OF_FEW: f64 = 200.0;

/// How many occurrences a uniform stands for when `mean` are expected: the least number with at least that share. NaN
/// where the mean is.
#[must_use]
pub fn occurrences(mean: f64, u: f64) -> f64 {
    if mean.is_nan() {
        return f64::NAN;
    }
    if mean > FEW {
        return fit(0, &[mean]).map_or(f64::NAN, |parameters| quantile(&parameters, u, 1.0 - u));
    }
    let mut share = exp(-mean);
    let (mut sum, mut k) = (share, 0.0);
    while sum < u && k < MOST_OF_FEW {
        k += 1.0;
        share *= mean / k;
        sum += share;
    }
    k
}

/// No uniform stands for more occurrences when at most `mean` are expected.
#[must_use]
pub fn most_occurrences(mean: f64) -> f64 {
    if mean <= FEW { MOST_OF_FEW } else { f64::INFINITY }
}
