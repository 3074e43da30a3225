//! Mistakes as text: the line, the marked place, what is wrong, and the mend.

use super::place::{shown_range, shown_text};
use super::{Diagnostic, Diagnostics, Severity, SourceId, Sources};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, normalize_untrusted_str};

/// How mistakes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With colours, for a terminal.
    pub colour: bool,
    /// With lines of `-` and `|`, for terminals that can do no better.
    pub ascii: bool,
    /// The width of the terminal, in characters.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, ascii: false, width: 120 }
    }
}

/// All mistakes, by source, then place, with an empty line between two.
#[must_use]
pub fn render(sources: &Sources, diagnostics: &Diagnostics, style: Style) -> String {
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let decor = if style.ascii { DecorStyle::Ascii } else { DecorStyle::Unicode };
    let renderer = renderer.decor_style(decor).term_width(style.width);
    let all: Vec<String> = diagnostics.sorted().iter().map(|one| render_one(sources, one, &renderer)).collect();
    all.join("\n\n")
}

fn render_one(sources: &Sources, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&*diagnostic.message));
    for id in sources_in_order(diagnostic) {
        group = group.element(excerpt(sources, diagnostic, id));
    }
    let help = diagnostic.help.as_deref();
    let Some(mend) = &diagnostic.mend else {
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help));
        }
        return renderer.render(&[group]);
    };
    let title = normalize_untrusted_str(help.unwrap_or("write this instead"));
    let source = sources.get(mend.span.source);
    let cut = source.text.len() - shown_text(source).len();
    let start = (mend.span.start as usize).saturating_sub(cut);
    let end = (mend.span.end as usize).saturating_sub(cut);
    let patch = Patch::new(start..end, normalize_untrusted_str(&mend.replacement));
    let suggestion = Group::with_title(Level::HELP.secondary_title(title))
        .element(Snippet::source(shown_text(source)).path(&*source.name).patch(patch));
    if shown_text(source).get(start..end).is_none() {
        return renderer.render(&[group]);
    }
    renderer.render(&[group, suggestion])
}

/// Where the mistake is, then the other texts that have to do with it.
fn sources_in_order(diagnostic: &Diagnostic) -> Vec<SourceId> {
    let mut ids: Vec<SourceId> = Vec::new();
    for label in &diagnostic.labels {
        if !ids.contains(&label.span.source) {
            ids.push(label.span.source);
        }
    }
    ids
}

fn excerpt<'a>(
    sources: &'a Sources,
    diagnostic: &'a Diagnostic,
    id: SourceId,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = sources.get(id);
    let mut excerpt = Snippet::source(shown_text(source)).path(&*source.name);
    for (index, label) in diagnostic.labels.iter().enumerate().filter(|(_, label)| label.span.source == id) {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let mut annotation = kind.span(shown_range(source, label.span));
        if !label.text.is_empty() {
            annotation = annotation.label(&*label.text);
        }
        excerpt = excerpt.annotation(annotation);
    }
    excerpt
}

#[cfg(test)]
mod tests;
