//! The columns of a block of futures, and how one is worked out of others.
//!
//! Columns are short, so that most of what a step touches stays in the nearest caches.

use super::code::{Call, Code, execute};
use super::gates::Few;
use crate::chance::math::elementary::exp;
use crate::chance::uniform::{step_key, stride, uniform, word, word_at};
use crate::program::{LANES, Odds, Once, Operand, Slot, Survival};

/// Lanes that are worked on at once: read into registers, computed, written back. What an operation writes it may read.
pub(super) const STRIP: usize = 16;
pub(super) type Strip = [f64; STRIP];

const _: () = assert!(LANES.is_multiple_of(STRIP));

/// One number for each future.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Column(pub [f64; LANES]);

impl Column {
    const EMPTY: Self = Column([0.0; LANES]);

    #[inline(always)]
    fn strip(&self, k: usize) -> Strip {
        self.0.as_chunks().0[k]
    }
}

/// The first NaN of a block that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub future: u64,
    pub step: u32,
    pub site: u32,
}

/// The columns of one block of futures.
pub struct Frame<'a> {
    pub(super) code: &'a Code<'a>,
    pub(super) columns: Vec<Column>,
    /// What operands that are no columns stand for, in this step.
    numbers: &'a [f64],
    /// The keys of what draws in every step, in this one.
    keys: &'a [u64],
    /// Index of the block's first future; the others follow.
    first: u64,
    /// The futures that are done one by one while the others wait; none, if the whole block is done.
    pub(super) few: Few,
    /// Which of the things that are done only after a change are to be done again: a bit for each.
    pub(super) changed: u64,
    /// What futures that are done one by one had before, and what that leaves behind, until the others are done.
    pub(super) aside: [Vec<f64>; 2],
    pub(super) step: usize,
    pub(super) occurrence: u32,
    pub fault: Option<Fault>,
}

/// A column, or a number that stands for a whole one.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Column(usize),
    Number(f64),
}

/// Writes a column out of others, strip by strip or for a few futures: `i` is the lane in what stands for a column. What is
/// worked out has to stand in the loop itself to become vector code, hence a macro.
macro_rules! write_lanes {
    ($frame:ident, $out:ident, [$($column:ident),*], |$i:ident| $value:expr) => {{
        let (columns, out) = (&mut $frame.columns[..], $out as usize);
        if $frame.few.none() {
            for k in 0..LANES / STRIP {
                $(let $column = columns[$column].strip(k);)*
                let mut written = [0.0; STRIP];
                for $i in 0..STRIP {
                    written[$i] = $value;
                }
                columns[out].0.as_chunks_mut().0[k] = written;
            }
        } else {
            for $i in $frame.few.lanes() {
                $(let $column = &columns[$column].0;)*
                let written = $value;
                columns[out].0[$i] = written;
            }
        }
    }};
}

/// The lanes in which something holds of columns; `i` is the lane.
macro_rules! lanes_where {
    ($frame:ident, [$($column:ident),*], |$i:ident| $holds:expr) => {{
        $(let $column = &$frame.columns[$column].0;)*
        $crate::simulation::gates::Lanes::of(&$frame.few, |$i| $holds)
    }};
}

pub(super) use lanes_where;

/// Whether any bit is set.
#[inline(always)]
fn any_bit(words: impl Iterator<Item = u64>) -> bool {
    words.fold(0, |all, word| all | word) != 0
}

impl<'a> Frame<'a> {
    pub fn new(code: &'a Code<'a>) -> Self {
        Frame {
            code,
            columns: vec![Column::EMPTY; code.program.slots],
            numbers: code.numbers(0),
            keys: code.keys(0),
            first: 0,
            few: Few::default(),
            changed: u64::MAX,
            aside: Default::default(),
            step: 0,
            occurrence: 0,
            fault: None,
        }
    }

