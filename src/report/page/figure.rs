//! Charts in the page: both forms of each, of which the style shows the one that fits.

use super::super::Chart;
use maud::{Markup, PreEscaped, html};

/// The figure of the chart with that name, if it was drawn.
pub(super) fn named(charts: &[Chart], name: &str) -> Option<Markup> {
    charts.iter().find(|chart| chart.name == name).map(figure)
}

fn figure(chart: &Chart) -> Markup {
    let form = if chart.narrow.is_some() { "two" } else { "one" };
    html! {
        figure class=(form) {
            (PreEscaped(inline(&chart.wide)))
            @if let Some(narrow) = &chart.narrow { (PreEscaped(inline(narrow))) }
        }
    }
}

/// What `.chart` in the page's style says of everything that does not say otherwise.
const SAID: [&str; 4] = [
    " xmlns=\"http://www.w3.org/2000/svg\"",
    " font-family=\"Noto Sans, system-ui, sans-serif\"",
    " stroke-width=\"2\"",
    " stroke-linejoin=\"round\"",
];

/// The SVG without what the page's style says: its own style, what is [`SAID`], and each colour whose role stands beside it
/// as a class.
fn inline(svg: &str) -> String {
    let start = svg.find("<svg").unwrap_or(0);
    let end = svg.rfind("</svg>").map_or(svg.len(), |at| at + "</svg>".len());
    let mut rest = &svg[start..end];
    let mut out = String::with_capacity(rest.len());
    while let Some(open) = rest.find('<') {
        out.push_str(Some(&rest[..open]).filter(|text| !text.trim().is_empty()).unwrap_or_default());
        rest = &rest[open..];
        if let Some(style) = rest.strip_prefix("<style>") {
            rest = style.find("</style>").map_or("", |at| &style[at + "</style>".len()..]);
            continue;
        }
        let close = rest.find('>').map_or(rest.len(), |at| at + 1);
        element(&rest[..close], &mut out);
        rest = &rest[close..];
    }
    out.push_str(rest);
    out
}

fn element(tag: &str, out: &mut String) {
    let class = attribute(tag, "class").map_or("", |(from, to)| &tag[from..to]);
    let roles = [("fill", class.contains("f-")), ("stroke", class.contains("s-"))];
    let mut kept = tag.to_owned();
    for (name, _) in roles.iter().filter(|(_, by_class)| *by_class) {
        if let Some((from, to)) = attribute(&kept, name)
            && kept[from..to].starts_with(&format!(" {name}=\"#"))
        {
            kept.replace_range(from..to, "");
        }
    }
    for said in SAID {
        if let Some(from) = kept.find(said) {
            kept.replace_range(from..from + said.len(), "");
        }
    }
    out.push_str(&kept);
}

/// Where an attribute stands in a tag, with the space before it.
fn attribute(tag: &str, name: &str) -> Option<(usize, usize)> {
    let begins = format!(" {name}=\"");
    let from = tag.find(&begins)?;
    let length = tag[from + begins.len()..].find('"')?;
    Some((from, from + begins.len() + length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_with_a_role_are_left_to_the_page() {
        let svg = "<?xml version=\"1.0\"?>\n<svg class=\"chart wide\"><title id=\"a-t\">a &lt; b</title>\
                   <style>@media x{.f-c1{fill:#3D9EDD}}</style><rect class=\"f-c1\" x=\"1\" fill=\"#0072B2\"/>\
                   <line fill=\"none\" class=\"s-ink\" stroke=\"#1B1F24\" stroke-width=\"2\"/>\n\
                   <line class=\"s-ink\" stroke-width=\"3\"/><rect fill=\"#123456\"/></svg>\n";
        let expected = "<svg class=\"chart wide\"><title id=\"a-t\">a &lt; b</title>\
                        <rect class=\"f-c1\" x=\"1\"/><line fill=\"none\" class=\"s-ink\"/>\
                        <line class=\"s-ink\" stroke-width=\"3\"/><rect fill=\"#123456\"/></svg>";
        assert_eq!(inline(svg), expected);
    }
}
