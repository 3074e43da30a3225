//! x
use crate::simulation::result;
pub fn summary(_result: &result::Result, _width: usize, _colour: bool) -> String { String::new() }
