//! A scenario made ready to run: operations over columns of futures.
//!
//! A [`Program`] has three parts. `once` is executed once for a block of futures and leaves the state at T(0); `step` is
//! executed in every step (what is read as of the step's start; the things in dependency order; what is kept of the step);
//! `end` gives metrics and outcomes. Yes is 1.0, no is 0.0, and NaN is what cannot be told.

mod apart;
mod build;
mod changes;
pub mod fold;
mod fuse;
mod layout;
pub(crate) mod merge;
mod print;
mod range;
mod reorder;
mod survival;
mod tighten;

pub use build::{Builder, Place, Scope, Value};
pub use changes::ALWAYS;
pub use merge::{Form, MOST_MERGED, Merged};
pub use range::Range;
pub use survival::{Odds, Survival};

use crate::chance::distributions::Distribution;
use crate::chance::distributions::Family;
use crate::chance::sobol::{Design, Points, Sampling};
use crate::chance::uniform::step_key;
use crate::diagnostic::Span;
use std::sync::Arc;

/// Futures that are computed side by side: many enough that what surrounds an operation costs little, and so few that the
/// columns of a step stay in the nearest caches. 128 were measured to be faster than 64.
pub const LANES: usize = 128;

/// A column of the frame: one number for each future of the block.
pub type Slot = u32;

/// What an operation reads.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    Slot(Slot),
    Constant(f64),
    /// A number that changes from step to step, but not from future to future.
    Table(u32),
}

impl Operand {
    /// Its column, if it is one.
    pub fn slot(self) -> Option<Slot> {
        match self {
            Operand::Slot(slot) => Some(slot),
            _ => None,
        }
    }
}

impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Operand::Slot(a), Operand::Slot(b)) => a == b,
            (Operand::Table(a), Operand::Table(b)) => a == b,
            // One NaN is as good as another.
            (Operand::Constant(a), Operand::Constant(b)) => a == b || (a.is_nan() && b.is_nan()),
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    Copy,
    Negate,
    Not,
    Abs,
    Sqrt,
    Exp,
    Ln,
    Log10,
    Round,
    Floor,
    Ceil,
    Logit,
    Sigmoid,
    /// The share of a standard normal at or below.
    NormalShare,
}

/// Comparisons, logic and extremes come in two forms: those named `…OrNan` carry a NaN on, the others are for operands that
/// cannot be NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Min,
    Max,
    MinOrNan,
    MaxOrNan,
    Less,
    AtMost,
    Equal,
    Different,
    LessOrNan,
    AtMostOrNan,
    EqualOrNan,
    DifferentOrNan,
    And,
    Or,
    AndOrNan,
    OrOrNan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ternary {
    /// a where the condition holds, else b.
    Select,
    /// The same, and NaN where the condition is.
    SelectOrNan,
    /// a · b + c, rounded once.
    MultiplyAdd,
    /// The same in an exponential function.
    ExpOf,
    /// The same in 1 / (1 + e⁻ˣ).
    SigmoidOf,
    /// The same, but at least 0 and at most 1.
    ShareOf,
    /// a, but at least b, and then at most c; NaN if a is.
    Between,
}

/// Where a uniform comes from: one for each future, for each future and step, or for each occurrence in a step.
/// `Count` is one for each future and step that says how many occurrences there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Once {
    Future,
    Step,
    Count,
    Occurrence,
}

