//! The lognormal distribution: exp of a normal with mean mu and standard deviation sigma. `a to b` is its form by
//! percentiles.

use super::refusal::{check_above_0, check_at_least_0, check_numbers, check_percentiles, fitted};
use super::{Family, Form, Parameters, Refusal, Z_95, scaled, standardised};
use crate::chance::math::elementary::{exp, exp_plain, ln_1p, ln_plain};
use crate::chance::math::normal::{normal_cdf, normal_quantile, standard_normal_column};
use multiversion::multiversion;

pub(super) const LOGNORMAL: Family = Family {
    name: "lognormal",
    example: "lognormal(p5=10, p95=20)",
    says: "is for what is above 0 and varies by factors: prices, durations, counts of people",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (0.0, f64::INFINITY),
    cdf: |&[mu, sigma, ..], x| {
        if x <= 0.0 { (0.0, 1.0) } else { normal_cdf(standardised(mu, sigma, ln_plain(x))) }
    },
    quantile: |&[mu, sigma, ..], u, q| exp_plain(scaled(mu, sigma, normal_quantile(u, q))),
    column: Some(column),
};

const FORMS: &[Form] = &[Form::named(&["p5", "p95"]), Form::named(&["mean", "sd"]), Form::named(&["mu", "sigma"])];

/// Parameters: mu, sigma.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    let (first, second) = (arguments[0], arguments[1]);
    match form {
        0 => {
            check_above_0("p5", first)?;
            check_percentiles(first, second)?;
            let (low, high) = (ln_plain(first), ln_plain(second));
            fitted("p95", &[0.5 * (low + high), 0.5 * (high - low) / Z_95])
        }
        1 => {
            check_above_0("mean", first)?;
            check_at_least_0("sd", second)?;
            let ratio = second / first;
            // The square of a great ratio would overflow.
            let variance = if ratio > 1e100 { 2.0 * ln_plain(ratio) } else { ln_1p(ratio * ratio) };
            fitted("sd", &[ln_plain(first) - 0.5 * variance, variance.sqrt()])
        }
        _ => {
            check_at_least_0("sigma", second)?;
            fitted("sigma", &[first, second])
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
fn column(&[mu, sigma, ..]: &Parameters, values: &mut [f64]) {
    standard_normal_column(values);
    values.iter_mut().for_each(|z| *z = exp(mu + sigma * *z));
}
