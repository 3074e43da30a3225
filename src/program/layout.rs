//! Which column a value lives in: values that are needed only within a step share columns, so that the columns in use stay
//! in the nearest cache. Slots that are kept (states, what is set once, what is read at the end) keep their numbers.

use super::{Body, Branches, Instruction, Op, Operand, Pieces, Program, Slot, Survival};

impl Op {
    /// Calls `f` with every slot it touches itself (not those of its body); the flag says whether it is written.
    pub(super) fn slots(&mut self, f: &mut impl FnMut(&mut Slot, bool)) {
        fn read(operand: &mut Operand, f: &mut impl FnMut(&mut Slot, bool)) {
            if let Operand::Slot(slot) = operand {
                f(slot, false);
            }
        }
        match self {
            Op::Unary(_, out, a) => {
                read(a, f);
                f(out, true);
            }
            Op::Binary(_, out, a, b) => {
                read(a, f);
                read(b, f);
                f(out, true);
            }
            Op::Ternary(_, out, a, b, c) => {
                read(a, f);
                read(b, f);
                read(c, f);
                f(out, true);
            }
            Op::Merged(merged) => {
                merged.columns.iter_mut().for_each(|column| f(column, false));
                f(&mut merged.out, true);
            }
            Op::Uniform { out, .. } | Op::Normal { out, .. } | Op::Arrivals { out, .. } => f(out, true),
            Op::NormalOf { out, uniform } | Op::Draw { out, uniform, .. } => {
                read(uniform, f);
                f(out, true);
            }
            Op::DrawWith(draw) => {
                read(&mut draw.uniform, f);
                draw.arguments.iter_mut().for_each(|a| read(a, f));
                if let Some((low, high)) = &mut draw.bounds {
                    read(low, f);
                    read(high, f);
                }
                f(&mut draw.out, true);
            }
            Op::Pick { out, uniform, weights } => {
                read(uniform, f);
                weights.iter_mut().for_each(|w| read(w, f));
                f(out, true);
            }
            Op::Lookup { out, row, .. } => {
                read(row, f);
                f(out, true);
            }
            Op::Poisson { out, uniform, mean } => {
                read(uniform, f);
                read(mean, f);
                f(out, true);
            }
            Op::Clamp { out, flag, value, .. } => {
                read(value, f);
                f(flag, true);
                f(out, true);
            }
            Op::Check { value, mask, .. } => {
                read(value, f);
                read(mask, f);
            }
            Op::IfAny { mask, .. } => f(mask, false),
            Op::IfLess(branch) => {
                read(&mut branch.a, f);
                read(&mut branch.b, f);
                f(&mut branch.mask, true);
            }
            Op::Survival(survival) => {
                survival.operands().for_each(|slot| f(slot, false));
                let Survival { state, before, mask, .. } = &mut **survival;
                [state, before, mask].into_iter().for_each(|slot| f(slot, true));
            }
            Op::Pieces(pieces) => {
                let Pieces { low, high, from, to, causes, .. } = &mut **pieces;
                read(from, f);
                read(to, f);
                causes.iter_mut().for_each(|c| f(c, false));
                f(low, true);
                f(high, true);
            }
            Op::Times { count, index, .. } => {
                f(count, false);
                f(index, true);
            }
            Op::Remember { value, .. } => f(value, false),
            Op::Recall { out, .. } => f(out, true),
            Op::IfChanged { .. } | Op::Changed(_) => {}
        }
    }

    /// The operations inside, if it has any: of pieces first those for a piece.
    pub fn bodies(&self) -> impl Iterator<Item = &[Instruction]> {
        let bodies = match self {
            Op::IfAny { body, .. } | Op::IfChanged { body, .. } | Op::Arrivals { body, .. } => {
                [Some(&body.code[..]), None]
            }
            Op::IfLess(branch) => [Some(&branch.body.code[..]), None],
            Op::Survival(survival) => [Some(&survival.body.code[..]), None],
            Op::Pieces(pieces) => [Some(&pieces.body.code[..]), Some(&pieces.whole[..])],
            Op::Times { body, .. } => [Some(&body[..]), None],
            _ => [None, None],
        };
        bodies.into_iter().flatten()
    }

    /// What is done for some futures of a block only.
    pub fn body(&self) -> Option<&Body> {
        match self {
            Op::IfAny { body, .. } | Op::Arrivals { body, .. } => Some(body),
            Op::IfLess(branch) => Some(&branch.body),
            Op::Survival(survival) => Some(&survival.body),
            Op::Pieces(pieces) => Some(&pieces.body),
            _ => None,
        }
    }

    /// The same to be changed.
    pub(super) fn body_mut(&mut self) -> Option<&mut Body> {
        match self {
            Op::IfAny { body, .. } | Op::Arrivals { body, .. } => Some(body),
            Op::IfLess(branch) => Some(&mut branch.body),
            Op::Survival(survival) => Some(&mut survival.body),
            Op::Pieces(pieces) => Some(&mut pieces.body),
            _ => None,
        }
    }

