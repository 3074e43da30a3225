//! How well the number of futures lets one know a share or a mean: 95 % intervals.

/// The 97.5 % quantile of the standard normal.
pub const Z: f64 = 1.959963984540054;

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
