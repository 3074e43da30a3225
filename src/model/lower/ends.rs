//! What is measured when a future is over, and how it is classed.

use super::{Context, Lowering, Moment};
use crate::program::{Place, Value};

impl Lowering<'_> {
    pub(super) fn metrics(&mut self) -> Vec<Value> {
        let scenario = self.scenario;
        self.place(Place::End, |l| {
            scenario
                .metrics
                .iter()
                .map(|metric| {
                    let value = l.term(&metric.value, &Context::at(Moment::End));
                    l.b.check(value, Value::Constant(1.0), metric.value.span, || {
                        format!("the metric `{}`", metric.name)
                    });
                    value
                })
                .collect()
        })
    }

    /// The index of the first outcome whose condition holds.
    pub(super) fn outcome(&mut self) -> Option<Value> {
        let scenario = self.scenario;
        let last = scenario.outcomes.len().checked_sub(1)?;
        self.place(Place::End, |l| {
            let mut open = Value::Constant(1.0);
            let mut index = Value::Constant(last as f64);
            let mut conditions = Vec::new();
            for outcome in &scenario.outcomes {
                let Some(when) = &outcome.when else { continue };
                let holds = l.term(when, &Context::at(Moment::End));
                // What an earlier outcome has taken does not matter here.
                l.b.check(holds, open, when.span, || format!("the outcome `{}`", outcome.name));
                let not = l.b.not(holds);
                open = l.b.and(open, not);
                conditions.push(holds);
            }
            for (i, &holds) in conditions.iter().enumerate().rev() {
                index = l.b.select(holds, Value::Constant(i as f64), index);
            }
            Some(index)
        })
    }
}
