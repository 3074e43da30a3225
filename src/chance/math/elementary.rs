//! exp, ln and pow for columns of futures: branch-free, within about one unit in the last place, the same bits everywhere.
//!
//! They are made of + − × ÷, comparisons, bit operations and `mul_add`, which all machines round alike, and are always
//! inlined, so that a loop over a column becomes vector code under whatever instructions its function is compiled for.
//! Without hardware for it `mul_add` is slow: off the hot path, where nobody compares bits with a column, the `_plain`
//! variants do the same without it.
//!
//! exp: x = n ln 2 + r and a polynomial in r. ln: x = 2ⁿ m, ln m = 2 artanh s with s = (m − 1)/(m + 1), arranged as in
//! Sun's fdlibm. pow: the same logarithm in double-double. The polynomials interpolate at Chebyshev points, fitted with
//! 60 digits, errors below 2e-17.

#![expect(clippy::inline_always, reason = "vector code needs the whole computation inside the caller's loop")]

const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = 1.9082149292705877e-10;
/// Adding it rounds to a whole number and leaves that number in the low bits, 2046 above what it is: that is what the
/// exponents of two factors are biased by.
const ROUNDER: f64 = 6755399441055744.0 + 2046.0;
const TWO_52: f64 = 4503599627370496.0;
const TWO_54: f64 = 18014398509481984.0;
const EXPONENT_OF_ONE: u64 = 0x3FF0_0000_0000_0000;
/// Mantissas are taken from √½ to √2, so that numbers near 1 have exponent 0 and lose nothing.
const SQRT_HALF: u64 = 0x3FE6_A09E_0000_0000;
const MANTISSA: u64 = 0x000F_FFFF_FFFF_FFFF;

/// eˣ.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_of::<true>(x)
}

/// The natural logarithm: −∞ at 0, NaN below.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    ln_of::<true>(x)
}

/// The same for what is above 0, finite and not subnormal, within some units in the last place.
#[inline(always)]
pub fn ln_of_normal(x: f64) -> f64 {
    let (n, f) = ln_parts_of_normal(x);
    let s = f / (2.0 + f);
    let z = s * s;
    let series = ln_series::<true>(z) * z;
    n.mul_add(std::f64::consts::LN_2, s * (2.0 + series))
}

/// [`exp`] without `mul_add`, for code that is not compiled for vectors.
#[inline]
pub fn exp_plain(x: f64) -> f64 {
    exp_of::<false>(x)
}

/// [`ln`] without `mul_add`, for code that is not compiled for vectors.
#[inline]
pub fn ln_plain(x: f64) -> f64 {
    ln_of::<false>(x)
}

/// xʸ as IEEE 754 has it: a negative base takes whole exponents only, 0⁰ is 1. Powers that are exact come out exact.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    let base = x.abs();
    let (high, low) = ln_twofold(base);
    let product = y * high;
    let inexact = y.mul_add(high, -product) + y * low;
    let magnitude = exp_sum::<true>(product, if product.abs() < 720.0 { inexact } else { 0.0 });
    let extreme = if (base == 0.0) == (y > 0.0) { 0.0 } else { f64::INFINITY };
    let magnitude = if base == 0.0 || base == f64::INFINITY { extreme } else { magnitude };
    let magnitude = if base == 1.0 { 1.0 } else { magnitude };

    let half = 0.5 * y;
    let whole = y.floor() == y;
    let odd = whole && half.floor() != half;
    let value = if x.is_sign_negative() && odd { -magnitude } else { magnitude };
    let value = if x < 0.0 && base < f64::INFINITY && !whole { f64::NAN } else { value };
    let value = if x.is_nan() || y.is_nan() { f64::NAN } else { value };
    if y == 0.0 || x == 1.0 { 1.0 } else { value }
}

/// The decimal logarithm; whole at whole powers of ten.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    const HIGH: f64 = std::f64::consts::LOG10_E;
    const LOW: f64 = 1.098319650216765e-17;
    let (high, low) = ln_twofold(x);
    let product = high * HIGH;
    let value = product + (high.mul_add(HIGH, -product) + (high * LOW + low * HIGH));
    outside_ln(x, value)
}

/// eˣ − 1, accurate where x is small.
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    if x < -40.0 {
        return -1.0;
    }
    if x > 40.0 {
        return exp_plain(x);
    }
    let (rounded, grown) = exp_parts::<false>(x, 0.0);
    let scale = biased(rounded.to_bits().wrapping_sub(1023));
    scale * grown + (scale - 1.0)
}

