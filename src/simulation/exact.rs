//! Sums of floating-point numbers without any rounding, so that the order of adding does not matter.
//!
//! A superaccumulator (Kulisch 1971; Neal 2015): the number line of doubles cut into digits of 32 bits, each held in an
//! i64, which leaves room for 2³¹ additions before a carry must be passed on.

/// Digits from 2⁻¹⁰⁸⁸ to 2¹⁰⁵⁶.
const DIGITS: usize = 67;
/// The exponent of the lowest digit's lowest bit.
const LOWEST: i32 = -1088;

#[derive(Clone, Debug, PartialEq)]
pub struct ExactSum {
    digits: Box<[i64; DIGITS]>,
    /// NaN and infinities, which have no digits.
    special: f64,
}

impl Default for ExactSum {
    fn default() -> Self {
        ExactSum { digits: Box::new([0; DIGITS]), special: 0.0 }
    }
}

impl ExactSum {
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            self.special += value;
            return;
        }
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7FF) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) =
            if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
        let offset = (exponent - LOWEST) as usize;
        let (digit, shift) = (offset / 32, offset % 32);
        let shifted = u128::from(mantissa) << shift;
        let sign = if value < 0.0 { -1 } else { 1 };
        for (i, part) in (0..3).map(|i| (i, ((shifted >> (32 * i)) & 0xFFFF_FFFF) as i64)) {
            self.digits[digit + i] += sign * part;
        }
    }

    pub fn merge(&mut self, other: &ExactSum) {
        for (digit, more) in self.digits.iter_mut().zip(other.digits.iter()) {
            *digit += more;
        }
        self.special += other.special;
    }

    /// The sum, rounded once (to within its last bit).
    pub fn value(&self) -> f64 {
        if self.special != 0.0 {
            return self.special;
        }
        let mut digits = *self.digits;
        let mut carry = 0i64;
        for digit in &mut digits {
            let total = *digit + carry;
            *digit = total & 0xFFFF_FFFF;
            carry = total >> 32;
        }
        // What is left over says the sign: a negative sum is turned round, so that all digits are positive.
        let negative = carry < 0;
        if negative {
            let mut borrow = 1i64;
            for digit in &mut digits {
                let total = (!*digit & 0xFFFF_FFFF) + borrow;
                *digit = total & 0xFFFF_FFFF;
                borrow = total >> 32;
            }
        }
        let Some(top) = digits.iter().rposition(|&d| d != 0) else { return 0.0 };
        // Three digits hold at least 65 bits: what lies below only matters for ties.
        let mut sum = 0.0;
        for i in (top.saturating_sub(2)..=top).rev() {
            sum += digits[i] as f64 * power_of_two(LOWEST + 32 * i as i32);
        }
        if negative { -sum } else { sum }
    }
}

fn power_of_two(exponent: i32) -> f64 {
    match exponent {
        e if e > 1023 => f64::INFINITY,
        e if e >= -1022 => f64::from_bits(((e + 1023) as u64) << 52),
        e if e >= -1074 => f64::from_bits(1 << (e + 1074)),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        values.iter().for_each(|v| sum.add(*v));
        sum.value()
    }

    #[test]
    fn nothing_is_lost_between_large_and_small() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(sum(&[1e-300, 1e200, 5.5, -1e200, -5.5]), 1e-300);
        assert_eq!(sum(&[-3.25, 1.0]), -2.25);
        assert_eq!(sum(&[]), 0.0);
    }

    #[test]
    fn the_order_does_not_matter() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * 7919 % 1000) * 0.1 - 37.7).collect();
        let mut turned = values.clone();
        turned.reverse();
        assert_eq!(sum(&values).to_bits(), sum(&turned).to_bits());
        let (left, right) = values.split_at(311);
        let mut merged = ExactSum::default();
        left.iter().for_each(|v| merged.add(*v));
        let mut other = ExactSum::default();
        right.iter().for_each(|v| other.add(*v));
        merged.merge(&other);
        assert_eq!(merged.value().to_bits(), sum(&values).to_bits());
    }
}
