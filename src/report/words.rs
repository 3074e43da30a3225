//! Numbers and days for people: shares as “25 in 100”, three digits, no word of statistics.

use crate::simulation::result::Scenario;
use jiff::Span;
use jiff::civil::Date;

/// “25 in 100”, “4 in 1,000”, “never”.
pub fn share(p: f64) -> String {
    match p {
        ..=0.0 => "never".to_owned(),
        1.0.. => "always".to_owned(),
        ..0.001 => "under 1 in 1,000".to_owned(),
        ..0.01 | 0.99.. => {
            let of_thousand = (1000.0 * p).round();
            if p > 0.999 { "over 999 in 1,000".to_owned() } else { format!("{of_thousand} in 1,000") }
        }
        _ => format!("{} in 100", (100.0 * p).round()),
    }
}

/// “25”, where the sentence has already said “in 100”; what needs more words keeps them.
pub fn figure(p: f64) -> String {
    let words = share(p);
    words.strip_suffix(" in 100").map(str::to_owned).unwrap_or(words)
}

/// “24.6 %”, for tables.
pub fn percent(p: f64) -> String {
    match p {
        ..=0.0 => "never".to_owned(),
        1.0.. => "always".to_owned(),
        ..0.0005 => "under 0.1 %".to_owned(),
        0.9995.. => "over 99.9 %".to_owned(),
        _ => format!("{:.1} %", 100.0 * p),
    }
}

/// “24.3 – 24.8 %”, for tables; with as many more decimals as it takes to tell the ends apart.
pub fn percents(low: f64, high: f64) -> String {
    let ends = |decimals: usize| [low, high].map(|p| format!("{:.decimals$}", 100.0 * p));
    let [low, high] = (1..4).map(ends).find(|[low, high]| low != high).unwrap_or_else(|| ends(1));
    format!("{low} – {high} %")
}

/// “± 0.3”, in the unit of [`share`]'s figure; empty for what never or always happens.
pub fn margin(p: f64, low: f64, high: f64) -> String {
    if p <= 0.0 || p >= 1.0 {
        return String::new();
    }
    let unit = if (0.01..0.99).contains(&p) { 100.0 } else { 1000.0 };
    let half = unit * (high - low) / 2.0;
    if half < 1.95 { format!("± {half:.1}") } else { format!("± {half:.0}") }
}

/// Three digits, thousands with a comma, a true minus.
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let scientific = format!("{x:.2e}");
    let rounded: f64 = scientific.parse().unwrap_or(x);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let (scaled, exponent, word) = match exponent {
        ..6 => (rounded, exponent, ""),
        6..9 => (rounded / 1e6, exponent - 6, " million"),
        9..12 => (rounded / 1e9, exponent - 9, " billion"),
        12..15 => (rounded / 1e12, exponent - 12, " trillion"),
        _ => return scientific.replace('-', "−"),
    };
    if exponent < -6 {
        return if rounded == 0.0 { "0".to_owned() } else { scientific.replace('-', "−") };
    }
    let decimals = usize::try_from(2 - exponent).unwrap_or(0);
    let digits = format!("{:.decimals$}", scaled.abs());
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    let sign = if rounded < 0.0 { "−" } else { "" };
    format!("{sign}{}{word}", with_commas(digits))
}

/// One digit, for how far off another number may be.
pub fn about(x: f64) -> String {
    number(format!("{x:.0e}").parse().unwrap_or(x))
}

/// A count in full: “100,000”.
pub fn count(n: u64) -> String {
    with_commas(&n.to_string())
}

fn with_commas(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// “a, b and c”.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A title at the beginning of a line.
pub fn capital(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An outcome's title inside a sentence: a longer one would run into the words around it.
pub fn in_a_sentence(title: &str) -> String {
    if title.split_whitespace().count() > 3 { format!("“{title}”") } else { title.to_owned() }
}

/// How a scenario's days are written: with their year only where it covers more than one.
pub struct Days {
    start: Option<Date>,
    with_year: bool,
}

impl Days {
    pub fn of(scenario: &Scenario) -> Self {
        let date = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Date>().ok());
        let (start, end) = (date(&scenario.start), date(&scenario.end));
        Self { start, with_year: start.map(Date::year) != end.map(Date::year) }
    }

    /// “5 Feb”, out of `2026-02-05`.
    pub fn day(&self, iso: &str) -> String {
        iso.parse().map_or_else(|_| iso.to_owned(), |date| self.write(date))
    }

    /// The day that holds the instant so many days after the start.
    pub fn after(&self, days: f64) -> String {
        let date = self.start.and_then(|start| {
            let span = Span::new().try_days(days.floor() as i64).ok()?;
            start.checked_add(span).ok()
        });
        date.map_or_else(|| format!("day {}", number(days)), |date| self.write(date))
    }

    fn write(&self, date: Date) -> String {
        date.strftime(if self.with_year { "%-d %b %Y" } else { "%-d %b" }).to_string()
    }
}

/// “5 Feb 2026”.
pub fn full_day(iso: &str) -> String {
    iso.parse::<Date>().map_or_else(|_| iso.to_owned(), |date| date.strftime("%-d %b %Y").to_string())
}

/// “20 Jan – 31 Dec 2026, by the week”; nothing for a static scenario.
pub fn time(scenario: &Scenario) -> Option<String> {
    let (start, end) = (scenario.start.as_deref()?, scenario.end.as_deref()?);
    let first = if start.get(..4) == end.get(..4) { Days::of(scenario).day(start) } else { full_day(start) };
    let step = scenario.step.as_ref().map(|step| format!(", by the {step}")).unwrap_or_default();
    Some(format!("{first} – {}{step}", full_day(end)))
}

/// A value of a metric with its unit: “51 USD/bbl”, “23 Apr”, “41 in 100”.
pub fn value(x: Option<f64>, unit: &str, days: &Days) -> String {
    match (x, unit) {
        (None, _) => "–".to_owned(),
        (Some(x), "date") => days.after(x),
        (Some(x), "yes/no") => share(x),
        (Some(x), "") => number(x),
        (Some(x), unit) => format!("{} {unit}", number(x)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_said_in_hundreds_or_thousands() {
        let said = [0.0, 0.0004, 0.004, 0.246, 0.5, 0.996, 0.9996, 1.0].map(share);
        let expected = [
            "never",
            "under 1 in 1,000",
            "4 in 1,000",
            "25 in 100",
            "50 in 100",
            "996 in 1,000",
            "over 999 in 1,000",
            "always",
        ];
        assert_eq!(said, expected);
        assert_eq!((figure(0.246), figure(0.004)), ("25".to_owned(), "4 in 1,000".to_owned()));
        assert_eq!((margin(0.246, 0.243, 0.249), margin(0.5, 0.46, 0.54)), ("± 0.3".to_owned(), "± 4".to_owned()));
    }

    #[test]
    fn numbers_have_three_digits() {
        let said = [0.0, -0.0, 63.0, 0.4567, -3.1234, 78.75, 999.9, 1234.5, 12345.0, 1.2e9, 0.00012, 1e-9, 1e30];
        let expected = [
            "0",
            "0",
            "63",
            "0.457",
            "−3.12",
            "78.8",
            "1,000",
            "1,230",
            "12,300",
            "1.2 billion",
            "0.00012",
            "1.00e−9",
            "1.00e30",
        ];
        assert_eq!(said.map(number), expected);
        assert_eq!((count(100_000), about(0.0912)), ("100,000".to_owned(), "0.09".to_owned()));
        assert_eq!(percents(0.99996, 1.0), "99.996 – 100.000 %");
    }
}
