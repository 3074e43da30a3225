//! Building a program: values in, values out. Constants are folded, equal operations are done once, and what does not
//! change within a future is moved out of the steps.

mod arithmetic;
mod bodies;
mod draws;
mod guards;

pub use bodies::Scope;

use super::{
    CheckSite, ClampSite, Instruction, Op, Operand, Program, Range, Site, Slot, Unary, When, apart, layout, tighten,
};
use std::collections::HashMap;

pub type Value = Operand;

/// The part of the program to which operations are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Once for a block of futures: what is known before the first step.
    Once,
    /// In a step, before anything has moved: the state at T(k−1).
    Before,
    /// In a step, while things are brought up to date.
    Update,
    /// In a step, when all is up to date.
    After,
    /// After the last step.
    End,
}

/// What an operation is recognised by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// What is read before a step is not what is read in it: the state may have moved between.
    place: Place,
    name: &'static str,
    code: u64,
    operands: Vec<(u8, u64)>,
}

struct Known {
    value: Value,
    /// The scope in which it was computed, an index into the stack of open scopes.
    depth: usize,
    steps: (u32, u32),
}

struct SlotFacts {
    range: Range,
    /// Set before the first step, and not changed by a step.
    fixed: bool,
    /// Set anew in every step before it is read, so that its column may serve others in between.
    temporary: bool,
    /// A state that no result shows.
    inner: bool,
}

/// Collects the operations of a program.
pub struct Builder {
    pub seed: u64,
    ends: Vec<f64>,
    place: Place,
    /// The steps in which what is added now can matter: `from..to`.
    steps: (u32, u32),
    once: Vec<Instruction>,
    before: Vec<Instruction>,
    after: Vec<Instruction>,
    end: Vec<Instruction>,
    /// `update` at the bottom, open bodies above it.
    scopes: Vec<Vec<Instruction>>,
    known: HashMap<Key, Known>,
    slots: Vec<SlotFacts>,
    tables: Vec<Box<[f64]>>,
    sites: Vec<Site>,
    pub checks: Vec<CheckSite>,
    pub clamps: Vec<ClampSite>,
}

fn operand_key(operand: Operand) -> (u8, u64) {
    match operand {
        Operand::Slot(slot) => (0, u64::from(slot)),
        Operand::Constant(value) => (1, value.to_bits()),
        Operand::Table(table) => (2, u64::from(table)),
    }
}

impl Builder {
    /// `ends`: T(0) … T(K) in days since the start.
    pub fn new(seed: u64, ends: Vec<f64>) -> Self {
        let steps = (1, ends.len() as u32);
        Builder {
            seed,
            ends,
            place: Place::Once,
            steps,
            once: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            end: Vec::new(),
            scopes: vec![Vec::new()],
            known: HashMap::new(),
            slots: Vec::new(),
            tables: Vec::new(),
            sites: Vec::new(),
            checks: Vec::new(),
            clamps: Vec::new(),
        }
    }

    /// K, the number of steps.
    pub fn last_step(&self) -> usize {
        self.ends.len() - 1
    }

    pub fn ends(&self) -> &[f64] {
        &self.ends
    }

    pub fn place(&self) -> Place {
        self.place
    }

    /// Operations go to `place` from now on; gives the place they went to before.
    pub fn enter(&mut self, place: Place) -> Place {
        std::mem::replace(&mut self.place, place)
    }

    /// What is added from now on matters in the steps `from..to` only; gives what is to be handed to `leave_steps`.
    pub fn enter_steps(&mut self, from: usize, to: usize) -> (u32, u32) {
        let outer = self.steps;
        self.steps = ((from as u32).max(outer.0), (to as u32).min(outer.1));
        outer
    }

    /// What is added from now on matters in every step, whatever steps it is asked for in.
    pub fn enter_every_step(&mut self) -> (u32, u32) {
        std::mem::replace(&mut self.steps, (1, self.ends.len() as u32))
    }

    pub fn leave_steps(&mut self, outer: (u32, u32)) {
        self.steps = outer;
    }

    pub fn steps(&self) -> std::ops::Range<usize> {
        self.steps.0 as usize..self.steps.1 as usize
    }

    /// A table with `value(k)` for step k; a constant if they are all the same in the steps that matter.
    pub fn table(&mut self, value: impl Fn(usize) -> f64) -> Value {
        let values: Box<[f64]> = (0..self.ends.len()).map(value).collect();
        self.table_of(values)
    }

