//! A program in print: an operation a line, `s7` a column, `t2` a table with a number for each step, and in front the steps
//! in which the operation is executed where those are not all.

use super::{
    ALWAYS, Binary, Form, Instruction, Merged, Odds, Once, Op, Operand, Pieces, Program, Slot, Survival, Ternary, Unary,
};
use std::fmt::{Display, Formatter, Result};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter) -> Result {
        writeln!(f, "steps {}, columns {}", self.steps(), self.slots)?;
        let parts = [("once", &self.once), ("in a step", &self.step), ("at the end", &self.end)];
        for (name, code) in parts {
            writeln!(f, "\n{name}")?;
            self.code(f, code, 1)?;
        }
        writeln!(f, "\ntables")?;
        for (i, table) in self.tables.iter().enumerate() {
            writeln!(f, "  t{i} = {}", runs(table))?;
        }
        Ok(())
    }
}

impl Program {
    fn code(&self, f: &mut Formatter, code: &[Instruction], depth: usize) -> Result {
        for Instruction { op, when } in code {
            write!(f, "{:indent$}", "", indent = 2 * depth)?;
            let (from, to) = (when.from, when.to);
            let always = (from <= 1 && to as usize > self.steps()) || from == 0;
            if !always {
                write!(f, "{from}..{to}: ")?;
            }
            writeln!(f, "{op}")?;
            match op {
                Op::Pieces(pieces) => {
                    self.code(f, &pieces.whole, depth + 1)?;
                    writeln!(f, "{:indent$}if there are cuts", "", indent = 2 * depth)?;
                    self.code(f, &pieces.body.code, depth + 1)?;
                }
                _ => op.bodies().try_for_each(|body| self.code(f, body, depth + 1))?,
            }
        }
        Ok(())
    }
}

/// A table, equal neighbours written once.
fn runs(table: &[f64]) -> String {
    let runs = table.chunk_by(|a, b| a.to_bits() == b.to_bits());
    let words: Vec<String> = runs
        .map(|run| if run.len() == 1 { format!("{}", run[0]) } else { format!("{} × {}", run.len(), run[0]) })
        .collect();
    words.join(", ")
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter) -> Result {
        match self {
            Operand::Slot(slot) => write!(f, "s{slot}"),
            Operand::Constant(value) => write!(f, "{value}"),
            Operand::Table(table) => write!(f, "t{table}"),
        }
    }
}

struct List<'a>(&'a [Operand]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter) -> Result {
        self.0.iter().enumerate().try_for_each(|(i, o)| write!(f, "{}{o}", if i == 0 { "" } else { ", " }))
    }
}

fn columns(slots: &[Slot]) -> String {
    slots.iter().map(|slot| format!("s{slot}")).collect::<Vec<_>>().join(", ")
}

