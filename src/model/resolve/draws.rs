//! Distributions in expressions: each call is a draw site.

use super::{Allowed, Resolver};
use crate::chance::distributions::{self, Distribution, Family, Form, Refusal};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::expression::{Argument, Expression, Kind};
use crate::model::types::{Draw, DrawSource, Node, Term, Type};
use std::sync::Arc;

/// Distributions that are more than a family with numbers.
pub const SPECIAL: [&str; 4] = ["choose", "mixture", "data", "truncate"];

impl Resolver<'_, '_> {
    /// Distributions stand in quantities and in numbers, not in conditions.
    fn need_draws(&mut self, span: Span) -> Option<()> {
        if matches!(self.allowed, Allowed::Quantities | Allowed::Moment) {
            return Some(());
        }
        let text = self.reading.sources.text(span).to_owned();
        self.error(
            Diagnostic::error(
                span,
                format!("`{text}` is a distribution, which has no place in a condition or formula"),
            )
            .help(format!("give it a name under [quantities], `x = \"{text}\"`, and write the name here")),
        );
        None
    }

    fn draw(&mut self, source: DrawSource, span: Span) -> Term {
        let draw = Draw { address: self.address.clone(), order: self.draws, source };
        self.draws += 1;
        Term { span, kind: Type::Number, node: Node::Draw(Box::new(draw)) }
    }

    /// Arguments may name quantities only.
    fn argument(&mut self, expression: &Expression) -> Option<Term> {
        let outer = (self.allowed, self.in_draw);
        (self.allowed, self.in_draw) = (Allowed::Quantities, true);
        let term = self.number(expression);
        (self.allowed, self.in_draw) = outer;
        term
    }

    /// `a to b`
    pub(super) fn interval(&mut self, low: &Expression, high: &Expression, span: Span) -> Option<Term> {
        self.need_draws(span)?;
        let (low, high) = (self.argument(low), self.argument(high));
        let (low, high) = (low?, high?);
        let name = if self.probability { "logit_normal" } else { "lognormal" };
        let family = distributions::find(name)?;
        let form = family.forms.iter().position(|f| f.parameters == ["p5", "p95"])?;
        if let (Some(a), Some(b)) = (low.constant(), high.constant()) {
            let text = self.reading.sources.text(span).to_owned();
            if a == b {
                self.error(
                    Diagnostic::error(span, format!("`{text}` is no range: both ends are {a}"))
                        .help(format!("write `{a}` alone, or two different numbers")),
                );
                return None;
            }
            if a > b {
                self.error(
                    Diagnostic::error(span, format!("`{text}` goes down: the first number must be the lower one"))
                        .help(format!("write `{b} to {a}`"))
                        .mend(span, format!("{b} to {a}")),
                );
                return None;
            }
            if self.probability && !(a > 0.0 && b < 1.0) {
                self.error(
                    Diagnostic::error(
                        span,
                        format!("`{text}` is the range of a probability, and both ends must lie between 0 and 1"),
                    )
                    .help("for instance `0.2 to 0.5`"),
                );
                return None;
            }
            if a <= 0.0 {
                let other = format!("normal(p5={a}, p95={b})");
                self.error(
                    Diagnostic::error(span, format!("`{text}` is a range of numbers above 0, and {a} is not above 0"))
                        .help(format!("if it may be 0 or below, write `{other}`"))
                        .mend(span, other),
                );
                return None;
            }
        }
        let arguments = vec![low, high];
        Some(self.draw(DrawSource::Family { family, form, arguments, bounds: None }, span))
    }

