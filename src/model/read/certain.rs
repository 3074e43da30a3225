//! What is out of its bounds in every future, whatever is drawn: a mistake that shows only when all is put together.

use super::Reading;
use crate::model::lower;
use crate::model::types::Scenario;

/// Reports probabilities that are never one, and rates, odds and factors that are always below 0.
pub fn check(scenario: &Scenario, reading: &mut Reading) {
    for found in lower::outside(scenario) {
        let written = reading.sources.text(found.span).to_owned();
        let (message, help) = if found.probability {
            (
                format!("`{written}` lies outside 0 … 1 in every future, and a probability lies between 0 and 1"),
                "correct the expression, or what it names",
            )
        } else {
            (format!("`{written}` is below 0 in every future"), "rates, odds and factors are 0 or more")
        };
        reading.error(found.span, message, help);
    }
}
