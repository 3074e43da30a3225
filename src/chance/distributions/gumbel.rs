//! The Gumbel distribution of maxima: quantile location − scale · ln(−ln u).

use super::refusal::{check_at_least_0, check_numbers, fitted};
use super::{Family, Form, Parameters, Refusal, minus_ln_of_complement, scaled, standardised};
use crate::chance::math::elementary::{exp_m1, exp_plain, ln_plain};

pub(super) const GUMBEL: Family = Family {
    name: "gumbel",
    example: "gumbel(50, 10)",
    says: "is for the greatest of many: the highest flood of a year; `location` is the likeliest value",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (f64::NEG_INFINITY, f64::INFINITY),
    cdf: |&[location, scale, ..], x| {
        let rest = exp_plain(-standardised(location, scale, x));
        (exp_plain(-rest), -exp_m1(-rest))
    },
    quantile: |&[location, scale, ..], u, q| scaled(location, scale, -ln_plain(minus_ln_of_complement(q, u))),
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["location", "scale"])];

/// Parameters: location, scale.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_at_least_0("scale", arguments[1])?;
    fitted("scale", &arguments[..2])
}
