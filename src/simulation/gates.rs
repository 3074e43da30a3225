//! Bodies that are done for some futures of a block only: where a mask holds, where a comparison does, where a date cuts a
//! step. Where they are few, they are carried to a frame of their own, done there side by side, and carried back.

use super::code::{Call, execute};
use super::frame::{Frame, STRIP, Source, lanes_where};
use crate::program::fold::yes_no;
use crate::program::{ALWAYS, Body, IfLess, LANES, Operand, Pieces, Slot};

/// More futures than this are never done apart.
pub(super) const FEW: u32 = STRIP as u32;
/// A place in a block.
pub(super) type Lane = u8;

const _: () = assert!(LANES <= 1 << Lane::BITS);

/// Lanes that vector code compares at once, and how often that is done for a block.
const VECTOR: usize = 8;
const VECTORS: usize = LANES / VECTOR;

/// Futures of a block: bit `VECTORS` · j + k stands for lane 8k + j, so that vector code can set them.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Lanes(Bits);

type Bits = u128;

const _: () = assert!(LANES == Bits::BITS as usize);

impl Lanes {
    /// The number of lanes is known, so that no loop is left.
    #[inline(always)]
    pub(super) fn of<const WIDTH: usize>(holds: impl Fn(usize) -> bool) -> Lanes {
        let mut words = [0_u64; VECTOR];
        for k in (0..WIDTH / VECTOR).rev() {
            for j in 0..VECTOR {
                words[j] = words[j] << 1 | u64::from(holds(VECTOR * k + j));
            }
        }
        let mut lanes = 0;
        for (j, word) in words.into_iter().enumerate() {
            lanes |= Bits::from(word) << (VECTORS * j);
        }
        Lanes(lanes)
    }

    pub(super) fn any(self) -> bool {
        self.0 != 0
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    #[inline(always)]
    pub(super) fn each(self, mut f: impl FnMut(usize)) {
        let mut rest = self.0;
        while rest != 0 {
            let bit = rest.trailing_zeros() as usize;
            f(VECTOR * (bit % VECTORS) + bit / VECTORS);
            rest &= rest - 1;
        }
    }

    /// Writes down which they are, at most [`FEW`]; gives their number.
    #[inline(always)]
    fn list(self, lanes: &mut [Lane; FEW as usize]) -> usize {
        let mut count = 0;
        self.each(|lane| {
            lanes[count] = lane as Lane;
            count += 1;
        });
        count
    }
}

/// Whether something holds in any lane, which is found out sooner than in which.
#[inline(always)]
fn any<const WIDTH: usize>(holds: impl Fn(usize) -> bool) -> bool {
    let mut any = 0_u64;
    for lane in 0..WIDTH {
        any |= u64::from(holds(lane));
    }
    any != 0
}

impl<'a> Frame<'a> {
    /// Makes these futures of a block the lanes of this frame, with what `reads` lists.
    #[inline(always)]
    fn carry_from(&mut self, block: &Frame<'a>, these: Lanes, reads: &[Slot]) {
        self.lanes = these.list(&mut self.from);
        self.width = STRIP;
        self.occurrence = block.occurrence;
        self.changed = u64::MAX;
        let from = &self.from[..self.lanes];
        let first = usize::from(from[0]);
        // The copies first, and the lanes over them: put together beforehand they would have to wait for one another.
        self.futures[..STRIP].fill(block.futures[first]);
        for (future, &lane) in self.futures.iter_mut().zip(from) {
            *future = block.futures[usize::from(lane)];
        }
        for &slot in reads {
            let column = &block.columns[slot as usize].0;
            let apart = &mut self.strips[slot as usize].0;
            *apart = [column[first]; STRIP];
            for (value, &lane) in apart.iter_mut().zip(from).skip(1) {
                *value = column[usize::from(lane)];
            }
        }
        self.stride();
    }

    /// Carries what `keeps` lists back to where it came from.
    #[inline(always)]
    fn carry_to(&mut self, block: &mut Frame<'a>, keeps: &[Slot]) {
        for &slot in keeps {
            let column = &mut block.columns[slot as usize].0;
            for (value, &lane) in self.strips[slot as usize].0[..self.lanes].iter().zip(&self.from) {
                column[usize::from(lane)] = *value;
            }
        }
        if let Some(fault) = self.fault.take() {
            block.fault = Some(block.fault.map_or(fault, |known| known.min(fault)));
        }
    }

    /// Does a body for these futures: apart if they are few, else it is left to be done for the whole block. The comparison
    /// that decides, if it is one, is noted.
    #[inline(always)]
    fn do_body(&mut self, these: Lanes, body: &Body, code: &[Call], mask: Option<&IfLess>) -> usize {
        if let Some(mut side) = self.side.take_if(|_| these.count() <= FEW.min(body.few)) {
            side.carry_from(self, these, &body.reads);
            if let Some(branch) = mask {
                side.map1(branch.mask, Source::Number(1.0), |yes| yes);
            }
            execute(&mut side, code);
            side.carry_to(self, &body.keeps);
            self.side = Some(side);
            self.changed |= body.changes;
            code.len()
        } else {
            if let Some(branch) = mask {
                let inputs = [self.source(branch.a), self.source(branch.b)];
                self.map2(branch.mask, inputs, |a, b| yes_no(a < b));
            }
            0
        }
    }

    /// Notes that what was to be done after these changes is done. Of futures that are done apart no such account is kept:
    /// everything is done for them.
    #[inline(always)]
    pub(super) fn settle(&mut self, changes: u64) {
        if self.side.is_some() {
            self.changed &= !changes | ALWAYS;
        }
    }

