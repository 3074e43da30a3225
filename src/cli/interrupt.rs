//! Ctrl-C: the first ends the command in an orderly way, the second at once.

use crate::diagnostic::Failure;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Begins to listen.
pub fn watch() {
    // Where nobody can listen, Ctrl-C ends the process as it does without us.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Failure::Interrupted.exit_code()));
        }
    });
}

/// What the simulation looks at while it runs.
pub fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}

/// Fails if Ctrl-C has been pressed.
pub fn check() -> Result<(), Failure> {
    if INTERRUPTED.load(Ordering::Relaxed) { Err(Failure::Interrupted) } else { Ok(()) }
}
