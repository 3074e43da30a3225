//! Operations that often follow one another, done in one: what is in between need not be written and read again. Each form is
//! an entry of the list below and a rule that finds it; all of them give the same bits as the operations by themselves.

use super::fuse::Fuse;
use super::{Binary, Instruction, Op, Operand, Slot, Ternary};

/// Works out a column of up to three columns x, y, z and numbers p, q, r.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    pub form: Form,
    pub out: Slot,
    /// As many of them count as the form has.
    pub columns: [Slot; 3],
    pub numbers: [Operand; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// x · p + (y · q + r)
    TwoTerms,
    /// (x · p) · y + (z · q + r)
    Walk,
    /// x · p + q, at least 0 and at most 1, times y + z
    ShareOfColumn,
    /// The same times r + y.
    ShareOfNumber,
    /// (x − y) · p + q
    DifferenceTerm,
    /// y · p, or y · q where x does not hold
    Factor,
    /// p where both hold, else q
    Both,
    /// z · p where both x and y hold, else z · q
    FactorOfBoth,
    /// y, or p if that is less; q in place of p where x does not hold
    LeastWhere,
    /// p · e^(x · q + y)
    ScaledExp,
}

impl Form {
    /// How many columns it has.
    pub fn columns(self) -> usize {
        match self {
            Form::Walk | Form::ShareOfColumn | Form::FactorOfBoth => 3,
            _ => 2,
        }
    }
}

/// What each form does: `$apply!` is given a function of [x, y, z] and [p, q, r].
macro_rules! merged {
    ($form:expr, $apply:ident) => {
        match $form {
            $crate::program::Form::TwoTerms => $apply!(|[x, y, _], [p, q, r]| x.mul_add(p, y.mul_add(q, r))),
            $crate::program::Form::Walk => $apply!(|[x, y, z], [p, q, r]| (x * p).mul_add(y, z.mul_add(q, r))),
            $crate::program::Form::ShareOfColumn => {
                $apply!(|[x, y, z], [p, q, _]| $crate::program::fold::share(x.mul_add(p, q)).mul_add(y, z))
            }
            $crate::program::Form::ShareOfNumber => {
                $apply!(|[x, y, _], [p, q, r]| $crate::program::fold::share(x.mul_add(p, q)).mul_add(r, y))
            }
            $crate::program::Form::DifferenceTerm => $apply!(|[x, y, _], [p, q, _]| (x - y).mul_add(p, q)),
            $crate::program::Form::Factor => $apply!(|[x, y, _], [p, q, _]| $crate::program::fold::select(x, p, q) * y),
            $crate::program::Form::Both => $apply!(|[x, y, _], [p, q, _]| $crate::program::fold::select(x * y, p, q)),
            $crate::program::Form::FactorOfBoth => {
                $apply!(|[x, y, z], [p, q, _]| $crate::program::fold::select(x * y, p, q) * z)
            }
            $crate::program::Form::LeastWhere => {
                $apply!(|[x, y, _], [p, q, _]| $crate::program::fold::min(y, $crate::program::fold::select(x, p, q)))
            }
            $crate::program::Form::ScaledExp => {
                $apply!(|[x, y, _], [p, q, _]| $crate::chance::math::elementary::exp(x.mul_add(q, y)) * p)
            }
        }
    };
}

pub(crate) use merged;

const NOTHING: Operand = Operand::Constant(0.0);

/// A column and a number, whichever comes first.
fn column_and_number(a: Operand, b: Operand) -> Option<(Slot, Operand)> {
    match (a.slot(), b.slot()) {
        (Some(column), None) => Some((column, b)),
        (None, Some(column)) => Some((column, a)),
        _ => None,
    }
}

/// x · p + q of one column.
fn line(op: &Op) -> Option<(Slot, [Operand; 2])> {
    match *op {
        Op::Ternary(Ternary::MultiplyAdd, _, a, b, q) if q.slot().is_none() => {
            column_and_number(a, b).map(|(x, p)| (x, [p, q]))
        }
        _ => None,
    }
}

