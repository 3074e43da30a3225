//! From values to places on the paper, and round ticks between.

use super::words::Numbers;

/// A straight scale; `left` may be right of `right` (or below it).
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) left: f64,
    pub(super) right: f64,
}

impl Scale {
    pub(super) fn new(from: f64, to: f64, left: f64, right: f64) -> Scale {
        Scale { from, to, left, right }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let width = self.to - self.from;
        if width == 0.0 || !width.is_finite() || !value.is_finite() {
            return f64::midpoint(self.left, self.right);
        }
        self.left + (value - self.from) / width * (self.right - self.left)
    }
}

/// The finest round step that puts at most `most` ticks between two values.
pub(super) fn step(from: f64, to: f64, most: usize) -> f64 {
    let width = (to - from).abs();
    if width.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) || !width.is_finite() {
        return 1.0;
    }
    let mut decade = 1.0;
    while decade > width {
        decade /= 10.0;
    }
    while decade * 10.0 <= width {
        decade *= 10.0;
    }
    let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
    let fits = |step: &f64| places(from.min(to), from.max(to), *step).len() <= most;
    steps.into_iter().map(|step| step * decade).find(fits).unwrap_or(decade * 10.0)
}

/// The multiples of `step` between two values.
pub(super) fn places(from: f64, to: f64, step: f64) -> Vec<f64> {
    let slack = step * 1e-6;
    let first = ((from - slack) / step).ceil();
    let last = ((to + slack) / step).floor();
    if step.is_nan() || step <= 0.0 || !(last - first).is_finite() || last - first > 1e4 {
        return Vec::new();
    }
    (0..=(last - first).max(-1.0) as i64).map(|index| (first + index as f64) * step).collect()
}

/// An axis for values between `low` and `high`: bounds on round values where those are near, ticks, and how they are
/// written.
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) ticks: Vec<f64>,
    pub(super) numbers: Numbers,
}

pub(super) fn axis(low: f64, high: f64, most: usize, unit: &str) -> Axis {
    let (mut low, mut high) = (low.min(high), low.max(high));
    if low == high {
        let around = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        (low, high) = (low - around, high + around);
    }
    let step = step(low, high, most);
    let width = high - low;
    // A round bound is worth an eighth of the axis; zero is worth a quarter.
    let (down, up) = ((low / step).floor() * step, (high / step).ceil() * step);
    let from = if low - down <= width / 8.0 || (down == 0.0 && low <= width / 4.0) { down } else { low - width * 0.04 };
    let to = if up - high <= width / 8.0 { up } else { high + width * 0.04 };
    let mut ticks = places(from, to, step);
    if ticks.len() > most {
        ticks = places(from, to, self::step(from, to, most));
    }
    let apart = if ticks.len() > 1 { ticks[1] - ticks[0] } else { width / 10.0 };
    Axis { from, to, numbers: Numbers::in_steps(apart, from.abs().max(to.abs()), unit), ticks }
}

/// The round top of an axis of shares that begins at 0.
pub(super) fn round_top(largest: f64) -> f64 {
    [0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|top| largest <= *top + 1e-12).unwrap_or(1.0)
}
