//! `charts/NAME.svg` and `charts/NAME-narrow.svg`: the charts as they were drawn.

use super::Leaves;
use super::files::Format;
use super::folder::Folder;
use crate::diagnostic::Failure;

pub(super) const SVG: Format =
    Format { name: "svg", says: "every chart, wide and for a phone, in charts/", by_default: true, write };

fn write(leaves: &Leaves, folder: &Folder) -> Result<(), Failure> {
    for chart in &leaves.charts {
        folder.write(&format!("charts/{}.svg", chart.name), chart.wide.as_bytes())?;
        if let Some(narrow) = &chart.narrow {
            folder.write(&format!("charts/{}-narrow.svg", chart.name), narrow.as_bytes())?;
        }
    }
    Ok(())
}