/// A place where luck is drawn, in the steps `from..to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    pub key: u64,
    pub once: Once,
    pub from: u32,
    pub to: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    Unary(Unary, Slot, Operand),
    Binary(Binary, Slot, Operand, Operand),
    Ternary(Ternary, Slot, Operand, Operand, Operand),
    Merged(Box<Merged>),
    Uniform {
        out: Slot,
        key: u64,
        once: Once,
    },
    Normal {
        out: Slot,
        key: u64,
        once: Once,
    },
    /// Standard normal of a uniform.
    NormalOf {
        out: Slot,
        uniform: Operand,
    },
    /// The quantile of a distribution whose parameters are known beforehand.
    Draw {
        out: Slot,
        uniform: Operand,
        distribution: Arc<Distribution>,
    },
    DrawWith(Box<DrawWith>),
    /// The index of the weight in which `uniform` falls when they are laid end to end; NaN where all of them are 0.
    Pick {
        out: Slot,
        uniform: Operand,
        weights: Box<[Operand]>,
    },
    /// How many occurrences a uniform stands for when `mean` are expected.
    Poisson {
        out: Slot,
        uniform: Operand,
        mean: Operand,
    },
    /// The same of a uniform that nothing else reads, where as many are expected in all futures; and the body, as with
    /// `IfAny`, for the futures in which there are some. If there is one, `out` is read in it alone.
    Arrivals {
        out: Slot,
        key: u64,
        once: Once,
        mean: Operand,
        body: Box<Body>,
    },
    /// The number in that row.
    Lookup {
        out: Slot,
        row: Operand,
        rows: Arc<[f64]>,
    },
    /// `flag` becomes 1 where the value lies outside; the value is brought inside. NaN stays.
    Clamp {
        out: Slot,
        flag: Slot,
        value: Operand,
        low: f64,
        high: f64,
    },
    /// Stops the run where the value is NaN (or, for a path, infinite) and `mask` holds.
    Check {
        value: Operand,
        mask: Operand,
        infinite: bool,
        site: u32,
    },
    /// The body, for the futures in which the mask holds; it may be executed for the others too, as long as it is for one,
    /// and makes no difference to them.
    ///
    /// Nothing is to be done before one of the changes in `after`, if the mask held nowhere when it was last looked at.
    IfAny {
        mask: Slot,
        after: u64,
        body: Box<Body>,
    },
    /// What gives the same as before if there was no such change since: what a change is `Body::changes` tells.
    IfChanged {
        change: u64,
        body: Box<Body>,
    },
    /// Notes changes at the end of a body.
    Changed(u64),
    IfLess(Box<IfLess>),
    Survival(Box<Survival>),
    Pieces(Box<Pieces>),
    /// The body for occurrence 0, 1, … of the step, for the futures that have so many; as with `IfAny` it makes no
    /// difference to the others. `index` counts.
    Times {
        count: Slot,
        index: Slot,
        body: Vec<Instruction>,
    },
    /// Writes the value into a ring of slots, `size` long, at the step's place.
    Remember {
        first: Slot,
        size: u32,
        value: Slot,
    },
    /// Reads from a ring what was written in step `table[k]`.
    Recall {
        out: Slot,
        first: Slot,
        size: u32,
        step: u32,
    },
}

/// The quantile of a distribution whose parameters differ from future to future; NaN where it refuses them.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawWith {
    pub out: Slot,
    pub uniform: Operand,
    pub family: &'static Family,
    pub form: usize,
    pub arguments: Box<[Operand]>,
    /// What it lies between, where that is given.
    pub bounds: Option<(Operand, Operand)>,
}

/// As with `IfAny`, where a < b, `mask` being set to that.
#[derive(Clone, Debug, PartialEq)]
pub struct IfLess {
    pub mask: Slot,
    pub a: Operand,
    pub b: Operand,
    pub body: Body,
}

/// The body, cut by cut: `low` and `high` are set to the bounds of the pieces into which the causes' dates cut
/// [`from`, `to`] in each future. Where a future has fewer pieces than others, its last ones are empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces {
    pub low: Slot,
    pub high: Slot,
    pub from: Operand,
    pub to: Operand,
    pub causes: Box<[Slot]>,
    /// Where nothing is cut: the same for `from` and `to`.
    pub whole: Vec<Instruction>,
    pub body: Body,
    /// Whether something in it may stop the run.
    pub checked: bool,
}

/// Operations that are done for some futures of a block only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    pub code: Vec<Instruction>,
    /// Whether a few futures are sooner done apart than the whole block.
    pub apart: bool,
    /// What they read of others, or do not write in any case.
    pub reads: Vec<Slot>,
    /// What they write and others read.
    pub keeps: Vec<Slot>,
    /// What must be done again since what it reads may have been written here: a bit for each.
    pub changes: u64,
}

impl From<Vec<Instruction>> for Body {
    fn from(code: Vec<Instruction>) -> Self {
        Body { code, ..Body::default() }
    }
}

/// An operation and the steps in which it is executed: as long as a line of the nearest cache.
#[derive(Clone, Debug, PartialEq)]
#[repr(align(64))]
pub struct Instruction {
    pub op: Op,
    pub when: When,
}

const _: () = assert!(size_of::<Instruction>() == 64);

/// In which steps an operation is executed: `from..to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    from: u32,
    to: u32,
}

impl Default for When {
    fn default() -> Self {
        When { from: 0, to: u32::MAX }
    }
}

impl When {
    pub fn steps(from: u32, to: u32) -> Self {
        When { from, to }
    }

    #[inline(always)]
    pub fn holds(self, step: u32) -> bool {
        step >= self.from && step < self.to
    }

    /// Whether it is executed in all of those steps.
    pub fn covers(self, steps: When) -> bool {
        self.from <= steps.from && self.to >= steps.to
    }

    /// The first step and the one past the last.
    pub fn bounds(self) -> (u32, u32) {
        (self.from, self.to)
    }
}

/// A place that a run-time error points at.
#[derive(Clone, Debug)]
pub struct CheckSite {
    pub span: Span,
    /// What was being worked out: "the chance of `envoy_visit`".
    pub what: String,
    pub problem: Problem,
}

