//! The incomplete beta function and its inverse.
//!
//! I(x; a, b) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b): its power series near 0, the continued fraction of `DiDonato` & Morris
//! (1992) below the mean, quadrature where both parameters are large; above the mean the same from the other side.
//! x comes with y = 1 − x, so that both ends of the unit interval are equally fine.

use super::elementary::{exp_plain, ln_1p, ln_plain};
use super::gamma::{deviance, ln_gamma_of_next, nonzero, stirling_error};
use super::inverse::{Point, invert};
use super::normal::normal_quantile;

const MOST_TERMS: usize = 5_000;
/// From here on, for both parameters, quadrature takes fewer steps than the continued fraction.
const LARGE: f64 = 3_000.0;

/// (P(X ≤ x), P(X > x)) of the beta distribution, each accurate when it is the smaller one; y is 1 − x.
pub fn beta_inc(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let point = Shape::new(a, b).at(x, y);
    (point.below, point.above)
}

/// (x, 1 − x) with P(X ≤ x) = p and P(X > x) = q.
pub fn beta_inc_inv(a: f64, b: f64, p: f64, q: f64) -> (f64, f64) {
    if p <= 0.0 {
        return (0.0, 1.0);
    }
    if q <= 0.0 {
        return (1.0, 0.0);
    }
    // The side is chosen so that what is looked for is at most ½: the other is then known as well by subtraction.
    let shape = Shape::new(a, b);
    let middle = shape.at(0.5, 0.5);
    if if p <= q { p <= middle.below } else { q >= middle.above } {
        let x = shape.smaller_than_half(p, q);
        (x, 1.0 - x)
    } else {
        let y = shape.turned().smaller_than_half(q, p);
        (1.0 - y, y)
    }
}

/// The parameters, with what depends on them alone.
struct Shape {
    a: f64,
    b: f64,
    stirling: f64,
}

impl Shape {
    fn new(a: f64, b: f64) -> Self {
        Self { a, b, stirling: stirling_error(a + b) - stirling_error(a) - stirling_error(b) }
    }

    /// That of 1 − X.
    fn turned(&self) -> Self {
        Self { a: self.b, b: self.a, stirling: self.stirling }
    }

    fn at(&self, x: f64, y: f64) -> Point {
        let (a, b) = (self.a, self.b);
        if x <= 0.0 {
            return Point { below: 0.0, above: 1.0, slope: 0.0 };
        }
        if y <= 0.0 {
            return Point { below: 1.0, above: 0.0, slope: 0.0 };
        }
        let term = self.power_term(x, y);
        let slope = term / y;
        if a * y >= b * x {
            let below = (term * lower_side(a, b, x, y)).min(1.0);
            Point { below, above: 1.0 - below, slope }
        } else {
            let above = (term * lower_side(b, a, y, x)).min(1.0);
            Point { below: 1.0 - above, above, slope }
        }
    }

    /// xᵃ yᵇ / B(a, b), from deviances as Loader (2000) has it for the binomial distribution.
    fn power_term(&self, x: f64, y: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let n = a + b;
        let difference = a * y - b * x;
        let exponent = self.stirling - deviance(a, n * x, difference) - deviance(b, n * y, -difference);
        exp_plain(exponent) * (a / std::f64::consts::TAU).sqrt() * (b / n).sqrt()
    }

    fn smaller_than_half(&self, p: f64, q: f64) -> f64 {
        invert(p, q, self.first_guess(p, q), 0.5, |x| self.at(x, 1.0 - x))
    }

    fn first_guess(&self, p: f64, q: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        // Near 0 the density is a power.
        let power = exp_plain((ln_plain(p) + ln_plain(a) + ln_beta(a, b)) / a);
        if a < 1.0 || b < 1.0 || power < 0.2 * a / (a + b) {
            return power;
        }
        // Abramowitz & Stegun 26.5.22.
        let z = -normal_quantile(p, q);
        let lambda = (z * z - 3.0) / 6.0;
        let (one, two) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
        let h = 2.0 / (one + two);
        let w = z * (lambda + h).sqrt() / h - (two - one) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
        a / (a + b * exp_plain(2.0 * w))
    }
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma_of_next(a) + ln_gamma_of_next(b) - ln_gamma_of_next(a + b) + ln_plain((a + b) / a) - ln_plain(b)
}

/// P(X ≤ x) B(a, b) x⁻ᵃ y⁻ᵇ for x at most the mean.
fn lower_side(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if a >= LARGE && b >= LARGE {
        quadrature(a, b, x, y)
    } else if x <= 0.7 && b * x <= 1.0 {
        exp_plain(-b * ln_1p(-x)) / a * series(a, b, x)
    } else {
        continued_fraction(a, b, x, y)
    }
}

