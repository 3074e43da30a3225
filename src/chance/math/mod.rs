//! Mathematics that gives the same bits on every machine: nothing here calls the system's library.

pub mod angles;
pub mod beta;

pub mod elementary;
pub mod gamma;
mod inverse;
pub mod normal;
