//! A program made ready to be executed: for each operation the function that does it on this machine, and where it finds
//! what it reads.
//!
//! Each function is found beforehand: looked up and called once for a column, nothing stands between one and the next.

use super::frame::{FEW, Frame, STRIP, Source};
use super::kernels::kernels;
use crate::chance::uniform::step_key;
use crate::program::{Body, Instruction, LANES, MOST_MERGED, Odds, Once, Op, Operand, Program, Slot, Survival, When};
use std::collections::HashMap;

/// Does an operation for all futures of a frame; `after` is what follows in the code. Gives how many calls of that are to
/// be left out.
pub type Kernel<const N: usize, const S: usize> = fn(&mut Frame<N, S>, &Call, after: &[Call]) -> usize;

/// The function that does an operation for a whole block, and that which does it for a few futures.
#[derive(Clone, Copy)]
pub struct Kernels {
    pub(super) block: Kernel<LANES, STRIP>,
    pub(super) few: Kernel<FEW, FEW>,
}

/// Which of the two is for frames of N futures.
pub trait Does<const N: usize, const S: usize> {
    fn kernel(&self) -> Kernel<N, S>;
}

impl Does<LANES, STRIP> for Call {
    #[inline(always)]
    fn kernel(&self) -> Kernel<LANES, STRIP> {
        self.kernels.block
    }
}

impl Does<FEW, FEW> for Call {
    #[inline(always)]
    fn kernel(&self) -> Kernel<FEW, FEW> {
        self.kernels.few
    }
}

/// Where an operand is found: a column of the frame, or a number that stands for a whole one.
#[derive(Clone, Copy, Default)]
pub struct Input(u32);

impl Input {
    const NUMBER: u32 = 1 << 31;

    fn is_number(self) -> bool {
        self.0 & Input::NUMBER != 0
    }

    /// What it stands for, where it is known beforehand which of the two it is.
    #[inline(always)]
    pub(super) fn source<const NUMBER: bool>(self, numbers: &[f64]) -> Source {
        if NUMBER { Source::Number(self.number(numbers)) } else { Source::Column(self.column()) }
    }

    #[inline(always)]
    pub(super) fn column(self) -> usize {
        self.0 as usize
    }

    #[inline(always)]
    pub(super) fn number(self, numbers: &[f64]) -> f64 {
        numbers[(self.0 & !Input::NUMBER) as usize]
    }
}

/// An operation as it is executed: as long as a line of the nearest cache.
#[repr(align(64))]
pub struct Call {
    kernels: Kernels,
    /// The column that is written, or the mask that decides.
    pub out: Slot,
    /// What is read. [`in_steps`] has the first step and the one past the last here, what draws the place of its key, and
    /// what waits for changes or makes them their bits.
    pub inputs: [Input; 9],
    /// How many calls after it belong to it.
    pub(super) inside: u32,
    /// Where the operation itself is, of which not everything fits into a call.
    rest: u32,
}

const _: () = assert!(size_of::<Call>() == 64);

impl Call {
    fn of(kernels: Kernels) -> Self {
        Call { kernels, out: 0, inputs: [Input::default(); 9], inside: 0, rest: u32::MAX }
    }

    /// The changes that it waits for, or makes.
    #[inline(always)]
    pub(super) fn changes(&self) -> u64 {
        u64::from(self.inputs[0].0) | u64::from(self.inputs[1].0) << 32
    }

    fn set_changes(&mut self, changes: u64) {
        (self.inputs[0], self.inputs[1]) = (Input(changes as u32), Input((changes >> 32) as u32));
    }

    /// The key of a draw.
    #[inline(always)]
    pub(super) fn stream<const N: usize, const S: usize>(&self, frame: &Frame<N, S>) -> u64 {
        let [place, once, ..] = self.inputs;
        let key = frame.keys[place.0 as usize];
        if once.0 == Once::Occurrence as u32 { step_key(key, frame.occurrence) } else { key }
    }
}

