//! Bodies that are done for some futures of a block only: where a mask holds, where a comparison does, where a date cuts a
//! step. What few futures need is done for them one by one.

use super::frame::{Frame, Source, execute, source};
use super::lane::execute_lane;
use crate::program::fold::yes_no;
use crate::program::{IfLess, Instruction, LANES, Operand, Pieces, Slot};

/// Futures of a block: bit k of word j stands for future 8k + j, so that vector code can set them.
#[derive(Clone, Copy, Default)]
pub(super) struct Lanes([u64; 8]);

const _: () = assert!(LANES <= 8 * 64);

impl Lanes {
    #[inline(always)]
    pub(super) fn that(holds: impl Fn(usize) -> bool) -> Lanes {
        let mut words = [0; 8];
        let mut bit = 1;
        for start in (0..LANES).step_by(8) {
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

    pub(super) fn each(self, mut f: impl FnMut(usize)) {
        for (j, mut word) in self.0.into_iter().enumerate() {
            while word != 0 {
                f(8 * word.trailing_zeros() as usize + j);
                word &= word - 1;
            }
        }
    }
}

impl Frame<'_> {
    /// The futures in which a mask holds. A NaN counts: whatever is done for them decides what to do with it.
    #[inline(always)]
    pub(super) fn lanes_of(&mut self, mask: Slot) -> Lanes {
        let (when, lanes) = self.looked[mask as usize];
        if when > self.written[mask as usize] {
            return lanes;
        }
        let column = &self.columns[mask as usize].0;
        let lanes = Lanes::that(|i| column[i] != 0.0);
        self.writings += 1;
        self.looked[mask as usize] = (self.writings, lanes);
        lanes
    }

    /// The futures in which a < b.
    #[inline(always)]
    fn less(&self, a: Operand, b: Operand) -> Lanes {
        let source = |operand| source(&self.columns, self.program, self.step, operand);
        match (source(a), source(b)) {
            (Source::Column(a), Source::Column(b)) => Lanes::that(|i| a.0[i] < b.0[i]),
            (Source::Column(a), Source::Number(b)) => Lanes::that(|i| a.0[i] < b),
            (Source::Number(a), Source::Column(b)) => Lanes::that(|i| a < b.0[i]),
            (Source::Number(a), Source::Number(b)) => Lanes::that(|_| a < b),
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
                (Source::Number(from), Source::Number(to)) => Lanes::that(|i| (date[i] > from) & (date[i] < to)),
                (Source::Number(from), Source::Column(to)) => Lanes::that(|i| (date[i] > from) & (date[i] < to.0[i])),
                (Source::Column(from), Source::Number(to)) => Lanes::that(|i| (date[i] > from.0[i]) & (date[i] < to)),
                (Source::Column(from), Source::Column(to)) => {
                    Lanes::that(|i| (date[i] > from.0[i]) & (date[i] < to.0[i]))
                }
            };
            lanes = lanes.or(these);
        }
        lanes
    }

    #[inline(always)]
    pub(super) fn if_any(&mut self, mask: Slot, body: &[Instruction], few: u32) {
        let lanes = self.lanes_of(mask);
        match lanes.count() {
            0 => {}
            count if count <= few => lanes.each(|lane| execute_lane(self, body, lane)),
            _ => execute(self, body),
        }
    }

    #[inline(always)]
    pub(super) fn if_less(&mut self, branch: &IfLess) {
        let lanes = self.less(branch.a, branch.b);
        match lanes.count() {
            0 => {}
            count if count <= branch.few => lanes.each(|lane| {
                self.set(branch.mask, lane, 1.0);
                execute_lane(self, &branch.body, lane);
            }),
            _ => {
                self.map2(branch.mask, branch.a, branch.b, |a, b| yes_no(a < b));
                execute(self, &branch.body);
            }
        }
    }

    /// Does the body piece by piece where something is cut; the whole for all others.
    #[inline(always)]
    pub(super) fn pieces(&mut self, pieces: &Pieces) {
        let Pieces { whole, kept, few, .. } = pieces;
        let cut = self.cut(&pieces.causes, pieces.from, pieces.to);
        match cut.count() {
            0 => execute(self, whole),
            count if count <= *few => {
                // The whole does these futures too: so they are as they were until it is done.
                let mut aside = std::mem::take(&mut self.aside);
                aside.clear();
                cut.each(|lane| {
                    let first = aside.len();
                    aside.extend(kept.iter().map(|&slot| self.columns[slot as usize].0[lane]));
                    self.pieces_of(pieces, lane);
                    for (&slot, value) in kept.iter().zip(&mut aside[first..]) {
                        std::mem::swap(value, &mut self.columns[slot as usize].0[lane]);
                    }
                });
                execute(self, whole);
                let mut left = aside.iter();
                cut.each(|lane| {
                    for (&slot, &value) in kept.iter().zip(left.by_ref()) {
                        self.columns[slot as usize].0[lane] = value;
                    }
                });
                kept.iter().for_each(|&slot| self.touch(slot));
                self.aside = aside;
            }
            _ => {
                let to = self.read(pieces.to);
                *self.open(pieces.low) = self.read(pieces.from);
                while self.next_piece(pieces, &to) {
                    execute(self, &pieces.body);
                    *self.open(pieces.low) = self.columns[pieces.high as usize].0;
                }
            }
        }
    }

    /// Sets the bounds of the next piece in each future; says whether there is one in any.
    #[inline(always)]
    fn next_piece(&mut self, pieces: &Pieces, to: &[f64; LANES]) -> bool {
        let from = self.columns[pieces.low as usize].0;
        let mut end = *to;
        for &cause in &pieces.causes {
            let date = &self.columns[cause as usize].0;
            for i in 0..LANES {
                let cuts = (date[i] > from[i]) & (date[i] < end[i]);
                end[i] = if cuts { date[i] } else { end[i] };
            }
        }
        *self.open(pieces.high) = end;
        let mut more = 0u32;
        for i in 0..LANES {
            more += u32::from(from[i] < end[i]);
        }
        more != 0
    }
}
