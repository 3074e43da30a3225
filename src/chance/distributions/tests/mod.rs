//! What every distribution is held to: the reference tables, a few laws, and samplers of other origin.

mod laws;
mod reference;
mod samplers;
