//! A scenario as it is meant: names resolved, types known, every number an assumption with an address.

use crate::calendar::Calendar;
use crate::chance::distributions::Family;
use crate::chance::pooling::{self, Answer};
use crate::chance::sobol::Sampling;
use crate::diagnostic::Span;
use crate::model::words::functions::SoFar;
use crate::model::words::paths::PathModel;
use crate::program::{Binary, Unary};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub question: String,
    pub note: String,
    /// None in a static scenario.
    pub calendar: Option<Calendar>,
    pub run: RunSettings,
    pub quantities: Vec<Quantity>,
    pub paths: Vec<Path>,
    pub events: Vec<Event>,
    pub metrics: Vec<Metric>,
    pub outcomes: Vec<Outcome>,
    pub correlations: Vec<Correlation>,
    pub observations: Vec<Observation>,
    pub variants: Vec<Variant>,
    /// Addresses that the workshop page shows first.
    pub sliders: Vec<String>,
    /// Every number that the analyst sets, in file order.
    pub assumptions: Vec<Listed>,
    pub order: super::order::Order,
    /// What the file says where something is laid over it; None where this is that.
    pub without: Option<Arc<Scenario>>,
}

#[derive(Clone, Debug)]
pub struct RunSettings {
    pub futures: u64,
    pub seed: u64,
    pub sampling: Sampling,
    /// The 95 % half-width of every outcome's share at which a run stops; `futures` then is the most that it plays.
    pub precision: Option<f64>,
}

/// What people are shown of a thing.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub title: String,
    pub unit: String,
    pub note: String,
    pub source: String,
}

#[derive(Clone, Debug)]
pub struct Quantity {
    pub name: String,
    pub words: Words,
    pub value: Assumption,
    pub kind: Type,
}

#[derive(Clone, Debug)]
pub struct Path {
    pub name: String,
    pub span: Span,
    pub words: Words,
    pub model: &'static PathModel,
    /// Numbers in the order of the model's fields; None where an optional one is left out.
    pub fields: Vec<Option<FieldValue>>,
    pub formula: Option<Term>,
    pub start: Option<Assumption>,
    pub jumps: Option<Jumps>,
    pub history: Option<History>,
    pub min: Option<Assumption>,
    pub max: Option<Assumption>,
    pub shocks: Vec<Shock>,
    pub kind: Type,
}

/// A number of a path model.
#[derive(Clone, Debug)]
pub enum FieldValue {
    Number(Assumption),
    Days(f64),
}

#[derive(Clone, Debug)]
pub struct Jumps {
    pub rate: Assumption,
    pub size: Assumption,
}

/// Changes to be resampled in blocks of consecutive rows.
#[derive(Clone, Debug)]
pub struct History {
    pub changes: Arc<[f64]>,
    pub block: usize,
    /// Changes of the logarithm, not of the number.
    pub log: bool,
    pub address: String,
}

#[derive(Clone, Debug)]
pub struct Shock {
    pub name: String,
    pub address: String,
    pub when: EventRef,
    pub size: Assumption,
    pub multiply: bool,
    /// Days.
    pub delay: f64,
    pub ramp: Option<f64>,
    pub half_life: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub span: Span,
    pub address: String,
    pub words: Words,
    pub timing: Timing,
    pub shape: Shape,
    pub probability: Option<Assumption>,
    /// Expected occurrences per year, for an event timed by `rate`.
    pub rate: Option<Assumption>,
    pub repeats: bool,
    pub branches: Vec<Branch>,
    pub requires: Option<Term>,
    pub shifts: Vec<Shift>,
    pub given: Vec<Given>,
    pub happens: Option<Happens>,
}

/// Dates are days since the start.
#[derive(Clone, Debug)]
pub enum Timing {
    /// In a static scenario.
    Static,
    On(f64),
    Window {
        from: f64,
        to: f64,
        by: bool,
    },
    After {
        trigger: EventRef,
        delay: f64,
        within: f64,
    },
    When(Term),
    Rate {
        from: f64,
        to: f64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Uniform,
    Early,
    Late,
    Steady,
}

/// What a variant or `--set` decides: on that date, or never.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happens {
    On(f64),
    Never,
}

#[derive(Clone, Debug)]
pub struct Branch {
    pub name: String,
    pub title: String,
    pub span: Span,
    pub share: Share,
}

#[derive(Clone, Debug)]
pub struct Shift {
    pub name: String,
    pub address: String,
    pub condition: Option<Term>,
    pub effect: Effect,
}

