//! The distributions an analyst can write, one file each, all by their quantile functions.
//!
//! A draw is the quantile of one uniform, so that a changed parameter moves a draw a little instead of replacing it.

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

/// Why parameters give no distribution: which one, and in plain words what it must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub parameter: &'static str,
    /// Completes the sentence "`sd` …": "must be above 0".
    pub reason: String,
}

/// A distribution of the language: everything that is known of it stands in its own file.
pub struct Family {
    pub name: &'static str,
    pub example: &'static str,
    /// A sentence that completes "`name` …".
    pub says: &'static str,
    pub forms: &'static [Form],
    /// Whether it has only isolated values; `truncate` keeps its bounds then.
    pub discrete: bool,
    /// Turns the arguments of a form into parameters, or says why they give no distribution. NaN arguments are refused.
    pub fit: fn(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal>,
    /// The least and greatest value; may be infinite.
    pub support: fn(&Parameters) -> (f64, f64),
    /// (P(X ≤ x), P(X > x)), both accurate when small.
    pub cdf: fn(&Parameters, f64) -> (f64, f64),
    /// The least x with P(X ≤ x) ≥ u; `q` is 1 − u, given so that the upper tail keeps its accuracy.
    pub quantile: fn(&Parameters, u: f64, q: f64) -> f64,
}
