//! Which bodies are sooner done apart for a few futures of a block, and what has to be carried there and back.

use super::{Binary, Body, Form, Instruction, Op, Operand, Pieces, Slot, Ternary, Unary, When};
use std::collections::BTreeSet;

/// Notes it at every body; `temporary` says which slots nobody reads after the body in which they are written.
pub(super) fn note(code: &mut [Instruction], temporary: &[bool]) {
    for Instruction { op, when } in code {
        op.bodies_mut().for_each(|(body, _)| note(body, temporary));
        match op {
            Op::IfAny { body, .. } => note_body(body, &[], &[], *when, temporary),
            Op::Arrivals { out, body, .. } => note_body(body, &[], &[*out], *when, temporary),
            Op::IfLess(branch) => note_body(&mut branch.body, &[], &[branch.mask], *when, temporary),
            Op::Survival(survival) => note_body(&mut survival.body, &[], &[survival.mask], *when, temporary),
            Op::Pieces(pieces) => {
                let Pieces { low, high, from, to, causes, body, .. } = &mut **pieces;
                let bounds = [*from, *to].into_iter().filter_map(Operand::slot);
                let read: Vec<Slot> = causes.iter().copied().chain(bounds).collect();
                note_body(body, &read, &[*low, *high], *when, temporary);
                // In a future that is cut, the whole is played with dates for which it was not made: where that could
                // be taken for a fault, the block is played piece by piece.
                pieces.checked = contains_check(&pieces.whole) || contains_check(&pieces.body.code);
            }
            _ => {}
        }
    }
}

/// What is `given` is known before the body is done in steps `when`; what is `read` is so to find out what is to be done.
fn note_body(body: &mut Body, read: &[Slot], given: &[Slot], when: When, temporary: &[bool]) {
    let mut keeps = BTreeSet::new();
    lasting(&mut body.code, temporary, &mut keeps);
    let mut carried = Carried { reads: read.iter().copied().collect(), written: given.iter().copied().collect() };
    carried.code(&mut body.code, when);
    // What is not written there in any case comes back as it was.
    carried.reads.extend(keeps.difference(&carried.written));
    body.reads = carried.reads.into_iter().collect();
    body.keeps = keeps.into_iter().collect();
    body.apart = sooner_done_apart(body) && !remembers(&body.code);
}

/// What has to be carried to where a body is done apart: what is read there before it is `written` in any case.
#[derive(Clone)]
struct Carried {
    reads: BTreeSet<Slot>,
    written: BTreeSet<Slot>,
}

impl Carried {
    /// What is done there in these steps.
    fn code(&mut self, code: &mut [Instruction], steps: When) {
        for Instruction { op, when } in code {
            op.slots(&mut |slot, written| {
                self.reads.extend((!written && !self.written.contains(slot)).then_some(*slot));
            });
            match op {
                Op::Recall { first, size, .. } => self.reads.extend(*first..*first + *size),
                // It stays as it is where the value lies inside.
                Op::Clamp { flag, .. } => self.reads.extend((!self.written.contains(flag)).then_some(*flag)),
                _ => {}
            }
            let always = when.covers(steps);
            // Nothing waits for changes there.
            let done_always = always && matches!(op, Op::IfChanged { .. });
            let mut inside = self.clone();
            op.slots(&mut |slot, written| inside.written.extend(written.then_some(*slot)));
            if always {
                self.written.clone_from(&inside.written);
            }
            for (body, _) in op.bodies_mut() {
                let mut inside = inside.clone();
                inside.code(body, *when);
                self.reads.append(&mut inside.reads);
                if done_always {
                    self.written.append(&mut inside.written);
                }
            }
        }
    }
}

/// What is remembered for later steps is so for a whole block.
fn remembers(code: &[Instruction]) -> bool {
    code.iter().any(|one| matches!(one.op, Op::Remember { .. }) || one.op.bodies().any(remembers))
}

/// It decides on nothing but speed.
fn sooner_done_apart(body: &Body) -> bool {
    /// Finding out which they are, and carrying a column there or back: cycles that were measured.
    const FINDING: u32 = 70;
    const CARRYING: u32 = 10;
    let (block, few) = cycles(&body.code);
    let carried = (body.reads.len() + body.keeps.len()) as u32;
    block > FINDING + few + CARRYING * carried
}

/// Whether operations are done for a block in less time than it takes to find out if any of its futures needs them.
pub(super) fn sooner_done_than_asked(code: &[Instruction]) -> bool {
    const ASKING: u32 = 40;
    cycles(code).0 < ASKING
}

/// What operations cost for a whole block, beyond what they cost in any case, and for a few futures.
fn cycles(code: &[Instruction]) -> (u32, u32) {
    let of = |instruction: &Instruction| match instruction.op {
        Op::Unary(Unary::Exp | Unary::Ln | Unary::Log10 | Unary::Logit | Unary::Sigmoid, ..)
        | Op::Binary(Binary::Power, ..)
        | Op::Ternary(Ternary::ExpOf | Ternary::SigmoidOf, ..)
        | Op::Survival(_) => (270, 30),
        Op::Merged(ref merged) if merged.form == Form::ScaledExp => (270, 30),
        Op::Binary(Binary::Divide, ..) | Op::Poisson { .. } => (130, 20),
        Op::Uniform { .. } | Op::Arrivals { .. } => (200, 20),
        Op::Normal { .. } | Op::NormalOf { .. } => (700, 200),
        Op::Unary(Unary::NormalShare, ..) | Op::Draw { .. } | Op::DrawWith(_) | Op::Pick { .. } => (3000, 200),
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
    code.iter().any(|one| matches!(one.op, Op::Check { .. }) || one.op.bodies().any(contains_check))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::sobol::Sampling;
    use crate::model::ScenarioFile;
    use crate::model::files::Folder;
    use crate::simulation::run::{Settings, run};

    fn never_apart(code: &mut [Instruction]) {
        for instruction in code {
            if let Some(body) = instruction.op.body_mut() {
                body.apart = false;
            }
            instruction.op.bodies_mut().for_each(|(body, _)| never_apart(body));
        }
    }

    #[test]
    fn what_is_done_apart_comes_out_as_for_a_whole_block() {
        let file = ScenarioFile::read(&Folder("scenarios".into()), "us-russia-2026.toml").expect("it can be read");
        let scenario = file.base.as_ref().expect("it has no mistakes");
        let mut program = scenario.program(7, Sampling::Random);
        let tallies = |program: &_| {
            let (precision, threads, progress, interrupted) = (None, Some(1), None, None);
            let settings = Settings { futures: 4096, precision, threads, outcomes: 4, progress, interrupted };
            format!("{:?}", run(program, &settings).expect("it can be played").tallies)
        };
        let apart = tallies(&program);
        never_apart(&mut program.step);
        assert!(apart == tallies(&program));
    }
}
