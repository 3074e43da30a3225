//! Evidence: futures are held to what was observed, and weighted by its likelihood.
//!
//! Each observation has a weight of its own, so that it can be told which one costs most; a future's weight is their
//! product. A day D is the time from D − 1 to D.

use super::events::{NEVER, YES};
use super::{Context, Lowering};
use crate::model::types::{Members, Observed};
use crate::program::{Operand, Place, Range, Slot, Unary, Value};

const ZERO: Value = Value::Constant(0.0);

/// What an observation asks of an event while it is played.
#[derive(Clone, Copy)]
pub(super) struct Held {
    weight: Slot,
    /// Survival up to here is a weight and not luck.
    pub until: f64,
    /// The day on which it happened.
    pub day: Option<f64>,
}

impl Lowering<'_> {
    /// A weight for each observation.
    pub(super) fn evidence(&mut self) {
        let weights = Range { low: 0.0, high: f64::INFINITY, nan: true };
        for _ in &self.scenario.observations {
            let slot = self.b.state_within(YES, weights);
            self.weights.push(slot);
        }
    }

    /// The weight of a future: the product of all observations'.
    pub(super) fn weight(&mut self) -> Option<Value> {
        let weights = self.weights.clone();
        self.place(Place::End, |l| {
            weights.into_iter().map(Operand::Slot).reduce(|product, weight| l.b.multiply(product, weight))
        })
    }

    /// What is asked of an event whose chance is weighed; None where luck decides as ever.
    pub(super) fn held(&self, index: usize) -> Option<Held> {
        let correlated = self.scenario.correlations.iter().any(|c| match c.members {
            Members::Events(a, b) => a == index || b == index,
            _ => false,
        });
        let (o, observation) =
            self.scenario.observations.iter().enumerate().find(|(_, o)| o.what.event() == Some(index))?;
        let weight = self.weights[o];
        match observation.what {
            Observed::Event { on, .. } => Some(Held { weight, until: on - 1.0, day: Some(on) }),
            Observed::NotBy { by, .. } if !correlated => Some(Held { weight, until: by, day: None }),
            Observed::Happened { happened: false, .. } if !correlated => Some(Held { weight, until: 0.0, day: None }),
            Observed::Happened { happened: true, .. } if !correlated => {
                Some(Held { weight, until: -1.0, day: Some(0.0) })
            }
            _ => None,
        }
    }

    /// The branch that was seen, and the weight that its chance goes to.
    pub(super) fn observed_branch(&self, index: usize) -> Option<(usize, Slot)> {
        let mut all = self.scenario.observations.iter().zip(&self.weights);
        all.find_map(|(o, &weight)| match o.what {
            Observed::Event { event, branch: Some(branch), .. }
            | Observed::Happened { event, branch: Some(branch), .. }
                if event == index =>
            {
                Some((branch, weight))
            }
            _ => None,
        })
    }

    pub(super) fn weigh(&mut self, weight: Slot, factor: Value) {
        let product = self.b.multiply(Operand::Slot(weight), factor);
        self.b.assign(weight, product);
    }

    /// Multiplies a weight where the mask holds.
    pub(super) fn weigh_where(&mut self, mask: Value, weight: Slot, factor: Value) {
        let factor = self.b.select(mask, factor, YES);
        self.weigh(weight, factor);
    }

    /// Where a day cuts a step: its two ends, and the causes' dates, those inside the day moved to its end since they
    /// count from its start.
    pub(super) fn cuts(&mut self, held: Held, causes: &[Slot]) -> Vec<Slot> {
        let mut cuts = Vec::new();
        for date in [Some(held.until), held.day].into_iter().flatten() {
            cuts.push(self.b.state_within(Value::Constant(date), Range::constant(date)));
        }
        for &cause in causes {
            let Some(day) = held.day else {
                cuts.push(cause);
                continue;
            };
            let date = Operand::Slot(cause);
            let (after, before) = {
                let start = Value::Constant(day - 1.0);
                (self.b.less(start, date), self.b.less(date, Value::Constant(day)))
            };
            let inside = self.b.and(after, before);
            let moved = self.b.select(inside, Value::Constant(day), date);
            let cut = self.b.state_within(NEVER, Range { low: 0.0, high: f64::INFINITY, nan: false });
            self.b.assign(cut, moved);
            cuts.push(cut);
        }
        cuts
    }

    /// Up to when causes count in a piece: on the observed day from its start.
    pub(super) fn piece_reads(&mut self, held: Option<Held>, low: Value) -> Value {
        let Some(day) = held.and_then(|h| h.day) else { return low };
        let from = self.b.at_most(Value::Constant(day - 1.0), low);
        let before = self.b.less(low, Value::Constant(day));
        let in_day = self.b.and(from, before);
        self.b.select(in_day, Value::Constant(day), low)
    }

    /// One piece of an observed event, which survives it with probability `survival`: what is weighed is no longer luck.
    /// Gives the survival that is left to luck.
    pub(super) fn hold(
        &mut self,
        index: usize,
        held: Held,
        (low, high): (Value, Value),
        mask: Value,
        survival: Value,
        context: &Context,
    ) -> Value {
        let before = self.b.at_most(high, Value::Constant(held.until));
        let weighed = self.b.and(mask, before);
        self.weigh_where(weighed, held.weight, survival);
        let Some(day) = held.day else { return self.b.select(before, YES, survival) };
        let from = self.b.at_most(Value::Constant(day - 1.0), low);
        let until = self.b.at_most(high, Value::Constant(day));
        let in_day = self.b.and(from, until);
        let here = self.b.and(in_day, mask);
        self.if_any(here, |l| {
            let happens = l.b.subtract(YES, survival);
            l.weigh_where(here, held.weight, happens);
            // Its own luck, which decides nothing any more, says when on the day.
            let luck = l.event_luck(index);
            let date = l.b.subtract(Value::Constant(day), luck);
            let date = l.b.max(date, low);
            l.fire(index, here, date, context);
        });
        // After the day it has happened, or the future weighs nothing.
        YES
    }

    /// When the day is over, a future in which the event has not happened is not one of those that can be.
    pub(super) fn must_have_happened(&mut self, index: usize) {
        let Some(held) = self.held(index) else { return };
        let Some(day) = held.day else { return };
        let step = self.step_of(day);
        self.place(Place::After, |l| {
            l.in_steps(step, step + 1, |l| {
                let pending = l.pending(index);
                l.weigh_where(pending, held.weight, ZERO);
            });
        });
    }

    /// Observations that hold at the end of a step: rough values, reports, and events whose luck goes with others'.
    pub(super) fn step_observations(&mut self) {
        let scenario = self.scenario;
        for (o, observation) in scenario.observations.iter().enumerate() {
            let weight = self.weights[o];
            match &observation.what {
                Observed::Path { path, step, value, sd: Some(sd) } => {
                    let shown = Operand::Slot(self.paths[*path].shown);
                    self.at_step_end(*step, |l| {
                        let distance = l.b.subtract(shown, Value::Constant(*value));
                        let distance = l.b.divide(distance, Value::Constant(*sd));
                        let density = l.bell(distance);
                        l.weigh(weight, density);
                    });
                }
                Observed::Report { condition, step, odds } => self.at_step_end(*step, |l| {
                    let holds = l.term(condition, &Context::at(super::Moment::Now));
                    l.b.check(holds, YES, condition.span, || format!("the report `{}`", observation.name));
                    let (yes, no) = match odds {
                        Some(odds) => (Value::Constant(*odds), YES),
                        None => (YES, ZERO),
                    };
                    let factor = l.b.select(holds, yes, no);
                    l.weigh(weight, factor);
                }),
                Observed::NotBy { event, by } if self.held(*event).is_none() => {
                    let step = self.b.last_step();
                    let date = Operand::Slot(self.events[*event].date);
                    self.at_step_end(step, |l| {
                        let too_early = l.b.at_most(date, Value::Constant(*by));
                        l.weigh_where(too_early, weight, ZERO);
                    });
                }
                Observed::Happened { event, happened, .. } if self.held(*event).is_none() => {
                    let step = self.b.last_step();
                    self.at_step_end(step, |l| {
                        let pending = l.pending(*event);
                        let wrong = if *happened { pending } else { l.b.not(pending) };
                        l.weigh_where(wrong, weight, ZERO);
                    });
                }
                Observed::Event { event, .. } | Observed::Happened { event, .. } => self.must_have_happened(*event),
                Observed::Path { .. } | Observed::NotBy { .. } => {}
            }
        }
    }

    fn at_step_end(&mut self, step: usize, work: impl FnOnce(&mut Self)) {
        self.place(Place::After, |l| l.in_steps(step, step + 1, work));
    }

    /// exp(−x² / 2)
    pub(super) fn bell(&mut self, x: Value) -> Value {
        let square = self.b.multiply(x, x);
        let exponent = self.b.multiply(square, Value::Constant(-0.5));
        self.b.unary(Unary::Exp, exponent)
    }

    /// The exact values at which a path was seen: step, value, and the weight of the observation.
    pub(super) fn seen_values(&self, path: usize) -> Vec<(usize, f64, Slot)> {
        let all = self.scenario.observations.iter().zip(&self.weights);
        all.filter_map(|(o, &weight)| match o.what {
            Observed::Path { path: p, step, value, sd: None } if p == path => Some((step, value, weight)),
            _ => None,
        })
        .collect()
    }

    /// Decided at one moment: whether it happens where `may` holds, given what was seen.
    pub(super) fn decided_as_seen(
        &mut self,
        held: Held,
        date: Option<f64>,
        may: Value,
        chance: Value,
    ) -> Option<Value> {
        let date = date.unwrap_or(f64::INFINITY);
        if date == f64::NEG_INFINITY {
            return Some(ZERO);
        }
        if held.day.is_some() {
            self.weigh_where(may, held.weight, chance);
            return Some(may);
        }
        if date <= held.until {
            let not = self.b.subtract(YES, chance);
            self.weigh_where(may, held.weight, not);
            return Some(ZERO);
        }
        None
    }
}
