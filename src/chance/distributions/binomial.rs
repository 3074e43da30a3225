//! The binomial distribution: P(X > k) = I(p; k + 1, n − k), the incomplete beta function.

use super::refusal::{check_at_least_0, check_numbers, check_probability, fitted, refuse};
use super::whole::{GREATEST, least_reaching};
use super::{Family, Form, Parameters, Refusal};
use crate::chance::math::beta::beta_inc;
use crate::chance::math::normal::normal_quantile;

pub(super) const BINOMIAL: Family = Family {
    name: "binomial",
    example: "binomial(10, 0.3)",
    says: "counts the successes among `n` tries, each of which succeeds with chance `p`",
    forms: FORMS,
    discrete: true,
    fit,
    support: |&[n, p, ..]| (if p == 1.0 { n } else { 0.0 }, if p == 0.0 { 0.0 } else { n }),
    cdf: |&[n, p, ..], x| cdf(n, p, x.floor()),
    quantile,
    column: None,
};

const FORMS: &[Form] = &[Form::of(&["n", "p"])];

/// Parameters: n, p.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    let n = arguments[0];
    check_at_least_0("n", n)?;
    if n.floor() != n || n > GREATEST {
        return refuse("n", format!("must be a whole number up to 1e15, and is {n}"));
    }
    check_probability("p", arguments[1])?;
    fitted("n", &arguments[..2])
}

fn cdf(n: f64, p: f64, k: f64) -> (f64, f64) {
    if k < 0.0 {
        return (0.0, 1.0);
    }
    if k >= n {
        return (1.0, 0.0);
    }
    let (above, below) = beta_inc(k + 1.0, n - k, p, 1.0 - p);
    (below, above)
}

fn quantile(&[n, p, ..]: &Parameters, u: f64, q: f64) -> f64 {
    if n == 0.0 || p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return n;
    }
    let z = normal_quantile(u, q);
    let guess = n * p + z * (n * p * (1.0 - p)).sqrt() + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0;
    least_reaching(u, q, guess - 0.5, 0.0, n, |k| cdf(n, p, k))
}
