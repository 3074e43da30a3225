use super::*;
use crate::diagnostic::{Span, items};
use proptest::prelude::*;

fn span(id: SourceId, text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap() as u32;
    Span { source: id, start, end: start + part.len() as u32 }
}

fn shown(sources: &Sources, diagnostic: Diagnostic) -> String {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(diagnostic);
    render(sources, &diagnostics, Style::default())
}

#[test]
fn all_places_of_one_mistake_stand_in_one_excerpt() {
    let mut sources = Sources::default();
    let text = "\u{feff}# Öl\r\n[events.é]\r\n\ton = 2026-02-05\r\nbetween = [2026-01-20, 2026-02-28]\r\n";
    let id = sources.add("us-russia.toml", text);
    let diagnostic = Diagnostic::error(span(id, text, "on"), "an event is timed in exactly one way, and `é` has two")
        .mark("this one …")
        .and_at(span(id, text, "between"), "… or this one")
        .help("take one of the two lines out");
    assert_eq!(
        shown(&sources, diagnostic),
        "\
error: an event is timed in exactly one way, and `é` has two
  ╭▸ us-russia.toml:3:2
  │
3 │     on = 2026-02-05
  │     ━━ this one …
4 │ between = [2026-01-20, 2026-02-28]
  │ ─────── … or this one
  │
  ╰ help: take one of the two lines out"
    );
}

#[test]
fn a_mend_is_shown_as_the_line_before_and_after() {
    let mut sources = Sources::default();
    let text = "y = 1\nx = 0,65";
    let id = sources.add("a.toml", text);
    let place = span(id, text, "0,65");
    let diagnostic = Diagnostic::error(place, "`0,65` has a comma").help("decimals have a point").mend(place, "0.65");
    assert_eq!(
        shown(&sources, diagnostic),
        "\
error: `0,65` has a comma
  ╭▸ a.toml:2:5
  │
2 │ x = 0,65
  │     ━━━━
  ╰╴
help: decimals have a point
  ╭╴
2 - x = 0,65
2 + x = 0.65
  ╰╴"
    );
}

#[test]
fn a_mistake_may_have_to_do_with_another_file() {
    let mut sources = Sources::default();
    let (base, text) = ("p = 0.5", "\np = 'x'");
    let (base_id, id) = (sources.add("base.toml", base), sources.add("a.toml", text));
    let diagnostic =
        Diagnostic::warning(span(id, text, "p"), "the base's is replaced").and_at(span(base_id, base, "p"), "");
    let shown = shown(&sources, diagnostic);
    assert!(shown.starts_with("warning: the base's is replaced\n  ╭▸ a.toml:2:1\n"), "{shown}");
    assert!(shown.contains("base.toml:1:1"), "{shown}");
}

#[test]
fn items_count_characters_from_one() {
    let mut sources = Sources::default();
    let text = "\u{feff}a = 1\r\n'é日' = [1,\r\n2]\n";
    let id = sources.add("a.toml", text);
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::warning(span(id, text, "[1,\r\n2]"), "second").help("mend"));
    diagnostics.push(Diagnostic::error(Span { source: id, start: 3, end: 3 }, "first"));
    let written = serde_json::to_string(&items(&sources, &diagnostics)).unwrap();
    assert_eq!(
        written,
        r#"[{"file":"a.toml","line":1,"column":1,"end_column":2,"severity":"error","message":"first","help":null},"#
            .to_owned()
            + r#"{"file":"a.toml","line":2,"column":8,"end_column":11,"severity":"warning","message":"second","help":"mend"}]"#
    );
}

proptest! {
    #[test]
    fn no_span_and_no_text_make_the_renderer_panic(
        text in "(?s)[\u{feff}a-zé日\t\r\n\u{0}🎉 ]{0,30}",
        places in prop::collection::vec((0u32..60, 0u32..60), 1..4),
        mend in (0u32..60, 0u32..60, "(?s)[a\n\r\té]{0,5}"),
        message in "(?s).{0,20}",
    ) {
        let mut sources = Sources::default();
        let id = sources.add("f.toml", text.as_str());
        let at = |(start, end)| Span { source: id, start, end };
        let mut diagnostic = Diagnostic::error(at(places[0]), message.clone()).mark(message.clone()).help(message.clone());
        for place in &places[1..] {
            diagnostic = diagnostic.and_at(at(*place), message.clone());
        }
        diagnostic = diagnostic.mend(at((mend.0, mend.1)), mend.2);
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(diagnostic);
        for ascii in [false, true] {
            for width in [1, 20, 120] {
                assert!(!render(&sources, &diagnostics, Style { colour: !ascii, ascii, width }).is_empty());
            }
        }
        assert_eq!(items(&sources, &diagnostics).len(), 1);
    }
}
