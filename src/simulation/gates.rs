//! Bodies that are done for some futures of a block only: where a mask holds, where a comparison does, where a date cuts a
//! step. Where they are few, they are carried to a frame of their own, done there side by side, and carried back.

use super::frame::{Frame, Source, execute, source};
use crate::program::fold::yes_no;
use crate::program::{Body, IfLess, LANES, Operand, Pieces, Slot};

/// More futures than this are never done apart.
pub(super) const FEW: u32 = 48;
/// A place in a block: a number so small that none is outside.
pub(super) type Lane = u8;

const _: () = assert!(LANES == 1 << Lane::BITS);

/// What vector code takes at once.
const VECTOR: usize = 8;

/// Futures of a block: bit k of word j stands for future 8k + j, so that vector code can set them.
#[derive(Clone, Copy, Default)]
pub(super) struct Lanes([u64; 8]);

const _: () = assert!(LANES <= 8 * 64);

impl Lanes {
    #[inline(always)]
    pub(super) fn that(width: usize, holds: impl Fn(usize) -> bool) -> Lanes {
        let mut words = [0; 8];
        let mut bit = 1;
        for start in (0..width.min(LANES)).step_by(VECTOR) {
            for (j, word) in words.iter_mut().enumerate() {
                *word |= if holds(start + j) { bit } else { 0 };
            }
            bit <<= 1;
        }
        Lanes(words)
    }

    pub(super) fn any(self) -> bool {
        self.0 != [0; 8]
    }

    #[inline(always)]
    pub(super) fn or(self, other: Lanes) -> Lanes {
        Lanes(std::array::from_fn(|j| self.0[j] | other.0[j]))
    }

    pub(super) fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Writes down which they are, at most [`FEW`]; gives their number.
    #[inline(always)]
    fn list(self, lanes: &mut [Lane; FEW as usize]) -> usize {
        let mut count = 0;
        for (j, mut word) in self.0.into_iter().enumerate() {
            while word != 0 {
                lanes[count] = (VECTOR as u32 * word.trailing_zeros() + j as u32) as Lane;
                word &= word - 1;
                count += 1;
            }
        }
        count
    }

    pub(super) fn each(self, mut f: impl FnMut(usize)) {
        for (j, mut word) in self.0.into_iter().enumerate() {
            while word != 0 {
                f(8 * word.trailing_zeros() as usize + j);
                word &= word - 1;
            }
        }
    }
}

impl<'a> Frame<'a> {
    /// Makes these futures of a block the lanes of this frame, with what `reads` lists.
    #[inline(always)]
    fn carry_from(&mut self, block: &Frame<'a>, these: Lanes, reads: &[Slot]) {
        self.lanes = these.list(&mut self.from);
        self.width = self.lanes.next_multiple_of(VECTOR);
        let first = self.from[0];
        self.from[self.lanes..self.width].fill(first);
        self.step = block.step;
        self.occurrence = block.occurrence;
        for (future, &lane) in self.futures[..self.width].iter_mut().zip(&self.from) {
            *future = block.futures[lane as usize];
        }
        for &slot in reads {
            let column = &block.columns[slot as usize].0;
            self.touch(slot);
            for (to, &lane) in self.columns[slot as usize].0[..self.width].iter_mut().zip(&self.from) {
                *to = column[lane as usize];
            }
        }
    }

    /// Carries what `keeps` lists back to where it came from.
    #[inline(always)]
    fn carry_to(&mut self, block: &mut Frame<'a>, keeps: &[Slot]) {
        for &slot in keeps {
            let column = block.open(slot);
            for (value, &lane) in self.columns[slot as usize].0[..self.lanes].iter().zip(&self.from) {
                column[lane as usize] = *value;
            }
        }
        if let Some(fault) = self.fault.take() {
            block.fault = Some(block.fault.map_or(fault, |known| known.min(fault)));
        }
    }

    /// Does a body for these futures: apart if they are few, else for the whole block. The comparison that decides, if it
    /// is one, is noted.
    #[inline(always)]
    fn do_body(&mut self, these: Lanes, body: &Body, mask: Option<&IfLess>) {
        if let Some(mut side) = self.side.take_if(|_| these.count() <= FEW.min(body.few)) {
            side.carry_from(self, these, &body.reads);
            if let Some(branch) = mask {
                side.map1(branch.mask, Operand::Constant(1.0), |yes| yes);
            }
            execute(&mut side, &body.code);
            side.carry_to(self, &body.keeps);
            self.side = Some(side);
        } else {
            if let Some(branch) = mask {
                self.map2(branch.mask, branch.a, branch.b, |a, b| yes_no(a < b));
            }
            execute(self, &body.code);
        }
    }

