//! A workshop that has been opened, and a client so simple that it can misbehave.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Bounds how long something broken is waited for; no test depends on it.
const PATIENCE: Duration = Duration::from_mins(2);

/// `forkcast tune talks.toml`, on a desk of its own.
pub struct Workshop {
    pub desk: TempDir,
    pub child: Child,
    /// `127.0.0.1:4321`
    pub host: String,
    /// `/TOKEN/`
    pub root: String,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

/// A desk with `talks.toml` on it.
pub fn desk(text: &str) -> TempDir {
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("talks.toml"), text).unwrap();
    desk
}

impl Workshop {
    pub fn open(text: &str) -> Self {
        Self::on(desk(text), &[])
    }

    pub fn on(desk: TempDir, arguments: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("forkcast"))
            .args(["tune", "talks.toml", "--port", "0"])
            .args(arguments)
            .current_dir(desk.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        let rest = address.trim().strip_prefix("http://").expect("an address is printed");
        let (host, token) = rest.split_once('/').unwrap();
        Self { host: host.to_owned(), root: format!("/{token}"), desk, child }
    }

    pub fn file(&self) -> PathBuf {
        self.desk.path().join("talks.toml")
    }

    pub fn read(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes as they are; what comes back until the line is closed. None where nothing does.
    pub fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = self.connect();
        // What is refused before its end may break off.
        let _ = stream.write_all(bytes);
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() })
    }

    /// A request with a head of one's own; it closes the line after its answer.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: {}\r\n", self.host);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            head += &format!("content-length: {}\r\n", body.len());
        }
        self.raw(format!("{head}\r\n{body}").as_bytes()).expect("an answer")
    }

    pub fn get(&self, name: &str) -> Answer {
        self.ask("GET", &format!("{}{name}", self.root), &[], "")
    }

    pub fn post(&self, name: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("origin", &format!("http://{}", self.host))];
        self.ask("POST", &format!("{}{name}", self.root), &headers, &body.to_string())
    }

    pub fn state(&self) -> Value {
        self.get("state").json()
    }

    pub fn results(&self) -> Value {
        self.get("results").json()
    }

    /// Changes assumptions of the file; the version.
    pub fn change(&self, changes: &Value) -> u64 {
        let answer =
            self.post("change", &json!({"variant": null, "changes": changes, "by": "test", "dragging": false}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["version"].as_u64().unwrap()
    }

    /// The results with all futures, of a version or a later one.
    pub fn full(&self, version: u64) -> Value {
        self.until("full results", || {
            let results = self.results();
            (results["version"].as_u64() >= Some(version) && results["stage"] == "full").then_some(results)
        })
    }

    /// Waits until something is so.
    pub fn until<A>(&self, what: &str, is_so: impl FnMut() -> Option<A>) -> A {
        until(what, is_so)
    }

    /// An assumption as the state shows it.
    pub fn assumption(&self, address: &str) -> Value {
        let state = self.state();
        let groups = state["groups"].as_array().unwrap();
        let mut all = groups.iter().flat_map(|group| group["assumptions"].as_array().unwrap());
        all.find(|one| one["address"] == address).unwrap_or_else(|| panic!("no {address}")).clone()
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until something is so.
pub fn until<A>(what: &str, mut is_so: impl FnMut() -> Option<A>) -> A {
    let began = Instant::now();
    loop {
        if let Some(found) = is_so() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
