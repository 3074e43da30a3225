//! What luck decides in a frame, uniforms being given: branches, numbers of occurrences, values of distributions.

use super::frame::{Frame, Source};
use super::gates::Lanes;
use crate::chance::distributions::Distribution;
use crate::chance::math::elementary::exp;
use crate::program::{DrawWith, Operand, Slot};

impl Frame<'_> {
    pub(super) fn pick(&mut self, out: Slot, uniform: Operand, weights: &[Operand]) {
        for lane in 0..self.lanes {
            let u = self.lane(uniform, lane);
            let weight = |&w: &Operand| self.lane(w, lane);
            let mut total = 0.0;
            weights.iter().for_each(|w| total += weight(w));
            let (mut index, mut reached) = (0.0, 0.0);
            for w in &weights[..weights.len() - 1] {
                reached += weight(w);
                index += if u * total >= reached { 1.0 } else { 0.0 };
            }
            // Rounding may carry a draw past the last branch that has a chance.
            let last = weights.iter().rposition(|w| weight(w) > 0.0).unwrap_or(0) as f64;
            let found = if index > last { last } else { index };
            self.columns[out as usize].0[lane] = if total > 0.0 { found } else { f64::NAN };
        }
        self.finish(out);
    }

    #[inline(always)]
    pub(super) fn poisson(&mut self, out: Slot, uniform: Operand, mean: Operand) {
        const MORE: f64 = 2.0;
        // Whether there are none, one or more is found for all at once.
        let few = |u: f64, none: f64, one: f64| {
            if u <= none {
                0.0
            } else if u <= one {
                1.0
            } else {
                MORE
            }
        };
        match self.source(mean) {
            Source::Number(mean) => {
                let none = exp(-mean);
                let one = none + none * mean;
                self.map1(out, self.source(uniform), |u| few(u, none, one));
            }
            Source::Column(_) => self.map2(out, [self.source(uniform), self.source(mean)], |u, mean| {
                let none = exp(-mean);
                few(u, none, none + none * mean)
            }),
        }
        let column = &self.columns[out as usize].0;
        Lanes::that(self.width, |i| column[i] == MORE).each(|lane| {
            self.columns[out as usize].0[lane] = occurrences(self.lane(mean, lane), self.lane(uniform, lane));
        });
    }

    pub(super) fn draw(&mut self, out: Slot, uniform: Operand, distribution: &Distribution) {
        for lane in 0..self.lanes {
            let u = self.lane(uniform, lane);
            self.columns[out as usize].0[lane] = distribution.quantile(u, 1.0 - u);
        }
        self.finish(out);
    }

    /// Draws from a distribution whose parameters belong to the future.
    pub(super) fn draw_with(&mut self, draw: &DrawWith) {
        (0..self.lanes).for_each(|lane| self.draw_lane_with(draw, lane));
        self.finish(draw.out);
    }

    fn draw_lane_with(&mut self, draw: &DrawWith, lane: usize) {
        let u = self.lane(draw.uniform, lane);
        let given: Vec<f64> = draw.arguments.iter().map(|&a| self.lane(a, lane)).collect();
        let bounds = draw.bounds.map(|(low, high)| (self.lane(low, lane), self.lane(high, lane)));
        let fitted = Distribution::of(draw.family, draw.form, &given).and_then(|d| match bounds {
            None => Ok(d),
            Some((low, high)) => d.truncated(low, high),
        });
        self.columns[draw.out as usize].0[lane] = fitted.map_or(f64::NAN, |d| d.quantile(u, 1.0 - u));
    }
}

/// How many occurrences a uniform stands for when `mean` are expected: the least number with at least that share.
fn occurrences(mean: f64, u: f64) -> f64 {
    /// Up to here the shares are summed up one by one, beyond it the general quantile is quicker.
    const FEW: f64 = 16.0;
    if mean.is_nan() {
        return f64::NAN;
    }
    if mean > FEW {
        let poisson = crate::chance::distributions::find("poisson");
        let fitted = poisson.and_then(|family| Distribution::of(family, 0, &[mean]).ok());
        return fitted.map_or(f64::NAN, |d| d.quantile(u, 1.0 - u));
    }
    let mut share = exp(-mean);
    let (mut sum, mut k) = (share, 0.0);
    while sum < u && k < 200.0 {
        k += 1.0;
        share *= mean / k;
        sum += share;
    }
    k
}
