//! Calls of functions.

use super::{Allowed, Resolver, binary, unary};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::expression::{Argument, Expression, Kind};
use crate::model::names::Name;
use crate::model::types::{Node, Term, Type};
use crate::model::words::functions::{self, Does, FUNCTIONS, Function};
use crate::program::Binary;

/// What functions are called elsewhere.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("maximum", "`highest(x)` for the highest so far, `max(a, b)` for the greater of two"),
    ("peak", "`highest(x)`"),
    ("minimum", "`lowest(x)` for the lowest so far, `min(a, b)` for the smaller of two"),
    ("mean", "`average(x)`"),
    ("avg", "`average(x)`"),
    ("log", "`ln(x)` for the natural logarithm, `log10(x)` for that of base 10"),
    ("pow", "`x ^ y`"),
    ("power", "`x ^ y`"),
    ("gauss", "`normal(mean, sd)`"),
    ("gaussian", "`normal(mean, sd)`"),
    ("rand", "`uniform(0, 1)`"),
    ("random", "`uniform(0, 1)`"),
    ("happened", "the event's name alone: it is yes once the event has happened"),
    ("lag", "`ago(path, days)`"),
    ("previous", "`before(x)`"),
    ("iff", "`if … then … else …`"),
    ("ifelse", "`if … then … else …`"),
    ("int", "`floor(x)` or `round(x)`"),
];

impl Resolver<'_, '_> {
    pub(super) fn call(&mut self, name: &str, name_span: Span, arguments: &[Argument], span: Span) -> Option<Term> {
        if let Some(function) = functions::find(name) {
            return self.function(function, arguments, span);
        }
        if crate::chance::distributions::find(name).is_some() || super::draws::SPECIAL.contains(&name) {
            return self.distribution(name, arguments, span);
        }
        self.unknown_function(name, name_span);
        None
    }