    pub(super) fn distribution(&mut self, name: &str, arguments: &[Argument], span: Span) -> Option<Term> {
        self.need_draws(span)?;
        if self.in_draw {
            let text = self.reading.sources.text(span).to_owned();
            self.error(
                Diagnostic::error(span, format!("`{text}` is a distribution inside another one's arguments"))
                    .help("give it a name under [quantities] and write the name here"),
            );
            return None;
        }
        match name {
            "choose" => {
                let pairs = self.pairs(name, arguments, span, false)?;
                Some(self.draw(DrawSource::Choose(pairs), span))
            }
            "mixture" => {
                // The parts are draw sites of their own, after that which chooses among them.
                let own = self.draws;
                self.draws += 1;
                let pairs = self.pairs(name, arguments, span, true)?;
                let draw = Draw { address: self.address.clone(), order: own, source: DrawSource::Mixture(pairs) };
                Some(Term { span, kind: Type::Number, node: Node::Draw(Box::new(draw)) })
            }
            "data" => {
                let rows = self.data(arguments, span)?;
                Some(self.draw(DrawSource::Data(rows), span))
            }
            "truncate" => self.truncate(arguments, span),
            _ => {
                let family = distributions::find(name)?;
                let (form, arguments) = self.fit(family, arguments, span)?;
                Some(self.draw(DrawSource::Family { family, form, arguments, bounds: None }, span))
            }
        }
    }

    /// Values and weights in turn.
    fn pairs(&mut self, name: &str, arguments: &[Argument], span: Span, draws: bool) -> Option<Vec<(Term, Term)>> {
        if let Some((argument, place)) = arguments.iter().find_map(|a| a.name.as_ref()) {
            let message = format!("`{name}` has no argument called `{argument}`");
            self.error(Diagnostic::error(*place, message).help("values and weights stand in turn, without names"));
            return None;
        }
        if arguments.is_empty() || arguments.len() % 2 == 1 {
            let example = if draws { "mixture(normal(0, 1), 0.7, 5, 0.3)" } else { "choose(1, 0.2, 2, 0.8)" };
            self.error(
                Diagnostic::error(span, format!("`{name}` needs values and weights in turn"))
                    .help(format!("every value is followed by its weight: `{example}`")),
            );
            return None;
        }
        let mut pairs = Vec::new();
        for pair in arguments.chunks(2) {
            let value = if draws { self.number(&pair[0].value) } else { self.argument(&pair[0].value) };
            let weight = self.argument(&pair[1].value);
            if let Some(w) = weight.as_ref().and_then(Term::constant)
                && !(w >= 0.0 && w.is_finite())
            {
                let message = format!("the weight `{w}` is below 0");
                self.error(Diagnostic::error(pair[1].value.span, message).help("weights are 0 or more"));
                return None;
            }
            pairs.push(value.zip(weight));
        }
        let pairs = pairs.into_iter().collect::<Option<Vec<_>>>()?;
        let weights: Option<Vec<f64>> = pairs.iter().map(|(_, w)| w.constant()).collect();
        if weights.is_some_and(|w| w.iter().sum::<f64>() == 0.0) {
            self.error(
                Diagnostic::error(span, "all weights are 0, so there is nothing to choose")
                    .help("give at least one weight above 0"),
            );
            return None;
        }
        Some(pairs)
    }

