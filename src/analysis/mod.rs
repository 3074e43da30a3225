//! What if, and what matters? An analysis plays a scenario out under many sets of assumptions on the same luck, and gives
//! an answer: plain numbers that can be written down as JSON. Charts, pages and words are made of it elsewhere.

pub mod compare;
pub mod estimate;
pub mod experiment;
pub mod seek;
pub mod sweep;
pub mod target;
pub mod tornado;

use crate::simulation::result;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The version of the answers' JSON.
pub const FORMAT: u32 = 1;

/// Which scenario was asked, and as it stands under which changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub title: String,
    pub question: String,
    /// The file's name, without its folder.
    pub file: String,
    pub files: Vec<result::File>,
    pub variant: Option<String>,
    pub variant_title: Option<String>,
    /// What `--set` gave.
    pub set: IndexMap<String, serde_json::Value>,
    pub start: Option<String>,
    pub end: Option<String>,
}

/// How it was played out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// Futures under each set of assumptions.
    pub futures: u64,
    pub seed: u64,
    /// `random` or `sobol`.
    pub sampling: String,
    /// How many sets of assumptions were played out.
    pub cases: u64,
}

/// An assumption that is varied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Varied {
    pub address: String,
    pub title: String,
    /// As it is written in the file, or in what is laid over it.
    pub value: String,
    /// The value where it is one plain number.
    pub number: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Whether the range is forkcast's own and not the file's.
    pub default_range: bool,
    /// `probability`, `days`, `per year`, `per month`, else the file's own words or empty.
    pub unit: String,
}
