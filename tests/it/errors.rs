//! Mistakes and their messages: each `tests/errors/NAME.toml` against the text beside it, which is read as prose.
//!
//! A line `# --set ADDRESS=VALUE` in a file lays that over it. A file without mistakes is played out: some show only
//! then. `UPDATE=1 cargo test errors` accepts the messages as they are.

use forkcast::diagnostic::{Failure, Style, render};
use forkcast::model::ScenarioFile;
use forkcast::model::files::{Files, Folder};
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

/// Files in memory.
struct InMemory<'a> {
    text: &'a str,
    others: Folder,
}

impl Files for InMemory<'_> {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        if name == "mutilated.toml" { Ok(self.text.as_bytes().to_vec()) } else { self.others.read(name) }
    }
}

#[test]
fn whatever_is_done_to_a_file_nothing_panics() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let rounds = std::env::var("ROUNDS").map_or(6, |rounds| rounds.parse().unwrap());
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    names.sort();
    let texts: Vec<String> = names.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let mut luck = 1_u64;
    let mut draw = |below: usize| {
        luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (luck >> 33) as usize % below.max(1)
    };
    for (at, text) in texts.iter().enumerate() {
        for _ in 0..rounds {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            for _ in 0..=draw(3) {
                mutilate(&mut lines, &texts[draw(texts.len())], &mut draw);
            }
            let text = lines.join("\n");
            let files = InMemory { text: &text, others: Folder(folder.clone()) };
            let shown = std::panic::catch_unwind(|| read_and_play(&files));
            assert!(shown.is_ok(), "{} became\n{text}", names[at].display());
        }
    }
}

/// Takes a line out, doubles one, takes one from another file, or changes a character.
fn mutilate(lines: &mut Vec<String>, other: &str, draw: &mut impl FnMut(usize) -> usize) {
    let others: Vec<&str> = other.lines().collect();
    if lines.is_empty() || others.is_empty() {
        return;
    }
    let at = draw(lines.len());
    match draw(5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.insert(at, others[draw(others.len())].to_owned()),
        3 => others[draw(others.len())].clone_into(&mut lines[at]),
        _ => {
            let mut characters: Vec<char> = lines[at].chars().collect();
            if !characters.is_empty() {
                let odd = ['"', '.', '=', '{', '0', '-', ' ', 'é', '(', '9', 'e', '%', '\\', '\t', '['];
                let place = draw(characters.len());
                characters[place] = odd[draw(odd.len())];
            }
            lines[at] = characters.into_iter().collect();
        }
    }
}

fn read_and_play(files: &InMemory) -> usize {
    let file = ScenarioFile::read(files, "mutilated.toml").unwrap();
    let mut shown = render(&file.sources, &file.diagnostics, Style::default()).len();
    for variant in file.variants() {
        let (_, found) = file.with(files, &file.variant(&variant).unwrap());
        shown += render(&file.sources, &found, Style::default()).len();
    }
    if let Some(scenario) = &file.base {
        let request = Request { futures: Some(100), threads: Some(1), ..Request::default() };
        shown += usize::from(simulate(&file, scenario, &request).is_ok());
    }
    shown
}
