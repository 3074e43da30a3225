//! Up to how many futures of a block a body is sooner done for them one by one, and what it leaves behind of them.

use super::{Binary, Body, Instruction, Op, Slot, Ternary, Unary};
use std::collections::BTreeSet;

/// Notes it at every body; `temporary` says which slots nobody reads after the body in which they are written.
pub(super) fn note(code: &mut [Instruction], temporary: &[bool]) {
    for instruction in code {
        instruction.op.bodies_mut().for_each(|(body, _)| note(body, temporary));
        match &mut instruction.op {
            Op::IfAny { body, .. } => note_body(body, temporary),
            Op::IfLess(branch) => note_body(&mut branch.body, temporary),
            Op::Survival(survival) => note_body(&mut survival.body, temporary),
            Op::Pieces(pieces) => {
                note_body(&mut pieces.body, temporary);
                // In a future that is cut, the whole is played with dates for which it was not made: where that could
                // be taken for a fault, the block is played piece by piece.
                pieces.checked = contains_check(&pieces.whole) || contains_check(&pieces.body.code);
            }
            _ => {}
        }
    }
}

fn note_body(body: &mut Body, temporary: &[bool]) {
    let mut keeps = BTreeSet::new();
    lasting(&mut body.code, temporary, &mut keeps);
    body.keeps = keeps.into_iter().collect();
    body.few = few(&body.code);
}

/// How many it is, by the cycles that were measured. It decides on nothing but speed.
fn few(code: &[Instruction]) -> u32 {
    /// Finding out which they are.
    const FINDING: u32 = 70;
    let (block, one) = cycles(code);
    block.saturating_sub(FINDING) / one.max(1)
}

/// Whether operations are done for a block in less time than it takes to find out if any of its futures needs them.
pub(super) fn sooner_done_than_asked(code: &[Instruction]) -> bool {
    const ASKING: u32 = 40;
    cycles(code).0 < ASKING
}

/// What operations cost for a whole block, beyond what they cost in any case, and for one future.
fn cycles(code: &[Instruction]) -> (u32, u32) {
    let of = |instruction: &Instruction| match instruction.op {
        Op::Unary(Unary::Exp | Unary::Ln | Unary::Log10 | Unary::Logit | Unary::Sigmoid, ..)
        | Op::Binary(Binary::Power, ..)
        | Op::Ternary(Ternary::ExpOf | Ternary::SigmoidOf, ..)
        | Op::Survival(_) => (270, 25),
        Op::Binary(Binary::Divide, ..) | Op::Poisson { .. } => (130, 10),
        Op::Uniform { .. } => (200, 10),
        Op::Normal { .. } | Op::NormalOf { .. } => (700, 60),
        Op::Unary(Unary::NormalShare, ..) | Op::Draw { .. } | Op::DrawWith(_) | Op::Pick { .. } => (3000, 40),
        _ => (12, 4),
    };
    let add = |a: (u32, u32), b: (u32, u32)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
    code.iter().fold((0, 0), |all, one| add(one.op.bodies().map(cycles).fold(of(one), add), all))
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

fn contains_check(code: &[Instruction]) -> bool {
    code.iter().any(|instruction| match &instruction.op {
        Op::Check { .. } => true,
        Op::IfAny { body, .. } | Op::IfChanged { body, .. } => contains_check(&body.code),
        Op::Times { body, .. } => contains_check(body),
        Op::IfLess(branch) => contains_check(&branch.body.code),
        Op::Survival(survival) => contains_check(&survival.body.code),
        Op::Pieces(pieces) => contains_check(&pieces.whole) || contains_check(&pieces.body.code),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::sobol::Sampling;
    use crate::model::ScenarioFile;
    use crate::model::files::Folder;
    use crate::simulation::run::{Settings, run};

    fn never_one_by_one(code: &mut [Instruction]) {
        for instruction in code {
            match &mut instruction.op {
                Op::IfAny { body, .. } => body.few = 0,
                Op::IfLess(branch) => branch.body.few = 0,
                Op::Survival(survival) => survival.body.few = 0,
                Op::Pieces(pieces) => pieces.body.few = 0,
                _ => {}
            }
            instruction.op.bodies_mut().for_each(|(body, _)| never_one_by_one(body));
        }
    }

    #[test]
    fn what_is_done_one_by_one_comes_out_as_for_a_whole_block() {
        let file = ScenarioFile::read(&Folder("scenarios".into()), "us-russia-2026.toml").expect("it can be read");
        let scenario = file.base.as_ref().expect("it has no mistakes");
        let mut program = scenario.program(7, Sampling::Random);
        let tallies = |program: &_| {
            let (precision, threads, progress, interrupted) = (None, Some(1), None, None);
            let settings = Settings { futures: 4096, precision, threads, outcomes: 4, progress, interrupted };
            format!("{:?}", run(program, &settings).expect("it can be played").tallies)
        };
        let one_by_one = tallies(&program);
        never_one_by_one(&mut program.update);
        assert!(one_by_one == tallies(&program));
    }
}
