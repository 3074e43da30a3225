//! What to ask next: the two or three commands that help most with a scenario.

use super::options::Assumptions;
use super::scenario::Opened;
use crate::simulation::result::{Event, Result as Outcome, Shares};

/// Commands to copy, with a word on each; nothing if none would help.
pub fn commands(opened: &Opened, result: &Outcome, asked: &Assumptions) -> String {
    let file = quoted(&opened.path.display().to_string());
    let mut all: Vec<(String, String)> = Vec::new();
    let variants = opened.file.variants();
    let outcomes = !result.outcomes.is_empty();
    if !variants.is_empty() && outcomes && !asked.all_variants {
        let many = match variants.len() {
            1 => "its variant".to_owned(),
            n => format!("its {n} variants"),
        };
        all.push((format!("forkcast compare {file}"), format!("the scenario beside {many}, on the same luck")));
    }
    if outcomes && result.assumptions.iter().any(|assumption| assumption.low.is_some()) {
        all.push((format!("forkcast tornado {file}"), "which assumptions matter most".to_owned()));
    }
    if let Some((setting, what)) = likely_setting(result).filter(|_| asked.set.is_empty()) {
        all.push((format!("forkcast run {file} --set {setting}"), what));
    }
    if all.is_empty() {
        return String::new();
    }
    let widest = all.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let mut text = "\nWhat to ask next\n".to_owned();
    for (command, what) in all {
        text += &format!("  {command:widest$}  # {what}\n");
    }
    text
}

/// The event whose coming most divides how it ends, made as likely as its range allows; else any assumption with a
/// range.
fn likely_setting(result: &Outcome) -> Option<(String, String)> {
    let mut events: Vec<&Event> = result.events.iter().collect();
    events.sort_by(|a, b| divide(b).total_cmp(&divide(a)));
    let of_event = events.iter().find_map(|event| {
        let address = format!("events.{}.probability", event.name);
        let high = result.assumptions.iter().find(|a| a.address == address && !a.changed)?.high?;
        Some((format!("{address}={high}"), format!("if {} were likelier", event.name)))
    });
    of_event.or_else(|| {
        let any = result.assumptions.iter().find(|a| a.high.is_some() && !a.changed && a.unit != "date")?;
        let name = if any.title.is_empty() { &any.address } else { &any.title };
        Some((format!("{}={}", any.address, any.high?), format!("the high end of {name}")))
    })
}

/// How far apart the outcomes lie with and without an event.
fn divide(event: &Event) -> f64 {
    let (Some(yes), Some(no)) = (&event.outcomes_if_yes, &event.outcomes_if_no) else { return 0.0 };
    let share = |shares: &Shares, name: &str| shares.get(name).copied().unwrap_or(0.0);
    yes.keys().map(|name| (share(yes, name) - share(no, name)).abs()).fold(0.0, f64::max)
}

/// As a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/+@,:\\".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
