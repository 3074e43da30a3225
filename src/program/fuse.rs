//! Sums and products that follow one another made one operation, and what decides nothing left out: half the columns need
//! not be written and read again. A result may differ by what rounding once instead of twice makes of it.

use super::{Binary, Instruction, Op, Operand, Slot, Ternary, Unary, When};

/// How far back the operation is looked for that gave an operand.
const BACK: usize = 64;

pub(super) struct Fuse<'a> {
    pub temporary: &'a [bool],
    /// How often each slot is read.
    pub reads: &'a mut [u32],
    pub tables: &'a mut Vec<Box<[f64]>>,
}

/// x · by + plus, where both are known beforehand.
#[derive(Clone, Copy)]
struct Linear {
    x: Slot,
    by: Operand,
    plus: Operand,
}

const ZERO: Operand = Operand::Constant(0.0);
pub(super) const ONE: Operand = Operand::Constant(1.0);
const MINUS_ONE: Operand = Operand::Constant(-1.0);

impl Fuse<'_> {
    pub(super) fn code(&mut self, code: &mut Vec<Instruction>) {
        let mut dead = vec![false; code.len()];
        for i in 0..code.len() {
            code[i].op.bodies_mut().for_each(|(body, _)| self.code(body));
            if let Op::Unary(Unary::Exp | Unary::Sigmoid, _, Operand::Slot(x)) = code[i].op {
                self.loosen(code, i, x);
                // What was made loose is put together from the beginning.
                for j in i.saturating_sub(BACK)..i {
                    while !dead[j] && self.step(code, j, &mut dead) {}
                }
            }
            while self.step(code, i, &mut dead) {}
        }
        let mut dead = dead.into_iter();
        code.retain(|_| !dead.next().unwrap_or(false));
    }

    /// Makes one change to an operation, if there is one to make.
    fn step(&mut self, code: &mut [Instruction], i: usize, dead: &mut [bool]) -> bool {
        let op = self.linear_of_linear(code, i).or_else(|| self.sum_of_product(code, i));
        let op = op.or_else(|| self.turned(code, i)).or_else(|| self.between(code, i));
        let op = op.or_else(|| self.function_of_sum(code, i));
        let op = op.or_else(|| self.sum_with_product(code, i)).or_else(|| self.comparison_of_sum(code, i));
        let Some((op, from)) = op else {
            return self.under_mask(code, i, dead);
        };
        let mut gone = std::mem::replace(&mut code[i].op, op);
        gone.slots(&mut |slot, written| self.reads[*slot as usize] -= u32::from(!written));
        code[i].op.slots(&mut |slot, written| self.reads[*slot as usize] += u32::from(!written));
        // What gave the operand was read here alone.
        self.bury(code, from, dead);
        true
    }

    /// Leaves out an operation whose result nobody reads any more.
    pub(super) fn bury(&mut self, code: &mut [Instruction], i: usize, dead: &mut [bool]) {
        code[i].op.slots(&mut |slot, written| self.reads[*slot as usize] -= u32::from(!written));
        if let Some(out) = code[i].op.result() {
            *out = Slot::MAX;
        }
        dead[i] = true;
    }

    /// Where a temporary was made, if what it was made of is still the same.
    pub(super) fn maker(&self, code: &mut [Instruction], i: usize, slot: Slot) -> Option<usize> {
        if !self.temporary[slot as usize] {
            return None;
        }
        let when = code[i].when;
        let from = (i.saturating_sub(BACK)..i).rev().find(|&j| code[j].op.result().is_some_and(|out| *out == slot))?;
        let mut operands = Vec::new();
        code[from].op.slots(&mut |slot, written| {
            if !written {
                operands.push(*slot);
            }
        });
        let same =
            code[from].when == when && !code[from + 1..i].iter_mut().any(|other| writes(&mut other.op, &operands));
        same.then_some(from)
    }

    /// The same for one that is read once.
    pub(super) fn only_maker(&self, code: &mut [Instruction], i: usize, operand: Operand) -> Option<usize> {
        match operand {
            Operand::Slot(slot) if self.reads[slot as usize] == 1 => self.maker(code, i, slot),
            _ => None,
        }
    }

    fn linear_of_linear(&mut self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let outer = linear(&code[i].op)?;
        let from = self.only_maker(code, i, Operand::Slot(outer.x))?;
        let inner = linear(&code[from].op)?;
        let when = code[i].when;
        let by = self.number(when, [outer.by, inner.by, ZERO], |a, b, _| a * b)?;
        let plus = self.number(when, [outer.by, inner.plus, outer.plus], f64::mul_add)?;
        let out = *code[i].op.result()?;
        Some((Linear { x: inner.x, by, plus }.op(out), from))
    }

    /// a + x · b, a − x · b, and x · b + a where x is a product itself.
    fn sum_of_product(&mut self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let (out, tries) = match code[i].op {
            Op::Binary(Binary::Add, out, a, b) => (out, vec![(a, ONE, b), (b, ONE, a)]),
            Op::Binary(Binary::Subtract, out, a, b) => (out, vec![(b, MINUS_ONE, a)]),
            Op::Ternary(Ternary::MultiplyAdd, out, x, by @ (Operand::Constant(_) | Operand::Table(_)), a) => {
                (out, vec![(x, by, a)])
            }
            _ => return None,
        };
        tries.into_iter().find_map(|(x, times, a)| {
            let from = self.only_maker(code, i, x)?;
            let product = linear(&code[from].op).filter(|product| product.plus == ZERO)?;
            let by = self.number(code[i].when, [times, product.by, ZERO], |a, b, _| a * b)?;
            Some((Op::Ternary(Ternary::MultiplyAdd, out, Operand::Slot(product.x), by, a), from))
        })
    }

    /// a · b + c, all of them columns.
    fn sum_with_product(&self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let Op::Binary(Binary::Add, out, a @ Operand::Slot(_), b @ Operand::Slot(_)) = code[i].op else {
            return None;
        };
        [(a, b), (b, a)].into_iter().find_map(|(product, plus)| {
            let from = self.only_maker(code, i, product)?;
            match code[from].op {
                Op::Binary(Binary::Multiply, _, x @ Operand::Slot(_), by @ Operand::Slot(_)) => {
                    Some((Op::Ternary(Ternary::MultiplyAdd, out, x, by, plus), from))
                }
                _ => None,
            }
        })
    }

    /// x + plus < b and the like: x is compared with b − plus, where that need not be rounded. Of a rounded number it could
    /// lie on the other side than the sum does.
    fn comparison_of_sum(&mut self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let Op::Binary(operation @ (Binary::Less | Binary::AtMost), out, a, b) = code[i].op else {
            return None;
        };
        let (sum, number, sum_first) = match (a, b) {
            (Operand::Slot(_), Operand::Slot(_)) => return None,
            (Operand::Slot(_), number) => (a, number, true),
            (number, _) => (b, number, false),
        };
        let from = self.only_maker(code, i, sum)?;
        let Linear { x, by, plus } = linear(&code[from].op)?;
        let turned = by == MINUS_ONE;
        if by != ONE && !turned {
            return None;
        }
        let (x, sign) = (Operand::Slot(x), if turned { -1.0 } else { 1.0 });
        let number = self.number(code[i].when, [number, plus, ZERO], |number, plus, _| {
            let rest = number - plus;
            // The greater of the two gives the other one back without rounding (Dekker 1971).
            if rest + plus == number && number - rest == plus { sign * rest } else { f64::NAN }
        })?;
        let (a, b) = if sum_first == turned { (number, x) } else { (x, number) };
        Some((Op::Binary(operation, out, a, b), from))
    }

    /// Not a comparison: the opposite one.
    fn turned(&self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let Op::Unary(Unary::Not, out, x) = code[i].op else {
            return None;
        };
        let from = self.only_maker(code, i, x)?;
        let op = match code[from].op {
            Op::Binary(Binary::Less, _, a, b) => Op::Binary(Binary::AtMost, out, b, a),
            Op::Binary(Binary::AtMost, _, a, b) => Op::Binary(Binary::Less, out, b, a),
            Op::Binary(Binary::Equal, _, a, b) => Op::Binary(Binary::Different, out, a, b),
            Op::Binary(Binary::Different, _, a, b) => Op::Binary(Binary::Equal, out, a, b),
            _ => return None,
        };
        Some((op, from))
    }

    fn between(&self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let Op::Binary(Binary::Min | Binary::MinOrNan, out, x, high @ Operand::Constant(_)) = code[i].op else {
            return None;
        };
        let from = self.only_maker(code, i, x)?;
        let Op::Binary(Binary::Max | Binary::MaxOrNan, _, x, low @ Operand::Constant(_)) = code[from].op else {
            return None;
        };
        Some((Op::Ternary(Ternary::Between, out, x, low, high), from))
    }

    fn function_of_sum(&self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let (does, out, x) = match code[i].op {
            Op::Unary(Unary::Exp, out, x) => (Ternary::ExpOf, out, x),
            Op::Unary(Unary::Sigmoid, out, x) => (Ternary::SigmoidOf, out, x),
            Op::Ternary(Ternary::Between, out, x, low, high) if low == ZERO && high == ONE => {
                (Ternary::ShareOf, out, x)
            }
            _ => return None,
        };
        let from = self.only_maker(code, i, x)?;
        let [a, b, c] = match code[from].op {
            Op::Ternary(Ternary::MultiplyAdd, _, a, b, c) => [a, b, c],
            Op::Binary(Binary::Add, _, a, b) => [a, ONE, b],
            Op::Binary(Binary::Subtract, _, a, b) => [b, MINUS_ONE, a],
            _ => return None,
        };
        Some((Op::Ternary(does, out, a, b, c), from))
    }

    /// In `mask and …` what stands behind matters only where the mask holds: a choice by the same mask is decided there.
    fn under_mask(&mut self, code: &mut [Instruction], i: usize, dead: &mut [bool]) -> bool {
        let Op::Binary(Binary::And, _, mask @ Operand::Slot(holds), comparison) = code[i].op else {
            return false;
        };
        if !self.temporary[holds as usize] {
            return false;
        }
        let Some(from) = self.only_maker(code, i, comparison) else {
            return false;
        };
        matches!(code[from].op, Op::Binary(Binary::Less | Binary::AtMost, ..)) && self.decide(code, from, mask, dead)
    }

    /// Puts what is chosen where the mask holds in place of the choice, in the operands of an operation and of those that
    /// gave them.
    fn decide(&mut self, code: &mut [Instruction], i: usize, mask: Operand, dead: &mut [bool]) -> bool {
        let Op::Binary(operation, out, a, b) = code[i].op else {
            return false;
        };
        let mut decided = false;
        let mut operands = [a, b];
        for operand in &mut operands {
            let Operand::Slot(slot) = *operand else { continue };
            let Some(from) = self.maker(code, i, slot) else { continue };
            match code[from].op {
                Op::Ternary(Ternary::Select, _, by, chosen, _) if by == mask => {
                    self.reads[slot as usize] -= 1;
                    if let Operand::Slot(chosen) = chosen {
                        self.reads[chosen as usize] += 1;
                    }
                    if self.reads[slot as usize] == 0 {
                        self.bury(code, from, dead);
                    }
                    *operand = chosen;
                    decided = true;
                }
                Op::Binary(Binary::Add | Binary::Subtract, ..) if self.reads[slot as usize] == 1 => {
                    decided |= self.decide(code, from, mask, dead);
                }
                _ => {}
            }
        }
        code[i].op = Op::Binary(operation, out, operands[0], operands[1]);
        decided
    }

    /// Makes divisions by a constant products, where a function is to be taken that rounds anyway.
    fn loosen(&mut self, code: &mut [Instruction], i: usize, slot: Slot) {
        let Some(from) = self.only_maker(code, i, Operand::Slot(slot)) else {
            return;
        };
        if let Op::Binary(Binary::Divide, out, x, Operand::Constant(by)) = code[from].op
            && (1.0 / by).is_normal()
        {
            code[from].op = Op::Binary(Binary::Multiply, out, x, Operand::Constant(1.0 / by));
        }
        let (Op::Binary(Binary::Add | Binary::Subtract | Binary::Multiply, ..)
        | Op::Ternary(Ternary::MultiplyAdd, ..)
        | Op::Unary(Unary::Negate, ..)) = code[from].op
        else {
            return;
        };
        let mut operands = Vec::new();
        code[from].op.slots(&mut |slot, written| {
            if !written {
                operands.push(*slot);
            }
        });
        operands.into_iter().for_each(|operand| self.loosen(code, from, operand));
    }

    /// A number worked out of known ones, in the steps that matter finite.
    fn number(&mut self, when: When, of: [Operand; 3], f: impl Fn(f64, f64, f64) -> f64) -> Option<Operand> {
        let at = |tables: &[Box<[f64]>], operand: Operand, k: usize| match operand {
            Operand::Constant(number) => number,
            Operand::Table(table) => tables[table as usize][k],
            Operand::Slot(_) => f64::NAN,
        };
        let value = |k: usize| f(at(self.tables, of[0], k), at(self.tables, of[1], k), at(self.tables, of[2], k));
        let length = of.iter().find_map(|operand| match operand {
            Operand::Table(table) => Some(self.tables[*table as usize].len()),
            _ => None,
        });
        let Some(length) = length else {
            return Some(Operand::Constant(value(0))).filter(|_| value(0).is_finite());
        };
        let values: Box<[f64]> = (0..length).map(value).collect();
        let used = (0..length).filter(|&k| k > 0 && when.holds(k as u32));
        let used: Vec<f64> = used.map(|k| values[k]).collect();
        if !used.iter().all(|value| value.is_finite()) {
            return None;
        }
        if let Some(&first) = used.first()
            && used.iter().all(|value| *value == first)
        {
            return Some(Operand::Constant(first));
        }
        let known = self.tables.iter().position(|table| *table == values);
        Some(Operand::Table(known.unwrap_or_else(|| {
            self.tables.push(values);
            self.tables.len() - 1
        }) as u32))
    }
}

