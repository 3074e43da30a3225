//! Why parameters give no distribution, and the checks that most families share.

use super::{Form, Parameters};

/// Why parameters give no distribution: which one, and in plain words what it must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// A parameter's name, or the distribution's own where no single parameter is at fault.
    pub parameter: &'static str,
    /// Completes the sentence "`sd` …": "must be above 0".
    pub reason: String,
}

/// Shapes beyond these bounds are slips of the keyboard, and their quantiles leave the range of numbers.
const SHAPES: std::ops::RangeInclusive<f64> = 1e-6..=1e12;

pub(super) fn refuse<T>(parameter: &'static str, reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { parameter, reason: reason.into() })
}

/// All arguments must be numbers; NaN is allowed where an optional one is left out.
pub(super) fn check_numbers(form: &Form, arguments: &[f64]) -> Result<(), Refusal> {
    for (place, (&parameter, argument)) in form.parameters.iter().zip(arguments).enumerate() {
        let left_out = place >= form.required && argument.is_nan();
        if !argument.is_finite() && !left_out {
            return refuse(parameter, "must be a finite number");
        }
    }
    Ok(())
}

pub(super) fn check_above_0(parameter: &'static str, value: f64) -> Result<(), Refusal> {
    if value > 0.0 { Ok(()) } else { refuse(parameter, format!("must be above 0, and is {value}")) }
}

pub(super) fn check_at_least_0(parameter: &'static str, value: f64) -> Result<(), Refusal> {
    if value >= 0.0 { Ok(()) } else { refuse(parameter, format!("must be at least 0, and is {value}")) }
}

pub(super) fn check_probability(parameter: &'static str, value: f64) -> Result<(), Refusal> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        refuse(parameter, format!("must be between 0 and 1, and is {value}"))
    }
}

pub(super) fn check_inside_0_and_1(parameter: &'static str, value: f64) -> Result<(), Refusal> {
    if value > 0.0 && value < 1.0 {
        Ok(())
    } else {
        refuse(parameter, format!("must lie between 0 and 1, both excluded, and is {value}"))
    }
}

pub(super) fn check_shape(parameter: &'static str, value: f64) -> Result<(), Refusal> {
    check_above_0(parameter, value)?;
    if SHAPES.contains(&value) {
        Ok(())
    } else {
        refuse(parameter, format!("must be between 0.000001 and 1e12, and is {value:e}"))
    }
}

/// The 5th and 95th percentile of a distribution that is no constant.
pub(super) fn check_percentiles(p5: f64, p95: f64) -> Result<(), Refusal> {
    if p5 < p95 { Ok(()) } else { refuse("p95", format!("must be above `p5`: {p95} is not above {p5}")) }
}

/// Parameters from what was worked out; `blame` is the argument to name if that left the range of numbers.
pub(super) fn fitted(blame: &'static str, values: &[f64]) -> Result<Parameters, Refusal> {
    if values.iter().any(|value| !value.is_finite()) {
        return refuse(blame, "is too far from the others: the distribution leaves the range of numbers");
    }
    let mut parameters = [0.0; 12];
    parameters[..values.len()].copy_from_slice(values);
    Ok(parameters)
}
