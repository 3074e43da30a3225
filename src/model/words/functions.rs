//! The functions of the expression language, in reading order.

use crate::program::Unary;

/// A function: what it is called with, what it says, and what it is.
pub struct Function {
    pub name: &'static str,
    pub parameters: &'static [&'static str],
    pub example: &'static str,
    /// Completes "`name` gives …".
    pub says: &'static str,
    pub does: Does,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// The same to every number, whatever the time.
    Number(Unary),
    Least,
    Greatest,
    Clamp,
    DaysSince,
    DateOf,
    Count,
    SoFar(SoFar),
    At,
    Ago,
    Before,
}

/// What is kept of the step ends passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoFar {
    Highest,
    Lowest,
    Average,
    Ever,
    Always,
    ShareOfTime,
    WhenFirst,
}

impl SoFar {
    /// Whether its argument is a condition and not a number.
    pub fn of_condition(self) -> bool {
        matches!(self, SoFar::Ever | SoFar::Always | SoFar::ShareOfTime | SoFar::WhenFirst)
    }
}

const fn number(name: &'static str, example: &'static str, says: &'static str, does: Unary) -> Function {
    Function { name, parameters: &["x"], example, says, does: Does::Number(does) }
}

const fn so_far(
    name: &'static str,
    parameters: &'static [&'static str],
    example: &'static str,
    says: &'static str,
    does: SoFar,
) -> Function {
    Function { name, parameters, example, says, does: Does::SoFar(does) }
}

pub const FUNCTIONS: &[Function] = &[
    number("abs", "abs(-3)", "the number without its sign", Unary::Abs),
    number("sqrt", "sqrt(9)", "the square root", Unary::Sqrt),
    number("exp", "exp(1)", "e to that power", Unary::Exp),
    number("ln", "ln(10)", "the natural logarithm", Unary::Ln),
    number("log10", "log10(1000)", "the logarithm to base 10", Unary::Log10),
    number("round", "round(2.5)", "the nearest whole number, the even one where two are equally near", Unary::Round),
    number("floor", "floor(2.7)", "the whole number at or below", Unary::Floor),
    number("ceil", "ceil(2.1)", "the whole number at or above", Unary::Ceil),
    number("logit", "logit(0.8)", "the logarithm of the odds of a probability", Unary::Logit),
    number("sigmoid", "sigmoid(0.5)", "the probability with these log-odds", Unary::Sigmoid),
    Function {
        name: "min",
        parameters: &["a", "b", "…"],
        example: "min(2, 3, 1)",
        says: "the least of its arguments",
        does: Does::Least,
    },
    Function {
        name: "max",
        parameters: &["a", "b", "…"],
        example: "max(2, 3, 1)",
        says: "the greatest of its arguments",
        does: Does::Greatest,
    },
    Function {
        name: "clamp",
        parameters: &["x", "low", "high"],
        example: "clamp(7, 0, 5)",
        says: "x, but at least `low` and at most `high`",
        does: Does::Clamp,
    },
    Function {
        name: "days_since",
        parameters: &["event"],
        example: "days_since(visit) < 90",
        says: "the days since the event first happened, infinitely many if it has not",
        does: Does::DaysSince,
    },
    Function {
        name: "date_of",
        parameters: &["event"],
        example: "date_of(visit) < 2026-06-01",
        says: "the date on which the event first happened, never if it has not",
        does: Does::DateOf,
    },
    Function {
        name: "count",
        parameters: &["event"],
        example: "count(strike) >= 3",
        says: "how often the event has happened",
        does: Does::Count,
    },
    so_far("highest", &["x"], "highest(oil)", "the highest value at the step ends so far", SoFar::Highest),
    so_far("lowest", &["x"], "lowest(oil)", "the lowest value at the step ends so far", SoFar::Lowest),
    so_far("average", &["x"], "average(oil)", "the average so far, steps weighted by their length", SoFar::Average),
    so_far("ever", &["condition"], "ever(oil < 50)", "whether it has held at any step end so far", SoFar::Ever),
    so_far("always", &["condition"], "always(oil > 50)", "whether it has held at all step ends so far", SoFar::Always),
    so_far(
        "share_of_time",
        &["condition"],
        "share_of_time(oil < 50)",
        "the share of the time so far in which it held",
        SoFar::ShareOfTime,
    ),
    so_far(
        "when_first",
        &["condition"],
        "when_first(oil < 50) < 2026-06-01",
        "the date of the first step end at which it held, or never",
        SoFar::WhenFirst,
    ),
    Function {
        name: "at",
        parameters: &["x", "date"],
        example: "at(oil, 2026-06-30)",
        says: "x at the end of the step that holds the date (in metrics and outcomes only)",
        does: Does::At,
    },
    Function {
        name: "ago",
        parameters: &["path", "days"],
        example: "ago(oil, 30)",
        says: "the path's value so many days before",
        does: Does::Ago,
    },
    Function {
        name: "before",
        parameters: &["x"],
        example: "before(oil)",
        says: "x at the end of the step before",
        does: Does::Before,
    },
];

pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}
