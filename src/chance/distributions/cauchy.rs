//! The Cauchy distribution: quantile median + scale · tan(π (u − ½)). It has no mean.

use super::refusal::{check_at_least_0, check_numbers, fitted};
use super::{Family, Form, Parameters, Refusal, scaled, standardised};
use crate::chance::math::angles::{arccotangent, cotangent};

pub(super) const CAUCHY: Family = Family {
    name: "cauchy",
    example: "cauchy(10, 0.5)",
    says: "has half its draws within `scale` of `median` and tails so heavy that it has no mean",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (f64::NEG_INFINITY, f64::INFINITY),
    cdf: |&[median, scale, ..], x| {
        let z = standardised(median, scale, x);
        let tail = arccotangent(z.abs());
        if z < 0.0 { (tail, 1.0 - tail) } else { (1.0 - tail, tail) }
    },
    quantile: |&[median, scale, ..], u, q| {
        let z = cotangent(u.min(q));
        scaled(median, scale, if u < q { -z } else { z })
    },
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["median", "scale"])];

/// Parameters: median, scale.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_at_least_0("scale", arguments[1])?;
    fitted("scale", &arguments[..2])
}