    /// All operations inside to be changed, and whether they are repeated.
    pub(super) fn bodies_mut(&mut self) -> impl Iterator<Item = (&mut Vec<Instruction>, bool)> {
        let bodies = match self {
            Op::IfAny { body, .. } | Op::IfChanged { body, .. } | Op::Arrivals { body, .. } => {
                [Some((&mut body.code, false)), None]
            }
            Op::IfLess(branch) => [Some((&mut branch.body.code, false)), None],
            Op::Survival(survival) => [Some((&mut survival.body.code, false)), None],
            Op::Pieces(pieces) => [Some((&mut pieces.body.code, true)), Some((&mut pieces.whole, false))],
            Op::Times { body, .. } => [Some((body, true)), None],
            _ => [None, None],
        };
        bodies.into_iter().flatten()
    }
}

/// Positions of a value in the order of execution.
#[derive(Clone, Copy)]
struct Life {
    first: usize,
    last: usize,
    /// Whether what gives it may write over what it reads.
    in_place: bool,
}

impl Op {
    /// Whether each strip is written when all that is needed of it has been read.
    fn in_place(&self) -> bool {
        matches!(self, Op::Unary(..) | Op::Binary(..) | Op::Ternary(..) | Op::Merged(_) | Op::Survival(_))
    }
}

struct Lives<'a> {
    temporary: &'a [bool],
    lives: Vec<Option<Life>>,
    position: usize,
    /// Where each open loop began, and the slots that it reads from outside.
    loops: Vec<(usize, Vec<Slot>)>,
}

impl Lives<'_> {
    fn measure(&mut self, code: &mut [Instruction]) {
        for instruction in code {
            // Ends of loops have places of their own between those of operations.
            self.position += 2;
            let position = self.position;
            let in_place = instruction.op.in_place();
            instruction.op.slots(&mut |slot, _| self.touch(*slot, position, in_place));
            let mut again = false;
            for (body, repeated) in instruction.op.bodies_mut() {
                if repeated {
                    self.loops.push((position, Vec::new()));
                }
                self.measure(body);
                if repeated {
                    let (_, outside) = self.loops.pop().expect("pushed above");
                    let end = self.position + 1;
                    for slot in outside {
                        self.touch(slot, end, false);
                    }
                    again = true;
                }
            }
            if again {
                // A loop reads its operands again at the start of every round.
                let end = self.position + 1;
                instruction.op.slots(&mut |slot, _| self.touch(*slot, end, false));
            }
        }
    }

    fn touch(&mut self, slot: Slot, position: usize, in_place: bool) {
        if !self.temporary[slot as usize] {
            return;
        }
        let life = self.lives[slot as usize].get_or_insert(Life { first: position, last: position, in_place });
        life.last = life.last.max(position);
        for (start, outside) in &mut self.loops {
            if life.first < *start {
                outside.push(slot);
            }
        }
    }
}

fn rename(code: &mut [Instruction], column: &[Slot]) {
    for instruction in code {
        instruction.op.slots(&mut |slot, _| *slot = column[*slot as usize]);
        instruction.op.bodies_mut().for_each(|(body, _)| rename(body, column));
    }
}

/// Lets temporary values share columns. The columns of kept slots keep their order and come first.
pub(super) fn reuse_columns(program: &mut Program, temporary: &[bool]) {
    let mut lives = Lives { temporary, lives: vec![None; temporary.len()], position: 0, loops: Vec::new() };
    lives.measure(&mut program.step);
    // Kept slots keep their numbers: whoever built the program knows states by them.
    let mut column: Vec<Slot> = (0..temporary.len() as u32).collect();
    let mut order: Vec<(Life, usize)> = (0..temporary.len()).filter_map(|s| lives.lives[s].map(|l| (l, s))).collect();
    order.sort_by_key(|(life, slot)| (life.first, *slot));
    // The numbers of temporaries are given out again, the least first, when nobody lives there any more.
    let mut free: std::collections::BTreeSet<Slot> = order.iter().map(|&(_, slot)| slot as u32).collect();
    let mut busy: Vec<(usize, Slot)> = Vec::new();
    for (life, slot) in order {
        busy.retain(|&(last, used)| {
            let over = last < life.first || (last == life.first && life.in_place);
            if over {
                free.insert(used);
            }
            !over
        });
        let chosen = free.pop_first().expect("as many columns as temporaries");
        column[slot] = chosen;
        busy.push((life.last, chosen));
    }
    rename(&mut program.step, &column);
}

