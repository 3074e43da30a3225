//! Histograms that are filled while futures stream by, laid out by the first few thousand of them.
//!
//! A quantile is the least value with at least that share of the weight at or below it. Values that many futures have
//! exactly (point masses) are counted by themselves, and quantiles are exact there; in between they are read from fine
//! bins, as if the values of a bin were spread evenly over it.

use crate::program::LANES;

/// Where the bins of one series lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    low: f64,
    width: f64,
    count: usize,
    /// Point masses, in order.
    atoms: Vec<f64>,
    /// Whether each bin keeps the least and greatest of its values: where values repeat, bins may hold a single one.
    lumpy: bool,
}

/// The most point masses that are looked for.
const MOST_ATOMS: usize = 256;

impl Bins {
    /// Lays out bins for values like these; `weights` are theirs, none if all count alike.
    pub fn like(values: &[f64], weights: &[f64], count: usize) -> Self {
        let sorted = in_order(values);
        let n = sorted.len();
        if n == 0 {
            return Bins { low: 0.0, width: 1.0, count: 1, atoms: Vec::new(), lumpy: true };
        }
        let mut runs: Vec<(usize, f64)> = Vec::new();
        for &value in &sorted {
            match runs.last_mut() {
                Some((times, last)) if *last == value => *times += 1,
                _ => runs.push((1, value)),
            }
        }
        let lumpy = runs.len() * 10 < n * 9 || n < 64;
        let enough = (n / 1000).max(2);
        let mut atoms: Vec<(usize, f64)> = runs.iter().copied().filter(|(times, _)| *times >= enough).collect();
        atoms.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
        atoms.truncate(MOST_ATOMS);
        let mut atoms: Vec<f64> = atoms.into_iter().map(|(_, value)| value).collect();
        atoms.sort_by(f64::total_cmp);
        // The outermost quarter percent may be far away: a bin at each end takes what lies there. What was observed may
        // count most where few of the values lie, so the bins hold all but a quarter percent of the weight, too.
        let outside = n / 400;
        let (mut low, mut high) = (sorted[outside], sorted[n - 1 - outside]);
        if !weights.is_empty() {
            let (least, greatest) = middle(values, weights);
            (low, high) = (low.min(least), high.max(greatest));
        }
        let width = (high - low) / count as f64;
        if width > 0.0 && width.is_finite() {
            Bins { low, width, count, atoms, lumpy }
        } else {
            Bins { low, width: 1.0, count: 1, atoms, lumpy: true }
        }
    }
}

/// The finite values in order.
fn in_order(values: &[f64]) -> Vec<f64> {
    // As whole numbers they are compared in half the time; of negative ones all bits but the sign count the other way round.
    let turn = |bits: i64| bits ^ ((bits >> 63) as u64 >> 1) as i64;
    let finite = values.iter().filter(|value| value.is_finite());
    let mut keys: Vec<i64> = finite.map(|value| turn(value.to_bits() as i64)).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| f64::from_bits(turn(key) as u64)).collect()
}

/// The least and greatest value with more than a quarter percent of the weight at or beyond them.
fn middle(values: &[f64], weights: &[f64]) -> (f64, f64) {
    let weighted = values.iter().copied().zip(weights.iter().copied());
    let mut sorted: Vec<(f64, f64)> = weighted.filter(|(value, _)| value.is_finite()).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let enough = sorted.iter().map(|(_, weight)| weight).sum::<f64>() / 400.0;
    // From one end on, until more than that has passed.
    let until = |passed: f64, (value, weight): &(f64, f64)| {
        let passed = passed + weight;
        if passed > enough { Err(*value) } else { Ok(passed) }
    };
    let (low, high) = (sorted.iter().try_fold(0.0, until), sorted.iter().rev().try_fold(0.0, until));
    (low.err().unwrap_or(f64::NAN), high.err().unwrap_or(f64::NAN))
}

/// What has fallen into the bins.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// Below, the bins, above.
    counts: Vec<u64>,
    /// The same of the last futures that all weigh 1: small numbers, so that many series stay in the cache.
    recent: Vec<u16>,
    /// How many futures `recent` holds.
    unsettled: usize,
    atoms: Vec<u64>,
    /// The least and greatest value of each of `counts`, if the series is lumpy.
    extremes: Vec<(f64, f64)>,
    /// The least and greatest value of every sixteenth future.
    least: [f64; SIDE],
    greatest: [f64; SIDE],
}