/// A program made ready. Its code is flat: bodies follow what decides on them, which leaves them out or not.
pub struct Code<'a> {
    pub(super) program: &'a Program,
    pub(super) once: Vec<Call>,
    pub(super) step: Vec<Call>,
    pub(super) end: Vec<Call>,
    rest: Vec<&'a Op>,
    /// All numbers that operands may stand for, a row for each step: those of the tables, then those that stay the same.
    numbers: Vec<f64>,
    /// How long a row is.
    row: usize,
    /// The keys of all that draws, a row for each step.
    keys: Vec<u64>,
    key_row: usize,
}

impl<'a> Code<'a> {
    pub fn of(program: &'a Program) -> Self {
        let (tables, constants, known, rest) = (program.tables.len(), Vec::new(), HashMap::new(), Vec::new());
        let mut writer = Writer { tables, constants, known, keys: Vec::new(), rest, code: Vec::new() };
        let every = When::steps(1, program.ends.len() as u32);
        let once = writer.code_of(&program.once, When::default());
        let step = writer.code_of(&program.step, every);
        let end = writer.code_of(&program.end, When::default());
        let Writer { rest, constants, keys: drawn, .. } = writer;
        let row = |step: usize| program.tables.iter().map(move |table| table[step]).chain(constants.iter().copied());
        let steps = 0..program.ends.len();
        let numbers = steps.clone().flat_map(row).collect();
        let key = |step: usize| {
            drawn.iter().map(move |&(key, once)| if once == Once::Future { key } else { step_key(key, step as u32) })
        };
        let keys = steps.flat_map(key).collect();
        Code { program, once, step, end, rest, numbers, row: tables + constants.len(), keys, key_row: drawn.len() }
    }

    /// What operands that are no columns stand for in a step.
    #[inline]
    pub(super) fn numbers(&self, step: usize) -> &[f64] {
        &self.numbers[step * self.row..][..self.row]
    }

    /// The keys of what draws in a step.
    #[inline]
    pub(super) fn keys(&self, step: usize) -> &[u64] {
        &self.keys[step * self.key_row..][..self.key_row]
    }

    /// The operation that a call does.
    #[inline(always)]
    pub(super) fn op(&self, call: &Call) -> &'a Op {
        self.rest[call.rest as usize]
    }

    /// The column that a survival notes in whose luck is more.
    pub(super) fn survival_mask(&self, call: &Call) -> Option<Slot> {
        match self.op(call) {
            Op::Survival(survival) => Some(survival.mask),
            _ => None,
        }
    }

    /// What of an operation is done for some futures only.
    pub(super) fn body(&self, call: &Call) -> Option<&'a Body> {
        self.op(call).body()
    }
}

/// Writes calls, and gives what they need its place.
struct Writer<'a> {
    tables: usize,
    constants: Vec<f64>,
    known: HashMap<u64, u32>,
    keys: Vec<(u64, Once)>,
    rest: Vec<&'a Op>,
    code: Vec<Call>,
}

impl<'a> Writer<'a> {
    /// `known` are the steps in which these operations are come to at all.
    fn code_of(&mut self, code: &'a [Instruction], known: When) -> Vec<Call> {
        self.write(code, known);
        std::mem::take(&mut self.code)
    }

    fn write(&mut self, code: &'a [Instruction], known: When) {
        for run in code.chunk_by(|a, b| a.when == b.when) {
            let when = run[0].when;
            let gate = self.code.len();
            if !when.covers(known) {
                let (from, to) = when.bounds();
                let mut call = Call::of(IN_STEPS);
                (call.inputs[0], call.inputs[1]) = (Input(from), Input(to));
                self.code.push(call);
            }
            run.iter().for_each(|instruction| self.call(&instruction.op, when));
            if !when.covers(known) {
                self.code[gate].inside = (self.code.len() - gate - 1) as u32;
            }
        }
    }