    fn table_of(&mut self, values: Box<[f64]>) -> Value {
        let used = &values[self.used(&values)];
        if let Some(&first) = used.first()
            && used.iter().all(|v| v.to_bits() == first.to_bits())
        {
            return Operand::Constant(first);
        }
        if let Some(index) = self
            .tables
            .iter()
            .position(|t| t.len() == values.len() && t.iter().zip(&values).all(|(a, b)| a.to_bits() == b.to_bits()))
        {
            return Operand::Table(index as u32);
        }
        self.tables.push(values);
        Operand::Table(self.tables.len() as u32 - 1)
    }

    fn used(&self, values: &[f64]) -> std::ops::Range<usize> {
        let to = (self.steps.1 as usize).min(values.len());
        (self.steps.0 as usize).min(to)..to
    }

    /// The values of a constant or a table, step by step, if it is one.
    pub fn known_values(&self, value: Value) -> Option<Vec<f64>> {
        match value {
            Operand::Constant(c) => Some(vec![c; self.ends.len()]),
            Operand::Table(t) => Some(self.tables[t as usize].to_vec()),
            Operand::Slot(_) => None,
        }
    }

    /// Whether two values are the same in all steps that matter, as far as is known beforehand.
    pub fn same(&self, a: Value, b: Value) -> bool {
        match (self.known_values(a), self.known_values(b)) {
            (Some(a), Some(b)) => self.steps().all(|k| a.get(k) == b.get(k)),
            _ => a == b,
        }
    }

    /// Says what is known of a value wherever it matters.
    pub fn assume(&mut self, value: Value, range: Range) {
        if let Operand::Slot(slot) = value {
            self.slots[slot as usize].range = range;
        }
    }

    pub fn range(&self, value: Value) -> Range {
        match value {
            Operand::Slot(slot) => self.slots[slot as usize].range,
            Operand::Constant(c) => Range::constant(c),
            Operand::Table(t) => {
                let table = &self.tables[t as usize];
                Range::of(&table[self.used(table)])
            }
        }
    }

    /// Whether a value does not change within a future.
    pub fn fixed(&self, value: Value) -> bool {
        match value {
            Operand::Slot(slot) => self.slots[slot as usize].fixed,
            Operand::Constant(_) => true,
            Operand::Table(_) => false,
        }
    }

    fn new_slot(&mut self, range: Range, fixed: bool) -> Slot {
        self.slots.push(SlotFacts { range, fixed, temporary: false, inner: false });
        self.slots.len() as u32 - 1
    }

    fn new_temporary(&mut self, range: Range, fixed: bool, place: Place) -> Slot {
        let slot = self.new_slot(range, fixed);
        self.slots[slot as usize].temporary = !matches!(place, Place::Once | Place::End);
        slot
    }

    fn push_to(&mut self, place: Place, op: Op) {
        let (from, to) = match place {
            Place::Once | Place::End => (0, u32::MAX),
            _ => self.steps,
        };
        let instruction = Instruction { op, when: When::steps(from, to) };
        match place {
            Place::Once => self.once.push(instruction),
            Place::Before => self.before.push(instruction),
            Place::Update => self.scopes.last_mut().expect("the update itself is always open").push(instruction),
            Place::After => self.after.push(instruction),
            Place::End => self.end.push(instruction),
        }
    }

    /// Adds an operation with one result unless an equal one is known.
    fn compute(
        &mut self,
        name: &'static str,
        code: u64,
        operands: &[Value],
        range: Range,
        op: impl FnOnce(Slot) -> Op,
    ) -> Value {
        let fixed = operands.iter().all(|&o| self.fixed(o));
        let place = if fixed { Place::Once } else { self.place };
        let key = Key { place, name, code, operands: operands.iter().map(|&o| operand_key(o)).collect() };
        let (depth, steps) = match place {
            Place::Update => (self.scopes.len(), self.steps),
            Place::Before | Place::After => (0, self.steps),
            Place::Once | Place::End => (0, (0, u32::MAX)),
        };
        if let Some(known) = self.known.get(&key)
            && known.depth <= depth
            && known.steps.0 <= steps.0
            && known.steps.1 >= steps.1
        {
            return known.value;
        }
        let slot = self.new_temporary(range, fixed, place);
        self.push_to(place, op(slot));
        let value = Operand::Slot(slot);
        self.known.insert(key, Known { value, depth, steps });
        value
    }

