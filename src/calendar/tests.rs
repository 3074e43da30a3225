use super::*;

fn ends(start: &str, end: &str, step: Step) -> Vec<String> {
    let calendar = Calendar::new(parse_date(start).unwrap(), parse_date(end).unwrap(), step).unwrap();
    assert_eq!(calendar.steps() + 1, calendar.ends.len());
    calendar.ends.iter().map(|&day| format_date(day)).collect()
}

#[test]
fn months_end_on_the_same_day_or_the_months_last() {
    assert_eq!(
        ends("2024-01-31", "2024-05-31", Step::Month),
        ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
    );
    assert_eq!(
        ends("2023-11-30", "2024-06-01", Step::Quarter),
        ["2023-11-30", "2024-02-29", "2024-05-30", "2024-06-01"]
    );
    assert_eq!(ends("2024-02-29", "2026-02-28", Step::Year), ["2024-02-29", "2025-02-28", "2026-02-28"]);
}

#[test]
fn the_last_step_may_be_short() {
    assert_eq!(ends("2026-01-20", "2026-02-05", Step::Week), ["2026-01-20", "2026-01-27", "2026-02-03", "2026-02-05"]);
    assert_eq!(ends("2026-01-20", "2026-01-21", Step::Year), ["2026-01-20", "2026-01-21"]);
    assert_eq!(ends("9998-06-01", "9999-12-31", Step::Year), ["9998-06-01", "9999-06-01", "9999-12-31"]);
}

#[test]
fn a_step_holds_its_end_and_not_its_beginning() {
    let calendar =
        Calendar::new(parse_date("2026-01-20").unwrap(), parse_date("2026-02-05").unwrap(), Step::Week).unwrap();
    let check = |date: &str, expected: Option<usize>| {
        assert_eq!(calendar.step_holding(parse_date(date).unwrap()), expected, "{date}");
    };
    check("2026-01-20", None);
    check("2026-01-21", Some(1));
    check("2026-01-27", Some(1));
    check("2026-01-28", Some(2));
    check("2026-02-05", Some(3));
    check("2026-02-06", None);
}

#[test]
fn a_calendar_of_too_many_steps_proposes_a_longer_one() {
    let refused = Calendar::new(0, 10_001, Step::Day).unwrap_err();
    assert!(refused.help.contains("step = \"week\""), "{}", refused.help);
    assert!(Calendar::new(0, 10_000, Step::Day).is_ok());
    assert!(Calendar::new(7, 7, Step::Day).is_err());
}

#[test]
fn every_day_is_read_back_as_itself() {
    for days in (-719_162..2_932_896).step_by(97) {
        let written = format_date(days);
        assert_eq!(parse_date(&written), Ok(days), "{written}");
    }
    assert_eq!(parse_date("1970-01-01"), Ok(0));
    assert_eq!(parse_date("2026-02-05"), Ok(20489));
    assert_eq!(parse_date("9999-12-31").map(format_date).unwrap(), "9999-12-31");
    assert_eq!(short_date(20489), "5 Feb");
}

#[test]
fn what_is_no_date_is_refused_with_a_mend() {
    let check = |text: &str, help: &str| assert_eq!(parse_date(text).unwrap_err().help, help, "{text}");
    check("2026-02-30", "Feb 2026 has 28 days");
    check("2026-13-05", "the month stands before the day: 2026-05-13");
    check("2026-00-05", "months go from 01 to 12");
    check("2026-1-2", "write year, month and day, as in 2026-02-05");
    check("0000-01-02", "years begin with 1");
    check("2026-0é-2", "write year, month and day, as in 2026-02-05");
}

#[test]
fn days_beyond_the_calendar_do_no_harm() {
    for days in [i32::MIN, -6_000_000, 6_000_000, i32::MAX] {
        assert!(!format_date(days).is_empty());
    }
}

#[test]
fn durations_are_read_in_days() {
    let check = |text: &str, days: f64| assert_eq!(parse_duration(text), Ok(days), "{text}");
    check("120 days", 120.0);
    check("1 day", 1.0);
    check(" 2.5  weeks ", 17.5);
    check("3 months", 91.3125);
    check("1 year", 365.25);
    check("1_000days", 1000.0);
    let refused = |text: &str, help: &str| assert_eq!(parse_duration(text).unwrap_err().help, help, "{text}");
    refused("120", "write `120 days`");
    refused("-3 days", "lengths of time are 0 or more");
    refused("1,5 years", "a decimal number has a point: `1.5 years`");
    let usual = "write a number and `days`, `weeks`, `months` or `years`, as in `120 days`";
    for text in ["", "days", "3 fortnights", "3 Days", "1.2.3 days", "ünf Tage", "inf days", "1e3 days"] {
        refused(text, usual);
    }
}

#[test]
fn durations_are_written_as_people_say_them() {
    let check = |days: f64, text: &str| assert_eq!(format_duration(days), text);
    check(120.0, "120 days");
    check(1.0, "1 day");
    check(365.25, "1 year");
    check(730.5, "2 years");
    check(1461.0, "4 years");
    check(91.3125, "3 months");
    check(43.218, "43.22 days");
    check(0.0, "0 days");
}
