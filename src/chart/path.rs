//! Where does it go? A path's futures as a fan over time: half of them, nine of ten, the middle, and five single ones in
//! the colour of how they end. Below it, when that can happen which moves it.

use super::calendar_axis::{self, TimeScale};
use super::drawing::{Point, bold, ink, mute};
use super::frame::{Frame, MARGIN};
use super::labels;
use super::mark::{self, Sign};
use super::palette::{self, AXIS, BAND5, BAND25, DATA, GHOST, GRID, Paint, WASH};
use super::scale::{self, Scale};
use super::words::Numbers;
use super::{Svg, text, time, words};
use crate::simulation::result::{Event, Path, Result};

/// A series is drawn through at most so many points.
const POINTS: usize = 200;
const FAN: [(&str, &str); 5] = [
    ("95", "1 in 20 higher"),
    ("75", "1 in 4 higher"),
    ("50", "the middle"),
    ("25", "1 in 4 lower"),
    ("5", "1 in 20 lower"),
];

/// The fans of all paths.
pub fn paths(result: &Result, width: u32, ghost: Option<&Result>) -> Vec<Svg> {
    result.paths.iter().filter_map(|path| self::path(result, &path.name, width, ghost)).collect()
}

/// None where the result has no such path, or no time in which it could move.
pub fn path(result: &Result, name: &str, width: u32, ghost: Option<&Result>) -> Option<Svg> {
    let path = result.paths.iter().find(|path| path.name == name)?;
    let days = self::days(result);
    let (Some(&first), Some(&last)) = (days.first(), days.last()) else { return None };
    if first >= last || FAN.iter().any(|(key, _)| path.quantiles.get(*key).is_none_or(|line| line.len() != days.len()))
    {
        return None;
    }
    let other = ghost.and_then(|ghost| Some((self::days(ghost), ghost.paths.iter().find(|other| other.name == name)?)));
    let fan = Fan { path, days: &days, other: other.as_ref() };
    let title = format!("{}: where does it go?", words::label(&path.title));
    let mut frame = Frame::new(&format!("path-{name}"), &title, &answer(result, &fan, ghost), width);
    key(&mut frame, result, ghost.filter(|_| other.is_some()));
    let x = fan.draw(&mut frame, result);
    moves(&mut frame, result, path, &x);
    let note = "Dark band: half of the futures. Light band: 9 of 10.";
    let weighted = words::weighted(result).map_or_else(String::new, |words| format!("{}.", words::label(&words)));
    let description = format!("{} {}", answer(result, &fan, None), fan.over_time());
    Some(frame.finish(&[note, &weighted], &words::source(result), &description))
}

fn days(result: &Result) -> Vec<i32> {
    result.scenario.dates.iter().filter_map(|date| time::parse(date)).collect()
}

struct Fan<'a> {
    path: &'a Path,
    days: &'a [i32],
    other: Option<&'a (Vec<i32>, &'a Path)>,
}

