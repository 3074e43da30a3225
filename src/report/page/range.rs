//! A range as a small picture: a line, a bar from its low to its high end, a dot at the value.

use maud::{Markup, html};

const WIDTH: f64 = 160.0;
const MARGIN: f64 = 8.0;

/// The line runs over `bounds` where the value has any, else as far beyond the range as half of it.
pub(super) fn bar(low: f64, high: f64, at: Option<f64>, bounds: Option<(f64, f64)>) -> Markup {
    let (from, to) = bounds.unwrap_or_else(|| {
        let half = (high - low).abs() / 2.0;
        let inside = at.unwrap_or(low);
        (low.min(high).min(inside) - half, low.max(high).max(inside) + half)
    });
    let place = |x: f64| {
        let share = if to > from { ((x - from) / (to - from)).clamp(0.0, 1.0) } else { 0.5 };
        format!("{:.0}", MARGIN + share * (WIDTH - 2.0 * MARGIN))
    };
    html! {
        svg.rb viewBox="0 0 160 20" aria-hidden="true" {
            line.s-grid x1=(place(from)) y1="10" x2=(place(to)) y2="10" stroke-width="2" {}
            line.s-band25 x1=(place(low)) y1="10" x2=(place(high)) y2="10" stroke-width="8" {}
            @if let Some(at) = at { circle.f-data cx=(place(at)) cy="10" r="6" {} }
        }
    }
}