/// Adding it to a number below 2³² leaves that number, rounded, in the low bits.
const ROUNDER: f64 = 4_503_599_627_370_496.0;
/// Extremes that run side by side: one alone would wait for itself.
const SIDE: usize = 16;

/// A number from 0 to below 2³², rounded. Vector code, which turning numbers into whole ones is not everywhere.
#[inline(always)]
pub(super) fn rounded(x: f64) -> u32 {
    (x + ROUNDER).to_bits() as u32
}

/// The bin of each value of a column.
type Places = [u32; LANES];

#[inline(always)]
fn places(bins: &Bins, values: &[f64; LANES]) -> Places {
    let scale = 1.0 / bins.width;
    // Place 0 is for what lies below: rounding to the nearest with half a bin more rounds down to the bin, and one up.
    let first = 0.5 - bins.low * scale;
    let last = bins.count as f64 + 1.0;
    let mut places = [0; LANES];
    for (place, value) in places.iter_mut().zip(values) {
        let x = value.mul_add(scale, first);
        let x = if x > 0.0 { x } else { 0.0 };
        let x = if x < last { x } else { last };
        *place = rounded(x);
    }
    places
}

impl Histogram {
    pub fn of(bins: &Bins) -> Self {
        let smooth = !bins.lumpy && bins.atoms.is_empty();
        let extremes = if bins.lumpy { vec![(f64::INFINITY, f64::NEG_INFINITY); bins.count + 2] } else { Vec::new() };
        Histogram {
            counts: vec![0; bins.count + 2],
            recent: if smooth { vec![0; bins.count + 2] } else { Vec::new() },
            unsettled: 0,
            atoms: vec![0; bins.atoms.len()],
            extremes,
            least: [f64::INFINITY; SIDE],
            greatest: [f64::NEG_INFINITY; SIDE],
        }
    }

    /// Adds the values of a column, each of which weighs 1.
    #[inline(always)]
    pub fn add_plain(&mut self, bins: &Bins, values: &[f64; LANES]) {
        let mut places = [0; LANES];
        if self.find(bins, values, &mut places) {
            self.count(&places);
        }
    }

