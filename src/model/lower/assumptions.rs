//! Assumptions: the number itself, or the room's pooled answer.

use super::{Context, Lowering, Outside};
use crate::model::types::{Assumption, Estimate, Panel, Pool};
use crate::program::{Once, Unary, Value};

impl Lowering<'_> {
    /// An assumption in the engine's unit.
    pub(super) fn assumption(&mut self, assumption: &Assumption, context: &Context) -> Value {
        let value = match &assumption.value {
            Estimate::Term(term) => self.term(term, context),
            Estimate::Panel(panel) => self.panel(panel, context),
        };
        self.b.multiply(value, Value::Constant(assumption.scale))
    }

    /// A number that must lie in `low..=high`: brought inside and counted where it is not, and never NaN where the mask
    /// holds.
    pub(super) fn bounded(
        &mut self,
        assumption: &Assumption,
        low: f64,
        high: f64,
        mask: Value,
        context: &Context,
    ) -> Value {
        let value = self.assumption(assumption, context);
        let address = &assumption.address;
        self.b.check(value, mask, assumption.span, || format!("`{address}`"));
        let range = self.b.range(value);
        if range.within(low, high) {
            return value;
        }
        if !range.nan && (range.low > high || range.high < low) {
            let span = match &assumption.value {
                Estimate::Term(term) => term.span,
                Estimate::Panel(_) => assumption.span,
            };
            self.outside.push(Outside { span, probability: high == 1.0 });
        }
        // Where it decides nothing, because the event has happened or cannot happen, it is not counted either.
        let value = self.b.select(mask, value, Value::Constant(low));
        self.b.clamp(value, low, high, address)
    }

    fn panel(&mut self, panel: &Panel, context: &Context) -> Value {
        let answers: Vec<Value> = panel.experts.iter().map(|e| self.term(&e.answer, context)).collect();
        let weights: Vec<f64> = panel.experts.iter().map(|e| e.weight).collect();
        let total: f64 = weights.iter().sum();
        match panel.pool {
            Pool::Linear => self.average(&answers, &weights, total),
            Pool::LogOdds => {
                let logits: Vec<Value> = answers.iter().map(|&a| self.b.unary(Unary::Logit, a)).collect();
                let average = self.average(&logits, &weights, total);
                let sharper = self.b.multiply(average, Value::Constant(panel.extremize));
                self.b.unary(Unary::Sigmoid, sharper)
            }
            Pool::Median => self.median(&answers, &weights, total),
            Pool::Mixture => {
                let index = self.expert(panel);
                self.chosen(index, &answers)
            }
        }
    }

    fn average(&mut self, values: &[Value], weights: &[f64], total: f64) -> Value {
        let mut sum = Value::Constant(0.0);
        for (&value, &weight) in values.iter().zip(weights) {
            let part = self.b.multiply(value, Value::Constant(weight));
            sum = self.b.add(sum, part);
        }
        self.b.divide(sum, Value::Constant(total))
    }

    /// The weighted median: the value at which half the weight is reached, the mean of two where it is reached exactly
    /// between them.
    fn median(&mut self, values: &[Value], weights: &[f64], total: f64) -> Value {
        let half = Value::Constant(total / 2.0);
        let (mut lower, mut upper) = (Value::Constant(0.0), Value::Constant(0.0));
        for (i, &value) in values.iter().enumerate() {
            // The weight of what comes before this answer; of equal ones the first comes first.
            let mut below = Value::Constant(0.0);
            for (j, &other) in values.iter().enumerate().filter(|(j, _)| *j != i) {
                let before = if j < i { self.b.at_most(other, value) } else { self.b.less(other, value) };
                let part = self.b.multiply(before, Value::Constant(weights[j]));
                below = self.b.add(below, part);
            }
            let reached = self.b.add(below, Value::Constant(weights[i]));
            let (starts, ends) = (self.b.less(below, half), self.b.at_most(half, reached));
            let is_lower = self.b.and(starts, ends);
            lower = self.b.select(is_lower, value, lower);
            let (starts, ends) = (self.b.at_most(below, half), self.b.less(half, reached));
            let is_upper = self.b.and(starts, ends);
            upper = self.b.select(is_upper, value, upper);
        }
        let sum = self.b.add(lower, upper);
        self.b.multiply(sum, Value::Constant(0.5))
    }

    /// Which expert speaks in this future: the one with the least −ln(u) / weight, u being the expert's own in all panels.
    fn expert(&mut self, panel: &Panel) -> Value {
        let mut best = Value::Constant(f64::INFINITY);
        let mut index = Value::Constant(0.0);
        for (i, expert) in panel.experts.iter().enumerate() {
            let uniform = self.luck(&format!("panel.{}", expert.name), 0, Once::Future);
            let logarithm = self.ln(uniform);
            let score = self.b.multiply(logarithm, Value::Constant(-1.0 / expert.weight));
            let better = self.b.less(score, best);
            index = self.b.select(better, Value::Constant(i as f64), index);
            best = self.b.min(best, score);
        }
        index
    }
}
