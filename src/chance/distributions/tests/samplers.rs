//! A second opinion: `rand_distr`'s samplers, which were written from other formulas, against our distribution functions.

use rand::distr::Distribution as Sampler;

use super::super::{Distribution, find};
use crate::chance::uniform::{Stream, key};

const DRAWS: usize = 10_000;

/// Kolmogorov & Smirnov: the greatest distance between the share of draws and the distribution function.
fn check<T: Into<f64>>(name: &str, form: usize, arguments: &[f64], sampler: &impl Sampler<T>) {
    let ours = Distribution::of(find(name).unwrap(), form, arguments).unwrap();
    let mut stream = Stream::new(key(1, name, 0));
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| sampler.sample(&mut stream).into()).collect();
    draws.sort_by(f64::total_cmp);
    let mut distance: f64 = 0.0;
    for (place, &x) in draws.iter().enumerate() {
        let last_of_equals = draws.get(place + 1) != Some(&x);
        if last_of_equals {
            distance = distance.max((ours.cdf(x).0 - (place + 1) as f64 / DRAWS as f64).abs());
        }
    }
    // A distance beyond this comes once in a million samples.
    assert!(distance * (DRAWS as f64).sqrt() < 2.7, "{name}{arguments:?}: distance {distance}");
}

#[test]
fn other_samplers_agree() {
    use rand_distr as other;
    check("normal", 0, &[3.0, 2.0], &other::Normal::new(3.0, 2.0).unwrap());
    check("lognormal", 2, &[1.0, 0.5], &other::LogNormal::new(1.0, 0.5).unwrap());
    check("triangular", 0, &[0.0, 1.0, 3.0], &other::Triangular::new(0.0, 3.0, 1.0).unwrap());
    check("pert", 0, &[0.0, 1.0, 3.0], &other::Pert::new(0.0, 3.0).with_mode(1.0).unwrap());
    for (a, b) in [(0.5, 0.5), (2.0, 5.0), (0.3, 40.0)] {
        check("beta", 0, &[a, b], &other::Beta::new(a, b).unwrap());
    }
    for shape in [0.3, 2.0, 500.0] {
        check("gamma", 0, &[shape, 2.0], &other::Gamma::new(shape, 2.0).unwrap());
    }
    check("exponential", 0, &[4.0], &other::Exp::new(0.25).unwrap());
    check("weibull", 0, &[0.7, 3.0], &other::Weibull::new(3.0, 0.7).unwrap());
    check("student_t", 0, &[3.5, 0.0, 1.0], &other::StudentT::new(3.5).unwrap());
    check("cauchy", 0, &[10.0, 0.5], &other::Cauchy::new(10.0, 0.5).unwrap());
    check("pareto", 0, &[10.0, 1.5], &other::Pareto::new(10.0, 1.5).unwrap());
    check("gumbel", 0, &[50.0, 10.0], &other::Gumbel::new(50.0, 10.0).unwrap());
    for mean in [0.3, 4.0, 250.0] {
        check("poisson", 0, &[mean], &other::Poisson::new(mean).unwrap());
    }
    for (n, p) in [(10_u32, 0.3), (1_000, 0.01), (100_000, 0.4)] {
        let sampler = other::Binomial::new(n.into(), p).unwrap().map(|count| count as f64);
        check("binomial", 0, &[n.into(), p], &sampler);
    }
    let sampler = other::Geometric::new(0.1).unwrap().map(|failures| (failures + 1) as f64);
    check("geometric", 0, &[0.1], &sampler);
    let sampler = rand::distr::Bernoulli::new(0.2).unwrap().map(u8::from);
    check("bernoulli", 0, &[0.2], &sampler);
}
