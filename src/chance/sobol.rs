//! Futures spread evenly instead of at random: scrambled Sobol' points (Sobol' 1967; Joe and Kuo 2008; Owen 1995).
//!
//! Future i is point ⌊i/16⌋ of randomisation i mod 16. Each randomisation is a scrambling of the same points, in itself
//! as good as random, so that what differs from one to another tells how well a number is known. The scrambling is
//! Owen's, by a hash (Laine and Karras 2011; Burley 2020) of seed, address, step and randomisation.

use super::uniform::{step_key, uniform, word};
use multiversion::multiversion;
use sobol::params::JoeKuoD6;
use sobol::{Sobol, SobolParams};
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// Scramblings of the same points.
pub const RANDOMISATIONS: usize = 16;
/// Numbers of a future that can be spread evenly: so many direction numbers are known.
pub const DIMENSIONS: usize = 21_201;
/// Bits of a point; longer runs begin anew with other scramblings.
const BITS: usize = 32;

/// A way of drawing the numbers that luck decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    #[default]
    Random,
    Sobol,
}

impl Sampling {
    pub const ALL: [Sampling; 2] = [Sampling::Random, Sampling::Sobol];

    pub fn name(self) -> &'static str {
        match self {
            Sampling::Random => "random",
            Sampling::Sobol => "sobol",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sampling| sampling.name() == name)
    }
}

/// Which streams of words are spread evenly, and how.
#[derive(Clone, PartialEq, Eq)]
pub struct Design {
    /// The dimension of each stream that has one.
    dimensions: HashMap<u64, u32>,
    /// Of each dimension the direction numbers, turned round: the lowest bit is a point's first.
    directions: Vec<[u32; BITS]>,
    /// How many streams there are that no dimension was left for.
    left_out: usize,
}

impl fmt::Debug for Design {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} dimensions", self.directions.len())
    }
}

impl Design {
    /// Gives dimensions to streams in the order in which they come; one that comes again keeps what it has.
    pub fn new(streams: impl IntoIterator<Item = u64>) -> Self {
        let mut dimensions = HashMap::new();
        for stream in streams {
            let next = dimensions.len() as u32;
            dimensions.entry(stream).or_insert(next);
        }
        let left_out = dimensions.len().saturating_sub(DIMENSIONS);
        dimensions.retain(|_, dimension| (*dimension as usize) < DIMENSIONS);
        Design { directions: directions(dimensions.len()), dimensions, left_out }
    }

    /// How many streams stay random because all dimensions are taken.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The points of a stream, if it has a dimension.
    #[inline]
    pub fn points(&self, stream: u64) -> Option<Points<'_>> {
        let dimension = *self.dimensions.get(&stream)?;
        Some(Points {
            directions: &self.directions[dimension as usize],
            stream,
            scrambling: step_key(stream, u32::MAX),
        })
    }
}

fn directions(count: usize) -> Vec<[u32; BITS]> {
    // Unpacking them takes longer than playing a thousand futures, and analyses play many programs.
    static PARAMETERS: LazyLock<JoeKuoD6> = LazyLock::new(JoeKuoD6::extended);
    let count = count.min(PARAMETERS.max_dims());
    let all = Sobol::<u32>::init_direction_vals::<u32>(count, BITS, &*PARAMETERS);
    let turned = |numbers: Vec<u32>| {
        let mut turned = [0; BITS];
        turned.iter_mut().zip(numbers).for_each(|(turned, number)| *turned = number.reverse_bits());
        turned
    };
    all.into_iter().map(turned).collect()
}

/// One dimension.
#[derive(Clone, Copy)]
pub struct Points<'a> {
    directions: &'a [u32; BITS],
    stream: u64,
    /// The key of the scramblings' seeds.
    scrambling: u64,
}

impl Points<'_> {
    /// The number of one future, inside (0, 1).
    #[inline]
    pub fn at(&self, future: u64) -> f64 {
        let point = future / RANDOMISATIONS as u64;
        let seed = self.seed(point, future % RANDOMISATIONS as u64);
        self.number(scrambled(self.digits(point), seed), future)
    }

    /// The numbers of futures side by side, the first of which is one of randomisation 0.
    pub fn column(self, first: u64, out: &mut [f64]) {
        fill(self, first, out);
    }

    #[inline(always)]
    fn fill(self, first: u64, out: &mut [f64]) {
        debug_assert!(first.is_multiple_of(RANDOMISATIONS as u64));
        let mut seeds = [0; RANDOMISATIONS];
        let mut known = None;
        for (row, out) in out.chunks_mut(RANDOMISATIONS).enumerate() {
            let first = first + (row * RANDOMISATIONS) as u64;
            let point = first / RANDOMISATIONS as u64;
            if known != Some(point >> BITS) {
                known = Some(point >> BITS);
                seeds = std::array::from_fn(|randomisation| self.seed(point, randomisation as u64));
            }
            let digits = self.digits(point);
            for (out, (seed, future)) in out.iter_mut().zip(seeds.into_iter().zip(first..)) {
                *out = self.number(scrambled(digits, seed), future);
            }
        }
    }

    #[inline(always)]
    fn seed(&self, point: u64, randomisation: u64) -> u32 {
        word(self.scrambling, (point >> BITS) * RANDOMISATIONS as u64 + randomisation) as u32
    }

    /// A point's binary digits, the first of them lowest. Points come in the order of Gray's code, which leaves every
    /// whole power of two of them the same set.
    #[inline(always)]
    fn digits(&self, point: u64) -> u32 {
        let point = point as u32;
        let mut code = point ^ (point >> 1);
        let mut digits = 0;
        while code != 0 {
            digits ^= self.directions[code.trailing_zeros() as usize];
            code &= code - 1;
        }
        digits
    }

    /// A word whose upper half are the digits and whose lower half is the future's own luck, as a number.
    #[inline(always)]
    fn number(&self, digits: u32, future: u64) -> f64 {
        uniform((u64::from(digits.reverse_bits()) << BITS) | (word(self.stream, future) & u64::from(u32::MAX)))
    }
}

