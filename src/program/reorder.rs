//! What is done sooner or later than it was written, where that makes no other difference, so that less is to be done.

use super::tighten::{count_in, plain, touches, visit};
use super::{Instruction, Op, Operand, Slot, Unary};

/// Where a copy of a state is read after the state has changed: what reads it is done sooner, or what changes the state
/// later, if that makes no other difference. The copy is not needed then.
pub(super) fn spare_copies(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
    for c in 0..code.len() {
        let Op::Unary(Unary::Copy, copy, Operand::Slot(state)) = code[c].op else { continue };
        if !temporary[copy as usize] {
            continue;
        }
        let mut touching = Vec::new();
        for i in c + 1..code.len() {
            let (of_state, of_copy) = (touches(&mut code[i].op, &[state]), touches(&mut code[i].op, &[copy]));
            if of_state.0 | of_state.1 | of_copy.0 | of_copy.1 {
                touching.push((i, of_state, of_copy));
            }
        }
        let writers: Vec<usize> = touching.iter().filter(|(_, state, _)| state.1).map(|&(i, ..)| i).collect();
        let Some(&first) = writers.first() else { continue };
        let late: Vec<usize> = touching.iter().filter(|&&(i, _, copy)| copy.0 && i > first).map(|&(i, ..)| i).collect();
        let Some(&last) = late.last() else { continue };
        let counted: u32 = (c + 1..=last).map(|i| count_in(&mut code[i].op, copy)).sum();
        if counted != reads[copy as usize] || touching.iter().any(|(_, _, copy)| copy.1) {
            continue;
        }
        if late.iter().all(|&i| may_be_sooner(code, c, i, temporary)) {
            for (place, i) in (c + 1..).zip(late) {
                let sooner = code.remove(i);
                code.insert(place, sooner);
            }
        } else if let [writer] = writers[..]
            && let Some(place) = latest(code, writer, state).filter(|place| *place >= last)
        {
            let later = code.remove(writer);
            code.insert(place, later);
        }
    }
}

/// What is done in two places for the same futures is done in the second, where that makes no other difference.
pub(super) fn join_bodies(code: &mut Vec<Instruction>) {
    let mut i = 0;
    while i < code.len() {
        code[i].op.bodies_mut().for_each(|(body, _)| join_bodies(body));
        let Some(second) = second_body(code, i) else {
            i += 1;
            continue;
        };
        let first = code.remove(i).op;
        if let (Op::IfAny { body: mut first, .. }, Op::IfAny { body, .. }) = (first, &mut code[second - 1].op) {
            first.code.append(&mut body.code);
            *body = first;
        }
    }
}

/// Where a body is done for the same futures as that at `i`, which could be done there, too.
fn second_body(code: &mut [Instruction], i: usize) -> Option<usize> {
    let Instruction { op: Op::IfAny { mask, .. }, when } = code[i] else { return None };
    let same =
        |other: &Instruction| matches!(other.op, Op::IfAny { mask: its, .. } if its == mask && other.when == when);
    let second = i + 1 + code[i + 1..].iter().position(same)?;
    let (mut read, mut written) = (Vec::new(), Vec::new());
    visit(&mut code[i].op, &mut |slot, writes| if writes { written.push(*slot) } else { read.push(*slot) });
    let may_be_later = |between: &mut Instruction| {
        !touches(&mut between.op, &read).1 && touches(&mut between.op, &written) == (false, false)
    };
    (!written.contains(&mask) && code[i + 1..second].iter_mut().all(may_be_later)).then_some(second)
}

/// Whether what is done at `i` gives the same right after `c`.
fn may_be_sooner(code: &mut [Instruction], c: usize, i: usize, temporary: &[bool]) -> bool {
    let (before, after) = code.split_at_mut(i);
    let op = &mut after[0].op;
    let Some(out) = op.result().copied().filter(|out| temporary[*out as usize]) else { return false };
    let mut operands = Vec::new();
    op.slots(&mut |slot, written| operands.extend((!written).then_some(*slot)));
    plain(op)
        && before[c + 1..].iter_mut().all(|between| !touches(&mut between.op, &operands).1)
        && before[c + 1..].iter_mut().all(|between| touches(&mut between.op, &[out]) == (false, false))
}

