//! The end of the page: warnings, and how to make the result again.

use super::super::words;
use super::{Chapter, with_code};
use crate::simulation::result;
use maud::html;
use serde_json::Value;

pub(super) fn warnings(result: &result::Result) -> Option<Chapter> {
    if result.warnings.is_empty() {
        return None;
    }
    let body = html! { ul.say { @for warning in &result.warnings { li { (with_code(warning)) } } } };
    Some(Chapter { id: "warnings", title: "Warnings", body })
}

pub(super) fn again(result: &result::Result) -> Chapter {
    let run = &result.run;
    let body = html! {
        p { "The same file, seed and number of futures give the same numbers on any machine." }
        pre { (command(result)) }
        div.scroll {
            table.files {
                thead { tr { th scope="col" { "File" } th scope="col" { "SHA-256" } } }
                tbody {
                    @for file in &result.scenario.files {
                        tr { th scope="row" { (file.name) } td { code { (file.sha256) } } }
                    }
                }
            }
        }
        p.mute {
            "forkcast " (result.forkcast) " · " (words::count(run.futures)) " futures, " (run.sampling)
            " sampling, seed " (run.seed)
        }
    };
    Chapter { id: "again", title: "Make it again", body }
}

/// What to type in the folder that holds the file.
fn command(result: &result::Result) -> String {
    let (scenario, run) = (&result.scenario, &result.run);
    let mut words = vec!["forkcast".to_owned(), "run".to_owned(), quoted(&scenario.file)];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    if let Some(variant) = &scenario.variant {
        option("--variant", variant);
    }
    for (address, value) in &scenario.set {
        match value {
            Value::String(text) => option("--set", &format!("{address}={text}")),
            other => option("--set", &format!("{address}={other}")),
        }
    }
    option("--sampling", &run.sampling);
    option("--futures", &run.futures.to_string());
    option("--seed", &run.seed.to_string());
    words.join(" ")
}

/// As a shell takes it for one word.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
