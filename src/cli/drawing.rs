//! Drawing the charts of a result, on all processors.

use super::interrupt;
use forkcast::chart::{CHARTS, SLIM, Svg, WIDE};
use forkcast::diagnostic::Failure;
use forkcast::report::Chart;
use forkcast::simulation::result::Result as Outcome;
use rayon::prelude::*;

/// All charts of a result that are worth drawing, wide and for a phone.
pub fn charts(result: &Outcome) -> Result<Vec<Chart>, Failure> {
    let jobs: Vec<_> = CHARTS.iter().flat_map(|chart| [(chart, WIDE), (chart, SLIM)]).collect();
    let drawn: Vec<Vec<Svg>> = jobs
        .into_par_iter()
        .map(|(chart, width)| interrupt::check().map(|()| chart(result, width, None)))
        .collect::<Result<_, _>>()?;
    let charts = drawn.chunks(2).flat_map(|pair| {
        let narrow = |wide: &Svg| pair[1].iter().find(|slim| slim.name == wide.name).map(|slim| slim.text.clone());
        pair[0].iter().map(move |wide| Chart { name: wide.name.clone(), wide: wide.text.clone(), narrow: narrow(wide) })
    });
    Ok(charts.collect())
}
