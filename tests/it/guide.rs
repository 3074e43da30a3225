//! The README, the guide and the scenarios: what they show is right, and their tables are those of the code.
//!
//! `UPDATE=1 cargo test guide` writes the tables of words and the README's output anew.

use crate::memory::Memory;
use crate::play;
use forkcast::chance::distributions::{FAMILIES, Form};
use forkcast::model::files::Folder;
use forkcast::model::read::TIMINGS;
use forkcast::model::words::functions::FUNCTIONS;
use forkcast::model::words::paths::{Need, PATH_MODELS};
use forkcast::simulation::Request;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Pieces of TOML grow into one file until a piece opens a new scenario.
#[test]
fn every_piece_of_toml_is_right() {
    let mut files = 0;
    for page in pages() {
        let text = read(&page);
        let mut file = String::new();
        for piece in blocks(&text, "toml") {
            if piece.starts_with("[scenario]") {
                files += is_right(&page, &file);
                file.clear();
            }
            file += piece;
            file += "\n";
        }
        files += is_right(&page, &file);
    }
    assert!(files >= 3, "only {files} files stand in the guide");
}

fn is_right(page: &Path, file: &str) -> usize {
    if file.is_empty() {
        return 0;
    }
    let (name, files) = (page.display(), Memory::of(file));
    let scenario = files.read();
    assert!(!scenario.diagnostics.has_errors(), "{name}: {}", files.messages());
    for variant in scenario.variants() {
        let (_, mistakes) = scenario.with(&files, &scenario.variant(&variant).expect("it is there"));
        assert!(!mistakes.has_errors(), "{name}, {variant}: {mistakes:?}");
    }
    play::text(file, &Request { futures: Some(2048), ..Request::default() });
    1
}

#[test]
fn every_scenario_and_variant_plays() {
    let folder = play::project("scenarios");
    let mut names: Vec<_> = std::fs::read_dir(&folder).expect("scenarios").flatten().map(|e| e.file_name()).collect();
    names.retain(|name| name.to_string_lossy().ends_with(".toml"));
    assert!(names.len() >= 6);
    for name in names {
        let name = name.to_string_lossy();
        let variants = play::read(&Folder(folder.clone()), &name).variants();
        for variant in std::iter::once(None).chain(variants.iter().map(|v| Some(v.as_str()))) {
            let request = Request { futures: Some(4096), variant, ..Request::default() };
            let result = play::file(&folder.join(&*name), &request);
            let sum: f64 = result.outcomes.iter().map(|outcome| outcome.probability).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{name}: outcomes sum to {sum}");
            assert!(result.run.effective_futures > 400.0, "{name}: its evidence leaves too little");
        }
    }
}

#[test]
fn the_first_scenario_is_the_one_in_its_file() {
    let readme = read(&play::project("README.md"));
    let first = blocks(&readme, "toml")[0];
    assert_eq!(first, read(&play::project("scenarios/new-start.toml")));
    assert!(first.lines().count() <= 25);
}

#[test]
fn the_output_in_the_guide_is_what_the_commands_print() {
    for page in [play::project("README.md"), play::project("docs/analyses.md")] {
        let text = read(&page);
        let shown: Vec<String> = blocks(&text, "console").iter().map(|block| String::from(*block)).collect();
        let shown = shown.iter().filter(|block| block.contains("scenarios/new-start.toml"));
        assert!(shown.clone().count() > 0, "{}", page.display());
        shown.for_each(|shown| is_printed(&page, shown));
    }
}

