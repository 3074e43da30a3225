//! The Weibull distribution: quantile scale · (−ln(1 − u))^(1/shape).

use super::refusal::{check_above_0, check_numbers, check_shape, fitted};
use super::{Family, Form, Parameters, Refusal, minus_ln_of_complement};
use crate::chance::math::elementary::{exp_m1, exp_plain, ln_plain};

pub(super) const WEIBULL: Family = Family {
    name: "weibull",
    example: "weibull(1.5, 10)",
    says: "is a time to failure: `shape` above 1 where things wear out, below 1 where the early days are the dangerous ones",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (0.0, f64::INFINITY),
    cdf: |&[shape, scale, ..], x| {
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        let hazard = exp_plain(shape * (ln_plain(x) - ln_plain(scale)));
        (-exp_m1(-hazard), exp_plain(-hazard))
    },
    quantile: |&[shape, scale, ..], u, q| scale * exp_plain(ln_plain(minus_ln_of_complement(u, q)) / shape),
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["shape", "scale"])];

/// Parameters: shape, scale.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_shape("shape", arguments[0])?;
    check_above_0("scale", arguments[1])?;
    fitted("scale", &arguments[..2])
}
