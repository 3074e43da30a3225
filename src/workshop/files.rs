//! The page's own files, which are part of the program.

use axum::http::header;
use axum::response::{IntoResponse, Response};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The page itself.
pub fn page() -> Response {
    answer(HTML, include_str!("page/page.html").to_owned())
}

/// A file that the page loads.
pub fn named(name: &str) -> Option<Response> {
    if name == "palette.css" {
        return Some(answer(CSS, crate::chart::themed_page_css()));
    }
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    let is_css = name.rsplit_once('.').is_some_and(|(_, ending)| ending == "css");
    let kind = if is_css { CSS } else { JS };
    Some(answer(kind, (*text).to_owned()))
}

fn answer(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// Names and texts.
const FILES: &[(&str, &str)] = &[
    ("app.js", include_str!("page/app.js")),
    ("assumption.js", include_str!("page/assumption.js")),
    ("assumptions.css", include_str!("page/assumptions.css")),
    ("assumptions.js", include_str!("page/assumptions.js")),
    ("branches.js", include_str!("page/branches.js")),
    ("charts.js", include_str!("page/charts.js")),
    ("complaint.js", include_str!("page/complaint.js")),
    ("dates.js", include_str!("page/dates.js")),
    ("element.js", include_str!("page/element.js")),
    ("guesses.js", include_str!("page/guesses.js")),
    ("link.js", include_str!("page/link.js")),
    ("mistakes.js", include_str!("page/mistakes.js")),
    ("number_field.js", include_str!("page/number_field.js")),
    ("page.css", include_str!("page/page.css")),
    ("panel.js", include_str!("page/panel.js")),
    ("picture.js", include_str!("page/picture.js")),
    ("projector.js", include_str!("page/projector.js")),
    ("results.css", include_str!("page/results.css")),
    ("results.js", include_str!("page/results.js")),
    ("save.js", include_str!("page/save.js")),
    ("scale.js", include_str!("page/scale.js")),
    ("session.js", include_str!("page/session.js")),
    ("slider.js", include_str!("page/slider.js")),
    ("tabs.js", include_str!("page/tabs.js")),
    ("text_field.js", include_str!("page/text_field.js")),
    ("variants.js", include_str!("page/variants.js")),
    ("words.js", include_str!("page/words.js")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_part_of_the_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/workshop/page");
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut missing: Vec<String> = names.filter(|name| named(name).is_none()).collect();
        missing.sort();
        assert_eq!(missing, ["page.html"]);
    }
}
