//! What seldom changes is worked out only after it has: states that are written in bodies for some futures alone, and what
//! follows from them. The program notes where they are written; what waits for them is done again after that.

use super::{Body, Instruction, Op, Operand, Slot, When};
use std::collections::{BTreeMap, BTreeSet};

/// The bit of `after` and `change` that is always set: what waits for it is always done.
pub const ALWAYS: u64 = 1 << 63;

/// Where each slot is written, and what waits for a change.
pub(super) struct Changes {
    /// For each body its outer one and whether it is run only if a mask holds in some future; the step itself has no outer one.
    bodies: Vec<(Option<usize>, bool)>,
    written_in: Vec<Vec<usize>>,
    /// Which slots are worked out only after a change.
    follows: Vec<bool>,
    /// For each bit the slots that are read by what waits for it.
    waits: Vec<BTreeSet<Slot>>,
}

impl Changes {
    /// Puts what need not be done in every step behind [`Op::IfChanged`]. What others read of its results is no longer
    /// temporary; `reads` says how often each slot is read at all.
    pub(super) fn mark(code: &mut Vec<Instruction>, temporary: &mut [bool], reads: &[u32]) -> Self {
        let slots = temporary.len();
        let (written_in, follows) = (vec![Vec::new(); slots], vec![false; slots]);
        let mut changes = Changes { bodies: Vec::new(), written_in, follows, waits: Vec::new() };
        changes.collect(code, None, false);
        changes.group(code, &mut 0, &[], temporary);
        only_inside(code, temporary, reads);
        changes
    }

    /// Tells every body what has to be done again after it.
    pub(super) fn note(&self, code: &mut [Instruction]) {
        for instruction in code {
            match &mut instruction.op {
                Op::IfAny { body, .. } | Op::IfChanged { body, .. } => self.note_body(body),
                Op::IfLess(branch) => self.note_body(&mut branch.body),
                Op::Pieces(pieces) => self.note_body(&mut pieces.body),
                _ => {}
            }
            instruction.op.bodies_mut().for_each(|(body, _)| self.note(body));
        }
    }

    fn note_body(&self, body: &mut Body) {
        let mut written = BTreeSet::new();
        all_written(&mut body.code, &mut written);
        let waiting = self.waits.iter().enumerate().filter(|(_, read)| !read.is_disjoint(&written));
        body.changes = waiting.fold(0, |all, (bit, _)| all | 1 << bit);
        // At the end, so that nothing inside settles what is written after it.
        if body.changes != 0 {
            body.code.push(Instruction { op: Op::Changed(body.changes), when: When::default() });
        }
    }

    fn collect(&mut self, code: &mut [Instruction], outer: Option<usize>, conditional: bool) {
        let body = self.bodies.len();
        self.bodies.push((outer, conditional));
        for instruction in code {
            instruction.op.slots(&mut |slot, written| {
                let places = &mut self.written_in[*slot as usize];
                if written && places.last() != Some(&body) {
                    places.push(body);
                }
            });
            let conditional = matches!(instruction.op, Op::IfAny { .. });
            for (inner, _) in instruction.op.bodies_mut() {
                self.collect(inner, Some(body), conditional);
            }
        }
    }

    /// Whether a slot changes less often than what is done inside of `around` is done.
    fn seldom(&self, slot: Slot, around: &[usize], temporary: &[bool]) -> bool {
        if temporary[slot as usize] {
            return false;
        }
        let conditional = |&place: &usize| {
            let mut at = Some(place);
            while let Some(body) = at.filter(|body| !around.contains(body)) {
                if self.bodies[body].1 {
                    return true;
                }
                at = self.bodies[body].0;
            }
            false
        };
        self.follows[slot as usize] || self.written_in[slot as usize].iter().all(conditional)
    }

