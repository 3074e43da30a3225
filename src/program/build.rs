//! Building a program: values in, values out. Constants are folded, equal operations are done once, and what does not
//! change within a future is moved out of the steps.

use super::fold::{fold_binary, fold_ternary, fold_unary, range_binary, range_ternary, range_unary};
use super::{
    Binary, CheckSite, ClampSite, DrawWith, Instruction, Once, Op, Operand, Pieces, Problem, Program, Range, Slot,
    Ternary, Unary, When, cost, layout, tighten,
};
use crate::chance::distributions::{Distribution, Family};
use crate::diagnostic::Span;
use std::collections::HashMap;
use std::sync::Arc;

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

/// An open body.
pub enum Scope {
    Always,
    IfAny(Slot),
    /// What a `Pieces` does where nothing is cut.
    Whole,
    Pieces {
        low: Slot,
        high: Slot,
        from: Value,
        to: Value,
        causes: Vec<Slot>,
        whole: Vec<Instruction>,
    },
    Times {
        count: Slot,
        index: Slot,
    },
}

struct SlotFacts {
    range: Range,
    /// Set before the first step, and not changed by a step.
    fixed: bool,
    /// Set anew in every step before it is read, so that its column may serve others in between.
    temporary: bool,
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

    fn fixed(&self, value: Value) -> bool {
        match value {
            Operand::Slot(slot) => self.slots[slot as usize].fixed,
            Operand::Constant(_) => true,
            Operand::Table(_) => false,
        }
    }

