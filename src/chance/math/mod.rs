//! Mathematics that gives the same bits on every machine: nothing here calls the system's library.

pub mod elementary;
pub mod normal;
