//! The geometric distribution: tries up to and including the first success; P(X > k) = (1 − p)ᵏ.

use super::refusal::{check_above_0, check_numbers, check_probability, fitted, refuse};
use super::{Family, Form, Parameters, Refusal, minus_ln_of_complement};
use crate::chance::math::elementary::{exp_m1, exp_plain, ln_1p};

pub(super) const GEOMETRIC: Family = Family {
    name: "geometric",
    example: "geometric(0.1)",
    says: "counts the tries up to the first success, that one included, each succeeding with chance `p`",
    forms: FORMS,
    discrete: true,
    fit,
    support: |&[p, ..]| (1.0, if p == 1.0 { 1.0 } else { f64::INFINITY }),
    cdf,
    quantile,
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["p"])];

/// Parameters: p.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_above_0("p", arguments[0])?;
    check_probability("p", arguments[0])?;
    if arguments[0] < 1e-12 {
        return refuse("p", "must be at least 1e-12: tries beyond that are no longer told apart");
    }
    fitted("p", &arguments[..1])
}

fn cdf(&[p, ..]: &Parameters, x: f64) -> (f64, f64) {
    if x < 1.0 {
        return (0.0, 1.0);
    }
    let exponent = x.floor() * ln_1p(-p);
    (-exp_m1(exponent), exp_plain(exponent))
}

fn quantile(&[p, ..]: &Parameters, u: f64, q: f64) -> f64 {
    (minus_ln_of_complement(u, q) / -ln_1p(-p)).ceil().max(1.0)
}
