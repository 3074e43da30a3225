//! What a step, or a piece of it, leaves of an event's survival, as one operation: a processor that divides does other things
//! meanwhile.

use super::fuse::{Fuse, ONE, writes};
use super::tighten::{replace, visit};
use super::{Binary, Body, IfLess, Instruction, Op, Operand, Slot, Ternary, Unary};

/// state · (x · a + b) / (x · c + b), which is the new state; a future whose luck is more than that has the event, and the
/// body is for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    pub state: Slot,
    /// Is set to what the state was.
    pub before: Slot,
    pub luck: Slot,
    /// Is set to where the body is to be done, if it is done for a whole block.
    pub mask: Slot,
    /// The state stays elsewhere.
    pub only: Option<Slot>,
    pub odds: Odds,
    /// b, which is no column.
    pub plus: Operand,
    pub body: Body,
}

/// x, and the shares a and c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Odds {
    /// All three are columns.
    Columns { x: Slot, shares: [Slot; 2] },
    /// The shares are no columns.
    Column { x: Slot, shares: [Operand; 2] },
    /// x is factor · e^(of · by + plus), `factor` being 1 where it is not given; the others are no columns.
    Exponential { factor: Option<Slot>, of: Slot, by: Operand, plus: Operand, shares: [Operand; 2] },
}

impl Odds {
    fn operands(&mut self) -> impl Iterator<Item = &mut Slot> {
        let (x, others): (&mut Slot, &mut [Slot]) = match self {
            Odds::Columns { x, shares } => (x, shares),
            Odds::Column { x, .. } => (x, &mut []),
            Odds::Exponential { factor, of, .. } => (of, factor.as_mut_slice()),
        };
        [x].into_iter().chain(others)
    }
}

impl Survival {
    /// All slots that it reads.
    pub(super) fn operands(&mut self) -> impl Iterator<Item = &mut Slot> {
        [&mut self.state, &mut self.luck].into_iter().chain(&mut self.only).chain(self.odds.operands())
    }

    /// All slots, each once.
    pub(super) fn slots(&mut self) -> impl Iterator<Item = &mut Slot> {
        let Survival { state, before, luck, mask, only, odds, .. } = self;
        [state, before, luck, mask].into_iter().chain(only).chain(odds.operands())
    }
}

/// A quotient of sums with the operations that gave it.
struct Quotient {
    odds: Odds,
    plus: Operand,
    made_by: Vec<usize>,
}

