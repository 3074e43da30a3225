//! Correlated luck: of the steps of paths, of quantities and of events (a Gaussian copula).
//!
//! Members are taken in file order, so that the first of a group keeps the luck it would have alone: the j-th one's normal
//! is Σ `L_ji` `ε_i` with L the Cholesky factor of the group's correlations and `ε_i` its members' own. Where a path was
//! seen exactly, what it was seen at must be known before others go by it: paths are then taken in the order in which they
//! are brought up to date, which is file order but for those that refer to later ones.

use super::Lowering;
use crate::chance::correlation::Factor;
use crate::chance::uniform::key;
use crate::model::order::Thing;
use crate::model::types::{Observed, Scenario};
use crate::program::{Once, Range, Unary, Value};
use std::collections::BTreeMap;

/// For each correlated member the members of its group before it and itself, with their factors.
#[derive(Default)]
pub(super) struct Dependence {
    /// By kind (paths, quantities, events) and index.
    rows: BTreeMap<(usize, usize), Vec<(usize, f64)>>,
    normals: BTreeMap<(usize, usize), Value>,
}

impl Dependence {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut rows = BTreeMap::new();
        for kind in 0..3 {
            let pairs: Vec<(usize, usize, f64)> = scenario
                .correlations
                .iter()
                .filter(|c| c.members.kind() == kind)
                .filter_map(|c| {
                    let (a, b) = c.members.indices();
                    c.rho.constant().map(|rho| (a, b, rho))
                })
                .collect();
            let mut members: Vec<usize> = pairs.iter().flat_map(|p| [p.0, p.1]).collect();
            members.sort_unstable();
            members.dedup();
            if kind == PATHS && members.iter().any(|&path| seen(scenario, path)) {
                members.sort_by_key(|&path| scenario.order.things.iter().position(|t| *t == Thing::Path(path)));
            }
            let n = members.len();
            let at = |index: usize| members.iter().position(|m| *m == index).unwrap_or(0);
            let placed: Vec<(usize, usize, f64)> = pairs.iter().map(|&(a, b, rho)| (at(a), at(b), rho)).collect();
            // Contradictory correlations were refused when the file was read.
            let Ok(factor) = Factor::new(n, &placed) else { continue };
            for j in 0..n {
                let row = factor.row(j);
                let parts = (0..=j).filter(|&i| row[i] != 0.0).map(|i| (members[i], row[i])).collect();
                rows.insert((kind, members[j]), parts);
            }
        }
        Dependence { rows, normals: BTreeMap::new() }
    }

    fn row(&self, kind: usize, index: usize) -> Option<Vec<(usize, f64)>> {
        self.rows.get(&(kind, index)).filter(|r| r.len() > 1).cloned()
    }
}

/// Whether an exact value of the path was observed.
fn seen(scenario: &Scenario, path: usize) -> bool {
    scenario.observations.iter().any(|o| matches!(o.what, Observed::Path { path: p, sd: None, .. } if p == path))
}

const PATHS: usize = 0;
const QUANTITIES: usize = 1;
const EVENTS: usize = 2;

impl Lowering<'_> {
    /// The standard normal of a path's step.
    pub(super) fn path_normal(&mut self, index: usize) -> Value {
        match self.dependence.row(PATHS, index) {
            Some(row) => self.mixed(PATHS, &row),
            None => self.own_normal(PATHS, index),
        }
    }

    /// What a path's own normal must have been for the step's to be `normal`, and its factor in that.
    pub(super) fn own_part(&mut self, index: usize, normal: Value) -> (Value, f64) {
        // The first of a group keeps its own normal.
        let row = self.dependence.row(PATHS, index).unwrap_or_else(|| vec![(index, 1.0)]);
        let mut rest = normal;
        let mut factor = 1.0;
        for (member, part) in row {
            if member == index {
                factor = part;
                continue;
            }
            let other = self.own_normal(PATHS, member);
            rest = self.b.multiply_add(Value::Constant(-part), other, rest);
        }
        let own = self.b.divide(rest, Value::Constant(factor));
        if let Value::Slot(slot) = self.own_normal(PATHS, index) {
            self.b.assign(slot, own);
        }
        (own, factor)
    }

    fn mixed(&mut self, kind: usize, row: &[(usize, f64)]) -> Value {
        let mut sum = Value::Constant(0.0);
        for &(member, factor) in row {
            let own = self.own_normal(kind, member);
            sum = self.b.multiply_add(Value::Constant(factor), own, sum);
        }
        sum
    }

    /// A member's normal as it would be alone.
    fn own_normal(&mut self, kind: usize, member: usize) -> Value {
        if let Some(&known) = self.dependence.normals.get(&(kind, member)) {
            return known;
        }
        let scenario = self.scenario;
        let normal = match kind {
            PATHS => {
                let key = key(self.b.seed, &format!("paths.{}", scenario.paths[member].name), 0);
                self.update(|l| {
                    let normal = l.b.normal(key, Once::Step);
                    if l.seen_values(member).is_empty() {
                        return normal;
                    }
                    // Where the path is seen its normal follows, and others in step with it go by that.
                    let slot = l.b.state_within(Value::Constant(0.0), Range::new(-1e9, 1e9));
                    l.b.assign(slot, normal);
                    Value::Slot(slot)
                })
            }
            QUANTITIES => {
                let address = format!("quantities.{}", scenario.quantities[member].name);
                let uniform = self.luck(&address, 0, Once::Future);
                self.b.normal_of(uniform)
            }
            _ => {
                let uniform = self.luck(&scenario.events[member].address, 0, Once::Future);
                self.b.normal_of(uniform)
            }
        };
        self.dependence.normals.insert((kind, member), normal);
        normal
    }

    /// The uniform of a quantity whose luck goes with others'.
    pub(super) fn correlated_quantity(&mut self, address: &str) -> Option<Value> {
        let name = address.strip_prefix("quantities.")?;
        let index = self.scenario.quantities.iter().position(|q| q.name == name)?;
        let row = self.dependence.row(QUANTITIES, index)?;
        let normal = self.mixed(QUANTITIES, &row);
        Some(self.b.unary(Unary::NormalShare, normal))
    }

    /// The luck of an event, for its whole life.
    pub(super) fn event_luck(&mut self, index: usize) -> Value {
        if let Some(row) = self.dependence.row(EVENTS, index) {
            let normal = self.mixed(EVENTS, &row);
            self.b.unary(Unary::NormalShare, normal)
        } else {
            let address = self.scenario.events[index].address.clone();
            self.luck(&address, 0, Once::Future)
        }
    }
}
