//! How well the number of futures lets one know a share or a mean: 95 % intervals.
//!
//! Where futures are spread evenly instead of at random they come in groups, each of which is an answer of its own; the
//! interval then is Student's around the answer of all of them.

/// The 97.5 % quantile of the standard normal.
pub const Z: f64 = 1.959963984540054;

/// The 97.5 % quantile of Student's t with 15 degrees of freedom.
const T: f64 = 2.131449545559323;

/// Wilson's interval of a share seen in `n` futures (Wilson 1927).
pub fn wilson(share: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = Z * Z;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let low = if share == 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if share == 1.0 { 1.0 } else { (middle + half).min(1.0) };
    (low, high)
}

/// The interval of a share that is known in 16 groups of `n` futures together; Wilson's where it is 0 or 1 in all of them.
///
/// Evenly spread futures may agree to the last one on a share between two that their number allows: the interval is never
/// narrower than three futures to either side, beyond which 16 groups would have differed in 95 % of all cases.
pub fn grouped_share(share: f64, n: f64, groups: &[f64]) -> (f64, f64) {
    if share <= 0.0 || share >= 1.0 {
        return wilson(share, n);
    }
    let half = student(groups).max(3.0 / n);
    ((share - half).max(0.0), (share + half).min(1.0))
}

/// Student's half-width of a number that was worked out in each of 16 groups.
pub fn student(groups: &[f64]) -> f64 {
    let n = groups.len() as f64;
    let mean = groups.iter().sum::<f64>() / n;
    let squares: f64 = groups.iter().map(|x| (x - mean) * (x - mean)).sum();
    T * (squares / (n - 1.0) / n).sqrt()
}

/// The mean in each group, given its weight and its weighted sum; none where a group has no weight.
pub fn means(groups: &[[f64; 2]]) -> Option<Vec<f64>> {
    groups.iter().map(|[weight, sum]| (*weight > 0.0).then(|| sum / weight)).collect()
}
