//! The pert distribution: a beta between low and high whose mean weighs the mode four times (Malcolm et al. 1959).

use super::refusal::{check_numbers, fitted, refuse};
use super::triangular::check_order;
use super::{Family, Form, Parameters, Refusal};
use crate::chance::math::beta::{beta_inc, beta_inc_inv};

pub(super) const PERT: Family = Family {
    name: "pert",
    example: "pert(20, 30, 60)",
    says: "is a smooth hill from `low` over `mode`, the likeliest value, to `high`, with less weight at the ends than \
           `triangular`",
    forms: FORMS,
    discrete: false,
    fit,
    support: |&[low, high, ..]| (low, high),
    cdf,
    quantile,
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["low", "mode", "high"])];

/// Parameters: low, high and the beta's a and b.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    let (low, mode, high) = (arguments[0], arguments[1], arguments[2]);
    check_order(low, mode, high)?;
    let width = high - low;
    if !width.is_finite() {
        return refuse("high", "is too far from `low`");
    }
    let place = |distance: f64| if width > 0.0 { 1.0 + 4.0 * (distance / width) } else { 3.0 };
    fitted("high", &[low, high, place(mode - low), place(high - mode)])
}

fn cdf(&[low, high, a, b, ..]: &Parameters, x: f64) -> (f64, f64) {
    if x < low {
        (0.0, 1.0)
    } else if x >= high {
        (1.0, 0.0)
    } else {
        beta_inc(a, b, (x - low) / (high - low), (high - x) / (high - low))
    }
}

fn quantile(&[low, high, a, b, ..]: &Parameters, u: f64, q: f64) -> f64 {
    let (x, y) = beta_inc_inv(a, b, u, q);
    let value = if x < 0.5 { low + x * (high - low) } else { high - y * (high - low) };
    value.clamp(low, high)
}
