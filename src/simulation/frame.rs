//! The columns of a block of futures, and how one is worked out of others.
//!
//! Columns are short, so that most of what a step touches stays in the nearest caches.

use super::code::{Call, Code, Input, execute};
use super::gates::Lane;
use crate::chance::math::elementary::exp;
use crate::chance::uniform::{stride, uniform, word, word_at};
use crate::program::{Body, LANES, MOST_MERGED, Operand, Slot};

/// Lanes that are worked on at once: read into registers, computed, written back. What an operation writes it may read.
pub(super) const STRIP: usize = 16;
/// Futures that are done apart from the others of their block, all of them at once.
pub(super) const FEW: usize = 8;

const _: () = assert!(LANES.is_multiple_of(STRIP));

/// One number for each future.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Column<const N: usize>(pub [f64; N]);

impl<const N: usize> Column<N> {
    const EMPTY: Self = Column([0.0; N]);

    #[inline(always)]
    fn strip<const S: usize>(&self, k: usize) -> [f64; S] {
        self.0.as_chunks().0[k]
    }
}

/// The shapes of odds: x and the shares are columns, x alone is one, x is an exponential function, and one times a column.
pub(super) const COLUMNS: u8 = 0;
pub(super) const COLUMN: u8 = 1;
pub(super) const EXPONENTIAL: u8 = 2;
pub(super) const SCALED_EXPONENTIAL: u8 = 3;

/// The first NaN of a block that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub future: u64,
    pub step: u32,
    pub site: u32,
}

/// The columns of N futures, which are worked on S at once: of a block, or of a few that are done apart.
pub struct Frame<'a, const N: usize = LANES, const S: usize = STRIP> {
    pub(super) code: &'a Code<'a>,
    pub(super) columns: Vec<Column<N>>,
    /// What operands that are no columns stand for, in this step.
    pub(super) numbers: &'a [f64],
    /// The keys of what draws in this step.
    pub(super) keys: &'a [u64],
    /// Index of the block's first future; the others follow.
    pub(super) first: u64,
    /// Where in the block these futures are, if they are not the whole of it.
    places: Option<[Lane; FEW]>,
    /// The columns of those that are done apart.
    apart: Option<Box<Frame<'a, FEW, FEW>>>,
    /// What was made of them, until it is put back.
    pub(super) aside: Vec<[f64; FEW]>,
    /// Which of the things that are done only after a change are to be done again: a bit for each.
    pub(super) changed: u64,
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

/// Writes a column out of others, strip by strip: `i` is the lane in what stands for a column. What is worked out has to stand
/// in the loop itself to become vector code, hence a macro.
macro_rules! write_lanes {
    ($frame:ident, $out:ident, [$($column:ident),*], |$i:ident| $value:expr) => {{
        let (columns, out) = (&mut $frame.columns[..], $out as usize);
        for k in 0..N / S {
            $(let $column = columns[$column].strip::<S>(k);)*
            let mut written = [0.0; S];
            for $i in 0..S {
                written[$i] = $value;
            }
            columns[out].0.as_chunks_mut().0[k] = written;
        }
    }};
}

/// Whether any bit is set.
#[inline(always)]
fn any_bit(words: impl Iterator<Item = u64>) -> bool {
    words.fold(0, |all, word| all | word) != 0
}

impl<'a> Frame<'a> {
    pub fn new(code: &'a Code<'a>) -> Self {
        let apart = Frame::with(code, Some([0; FEW]), None);
        Frame::with(code, None, Some(Box::new(apart)))
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
}

impl<'a, const N: usize, const S: usize> Frame<'a, N, S> {
    fn with(code: &'a Code<'a>, places: Option<[Lane; FEW]>, apart: Option<Box<Frame<'a, FEW, FEW>>>) -> Self {
        Frame {
            code,
            columns: vec![Column::EMPTY; code.program.slots],
            numbers: code.numbers(0),
            keys: code.keys(0),
            first: 0,
            places,
            apart,
            aside: Vec::new(),
            changed: u64::MAX,
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
        if let Some(apart) = &mut self.apart {
            apart.turn_to(code);
        }
    }

    /// Columns of their own for a few futures of the block, holding what a body reads of them. What is done with them has to
    /// stand where this is called, to be compiled for the caller's instruction set.
    #[inline(always)]
    pub(super) fn set_apart(&mut self, places: [Lane; FEW], body: &Body) -> Option<Box<Frame<'a, FEW, FEW>>> {
        let mut apart = self.apart.take()?;
        (apart.step, apart.numbers, apart.keys) = (self.step, self.numbers, self.keys);
        (apart.first, apart.places, apart.occurrence) = (self.first, Some(places), self.occurrence);
        for &slot in &body.reads {
            let column = &self.columns[slot as usize].0;
            let mut gathered = [0.0; FEW];
            for (value, place) in gathered.iter_mut().zip(places) {
                // The remainder tells that no place lies outside of a column.
                *value = column[usize::from(place) % N];
            }
            apart.columns[slot as usize].0 = gathered;
        }
        Some(apart)
    }

