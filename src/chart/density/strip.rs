//! The strip under a density: of a hundred futures with such a value, how many end how.

use super::{ATOM_WIDTH, BESIDE, ENOUGH, Plot, atoms};
use crate::chart::drawing::{Point, ink, mute};
use crate::chart::frame::{Frame, MARGIN};
use crate::chart::{mark, palette, text};
use crate::simulation::result::Outcome;

impl Plot<'_> {
    /// Of a hundred futures with such a value, how many end how. Gives whether there is anything to show.
    pub(super) fn strip(&self, frame: &mut Frame) -> bool {
        let outcomes = &self.result.outcomes;
        frame.y = self.bottom;
        if outcomes.len() < 2 {
            return false;
        }
        let worth = self.result.run.effective_futures * self.metric.defined;
        let layers = palette::layers(outcomes);
        let (top, height) = (self.bottom + 28.0, if frame.narrow { 120.0 } else { 140.0 });
        let shares = |index: usize| -> Vec<f64> {
            let of = |name: &String| self.metric.histogram.by_outcome.get(name).and_then(|bins| bins.get(index));
            outcomes.iter().map(|outcome| of(&outcome.name).copied().unwrap_or(0.0)).collect()
        };
        let mut columns: Vec<(f64, f64, Vec<f64>)> = self
            .bins()
            .filter(|(.., share)| share * worth >= ENOUGH)
            .map(|(from, to, index, _)| (self.x.at(from), self.x.at(to), shares(index)))
            .collect();
        if let Some((value, shares)) = self.atom_shares() {
            let left = self.atom_left(value);
            columns.push((left, left + ATOM_WIDTH, shares));
        }
        if columns.is_empty() {
            return false;
        }
        for (from, to, shares) in runs(&columns) {
            // Each outcome of a run of bins is one stepped shape; the first stands on top.
            let mut above = vec![0.0; shares.len()];
            for layer in &layers {
                let below: Vec<f64> = above.iter().zip(&shares).map(|(start, of)| start + layer.of(of)).collect();
                let edges: Vec<(f64, f64)> = from.iter().copied().zip(to.iter().copied()).collect();
                let step = |levels: &[f64]| -> Vec<Point> {
                    let pairs = edges.iter().zip(levels);
                    pairs.flat_map(|((a, b), level)| [(*a, top + level * height), (*b, top + level * height)]).collect()
                };
                if below.iter().zip(&above).any(|(b, a)| b - a > 1e-9) {
                    let mut shape = step(&above);
                    shape.extend(step(&below).into_iter().rev());
                    frame.drawing.polygon(shape, layer.paint);
                }
                above = below;
            }
        }
        for (share, label) in [(0.0, "0"), (0.5, "50"), (1.0, "100")] {
            frame.drawing.text(MARGIN + 46.0, top + (1.0 - share) * height + 9.0, mute(24.0).end(), label);
        }
        frame.y = top + height;
        if !frame.narrow && outcomes.len() <= BESIDE {
            let leading = (height / outcomes.len() as f64).min(34.0);
            let first = top + height / 2.0 - leading * (outcomes.len() as f64 - 1.0) / 2.0 + 9.0;
            for (index, layer) in layers.iter().enumerate() {
                let y = first + leading * index as f64;
                mark::swatch(&mut frame.drawing, self.legend, y, 24.0, layer.paint);
                let name = text::shorten(&layer.label, 26.0, false, frame.right() - self.legend - 28.0);
                frame.drawing.text(self.legend + 28.0, y, ink(26.0), &name);
            }
        }
        true
    }

    /// How the futures end that have the one exact value: what all futures leave over, where every future has a value
    /// and none lies outside the axis.
    fn atom_shares(&self) -> Option<(f64, Vec<f64>)> {
        let mut atoms = atoms(self.metric);
        let (value, share) = atoms.next()?;
        let histogram = &self.metric.histogram;
        let sure = self.metric.defined >= 1.0 && histogram.below + histogram.above < 0.002;
        if atoms.next().is_some() || !sure || share * self.result.run.effective_futures < ENOUGH {
            return None;
        }
        let left_over = |outcome: &Outcome| {
            let bins = histogram.by_outcome.get(&outcome.name).map_or(&[][..], Vec::as_slice);
            let in_bins: f64 = bins.iter().zip(&histogram.shares).map(|(of, share)| of * share).sum();
            (outcome.probability - in_bins).max(0.0)
        };
        let parts: Vec<f64> = self.result.outcomes.iter().map(left_over).collect();
        let sum: f64 = parts.iter().sum();
        (sum > 0.0).then(|| (value, parts.iter().map(|part| part / sum).collect()))
    }
}

type Run = (Vec<f64>, Vec<f64>, Vec<Vec<f64>>);

/// Neighbouring columns together: their left edges, right edges, and shares.
fn runs(columns: &[(f64, f64, Vec<f64>)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (from, to, shares) in columns {
        match runs.last_mut() {
            Some((lefts, rights, all)) if rights.last().is_some_and(|right| (right - from).abs() < 0.01) => {
                lefts.push(*from);
                rights.push(*to);
                all.push(shares.clone());
            }
            _ => runs.push((vec![*from], vec![*to], vec![shares.clone()])),
        }
    }
    runs
}
