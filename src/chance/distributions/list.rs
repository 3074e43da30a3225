//! Distributions that are lists of values: `choose` with weights, and `data`, where every row has the same chance.

use super::refusal::{Refusal, refuse};

/// Values with weights, in rising order of the values, so that draws rise with the uniform.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    values: Vec<f64>,
    /// P(X ≤ value), the last 1.
    below: Vec<f64>,
}

impl Choice {
    /// From pairs of a value and its weight; weights need not sum to 1.
    pub fn new(pairs: &[(f64, f64)]) -> Result<Self, Refusal> {
        let mut pairs = pairs.to_vec();
        let total = sort_and_sum(&mut pairs)?;
        pairs.retain(|pair| pair.1 > 0.0);
        let mut sum = 0.0;
        let below = pairs.iter().map(|pair| {
            sum += pair.1;
            sum / total
        });
        Ok(Self { below: below.collect(), values: pairs.iter().map(|pair| pair.0).collect() })
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// P(X ≤ the value at that place); 0 for none.
    pub(super) fn below(&self, count: usize) -> f64 {
        if count == 0 { 0.0 } else { self.below[count - 1] }
    }

    pub(super) fn quantile(&self, u: f64) -> f64 {
        let place = self.below.partition_point(|&below| below < u);
        self.values[place.min(self.values.len() - 1)]
    }
}

/// One draw from pairs of a value and its weight, which it puts in order: for weights and values that differ from
/// future to future.
pub fn choose(pairs: &mut [(f64, f64)], u: f64) -> Result<f64, Refusal> {
    let total = sort_and_sum(pairs)?;
    let mut sum = 0.0;
    let mut last = f64::NAN;
    for &(value, weight) in pairs.iter().filter(|pair| pair.1 > 0.0) {
        last = value;
        sum += weight;
        if sum / total >= u {
            return Ok(value);
        }
    }
    Ok(last)
}

fn sort_and_sum(pairs: &mut [(f64, f64)]) -> Result<f64, Refusal> {
    if pairs.iter().any(|pair| pair.0.is_nan()) {
        return refuse("choose", "needs numbers for its values");
    }
    if let Some(pair) = pairs.iter().find(|pair| !(pair.1 >= 0.0 && pair.1 < f64::INFINITY)) {
        return refuse("choose", format!("needs weights of at least 0, and one is {}", pair.1));
    }
    // The order of equal values must not matter to the sums either.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = pairs.iter().map(|pair| pair.1).sum();
    if total > 0.0 && total < f64::INFINITY { Ok(total) } else { refuse("choose", "needs a weight above 0") }
}

/// Rows of a table, drawn with replacement.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    values: Vec<f64>,
}

impl Data {
    pub fn new(mut values: Vec<f64>) -> Result<Self, Refusal> {
        if values.is_empty() {
            return refuse("data", "needs at least one row");
        }
        if values.iter().any(|value| !value.is_finite()) {
            return refuse("data", "needs numbers in every row");
        }
        values.sort_by(f64::total_cmp);
        Ok(Self { values })
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn quantile(&self, u: f64) -> f64 {
        let place = (u * self.values.len() as f64).ceil().max(1.0) as usize - 1;
        self.values[place.min(self.values.len() - 1)]
    }
}
