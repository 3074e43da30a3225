//! What is wrong, where it stands, and how to mend it.
//!
//! A mistake is described where it is found, as a [`Diagnostic`]; mistakes are collected in [`Diagnostics`], so that a
//! file's reader learns of all of them at once. [`Failure`] is for what stops a command for any other reason.

mod nearest;
mod place;
mod render;

pub use nearest::nearest;
pub use place::{Item, Place, items, place};
pub use render::{Style, render};

use serde::Serialize;
use std::sync::Arc;

/// Which text a span lies in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A stretch of a source's text, in bytes, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

/// A text that can hold mistakes: a scenario file, a file that it extends, a `--set`, a slider of the workshop page.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it: a file's name as given, or `--set`.
    pub name: String,
    pub text: Arc<str>,
}

/// All texts that spans may point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        self.list.push(Source { name: name.into(), text: text.into() });
        SourceId(u32::try_from(self.list.len() - 1).expect("fewer than 2^32 sources"))
    }

    /// Gives every source another name, for instance with its folder before it.
    pub fn rename(&mut self, name: impl Fn(&str) -> String) {
        for source in &mut self.list {
            source.name = name(&source.name);
        }
    }

    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        &self.get(span.source).text[span.start as usize..span.end as usize]
    }
}

/// Whether a scenario can be run all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A marked place; the text under the mark may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A replacement that would mend the mistake: an editor or the workshop page offers it as a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    pub span: Span,
    pub replacement: String,
}

/// One mistake or warning. The first label is where it is; the message is in the analyst's words, lower case, the value
/// at fault in backticks; the help says how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub message: String,
    pub labels: Vec<Label>,
    pub help: Option<String>,
    pub mend: Option<Mend>,
}

impl Diagnostic {
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, span, message)
    }

    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, span, message)
    }

    fn new(severity: Severity, span: Span, message: impl Into<String>) -> Self {
        let first = Label { span, text: String::new() };
        Self { severity, message: message.into(), labels: vec![first], help: None, mend: None }
    }

    /// The words under the first mark.
    #[must_use]
    pub fn mark(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// A second place that has to do with it.
    #[must_use]
    pub fn and_at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    #[must_use]
    pub fn mend(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.mend = Some(Mend { span, replacement: replacement.into() });
        self
    }
}

/// Mistakes and warnings, each once however often it is found (a mistake of the file shows in every variant).
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
    }

    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    pub fn count(&self) -> usize {
        self.list.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Sorted by source, then place; errors before warnings at one place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.list.iter().collect();
        all.sort_by_key(|d| (d.labels[0].span, d.severity));
        all
    }
}

/// Why a command could not be done, with the exit code that tells scripts the kind.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The scenario or the request is at fault (1): mistakes with their places, rendered by whoever has the sources.
    Scenario(Diagnostics),
    /// The request is at fault (1) where there is no text to point into.
    Request { message: String, help: Option<String> },
    /// The command line contradicts itself (2) in a way that the argument parser does not see.
    Usage { message: String, help: Option<String> },
    /// The environment is at fault (3): cannot read, write or bind.
    Environment { message: String, help: Option<String> },
    /// Interrupted (130).
    Interrupted,
}

impl Failure {
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Scenario(_) | Failure::Request { .. } => 1,
            Failure::Usage { .. } => 2,
            Failure::Environment { .. } => 3,
            Failure::Interrupted => 130,
        }
    }

    pub fn request(message: impl Into<String>) -> Self {
        Failure::Request { message: message.into(), help: None }
    }

    pub fn environment(message: impl Into<String>) -> Self {
        Failure::Environment { message: message.into(), help: None }
    }
}
