//! The files that a scenario is made of. All reading goes through [`Files`], so that the model itself touches no disk, and
//! everything read is known: it is hashed for the result, and watched for changes.

use crate::diagnostic::nearest;
use std::cell::RefCell;
use std::sync::Arc;

/// Where files come from; names are relative to the scenario's folder.
pub trait Files {
    /// The content, or why it cannot be read, in words for people.
    fn read(&self, name: &str) -> Result<Vec<u8>, String>;
}

/// A folder on disk.
pub struct Folder(pub std::path::PathBuf);

impl Files for Folder {
    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(name)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        })
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub name: String,
    pub content: Arc<[u8]>,
}

/// Files read so far, each once.
pub struct Inputs<'a> {
    files: &'a dyn Files,
    read: RefCell<Vec<Input>>,
}

impl<'a> Inputs<'a> {
    pub fn new(files: &'a dyn Files) -> Self {
        Inputs { files, read: RefCell::new(Vec::new()) }
    }

    pub fn read(&self, name: &str) -> Result<Arc<[u8]>, String> {
        if let Some(known) = self.read.borrow().iter().find(|i| i.name == name) {
            return Ok(known.content.clone());
        }
        let content: Arc<[u8]> = self.files.read(name)?.into();
        self.read.borrow_mut().push(Input { name: name.to_owned(), content: content.clone() });
        Ok(content)
    }

    /// Everything read, in order.
    pub fn all(&self) -> Vec<Input> {
        self.read.borrow().clone()
    }

    /// The numbers of a column.
    pub fn csv_column(&self, file: &str, column: &str) -> Result<Arc<[f64]>, Refused> {
        let content = self.read(file).map_err(|why| {
            Refused::file(
                format!("`{file}` cannot be read: {why}"),
                "CSV files are looked for beside the scenario file",
            )
        })?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&content[..]);
        let headers =
            reader.headers().map_err(|e| Refused::file(format!("`{file}` is no CSV file: {e}"), SAVE))?.clone();
        let Some(index) = headers.iter().position(|h| h.trim_start_matches('\u{feff}') == column) else {
            let known: Vec<String> = headers.iter().map(|h| format!("`{h}`")).collect();
            let near = nearest(column, headers.iter());
            let help = near
                .map_or_else(|| format!("its columns are {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
            return Err(Refused { message: format!("`{file}` has no column `{column}`"), help, of_column: true });
        };
        let mut rows = Vec::new();
        for (line, record) in reader.records().enumerate() {
            let record = record.map_err(|e| Refused::file(format!("`{file}` is no CSV file: {e}"), SAVE))?;
            let field = record.get(index).unwrap_or("");
            let number = field.parse::<f64>().ok().filter(|v| v.is_finite());
            let Some(number) = number else {
                return Err(Refused {
                    message: format!("`{file}` has `{field}` in column `{column}`, row {}", line + 2),
                    help: "every row needs a number there, with a point for decimals".to_owned(),
                    of_column: true,
                });
            };
            rows.push(number);
        }
        if rows.is_empty() {
            return Err(Refused::file(format!("`{file}` has no rows"), "give at least one row below the names"));
        }
        Ok(rows.into())
    }
}

const SAVE: &str = "save it as CSV: names of columns in the first row, commas between fields";

/// Why there are no numbers: a message, its mend, and whether the column is at fault or the file.
pub struct Refused {
    pub message: String,
    pub help: String,
    pub of_column: bool,
}

impl Refused {
    fn file(message: String, help: &str) -> Self {
        Self { message, help: help.to_owned(), of_column: false }
    }
}
