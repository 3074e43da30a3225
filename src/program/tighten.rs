//! Making a finished program shorter without changing what it gives: what nobody reads is left out, results are
//! written where they are kept, and what seldom changes is worked out only when it has.

use super::apart;
use super::changes::Changes;
use super::fuse::Fuse;
use super::reorder::{join_bodies, spare_copies};
use super::{Binary, IfLess, Instruction, Op, Operand, Program, Slot, Unary, When};

/// Rewrites what is executed in every step; `temporary` says which slots are written anew before each reading: it
/// loses those that are kept after all, and gets those of the states that no result shows (`inner`) which need not be.
pub(super) fn tighten(program: &mut Program, temporary: &mut [bool], inner: &[bool]) {
    let Program { once, step, end, tables, .. } = program;
    let mut reads = vec![0; temporary.len()];
    for code in [&mut *once, step, end] {
        count_reads(code, &mut reads);
    }
    leave_out_unread(step, temporary, &mut reads);
    Fuse { temporary, reads: &mut reads, tables }.code(step);
    leave_out_unread(step, temporary, &mut reads);
    write_in_place(step, temporary, &reads);
    spare_copies(step, temporary, &reads);
    read_in_place(step, temporary, &reads);
    join_bodies(step);
    let changes = Changes::mark(step, temporary, &reads);
    compare_and_branch(step, temporary, &reads);
    changes.note(step);
    without_asking(step);
    // What was behind a gate or in a state may be a part of what follows now.
    reads.fill(0);
    for code in [&mut *once, step, end] {
        count_reads(code, &mut reads);
    }
    let states = written_once(step, inner);
    used_where_made(step, &states, &reads, temporary);
    leave_out_unawaited(step, &mut reads);
    let mut fuse = Fuse { temporary, reads: &mut reads, tables };
    fuse.code(step);
    fuse.survivals(step);
    fuse.merge(step);
}

/// What is worked out after changes, and was read by nothing but a mask that is no longer asked for.
fn leave_out_unawaited(code: &mut Vec<Instruction>, reads: &mut [u32]) {
    for i in (0..code.len()).rev() {
        code[i].op.bodies_mut().for_each(|(body, _)| leave_out_unawaited(body, reads));
        let Op::IfChanged { body, .. } = &mut code[i].op else { continue };
        for k in (0..body.code.len()).rev() {
            let op = &mut body.code[k].op;
            if op.result().is_some_and(|out| reads[*out as usize] == 0) {
                op.slots(&mut |slot, written| reads[*slot as usize] -= u32::from(!written));
                body.code.remove(k);
            }
        }
        if body.code.iter().all(|left| matches!(left.op, Op::Changed(_))) {
            code.remove(i);
        }
    }
}

/// Which of the `inner` states are written in one place.
fn written_once(step: &mut [Instruction], inner: &[bool]) -> Vec<bool> {
    let mut writes = vec![0; inner.len()];
    for Instruction { op, .. } in step {
        visit(op, &mut |slot, written| writes[*slot as usize] += u32::from(written));
    }
    writes.into_iter().zip(inner).map(|(writes, inner)| *inner && writes == 1).collect()
}

/// Notes as temporary which of these states, each written in one place, are read by what follows there alone.
fn used_where_made(code: &mut [Instruction], states: &[bool], reads: &[u32], temporary: &mut [bool]) {
    for i in 0..code.len() {
        code[i].op.bodies_mut().for_each(|(body, _)| used_where_made(body, states, reads, temporary));
        let when = code[i].when;
        let Some(&mut out) = code[i].op.result().filter(|out| states[**out as usize]) else { continue };
        let after = code[i + 1..].iter_mut().filter(|after| when.covers(after.when));
        let read_after: u32 = after.map(|after| count_in(&mut after.op, out)).sum();
        temporary[out as usize] |= read_after == reads[out as usize];
    }
}

pub(super) fn count_reads(code: &mut [Instruction], reads: &mut [u32]) {
    for instruction in code {
        instruction.op.slots(&mut |slot, written| reads[*slot as usize] += u32::from(!written));
        instruction.op.bodies_mut().for_each(|(body, _)| count_reads(body, reads));
    }
}

