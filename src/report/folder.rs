//! Where a result lies: one result, one folder, replaced as a whole.
//!
//! Files are written into a temporary folder beside the target, which is renamed into its place once it is complete; the
//! result before it is set aside for that moment. Whatever interrupts this, the last complete result is still there, at
//! worst under its set-aside name, from which the next command brings it back.

use crate::diagnostic::Failure;
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder in the making. Dropped before it is put in place, it leaves no trace.
pub struct Folder {
    target: PathBuf,
    temporary: PathBuf,
    set_aside: PathBuf,
    /// Folders above the target that were not there before, the outermost first.
    made: Vec<PathBuf>,
    /// Held as long as this folder is in the making, so that it is told from what a crash left.
    _lock: Option<File>,
    in_place: bool,
}

/// The ending of a folder in the making, and of a result that is set aside.
const UNFINISHED: &str = "unfinished";
const PREVIOUS: &str = "previous";

/// How many folders this process has begun, so that each has a name of its own.
static BEGUN: AtomicU32 = AtomicU32::new(0);

/// Another process that leaves a result at the same place can get in between twice, hardly ever more often.
const ATTEMPTS: u32 = 8;

impl Folder {
    /// Begins a folder that is to stand at `target`.
    pub fn begin(target: &Path) -> Result<Self, Failure> {
        let (parent, name) = place(target)?;
        let made = missing(&parent);
        let made_parent = fs::create_dir_all(&parent).map_err(|error| cannot_write(&parent, &error));
        if let Err(failure) = made_parent {
            remove_empty(&made);
            return Err(failure);
        }
        clear_up(target, &parent, &name);
        check(target).inspect_err(|_| remove_empty(&made))?;

        let stem = format!(".{name}.{}-{}", std::process::id(), BEGUN.fetch_add(1, Ordering::Relaxed));
        let temporary = parent.join(format!("{stem}.{UNFINISHED}"));
        if let Err(error) = fs::create_dir(&temporary) {
            remove_empty(&made);
            return Err(cannot_write(&parent, &error));
        }
        let lock = File::open(&temporary).ok().filter(|file| file.try_lock().is_ok());
        let set_aside = parent.join(format!("{stem}.{PREVIOUS}"));
        Ok(Self { target: target.to_owned(), temporary, set_aside, made, _lock: lock, in_place: false })
    }

    /// Writes a file, whose name may have folders in it: `charts/outcomes.svg`.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let failed = |error| cannot_write(&self.target.join(name), &error);
        self.create(name)?.write_all(bytes).map_err(failed)
    }

    /// Begins a file that is written bit by bit.
    pub fn create(&self, name: &str) -> Result<File, Failure> {
        let failed = |error| cannot_write(&self.target.join(name), &error);
        let path = self.temporary.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        File::create(path).map_err(failed)
    }

    /// Puts the folder, which is now complete, in the place of the last one.
    pub fn put_in_place(mut self) -> Result<(), Failure> {
        for _ in 1..ATTEMPTS {
            if self.exchange().is_ok() {
                return Ok(());
            }
        }
        self.exchange()
    }

    /// Fails, among other reasons, where another process puts a result at the same place in this moment.
    fn exchange(&mut self) -> Result<(), Failure> {
        check(&self.target)?;
        match fs::rename(&self.target, &self.set_aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(cannot_write(&self.target, &error)),
            _ => {}
        }
        if let Err(error) = fs::rename(&self.temporary, &self.target) {
            if fs::rename(&self.set_aside, &self.target).is_err() && self.target.exists() {
                let _ = fs::remove_dir_all(&self.set_aside);
            }
            return Err(cannot_write(&self.target, &error));
        }
        self.in_place = true;
        // The new result is complete: what cannot be removed of the old one now goes with the next.
        let _ = fs::remove_dir_all(&self.set_aside);
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.in_place {
            let _ = fs::remove_dir_all(&self.temporary);
            remove_empty(&self.made);
        }
    }
}

/// Whether a result may be put at `target`: nothing stands there, or an empty folder, or an earlier result.
pub fn check(target: &Path) -> Result<(), Failure> {
    place(target)?;
    let shown = target.display();
    let found = match fs::symlink_metadata(target) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_write(target, &error)),
    };
    if found.is_symlink() {
        return Err(refusal(format!("`{shown}` is a link, and a result is put only in the place of a real folder")));
    }
    if !found.is_dir() {
        return Err(refusal(format!("`{shown}` is a file, and the folder of the result should stand there")));
    }
    let mut members = fs::read_dir(target).map_err(|error| cannot_read(target, &error))?;
    if members.next().is_none() || holds_result(target) {
        return Ok(());
    }
    Err(refusal(format!("`{shown}` holds files but no forkcast result, so it is not replaced")))
}

/// What every `result.json` of ours begins with.
#[derive(Deserialize)]
struct Mark {
    #[serde(rename = "format")]
    _format: u32,
    #[serde(rename = "forkcast")]
    _forkcast: String,
}

fn holds_result(folder: &Path) -> bool {
    fs::read(folder.join("result.json")).is_ok_and(|text| serde_json::from_slice::<Mark>(&text).is_ok())
}

/// The folder above the target, and the target's own name.
fn place(target: &Path) -> Result<(PathBuf, String), Failure> {
    let Some(name) = target.file_name() else {
        return Err(refusal(format!("`{}` is no name for the folder of a result", target.display())));
    };
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok((parent.to_owned(), name.to_string_lossy().into_owned()))
}

