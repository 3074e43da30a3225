//! The Bernoulli distribution: 1 with chance p, else 0.

use super::refusal::{check_numbers, check_probability, fitted};
use super::{Family, Form, Parameters, Refusal};

pub(super) const BERNOULLI: Family = Family {
    name: "bernoulli",
    example: "bernoulli(0.2)",
    says: "is 1 with chance `p` and 0 otherwise",
    forms: FORMS,
    discrete: true,
    fit,
    support: |&[p, ..]| (if p == 1.0 { 1.0 } else { 0.0 }, if p == 0.0 { 0.0 } else { 1.0 }),
    cdf: |&[p, ..], x| {
        if x < 0.0 {
            (0.0, 1.0)
        } else if x < 1.0 {
            (1.0 - p, p)
        } else {
            (1.0, 0.0)
        }
    },
    quantile: |&[p, ..], u, q| if p == 1.0 || (if u <= 0.5 { u > 1.0 - p } else { q < p }) { 1.0 } else { 0.0 },
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["p"])];

/// Parameters: p.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    check_probability("p", arguments[0])?;
    fitted("p", &arguments[..1])
}
