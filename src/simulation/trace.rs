//! Single futures, played again: all they did, where a run only counted.

use super::frame::Frame;
use crate::program::{LANES, Program};

/// The values of all paths in some futures: for each path and future one value for each date.
pub fn path_values(program: &Program, futures: &[u64]) -> Vec<Vec<Vec<f64>>> {
    let mut values = vec![Vec::new(); program.paths.len()];
    let mut frame = Frame::new(program);
    for &future in futures {
        let first = future - future % LANES as u64;
        let lane = (future - first) as usize;
        let mut series = vec![Vec::new(); program.paths.len()];
        let mut keep = |frame: &Frame| {
            for (series, &slot) in series.iter_mut().zip(&program.paths) {
                series.push(frame.column(slot)[lane]);
            }
        };
        frame.start(first);
        keep(&frame);
        for k in 1..=program.steps() {
            frame.step(k);
            keep(&frame);
        }
        for (all, series) in values.iter_mut().zip(series) {
            all.push(series);
        }
    }
    values
}
