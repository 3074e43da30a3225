//! The normal distribution: quantile mean + sd · Φ⁻¹(u).

use super::refusal::{check_at_least_0, check_numbers, check_percentiles, fitted};
use super::{Family, Form, Parameters, Refusal, Z_95, scaled, standardised};
use crate::chance::math::normal::{normal_cdf, normal_quantile, standard_normal_column};
use multiversion::multiversion;

pub(super) const NORMAL: Family = Family {
    name: "normal",
    example: "normal(100, 15)",
    says: "is the bell curve around `mean`: two thirds of the draws lie within `sd` of it",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (f64::NEG_INFINITY, f64::INFINITY),
    cdf: |&[mean, sd, ..], x| normal_cdf(standardised(mean, sd, x)),
    quantile: |&[mean, sd, ..], u, q| scaled(mean, sd, normal_quantile(u, q)),
    column: Some(column),
};

const FORMS: &[Form] = &[Form::of(&["mean", "sd"]), Form::named(&["p5", "p95"])];

/// Parameters: mean, sd.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    if form == 0 {
        check_at_least_0("sd", arguments[1])?;
        return fitted("sd", &arguments[..2]);
    }
    let (p5, p95) = (arguments[0], arguments[1]);
    check_percentiles(p5, p95)?;
    fitted("p95", &[0.5 * p5 + 0.5 * p95, (0.5 * p95 - 0.5 * p5) / Z_95])
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
fn column(&[mean, sd, ..]: &Parameters, values: &mut [f64]) {
    standard_normal_column(values);
    values.iter_mut().for_each(|z| *z = mean + sd * *z);
}
