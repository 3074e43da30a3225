//! Server-sent events: what is new goes to every screen that listens, always the newest state and never a queue of old
//! ones, so that a screen that lags behind costs nothing.

use super::connections::Line;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Without news for so long, a comment shows that the line is still there.
const COMMENT: Duration = Duration::from_secs(10);
/// A screen that has taken nothing for so long is gone.
const PATIENCE: Duration = Duration::from_mins(1);

/// The newest of each kind, as JSON; empty until there is one.
pub struct Feeds {
    pub state: watch::Sender<Arc<str>>,
    pub results: watch::Sender<Arc<str>>,
    pub order: watch::Sender<Arc<str>>,
}

impl Feeds {
    pub fn new() -> Self {
        let feed = || watch::Sender::new(Arc::from(""));
        Self { state: feed(), results: feed(), order: feed() }
    }

    /// What is there, then all that comes.
    pub fn listen(&self, line: Line) -> Body {
        let mut feeds = [("state", &self.state), ("results", &self.results), ("order", &self.order)]
            .map(|(name, feed)| (name, feed.subscribe()));
        feeds.iter_mut().for_each(|(_, feed)| feed.mark_changed());
        let (pass_on, events) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(event) = next(&mut feeds).await {
                match tokio::time::timeout(PATIENCE, pass_on.send(event)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return,
                    Err(_) => return line.close(),
                }
            }
        });
        Body::new(Events(events))
    }
}

type Feed = (&'static str, watch::Receiver<Arc<str>>);

/// The next event; none once the workshop has ended.
async fn next(feeds: &mut [Feed; 3]) -> Option<Bytes> {
    let [state, results, order] = feeds;
    loop {
        let (name, feed) = tokio::select! {
            biased;
            changed = state.1.changed() => { changed.ok()?; &mut *state }
            changed = results.1.changed() => { changed.ok()?; &mut *results }
            changed = order.1.changed() => { changed.ok()?; &mut *order }
            () = tokio::time::sleep(COMMENT) => return Some(Bytes::from_static(b": still here\n\n")),
        };
        let json = feed.borrow_and_update().clone();
        if !json.is_empty() {
            // JSON on one line is one line of an event.
            return Some(format!("event: {name}\ndata: {json}\n\n").into());
        }
    }
}

struct Events(mpsc::Receiver<Bytes>);

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(|bytes| Ok(Frame::data(bytes))))
    }
}
