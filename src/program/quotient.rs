//! What a piece of a window leaves of an event's survival, as one operation.

use super::fuse::Fuse;
use super::{Binary, Instruction, Op, Operand, Slot, Ternary};

/// times · (x · a + b) / (x · c + d), `times` being 1 where it is not given.
#[derive(Clone, Debug, PartialEq)]
pub struct Quotient {
    pub out: Slot,
    pub times: Option<Slot>,
    pub x: Slot,
    /// Takes the place of x. It is worked out on the way, since a processor divides while it does other things.
    pub exponent: Option<Exponent>,
    pub shares: Shares,
    /// b and d, which are no columns.
    pub others: [Operand; 2],
}

/// a and c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shares {
    Numbers([Operand; 2]),
    Columns([Slot; 2]),
}

/// factor · e^(x · by + plus), `factor` being 1 where it is not given; the others are no columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponent {
    pub factor: Option<Slot>,
    pub by: Operand,
    pub plus: Operand,
}

impl Quotient {
    /// All slots that it reads.
    pub(super) fn operands(&mut self) -> impl Iterator<Item = &mut Slot> {
        let columns: &mut [Slot] = match &mut self.shares {
            Shares::Numbers(_) => &mut [],
            Shares::Columns(columns) => columns,
        };
        let factor = self.exponent.as_mut().and_then(|exponent| exponent.factor.as_mut());
        self.times.iter_mut().chain([&mut self.x]).chain(factor).chain(columns)
    }
}

fn slot(operand: Operand) -> Option<Slot> {
    match operand {
        Operand::Slot(slot) => Some(slot),
        _ => None,
    }
}

impl Shares {
    /// None where one is a column and the other is not.
    fn of(a: Operand, c: Operand) -> Option<Shares> {
        match (slot(a), slot(c)) {
            (Some(a), Some(c)) => Some(Shares::Columns([a, c])),
            (None, None) => Some(Shares::Numbers([a, c])),
            _ => None,
        }
    }
}

