//! Making a finished program shorter without changing what it gives: what nobody reads is left out, results are
//! written where they are kept, and what seldom changes is worked out only when it has.

use super::apart;
use super::changes::Changes;
use super::fuse::Fuse;
use super::{Binary, IfLess, Instruction, Op, Operand, Program, Slot, Unary, When};

/// Rewrites what is executed in every step; `temporary` says which slots are written anew before each reading: it
/// loses those that are kept after all, and gets those of the states that no result shows (`inner`) which need not be.
pub(super) fn tighten(program: &mut Program, temporary: &mut [bool], inner: &[bool]) {
    let Program { once, step, end, tables, ends, .. } = program;
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
    let made_anew = made_anew(step, &mut [once, end], When::steps(1, ends.len() as u32), temporary.len());
    for (slot, made_anew) in made_anew.into_iter().enumerate() {
        temporary[slot] |= inner[slot] && made_anew;
    }
    // What was behind a gate or in a state may be a part of what follows now.
    reads.fill(0);
    for code in [&mut *once, step, end] {
        count_reads(code, &mut reads);
    }
    let mut writes = vec![0; temporary.len()];
    step.iter_mut()
        .for_each(|one| visit(&mut one.op, &mut |slot, written| writes[*slot as usize] += u32::from(written)));
    let wanted: Vec<bool> = (0..inner.len()).map(|slot| inner[slot] && writes[slot] == 1 && !temporary[slot]).collect();
    used_where_made(step, &wanted, &reads, temporary);
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

/// Which slots are written in one place, and there in every step before anything reads them.
fn made_anew(
    step: &mut Vec<Instruction>,
    outside: &mut [&mut Vec<Instruction>],
    always: When,
    slots: usize,
) -> Vec<bool> {
    let (mut writes, mut given, mut read_before) = (vec![0; slots], vec![false; slots], vec![false; slots]);
    for (code, inside) in outside.iter_mut().map(|code| (&mut **code, false)).chain([(step, true)]) {
        for Instruction { op, when } in code {
            visit(op, &mut |slot, written| {
                let slot = *slot as usize;
                writes[slot] += u32::from(inside && written);
                read_before[slot] |= !written && !given[slot];
            });
            if let Some(&mut out) = op.result().filter(|_| inside && when.covers(always)) {
                given[out as usize] = true;
            }
        }
    }
    (0..slots).map(|slot| writes[slot] == 1 && given[slot] && !read_before[slot]).collect()
}

/// Notes as temporary which of the `wanted` slots, each written in one place, are read by what follows there alone.
fn used_where_made(code: &mut [Instruction], wanted: &[bool], reads: &[u32], temporary: &mut [bool]) {
    for i in 0..code.len() {
        code[i].op.bodies_mut().for_each(|(body, _)| used_where_made(body, wanted, reads, temporary));
        let when = code[i].when;
        let Some(&mut out) = code[i].op.result().filter(|out| wanted[**out as usize]) else { continue };
        let after = code[i + 1..].iter_mut().filter(|after| when.covers(after.when));
        temporary[out as usize] = after.map(|after| count_in(&mut after.op, out)).sum::<u32>() == reads[out as usize];
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
fn plain(op: &Op) -> bool {
    matches!(op, Op::Unary(..) | Op::Binary(..) | Op::Ternary(..))
}

/// Whether an operation or what is inside of it reads, and whether it writes one of these slots.
fn touches(op: &mut Op, slots: &[Slot]) -> (bool, bool) {
    let (mut reads, mut writes) = (false, false);
    visit(op, &mut |slot, written| {
        let touched = slots.contains(slot);
        (reads, writes) = (reads | (touched & !written), writes | (touched & written));
    });
    (reads, writes)
}

/// Where a copy of a state is read after the state has changed: what reads it is done sooner, or what changes the state
/// later, if that makes no other difference. The copy is not needed then.
fn spare_copies(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
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
fn join_bodies(code: &mut Vec<Instruction>) {
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

pub(super) fn count_in(op: &mut Op, slot: Slot) -> u32 {
    let mut count = 0;
    visit(op, &mut |read, written| count += u32::from(*read == slot && !written));
    count
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

/// A copy of a state is left out if all that reads it comes before the state changes.
fn read_in_place(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
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
mod tests {
    use super::super::Body;
    use super::*;

    const RESULT: Slot = 10;
    const STATE: Slot = 1;

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

    fn sum(out: Slot, with: Slot) -> Op {
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

    fn ops(code: &[Instruction]) -> Vec<String> {
        code.iter().map(|instruction| instruction.op.to_string()).collect()
    }

    fn in_steps(ops: Vec<Op>) -> Vec<Instruction> {
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

    #[test]
    fn a_state_that_is_read_where_it_is_made_alone_need_not_be_kept() {
        let kept = |inside: Vec<Op>, outside: Op| {
            let body = Body::from(in_steps(inside));
            let mut code = in_steps(vec![Op::IfAny { mask: 0, after: 1, body: Box::new(body) }, outside]);
            let (mut temporary, mut reads) = (vec![false; 20], vec![0; 20]);
            count_reads(&mut code, &mut reads);
            let wanted: Vec<bool> = (0..20).map(|slot| slot == STATE).collect();
            used_where_made(&mut code, &wanted, &reads, &mut temporary);
            !temporary[STATE as usize]
        };
        assert!(!kept(vec![sum(STATE, 2), sum(4, STATE)], sum(5, 2)));
        assert!(kept(vec![sum(STATE, 2), sum(4, STATE)], sum(5, STATE)));
        assert!(kept(vec![sum(4, STATE), sum(STATE, 2)], sum(5, 2)));
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
    fn a_state_that_is_made_before_it_is_read_is_made_anew() {
        let anew = |code: Vec<Op>, end: Vec<Op>| {
            let (mut code, mut once, mut end) = (in_steps(code), Vec::new(), in_steps(end));
            made_anew(&mut code, &mut [&mut once, &mut end], When::steps(1, 4), 20)[STATE as usize]
        };
        assert!(anew(vec![sum(STATE, 0), sum(11, STATE)], vec![]));
        assert!(!anew(vec![sum(11, STATE), sum(STATE, 0)], vec![]));
        assert!(!anew(vec![sum(STATE, 0), sum(STATE, 2)], vec![]));
        assert!(!anew(vec![sum(STATE, 0)], vec![sum(11, STATE)]));
        let sometimes = in_steps(vec![sum(STATE, 0)]);
        let sometimes = Op::IfAny { mask: 0, after: 1, body: Box::new(sometimes.into()) };
        assert!(!anew(vec![sometimes, sum(11, STATE)], vec![]));
    }

    #[test]
    fn a_result_that_others_read_afterwards_stays() {
        let made = Op::Unary(Unary::Copy, STATE, Operand::Slot(RESULT));
        // The second copy is read elsewhere, too.
        assert_eq!(written(&[Op::Unary(Unary::Copy, 2, Operand::Slot(RESULT)), made]).len(), 4);
    }
}
