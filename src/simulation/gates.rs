//! Bodies that are done for some futures of a block only: where a mask holds, where a comparison does, where a date cuts a
//! step. Where they are few, they are done one by one, and the others left alone.

use super::code::{Call, execute};
use super::frame::{Frame, STRIP, Source, Strip, lanes_where};
use crate::program::fold::yes_no;
use crate::program::{ALWAYS, Body, IfLess, LANES, Operand, Pieces, Slot, Survival};

/// More futures than this are never done one by one.
const MOST: usize = STRIP;
/// A place in a block.
type Lane = u8;

const _: () = assert!(LANES <= 1 << Lane::BITS);

/// A few futures of a block, or none.
#[derive(Clone, Copy, Default)]
pub(super) struct Few {
    lanes: [Lane; MOST],
    count: usize,
}

impl Few {
    #[inline(always)]
    pub(super) fn none(&self) -> bool {
        self.count == 0
    }

    #[inline(always)]
    pub(super) fn lanes(&self) -> impl Iterator<Item = usize> {
        // The remainder tells that no lane lies outside of a column.
        self.lanes[..self.count].iter().map(|&lane| usize::from(lane) % LANES)
    }

    /// Their values, side by side; what is left over has the first one's.
    #[inline(always)]
    pub(super) fn gather(&self, column: &[f64; LANES]) -> Strip {
        let mut values = [column[usize::from(self.lanes[0]) % LANES]; STRIP];
        for (value, lane) in values.iter_mut().zip(self.lanes()) {
            *value = column[lane];
        }
        values
    }

    #[inline(always)]
    pub(super) fn scatter(&self, values: &Strip, column: &mut [f64; LANES]) {
        for (value, lane) in values.iter().zip(self.lanes()) {
            column[lane] = *value;
        }
    }
}

/// Lanes that vector code compares at once, and how often that is done for a block.
const VECTOR: usize = 8;
const VECTORS: usize = LANES / VECTOR;

/// Futures of a block: bit `VECTORS` · j + k stands for lane 8k + j, so that vector code can set them.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Lanes(Bits);

type Bits = u128;

const _: () = assert!(LANES == Bits::BITS as usize);

impl Lanes {
    /// Where something holds of the futures that are being done.
    #[inline(always)]
    pub(super) fn of(few: &Few, holds: impl Fn(usize) -> bool) -> Lanes {
        if !few.none() {
            return few.lanes().filter(|&lane| holds(lane)).fold(Lanes::default(), Lanes::with);
        }
        if any(&holds) { Lanes::in_block(holds) } else { Lanes::default() }
    }

    /// Where it holds of a whole block.
    #[inline(always)]
    pub(super) fn in_block(holds: impl Fn(usize) -> bool) -> Lanes {
        // The number of lanes is known, so that no loop is left.
        let mut words = [0_u64; VECTOR];
        for k in (0..VECTORS).rev() {
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

    fn with(self, lane: usize) -> Lanes {
        Lanes(self.0 | 1 << (VECTORS * (lane % VECTOR) + lane / VECTOR))
    }

    pub(super) fn any(self) -> bool {
        self.0 != 0
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    #[inline(always)]
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            let some = rest != 0;
            rest &= rest.wrapping_sub(1);
            some.then_some(VECTOR * (bit % VECTORS) + bit / VECTORS)
        })
    }

    /// Writes down which they are, if they are at most so many.
    #[inline(always)]
    fn few(self, most: u32) -> Option<Few> {
        if self.count() > most.min(MOST as u32) {
            return None;
        }
        let mut few = Few::default();
        for lane in self.iter() {
            few.lanes[few.count] = lane as Lane;
            few.count += 1;
        }
        Some(few)
    }
}

/// Where a < b, and which slot is set to that.
#[derive(Clone, Copy)]
struct Comparison {
    mask: Slot,
    a: Operand,
    b: Operand,
}

/// Whether something holds in any lane of a block, which is found out sooner than in which.
#[inline(always)]
fn any(holds: impl Fn(usize) -> bool) -> bool {
    let mut any = 0_u64;
    for lane in 0..LANES {
        any |= u64::from(holds(lane));
    }
    any != 0
}

