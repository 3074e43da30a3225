//! Things on one line moved apart until none overlap: labels beside the ends of lines, boxes in a column.

/// Places for labels that wish to stand at `wishes`, each `apart` from the next, all between `top` and `bottom`; in the
/// order of the wishes given.
pub(super) fn spread(wishes: &[f64], apart: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| wishes[a].total_cmp(&wishes[b]));
    let sorted: Vec<f64> = order.iter().map(|&label| wishes[label]).collect();
    let half = apart / 2.0;
    let places = settle(&sorted, &vec![apart; wishes.len()], top - half, bottom + half);
    let mut placed = vec![0.0; wishes.len()];
    for (place, label) in places.into_iter().zip(order) {
        placed[label] = place;
    }
    placed
}

/// Middles for things of these sizes, in this order, as near to their wishes as they can be together: neighbours that
/// would overlap are pooled, and the pool is centred on their wishes. All stay between `top` and `bottom` where there
/// is room; where there is not, they begin at `top`.
pub(super) fn settle(wishes: &[f64], sizes: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    // A pool: how many, their size together, and the sum of the places that their wishes give its beginning.
    let mut pools: Vec<(usize, f64, f64)> = Vec::new();
    for (wish, size) in wishes.iter().zip(sizes) {
        pools.push((1, *size, wish - size / 2.0));
        while let [.., above, below] = pools[..] {
            let start = |pool: (usize, f64, f64)| pool.2 / pool.0 as f64;
            if start(above) + above.1 <= start(below) {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push((above.0 + below.0, above.1 + below.1, above.2 + below.2 - below.0 as f64 * above.1));
        }
    }
    let mut starts = Vec::with_capacity(wishes.len());
    for (count, _, sum) in pools {
        let mut start = sum / count as f64;
        for _ in 0..count {
            starts.push(start);
            start += sizes[starts.len() - 1];
        }
    }
    let mut most = bottom;
    for (start, size) in starts.iter_mut().zip(sizes).rev() {
        *start = start.min(most - size);
        most = *start;
    }
    let mut least = top;
    for (start, size) in starts.iter_mut().zip(sizes) {
        *start = start.max(least);
        least = *start + size;
    }
    starts.iter().zip(sizes).map(|(start, size)| start + size / 2.0).collect()
}
