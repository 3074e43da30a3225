//! Student's t distribution, moved and stretched: mean + `sd_scale` · T.
//!
//! With (x, y) the beta quantile of twice the tail, for a = df/2 and b = ½, T = √(df · y / x).

use super::refusal::{check_at_least_0, check_numbers, check_shape, fitted};
use super::{Family, Form, Parameters, Refusal, scaled, standardised};
use crate::chance::math::beta::{beta_inc, beta_inc_inv};

pub(super) const STUDENT_T: Family = Family {
    name: "student_t",
    example: "student_t(5, 10, 2)",
    says: "is a bell curve around `mean` with heavier tails, the heavier the smaller `df`",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (f64::NEG_INFINITY, f64::INFINITY),
    cdf,
    quantile,
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["df", "mean", "sd_scale"])];

/// Parameters: df, mean, the scale.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_shape("df", arguments[0])?;
    check_at_least_0("sd_scale", arguments[2])?;
    fitted("sd_scale", &arguments[..3])
}

fn cdf(&[df, mean, scale, ..]: &Parameters, x: f64) -> (f64, f64) {
    let t = standardised(mean, scale, x);
    let share = t / df.sqrt() * (t / df.sqrt());
    let tail = 0.5 * beta_inc(0.5 * df, 0.5, 1.0 / (1.0 + share), 1.0 / (1.0 + 1.0 / share)).0;
    if t < 0.0 { (tail, 1.0 - tail) } else { (1.0 - tail, tail) }
}

fn quantile(&[df, mean, scale, ..]: &Parameters, u: f64, q: f64) -> f64 {
    // The complement of twice the tail, exact near the median too.
    let middle = (q - u).abs();
    let (x, y) = beta_inc_inv(0.5 * df, 0.5, 2.0 * u.min(q), middle);
    let t = (y / x).sqrt() * df.sqrt();
    scaled(mean, scale, if u < q { -t } else { t })
}
