//! The gamma distribution: density proportional to xᵏ⁻¹ exp(−x/scale), k the shape.

use super::refusal::{check_above_0, check_numbers, check_shape, fitted};
use super::{Family, Form, Parameters, Refusal};
use crate::chance::math::gamma::{gamma_inc, gamma_inc_inv};

pub(super) const GAMMA: Family = Family {
    name: "gamma",
    example: "gamma(2, 3)",
    says: "is for amounts above 0 with a mean of `shape` times `scale`: the wait for the `shape`-th of several arrivals",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (0.0, f64::INFINITY),
    cdf: |&[shape, scale, ..], x| gamma_inc(shape, x / scale),
    quantile: |&[shape, scale, ..], u, q| scale * gamma_inc_inv(shape, u, q),
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
