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

pub(super) fn again(result: &result::Result) -> Option<Chapter> {
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
    Some(Chapter { id: "again", title: "Make it again", body })
}

/// What to type in the folder that holds the file.
pub(super) fn command(result: &result::Result) -> String {
    let (scenario, run) = (&result.scenario, &result.run);
    let mut command = format!("forkcast run {}", quoted(&scenario.file));
    if let Some(variant) = &scenario.variant {
        command += &format!(" --variant {}", quoted(variant));
    }
    for (address, value) in &scenario.set {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        command += &format!(" --set {}", quoted(&format!("{address}={value}")));
    }
    if run.sampling != "random" {
        command += &format!(" --sampling {}", quoted(&run.sampling));
    }
    command + &format!(" --futures {} --seed {}", run.futures, run.seed)
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
