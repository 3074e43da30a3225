//! The Pareto distribution of the first kind: quantile min · (1 − u)^(−1/shape).

use super::refusal::{check_above_0, check_numbers, check_shape, fitted};
use super::{Family, Form, Parameters, Refusal, minus_ln_of_complement};
use crate::chance::math::elementary::{exp_m1, exp_plain, ln_plain};

pub(super) const PARETO: Family = Family {
    name: "pareto",
    example: "pareto(10, 1.5)",
    says: "starts at `min` and falls as a power: few draws are very large; without a mean where `shape` is at most 1",
    forms: FORMS,
    discrete: false,
    fit,
    support: |&[min, ..]| (min, f64::INFINITY),
    cdf: |&[min, shape, ..], x| {
        if x <= min {
            return (0.0, 1.0);
        }
        let exponent = shape * (ln_plain(x) - ln_plain(min));
        (-exp_m1(-exponent), exp_plain(-exponent))
    },
    quantile: |&[min, shape, ..], u, q| min * exp_plain(minus_ln_of_complement(u, q) / shape),
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["min", "shape"])];

/// Parameters: min, shape.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_above_0("min", arguments[0])?;
    check_shape("shape", arguments[1])?;
    fitted("min", &arguments[..2])
}