impl Op {
    /// Where an operation that does nothing but give one result writes it.
    pub(super) fn result(&mut self) -> Option<&mut Slot> {
        match self {
            Op::Unary(_, out, _)
            | Op::Binary(_, out, ..)
            | Op::Ternary(_, out, ..)
            | Op::Uniform { out, .. }
            | Op::Normal { out, .. }
            | Op::NormalOf { out, .. }
            | Op::Draw { out, .. }
            | Op::Pick { out, .. }
            | Op::Poisson { out, .. }
            | Op::Lookup { out, .. }
            | Op::Recall { out, .. } => Some(out),
            Op::Arrivals { out, body, .. } if body.code.is_empty() => Some(out),
            Op::Merged(merged) => Some(&mut merged.out),
            Op::DrawWith(draw) => Some(&mut draw.out),
            _ => None,
        }
    }
}

fn leave_out_unread(code: &mut Vec<Instruction>, temporary: &[bool], reads: &mut [u32]) {
    for i in (0..code.len()).rev() {
        let op = &mut code[i].op;
        let mut bodies = 0;
        let mut empty = true;
        for (body, _) in op.bodies_mut() {
            leave_out_unread(body, temporary, reads);
            bodies += 1;
            empty &= body.is_empty();
        }
        let unread = match op.result() {
            Some(out) => temporary[*out as usize] && reads[*out as usize] == 0,
            None => bodies > 0 && empty,
        };
        if unread {
            op.slots(&mut |slot, written| reads[*slot as usize] -= u32::from(!written));
            code.remove(i);
        }
    }
}

/// A result that is copied into a state goes there at once, if all that reads it besides stands before the copy, and the
/// state is not touched in between.
fn write_in_place(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
    let mut i = 0;
    while i < code.len() {
        code[i].op.bodies_mut().for_each(|(body, _)| write_in_place(body, temporary, reads));
        let when = code[i].when;
        if let Some(result) = code[i].op.result().copied().filter(|out| temporary[*out as usize])
            && let Some((copy, state)) = copied(&mut code[i + 1..], when, result, reads[result as usize])
        {
            code.remove(i + 1 + copy);
            for instruction in &mut code[i..=i + copy] {
                replace(&mut instruction.op, result, state);
            }
        }
        i += 1;
    }
}

/// Whether an operation does nothing but work out one column of others.
pub(super) fn plain(op: &Op) -> bool {
    matches!(op, Op::Unary(..) | Op::Binary(..) | Op::Ternary(..))
}

/// Whether an operation or what is inside of it reads, and whether it writes one of these slots.
pub(super) fn touches(op: &mut Op, slots: &[Slot]) -> (bool, bool) {
    let (mut reads, mut writes) = (false, false);
    visit(op, &mut |slot, written| {
        let touched = slots.contains(slot);
        (reads, writes) = (reads | (touched & !written), writes | (touched & written));
    });
    (reads, writes)
}

pub(super) fn count_in(op: &mut Op, slot: Slot) -> u32 {
    let mut count = 0;
    visit(op, &mut |read, written| count += u32::from(*read == slot && !written));
    count
}

/// A copy of a state is left out if all that reads it comes before the state changes.
pub(super) fn read_in_place(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
    let mut i = 0;
    while i < code.len() {
        code[i].op.bodies_mut().for_each(|(body, _)| read_in_place(body, temporary, reads));
        let copied = match code[i].op {
            Op::Unary(Unary::Copy, copy, Operand::Slot(state)) if temporary[copy as usize] => Some((copy, state)),
            _ => None,
        };
        match copied {
            Some((copy, state)) if unchanged(&mut code[i + 1..], copy, state, reads[copy as usize]) => {
                code.remove(i);
                code[i..].iter_mut().for_each(|after| replace(&mut after.op, copy, state));
            }
            _ => i += 1,
        }
    }
}

/// Whether the copy is read so often before anything writes the state or the copy.
fn unchanged(code: &mut [Instruction], copy: Slot, state: Slot, reads: u32) -> bool {
    let mut read = 0;
    for Instruction { op, .. } in code {
        if read == reads {
            break;
        }
        let mut written_now = false;
        visit(op, &mut |slot, written| {
            read += u32::from(*slot == copy && !written);
            written_now |= written && (*slot == state || *slot == copy);
        });
        if written_now {
            return false;
        }
    }
    read == reads
}

/// How far off a result is copied into a state, and into which one; none if it cannot be written there at once.
fn copied(code: &mut [Instruction], when: When, result: Slot, reads: u32) -> Option<(usize, Slot)> {
    /// How far off a copy is looked for.
    const AHEAD: usize = 8;
    let found = code.iter().take(AHEAD).enumerate().find_map(|(place, instruction)| match instruction.op {
        Op::Unary(Unary::Copy, state, Operand::Slot(from)) if from == result && instruction.when == when => {
            Some((place, state))
        }
        _ => None,
    });
    let (place, state) = found?;
    let (mut read, mut free) = (1, true);
    for instruction in &mut code[..place] {
        visit(&mut instruction.op, &mut |slot, written| {
            read += u32::from(*slot == result && !written);
            free &= *slot != state && !(written && *slot == result);
        });
    }
    (free && read == reads).then_some((place, state))
}

