//! Bodies that are done for some futures of a block only: where a mask holds, where a comparison does, where a date cuts a
//! step. Where they are few, they are done apart, in narrow columns of their own, and the others left alone.

use super::code::{Call, Does, execute};
use super::draws::up_to_one;
use super::frame::{FEW, Frame, Source};
use crate::chance::uniform::{stride, uniform, word_at};
use crate::program::fold::yes_no;
use crate::program::{ALWAYS, LANES, Pieces, Slot};

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
    const NONE: Lanes = Lanes(0);
    /// All of them; or some, and it does not pay to ask which.
    const ALL: Lanes = Lanes(Bits::MAX);

    /// Where something holds of N futures; `apart` says whether it pays to do a few of them apart, if there are any.
    #[inline(always)]
    fn of<const N: usize>(apart: impl FnOnce() -> bool, holds: impl Fn(usize) -> bool) -> Lanes {
        if !any::<N>(&holds) {
            Lanes::NONE
        } else if N == LANES && apart() {
            Lanes::in_block(holds)
        } else {
            Lanes::ALL
        }
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

    /// Which they are, if they are few; what is left over is the first of them again.
    #[inline(always)]
    fn few(self) -> Option<[Lane; FEW]> {
        if self.count() > FEW as u32 {
            return None;
        }
        let mut lanes = self.iter();
        let first = lanes.next()?;
        let mut few = [first as Lane; FEW];
        for (few, lane) in few.iter_mut().skip(1).zip(lanes) {
            *few = lane as Lane;
        }
        Some(few)
    }
}

/// What decides on a body and is read in it.
#[derive(Clone, Copy)]
enum Given {
    /// It is written already.
    Nothing,
    /// Where a < b.
    Less { mask: Slot, a: Source, b: Source },
    /// How many occurrences the uniforms of a stream stand for, and whether that is written for the whole block.
    Arrivals { count: Slot, key: u64, mean: f64, written: bool },
}

/// Whether something holds of any of N futures, which is found out sooner than of which.
#[inline(always)]
pub(super) fn any<const N: usize>(holds: impl Fn(usize) -> bool) -> bool {
    let mut any = 0_u64;
    for lane in 0..N {
        any |= u64::from(holds(lane));
    }
    any != 0
}

/// What `$holds` says of columns of a frame: `$i` is the lane.
macro_rules! lanes_where {
    ($frame:ident, $apart:expr, [$($column:ident),*], |$i:ident| $holds:expr) => {{
        $(let $column = &$frame.columns[$column].0;)*
        Lanes::of::<N>($apart, |$i| $holds)
    }};
}