impl Linear {
    fn op(self, out: Slot) -> Op {
        let x = Operand::Slot(self.x);
        if self.plus == ZERO {
            Op::Binary(Binary::Multiply, out, self.by, x)
        } else if self.by == ONE {
            Op::Binary(Binary::Add, out, x, self.plus)
        } else {
            Op::Ternary(Ternary::MultiplyAdd, out, x, self.by, self.plus)
        }
    }
}

/// What a linear operation does. Dividing is none: a quotient that is whole has to stay so.
fn linear(op: &Op) -> Option<Linear> {
    let (x, by, plus) = match *op {
        Op::Unary(Unary::Negate, _, x) => (x, MINUS_ONE, ZERO),
        Op::Binary(Binary::Add, _, Operand::Slot(x), plus) | Op::Binary(Binary::Add, _, plus, Operand::Slot(x)) => {
            (Operand::Slot(x), ONE, plus)
        }
        Op::Binary(Binary::Subtract, _, x, Operand::Constant(less)) => (x, ONE, Operand::Constant(-less)),
        Op::Binary(Binary::Subtract, _, plus, Operand::Slot(x)) => (Operand::Slot(x), MINUS_ONE, plus),
        Op::Binary(Binary::Multiply, _, Operand::Slot(x), by)
        | Op::Binary(Binary::Multiply, _, by, Operand::Slot(x)) => (Operand::Slot(x), by, ZERO),
        Op::Ternary(Ternary::MultiplyAdd, _, Operand::Slot(x), by, plus)
        | Op::Ternary(Ternary::MultiplyAdd, _, by, Operand::Slot(x), plus) => (Operand::Slot(x), by, plus),
        _ => return None,
    };
    match (x, by, plus) {
        (_, Operand::Slot(_), _) | (_, _, Operand::Slot(_)) => None,
        (Operand::Slot(x), by, plus) => Some(Linear { x, by, plus }),
        _ => None,
    }
}