    fn call(&mut self, op: &'a Op, when: When) {
        let mut call = Call::of(IN_STEPS);
        let operands = match *op {
            Op::Unary(_, out, a) => {
                call.out = out;
                vec![a]
            }
            Op::Binary(_, out, a, b) => {
                call.out = out;
                vec![a, b]
            }
            Op::Ternary(_, out, a, b, c) => {
                call.out = out;
                vec![a, b, c]
            }
            Op::Merged(ref merged) => {
                call.out = merged.out;
                // What the form does not have is any other.
                let columns = merged.columns.iter().map(|column| Operand::Slot(*column)).cycle().take(MOST_MERGED);
                columns.chain(merged.numbers.iter().copied().cycle().take(MOST_MERGED)).collect()
            }
            Op::Poisson { out, uniform, mean } => {
                call.out = out;
                vec![uniform, mean]
            }
            Op::Survival(ref survival) => {
                call.out = survival.before;
                let Survival { state, luck, only, odds, plus, .. } = **survival;
                // What a shape does not have is any other column or number.
                let (x, second, [a, c, by, more]) = match odds {
                    Odds::Columns { x, shares } => (x, only, [shares[0], shares[1], x, x].map(Operand::Slot)),
                    Odds::Column { x, shares: [a, c] } => (x, only, [a, c, a, c]),
                    Odds::Exponential { factor, of, by, plus, shares: [a, c] } => (of, factor, [a, c, by, plus]),
                };
                let columns = [state, luck, second.unwrap_or(x), x].map(Operand::Slot);
                columns.into_iter().chain([a, c, by, more, plus]).collect()
            }
            Op::Check { value, .. } => vec![value],
            Op::IfLess(ref branch) => {
                call.out = branch.mask;
                vec![branch.a, branch.b]
            }
            Op::IfAny { mask, after, .. } => {
                call.out = mask;
                call.set_changes(after);
                Vec::new()
            }
            Op::IfChanged { change, .. } | Op::Changed(change) => {
                call.set_changes(change);
                Vec::new()
            }
            Op::Uniform { out, key, once } | Op::Normal { out, key, once } | Op::Arrivals { out, key, once, .. } => {
                call.out = out;
                if let Op::Arrivals { mean, .. } = *op {
                    call.inputs[2] = self.input(mean);
                }
                let known = self.keys.iter().position(|known| *known == (key, once));
                let place = known.unwrap_or(self.keys.len());
                if known.is_none() {
                    self.keys.push((key, once));
                }
                (call.inputs[0], call.inputs[1]) = (Input(place as u32), Input(once as u32));
                Vec::new()
            }
            _ => Vec::new(),
        };
        let mut numbers = [false; 9];
        for (place, operand) in operands.into_iter().enumerate() {
            call.inputs[place] = self.input(operand);
            numbers[place] = call.inputs[place].is_number();
        }
        call.kernels = kernels(op, [numbers[0], numbers[1], numbers[2]]);
        call.rest = self.rest.len() as u32;
        self.rest.push(op);
        let place = self.code.len();
        self.code.push(call);
        for (number, body) in op.bodies().enumerate() {
            let before = self.code.len();
            self.write(body, when);
            // Of pieces the first body is what is inside; after it comes the whole, up to the end of all calls of the second.
            let calls = (self.code.len() - before) as u32;
            if number == 0 {
                self.code[place].inside = calls;
            } else {
                self.code[place].out = calls;
            }
        }
    }

    fn input(&mut self, operand: Operand) -> Input {
        match operand {
            Operand::Slot(slot) => Input(slot),
            Operand::Table(table) => Input(table | Input::NUMBER),
            Operand::Constant(number) => {
                let place = *self.known.entry(number.to_bits()).or_insert_with(|| {
                    self.constants.push(number);
                    (self.tables + self.constants.len() - 1) as u32
                });
                Input(place | Input::NUMBER)
            }
        }
    }
}

/// Leaves out what belongs to other steps.
fn in_steps<const N: usize, const S: usize>(frame: &mut Frame<N, S>, call: &Call, _: &[Call]) -> usize {
    let step = frame.step as u32;
    if step >= call.inputs[0].0 && step < call.inputs[1].0 { 0 } else { call.inside as usize }
}

const IN_STEPS: Kernels = Kernels { block: in_steps, few: in_steps };

/// Executes calls in order.
#[inline]
pub(super) fn execute<const N: usize, const S: usize>(frame: &mut Frame<N, S>, mut code: &[Call])
where
    Call: Does<N, S>,
{
    while let Some((call, after)) = code.split_first() {
        let left_out = call.kernel()(frame, call, after);
        code = &after[left_out..];
    }
}
