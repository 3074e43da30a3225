//! How wide a text is, and how it is made to fit.
//!
//! Measured by the advance widths of Noto Sans, the font of the PNGs. A page may show another font: all widths are 8 %
//! larger than Noto's, so that what fits here fits there.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::sync::LazyLock;

const OTHER_FONTS: f64 = 1.08;
const UNITS_PER_EM: f64 = 1000.0;
/// The font has no character beyond.
const KNOWN: u32 = 0x2E80;

/// The width of each character in ems.
type Face = Vec<f64>;

static REGULAR: LazyLock<Face> = LazyLock::new(|| face(notosans::REGULAR_TTF));
static BOLD: LazyLock<Face> = LazyLock::new(|| face(notosans::BOLD_TTF));

fn face(bytes: &[u8]) -> Face {
    let mut face: Face = (0..KNOWN).map(guess).collect();
    if let Ok(font) = FontRef::new(bytes) {
        let metrics = font.glyph_metrics(Size::new(UNITS_PER_EM as f32), LocationRef::default());
        for (character, glyph) in font.charmap().mappings() {
            if let (Some(width), Some(advance)) = (face.get_mut(character as usize), metrics.advance_width(glyph)) {
                *width = f64::from(advance) / UNITS_PER_EM;
            }
        }
    }
    face
}

/// What the font lacks is shown in the system's: scripts beyond U+1100 are mostly as wide as high.
fn guess(character: u32) -> f64 {
    if character >= 0x1100 { 1.0 } else { 0.6 }
}

/// Units that a line of text takes.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let face = if bold { &*BOLD } else { &*REGULAR };
    let ems: f64 = text.chars().map(|c| face.get(c as usize).copied().unwrap_or_else(|| guess(c as u32))).sum();
    ems * size * OTHER_FONTS
}

/// Where a text goes on that stands directly beside one of this width: half of the allowance for other fonts is enough
/// to keep them apart, all of it would look like a gap.
pub(super) fn beside(width: f64) -> f64 {
    width * (1.0 - 0.5 * (OTHER_FONTS - 1.0))
}

/// Breaks a text into lines of at most `room` units; the last of `lines` ends in “…” where there would be more.
pub(super) fn wrap(text: &str, size: f64, bold: bool, room: f64, lines: usize) -> Vec<String> {
    let mut broken: Vec<String> = Vec::new();
    for word in words(text) {
        match broken.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, bold) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => broken.push(word),
        }
    }
    if broken.len() > lines {
        let rest = broken.split_off(lines.max(1) - 1).join(" ");
        broken.push(rest);
    }
    avoid_orphan(&mut broken, size, bold, room);
    broken.iter().map(|line| shorten(line, size, bold, room)).collect()
}

/// A last line of a few letters gets another word from the line before.
fn avoid_orphan(lines: &mut [String], size: f64, bold: bool, room: f64) {
    let [.., before, last] = lines else { return };
    if last.chars().count() > 8 || before.split(' ').count() < 3 {
        return;
    }
    if let Some((kept, moved)) = before.rsplit_once(' ') {
        let longer = format!("{moved} {last}");
        if width(&longer, size, bold) <= room {
            (*before, *last) = (kept.to_owned(), longer);
        }
    }
}

/// The words of a text, with what belongs together kept together: “95 %”, “± 0.3”, “5 Feb”.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if belongs(last, word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn belongs(before: &str, word: &str) -> bool {
    let number = before.ends_with(|c: char| c.is_ascii_digit());
    let month = word.len() >= 3 && super::time::MONTHS.iter().any(|month| word.starts_with(month));
    word.starts_with('(') && word.ends_with([')', '.', ','])
        || word == "·"
        || before == "±"
        || before == "×"
        || (number && (word.starts_with('%') || word == "in" || month))
        || (before.ends_with(" in") && word.starts_with(|c: char| c.is_ascii_digit()))
}

/// The text itself where it fits, else its beginning and “…”.
pub(super) fn shorten(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept: String = text.to_owned();
    while kept.pop().is_some() {
        let short = format!("{}…", kept.trim_end_matches([' ', ',', '.', ':']));
        if width(&short, size, bold) <= room {
            return short;
        }
    }
    "…".to_owned()
}

/// A label for a row: the first of the sizes at which it fits on one line, else two lines at the last of them.
pub(super) fn fit(text: &str, sizes: &[f64], bold: bool, room: f64) -> (f64, Vec<String>) {
    for &size in sizes {
        if width(text, size, bold) <= room {
            return (size, vec![text.to_owned()]);
        }
    }
    let smallest = sizes.last().copied().unwrap_or(24.0);
    (smallest, wrap(text, smallest, bold, room, 2))
}