    fn unknown_function(&mut self, name: &str, span: Span) {
        let all = FUNCTIONS.iter().map(|f| f.name);
        let all = all.chain(crate::chance::distributions::FAMILIES.iter().map(|f| f.name)).chain(super::draws::SPECIAL);
        let mut diagnostic = Diagnostic::error(span, format!("unknown function `{name}`"));
        if let Some(near) = nearest(name, all) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).mend(span, near);
        } else if self.names.find(name).is_some() {
            diagnostic = diagnostic.help(format!("`{name}` is a name and takes no arguments; to multiply, write `*`"));
        } else {
            let known = OTHER_WORDS.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            diagnostic = match known {
                Some((_, words)) => diagnostic.help(format!("write {words}")),
                None => diagnostic.help("the guide lists all functions and distributions"),
            };
        }
        self.error(diagnostic);
    }

    fn function(&mut self, function: &Function, arguments: &[Argument], span: Span) -> Option<Term> {
        let given = self.in_order(function, arguments, span)?;
        let (kind, node) = match function.does {
            Does::Number(does) => (Type::Number, unary(does, self.number(given[0])?)),
            Does::Least => self.extreme(&given, Binary::Min, span)?,
            Does::Greatest => self.extreme(&given, Binary::Max, span)?,
            Does::Clamp => {
                let (x, low, high) = (self.term(given[0]), self.term(given[1]), self.term(given[2]));
                let (x, low, high) = (x?, low?, high?);
                let kind = self.common(&x, &low, span)?;
                self.common(&x, &high, span)?;
                let at_least = Term { span, kind, node: binary(Binary::Max, x, low) };
                (kind, binary(Binary::Min, at_least, high))
            }
            Does::DaysSince | Does::DateOf | Does::Count => {
                let event = self.event(given[0])?;
                self.need_time(span)?;
                match function.does {
                    Does::Count => (Type::Number, Node::Count(event)),
                    Does::DaysSince => {
                        self.need_calendar(span)?;
                        (Type::Number, Node::DaysSince(event))
                    }
                    _ => {
                        self.need_calendar(span)?;
                        (Type::Date, Node::DateOf(event))
                    }
                }
            }
            Does::SoFar(does) => {
                self.need_time(span)?;
                self.need_calendar(span)?;
                let argument = if does.of_condition() { self.condition(given[0])? } else { self.number(given[0])? };
                let kind = match does {
                    functions::SoFar::Ever | functions::SoFar::Always => Type::YesNo,
                    functions::SoFar::WhenFirst => Type::Date,
                    _ => Type::Number,
                };
                (kind, Node::SoFar(does, Box::new(argument)))
            }
            Does::At => self.at(&given, span)?,
            Does::Ago => self.ago(&given, span)?,
            Does::Before => {
                self.need_time(span)?;
                self.need_calendar(span)?;
                let argument = self.term(given[0])?;
                (argument.kind, Node::Before(Box::new(argument)))
            }
        };
        Some(Term { span, kind, node })
    }

    /// The arguments in the order of the parameters.
    fn in_order<'e>(
        &mut self,
        function: &Function,
        arguments: &'e [Argument],
        span: Span,
    ) -> Option<Vec<&'e Expression>> {
        let many = function.parameters.last() == Some(&"…");
        let wanted = function.parameters.len();
        let call = format!("{}({})", function.name, function.parameters.join(", "));
        if many {
            if let Some((name, place)) = arguments.iter().find_map(|a| a.name.as_ref()) {
                let message = format!("`{}` has no argument called `{name}`", function.name);
                self.error(Diagnostic::error(*place, message).help(format!("write `{call}`")));
                return None;
            }
            if arguments.len() < wanted - 1 {
                let message = format!("`{}` needs at least {} arguments", function.name, wanted - 1);
                self.error(Diagnostic::error(span, message).help(format!("for instance `{}`", function.example)));
                return None;
            }
            return Some(arguments.iter().map(|a| &a.value).collect());
        }
        let mut given: Vec<Option<&Expression>> = vec![None; wanted];
        for (position, argument) in arguments.iter().enumerate() {
            let index = match &argument.name {
                None => position,
                Some((name, place)) => {
                    let found = function.parameters.iter().position(|p| p == name);
                    let Some(index) = found else {
                        let message = format!("`{}` has no argument called `{name}`", function.name);
                        self.error(Diagnostic::error(*place, message).help(format!("write `{call}`")));
                        return None;
                    };
                    index
                }
            };
            match given.get_mut(index) {
                Some(slot) if slot.is_none() => *slot = Some(&argument.value),
                Some(_) => {
                    let message = format!("`{}` is given twice", function.parameters[index]);
                    self.error(Diagnostic::error(argument.value.span, message).help("take one of the two out"));
                    return None;
                }
                None => {
                    let message = format!("`{}` has {}", function.name, count(wanted));
                    let help = format!("write `{call}`, for instance `{}`", function.example);
                    self.error(Diagnostic::error(argument.value.span, message).mark("one too many").help(help));
                    return None;
                }
            }
        }
        if let Some(index) = given.iter().position(Option::is_none) {
            let message = format!("`{}` is given without `{}`", function.name, function.parameters[index]);
            let help = format!("write `{call}`, for instance `{}`", function.example);
            self.error(Diagnostic::error(span, message).help(help));
            return None;
        }
        given.into_iter().collect()
    }

    fn extreme(&mut self, given: &[&Expression], does: Binary, span: Span) -> Option<(Type, Node)> {
        let terms: Vec<Option<Term>> = given.iter().map(|g| self.term(g)).collect();
        let terms = terms.into_iter().collect::<Option<Vec<Term>>>()?;
        let mut terms = terms.into_iter();
        let mut all = terms.next()?;
        for term in terms {
            let kind = self.common(&all, &term, span)?;
            let kind = if kind == Type::YesNo { Type::Number } else { kind };
            all = Term { span, kind, node: binary(does, all, term) };
        }
        Some((all.kind, all.node))
    }

    fn at(&mut self, given: &[&Expression], span: Span) -> Option<(Type, Node)> {
        if self.allowed != Allowed::Whole {
            self.error(
                Diagnostic::error(span, "`at` looks at a future as a whole")
                    .help("use it in metrics and outcomes; elsewhere `ago(path, days)` looks back"),
            );
            return None;
        }
        self.need_calendar(span)?;
        let argument = self.term(given[0]);
        let date = self.constant_date(given[1]);
        let (argument, day) = (argument?, date?);
        let calendar = self.reading.calendar.as_ref()?;
        let Some(step) = calendar.step_holding(day) else {
            self.outside(given[1].span, day);
            return None;
        };
        Some((argument.kind, Node::At(Box::new(argument), step)))
    }

    fn constant_date(&mut self, expression: &Expression) -> Option<i32> {
        if let Kind::Date(day) = expression.kind {
            return Some(day);
        }
        self.error(
            Diagnostic::error(expression.span, "a date is needed here, written out")
                .help("write year, month and day without quotes: 2026-06-30"),
        );
        None
    }

    fn outside(&mut self, span: Span, day: i32) {
        let Some(calendar) = &self.reading.calendar else { return };
        let date = crate::calendar::format_date;
        let (start, end) = (date(calendar.start), date(calendar.end()));
        let message = format!("{} lies outside the scenario", date(day));
        let help = format!("the scenario goes from {start} (not included) to {end}");
        self.error(Diagnostic::error(span, message).help(help));
    }

    fn ago(&mut self, given: &[&Expression], span: Span) -> Option<(Type, Node)> {
        self.need_time(span)?;
        self.need_calendar(span)?;
        let path = if let Kind::Name(name) = &given[0].kind {
            match self.names.find(name) {
                Some(Name::Path(index)) => Some(index),
                Some(_) => {
                    let message = format!("`{name}` is not a path");
                    self.error(
                        Diagnostic::error(given[0].span, message)
                            .help("only paths can be looked back at: `ago(oil, 30)`"),
                    );
                    None
                }
                None => self.term(given[0]).and(None),
            }
        } else {
            self.error(Diagnostic::error(given[0].span, "a path is needed here").help("name one path: `ago(oil, 30)`"));
            None
        };
        let days = self.number(given[1])?;
        let Some(constant) = days.constant() else {
            self.error(
                Diagnostic::error(days.span, "the number of days must be a plain number")
                    .help("for instance `ago(oil, 30)`"),
            );
            return None;
        };
        if !(0.0..=1e7).contains(&constant) {
            self.error(
                Diagnostic::error(days.span, format!("`{constant}` days ago lies in the future"))
                    .help("give a number of days of 0 or more"),
            );
            return None;
        }
        let path = path?;
        Some((self.names.path_kinds[path], Node::Ago(path, constant)))
    }
}

fn count(arguments: usize) -> String {
    match arguments {
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