pub(super) fn replace(op: &mut Op, from: Slot, to: Slot) {
    visit(op, &mut |slot, _| {
        if *slot == from {
            *slot = to;
        }
    });
}

/// Calls `f` with every slot that an operation or its bodies touch.
pub(super) fn visit(op: &mut Op, f: &mut impl FnMut(&mut Slot, bool)) {
    op.slots(f);
    for (body, _) in op.bodies_mut() {
        body.iter_mut().for_each(|inner| visit(&mut inner.op, f));
    }
}

/// A comparison that decides whether a body runs, and is read in that body alone, is made by the branch.
fn compare_and_branch(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
    let mut i = 0;
    while i < code.len() {
        code[i].op.bodies_mut().for_each(|(body, _)| compare_and_branch(body, temporary, reads));
        let Some((mask, a, b)) = (match code[i].op {
            Op::Binary(Binary::Less, out, a, b) if temporary[out as usize] => Some((out, a, b)),
            _ => None,
        }) else {
            i += 1;
            continue;
        };
        let steps = code[i].when;
        if let Some(Instruction { op, when }) = code.get_mut(i + 1) {
            let decides = matches!(op, Op::IfAny { mask: decides, .. } if *decides == mask) && *when == steps;
            if decides {
                let mut inside = vec![0; reads.len()];
                op.bodies_mut().for_each(|(body, _)| count_reads(body, &mut inside));
                if let (true, Op::IfAny { body, .. }) = (inside[mask as usize] + 1 == reads[mask as usize], op) {
                    let mut body = std::mem::take(&mut **body);
                    compare_and_branch(&mut body.code, temporary, reads);
                    code[i].op = Op::IfLess(Box::new(IfLess { mask, a, b, body }));
                    code.remove(i + 1);
                }
            }
        }
        i += 1;
    }
}