    fn new_slot(&mut self, range: Range, fixed: bool) -> Slot {
        self.slots.push(SlotFacts { range, fixed, temporary: false });
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

    pub fn unary(&mut self, operation: Unary, x: Value) -> Value {
        if operation == Unary::Copy && !matches!(x, Operand::Slot(_)) {
            return x;
        }
        if let Some(folded) = self.fold(&[x], |v| fold_unary(operation, v[0])) {
            return folded;
        }
        let range = range_unary(operation, self.range(x));
        self.compute("unary", operation as u64, &[x], range, |out| Op::Unary(operation, out, x))
    }

    pub fn binary(&mut self, operation: Binary, a: Value, b: Value) -> Value {
        if let Some(folded) = self.fold(&[a, b], |v| fold_binary(operation, v[0], v[1])) {
            return folded;
        }
        if let Some(simpler) = self.simplify(operation, a, b) {
            return simpler;
        }
        let range = range_binary(operation, self.range(a), self.range(b));
        self.compute("binary", operation as u64, &[a, b], range, |out| Op::Binary(operation, out, a, b))
    }

    /// Laws that hold bit for bit for every number, or that the ranges allow.
    fn simplify(&self, operation: Binary, a: Value, b: Value) -> Option<Value> {
        let is = |v: Value, c: f64| v == Operand::Constant(c);
        let (one, zero) = (Operand::Constant(1.0), Operand::Constant(0.0));
        match operation {
            Binary::Multiply if is(a, 1.0) => Some(b),
            Binary::Multiply | Binary::Divide if is(b, 1.0) => Some(a),
            Binary::Add if is(a, 0.0) => Some(b),
            Binary::Add | Binary::Subtract if is(b, 0.0) => Some(a),
            Binary::And | Binary::AndOrNan if is(a, 1.0) => Some(b),
            Binary::And | Binary::AndOrNan if is(b, 1.0) => Some(a),
            Binary::And | Binary::AndOrNan if is(a, 0.0) || is(b, 0.0) => Some(zero),
            Binary::Or | Binary::OrOrNan if is(a, 0.0) => Some(b),
            Binary::Or | Binary::OrOrNan if is(b, 0.0) => Some(a),
            Binary::Or | Binary::OrOrNan if is(a, 1.0) || is(b, 1.0) => Some(one),
            Binary::Less | Binary::LessOrNan if self.ordered(a, b) && self.range(a).high < self.range(b).low => {
                Some(one)
            }
            Binary::AtMost | Binary::AtMostOrNan if self.ordered(a, b) && self.range(a).high <= self.range(b).low => {
                Some(one)
            }
            _ => None,
        }
    }

    fn ordered(&self, a: Value, b: Value) -> bool {
        !self.range(a).nan && !self.range(b).nan
    }

    pub fn ternary(&mut self, operation: Ternary, a: Value, b: Value, c: Value) -> Value {
        if let Some(folded) = self.fold(&[a, b, c], |v| fold_ternary(operation, v[0], v[1], v[2])) {
            return folded;
        }
        let range = range_ternary(operation, self.range(a), self.range(b), self.range(c));
        self.compute("ternary", operation as u64, &[a, b, c], range, |out| Op::Ternary(operation, out, a, b, c))
    }

    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Add, a, b)
    }

    pub fn subtract(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Subtract, a, b)
    }

    pub fn multiply(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Multiply, a, b)
    }

    pub fn divide(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Divide, a, b)
    }

    /// a · b + c, rounded once.
    pub fn multiply_add(&mut self, a: Value, b: Value, c: Value) -> Value {
        if c == Operand::Constant(0.0) {
            return self.multiply(a, b);
        }
        if a == Operand::Constant(1.0) {
            return self.add(b, c);
        }
        self.ternary(Ternary::MultiplyAdd, a, b, c)
    }

    /// A comparison, in the form that carries NaN on if there can be one.
    pub fn compare(&mut self, plain: Binary, or_nan: Binary, a: Value, b: Value) -> Value {
        let operation = if self.ordered(a, b) { plain } else { or_nan };
        self.binary(operation, a, b)
    }

    pub fn less(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::Less, Binary::LessOrNan, a, b)
    }

    pub fn at_most(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::AtMost, Binary::AtMostOrNan, a, b)
    }

    pub fn and(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::And, Binary::AndOrNan, a, b)
    }

    pub fn or(&mut self, a: Value, b: Value) -> Value {
        self.compare(Binary::Or, Binary::OrOrNan, a, b)
    }

    pub fn not(&mut self, a: Value) -> Value {
        self.unary(Unary::Not, a)
    }

    pub fn select(&mut self, condition: Value, a: Value, b: Value) -> Value {
        if a == b && !self.range(condition).nan {
            return a;
        }
        match condition {
            Operand::Constant(c) if !c.is_nan() => return if c == 0.0 { b } else { a },
            _ => {}
        }
        let operation = if self.range(condition).nan { Ternary::SelectOrNan } else { Ternary::Select };
        self.ternary(operation, condition, a, b)
    }

    /// Opens a body that runs only where the mask holds in some future of the block. None if it never can.
    pub fn open_if_any(&mut self, mask: Value) -> Option<Scope> {
        let scope = match mask {
            Operand::Constant(0.0) => return None,
            Operand::Constant(_) => return Some(Scope::Always),
            Operand::Slot(mask) => Scope::IfAny(mask),
            Operand::Table(_) => {
                let slot = self.state_within(Operand::Constant(0.0), Range::YES_NO);
                self.assign(slot, mask);
                Scope::IfAny(slot)
            }
        };
        self.open();
        Some(scope)
    }

    /// Opens the body for the case that nothing is cut; it is closed by `open_pieces`.
    pub fn open_whole(&mut self) -> Scope {
        self.open();
        Scope::Whole
    }

    /// Opens a body that runs for each piece into which the dates of `causes` cut `from..to`; gives the piece's bounds.
    pub fn open_pieces(&mut self, whole: Scope, from: Value, to: Value, causes: Vec<Slot>) -> (Scope, Value, Value) {
        debug_assert!(matches!(whole, Scope::Whole), "pieces follow the whole");
        let whole = self.close_body();
        let range = self.range(from).union(self.range(to));
        let (low, high) = (self.new_slot(range, false), self.new_slot(range, false));
        self.open();
        (Scope::Pieces { low, high, from, to, causes, whole }, Operand::Slot(low), Operand::Slot(high))
    }

    /// Opens a body that runs for each occurrence of a step; gives a mask of the futures that have so many.
    pub fn open_times(&mut self, count: Slot) -> (Scope, Value) {
        let index = self.new_slot(Range::new(0.0, 1e9), false);
        self.open();
        let has = self.less(Operand::Slot(index), Operand::Slot(count));
        (Scope::Times { count, index }, has)
    }

    fn open(&mut self) {
        debug_assert_eq!(self.place, Place::Update, "bodies are part of the update");
        self.scopes.push(Vec::new());
    }

    /// Closes the body that was opened last.
    pub fn close(&mut self, scope: Scope) {
        if matches!(scope, Scope::Always) {
            return;
        }
        let body = self.close_body();
        let op = match scope {
            Scope::Always | Scope::Whole => return,
            Scope::IfAny(mask) => Op::IfAny { mask, body, few: 0 },
            Scope::Pieces { low, high, from, to, causes, whole } => {
                let (kept, few) = (Vec::new(), 0);
                Op::Pieces(Box::new(Pieces { low, high, from, to, causes: causes.into(), whole, body, kept, few }))
            }
            Scope::Times { count, index } => Op::Times { count, index, body },
        };
        self.push_to(Place::Update, op);
    }

    fn close_body(&mut self) -> Vec<Instruction> {
        let depth = self.scopes.len();
        self.known.retain(|_, known| known.depth < depth);
        self.scopes.pop().expect("opened before")
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

    pub fn uniform(&mut self, key: u64, once: Once) -> Value {
        let range = Range::new(0.0, 1.0);
        self.random("uniform", key, once, range, |out| Op::Uniform { out, key, once })
    }

    pub fn normal(&mut self, key: u64, once: Once) -> Value {
        let range = Range::new(-9.0, 9.0);
        self.random("normal", key, once, range, |out| Op::Normal { out, key, once })
    }

    fn random(&mut self, name: &'static str, key: u64, once: Once, range: Range, op: impl FnOnce(Slot) -> Op) -> Value {
        if once == Once::Future {
            return self.compute(name, key, &[], range, op);
        }
        let slot = self.new_temporary(range, false, self.place);
        self.push_to(self.place, op(slot));
        Operand::Slot(slot)
    }

    pub fn normal_of(&mut self, uniform: Value) -> Value {
        let range = Range::new(-9.0, 9.0);
        self.compute("normal_of", 0, &[uniform], range, |out| Op::NormalOf { out, uniform })
    }

    pub fn draw(&mut self, uniform: Value, distribution: Arc<Distribution>) -> Value {
        let (low, high) = distribution.support();
        let fixed = self.fixed(uniform);
        let place = if fixed { Place::Once } else { self.place };
        let out = self.new_slot(Range::new(low, high), fixed);
        self.push_to(place, Op::Draw { out, uniform, distribution });
        Operand::Slot(out)
    }

    pub fn draw_with(
        &mut self,
        uniform: Value,
        family: &'static Family,
        form: usize,
        arguments: &[Value],
        bounds: Option<(Value, Value)>,
    ) -> Value {
        let mut operands = vec![uniform];
        operands.extend(arguments);
        operands.extend(bounds.iter().flat_map(|b| [b.0, b.1]));
        let fixed = operands.iter().all(|&o| self.fixed(o));
        let place = if fixed { Place::Once } else { self.place };
        let out = self.new_slot(Range::ANY, fixed);
        let arguments = arguments.into();
        let op = Op::DrawWith(Box::new(DrawWith { out, uniform, family, form, arguments, bounds }));
        self.push_to(place, op);
        Operand::Slot(out)
    }

    pub fn pick(&mut self, uniform: Value, weights: &[Value]) -> Value {
        let mut operands = vec![uniform];
        operands.extend(weights);
        let positive = weights.iter().any(|&w| self.range(w).low > 0.0 && !self.range(w).nan);
        let nan = !positive || weights.iter().any(|&w| self.range(w).nan || self.range(w).high == f64::INFINITY);
        let range = Range { low: 0.0, high: weights.len() as f64 - 1.0, nan };
        let weights = weights.into();
        self.compute("pick", 0, &operands, range, |out| Op::Pick { out, uniform, weights })
    }

    pub fn poisson(&mut self, uniform: Value, mean: Value) -> Value {
        let range = Range { low: 0.0, high: 1e300, nan: self.range(mean).nan };
        self.compute("poisson", 0, &[uniform, mean], range, |out| Op::Poisson { out, uniform, mean })
    }

    /// The number in a row, counted from 0.
    pub fn lookup(&mut self, row: Value, rows: Arc<[f64]>) -> Value {
        let out = self.new_temporary(Range::of(&rows), false, self.place);
        self.push_to(self.place, Op::Lookup { out, row, rows });
        Operand::Slot(out)
    }

    /// Brings a value inside `low..=high`, and counts the futures in which it was outside.
    pub fn clamp(&mut self, value: Value, low: f64, high: f64, address: &str) -> Value {
        let range = self.range(value);
        if range.within(low, high) {
            return value;
        }
        let Operand::Slot(_) = value else {
            // Known beforehand: what is outside for certain is an error that the reader of the file reports, what is
            // outside in some steps only is counted in every future.
            self.count_clamp(Operand::Constant(1.0), address, low, high);
            return self.fold(&[value], |v| clamp(v[0], low, high)).unwrap_or(value);
        };
        let flag = self.clamp_flag(address, low, high);
        let within = Range { low: range.low.max(low), high: range.high.min(high), nan: range.nan };
        let name = "clamp";
        let bounds = [Operand::Constant(low), Operand::Constant(high), Operand::Slot(flag)];
        self.compute(name, 0, &[value, bounds[0], bounds[1], bounds[2]], within, |out| Op::Clamp {
            out,
            flag,
            value,
            low,
            high,
        })
    }

    fn clamp_flag(&mut self, address: &str, low: f64, high: f64) -> Slot {
        if let Some(site) = self.clamps.iter().find(|site| site.address == address) {
            return site.flag;
        }
        let flag = self.state_within(Operand::Constant(0.0), Range::YES_NO);
        self.slots[flag as usize].fixed = true;
        self.clamps.push(ClampSite { flag, address: address.to_owned(), low, high });
        flag
    }

    fn count_clamp(&mut self, mask: Value, address: &str, low: f64, high: f64) {
        let flag = self.clamp_flag(address, low, high);
        self.push_to(self.place, Op::Unary(Unary::Copy, flag, mask));
    }

    /// Stops the run where the value is NaN and the mask holds; gives the value on.
    pub fn check(&mut self, value: Value, mask: Value, span: Span, what: impl FnOnce() -> String) {
        self.check_against(Problem::NotANumber, value, mask, span, what);
    }

    /// The same for a value that is NaN where there is that problem.
    pub fn check_against(
        &mut self,
        problem: Problem,
        value: Value,
        mask: Value,
        span: Span,
        what: impl FnOnce() -> String,
    ) {
        if self.range(value).nan {
            self.check_site(value, mask, problem, span, what());
        }
    }

    /// Stops the run where the value is NaN or infinite.
    pub fn check_finite(&mut self, value: Value, span: Span, what: impl FnOnce() -> String) {
        let range = self.range(value);
        if range.nan || !range.within(-f64::MAX, f64::MAX) {
            self.check_site(value, Operand::Constant(1.0), Problem::NotFinite, span, what());
        }
    }

    fn check_site(&mut self, value: Value, mask: Value, problem: Problem, span: Span, what: String) {
        let site = if let Some(index) =
            self.checks.iter().position(|c| c.span == span && c.what == what && c.problem == problem)
        {
            index
        } else {
            self.checks.push(CheckSite { span, what, problem });
            self.checks.len() - 1
        };
        let infinite = problem == Problem::NotFinite;
        self.push_to(self.place, Op::Check { value, mask, infinite, site: site as u32 });
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
        let mut program = Program {
            seed: self.seed,
            ends: self.ends,
            slots: self.slots.len(),
            tables: self.tables,
            once: self.once,
            before: self.before,
            update,
            after: self.after,
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
        };
        let mut temporary: Vec<bool> = self.slots.iter().map(|s| s.temporary).collect();
        tighten::tighten(&mut program, &mut temporary);
        layout::reuse_columns(&mut program, &temporary);
        cost::weigh(&mut program.update, &temporary);
        program
    }
}

fn clamp(value: f64, low: f64, high: f64) -> f64 {
    if value < low {
        low
    } else if value > high {
        high
    } else {
        value
    }
}