impl Fuse<'_> {
    /// Puts a survival that is compared with a future's luck and then kept in place of the operations that do so.
    pub(super) fn survivals(&mut self, code: &mut Vec<Instruction>) {
        let mut i = 0;
        while i < code.len() {
            code[i].op.bodies_mut().for_each(|(body, _)| self.survivals(body));
            if let Some((survival, mut gone)) = self.survival(code, i) {
                code[i].op = Op::Survival(Box::new(survival));
                gone.sort_unstable();
                i -= gone.iter().filter(|&&before| before < i).count();
                gone.into_iter().rev().for_each(|made| _ = code.remove(made));
            }
            i += 1;
        }
    }

    fn survival(&mut self, code: &mut [Instruction], i: usize) -> Option<(Survival, Vec<usize>)> {
        let Op::IfLess(branch) = &code[i].op else { return None };
        let IfLess { mask, a: Operand::Slot(new), b: Operand::Slot(luck), .. } = **branch else { return None };
        let kept = code.get(i + 1).filter(|next| next.when == code[i].when)?;
        let Op::Unary(Unary::Copy, state, Operand::Slot(from)) = kept.op else { return None };
        let made = (from == new).then(|| self.maker(code, i, new)).flatten()?;
        let Op::Binary(Binary::Multiply, _, a, b) = code[made].op else { return None };
        let left = match (a.slot(), b.slot()) {
            (Some(same), _) if same == state => b,
            (_, Some(same)) if same == state => a,
            _ => return None,
        };
        let by = self.only_maker(code, made, left)?;
        let (only, divided) = match code[by].op {
            Op::Ternary(Ternary::Select, _, Operand::Slot(only), share, one) if one == ONE => {
                (Some(only), self.only_maker(code, by, share)?)
            }
            _ => (None, by),
        };
        let Quotient { odds, plus, made_by } = self.quotient(code, divided, only.is_none())?;
        let mut gone = [made_by, vec![i + 1, made, by, divided]].concat();
        gone.sort_unstable();
        gone.dedup();

        // All of it is worked out here now, out of what it was worked out of before.
        let Op::IfLess(branch) = &mut code[i].op else { return None };
        let body = branch.body.clone();
        let mut survival = Survival { state, before: new, luck, mask, only, odds, plus, body };
        let (mut read, mut untouched) = (1, true);
        visit(&mut code[i].op, &mut |slot, written| {
            read += u32::from(*slot == new && !written);
            untouched &= !(written && (*slot == new || *slot == state));
        });
        let operands: Vec<Slot> = survival.operands().map(|slot| *slot).collect();
        let mut still = true;
        for &made in gone.iter().filter(|&&made| made < i) {
            let (from, between) = code[made..i].split_first_mut()?;
            let mut read = Vec::new();
            from.op.slots(&mut |slot, written| read.extend((!written).then_some(*slot)));
            read.retain(|slot| operands.contains(slot));
            still &= !between.iter_mut().any(|other| writes(&mut other.op, &read));
        }
        if read != self.reads[new as usize] || !untouched || !still {
            return None;
        }
        // The new state stands where the old one was, and that where the new one was.
        for inner in &mut survival.body.code {
            replace(&mut inner.op, new, Slot::MAX);
            replace(&mut inner.op, state, new);
            replace(&mut inner.op, Slot::MAX, state);
        }
        Some((survival, gone))
    }

    /// (x · a + b) / (x · c + b), in the shapes that windows have; with an exponential function only if it `may` be.
    fn quotient(&self, code: &mut [Instruction], i: usize, may: bool) -> Option<Quotient> {
        let Op::Binary(Binary::Divide, _, above, below) = code[i].op else { return None };
        let (above, below) = (self.only_maker(code, i, above)?, self.only_maker(code, i, below)?);
        let (&Op::Ternary(Ternary::MultiplyAdd, _, p, q, b), &Op::Ternary(Ternary::MultiplyAdd, _, r, s, d)) =
            (&code[above].op, &code[below].op)
        else {
            return None;
        };
        if b.slot().is_some() || b != d {
            return None;
        }
        let ways = [(p, q, r, s), (p, q, s, r), (q, p, r, s), (q, p, s, r)];
        ways.into_iter().find_map(|(x, a, same, c)| {
            let x = x.slot().filter(|_| same.slot() == x.slot())?;
            let mut made_by = vec![above, below];
            let odds = match (a.slot(), c.slot()) {
                (Some(a), Some(c)) => Odds::Columns { x, shares: [a, c] },
                (None, None) => match self.exponential(code, above.min(below), x, [a, c]) {
                    Some((odds, makers)) if may => {
                        made_by.extend(makers);
                        odds
                    }
                    _ => Odds::Column { x, shares: [a, c] },
                },
                _ => return None,
            };
            Some(Quotient { odds, plus: b, made_by })
        })
    }

    /// Where x is an exponential function that is read by the quotient alone, or a column times one.
    fn exponential(
        &self,
        code: &mut [Instruction],
        i: usize,
        x: Slot,
        shares: [Operand; 2],
    ) -> Option<(Odds, Vec<usize>)> {
        let from = self.maker(code, i, x).filter(|_| self.reads[x as usize] == 2)?;
        let exponential = |op: &Op, factor: Option<Slot>| match *op {
            Op::Ternary(Ternary::ExpOf, _, Operand::Slot(of), by, plus)
                if by.slot().is_none() && plus.slot().is_none() =>
            {
                Some(Odds::Exponential { factor, of, by, plus, shares })
            }
            _ => None,
        };
        if let Some(odds) = exponential(&code[from].op, None) {
            return Some((odds, vec![from]));
        }
        let Op::Binary(Binary::Multiply, _, Operand::Slot(a), Operand::Slot(b)) = code[from].op else { return None };
        [(a, b), (b, a)].into_iter().find_map(|(factor, of)| {
            let made = self.only_maker(code, from, Operand::Slot(of))?;
            Some((exponential(&code[made].op, Some(factor))?, vec![from, made]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::When;
    use super::super::fuse::tests::{number, slot};
    use super::super::tighten::count_reads;
    use super::*;

    const LEFT: Slot = 0;
    const LUCK: Slot = 1;
    /// What is worked out anew in every step.
    const NEW: Slot = 17;

    fn linear(out: Slot, x: Slot, by: Operand, plus: f64) -> Op {
        Op::Ternary(Ternary::MultiplyAdd, out, slot(x), by, number(plus))
    }

    /// s0 · s16 is compared with s1 and kept after these operations; in the body both are read.
    fn kept_after(ops: &[Op]) -> Vec<String> {
        let read = Op::Binary(Binary::Subtract, 18, slot(LEFT), slot(NEW));
        let in_steps = |op: Op| Instruction { op, when: When::steps(1, 4) };
        let body = vec![in_steps(read)].into();
        let end = [
            Op::Binary(Binary::Multiply, NEW, slot(LEFT), slot(16)),
            Op::IfLess(Box::new(IfLess { mask: 19, a: slot(NEW), b: slot(LUCK), body })),
            Op::Unary(Unary::Copy, LEFT, slot(NEW)),
        ];
        let mut code: Vec<Instruction> = [ops, &end].concat().into_iter().map(in_steps).collect();
        let temporary: Vec<bool> = (0..20).map(|slot| slot > 5).collect();
        let mut reads = [0; 20];
        count_reads(&mut code, &mut reads);
        Fuse { temporary: &temporary, reads: &mut reads, tables: &mut Vec::new() }.survivals(&mut code);
        let inside = |op: &Op| op.bodies().flatten().map(|inner| inner.op.to_string()).collect();
        code.iter().flat_map(|one| [vec![one.op.to_string()], inside(&one.op)].concat()).collect()
    }

    fn quotient(odds: Slot, shares: [Operand; 2], out: Slot) -> [Op; 3] {
        [
            linear(10, odds, shares[0], 0.8),
            linear(11, odds, shares[1], 0.8),
            Op::Binary(Binary::Divide, out, slot(10), slot(11)),
        ]
    }

    const FALLS: &str = "s17 before; if any s19 = s0 < s1";

    #[test]
    fn what_is_left_of_a_survival_is_worked_out_and_compared_at_once() {
        let numbers = [number(0.1), number(0.2)];
        let expected = [format!("s0 = s0 * (s2 * 0.1 + 0.8) / (s2 * 0.2 + 0.8), {FALLS}"), "s18 = s17 - s0".to_owned()];
        assert_eq!(kept_after(&quotient(2, numbers, 16)), expected);
        let columns = kept_after(&quotient(2, [slot(3), slot(4)], 16));
        assert_eq!(columns[0], format!("s0 = s0 * (s2 * s3 + 0.8) / (s2 * s4 + 0.8), {FALLS}"));
    }

    #[test]
    fn it_stays_where_a_mask_does_not_hold() {
        let only = Op::Ternary(Ternary::Select, 16, slot(5), slot(12), number(1.0));
        let code = [&quotient(2, [number(0.1), number(0.2)], 12)[..], &[only]].concat();
        let expected = format!("s0 = s0 * (s2 * 0.1 + 0.8) / (s2 * 0.2 + 0.8) where s5, {FALLS}");
        assert_eq!(kept_after(&code)[0], expected);
    }

    #[test]
    fn odds_that_are_exponentials_are_worked_out_with_it() {
        let exponential = Op::Ternary(Ternary::ExpOf, 6, slot(2), number(0.5), number(1.0));
        let numbers = [number(0.1), number(0.2)];
        let code = [std::slice::from_ref(&exponential), &quotient(6, numbers, 16)].concat();
        let x = "1 * exp(s2 * 0.5 + 1)";
        assert_eq!(kept_after(&code)[0], format!("s0 = s0 * ({x} * 0.1 + 0.8) / ({x} * 0.2 + 0.8), {FALLS}"));
        let odds = Op::Binary(Binary::Multiply, 7, slot(3), slot(6));
        let code = [&[exponential.clone(), odds], &quotient(7, numbers, 16)[..]].concat();
        let x = "s3 * exp(s2 * 0.5 + 1)";
        assert_eq!(kept_after(&code)[0], format!("s0 = s0 * ({x} * 0.1 + 0.8) / ({x} * 0.2 + 0.8), {FALLS}"));
        // It is kept where others read it, too.
        let reader = Op::Unary(Unary::Copy, 5, slot(6));
        let code = [&[exponential, reader], &quotient(6, numbers, 16)[..]].concat();
        assert_eq!(kept_after(&code)[2], format!("s0 = s0 * (s6 * 0.1 + 0.8) / (s6 * 0.2 + 0.8), {FALLS}"));
    }

    #[test]
    fn what_changes_in_between_or_has_another_shape_stays() {
        let numbers = [number(0.1), number(0.2)];
        let as_it_was = |code: &[Op]| assert_eq!(kept_after(code).len(), code.len() + 4);
        as_it_was(&quotient(2, [slot(3), number(0.2)], 16));
        let changed = |state: Slot| Op::Unary(Unary::Copy, state, number(9.0));
        as_it_was(&[&quotient(2, numbers, 16)[..], &[changed(2)]].concat());
        // What was read before it changed is another number, too; what nobody reads may change.
        let [above, below, divide] = quotient(2, numbers, 16);
        as_it_was(&[above, changed(2), below, divide]);
        assert_eq!(kept_after(&[&quotient(2, numbers, 16)[..], &[changed(3)]].concat()).len(), 3);
    }
}
