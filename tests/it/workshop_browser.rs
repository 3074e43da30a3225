//! The workshop page in a real browser: the tests are those of `tests/browser/page.test.mjs`, run by node.
//!
//! They need node, npm, Debian's chromium and, the first time, npm's registry. Where one of them is missing, one line
//! says so and nothing is tested.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CHROMIUM: &str = "/usr/bin/chromium";
/// What playwright-core asks for.
const OLDEST_NODE: u32 = 20;

#[test]
fn a_room_can_work_with_the_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    if let Err(why) = prepare(&folder) {
        // Past the capture of what tests print: nobody should take a test that did not run for one that passed.
        let _ = writeln!(std::io::stderr(), "the tests of the workshop page in a browser were skipped: {why}");
        return;
    }
    let output = run(Command::new("node")
        .args(["--test", "--test-reporter=spec", "page.test.mjs"])
        .current_dir(&folder)
        .env("FORKCAST", assert_cmd::cargo::cargo_bin!("forkcast"))
        .env("CHROMIUM", CHROMIUM))
    .expect("node was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
}

/// What the tests need, or why they cannot run.
fn prepare(folder: &Path) -> Result<(), String> {
    let version = run(Command::new("node").arg("--version")).map_err(|_| "there is no node")?;
    if major(&String::from_utf8_lossy(&version.stdout)) < OLDEST_NODE {
        return Err(format!("node is older than {OLDEST_NODE}"));
    }
    if !Path::new(CHROMIUM).exists() {
        return Err(format!("there is no {CHROMIUM}"));
    }
    if installed(folder).exists() {
        return Ok(());
    }
    let output = run(Command::new("npm").arg("ci").current_dir(folder))
        .map_err(|_| "there is no npm to install playwright-core")?;
    if output.status.success() && installed(folder).exists() {
        return Ok(());
    }
    Err("`npm ci` in tests/browser could not install playwright-core".to_owned())
}

/// 20 of `v20.1.2`.
fn major(version: &str) -> u32 {
    version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
}

fn installed(folder: &Path) -> PathBuf {
    folder.join("node_modules/playwright-core/package.json")
}

fn run(command: &mut Command) -> std::io::Result<Output> {
    command.output()
}
