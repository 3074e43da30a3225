//! The beta distribution: density proportional to xᵃ⁻¹ (1 − x)ᵇ⁻¹.

use super::refusal::{check_above_0, check_inside_0_and_1, check_numbers, check_shape, fitted, refuse};
use super::{Family, Form, Parameters, Refusal};
use crate::chance::math::beta::{beta_inc, beta_inc_inv};

pub(super) const BETA: Family = Family {
    name: "beta",
    example: "beta(mean=0.3, sd=0.1)",
    says: "is for a share between 0 and 1: after a successes and b failures, what the chance of success may be",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (0.0, 1.0),
    cdf: |&[a, b, ..], x| beta_inc(a, b, x, 1.0 - x),
    quantile: |&[a, b, ..], u, q| beta_inc_inv(a, b, u, q).0,
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["a", "b"]), Form::named(&["mean", "sd"])];

/// Parameters: a, b.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    if form == 0 {
        check_shape("a", arguments[0])?;
        check_shape("b", arguments[1])?;
        return fitted("a", &arguments[..2]);
    }
    let (mean, sd) = (arguments[0], arguments[1]);
    check_inside_0_and_1("mean", mean)?;
    check_above_0("sd", sd)?;
    let greatest = (mean * (1.0 - mean)).sqrt();
    let sum = (greatest / sd) * (greatest / sd) - 1.0;
    let (a, b) = (mean * sum, (1.0 - mean) * sum);
    if sum <= 0.0 || check_shape("a", a.min(b)).is_err() {
        return refuse("sd", format!("must be below {greatest:.4} for a share with a mean of {mean}, and is {sd}"));
    }
    if check_shape("a", a.max(b)).is_err() {
        return refuse("sd", format!("is too small: {sd}"));
    }
    fitted("sd", &[a, b])
}