    fn data(&mut self, arguments: &[Argument], span: Span) -> Option<Arc<[f64]>> {
        let texts: Vec<&str> = arguments
            .iter()
            .filter_map(|a| match (&a.value.kind, &a.name) {
                (Kind::Text(text), None) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let [file, column] = texts[..] else {
            self.error(
                Diagnostic::error(span, "`data` needs a file and a column, both in quotes")
                    .help("for instance `data('prices.csv', 'brent')`"),
            );
            return None;
        };
        if arguments.len() != 2 {
            self.error(
                Diagnostic::error(span, "`data` has two arguments, a file and a column")
                    .help("for instance `data('prices.csv', 'brent')`"),
            );
            return None;
        }
        self.reading.csv_column(file, column, [arguments[0].value.span, arguments[1].value.span])
    }

    fn truncate(&mut self, arguments: &[Argument], span: Span) -> Option<Term> {
        let help = "for instance `truncate(normal(60, 10), 40, 90)`, or `truncate(normal(60, 10), low=40)`";
        let mut inner = None;
        let mut bounds: [Option<&Expression>; 2] = [None, None];
        for (position, argument) in arguments.iter().enumerate() {
            let place = match argument.name.as_ref().map(|(n, _)| n.as_str()) {
                None => position,
                Some("dist") => 0,
                Some("low") => 1,
                Some("high") => 2,
                Some(other) => {
                    let place = argument.name.as_ref().map_or(span, |(_, s)| *s);
                    let message = format!("`truncate` has no argument called `{other}`");
                    self.error(Diagnostic::error(place, message).help(help));
                    return None;
                }
            };
            match place {
                0 if inner.is_none() => inner = Some(&argument.value),
                1 | 2 if bounds[place - 1].is_none() => bounds[place - 1] = Some(&argument.value),
                _ => {
                    self.error(Diagnostic::error(argument.value.span, "one argument too many").help(help));
                    return None;
                }
            }
        }
        let Some(inner) = inner else {
            self.error(Diagnostic::error(span, "`truncate` needs a distribution and a bound").help(help));
            return None;
        };
        if bounds.iter().all(Option::is_none) {
            self.error(Diagnostic::error(span, "`truncate` needs at least one bound").help(help));
            return None;
        }
        let low = bounds[0].map(|b| self.argument(b).ok_or(()));
        let high = bounds[1].map(|b| self.argument(b).ok_or(()));
        let term = self.term(inner)?;
        let (low, high) = (low.transpose().ok()?, high.transpose().ok()?);
        if let (Some(a), Some(b)) = (low.as_ref().and_then(Term::constant), high.as_ref().and_then(Term::constant))
            && a > b
        {
            self.error(
                Diagnostic::error(span, format!("the lower bound {a} lies above the upper bound {b}"))
                    .help("exchange the two"),
            );
            return None;
        }
        let refused = "`truncate` takes one distribution call";
        let Node::Draw(draw) = term.node else {
            self.error(Diagnostic::error(inner.span, refused).help(help));
            return None;
        };
        let source = match draw.source {
            DrawSource::Family { family, form, arguments, bounds: None } => {
                let known: Option<Vec<f64>> = arguments.iter().map(Term::constant).collect();
                let ends = [low.as_ref(), high.as_ref()].map(|b| b.map(Term::constant));
                if let (Some(numbers), false) = (known, ends.contains(&Some(None))) {
                    let end = |at: usize, open: f64| ends[at].flatten().unwrap_or(open);
                    let cut = Distribution::of(family, form, &numbers)
                        .and_then(|d| d.truncated(end(0, f64::NEG_INFINITY), end(1, f64::INFINITY)));
                    if let Err(refusal) = cut {
                        self.refuse_call("truncate", &refusal, span);
                        return None;
                    }
                }
                DrawSource::Family { family, form, arguments, bounds: Some((low, high)) }
            }
            DrawSource::Data(rows) => {
                let bound = |b: &Option<Term>, open: f64| b.as_ref().map_or(Some(open), Term::constant);
                let (Some(a), Some(b)) = (bound(&low, f64::NEG_INFINITY), bound(&high, f64::INFINITY)) else {
                    self.error(Diagnostic::error(span, "the bounds on data must be plain numbers").help(help));
                    return None;
                };
                let kept: Arc<[f64]> = rows.iter().copied().filter(|v| *v >= a && *v <= b).collect();
                if kept.is_empty() {
                    self.error(
                        Diagnostic::error(span, "no row of the data lies within the bounds").help("widen the bounds"),
                    );
                    return None;
                }
                DrawSource::Data(kept)
            }
            _ => {
                self.error(
                    Diagnostic::error(inner.span, refused)
                        .help("truncate the parts of a mixture, or leave out values of `choose`"),
                );
                return None;
            }
        };
        // The draw keeps its order in the field: it is the distribution's own.
        let draw = Draw { source, ..*draw };
        Some(Term { span, kind: Type::Number, node: Node::Draw(Box::new(draw)) })
    }

    /// The form that the arguments fill, and the arguments in its order; constants are tried at once.
    fn fit(&mut self, family: &'static Family, arguments: &[Argument], span: Span) -> Option<(usize, Vec<Term>)> {
        let Some(form) = family.forms.iter().position(|form| fills(form, arguments)) else {
            let forms: Vec<String> = family.forms.iter().map(|f| format!("`{}`", written(family.name, f))).collect();
            let mut message = format!("`{}` cannot be made of these arguments", family.name);
            let mut place = span;
            let known = |name: &str| family.forms.iter().any(|f| f.parameters.contains(&name));
            if let Some((name, at)) = arguments.iter().filter_map(|a| a.name.as_ref()).find(|(n, _)| !known(n)) {
                message = format!("`{}` has no argument called `{name}`", family.name);
                place = *at;
            }
            let help = format!("write {}; for instance `{}`", forms.join(" or "), family.example);
            self.error(Diagnostic::error(place, message).help(help));
            return None;
        };
        let parameters = family.forms[form].parameters;
        let mut terms: Vec<Option<Term>> = vec![None; parameters.len()];
        let mut complete = true;
        for (position, argument) in arguments.iter().enumerate() {
            let index = match &argument.name {
                None => position,
                Some((name, _)) => parameters.iter().position(|p| p == name)?,
            };
            terms[index] = self.argument(&argument.value);
            complete &= terms[index].is_some();
        }
        if !complete {
            return None;
        }
        let absent = |t: Option<Term>| t.unwrap_or(Term { span, kind: Type::Number, node: Node::Constant(f64::NAN) });
        let terms: Vec<Term> = terms.into_iter().map(absent).collect();
        let numbers: Option<Vec<f64>> = terms.iter().map(Term::constant).collect();
        if let Some(numbers) = numbers
            && let Err(refusal) = Distribution::of(family, form, &numbers)
        {
            let at = parameters.iter().position(|p| *p == refusal.parameter);
            let place = at.map_or(span, |i| terms[i].span);
            self.refuse_call(family.name, &refusal, place);
            return None;
        }
        Some((form, terms))
    }

    fn refuse_call(&mut self, name: &str, refusal: &Refusal, span: Span) {
        let message = if refusal.parameter == name {
            format!("`{name}` {}", refusal.reason)
        } else if refusal.parameter.is_empty() {
            format!("`{name}` is no distribution with these numbers: {}", refusal.reason)
        } else {
            format!("`{}` of `{name}` {}", refusal.parameter, refusal.reason)
        };
        let family = distributions::find(name);
        let help = family.map_or_else(
            || "widen the bounds".to_owned(),
            |f| format!("`{name}` {}, for instance `{}`", f.says, f.example),
        );
        self.error(Diagnostic::error(span, message).help(help));
    }
}

/// Whether the arguments, by place and by name, are those of the form, each once.
fn fills(form: &Form, arguments: &[Argument]) -> bool {
    let mut given = vec![false; form.parameters.len()];
    for (position, argument) in arguments.iter().enumerate() {
        let index = match &argument.name {
            None if form.named_only => return false,
            None => Some(position),
            Some((name, _)) => form.parameters.iter().position(|p| p == name),
        };
        match index.and_then(|i| given.get_mut(i)) {
            Some(slot) if !*slot => *slot = true,
            _ => return false,
        }
    }
    given[..form.required].iter().all(|g| *g) && given.iter().any(|g| *g)
}

fn written(name: &str, form: &Form) -> String {
    let parameters: Vec<String> =
        form.parameters.iter().map(|p| if form.named_only { format!("{p}=") } else { (*p).to_owned() }).collect();
    format!("{name}({})", parameters.join(", "))
}
