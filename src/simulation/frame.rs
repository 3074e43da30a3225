//! Executing a program for one block of futures, column by column.
//!
//! The operation is looked up once for a column and then applied to all its futures; the loops are plain Rust over arrays,
//! compiled once for each instruction set, and give the same bits on all of them.

use crate::chance::distributions::Distribution;
use crate::chance::math::elementary::exp;
use crate::chance::math::normal::standard_normal_column;
use crate::chance::uniform::{step_key, uniform, word};
use crate::program::fold::{binary, ternary, unary};
use crate::program::{Instruction, LANES, Once, Op, Operand, Program, Slot};
use multiversion::multiversion;

/// One number for each future of the block.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Column(pub [f64; LANES]);

/// The first NaN of a block that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub future: u64,
    pub step: u32,
    pub site: u32,
}

/// The columns of one block of futures.
pub struct Frame<'a> {
    program: &'a Program,
    columns: Vec<Box<Column>>,
    spare: Box<Column>,
    /// Index of the block's first future.
    first: u64,
    step: usize,
    occurrence: u32,
    pub fault: Option<Fault>,
}

/// A column, or a number that stands for a whole one.
#[derive(Clone, Copy)]
enum Source<'c> {
    Column(&'c [f64; LANES]),
    Number(f64),
}

#[inline(always)]
fn source<'c>(columns: &'c [Box<Column>], program: &Program, step: usize, operand: Operand) -> Source<'c> {
    match operand {
        Operand::Slot(slot) => Source::Column(&columns[slot as usize].0),
        Operand::Constant(number) => Source::Number(number),
        Operand::Table(table) => Source::Number(program.tables[table as usize][step]),
    }
}

impl<'a> Frame<'a> {
    pub fn new(program: &'a Program) -> Self {
        let columns = vec![Box::new(Column([0.0; LANES])); program.slots];
        let spare = Box::new(Column([0.0; LANES]));
        Frame { program, columns, spare, first: 0, step: 0, occurrence: 0, fault: None }
    }

    /// Brings the futures from `first` on to T(0).
    pub fn start(&mut self, first: u64) {
        self.first = first;
        self.step = 0;
        execute(self, &self.program.once);
    }

    /// Takes them through step k.
    pub fn step(&mut self, k: usize) {
        self.step = k;
        execute(self, &self.program.before);
        execute(self, &self.program.update);
        execute(self, &self.program.after);
    }

    /// Works out metrics and outcomes.
    pub fn end(&mut self) {
        self.step = self.program.steps();
        execute(self, &self.program.end);
    }

    /// Index of the block's first future.
    pub fn first(&self) -> u64 {
        self.first
    }

    pub fn column(&self, slot: Slot) -> &[f64; LANES] {
        &self.columns[slot as usize].0
    }

    /// Copies out what an operand stands for.
    pub fn read(&self, operand: Operand) -> [f64; LANES] {
        match source(&self.columns, self.program, self.step, operand) {
            Source::Column(column) => *column,
            Source::Number(number) => [number; LANES],
        }
    }

    /// Works on the spare column and puts it in place: so an operation may write what it reads.
    #[inline(always)]
    fn put(&mut self, out: Slot) {
        std::mem::swap(&mut self.spare, &mut self.columns[out as usize]);
    }

    #[inline(always)]
    fn map1(&mut self, out: Slot, a: Operand, f: impl Fn(f64) -> f64) {
        let to = &mut self.spare.0;
        match source(&self.columns, self.program, self.step, a) {
            Source::Number(a) => to.fill(f(a)),
            Source::Column(a) => {
                for i in 0..LANES {
                    to[i] = f(a[i]);
                }
            }
        }
        self.put(out);
    }

