//! Steps, dates as whole days, and durations.
//!
//! A date is a number of days since 1970-01-01, without hours or time zone. Step k covers (T(k−1), T(k)], where T(0) is
//! the start, T(k) the start plus k steps by the calendar (in months: the same day of the month, else its last), and
//! T(K) the end, so that the last step may be short.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// The days of a year where time is measured in years.
pub const DAYS_PER_YEAR: f64 = 365.25;
/// The days of a month where a duration is given in months.
pub const DAYS_PER_MONTH: f64 = 30.4375;
/// The most steps that a scenario may have.
pub const MOST_STEPS: usize = 10_000;

/// The steps of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// T(0), in days since 1970-01-01, as all dates.
    pub start: i32,
    /// T(0) … T(K).
    pub ends: Vec<i32>,
    pub step: Step,
}

/// How long a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// Why a date, a duration or a calendar was refused, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub message: String,
    pub help: String,
}

impl Calendar {
    pub fn new(start: i32, end: i32, step: Step) -> Result<Self, Refusal> {
        if end <= start {
            let (start, end) = (format_date(start), format_date(end));
            return Err(Refusal {
                message: format!("the end, {end}, is not after the start, {start}"),
                help: "choose an `end` that is later than `start`".to_owned(),
            });
        }
        match Self::ends(start, end, step) {
            Some(ends) => Ok(Self { start, ends, step }),
            None => Err(refuse_length(start, end, step)),
        }
    }

    fn ends(start: i32, end: i32, step: Step) -> Option<Vec<i32>> {
        let mut ends = vec![start];
        for k in 1..=MOST_STEPS {
            // Where the calendar's years run out, the step ends with the scenario.
            let next = step.after(start, k).unwrap_or(end).min(end);
            ends.push(next);
            if next == end {
                return Some(ends);
            }
        }
        None
    }

    /// K, the number of steps.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.ends.len() - 1
    }

    /// T(K).
    #[must_use]
    pub fn end(&self) -> i32 {
        self.ends[self.steps()]
    }

    /// The k with T(k−1) < date ≤ T(k), if the date lies in (start, end].
    #[must_use]
    pub fn step_holding(&self, date: i32) -> Option<usize> {
        (date > self.start && date <= self.end()).then(|| self.ends.partition_point(|&end| end < date))
    }

    /// The length of step k in years, k = 1…K.
    #[must_use]
    pub fn years(&self, k: usize) -> f64 {
        f64::from(self.ends[k] - self.ends[k - 1]) / DAYS_PER_YEAR
    }
}

impl Step {
    pub const ALL: [Step; 5] = [Step::Day, Step::Week, Step::Month, Step::Quarter, Step::Year];

    /// What a file calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Step::Day => "day",
            Step::Week => "week",
            Step::Month => "month",
            Step::Quarter => "quarter",
            Step::Year => "year",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Step> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The start plus k steps, unless it lies beyond the year 9999.
    fn after(self, start: i32, k: usize) -> Option<i32> {
        let k = i64::try_from(k).ok()?;
        let span = Span::new();
        let span = match self {
            Step::Day => return start.checked_add(i32::try_from(k).ok()?),
            Step::Week => return start.checked_add(i32::try_from(7 * k).ok()?),
            Step::Month => span.try_months(k),
            Step::Quarter => span.try_months(3 * k),
            Step::Year => span.try_years(k),
        };
        Some(days_since_1970(to_date(start).checked_add(span.ok()?).ok()?))
    }
}

fn refuse_length(start: i32, end: i32, step: Step) -> Refusal {
    let name = step.name();
    let message = format!("with a step of one {name} this scenario has more than {MOST_STEPS} steps");
    let longer = Step::ALL.into_iter().filter(|other| *other > step);
    let help = match longer.into_iter().find(|other| Calendar::ends(start, end, *other).is_some()) {
        Some(fits) => format!("write `step = \"{}\"`, or choose an earlier `end`", fits.name()),
        None => "choose an earlier `end`".to_owned(),
    };
    Refusal { message, help }
}

/// Days since 1970-01-01 of a date, if there is such a day.
#[must_use]
pub fn day(year: i16, month: i8, day: i8) -> Option<i32> {
    Date::new(year, month, day).ok().map(days_since_1970)
}

/// Year, month and day of the month.
#[must_use]
pub fn year_month_day(days: i32) -> (i16, i8, i8) {
    let date = to_date(days);
    (date.year(), date.month(), date.day())
}

/// The day that holds an instant, both in days since the same date: a day D is the time from D − 1 to D, so that what
/// happens `on` D, or is observed on it, is shown as D.
#[must_use]
pub fn day_holding(instant: f64) -> i32 {
    (instant - INTO_THE_NEXT).ceil() as i32
}