/// Removes what crashes have left beside the target, and brings a result back that was set aside by one.
fn clear_up(target: &Path, parent: &Path, name: &str) {
    let Ok(siblings) = fs::read_dir(parent) else { return };
    let begins = format!(".{name}.");
    for sibling in siblings.flatten() {
        let file_name = sibling.file_name();
        let Some(rest) = file_name.to_str().and_then(|text| text.strip_prefix(&begins)) else { continue };
        let Some((number, ending)) = rest.split_once('.') else { continue };
        if !number.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
            continue;
        }
        let path = sibling.path();
        let abandoned = match ending {
            // Fails while its maker lives and holds it, or where folders cannot be locked.
            UNFINISHED => File::open(&path).is_ok_and(|file| file.try_lock().is_ok()),
            PREVIOUS => target.exists() || (fs::rename(&path, target).is_err() && target.exists()),
            _ => false,
        };
        if abandoned {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// The folders on the way to `folder`, itself included, that are not there, the outermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let on_the_way = folder.ancestors().filter(|path| !path.as_os_str().is_empty());
    let mut missing: Vec<_> = on_the_way.take_while(|path| !path.exists()).map(Path::to_owned).collect();
    missing.reverse();
    missing
}

/// Removes those of the folders that are empty; `folders` has the outermost first.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

fn refusal(message: String) -> Failure {
    let help = "choose another place with `--out`, or move away what stands there".to_owned();
    Failure::Environment { message, help: Some(help) }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Environment {
        message: format!("cannot write `{}`: {}", path.display(), reason(error)),
        help: Some("choose another place with `--out`".to_owned()),
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(format!("cannot read `{}`: {}", path.display(), reason(error)))
}

/// The system's reason without its number, where there is a plain word for it.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk can only be read".to_owned(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "a file stands in the way".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULT: &str = r#"{ "format": 1, "forkcast": "0.1.0" }"#;

    fn leave(target: &Path, json: &str, files: &[&str]) -> Result<(), Failure> {
        let folder = Folder::begin(target)?;
        folder.write("result.json", json.as_bytes())?;
        files.iter().try_for_each(|name| folder.write(name, b"x"))?;
        folder.put_in_place()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn message(failure: Result<(), Failure>) -> String {
        match failure {
            Err(Failure::Environment { message, help }) => format!("{message}; {}", help.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_result_takes_the_place_of_the_one_before_as_a_whole() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("a/run@x");
        leave(&target, RESULT, &["charts/old.svg", "old.csv"]).unwrap();
        leave(&target, RESULT, &["charts/new.svg"]).unwrap();
        assert_eq!(names(&target), ["charts", "result.json"]);
        assert_eq!(names(&target.join("charts")), ["new.svg"]);
        assert_eq!(names(&home.path().join("a")), ["run@x"]);
    }

    #[test]
    fn what_is_given_up_leaves_the_last_result_and_no_litter() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("a/b/run");
        let folder = Folder::begin(&target).unwrap();
        folder.write("charts/half.svg", b"<svg").unwrap();
        drop(folder);
        assert!(names(home.path()).is_empty());

        leave(&target, RESULT, &["old.csv"]).unwrap();
        let folder = Folder::begin(&target).unwrap();
        folder.write("half.csv", b"x").unwrap();
        drop(folder);
        assert_eq!(names(&target), ["old.csv", "result.json"]);
        assert_eq!(names(&home.path().join("a/b")), ["run"]);
    }

    #[test]
    fn what_a_crash_left_is_cleared_up() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("run");
        leave(&home.path().join(".run.1234-0.previous"), RESULT, &["last.csv"]).unwrap();
        fs::create_dir(home.path().join(".run.1234-0.unfinished")).unwrap();
        fs::create_dir(home.path().join(".run.mine.unfinished")).unwrap();
        let other = Folder::begin(&target).unwrap();
        assert_eq!(names(&target), ["last.csv", "result.json"]);
        leave(&target, RESULT, &[]).unwrap();
        other.write("result.json", RESULT.as_bytes()).unwrap();
        other.put_in_place().unwrap();
        assert_eq!(names(home.path()), [".run.mine.unfinished", "run"]);
    }

    #[test]
    fn nothing_but_a_result_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("empty")).unwrap();
        leave(&at("empty"), RESULT, &[]).unwrap();

        fs::create_dir(at("notes")).unwrap();
        fs::write(at("notes/thesis.docx"), "x").unwrap();
        assert!(message(leave(&at("notes"), RESULT, &[])).contains("no forkcast result"));
        fs::write(at("notes/result.json"), r#"{ "format": 1 }"#).unwrap();
        assert!(message(leave(&at("notes"), RESULT, &[])).contains("--out"));
        assert_eq!(names(&at("notes")), ["result.json", "thesis.docx"]);

        fs::write(at("file"), "x").unwrap();
        assert!(message(leave(&at("file"), RESULT, &[])).contains("is a file"));
        assert!(message(leave(&at("file/run"), RESULT, &[])).contains("stands in the way"));
        assert!(message(leave(Path::new("/"), RESULT, &[])).contains("no name"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("empty"), at("link")).unwrap();
            assert!(message(leave(&at("link"), RESULT, &[])).contains("is a link"));
        }
        assert_eq!(names(&at("empty")), ["result.json"]);
    }
}