/// ln(1 + x), accurate where x is small.
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    if sum > 0.0 && sum < f64::INFINITY { ln_plain(sum) + (x - (sum - 1.0)) / sum } else { ln_plain(sum) }
}

/// ln(p / (1 − p)), the logarithm of the odds.
#[inline(always)]
pub fn logit(p: f64) -> f64 {
    ln(p / (1.0 - p))
}

/// 1 / (1 + e⁻ˣ), the inverse of [`logit`].
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn exp_of<const FUSED: bool>(x: f64) -> f64 {
    let (rounded, exact) = reduced::<FUSED>(x);
    let r = fused::<FUSED>(rounded - ROUNDER, -LN_2_LOW, exact);
    scaled(1.0 + (r + exp_curve::<FUSED>(r)), rounded)
}

/// e^(x + rest), `rest` being what x lost in rounding.
#[inline(always)]
fn exp_sum<const FUSED: bool>(x: f64, rest: f64) -> f64 {
    let (rounded, grown) = exp_parts::<FUSED>(x, rest);
    scaled(1.0 + grown, rounded)
}

/// n + [`ROUNDER`], and eʳ − 1, where x = n ln 2 + r.
#[inline(always)]
fn exp_parts<const FUSED: bool>(x: f64, rest: f64) -> (f64, f64) {
    let (rounded, exact) = reduced::<FUSED>(x);
    let n = rounded - ROUNDER;
    let r = fused::<FUSED>(n, -LN_2_LOW, exact);
    let lost = (exact - r) - n * LN_2_LOW + rest;
    let curved = exp_curve::<FUSED>(r);
    (rounded, r + fused::<FUSED>(lost, 1.0 + (r + curved), curved))
}

/// n + [`ROUNDER`], and x − n ln 2 but for the last digits of ln 2.
#[inline(always)]
fn reduced<const FUSED: bool>(x: f64) -> (f64, f64) {
    // Beyond these bounds the result is 0 or infinite anyway; comparisons are so written that NaN stays NaN.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let rounded = fused::<FUSED>(x, std::f64::consts::LOG2_E, ROUNDER);
    (rounded, fused::<FUSED>(rounded - ROUNDER, -LN_2_HIGH, x))
}

/// eʳ − 1 − r for |r| up to ½ ln 2.
#[inline(always)]
fn exp_curve<const FUSED: bool>(r: f64) -> f64 {
    let z = r * r;
    let even = fused::<FUSED>(z, 2.7620076242527254e-07, 2.4801521321606647e-05);
    let even = fused::<FUSED>(z, even, 0.0013888888917197209);
    let even = fused::<FUSED>(z, even, 0.041666666666624164);
    let even = fused::<FUSED>(z, even, 0.5000000000000001);
    let odd = fused::<FUSED>(z, 2.510037611136142e-08, 2.7557268479724004e-06);
    let odd = fused::<FUSED>(z, odd, 0.00019841269863040922);
    let odd = fused::<FUSED>(z, odd, 0.008333333333330065);
    let odd = fused::<FUSED>(z, odd, 0.16666666666666669);
    z * fused::<FUSED>(r, odd, even)
}

/// y · 2ⁿ from n + [`ROUNDER`], −1077 ≤ n ≤ 1025.
#[inline(always)]
fn scaled(y: f64, rounded: f64) -> f64 {
    // Two factors, since 2ⁿ alone may overflow, or fall among the subnormals, where the product does not. The rounder is
    // even in all bits that count here, so that the whole can be halved as it stands.
    let n = rounded.to_bits();
    let half = n >> 1;
    y * biased(half) * biased(n.wrapping_sub(half))
}

/// 2ⁿ of n + 1023 in the lowest bits, −1022 ≤ n ≤ 1023.
#[inline(always)]
fn biased(exponent: u64) -> f64 {
    f64::from_bits(exponent << 52)
}

#[inline(always)]
fn ln_of<const FUSED: bool>(x: f64) -> f64 {
    let (n, f) = ln_parts(x);
    let s = f / (2.0 + f);
    let z = s * s;
    let half_square = 0.5 * f * f;
    let small = fused::<FUSED>(s, half_square + ln_series::<FUSED>(z) * z, n * LN_2_LOW);
    outside_ln(x, fused::<FUSED>(n, LN_2_HIGH, f - (half_square - small)))
}