/// What is wrong with a value that stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    NotANumber,
    /// A path has no value then.
    NotFinite,
    /// The size of a shock that multiplies.
    NotAboveZero,
    /// All branches weigh 0.
    NoBranch,
    /// More occurrences in a step than can be played one by one.
    TooMany,
}

impl Problem {
    /// What is said of the value, and how to mend it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Problem::NotANumber => (
                "is not a number",
                "look for a root or logarithm of something below 0, 0 divided by 0, or never minus never",
            ),
            Problem::NotFinite => (
                "is infinite or not a number",
                "look for a division by 0, a root or logarithm of something below 0, or growth that nothing holds back",
            ),
            Problem::NotAboveZero => {
                ("is not above 0", "a factor above 0 multiplies: `0.85 to 0.98`, for instance, never falls to 0")
            }
            Problem::TooMany => {
                ("comes more than 10,000 times in one step", "take a smaller rate, or a shorter `step`")
            }
            Problem::NoBranch => (
                "has no branch left with a chance above 0",
                "leave one of them a chance, or give the event a `requires`",
            ),
        }
    }
}

/// A probability or factor that may leave its range while running.
#[derive(Clone, Debug)]
pub struct ClampSite {
    pub flag: Slot,
    pub address: String,
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EventSlots {
    /// Date of the first occurrence, in days since the start; infinite if there is none.
    pub date: Slot,
    pub branches: Branches,
    pub branch_count: usize,
    /// Number of occurrences, for an event that repeats.
    pub count: Option<Slot>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Branches {
    None,
    /// The branch's index, for an event that happens once.
    One(Slot),
    /// For each branch the date of its first occurrence, for an event that repeats.
    Dates(Vec<Slot>),
}

/// A scenario ready to run.
#[derive(Clone, Debug)]
pub struct Program {
    pub seed: u64,
    /// T(0) … T(K) in days since the start.
    pub ends: Vec<f64>,
    pub slots: usize,
    pub tables: Vec<Box<[f64]>>,
    pub once: Vec<Instruction>,
    pub step: Vec<Instruction>,
    pub end: Vec<Instruction>,
    pub checks: Vec<CheckSite>,
    pub clamps: Vec<ClampSite>,
    /// Shown values.
    pub paths: Vec<Slot>,
    pub events: Vec<EventSlots>,
    pub quantities: Vec<Operand>,
    pub metrics: Vec<Operand>,
    /// Index of the outcome, if there are outcomes.
    pub outcome: Option<Operand>,
    /// The future's likelihood under the evidence, if there is any.
    pub weight: Option<Operand>,
    /// The part of it that each observation has.
    pub observations: Vec<(String, Slot)>,
    /// Where luck is drawn, in the order of the operations.
    pub sites: Vec<Site>,
    /// How draws are spread evenly over futures; None where all of them are random.
    pub design: Option<Arc<Design>>,
}

impl Program {
    /// K, the number of steps.
    pub fn steps(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether the other one plays the same futures and reads the same from them, whatever their files say besides.
    pub fn plays_like(&self, other: &Program) -> bool {
        let alike = |a: &[f64], b: &[f64]| a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits()));
        self.seed == other.seed
            && alike(&self.ends, &other.ends)
            && self.tables.len() == other.tables.len()
            && self.tables.iter().zip(&other.tables).all(|(a, b)| alike(a, b))
            && (&self.once, &self.step, &self.end) == (&other.once, &other.step, &other.end)
            && (&self.paths, &self.events, &self.quantities) == (&other.paths, &other.events, &other.quantities)
            && (&self.metrics, self.outcome, self.weight) == (&other.metrics, other.outcome, other.weight)
            && self.design == other.design
    }

    /// The streams of words that can be spread evenly over futures, in the order of time: what is drawn once for a whole
    /// future, then what is drawn in each step. What comes any number of times in a step is not among them.
    pub fn streams(&self) -> impl Iterator<Item = u64> {
        let of = |once: Once| self.sites.iter().filter(move |site| site.once == once);
        let in_step = move |step: u32| {
            let drawn = of(Once::Step).filter(move |site| (site.from..site.to).contains(&step));
            drawn.map(move |site| step_key(site.key, step))
        };
        of(Once::Future).map(|site| site.key).chain((1..=self.steps() as u32).flat_map(in_step))
    }

    pub fn sampling(&self) -> Sampling {
        if self.design.is_some() { Sampling::Sobol } else { Sampling::Random }
    }

    /// The evenly spread numbers of a stream, if it has them.
    #[inline]
    pub fn points(&self, stream: u64) -> Option<Points<'_>> {
        self.design.as_ref()?.points(stream)
    }
}
