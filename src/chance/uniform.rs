//! The stream of random words behind every draw, addressed by seed, place in the file, step and future.
//!
//! Word i of a key is mix(key + i·γ): `SplitMix64` by counter (Steele, Lea & Flood 2014) with the 13th of Stafford's
//! mixers. A draw therefore depends on what draws and on the future's index alone, and futures can be played in any order.

#![expect(clippy::inline_always, reason = "vector code needs the whole computation inside the caller's loop")]

use std::convert::Infallible;

use rand::TryRng;
use sha2::{Digest, Sha256};

/// The golden ratio's fraction in 64 bits: the counter's stride.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The key of what draws: the first eight bytes of SHA-256 over seed, order and address, as a little-endian number.
/// `order` tells several draws in one field apart.
#[must_use]
pub fn key(seed: u64, address: &str, order: u32) -> u64 {
    let digest = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(order.to_le_bytes())
        .chain_update(address.as_bytes())
        .finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}

/// The key of one step of what draws in every step. Mixed twice, so that streams of neighbouring steps do not overlap
/// with a shift.
#[inline]
#[must_use]
pub fn step_key(key: u64, step: u32) -> u64 {
    mix(mix(key ^ 0x6A09_E667_F3BC_C908).wrapping_add(u64::from(step).wrapping_mul(GAMMA)))
}

/// The random word of a future.
#[inline(always)]
#[must_use]
pub fn word(key: u64, future: u64) -> u64 {
    word_at(key, stride(future))
}

/// How far a future is from the beginning of any stream: worked out once where it draws many words.
#[inline(always)]
#[must_use]
pub fn stride(future: u64) -> u64 {
    future.wrapping_mul(GAMMA)
}

/// The random word of the future that is so far from the beginning.
#[inline(always)]
#[must_use]
pub fn word_at(key: u64, stride: u64) -> u64 {
    mix(key.wrapping_add(stride))
}

/// A number inside (0, 1) from a word's upper 52 bits: (k + ½)·2⁻⁵².
///
/// With 53 bits the greatest would round to 1; with 52 both u and 1 − u are exact and neither is ever 0. Built from the
/// bits of 1 + k·2⁻⁵², since few machines turn 64-bit integers into floating numbers in columns.
#[inline(always)]
#[must_use]
pub fn uniform(word: u64) -> f64 {
    /// 1 less half a step: nothing is rounded when it is taken off.
    const OFF: f64 = 1.0 - 1.0 / 9007199254740992.0;
    f64::from_bits((word >> 12) | 0x3FF0_0000_0000_0000) - OFF
}

#[inline(always)]
fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// The words of one key in order, for analyses that draw as many as they need: resampling, starting points.
#[derive(Clone, Debug)]
pub struct Stream {
    key: u64,
    next: u64,
}

impl Stream {
    #[must_use]
    pub fn new(key: u64) -> Self {
        Self { key, next: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let drawn = word(self.key, self.next);
        self.next += 1;
        Ok(drawn)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn the_first_words_never_change() {
        assert_eq!(key(1, "quantities.hawkishness", 0), 0x64B4_20BA_6F44_ADB9);
        let key = key(20260120, "paths.oil", 1);
        assert_eq!(
            [word(key, 0), word(key, 1), word(step_key(key, 7), 2)],
            [0x66B2_04D2_5786_25F8, 0x9101_51D9_8BB6_034B, 0x3807_0BC3_ADC5_C498]
        );
        // The first number of SplitMix64 with seed 0, as published.
        assert_eq!(word(0, 1), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn uniforms_lie_strictly_between_0_and_1_and_so_do_their_complements() {
        assert_eq!(uniform(0), 2.0_f64.recip() / 4503599627370496.0);
        assert_eq!(1.0 - uniform(u64::MAX), uniform(0));
        assert_eq!(uniform(1 << 63) - 0.5, uniform(0));
    }

    #[test]
    fn the_stream_serves_rand() {
        let mut stream = Stream::new(42);
        assert_eq!(stream.random::<u64>(), word(42, 0));
        assert!((0..100).all(|_| (0..6).contains(&stream.random_range(0..6))));
    }

    const DRAWS: usize = 20_000;

    /// Pairs of words that neighbour one another in some way; `draw(i)` gives the i-th of each of two streams.
    fn assert_unrelated(what: &str, draw: impl Fn(u64) -> (u64, u64)) {
        const CELLS: usize = 16;
        let mut counts = [0_u32; CELLS * CELLS];
        let (mut product, mut equal_bits) = (0.0, 0_u32);
        for i in 0..DRAWS as u64 {
            let (a, b) = draw(i);
            counts[(a >> 60) as usize * CELLS + (b >> 60) as usize] += 1;
            product += (uniform(a) - 0.5) * (uniform(b) - 0.5);
            equal_bits += (!(a ^ b)).count_ones();
        }
        let expected = DRAWS as f64 / counts.len() as f64;
        let chi_square: f64 =
            counts.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
        // 255 degrees of freedom: mean 255, standard deviation 22.6.
        assert!((chi_square - 255.0).abs() < 4.5 * 22.6, "{what}: chi-square {chi_square}");
        let correlation = product * 12.0 / (DRAWS as f64).sqrt();
        assert!(correlation.abs() < 4.5, "{what}: correlation of {correlation} standard errors");
        let bits = (f64::from(equal_bits) - 32.0 * DRAWS as f64) / (4.0 * (DRAWS as f64).sqrt());
        assert!(bits.abs() < 4.5, "{what}: equal bits {bits} standard errors from half");
    }

    #[test]
    fn neighbours_are_unrelated() {
        for seed in [0, 1, 20260120] {
            let at = key(seed, "paths.oil", 0);
            let other = key(seed, "paths.oil", 1);
            assert_unrelated("futures", |i| (word(at, i), word(at, i + 1)));
            assert_unrelated("distant futures", |i| (word(at, i), word(at, i + (1 << 32))));
            assert_unrelated("sites", |i| (word(at, i), word(other, i)));
            assert_unrelated("seeds", |i| (word(at, i), word(key(seed + 1, "paths.oil", 0), i)));
            assert_unrelated("steps", |i| (word(step_key(at, 1), i), word(step_key(at, 2), i)));
            assert_unrelated("a step's key", |i| (word(at, i), word(step_key(at, 0), i)));
            assert_unrelated("steps of one future", |i| {
                (word(step_key(at, i as u32), 5), word(step_key(at, i as u32 + 1), 5))
            });
            assert_unrelated("sites of one future", |i| {
                let address = format!("events.e{i}");
                (word(key(seed, &address, 0), 3), word(key(seed, &address, 1), 3))
            });
        }
    }

    #[test]
    fn many_short_streams_are_uniform_together() {
        // As an engine reads them: 50 steps by 40 futures, of ten sites.
        let mut counts = [0_u32; 100];
        for site in 0..10 {
            let at = key(7, &format!("paths.p{site}"), 0);
            for step in 0..50 {
                for future in 0..40 {
                    counts[(uniform(word(step_key(at, step), future)) * 100.0) as usize] += 1;
                }
            }
        }
        let chi_square: f64 = counts.iter().map(|&n| (f64::from(n) - 200.0) * (f64::from(n) - 200.0) / 200.0).sum();
        assert!((chi_square - 99.0).abs() < 4.5 * 14.1, "{chi_square}");
    }
}
