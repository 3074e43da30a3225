//! The triangular distribution: three numbers that one can ask an expert for.

use super::refusal::{check_numbers, fitted, refuse};
use super::{Family, Form, Parameters, Refusal};
use multiversion::multiversion;

pub(super) const TRIANGULAR: Family = Family {
    name: "triangular",
    example: "triangular(0.85, 0.92, 0.98)",
    says: "rises from `low` to `mode`, the likeliest value, and falls to `high`",
    forms: FORMS,
    discrete: false,
    fit,
    support: |&[low, _, high, ..]| (low, high),
    cdf,
    quantile,
    column: Some(column),
};

const FORMS: &[Form] = &[Form::of(&["low", "mode", "high"])];

/// Parameters: low, mode, high.
fn fit(form: usize, arguments: &[f64]) -> Result<Parameters, Refusal> {
    check_numbers(&FORMS[form], arguments)?;
    let (low, mode, high) = (arguments[0], arguments[1], arguments[2]);
    check_order(low, mode, high)?;
    if !(high - low).is_finite() {
        return refuse("high", "is too far from `low`");
    }
    fitted("high", &[low, mode, high])
}

/// Also for the pert distribution, which takes the same three numbers.
pub(super) fn check_order(low: f64, mode: f64, high: f64) -> Result<(), Refusal> {
    if low > high {
        refuse("high", format!("must be at least `low`: {high} is below {low}"))
    } else if low <= mode && mode <= high {
        Ok(())
    } else {
        refuse("mode", format!("must lie between `low` and `high`: {mode} is not between {low} and {high}"))
    }
}

fn cdf(&[low, mode, high, ..]: &Parameters, x: f64) -> (f64, f64) {
    if x < low {
        return (0.0, 1.0);
    }
    if x >= high {
        return (1.0, 0.0);
    }
    if x < mode {
        let below = (x - low) / (high - low) * ((x - low) / (mode - low));
        (below, 1.0 - below)
    } else {
        let above = (high - x) / (high - low) * ((high - x) / (high - mode));
        (1.0 - above, above)
    }
}

fn quantile(&[low, mode, high, ..]: &Parameters, u: f64, q: f64) -> f64 {
    let width = high - low;
    if u * width < mode - low {
        (low + (u * (mode - low)).sqrt() * width.sqrt()).min(mode)
    } else {
        (high - (q * (high - mode)).sqrt() * width.sqrt()).max(mode)
    }
}

/// The same bits as one by one.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+popcnt", "x86_64+avx2+fma+popcnt"))]
fn column(&[low, mode, high, ..]: &Parameters, values: &mut [f64]) {
    let (width, left, right) = (high - low, mode - low, high - mode);
    let root = width.sqrt();
    for u in values {
        let rising = *u * width < left;
        let distance = if rising { *u * left } else { (1.0 - *u) * right }.sqrt() * root;
        let (below, above) = (low + distance, high - distance);
        let below = if below > mode { mode } else { below };
        let above = if above < mode { mode } else { above };
        *u = if rising { below } else { above };
    }
}
