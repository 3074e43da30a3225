//! Executing a program for one block of futures, column by column.
//!
//! The operation is looked up once for a column and then applied to all its futures; the loops are plain Rust over arrays,
//! compiled once for each instruction set, and give the same bits on all of them.

use super::gates::{FEW, Lane, Lanes};
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
    pub(super) program: &'a Program,
    pub(super) columns: Vec<Box<Column>>,
    spare: Box<Column>,
    /// Which future each lane is.
    pub(super) futures: [u64; LANES],
    /// How many lanes there are; vector code works on some more, up to `width`, that are copies of the first.
    pub(super) lanes: usize,
    pub(super) width: usize,
    /// In a frame that does some futures of a block apart: which lanes they are there.
    pub(super) from: [Lane; FEW as usize],
    /// Where what few futures need is done for them alone.
    pub(super) side: Option<Box<Frame<'a>>>,
    /// When each column was last written, in writings since the block began.
    pub(super) written: Vec<u64>,
    pub(super) writings: u64,
    /// For masks: when they were last looked at, and which futures had it.
    pub(super) looked: Vec<(u64, Lanes)>,
    /// What futures that are done one by one leave behind, until the others are done.
    pub(super) aside: Vec<f64>,
    pub(super) step: usize,
    pub(super) occurrence: u32,
    pub fault: Option<Fault>,
}

/// A column, or a number that stands for a whole one.
#[derive(Clone, Copy)]
pub(super) enum Source<'c> {
    Column(&'c Column),
    Number(f64),
}

impl Source<'_> {
    #[inline(always)]
    fn column(self) -> [f64; LANES] {
        match self {
            Source::Column(column) => column.0,
            Source::Number(number) => [number; LANES],
        }
    }
}

/// Whether any bit is set.
#[inline(always)]
fn any_bit(words: impl Iterator<Item = u64>) -> bool {
    words.fold(0, |all, word| all | word) != 0
}

#[inline(always)]
pub(super) fn source<'c>(columns: &'c [Box<Column>], program: &Program, step: usize, operand: Operand) -> Source<'c> {
    match operand {
        Operand::Slot(slot) => Source::Column(&columns[slot as usize]),
        Operand::Constant(number) => Source::Number(number),
        Operand::Table(table) => Source::Number(program.tables[table as usize][step]),
    }
}

impl<'a> Frame<'a> {
    pub fn new(program: &'a Program) -> Self {
        let side = Frame::without_side(program);
        Frame { side: Some(Box::new(side)), ..Frame::without_side(program) }
    }

    fn without_side(program: &'a Program) -> Self {
        let columns = vec![Box::new(Column([0.0; LANES])); program.slots];
        let spare = Box::new(Column([0.0; LANES]));
        let (written, looked) = (vec![0; program.slots], vec![(0, Lanes::default()); program.slots]);
        let (futures, lanes, width) = ([0; LANES], LANES, LANES);
        let (writings, step, occurrence, aside, fault, side) = (0, 0, 0, Vec::new(), None, None);
        Frame {
            program,
            columns,
            spare,
            futures,
            lanes,
            width,
            from: [0; FEW as usize],
            side,
            written,
            writings,
            looked,
            aside,
            step,
            occurrence,
            fault,
        }
    }

    /// Makes it play another program, in the columns that it has: what they hold is written anew before it is read, as
    /// from block to block.
    pub fn turn_to(&mut self, program: &'a Program) {
        self.program = program;
        if self.columns.len() < program.slots {
            self.columns.resize_with(program.slots, || Box::new(Column([0.0; LANES])));
        }
        self.written.resize(program.slots, 0);
        self.looked.resize(program.slots, (0, Lanes::default()));
        self.fault = None;
        if let Some(side) = &mut self.side {
            side.turn_to(program);
        }
    }

    /// Brings the futures from `first` on to T(0).
    pub fn start(&mut self, first: u64) {
        self.futures = std::array::from_fn(|lane| first + lane as u64);
        self.step = 0;
        self.written.fill(0);
        self.looked.fill((0, Lanes::default()));
        self.writings = 0;
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
        self.futures[0]
    }

    pub fn column(&self, slot: Slot) -> &[f64; LANES] {
        &self.columns[slot as usize].0
    }

    /// Copies out what an operand stands for.
    pub fn read(&self, operand: Operand) -> [f64; LANES] {
        source(&self.columns, self.program, self.step, operand).column()
    }

    /// Works on the spare column and puts it in place: so an operation may write what it reads.
    #[inline(always)]
    fn put(&mut self, out: Slot) {
        std::mem::swap(&mut self.spare, &mut self.columns[out as usize]);
        self.touch(out);
    }

