//! What luck decides in a frame, uniforms being given: branches, numbers of occurrences, values of distributions.

use super::frame::{Frame, Source};
use super::gates::any;
use crate::chance::distributions::{Distribution, occurrences};
use crate::chance::math::elementary::exp;
use crate::program::{DrawWith, Operand, Slot};

/// More than one occurrence.
const MORE: f64 = 2.0;

/// Whether there are none, one or more occurrences, which is found for all futures at once.
#[inline(always)]
pub(super) fn up_to_one(mean: f64) -> impl Fn(f64) -> f64 {
    let none = exp(-mean);
    let one = none + none * mean;
    move |u| {
        if u <= none {
            0.0
        } else if u <= one {
            1.0
        } else {
            MORE
        }
    }
}

impl<const N: usize, const S: usize> Frame<'_, N, S> {
    #[inline(always)]
    pub(super) fn pick(&mut self, out: Slot, uniform: Operand, weights: &[Operand]) {
        for k in 0..N / S {
            let weight = |w: &Operand| self.strip(*w, k);
            let mut total = [0.0; S];
            // Rounding may carry a draw past the last branch that has a chance.
            let mut last = [0.0; S];
            for (place, weight) in weights.iter().map(weight).enumerate() {
                for i in 0..S {
                    total[i] += weight[i];
                    last[i] = if weight[i] > 0.0 { place as f64 } else { last[i] };
                }
            }
            let u = self.strip(uniform, k);
            let (mut index, mut reached) = ([0.0; S], [0.0; S]);
            for weight in weights[..weights.len() - 1].iter().map(weight) {
                for i in 0..S {
                    reached[i] += weight[i];
                    index[i] += if u[i] * total[i] >= reached[i] { 1.0 } else { 0.0 };
                }
            }
            let found: [f64; S] = std::array::from_fn(|i| {
                let found = if index[i] > last[i] { last[i] } else { index[i] };
                if total[i] > 0.0 { found } else { f64::NAN }
            });
            self.write_strip(out, k, found);
        }
    }

    #[inline(always)]
    pub(super) fn poisson(&mut self, out: Slot, uniform: Source, mean: Source) {
        match mean {
            Source::Number(mean) => self.map1(out, uniform, up_to_one(mean)),
            Source::Column(_) => self.map2(out, [uniform, mean], |u, mean| up_to_one(mean)(u)),
        }
        self.count_more(out, |frame, lane| (frame.value(mean, lane), frame.value(uniform, lane)));
    }

    /// How many occurrences the uniforms of a stream stand for.
    #[inline(always)]
    pub(super) fn arrivals(&mut self, out: Slot, key: u64, mean: f64) {
        self.uniforms(out, key, up_to_one(mean));
        self.count_more(out, |frame, lane| (mean, frame.uniform(key, lane)));
    }

    /// Counts where there are more than one; `of` gives what is expected and the uniform.
    #[inline(always)]
    fn count_more(&mut self, out: Slot, of: impl Fn(&Self, usize) -> (f64, f64)) {
        let column = &self.columns[out as usize].0;
        if any::<N>(|i| column[i] == MORE) {
            for lane in 0..N {
                if self.columns[out as usize].0[lane] == MORE {
                    let (mean, u) = of(self, lane);
                    self.columns[out as usize].0[lane] = occurrences(mean, u);
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn draw(&mut self, out: Slot, uniform: Operand, distribution: &Distribution) {
        self.map1(out, self.source(uniform), |u| u);
        self.rework(out, |values| distribution.column(values));
    }

    /// Draws from a distribution whose parameters belong to the future.
    pub(super) fn draw_with(&mut self, draw: &DrawWith) {
        (0..N).for_each(|lane| self.draw_lane_with(draw, lane));
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