    /// The futures in which a mask holds. A NaN counts: whatever is done for them decides what to do with it.
    #[inline(always)]
    fn lanes_of(&mut self, mask: Slot) -> Lanes {
        let (when, lanes) = self.looked[mask as usize];
        if when > self.written[mask as usize] {
            return lanes;
        }
        let column = &self.columns[mask as usize].0;
        let lanes = Lanes::that(self.width, |i| column[i] != 0.0);
        self.writings += 1;
        self.looked[mask as usize] = (self.writings, lanes);
        lanes
    }

    /// The futures in which a < b.
    #[inline(always)]
    fn less(&self, a: Operand, b: Operand) -> Lanes {
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        match (source(a), source(b)) {
            (Source::Column(a), Source::Column(b)) => Lanes::that(self.width, |i| a.0[i] < b.0[i]),
            (Source::Column(a), Source::Number(b)) => Lanes::that(self.width, |i| a.0[i] < b),
            (Source::Number(a), Source::Column(b)) => Lanes::that(self.width, |i| a < b.0[i]),
            (Source::Number(a), Source::Number(b)) => Lanes::that(self.width, |_| a < b),
        }
    }

    /// The futures in which one of the causes' dates lies inside of `from` and `to`.
    #[inline(always)]
    fn cut(&self, causes: &[Slot], from: Operand, to: Operand) -> Lanes {
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        let mut lanes = Lanes::default();
        for &cause in causes {
            let date = &self.columns[cause as usize].0;
            let these = match (source(from), source(to)) {
                (Source::Number(from), Source::Number(to)) => {
                    Lanes::that(self.width, |i| (date[i] > from) & (date[i] < to))
                }
                (Source::Number(from), Source::Column(to)) => {
                    Lanes::that(self.width, |i| (date[i] > from) & (date[i] < to.0[i]))
                }
                (Source::Column(from), Source::Number(to)) => {
                    Lanes::that(self.width, |i| (date[i] > from.0[i]) & (date[i] < to))
                }
                (Source::Column(from), Source::Column(to)) => {
                    Lanes::that(self.width, |i| (date[i] > from.0[i]) & (date[i] < to.0[i]))
                }
            };
            lanes = lanes.or(these);
        }
        lanes
    }

    #[inline(always)]
    pub(super) fn if_any(&mut self, mask: Slot, body: &Body) {
        let these = self.lanes_of(mask);
        if these.any() {
            self.do_body(these, body, None);
        }
    }

    #[inline(always)]
    pub(super) fn if_less(&mut self, branch: &IfLess) {
        let these = self.less(branch.a, branch.b);
        if these.any() {
            self.do_body(these, &branch.body, Some(branch));
        }
    }

    /// Does the body piece by piece where something is cut; the whole for all others.
    #[inline(always)]
    pub(super) fn pieces(&mut self, pieces: &Pieces) {
        let Pieces { whole, body, checked, .. } = pieces;
        let cut = self.cut(&pieces.causes, pieces.from, pieces.to);
        if !cut.any() {
            return execute(self, whole);
        }
        let Some(mut side) = self.side.take_if(|_| cut.count() <= FEW.min(body.few) && !checked) else {
            return self.piece_by_piece(pieces);
        };
        side.carry_from(self, cut, &body.reads);
        side.piece_by_piece(pieces);
        // The whole does these futures too, and may need the side for others: so it is done before they are carried back.
        let mut aside = std::mem::take(&mut self.aside);
        aside.clear();
        for &slot in &body.keeps {
            aside.extend_from_slice(&side.columns[slot as usize].0[..side.lanes]);
        }
        let (from, lanes) = (side.from, side.lanes);
        self.side = Some(side);
        execute(self, whole);
        for (values, &slot) in aside.chunks_exact(lanes).zip(&body.keeps) {
            let column = self.open(slot);
            for (value, &lane) in values.iter().zip(&from) {
                column[lane as usize] = *value;
            }
        }
        self.aside = aside;
    }

    #[inline(always)]
    fn piece_by_piece(&mut self, pieces: &Pieces) {
        let (low, high) = (Operand::Slot(pieces.low), Operand::Slot(pieces.high));
        self.map1(pieces.low, pieces.from, |from| from);
        loop {
            self.map1(pieces.high, pieces.to, |to| to);
            for &cause in &pieces.causes {
                self.map3(pieces.high, [Operand::Slot(cause), low, high], |date, from, to| {
                    if (date > from) & (date < to) { date } else { to }
                });
            }
            if !self.less(low, high).any() {
                break;
            }
            execute(self, &pieces.body.code);
            self.map1(pieces.low, high, |high| high);
        }
    }
}
