//! Labels beside the ends of lines, moved apart until none overlap.

/// Places for labels that wish to stand at `wishes`, each `apart` from the next, all between `top` and `bottom`; in the
/// order of the wishes given. Neighbours that are too near are pooled, and the pool is centred on their wishes.
pub(super) fn spread(wishes: &[f64], apart: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| wishes[a].total_cmp(&wishes[b]));
    // A pool is its number of labels and the sum of the places that their wishes give its first label.
    let mut pools: Vec<(usize, f64)> = Vec::new();
    for &label in &order {
        pools.push((1, wishes[label]));
        while let [.., above, below] = pools[..] {
            let start = |pool: (usize, f64)| pool.1 / pool.0 as f64;
            if start(above) + above.0 as f64 * apart <= start(below) {
                break;
            }
            let moved = below.1 - below.0 as f64 * above.0 as f64 * apart;
            pools.truncate(pools.len() - 2);
            pools.push((above.0 + below.0, above.1 + moved));
        }
    }
    let mut places = Vec::with_capacity(wishes.len());
    for (count, sum) in pools {
        places.extend((0..count).map(|place| sum / count as f64 + place as f64 * apart));
    }
    let mut least = top;
    for place in &mut places {
        *place = place.max(least);
        least = *place + apart;
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - apart;
    }
    let mut placed = vec![0.0; wishes.len()];
    for (place, label) in places.into_iter().zip(order) {
        placed[label] = place;
    }
    placed
}
