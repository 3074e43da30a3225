//! Whether a body is better done for the whole block or future by future: what it costs in one way and in the other.
//!
//! An operation over a column costs about the same whatever it does with most of its futures; done for a single future it
//! costs little, but as much again for the next. The numbers are cycles as measured, rounded; nothing but speed hangs on
//! them.

use super::{Binary, Instruction, Op, Pieces, Slot, Unary};

/// Cycles for the whole block, and for one future.
#[derive(Clone, Copy)]
struct Cost {
    column: u32,
    future: u32,
}

const CHEAP: Cost = Cost { column: 110, future: 22 };
const SERIES: Cost = Cost { column: 1000, future: 60 };
const DRAW: Cost = Cost { column: 13_000, future: 100 };
const GATE: Cost = Cost { column: 150, future: 30 };
/// What it costs to turn to a single future.
const TURN: u32 = 40;
/// More futures than this are never treated one by one.
const MOST: u32 = 64;

/// Notes at every body for how few futures it is better done one by one.
pub(super) fn weigh(code: &mut [Instruction], temporary: &[bool]) {
    for instruction in code {
        instruction.op.bodies().for_each(|(body, _)| weigh(body, temporary));
        match &mut instruction.op {
            Op::IfAny { body, few, .. } => *few = crossing(total(body)),
            Op::IfLess(branch) => branch.few = crossing(total(&branch.body)),
            Op::Pieces(pieces) => {
                let Pieces { whole, body, kept, few, .. } = &mut **pieces;
                kept.clear();
                lasting(body, temporary, kept);
                kept.sort_unstable();
                kept.dedup();
                // In a future that is cut, the whole is played with dates for which it was not made: where that could
                // be taken for a fault, the block is played piece by piece.
                let checked = contains_check(whole) || contains_check(body);
                let pieces = total(body);
                *few = if checked { 0 } else { crossing(Cost { column: pieces.column.saturating_mul(2), ..pieces }) };
            }
            _ => {}
        }
    }
}

/// Up to how many futures one by one are cheaper than the block.
fn crossing(body: Cost) -> u32 {
    (body.column / body.future.saturating_add(TURN)).min(MOST)
}

fn total(code: &[Instruction]) -> Cost {
    code.iter().map(|instruction| cost(&instruction.op)).fold(Cost { column: 0, future: 0 }, |sum, cost| Cost {
        column: sum.column.saturating_add(cost.column),
        future: sum.future.saturating_add(cost.future),
    })
}

fn cost(op: &Op) -> Cost {
    let gate = |body: &[Instruction], times: u32| {
        let body = total(body);
        let of = |gate: u32, once: u32| once.saturating_mul(times).saturating_add(gate);
        Cost { column: of(GATE.column, body.column), future: of(GATE.future, body.future) }
    };
    match op {
        Op::Unary(Unary::Exp | Unary::Ln | Unary::Log10 | Unary::Logit | Unary::Sigmoid, ..)
        | Op::Binary(Binary::Power, ..)
        | Op::Uniform { .. }
        | Op::Poisson { .. }
        | Op::Pick { .. } => SERIES,
        Op::Normal { .. } | Op::NormalOf { .. } => Cost { column: 3000, future: 60 },
        Op::Unary(Unary::NormalShare, ..) | Op::Draw { .. } | Op::DrawWith(_) => DRAW,
        Op::IfAny { body, .. } => gate(body, 1),
        Op::IfLess(branch) => gate(&branch.body, 1),
        // Few futures have more than one occurrence or one cut.
        Op::Times { body, .. } => gate(body, 2),
        Op::Pieces(pieces) => gate(&pieces.body, 2),
        _ => CHEAP,
    }
}

/// What is written in a body and read outside of it.
fn lasting(code: &mut [Instruction], temporary: &[bool], kept: &mut Vec<Slot>) {
    for instruction in code {
        let lazy = instruction.when.lazy();
        instruction.op.slots(&mut |slot, written| {
            if written && !lazy && !temporary[*slot as usize] {
                kept.push(*slot);
            }
        });
        instruction.op.bodies().for_each(|(body, _)| lasting(body, temporary, kept));
    }
}

fn contains_check(code: &[Instruction]) -> bool {
    code.iter().any(|instruction| match &instruction.op {
        Op::Check { .. } => true,
        Op::IfAny { body, .. } | Op::Times { body, .. } => contains_check(body),
        Op::IfLess(branch) => contains_check(&branch.body),
        Op::Pieces(pieces) => contains_check(&pieces.whole) || contains_check(&pieces.body),
        _ => false,
    })
}
