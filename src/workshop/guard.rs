//! Who is answered: those who know the token, and call the workshop by its own name from its own page.

use super::connections::Line;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rand::TryRng;
use rand::rngs::SysRng;
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::Arc;

/// What must stand in an address to be answered.
pub struct Token(String);

impl Token {
    /// 128 bits from the operating system.
    pub fn new() -> Result<Self, String> {
        let mut bytes = [0; 16];
        SysRng.try_fill_bytes(&mut bytes).map_err(|error| error.to_string())?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// In the same time wherever they differ.
    fn is(&self, other: &str) -> bool {
        let (own, other) = (self.0.as_bytes(), other.as_bytes());
        own.len() == other.len() && own.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }
}

/// Why a request is not answered.
#[derive(Debug, Serialize)]
pub struct Refusal {
    #[serde(skip)]
    pub status: StatusCode,
    pub message: String,
    pub help: Option<String>,
}

impl Refusal {
    pub fn new(status: StatusCode, message: impl Into<String>, help: &str) -> Self {
        Self { status, message: message.into(), help: Some(help.to_owned()).filter(|help| !help.is_empty()) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // Words can always be written down.
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if self.status != StatusCode::CONFLICT && self.status != StatusCode::UNPROCESSABLE_ENTITY {
            // Whoever asks wrongly once may do so again: the line is given up.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// Lets a request through, or says why not; every answer gets the headers that keep it where it belongs.
pub async fn guard(State(token): State<Arc<Token>>, request: Request, next: Next) -> Response {
    let response = match check(&token, &request) {
        Ok(()) => {
            if let Some(line) = request.extensions().get::<Line>() {
                line.is_known();
            }
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    closed(response)
}

fn check(token: &Token, request: &Request<Body>) -> Result<(), Refusal> {
    let called = request.extensions().get::<Line>().map(|line| line.called);
    let names = called.map(own_names).unwrap_or_default();
    let forbidden = |message: &str| {
        let help = "open the address that `forkcast tune` has printed";
        Err(Refusal::new(StatusCode::FORBIDDEN, message, help))
    };
    if !host(request.headers(), request.uri()).is_some_and(|host| names.contains(&host)) {
        return forbidden("this workshop does not answer to that name");
    }
    let same = |origin: &HeaderValue| {
        let name = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        name.is_some_and(|name| names.contains(&name.to_ascii_lowercase()))
    };
    if !request.headers().get_all(header::ORIGIN).iter().all(same) {
        return forbidden("this workshop answers to its own page only");
    }
    let site = HeaderName::from_static("sec-fetch-site");
    let own = |site: &HeaderValue| site == "same-origin" || site == "none";
    if request.method() != axum::http::Method::GET && !request.headers().get_all(site).iter().all(own) {
        return forbidden("this workshop is changed by its own page only");
    }
    let first = request.uri().path().trim_start_matches('/').split('/').next().unwrap_or_default();
    if !token.is(first) {
        let message = "nothing is shown without the token of this workshop";
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            message,
            "open the address that `forkcast tune` has printed, whole",
        ));
    }
    Ok(())
}

/// The one host that a request names.
fn host(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let mut all = headers.get_all(header::HOST).iter();
    let (host, more) = (all.next()?.to_str().ok()?.to_ascii_lowercase(), all.next());
    let agrees = uri.authority().is_none_or(|authority| authority.as_str().eq_ignore_ascii_case(&host));
    (more.is_none() && agrees).then_some(host)
}

/// The names by which the called address is rightly called: names of other hosts that lead here do so by deceit.
fn own_names(called: SocketAddr) -> Vec<String> {
    let address = SocketAddr::new(called.ip().to_canonical(), called.port());
    let mut names = vec![address.to_string()];
    if address.ip().is_loopback() {
        names.push(format!("localhost:{}", called.port()));
    }
    names
}

const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

fn closed(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