    /// The same for a column of each of several series. They are counted two by two, by turns, since a processor waits for
    /// one count of a series before it begins the next.
    #[inline(always)]
    pub fn add_all<'a>(all: impl Iterator<Item = (&'a mut Histogram, &'a Bins, &'a [f64; LANES])>) {
        let mut places = [[0; LANES]; 2];
        let mut waiting: Option<&mut Histogram> = None;
        for (histogram, bins, values) in all {
            if !histogram.find(bins, values, &mut places[usize::from(waiting.is_some())]) {
                continue;
            }
            match waiting.take() {
                Some(first) => first.count_both(histogram, &places),
                None => waiting = Some(histogram),
            }
        }
        if let Some(last) = waiting {
            last.count(&places[0]);
        }
    }

    /// Takes in the values of a column, but for counting them: that is left to be done in the bins that it gives, unless it
    /// says that nothing is left.
    #[inline(always)]
    fn find(&mut self, bins: &Bins, values: &[f64; LANES], found: &mut Places) -> bool {
        if self.recent.is_empty() {
            self.add_lumps(bins, values);
            return false;
        }
        self.reach(values);
        if self.unsettled + LANES > usize::from(u16::MAX) {
            self.settle();
        }
        self.unsettled += LANES;
        *found = places(bins, values);
        true
    }

    #[inline(always)]
    fn count(&mut self, places: &Places) {
        let recent = &mut self.recent[..];
        for place in places {
            recent[*place as usize] += 1;
        }
    }

    #[inline(always)]
    fn count_both(&mut self, other: &mut Histogram, [places, others]: &[Places; 2]) {
        let (recent, other) = (&mut self.recent[..], &mut other.recent[..]);
        for (place, others) in places.iter().zip(others) {
            recent[*place as usize] += 1;
            other[*others as usize] += 1;
        }
    }

    /// Values many of which are the same: those that the whole column has, or that are a point mass, at once.
    #[inline(always)]
    fn add_lumps(&mut self, bins: &Bins, values: &[f64; LANES]) {
        const COUNTED_AT_ONCE: usize = 4;
        let times =
            |wanted: f64| values.iter().map(|value| u64::from(value.to_bits() == wanted.to_bits())).sum::<u64>();
        if times(values[0]) == LANES as u64 {
            return self.add_one(bins, values[0], LANES as u64);
        }
        let counted = &bins.atoms[..bins.atoms.len().min(COUNTED_AT_ONCE)];
        for &atom in counted {
            self.add_one(bins, atom, times(atom));
        }
        for &value in values {
            if counted.iter().all(|atom| atom.to_bits() != value.to_bits()) {
                self.add_one(bins, value, 1);
            }
        }
    }

    /// Adds the first values of a column, each with its weight.
    #[inline(always)]
    pub fn add(&mut self, bins: &Bins, values: &[f64; LANES], weights: &[u64], lanes: usize) {
        if self.recent.is_empty() {
            for i in 0..lanes {
                self.add_one(bins, values[i], weights[i]);
            }
            return;
        }
        // What does not count is as if it were another value of the series.
        let first = values[0];
        let counted = std::array::from_fn(|i| if i < lanes { values[i] } else { first });
        self.reach(&counted);
        let bin = places(bins, &counted);
        for i in 0..lanes {
            self.counts[bin[i] as usize] += weights[i];
        }
    }

    /// Keeps the least and greatest of these values.
    #[inline(always)]
    fn reach(&mut self, values: &[f64; LANES]) {
        let (mut least, mut greatest) = (self.least, self.greatest);
        for side in values.as_chunks::<SIDE>().0 {
            for i in 0..SIDE {
                least[i] = if side[i] < least[i] { side[i] } else { least[i] };
                greatest[i] = if side[i] > greatest[i] { side[i] } else { greatest[i] };
            }
        }
        (self.least, self.greatest) = (least, greatest);
    }

    pub fn least(&self) -> f64 {
        self.least.into_iter().fold(f64::INFINITY, f64::min)
    }

    pub fn greatest(&self) -> f64 {
        self.greatest.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }

    fn settle(&mut self) {
        for (count, recent) in self.counts.iter_mut().zip(&mut self.recent) {
            *count += u64::from(std::mem::take(recent));
        }
        self.unsettled = 0;
    }

    #[inline(always)]
    pub fn add_one(&mut self, bins: &Bins, value: f64, weight: u64) {
        if weight == 0 {
            return;
        }
        self.least[0] = if value < self.least[0] { value } else { self.least[0] };
        self.greatest[0] = if value > self.greatest[0] { value } else { self.greatest[0] };
        if let Ok(atom) = bins.atoms.binary_search_by(|a| a.total_cmp(&value)) {
            self.atoms[atom] += weight;
            return;
        }
        let place = (value - bins.low) / bins.width;
        let bin = if place < 0.0 { 0 } else { (place as usize).min(bins.count) + 1 };
        self.counts[bin] += weight;
        if let Some((least, greatest)) = self.extremes.get_mut(bin) {
            *least = least.min(value);
            *greatest = greatest.max(value);
        }
    }

    pub fn merge(&mut self, other: &Histogram) {
        let add = |a: &mut [u64], b: &[u64]| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        add(&mut self.counts, &other.counts);
        self.counts.iter_mut().zip(&other.recent).for_each(|(x, y)| *x += u64::from(*y));
        add(&mut self.atoms, &other.atoms);
        for (mine, theirs) in self.extremes.iter_mut().zip(&other.extremes) {
            *mine = (mine.0.min(theirs.0), mine.1.max(theirs.1));
        }
        self.least[0] = self.least[0].min(other.least());
        self.greatest[0] = self.greatest[0].max(other.greatest());
    }

    /// The quantile of a share, if there is any weight.
    pub fn quantile(&self, bins: &Bins, share: f64) -> Option<f64> {
        let total: u64 = self.counts.iter().chain(&self.atoms).sum();
        if total == 0 {
            return None;
        }
        let target = share * total as f64;
        let mut passed = 0.0;
        let mut atom = 0;
        for bin in 0..self.counts.len() {
            let (from, to) = self.stretch(bins, bin);
            let mut rest = (self.counts[bin] as f64, from);
            // Point masses inside the bin cut it: what lies before one is passed first.
            while atom < bins.atoms.len() && (bins.atoms[atom] < to || bin + 1 == self.counts.len()) {
                let at = bins.atoms[atom];
                let part = if to > rest.1 && at > rest.1 { rest.0 * ((at - rest.1) / (to - rest.1)) } else { 0.0 };
                if part > 0.0 && passed + part >= target {
                    return Some(rest.1 + (target - passed) / part * (at - rest.1));
                }
                passed += part;
                rest = (rest.0 - part, at.max(rest.1));
                passed += self.atoms[atom] as f64;
                if self.atoms[atom] > 0 && passed >= target {
                    return Some(at);
                }
                atom += 1;
            }
            if rest.0 > 0.0 && passed + rest.0 >= target {
                return Some(rest.1 + (target - passed) / rest.0 * (to - rest.1));
            }
            passed += rest.0;
        }
        Some(self.greatest())
    }

    /// From where to where the values of a bin lie.
    fn stretch(&self, bins: &Bins, bin: usize) -> (f64, f64) {
        if let Some(&(least, greatest)) = self.extremes.get(bin)
            && least <= greatest
        {
            return (least, greatest);
        }
        let edge = |i: usize| bins.low + bins.width * i as f64;
        match bin {
            0 => (self.least().min(edge(0)), edge(0)),
            b if b == bins.count + 1 => (edge(bins.count), self.greatest().max(edge(bins.count))),
            b => (edge(b - 1), edge(b)),
        }
    }
}