impl Program {
    /// Numbers the columns without gaps, in the order in which a step comes to them: what is needed together lies together.
    pub fn close_ranks(&mut self) {
        let mut ranks = vec![None; self.slots];
        let mut taken = 0;
        let mut take = |slot: Slot| {
            ranks[slot as usize].get_or_insert_with(|| {
                taken += 1;
                taken - 1
            });
        };
        // Rings stay whole.
        self.each_ring(&mut |first, size| (*first..*first + size).for_each(&mut take));
        self.each_slot(&mut |slot| take(*slot));
        self.slots = taken as usize;
        let rank = |slot: &mut Slot| *slot = ranks[*slot as usize].unwrap_or(*slot);
        self.each_ring(&mut |first, _| rank(first));
        self.each_slot(&mut |slot| rank(slot));
    }

    fn each_ring(&mut self, f: &mut impl FnMut(&mut Slot, u32)) {
        for code in [&mut self.step, &mut self.once, &mut self.end] {
            each_ring(code, f);
        }
    }

    /// Calls `f` with the slots of all operations and results.
    fn each_slot(&mut self, f: &mut impl FnMut(&mut Slot)) {
        for code in [&mut self.step, &mut self.once, &mut self.end] {
            each_in(code, f);
        }
        let operands = [&mut self.quantities, &mut self.metrics].into_iter().flatten();
        for operand in operands.chain(&mut self.outcome).chain(&mut self.weight) {
            if let Operand::Slot(slot) = operand {
                f(slot);
            }
        }
        self.paths.iter_mut().for_each(&mut *f);
        self.clamps.iter_mut().for_each(|clamp| f(&mut clamp.flag));
        self.observations.iter_mut().for_each(|(_, slot)| f(slot));
        for event in &mut self.events {
            f(&mut event.date);
            event.count.iter_mut().for_each(&mut *f);
            match &mut event.branches {
                Branches::None => {}
                Branches::One(slot) => f(slot),
                Branches::Dates(slots) => slots.iter_mut().for_each(&mut *f),
            }
        }
    }
}

fn each_in(code: &mut [Instruction], f: &mut impl FnMut(&mut Slot)) {
    for Instruction { op, .. } in code {
        match op {
            // Its state is read and written, but is there once.
            Op::Survival(survival) => survival.slots().for_each(&mut *f),
            _ => op.slots(&mut |slot, _| f(slot)),
        }
        op.bodies_mut().for_each(|(body, _)| each_in(body, f));
        if let Some(body) = op.body_mut() {
            body.reads.iter_mut().chain(&mut body.keeps).for_each(&mut *f);
        }
    }
}

fn each_ring(code: &mut [Instruction], f: &mut impl FnMut(&mut Slot, u32)) {
    for Instruction { op, .. } in code {
        if let Op::Remember { first, size, .. } | Op::Recall { first, size, .. } = op {
            f(first, *size);
        }
        op.bodies_mut().for_each(|(body, _)| each_ring(body, f));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Binary, Builder, When};
    use super::*;

    fn steps(code: Vec<Op>) -> Vec<Instruction> {
        code.into_iter().map(|op| Instruction { op, when: When::default() }).collect()
    }

    /// Operations and those in their bodies, when the temporaries, s10 onwards, have got their columns.
    fn columns(code: Vec<Op>) -> Vec<String> {
        let mut program = Builder::new(1, vec![0.0, 7.0]).finish();
        program.step = steps(code);
        reuse_columns(&mut program, &(0..20).map(|slot| slot >= 10).collect::<Vec<bool>>());
        let inside = |op: &Op| op.bodies().flatten().map(|inner| inner.op.to_string()).collect::<Vec<String>>();
        program.step.iter().flat_map(|one| [vec![one.op.to_string()], inside(&one.op)].concat()).collect()
    }

    fn sum(out: Slot, a: Slot, b: Slot) -> Op {
        Op::Binary(Binary::Add, out, Operand::Slot(a), Operand::Slot(b))
    }

    #[test]
    fn a_result_takes_the_column_of_what_is_read_for_the_last_time() {
        let code = vec![sum(10, 0, 1), sum(11, 10, 1), sum(12, 11, 0), sum(2, 12, 0)];
        assert_eq!(columns(code), ["s10 = s0 + s1", "s10 = s10 + s1", "s10 = s10 + s0", "s2 = s10 + s0"]);
    }

    #[test]
    fn what_is_read_again_keeps_its_column() {
        let code = vec![sum(10, 0, 1), sum(11, 10, 1), sum(2, 10, 11)];
        assert_eq!(columns(code), ["s10 = s0 + s1", "s11 = s10 + s1", "s2 = s10 + s11"]);
    }

    #[test]
    fn what_a_loop_reads_in_every_round_is_not_written_over_in_its_last_operation() {
        let body = steps(vec![sum(11, 10, 0)]);
        let code = columns(vec![sum(10, 0, 1), Op::Times { count: 4, index: 5, body }]);
        assert_eq!(code[2], "s11 = s10 + s0");
    }
}
