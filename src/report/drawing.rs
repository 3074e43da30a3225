//! Drawing the charts of a result, on all processors.

use super::Chart;
use crate::chart::{self, CHARTS, SLIM, Svg, WIDE};
use crate::diagnostic::Failure;
use crate::simulation::result::Result as Outcome;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// A chart in both layouts.
pub struct Pair {
    pub wide: Svg,
    pub narrow: Option<Svg>,
}

/// The charts of a result that are worth drawing, wide and for a phone; `ghost` is drawn under them.
pub fn pairs(
    charts: &[chart::Chart],
    result: &Outcome,
    ghost: Option<&Outcome>,
    interrupted: &AtomicBool,
) -> Result<Vec<Pair>, Failure> {
    let jobs: Vec<_> = charts.iter().flat_map(|chart| [(chart, WIDE), (chart, SLIM)]).collect();
    let drawn: Vec<Vec<Svg>> = jobs
        .into_par_iter()
        .map(|(chart, width)| {
            let stopped = interrupted.load(Ordering::Relaxed);
            if stopped { Err(Failure::Interrupted) } else { Ok(chart(result, width, ghost)) }
        })
        .collect::<Result<_, _>>()?;
    let mut drawn = drawn.into_iter();
    let mut pairs = Vec::new();
    while let (Some(wide), Some(mut narrow)) = (drawn.next(), drawn.next()) {
        for wide in wide {
            let place = narrow.iter().position(|slim| slim.name == wide.name);
            pairs.push(Pair { wide, narrow: place.map(|place| narrow.swap_remove(place)) });
        }
    }
    Ok(pairs)
}

/// All of them as files of their own.
pub fn charts(result: &Outcome, ghost: Option<&Outcome>, interrupted: &AtomicBool) -> Result<Vec<Chart>, Failure> {
    let chart = |pair: Pair| Chart { name: pair.wide.name, wide: pair.wide.text, narrow: pair.narrow.map(|n| n.text) };
    Ok(pairs(CHARTS, result, ghost, interrupted)?.into_iter().map(chart).collect())
}