/// The quantiles of values that are all known.
pub fn exact_quantiles(values: &mut [(f64, u64)], shares: &[f64]) -> Vec<Option<f64>> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: u64 = values.iter().map(|(_, w)| w).sum();
    let mut found = Vec::new();
    let (mut passed, mut i) = (0u64, 0);
    for &share in shares {
        let target = share * total as f64;
        while i < values.len() && ((passed + values[i].1) as f64) < target {
            passed += values[i].1;
            i += 1;
        }
        found.push(values.get(i).or(values.last()).map(|(v, _)| *v));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_order() {
        let values = [2.0, f64::INFINITY, -1.5, 0.0, -3.0, f64::NAN, -0.0, 1e-310, f64::MAX];
        let expected = [-3.0, -1.5, -0.0, 0.0, 1e-310, 2.0, f64::MAX];
        assert!(in_order(&values).iter().map(|value| value.to_bits()).eq(expected.map(f64::to_bits)));
    }

    #[test]
    fn quantiles_of_a_smooth_series_are_read_between_the_edges() {
        let values: Vec<f64> = (0..4096).map(|i| f64::from(i) / 4096.0).collect();
        let bins = Bins::like(&values, &[], 1024);
        let mut histogram = Histogram::of(&bins);
        values.iter().for_each(|v| histogram.add_one(&bins, *v, 1));
        for share in [0.01, 0.05, 0.5, 0.95, 0.99] {
            let found = histogram.quantile(&bins, share).unwrap_or(f64::NAN);
            assert!((found - share).abs() < 2e-3, "{share}: {found}");
        }
    }

    #[test]
    fn quantiles_at_point_masses_are_exact() {
        let values: Vec<f64> = (0..4000).map(|i| if i % 10 < 4 { 0.0 } else { f64::from(i % 7) }).collect();
        let bins = Bins::like(&values, &[], 1024);
        let mut histogram = Histogram::of(&bins);
        values.iter().for_each(|v| histogram.add_one(&bins, *v, 3));
        let mut all: Vec<(f64, u64)> = values.iter().map(|v| (*v, 3)).collect();
        let shares = [0.01, 0.3, 0.48, 0.5, 0.75, 0.99];
        let exact = exact_quantiles(&mut all, &shares);
        for (share, exact) in shares.iter().zip(exact) {
            assert_eq!(histogram.quantile(&bins, *share), exact);
        }
    }
}