    /// The slots among these operands, if all of them change seldom.
    fn waited_for(&self, operands: &[Operand], around: &[usize], temporary: &[bool]) -> Option<BTreeSet<Slot>> {
        let slot = |operand: &Operand| match operand {
            Operand::Constant(_) => Some(None),
            Operand::Slot(slot) => self.seldom(*slot, around, temporary).then_some(Some(*slot)),
            Operand::Table(_) => None,
        };
        let slots: Option<Vec<Option<Slot>>> = operands.iter().map(slot).collect();
        slots.map(|slots| slots.into_iter().flatten().collect())
    }

    /// A bit that is set when one of these is written. There is a limited number of them: what gets none is always done.
    fn bit(&mut self, read: BTreeSet<Slot>) -> u64 {
        let bit = 1 << self.waits.len().min(ALWAYS.trailing_zeros() as usize);
        if bit != ALWAYS {
            self.waits.push(read);
        }
        bit
    }

    /// Bodies are numbered in the order of `collect`.
    fn group(&mut self, code: &mut Vec<Instruction>, body: &mut usize, outer: &[usize], temporary: &mut [bool]) {
        let around = [outer, &[*body]].concat();
        *body += 1;
        let mut waiting = Waiting::default();
        for mut instruction in std::mem::take(code) {
            let read = match &instruction.op {
                Op::Unary(_, _, a) => self.waited_for(&[*a], &around, temporary),
                Op::Binary(_, _, a, b) => self.waited_for(&[*a, *b], &around, temporary),
                Op::Ternary(_, _, a, b, c) => self.waited_for(&[*a, *b, *c], &around, temporary),
                _ => None,
            };
            let out = instruction.op.result().copied().filter(|out| temporary[*out as usize]);
            if let (Some(read), Some(out)) = (read, out) {
                temporary[out as usize] = false;
                self.follows[out as usize] = true;
                if waiting.when != instruction.when {
                    self.close(&mut waiting, code);
                }
                waiting.when = instruction.when;
                waiting.read.extend(read.difference(&waiting.written));
                waiting.written.insert(out);
                waiting.code.push(instruction);
                continue;
            }
            self.close(&mut waiting, code);
            if let Op::IfAny { mask, after, .. } = &mut instruction.op
                && let Some(read) = self.waited_for(&[Operand::Slot(*mask)], &around, temporary)
            {
                *after = self.bit(read);
            }
            for (inner, _) in instruction.op.bodies_mut() {
                self.group(inner, body, &around, temporary);
            }
            code.push(instruction);
        }
        self.close(&mut waiting, code);
    }

    fn close(&mut self, waiting: &mut Waiting, to: &mut Vec<Instruction>) {
        let Waiting { when, read, code, .. } = std::mem::take(waiting);
        if !code.is_empty() {
            to.push(Instruction { op: Op::IfChanged { change: self.bit(read), body: Box::new(code.into()) }, when });
        }
    }
}

/// What is read only by what waits together with it is worked out whenever that is, so it is temporary after all.
fn only_inside(code: &mut [Instruction], temporary: &mut [bool], reads: &[u32]) {
    for instruction in code {
        instruction.op.bodies_mut().for_each(|(body, _)| only_inside(body, temporary, reads));
        if let Op::IfChanged { body, .. } = &mut instruction.op {
            let mut inside = BTreeMap::new();
            for waiting in &mut body.code {
                waiting.op.slots(&mut |slot, written| *inside.entry(*slot).or_insert(0) += u32::from(!written));
            }
            let results = body.code.iter_mut().filter_map(|waiting| waiting.op.result().copied());
            results.for_each(|out| temporary[out as usize] = inside[&out] == reads[out as usize]);
        }
    }
}

/// Operations that wait for changes together: what they read of others, and what they write.
#[derive(Default)]
struct Waiting {
    when: When,
    read: BTreeSet<Slot>,
    written: BTreeSet<Slot>,
    code: Vec<Instruction>,
}

