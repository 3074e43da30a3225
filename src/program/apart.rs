//! What a body reads and leaves behind, so that it can be done for a few futures apart from the others of their block.

use super::{Binary, Body, Instruction, Op, Slot, Ternary, Unary};
use std::collections::BTreeSet;

/// Notes it at every body; `temporary` says which slots nobody reads after the body in which they are written.
pub(super) fn note(code: &mut [Instruction], temporary: &[bool]) {
    for instruction in code {
        instruction.op.bodies_mut().for_each(|(body, _)| note(body, temporary));
        let mut own = BTreeSet::new();
        instruction.op.slots(&mut |slot, written| {
            if !written {
                own.insert(*slot);
            }
        });
        match &mut instruction.op {
            Op::IfAny { body, .. } => note_body(body, &BTreeSet::new(), temporary),
            Op::IfLess(branch) => {
                let mask = branch.mask;
                note_body(&mut branch.body, &BTreeSet::new(), temporary);
                // It is set to yes wherever the body is done.
                branch.body.reads.retain(|slot| *slot != mask);
            }
            Op::Pieces(pieces) => {
                note_body(&mut pieces.body, &own, temporary);
                // In a future that is cut, the whole is played with dates for which it was not made: where that could
                // be taken for a fault, the block is played piece by piece.
                pieces.checked = contains_check(&pieces.whole) || contains_check(&pieces.body.code);
            }
            _ => {}
        }
    }
}

fn note_body(body: &mut Body, own: &BTreeSet<Slot>, temporary: &[bool]) {
    let (mut reads, mut keeps) = (own.clone(), BTreeSet::new());
    lasting(&mut body.code, temporary, &mut keeps);
    read_first(&mut body.code, &mut BTreeSet::new(), &mut reads);
    // What is kept may be written for some of the futures only.
    reads.extend(&keeps);
    body.reads = reads.into_iter().collect();
    body.keeps = keeps.into_iter().collect();
    body.few = few(saved(&mut body.code), (body.reads.len() + body.keeps.len()) as u32);
}

/// Up to how many futures are sooner done apart, in nanoseconds as they were measured: what the body costs less over a few
/// lanes, and what carrying costs for each column, and for each future of it.
fn few(saved: u32, columns: u32) -> u32 {
    const CARRYING: u32 = 15;
    const COLUMN: u32 = 4;
    saved.saturating_sub(CARRYING + COLUMN * columns) / columns.max(1)
}

/// How many nanoseconds operations cost less over a few lanes than over a block. It decides on nothing but speed.
fn saved(code: &mut [Instruction]) -> u32 {
    let of = |instruction: &mut Instruction| {
        let own = match instruction.op {
            Op::Unary(Unary::Exp | Unary::Ln | Unary::Log10 | Unary::Logit | Unary::Sigmoid, ..)
            | Op::Binary(Binary::Power | Binary::Divide, ..)
            | Op::Ternary(Ternary::ExpOf | Ternary::SigmoidOf, ..)
            | Op::Quotient(_)
            | Op::Poisson { .. } => 50,
            Op::Uniform { .. } => 40,
            Op::Normal { .. } | Op::NormalOf { .. } => 150,
            Op::Unary(Unary::NormalShare, ..) | Op::Draw { .. } | Op::DrawWith(_) | Op::Pick { .. } => 1000,
            _ => 6,
        };
        instruction.op.bodies_mut().map(|(body, _)| saved(body)).fold(own, u32::saturating_add)
    };
    code.iter_mut().map(of).fold(0, u32::saturating_add).min(10_000)
}

/// What is written in a body and read outside of it. What is done only after a change is done again there.
fn lasting(code: &mut [Instruction], temporary: &[bool], keeps: &mut BTreeSet<Slot>) {
    for instruction in code {
        if matches!(instruction.op, Op::IfChanged { .. }) {
            continue;
        }
        // The bounds of a piece and the number of an occurrence are nobody's business but their own body's.
        if !matches!(instruction.op, Op::Pieces(_) | Op::Times { .. }) {
            instruction.op.slots(&mut |slot, written| {
                if written && !temporary[*slot as usize] {
                    keeps.insert(*slot);
                }
            });
        }
        instruction.op.bodies_mut().for_each(|(body, _)| lasting(body, temporary, keeps));
    }
}

/// What is read before it is written.
fn read_first(code: &mut [Instruction], written: &mut BTreeSet<Slot>, reads: &mut BTreeSet<Slot>) {
    for instruction in code {
        if let Op::Recall { first, size, .. } = instruction.op {
            reads.extend(first..first + size);
        }
        instruction.op.slots(&mut |slot, out| {
            if !out && !written.contains(slot) {
                reads.insert(*slot);
            }
        });
        instruction.op.slots(&mut |slot, out| {
            if out {
                written.insert(*slot);
            }
        });
        // Apart, all that waits for a change is done.
        let always = matches!(instruction.op, Op::IfChanged { .. });
        for (body, _) in instruction.op.bodies_mut() {
            if always {
                read_first(body, written, reads);
            } else {
                read_first(body, &mut written.clone(), reads);
            }
        }
    }
}

fn contains_check(code: &[Instruction]) -> bool {
    code.iter().any(|instruction| match &instruction.op {
        Op::Check { .. } => true,
        Op::IfAny { body, .. } | Op::IfChanged { body, .. } => contains_check(&body.code),
        Op::Times { body, .. } => contains_check(body),
        Op::IfLess(branch) => contains_check(&branch.body.code),
        Op::Pieces(pieces) => contains_check(&pieces.whole) || contains_check(&pieces.body.code),
        _ => false,
    })
}