    #[inline(always)]
    fn map2(&mut self, out: Slot, a: Operand, b: Operand, f: impl Fn(f64, f64) -> f64) {
        let to = &mut self.spare.0;
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        match (source(a), source(b)) {
            (Source::Column(a), Source::Column(b)) => {
                for i in 0..LANES {
                    to[i] = f(a[i], b[i]);
                }
            }
            (Source::Column(a), Source::Number(b)) => {
                for i in 0..LANES {
                    to[i] = f(a[i], b);
                }
            }
            (Source::Number(a), Source::Column(b)) => {
                for i in 0..LANES {
                    to[i] = f(a, b[i]);
                }
            }
            (Source::Number(a), Source::Number(b)) => to.fill(f(a, b)),
        }
        self.put(out);
    }

    #[inline(always)]
    fn map3(&mut self, out: Slot, [a, b, c]: [Operand; 3], f: impl Fn(f64, f64, f64) -> f64) {
        let to = &mut self.spare.0;
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        match (source(a), source(b), source(c)) {
            (Source::Column(a), Source::Column(b), Source::Column(c)) => {
                for i in 0..LANES {
                    to[i] = f(a[i], b[i], c[i]);
                }
            }
            (Source::Column(a), Source::Column(b), Source::Number(c)) => {
                for i in 0..LANES {
                    to[i] = f(a[i], b[i], c);
                }
            }
            (Source::Column(a), Source::Number(b), Source::Column(c)) => {
                for i in 0..LANES {
                    to[i] = f(a[i], b, c[i]);
                }
            }
            (Source::Column(a), Source::Number(b), Source::Number(c)) => {
                for i in 0..LANES {
                    to[i] = f(a[i], b, c);
                }
            }
            (Source::Number(a), Source::Column(b), Source::Column(c)) => {
                for i in 0..LANES {
                    to[i] = f(a, b[i], c[i]);
                }
            }
            (Source::Number(a), Source::Column(b), Source::Number(c)) => {
                for i in 0..LANES {
                    to[i] = f(a, b[i], c);
                }
            }
            (Source::Number(a), Source::Number(b), Source::Column(c)) => {
                for i in 0..LANES {
                    to[i] = f(a, b, c[i]);
                }
            }
            (Source::Number(a), Source::Number(b), Source::Number(c)) => to.fill(f(a, b, c)),
        }
        self.put(out);
    }

    fn stream(&self, key: u64, once: Once) -> u64 {
        match once {
            Once::Future => key,
            Once::Step => step_key(key, self.step as u32),
            Once::Occurrence => step_key(step_key(key, self.step as u32), self.occurrence),
        }
    }

    #[inline(always)]
    fn uniforms(&mut self, out: Slot, key: u64) {
        let first = self.first;
        let to = &mut self.spare.0;
        for i in 0..LANES {
            to[i] = uniform(word(key, first + i as u64));
        }
        self.put(out);
    }

    #[inline(always)]
    fn any(&self, mask: Slot) -> bool {
        // A NaN counts: whatever stands in the body decides what to do with it.
        let mut bits = 0;
        for lane in &self.columns[mask as usize].0 {
            bits |= lane.to_bits();
        }
        bits != 0
    }

    #[inline(always)]
    fn check(&mut self, value: Operand, mask: Operand, infinite: bool, site: u32) {
        let (value, mask) = (self.read(value), self.read(mask));
        let wrong = |x: f64| if infinite { !(x - x == 0.0) } else { x.is_nan() };
        let mut found = 0u32;
        for i in 0..LANES {
            found += u32::from(wrong(value[i]) & (mask[i] != 0.0));
        }
        if found == 0 {
            return;
        }
        let lane = (0..LANES).find(|&i| wrong(value[i]) && mask[i] != 0.0).unwrap_or(0);
        let fault = Fault { future: self.first + lane as u64, step: self.step as u32, site };
        self.fault = Some(self.fault.map_or(fault, |known| known.min(fault)));
    }

