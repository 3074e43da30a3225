//! Executing a part of a program for a single future of the block: what seldom happens happens in few of them.
//!
//! Gives the same bits as executing it for all.

use super::frame::{Frame, occurrences};
use crate::chance::distributions::Distribution;
use crate::chance::math::elementary::exp;
use crate::chance::math::normal::standard_normal;
use crate::chance::uniform::{uniform, word};
use crate::program::fold::{binary, ternary, unary};
use crate::program::{DrawWith, Instruction, Op, Operand, Pieces, Slot};
use multiversion::multiversion;

impl Frame<'_> {
    /// Writes one future's number.
    #[inline(always)]
    pub(super) fn set(&mut self, out: Slot, lane: usize, value: f64) {
        self.columns[out as usize].0[lane] = value;
        self.touch(out);
    }

    fn uniform_of(&self, key: u64, lane: usize) -> f64 {
        let future = self.first + lane as u64;
        self.program.points(key).map_or_else(|| uniform(word(key, future)), |points| points.at(future))
    }

    fn pick_of(&self, uniform: Operand, weights: &[Operand], lane: usize) -> f64 {
        let u = self.lane(uniform, lane);
        let weight = |&w: &Operand| self.lane(w, lane);
        let mut total = 0.0;
        weights.iter().for_each(|w| total += weight(w));
        let (mut index, mut reached) = (0.0, 0.0);
        for w in &weights[..weights.len() - 1] {
            reached += weight(w);
            index += if u * total >= reached { 1.0 } else { 0.0 };
        }
        // Rounding may carry a draw past the last branch that has a chance.
        let last = weights.iter().rposition(|w| weight(w) > 0.0).unwrap_or(0) as f64;
        if total > 0.0 { if index > last { last } else { index } } else { f64::NAN }
    }

    /// Draws from a distribution whose parameters belong to the future.
    pub(super) fn draw_with(&mut self, draw: &DrawWith, lane: usize) {
        let u = self.lane(draw.uniform, lane);
        let given: Vec<f64> = draw.arguments.iter().map(|&a| self.lane(a, lane)).collect();
        let bounds = draw.bounds.map(|(low, high)| (self.lane(low, lane), self.lane(high, lane)));
        let fitted = Distribution::of(draw.family, draw.form, &given).and_then(|d| match bounds {
            None => Ok(d),
            Some((low, high)) => d.truncated(low, high),
        });
        self.columns[draw.out as usize].0[lane] = fitted.map_or(f64::NAN, |d| d.quantile(u, 1.0 - u));
    }

    /// Does the body for each piece of one future.
    pub(super) fn pieces_of(&mut self, pieces: &Pieces, lane: usize) {
        let (mut start, to) = (self.lane(pieces.from, lane), self.lane(pieces.to, lane));
        while start < to {
            let mut end = to;
            for &cause in &pieces.causes {
                let date = self.columns[cause as usize].0[lane];
                if date > start && date < end {
                    end = date;
                }
            }
            self.set(pieces.low, lane, start);
            self.set(pieces.high, lane, end);
            execute_lane(self, &pieces.body, lane);
            start = end;
        }
    }
}

