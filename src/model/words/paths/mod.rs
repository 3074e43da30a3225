//! The path models: what each needs, and how it takes one step. A file each.
//!
//! A model moves a state of its own; the value shown is made of it, of the shocks, and of `min` and `max`. The state of a
//! logarithmic model is ln(value / start).

mod bootstrap;
mod constant;
mod formula;
mod gbm;
mod jump_diffusion;
mod log_mean_reverting;
mod mean_reverting;
mod random_walk;
mod stock;

use crate::program::{Builder, Value};

pub struct PathModel {
    pub name: &'static str,
    /// Completes "`name` …".
    pub says: &'static str,
    pub fields: &'static [Field],
    pub start: Need,
    /// Whether the state is a logarithm.
    pub log: bool,
    /// Whether a step has a standard normal, so that it can be correlated and observed.
    pub normal: bool,
    /// Whether it takes shocks.
    pub shocks: bool,
    /// Keys of its own that are read elsewhere.
    pub keys: &'static [&'static str],
    /// The state at the end of a step. `None` where the value comes from elsewhere.
    pub advance: Option<fn(&mut Builder, &Step) -> Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// A number that a model needs.
pub struct Field {
    pub key: &'static str,
    pub holds: Holds,
    pub need: Need,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Number,
    /// At least 0.
    Size,
    PerYear,
    Duration,
}

/// One step of a path: everything is read at its start.
pub struct Step<'a> {
    pub state: Value,
    /// The value at T(0).
    pub start: Value,
    /// Its length in years, for each step.
    pub years: &'a [f64],
    /// In the order of the model's fields; durations in days.
    pub fields: &'a [Option<Value>],
    pub normal: Option<Value>,
    /// Sum of the jumps' sizes, or the resampled change.
    pub change: Option<Value>,
}

impl Step<'_> {
    /// A field; 0 where it is left out.
    fn field(&self, index: usize) -> Value {
        self.fields[index].unwrap_or(Value::Constant(0.0))
    }

    fn normal(&self) -> Value {
        self.normal.unwrap_or(Value::Constant(0.0))
    }

    fn change(&self) -> Value {
        self.change.unwrap_or(Value::Constant(0.0))
    }

    fn dt(&self, b: &mut Builder) -> Value {
        b.table(|k| self.years[k])
    }

    fn sqrt_dt(&self, b: &mut Builder) -> Value {
        b.table(|k| self.years[k].sqrt())
    }
}

const DRIFT: Field = Field { key: "drift", holds: Holds::Number, need: Need::Optional };
const VOLATILITY: Field = Field { key: "volatility", holds: Holds::Size, need: Need::Required };
const LEVEL: Field = Field { key: "level", holds: Holds::Number, need: Need::Required };
const HALF_LIFE: Field = Field { key: "half_life", holds: Holds::Duration, need: Need::Required };

/// In reading order.
pub const PATH_MODELS: &[&PathModel] = &[
    &constant::CONSTANT,
    &random_walk::RANDOM_WALK,
    &gbm::GBM,
    &mean_reverting::MEAN_REVERTING,
    &log_mean_reverting::LOG_MEAN_REVERTING,
    &jump_diffusion::JUMP_DIFFUSION,
    &bootstrap::BOOTSTRAP,
    &stock::STOCK,
    &formula::FORMULA,
];

pub fn find(name: &str) -> Option<&'static PathModel> {
    PATH_MODELS.iter().copied().find(|m| m.name == name)
}

impl std::fmt::Debug for PathModel {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
