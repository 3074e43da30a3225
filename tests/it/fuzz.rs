//! No text, however mangled, makes forkcast panic or hang: it is read, its mistakes are shown, and it is played if it has
//! none.
//!
//! The corpus is every scenario of the project and what lies in `tests/fuzz`: texts that are odd from the start. What is
//! done to them comes from a generator with a fixed seed. `FUZZ_MINUTES=5 cargo test fuzz` goes on for that long.

use crate::play::project;
use forkcast::diagnostic::{Style, render};
use forkcast::model::ScenarioFile;
use forkcast::model::files::{Files, Folder};
use forkcast::simulation::{Request, simulate};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Of the whole corpus, where nobody asks for more.
const ROUNDS: usize = 3;

#[test]
fn no_text_makes_it_panic() {
    let corpus = corpus();
    for (path, text) in &corpus {
        survives(path, text);
    }
    let minutes: f64 = std::env::var("FUZZ_MINUTES").map_or(0.0, |minutes| minutes.parse().expect("a number"));
    let (start, time) = (Instant::now(), Duration::from_secs_f64(60.0 * minutes));
    let mut luck = Luck(1);
    let mut round = 0;
    // Time says how much is tried, never whether it is right.
    while round < ROUNDS || start.elapsed() < time {
        for (path, text) in &corpus {
            let other = &corpus[luck.below(corpus.len())].1;
            survives(path, &mangled(text, other, &mut luck));
            if round >= ROUNDS && start.elapsed() >= time {
                break;
            }
        }
        round += 1;
    }
}

/// The target: a text as a scenario file beside the files of `path`'s folder.
fn survives(path: &Path, text: &str) {
    let folder = path.parent().expect("a file is in a folder").to_owned();
    let files = Mangled { text, others: Folder(folder) };
    let shown = std::panic::catch_unwind(|| read_and_play(&files));
    assert!(shown.is_ok(), "{} became\n{text}", path.display());
}

fn read_and_play(files: &Mangled) -> usize {
    let file = ScenarioFile::read(files, NAME).expect("the file is there");
    let mut shown = render(&file.sources, &file.diagnostics, Style::default()).len();
    let request = Request { futures: Some(20), threads: Some(1), ..Request::default() };
    for variant in file.variants() {
        let overrides = file.variant(&variant).expect("it was listed");
        let (_, found) = file.with(files, &overrides);
        shown += render(&file.sources, &found, Style::default()).len();
    }
    if let Some(scenario) = &file.base {
        // Futures of more steps say nothing more and take their time.
        let steps = scenario.calendar.as_ref().map_or(1, forkcast::calendar::Calendar::steps);
        shown += usize::from(steps <= 400 && simulate(&file, scenario, &request).is_ok());
    }
    shown
}

const NAME: &str = "mangled.toml";

struct Mangled<'a> {
    text: &'a str,
    others: Folder,
}

impl Files for Mangled<'_> {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        if name == NAME { Ok(self.text.as_bytes().to_vec()) } else { self.others.read(name) }
    }
}

fn corpus() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for folder in [
        "scenarios",
        "tests/errors",
        "tests/fuzz",
        "tests/reference",
        "tests/reference/events",
        "tests/reference/paths",
    ] {
        let all = std::fs::read_dir(project(folder)).expect("a folder of the project");
        paths.extend(all.map(|entry| entry.expect("an entry").path()));
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file of the project")).into_owned();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// Knuth's generator.
struct Luck(u64);

impl Luck {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// What may stand somewhere, and mostly should not stand there.
const ODD: &[&str] = &[
    "\"",
    "'",
    "\"\"\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "=",
    ".",
    ",",
    "%",
    "#",
    "\\",
    "\\u0000",
    "\t",
    "\r",
    "é",
    "\u{feff}",
    "−",
    "0",
    "-1",
    "1e308",
    "-0.0",
    "nan",
    "inf",
    "1_0",
    "0x1F",
    "9999999999999999999",
    "1e-320",
    "2026-02-30",
    "2026-13-01",
    "0001-01-01",
    "9999-12-31",
    "2026-01-20",
    "true",
    "rest",
    "to",
    "if",
    "then",
    "else",
    "and",
    "or",
    "not",
    "today",
    "years",
    "before(",
    "ago(",
    "at(",
    "highest(",
    "ever(",
    "normal(0, 1)",
    "choose(",
    "mixture(",
    "truncate(",
    "metalog(p5=",
    "data(",
    " per month",
    " days",
    "5 to 3",
    "1 / 0",
    "ln(-1)",
    "* 1e300",
    "^ 99",
    "((((((((",
    "- - - ",
    "requires = \"",
    "when = \"",
    "extends = \"mangled.toml\"\n",
    "[observed.x]\n",
    "[[outcomes]]\n",
    "[paths.p]\n",
    "repeats = true\n",
    "rate = 1e9\n",
];

/// A text with one to four things done to it: to its lines, or to its characters.
fn mangled(text: &str, other: &str, luck: &mut Luck) -> String {
    let mut text = text.to_owned();
    for _ in 0..=luck.below(4) {
        text = match luck.below(8) {
            0 => lines(&text, |all, at, _| drop(all.remove(at)), luck),
            1 => lines(
                &text,
                |all, at, luck| {
                    let with = luck.below(all.len());
                    all.swap(at, with);
                },
                luck,
            ),
            2 => {
                let line = other.lines().nth(luck.below(other.lines().count())).unwrap_or_default();
                lines(&text, |all, at, _| all.insert(at, line.to_owned()), luck)
            }
            3 => characters(&text, |all, at, _| all.truncate(at), luck),
            4 => characters(
                &text,
                |all, at, _| {
                    all.remove(at);
                },
                luck,
            ),
            5 => numbers(&text, luck),
            6 => characters(
                &text,
                |all, at, luck| {
                    let end = (at + luck.below(8)).min(all.len());
                    all.splice(at..end, luck.of(ODD).chars());
                },
                luck,
            ),
            _ => characters(&text, |all, at, luck| drop(all.splice(at..at, luck.of(ODD).chars())), luck),
        };
    }
    text
}

fn lines(text: &str, change: impl Fn(&mut Vec<String>, usize, &mut Luck), luck: &mut Luck) -> String {
    let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
    if !all.is_empty() {
        let at = luck.below(all.len());
        change(&mut all, at, luck);
    }
    all.join("\n")
}

fn characters(text: &str, change: impl Fn(&mut Vec<char>, usize, &mut Luck), luck: &mut Luck) -> String {
    let mut all: Vec<char> = text.chars().collect();
    if !all.is_empty() {
        let at = luck.below(all.len());
        change(&mut all, at, luck);
    }
    all.into_iter().collect()
}

/// Puts an odd number in the place of one that stands there.
fn numbers(text: &str, luck: &mut Luck) -> String {
    let is_digit: Vec<bool> = text.bytes().map(|byte| byte.is_ascii_digit()).collect();
    let starts: Vec<usize> = (0..is_digit.len()).filter(|&i| is_digit[i] && (i == 0 || !is_digit[i - 1])).collect();
    if starts.is_empty() {
        return text.to_owned();
    }
    let start = starts[luck.below(starts.len())];
    let end = (start..is_digit.len()).find(|&i| !is_digit[i]).unwrap_or(is_digit.len());
    let number = luck.of(&[
        "0",
        "-1",
        "1",
        "2",
        "1e308",
        "-1e308",
        "5e-324",
        "1e15",
        "4294967296",
        "0.5",
        "1.5",
        "-0",
        "31",
        "12",
    ]);
    format!("{}{number}{}", &text[..start], &text[end..])
}