    /// The values of all operands in step k, if they are known beforehand.
    fn fold(&mut self, operands: &[Value], f: impl Fn(&[f64]) -> f64) -> Option<Value> {
        if operands.iter().any(|o| matches!(o, Operand::Slot(_))) {
            return None;
        }
        let at = |this: &Self, k: usize| -> Vec<f64> {
            operands
                .iter()
                .map(|&o| match o {
                    Operand::Constant(c) => c,
                    Operand::Table(t) => this.tables[t as usize][k],
                    Operand::Slot(_) => f64::NAN,
                })
                .collect()
        };
        if operands.iter().all(|o| matches!(o, Operand::Constant(_))) {
            return Some(Operand::Constant(f(&at(self, 0))));
        }
        let values = (0..self.ends.len()).map(|k| f(&at(self, k))).collect();
        Some(self.table_of(values))
    }

    /// A number that is kept from step to step; starts as `initial` (which is set in `once`).
    pub fn state(&mut self, initial: Value) -> Slot {
        let slot = self.new_slot(Range::ANY, false);
        self.push_to(Place::Once, Op::Unary(Unary::Copy, slot, initial));
        slot
    }

    /// A state of which more is known than that it is a number.
    pub fn state_within(&mut self, initial: Value, range: Range) -> Slot {
        let slot = self.state(initial);
        self.slots[slot as usize].range = range;
        slot
    }

    /// A state that only operations read, no result: it need not be kept where every step makes it anew.
    pub fn inner_state(&mut self, initial: Value, range: Range) -> Slot {
        let slot = self.state_within(initial, range);
        self.slots[slot as usize].inner = true;
        slot
    }

    /// Gives a state its new value.
    pub fn assign(&mut self, state: Slot, value: Value) {
        if value == Operand::Slot(state) {
            return;
        }
        self.forget(state);
        self.push_to(self.place, Op::Unary(Unary::Copy, state, value));
    }

    /// What was computed from a state no longer holds when it has changed.
    fn forget(&mut self, state: Slot) {
        let changed = (0, u64::from(state));
        self.known.retain(|key, _| !key.operands.contains(&changed));
    }

    /// Gives a state a new value where the mask holds.
    pub fn assign_where(&mut self, mask: Value, state: Slot, value: Value) {
        let chosen = self.select(mask, value, Operand::Slot(state));
        self.assign(state, chosen);
    }

    /// A ring of `size` columns; `remember` writes step k's value into it, `recall` reads that of step `table[k]`.
    pub fn ring(&mut self, size: usize) -> Slot {
        let first = self.new_slot(Range::FINITE, false);
        for _ in 1..size {
            self.new_slot(Range::FINITE, false);
        }
        first
    }

    pub fn remember(&mut self, first: Slot, size: usize, value: Slot) {
        self.push_to(self.place, Op::Remember { first, size: size as u32, value });
    }

    pub fn recall(&mut self, first: Slot, size: usize, step: impl Fn(usize) -> f64) -> Value {
        let values = (0..self.ends.len()).map(step).collect();
        self.tables.push(values);
        let step = self.tables.len() as u32 - 1;
        let out = self.new_slot(Range::FINITE, false);
        self.push_to(self.place, Op::Recall { out, first, size: size as u32, step });
        Operand::Slot(out)
    }

    /// The finished program; the results are filled in by whoever knows what the slots mean.
    pub fn finish(mut self) -> Program {
        let update = self.scopes.pop().expect("the update itself is always open");
        let step = [self.before, update, self.after].into_iter().flatten().collect();
        let mut program = Program {
            seed: self.seed,
            ends: self.ends,
            slots: self.slots.len(),
            tables: self.tables,
            once: self.once,
            step,
            end: self.end,
            checks: self.checks,
            clamps: self.clamps,
            paths: Vec::new(),
            events: Vec::new(),
            quantities: Vec::new(),
            metrics: Vec::new(),
            outcome: None,
            weight: None,
            observations: Vec::new(),
            sites: self.sites,
            design: None,
        };
        let mut temporary: Vec<bool> = self.slots.iter().map(|s| s.temporary).collect();
        let inner: Vec<bool> = self.slots.iter().map(|s| s.inner).collect();
        tighten::tighten(&mut program, &mut temporary, &inner);
        layout::reuse_columns(&mut program, &temporary);
        apart::note(&mut program.step, &temporary);
        program
    }
}
