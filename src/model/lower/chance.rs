//! Draws: a uniform for each site, turned into the number it stands for.

use super::{Context, Lowering};
use crate::chance::distributions::{Choice, Data, Distribution};
use crate::chance::uniform::key;
use crate::model::types::{Draw, DrawSource, Term};
use crate::program::{Once, Unary, Value};
use std::sync::Arc;

impl Lowering<'_> {
    /// The uniform of an address.
    pub(super) fn luck(&mut self, address: &str, order: u32, once: Once) -> Value {
        let key = key(self.b.seed, address, order);
        self.b.uniform(key, once)
    }

    pub(super) fn draw(&mut self, draw: &Draw, context: &Context) -> Value {
        let once = if context.occurrence { Once::Occurrence } else { Once::Future };
        let uniform = match self.correlated_quantity(&draw.address) {
            Some(uniform) => uniform,
            None => self.luck(&draw.address, draw.order, once),
        };
        match &draw.source {
            DrawSource::Family { family, form, arguments, bounds } => {
                let arguments: Vec<Value> = arguments.iter().map(|a| self.term(a, context)).collect();
                let open = [f64::NEG_INFINITY, f64::INFINITY];
                let bounds = bounds.as_ref().map(|(low, high)| {
                    let mut end = |bound: &Option<Term>, open: f64| match bound {
                        Some(bound) => self.term(bound, context),
                        None => Value::Constant(open),
                    };
                    (end(low, open[0]), end(high, open[1]))
                });
                let numbers = |values: &[Value]| -> Option<Vec<f64>> {
                    values.iter().map(|v| if let Value::Constant(c) = v { Some(*c) } else { None }).collect()
                };
                let ends = bounds.map_or(Vec::new(), |(low, high)| vec![low, high]);
                if let (Some(given), Some(ends)) = (numbers(&arguments), numbers(&ends)) {
                    let fitted = Distribution::of(family, *form, &given).and_then(|d| match ends[..] {
                        [low, high] => d.truncated(low, high),
                        _ => Ok(d),
                    });
                    // What is refused for certain was refused when the file was read.
                    return match fitted {
                        Ok(distribution) => self.b.draw(uniform, Arc::new(distribution)),
                        Err(_) => Value::Constant(f64::NAN),
                    };
                }
                self.b.draw_with(uniform, family, *form, &arguments, bounds)
            }
            DrawSource::Data(rows) => match Data::new(rows.to_vec()) {
                Ok(data) => self.b.draw(uniform, Arc::new(Distribution::Data(data))),
                Err(_) => Value::Constant(f64::NAN),
            },
            DrawSource::Choose(pairs) => self.choose(uniform, pairs, context),
            DrawSource::Mixture(pairs) => self.choose(uniform, pairs, context),
        }
    }

    /// One of the values, by weight: the lesser the luck, the lesser the value, where all of them are known.
    fn choose(&mut self, uniform: Value, pairs: &[(Term, Term)], context: &Context) -> Value {
        let known: Option<Vec<(f64, f64)>> =
            pairs.iter().map(|(value, weight)| value.constant().zip(weight.constant())).collect();
        if let Some(Ok(choice)) = known.map(|pairs| Choice::new(&pairs)) {
            return self.b.draw(uniform, Arc::new(Distribution::Choice(choice)));
        }
        let values: Vec<Value> = pairs.iter().map(|(value, _)| self.term(value, context)).collect();
        let weights: Vec<Value> = pairs.iter().map(|(_, weight)| self.term(weight, context)).collect();
        let index = self.b.pick(uniform, &weights);
        self.chosen(index, &values)
    }

    /// The value at an index.
    pub(super) fn chosen(&mut self, index: Value, values: &[Value]) -> Value {
        let Some((last, others)) = values.split_last() else { return Value::Constant(f64::NAN) };
        let mut chosen = *last;
        for (i, &value) in others.iter().enumerate().rev() {
            let here = self.b.compare(
                crate::program::Binary::Equal,
                crate::program::Binary::EqualOrNan,
                index,
                Value::Constant(i as f64),
            );
            chosen = self.b.select(here, value, chosen);
        }
        chosen
    }

    pub(super) fn ln(&mut self, x: Value) -> Value {
        self.b.unary(Unary::Ln, x)
    }

    pub(super) fn exp(&mut self, x: Value) -> Value {
        self.b.unary(Unary::Exp, x)
    }
}