    /// Lays aside what the body keeps, when it has been done.
    #[inline(always)]
    pub(super) fn lay_aside(&mut self, mut apart: Box<Frame<'a, FEW, FEW>>, body: &Body) {
        self.aside.clear();
        self.aside.extend(body.keeps.iter().map(|&slot| apart.columns[slot as usize].0));
        if let Some(fault) = apart.fault.take() {
            self.fault = Some(self.fault.map_or(fault, |known| known.min(fault)));
        }
        self.apart = Some(apart);
    }

    /// Puts what was laid aside where it belongs.
    #[inline(always)]
    pub(super) fn put_back(&mut self, places: [Lane; FEW], body: &Body) {
        for (&slot, values) in body.keeps.iter().zip(&self.aside) {
            let column = &mut self.columns[slot as usize].0;
            for (place, value) in places.into_iter().zip(values) {
                column[usize::from(place) % N] = *value;
            }
        }
        self.changed |= body.changes;
    }

    #[inline(always)]
    pub(super) fn future(&self, lane: usize) -> u64 {
        match self.places {
            Some(places) => self.first + u64::from(places[lane]),
            None => self.first + lane as u64,
        }
    }

    pub fn column(&self, slot: Slot) -> &[f64; N] {
        &self.columns[slot as usize].0
    }

