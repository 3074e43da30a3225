//! Events that repeat: how many occurrences a step has, when, and in which branches.

use super::{NEVER, YES};
use crate::calendar::DAYS_PER_YEAR;
use crate::model::lower::{Context, Lowering};
use crate::model::order::Thing;
use crate::program::{Binary, Once, Operand, Value};

const ZERO: Value = Value::Constant(0.0);

impl Lowering<'_> {
    pub(super) fn repeating(&mut self, index: usize, from: f64, to: f64) {
        let scenario = self.scenario;
        let event = &scenario.events[index];
        let Some(repeats) = &self.events[index].repeats else { return };
        let (count, step_count, step_date) = (repeats.count, repeats.step_count, repeats.step_date);
        let step_branch_counts = repeats.step_branch_counts.clone();
        let steps = self.steps_of(from, to);
        let causes = self.causes(index);
        self.update(|l| {
            // Outside of its window nothing happens, in the step after it neither.
            if !step_branch_counts.is_empty() {
                l.if_any(Operand::Slot(step_count), |l| {
                    for &slot in &step_branch_counts {
                        l.b.assign(slot, ZERO);
                    }
                });
            }
            if steps.end < l.b.ends().len() {
                l.in_steps(steps.end, steps.end + 1, |l| l.b.assign(step_count, ZERO));
            }
            l.in_steps(steps.start, steps.end, |l| {
                let (low, high) = l.part(from, to);
                let context = Context::of(Thing::Event(index));
                let (mean, first, last) = if causes.is_empty() {
                    (l.mean(index, low, high, &context), low, high)
                } else {
                    l.mean_of_pieces(index, low, high, &causes)
                };
                let uniform = l.luck(&event.address, 0, Once::Count);
                let number = l.b.poisson(uniform, mean);
                l.b.assign(step_count, number);
                l.b.assume(Operand::Slot(step_count), l.b.range(number));
                let number = Operand::Slot(step_count);
                let sum = l.b.add(first, last);
                let middle = l.b.multiply(sum, Value::Constant(0.5));
                if let (Some(repeats), Some(_)) = (&mut l.events[index].repeats, l.b.known_values(middle)) {
                    repeats.known_date = Some(middle);
                }
                l.if_any(number, |l| {
                    let here = l.b.select(number, middle, NEVER);
                    l.b.assign(step_date, here);
                    let all = l.b.add(Operand::Slot(count), number);
                    l.b.assign(count, all);
                    let date = l.events[index].date;
                    let earliest = l.b.min(Operand::Slot(date), Operand::Slot(step_date));
                    l.b.assign(date, earliest);
                    if event.branches.is_empty() {
                        return;
                    }
                    let some = l.b.less(ZERO, number);
                    if causes.is_empty() {
                        l.occurrences_in_branches(index, some, &context);
                        return;
                    }
                    // The branch is that of the piece which holds the date.
                    let dates = l.cause_dates(&causes);
                    l.pieces(low, high, dates, |l, low, high| {
                        let context = Context { causes: &causes, piece: Some(low), ..context };
                        let after = l.b.less(low, Operand::Slot(step_date));
                        let until = l.b.at_most(Operand::Slot(step_date), high);
                        let holds = l.b.and(after, until);
                        let here = l.b.and(holds, some);
                        l.if_any(here, |l| l.occurrences_in_branches(index, here, &context));
                    });
                });
            });
        });
    }

    /// Expected occurrences from `low` to `high`.
    fn mean(&mut self, index: usize, low: Value, high: Value, context: &Context) -> Value {
        let event = &self.scenario.events[index];
        let open = self.b.less(low, high);
        let allowed = self.allowed(event, open, context);
        let may = self.b.and(open, allowed);
        let pace = self.pace(event, may, context);
        let days = self.b.subtract(high, low);
        let years = self.b.divide(days, Value::Constant(DAYS_PER_YEAR));
        let mean = self.b.multiply(pace, years);
        self.b.select(may, mean, ZERO)
    }

    /// The means of all pieces together, and where the first piece with a rate above 0 begins and the last one ends.
    fn mean_of_pieces(&mut self, index: usize, low: Value, high: Value, causes: &[usize]) -> (Value, Value, Value) {
        let sum = self.number_state(0.0);
        let (first, last) = (self.number_state(0.0), self.number_state(0.0));
        self.b.assign(sum, ZERO);
        self.b.assign(first, high);
        self.b.assign(last, low);
        let dates = self.cause_dates(causes);
        self.pieces(low, high, dates, |l, from, to| {
            let context = Context { causes, piece: Some(from), ..Context::of(Thing::Event(index)) };
            let mean = l.mean(index, from, to, &context);
            let some = l.b.less(ZERO, mean);
            let begins = l.b.min(Operand::Slot(first), from);
            l.b.assign_where(some, first, begins);
            l.b.assign_where(some, last, to);
            let more = l.b.add(Operand::Slot(sum), mean);
            l.b.assign(sum, more);
        });
        (Operand::Slot(sum), Operand::Slot(first), Operand::Slot(last))
    }

    /// Each occurrence of the step gets a branch of its own.
    fn occurrences_in_branches(&mut self, index: usize, mask: Value, context: &Context) {
        let weights = self.branch_weights(index, mask, context);
        let Some(repeats) = &self.events[index].repeats else { return };
        let (step_count, step_date) = (repeats.step_count, repeats.step_date);
        let counts = repeats.branch_counts.clone();
        let step_counts = repeats.step_branch_counts.clone();
        let dates = repeats.branch_dates.clone();
        let address = format!("{}.branches", self.scenario.events[index].address);
        let event = &self.scenario.events[index];
        let (scope, has) = self.each_occurrence(step_count, event.span, || format!("`{}`", event.name));
        let here = self.b.and(has, mask);
        let luck = self.luck(&address, 0, Once::Occurrence);
        let branch = self.branch_of(index, luck, &weights, here);
        for (b, ((&count, &step_count), &date)) in counts.iter().zip(&step_counts).zip(&dates).enumerate() {
            let same = self.b.compare(Binary::Equal, Binary::EqualOrNan, branch, Value::Constant(b as f64));
            let this = self.b.and(here, same);
            let one = self.b.select(this, YES, ZERO);
            for slot in [count, step_count] {
                let more = self.b.add(Operand::Slot(slot), one);
                self.b.assign(slot, more);
            }
            let earlier = self.b.min(Operand::Slot(date), Operand::Slot(step_date));
            self.b.assign_where(this, date, earlier);
        }
        self.b.close(scope);
    }
}
