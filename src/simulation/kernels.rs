//! The function that does each operation, for each instruction set and kind of frame: plain Rust over arrays that gives the
//! same bits on all of them.

#![expect(
    clippy::redundant_closure,
    reason = "a function that is passed by itself is compiled without its caller's target"
)]

use super::code::{Call, Does, Kernels};
use super::frame::{COLUMN, COLUMNS, EXPONENTIAL, FEW, Frame, SCALED_EXPONENTIAL, STRIP, Source};
use crate::chance::math::normal::standard_normal_column;
use crate::program::fold::{binary, ternary, unary};
use crate::program::merge::merged;
use crate::program::{LANES, Odds, Op, Operand};
use multiversion::{inherit_target, multiversion};

/// The functions that do an operation: the list of them all. `numbers` says which of its inputs are no columns.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
pub(super) fn kernels(op: &Op, numbers: [bool; 3]) -> Kernels {
    /// A function for each kind of frame.
    macro_rules! for_both {
        ($kernel:ident $(, $number:literal)*) => {
            Kernels { block: $kernel::<LANES, STRIP, $($number),*>, few: $kernel::<FEW, FEW, $($number),*> }
        };
    }
    /// A function for each of what one input may be: a column or a number. It gives how many calls are to be left out.
    macro_rules! for_one {
        (|$frame:ident, $call:ident, $a:ident| $does:expr) => {{
            #[inherit_target]
            fn kernel<const N: usize, const S: usize, const A: bool>(
                $frame: &mut Frame<N, S>,
                $call: &Call,
                _: &[Call],
            ) -> usize {
                let $a = $frame.input::<A>($call, 0);
                $does
            }
            if numbers[0] { for_both!(kernel, true) } else { for_both!(kernel, false) }
        }};
    }
    /// The same of two inputs, with what comes after the call.
    macro_rules! for_two {
        (|$frame:ident, $call:ident, $after:pat_param, $a:ident, $b:ident| $does:expr) => {{
            #[inherit_target]
            fn kernel<const N: usize, const S: usize, const A: bool, const B: bool>(
                $frame: &mut Frame<N, S>,
                $call: &Call,
                $after: &[Call],
            ) -> usize
            where
                Call: Does<N, S>,
            {
                let ($a, $b) = ($frame.input::<A>($call, 0), $frame.input::<B>($call, 1));
                $does
            }
            match numbers {
                [false, false, _] => for_both!(kernel, false, false),
                [false, true, _] => for_both!(kernel, false, true),
                [true, false, _] => for_both!(kernel, true, false),
                [true, true, _] => for_both!(kernel, true, true),
            }
        }};
    }
    /// A function that needs nothing but its call.
    macro_rules! for_call {
        (|$frame:ident, $call:ident| $does:expr) => {{
            #[inherit_target]
            fn kernel<const N: usize, const S: usize>($frame: &mut Frame<N, S>, $call: &Call, _: &[Call]) -> usize {
                $does;
                0
            }
            for_both!(kernel)
        }};
    }
    /// A function that takes what belongs to its kind of operation.
    macro_rules! for_op {
        ($pattern:pat => |$frame:ident| $does:expr) => {
            for_call!(|$frame, call| if let $pattern = $frame.code.op(call) {
                $does;
            })
        };
    }
    /// One that decides on the calls inside: it is given what is inside and what comes after it, and gives how many of all
    /// are to be left out.
    macro_rules! for_gate {
        (|$frame:ident, $call:ident, $inside:ident, $after:pat_param| $does:expr) => {{
            #[inherit_target]
            fn kernel<const N: usize, const S: usize>($frame: &mut Frame<N, S>, $call: &Call, all: &[Call]) -> usize
            where
                Call: Does<N, S>,
            {
                let ($inside, $after) = all.split_at($call.inside as usize);
                $does
            }
            for_both!(kernel)
        }};
    }
    match op {
        Op::Unary(operation, ..) => {
            macro_rules! apply {
                ($f:expr) => {
                    for_one!(|frame, call, a| {
                        frame.map1(call.out, a, $f);
                        0
                    })
                };
            }
            unary!(operation, apply)
        }
        Op::Binary(operation, ..) => {
            macro_rules! apply {
                ($f:expr) => {
                    for_two!(|frame, call, _, a, b| {
                        frame.map2(call.out, [a, b], $f);
                        0
                    })
                };
            }
            binary!(operation, apply)
        }
        Op::Ternary(operation, ..) => {
            macro_rules! apply {
                ($f:expr) => {{
                    #[inherit_target]
                    fn kernel<const N: usize, const S: usize, const A: bool, const B: bool, const C: bool>(
                        frame: &mut Frame<N, S>,
                        call: &Call,
                        _: &[Call],
                    ) -> usize {
                        let inputs = [frame.input::<A>(call, 0), frame.input::<B>(call, 1), frame.input::<C>(call, 2)];
                        frame.map3(call.out, inputs, $f);
                        0
                    }
                    match numbers {
                        [false, false, false] => for_both!(kernel, false, false, false),
                        [false, false, true] => for_both!(kernel, false, false, true),
                        [false, true, false] => for_both!(kernel, false, true, false),
                        [false, true, true] => for_both!(kernel, false, true, true),
                        [true, false, false] => for_both!(kernel, true, false, false),
                        [true, false, true] => for_both!(kernel, true, false, true),
                        [true, true, false] => for_both!(kernel, true, true, false),
                        [true, true, true] => for_both!(kernel, true, true, true),
                    }
                }};
            }
            ternary!(operation, apply)
        }
        Op::Merged(operation) => {
            macro_rules! apply {
                ($f:expr) => {
                    for_call!(|frame, call| frame.map_merged(call, $f))
                };
            }
            merged!(operation.form, apply)
        }
        Op::Uniform { .. } => for_call!(|frame, call| frame.uniforms(call.out, call.stream(frame), |u| u)),
        Op::Normal { .. } => for_call!(|frame, call| {
            frame.uniforms(call.out, call.stream(frame), |u| u);
            frame.rework(call.out, |values| standard_normal_column(values));
        }),
        Op::NormalOf { .. } => for_op!(Op::NormalOf { out, uniform } => |frame| {
            frame.map1(*out, frame.source(*uniform), |u| u);
            frame.rework(*out, |values| standard_normal_column(values));
        }),
        Op::Draw { .. } => for_op!(Op::Draw { out, uniform, distribution } => |frame| {
            frame.draw(*out, *uniform, distribution);
        }),
        Op::DrawWith(_) => for_op!(Op::DrawWith(draw) => |frame| frame.draw_with(draw)),
        Op::Pick { .. } => {
            for_op!(Op::Pick { out, uniform, weights } => |frame| frame.pick(*out, *uniform, weights))
        }
        Op::Poisson { .. } => for_two!(|frame, call, _, uniform, mean| {
            frame.poisson(call.out, uniform, mean);
            0
        }),
        Op::Arrivals { .. } => for_gate!(|frame, call, inside, _| frame.if_arrivals(call, inside)),
        Op::Lookup { .. } => for_op!(Op::Lookup { out, row, rows } => |frame| {
            let last = rows.len() - 1;
            frame.map1(*out, frame.source(*row), |row| rows[(row as usize).min(last)]);
        }),
        Op::Clamp { .. } => for_op!(Op::Clamp { out, flag, value, low, high } => |frame| {
            let (low, high) = (*low, *high);
            let flags = Source::Column(*flag as usize);
            frame.map2(*flag, [flags, frame.source(*value)], |flag, x| if (x < low) | (x > high) { 1.0 } else { flag });
            frame.map1(*out, frame.source(*value), |x| {
                let x = if x < low { low } else { x };
                if x > high { high } else { x }
            });
        }),
        Op::Check { .. } => for_one!(|frame, call, value| {
            if frame.suspicious(value)
                && let Op::Check { value, mask, infinite, site } = *frame.code.op(call)
            {
                (0..N).for_each(|lane| frame.check_lane(value, mask, infinite, site, lane));
            }
            0
        }),
        Op::IfAny { .. } => for_gate!(|frame, call, inside, _| frame.if_any(call, inside)),
        Op::IfChanged { .. } => for_gate!(|frame, call, inside, _| frame.if_changed(call, inside)),
        Op::IfLess(_) => {
            for_two!(|frame, call, after, a, b| frame.if_less(call, a, b, &after[..call.inside as usize]))
        }
        Op::Survival(survival) => {
            macro_rules! shape {
                ($odds:ident, $only:literal) => {
                    for_gate!(|frame, call, inside, _| frame.survival::<$odds, $only>(call, inside))
                };
            }
            match (survival.odds, survival.only) {
                (Odds::Columns { .. }, None) => shape!(COLUMNS, false),
                (Odds::Columns { .. }, Some(_)) => shape!(COLUMNS, true),
                (Odds::Column { .. }, None) => shape!(COLUMN, false),
                (Odds::Column { .. }, Some(_)) => shape!(COLUMN, true),
                (Odds::Exponential { factor: None, .. }, _) => shape!(EXPONENTIAL, false),
                (Odds::Exponential { factor: Some(_), .. }, _) => shape!(SCALED_EXPONENTIAL, false),
            }
        }
        Op::Pieces(_) => for_gate!(|frame, call, inside, after| match frame.code.op(call) {
            Op::Pieces(pieces) => frame.pieces(pieces, inside, &after[..call.out as usize]),
            _ => 0,
        }),
        Op::Times { .. } => for_gate!(|frame, call, inside, _| match *frame.code.op(call) {
            Op::Times { count, index, .. } => frame.times(count, index, inside),
            _ => 0,
        }),
        Op::Changed(_) => for_call!(|frame, call| frame.changed |= call.changes()),
        Op::Remember { .. } => for_op!(Op::Remember { first, size, value } => |frame| {
            let slot = first + frame.step as u32 % size;
            frame.map1(slot, Source::Column(*value as usize), |x| x);
        }),
        Op::Recall { .. } => for_op!(Op::Recall { out, first, size, step } => |frame| {
            if let Source::Number(wanted) = frame.source(Operand::Table(*step)) {
                let slot = first + wanted as u32 % size;
                frame.map1(*out, Source::Column(slot as usize), |x| x);
            }
        }),
    }
}
