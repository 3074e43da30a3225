//! Options that several verbs share: which assumptions, how many futures, and what is left of it.

use crate::chance::sobol::Sampling;
use crate::diagnostic::{Failure, nearest};
use crate::report::files::{self, FORMATS, Format};
use clap::{Args, Command};
use std::path::PathBuf;

/// The format that has a row for each future.
pub const ROWS: &str = "parquet";

/// Which assumptions the scenario is played out with.
#[derive(Args)]
pub struct Assumptions {
    /// Play this variant of the file; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "all_variants")]
    pub variant: Vec<String>,
    /// Play the scenario as it is and each of its variants, and compare
    #[arg(long)]
    pub all_variants: bool,
    /// Change an assumption, as in events.visit.probability=0.8; may be given several times
    #[arg(long, value_name = "ADDR=VALUE")]
    pub set: Vec<String>,
}

const FUTURES: &str = "How many futures, as in 100_000 or 1e6 [default: as the file says, else 100,000]";

/// How it is played out.
#[derive(Args)]
pub struct Play {
    #[arg(long, value_name = "N", value_parser = futures, help = FUTURES)]
    pub futures: Option<u64>,
    /// Another seed gives other luck [default: as the file says, else 1]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// How futures are drawn: random, or sobol, which spreads them evenly and needs fewer [default: as the file says, else random]
    #[arg(long, value_name = "M", value_parser = sampling)]
    pub sampling: Option<Sampling>,
    /// Use so many processors; results do not depend on it [default: all]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,
}

/// Whether it is done again.
#[derive(Args)]
pub struct Watch {
    /// Do it again whenever the file, or one that it needs, is saved; Ctrl-C ends it
    #[arg(long)]
    pub watch: bool,
}

/// What is left of it, and where.
#[derive(Args)]
pub struct Leave {
    /// Put results into this folder [default: output]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write only these: json, csv, svg, png, html
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    /// Print nothing but mistakes
    #[arg(short, long)]
    pub quiet: bool,
    /// Print the result as JSON; writes files only with --out or --format
    #[arg(long)]
    pub json: bool,
    /// Open the report in the browser (of several, the first)
    #[arg(long)]
    pub open: bool,
}

impl Leave {
    /// The formats to be written; none where only JSON is to be printed. Formats with a row per future are for those who
    /// play one set of futures.
    pub fn formats(&self, rows: Rows) -> Result<Vec<&'static Format>, Failure> {
        let formats = match self.format.as_slice() {
            [] if self.json && self.out.is_none() => Vec::new(),
            [] => files::by_default(),
            names => names.iter().map(|name| format_named(name.trim(), rows)).collect::<Result<_, _>>()?,
        };
        if self.open && !formats.iter().any(|format| format.name == "html") {
            return Err(Failure::Usage {
                message: "`--open` opens the report, and no report is to be written".to_owned(),
                help: Some("leave it out, or add html to `--format`".to_owned()),
            });
        }
        Ok(formats)
    }

    /// Whether anything is to be drawn by a verb without rows.
    pub fn drawn(&self) -> Result<bool, Failure> {
        Ok(self.formats(Rows::No)?.iter().any(|format| ["svg", "png", "html"].contains(&format.name)))
    }

    /// The folder for the results of all scenarios.
    pub fn folder(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| PathBuf::from("output"))
    }
}

/// Whether a verb has a row per future to write down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Yes,
    No,
}

/// Names the format with rows in the help of a verb that has them.
pub fn help_with_rows(command: Command) -> Command {
    if files::named(ROWS).is_err() {
        return command;
    }
    command.mut_arg("format", |format| {
        let others = format.get_help().map(ToString::to_string).unwrap_or_default();
        format.help(format!("{others}; or {ROWS}: a row for each future"))
    })
}

fn format_named(name: &str, rows: Rows) -> Result<&'static Format, Failure> {
    let offered = || FORMATS.iter().filter(|format| rows == Rows::Yes || format.name != ROWS);
    offered().find(|format| format.name == name).ok_or_else(|| {
        let all: Vec<&str> = offered().map(|format| format.name).collect();
        let all = format!("formats are {}", all.join(", "));
        let (message, help) = match name {
            ROWS if files::named(ROWS).is_ok() => (
                format!("`{ROWS}` has a row for each future, and this verb plays many sets of them"),
                format!("`forkcast run --format {ROWS}` writes the futures of one; here, {all}"),
            ),
            ROWS => (format!("this forkcast was built without the format `{ROWS}`"), all),
            "" => ("`--format` names no format".to_owned(), all),
            _ => {
                let near = nearest(name, offered().map(|format| format.name));
                let help = near.map_or(all, |near| format!("did you mean `{near}`?"));
                (format!("there is no format `{name}`"), help)
            }
        };
        Failure::Usage { message, help: Some(help) }
    })
}

/// People write numbers of futures in many ways: `100000`, `100_000`, `100,000`, `1e6`, `250k`, `1M`.
fn futures(text: &str) -> Result<u64, String> {
    const MOST: f64 = 1e12;
    let text: String = text.trim().chars().filter(|c| !matches!(c, '_' | ',' | ' ' | '\'')).collect();
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1e3),
        Some((at, 'm' | 'M')) => (&text[..at], 1e6),
        _ => (text.as_str(), 1.0),
    };
    match digits.parse::<f64>().map(|number| number * unit) {
        Ok(number) if (1.0..=MOST).contains(&number) && number.fract() == 0.0 => Ok(number as u64),
        Ok(number) if number > MOST => Err("that is more than anybody can wait for".to_owned()),
        _ => Err("a whole number of at least 1 is needed, as in 100_000 or 1e6".to_owned()),
    }
}

fn sampling(text: &str) -> Result<Sampling, String> {
    let names = Sampling::ALL.map(Sampling::name);
    Sampling::named(text.trim()).ok_or_else(|| match nearest(text, names) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("it is {}", names.join(" or ")),
    })
}

/// The half-width of an interval, as a share or in percentage points: `0.005`, `0.5%`.
pub fn precision(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let (number, unit) = text.strip_suffix('%').map_or((text, 1.0), |number| (number.trim_end(), 100.0));
    match number.parse::<f64>().map(|number| number / unit) {
        Ok(half) if half > 0.0 && half < 0.5 => Ok(half),
        Ok(half) if (0.5..50.0).contains(&half) => Err(format!("write {number} percentage points as {number}%")),
        _ => Err("a number between 0 and 0.5 is needed, as in 0.005 or 0.5%".to_owned()),
    }
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(number) if (1..=1024).contains(&number) => Ok(number),
        _ => Err("a whole number from 1 to 1024 is needed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{futures, precision};

    #[test]
    fn numbers_of_futures_are_read_as_people_write_them() {
        for (text, number) in
            [("100000", 100_000), ("100_000", 100_000), ("100,000", 100_000), ("1e6", 1_000_000), ("250k", 250_000)]
        {
            assert_eq!(futures(text), Ok(number), "{text}");
        }
        for text in ["", "0", "-5", "1.5", "many", "1e99", "k", "NaN", "inf"] {
            assert!(futures(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_precision_is_a_share_or_percentage_points() {
        for (text, number) in [("0.005", 0.005), ("0.5%", 0.005), (" 2 % ", 0.02), ("5e-3", 0.005)] {
            assert_eq!(precision(text), Ok(number), "{text}");
        }
        for text in ["", "0", "-0.01", "0.5", "50%", "2", "few", "NaN", "inf", "%"] {
            assert!(precision(text).is_err(), "{text}");
        }
        assert_eq!(precision("2").unwrap_err(), "write 2 percentage points as 2%");
    }
}
