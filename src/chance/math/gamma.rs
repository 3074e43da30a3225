//! The incomplete gamma function and its inverse.
//!
//! P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a): its series below the mean, Legendre's continued fraction above it, and Temme's
//! uniform expansion (1979; DLMF 8.12) around the mean of large shapes. Factors are computed from deviances, as Loader
//! (2000) has it, so that nothing large is subtracted from anything large.

use super::elementary::{exp_plain, ln_plain};
use super::inverse::{Point, invert};
use super::normal::{normal_cdf, normal_quantile};

const TWO_PI: f64 = std::f64::consts::TAU;
const HALF_LN_TWO_PI: f64 = 0.9189385332046728;
const MOST_TERMS: usize = 5_000;

/// (P(a, x), Q(a, x)), each accurate when it is the smaller one; a above 0.
pub fn gamma_inc(a: f64, x: f64) -> (f64, f64) {
    let point = Shape::new(a).at(x);
    (point.below, point.above)
}

/// The x with P(a, x) = p and Q(a, x) = q.
pub fn gamma_inc_inv(a: f64, p: f64, q: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if q <= 0.0 {
        return f64::INFINITY;
    }
    let shape = Shape::new(a);
    invert(p, q, shape.first_guess(p, q), f64::INFINITY, |x| shape.at(x))
}

/// The parameter, with what depends on it alone.
struct Shape {
    a: f64,
    stirling: f64,
}

impl Shape {
    fn new(a: f64) -> Self {
        Self { a, stirling: stirling_error(a) }
    }

    fn at(&self, x: f64) -> Point {
        let a = self.a;
        if x <= 0.0 {
            return Point { below: 0.0, above: 1.0, slope: 0.0 };
        }
        if x == f64::INFINITY {
            return Point { below: 1.0, above: 0.0, slope: 0.0 };
        }
        let deviance = deviance(a, x, a - x);
        let term = exp_plain(-self.stirling - deviance) / (TWO_PI * a).sqrt();
        let slope = a * term;
        if a >= 40.0 && (x - a).abs() <= 0.3 * a {
            let (below, above) = around_the_mean(a, x, deviance);
            Point { below, above, slope }
        } else if x < a + 1.0 {
            let below = (term * series(a, x)).min(1.0);
            Point { below, above: 1.0 - below, slope }
        } else {
            let above = (term * a * continued_fraction(a, x)).min(1.0);
            Point { below: 1.0 - above, above, slope }
        }
    }

    fn first_guess(&self, p: f64, q: f64) -> f64 {
        let a = self.a;
        // Near 0 the density is a power.
        let power = exp_plain((ln_plain(p) + ln_gamma_of_next(a)) / a);
        if power < 0.2 * (a + 1.0) {
            return power * exp_plain(power / (a + 1.0));
        }
        if a < 1.0 {
            return (-ln_plain(q)).max(power);
        }
        // Wilson & Hilferty 1931.
        let root = 1.0 - 1.0 / (9.0 * a) + normal_quantile(p, q) / (3.0 * a.sqrt());
        a * root * root * root
    }
}

