//! A comparison on the terminal.

use super::{averaged, in_words};
use crate::analysis::compare::Compare;
use crate::analysis::estimate::Difference;
use crate::chart::words;
use crate::report::answer::said::Said;
use crate::report::answer::{columns, shortened};
use crate::report::summary::wrapped;
use std::fmt::Write;

/// What differs, then the outcomes as a table, then why the target differs.
pub(super) fn picture(answer: &Compare, said: &Said, width: usize) -> String {
    let narrow = (width / 3).clamp(16, 44);
    let mut text = String::new();
    if answer.cases.len() == 2 && !answer.changed.is_empty() {
        let rows: Vec<Vec<String>> = (answer.changed.iter())
            .map(|changed| {
                let values = format!("{} → {}", in_words(changed, 0), in_words(changed, 1));
                vec![shortened(&words::label(&changed.title), narrow * 2), values]
            })
            .collect();
        text += &columns(&rows, &[]);
        text.push('\n');
    }
    if !answer.only_in.is_empty() {
        let _ = match answer.only_in.len() {
            1 => writeln!(text, "1 number does not stand in all of the files.\n"),
            many => writeln!(text, "{many} numbers do not stand in all of the files.\n"),
        };
    }
    let mut rows = vec![std::iter::once(String::new()).collect::<Vec<String>>()];
    rows[0].extend(answer.outcomes.iter().map(|outcome| shortened(&words::label(&outcome.title), 18)));
    if answer.outcomes.is_empty() || answer.target.kind != "outcome" {
        rows[0].push(shortened(&words::label(&answer.target.title), 30));
    }
    for (index, case) in answer.cases.iter().enumerate() {
        let mut row = vec![shortened(&case.title, narrow)];
        for outcome in &answer.outcomes {
            let case = &outcome.cases[index];
            let figure = case.share.map_or_else(|| "–".to_owned(), |s| words::of_hundred(s.value));
            row.push(format!("{figure}{}", mark(case.difference, words::signed)));
        }
        if answer.outcomes.is_empty() || answer.target.kind != "outcome" {
            let of = &answer.targets[index];
            let figure = of.target.map_or_else(|| "–".to_owned(), |target| said.figure(target.value));
            row.push(format!("{figure}{}", mark(of.difference, |by| said.change(by))));
        }
        rows.push(row);
    }
    let right: Vec<usize> = (1..rows[0].len()).collect();
    text += &columns(&rows, &right);
    let shares = !answer.outcomes.is_empty() || answer.target.is_share();
    let note = if shares { "in 100 futures; in brackets the change in points" } else { "in brackets the change" };
    let _ = writeln!(text, "{note}, ≈ where luck alone could do it");
    for why in &answer.why {
        if let Some(missing) = &why.missing {
            let words = format!("Why {} differs under “{}” is not known: {missing}.", answer.target.title, why.case);
            let _ = write!(text, "\n{}\n", wrapped(&words, width, ""));
        }
    }
    for why in answer.why.iter().filter(|why| why.steps.len() > 1) {
        let _ = writeln!(text, "\nWhy {} differs under “{}”", answer.target.title, why.case);
        let most = why.steps.iter().map(|step| step.effect.abs()).fold(0.0, f64::max);
        let rows: Vec<Vec<String>> = (why.steps.iter())
            .map(|step| {
                let length = if most > 0.0 { (step.effect.abs() / most * 16.0).round() as usize } else { 0 };
                let bar = if step.effect < 0.0 { "░" } else { "█" }.repeat(length);
                vec![shortened(&words::label(&step.title), narrow * 2), said.change(step.effect), bar]
            })
            .collect();
        text += &columns(&rows, &[1]);
        if why.sampled_orders.is_some() {
            let _ = writeln!(text, "{}", wrapped(&averaged(why), width, ""));
        }
    }
    text
}

fn mark(difference: Option<Difference>, say: impl Fn(f64) -> String) -> String {
    match difference {
        None => String::new(),
        Some(by) if by.low == 0.0 && by.high == 0.0 => " (=)".to_owned(),
        Some(by) if by.more_than_luck => format!(" ({})", say(by.value)),
        Some(_) => " (≈)".to_owned(),
    }
}