    /// Notes that a column is written, one lane after the other: those beyond the last are made copies of the first.
    pub(super) fn finish(&mut self, out: Slot) {
        let column = &mut self.columns[out as usize].0;
        let first = column[0];
        column[self.lanes..self.width].fill(first);
        self.touch(out);
    }

    /// Notes that a column is written.
    #[inline(always)]
    pub(super) fn touch(&mut self, out: Slot) {
        self.writings += 1;
        self.written[out as usize] = self.writings;
    }

    /// A column to be written.
    #[inline(always)]
    pub(super) fn open(&mut self, out: Slot) -> &mut [f64; LANES] {
        self.touch(out);
        &mut self.columns[out as usize].0
    }

    /// Whether an operation has been done since anything that it reads was written.
    #[inline(always)]
    fn up_to_date(&self, op: &Op) -> bool {
        let written = |operand: &Operand| match operand {
            Operand::Slot(slot) => self.written[*slot as usize],
            _ => 0,
        };
        match op {
            Op::Unary(_, out, a) => self.written[*out as usize] > written(a),
            Op::Binary(_, out, a, b) => self.written[*out as usize] > written(a).max(written(b)),
            Op::Ternary(_, out, a, b, c) => self.written[*out as usize] > written(a).max(written(b)).max(written(c)),
            Op::IfAny { mask, .. } => {
                let (when, lanes) = self.looked[*mask as usize];
                when > self.written[*mask as usize] && !lanes.any()
            }
            _ => false,
        }
    }

    #[inline(always)]
    pub(super) fn map1(&mut self, out: Slot, a: Operand, f: impl Fn(f64) -> f64) {
        let to = &mut self.spare.0[..self.width];
        match source(&self.columns, self.program, self.step, a) {
            Source::Number(a) => to.fill(f(a)),
            Source::Column(a) => {
                for (to, a) in to.iter_mut().zip(&a.0[..self.width]) {
                    *to = f(*a);
                }
            }
        }
        self.put(out);
    }

    #[inline(always)]
    pub(super) fn map2(&mut self, out: Slot, a: Operand, b: Operand, f: impl Fn(f64, f64) -> f64) {
        let to = &mut self.spare.0[..self.width];
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        let width = self.width;
        match (source(a), source(b)) {
            (Source::Column(a), Source::Column(b)) => {
                for ((to, a), b) in to.iter_mut().zip(&a.0[..width]).zip(&b.0[..width]) {
                    *to = f(*a, *b);
                }
            }
            (Source::Column(a), Source::Number(b)) => {
                for (to, a) in to.iter_mut().zip(&a.0[..width]) {
                    *to = f(*a, b);
                }
            }
            (Source::Number(a), Source::Column(b)) => {
                for (to, b) in to.iter_mut().zip(&b.0[..width]) {
                    *to = f(a, *b);
                }
            }
            (Source::Number(a), Source::Number(b)) => to.fill(f(a, b)),
        }
        self.put(out);
    }

    #[inline(always)]
    pub(super) fn map3(&mut self, out: Slot, [a, b, c]: [Operand; 3], f: impl Fn(f64, f64, f64) -> f64) {
        let to = &mut self.spare.0[..self.width];
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        let width = self.width;
        match (source(a), source(b), source(c)) {
            (Source::Column(a), Source::Column(b), Source::Column(c)) => {
                for (((to, a), b), c) in to.iter_mut().zip(&a.0[..width]).zip(&b.0[..width]).zip(&c.0[..width]) {
                    *to = f(*a, *b, *c);
                }
            }
            (Source::Column(a), Source::Column(b), Source::Number(c)) => {
                for ((to, a), b) in to.iter_mut().zip(&a.0[..width]).zip(&b.0[..width]) {
                    *to = f(*a, *b, c);
                }
            }
            (Source::Column(a), Source::Number(b), Source::Column(c)) => {
                for ((to, a), c) in to.iter_mut().zip(&a.0[..width]).zip(&c.0[..width]) {
                    *to = f(*a, b, *c);
                }
            }
            (Source::Column(a), Source::Number(b), Source::Number(c)) => {
                for (to, a) in to.iter_mut().zip(&a.0[..width]) {
                    *to = f(*a, b, c);
                }
            }
            (Source::Number(a), Source::Column(b), Source::Column(c)) => {
                for ((to, b), c) in to.iter_mut().zip(&b.0[..width]).zip(&c.0[..width]) {
                    *to = f(a, *b, *c);
                }
            }
            (Source::Number(a), Source::Column(b), Source::Number(c)) => {
                for (to, b) in to.iter_mut().zip(&b.0[..width]) {
                    *to = f(a, *b, c);
                }
            }
            (Source::Number(a), Source::Number(b), Source::Column(c)) => {
                for (to, c) in to.iter_mut().zip(&c.0[..width]) {
                    *to = f(a, b, *c);
                }
            }
            (Source::Number(a), Source::Number(b), Source::Number(c)) => to.fill(f(a, b, c)),
        }
        self.put(out);
    }

