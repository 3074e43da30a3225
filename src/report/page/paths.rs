//! Where the paths go.

use super::super::Chart;
use super::super::words;
use super::{Chapter, figure, numbers};
use crate::simulation::result;
use maud::html;

pub(super) fn paths(result: &result::Result, charts: &[Chart]) -> Option<Chapter> {
    if result.paths.is_empty() {
        return None;
    }
    let rows = html! {
        @for path in &result.paths {
            tr {
                th scope="row" {
                    (words::label(&path.title))
                    @if !path.unit.is_empty() { span.mute { ", " (path.unit) } }
                }
                td.num { @if let Some(start) = path.mean.first() { (words::number(*start)) } }
                @for key in ["5", "25", "50", "75", "95"] {
                    td.num {
                        @if let Some(end) = path.quantiles.get(key).and_then(|series| series.last()) {
                            (words::number(*end))
                        }
                    }
                }
            }
        }
    };
    let columns = ["Path", "Start", "1 in 20 lower", "1 in 4 lower", "Middle", "1 in 4 higher", "1 in 20 higher"];
    let body = html! {
        @for path in &result.paths {
            @if let Some(figure) = figure::named(charts, &format!("path-{}", path.name)) { (figure) }
        }
        (numbers("Where they are at the end", &columns, &rows))
    };
    Some(Chapter { id: "paths", title: "Paths", body })
}