impl Fan<'_> {
    fn line(&self, key: &str) -> &[f64] {
        self.path.quantiles.get(key).map_or(&[], Vec::as_slice)
    }

    fn last(&self, key: &str) -> f64 {
        self.line(key).last().copied().unwrap_or(f64::NAN)
    }

    /// The least and the greatest of all that is drawn.
    fn bounds(&self) -> (f64, f64) {
        let own = self.path.quantiles.values().chain(&self.path.futures);
        let others = self.other.into_iter().flat_map(|(_, other)| other.quantiles.values());
        let finite = own.chain(others).flatten().copied().filter(|value| value.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }

    fn draw(&self, frame: &mut Frame, result: &Result) -> TimeScale {
        let (low, high) = self.bounds();
        let axis = scale::axis(low, high, 6, &self.path.unit);
        let numbers = Numbers::between(self.last("5"), self.last("95"), &self.path.unit);
        let ticks: Vec<String> = axis.ticks.iter().map(|tick| axis.numbers.show(*tick)).collect();
        let widest = ticks.iter().map(|label| text::width(label, 26.0, false)).fold(0.0, f64::max);
        let labels = self.labels(&numbers, frame.narrow);
        let label_room = labels
            .iter()
            .map(|(figure, size, words)| bold(*size).width(figure) + words_width(words))
            .fold(0.0, f64::max);
        let left = MARGIN + widest.max(40.0) + 16.0;
        let right = frame.right() - label_room - 40.0;
        let x = TimeScale::new(self.days[0], *self.days.last().unwrap_or(&0), left, right);
        let top = frame.y + 88.0;
        frame.drawing.text(MARGIN, top - 30.0, mute(26.0), &axis.numbers.unit());
        let bottom = top + if frame.narrow { 480.0 } else { 560.0 };
        let y = Scale::new(axis.from, axis.to, bottom, top);
        for (tick, label) in axis.ticks.iter().zip(&ticks) {
            frame.drawing.line((left, y.at(*tick)), (right, y.at(*tick)), GRID, 2.0);
            frame.drawing.text(left - 14.0, y.at(*tick) + 9.0, mute(26.0).end(), label);
        }
        for (low, high, paint) in [("5", "95", BAND5), ("25", "75", BAND25)] {
            let mut band = points(self.days, self.line(low), &x, &y);
            band.extend(points(self.days, self.line(high), &x, &y).into_iter().rev());
            frame.drawing.polygon(band, paint);
        }
        if axis.from < 0.0 && axis.to > 0.0 {
            frame.drawing.line((left, y.at(0.0)), (right, y.at(0.0)), AXIS, 3.0);
        }
        if let Some((days, other)) = self.other {
            for key in ["5", "50", "95"] {
                if let Some(line) = other.quantiles.get(key) {
                    mark::dashes(&mut frame.drawing, &points(days, line, &x, &y), GHOST, 3.0);
                }
            }
        }
        for (future, paint) in self.path.futures.iter().zip(paints(result)) {
            frame.drawing.polyline(points(self.days, future, &x, &y), paint, 3.0);
        }
        let middle = points(self.days, self.line("50"), &x, &y);
        let end = middle.last().copied().unwrap_or((right, bottom));
        frame.drawing.polyline(middle, DATA, 7.0);
        frame.drawing.circle(end, 10.0, DATA);
        frame.y = x.draw(&mut frame.drawing, bottom, 26.0, true, frame.width - 8.0);
        let wishes: Vec<f64> = FAN.iter().map(|(key, _)| y.at(self.last(key))).collect();
        let places = labels::spread(&wishes, 37.0, top, bottom - 4.0);
        for ((wish, place), (figure, size, words)) in wishes.iter().zip(&places).zip(&labels) {
            frame.drawing.line((right + 8.0, *wish), (right + 30.0, *place), AXIS, 2.0);
            let width = frame.drawing.text(right + 38.0, place + size * 0.36, bold(*size), figure);
            frame.drawing.text(right + 46.0 + width, place + size * 0.36, mute(26.0), words);
        }
        x
    }

    /// Figure, its size, and words for the end of each line.
    fn labels(&self, numbers: &Numbers, narrow: bool) -> Vec<(String, f64, &'static str)> {
        let label = |(key, words): (&str, &'static str)| {
            let size = if key == "50" { 36.0 } else { 32.0 };
            (numbers.show(self.last(key)), size, if narrow { "" } else { words })
        };
        FAN.into_iter().map(label).collect()
    }

    /// The fan at some dates, for those who do not see it.
    fn over_time(&self) -> String {
        let numbers = Numbers::between(self.last("5"), self.last("95"), &self.path.unit);
        let count = self.days.len();
        let steps: Vec<String> = [count / 4, count / 2, count * 3 / 4]
            .into_iter()
            .filter(|step| *step < count)
            .map(|step| {
                let at = |key: &str| numbers.show(self.line(key)[step]);
                format!("{}: {} to {}, middle {}", time::say(self.days[step], true), at("5"), at("95"), at("50"))
            })
            .collect();
        format!("9 of 10 futures on the way there: {}.", steps.join("; "))
    }
}

fn words_width(words: &str) -> f64 {
    if words.is_empty() { 0.0 } else { 8.0 + mute(26.0).width(words) }
}

/// The colours of the single futures: of how they end, or slate where nothing ends.
fn paints(result: &Result) -> Vec<Paint> {
    let paints = palette::of_outcomes(&result.outcomes);
    let of = |name: &Option<String>| {
        let place = result.outcomes.iter().position(|outcome| Some(&outcome.name) == name.as_ref());
        place.map_or(DATA, |place| paints[place])
    };
    result.run.kept.iter().map(|kept| of(&kept.outcome)).collect()
}

fn key(frame: &mut Frame, result: &Result, ghost: Option<&Result>) {
    let paints = palette::of_outcomes(&result.outcomes);
    let mut entries = Vec::new();
    for (outcome, paint) in result.outcomes.iter().zip(paints) {
        let count = result.run.kept.iter().filter(|kept| kept.outcome.as_ref() == Some(&outcome.name)).count();
        if count > 0 {
            let words = if frame.narrow { outcome.title.clone() } else { format!("{} ({count})", outcome.title) };
            entries.push((Sign::Line(paint, 5.0), words));
        }
    }
    let single = match (entries.is_empty(), frame.narrow) {
        (true, _) => "Thin lines: single futures".to_owned(),
        (false, true) => "Single futures:".to_owned(),
        (false, false) => format!("{} single futures that end in", spelled(result.run.kept.len())),
    };
    if !result.run.kept.is_empty() {
        entries.insert(0, (Sign::Words, single));
    }
    if let Some(ghost) = ghost {
        entries.push((Sign::Dashes, format!("{}: the middle, 9 of 10", words::case(ghost))));
    }
    if entries.is_empty() {
        frame.y += 20.0;
    } else {
        mark::key(frame, 58.0, 26.0, &entries);
    }
}

fn spelled(count: usize) -> &'static str {
    ["No", "One", "Two", "Three", "Four", "Five"].get(count).unwrap_or(&"Some")
}