#[derive(Clone, Debug)]
pub enum Effect {
    Odds(Assumption),
    Factor(Assumption),
    /// Branch index and odds.
    BranchOdds(Vec<(usize, Assumption)>),
}

#[derive(Clone, Debug)]
pub struct Given {
    pub condition: Term,
    pub probability: Option<Assumption>,
    pub rate: Option<Assumption>,
    /// One for each branch of the event.
    pub branches: Option<Vec<Share>>,
}

/// A branch's part of 1: what the file says, and what a variant or `--set` puts in its place.
#[derive(Clone, Debug)]
pub struct Share {
    pub file: InFile,
    pub set: Option<Assumption>,
}

#[derive(Clone, Debug)]
pub enum InFile {
    /// Not named by a `given` rule.
    Zero,
    Rest,
    Chance(Assumption),
}

#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    pub words: Words,
    pub value: Term,
    pub kind: Type,
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    pub title: String,
    pub note: String,
    pub color: String,
    /// None for the last, which takes the rest.
    pub when: Option<Term>,
}

#[derive(Clone, Debug)]
pub struct Variant {
    pub name: String,
    pub title: String,
    pub note: String,
}

#[derive(Clone, Debug)]
pub struct Correlation {
    pub members: Members,
    pub rho: Assumption,
    pub span: Span,
}

/// Indices of two things of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    Paths(usize, usize),
    Quantities(usize, usize),
    Events(usize, usize),
}

#[derive(Clone, Debug)]
pub struct Observation {
    pub name: String,
    pub span: Span,
    pub what: Observed,
}

/// Dates are days since the start.
#[derive(Clone, Debug)]
pub enum Observed {
    Event {
        event: usize,
        branch: Option<usize>,
        on: f64,
    },
    NotBy {
        event: usize,
        by: f64,
    },
    /// In a static scenario.
    Happened {
        event: usize,
        branch: Option<usize>,
        happened: bool,
    },
    Path {
        path: usize,
        step: usize,
        value: f64,
        sd: Option<f64>,
    },
    Report {
        condition: Term,
        step: usize,
        odds: Option<f64>,
    },
}

/// An assumption as it is listed, with its range.
#[derive(Clone, Debug)]
pub struct Listed {
    pub address: String,
    pub span: Span,
    pub title: String,
    pub value: String,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub default_range: bool,
    pub unit: String,
    pub note: String,
    pub source: String,
    pub changed: bool,
    pub value_in_file: Option<String>,
    /// The number itself, where it is one constant.
    pub number: Option<f64>,
    /// The answers of a panel, by name.
    pub panel: Vec<(String, String)>,
    /// What they come to, where all of them are constants.
    pub pooled: Option<f64>,
}

/// A number that the analyst sets: one expression, or the answers of a panel.
#[derive(Clone, Debug)]
pub struct Assumption {
    pub address: String,
    pub span: Span,
    pub value: Estimate,
    /// What it is multiplied by to be in the engine's unit: 12 for a rate "per month".
    pub scale: f64,
}

#[derive(Clone, Debug)]
pub enum Estimate {
    Term(Term),
    Panel(Panel),
}

#[derive(Clone, Debug)]
pub struct Panel {
    pub experts: Vec<Expert>,
    pub pool: Pool,
    pub extremize: f64,
}

impl Panel {
    /// What constant answers come to.
    pub fn pooled(&self) -> Option<f64> {
        let how = match self.pool {
            Pool::Linear => pooling::Pool::Linear,
            Pool::LogOdds => pooling::Pool::LogOdds { extremize: self.extremize },
            Pool::Median => pooling::Pool::Median,
            Pool::Mixture => return None,
        };
        let answer = |expert: &Expert| Some(Answer { value: expert.answer.constant()?, weight: expert.weight });
        let answers: Vec<Answer> = self.experts.iter().map(answer).collect::<Option<_>>()?;
        Some(pooling::pool(&answers, how))
    }
}

#[derive(Clone, Debug)]
pub struct Expert {
    pub name: String,
    pub answer: Term,
    pub weight: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    Linear,
    LogOdds,
    Median,
    /// Of distributions: once per future one expert is drawn.
    Mixture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Number,
    YesNo,
    Date,
}

impl Type {
    /// With its article, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Type::Number => "a number",
            Type::YesNo => "a yes or no",
            Type::Date => "a date",
        }
    }
}