impl Fuse<'_> {
    /// Puts one operation in the place of several wherever there is a form for them.
    pub(super) fn merge(&mut self, code: &mut Vec<Instruction>) {
        let mut dead = vec![false; code.len()];
        for i in 0..code.len() {
            code[i].op.bodies_mut().for_each(|(body, _)| self.merge(body));
            while let Some((merged, makers)) = self.merged(code, i) {
                let mut gone = std::mem::replace(&mut code[i].op, Op::Merged(Box::new(merged)));
                gone.slots(&mut |slot, written| self.reads[*slot as usize] -= u32::from(!written));
                code[i].op.slots(&mut |slot, written| self.reads[*slot as usize] += u32::from(!written));
                makers.into_iter().for_each(|maker| self.bury(code, maker, &mut dead));
            }
        }
        let mut dead = dead.into_iter();
        code.retain(|_| !dead.next().unwrap_or(false));
    }

    /// What can be done in the place of the operation at `i` and of those that it needs no more.
    fn merged(&self, code: &mut [Instruction], i: usize) -> Option<(Merged, Vec<usize>)> {
        match code[i].op {
            Op::Ternary(Ternary::MultiplyAdd, out, a, b, c) => self.merged_sum(code, i, out, [a, b, c]),
            Op::Ternary(Ternary::Select, out, Operand::Slot(holds), p, q) if p.slot().or(q.slot()).is_none() => {
                let from = self.only_maker(code, i, Operand::Slot(holds))?;
                let Op::Binary(Binary::And, _, Operand::Slot(x), Operand::Slot(y)) = code[from].op else { return None };
                Some((Merged { form: Form::Both, out, columns: [x, y, x], numbers: [p, q, NOTHING] }, vec![from]))
            }
            Op::Binary(Binary::Multiply, out, a, b) => self.merged_product(code, i, out, [a, b]),
            Op::Binary(Binary::Min, out, Operand::Slot(y), least) => {
                let from = self.only_maker(code, i, least)?;
                let Op::Ternary(Ternary::Select, _, Operand::Slot(x), p, q) = code[from].op else { return None };
                let merged = Merged { form: Form::LeastWhere, out, columns: [x, y, x], numbers: [p, q, NOTHING] };
                p.slot().or(q.slot()).is_none().then_some((merged, vec![from]))
            }
            _ => None,
        }
    }

    fn merged_sum(
        &self,
        code: &mut [Instruction],
        i: usize,
        out: Slot,
        [a, b, c]: [Operand; 3],
    ) -> Option<(Merged, Vec<usize>)> {
        let ways = [(a, b), (b, a)];
        if let Some(z) = c.slot() {
            for (share, times) in ways {
                let Some(from) = self.only_maker(code, i, share) else { continue };
                if let Op::Ternary(Ternary::ShareOf, _, Operand::Slot(x), p, q) = code[from].op
                    && p.slot().or(q.slot()).is_none()
                {
                    let merged = match times.slot() {
                        Some(y) => {
                            Merged { form: Form::ShareOfColumn, out, columns: [x, y, z], numbers: [p, q, NOTHING] }
                        }
                        None => Merged { form: Form::ShareOfNumber, out, columns: [x, z, x], numbers: [p, q, times] },
                    };
                    return Some((merged, vec![from]));
                }
            }
            let base = self.only_maker(code, i, c)?;
            let (z, [q, r]) = line(&code[base].op)?;
            if let Some((x, p)) = column_and_number(a, b) {
                return Some((
                    Merged { form: Form::TwoTerms, out, columns: [x, z, x], numbers: [p, q, r] },
                    vec![base],
                ));
            }
            return ways.into_iter().find_map(|(product, y)| {
                let from = self.only_maker(code, i, product)?;
                let Op::Binary(Binary::Multiply, _, f, g) = code[from].op else { return None };
                let (x, p) = column_and_number(f, g)?;
                let columns = [x, y.slot()?, z];
                Some((Merged { form: Form::Walk, out, columns, numbers: [p, q, r] }, vec![base, from]))
            });
        }
        let (difference, p) = column_and_number(a, b)?;
        let from = self.only_maker(code, i, Operand::Slot(difference))?;
        let Op::Binary(Binary::Subtract, _, Operand::Slot(x), Operand::Slot(y)) = code[from].op else { return None };
        Some((Merged { form: Form::DifferenceTerm, out, columns: [x, y, x], numbers: [p, c, NOTHING] }, vec![from]))
    }

    fn merged_product(
        &self,
        code: &mut [Instruction],
        i: usize,
        out: Slot,
        [a, b]: [Operand; 2],
    ) -> Option<(Merged, Vec<usize>)> {
        [(a, b), (b, a)].into_iter().find_map(|(made, other)| {
            let from = self.only_maker(code, i, made)?;
            let (form, columns, numbers) = match (&code[from].op, other.slot()) {
                (&Op::Ternary(Ternary::Select, _, Operand::Slot(x), p, q), Some(y))
                    if p.slot().or(q.slot()).is_none() =>
                {
                    (Form::Factor, [x, y, x], [p, q, NOTHING])
                }
                (Op::Merged(both), Some(z)) if both.form == Form::Both => {
                    (Form::FactorOfBoth, [both.columns[0], both.columns[1], z], both.numbers)
                }
                (&Op::Ternary(Ternary::ExpOf, _, Operand::Slot(x), q, Operand::Slot(y)), None)
                    if q.slot().is_none() =>
                {
                    (Form::ScaledExp, [x, y, x], [other, q, NOTHING])
                }
                _ => return None,
            };
            Some((Merged { form, out, columns, numbers }, vec![from]))
        })
    }
}