impl<const N: usize, const S: usize> Frame<'_, N, S>
where
    Call: Does<N, S>,
{
    /// Whether it pays to do a few futures apart.
    #[inline(always)]
    fn pays(&self, call: &Call) -> bool {
        self.code.body(call).is_some_and(|body| body.apart)
    }

    /// Does what is inside for these futures: apart if they are few, else it is left to be done for all.
    #[inline(always)]
    fn do_body(&mut self, these: Lanes, call: &Call, inside: &[Call], given: Given) -> usize {
        if these == Lanes::NONE {
            return inside.len();
        }
        if let (Some(places), Some(body)) = (these.few(), self.code.body(call))
            && let Some(mut few) = self.set_apart(places, body)
        {
            match given {
                Given::Nothing => {}
                Given::Less { mask, .. } => few.map1(mask, Source::Number(1.0), |yes| yes),
                Given::Arrivals { count, key, mean, .. } => few.arrivals(count, key, mean),
            }
            execute::<FEW, FEW>(&mut few, inside);
            self.lay_aside(few, body);
            self.put_back(places, body);
            return inside.len();
        }
        match given {
            Given::Nothing | Given::Arrivals { written: true, .. } => {}
            Given::Less { mask, a, b } => self.map2(mask, [a, b], |a, b| yes_no(a < b)),
            Given::Arrivals { count, key, mean, written: false } => self.arrivals(count, key, mean),
        }
        0
    }

    /// Notes that what was to be done after these changes is done. Of what waits for changes no account is kept where
    /// futures are done apart: everything is done for them.
    #[inline(always)]
    pub(super) fn settle(&mut self, changes: u64) {
        if N == LANES {
            self.changed &= !changes | ALWAYS;
        }
    }

    /// The futures in which a < b.
    #[inline(always)]
    fn less(&self, apart: impl FnOnce() -> bool, a: Source, b: Source) -> Lanes {
        use Source::{Column, Number};
        match (a, b) {
            (Column(a), Column(b)) => lanes_where!(self, apart, [a, b], |i| a[i] < b[i]),
            (Column(a), Number(b)) => lanes_where!(self, apart, [a], |i| a[i] < b),
            (Number(a), Column(b)) => lanes_where!(self, apart, [b], |i| a < b[i]),
            (Number(a), Number(b)) => lanes_where!(self, apart, [], |_i| a < b),
        }
    }

    /// The futures in which one of the causes' dates lies inside of `from` and `to`.
    #[inline(always)]
    fn cut(&self, pieces: &Pieces) -> Lanes {
        use Source::{Column, Number};
        let apart = || pieces.body.apart && !pieces.checked;
        let mut lanes = 0;
        for &cause in &pieces.causes {
            let date = cause as usize;
            let these = match (self.source(pieces.from), self.source(pieces.to)) {
                (Number(from), Number(to)) => {
                    lanes_where!(self, apart, [date], |i| (date[i] > from) & (date[i] < to))
                }
                (Number(from), Column(to)) => {
                    lanes_where!(self, apart, [date, to], |i| (date[i] > from) & (date[i] < to[i]))
                }
                (Column(from), Number(to)) => {
                    lanes_where!(self, apart, [date, from], |i| (date[i] > from[i]) & (date[i] < to))
                }
                (Column(from), Column(to)) => {
                    lanes_where!(self, apart, [date, from, to], |i| (date[i] > from[i]) & (date[i] < to[i]))
                }
            };
            lanes |= these.0;
        }
        Lanes(lanes)
    }

    #[inline(always)]
    pub(super) fn if_any(&mut self, call: &Call, inside: &[Call]) -> usize {
        let after = call.changes();
        if self.changed & after == 0 {
            return inside.len();
        }
        let mask = call.out as usize;
        // A NaN counts: whatever is done for them decides what to do with it.
        let these = lanes_where!(self, || self.pays(call), [mask], |i| mask[i] != 0.0);
        if these == Lanes::NONE {
            self.settle(after);
        }
        self.do_body(these, call, inside, Given::Nothing)
    }

    /// How many occurrences there are, and what is inside where there are some.
    #[inline(always)]
    pub(super) fn if_arrivals(&mut self, call: &Call, inside: &[Call]) -> usize {
        let (count, key, mean) = (call.out, call.stream(self), call.inputs[2].number(self.numbers));
        if N == LANES && self.pays(call) && self.code.program.points(key).is_none() {
            // In most futures there are none: their numbers are not written down.
            let (place, number) = (stride(self.first), up_to_one(mean));
            let these = Lanes::in_block(|i| {
                let u = uniform(word_at(key, place.wrapping_add(stride(i as u64))));
                number(u) != 0.0
            });
            return self.do_body(these, call, inside, Given::Arrivals { count, key, mean, written: false });
        }
        self.arrivals(count, key, mean);
        let column = count as usize;
        let these = lanes_where!(self, || self.pays(call), [column], |i| column[i] != 0.0);
        self.do_body(these, call, inside, Given::Arrivals { count, key, mean, written: true })
    }

    #[inline(always)]
    pub(super) fn if_less(&mut self, call: &Call, a: Source, b: Source, inside: &[Call]) -> usize {
        let these = self.less(|| self.pays(call), a, b);
        self.do_body(these, call, inside, Given::Less { mask: call.out, a, b })
    }

    #[inline(always)]
    pub(super) fn survival<const ODDS: u8, const ONLY: bool>(&mut self, call: &Call, inside: &[Call]) -> usize {
        if !self.survive::<ODDS, ONLY>(call) {
            return inside.len();
        }
        let Some(mask) = self.code.survival_mask(call) else { return inside.len() };
        let [a, b] = [0, 1].map(|place| Source::Column(call.inputs[place].column()));
        let these = self.less(|| self.pays(call), a, b);
        self.do_body(these, call, inside, Given::Less { mask, a, b })
    }

    #[inline(always)]
    pub(super) fn if_changed(&mut self, call: &Call, inside: &[Call]) -> usize {
        let changes = call.changes();
        if self.changed & changes == 0 {
            return inside.len();
        }
        self.settle(changes);
        0
    }

    /// Does the body for occurrence 0, 1, … up to the greatest count.
    #[inline(always)]
    pub(super) fn times(&mut self, count: Slot, index: Slot, code: &[Call]) -> usize {
        let most =
            self.columns[count as usize].0.iter().fold(0.0, |most, &count| if count > most { count } else { most });
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
        let body = &pieces.body;
        let cut = self.cut(pieces);
        if cut == Lanes::NONE {
            return piece.len();
        }
        if let Some(places) = cut.few()
            && let Some(mut few) = self.set_apart(places, body)
        {
            few.piece_by_piece(pieces, piece);
            self.lay_aside(few, body);
            // The whole does these futures too, and what it makes of them is thrown away.
            let aside = std::mem::take(&mut self.aside);
            execute(self, whole);
            self.aside = aside;
            self.put_back(places, body);
        } else {
            self.piece_by_piece(pieces, piece);
        }
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
            if self.less(|| false, low, high) == Lanes::NONE {
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
    fn few_futures_of_a_block_are_found() {
        let wanted: [Lane; 4] = [3, 8, 64, 127];
        let lanes = Lanes::in_block(|lane| wanted.contains(&(lane as Lane)));
        assert_eq!(lanes.count(), 4);
        let few = lanes.few().expect("they are few");
        let mut found = few[..4].to_vec();
        found.sort_unstable();
        assert_eq!(found, wanted);
        assert!(few[4..].iter().all(|left_over| *left_over == few[0]));
        assert!(Lanes::in_block(|lane| lane < FEW).few().is_some());
        assert!(Lanes::in_block(|lane| lane <= FEW).few().is_none());
        assert!(Lanes::in_block(|_| false).few().is_none());
    }
}
