//! The uniform distribution: quantile low + u (high − low).

use super::refusal::{check_numbers, fitted, refuse};
use super::{Family, Form, Parameters, Refusal};

pub(super) const UNIFORM: Family = Family {
    name: "uniform",
    example: "uniform(63, 70)",
    says: "takes every value from `low` to `high` alike",
    forms: FORMS,
    discrete: false,
    fit,
    support: |&[low, high, ..]| (low, high),
    cdf: |&[low, high, width, ..], x| {
        if x < low {
            (0.0, 1.0)
        } else if x >= high {
            (1.0, 0.0)
        } else {
            ((x - low) / width, (high - x) / width)
        }
    },
    quantile: |&[low, high, width, ..], u, _| (low + u * width).min(high),
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["low", "high"])];

/// Parameters: low, high and the width.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    let (low, high) = (arguments[0], arguments[1]);
    if low > high {
        return refuse("high", format!("must be at least `low`: {high} is below {low}"));
    }
    fitted("high", &[low, high, high - low])
}
