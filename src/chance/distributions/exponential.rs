//! The exponential distribution: quantile −mean · ln(1 − u).

use super::refusal::{check_above_0, check_numbers, fitted};
use super::{Family, Form, Parameters, Refusal, minus_ln_of_complement};
use crate::chance::math::elementary::{exp_m1, exp_plain};

pub(super) const EXPONENTIAL: Family = Family {
    name: "exponential",
    example: "exponential(365)",
    says: "is the wait for something that is always equally near, `mean` on average",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (0.0, f64::INFINITY),
    cdf: |&[mean, ..], x| {
        if x <= 0.0 { (0.0, 1.0) } else { (-exp_m1(-x / mean), exp_plain(-x / mean)) }
    },
    quantile: |&[mean, ..], u, q| mean * minus_ln_of_complement(u, q),
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["mean"])];

/// Parameters: mean.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_above_0("mean", arguments[0])?;
    fitted("mean", &arguments[..1])
}
