//! What is asked for and answered, over HTTP.

use super::Workshop;
use super::case::{Problem, Setting};
use super::connections::Line;
use super::files;
use super::guard::{Refusal, guard};
use super::session::{Change, Keep, NotKept, Session, Version};
use crate::diagnostic::Failure;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// A change of everything fits in many times.
const BODY_BYTES: usize = 64 << 10;
const BODY_TIME: Duration = Duration::from_secs(10);
/// How long a report waits for the last futures.
const REPORT_TIME: Duration = Duration::from_mins(2);

type Shared = State<Arc<Workshop>>;
type Answer = Result<Response, Refusal>;

/// Everything that can be asked for.
pub fn router(workshop: Arc<Workshop>) -> Router {
    let token = workshop.token.clone();
    Router::new()
        .route("/{token}", get(|| async { Redirect::permanent("./") }))
        .route("/{token}/", get(|| async { files::page() }))
        .route("/{token}/state", get(state))
        .route("/{token}/results", get(results))
        .route("/{token}/events", get(listen))
        .route("/{token}/report.html", get(report))
        .route("/{token}/change", post(change))
        .route("/{token}/check", post(check))
        .route("/{token}/undo", post(undo))
        .route("/{token}/redo", post(redo))
        .route("/{token}/save", post(save))
        .route("/{token}/{name}", get(file))
        .fallback(|| async { nothing() })
        .method_not_allowed_fallback(|| async {
            let help = "reading is a GET, changing a POST";
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "that cannot be done to this address", help)
        })
        .with_state(workshop)
        .layer(middleware::from_fn_with_state(token, guard))
}

fn nothing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is nothing at this address", "")
}

async fn file(Path((_, name)): Path<(String, String)>) -> Answer {
    files::named(&name).ok_or_else(nothing)
}

async fn state(State(workshop): Shared) -> Response {
    let state = workshop.feeds.state.borrow().clone();
    json(state.to_string())
}

async fn results(State(workshop): Shared) -> Response {
    let results = workshop.feeds.results.borrow().clone();
    json(if results.is_empty() { "{}".to_owned() } else { results.to_string() })
}

async fn listen(State(workshop): Shared, Extension(line): Extension<Line>) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    ([kind], workshop.feeds.listen(line)).into_response()
}

async fn change(State(workshop): Shared, request: Request) -> Answer {
    let change: Change = read(request).await?;
    Ok(done(&workshop, |session| session.change(change)))
}

async fn undo(State(workshop): Shared, request: Request) -> Answer {
    let _: Nothing = read(request).await?;
    Ok(done(&workshop, Session::undo))
}

async fn redo(State(workshop): Shared, request: Request) -> Answer {
    let _: Nothing = read(request).await?;
    Ok(done(&workshop, Session::redo))
}

async fn check(State(workshop): Shared, request: Request) -> Answer {
    #[derive(Serialize)]
    struct Problems {
        problems: Vec<Problem>,
    }
    let setting: Setting = read(request).await?;
    let problems = workshop.session().check(&setting.plain());
    Ok(written(&Problems { problems }))
}

async fn save(State(workshop): Shared, request: Request) -> Answer {
    #[derive(Serialize)]
    struct Saved<'a> {
        name: &'a str,
    }
    let keep: Keep = read(request).await?;
    let mut session = workshop.session();
    let kept = session.keep(&keep);
    if kept.is_ok() {
        workshop.tell(&session);
    }
    let refuse = |status, failure: Failure| {
        let Problem { message, help, .. } = Problem::of_failure(&failure, &crate::diagnostic::Sources::default());
        Refusal { status, message, help }
    };
    match kept {
        Ok(()) => Ok(written(&Saved { name: &keep.name })),
        Err(NotKept::Conflict(failure)) => Err(refuse(StatusCode::CONFLICT, failure)),
        Err(NotKept::Refused(failure)) => Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, failure)),
        Err(NotKept::Unwritable(failure)) => Err(refuse(StatusCode::INTERNAL_SERVER_ERROR, failure)),
    }
}

async fn report(State(workshop): Shared) -> Answer {
    let Ok(_alone) = workshop.reports.try_acquire() else {
        let help = "it will be there in a moment";
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "another report is being written", help));
    };
    let full = tokio::time::timeout(REPORT_TIME, workshop.full()).await.ok().flatten();
    let Some(full) = full else {
        let help = "mend what is changed, then ask again";
        return Err(Refusal::new(StatusCode::CONFLICT, "there are no results to report so far", help));
    };
    let page = tokio::task::spawn_blocking(move || super::report(&full)).await.ok().flatten();
    let Some(page) = page else {
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the workshop is ending", ""));
    };
    let file = format!("attachment; filename=\"{}-report.html\"", workshop.stem);
    let disposition = HeaderValue::from_str(&file).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], page).into_response())
}

/// Does something to the session, and tells everybody.
fn done(workshop: &Workshop, what: impl FnOnce(&mut Session)) -> Response {
    let mut session = workshop.session();
    what(&mut session);
    workshop.tell(&session);
    written(&Version { version: session.version() })
}

/// A body that says nothing: `{}`.
#[derive(serde::Deserialize)]
struct Nothing {}

/// The body of a request, which must call itself JSON: so no other site's form can send it.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/json" {
        let help = "send `content-type: application/json`";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the request is not JSON", help));
    }
    let body = tokio::time::timeout(BODY_TIME, to_bytes(request.into_body(), BODY_BYTES)).await;
    let body = body.map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the request took too long to come", ""))?;
    let body = body.map_err(|_| {
        let help = "64 kB are enough for every change";
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long, or broke off", help)
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        Refusal::new(StatusCode::BAD_REQUEST, format!("the request cannot be understood: {error}"), "")
    })
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], Body::from(text)).into_response()
}

fn written<T: Serialize>(value: &T) -> Response {
    // Words and numbers can always be written down.
    json(serde_json::to_string(value).unwrap_or_default())
}
