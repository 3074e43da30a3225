//! The frame of every chart: the question above, its answer under it, and the foot that helps to read what is between.

use super::drawing::{Drawing, bold, mute};
use super::finish::{Words, finish};
use super::{NARROW, Svg, text};

pub(super) const MARGIN: f64 = 40.0;
const TITLE_Y: f64 = 80.0;
const ANSWER: f64 = 30.0;
const FOOT: f64 = 24.0;
const FOOT_LEADING: f64 = 31.0;

/// A chart while it is drawn. Its height follows: `y` is the lowest baseline so far.
pub(super) struct Frame {
    pub(super) drawing: Drawing,
    pub(super) width: f64,
    pub(super) narrow: bool,
    pub(super) y: f64,
    words: Words,
}

impl Frame {
    pub(super) fn new(name: &str, title: &str, answer: &str, width: u32) -> Frame {
        let width = width.max(480);
        let narrow = width < NARROW;
        let mut frame = Frame {
            drawing: Drawing::default(),
            width: width as f64,
            narrow,
            y: TITLE_Y,
            words: Words {
                name: name.to_owned(),
                title: title.to_owned(),
                answer: answer.to_owned(),
                description: String::new(),
            },
        };
        let size = if narrow { 40.0 } else { 44.0 };
        for line in text::wrap(title, size, true, frame.room(), 3) {
            frame.drawing.text(MARGIN, frame.y, bold(size), &line);
            frame.y += size * 1.18;
        }
        frame.y -= 2.0;
        for line in text::wrap(answer, ANSWER, false, frame.room(), 4) {
            frame.drawing.text(MARGIN, frame.y, mute(ANSWER), &line);
            frame.y += ANSWER * 1.3;
        }
        frame.y -= ANSWER * 1.3;
        frame
    }

    pub(super) fn right(&self) -> f64 {
        self.width - MARGIN
    }

    /// Units between the margins.
    pub(super) fn room(&self) -> f64 {
        self.width - 2.0 * MARGIN
    }

    /// Writes the foot and finishes the picture. `description` says the numbers to those who do not see them.
    pub(super) fn finish(mut self, notes: &[&str], source: &str, description: &str) -> Svg {
        let notes: Vec<&str> = notes.iter().copied().filter(|note| !note.is_empty()).collect();
        let mut y = self.y + 44.0;
        let mut last = 0.0;
        for line in text::wrap(&notes.join(" "), FOOT, false, self.room(), 6) {
            last = self.drawing.text(MARGIN, y, mute(FOOT), &line);
            y += FOOT_LEADING;
        }
        if last > 0.0 && last + 40.0 + text::width(source, FOOT, false) <= self.room() {
            self.drawing.source(self.right(), y - FOOT_LEADING, mute(FOOT).end(), source);
        } else {
            for line in text::wrap(source, FOOT, false, self.room(), 3) {
                self.drawing.source(MARGIN, y, mute(FOOT), &line);
                y += FOOT_LEADING;
            }
        }
        y -= FOOT_LEADING;
        description.clone_into(&mut self.words.description);
        let height = (y + 34.0).ceil() as u32;
        finish(&self.drawing, self.words, self.width as u32, height)
    }
}
