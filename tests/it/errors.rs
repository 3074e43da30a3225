//! Mistakes and their messages: each `tests/errors/NAME.toml` against the text beside it, which is read as prose.
//!
//! A line `# --set ADDRESS=VALUE` in a file lays that over it. A file without mistakes is played out: some show only
//! then. `UPDATE=1 cargo test errors` accepts the messages as they are.

use crate::play;
use forkcast::diagnostic::{Failure, Style, render};
use forkcast::model::ScenarioFile;
use forkcast::model::files::Folder;
use forkcast::simulation::{Request, simulate};
use std::path::Path;

#[test]
fn every_mistake_has_the_message_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let update = std::env::var_os("UPDATE").is_some();
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok()?.strip_suffix(".toml").map(str::to_owned))
        .filter(|name| !name.starts_with("base_"))
        .collect();
    names.sort();
    let mut differ = Vec::new();
    for name in names {
        let found = messages(&folder, &format!("{name}.toml"));
        let snapshot = folder.join(format!("{name}.txt"));
        if update {
            std::fs::write(&snapshot, &found).unwrap();
        } else if std::fs::read_to_string(&snapshot).unwrap_or_default() != found {
            differ.push(format!("{name}:\n{found}"));
        }
    }
    assert!(differ.is_empty(), "these messages differ from their snapshots:\n\n{}", differ.join("\n"));
}

/// What `check`, and else `run`, say about a file.
fn messages(folder: &Path, name: &str) -> String {
    let files = Folder(folder.to_owned());
    let mut file = ScenarioFile::read(&files, name).unwrap();
    let mut found = file.diagnostics.clone();
    for variant in file.variants() {
        found.extend(file.with(&files, &file.variant(&variant).unwrap()).1);
    }
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let settings: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("# --set ")).map(str::to_owned).collect();
    let settings = file.settings(&settings).unwrap();
    let (scenario, of_settings) = file.with(&files, &settings);
    found.extend(of_settings);
    let style = Style { width: 100, ..Style::default() };
    let mut out = render(&file.sources, &found, style);
    if let (Some(scenario), false) = (scenario, found.has_errors()) {
        match simulate(&file, &scenario, &Request { futures: Some(2000), ..Request::default() }) {
            Ok(_) if !out.is_empty() => {}
            Ok(result) => result.warnings.iter().for_each(|warning| out += &format!("\n\nnote: {warning}")),
            Err(Failure::Scenario(mistakes)) => out += &render(&file.sources, &mistakes, style),
            Err(Failure::Request { message, help }) => {
                out += &format!("error: {message}\n  help: {}", help.unwrap_or_default());
            }
            Err(other) => panic!("{name}: {other:?}"),
        }
    }
    if out.is_empty() {
        return "nothing is said\n".to_owned();
    }
    format!("{}\n", out.trim())
}

#[test]
fn a_chain_of_names_that_each_name_the_last_one_often_is_read_at_once() {
    let mut text = "[scenario]\ntitle = \"A chain\"\n[quantities]\nq0 = \"uniform(0, 1)\"\n".to_owned();
    for i in 1..70 {
        let last = i - 1;
        text += &format!("q{i} = \"q{last} - q{last} + q{last}\"\n");
    }
    let result = play::text(&text, &Request { futures: Some(100), ..Request::default() });
    assert_eq!(result.quantities.len(), 70);
}