    /// The futures in which a < b.
    #[inline(always)]
    fn less(&self, a: Operand, b: Operand) -> Lanes {
        use Source::{Column, Number};
        match (self.source(a), self.source(b)) {
            (Column(a), Column(b)) => lanes_where!(self, [a, b], |i| a[i] < b[i]),
            (Column(a), Number(b)) => lanes_where!(self, [a], |i| a[i] < b),
            (Number(a), Column(b)) => lanes_where!(self, [b], |i| a < b[i]),
            (Number(a), Number(b)) => lanes_where!(self, [], |_i| a < b),
        }
    }

    /// The futures in which one of the causes' dates lies inside of `from` and `to`.
    #[inline(always)]
    fn cut(&self, causes: &[Slot], from: Operand, to: Operand) -> Lanes {
        use Source::{Column, Number};
        let mut lanes = 0;
        for &cause in causes {
            let date = cause as usize;
            let these = match (self.source(from), self.source(to)) {
                (Number(from), Number(to)) => {
                    lanes_where!(self, [date], |i| (date[i] > from) & (date[i] < to))
                }
                (Number(from), Column(to)) => {
                    lanes_where!(self, [date, to], |i| (date[i] > from) & (date[i] < to[i]))
                }
                (Column(from), Number(to)) => {
                    lanes_where!(self, [date, from], |i| (date[i] > from[i]) & (date[i] < to))
                }
                (Column(from), Column(to)) => {
                    lanes_where!(self, [date, from, to], |i| (date[i] > from[i]) & (date[i] < to[i]))
                }
            };
            lanes |= these.0;
        }
        Lanes(lanes)
    }

    #[inline(always)]
    pub(super) fn if_any(&mut self, mask: Slot, after: u64, body: &Body, code: &[Call]) -> usize {
        if self.changed & after == 0 {
            return code.len();
        }
        let mask = mask as usize;
        // A NaN counts: whatever is done for them decides what to do with it.
        if body.few == 0 && self.width == LANES {
            let mask = &self.columns[mask].0;
            if any::<LANES>(|i| mask[i] != 0.0) {
                return 0;
            }
        } else {
            let these = lanes_where!(self, [mask], |i| mask[i] != 0.0);
            if these.any() {
                return self.do_body(these, body, code, None);
            }
        }
        self.settle(after);
        code.len()
    }

    #[inline(always)]
    pub(super) fn if_less(&mut self, branch: &IfLess, code: &[Call]) -> usize {
        let these = self.less(branch.a, branch.b);
        if these.any() { self.do_body(these, &branch.body, code, Some(branch)) } else { code.len() }
    }

    #[inline(always)]
    pub(super) fn if_changed(&mut self, change: u64, code: &[Call]) -> usize {
        if self.changed & change == 0 {
            return code.len();
        }
        self.settle(change);
        0
    }

    /// Does the body for occurrence 0, 1, … up to the greatest count.
    #[inline(always)]
    pub(super) fn times(&mut self, count: Slot, index: Slot, code: &[Call]) -> usize {
        let counts = &self.values(count as usize)[..self.lanes];
        let most = counts.iter().fold(0.0, |a: f64, &b| if b > a { b } else { a });
        let mut j = 0.0;
        while j < most {
            self.map1(index, Source::Number(j), |j| j);
            self.occurrence = j as u32;
            execute(self, code);
            j += 1.0;
        }
        code.len()
    }

    /// Does the body piece by piece where something is cut; the whole for all others.
    #[inline(always)]
    pub(super) fn pieces(&mut self, pieces: &Pieces, piece: &[Call], whole: &[Call]) -> usize {
        let Pieces { body, checked, .. } = pieces;
        let cut = self.cut(&pieces.causes, pieces.from, pieces.to);
        if !cut.any() {
            return piece.len();
        }
        let Some(mut side) = self.side.take_if(|_| cut.count() <= FEW.min(body.few) && !checked) else {
            self.piece_by_piece(pieces, piece);
            return piece.len() + whole.len();
        };
        side.carry_from(self, cut, &body.reads);
        side.piece_by_piece(pieces, piece);
        // The whole does these futures too, and may need the side for others: so it is done before they are carried back.
        let mut aside = std::mem::take(&mut self.aside);
        aside.clear();
        for &slot in &body.keeps {
            aside.extend_from_slice(&side.strips[slot as usize].0[..side.lanes]);
        }
        let (from, lanes) = (side.from, side.lanes);
        self.side = Some(side);
        execute(self, whole);
        for (values, &slot) in aside.chunks_exact(lanes).zip(&body.keeps) {
            let column = &mut self.columns[slot as usize].0;
            for (value, &lane) in values.iter().zip(&from) {
                column[lane as usize] = *value;
            }
        }
        self.aside = aside;
        self.changed |= body.changes;
        piece.len() + whole.len()
    }

    #[inline(always)]
    fn piece_by_piece(&mut self, pieces: &Pieces, piece: &[Call]) {
        let (low, high) = (Source::Column(pieces.low as usize), Source::Column(pieces.high as usize));
        self.map1(pieces.low, self.source(pieces.from), |from| from);
        loop {
            self.map1(pieces.high, self.source(pieces.to), |to| to);
            for &cause in &pieces.causes {
                self.map3(pieces.high, [Source::Column(cause as usize), low, high], |date, from, to| {
                    if (date > from) & (date < to) { date } else { to }
                });
            }
            if !self.less(Operand::Slot(pieces.low), Operand::Slot(pieces.high)).any() {
                break;
            }
            execute(self, piece);
            self.map1(pieces.low, high, |high| high);
        }
    }
}
