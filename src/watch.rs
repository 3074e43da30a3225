//! Following files that somebody works on in an editor.
//!
//! A [`Reader`] remembers every file that is read through it, those that are not there too; [`Watched`] looks at them
//! every 250 ms: at length and time, and at the content only where those tell of a change. Editors write in many ways, by
//! renaming too: so a change counts once two looks in a row have seen the same content.

use crate::model::files::{Files, Folder};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often files are looked at.
pub const EVERY: Duration = Duration::from_millis(250);

/// A folder whose files are read, and remembered.
pub struct Reader {
    folder: Folder,
    read: RefCell<BTreeMap<String, Option<Arc<[u8]>>>>,
}

impl Reader {
    pub fn new(folder: &Path) -> Self {
        Self { folder: Folder(folder.to_owned()), read: RefCell::default() }
    }

    /// What has been read so far, without the disk behind it.
    pub fn remembered(&self) -> Remembered {
        let read = self.read.borrow();
        Remembered(read.iter().filter_map(|(name, content)| Some((name.clone(), content.clone()?))).collect())
    }
}

impl Files for Reader {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let content = self.folder.read(name);
        let known = content.as_ref().ok().map(|content| content.as_slice().into());
        self.read.borrow_mut().insert(name.to_owned(), known);
        content
    }
}

/// Files as they were when they were read.
#[derive(Clone, Default)]
pub struct Remembered(BTreeMap<String, Arc<[u8]>>);

impl Remembered {
    pub fn get(&self, name: &str) -> Option<&Arc<[u8]>> {
        self.0.get(name)
    }
}

impl Files for Remembered {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        self.0.get(name).map(|content| content.to_vec()).ok_or_else(|| "the scenario does not use it so far".to_owned())
    }
}

/// Files whose changes are waited for.
#[derive(Default)]
pub struct Watched(Vec<File>);

struct File {
    path: PathBuf,
    /// What is known; None where there was no such file.
    known: Option<Hash>,
    /// The length and time at which the content was known to be that.
    stamp: Option<Stamp>,
    /// What the last look saw, where it was something else.
    seen: Option<Option<Hash>>,
}

type Hash = [u8; 32];

#[derive(Clone, Copy, PartialEq)]
struct Stamp {
    length: u64,
    modified: SystemTime,
}

/// A file may be saved again within the grain of its time: a younger one is looked into each time.
const GRAIN: Duration = Duration::from_secs(2);

impl Watched {
    /// Watches all that was read through `reader`.
    pub fn add(&mut self, reader: &Reader) {
        for (name, content) in reader.read.borrow().iter() {
            let known = content.as_deref().map(hash);
            self.0.push(File { path: reader.folder.0.join(name), known, stamp: None, seen: None });
        }
    }

    /// Watches a file that could not be read: what it is now is known.
    pub fn add_unread(&mut self, path: &Path) {
        let known = std::fs::read(path).ok().map(|content| hash(&content));
        self.0.push(File { path: path.to_owned(), known, stamp: None, seen: None });
    }

    /// Whether a file has become another since it was read.
    pub fn changed(&mut self) -> bool {
        // Every file is looked at, for each must be seen twice.
        self.0.iter_mut().fold(false, |changed, file| file.changed() | changed)
    }

    /// Waits for a change; whether there was one before `ended`.
    pub fn wait(&mut self, ended: impl Fn() -> bool) -> bool {
        while !ended() {
            if self.changed() {
                return true;
            }
            std::thread::sleep(EVERY);
        }
        false
    }
}

impl File {
    fn changed(&mut self) -> bool {
        let stamp = stamp(&self.path);
        let settled = stamp.is_some_and(|stamp| stamp.modified.elapsed().is_ok_and(|age| age > GRAIN));
        if settled && stamp == self.stamp {
            return false;
        }
        let now = std::fs::read(&self.path).ok().map(|content| hash(&content));
        if now == self.known {
            (self.stamp, self.seen) = (stamp, None);
            return false;
        }
        let twice = self.seen == Some(now);
        self.seen = Some(now);
        twice
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Stamp { length: metadata.len(), modified: metadata.modified().ok()? })
}

fn hash(content: &[u8]) -> Hash {
    Sha256::digest(content).into()
}
