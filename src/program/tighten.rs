//! Making a finished program shorter without changing a bit of what it gives: what nobody reads is left out, results are
//! written where they are kept, and what seldom changes is worked out only when it has.

use super::{Binary, IfLess, Instruction, Op, Operand, Program, Slot, Unary};

/// Rewrites the parts that are executed in every step; `temporary` says which slots are written anew before each reading,
/// and loses those that are kept after all.
pub(super) fn tighten(program: &mut Program, temporary: &mut [bool]) {
    let mut reads = vec![0; temporary.len()];
    for code in [&mut program.once, &mut program.end] {
        count_reads(code, &mut reads);
    }
    let mut parts = [&mut program.before, &mut program.update, &mut program.after];
    for code in &mut parts {
        count_reads(code, &mut reads);
    }
    for code in parts.iter_mut().rev() {
        leave_out_unread(code, temporary, &mut reads);
        write_in_place(code, temporary, &reads);
    }
    let mut changes = Changes::of(&mut parts, temporary.len());
    let mut body = 0;
    for code in &mut parts {
        changes.mark(code, &mut body, &[], temporary);
    }
    for code in &mut parts {
        compare_and_branch(code, temporary, &reads);
    }
    move_last(&mut parts, temporary);
}

fn count_reads(code: &mut [Instruction], reads: &mut [u32]) {
    for instruction in code {
        instruction.op.slots(&mut |slot, written| reads[*slot as usize] += u32::from(!written));
        instruction.op.bodies().for_each(|(body, _)| count_reads(body, reads));
    }
}

impl Op {
    /// Where an operation that does nothing but give one result writes it.
    fn result(&mut self) -> Option<&mut Slot> {
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
        for (body, _) in op.bodies() {
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

/// A result that is only copied into a state goes there at once.
fn write_in_place(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
    let mut i = 0;
    while i < code.len() {
        code[i].op.bodies().for_each(|(body, _)| write_in_place(body, temporary, reads));
        let (done, rest) = code.split_at_mut(i + 1);
        let (instruction, next) = (&mut done[i], rest.first());
        let copied = match next {
            Some(Instruction { op: Op::Unary(Unary::Copy, state, Operand::Slot(from)), when })
                if *when == instruction.when =>
            {
                Some((*state, *from))
            }
            _ => None,
        };
        if let (Some((state, from)), Some(out)) = (copied, instruction.op.result())
            && *out == from
            && temporary[from as usize]
            && reads[from as usize] == 1
        {
            *out = state;
            code.remove(i + 1);
        }
        i += 1;
    }
}

/// Where each slot is written, to tell what seldom changes.
struct Changes {
    /// For each body its outer one and whether it is run only if a mask holds in some future; the parts have no outer one.
    bodies: Vec<(Option<usize>, bool)>,
    written_in: Vec<Vec<usize>>,
    lazy: Vec<bool>,
}

impl Changes {
    fn of(parts: &mut [&mut Vec<Instruction>], slots: usize) -> Self {
        let mut changes = Changes { bodies: Vec::new(), written_in: vec![Vec::new(); slots], lazy: vec![false; slots] };
        for code in parts {
            changes.collect(code, None, false);
        }
        changes
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
            for (inner, _) in instruction.op.bodies() {
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
        self.lazy[slot as usize] || self.written_in[slot as usize].iter().all(conditional)
    }

    /// Bodies are numbered in the order of `collect`.
    fn mark(&mut self, code: &mut [Instruction], body: &mut usize, outer: &[usize], temporary: &mut [bool]) {
        let around = [outer, &[*body]].concat();
        *body += 1;
        for instruction in code {
            let out = match &mut instruction.op {
                op @ (Op::Unary(..) | Op::Binary(..) | Op::Ternary(..)) => op.result().map(|out| *out),
                _ => None,
            };
            let lasting = |operand: &Operand| match operand {
                Operand::Slot(slot) => self.seldom(*slot, &around, temporary),
                Operand::Constant(_) => true,
                Operand::Table(_) => false,
            };
            let mut lazy = match &instruction.op {
                Op::Unary(_, _, a) => lasting(a),
                Op::Binary(_, _, a, b) => lasting(a) && lasting(b),
                Op::Ternary(_, _, a, b, c) => lasting(a) && lasting(b) && lasting(c),
                Op::IfAny { mask, .. } => self.seldom(*mask, &around, temporary),
                _ => false,
            };
            if let Some(out) = out {
                lazy &= temporary[out as usize];
                if lazy {
                    self.lazy[out as usize] = true;
                    temporary[out as usize] = false;
                }
            }
            instruction.when.set_lazy(lazy);
            for (inner, _) in instruction.op.bodies() {
                self.mark(inner, body, &around, temporary);
            }
        }
    }
}

/// A comparison that decides whether a body runs, and is read in that body alone, is made by the branch.
fn compare_and_branch(code: &mut Vec<Instruction>, temporary: &[bool], reads: &[u32]) {
    let mut i = 0;
    while i < code.len() {
        code[i].op.bodies().for_each(|(body, _)| compare_and_branch(body, temporary, reads));
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
                op.bodies().for_each(|(body, _)| count_reads(body, &mut inside));
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

/// A copy of a temporary that is its last reading needs no copying.
fn move_last(parts: &mut [&mut Vec<Instruction>], temporary: &[bool]) {
    let mut last = vec![0; temporary.len()];
    let mut at = 0;
    for code in parts.iter_mut() {
        last_reads(code, &mut at, &mut last);
    }
    at = 0;
    for code in parts.iter_mut() {
        make_moves(code, &mut at, &last, temporary);
    }
}

fn last_reads(code: &mut [Instruction], at: &mut usize, last: &mut [usize]) {
    for instruction in code {
        *at += 1;
        instruction.op.slots(&mut |slot, written| {
            if !written {
                last[*slot as usize] = *at;
            }
        });
        instruction.op.bodies().for_each(|(body, _)| last_reads(body, at, last));
    }
}

fn make_moves(code: &mut [Instruction], at: &mut usize, last: &[usize], temporary: &[bool]) {
    let mut written_here = Vec::new();
    for instruction in code {
        *at += 1;
        if let Op::Unary(Unary::Copy, out, Operand::Slot(from)) = instruction.op
            && temporary[from as usize]
            && last[from as usize] == *at
            && written_here.contains(&from)
        {
            instruction.op = Op::Move { out, from };
        }
        instruction.op.slots(&mut |slot, written| {
            if written {
                written_here.push(*slot);
            }
        });
        instruction.op.bodies().for_each(|(body, _)| make_moves(body, at, last, temporary));
    }
}