    /// Makes it play another program, in the columns that it has: what they hold is written anew before it is read, as
    /// from block to block.
    pub fn turn_to(&mut self, code: &'a Code<'a>) {
        self.columns.resize(code.program.slots.max(self.columns.len()), Column::EMPTY);
        self.fault = None;
        self.code = code;
    }

    /// Brings the futures from `first` on to T(0).
    pub fn start(&mut self, first: u64) {
        self.first = first;
        self.enter(0);
        self.changed = u64::MAX;
        execute(self, &self.code.once);
    }

    /// Takes them through step k.
    pub fn step(&mut self, k: usize) {
        self.enter(k);
        execute(self, &self.code.step);
    }

    /// Works out metrics and outcomes.
    pub fn end(&mut self) {
        execute(self, &self.code.end);
    }

    fn enter(&mut self, step: usize) {
        (self.step, self.numbers, self.keys) = (step, self.code.numbers(step), self.code.keys(step));
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
        match self.source(operand) {
            Source::Column(slot) => self.columns[slot].0,
            Source::Number(number) => [number; LANES],
        }
    }

    #[inline(always)]
    pub(super) fn source(&self, operand: Operand) -> Source {
        match operand {
            Operand::Slot(slot) => Source::Column(slot as usize),
            Operand::Constant(number) => Source::Number(number),
            Operand::Table(table) => Source::Number(self.numbers[table as usize]),
        }
    }

    /// What a call reads first, second or third.
    #[inline(always)]
    pub(super) fn input<const NUMBER: bool>(&self, call: &Call, place: usize) -> Source {
        call.inputs[place].source::<NUMBER>(self.numbers)
    }

    /// Works out a column where it stands.
    #[inline(always)]
    pub(super) fn rework(&mut self, out: Slot, work: impl Fn(&mut [f64])) {
        if self.few.none() {
            work(&mut self.columns[out as usize].0);
        } else {
            let mut values = self.strip(Operand::Slot(out), 0);
            work(&mut values);
            self.write_strip(out, 0, values);
        }
    }

    #[inline(always)]
    pub(super) fn map1(&mut self, out: Slot, a: Source, f: impl Fn(f64) -> f64) {
        match a {
            Source::Column(a) => write_lanes!(self, out, [a], |i| f(a[i])),
            Source::Number(a) => {
                let value = f(a);
                write_lanes!(self, out, [], |_i| value);
            }
        }
    }

    #[inline(always)]
    pub(super) fn map2(&mut self, out: Slot, inputs: [Source; 2], f: impl Fn(f64, f64) -> f64) {
        use Source::{Column, Number};
        match inputs.into() {
            (Column(a), Column(b)) => write_lanes!(self, out, [a, b], |i| f(a[i], b[i])),
            (Column(a), Number(b)) => write_lanes!(self, out, [a], |i| f(a[i], b)),
            (Number(a), Column(b)) => write_lanes!(self, out, [b], |i| f(a, b[i])),
            (Number(a), Number(b)) => {
                let value = f(a, b);
                write_lanes!(self, out, [], |_i| value);
            }
        }
    }

    #[inline(always)]
    pub(super) fn map3(&mut self, out: Slot, inputs: [Source; 3], f: impl Fn(f64, f64, f64) -> f64) {
        use Source::{Column, Number};
        match inputs.into() {
            (Column(a), Column(b), Column(c)) => write_lanes!(self, out, [a, b, c], |i| f(a[i], b[i], c[i])),
            (Column(a), Column(b), Number(c)) => write_lanes!(self, out, [a, b], |i| f(a[i], b[i], c)),
            (Column(a), Number(b), Column(c)) => write_lanes!(self, out, [a, c], |i| f(a[i], b, c[i])),
            (Column(a), Number(b), Number(c)) => write_lanes!(self, out, [a], |i| f(a[i], b, c)),
            (Number(a), Column(b), Column(c)) => write_lanes!(self, out, [b, c], |i| f(a, b[i], c[i])),
            (Number(a), Column(b), Number(c)) => write_lanes!(self, out, [b], |i| f(a, b[i], c)),
            (Number(a), Number(b), Column(c)) => write_lanes!(self, out, [c], |i| f(a, b, c[i])),
            (Number(a), Number(b), Number(c)) => {
                let value = f(a, b, c);
                write_lanes!(self, out, [], |_i| value);
            }
        }
    }