fn is_printed(page: &Path, shown: &str) {
    let (command, output) = shown.split_once('\n').expect("a command and its output");
    let place = tempfile::tempdir().expect("a folder for the time being");
    std::fs::create_dir(place.path().join("scenarios")).expect("a folder in it");
    let file = "scenarios/new-start.toml";
    std::fs::copy(play::project(file), place.path().join(file)).expect("a copy");
    let arguments = command.rsplit_once("-- ").or(command.split_once("forkcast ")).expect("arguments").1.split(' ');
    let run = forkcast().current_dir(place.path()).args(arguments).output().expect("forkcast runs");
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    if updating() {
        write(page, &read(page).replace(shown, &format!("{command}\n{printed}")));
    } else {
        assert_eq!(output, printed, "{}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn the_verbs_in_the_readme_are_those_of_the_command() {
    let help = forkcast().arg("--help").output().expect("forkcast runs").stdout;
    let help = String::from_utf8_lossy(&help).into_owned();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let verbs: Vec<_> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    let readme = read(&play::project("README.md"));
    let table = readme.lines().skip_while(|line| !line.contains("| verb")).skip(2).take_while(|l| l.starts_with('|'));
    let shown: Vec<_> = table.filter_map(|row| row.split('`').nth(1)?.split(' ').next()).collect();
    assert_eq!(verbs, shown);
}

#[test]
fn tables_of_words_are_those_of_the_code() {
    let page = play::project("docs/language.md");
    let mut text = read(&page);
    for (name, rows) in [("functions", functions()), ("distributions", distributions()), ("paths", paths())] {
        let (opens, ends) = (format!("<!-- table: {name} -->\n"), "<!-- end -->");
        let start = text.find(&opens).expect("the table's place") + opens.len();
        let end = start + text[start..].find(ends).expect("the table's end");
        if updating() {
            text.replace_range(start..end, &rows);
            write(&page, &text);
        } else {
            assert_eq!(&text[start..end], rows, "run with UPDATE=1");
        }
    }
    let timings = text.lines().skip_while(|l| !l.starts_with("| timing |")).skip(2).take_while(|l| l.starts_with('|'));
    let timings: Vec<_> = timings.filter_map(|row| row.split('`').nth(1)?.split(' ').next()).collect();
    assert_eq!(timings, TIMINGS);
}

fn functions() -> String {
    let mut table = "| function | gives | for instance |\n|---|---|---|\n".to_owned();
    for f in FUNCTIONS {
        let (call, example) = (format!("{}({})", f.name, f.parameters.join(", ")), f.example);
        let _ = writeln!(table, "| `{call}` | {} | `{example}` |", f.says);
    }
    table
}

fn distributions() -> String {
    let mut table = "| written | what it is |\n|---|---|\n".to_owned();
    for family in FAMILIES {
        let forms: Vec<String> = family.forms.iter().map(|form| call(family.name, family.example, form)).collect();
        let _ = writeln!(table, "| {} | {} |", forms.join(", "), family.says);
    }
    table
}

/// As it is to be typed; where all is optional, the example says more.
fn call(name: &str, example: &str, form: &Form) -> String {
    if form.required == 0 {
        let all = form.parameters.iter().map(|p| format!("`{p}`"));
        return format!("`{example}`; of {}", all.collect::<Vec<_>>().join(" "));
    }
    let equals = if form.named_only { "=" } else { "" };
    let parameters: Vec<_> = form.parameters.iter().map(|p| format!("{p}{equals}")).collect();
    format!("`{name}({})`", parameters.join(", "))
}

fn paths() -> String {
    let mut table = "| model | how it moves | what it needs |\n|---|---|---|\n".to_owned();
    for model in PATH_MODELS {
        let start = Some(("start", model.start));
        let fields = start.into_iter().chain(model.fields.iter().map(|f| (f.key, f.need)));
        let mut needs: Vec<String> = fields
            .map(|(key, need)| if need == Need::Optional { format!("`{key}` (optional)") } else { format!("`{key}`") })
            .collect();
        needs.extend(model.keys.iter().map(|key| format!("`{key}`")));
        let _ = writeln!(table, "| `{}` | {} | {} |", model.name, model.says, needs.join(", "));
    }
    table
}

#[test]
fn every_example_in_the_tables_plays() {
    let mut file = "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\n\n[quantities]\n".to_owned();
    let language = read(&play::project("docs/language.md"));
    let rows = language.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    let made_of_others =
        rows.filter(|e| ["choose(", "mixture(", "data(", "truncate("].iter().any(|w| e.starts_with(w)));
    let drawn: Vec<_> = made_of_others.chain(FAMILIES.iter().map(|family| family.example)).collect();
    assert!(drawn.len() >= FAMILIES.len() + 4);
    for (i, example) in drawn.iter().enumerate() {
        let _ = writeln!(file, "q{i} = '{example}'");
    }
    file += "\n[paths.oil]\nmodel = \"gbm\"\nstart = 63\nvolatility = 0.3\n";
    file +=
        "[events.visit]\nby = 2026-06-30\nprobability = 0.5\n[events.strike]\nrate = 2\nrepeats = true\n\n[metrics]\n";
    for (i, function) in FUNCTIONS.iter().enumerate() {
        let _ = writeln!(file, "m{i} = '{}'", function.example);
    }
    let files = Memory::of(&file).and("prices.csv", "day,change\n1,0.02\n2,-0.01\n");
    let result = play::result(&files, "scenario.toml", &Request { futures: Some(1024), ..Request::default() });
    assert_eq!(result.quantities.len(), drawn.len());
    assert_eq!(result.metrics.len(), FUNCTIONS.len());
}

#[test]
fn every_field_of_a_result_is_explained() {
    let page = read(&play::project("docs/reading-results.md"));
    let request = Request { futures: Some(1024), ..Request::default() };
    let result = play::file(&play::project("scenarios/us-russia-2026.toml"), &request);
    let mut fields = Vec::new();
    collect(&serde_json::to_value(&result).expect("a result can be written"), &mut fields);
    let names = result.outcomes.iter().map(|outcome| outcome.name.clone()).collect::<Vec<_>>();
    fields.retain(|field| !names.contains(field) && field.parse::<u32>().is_err());
    let missing: Vec<_> = fields.iter().filter(|field| !page.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The keys of a JSON document.
fn collect(value: &Value, fields: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                fields.push(key.clone());
                collect(inner, fields);
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| collect(inner, fields)),
        _ => {}
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    for page in pages() {
        let text = read(&page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            // A result is there once the command above the link has been given.
            if link.starts_with("http") || (link.starts_with("output/") && !play::project("output").exists()) {
                continue;
            }
            let target = if file.is_empty() { page.clone() } else { page.parent().expect("a folder").join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            let heads = |line: &str| line.starts_with('#') && anchor_of(line) == anchor;
            assert!(anchor.is_empty() || read(&target).lines().any(heads), "{}: {link}", page.display());
        }
    }
}

fn anchor_of(heading: &str) -> String {
    let words = heading.trim_start_matches(['#', ' ']).to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
}

/// The README and the pages of the guide.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![play::project("README.md")];
    pages.extend(std::fs::read_dir(play::project("docs")).expect("the guide").flatten().map(|entry| entry.path()));
    pages.retain(|page| page.extension().is_some_and(|e| e == "md"));
    pages.sort();
    pages
}

/// The fenced pieces of a page in that language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block).collect()
}

fn forkcast() -> assert_cmd::Command {
    assert_cmd::cargo::cargo_bin_cmd!("forkcast")
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the page can be written");
}
