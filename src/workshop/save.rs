//! Writing into the scenario file, so that it is at every moment either the old one or the new one, whole.

use crate::diagnostic::Failure;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Why a file was left as it was.
pub enum NotReplaced {
    /// It is not what it was.
    Changed,
    Failed(Failure),
}

/// What stands in a file.
pub fn content(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| cannot("read", path, &error))
}

/// Puts `new` in the place of `old`: beside the file, onto the disk, then by renaming. A link is followed, and the file
/// keeps its permissions.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), NotReplaced> {
    let failed = |error: io::Error| NotReplaced::Failed(cannot("written", path, &error));
    let file = fs::canonicalize(path).map_err(failed)?;
    let permissions = fs::metadata(&file).map_err(failed)?.permissions();
    // Renaming would replace it all the same.
    fs::OpenOptions::new().append(true).open(&file).map_err(failed)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut fresh = tempfile::Builder::new().prefix(".forkcast-").tempfile_in(folder).map_err(failed)?;
    fresh.write_all(new).map_err(failed)?;
    fresh.as_file().set_permissions(permissions).map_err(failed)?;
    fresh.as_file().sync_all().map_err(failed)?;
    if fs::read(&file).map_err(failed)? != old {
        return Err(NotReplaced::Changed);
    }
    fresh.persist(&file).map_err(|error| failed(error.error))?;
    // The name is on the disk once its folder is; where folders cannot be synced, it comes there by itself.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Environment {
        message: format!("`{}` cannot be {what}: {error}", path.display()),
        help: Some("check the permissions of the file and its folder: nothing was saved".to_owned()),
    }
}
