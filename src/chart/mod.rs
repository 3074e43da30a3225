//! From results to pictures: each chart is a function of a result, a width, and at will a second result that is drawn
//! as a ghost under it.
//!
//! Every chart asks a question in its title, answers it in a computed sentence, and shows why. The unit is one pixel of
//! a picture 1,600 wide; type has the same size at any width, so a narrow chart is laid out anew and never scaled.

mod bars;
mod calendar_axis;
mod density;
mod dependence;
mod drawing;
mod events;
mod finish;
pub mod flow;
mod frame;
mod given;
pub mod heat_map;
mod labels;
mod layers;
mod mark;
mod metric;
mod outcomes;
mod palette;
mod path;
mod scale;
pub mod sweep;
mod target;
pub mod text;
mod time;
mod timeline;
pub mod tornado;
pub mod variants;
pub mod waterfall;
pub mod words;

use crate::simulation::result::Result;
pub use dependence::dependence;
pub use events::events;
pub use given::given;
pub use metric::metric;
pub use outcomes::{outcomes, outcomes_paired};
pub use palette::themed_page_css;
pub use path::path;
pub use target::Target;
pub use timeline::timeline;

/// The width of a chart on a page or a slide.
pub const WIDE: u32 = 1600;
/// The width of a chart on a phone.
pub const SLIM: u32 = 720;
/// Charts narrower than this have the narrow layout.
const NARROW: u32 = 1000;

/// A finished chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg {
    /// `outcomes`, `path-oil`: the same for both layouts.
    pub name: String,
    /// The question.
    pub title: String,
    /// The answer, in a sentence.
    pub answer: String,
    /// The picture, as a file of its own.
    pub text: String,
    pub width: u32,
    pub height: u32,
}

impl Svg {
    /// The name of its file, without ending: `outcomes`, or `outcomes-narrow`.
    pub fn file_stem(&self) -> String {
        finish::file_stem(&self.name, self.width)
    }

    /// The picture for a page that has [`themed_page_css`]: without a style of its own, `prefix` before its ids.
    pub fn embedded(&self, prefix: &str) -> String {
        finish::embedded(self, prefix)
    }
}

/// A kind of chart: its pictures of a result, none where it is not worth drawing.
pub type Chart = fn(&Result, u32, Option<&Result>) -> Vec<Svg>;

/// All charts of a single result, in the order of the report.
pub const CHARTS: &[Chart] = &[
    |result, width, ghost| outcomes::outcomes(result, width, ghost).into_iter().collect(),
    |result, width, ghost| events::events(result, width, ghost).into_iter().collect(),
    |result, width, ghost| given::given(result, width, ghost).into_iter().collect(),
    path::paths,
    metric::metrics,
    |result, width, ghost| timeline::timeline(result, width, ghost).into_iter().collect(),
    |result, width, _| dependence::dependence(result, width).into_iter().collect(),
];

/// All charts of a result that are worth drawing, in the order of the report.
pub fn all(result: &Result, width: u32, ghost: Option<&Result>) -> Vec<Svg> {
    CHARTS.iter().flat_map(|chart| chart(result, width, ghost)).collect()
}