/// P(X ≤ x) a B(a, b) x⁻ᵃ.
fn series(a: f64, b: f64, x: f64) -> f64 {
    let (mut sum, mut power) = (0.0, 1.0);
    for n in 1..MOST_TERMS {
        let n = n as f64;
        power *= (n - b) / n * x;
        let term = power / (a + n);
        sum += term;
        if term.abs() <= 1e-17 * (sum + 1.0 / a).abs() {
            break;
        }
    }
    1.0 + a * sum
}

/// P(X ≤ x) B(a, b) x⁻ᵃ y⁻ᵇ, by Lentz's method.
fn continued_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut value = nonzero(a * (a * y - b * x + 1.0) / (a + 1.0), TINY);
    let (mut c, mut d) = (value, 0.0);
    for m in 1..MOST_TERMS {
        let m = m as f64;
        let middle = a + 2.0 * m - 1.0;
        let numerator = (a + m - 1.0) / middle * ((a + b + m - 1.0) / middle) * m * (b - m) * x * x;
        let denominator =
            m + m * (b - m) * x / middle + (a + m) * (a * y - b * x + 1.0 + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
        d = 1.0 / nonzero(denominator + numerator * d, TINY);
        c = nonzero(denominator + numerator / c, TINY);
        value *= c * d;
        if (c * d - 1.0).abs() < 2e-16 {
            break;
        }
    }
    1.0 / value
}

/// The same by Gauss & Legendre's quadrature of the density over its value at x: a smooth fall, whose width is known.
fn quadrature(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const PANELS: u32 = 4;
    // With t = x − s, the density's logarithm falls by λ s and a curved part without cancellation.
    let lambda = (a * y - b * x + (x - y)) / (x * y);
    let curvature = (a - 1.0) / (x * x) + (b - 1.0) / (y * y);
    let reach = (9.0 / curvature.sqrt()).min(if lambda > 0.0 { 40.0 / lambda } else { f64::INFINITY }).min(x);
    let half = reach / f64::from(2 * PANELS);
    let at = |s: f64| exp_plain((a - 1.0) * curved_ln_1p(-s / x) + (b - 1.0) * curved_ln_1p(s / y) - lambda * s);
    let mut sum = 0.0;
    for panel in 0..PANELS {
        let centre = half * f64::from(2 * panel + 1);
        for (node, weight) in LEGENDRE {
            sum += weight * (at(centre - half * node) + at(centre + half * node));
        }
    }
    sum * half / (x * y)
}

/// ln(1 + z) − z.
fn curved_ln_1p(z: f64) -> f64 {
    if z.abs() > 0.1 {
        return ln_1p(z) - z;
    }
    let v = z / (2.0 + z);
    let w = v * v;
    let tail = 1.0 / 3.0 + w * (1.0 / 5.0 + w * (1.0 / 7.0 + w * (1.0 / 9.0 + w * (1.0 / 11.0))));
    2.0 * v * w * tail - z * v
}

/// Nodes and weights of 16 points on [−1, 1], each for both signs.
const LEGENDRE: [(f64, f64); 8] = [
    (0.09501250983763744, 0.1894506104550685),
    (0.2816035507792589, 0.18260341504492358),
    (0.45801677765722737, 0.16915651939500254),
    (0.6178762444026438, 0.14959598881657674),
    (0.755404408355003, 0.12462897125553388),
    (0.8656312023878318, 0.09515851168249279),
    (0.9445750230732326, 0.062253523938647894),
    (0.9894009349916499, 0.027152459411754096),
];

#[cfg(test)]
mod tests {
    use super::*;

