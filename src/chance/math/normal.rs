//! The standard normal distribution: its quantiles one at a time and over columns, and its distribution function.
//!
//! The coefficients of the distribution function are W. J. Cody's, carried over from the crate cdflib 0.4 (MIT), whose
//! notice is in the file `NOTICE`.

#![expect(clippy::inline_always, reason = "vector code needs the whole computation inside the caller's loop")]

use super::elementary::{exp_plain, ln_of_normal, ln_plain};

/// Beyond |2u − 1|, in terms of w = −ln(1 − (2u − 1)²), the polynomial of [`standard_normal_column`] ends: one draw in 1,000.
const CENTRAL: f64 = 6.25;
/// What is worked on at once: the longer, the more of it is under way at the same time.
const LANES: usize = 128;
const STRIP: usize = 16;

/// Turns uniforms into standard normals where they stand, within 2e-14. Always inlined, so that it is vector code where its caller is.
///
/// x · f(w) with x = 2u − 1 and w = −ln(4u(1 − u)), after Giles 2010; the rare tails one by one. What is called depth is −w.
#[inline(always)]
pub fn standard_normal_column(values: &mut [f64]) {
    let (blocks, rest) = values.as_chunks_mut::<LANES>();
    for block in blocks {
        normal_block(block);
    }
    let (strips, rest) = rest.as_chunks_mut::<STRIP>();
    for strip in strips {
        normal_block(strip);
    }
    for value in rest {
        *value = standard_normal(*value);
    }
}

/// One standard normal of a uniform, the same bits as in a column.
#[inline(always)]
pub fn standard_normal(u: f64) -> f64 {
    let depth = depth(u);
    if depth > -CENTRAL { central(u, depth) } else { normal_quantile(u, 1.0 - u) }
}

#[inline(always)]
fn normal_block<const LANES: usize>(block: &mut [f64; LANES]) {
    // Two short loops are faster than one: a processor has less of one number's long chain before it, and more of others.
    let mut depths = [0.0; LANES];
    let mut deepest = [0.0; STRIP];
    for (depths, uniforms) in depths.as_chunks_mut::<STRIP>().0.iter_mut().zip(block.as_chunks::<STRIP>().0) {
        for i in 0..STRIP {
            let depth = depth(uniforms[i]);
            depths[i] = depth;
            deepest[i] = if depth < deepest[i] { depth } else { deepest[i] };
        }
    }
    let all_central = deepest.iter().fold(true, |all, depth| all & (*depth > -CENTRAL));
    // Most columns have nothing in the tails: their uniforms need not be kept.
    let uniforms = if all_central { None } else { Some(*block) };
    for i in 0..LANES {
        block[i] = central(block[i], depths[i]);
    }
    if let Some(uniforms) = uniforms {
        tails(block, &uniforms, &depths);
    }
}

/// Works out again what lies in the tails.
#[inline(never)]
fn tails(values: &mut [f64], uniforms: &[f64], depths: &[f64]) {
    for ((value, u), depth) in values.iter_mut().zip(uniforms).zip(depths) {
        if *depth <= -CENTRAL {
            *value = normal_quantile(*u, 1.0 - *u);
        }
    }
}

#[inline(always)]
fn depth(u: f64) -> f64 {
    ln_of_normal(4.0 * u * (1.0 - u))
}

#[inline(always)]
fn central(u: f64, depth: f64) -> f64 {
    let t = -0.5 * CENTRAL - depth;
    let z = t * t;
    let even = z.mul_add(1.544646996616696e-18, -1.822650222097486e-16);
    let even = z.mul_add(even, 9.305924110089017e-15);
    let even = z.mul_add(even, -1.1463578250441528e-13);
    let even = z.mul_add(even, -1.8352947601366672e-11);
    let even = z.mul_add(even, 1.4866496329761175e-09);
    let even = z.mul_add(even, -4.111173388828677e-08);
    let even = z.mul_add(even, -1.931065035151122e-06);
    let even = z.mul_add(even, 0.0002640820495446731);
    let even = z.mul_add(even, -0.008532899177268245);
    let even = z.mul_add(even, 2.338620710026593);
    let odd = z.mul_add(-2.4859778883625986e-19, 1.630830241464368e-17);
    let odd = z.mul_add(odd, 1.802294311819303e-17);
    let odd = z.mul_add(odd, -5.719685401417237e-14);
    let odd = z.mul_add(odd, 3.723261486142839e-12);
    let odd = z.mul_add(odd, -7.658032451672838e-11);
    let odd = z.mul_add(odd, -5.816158205520595e-09);
    let odd = z.mul_add(odd, 5.988894594060762e-07);
    let odd = z.mul_add(odd, -1.963285284708289e-05);
    let odd = z.mul_add(odd, -0.0010475115694896001);
    let odd = z.mul_add(odd, 0.3396349587011391);
    2.0_f64.mul_add(u, -1.0) * t.mul_add(odd, even)
}