fn answer(result: &Result, fan: &Fan, ghost: Option<&Result>) -> String {
    let (low, middle, high) = (fan.last("5"), fan.last("50"), fan.last("95"));
    let numbers = Numbers::between(low, high, &fan.path.unit);
    if let (Some(ghost), Some((_, other))) = (ghost, fan.other) {
        let was = other.quantiles.get("50").and_then(|line| line.last()).copied().unwrap_or(middle);
        let (now, was) = (numbers.with_unit(middle), numbers.with_unit(was));
        let case = words::case(ghost);
        return if now == was {
            format!("The middle ends at {now}, as in {case}.")
        } else {
            format!("The middle ends at {now} instead of {was} in {case}.")
        };
    }
    let last = fan.days.last().copied().unwrap_or(0);
    let same_year = fan.days.first().is_some_and(|first| time::year(*first) == time::year(last));
    let ends = if same_year && time::ends_a_year(last) {
        "it ends the year".to_owned()
    } else {
        format!("it is on {}", time::say(last, calendar_axis::spans_years(result)))
    };
    if low == high {
        return format!("In 9 of 10 futures {ends} at {}.", words::quantity(low, &fan.path.unit));
    }
    format!(
        "In 9 of 10 futures {ends} between {} and {}; the middle is {}.",
        numbers.show(low),
        numbers.with_unit(high),
        numbers.show(middle)
    )
}

/// A series on paper: of a long one the first and last points and, of each group, the least and the greatest.
fn points(days: &[i32], series: &[f64], x: &TimeScale, y: &Scale) -> Vec<Point> {
    let count = days.len().min(series.len());
    let kept: Vec<usize> = if count <= POINTS {
        (0..count).collect()
    } else {
        let mut kept = vec![0];
        let size = (count - 2).div_ceil((POINTS - 2) / 2);
        for from in (1..count - 1).step_by(size.max(1)) {
            let group = from..(from + size).min(count - 1);
            let least = group.clone().min_by(|a, b| series[*a].total_cmp(&series[*b])).unwrap_or(from);
            let most = group.max_by(|a, b| series[*a].total_cmp(&series[*b])).unwrap_or(from);
            kept.extend([least.min(most), least.max(most)]);
        }
        kept.push(count - 1);
        kept.dedup();
        kept
    };
    kept.into_iter()
        .filter(|index| series[*index].is_finite())
        .map(|index| (x.at(days[index] as f64), y.at(series[index])))
        .collect()
}

/// When that can happen which moves the path.
fn moves(frame: &mut Frame, result: &Result, path: &Path, x: &TimeScale) {
    let events: Vec<&Event> =
        path.events.iter().filter_map(|name| result.events.iter().find(|event| event.name == *name)).collect();
    if events.is_empty() {
        return;
    }
    frame.y += 50.0;
    frame.drawing.text(MARGIN, frame.y, mute(26.0), "What can move it, and when:");
    frame.y += 18.0;
    for event in events {
        let title = words::label(&event.title);
        let windows: Vec<(f64, f64)> = event
            .windows
            .iter()
            .filter_map(|window| Some((x.at_date(&window.opens[0])?, x.at_date(&window.closes[1])?)))
            .map(|(from, to)| (from, to.max(from + 6.0)))
            .collect();
        if frame.narrow {
            let title = text::shorten(&title, 24.0, false, frame.right() - x.left());
            frame.drawing.text(x.left(), frame.y + 38.0, ink(24.0), &title);
            for (from, to) in windows {
                frame.drawing.rect(from, frame.y + 48.0, to - from, 16.0, BAND25);
            }
            frame.y += 66.0;
        } else {
            window_row(frame, &title, &windows, x);
            frame.y += 48.0;
        }
    }
    frame.y -= 4.0;
}

/// Bars with their name inside where it fits, else right of them, else left.
fn window_row(frame: &mut Frame, title: &str, windows: &[(f64, f64)], x: &TimeScale) {
    let (top, height) = (frame.y + 12.0, 36.0);
    for (from, to) in windows {
        frame.drawing.rect(*from, top, to - from, height, WASH);
        for edge in [*from, *to] {
            frame.drawing.line((edge, top), (edge, top + height), AXIS, 2.0);
        }
    }
    let kind = ink(26.0);
    let width = kind.width(title);
    let baseline = top + 27.0;
    let (first, last) = (windows.first(), windows.last());
    match (first, last) {
        (Some((from, to)), _) if to - from >= width + 24.0 => {
            frame.drawing.text(from + 12.0, baseline, kind, title);
        }
        (_, Some((_, to))) if to + 14.0 + width <= frame.right() => {
            frame.drawing.text(to + 14.0, baseline, kind, title);
        }
        (Some((from, _)), _) if from - 14.0 - width >= MARGIN => {
            frame.drawing.text(from - 14.0, baseline, kind.end(), title);
        }
        _ => {
            let title = text::shorten(title, 26.0, false, frame.right() - x.left());
            frame.drawing.text_on_paper(x.left(), baseline, kind, &title);
        }
    }
}