/// How far behind what is done at `i`, which gives a state its value, still gives the same: the place of the last operation
/// that may stand before it.
fn latest(code: &mut [Instruction], i: usize, state: Slot) -> Option<usize> {
    let (before, after) = code.split_at_mut(i + 1);
    let op = &mut before[i].op;
    let mut operands = Vec::new();
    op.slots(&mut |slot, written| operands.extend((!written).then_some(*slot)));
    let hinders = |other: &mut Op| touches(other, &operands).1 || touches(other, &[state]) != (false, false);
    (plain(op) && !operands.contains(&state))
        .then(|| i + after.iter_mut().position(|other| hinders(&mut other.op)).unwrap_or(after.len()))
}

#[cfg(test)]
mod tests {
    use super::super::tighten::tests::{RESULT, STATE, in_steps, ops, sum};
    use super::super::tighten::{count_reads, read_in_place};
    use super::super::{Binary, Body};
    use super::*;

    /// What becomes of a copy of a state that is read after the state has changed, and of what stands after the copy.
    fn spared(after: &[Op]) -> Vec<String> {
        let copy = Op::Unary(Unary::Copy, RESULT, Operand::Slot(STATE));
        let mut code = in_steps([&[copy], after].concat());
        let temporary: Vec<bool> = (0..20).map(|slot| slot >= RESULT).collect();
        let mut reads = vec![0; 20];
        count_reads(&mut code, &mut reads);
        spare_copies(&mut code, &temporary, &reads);
        read_in_place(&mut code, &temporary, &reads);
        ops(&code)
    }

    #[test]
    fn a_copy_is_spared_where_its_reader_may_be_sooner_or_the_state_change_later() {
        assert_eq!(spared(&[sum(STATE, 2), sum(11, RESULT)]), ["s11 = s1 + s0", "s1 = s2 + s0"]);
        // What is read together with the copy is not there sooner.
        let both = Op::Binary(Binary::Add, 12, Operand::Slot(RESULT), Operand::Slot(11));
        let later = spared(&[sum(STATE, 2), sum(11, 3), both.clone()]);
        assert_eq!(later, ["s11 = s3 + s0", "s12 = s1 + s11", "s1 = s2 + s0"]);
        // The new state is read in between, or made of what changes.
        assert_eq!(spared(&[sum(STATE, 2), sum(11, STATE), both.clone()]).len(), 4);
        assert_eq!(spared(&[sum(STATE, 2), sum(11, 3), sum(2, 3), both]).len(), 5);
    }

    #[test]
    fn what_is_done_for_the_same_futures_is_done_in_one_place() {
        let asked = |mask: Slot, op: Op| {
            let body = Body::from(in_steps(vec![op]));
            Op::IfAny { mask, after: 1, body: Box::new(body) }
        };
        let joined = |between: Op, second: Op| {
            let mut code = in_steps(vec![asked(0, sum(STATE, 2)), between, second]);
            join_bodies(&mut code);
            let inside = |one: &Instruction| one.op.bodies().flatten().count();
            code.iter().map(inside).collect::<Vec<usize>>()
        };
        assert_eq!(joined(sum(11, 3), asked(0, sum(4, 3))), [0, 2]);
        assert_eq!(joined(sum(11, 3), asked(5, sum(4, 3))), [1, 0, 1]);
        // What is in between reads the result, changes what it is made of, or the mask.
        assert_eq!(joined(sum(11, STATE), asked(0, sum(4, 3))), [1, 0, 1]);
        assert_eq!(joined(sum(2, 3), asked(0, sum(4, 3))), [1, 0, 1]);
        assert_eq!(joined(sum(0, 3), asked(0, sum(4, 3))), [1, 0, 1]);
        let mut own = in_steps(vec![asked(0, sum(0, 2)), asked(0, sum(4, 3))]);
        join_bodies(&mut own);
        assert_eq!(own.len(), 2);
    }
}