/// The x with P(X ≤ x) = u; `q` is 1 − u, given so that both tails are accurate. Wichura's AS 241 (1988).
pub fn normal_quantile(u: f64, q: f64) -> f64 {
    let centre = if u < 0.5 { u - 0.5 } else { 0.5 - q };
    if centre.abs() <= 0.425 {
        let r = 0.180625 - centre * centre;
        return centre * ratio(&NEAR.0, &NEAR.1, r);
    }
    let tail = if centre < 0.0 { u } else { q };
    if tail <= 0.0 {
        return if tail < 0.0 { f64::NAN } else { f64::INFINITY.copysign(centre) };
    }
    let r = (-ln_plain(tail)).sqrt();
    let size = if r <= 5.0 { ratio(&MIDDLE.0, &MIDDLE.1, r - 1.6) } else { ratio(&FAR.0, &FAR.1, r - 5.0) };
    size.copysign(centre)
}

/// (P(X ≤ x), P(X > x)), the smaller one with its own accuracy. Cody 1969, as in his Algorithm 715 (1993).
pub fn normal_cdf(x: f64) -> (f64, f64) {
    let size = x.abs();
    if size <= 0.66291 {
        let half = x * ratio(&CDF_NEAR.0, &CDF_NEAR.1, x * x);
        return (0.5 + half, 0.5 - half);
    }
    if size > 40.0 {
        return if x < 0.0 { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let factor = if size <= 5.656854248 {
        ratio(&CDF_MIDDLE.0, &CDF_MIDDLE.1, size)
    } else {
        let z = 1.0 / (x * x);
        (ONE_BY_ROOT_TWO_PI - z * ratio(&CDF_FAR.0, &CDF_FAR.1, z)) / size
    };
    // x² in two parts, the first exact, since its rounding would be magnified by the exponential.
    let coarse = (size * 16.0).trunc() / 16.0;
    let tail = exp_plain(-0.5 * coarse * coarse) * exp_plain(-0.5 * (size - coarse) * (size + coarse)) * factor;
    if x < 0.0 { (tail, 1.0 - tail) } else { (1.0 - tail, tail) }
}

fn ratio(above: &[f64], below: &[f64], x: f64) -> f64 {
    let at = |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    at(above) / at(below)
}

const ONE_BY_ROOT_TWO_PI: f64 = 0.3989422804014327;

type Ratio<const ABOVE: usize, const BELOW: usize> = ([f64; ABOVE], [f64; BELOW]);

// Coefficients from the constant upwards: first of the quantile function (AS 241) …
const NEAR: Ratio<8, 8> = (
    [
        3.3871328727963665,
        133.14166789178438,
        1971.5909503065513,
        13731.69376550946,
        45921.95393154987,
        67265.7709270087,
        33430.57558358813,
        2509.0809287301227,
    ],
    [
        1.0,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852854,
    ],
);
const MIDDLE: Ratio<8, 8> = (
    [
        1.4234371107496835,
        4.630337846156546,
        5.769497221460691,
        3.6478483247632045,
        1.2704582524523684,
        0.2417807251774506,
        0.022723844989269184,
        0.0007745450142783414,
    ],
    [
        1.0,
        2.053191626637759,
        1.6763848301838038,
        0.6897673349851,
        0.14810397642748008,
        0.015198666563616457,
        0.0005475938084995345,
        1.0507500716444169e-09,
    ],
);
const FAR: Ratio<8, 8> = (
    [
        6.657904643501103,
        5.463784911164114,
        1.7848265399172913,
        0.29656057182850487,
        0.026532189526576124,
        0.0012426609473880784,
        2.7115555687434876e-05,
        2.0103343992922881e-07,
    ],
    [
        1.0,
        0.599832206555888,
        0.1369298809227358,
        0.014875361290850615,
        0.0007868691311456133,
        1.8463183175100548e-05,
        1.421511758316446e-07,
        2.0442631033899397e-15,
    ],
);
// … then of the distribution function (Algorithm 715).
const CDF_NEAR: Ratio<5, 5> = (
    [18154.98125334356, 1067.6894854603709, 161.02823106855587, 2.2352520354606837, 0.06568233791820745],
    [45507.78933502673, 10260.932208618979, 976.0985517377767, 47.202581904688245, 1.0],
);
const CDF_MIDDLE: Ratio<9, 9> = (
    [
        9842.714838383978,
        11602.65143764735,
        6848.190450536283,
        2494.5375852903726,
        597.2702763948002,
        93.50665613217785,
        8.883149794388377,
        0.39894151208813466,
        1.0765576773720192e-08,
    ],
    [
        19685.429676859992,
        38912.00328609327,
        34900.95272114598,
        18615.571640885097,
        6485.558298266761,
        1519.3775994075547,
        235.387901782625,
        22.266688044328117,
        1.0,
    ],
);
const CDF_FAR: Ratio<6, 6> = (
    [
        2.9112874951168793e-05,
        0.0014216191932278934,
        0.022235277870649807,
        0.12740116116024736,
        0.215898534057957,
        0.023073441764940174,
    ],
    [7.297515550839662e-05, 0.0037823963320275824, 0.06598813786892856, 0.4682382124808651, 1.284260096144911, 1.0],
);

#[cfg(test)]
mod tests {
    use super::*;

    // (x, P(X > x)) with 40 digits, rounded once.
    const TAILS: [(f64, f64); 14] = [
        (1e-05, 0.49999601057719606),
        (0.3, 0.3820885778110474),
        (0.66, 0.25462691467133614),
        (0.67, 0.2514288950953101),
        (1.0, 0.15865525393145705),
        (1.5, 0.06680720126885807),
        (2.5, 0.006209665325776135),
        (4.0, 3.1671241833119924e-05),
        (5.65, 8.022391850663497e-09),
        (5.66, 7.568649751997714e-09),
        (8.0, 6.220960574271784e-16),
        (20.0, 2.7536241186062337e-89),
        (38.0, 2.88542835e-316),
        (30.0, 4.906713927148187e-198),
    ];

    fn near(got: f64, exact: f64, relative: f64) -> bool {
        (got - exact).abs() <= relative * exact.abs()
    }

    #[test]
    fn the_distribution_function_keeps_its_accuracy_in_both_tails() {
        for (x, exact) in TAILS {
            let (p, q) = normal_cdf(x);
            assert!(near(q, exact, 2e-15) && near(normal_cdf(-x).0, exact, 2e-15), "P(X > {x}) = {q}");
            assert!((p + q - 1.0).abs() < 1e-15);
        }
        assert_eq!(normal_cdf(f64::INFINITY), (1.0, 0.0));
        assert_eq!(normal_cdf(f64::NEG_INFINITY), (0.0, 1.0));
        assert!(normal_cdf(f64::NAN).0.is_nan());
    }

    #[test]
    fn quantiles_keep_their_accuracy_in_both_tails() {
        for (x, tail) in TAILS {
            // The last row's tail is a subnormal number and has few digits.
            let relative = if tail < 1e-300 { 1e-6 } else { 1e-14 };
            // Near the median a tail, rounded, does not say x to its last digits.
            let relative = if x < 0.1 { 1e-11 } else { relative };
            assert!(near(normal_quantile(1.0 - tail, tail), x, relative), "{x}");
            assert!(near(normal_quantile(tail, 1.0 - tail), -x, relative), "-{x}");
        }
        assert_eq!(normal_quantile(0.5, 0.5), 0.0);
        assert_eq!([normal_quantile(0.0, 1.0), normal_quantile(1.0, 0.0)], [f64::NEG_INFINITY, f64::INFINITY]);
    }

    #[test]
    fn columns_agree_with_single_quantiles() {
        let uniforms: Vec<f64> =
            (1..4000).map(|i| f64::from(i) / 4000.0).chain([1e-300, 1e-16, 3e-4, 0.9998, 1.0 - 1e-16]).collect();
        let mut column = uniforms.clone();
        standard_normal_column(&mut column);
        for (&u, &z) in uniforms.iter().zip(&column) {
            assert_eq!(z.to_bits(), standard_normal(u).to_bits());
            let exact = normal_quantile(u, 1.0 - u);
            assert!((z - exact).abs() <= 2e-14 * exact.abs(), "{u}: {z}, not {exact}");
        }
    }
}