/// a ln(a/m) + m − a; `difference` is a − m, given because the caller may know it better than by subtraction.
pub(super) fn deviance(a: f64, m: f64, difference: f64) -> f64 {
    if difference.abs() >= 0.1 * (a + m) {
        // Two logarithms where the quotient would overflow.
        let ratio = a / m;
        let log = if ratio < f64::INFINITY && ratio > 0.0 { ln_plain(ratio) } else { ln_plain(a) - ln_plain(m) };
        return a * log - difference;
    }
    let v = difference / (a + m);
    let z = v * v;
    let mut sum = difference * v;
    let mut power = 2.0 * a * v;
    for odd in 1..MOST_TERMS {
        power *= z;
        let next = sum + power / (2 * odd + 1) as f64;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// ln Γ(a + 1) − (a + ½) ln a + a − ½ ln 2π: what Stirling's formula lacks.
pub(super) fn stirling_error(a: f64) -> f64 {
    const SERIES: [f64; 8] = [
        0.08333333333333333,
        -0.002777777777777778,
        0.0007936507936507937,
        -0.0005952380952380953,
        0.0008417508417508417,
        -0.0019175269175269176,
        0.00641025641025641,
        -0.029550653594771242,
    ];
    if a >= 10.0 {
        let z = (1.0 / a) * (1.0 / a);
        return SERIES.iter().rev().fold(0.0, |sum, c| sum * z + c) / a;
    }
    // Γ(a + 1) from a larger argument, divided by the factors between.
    let (mut raised, mut factors) = (a, 1.0);
    while raised < 10.0 {
        raised += 1.0;
        factors *= raised;
    }
    stirling_error(raised) + (raised + 0.5) * ln_plain(raised)
        - (a + 0.5) * ln_plain(a)
        - (raised - a)
        - ln_plain(factors)
}

/// ln Γ(a + 1).
pub(super) fn ln_gamma_of_next(a: f64) -> f64 {
    stirling_error(a) + (a + 0.5) * ln_plain(a) - a + HALF_LN_TWO_PI
}

/// P(a, x) Γ(a + 1) x⁻ᵃ eˣ.
fn series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut divisor) = (1.0, 1.0, a);
    for _ in 0..MOST_TERMS {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term <= sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Q(a, x) Γ(a) x⁻ᵃ eˣ, by Lentz's method.
fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..MOST_TERMS {
        let i = i as f64;
        let numerator = i * (a - i);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b, TINY);
        c = nonzero(b + numerator / c, TINY);
        value *= d * c;
        if (d * c - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

pub(super) fn nonzero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// Temme's expansion: a normal tail and a correction in powers of 1/a, whose coefficients are series in η. With
/// μ = x/a − 1, η²/2 = μ − ln(1 + μ), which is the deviance over a.
fn around_the_mean(a: f64, x: f64, deviance: f64) -> (f64, f64) {
    let eta = (2.0 * deviance / a).sqrt().copysign(x - a);
    let (below, above) = normal_cdf(eta * a.sqrt());
    let mut sum = 0.0;
    for coefficients in TEMME.iter().rev() {
        sum = sum / a + coefficients.iter().rev().fold(0.0, |sum, c| sum * eta + c);
    }
    let correction = sum * exp_plain(-deviance) / (TWO_PI * a).sqrt();
    (below - correction, above + correction)
}

/// The k-th row holds Temme's coefficient of a⁻ᵏ by powers of η, as far as they matter from a = 40 on.
const TEMME: [&[f64]; 8] = [
    &[
        -0.3333333333333333,
        0.08333333333333333,
        -0.014814814814814815,
        0.0011574074074074073,
        0.0003527336860670194,
        -0.0001787551440329218,
        3.919263178522438e-05,
        -2.185448510679992e-06,
        -1.85406221071516e-06,
        8.296711340953087e-07,
        -1.7665952736826078e-07,
        6.707853543401498e-09,
        1.0261809784240309e-08,
        -4.382036018453353e-09,
        9.14769958223679e-10,
    ],
    &[
        -0.001851851851851852,
        -0.003472222222222222,
        0.0026455026455026454,
        -0.0009902263374485596,
        0.00020576131687242798,
        -4.018775720164609e-07,
        -1.8098550334489977e-05,
        7.64916091608111e-06,
        -1.6120900894563446e-06,
        4.647127802807434e-09,
        1.378633446915721e-07,
        -5.752545603517705e-08,
        1.1951628599778148e-08,
    ],
    &[
        0.004133597883597883,
        -0.0026813271604938273,
        0.0007716049382716049,
        2.0093878600823047e-06,
        -0.0001073665322636516,
        5.2923448829120125e-05,
        -1.2760635188618728e-05,
        3.423578734096138e-08,
        1.3721957309062934e-06,
        -6.298992138380055e-07,
        1.4280614206064242e-07,
    ],
    &[
        0.0006494341563786008,
        0.00022947209362139917,
        -0.0004691894943952557,
        0.00026772063206283885,
        -7.561801671883977e-05,
        -2.396505113867297e-07,
        1.1082654115347302e-05,
        -5.6749528269915965e-06,
        1.4230900732435883e-06,
    ],
    &[
        -0.0008618882909167117,
        0.0007840392217200666,
        -0.0002990724803031902,
        -1.4638452578843418e-06,
        6.641498215465122e-05,
        -3.968365047179435e-05,
        1.1375726970678419e-05,
        2.507497226237533e-10,
        -1.6954149536558305e-06,
    ],
    &[
        -0.00033679855336635813,
        -6.972813758365857e-05,
        0.0002772753244959392,
        -0.00019932570516188847,
        6.797780477937208e-05,
        1.419062920643967e-07,
        -1.3594048189768693e-05,
    ],
    &[
        0.0005313079364639922,
        -0.0005921664373536939,
        0.0002708782096718045,
        7.902353232660328e-07,
        -8.153969367561969e-05,
    ],
    &[0.00034436760689237765, 5.171790908260592e-05, -0.00033493161081142234],
];

#[cfg(test)]
mod tests {
    use super::*;

    // (a, x, P, Q) with 40 digits, rounded once.
    const EXACT: [(f64, f64, f64, f64); 50] = [
        (0.02, 1.000000000000005e-40, 0.16027734068013952, 0.8397226593198605),
        (0.02, 0.00030000000000000003, 0.8598288215455262, 0.1401711784544738),
        (0.02, 0.02, 0.9348097630412344, 0.06519023695876562),
        (0.02, 2.02, 0.9990186151185155, 0.0009813848814844484),
        (0.02, 20.02, 0.9999999999979298, 2.0702598651529266e-12),
        (0.3, 4.641588833612774e-14, 0.000111424250854729, 0.9998885757491452),
        (0.3, 0.0031, 0.19682384174403844, 0.8031761582559616),
        (0.3, 0.3, 0.7269573437103662, 0.2730426562896338),
        (0.3, 2.3, 0.9848587957383554, 0.01514120426164459),
        (0.3, 20.3, 0.9999999999399399, 6.006011735609467e-11),
        (0.9, 3.593813663804628e-05, 0.00010397364344804699, 0.999896026356552),
        (0.9, 0.0091, 0.015072920792537896, 0.9849270792074621),
        (0.9, 0.9, 0.6389957272835946, 0.36100427271640545),
        (0.9, 2.9, 0.9549302836087546, 0.04506971639124536),
        (0.9, 20.9, 0.9999999994240018, 5.759982055478128e-10),
        (2.0, 0.01, 4.966791334026589e-05, 0.9999503320866597),
        (2.0, 0.0201, 0.00019931842710625106, 0.9998006815728937),
        (2.0, 2.0, 0.5939941502901619, 0.40600584970983805),
        (2.0, 4.0, 0.9084218055563291, 0.09157819444367091),
        (2.0, 22.0, 0.9999999935842234, 6.415776613598527e-09),
        (7.5, 0.05478611003190869, 2.3542222633260607e-14, 0.9999999999999765),
        (7.5, 3.06082914411238, 0.022369104026986907, 0.9776308959730131),
        (7.5, 7.998922187335669, 0.617805059212248, 0.3821949407877519),
        (7.5, 18.466493795603654, 0.9987056547306662, 0.0012943452693338514),
        (7.5, 37.863408380593924, 0.9999999995816329, 4.1836707768745896e-10),
        (30.0, 6.50332007316162, 1.7675410869152488e-11, 0.9999999999823246),
        (30.0, 20.068741382746573, 0.02269193133483002, 0.97730806866517),
        (30.0, 31.32898977363416, 0.6178471237289004, 0.38215287627109956),
        (30.0, 49.149548786628316, 0.9986684863239235, 0.0013315136760764894),
        (30.0, 75.70442075563474, 0.9999999992512371, 7.487629097872007e-10),
        (45.0, 13.811535045966297, 2.4447273173103508e-11, 0.9999999999755528),
        (45.0, 32.60312514889898, 0.022714887335875254, 0.9772851126641248),
        (45.0, 46.700099400739326, 0.617863839257441, 0.38213616074255896),
        (45.0, 67.83450651646578, 0.9986630219856472, 0.001336978014352893),
        (45.0, 97.88113637458602, 0.9999999991870988, 8.129011658611643e-10),
        (100.0, 47.861956652949246, 3.299832046403867e-11, 0.9999999999670017),
        (100.0, 81.01367887517146, 0.0227364141703874, 0.9772635858296126),
        (100.0, 102.69044060356653, 0.6178868966837303, 0.38211310331626974),
        (100.0, 132.69707393689987, 0.9986563874342785, 0.0013436125657215084),
        (100.0, 172.32044430727024, 0.9999999991022488, 8.977512338042684e-10),
        (1000.0, 807.9244544857285, 3.949185144577372e-11, 0.9999999999605081),
        (1000.0, 937.7590197591331, 0.022749023058019104, 0.9772509769419809),
        (1000.0, 1009.181456904295, 0.6179085375192909, 0.3820914624807092),
        (1000.0, 1097.5452422707979, 0.9986508036134936, 0.0013491963865063924),
        (1000.0, 1201.6128508322072, 0.9999999990238516, 9.761483290505034e-10),
        (30000.0, 28887.8665396362, 4.013874106783341e-11, 0.9999999999598612),
        (30000.0, 29654.5906901115, 0.022750097975036455, 0.9772499020249635),
        (30000.0, 30051.657812891226, 0.6179113206288911, 0.3820886793711089),
        (30000.0, 30522.28382356881, 0.9986501263593, 0.0013498736407000726),
        (30000.0, 31050.935598030315, 0.9999999990137795, 9.862205053325398e-10),
    ];

    #[test]
    fn both_sides_are_accurate() {
        for (a, x, below, above) in EXACT {
            let (p, q) = gamma_inc(a, x);
            if below <= above {
                assert!((p / below - 1.0).abs() < 1e-13, "P({a}, {x}) = {p}, not {below}");
            } else {
                assert!((q / above - 1.0).abs() < 1e-13, "Q({a}, {x}) = {q}, not {above}");
            }
            let back = gamma_inc_inv(a, below, above);
            assert!((back / x - 1.0).abs() < 1e-12, "{a}: {back}, not {x}");
        }
    }

    #[test]
    fn nothing_hangs_at_the_edges_of_the_numbers() {
        for a in [5e-324, 1e-300, 1e-10, 0.02, 1.0, 39.9, 40.0, 1e8, 1e15, 1e300] {
            for p in [5e-324, 1e-300, 1e-12, 0.3, 0.5, 0.7, 1.0 - 1e-16] {
                let x = gamma_inc_inv(a, p, 1.0 - p);
                assert!(x >= 0.0, "{a}, {p}: {x}");
            }
            for x in [5e-324, 1e-10, 0.9, 1.1, a, 1e300] {
                let (p, q) = gamma_inc(a, x);
                assert!((0.0..=1.0).contains(&p) && (p + q - 1.0).abs() < 1e-12, "{a}, {x}: {p}, {q}");
            }
        }
    }
}