/// The same bits on every instruction set.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
fn fill(points: Points, first: u64, out: &mut [f64]) {
    points.fill(first, out);
}

/// Turns every digit or leaves it, depending on the seed and the digits before it, which are those below: each step
/// carries a bit only to bits above it. The constants are Vegdahl's, who searched for those that mix best.
#[inline(always)]
fn scrambled(digits: u32, seed: u32) -> u32 {
    let mut x = digits;
    x ^= x.wrapping_mul(0x3D20_ADEA);
    x = x.wrapping_add(seed);
    x = x.wrapping_mul((seed >> 16) | 1);
    x ^= x.wrapping_mul(0x0552_6C56);
    x ^ x.wrapping_mul(0x53A2_2864)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::uniform::key;

    fn unscrambled(dimension: usize, points: u32) -> Vec<u32> {
        let design = Design::new(0..=dimension as u64);
        let of = design.points(dimension as u64).expect("it has a dimension");
        (0..points).map(|point| of.digits(u64::from(point)).reverse_bits()).collect()
    }

    #[test]
    fn points_are_those_of_joe_and_kuo() {
        // The first points as published with the direction numbers, in units of 1/8.
        let eighths = |dimension| -> Vec<u32> { unscrambled(dimension, 8).iter().map(|x| x >> 29).collect() };
        assert_eq!(eighths(0), [0, 4, 6, 2, 3, 7, 5, 1]);
        assert_eq!(eighths(1), [0, 4, 2, 6, 3, 7, 1, 5]);
        assert_eq!(eighths(2), [0, 4, 2, 6, 5, 1, 7, 3]);
    }

    #[test]
    fn every_randomisation_has_one_point_in_each_of_equal_parts() {
        let streams: Vec<u64> = (0..40).map(|site| key(7, &format!("events.e{site}"), 0)).collect();
        let design = Design::new(streams.iter().copied());
        for &stream in &streams {
            let points = design.points(stream).expect("it has a dimension");
            for randomisation in 0..16 {
                for start in [0, 1024, 3 * 1024] {
                    let mut seen = [false; 1024];
                    for point in start..start + 1024 {
                        let part = (points.at(16 * point + randomisation) * 1024.0) as usize;
                        assert!(!std::mem::replace(&mut seen[part], true), "two points in part {part}");
                    }
                }
            }
        }
    }

    #[test]
    fn pairs_of_the_first_dimensions_fill_the_square_evenly() {
        // The first two dimensions are a (0, 2)-sequence in base 2: 256 points, one in each of 16 × 16 fields.
        let (a, b) = (key(3, "events.a", 0), key(3, "events.b", 0));
        let design = Design::new([a, b]);
        let (a, b) = (design.points(a).expect("first"), design.points(b).expect("second"));
        for randomisation in 0..16 {
            let field = |point: u64| {
                let future = 16 * point + randomisation;
                (a.at(future) * 16.0) as usize * 16 + (b.at(future) * 16.0) as usize
            };
            let mut fields: Vec<usize> = (0..256).map(field).collect();
            fields.sort_unstable();
            assert_eq!(fields, (0..256).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_column_is_its_futures_one_by_one_also_where_points_begin_anew() {
        let stream = key(1, "paths.oil", 0);
        let design = Design::new([5, stream]);
        let points = design.points(stream).expect("it has a dimension");
        for first in [0, 256, (1 << 36) - 128, 1 << 40] {
            let mut column = [0.0; 256];
            points.column(first, &mut column);
            for (number, future) in column.into_iter().zip(first..) {
                assert_eq!(number, points.at(future), "future {future}");
                assert!(number > 0.0 && number < 1.0);
            }
        }
        assert_ne!(points.at(0), points.at(1 << 36), "the points begin anew, with another scrambling");
    }

    #[test]
    fn randomisations_are_unrelated_and_each_is_uniform() {
        // Over many seeds one point is a uniform number, and two randomisations of it have nothing to do with each other.
        const SEEDS: u64 = 20_000;
        for future in [0, 16, 48, 16 * 1000] {
            let mut counts = [0_u32; 100];
            for seed in 0..SEEDS {
                let stream = word(99, seed);
                let design = Points { directions: &[1 << 31; BITS], stream, scrambling: step_key(stream, u32::MAX) };
                let cell = (design.at(future) * 10.0) as usize * 10 + (design.at(future + 1) * 10.0) as usize;
                counts[cell] += 1;
            }
            let expected = SEEDS as f64 / 100.0;
            let chi_square: f64 =
                counts.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
            assert!((chi_square - 99.0).abs() < 4.5 * 14.1, "point of future {future}: chi-square {chi_square}");
        }
    }

    #[test]
    fn streams_beyond_the_last_dimension_are_left_out() {
        let design = Design::new((0..DIMENSIONS as u64 + 3).chain([0, 1]));
        assert_eq!((design.left_out(), design.directions.len()), (3, DIMENSIONS));
        assert!(design.points(DIMENSIONS as u64 - 1).is_some() && design.points(DIMENSIONS as u64).is_none());
    }
}