fn once_in(once: Once) -> &'static str {
    match once {
        Once::Future => "",
        Once::Step | Once::Count => " of the step",
        Once::Occurrence => " of the occurrence",
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter) -> Result {
        match self {
            Op::Unary(does, out, a) => match does {
                Unary::Copy => write!(f, "s{out} = {a}"),
                Unary::Negate => write!(f, "s{out} = -{a}"),
                Unary::Not => write!(f, "s{out} = not {a}"),
                _ => write!(f, "s{out} = {}({a})", lower(&format!("{does:?}"))),
            },
            Op::Binary(does, out, a, b) => match infix(*does) {
                Some(sign) => write!(f, "s{out} = {a} {sign} {b}"),
                None => write!(f, "s{out} = {}({a}, {b})", lower(&format!("{does:?}"))),
            },
            Op::Ternary(does, out, a, b, c) => match does {
                Ternary::Select => write!(f, "s{out} = if {a} then {b} else {c}"),
                Ternary::SelectOrNan => write!(f, "s{out} = if {a} then {b} else {c} or nan"),
                Ternary::MultiplyAdd => write!(f, "s{out} = {a} * {b} + {c}"),
                Ternary::ExpOf => write!(f, "s{out} = exp({a} * {b} + {c})"),
                Ternary::SigmoidOf => write!(f, "s{out} = sigmoid({a} * {b} + {c})"),
                Ternary::ShareOf => write!(f, "s{out} = {a} * {b} + {c} between 0 and 1"),
                Ternary::Between => write!(f, "s{out} = {a} between {b} and {c}"),
            },
            Op::Merged(merged) => {
                let Merged { form, out, columns, numbers } = &**merged;
                let column = |place: usize| columns.get(place).map_or(String::new(), |column| format!("s{column}"));
                let number = |place: usize| numbers.get(place).map_or(String::new(), Operand::to_string);
                let ([x, y, z], [p, q, r]) = ([0, 1, 2].map(column), [0, 1, 2].map(number));
                write!(f, "s{out} = ")?;
                match form {
                    Form::TwoTerms => write!(f, "{x} * {p} + ({y} * {q} + {r})"),
                    Form::Walk => write!(f, "{x} * {p} * {y} + ({z} * {q} + {r})"),
                    Form::ShareOfColumn => write!(f, "({x} * {p} + {q} between 0 and 1) * {y} + {z}"),
                    Form::ShareOfNumber => write!(f, "({x} * {p} + {q} between 0 and 1) * {r} + {y}"),
                    Form::DifferenceTerm => write!(f, "({x} - {y}) * {p} + {q}"),
                    Form::Factor => write!(f, "(if {x} then {p} else {q}) * {y}"),
                    Form::Both => write!(f, "if {x} and {y} then {p} else {q}"),
                    Form::FactorOfBoth => write!(f, "(if {x} and {y} then {p} else {q}) * {z}"),
                    Form::LeastWhere => write!(f, "min({y}, if {x} then {p} else {q})"),
                    Form::ScaledExp => write!(f, "exp({x} * {q} + {y}) * {p}"),
                }
            }
            Op::Uniform { out, key, once } => write!(f, "s{out} = uniform {key:016x}{}", once_in(*once)),
            Op::Normal { out, key, once } => write!(f, "s{out} = normal {key:016x}{}", once_in(*once)),
            Op::NormalOf { out, uniform } => write!(f, "s{out} = normal of {uniform}"),
            Op::Draw { out, uniform, .. } => write!(f, "s{out} = draw of {uniform}"),
            Op::DrawWith(draw) => {
                write!(f, "s{} = {}({})", draw.out, draw.family.name, List(&draw.arguments))?;
                if let Some((low, high)) = draw.bounds {
                    write!(f, " within {low}, {high}")?;
                }
                write!(f, " of {}", draw.uniform)
            }
            Op::Pick { out, uniform, weights } => write!(f, "s{out} = pick({}) of {uniform}", List(weights)),
            Op::Poisson { out, uniform, mean } => write!(f, "s{out} = poisson({mean}) of {uniform}"),
            Op::Arrivals { out, key, once, mean, body } => {
                let gate = if body.code.is_empty() { "" } else { "; if any" };
                write!(f, "s{out} = poisson({mean}) of uniform {key:016x}{}{gate}", once_in(*once))
            }
            Op::Lookup { out, row, rows } => write!(f, "s{out} = row {row} of {}", rows.len()),
            Op::Clamp { out, flag, value, low, high } => {
                write!(f, "s{out} = {value} within {low}, {high}; s{flag} where it is not")
            }
            Op::Check { value, mask, infinite, site } => {
                write!(f, "check {value}{} where {mask}, site {site}", if *infinite { " is finite" } else { "" })
            }
            Op::IfAny { mask, after: ALWAYS, .. } => write!(f, "if any s{mask}"),
            Op::IfAny { mask, after, .. } => write!(f, "if any s{mask}, after change {}", after.trailing_zeros()),
            Op::Changed(changes) => write!(f, "changes {changes:b}"),
            Op::IfChanged { change, .. } => write!(f, "after change {}", change.trailing_zeros()),
            Op::IfLess(branch) => write!(f, "if any s{} = {} < {}", branch.mask, branch.a, branch.b),
            Op::Survival(survival) => {
                let Survival { state, before, luck, mask, only, odds, plus: b, .. } = &**survival;
                let (x, [a, c]) = match *odds {
                    Odds::Columns { x, shares } => (format!("s{x}"), shares.map(Operand::Slot)),
                    Odds::Column { x, shares } => (format!("s{x}"), shares),
                    Odds::Exponential { factor, of, by, plus, shares } => {
                        let factor = factor.map_or("1".to_owned(), |slot| format!("s{slot}"));
                        (format!("{factor} * exp(s{of} * {by} + {plus})"), shares)
                    }
                };
                let only = only.map_or(String::new(), |slot| format!(" where s{slot}"));
                write!(f, "s{state} = s{state} * ({x} * {a} + {b}) / ({x} * {c} + {b}){only}, s{before} before; ")?;
                write!(f, "if any s{mask} = s{state} < s{luck}")
            }
            Op::Pieces(pieces) => {
                let Pieces { low, high, from, to, causes, .. } = &**pieces;
                write!(f, "for pieces s{low}..s{high} of {from}..{to} cut at {}", columns(causes))
            }
            Op::Times { count, index, .. } => write!(f, "for s{index} up to s{count}"),
            Op::Remember { first, size, value } => write!(f, "ring s{first}, {size} long: remember s{value}"),
            Op::Recall { out, first, size, step } => write!(f, "s{out} = ring s{first}, {size} long: step t{step}"),
        }
    }
}

fn infix(does: Binary) -> Option<&'static str> {
    Some(match does {
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Power => "^",
        Binary::Less => "<",
        Binary::AtMost => "<=",
        Binary::Equal => "=",
        Binary::Different => "!=",
        Binary::And => "and",
        Binary::Or => "or",
        _ => return None,
    })
}

/// `LessOrNan` as `less_or_nan`.
fn lower(name: &str) -> String {
    let mut words = String::new();
    for (i, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && i > 0 {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