/// The series of 2 artanh s, less 2s, over s³: z is s².
#[inline(always)]
fn ln_series<const FUSED: bool>(z: f64) -> f64 {
    let w = z * z;
    let even = fused::<FUSED>(w, 0.14616587501239917, 0.1818288946072964);
    let even = fused::<FUSED>(w, even, 0.2857142862600369);
    let even = fused::<FUSED>(w, even, 0.666666666666667);
    let odd = fused::<FUSED>(w, 0.1533171045021026, 0.22222211130190495);
    let odd = fused::<FUSED>(w, odd, 0.39999999999899444);
    fused::<FUSED>(z, odd, even)
}

/// ln x as a sum of two numbers, right to some 68 bits; x above 0 and finite.
#[inline(always)]
fn ln_twofold(x: f64) -> (f64, f64) {
    const TWO_THIRDS_LOW: f64 = 3.700743415417188e-17;
    const TWO_THIRDS: f64 = 2.0 / 3.0;
    let (n, f) = ln_parts(x);
    let divisor = 2.0 + f;
    let divisor_low = f - (divisor - 2.0);
    let s = f / divisor;
    let s_low = (s.mul_add(-divisor, f) - s * divisor_low) / divisor;
    let z = s * s;
    let z_low = s.mul_add(s, -z) + 2.0 * s * s_low;
    let cube = s * z;
    let cube_low = s.mul_add(z, -cube) + (s * z_low + s_low * z);
    let third = cube * TWO_THIRDS;
    let third_low = cube.mul_add(TWO_THIRDS, -third) + (cube * TWO_THIRDS_LOW + cube_low * TWO_THIRDS);

    let series = z.mul_add(0.11723180575653287, 0.11706236152841785);
    let series = z.mul_add(series, 0.13334804700817468);
    let series = z.mul_add(series, 0.15384594962390272);
    let series = z.mul_add(series, 0.18181818335394);
    let series = z.mul_add(series, 0.2222222222165588);
    let series = z.mul_add(series, 0.28571428571429364);
    let series = z.mul_add(series, 0.4);

    let (sum, lost) = two_sum(n * LN_2_HIGH, 2.0 * s);
    let (sum, lost_too) = two_sum(sum, third);
    let low = (lost + lost_too) + (n * LN_2_LOW + (2.0 * s_low + (third_low + cube * z * series)));
    let high = sum + low;
    (high, low - (high - sum))
}

/// n and m − 1, where x = 2ⁿ m and √½ ≤ m < √2; x above 0 and finite.
#[inline(always)]
fn ln_parts(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let (n, f) = ln_parts_of_normal(if subnormal { x * TWO_54 } else { x });
    (n - if subnormal { 54.0 } else { 0.0 }, f)
}

