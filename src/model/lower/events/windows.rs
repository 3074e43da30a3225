//! Events that may happen at any time: in a window, after another event, or at a rate.

use super::{NEVER, YES};
use crate::calendar::DAYS_PER_YEAR;
use crate::model::lower::evidence::Held;
use crate::model::lower::{Context, Lowering};
use crate::model::order::Thing;
use crate::model::types::{Event, EventRef, Happens, Shape, Timing};
use crate::program::{Binary, Operand, Range, Slot, Unary, Value};

const ZERO: Value = Value::Constant(0.0);

/// A stretch of time inside a step: its bounds in days, and how much of the window had passed at them.
#[derive(Clone, Copy)]
struct Piece {
    low: Value,
    high: Value,
    x0: Value,
    x1: Value,
    /// Where it is not empty.
    open: Value,
}

impl Lowering<'_> {
    /// The steps that overlap a window, as a range.
    pub(super) fn steps_of(&self, from: f64, to: f64) -> std::ops::Range<usize> {
        let ends = self.b.ends();
        let first = ends.partition_point(|&end| end <= from).max(1);
        let last = ends.partition_point(|&end| end < to).min(self.b.last_step());
        first..last + 1
    }

    /// The earliest and the latest time at which an event can happen first.
    fn span(&self, index: usize) -> (f64, f64) {
        let event = &self.scenario.events[index];
        let end = self.b.ends()[self.b.last_step()];
        match (event.happens, &event.timing) {
            (Some(Happens::Never), _) | (None, Timing::Static) => (0.0, 0.0),
            (Some(Happens::On(date)), _) => (date, date),
            (None, Timing::On(date)) => (*date, *date),
            (None, Timing::Window { from, to, .. } | Timing::Rate { from, to }) => (*from, *to),
            (None, Timing::After { trigger, delay, within })
                if !self.scenario.order.together(Thing::Event(index), Thing::Event(trigger.event)) =>
            {
                let (earliest, latest) = self.span(trigger.event);
                (earliest + delay, (latest + delay + within).min(end))
            }
            (None, Timing::After { .. } | Timing::When(_)) => (0.0, end),
        }
    }

    /// The part of each step inside a window.
    pub(super) fn part(&mut self, from: f64, to: f64) -> (Value, Value) {
        let ends = self.b.ends().to_vec();
        let start = |k: usize| if k == 0 { 0.0 } else { ends[k - 1] };
        let low = self.b.table(|k| if start(k) > from { start(k) } else { from });
        let high = self.b.table(|k| if ends[k] < to { ends[k] } else { to });
        (low, high)
    }

    /// `between` and `by`
    pub(super) fn window(&mut self, index: usize, from: f64, to: f64) {
        let steps = self.steps_of(from, to);
        let causes = self.causes(index);
        let survival = self.survival(index);
        self.update(|l| {
            l.in_steps(steps.start, steps.end, |l| {
                let (low, high) = l.part(from, to);
                let share = |l: &mut Self, date: Value| {
                    let since = l.b.subtract(date, Value::Constant(from));
                    l.b.divide(since, Value::Constant(to - from))
                };
                let held = l.held(index);
                if causes.is_empty() && held.is_none() {
                    let (x0, x1) = (share(l, low), share(l, high));
                    let context = Context::of(Thing::Event(index));
                    let known = Survival { first: steps.start, ..survival };
                    l.survive(index, Piece { low, high, x0, x1, open: YES }, known, &context);
                    return;
                }
                let dates = l.cut_dates(&causes, held);
                l.pieces(low, high, dates, |l, low, high| {
                    let (x0, x1) = (share(l, low), share(l, high));
                    let open = l.b.less(low, high);
                    let reads = l.piece_reads(held, low);
                    let context = Context { causes: &causes, piece: Some(reads), ..Context::of(Thing::Event(index)) };
                    l.survive(index, Piece { low, high, x0, x1, open }, survival, &context);
                });
            });
        });
    }

    /// The columns that hold the dates at which a step may be cut.
    fn cut_dates(&mut self, causes: &[usize], held: Option<Held>) -> Vec<Slot> {
        let dates = self.cause_dates(causes);
        match held {
            Some(held) => self.cuts(held, &dates),
            None => dates,
        }
    }

    /// The survival of an event at the start of its window.
    fn survival(&mut self, index: usize) -> Survival {
        let luck = self.event_luck(index);
        let state = self.b.state_within(YES, Range::YES_NO);
        let due = self.b.state_within(luck, Range::new(HAPPENED, 1.0));
        Survival { state, due, first: 0 }
    }

    /// A window that opens after another event.
    pub(super) fn after(&mut self, index: usize, trigger: EventRef, delay: f64, within: f64) {
        let reader = Thing::Event(index);
        let circle = self.scenario.order.together(reader, Thing::Event(trigger.event));
        let causes = self.causes(index);
        let survival = self.survival(index);
        let steps = if circle {
            1..self.b.last_step() + 1
        } else {
            // The day of an observation may open the window sooner, by less than a day.
            let (earliest, latest) = self.span(trigger.event);
            self.steps_of(earliest + delay - 1.0, latest + delay + within)
        };
        self.update(|l| {
            l.in_steps(steps.start, steps.end, |l| {
                let context = Context::of(reader);
                let date = l.date_of(trigger, &context);
                let (now, before) = (l.now(), l.step_start());
                let held = l.held(index);
                let mut opens = l.b.add(date, Value::Constant(delay));
                if let Some(day) = held.and_then(|h| h.day) {
                    // A window that opens on the day of the observation is open all of it.
                    let start = Value::Constant(day - 1.0);
                    let (after, before) = (l.b.less(start, opens), l.b.less(opens, Value::Constant(day)));
                    let on_the_day = l.b.and(after, before);
                    opens = l.b.select(on_the_day, start, opens);
                }
                let closes = l.b.add(opens, Value::Constant(within));
                let mut low = l.b.max(before, opens);
                let mut high = l.b.min(now, closes);
                // One step late, in a circle: nothing of the probability may be lost by that.
                let fresh = circle.then(|| {
                    let ends = l.b.ends().to_vec();
                    let earlier = l.b.table(|k| if k < 2 { -1.0 } else { ends[k - 2] });
                    let newly = l.b.less(earlier, date);
                    let known = l.b.less(date, NEVER);
                    let fresh = l.b.and(newly, known);
                    let over = l.b.at_most(closes, before);
                    let late = l.b.and(fresh, over);
                    low = l.b.select(late, before, low);
                    high = l.b.select(late, now, high);
                    (fresh, late)
                });
                let open = l.b.less(low, high);
                let pending = l.pending(index);
                let matters = l.b.and(open, pending);
                l.if_any(matters, |l| {
                    let share = |l: &mut Self, date: Value| {
                        let since = l.b.subtract(date, opens);
                        l.b.multiply(since, Value::Constant(1.0 / within))
                    };
                    let ends = |l: &mut Self, from: Value, to: Value, first: Value| {
                        let (mut x0, mut x1) = (share(l, from), share(l, to));
                        let whole = l.b.binary(Binary::Equal, to, closes);
                        x1 = l.b.select(whole, YES, x1);
                        if let Some((fresh, late)) = fresh {
                            // A window that is already over is spread over the step.
                            let length = l.b.subtract(now, before);
                            let passed = |l: &mut Self, date: Value| {
                                let since = l.b.subtract(date, before);
                                l.b.divide(since, length)
                            };
                            let (y0, y1) = (passed(l, from), passed(l, to));
                            let starts = l.b.and(fresh, first);
                            x0 = l.b.select(starts, ZERO, x0);
                            x0 = l.b.select(late, y0, x0);
                            x1 = l.b.select(late, y1, x1);
                        }
                        // Where the window is not open it does not matter what they are.
                        l.b.assume(x0, Range::YES_NO);
                        l.b.assume(x1, Range::YES_NO);
                        (x0, x1)
                    };
                    if causes.is_empty() && held.is_none() {
                        let (x0, x1) = ends(l, low, high, YES);
                        let piece = Piece { low, high, x0, x1, open };
                        l.survive(index, piece, survival, &context);
                        return;
                    }
                    let dates = l.cut_dates(&causes, held);
                    l.pieces(low, high, dates, |l, from, to| {
                        let first = l.b.binary(Binary::Equal, from, low);
                        let (x0, x1) = ends(l, from, to, first);
                        let here = l.b.less(from, to);
                        let reads = l.piece_reads(held, from);
                        let reading = Context { causes: &causes, piece: Some(reads), ..context };
                        let piece = Piece { low: from, high: to, x0, x1, open: here };
                        l.survive(index, piece, survival, &reading);
                    });
                });
            });
        });
    }

    /// One piece of a window: survival, and what happens where it falls below the luck.
    fn survive(&mut self, index: usize, piece: Piece, survival: Survival, context: &Context) {
        let event = &self.scenario.events[index];
        let pending = self.pending(index);
        let mask = self.b.and(pending, piece.open);
        let allowed = self.allowed(event, mask, context);
        let may = self.b.and(mask, allowed);
        let probability = self.probability(event, may, context);
        let odds = self.odds(event, may, context);
        let step = self.step_survival(event, probability, odds, piece);
        let can = self.b.and(piece.open, allowed);
        let mut step = self.b.select(can, step, YES);
        if let Some(held) = self.held(index) {
            step = self.hold(index, held, (piece.low, piece.high), mask, step, context);
        }
        let (before, after) = self.survival_after(survival, step);
        let luck = self.event_luck(index);
        // Where it must not happen survival stays what it is, and that is not below the luck.
        let fired = self.b.binary(Binary::Less, after, Operand::Slot(survival.due));
        self.if_any(fired, |l| {
            let date = l.date_between(piece, before, after, luck);
            l.fire(index, fired, date, context);
            l.b.assign_where(fired, survival.due, Value::Constant(HAPPENED));
        });
        if let Operand::Slot(_) = after {
            self.b.assign(survival.state, after);
        }
    }

    /// Survival before and after a step. Where it is the same in every future, it is known beforehand.
    fn survival_after(&mut self, survival: Survival, step: Value) -> (Value, Value) {
        if let (true, Some(steps)) = (survival.first > 0, self.b.known_values(step)) {
            let mut after = vec![1.0; steps.len()];
            for k in survival.first..steps.len() {
                after[k] = after[k - 1] * steps[k];
            }
            let before = self.b.table(|k| after[k.saturating_sub(1)]);
            return (before, self.b.table(|k| after[k]));
        }
        let before = Operand::Slot(survival.state);
        // The new survival is kept apart from the state, which must hold the old one while the date is worked out.
        let after = self.b.multiply(before, step);
        (before, after)
    }

    /// H(x₁) / H(x₀)
    fn step_survival(&mut self, event: &Event, probability: Value, odds: Value, piece: Piece) -> Value {
        let h0 = self.survival_share(event.shape, probability, odds, piece.x0);
        let h1 = self.survival_share(event.shape, probability, odds, piece.x1);
        let step = self.b.divide(h1, h0);
        if self.b.range(h0).low > 0.0 {
            return step;
        }
        // Nothing is left to survive: odds of 0 forbid the event, certainty lets it happen.
        let some = self.b.less(ZERO, h0);
        let possible = self.b.less(ZERO, odds);
        let none = self.b.not(possible);
        self.b.select(some, step, none)
    }

    /// H(x) = (1 − p) + K · p · (1 − G(x)); of a steady event (1 − p) + K · ((1 − p)^x − (1 − p)).
    fn survival_share(&mut self, shape: Shape, probability: Value, odds: Value, x: Value) -> Value {
        let other = self.b.subtract(YES, probability);
        let open = if shape == Shape::Steady {
            let left = self.b.binary(Binary::Power, other, x);
            self.b.subtract(left, other)
        } else {
            let left = self.b.subtract(YES, x);
            let left = match shape {
                // 1 − G(x): G = x, 1 − (1 − x)², x².
                Shape::Early => self.b.multiply(left, left),
                Shape::Late => {
                    let more = self.b.add(YES, x);
                    self.b.multiply(left, more)
                }
                _ => left,
            };
            self.b.multiply(probability, left)
        };
        self.b.multiply_add(odds, open, other)
    }

    /// lo + φ (hi − lo), φ = (S₀ − U) / (S₀ − S₁)
    fn date_between(&mut self, piece: Piece, before: Value, after: Value, luck: Value) -> Value {
        let passed = self.b.subtract(before, luck);
        let all = self.b.subtract(before, after);
        let share = self.b.divide(passed, all);
        let length = self.b.subtract(piece.high, piece.low);
        self.b.multiply_add(share, length, piece.low)
    }

    /// The first occurrence of something that comes at a rate: it happens when the expected number of occurrences so far
    /// passes −ln U.
    pub(super) fn rate(&mut self, index: usize, from: f64, to: f64) {
        let steps = self.steps_of(from, to);
        let causes = self.causes(index);
        let state = self.number_state(0.0);
        let luck = self.event_luck(index);
        let logarithm = self.ln(luck);
        let due = self.b.unary(Unary::Negate, logarithm);
        let due = self.b.state_within(due, Range::new(0.0, f64::INFINITY));
        self.update(|l| {
            l.in_steps(steps.start, steps.end, |l| {
                let (low, high) = l.part(from, to);
                let held = l.held(index);
                if causes.is_empty() && held.is_none() {
                    let piece = Piece { low, high, x0: ZERO, x1: ZERO, open: YES };
                    l.expect(index, piece, state, luck, due, &Context::of(Thing::Event(index)));
                    return;
                }
                let dates = l.cut_dates(&causes, held);
                l.pieces(low, high, dates, |l, low, high| {
                    let open = l.b.less(low, high);
                    let reads = l.piece_reads(held, low);
                    let context = Context { causes: &causes, piece: Some(reads), ..Context::of(Thing::Event(index)) };
                    l.expect(index, Piece { low, high, x0: ZERO, x1: ZERO, open }, state, luck, due, &context);
                });
            });
        });
    }

    fn expect(&mut self, index: usize, piece: Piece, state: Slot, luck: Value, due: Slot, context: &Context) {
        let mut expected = self.expected(index, piece, context);
        if let Some(held) = self.held(index) {
            let pending = self.pending(index);
            let mask = self.b.and(pending, piece.open);
            let negative = self.b.unary(Unary::Negate, expected);
            let survival = self.exp(negative);
            let rest = self.hold(index, held, (piece.low, piece.high), mask, survival, context);
            let logarithm = self.ln(rest);
            expected = self.b.unary(Unary::Negate, logarithm);
        }
        let before = Operand::Slot(state);
        let after = self.b.add(before, expected);
        let fired = self.b.binary(Binary::Less, Operand::Slot(due), after);
        self.if_any(fired, |l| {
            let survival = |l: &mut Self, expected: Value| {
                let negative = l.b.unary(Unary::Negate, expected);
                l.exp(negative)
            };
            let (s0, s1) = (survival(l, before), survival(l, after));
            let date = l.date_between(piece, s0, s1, luck);
            // Where the piece is so short that both survivals round to the same number, it is as good as its start.
            let date = l.b.max(date, piece.low);
            l.fire(index, fired, date, context);
            l.b.assign_where(fired, due, NEVER);
        });
        self.b.assign(state, after);
    }

    /// Expected occurrences in a piece.
    fn expected(&mut self, index: usize, piece: Piece, context: &Context) -> Value {
        let event = &self.scenario.events[index];
        let pending = self.pending(index);
        let mask = self.b.and(pending, piece.open);
        let allowed = self.allowed(event, mask, context);
        let may = self.b.and(mask, allowed);
        let pace = self.pace(event, may, context);
        let days = self.b.subtract(piece.high, piece.low);
        let years = self.b.divide(days, Value::Constant(DAYS_PER_YEAR));
        let expected = self.b.multiply(pace, years);
        let can = self.b.and(piece.open, allowed);
        self.b.select(can, expected, ZERO)
    }
}

/// Where survival is kept, and the luck below which it must fall ([`HAPPENED`] when it has).
#[derive(Clone, Copy)]
struct Survival {
    state: Slot,
    due: Slot,
    /// The first step of the window if survival may be known beforehand (0 if not).
    first: usize,
}

/// Survival never falls below this.
const HAPPENED: f64 = -1.0;