    // (a, b, x, 1 − x, I, 1 − I) with 40 digits, rounded once.
    const EXACT: [(f64, f64, f64, f64, f64, f64); 61] = [
        (0.08, 0.3, 1.0009545109676156e-19, 1.0, 0.024596831721697087, 0.9754031682783029),
        (0.08, 0.3, 6.600506573551501e-06, 0.9999933994934265, 0.31362621204854196, 0.686373787951458),
        (0.08, 0.3, 0.3509994155687796, 0.6490005844312203, 0.7653253083027978, 0.23467469169720223),
        (0.08, 0.3, 0.9999999211653936, 7.883460639845907e-08, 0.9983936882607766, 0.0016063117392234082),
        (0.5, 0.5, 4.263617391286332e-08, 0.9999999573638261, 0.00013145261759626124, 0.9998685473824037),
        (0.5, 0.5, 0.014166035876688406, 0.9858339641233116, 0.07595126847627898, 0.924048731523721),
        (0.5, 0.5, 0.570243014550411, 0.42975698544958896, 0.5448665090207271, 0.45513349097927286),
        (0.5, 0.5, 0.9991513950372888, 0.0008486049627112191, 0.9814521169113128, 0.018547883088687173),
        (0.5, 0.5, 0.999999997479957, 2.520042952092183e-09, 0.999968041668695, 3.1958331304997455e-05),
        (0.5, 30.0, 7.106029283401555e-10, 0.9999999992893971, 0.00016406642068793057, 0.9998359335793121),
        (0.5, 30.0, 0.0002394359248818166, 0.9997605640751182, 0.09501595315486273, 0.9049840468451372),
        (0.5, 30.0, 0.0216364518367361, 0.9783635481632639, 0.746072629305192, 0.253927370694808),
        (0.5, 30.0, 0.9515114138718951, 0.048488586128104916, 1.0, 3.8965237358524383e-41),
        (0.5, 30.0, 0.9999998487974431, 1.5120255691947193e-07, 1.0, 2.4993613702070606e-206),
        (0.2, 2000.0, 2.2215505231209994e-16, 0.9999999999999998, 0.0036863567455842666, 0.9963136432544157),
        (0.2, 2000.0, 1.2208547453778005e-07, 0.9999998779145255, 0.20633896974235624, 0.7936610302576438),
        (0.2, 2000.0, 0.00015637037607490477, 0.9998436296239251, 0.8217753831064543, 0.17822461689354568),
        (2.0, 5.0, 8.258729549622105e-05, 0.9999174127045037, 1.0228739075500764e-07, 0.9999998977126092),
        (2.0, 5.0, 0.04575536243939068, 0.9542446375606093, 0.027764112719805473, 0.9722358872801945),
        (2.0, 5.0, 0.3154267050677684, 0.6845732949322316, 0.612531244747025, 0.387468755252975),
        (2.0, 5.0, 0.932089816222046, 0.06791018377795399, 0.9999918242911567, 8.175708843237497e-06),
        (2.0, 5.0, 0.9998745156736631, 0.00012548432633685547, 1.0, 1.866608551914147e-19),
        (30.0, 2.0, 0.0030877158583851134, 0.9969122841416149, 1.5107126994340838e-74, 1.0),
        (30.0, 2.0, 0.6426144719003379, 0.35738552809966206, 2.0300217220744988e-05, 0.9999796997827792),
        (30.0, 2.0, 0.9452913604824179, 0.05470863951758209, 0.48840677575377167, 0.5115932242462283),
        (30.0, 2.0, 0.9980608879204371, 0.001939112079562877, 0.9983157607853334, 0.0016842392146667043),
        (30.0, 2.0, 0.9999966533425434, 3.3466574566043406e-06, 0.999999994792283, 5.20771704140901e-09),
        (1.0, 1.0, 6.144174602214718e-06, 0.9999938558253978, 6.144174602214718e-06, 0.9999938558253978),
        (1.0, 1.0, 0.04742587317756678, 0.9525741268224333, 0.04742587317756678, 0.9525741268224333),
        (1.0, 1.0, 0.549833997312478, 0.45016600268752205, 0.549833997312478, 0.45016600268752205),
        (1.0, 1.0, 0.9933071490757152, 0.006692850924284843, 0.9933071490757152, 0.006692850924284843),
        (1.0, 1.0, 0.9999991684719723, 8.315280276560699e-07, 0.9999991684719723, 8.315280276560699e-07),
        (8000.0, 0.7, 0.9968531011318289, 0.0031468988681710997, 3.2417610847017723e-12, 0.9999999999967583),
        (8000.0, 0.7, 0.9999311090941861, 6.889090581385648e-05, 0.41422543415694457, 0.5857745658430554),
        (8000.0, 0.7, 0.9999997778726639, 2.2212733608029112e-07, 0.9869361924805251, 0.013063807519474887),
        (8000.0, 0.7, 0.9999999999952699, 4.7301051964154794e-12, 0.999992982610253, 7.017389746959389e-06),
        (150.0, 400.0, 0.15888897664571483, 0.8411110233542851, 7.627100395515484e-12, 0.9999999999923729),
        (150.0, 400.0, 0.24426769870688325, 0.7557323012931167, 0.06439359790946772, 0.9356064020905323),
        (150.0, 400.0, 0.27462457766196535, 0.7253754223380346, 0.5454705661406715, 0.45452943385932854),
        (150.0, 400.0, 0.3201598960945885, 0.6798401039054115, 0.9924940499746961, 0.007505950025303899),
        (150.0, 400.0, 0.4055386181557569, 0.594461381844243, 0.9999999999635404, 3.645956307029479e-11),
        (2900.0, 2950.0, 0.4565080532403627, 0.5434919467596373, 9.212596614648999e-10, 0.9999999990787404),
        (2900.0, 2950.0, 0.4859218851049625, 0.5140781148950375, 0.06680135802466776, 0.9331986419753322),
        (2900.0, 2950.0, 0.49638013643459794, 0.5036198635654021, 0.5398520439511919, 0.4601479560488081),
        (2900.0, 2950.0, 0.5120675134290512, 0.4879324865709488, 0.993789565161602, 0.006210434838398016),
        (2900.0, 2950.0, 0.541481345293651, 0.458518654706349, 0.9999999999988103, 1.189699030913957e-12),
        (5000.0, 8000.0, 0.3590148217153971, 0.6409851782846029, 7.099061301002166e-10, 0.9999999992900939),
        (5000.0, 8000.0, 0.37821524389038774, 0.6217847561096123, 0.06658436922817336, 0.9334156307718267),
        (5000.0, 8000.0, 0.38504206066371777, 0.6149579393362823, 0.5403704764000348, 0.4596295235999652),
        (5000.0, 8000.0, 0.3952822858237127, 0.6047177141762873, 0.9936651976602747, 0.006334802339725247),
        (5000.0, 8000.0, 0.41448270799870335, 0.5855172920012967, 0.999999999998047, 1.9530389177774904e-12),
        (100000.0, 30000.0, 0.762219523655698, 0.237780476344302, 1.2647858520922217e-09, 0.9999999987352142),
        (100000.0, 30000.0, 0.7674779578370015, 0.23252204216299854, 0.06699798386610896, 0.933002016133891),
        (100000.0, 30000.0, 0.7693476233236871, 0.2306523766763129, 0.5393632474002201, 0.46063675259977993),
        (100000.0, 30000.0, 0.7721521215537156, 0.2278478784462844, 0.993899145859193, 0.006100854140806972),
        (100000.0, 30000.0, 0.7774105557350189, 0.22258944426498106, 0.9999999999991567, 8.433430977460399e-13),
        (10000000.0, 10000000.0, 0.4993291796235206, 0.5006708203764794, 9.86572607325064e-10, 0.9999999990134274),
        (10000000.0, 10000000.0, 0.49983229490588016, 0.5001677050941198, 0.06680720309021757, 0.9331927969097824),
        (10000000.0, 10000000.0, 0.500011180339608, 0.499988819660392, 0.5398278357934808, 0.4601721642065192),
        (10000000.0, 10000000.0, 0.5002795084901998, 0.49972049150980025, 0.9937903364544407, 0.006209663545559244),
        (10000000.0, 10000000.0, 0.5007826237725593, 0.49921737622744067, 0.9999999999987202, 1.2797757771053657e-12),
    ];

