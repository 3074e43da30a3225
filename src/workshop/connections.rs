//! Who may hold a line open, and for how long: a page that has shown its token may stay, everybody else has little time
//! and few lines, and makes room for those who come later.

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Lines in all: enough for a room, in which each screen holds a few.
const MOST: usize = 256;
/// Lines that have shown no token so far.
const MOST_STRANGERS: usize = 64;
/// A request's head comes in one go, unless somebody plays for time.
const HEAD_TIME: Duration = Duration::from_secs(10);
const HEAD_BYTES: usize = 16 << 10;
const HEADERS: usize = 64;

/// The line on which a request comes.
#[derive(Clone)]
pub struct Line {
    /// The address that was called.
    pub called: SocketAddr,
    closing: Arc<Notify>,
    strangers: Arc<Strangers>,
}

#[derive(Default)]
struct Strangers(Mutex<VecDeque<Arc<Notify>>>);

impl Strangers {
    fn all(&self) -> MutexGuard<'_, VecDeque<Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, line: &Arc<Notify>) {
        self.all().retain(|other| !Arc::ptr_eq(other, line));
    }
}

impl Line {
    /// The token was right.
    pub fn is_known(&self) {
        self.strangers.forget(&self.closing);
    }

    /// Hangs up, whatever is still to be said.
    pub fn close(&self) {
        self.closing.notify_one();
    }
}

/// Answers until it is dropped.
pub async fn serve(listener: TcpListener, router: Router) {
    let strangers = Arc::new(Strangers::default());
    // Each line holds one half of a count.
    let open = Arc::new(());
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many files are open, or the caller is gone: those who are here go on.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(called) = stream.local_addr() else { continue };
        if Arc::strong_count(&open) > MOST {
            continue;
        }
        let line = Line { called, closing: Arc::new(Notify::new()), strangers: strangers.clone() };
        let mut all = strangers.all();
        all.push_back(line.closing.clone());
        if all.len() > MOST_STRANGERS
            && let Some(oldest) = all.pop_front()
        {
            oldest.notify_one();
        }
        drop(all);
        let (router, open) = (router.clone(), open.clone());
        tokio::spawn(async move {
            answer(stream, line, router).await;
            drop(open);
        });
    }
}

async fn answer(stream: TcpStream, line: Line, router: Router) {
    // Small answers are not held back for more to come; without it they are only slower.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(Extension(line.clone())));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(HEADERS)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(4 * HEAD_BYTES)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // What goes wrong on a line is the caller's own affair.
        _ = connection => {}
        () = line.closing.notified() => {}
    }
    line.strangers.forget(&line.closing);
}
