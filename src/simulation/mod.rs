//! Playing a program out, and what comes of it.
pub mod frame;
pub mod result;
