//! A program made ready to be executed: for each operation the function that does it on this machine, and where it finds
//! what it reads.
//!
//! The functions are plain Rust over arrays, compiled once for each instruction set, and give the same bits on all of
//! them. Each is a function of its own, found beforehand: looked up and called once for a column, nothing stands between
//! one and the next.

#![expect(
    clippy::redundant_closure,
    reason = "a function that is passed by itself is compiled without its caller's target"
)]

use super::frame::{Frame, Source};
use crate::chance::math::normal::standard_normal_column;
use crate::chance::uniform::step_key;
use crate::program::fold::{binary, ternary, unary};
use crate::program::{Instruction, Once, Op, Operand, Program, Slot, When};
use multiversion::{inherit_target, multiversion};
use std::collections::HashMap;

/// Does an operation for all futures of a frame; `after` is what follows in the code. Gives how many calls of that are to
/// be left out.
type Kernel = fn(&mut Frame, &Call, after: &[Call]) -> usize;

/// Where an operand is found: a column of the frame, or a number that stands for a whole one.
#[derive(Clone, Copy, Default)]
pub(super) struct Input(u32);

impl Input {
    const NUMBER: u32 = 1 << 31;

    fn is_number(self) -> bool {
        self.0 & Input::NUMBER != 0
    }

    /// What it stands for, where it is known beforehand which of the two it is.
    #[inline(always)]
    pub(super) fn source<const NUMBER: bool>(self, numbers: &[f64]) -> Source {
        if NUMBER {
            Source::Number(numbers[(self.0 & !Input::NUMBER) as usize])
        } else {
            Source::Column(self.0 as usize)
        }
    }
}

/// An operation as it is executed: half a line of the nearest cache.
pub(super) struct Call {
    kernel: Kernel,
    /// Of an operation that works out one column of up to three others. [`in_steps`] has the first step and the one past
    /// the last as inputs, and the number of calls that belong to them as output; what draws in every step has the place
    /// of its key as input.
    pub out: Slot,
    pub inputs: [Input; 3],
    /// Where the rest of it is, of any other operation.
    rest: u32,
}

const NO_REST: u32 = u32::MAX;

const _: () = assert!(size_of::<Call>() == 32);

/// What of an operation does not fit into a call.
struct Rest<'a> {
    op: &'a Op,
    /// How many calls after it are its first body, and how many after these its second.
    bodies: [usize; 2],
}

/// A program made ready. Its code is flat: bodies follow what decides on them, which leaves them out or not.
pub struct Code<'a> {
    pub(super) program: &'a Program,
    pub(super) once: Vec<Call>,
    pub(super) step: Vec<Call>,
    pub(super) end: Vec<Call>,
    rest: Vec<Rest<'a>>,
    /// All numbers that operands may stand for, a row for each step: those of the tables, then those that stay the same.
    numbers: Vec<f64>,
    /// How long a row is.
    row: usize,
    /// The keys of all that draws in every step, a row for each step.
    keys: Vec<u64>,
    key_row: usize,
}

impl<'a> Code<'a> {
    pub fn of(program: &'a Program) -> Self {
        let (tables, constants, known, rest) = (program.tables.len(), Vec::new(), HashMap::new(), Vec::new());
        let mut writer = Writer { tables, constants, known, keys: Vec::new(), rest, code: Vec::new() };
        let every = When::steps(1, program.ends.len() as u32);
        let once = writer.code_of(&[&program.once], When::default());
        let step = writer.code_of(&[&program.before, &program.update, &program.after], every);
        let end = writer.code_of(&[&program.end], When::default());
        let Writer { rest, constants, keys: drawn, .. } = writer;
        let row = |step: usize| program.tables.iter().map(move |table| table[step]).chain(constants.iter().copied());
        let steps = 0..program.ends.len();
        let numbers = steps.clone().flat_map(row).collect();
        let keys = steps.flat_map(|step| drawn.iter().map(move |&key| step_key(key, step as u32))).collect();
        Code { program, once, step, end, rest, numbers, row: tables + constants.len(), keys, key_row: drawn.len() }
    }

    /// What operands that are no columns stand for in a step.
    #[inline]
    pub(super) fn numbers(&self, step: usize) -> &[f64] {
        &self.numbers[step * self.row..][..self.row]
    }

    /// The keys of what draws in every step, in this one.
    #[inline]
    pub(super) fn keys(&self, step: usize) -> &[u64] {
        &self.keys[step * self.key_row..][..self.key_row]
    }
}

/// Writes calls, and gives what they need its place.
struct Writer<'a> {
    tables: usize,
    constants: Vec<f64>,
    known: HashMap<u64, u32>,
    keys: Vec<u64>,
    rest: Vec<Rest<'a>>,
    code: Vec<Call>,
}