    /// Moves a survival on; whether anyone's luck is more than what is left.
    #[inline(always)]
    pub(super) fn survive(&mut self, survival: &Survival) -> bool {
        let Survival { state, before, luck, only, odds, others, .. } = *survival;
        let [b, d] = others.map(|number| self.lane(number, 0));
        let left = |old: f64, x: f64, [a, c]: [f64; 2]| old * (x.mul_add(a, b) / x.mul_add(c, d));
        let [state, before, luck] = [state, before, luck].map(|slot| slot as usize);
        // What is worked out has to stand in the loop itself, as in `write_lanes`.
        macro_rules! survive {
            ([$($column:ident),*], |$i:ident| $x:expr, $shares:expr, where $holds:expr) => {{
                $(let $column = $column as usize;)*
                let columns = &mut self.columns[..];
                // One for each lane of a strip: put together only at the end.
                let mut over = [0_u64; STRIP];
                if self.few.none() {
                    for k in 0..LANES / STRIP {
                        $(let $column = columns[$column].strip(k);)*
                        let (old, luck) = (columns[state].strip(k), columns[luck].strip(k));
                        let mut new = [0.0; STRIP];
                        for $i in 0..STRIP {
                            new[$i] = if $holds { left(old[$i], $x, $shares) } else { old[$i] };
                            over[$i] |= u64::from(new[$i] < luck[$i]);
                        }
                        columns[before].0.as_chunks_mut().0[k] = old;
                        columns[state].0.as_chunks_mut().0[k] = new;
                    }
                } else {
                    for $i in self.few.lanes() {
                        $(let $column = &columns[$column].0;)*
                        let (old, luck) = (columns[state].0[$i], columns[luck].0[$i]);
                        let new = if $holds { left(old, $x, $shares) } else { old };
                        over[0] |= u64::from(new < luck);
                        columns[before].0[$i] = old;
                        columns[state].0[$i] = new;
                    }
                }
                any_bit(over.into_iter())
            }};
        }
        match (odds, only) {
            (Odds::Columns { x, shares: [a, c] }, None) => {
                survive!([x, a, c], |i| x[i], [a[i], c[i]], where true)
            }
            (Odds::Columns { x, shares: [a, c] }, Some(only)) => {
                survive!([x, a, c, only], |i| x[i], [a[i], c[i]], where only[i] != 0.0)
            }
            (Odds::Column { x, shares }, only) => {
                let shares = shares.map(|number| self.lane(number, 0));
                match only {
                    None => survive!([x], |i| x[i], shares, where true),
                    Some(only) => survive!([x, only], |i| x[i], shares, where only[i] != 0.0),
                }
            }
            (Odds::Exponential { factor, of, by, plus, shares }, only) => {
                let [by, plus, a, c] = [by, plus, shares[0], shares[1]].map(|number| self.lane(number, 0));
                let (x, shares) = (|of: f64| exp(of.mul_add(by, plus)), [a, c]);
                match (factor, only) {
                    (None, None) => survive!([of], |i| x(of[i]), shares, where true),
                    (None, Some(only)) => survive!([of, only], |i| x(of[i]), shares, where only[i] != 0.0),
                    (Some(factor), None) => survive!([factor, of], |i| factor[i] * x(of[i]), shares, where true),
                    (Some(factor), Some(only)) => {
                        survive!([factor, of, only], |i| factor[i] * x(of[i]), shares, where only[i] != 0.0)
                    }
                }
            }
        }
    }

