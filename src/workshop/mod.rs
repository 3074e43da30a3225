//! The workshop page: a room changes assumptions and sees at once how the futures divide.
//!
//! A [`session`] holds what is changed; [`compute`] plays it out in a thread of its own; [`server`] answers pages and
//! [`events`] tells them what is new. The scenario file is the only thing that is ever written, and only by [`save`].

mod assumptions;
mod case;
mod compute;
mod connections;
mod events;
mod files;
mod guard;
mod results;
mod save;
mod server;
mod session;
mod state;

pub use case::{Changes, Setting};
pub use compute::Play;

use crate::diagnostic::Failure;
use crate::report::{drawing, page};
use compute::{Full, Job, News, Player};
use events::Feeds;
use guard::Token;
use session::Session;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How often the program looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

/// What is to be opened, and how.
pub struct Options {
    pub path: PathBuf,
    pub setting: Setting,
    pub play: Play,
    pub listen: IpAddr,
    /// 0: any that is free.
    pub port: u16,
}

/// Serves the page until `ended`; `ready` is told its address.
pub fn serve(options: Options, ended: &AtomicBool, ready: impl FnOnce(&str)) -> Result<(), Failure> {
    let token = Arc::new(Token::new().map_err(|error| Failure::environment(format!("no token can be made: {error}")))?);
    let stem = options.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let session = Session::open(&options.path, options.setting, options.play.futures, options.play.seed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| cannot(&error))?;
    runtime.block_on(async {
        let address = SocketAddr::new(options.listen, options.port);
        let listener = TcpListener::bind(address).await.map_err(|error| cannot_bind(address, &error))?;
        let address = shown(listener.local_addr().map_err(|error| cannot(&error))?);
        let workshop = Workshop::open(session, token.clone(), &stem, options.play);
        ready(&format!("http://{address}/{}/", token.text()));
        let serving = connections::serve(listener, server::router(workshop.clone()));
        tokio::select! {
            () = serving => {}
            () = follow(&workshop) => {}
            () = until(ended) => {}
        }
        Ok(())
    })
}

async fn until(ended: &AtomicBool) {
    while !ended.load(Ordering::Relaxed) {
        tokio::time::sleep(LOOK).await;
    }
}

/// Looks at the file, again and again.
async fn follow(workshop: &Workshop) {
    loop {
        tokio::time::sleep(crate::watch::EVERY).await;
        let mut session = workshop.session();
        if session.follow() {
            workshop.tell(&session);
        }
    }
}

/// All that is shared between requests.
struct Workshop {
    token: Arc<Token>,
    /// What downloads are named after.
    stem: String,
    session: Mutex<Session>,
    player: Player,
    feeds: Feeds,
    /// One report at a time is written.
    reports: Semaphore,
}

impl Workshop {
    fn open(session: Session, token: Arc<Token>, stem: &str, play: Play) -> Arc<Self> {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let workshop = Arc::new_cyclic(|workshop: &std::sync::Weak<Workshop>| {
            let workshop = workshop.clone();
            let hear = move |news| {
                if let Some(workshop) = workshop.upgrade() {
                    workshop.hear(news);
                }
            };
            Self {
                token,
                stem: stem.chars().map(plain).collect(),
                session: Mutex::new(session),
                player: Player::start(play, hear),
                feeds: Feeds::new(),
                reports: Semaphore::new(1),
            }
        });
        workshop.tell(&workshop.session());
        workshop
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells every page how things stand, and has them played out.
    fn tell(&self, session: &Session) {
        self.tell_state(session);
        if let Some(case) = session.case() {
            self.player.submit(Job { version: session.version(), case, dragging: session.is_dragging() });
        }
    }

    fn tell_state(&self, session: &Session) {
        self.feeds.state.send_replace(written(&session.state()));
    }

    /// What the player has to tell.
    fn hear(&self, news: News) {
        match news {
            News::Results(results) => {
                self.feeds.results.send_replace(written(&results));
            }
            News::Order(addresses) => {
                self.feeds.order.send_replace(written(&addresses));
            }
            News::Failed { version, problems } => {
                let mut session = self.session();
                if session.failed(version, problems) {
                    self.tell_state(&session);
                }
            }
        }
    }

    /// The results of the present state with all futures, once they are there; without one that can be played, the last.
    async fn full(&self) -> Option<Full> {
        let mut news = self.feeds.results.subscribe();
        let mut states = self.feeds.state.subscribe();
        loop {
            let wanted = {
                let session = self.session();
                session.case().map(|_| session.version())
            };
            let full = self.player.full();
            match wanted {
                Some(version) if full.as_ref().is_none_or(|full| full.version < version) => {}
                _ => return full,
            }
            tokio::select! {
                changed = news.changed() => changed.ok()?,
                changed = states.changed() => changed.ok()?,
            }
        }
    }
}

/// The report of a state; none if the program ends meanwhile.
fn report(full: &Full) -> Option<String> {
    let charts = drawing::charts(&full.outcome, full.base.as_deref(), &AtomicBool::new(false)).ok()?;
    Some(page::page(&full.outcome, &charts))
}

fn written<T: serde::Serialize>(value: &T) -> Arc<str> {
    // Words and numbers can always be written down.
    serde_json::to_string(value).unwrap_or_default().into()
}

/// An address that others can type: where all of this machine's are listened to, the one that leads to other machines.
fn shown(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    // Nothing is sent: the system only says which address it would send from.
    let outward = || {
        let socket = std::net::UdpSocket::bind(SocketAddr::new(address.ip(), 0)).ok()?;
        socket.connect(("192.0.2.1", 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    SocketAddr::new(outward().unwrap_or(IpAddr::from([127, 0, 0, 1])), address.port())
}

fn cannot(error: &std::io::Error) -> Failure {
    Failure::environment(format!("the workshop page cannot be served: {error}"))
}

fn cannot_bind(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::Environment {
        message: format!("`{address}` cannot be listened to: {error}"),
        help: Some("take another `--port`, or leave it out; `--listen` takes an address of this machine".to_owned()),
    }
}
