use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span};
use ::toml::de::DeTable;
use std::ops::Range;
pub(super) fn endless_key(_text: &str) -> Option<Range<usize>> {
    None
}
pub(super) fn report(
    _text: &str,
    id: SourceId,
    _root: &DeTable<'_>,
    mistakes: &[::toml::de::Error],
    errors: &mut Diagnostics,
) -> Vec<Range<usize>> {
    let mut v = Vec::new();
    for m in mistakes {
        let r = m.span().unwrap_or(0..0);
        errors.push(Diagnostic::error(Span { source: id, start: r.start as u32, end: r.end as u32 }, m.message()));
        v.push(r);
    }
    v
}
