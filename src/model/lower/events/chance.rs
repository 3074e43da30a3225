//! How likely an event is and which way it turns out: base values, the given rule in force, shifts on top.

use super::YES;
use crate::model::lower::{Context, Lowering};
use crate::model::types::{Assumption, Effect, Event, InFile, Share};
use crate::program::{Once, Problem, Value};

const ZERO: Value = Value::Constant(0.0);

impl Lowering<'_> {
    /// The probability in force, without shifts.
    pub(super) fn probability(&mut self, event: &Event, mask: Value, context: &Context) -> Value {
        let base = match &event.probability {
            Some(probability) => self.bounded(probability, 0.0, 1.0, mask, context),
            None => YES,
        };
        self.ruled(event, base, mask, context, |rule| rule.probability.as_ref(), (0.0, 1.0))
    }

    /// Expected occurrences per year, shifts included.
    pub(super) fn pace(&mut self, event: &Event, mask: Value, context: &Context) -> Value {
        let base = match &event.rate {
            Some(rate) => self.bounded(rate, 0.0, f64::INFINITY, mask, context),
            None => ZERO,
        };
        let rate = self.ruled(event, base, mask, context, |rule| rule.rate.as_ref(), (0.0, f64::INFINITY));
        let factors = self.odds(event, mask, context);
        self.b.multiply(rate, factors)
    }

    /// The first rule whose condition holds replaces the base value.
    fn ruled<'e>(
        &mut self,
        event: &'e Event,
        base: Value,
        mask: Value,
        context: &Context,
        value: impl Fn(&'e crate::model::types::Given) -> Option<&'e Assumption>,
        (low, high): (f64, f64),
    ) -> Value {
        if event.given.iter().all(|rule| value(rule).is_none()) {
            return base;
        }
        let mut open = mask;
        let mut cases = Vec::new();
        for rule in &event.given {
            let holds = self.rule_holds(event, rule, open, context);
            let here = self.b.and(open, holds);
            let number = match value(rule) {
                Some(assumption) => self.bounded(assumption, low, high, here, context),
                None => base,
            };
            cases.push((holds, number));
            let not = self.b.not(holds);
            open = self.b.and(open, not);
        }
        let mut chosen = base;
        for (holds, number) in cases.into_iter().rev() {
            chosen = self.b.select(holds, number, chosen);
        }
        chosen
    }

    fn rule_holds(
        &mut self,
        event: &Event,
        rule: &crate::model::types::Given,
        mask: Value,
        context: &Context,
    ) -> Value {
        let holds = self.term(&rule.condition, context);
        self.b.check(holds, mask, rule.condition.span, || format!("a `given` rule of `{}`", event.name));
        holds
    }

    /// The product of the odds, or factors, of all shifts in force.
    pub(super) fn odds(&mut self, event: &Event, mask: Value, context: &Context) -> Value {
        let mut product = YES;
        for shift in &event.shifts {
            let (Effect::Odds(assumption) | Effect::Factor(assumption)) = &shift.effect else { continue };
            let odds = self.shift(event, shift, assumption, mask, context);
            product = self.b.multiply(product, odds);
        }
        product
    }

    /// The odds of a shift while its condition holds, else 1.
    fn shift(
        &mut self,
        event: &Event,
        shift: &crate::model::types::Shift,
        odds: &Assumption,
        mask: Value,
        context: &Context,
    ) -> Value {
        let Some(condition) = &shift.condition else { return self.bounded(odds, 0.0, f64::INFINITY, mask, context) };
        let holds = self.term(condition, context);
        self.b.check(holds, mask, condition.span, || format!("the shift `{}` of `{}`", shift.name, event.name));
        let here = self.b.and(mask, holds);
        let odds = self.bounded(odds, 0.0, f64::INFINITY, here, context);
        self.b.select(holds, odds, YES)
    }

    /// A probability whose odds are multiplied; 1 stays certain unless they are 0.
    pub(super) fn with_odds(&mut self, probability: Value, odds: Value) -> Value {
        if odds == YES {
            return probability;
        }
        let weighted = self.b.multiply(probability, odds);
        let other = self.b.subtract(YES, probability);
        let total = self.b.add(other, weighted);
        let chance = self.b.divide(weighted, total);
        let possible = self.b.less(ZERO, weighted);
        self.b.select(possible, chance, ZERO)
    }

    /// The branch in which the event happens, where the mask holds.
    pub(super) fn branch(&mut self, index: usize, mask: Value, context: &Context) -> Value {
        let weights = self.branch_weights(index, mask, context);
        let address = format!("{}.branches", self.scenario.events[index].address);
        let luck = self.luck(&address, 0, Once::Future);
        self.branch_of(index, luck, &weights, mask)
    }

    /// The share of one branch.
    pub(super) fn branch_chance(&mut self, index: usize, branch: usize, mask: Value, context: &Context) -> Value {
        let weights = self.branch_weights(index, mask, context);
        let mut sum = ZERO;
        for &weight in &weights {
            sum = self.b.add(sum, weight);
        }
        self.b.divide(weights[branch], sum)
    }

    /// The branch that a uniform stands for.
    pub(super) fn branch_of(&mut self, index: usize, luck: Value, weights: &[Value], mask: Value) -> Value {
        let event = &self.scenario.events[index];
        let picked = self.b.pick(luck, weights);
        self.b.check_against(Problem::NoBranch, picked, mask, event.span, || format!("`{}`", event.name));
        picked
    }

    /// What the branches weigh, given rules and shifts in force.
    pub(super) fn branch_weights(&mut self, index: usize, mask: Value, context: &Context) -> Vec<Value> {
        let event = &self.scenario.events[index];
        let shares: Vec<Share> = event.branches.iter().map(|b| b.share.clone()).collect();
        let base = self.shares(&shares, mask, context);
        let mut weights = base.clone();
        if event.given.iter().any(|rule| rule.branches.is_some()) {
            let mut open = mask;
            let mut cases = Vec::new();
            for rule in &event.given {
                let holds = self.rule_holds(event, rule, open, context);
                let here = self.b.and(open, holds);
                let shares = match &rule.branches {
                    Some(shares) => self.shares(shares, here, context),
                    None => base.clone(),
                };
                cases.push((holds, shares));
                let not = self.b.not(holds);
                open = self.b.and(open, not);
            }
            for (holds, shares) in cases.into_iter().rev() {
                for (weight, share) in weights.iter_mut().zip(shares) {
                    *weight = self.b.select(holds, share, *weight);
                }
            }
        }
        for shift in &event.shifts {
            let Effect::BranchOdds(all) = &shift.effect else { continue };
            for (branch, odds) in all {
                let odds = self.shift(event, shift, odds, mask, context);
                weights[*branch] = self.b.multiply(weights[*branch], odds);
            }
        }
        weights
    }

    /// Shares that sum to 1: those that are set stay, the others share what is left in proportion to the file's.
    fn shares(&mut self, shares: &[Share], mask: Value, context: &Context) -> Vec<Value> {
        let mut file: Vec<Value> = Vec::new();
        let mut stated = ZERO;
        for share in shares {
            let value = match &share.file {
                InFile::Chance(chance) => self.bounded(chance, 0.0, 1.0, mask, context),
                InFile::Zero | InFile::Rest => ZERO,
            };
            stated = self.b.add(stated, value);
            file.push(value);
        }
        for (share, value) in shares.iter().zip(&mut file) {
            if matches!(share.file, InFile::Rest) {
                let left = self.b.subtract(YES, stated);
                *value = self.b.max(left, ZERO);
            }
        }
        if shares.iter().all(|share| share.set.is_none()) {
            return self.normalised(file);
        }
        let (mut set, mut others) = (ZERO, ZERO);
        let mut result = file.clone();
        for (i, share) in shares.iter().enumerate() {
            match &share.set {
                Some(new) => {
                    result[i] = self.bounded(new, 0.0, 1.0, mask, context);
                    set = self.b.add(set, result[i]);
                }
                None => others = self.b.add(others, file[i]),
            }
        }
        let left = self.b.subtract(YES, set);
        let left = self.b.max(left, ZERO);
        let scale = self.b.divide(left, others);
        let some = self.b.less(ZERO, others);
        let scale = self.b.select(some, scale, ZERO);
        for (i, share) in shares.iter().enumerate() {
            if share.set.is_none() {
                result[i] = self.b.multiply(file[i], scale);
            }
        }
        self.normalised(result)
    }

    /// Branches given by expressions or panels need not sum to 1.
    fn normalised(&mut self, shares: Vec<Value>) -> Vec<Value> {
        if shares.iter().all(|s| matches!(s, Value::Constant(_))) {
            return shares;
        }
        let mut sum = ZERO;
        for &share in &shares {
            sum = self.b.add(sum, share);
        }
        shares.into_iter().map(|share| self.b.divide(share, sum)).collect()
    }
}