    #[test]
    fn both_sides_are_accurate() {
        for (a, b, x, y, below, above) in EXACT {
            let (p, q) = beta_inc(a, b, x, y);
            // What rounding x does to the result grows with the parameters.
            let relative = 1e-12 + 1e-15 * (a + b).sqrt();
            if below <= above {
                assert!((p / below - 1.0).abs() < relative, "I({x}; {a}, {b}) = {p}, not {below}");
            } else {
                assert!((q / above - 1.0).abs() < relative, "1 − I({x}; {a}, {b}) = {q}, not {above}");
            }
            let back = beta_inc_inv(a, b, below, above);
            assert!((back.0 / x - 1.0).abs() < 1e-12, "{a}, {b}: {}, not {x}", back.0);
            assert!((back.1 / y - 1.0).abs() < 1e-12, "{a}, {b}: 1 − {}, not 1 − {y}", back.1);
        }
    }

    #[test]
    fn nothing_hangs_at_the_edges_of_the_numbers() {
        let sizes = [1e-6, 0.02, 1.0, 50.0, 2_999.0, 1e5, 1e12];
        for a in sizes {
            for b in sizes {
                for p in [5e-324, 1e-300, 1e-12, 0.3, 0.5, 0.7, 1.0 - 1e-16] {
                    let (x, y) = beta_inc_inv(a, b, p, 1.0 - p);
                    assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y), "{a}, {b}, {p}: {x}");
                }
                for x in [5e-324, 1e-10, 0.3, 0.5, 0.999] {
                    let (p, q) = beta_inc(a, b, x, 1.0 - x);
                    assert!((0.0..=1.0).contains(&p) && (p + q - 1.0).abs() < 1e-9, "{a}, {b}, {x}: {p}, {q}");
                }
            }
        }
    }
}