    fn pick(&mut self, out: Slot, uniform: Operand, weights: &[Operand]) {
        let u = self.read(uniform);
        let mut total = [0.0; LANES];
        for &weight in weights {
            let w = self.read(weight);
            for i in 0..LANES {
                total[i] += w[i];
            }
        }
        let mut index = [0.0; LANES];
        let mut reached = [0.0; LANES];
        for &weight in &weights[..weights.len() - 1] {
            let w = self.read(weight);
            for i in 0..LANES {
                reached[i] += w[i];
                index[i] += if u[i] * total[i] >= reached[i] { 1.0 } else { 0.0 };
            }
        }
        // Rounding may carry a draw past the last branch that has a chance.
        let last = weights.iter().map(|&w| self.read(w));
        let mut last_possible = [0.0; LANES];
        for (j, w) in last.enumerate() {
            for i in 0..LANES {
                last_possible[i] = if w[i] > 0.0 { j as f64 } else { last_possible[i] };
            }
        }
        for i in 0..LANES {
            let found = if index[i] > last_possible[i] { last_possible[i] } else { index[i] };
            self.columns[out as usize].0[i] = if total[i] > 0.0 { found } else { f64::NAN };
        }
    }

    #[inline(always)]
    fn poisson(&mut self, out: Slot, uniform: Operand, mean: Operand) {
        let (u, mean) = (self.read(uniform), self.read(mean));
        let mut some = [0.0f64; LANES];
        let mut any = 0;
        for i in 0..LANES {
            some[i] = if u[i] <= exp(-mean[i]) { 0.0 } else { 1.0 };
            any |= some[i].to_bits();
        }
        if any != 0 {
            for i in 0..LANES {
                if some[i] != 0.0 {
                    some[i] = occurrences(mean[i], u[i]);
                }
            }
        }
        self.columns[out as usize].0 = some;
    }

    fn draw(&mut self, out: Slot, uniform: Operand, distribution: &Distribution) {
        let u = self.read(uniform);
        for i in 0..LANES {
            self.columns[out as usize].0[i] = distribution.quantile(u[i], 1.0 - u[i]);
        }
    }

    fn draw_with(&mut self, op: &Op) {
        let (out, uniform, family, form, arguments, bounds) = match op {
            Op::DrawWith { out, uniform, family, form, arguments } => (out, uniform, family, form, arguments, None),
            Op::DrawWithin { out, uniform, family, form, arguments, low, high } => {
                (out, uniform, family, form, arguments, Some((self.read(*low), self.read(*high))))
            }
            _ => return,
        };
        let u = self.read(*uniform);
        let columns: Vec<[f64; LANES]> = arguments.iter().map(|&a| self.read(a)).collect();
        let mut given = vec![0.0; columns.len()];
        for i in 0..LANES {
            for (value, column) in given.iter_mut().zip(&columns) {
                *value = column[i];
            }
            let fitted = Distribution::of(family, *form, &given).and_then(|d| match &bounds {
                None => Ok(d),
                Some((low, high)) => d.truncated(low[i], high[i]),
            });
            let value = fitted.map_or(f64::NAN, |d| d.quantile(u[i], 1.0 - u[i]));
            self.columns[*out as usize].0[i] = value;
        }
    }

    /// Sets the bounds of the next piece in each future; says whether there is one in any.
    #[inline(always)]
    fn next_piece(&mut self, low: Slot, high: Slot, to: &[f64; LANES], causes: &[Slot]) -> bool {
        let from = self.columns[low as usize].0;
        let mut end = *to;
        for &cause in causes {
            let date = &self.columns[cause as usize].0;
            for i in 0..LANES {
                let cuts = (date[i] > from[i]) & (date[i] < end[i]);
                end[i] = if cuts { date[i] } else { end[i] };
            }
        }
        self.columns[high as usize].0 = end;
        let mut more = 0u32;
        for i in 0..LANES {
            more += u32::from(from[i] < end[i]);
        }
        more != 0
    }
}

/// How many occurrences a uniform stands for when `mean` are expected: the least number with at least that share.
fn occurrences(mean: f64, u: f64) -> f64 {
    /// Up to here the shares are summed up one by one, beyond it the general quantile is quicker.
    const FEW: f64 = 16.0;
    if mean.is_nan() {
        return f64::NAN;
    }
    if mean > FEW {
        let poisson = crate::chance::distributions::find("poisson");
        let fitted = poisson.and_then(|family| Distribution::of(family, 0, &[mean]).ok());
        return fitted.map_or(f64::NAN, |d| d.quantile(u, 1.0 - u));
    }
    let mut share = exp(-mean);
    let (mut sum, mut k) = (share, 0.0);
    while sum < u && k < 200.0 {
        k += 1.0;
        share *= mean / k;
        sum += share;
    }
    k
}

