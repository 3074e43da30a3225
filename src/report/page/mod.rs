//! x
use super::Chart;
use super::Leaves;
use super::files::Format;
use super::folder::Folder;
use crate::diagnostic::Failure;
use crate::simulation::result;
pub(super) const HTML: Format =
    Format { name: "html", says: "the page to read and print, report.html", by_default: true, write };

fn write(leaves: &Leaves, folder: &Folder) -> Result<(), Failure> {
    folder.write("report.html", leaves.page.as_bytes())
}
pub fn page(_result: &result::Result, _charts: &[Chart]) -> String {
    String::new()
}
