//! The words of the language: each is one entry of a list, with its keys, its meaning and its operations together.

pub mod functions;
pub mod paths;