/// Executes operations in order, those of other steps left out.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2+fma"))]
fn execute(frame: &mut Frame, code: &[Instruction]) {
    let step = frame.step as u32;
    for instruction in code {
        if step < instruction.from || step >= instruction.to {
            continue;
        }
        match &instruction.op {
            Op::Unary(operation, out, a) => {
                macro_rules! apply {
                    ($f:expr) => {
                        frame.map1(*out, *a, $f)
                    };
                }
                unary!(operation, apply);
            }
            Op::Binary(operation, out, a, b) => {
                macro_rules! apply {
                    ($f:expr) => {
                        frame.map2(*out, *a, *b, $f)
                    };
                }
                binary!(operation, apply);
            }
            Op::Ternary(operation, out, a, b, c) => {
                macro_rules! apply {
                    ($f:expr) => {
                        frame.map3(*out, [*a, *b, *c], $f)
                    };
                }
                ternary!(operation, apply);
            }
            Op::Uniform { out, key, once } => frame.uniforms(*out, frame.stream(*key, *once)),
            Op::Normal { out, key, once } => {
                frame.uniforms(*out, frame.stream(*key, *once));
                standard_normal_column(&mut frame.columns[*out as usize].0);
            }
            Op::NormalOf { out, uniform } => {
                let mut column = frame.read(*uniform);
                standard_normal_column(&mut column);
                frame.columns[*out as usize].0 = column;
            }
            Op::Draw { out, uniform, distribution } => frame.draw(*out, *uniform, distribution),
            op @ (Op::DrawWith { .. } | Op::DrawWithin { .. }) => frame.draw_with(op),
            Op::Pick { out, uniform, weights } => frame.pick(*out, *uniform, weights),
            Op::Poisson { out, uniform, mean } => frame.poisson(*out, *uniform, *mean),
            Op::Lookup { out, row, rows } => {
                let last = rows.len() - 1;
                frame.map1(*out, *row, |row| rows[(row as usize).min(last)]);
            }
            Op::Clamp { out, flag, value, low, high } => {
                let (low, high) = (*low, *high);
                frame.map2(
                    *flag,
                    Operand::Slot(*flag),
                    *value,
                    |flag, x| {
                        if (x < low) | (x > high) { 1.0 } else { flag }
                    },
                );
                frame.map1(*out, *value, |x| {
                    let x = if x < low { low } else { x };
                    if x > high { high } else { x }
                });
            }
            Op::Check { value, mask, infinite, site } => frame.check(*value, *mask, *infinite, *site),
            Op::IfAny { mask, body } => {
                if frame.any(*mask) {
                    execute(frame, body);
                }
            }
            Op::Pieces { low, high, from, to, causes, body } => {
                let to = frame.read(*to);
                frame.columns[*low as usize].0 = frame.read(*from);
                while frame.next_piece(*low, *high, &to, causes) {
                    execute(frame, body);
                    frame.columns[*low as usize].0 = frame.columns[*high as usize].0;
                }
            }
            Op::Times { count, index, body } => {
                let most = frame.columns[*count as usize].0.iter().fold(0.0, |a: f64, &b| if b > a { b } else { a });
                let mut j = 0.0;
                while j < most {
                    frame.columns[*index as usize].0 = [j; LANES];
                    frame.occurrence = j as u32;
                    execute(frame, body);
                    j += 1.0;
                }
            }
            Op::Remember { first, size, value } => {
                let slot = first + frame.step as u32 % size;
                frame.columns[slot as usize].0 = frame.columns[*value as usize].0;
            }
            Op::Recall { out, first, size, step } => {
                let wanted = frame.program.tables[*step as usize][frame.step] as u32;
                let slot = first + wanted % size;
                frame.columns[*out as usize].0 = frame.columns[slot as usize].0;
            }
        }
    }
}