/// In days; a tenth of a second: a mean of many instants that are all one day must not become the next.
pub const INTO_THE_NEXT: f64 = 1e-6;

/// `2026-02-05`
#[must_use]
pub fn format_date(days: i32) -> String {
    let (year, month, day) = year_month_day(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `5 Feb`
#[must_use]
pub fn short_date(days: i32) -> String {
    let (_, month, day) = year_month_day(days);
    format!("{day} {}", month_name(month))
}

/// `Feb` for 2.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(month - 1).ok().and_then(|index| NAMES.get(index)).copied().unwrap_or_default()
}

/// Reads `2026-02-05`, in exactly that shape.
pub fn parse_date(text: &str) -> Result<i32, Refusal> {
    let shape = || Refusal {
        message: format!("`{text}` is not the way in which a date is written"),
        help: "write year, month and day, as in 2026-02-05".to_owned(),
    };
    let bytes = text.as_bytes();
    if bytes.len() != 10 || !text.is_ascii() || bytes[4] != b'-' || bytes[7] != b'-' {
        return Err(shape());
    }
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i16>().ok()).flatten();
    let (Some(year), Some(month), Some(of_month)) = (number(&text[..4]), number(&text[5..7]), number(&text[8..]))
    else {
        return Err(shape());
    };
    day(year, month as i8, of_month as i8).filter(|_| year > 0).ok_or_else(|| no_such_day(year, month, of_month, text))
}

fn no_such_day(year: i16, month: i16, of_month: i16, text: &str) -> Refusal {
    let message = format!("there is no day `{text}`");
    let help = if year == 0 {
        "years begin with 1".to_owned()
    } else if !(1..=12).contains(&month) {
        if (1..=12).contains(&of_month) && (1..=31).contains(&month) {
            format!("the month stands before the day: {year:04}-{of_month:02}-{month:02}")
        } else {
            "months go from 01 to 12".to_owned()
        }
    } else {
        match Date::new(year, month as i8, 1).map(Date::days_in_month) {
            Ok(last) => format!("{} {year} has {last} days", month_name(month as i8)),
            Err(_) => "write year, month and day, as in 2026-02-05".to_owned(),
        }
    };
    Refusal { message, help }
}

/// Reads `120 days`: a decimal number of days, weeks, months or years; the result is in days.
pub fn parse_duration(text: &str) -> Result<f64, Refusal> {
    let help = "write a number and `days`, `weeks`, `months` or `years`, as in `120 days`".to_owned();
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| c.is_alphabetic()).unwrap_or(trimmed.len());
    let (number, unit) = (trimmed[..split].trim(), &trimmed[split..]);
    let shape = number.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_');
    let value = number.replace('_', "").parse::<f64>().ok().filter(|value| shape && value.is_finite());
    let days = match unit {
        "day" | "days" => 1.0,
        "week" | "weeks" => 7.0,
        "month" | "months" => DAYS_PER_MONTH,
        "year" | "years" => DAYS_PER_YEAR,
        "" if value.is_some() => {
            return Err(Refusal {
                message: format!("`{trimmed}` does not say of what: days, weeks, months or years"),
                help: format!("write `{trimmed} days`"),
            });
        }
        _ => return Err(Refusal { message: format!("`{trimmed}` is no length of time"), help }),
    };
    match value {
        Some(value) if (value * days).is_finite() => Ok(value * days),
        _ if number.starts_with(['-', '−']) => Err(Refusal {
            message: format!("`{trimmed}` is a negative length of time"),
            help: "lengths of time are 0 or more".to_owned(),
        }),
        _ if number.contains(',') => Err(Refusal {
            message: format!("`{trimmed}` is no length of time"),
            help: format!("a decimal number has a point: `{} {unit}`", number.replace(',', ".")),
        }),
        _ => Err(Refusal { message: format!("`{trimmed}` is no length of time"), help }),
    }
}

/// `120 days`, `1 day`; whole years and months as such.
#[must_use]
pub fn format_duration(days: f64) -> String {
    let years = days / DAYS_PER_YEAR;
    let months = days / DAYS_PER_MONTH;
    let (count, unit) = if days.fract() == 0.0 && !(days >= 1461.0 && years.fract() == 0.0) {
        (days, "day")
    } else if years.fract() == 0.0 {
        (years, "year")
    } else if months.fract() == 0.0 {
        (months, "month")
    } else {
        ((days * 100.0).round() / 100.0, "day")
    };
    let plural = if count == 1.0 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Days beyond the years −9999…9999 become the first or the last of them.
fn to_date(days: i32) -> Date {
    // A span of days has bounds of its own, which are further away than those of the years.
    jiff::civil::date(1970, 1, 1).saturating_add(days.clamp(-5_000_000, 5_000_000).days())
}

fn days_since_1970(date: Date) -> i32 {
    date.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests;