    /// Copies out what an operand stands for.
    pub fn read(&self, operand: Operand) -> [f64; N] {
        match self.source(operand) {
            Source::Column(slot) => self.columns[slot].0,
            Source::Number(number) => [number; N],
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
        work(&mut self.columns[out as usize].0);
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

    /// Three columns first, then three numbers.
    #[inline(always)]
    pub(super) fn map_merged(&mut self, call: &Call, f: impl Fn([f64; MOST_MERGED], [f64; MOST_MERGED]) -> f64) {
        let [x, y, z, p, q, r, ..] = call.inputs;
        let [x, y, z] = [x, y, z].map(Input::column);
        let numbers = [p, q, r].map(|number| number.number(self.numbers));
        let out = call.out;
        write_lanes!(self, out, [x, y, z], |i| f([x[i], y[i], z[i]], numbers));
    }

    /// Moves a survival on; whether anyone's luck is more than what is left. The inputs are the state, the luck and what
    /// [`Code`] says of these odds.
    #[inline(always)]
    pub(super) fn survive<const ODDS: u8, const ONLY: bool>(&mut self, call: &Call) -> bool {
        let column = |place: usize| call.inputs[place].column();
        let number = |place: usize| call.inputs[place].number(self.numbers);
        let (state, luck, before, plus) = (column(0), column(1), call.out as usize, number(8));
        let share = |x: f64, a: f64, c: f64| x.mul_add(a, plus) / x.mul_add(c, plus);
        // What is worked out has to stand in the loop itself, as in `write_lanes`.
        macro_rules! survive {
            ([$($column:ident),*], |$i:ident| $share:expr) => {{
                let only = column(2);
                let columns = &mut self.columns[..];
                // One for each lane of a strip: put together only at the end.
                let mut over = [0_u64; S];
                for k in 0..N / S {
                    $(let $column = columns[$column].strip::<S>(k);)*
                    let (old, luck) = (columns[state].strip::<S>(k), columns[luck].strip::<S>(k));
                    let only = if ONLY { columns[only].strip::<S>(k) } else { [1.0; S] };
                    let mut new = [0.0; S];
                    for $i in 0..S {
                        new[$i] = if only[$i] != 0.0 { old[$i] * $share } else { old[$i] };
                        over[$i] |= u64::from(new[$i] < luck[$i]);
                    }
                    columns[before].0.as_chunks_mut().0[k] = old;
                    columns[state].0.as_chunks_mut().0[k] = new;
                }
                any_bit(over.into_iter())
            }};
        }
        let x = column(3);
        if ODDS == COLUMNS {
            let (a, c) = (column(4), column(5));
            return survive!([x, a, c], |i| share(x[i], a[i], c[i]));
        }
        let (a, c) = (number(4), number(5));
        if ODDS == COLUMN {
            return survive!([x], |i| share(x[i], a, c));
        }
        let (by, more) = (number(6), number(7));
        if ODDS == EXPONENTIAL {
            return survive!([x], |i| share(exp(x[i].mul_add(by, more)), a, c));
        }
        let factor = column(2);
        survive!([x, factor], |i| share(factor[i] * exp(x[i].mul_add(by, more)), a, c))
    }

    /// What a function makes of the uniforms of a stream.
    #[inline(always)]
    pub(super) fn uniforms(&mut self, out: Slot, key: u64, f: impl Fn(f64) -> f64) {
        let first = self.first;
        let to = &mut self.columns[out as usize].0;
        match (self.code.program.points(key), self.places) {
            (Some(points), None) => {
                points.column(first, to);
                to.iter_mut().for_each(|to| *to = f(*to));
            }
            (Some(points), Some(places)) => {
                to.iter_mut().zip(places).for_each(|(to, place)| *to = f(points.at(first + u64::from(place))));
            }
            (None, None) => {
                // From one future to the next it is the same stride in any stream.
                let mut place = stride(first);
                for to in to {
                    *to = f(uniform(word_at(key, place)));
                    place = place.wrapping_add(stride(1));
                }
            }
            (None, Some(places)) => {
                let of = |place| f(uniform(word(key, first + u64::from(place))));
                to.iter_mut().zip(places).for_each(|(to, place)| *to = of(place));
            }
        }
    }

    /// One of them.
    pub(super) fn uniform(&self, key: u64, lane: usize) -> f64 {
        let future = self.future(lane);
        self.code.program.points(key).map_or_else(|| uniform(word(key, future)), |points| points.at(future))
    }

    /// Whether a value may be infinite or not a number.
    #[inline(always)]
    pub(super) fn suspicious(&self, value: Source) -> bool {
        match value {
            // Finite numbers less themselves are +0, all of whose bits are 0.
            Source::Column(slot) => any_bit(self.columns[slot].0.iter().map(|x| (x * 0.0).abs().to_bits())),
            Source::Number(x) => !x.is_finite(),
        }
    }

    pub(super) fn check_lane(&mut self, value: Operand, mask: Operand, infinite: bool, site: u32, lane: usize) {
        let (value, mask) = (self.lane(value, lane), self.lane(mask, lane));
        let wrong = if infinite { !value.is_finite() } else { value.is_nan() };
        if wrong && mask != 0.0 {
            let fault = Fault { future: self.future(lane), step: self.step as u32, site };
            self.fault = Some(self.fault.map_or(fault, |known| known.min(fault)));
        }
    }

    /// What an operand stands for in the futures of a strip.
    #[inline(always)]
    pub(super) fn strip(&self, operand: Operand, k: usize) -> [f64; S] {
        match self.source(operand) {
            Source::Column(slot) => self.columns[slot].strip(k),
            Source::Number(number) => [number; S],
        }
    }

    /// Writes what [`Frame::strip`] reads.
    #[inline(always)]
    pub(super) fn write_strip(&mut self, out: Slot, k: usize, values: [f64; S]) {
        self.columns[out as usize].0.as_chunks_mut().0[k] = values;
    }

    /// What stands there for one future.
    #[inline(always)]
    pub(super) fn value(&self, source: Source, lane: usize) -> f64 {
        match source {
            Source::Column(slot) => self.columns[slot].0[lane],
            Source::Number(number) => number,
        }
    }

    /// What an operand stands for in one future.
    #[inline(always)]
    pub(super) fn lane(&self, operand: Operand, lane: usize) -> f64 {
        self.value(self.source(operand), lane)
    }
}
