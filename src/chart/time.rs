//! Dates on an axis: days since 1970, and ticks that fall on days, weeks, months, quarters or years.

use super::text;
use jiff::civil::Date;

pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The day of `YYYY-MM-DD`.
pub(super) fn parse(iso: &str) -> Option<i32> {
    let date: Date = iso.parse().ok()?;
    Some(EPOCH.until(date).ok()?.get_days())
}

/// `5 Feb`, `5 Feb 2026`.
pub(super) fn say(day: i32, with_year: bool) -> String {
    let Some(date) = civil(day) else { return day.to_string() };
    let month = month_name(date);
    if with_year { format!("{} {month} {}", date.day(), date.year()) } else { format!("{} {month}", date.day()) }
}

pub(super) fn year(day: i32) -> Option<i16> {
    civil(day).map(Date::year)
}

/// Whether a day is the last of its year.
pub(super) fn ends_a_year(day: i32) -> bool {
    civil(day).is_some_and(|date| date.month() == 12 && date.day() == 31)
}

fn civil(day: i32) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}

fn month_name(date: Date) -> &'static str {
    MONTHS[(date.month() - 1).clamp(0, 11) as usize]
}

/// A tick of a calendar axis.
#[derive(Clone, Debug)]
pub(super) struct Tick {
    pub(super) day: i32,
    pub(super) label: String,
    /// The year, under the first tick and each January.
    pub(super) year: Option<String>,
}

#[derive(Clone, Copy)]
enum Every {
    Days(i32),
    Months(i32),
    Years(i32),
}

const STEPS: [Every; 17] = [
    Every::Days(1),
    Every::Days(2),
    Every::Days(7),
    Every::Days(14),
    Every::Months(1),
    Every::Months(2),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
    Every::Years(10),
    Every::Years(20),
    Every::Years(50),
    Every::Years(100),
    Every::Years(500),
    Every::Years(1000),
];

/// The finest ticks whose labels stand well apart over `room` units, at most twelve.
pub(super) fn ticks(from: i32, to: i32, room: f64, size: f64) -> Vec<Tick> {
    let days = f64::from((to - from).max(1));
    for every in STEPS {
        let (wide, step) = match every {
            Every::Days(n) => ("28 May", n as f64),
            Every::Months(n) => ("May", n as f64 * 30.4),
            Every::Years(n) => ("2026", n as f64 * 365.25),
        };
        let apart = room * step / days;
        if apart >= 1.25 * text::width(wide, size, false) && days / step <= 12.5 {
            return place(from, to, every);
        }
    }
    Vec::new()
}

fn place(from: i32, to: i32, every: Every) -> Vec<Tick> {
    let (Some(first), Some(_)) = (civil(from), civil(to)) else { return Vec::new() };
    let mut ticks: Vec<Tick> = Vec::new();
    let mut year_said = None;
    let mut add = |date: Date, day: i32| {
        let (label, year) = match every {
            Every::Days(_) => (format!("{} {}", date.day(), month_name(date)), Some(date.year())),
            Every::Months(_) => (month_name(date).to_owned(), Some(date.year())),
            Every::Years(_) => (date.year().to_string(), None),
        };
        let year = year.filter(|year| year_said != Some(*year));
        year_said = year.or(year_said);
        ticks.push(Tick { day, label, year: year.map(|year| year.to_string()) });
    };
    match every {
        Every::Days(n) => {
            // Weeks begin on Mondays.
            let lead = if n >= 7 { (7 - first.weekday().to_monday_zero_offset() as i32) % 7 } else { 0 };
            for day in (from + lead..=to).step_by(n as usize) {
                if let Some(date) = civil(day) {
                    add(date, day);
                }
            }
        }
        Every::Months(n) => {
            let mut month = first.year() as i32 * 12 + first.month() as i32 - 1 + i32::from(first.day() > 1);
            while let Some((date, day)) = first_of(month.div_euclid(12), month.rem_euclid(12) + 1) {
                if day > to {
                    break;
                }
                add(date, day);
                month += n;
            }
        }
        Every::Years(n) => {
            let mut year = first.year() as i32 + i32::from(first.day_of_year() > 1);
            year = year.div_euclid(n) * n + if year.rem_euclid(n) > 0 { n } else { 0 };
            while let Some((date, day)) = first_of(year, 1) {
                if day > to {
                    break;
                }
                add(date, day);
                year += n;
            }
        }
    }
    ticks
}

fn first_of(year: i32, month: i32) -> Option<(Date, i32)> {
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
    Some((date, EPOCH.until(date).ok()?.get_days()))
}
