//! The logit-normal distribution: a probability whose log-odds are normal. `a to b` among probabilities.

use super::refusal::{check_inside_0_and_1, check_numbers, check_percentiles, fitted};
use super::{Family, Form, Parameters, Refusal, Z_95, scaled, standardised};
use crate::chance::math::elementary::{exp_plain, ln_1p, ln_plain};
use crate::chance::math::normal::{normal_cdf, normal_quantile};

pub(super) const LOGIT_NORMAL: Family = Family {
    name: "logit_normal",
    example: "logit_normal(p5=0.1, p95=0.6)",
    says: "is for an uncertain probability or share: it stays between 0 and 1, and its log-odds are normal",
    forms: FORMS,
    discrete: false,
    fit,
    support: |_| (0.0, 1.0),
    cdf: |&[mu, sigma, ..], x| {
        if x <= 0.0 {
            (0.0, 1.0)
        } else if x >= 1.0 {
            (1.0, 0.0)
        } else {
            normal_cdf(standardised(mu, sigma, log_odds(x)))
        }
    },
    quantile: |&[mu, sigma, ..], u, q| 1.0 / (1.0 + exp_plain(-scaled(mu, sigma, normal_quantile(u, q)))),
    column: None,
};

const FORMS: &[Form] = &[Form::named(&["p5", "p95"])];

/// Parameters: mean and standard deviation of the log-odds.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    let (p5, p95) = (arguments[0], arguments[1]);
    check_inside_0_and_1("p5", p5)?;
    check_inside_0_and_1("p95", p95)?;
    check_percentiles(p5, p95)?;
    let (low, high) = (log_odds(p5), log_odds(p95));
    fitted("p95", &[0.5 * (low + high), 0.5 * (high - low) / Z_95])
}

fn log_odds(p: f64) -> f64 {
    ln_plain(p) - ln_1p(-p)
}
