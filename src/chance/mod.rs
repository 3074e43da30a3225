//! Where numbers come from: the stream of uniforms, and the distributions that they are turned into.

pub mod correlation;
pub mod distributions;
pub mod math;
pub mod pooling;
pub mod sobol;
pub mod uniform;
