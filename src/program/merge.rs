//! Operations that often follow one another, done in one: what is in between need not be written and read again. Each form is
//! an entry of the list below and a rule that finds it; all of them give the same bits as the operations by themselves.

use super::fuse::Fuse;
use super::tighten::count_in;
use super::{ALWAYS, Binary, Instruction, Op, Operand, Slot, Ternary};

/// Works out a column of up to three columns x, y, z and numbers p, q, r: as many as the form has.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    pub form: Form,
    pub out: Slot,
    pub columns: Vec<Slot>,
    pub numbers: Vec<Operand>,
}

/// The most columns of a form, and the most numbers.
pub const MOST_MERGED: usize = 3;

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

impl Merged {
    fn of(form: Form, out: Slot, columns: &[Slot], numbers: &[Operand]) -> Self {
        Merged { form, out, columns: columns.to_vec(), numbers: numbers.to_vec() }
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
            while let Some((merged, makers)) =
                self.merged(code, i).or_else(|| self.arrivals(code, i)).or_else(|| self.if_arrivals(code, i))
            {
                let mut gone = std::mem::replace(&mut code[i].op, merged);
                gone.slots(&mut |slot, written| self.reads[*slot as usize] -= u32::from(!written));
                code[i].op.slots(&mut |slot, written| self.reads[*slot as usize] += u32::from(!written));
                makers.into_iter().for_each(|maker| self.bury(code, maker, &mut dead));
            }
        }
        let mut dead = dead.into_iter();
        code.retain(|_| !dead.next().unwrap_or(false));
    }

    /// What can be done in the place of the operation at `i` and of those that it needs no more.
    fn merged(&self, code: &mut [Instruction], i: usize) -> Option<(Op, Vec<usize>)> {
        let (merged, makers) = match code[i].op {
            Op::Ternary(Ternary::MultiplyAdd, out, a, b, c) => self.merged_sum(code, i, out, [a, b, c]),
            Op::Ternary(Ternary::Select, out, Operand::Slot(holds), p, q) if p.slot().or(q.slot()).is_none() => {
                let from = self.only_maker(code, i, Operand::Slot(holds))?;
                let Op::Binary(Binary::And, _, Operand::Slot(x), Operand::Slot(y)) = code[from].op else { return None };
                Some((Merged::of(Form::Both, out, &[x, y], &[p, q]), vec![from]))
            }
            Op::Binary(Binary::Multiply, out, a, b) => self.merged_product(code, i, out, [a, b]),
            Op::Binary(Binary::Min, out, Operand::Slot(y), least) => {
                let from = self.only_maker(code, i, least)?;
                let Op::Ternary(Ternary::Select, _, Operand::Slot(x), p, q) = code[from].op else { return None };
                let merged = Merged::of(Form::LeastWhere, out, &[x, y], &[p, q]);
                p.slot().or(q.slot()).is_none().then_some((merged, vec![from]))
            }
            _ => None,
        }?;
        Some((Op::Merged(Box::new(merged)), makers))
    }

    /// A number of occurrences of which as many are expected everywhere, with the uniform that decides on it.
    fn arrivals(&self, code: &mut [Instruction], i: usize) -> Option<(Op, Vec<usize>)> {
        let Op::Poisson { out, uniform, mean } = code[i].op else { return None };
        let from = self.only_maker(code, i, uniform).filter(|_| mean.slot().is_none())?;
        let Op::Uniform { key, once, .. } = code[from].op else { return None };
        Some((Op::Arrivals { out, key, once, mean, body: Box::default() }, vec![from]))
    }

    /// The same with what is done where there are some, if only that reads how many there are.
    fn if_arrivals(&self, code: &mut [Instruction], i: usize) -> Option<(Op, Vec<usize>)> {
        let Op::IfAny { mask, after: ALWAYS, ref mut body } = code[i].op else { return None };
        let inside: u32 = body.code.iter_mut().map(|one| count_in(&mut one.op, mask)).sum();
        let from = (inside + 1 == self.reads[mask as usize]).then(|| self.maker(code, i, mask))??;
        let Op::Arrivals { key, once, mean, .. } = code[from].op else { return None };
        let Op::IfAny { body, .. } = &mut code[i].op else { return None };
        Some((Op::Arrivals { out: mask, key, once, mean, body: std::mem::take(body) }, vec![from]))
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
                        Some(y) => Merged::of(Form::ShareOfColumn, out, &[x, y, z], &[p, q]),
                        None => Merged::of(Form::ShareOfNumber, out, &[x, z], &[p, q, times]),
                    };
                    return Some((merged, vec![from]));
                }
            }
            let base = self.only_maker(code, i, c)?;
            let (z, [q, r]) = line(&code[base].op)?;
            if let Some((x, p)) = column_and_number(a, b) {
                return Some((Merged::of(Form::TwoTerms, out, &[x, z], &[p, q, r]), vec![base]));
            }
            return ways.into_iter().find_map(|(product, y)| {
                let from = self.only_maker(code, i, product)?;
                let Op::Binary(Binary::Multiply, _, f, g) = code[from].op else { return None };
                let (x, p) = column_and_number(f, g)?;
                Some((Merged::of(Form::Walk, out, &[x, y.slot()?, z], &[p, q, r]), vec![base, from]))
            });
        }
        let (difference, p) = column_and_number(a, b)?;
        let from = self.only_maker(code, i, Operand::Slot(difference))?;
        let Op::Binary(Binary::Subtract, _, Operand::Slot(x), Operand::Slot(y)) = code[from].op else { return None };
        Some((Merged::of(Form::DifferenceTerm, out, &[x, y], &[p, c]), vec![from]))
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
            let merged = match (&code[from].op, other.slot()) {
                (&Op::Ternary(Ternary::Select, _, Operand::Slot(x), p, q), Some(y))
                    if p.slot().or(q.slot()).is_none() =>
                {
                    Merged::of(Form::Factor, out, &[x, y], &[p, q])
                }
                (Op::Merged(both), Some(z)) if both.form == Form::Both => {
                    Merged::of(Form::FactorOfBoth, out, &[&both.columns, &[z][..]].concat(), &both.numbers)
                }
                (&Op::Ternary(Ternary::ExpOf, _, Operand::Slot(x), q, Operand::Slot(y)), None)
                    if q.slot().is_none() =>
                {
                    Merged::of(Form::ScaledExp, out, &[x, y], &[other, q])
                }
                _ => return None,
            };
            Some((merged, vec![from]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold::{fold_binary, fold_ternary};
    use super::super::fuse::tests::{number, slot};
    use super::super::tighten::count_reads;
    use super::super::{Once, When};
    use super::*;

    /// What becomes of operations on the states s0 to s3, when the slots in `kept` are read elsewhere, too.
    fn put_together(ops: &[Op], kept: &[Slot]) -> Vec<String> {
        let instruction = |op: &Op| Instruction { op: op.clone(), when: When::steps(1, 4) };
        let mut code: Vec<Instruction> = ops.iter().map(instruction).collect();
        let temporary: Vec<bool> = (0..20).map(|slot| slot > 3).collect();
        let mut reads = [0; 20];
        count_reads(&mut code, &mut reads);
        kept.iter().for_each(|&slot| reads[slot as usize] += 1);
        Fuse { temporary: &temporary, reads: &mut reads, tables: &mut Vec::new() }.merge(&mut code);
        code.iter().map(|instruction| instruction.op.to_string()).collect()
    }

    fn sum(out: Slot, a: Operand, b: Operand, c: Operand) -> Op {
        Op::Ternary(Ternary::MultiplyAdd, out, a, b, c)
    }

    #[test]
    fn what_follows_one_another_is_done_in_one() {
        let line = |out, x| sum(out, slot(x), number(2.0), number(1.0));
        let share = Op::Ternary(Ternary::ShareOf, 4, slot(0), number(2.0), number(1.0));
        let chosen = |out, holds| Op::Ternary(Ternary::Select, out, slot(holds), number(3.0), number(1.0));
        let product = |out, a, b| Op::Binary(Binary::Multiply, out, a, b);
        let both = Op::Binary(Binary::And, 4, slot(0), slot(1));
        for (code, merged) in [
            (vec![line(4, 0), sum(5, slot(1), number(3.0), slot(4))], "s5 = s1 * 3 + (s0 * 2 + 1)"),
            (
                vec![line(4, 0), product(5, number(3.0), slot(1)), sum(6, slot(5), slot(2), slot(4))],
                "s6 = s1 * 3 * s2 + (s0 * 2 + 1)",
            ),
            (vec![share.clone(), sum(5, slot(1), slot(4), slot(2))], "s5 = (s0 * 2 + 1 between 0 and 1) * s1 + s2"),
            (vec![share, sum(5, slot(4), number(3.0), slot(2))], "s5 = (s0 * 2 + 1 between 0 and 1) * 3 + s2"),
            (
                vec![Op::Binary(Binary::Subtract, 4, slot(0), slot(1)), sum(5, slot(4), number(2.0), number(1.0))],
                "s5 = (s0 - s1) * 2 + 1",
            ),
            (vec![chosen(4, 0), product(5, slot(4), slot(1))], "s5 = (if s0 then 3 else 1) * s1"),
            (vec![both.clone(), chosen(5, 4)], "s5 = if s0 and s1 then 3 else 1"),
            (vec![both, chosen(5, 4), product(6, slot(2), slot(5))], "s6 = (if s0 and s1 then 3 else 1) * s2"),
            (vec![chosen(4, 0), Op::Binary(Binary::Min, 5, slot(1), slot(4))], "s5 = min(s1, if s0 then 3 else 1)"),
            (
                vec![Op::Ternary(Ternary::ExpOf, 4, slot(0), number(2.0), slot(1)), product(5, number(63.0), slot(4))],
                "s5 = exp(s0 * 2 + s1) * 63",
            ),
            (
                vec![
                    Op::Uniform { out: 4, key: 7, once: Once::Count },
                    Op::Poisson { out: 5, uniform: slot(4), mean: number(0.5) },
                ],
                "s5 = poisson(0.5) of uniform 0000000000000007 of the step",
            ),
        ] {
            assert_eq!(put_together(&code, &[]), [merged]);
            // What is needed elsewhere is worked out by itself.
            assert!(put_together(&code, &[4]).len() > 1, "{merged}");
        }
    }

    #[test]
    fn what_is_done_for_arrivals_is_done_where_there_are_some() {
        let inside = Instruction { op: sum(0, slot(5), number(2.0), slot(0)), when: When::steps(1, 4) };
        let drawn = [
            Op::Uniform { out: 4, key: 7, once: Once::Count },
            Op::Poisson { out: 5, uniform: slot(4), mean: number(0.5) },
            Op::IfAny { mask: 5, after: ALWAYS, body: Box::new(vec![inside].into()) },
        ];
        assert_eq!(put_together(&drawn, &[]), ["s5 = poisson(0.5) of uniform 0000000000000007 of the step; if any"]);
        // Another who reads how many there are needs to know it everywhere.
        assert_eq!(put_together(&drawn, &[5]).len(), 2);
    }

    #[test]
    fn it_gives_the_same_bits() {
        macro_rules! apply {
            ($f:expr) => {{
                let f: fn([f64; MOST_MERGED], [f64; MOST_MERGED]) -> f64 = $f;
                f
            }};
        }
        let of = |form: Form| merged!(form, apply);
        let line = |x, p, q| fold_ternary(Ternary::MultiplyAdd, x, p, q);
        let share = |x, p, q| fold_ternary(Ternary::ShareOf, x, p, q);
        let times = |a, b| fold_binary(Binary::Multiply, a, b);
        let chosen = |x, p, q| fold_ternary(Ternary::Select, x, p, q);
        let values = [-0.3, 0.0, 0.1, 1.0, 2.7, f64::INFINITY];
        for (i, x) in values.into_iter().enumerate() {
            let (y, z) = (values[(i + 1) % values.len()], values[(i + 3) % values.len()]);
            let (holds, also) = (f64::from(i % 2 == 0), f64::from(i % 3 == 0));
            let numbers @ [p, q, r] = [0.7, -0.1, 1.3];
            for (form, columns, expected) in [
                (Form::TwoTerms, [x, y, z], line(x, p, line(y, q, r))),
                (Form::Walk, [x, y, z], line(times(x, p), y, line(z, q, r))),
                (Form::ShareOfColumn, [x, y, z], line(share(x, p, q), y, z)),
                (Form::ShareOfNumber, [x, y, z], line(share(x, p, q), r, y)),
                (Form::DifferenceTerm, [x, y, z], line(x - y, p, q)),
                (Form::Factor, [holds, y, z], times(chosen(holds, p, q), y)),
                (Form::Both, [holds, also, z], chosen(times(holds, also), p, q)),
                (Form::FactorOfBoth, [holds, also, z], times(chosen(times(holds, also), p, q), z)),
                (Form::LeastWhere, [holds, y, z], fold_binary(Binary::Min, y, chosen(holds, p, q))),
                (Form::ScaledExp, [x, y, z], times(p, fold_ternary(Ternary::ExpOf, x, q, y))),
            ] {
                assert_eq!(of(form)(columns, numbers).to_bits(), expected.to_bits(), "{form:?} of {columns:?}");
            }
        }
    }
}