/// What costs less than finding out whether it is needed is always done: where the mask does not hold a body changes nothing.
/// What others wait for is not, lest they be done always, too.
fn without_asking(code: &mut Vec<Instruction>) {
    for Instruction { op, when } in std::mem::take(code) {
        match op {
            Op::IfAny { body, .. } if body.changes == 0 && apart::sooner_done_than_asked(&body.code) => {
                let inside = |one: Instruction| if one.when.covers(when) { Instruction { when, ..one } } else { one };
                code.extend(body.code.into_iter().map(inside));
            }
            mut op => {
                op.bodies_mut().for_each(|(body, _)| without_asking(body));
                code.push(Instruction { op, when });
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::Body;
    use super::*;

    pub(in super::super) const RESULT: Slot = 10;
    pub(in super::super) const STATE: Slot = 1;

    /// What becomes of a result that is copied into a state, with these operations in between.
    fn written(between: &[Op]) -> Vec<String> {
        let made = Op::Binary(Binary::Multiply, RESULT, Operand::Slot(0), Operand::Constant(2.0));
        let copy = Op::Unary(Unary::Copy, STATE, Operand::Slot(RESULT));
        let ops = [&[made], between, &[copy]].concat();
        let mut code: Vec<Instruction> =
            ops.into_iter().map(|op| Instruction { op, when: When::steps(1, 4) }).collect();
        let temporary: Vec<bool> = (0..20).map(|slot| slot >= RESULT).collect();
        let mut reads = vec![0; 20];
        count_reads(&mut code, &mut reads);
        write_in_place(&mut code, &temporary, &reads);
        code.iter().map(|instruction| instruction.op.to_string()).collect()
    }

    pub(in super::super) fn sum(out: Slot, with: Slot) -> Op {
        Op::Binary(Binary::Add, out, Operand::Slot(with), Operand::Slot(0))
    }

    #[test]
    fn a_result_is_written_where_it_is_kept() {
        assert_eq!(written(&[]), ["s1 = s0 * 2"]);
        assert_eq!(written(&[sum(11, RESULT)]), ["s1 = s0 * 2", "s11 = s1 + s0"]);
    }

    #[test]
    fn a_state_that_is_needed_as_it_was_is_written_later() {
        assert_eq!(written(&[sum(11, STATE)]).len(), 3);
        assert_eq!(written(&[sum(STATE, 0)]).len(), 3);
        let body = Instruction { op: sum(11, STATE), when: When::steps(1, 4) };
        let inside = Op::IfAny { mask: 0, after: 1, body: Box::new(vec![body].into()) };
        assert_eq!(written(&[inside]).len(), 3);
    }

    pub(in super::super) fn ops(code: &[Instruction]) -> Vec<String> {
        code.iter().map(|instruction| instruction.op.to_string()).collect()
    }

    pub(in super::super) fn in_steps(ops: Vec<Op>) -> Vec<Instruction> {
        ops.into_iter().map(|op| Instruction { op, when: When::steps(1, 4) }).collect()
    }

    /// What becomes of a copy of a state that is read as often as here.
    fn with_copy(after: &[Op]) -> Vec<String> {
        let copy = Op::Unary(Unary::Copy, RESULT, Operand::Slot(STATE));
        let mut code = in_steps([&[copy], after].concat());
        let temporary: Vec<bool> = (0..20).map(|slot| slot >= RESULT).collect();
        let mut reads = vec![0; 20];
        count_reads(&mut code, &mut reads);
        read_in_place(&mut code, &temporary, &reads);
        ops(&code)
    }

    #[test]
    fn a_state_is_copied_only_if_it_changes_before_the_copy_is_read() {
        assert_eq!(with_copy(&[sum(11, RESULT), sum(STATE, 0)]), ["s11 = s1 + s0", "s1 = s0 + s0"]);
        assert_eq!(with_copy(&[sum(STATE, 0), sum(11, RESULT)]).len(), 3);
        assert_eq!(with_copy(&[sum(STATE, RESULT)]).len(), 2);
    }

    #[test]
    fn a_state_that_is_read_where_it_is_made_alone_need_not_be_kept() {
        let kept = |step: Vec<Op>, end: Vec<Op>| {
            let (mut step, mut end) = (in_steps(step), in_steps(end));
            let (mut temporary, mut reads) = (vec![false; 20], vec![0; 20]);
            [&mut step, &mut end].into_iter().for_each(|code| count_reads(code, &mut reads));
            let states = written_once(&mut step, &[true; 20]);
            used_where_made(&mut step, &states, &reads, &mut temporary);
            !temporary[STATE as usize]
        };
        let sometimes = |inside: Vec<Op>| {
            let body = Body::from(in_steps(inside));
            Op::IfAny { mask: 0, after: 1, body: Box::new(body) }
        };
        assert!(!kept(vec![sum(STATE, 0), sum(11, STATE)], vec![]));
        assert!(!kept(vec![sometimes(vec![sum(STATE, 2), sum(4, STATE)])], vec![]));
        // It is read before, written twice, or read at the end; or it is read everywhere, and written for some.
        assert!(kept(vec![sum(11, STATE), sum(STATE, 0)], vec![]));
        assert!(kept(vec![sum(STATE, 0), sum(STATE, 2)], vec![]));
        assert!(kept(vec![sum(STATE, 0)], vec![sum(11, STATE)]));
        assert!(kept(vec![sometimes(vec![sum(STATE, 0)]), sum(11, STATE)], vec![]));
        assert!(kept(vec![sometimes(vec![sum(4, STATE), sum(STATE, 2)])], vec![]));
    }

    #[test]
    fn what_costs_little_is_done_without_asking_unless_others_wait_for_it() {
        let asked = |body: Vec<Op>, changes: u64| {
            let body = Body { changes, ..in_steps(body).into() };
            let mut code = in_steps(vec![Op::IfAny { mask: 0, after: 1, body: Box::new(body) }]);
            without_asking(&mut code);
            ops(&code)
        };
        assert_eq!(asked(vec![sum(11, STATE), sum(12, 11)], 0), ["s11 = s1 + s0", "s12 = s11 + s0"]);
        assert_eq!(asked(vec![sum(11, STATE)], 2).len(), 1);
        let costly = asked(vec![Op::Unary(Unary::Exp, 11, Operand::Slot(STATE)), sum(12, 11)], 0);
        assert_eq!(costly.len(), 1);
    }

    #[test]
    fn a_result_that_others_read_afterwards_stays() {
        let made = Op::Unary(Unary::Copy, STATE, Operand::Slot(RESULT));
        // The second copy is read elsewhere, too.
        assert_eq!(written(&[Op::Unary(Unary::Copy, 2, Operand::Slot(RESULT)), made]).len(), 4);
    }
}
