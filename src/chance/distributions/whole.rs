//! Quantiles of distributions on the whole numbers, by search from a good guess.

/// Counts above this are no longer told apart from their neighbours.
pub(super) const GREATEST: f64 = 1e15;

/// The least whole number k between `low` and `high` with P(X ≤ k) ≥ u, judged on the smaller tail.
pub(super) fn least_reaching(u: f64, q: f64, guess: f64, low: f64, high: f64, cdf: impl Fn(f64) -> (f64, f64)) -> f64 {
    if u <= 0.0 {
        return low;
    }
    if q <= 0.0 {
        return high;
    }
    let reached = |k: f64| {
        let (below, above) = cdf(k);
        if u <= 0.5 { below >= u } else { above <= q }
    };
    let ceiling = high.min(1e17);
    let start = if guess.is_finite() { guess.round().clamp(low, ceiling) } else { low };
    // Strides that double find a bracket: not reached at `under`, reached at `over`.
    let mut stride = 1.0;
    let (mut under, mut over);
    if reached(start) {
        over = start;
        loop {
            under = over - stride;
            if under < low {
                under = low - 1.0;
                break;
            }
            if !reached(under) {
                break;
            }
            over = under;
            stride *= 2.0;
        }
    } else {
        under = start;
        loop {
            over = under + stride;
            if over >= ceiling {
                over = ceiling;
                break;
            }
            if reached(over) {
                break;
            }
            under = over;
            stride *= 2.0;
        }
    }
    while over - under > 1.0 {
        let middle = (under + 0.5 * (over - under)).floor();
        if middle <= under || middle >= over {
            break;
        }
        if reached(middle) {
            over = middle;
        } else {
            under = middle;
        }
    }
    over
}