#[inline(always)]
fn ln_parts_of_normal(x: f64) -> (f64, f64) {
    let shifted = x.to_bits().wrapping_add(EXPONENT_OF_ONE - SQRT_HALF);
    let exponent = f64::from_bits((shifted >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0);
    let mantissa = f64::from_bits((shifted & MANTISSA) + SQRT_HALF);
    (exponent, mantissa - 1.0)
}

#[inline(always)]
fn outside_ln(x: f64, inside: f64) -> f64 {
    let outside = if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    let outside = if x == f64::INFINITY { x } else { outside };
    if x > 0.0 && x < f64::INFINITY { inside } else { outside }
}

#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

#[inline(always)]
fn fused<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::*;

    // (x, exp x) and (x, ln x) with 40 digits, rounded once.
    const EXP: [(f64, f64); 8] = [
        (0.1, 1.1051709180756477),
        (-0.5, 0.6065306597126334),
        (1.25, 3.4903429574618414),
        (-1.5, 0.22313016014842982),
        (20.25, 622964442.1984454),
        (-300.5, 3.1225412772322846e-131),
        (700.0, 1.0142320547350045e+304),
        (1e-09, 1.000000001),
    ];
    const LN: [(f64, f64); 8] = [
        (0.1, -2.3025850929940455),
        (3.0, 1.0986122886681098),
        (0.7, -0.35667494393873245),
        (1.0000001, 9.999999505838704e-08),
        (0.99999, -1.0000050000287824e-05),
        (1e+300, 690.7755278982137),
        (1e-300, -690.7755278982137),
        (123456.789, 11.723646487185881),
    ];

    fn close(got: f64, exact: f64, units: f64) -> bool {
        (got - exact).abs() <= units * f64::EPSILON * exact.abs()
    }

    #[test]
    fn exact_values_are_met() {
        for (x, exact) in EXP {
            assert!(close(exp(x), exact, 1.0) && close(exp_plain(x), exact, 1.5), "exp({x}) = {}", exp(x));
        }
        for (x, exact) in LN {
            assert!(close(ln(x), exact, 1.0) && close(ln_plain(x), exact, 1.5), "ln({x}) = {}", ln(x));
        }
    }

    #[test]
    fn powers_of_whole_numbers_are_exact() {
        for base in 2..=100_u64 {
            let mut exact = 1_u64;
            for exponent in 0.. {
                assert_eq!(pow(base as f64, f64::from(exponent)), exact as f64, "{base}^{exponent}");
                assert_eq!(
                    pow(exact as f64, 1.0 / f64::from(exponent.max(1))).round(),
                    if exponent == 0 { 1.0 } else { base as f64 }
                );
                match exact.checked_mul(base) {
                    Some(next) if next < 1 << 53 => exact = next,
                    _ => break,
                }
            }
        }
        for n in 0..=22_u8 {
            assert_eq!(log10(pow(10.0, f64::from(n))), f64::from(n));
        }
    }

    #[test]
    fn the_edges_are_those_of_ieee() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        assert_eq!([exp(inf), exp(-inf), exp(0.0), exp(710.0), exp(-746.0)], [inf, 0.0, 1.0, inf, 0.0]);
        assert!(exp(709.7) < inf && exp(-745.0) == 5e-324 && exp(nan).is_nan());
        assert_eq!([ln(0.0), ln(-0.0), ln(inf), ln(1.0)], [-inf, -inf, inf, 0.0]);
        assert!(ln(-1.0).is_nan() && ln(nan).is_nan() && close(ln(5e-324), -744.4400719213812, 1.0));
        assert_eq!([log10(0.0), log10(inf)], [-inf, inf]);
        let sides = [inf, -inf, 0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1e300, -1e300, 5e-324, nan];
        for x in sides {
            for y in sides {
                let (got, exact) = (pow(x, y), libm_pow(x, y));
                assert!(same(got, exact), "{x}^{y}: {got}, not {exact}");
            }
        }
        assert_eq!([exp_m1(1e-20), ln_1p(1e-20), exp_m1(-inf), exp_m1(inf)], [1e-20, 1e-20, -1.0, inf]);
        assert_eq!(
            [ln_1p(-1.0), ln_1p(inf), sigmoid(-inf), sigmoid(inf), logit(0.0), logit(1.0)],
            [-inf, inf, 0.0, 1.0, -inf, inf]
        );
    }

    fn same(got: f64, exact: f64) -> bool {
        got.to_bits().abs_diff(exact.to_bits()) <= u64::from(exact.is_normal()) || (got.is_nan() && exact.is_nan())
    }

    #[expect(clippy::disallowed_methods, reason = "a second opinion")]
    fn libm_pow(x: f64, y: f64) -> f64 {
        x.powf(y)
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a second opinion")]
    fn they_agree_with_the_systems_library_everywhere() {
        let mut word = 1_u64;
        for _ in 0..200_000 {
            word = word.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let share = (word >> 11) as f64 / 9007199254740992.0;
            let x = (share - 0.5) * 1400.0;
            let small = (share - 0.5) * 4.0;
            assert!(close(exp(x), x.exp(), 1.0) && close(exp_plain(x), x.exp(), 1.5), "exp({x})");
            assert!(
                close(exp(small), small.exp(), 1.0) && close(exp_m1(small), small.exp_m1(), 2.0),
                "exp_m1({small})"
            );
            let y = x.exp();
            assert!(close(ln(y), y.ln(), 1.0) && close(ln_plain(y), y.ln(), 1.5), "ln({y})");
            assert!(
                close(ln(share * 2.0), (share * 2.0).ln(), 1.0)
                    && close(ln_1p(small / 2.01), (small / 2.01).ln_1p(), 2.0),
                "ln({share})"
            );
            let z = pow(share * 10.0, small * 20.0);
            assert!(close(z, (share * 10.0).powf(small * 20.0), 1.0), "{share} {small}");
            assert!(close(log10(y), y.log10(), 2.0));
        }
    }
}