fn all_written(code: &mut [Instruction], slots: &mut BTreeSet<Slot>) {
    for instruction in code {
        instruction.op.slots(&mut |slot, written| {
            if written {
                slots.insert(*slot);
            }
        });
        instruction.op.bodies_mut().for_each(|(body, _)| all_written(body, slots));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tighten::count_reads;
    use super::*;
    use crate::program::{Binary, Unary};

    /// s0 is a mask that changes in every step, s1 and s2 are states, and 10 onwards temporary.
    const MASK: Slot = 0;

    fn made(ops: Vec<Op>) -> Vec<Instruction> {
        let mut code: Vec<Instruction> =
            ops.into_iter().map(|op| Instruction { op, when: When::steps(1, 4) }).collect();
        let mut temporary: Vec<bool> = (0..200).map(|slot| slot >= 10).collect();
        let mut reads = vec![0; temporary.len()];
        count_reads(&mut code, &mut reads);
        let changes = Changes::mark(&mut code, &mut temporary, &reads);
        changes.note(&mut code);
        code
    }

    /// Sets a state where the mask holds.
    fn sometimes(state: Slot) -> Op {
        let set = Instruction { op: Op::Unary(Unary::Copy, state, Operand::Constant(7.0)), when: When::steps(1, 4) };
        Op::IfAny { mask: MASK, after: ALWAYS, body: Box::new(vec![set].into()) }
    }

    fn mask_changes() -> Op {
        Op::Unary(Unary::Copy, MASK, Operand::Table(0))
    }

    fn twice(out: Slot, of: Slot) -> Op {
        Op::Binary(Binary::Multiply, out, Operand::Slot(of), Operand::Constant(2.0))
    }

    fn changes(instruction: &Instruction) -> u64 {
        match &instruction.op {
            Op::IfAny { body, .. } | Op::IfChanged { body, .. } => body.changes,
            _ => 0,
        }
    }

    fn waits(instruction: &Instruction) -> Option<u64> {
        match instruction.op {
            Op::IfChanged { change, .. } => Some(change),
            _ => None,
        }
    }

    #[test]
    fn what_follows_waits_for_the_state_and_what_follows_from_that_for_it() {
        // The state is read before it is set: what follows is brought up to date in the step after.
        let code = made(vec![twice(10, 1), mask_changes(), twice(11, 10), sometimes(1)]);
        let (first, second) = (waits(&code[0]), waits(&code[2]));
        assert!(first.is_some() && second.is_some() && first != second);
        assert_eq!(Some(changes(&code[0])), second);
        assert_eq!(Some(changes(&code[3])), first);
    }

    #[test]
    fn what_is_read_only_by_what_waits_with_it_stays_temporary() {
        let outside = Op::Binary(Binary::Multiply, 12, Operand::Slot(11), Operand::Slot(MASK));
        let ops = [twice(10, 1), twice(11, 10), mask_changes(), outside, sometimes(1)];
        let mut code: Vec<Instruction> = ops.map(|op| Instruction { op, when: When::steps(1, 4) }).into();
        let mut temporary: Vec<bool> = (0..20).map(|slot| slot >= 10).collect();
        let mut reads = vec![0; 20];
        (reads[1], reads[10], reads[11]) = (1, 1, 1);
        Changes::mark(&mut code, &mut temporary, &reads);
        assert_eq!(temporary[10..13], [true, false, true]);
    }

    #[test]
    fn what_changes_in_every_step_is_not_waited_for() {
        let code = made(vec![mask_changes(), twice(10, MASK), sometimes(1)]);
        assert!(code.iter().all(|instruction| waits(instruction).is_none() && changes(instruction) == 0));
    }

    #[test]
    fn what_gets_no_bit_is_always_done() {
        let mut ops: Vec<Op> = (0..70).flat_map(|i| [twice(10 + i, 1 + i % 2), mask_changes()]).collect();
        ops.extend([sometimes(1), sometimes(2)]);
        let code = made(ops);
        let bits: Vec<u64> = code.iter().filter_map(waits).collect();
        let own: BTreeSet<u64> = bits[..63].iter().copied().collect();
        assert_eq!((bits.len(), own.len(), own.contains(&ALWAYS)), (70, 63, false));
        assert!(bits[63..].iter().all(|&bit| bit == ALWAYS));
    }
}