/// Executes operations in order for one future, those of other steps left out.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2+fma"))]
pub(super) fn execute_lane(frame: &mut Frame, code: &[Instruction], lane: usize) {
    let step = frame.step as u32;
    for instruction in code {
        if !instruction.when.holds(step) {
            continue;
        }
        match &instruction.op {
            Op::Unary(operation, out, a) => {
                let a = frame.lane(*a, lane);
                macro_rules! apply {
                    ($f:expr) => {
                        $f(a)
                    };
                }
                let value = unary!(operation, apply);
                frame.keep(instruction, *out, lane, value);
            }
            Op::Binary(operation, out, a, b) => {
                let (a, b) = (frame.lane(*a, lane), frame.lane(*b, lane));
                macro_rules! apply {
                    ($f:expr) => {
                        $f(a, b)
                    };
                }
                let value = binary!(operation, apply);
                frame.keep(instruction, *out, lane, value);
            }
            Op::Ternary(operation, out, a, b, c) => {
                let (a, b, c) = (frame.lane(*a, lane), frame.lane(*b, lane), frame.lane(*c, lane));
                macro_rules! apply {
                    ($f:expr) => {
                        $f(a, b, c)
                    };
                }
                let value = ternary!(operation, apply);
                frame.keep(instruction, *out, lane, value);
            }
            Op::Uniform { out, key, once } => {
                let value = frame.uniform_of(frame.stream(*key, *once), lane);
                frame.set(*out, lane, value);
            }
            Op::Normal { out, key, once } => {
                let value = standard_normal(frame.uniform_of(frame.stream(*key, *once), lane));
                frame.set(*out, lane, value);
            }
            Op::NormalOf { out, uniform } => {
                let value = standard_normal(frame.lane(*uniform, lane));
                frame.set(*out, lane, value);
            }
            Op::Draw { out, uniform, distribution } => {
                let u = frame.lane(*uniform, lane);
                frame.set(*out, lane, distribution.quantile(u, 1.0 - u));
            }
            Op::DrawWith(draw) => {
                frame.draw_with(draw, lane);
                frame.touch(draw.out);
            }
            Op::Pick { out, uniform, weights } => {
                let value = frame.pick_of(*uniform, weights, lane);
                frame.set(*out, lane, value);
            }
            Op::Poisson { out, uniform, mean } => {
                let (u, mean) = (frame.lane(*uniform, lane), frame.lane(*mean, lane));
                let value = if u <= exp(-mean) { 0.0 } else { occurrences(mean, u) };
                frame.set(*out, lane, value);
            }
            Op::Lookup { out, row, rows } => {
                let row = frame.lane(*row, lane) as usize;
                frame.set(*out, lane, rows[row.min(rows.len() - 1)]);
            }
            Op::Clamp { out, flag, value, low, high } => {
                let x = frame.lane(*value, lane);
                if (x < *low) || (x > *high) {
                    frame.set(*flag, lane, 1.0);
                }
                let x = if x < *low { *low } else { x };
                frame.set(*out, lane, if x > *high { *high } else { x });
            }
            Op::Check { value, mask, infinite, site } => frame.check_lane(*value, *mask, *infinite, *site, lane),
            Op::IfAny { mask, body, .. } => {
                if frame.lane(Operand::Slot(*mask), lane) != 0.0 {
                    execute_lane(frame, body, lane);
                }
            }
            Op::IfLess(branch) => {
                if frame.lane(branch.a, lane) < frame.lane(branch.b, lane) {
                    frame.set(branch.mask, lane, 1.0);
                    execute_lane(frame, &branch.body, lane);
                }
            }
            Op::Pieces(pieces) => frame.pieces_of(pieces, lane),
            Op::Times { count, index, body } => {
                let count = frame.lane(Operand::Slot(*count), lane);
                let mut j = 0.0;
                while j < count {
                    frame.set(*index, lane, j);
                    frame.occurrence = j as u32;
                    execute_lane(frame, body, lane);
                    j += 1.0;
                }
            }
            Op::Move { out, from } => {
                let value = frame.lane(Operand::Slot(*from), lane);
                frame.set(*out, lane, value);
            }
            Op::Remember { first, size, value } => {
                let value = frame.lane(Operand::Slot(*value), lane);
                frame.set(first + frame.step as u32 % size, lane, value);
            }
            Op::Recall { out, first, size, step } => {
                let wanted = frame.program.tables[*step as usize][frame.step] as u32;
                let value = frame.lane(Operand::Slot(first + wanted % size), lane);
                frame.set(*out, lane, value);
            }
        }
    }
}

impl Frame<'_> {
    /// Writes a result. One that is kept while nothing changes is not new for the other futures.
    #[inline(always)]
    fn keep(&mut self, instruction: &Instruction, out: Slot, lane: usize, value: f64) {
        if instruction.when.lazy() {
            self.columns[out as usize].0[lane] = value;
        } else {
            self.set(out, lane, value);
        }
    }
}
