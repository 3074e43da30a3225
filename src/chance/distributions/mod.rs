//! The distributions an analyst can write, one file each, all by their quantile functions.
//!
//! A draw is the quantile of one uniform, so that a changed parameter moves a draw a little instead of replacing it.

mod bernoulli;
mod beta;
mod binomial;
mod cauchy;
mod exponential;
mod fitted;
mod gamma;
mod geometric;
mod gumbel;
mod list;
mod logistic;
mod logit_normal;
mod lognormal;
mod metalog;
mod normal;
mod pareto;
mod pert;
mod poisson;
mod refusal;
mod student_t;
#[cfg(test)]
mod tests;
mod triangular;
mod truncation;
mod uniform;
mod weibull;
mod whole;

pub use fitted::Distribution;
pub use list::{Choice, Data, choose};
pub use poisson::{most_occurrences, occurrences};
pub use refusal::Refusal;
pub use truncation::Truncation;

/// The families in the order in which people read of them.
pub const FAMILIES: &[&Family] = &[
    &normal::NORMAL,
    &lognormal::LOGNORMAL,
    &logit_normal::LOGIT_NORMAL,
    &uniform::UNIFORM,
    &triangular::TRIANGULAR,
    &pert::PERT,
    &beta::BETA,
    &gamma::GAMMA,
    &exponential::EXPONENTIAL,
    &weibull::WEIBULL,
    &student_t::STUDENT_T,
    &logistic::LOGISTIC,
    &cauchy::CAUCHY,
    &pareto::PARETO,
    &gumbel::GUMBEL,
    &poisson::POISSON,
    &binomial::BINOMIAL,
    &bernoulli::BERNOULLI,
    &geometric::GEOMETRIC,
    &metalog::METALOG,
];

/// The family of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().copied().find(|family| family.name == name)
}

/// The numbers that fix a distribution, as its own file lays them out. The unused ones are 0.
pub type Parameters = [f64; 12];

/// One way of writing a family's parameters: `normal(mean, sd)` or `normal(p5=, p95=)`.
pub struct Form {
    /// Parameter names in order.
    pub parameters: &'static [&'static str],
    /// Whether they may only be given by name.
    pub named_only: bool,
    /// How many of them, from the first, must be given; the rest are optional and NaN where left out.
    pub required: usize,
}

impl Form {
    const fn of(parameters: &'static [&'static str]) -> Self {
        Self { parameters, named_only: false, required: parameters.len() }
    }

    const fn named(parameters: &'static [&'static str]) -> Self {
        Self { parameters, named_only: true, required: parameters.len() }
    }
}

/// A distribution of the language: everything that is known of it stands in its own file.
pub struct Family {
    pub name: &'static str,
    pub example: &'static str,
    /// A sentence that completes "`name` …".
    pub says: &'static str,
    pub forms: &'static [Form],
    /// Whether it has only whole numbers for values; `truncate` keeps its bounds then.
    pub discrete: bool,
    /// Turns the arguments of a form into parameters, or says why they give no distribution. NaN and infinite arguments
    /// are refused, but for NaN where an optional one is left out.
    pub fit: fn(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal>,
    /// The least and greatest value; may be infinite.
    pub support: fn(&Parameters) -> (f64, f64),
    /// (P(X ≤ x), P(X > x)), both accurate when small.
    pub cdf: fn(&Parameters, f64) -> (f64, f64),
    /// The least x with P(X ≤ x) ≥ u; `q` is 1 − u, given so that the upper tail keeps its accuracy.
    pub quantile: fn(&Parameters, u: f64, q: f64) -> f64,
    /// Makes uniforms inside (0, 1) quantiles where they stand, if that is quicker than one by one; the last digits may
    /// differ.
    pub column: Option<fn(&Parameters, &mut [f64])>,
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The standard normal's value at its 95th percentile.
const Z_95: f64 = 1.6448536269514726;

/// location + scale · z, where a scale of 0 is a constant even at an infinite z.
fn scaled(location: f64, scale: f64, z: f64) -> f64 {
    if scale == 0.0 { location } else { location + scale * z }
}

/// The z with x = location + scale · z; infinite on either side of a constant, which itself is on the upper side.
fn standardised(location: f64, scale: f64, x: f64) -> f64 {
    if scale > 0.0 {
        (x - location) / scale
    } else if x < location {
        f64::NEG_INFINITY
    } else {
        f64::INFINITY
    }
}

/// −ln(1 − u), accurate at both ends.
fn minus_ln_of_complement(u: f64, q: f64) -> f64 {
    if u < 0.5 { -super::math::elementary::ln_1p(-u) } else { -super::math::elementary::ln_plain(q) }
}
