//! A bar on a terminal while futures are played out, if that takes long enough to be noticed.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Shorter waits need no bar.
const NOTICED: Duration = Duration::from_millis(300);

/// The progress of one run.
pub struct Progress {
    /// How many futures there are to play, and whose.
    futures: u64,
    what: String,
    shown: bool,
    began: Instant,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    pub fn new(what: String, futures: u64, quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self { futures, what, shown, began: Instant::now(), bar: OnceLock::new() }
    }

    /// So many futures are finished, of so many as far as is known; any thread may say so, in any order.
    pub fn finished_of(&self, futures: u64, of: u64) {
        if !self.shown || self.began.elapsed() < NOTICED {
            return;
        }
        let bar = self.bar.get_or_init(|| self.begin(futures));
        if bar.length() != Some(of) {
            bar.set_length(of);
            bar.set_position(futures);
        }
        bar.set_position(bar.position().max(futures));
    }

    fn begin(&self, finished: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(self.futures), ProgressDrawTarget::stderr());
        let template = "{msg} {bar:30} {human_pos} of {human_len} futures, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("██░"));
        }
        // What is finished already says nothing about the speed: it seems to come all at once.
        bar.set_position(finished);
        bar.reset_eta();
        bar.with_message(self.what.clone())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