impl<'a> Writer<'a> {
    /// `known` are the steps in which these operations are come to at all.
    fn code_of(&mut self, parts: &[&'a [Instruction]], known: When) -> Vec<Call> {
        parts.iter().for_each(|part| self.write(part, known));
        std::mem::take(&mut self.code)
    }

    fn write(&mut self, code: &'a [Instruction], known: When) {
        for run in code.chunk_by(|a, b| a.when == b.when) {
            let when = run[0].when;
            let gate = self.code.len();
            if !when.covers(known) {
                let (from, to) = when.bounds();
                let inputs = [Input(from), Input(to), Input::default()];
                self.code.push(Call { kernel: in_steps, out: 0, inputs, rest: NO_REST });
            }
            run.iter().for_each(|instruction| self.call(&instruction.op, when));
            if !when.covers(known) {
                self.code[gate].out = (self.code.len() - gate - 1) as u32;
            }
        }
    }

    fn call(&mut self, op: &'a Op, when: When) {
        let mut inputs = [Input::default(); 3];
        let out = match *op {
            Op::Unary(_, out, a) => {
                inputs[0] = self.input(a);
                out
            }
            Op::Binary(_, out, a, b) => {
                inputs[..2].copy_from_slice(&[self.input(a), self.input(b)]);
                out
            }
            Op::Ternary(_, out, a, b, c) => {
                inputs = [self.input(a), self.input(b), self.input(c)];
                out
            }
            _ => return self.call_with_rest(op, when),
        };
        self.code.push(Call { kernel: kernel(op, inputs.map(Input::is_number)), out, inputs, rest: NO_REST });
    }

    fn call_with_rest(&mut self, op: &'a Op, when: When) {
        let rest = self.rest.len();
        self.rest.push(Rest { op, bodies: [0; 2] });
        let mut inputs = [Input::default(); 3];
        if let Op::Uniform { key, once, .. } | Op::Normal { key, once, .. } = op
            && *once != Once::Future
        {
            let place = self.keys.iter().position(|known| known == key).unwrap_or(self.keys.len());
            if place == self.keys.len() {
                self.keys.push(*key);
            }
            inputs[0] = Input(place as u32);
        }
        self.code.push(Call { kernel: kernel(op, [false; 3]), out: 0, inputs, rest: rest as u32 });
        for (place, body) in op.bodies().enumerate() {
            let before = self.code.len();
            self.write(body, when);
            self.rest[rest].bodies[place] = self.code.len() - before;
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

/// Leaves out what belongs to other steps: as many calls as `out` says.
fn in_steps(frame: &mut Frame, call: &Call, _: &[Call]) -> usize {
    let step = frame.step as u32;
    if step >= call.inputs[0].0 && step < call.inputs[1].0 { 0 } else { call.out as usize }
}

/// Executes calls in order.
#[inline]
pub(super) fn execute(frame: &mut Frame, mut code: &[Call]) {
    while let Some((call, after)) = code.split_first() {
        let left_out = (call.kernel)(frame, call, after);
        code = &after[left_out..];
    }
}

/// The function that does an operation: the list of them all. `numbers` says which of its inputs are no columns.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn kernel(op: &Op, numbers: [bool; 3]) -> Kernel {
    /// A function that takes what belongs to its kind of operation, and the bodies.
    macro_rules! for_op {
        ($pattern:pat => |$frame:ident, of $call:ident| $does:expr) => {{
            #[inherit_target]
            fn kernel($frame: &mut Frame, $call: &Call, _: &[Call]) -> usize {
                if let $pattern = $frame.code.rest[$call.rest as usize].op {
                    $does;
                }
                0
            }
            kernel
        }};
        ($pattern:pat => |$frame:ident| $does:expr) => {{
            #[inherit_target]
            fn kernel($frame: &mut Frame, call: &Call, _: &[Call]) -> usize {
                if let $pattern = $frame.code.rest[call.rest as usize].op {
                    $does;
                }
                0
            }
            kernel
        }};
        ($pattern:pat => |$frame:ident, $bodies:pat_param| $does:expr) => {{
            #[inherit_target]
            fn kernel($frame: &mut Frame, call: &Call, after: &[Call]) -> usize {
                let rest = &$frame.code.rest[call.rest as usize];
                let (first, after) = after.split_at(rest.bodies[0]);
                let $bodies = [first, &after[..rest.bodies[1]]];
                if let $pattern = rest.op { $does } else { 0 }
            }
            kernel
        }};
    }
    match op {
        Op::Unary(operation, ..) => {
            macro_rules! apply {
                ($f:expr) => {{
                    #[inherit_target]
                    fn kernel<const A: bool>(frame: &mut Frame, call: &Call, _: &[Call]) -> usize {
                        frame.map1(call.out, frame.input::<A>(call, 0), $f);
                        0
                    }
                    if numbers[0] { kernel::<true> } else { kernel::<false> }
                }};
            }
            unary!(operation, apply)
        }
        Op::Binary(operation, ..) => {
            macro_rules! apply {
                ($f:expr) => {{
                    #[inherit_target]
                    fn kernel<const A: bool, const B: bool>(frame: &mut Frame, call: &Call, _: &[Call]) -> usize {
                        frame.map2(call.out, [frame.input::<A>(call, 0), frame.input::<B>(call, 1)], $f);
                        0
                    }
                    match numbers {
                        [false, false, _] => kernel::<false, false>,
                        [false, true, _] => kernel::<false, true>,
                        [true, false, _] => kernel::<true, false>,
                        [true, true, _] => kernel::<true, true>,
                    }
                }};
            }
            binary!(operation, apply)
        }
        Op::Ternary(operation, ..) => {
            macro_rules! apply {
                ($f:expr) => {{
                    #[inherit_target]
                    fn kernel<const A: bool, const B: bool, const C: bool>(
                        frame: &mut Frame,
                        call: &Call,
                        _: &[Call],
                    ) -> usize {
                        let inputs = [frame.input::<A>(call, 0), frame.input::<B>(call, 1), frame.input::<C>(call, 2)];
                        frame.map3(call.out, inputs, $f);
                        0
                    }
                    match numbers {
                        [false, false, false] => kernel::<false, false, false>,
                        [false, false, true] => kernel::<false, false, true>,
                        [false, true, false] => kernel::<false, true, false>,
                        [false, true, true] => kernel::<false, true, true>,
                        [true, false, false] => kernel::<true, false, false>,
                        [true, false, true] => kernel::<true, false, true>,
                        [true, true, false] => kernel::<true, true, false>,
                        [true, true, true] => kernel::<true, true, true>,
                    }
                }};
            }
            ternary!(operation, apply)
        }
        Op::Uniform { .. } => {
            for_op!(Op::Uniform { out, key, once } => |frame, of call| {
                frame.uniforms(*out, frame.stream(*key, *once, call.inputs[0].0));
            })
        }
        Op::Normal { .. } => for_op!(Op::Normal { out, key, once } => |frame, of call| {
            frame.uniforms(*out, frame.stream(*key, *once, call.inputs[0].0));
            frame.rework(*out, |values| standard_normal_column(values));
        }),
        Op::NormalOf { .. } => for_op!(Op::NormalOf { out, uniform } => |frame| {
            frame.map1(*out, frame.source(*uniform), |u| u);
            frame.rework(*out, |values| standard_normal_column(values));
        }),
        Op::Draw { .. } => for_op!(Op::Draw { out, uniform, distribution } => |frame| {
            frame.draw(*out, *uniform, distribution);
        }),
        Op::DrawWith(_) => for_op!(Op::DrawWith(draw) => |frame| frame.draw_with(draw)),
        Op::Pick { .. } => {
            for_op!(Op::Pick { out, uniform, weights } => |frame| frame.pick(*out, *uniform, weights))
        }
        Op::Poisson { .. } => {
            for_op!(Op::Poisson { out, uniform, mean } => |frame| frame.poisson(*out, *uniform, *mean))
        }
        Op::Lookup { .. } => for_op!(Op::Lookup { out, row, rows } => |frame| {
            let last = rows.len() - 1;
            frame.map1(*out, frame.source(*row), |row| rows[(row as usize).min(last)]);
        }),
        Op::Clamp { .. } => for_op!(Op::Clamp { out, flag, value, low, high } => |frame| {
            let (low, high) = (*low, *high);
            let flags = Source::Column(*flag as usize);
            frame.map2(*flag, [flags, frame.source(*value)], |flag, x| if (x < low) | (x > high) { 1.0 } else { flag });
            frame.map1(*out, frame.source(*value), |x| {
                let x = if x < low { low } else { x };
                if x > high { high } else { x }
            });
        }),
        Op::Check { .. } => for_op!(Op::Check { value, mask, infinite, site } => |frame| {
            frame.check(*value, *mask, *infinite, *site);
        }),
        Op::IfAny { .. } => for_op!(Op::IfAny { mask, after, body } => |frame, [code, _]| {
            frame.if_any(*mask, *after, body, code)
        }),
        Op::IfChanged { .. } => for_op!(Op::IfChanged { change, .. } => |frame, [code, _]| {
            frame.if_changed(*change, code)
        }),
        Op::IfLess(_) => for_op!(Op::IfLess(branch) => |frame, [code, _]| frame.if_less(branch, code)),
        Op::Survival(_) => for_op!(Op::Survival(survival) => |frame, [code, _]| frame.survival(survival, code)),
        Op::Pieces(_) => for_op!(Op::Pieces(pieces) => |frame, [piece, whole]| frame.pieces(pieces, piece, whole)),
        Op::Times { .. } => for_op!(Op::Times { count, index, .. } => |frame, [code, _]| {
            frame.times(*count, *index, code)
        }),
        Op::Changed(_) => for_op!(Op::Changed(changes) => |frame| frame.changed |= changes),
        Op::Remember { .. } => for_op!(Op::Remember { first, size, value } => |frame| {
            let slot = first + frame.step as u32 % size;
            frame.map1(slot, Source::Column(*value as usize), |x| x);
        }),
        Op::Recall { .. } => for_op!(Op::Recall { out, first, size, step } => |frame| {
            if let Source::Number(wanted) = frame.source(Operand::Table(*step)) {
                let slot = first + wanted as u32 % size;
                frame.map1(*out, Source::Column(slot as usize), |x| x);
            }
        }),
    }
}
