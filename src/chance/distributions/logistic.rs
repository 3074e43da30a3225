//! The logistic distribution: quantile mean + scale · ln(u / (1 − u)).

use super::refusal::{check_at_least_0, check_numbers, fitted};
use super::{Family, Form, Parameters, Refusal, scaled, standardised};
use crate::chance::math::elementary::{exp_plain, ln_plain};

pub(super) const LOGISTIC: Family = Family {
    name: "logistic",
    example: "logistic(10, 2.5)",
    says: "is a bell curve around `mean` with somewhat heavier tails than `normal`; its standard deviation is 1.81 `scale`",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (f64::NEG_INFINITY, f64::INFINITY),
    cdf: |&[mean, scale, ..], x| {
        let z = standardised(mean, scale, x);
        (1.0 / (1.0 + exp_plain(-z)), 1.0 / (1.0 + exp_plain(z)))
    },
    quantile: |&[mean, scale, ..], u, q| scaled(mean, scale, ln_plain(u / q)),
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["mean", "scale"])];

/// Parameters: mean, scale.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_at_least_0("scale", arguments[1])?;
    fitted("scale", &arguments[..2])
}