impl Fuse<'_> {
    /// (x · a + b) / (x · c + d), in the shapes that windows have.
    pub(super) fn quotient_of_sums(&mut self, code: &mut [Instruction], i: usize, dead: &mut [bool]) -> bool {
        let Op::Binary(Binary::Divide, out, above, below) = code[i].op else {
            return false;
        };
        let (Some(above), Some(below)) = (self.only_maker(code, i, above), self.only_maker(code, i, below)) else {
            return false;
        };
        let (&Op::Ternary(Ternary::MultiplyAdd, _, p, q, b), &Op::Ternary(Ternary::MultiplyAdd, _, r, s, d)) =
            (&code[above].op, &code[below].op)
        else {
            return false;
        };
        if slot(b).is_some() || slot(d).is_some() {
            return false;
        }
        let ways = [(p, q, r, s), (p, q, s, r), (q, p, r, s), (q, p, s, r)];
        let fits =
            |(x, a, same, c): (Operand, Operand, Operand, Operand)| slot(x).filter(|_| x == same).zip(Shares::of(a, c));
        let Some((x, shares)) = ways.into_iter().find_map(fits) else {
            return false;
        };
        let quotient = Quotient { out, times: None, x, exponent: None, shares, others: [b, d] };
        let mut op = Op::Quotient(Box::new(quotient));
        std::mem::swap(&mut code[i].op, &mut op);
        op.slots(&mut |slot, written| self.reads[*slot as usize] -= u32::from(!written));
        code[i].op.slots(&mut |slot, written| self.reads[*slot as usize] += u32::from(!written));
        self.bury(code, above, dead);
        self.bury(code, below, dead);
        true
    }

    /// Where x is an exponential function that is read nowhere else, or a column times one.
    pub(super) fn quotient_of_exponential(&mut self, code: &mut [Instruction], i: usize, dead: &mut [bool]) -> bool {
        let Op::Quotient(quotient) = &code[i].op else {
            return false;
        };
        let Quotient { x, exponent: None, shares: Shares::Numbers(_), .. } = **quotient else {
            return false;
        };
        let Some(from) = self.only_maker(code, i, Operand::Slot(x)) else {
            return false;
        };
        let ways = match code[from].op {
            Op::Binary(Binary::Multiply, _, Operand::Slot(a), Operand::Slot(b)) => vec![(Some(a), b), (Some(b), a)],
            _ => vec![(None, x)],
        };
        let found = ways.into_iter().find_map(|(factor, exponential)| {
            let made = self.only_maker(code, i, Operand::Slot(exponential))?;
            match code[made].op {
                Op::Ternary(Ternary::ExpOf, _, Operand::Slot(x), by, plus)
                    if slot(by).is_none() && slot(plus).is_none() =>
                {
                    Some((made, x, Exponent { factor, by, plus }))
                }
                _ => None,
            }
        });
        let Some((made, x, exponent)) = found else {
            return false;
        };
        if let Op::Quotient(quotient) = &mut code[i].op {
            (quotient.x, quotient.exponent) = (x, Some(exponent));
        }
        // Both are read here now, and no longer there.
        for slot in [Some(x), exponent.factor].into_iter().flatten() {
            self.reads[slot as usize] += 1;
        }
        self.bury(code, made, dead);
        if made != from {
            self.bury(code, from, dead);
        }
        true
    }

    pub(super) fn times_quotient(&self, code: &mut [Instruction], i: usize) -> Option<(Op, usize)> {
        let Op::Binary(Binary::Multiply, out, a, b) = code[i].op else {
            return None;
        };
        [(a, b), (b, a)].into_iter().find_map(|(times, quotient)| {
            let from = self.only_maker(code, i, quotient)?;
            match &code[from].op {
                Op::Quotient(quotient) if quotient.times.is_none() => {
                    let times = Some(slot(times)?);
                    Some((Op::Quotient(Box::new(Quotient { out, times, ..**quotient })), from))
                }
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fuse::tests::{fused, number, slot};
    use super::*;

    /// (s0 · a + b) / (s0 · c + d), times s1.
    fn survival(a: Operand, b: Operand, c: Operand, d: Operand) -> Vec<String> {
        fused(&[
            Op::Ternary(Ternary::MultiplyAdd, 4, slot(0), a, b),
            Op::Ternary(Ternary::MultiplyAdd, 5, c, slot(0), d),
            Op::Binary(Binary::Divide, 6, slot(4), slot(5)),
            Op::Binary(Binary::Multiply, 7, slot(1), slot(6)),
        ])
    }

    #[test]
    fn a_product_with_a_quotient_of_sums_is_one_operation() {
        let numbers = survival(number(0.2), number(0.8), Operand::Table(0), number(0.7));
        assert_eq!(numbers, ["s7 = s1 * (s0 * 0.2 + 0.8) / (s0 * t0 + 0.7)"]);
        let columns = survival(slot(2), number(0.8), slot(3), number(0.8));
        assert_eq!(columns, ["s7 = s1 * (s0 * s2 + 0.8) / (s0 * s3 + 0.8)"]);
    }

    #[test]
    fn odds_that_are_exponentials_are_worked_out_with_the_quotient() {
        let survival = |odds: &[Op], of: Slot| {
            let sums = [
                Op::Ternary(Ternary::MultiplyAdd, 6, slot(of), number(0.2), number(0.8)),
                Op::Ternary(Ternary::MultiplyAdd, 7, slot(of), number(0.1), number(0.8)),
                Op::Binary(Binary::Divide, 8, slot(6), slot(7)),
            ];
            fused(&[odds, &sums].concat())
        };
        let exponential = Op::Ternary(Ternary::ExpOf, 4, slot(0), number(0.5), number(1.0));
        let odds = Op::Binary(Binary::Multiply, 5, slot(1), slot(4));
        let x = "1 * exp(s0 * 0.5 + 1)";
        let alone = survival(std::slice::from_ref(&exponential), 4);
        assert_eq!(alone, [format!("s8 = 1 * ({x} * 0.2 + 0.8) / ({x} * 0.1 + 0.8)")]);
        let x = "s1 * exp(s0 * 0.5 + 1)";
        let others = survival(&[exponential.clone(), odds], 5);
        assert_eq!(others, [format!("s8 = 1 * ({x} * 0.2 + 0.8) / ({x} * 0.1 + 0.8)")]);
        // It is kept where others read it, too.
        let read_twice = Op::Binary(Binary::Multiply, 5, slot(4), slot(4));
        assert_eq!(survival(&[exponential, read_twice], 5).len(), 3);
    }

    #[test]
    fn quotients_of_other_shapes_stay() {
        assert_eq!(survival(slot(2), number(0.8), number(0.2), number(0.8)).len(), 4);
        assert_eq!(survival(number(0.2), slot(2), number(0.3), slot(2)).len(), 4);
    }
}
