//! One distribution with its numbers: a family's, a list, or the part of one between bounds.

use super::{Choice, Data, Family, Parameters, Refusal, Truncation};

/// A distribution that is ready to be drawn from.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    Family { family: &'static Family, parameters: Parameters },
    Choice(Choice),
    Data(Data),
    Truncated { whole: Box<Distribution>, part: Truncation },
}

impl Distribution {
    /// Of a family, from the arguments of one of its forms.
    pub fn of(family: &'static Family, form: usize, arguments: &[f64]) -> Result<Self, Refusal> {
        (family.fit)(form, arguments).map(|parameters| Self::Family { family, parameters })
    }

    /// Given that it lies from `low` to `high`, both included; infinite where there is no bound.
    pub fn truncated(self, low: f64, high: f64) -> Result<Self, Refusal> {
        if low.is_nan() || high.is_nan() {
            let parameter = if low.is_nan() { "low" } else { "high" };
            return Err(Refusal { parameter, reason: "must be a number".into() });
        }
        if low > high {
            let reason = format!("must be at least `low`: {high} is below {low}");
            return Err(Refusal { parameter: "high", reason });
        }
        let (least, greatest) = self.support();
        let bounds = match &self {
            Self::Choice(choice) => listed(choice.values(), low, high),
            Self::Data(data) => listed(data.values(), low, high),
            _ if self.discrete() => (low.ceil().max(least), high.floor().min(greatest)),
            _ => (low.max(least), high.min(greatest)),
        };
        let part = Truncation::new((low, high), bounds, self.cdf_below(bounds.0), self.cdf(bounds.1))?;
        Ok(Self::Truncated { whole: Box::new(self), part })
    }

    /// The least x with P(X ≤ x) ≥ u; `q` is 1 − u, given so that the upper tail keeps its accuracy.
    #[must_use]
    pub fn quantile(&self, u: f64, q: f64) -> f64 {
        match self {
            Self::Family { family, parameters } => (family.quantile)(parameters, u, q),
            Self::Choice(choice) => choice.quantile(u),
            Self::Data(data) => data.quantile(u),
            Self::Truncated { whole, part } => {
                let (u, q) = part.within(u, q);
                part.clamp(whole.quantile(u, q))
            }
        }
    }

    /// Makes uniforms inside (0, 1) quantiles where they stand.
    pub fn column(&self, uniforms: &mut [f64]) {
        if let Self::Family { family, parameters } = self
            && let Some(column) = family.column
        {
            return column(parameters, uniforms);
        }
        uniforms.iter_mut().for_each(|u| *u = self.quantile(*u, 1.0 - *u));
    }

    /// (P(X ≤ x), P(X > x)), both accurate when small.
    #[must_use]
    pub fn cdf(&self, x: f64) -> (f64, f64) {
        match self {
            Self::Family { family, parameters } => (family.cdf)(parameters, x),
            Self::Choice(choice) => both(choice.below(choice.values().partition_point(|&value| value <= x))),
            Self::Data(data) => both(share(data, data.values().partition_point(|&value| value <= x))),
            Self::Truncated { whole, part } => part.cdf(whole.cdf(x)),
        }
    }

    /// (P(X < x), P(X ≥ x)): another thing than [`Self::cdf`] where single values have probability.
    fn cdf_below(&self, x: f64) -> (f64, f64) {
        match self {
            Self::Choice(choice) => both(choice.below(choice.values().partition_point(|&value| value < x))),
            Self::Data(data) => both(share(data, data.values().partition_point(|&value| value < x))),
            Self::Truncated { whole, part } => part.cdf(whole.cdf_below(x)),
            Self::Family { family, .. } if family.discrete => self.cdf(x.ceil() - 1.0),
            Self::Family { .. } => self.cdf(x),
        }
    }

    /// The least and greatest value; may be infinite.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        let ends = |values: &[f64]| (values[0], values[values.len() - 1]);
        match self {
            Self::Family { family, parameters } => (family.support)(parameters),
            Self::Choice(choice) => ends(choice.values()),
            Self::Data(data) => ends(data.values()),
            Self::Truncated { part, .. } => part.bounds(),
        }
    }

    /// Whether it has only isolated values.
    #[must_use]
    pub fn discrete(&self) -> bool {
        match self {
            Self::Family { family, .. } => family.discrete,
            Self::Choice(_) | Self::Data(_) => true,
            Self::Truncated { whole, .. } => whole.discrete(),
        }
    }

    /// Its 5th and 95th percentile: the range over which an analysis varies it where the file gives none.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (self.quantile(0.05, 0.95), self.quantile(0.95, 0.05))
    }
}

/// The first and the last of sorted values that lie within bounds; in the wrong order where there is none.
fn listed(values: &[f64], low: f64, high: f64) -> (f64, f64) {
    let first = values.partition_point(|&value| value < low);
    let after = values.partition_point(|&value| value <= high);
    if first < after { (values[first], values[after - 1]) } else { (f64::INFINITY, f64::NEG_INFINITY) }
}

fn both(below: f64) -> (f64, f64) {
    (below, 1.0 - below)
}

fn share(data: &Data, count: usize) -> f64 {
    count as f64 / data.values().len() as f64
}