    /// The key of a draw; `place` says where that of the step is.
    #[inline(always)]
    pub(super) fn stream(&self, key: u64, once: Once, place: u32) -> u64 {
        match once {
            Once::Future => key,
            Once::Step | Once::Count => self.keys[place as usize],
            Once::Occurrence => step_key(self.keys[place as usize], self.occurrence),
        }
    }

    #[inline(always)]
    pub(super) fn uniforms(&mut self, out: Slot, key: u64) {
        let first = self.first;
        let future = |lane: usize| first + lane as u64;
        let to = &mut self.columns[out as usize].0;
        match self.code.program.points(key) {
            Some(points) if self.few.none() => points.column(first, to),
            Some(points) => self.few.lanes().for_each(|lane| to[lane] = points.at(future(lane))),
            None if self.few.none() => {
                // From one future to the next it is the same stride in any stream.
                let mut place = stride(first);
                for to in to {
                    *to = uniform(word_at(key, place));
                    place = place.wrapping_add(stride(1));
                }
            }
            None => self.few.lanes().for_each(|lane| to[lane] = uniform(word(key, future(lane)))),
        }
    }

    #[inline(always)]
    pub(super) fn check(&mut self, value: Operand, mask: Operand, infinite: bool, site: u32) {
        let suspicious = match self.source(value) {
            // Finite numbers less themselves are +0, all of whose bits are 0.
            Source::Column(slot) => any_bit(self.columns[slot].0.iter().map(|x| (x * 0.0).abs().to_bits())),
            Source::Number(x) => !x.is_finite(),
        };
        if suspicious {
            self.each_lane(|frame, lane| frame.check_lane(value, mask, infinite, site, lane));
        }
    }

    fn check_lane(&mut self, value: Operand, mask: Operand, infinite: bool, site: u32, lane: usize) {
        let (value, mask) = (self.lane(value, lane), self.lane(mask, lane));
        let wrong = if infinite { !value.is_finite() } else { value.is_nan() };
        if wrong && mask != 0.0 {
            let fault = Fault { future: self.first + lane as u64, step: self.step as u32, site };
            self.fault = Some(self.fault.map_or(fault, |known| known.min(fault)));
        }
    }

    /// How many strips there are to be done.
    pub(super) fn strips(&self) -> usize {
        if self.few.none() { LANES / STRIP } else { 1 }
    }

    /// What an operand stands for in the futures of a strip; where a few are done, they are one.
    #[inline(always)]
    pub(super) fn strip(&self, operand: Operand, k: usize) -> Strip {
        match self.source(operand) {
            Source::Column(slot) if self.few.none() => self.columns[slot].strip(k),
            Source::Column(slot) => self.few.gather(&self.columns[slot].0),
            Source::Number(number) => [number; STRIP],
        }
    }

    /// Writes what [`Frame::strip`] reads.
    #[inline(always)]
    pub(super) fn write_strip(&mut self, out: Slot, k: usize, values: Strip) {
        let column = &mut self.columns[out as usize].0;
        if self.few.none() {
            column.as_chunks_mut().0[k] = values;
        } else {
            self.few.scatter(&values, column);
        }
    }

    /// Does something for one future after the other.
    #[inline(always)]
    pub(super) fn each_lane(&mut self, mut f: impl FnMut(&mut Self, usize)) {
        if self.few.none() {
            (0..LANES).for_each(|lane| f(self, lane));
        } else {
            let few = self.few;
            few.lanes().for_each(|lane| f(self, lane));
        }
    }

    /// What an operand stands for in one future.
    #[inline(always)]
    pub(super) fn lane(&self, operand: Operand, lane: usize) -> f64 {
        match operand {
            Operand::Slot(slot) => self.columns[slot as usize].0[lane],
            Operand::Constant(number) => number,
            Operand::Table(table) => self.numbers[table as usize],
        }
    }
}