impl Frame<'_> {
    /// Does something for a few futures while the others of the block wait. Of what waits for changes no account is kept
    /// meanwhile: everything is done for them.
    #[inline(always)]
    fn apart(&mut self, few: Few, work: impl FnOnce(&mut Self)) {
        let changed = std::mem::replace(&mut self.changed, u64::MAX);
        self.few = few;
        work(self);
        self.few = Few::default();
        self.changed = changed;
    }

    /// Does a body for these futures one by one if they are few, else it is left to be done for all. The comparison that
    /// decides, if it is one, is noted.
    #[inline(always)]
    fn do_body(&mut self, these: Lanes, body: &Body, code: &[Call], mask: Option<Comparison>) -> usize {
        let few = if self.few.none() { these.few(body.few) } else { None };
        if let Some(few) = few {
            self.apart(few, |frame| {
                if let Some(Comparison { mask, .. }) = mask {
                    frame.map1(mask, Source::Number(1.0), |yes| yes);
                }
                execute(frame, code);
            });
            self.changed |= body.changes;
            code.len()
        } else {
            if let Some(Comparison { mask, a, b }) = mask {
                self.map2(mask, [self.source(a), self.source(b)], |a, b| yes_no(a < b));
            }
            0
        }
    }

    /// Notes that what was to be done after these changes is done, where it is done for the whole block.
    #[inline(always)]
    pub(super) fn settle(&mut self, changes: u64) {
        if self.few.none() {
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
        if body.few == 0 && self.few.none() {
            let mask = &self.columns[mask].0;
            if any(|i| mask[i] != 0.0) {
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
        let &IfLess { mask, a, b, ref body } = branch;
        let these = self.less(a, b);
        if these.any() { self.do_body(these, body, code, Some(Comparison { mask, a, b })) } else { code.len() }
    }

    #[inline(always)]
    pub(super) fn survival(&mut self, survival: &Survival, code: &[Call]) -> usize {
        if !self.survive(survival) {
            return code.len();
        }
        let &Survival { mask, state, luck, ref body, .. } = survival;
        let (a, b) = (Operand::Slot(state), Operand::Slot(luck));
        self.do_body(self.less(a, b), body, code, Some(Comparison { mask, a, b }))
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
        let mut most = 0.0;
        self.each_lane(|frame, lane| {
            let count = frame.lane(Operand::Slot(count), lane);
            most = if count > most { count } else { most };
        });
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
        let few = if self.few.none() && !checked { cut.few(body.few) } else { None };
        let Some(few) = few else {
            self.piece_by_piece(pieces, piece);
            return piece.len() + whole.len();
        };
        // The whole does these futures too, from where they were before, and what it makes of them is thrown away.
        let [mut before, mut after] = std::mem::take(&mut self.aside);
        self.take(few, &body.keeps, &mut before);
        self.apart(few, |frame| frame.piece_by_piece(pieces, piece));
        self.take(few, &body.keeps, &mut after);
        self.put(few, &body.keeps, &before);
        execute(self, whole);
        self.put(few, &body.keeps, &after);
        self.aside = [before, after];
        self.changed |= body.changes;
        piece.len() + whole.len()
    }

    /// Writes down what these columns hold of a few futures.
    #[inline(always)]
    fn take(&self, few: Few, slots: &[Slot], values: &mut Vec<f64>) {
        values.clear();
        for &slot in slots {
            let column = &self.columns[slot as usize].0;
            values.extend(few.lanes().map(|lane| column[lane]));
        }
    }

    /// Puts it back.
    #[inline(always)]
    fn put(&mut self, few: Few, slots: &[Slot], values: &[f64]) {
        for (&slot, values) in slots.iter().zip(values.chunks_exact(few.count)) {
            let column = &mut self.columns[slot as usize].0;
            for (lane, value) in few.lanes().zip(values) {
                column[lane] = *value;
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_futures_of_a_block_are_found_gathered_and_put_back() {
        let wanted = [3, 8, 64, 127];
        let lanes = Lanes::in_block(|lane| wanted.contains(&lane));
        assert_eq!(lanes.count(), 4);
        let few = lanes.few(4).expect("they are no more than four");
        let mut found: Vec<usize> = few.lanes().collect();
        found.sort_unstable();
        assert_eq!(found, wanted);
        let mut column = std::array::from_fn(|lane| lane as f64);
        let doubled = few.gather(&column).map(|value| 2.0 * value);
        few.scatter(&doubled, &mut column);
        let expected = |lane: usize| if wanted.contains(&lane) { 2.0 * lane as f64 } else { lane as f64 };
        assert!((0..LANES).all(|lane| column[lane] == expected(lane)));
        assert!(lanes.few(3).is_none());
        assert!(Lanes::of(&few, |lane| lane > 100).iter().eq([127]));
    }
}