/// Whether an operation or its bodies write one of these.
pub(super) fn writes(op: &mut Op, slots: &[Slot]) -> bool {
    let mut found = false;
    op.slots(&mut |slot, written| found |= written && slots.contains(slot));
    found || op.bodies_mut().any(|(body, _)| body.iter_mut().any(|inner| writes(&mut inner.op, slots)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tighten::count_reads;
    use super::*;

    /// What becomes of operations on the states s0 to s3; the last one's result is kept.
    pub fn fused(ops: &[Op]) -> Vec<String> {
        let mut code: Vec<Instruction> =
            ops.iter().map(|op| Instruction { op: op.clone(), when: When::steps(1, 4) }).collect();
        let temporary: Vec<bool> = (0..20).map(|slot| slot > 3).collect();
        let mut reads = [0; 20];
        count_reads(&mut code, &mut reads);
        if let Some(out) = code.last_mut().and_then(|last| last.op.result()) {
            reads[*out as usize] += 1;
        }
        let mut tables = vec![Box::from([0.0, 7.0, 14.0, 21.0])];
        Fuse { temporary: &temporary, reads: &mut reads, tables: &mut tables }.code(&mut code);
        code.iter().map(|instruction| instruction.op.to_string()).collect()
    }

    pub fn slot(slot: Slot) -> Operand {
        Operand::Slot(slot)
    }

    pub fn number(number: f64) -> Operand {
        Operand::Constant(number)
    }

    #[test]
    fn sums_and_products_become_one_operation() {
        let code = [
            Op::Binary(Binary::Subtract, 4, slot(0), number(3.0)),
            Op::Binary(Binary::Multiply, 5, number(2.0), slot(4)),
            Op::Binary(Binary::Subtract, 6, number(1.0), slot(5)),
        ];
        assert_eq!(fused(&code), ["s6 = s0 * -2 + 7"]);
    }

    #[test]
    fn what_changes_from_step_to_step_becomes_a_table() {
        let code = [
            Op::Binary(Binary::Subtract, 4, Operand::Table(0), slot(0)),
            Op::Binary(Binary::Multiply, 5, slot(4), number(0.5)),
        ];
        assert_eq!(fused(&code), ["s5 = s0 * -0.5 + t1"]);
    }

    #[test]
    fn a_sum_is_kept_where_its_operand_changes_or_others_read_it() {
        let changed = [
            Op::Binary(Binary::Subtract, 4, slot(0), number(3.0)),
            Op::Unary(Unary::Copy, 0, number(9.0)),
            Op::Binary(Binary::Multiply, 5, number(2.0), slot(4)),
        ];
        assert_eq!(fused(&changed).len(), 3);
        let read_twice =
            [Op::Binary(Binary::Subtract, 4, slot(0), number(3.0)), Op::Binary(Binary::Multiply, 5, slot(4), slot(4))];
        assert_eq!(fused(&read_twice).len(), 2);
    }

    #[test]
    fn a_quotient_stays_exact_unless_a_function_rounds_it_anyway() {
        let quotient = [
            Op::Binary(Binary::Subtract, 4, slot(0), number(1.0)),
            Op::Binary(Binary::Divide, 5, slot(4), number(3.0)),
        ];
        assert_eq!(fused(&quotient).len(), 2);
        let rounded = [&quotient[..], &[Op::Unary(Unary::Exp, 6, slot(5))]].concat();
        assert_eq!(fused(&rounded), ["s6 = exp(s0 * 0.3333333333333333 + -0.3333333333333333)"]);
    }

    #[test]
    fn what_is_known_of_a_compared_sum_goes_to_the_other_side() {
        let compared = |sum: Op, comparison: Op| fused(&[sum, comparison]);
        let since = Op::Binary(Binary::Subtract, 4, Operand::Table(0), slot(0));
        let less = |a: Operand, b: Operand| Op::Binary(Binary::Less, 5, a, b);
        assert_eq!(compared(since.clone(), less(slot(4), number(90.0))), ["s5 = t1 < s0"]);
        assert_eq!(compared(since.clone(), less(number(90.0), slot(4))), ["s5 = s0 < t1"]);
        let later = Op::Binary(Binary::Add, 4, slot(0), number(3.0));
        let at_most = |a: Operand, b: Operand| Op::Binary(Binary::AtMost, 5, a, b);
        assert_eq!(compared(later.clone(), at_most(slot(4), number(5.0))), ["s5 = s0 <= 2"]);
        assert_eq!(compared(later, at_most(number(5.0), slot(4))), ["s5 = 2 <= s0"]);
        assert_eq!(compared(since, less(slot(4), slot(1))).len(), 2);
        // 0.7 − 0.6 is less than 0.1, but 0.7 is not less than what 0.1 + 0.6 is rounded to.
        let less_six_tenths = Op::Binary(Binary::Subtract, 4, slot(0), number(0.6));
        assert_eq!(compared(less_six_tenths, less(slot(4), number(0.1))).len(), 2);
        let twice = Op::Binary(Binary::Multiply, 4, slot(0), number(2.0));
        assert_eq!(compared(twice, less(slot(4), number(5.0))).len(), 2);
    }

    #[test]
    fn shares_and_sums_with_products_are_one_operation() {
        let code = [
            Op::Ternary(Ternary::MultiplyAdd, 4, slot(0), number(0.1), Operand::Table(0)),
            Op::Binary(Binary::Max, 5, slot(4), number(0.0)),
            Op::Binary(Binary::Min, 6, slot(5), number(1.0)),
            Op::Binary(Binary::Multiply, 7, slot(1), slot(6)),
            Op::Binary(Binary::Add, 8, slot(2), slot(7)),
        ];
        assert_eq!(fused(&code), ["s6 = s0 * 0.1 + t0 between 0 and 1", "s8 = s1 * s6 + s2"]);
    }

    #[test]
    fn a_choice_is_decided_where_its_mask_holds() {
        let code = [
            Op::Binary(Binary::Less, 4, slot(0), number(f64::INFINITY)),
            Op::Ternary(Ternary::Select, 5, slot(4), slot(0), number(f64::INFINITY)),
            Op::Binary(Binary::Subtract, 6, Operand::Table(0), slot(5)),
            Op::Ternary(Ternary::Select, 7, slot(4), slot(6), number(f64::INFINITY)),
            Op::Binary(Binary::Less, 8, slot(7), number(90.0)),
            Op::Binary(Binary::And, 9, slot(4), slot(8)),
        ];
        let expected = ["s4 = s0 < inf", "s6 = t0 - s0", "s8 = s6 < 90", "s9 = s4 and s8"];
        assert_eq!(fused(&code), expected);
    }
}
