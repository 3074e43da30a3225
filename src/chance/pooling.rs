//! Pooling the answers of a panel into one number.

use super::math::elementary::{exp_plain, ln_1p, ln_plain};

/// How answers become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pool {
    /// Their weighted mean.
    Linear,
    /// The weighted mean of their log-odds, times `extremize` (Satopää et al. 2014); for probabilities.
    LogOdds { extremize: f64 },
    /// The answer at which half the weight is reached; the mean of the two middle ones where it is reached between them.
    Median,
}

/// An expert's answer and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    pub value: f64,
    pub weight: f64,
}

/// The pooled answer; NaN where no answer has a weight above 0. Log-odds want probabilities strictly between 0 and 1.
#[must_use]
pub fn pool(answers: &[Answer], how: Pool) -> f64 {
    match how {
        Pool::Linear => weighted_mean(answers, |value| value),
        Pool::LogOdds { extremize } => {
            let log_odds = weighted_mean(answers, |p| ln_plain(p) - ln_1p(-p));
            1.0 / (1.0 + exp_plain(-extremize * log_odds))
        }
        Pool::Median => weighted_median(answers),
    }
}

fn weighted_mean(answers: &[Answer], scale: impl Fn(f64) -> f64) -> f64 {
    let total: f64 = answers.iter().map(|answer| answer.weight).sum();
    answers.iter().map(|answer| answer.weight * scale(answer.value)).sum::<f64>() / total
}

fn weighted_median(answers: &[Answer]) -> f64 {
    let mut answers: Vec<Answer> = answers.iter().copied().filter(|answer| answer.weight > 0.0).collect();
    answers.sort_by(|a, b| a.value.total_cmp(&b.value));
    let total: f64 = answers.iter().map(|answer| answer.weight).sum();
    let mut sum = 0.0;
    for (place, answer) in answers.iter().enumerate() {
        sum += answer.weight;
        // Weights such as 0.1 and 0.2 do not sum to 0.3 to the last bit.
        let excess = sum - 0.5 * total;
        if excess.abs() <= 1e-12 * total {
            let next = answers.get(place + 1).unwrap_or(answer);
            return 0.5 * answer.value + 0.5 * next.value;
        }
        if excess > 0.0 {
            return answer.value;
        }
    }
    f64::NAN
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn pools_are_those_of_the_reference_table() {
        let table: Value = serde_json::from_str(include_str!("../../tests/reference/pools.json")).unwrap();
        let rows = table["pools"].as_array().unwrap();
        for row in rows {
            let answers: Vec<Answer> = row["panel"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| Answer {
                    value: value.as_f64().unwrap(),
                    weight: row["weights"][name].as_f64().unwrap_or(1.0),
                })
                .collect();
            let how = match row["pool"].as_str().unwrap() {
                "linear" => Pool::Linear,
                "median" => Pool::Median,
                _ => Pool::LogOdds { extremize: row["extremize"].as_f64().unwrap_or(1.0) },
            };
            let (got, exact) = (pool(&answers, how), row["exact"].as_f64().unwrap());
            assert!((got - exact).abs() <= 1e-14 * exact, "{row}: {got}");
        }
        assert!(rows.len() > 20);
    }

    #[test]
    fn a_tie_of_weights_takes_the_mean_of_the_middle_answers() {
        let of = |pairs: &[(f64, f64)]| {
            let answers: Vec<Answer> = pairs.iter().map(|&(value, weight)| Answer { value, weight }).collect();
            pool(&answers, Pool::Median)
        };
        assert_eq!(of(&[(3.0, 1.0), (1.0, 2.0), (2.0, 1.0)]), 1.5);
        assert_eq!(of(&[(1.0, 0.1), (2.0, 0.2), (4.0, 0.3)]), 3.0);
        assert_eq!(of(&[(5.0, 1.0), (7.0, 0.0)]), 5.0);
        assert!(of(&[]).is_nan());
    }
}
