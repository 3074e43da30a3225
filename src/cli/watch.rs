//! `--watch`: a command is done again whenever one of its files is saved.

use super::interrupt;
use super::terminal::Terminal;
use super::{Told, options};
use crate::watch::Watched;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

/// Does something once, or with `--watch` again and again until Ctrl-C; it ends as it ended last. `once` is told whether
/// it is the first time, and says what it has read.
pub fn again(
    asked: &options::Watch,
    files: &[PathBuf],
    terminal: &Terminal,
    mut once: impl FnMut(bool, &mut Watched) -> Result<(), Told>,
) -> Result<(), Told> {
    let mut first = true;
    loop {
        let mut watched = Watched::default();
        let end = once(first, &mut watched);
        // What no change of the file could mend is not waited for; a file that is gone for a moment is.
        let hopeless = matches!(end, Err(Told(code)) if code > 1 && (first || code != 3));
        if !asked.watch || hopeless {
            return end;
        }
        let names: Vec<String> = files.iter().map(|file| format!("`{}`", file.display())).collect();
        terminal.note(&format!("waiting for changes to {}; Ctrl-C ends it", names.join(", ")));
        if !watched.wait(|| interrupt::flag().load(Ordering::Relaxed)) {
            return end;
        }
        first = false;
    }
}
