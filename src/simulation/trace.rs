//! Single futures, played again: all they did, where a run only counted.

use super::code::Code;
use super::frame::Frame;
use crate::program::{LANES, Program};

/// The values of all paths in some futures: for each path and future one value for each date.
pub fn path_values(program: &Program, futures: &[u64]) -> Vec<Vec<Vec<f64>>> {
    let mut values = vec![Vec::new(); program.paths.len()];
    let code = Code::of(program);
    let mut frame = Frame::new(&code);
    // Futures of one block are played together.
    for futures in futures.chunk_by(|a, b| a / LANES as u64 == b / LANES as u64) {
        let first = futures[0] - futures[0] % LANES as u64;
        let mut series = vec![vec![Vec::new(); futures.len()]; program.paths.len()];
        let mut keep = |frame: &Frame| {
            for (series, &slot) in series.iter_mut().zip(&program.paths) {
                for (one, future) in series.iter_mut().zip(futures) {
                    one.push(frame.column(slot)[(future - first) as usize]);
                }
            }
        };
        frame.start(first);
        keep(&frame);
        for k in 1..=program.steps() {
            frame.step(k);
            keep(&frame);
        }
        for (all, series) in values.iter_mut().zip(series) {
            all.extend(series);
        }
    }
    values
}