    pub(super) fn stream(&self, key: u64, once: Once) -> u64 {
        match once {
            Once::Future => key,
            Once::Step | Once::Count => step_key(key, self.step as u32),
            Once::Occurrence => step_key(step_key(key, self.step as u32), self.occurrence),
        }
    }

    #[inline(always)]
    fn uniforms(&mut self, out: Slot, key: u64) {
        let to = &mut self.spare.0[..self.width];
        match self.program.points(key) {
            None => to.iter_mut().zip(&self.futures).for_each(|(to, future)| *to = uniform(word(key, *future))),
            Some(points) if self.side.is_some() => points.column(self.futures[0], to),
            Some(points) => {
                to.iter_mut().zip(&self.futures).for_each(|(to, future)| *to = points.at(*future));
            }
        }
        self.put(out);
    }

    #[inline(always)]
    fn check(&mut self, value: Operand, mask: Operand, infinite: bool, site: u32) {
        let suspicious = match source(&self.columns, self.program, self.step, value) {
            // Finite numbers less themselves are +0, all of whose bits are 0.
            Source::Column(values) => any_bit(values.0[..self.width].iter().map(|x| (x * 0.0).abs().to_bits())),
            Source::Number(x) => !x.is_finite(),
        };
        if suspicious {
            (0..self.lanes).for_each(|lane| self.check_lane(value, mask, infinite, site, lane));
        }
    }

    fn check_lane(&mut self, value: Operand, mask: Operand, infinite: bool, site: u32, lane: usize) {
        let (value, mask) = (self.lane(value, lane), self.lane(mask, lane));
        let wrong = if infinite { !value.is_finite() } else { value.is_nan() };
        if wrong && mask != 0.0 {
            let fault = Fault { future: self.futures[lane], step: self.step as u32, site };
            self.fault = Some(self.fault.map_or(fault, |known| known.min(fault)));
        }
    }

    /// What an operand stands for in one future.
    #[inline(always)]
    pub(super) fn lane(&self, operand: Operand, lane: usize) -> f64 {
        match operand {
            Operand::Slot(slot) => self.columns[slot as usize].0[lane],
            Operand::Constant(number) => number,
            Operand::Table(table) => self.program.tables[table as usize][self.step],
        }
    }
}

/// Executes operations in order, those of other steps left out.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2+fma"))]
pub(super) fn execute(frame: &mut Frame, code: &[Instruction]) {
    let step = frame.step as u32;
    for instruction in code {
        if !instruction.when.holds(step) {
            continue;
        }
        if instruction.when.lazy() && frame.side.is_some() && frame.up_to_date(&instruction.op) {
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
                standard_normal_column(&mut frame.columns[*out as usize].0[..frame.width]);
            }
            Op::NormalOf { out, uniform } => {
                frame.map1(*out, *uniform, |u| u);
                standard_normal_column(&mut frame.columns[*out as usize].0[..frame.width]);
            }
            Op::Draw { out, uniform, distribution } => frame.draw(*out, *uniform, distribution),
            Op::DrawWith(draw) => {
                (0..frame.lanes).for_each(|lane| frame.draw_with(draw, lane));
                frame.finish(draw.out);
            }
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
                        if (x < low) || (x > high) { 1.0 } else { flag }
                    },
                );
                frame.map1(*out, *value, |x| {
                    let x = if x < low { low } else { x };
                    if x > high { high } else { x }
                });
            }
            Op::Check { value, mask, infinite, site } => frame.check(*value, *mask, *infinite, *site),
            Op::IfAny { mask, body } => frame.if_any(*mask, body),
            Op::IfLess(branch) => frame.if_less(branch),
            Op::Pieces(pieces) => frame.pieces(pieces),
            Op::Times { count, index, body } => {
                let counts = &frame.columns[*count as usize].0[..frame.lanes];
                let most = counts.iter().fold(0.0, |a: f64, &b| if b > a { b } else { a });
                let mut j = 0.0;
                while j < most {
                    frame.map1(*index, Operand::Constant(j), |j| j);
                    frame.occurrence = j as u32;
                    execute(frame, body);
                    j += 1.0;
                }
            }
            Op::Move { out, from } => {
                frame.columns.swap(*out as usize, *from as usize);
                frame.touch(*out);
            }
            Op::Remember { first, size, value } => {
                let slot = first + frame.step as u32 % size;
                frame.map1(slot, Operand::Slot(*value), |x| x);
            }
            Op::Recall { out, first, size, step } => {
                let wanted = frame.program.tables[*step as usize][frame.step] as u32;
                let slot = first + wanted % size;
                frame.map1(*out, Operand::Slot(slot), |x| x);
            }
        }
    }
}
