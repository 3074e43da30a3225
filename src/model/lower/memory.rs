//! What is kept of the steps passed: functions of time so far, `at`, `ago` and `before`.

use super::{Context, Lowering, Moment, range_of};
use crate::model::types::{Node, Term};
use crate::model::words::functions::SoFar;
use crate::program::{Operand, Place, Range, Slot, Value};
use indexmap::IndexMap;

/// Everything that is kept, by what it is of.
#[derive(Default)]
pub(super) struct Memory {
    so_far: IndexMap<String, Site>,
    at: IndexMap<String, Slot>,
    rings: IndexMap<usize, Ring>,
    before: IndexMap<String, Slot>,
}

struct Site {
    does: SoFar,
    argument: Term,
    state: Slot,
    /// The value at T(0), which is what there is before the first step has passed.
    start: Value,
    updated: bool,
}

/// A path's past, as long as is looked back.
struct Ring {
    first: Slot,
    size: usize,
}

impl Lowering<'_> {
    /// Registers what is kept; every place that asks the same shares it.
    fn site(&mut self, does: SoFar, argument: &Term) -> usize {
        let key = format!("{does:?} {}", signature(argument));
        if let Some(index) = self.memory.so_far.get_index_of(&key) {
            return index;
        }
        let start = match does {
            SoFar::Highest | SoFar::Lowest | SoFar::Average => {
                self.place(Place::Once, |l| l.term(argument, &Context::at(Moment::Start)))
            }
            SoFar::Ever | SoFar::ShareOfTime => Value::Constant(0.0),
            SoFar::Always => Value::Constant(1.0),
            SoFar::WhenFirst => Value::Constant(f64::INFINITY),
        };
        let (initial, range) = match does {
            SoFar::Highest => (f64::NEG_INFINITY, Range::ANY),
            SoFar::Lowest => (f64::INFINITY, Range::ANY),
            SoFar::Average | SoFar::ShareOfTime => (0.0, Range::FINITE),
            SoFar::Ever => (0.0, Range::YES_NO),
            SoFar::Always => (1.0, Range::YES_NO),
            SoFar::WhenFirst => (f64::INFINITY, range_of(crate::model::types::Type::Date)),
        };
        let range = Range { nan: true, ..range };
        let state = self.b.state_within(Value::Constant(initial), range);
        let site = Site { does, argument: argument.clone(), state, start, updated: false };
        self.memory.so_far.insert_full(key, site).0
    }

    /// The state together with what holds at T(k).
    fn combine(&mut self, does: SoFar, state: Slot, now: Value) -> Value {
        let state = Operand::Slot(state);
        match does {
            SoFar::Highest => self.b.max(state, now),
            SoFar::Lowest => self.b.min(state, now),
            SoFar::Average | SoFar::ShareOfTime => {
                let ends = self.b.ends().to_vec();
                let length = self.b.table(|k| if k == 0 { 0.0 } else { ends[k] - ends[k - 1] });
                self.b.multiply_add(now, length, state)
            }
            SoFar::Ever => self.b.or(state, now),
            SoFar::Always => self.b.and(state, now),
            SoFar::WhenFirst => {
                let today = self.now();
                let first = self.b.select(now, today, Value::Constant(f64::INFINITY));
                self.b.min(state, first)
            }
        }
    }

    /// What a state says when steps of `days` have passed.
    fn told(&mut self, does: SoFar, state: Value, days: Value) -> Value {
        match does {
            SoFar::Average | SoFar::ShareOfTime => self.b.divide(state, days),
            _ => state,
        }
    }

    pub(super) fn so_far(&mut self, does: SoFar, argument: &Term, context: &Context) -> Value {
        let index = self.site(does, argument);
        let (state, start) = (self.memory.so_far[index].state, self.memory.so_far[index].start);
        let mut named = Vec::new();
        crate::model::order::named(argument, &mut named);
        let circle = context.reader.is_some_and(|r| named.iter().any(|t| self.scenario.order.together(r, *t)));
        match context.moment {
            Moment::Start => start,
            Moment::End => {
                let days = self.today(context);
                self.told(does, Operand::Slot(state), days)
            }
            Moment::Before => self.told_before(does, state, start),
            _ if circle => self.told_before(does, state, start),
            _ if self.b.place() == Place::After => {
                self.keep(index);
                let days = self.now();
                self.told(does, Operand::Slot(state), days)
            }
            _ => {
                let reading = Context { causes: &[], piece: None, moment: Moment::Now, ..*context };
                let now = self.term(argument, &reading);
                let combined = self.combine(does, state, now);
                let days = self.now();
                self.told(does, combined, days)
            }
        }
    }

    /// As of the end of the step before; before the first step has passed, what there is at T(0).
    fn told_before(&mut self, does: SoFar, state: Slot, start: Value) -> Value {
        let state = self.state_before(state);
        let ends = self.b.ends().to_vec();
        let days = self.b.table(|k| if k <= 1 { 1.0 } else { ends[k - 1] });
        let told = self.told(does, state, days);
        if matches!(does, SoFar::Highest | SoFar::Lowest | SoFar::Average) {
            let first = self.b.table(|k| f64::from(u8::from(k <= 1)));
            return self.b.select(first, start, told);
        }
        told
    }

    /// Updates a state at the end of the step, once, after what it is made of.
    fn keep(&mut self, index: usize) {
        let site = &mut self.memory.so_far[index];
        if std::mem::replace(&mut site.updated, true) {
            return;
        }
        let (does, argument, state) = (site.does, site.argument.clone(), site.state);
        self.in_every_step_after(|l| {
            let now = l.term(&argument, &Context::at(Moment::Now));
            let combined = l.combine(does, state, now);
            l.b.assign(state, combined);
        });
    }

    /// Emits all that happens at the end of a step; what is kept may ask for more to be kept.
    pub(super) fn memories(&mut self) {
        let mut index = 0;
        while index < self.memory.so_far.len() {
            self.keep(index);
            index += 1;
        }
        let rings: Vec<(usize, Slot, usize)> =
            self.memory.rings.iter().map(|(path, ring)| (*path, ring.first, ring.size)).collect();
        for (path, first, size) in rings {
            let shown = self.paths[path].shown;
            for place in [Place::Once, Place::After] {
                self.place(place, |l| l.b.remember(first, size, shown));
            }
        }
    }

    /// The argument at the end of a step, kept until the end.
    pub(super) fn at(&mut self, argument: &Term, step: usize) -> Value {
        let key = format!("{step} {}", signature(argument));
        if let Some(&slot) = self.memory.at.get(&key) {
            return Operand::Slot(slot);
        }
        let range = Range { nan: true, ..range_of(argument.kind) };
        let slot = self.b.state_within(Value::Constant(f64::NAN), range);
        self.memory.at.insert(key, slot);
        self.place(Place::After, |l| {
            l.in_steps(step, step + 1, |l| {
                let value = l.term(argument, &Context::at(Moment::Now));
                l.b.assign(slot, value);
            });
        });
        Operand::Slot(slot)
    }

    /// A path's value `days` before the moment of reading.
    pub(super) fn ago(&mut self, path: usize, days: f64, context: &Context) -> Value {
        let ends = self.b.ends().to_vec();
        let last = ends.len() - 1;
        // The last step end at or before that time; the start before there is one.
        let step_at = |time: f64| ends.partition_point(|&end| end <= time).saturating_sub(1);
        let circle =
            context.reader.is_some_and(|r| self.scenario.order.together(r, crate::model::order::Thing::Path(path)));
        let step = |k: usize| match context.moment {
            Moment::Start => 0,
            Moment::Before => step_at(ends[k.saturating_sub(1)] - days),
            Moment::End => step_at(ends[last] - days),
            _ if circle => step_at(ends[k] - days).min(k.saturating_sub(1)),
            _ => step_at(ends[k] - days),
        };
        if context.moment == Moment::Start {
            return self.path_value(path, context);
        }
        if days == 0.0 {
            return self.path_value(path, context);
        }
        if !self.memory.rings.contains_key(&path) {
            let size = self.longest_look(path);
            let first = self.b.ring(size);
            self.memory.rings.insert(path, Ring { first, size });
        }
        let ring = &self.memory.rings[&path];
        let (first, size) = (ring.first, ring.size);
        let table: Vec<f64> = (0..=last).map(|k| step(k) as f64).collect();
        self.b.recall(first, size, |k| table[k])
    }

    /// How many steps back anything in the scenario looks at a path, at most.
    fn longest_look(&self, path: usize) -> usize {
        let mut days: f64 = 0.0;
        self.scenario.visit_terms(&mut |term: &Term| {
            if let Node::Ago(p, d) = term.node
                && p == path
            {
                days = days.max(d);
            }
        });
        let ends = self.b.ends();
        let back = |k: usize| k - ends.partition_point(|&end| end <= ends[k] - days).saturating_sub(1).min(k);
        (1..ends.len()).map(back).max().unwrap_or(0) + 2
    }

    /// The argument at the end of the step before.
    pub(super) fn before(&mut self, argument: &Term, context: &Context) -> Value {
        let start = Context::at(Moment::Start);
        match context.moment {
            Moment::Start => self.term(argument, &start),
            _ if context.parameter => self.term(argument, &Context { parameter: false, ..*context }),
            Moment::Before => {
                // The state at T(k−2): what was before at the step before.
                let key = signature(argument);
                let slot = if let Some(&slot) = self.memory.before.get(&key) {
                    slot
                } else {
                    let initial = self.place(Place::Once, |l| l.term(argument, &start));
                    let range = Range { nan: true, ..range_of(argument.kind) };
                    let slot = self.b.state_within(initial, range);
                    self.memory.before.insert(key, slot);
                    self.in_every_step_after(|l| {
                        let value = l.term(argument, &Context::at(Moment::Before));
                        l.b.assign(slot, value);
                    });
                    slot
                };
                self.state_before(slot)
            }
            Moment::End => {
                let last = self.b.last_step();
                let range = Range { nan: true, ..range_of(argument.kind) };
                let slot = self.b.state_within(Value::Constant(f64::NAN), range);
                self.place(Place::Before, |l| {
                    l.in_steps(last, last + 1, |l| {
                        let value = l.term(argument, &Context::at(Moment::Before));
                        l.b.assign(slot, value);
                    });
                });
                Operand::Slot(slot)
            }
            _ => self.place(Place::Before, |l| l.term(argument, &Context::at(Moment::Before))),
        }
    }
}

/// What a term says, wherever it stands.
pub(super) fn signature(term: &Term) -> String {
    match &term.node {
        Node::Unary(does, a) => format!("{does:?}({})", signature(a)),
        Node::Binary(does, a, b) => format!("{does:?}({},{})", signature(a), signature(b)),
        Node::If(c, a, b) => format!("If({},{},{})", signature(c), signature(a), signature(b)),
        Node::SoFar(does, a) => format!("{does:?}({})", signature(a)),
        Node::At(a, step) => format!("At({},{step})", signature(a)),
        Node::Before(a) => format!("Before({})", signature(a)),
        Node::Draw(draw) => format!("Draw({},{})", draw.address, draw.order),
        other => format!("{other:?}"),
    }
}