/// An event, or one of its branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventRef {
    pub event: usize,
    pub branch: Option<usize>,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Term {
    pub span: Span,
    pub kind: Type,
    pub node: Node,
}

#[derive(Clone, Debug)]
pub enum Node {
    /// Dates are days since the start.
    Constant(f64),
    Quantity(usize),
    Path(usize),
    Metric(usize),
    Happened(EventRef),
    DaysSince(EventRef),
    DateOf(EventRef),
    Count(EventRef),
    Years,
    Today,
    Unary(Unary, Box<Term>),
    Binary(Binary, Box<Term>, Box<Term>),
    If(Box<Term>, Box<Term>, Box<Term>),
    SoFar(SoFar, Box<Term>),
    /// The argument at the end of step k.
    At(Box<Term>, usize),
    Ago(usize, f64),
    Before(Box<Term>),
    Draw(Box<Draw>),
}

/// A draw site: its place decides its luck.
#[derive(Clone, Debug)]
pub struct Draw {
    /// The address of the field it stands in, and its order there.
    pub address: Arc<str>,
    pub order: u32,
    pub source: DrawSource,
}

#[derive(Clone, Debug)]
pub enum DrawSource {
    Family {
        family: &'static Family,
        form: usize,
        arguments: Vec<Term>,
        bounds: Option<(Option<Term>, Option<Term>)>,
    },
    /// Values and weights.
    Choose(Vec<(Term, Term)>),
    /// Distributions or numbers, and weights.
    Mixture(Vec<(Term, Term)>),
    /// Rows, and bounds on them.
    Data(Arc<[f64]>),
}

impl Term {
    pub fn constant(&self) -> Option<f64> {
        match self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Calls `f` with every part, outermost first.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Term)) {
        f(self);
        match &self.node {
            Node::Unary(_, a) | Node::SoFar(_, a) | Node::At(a, _) | Node::Before(a) => a.visit(f),
            Node::Binary(_, a, b) => {
                a.visit(f);
                b.visit(f);
            }
            Node::If(c, a, b) => {
                c.visit(f);
                a.visit(f);
                b.visit(f);
            }
            Node::Draw(draw) => draw.visit(f),
            _ => {}
        }
    }
}

impl Scenario {
    /// Calls `f` with every part of every expression.
    pub fn visit_terms<'a>(&'a self, f: &mut impl FnMut(&'a Term)) {
        let mut all: Vec<&Term> = Vec::new();
        for path in &self.paths {
            all.extend(&path.formula);
            let fields = path.fields.iter().flatten().filter_map(|field| match field {
                FieldValue::Number(a) => Some(a),
                FieldValue::Days(_) => None,
            });
            let jumps = path.jumps.iter().flat_map(|j| [&j.rate, &j.size]);
            let bounds = path.start.iter().chain(&path.min).chain(&path.max);
            let shocks = path.shocks.iter().map(|s| &s.size);
            all.extend(fields.chain(jumps).chain(bounds).chain(shocks).flat_map(Assumption::terms));
        }
        for event in &self.events {
            if let Timing::When(condition) = &event.timing {
                all.push(condition);
            }
            all.extend(super::order::event_terms(event));
        }
        all.extend(self.metrics.iter().map(|m| &m.value));
        all.extend(self.outcomes.iter().filter_map(|o| o.when.as_ref()));
        all.into_iter().for_each(|term| term.visit(f));
    }
}

impl Draw {
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Term)) {
        match &self.source {
            DrawSource::Family { arguments, bounds, .. } => {
                arguments.iter().for_each(|a| a.visit(f));
                if let Some((low, high)) = bounds {
                    low.iter().chain(high).for_each(|a| a.visit(f));
                }
            }
            DrawSource::Choose(pairs) | DrawSource::Mixture(pairs) => {
                for (value, weight) in pairs {
                    value.visit(f);
                    weight.visit(f);
                }
            }
            DrawSource::Data(_) => {}
        }
    }
}

impl Assumption {
    /// The terms in it.
    pub fn terms(&self) -> Vec<&Term> {
        match &self.value {
            Estimate::Term(term) => vec![term],
            Estimate::Panel(panel) => panel.experts.iter().map(|e| &e.answer).collect(),
        }
    }

    /// The number, where it is one constant.
    pub fn constant(&self) -> Option<f64> {
        match &self.value {
            Estimate::Term(term) => term.constant().map(|c| c * self.scale),
            Estimate::Panel(_) => None,
        }
    }
}
