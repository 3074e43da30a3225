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
        return Some(answer(CSS, forkcast::chart::themed_page_css()));
    }
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    let kind = if name.ends_with(".css") { CSS } else { JS };
    Some(answer(kind, (*text).to_owned()))
}

fn answer(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

const FILES: &[(&str, &str)] = &[];
