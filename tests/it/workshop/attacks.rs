//! What a workshop must bear: strangers, other sites, broken requests, and texts that would like to be markup.

use super::TALKS;
use super::client::{Workshop, desk};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// Opens the stream of events.
fn listen(workshop: &Workshop) -> BufReader<TcpStream> {
    let mut stream = workshop.connect();
    write!(stream, "GET {}events HTTP/1.1\r\nhost: {}\r\n\r\n", workshop.root, workshop.host).unwrap();
    BufReader::new(stream)
}

/// The next event of a kind.
fn event(stream: &mut BufReader<TcpStream>, kind: &str) -> Value {
    let mut line = String::new();
    let mut found = false;
    loop {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream has ended");
        if let Some(data) = line.strip_prefix("data: ").filter(|_| found) {
            return serde_json::from_str(data).unwrap();
        }
        found = line.trim_end() == format!("event: {kind}");
    }
}

pub fn events_until(workshop: &Workshop, kind: &str) -> Value {
    event(&mut listen(workshop), kind)
}

/// Whether a page would still be answered.
fn answers(workshop: &Workshop) {
    assert_eq!(workshop.get("state").json()["file"]["title"], "The talks");
}

#[test]
fn without_the_token_nothing_is_answered() {
    let workshop = Workshop::open(TALKS);
    let other = "0".repeat(workshop.root.len() - 2);
    for path in
        ["/", "/state", "/favicon.ico", "//state", &format!("/{other}/state"), &format!("/{other}/"), "/%2e%2e/"]
    {
        let answer = workshop.ask("GET", path, &[], "");
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.message().contains("token"), "{path}: {}", answer.body);
        assert!(!answer.body.contains("talks"));
    }
    assert_eq!(workshop.root.len(), 34, "128 bits");
}

#[test]
fn other_hosts_and_other_sites_are_refused() {
    let workshop = Workshop::open(TALKS);
    let state = format!("{}state", workshop.root);
    let port = workshop.host.rsplit_once(':').unwrap().1.to_owned();
    for host in ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", &format!("evil.example:{port}")] {
        assert_eq!(workshop.ask("GET", &state, &[("host", host)], "").status, 403, "{host}");
    }
    assert_eq!(workshop.ask("GET", &state, &[("host", &workshop.host), ("host", "evil.example")], "").status, 403);
    assert_eq!(workshop.ask("GET", &format!("http://evil.example{state}"), &[], "").status, 403);
    assert_eq!(workshop.ask("GET", &state, &[("host", &format!("localhost:{port}"))], "").status, 200);
    let change = format!("{}change", workshop.root);
    let json = ("content-type", "application/json");
    for origin in ["http://evil.example", "null", "https://127.0.0.1", &format!("http://127.0.0.1:1{port}")] {
        let answer = workshop.ask("POST", &change, &[json, ("origin", origin)], "{\"changes\": {}}");
        assert_eq!((answer.status, answer.message().is_empty()), (403, false), "{origin}");
    }
    let answer = workshop.ask("POST", &change, &[json, ("sec-fetch-site", "cross-site")], "{\"changes\": {}}");
    assert_eq!(answer.status, 403);
    assert_eq!(workshop.state()["version"], 1, "nothing was changed");
}

#[test]
fn the_session_is_changed_by_json_posts_only() {
    let workshop = Workshop::open(TALKS);
    for name in ["change", "undo", "redo", "save", "check"] {
        assert_eq!(workshop.get(name).status, 405, "{name}");
        let path = format!("{}{name}", workshop.root);
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
            let answer = workshop.ask("POST", &path, &[("content-type", kind)], "{\"changes\": {}}");
            assert_eq!((answer.status, answer.message().is_empty()), (415, false), "{name} {kind}");
        }
    }
    assert_eq!(workshop.state()["version"], 1);
}

#[test]
fn answers_stay_where_they_belong() {
    let workshop = Workshop::open(TALKS);
    for (name, kind) in
        [("", "text/html"), ("app.js", "text/javascript"), ("palette.css", "text/css"), ("state", "json")]
    {
        let answer = workshop.get(name);
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.head.lines().any(|line| line.starts_with("content-type:") && line.contains(kind)), "{name}");
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "referrer-policy: no-referrer",
        ] {
            assert!(answer.head.contains(header), "{name}: {header}");
        }
        assert!(!answer.head.contains("access-control-allow"));
    }
    let page = workshop.get("").body;
    assert!(
        !page.contains("http://") && !page.contains("https://") && !page.contains("style="),
        "nothing from elsewhere"
    );
}

#[test]
fn no_path_leads_out_of_the_page() {
    let workshop = Workshop::open(TALKS);
    let paths =
        ["../talks.toml", "..%2ftalks.toml", "%2e%2e/%2e%2e/etc/passwd", "talks.toml", "./page.html", "a/b", "%00"];
    for path in paths {
        let answer = workshop.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("What the room"), "{path}");
    }
}

#[test]
fn a_change_cannot_look_into_files_that_the_scenario_does_not_use() {
    let workshop = Workshop::open(TALKS);
    std::fs::write(workshop.desk.path().join("secret.csv"), "password\n1\n").unwrap();
    for file in ["secret.csv", "./secret.csv", "/etc/passwd", "../../../etc/passwd", "talks.toml"] {
        let changes = json!({"quantities.mood": format!("data(\"{file}\", \"x\")")});
        let found = workshop.post("check", &json!({"variant": null, "changes": changes})).body;
        assert!(!found.contains("password") && !found.contains("root:"), "{found}");
        assert!(found.contains("message"), "{found}");
    }
}

#[test]
fn heads_and_bodies_have_limits() {
    let workshop = Workshop::open(TALKS);
    let long = "a".repeat(100_000);
    let huge = format!("GET {}state HTTP/1.1\r\nhost: {}\r\nx: {long}\r\n\r\n", workshop.root, workshop.host);
    assert!(workshop.raw(huge.as_bytes()).is_none_or(|answer| answer.status == 431));
    let many: String = (0..1000).map(|i| format!("x{i}: 1\r\n")).collect();
    let many = format!("GET {}state HTTP/1.1\r\nhost: {}\r\n{many}\r\n", workshop.root, workshop.host);
    assert!(workshop.raw(many.as_bytes()).is_none_or(|answer| answer.status == 431));
    let answer = workshop.raw(format!("GET /{long} HTTP/1.1\r\nhost: {}\r\n\r\n", workshop.host).as_bytes());
    assert!(answer.is_none_or(|answer| (400..500).contains(&answer.status)));
    let body = json!({"variant": null, "changes": {"events.visit.probability": long}}).to_string();
    let head = format!(
        "POST {}change HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        workshop.root,
        workshop.host,
        body.len()
    );
    let answer = workshop.raw(format!("{head}{body}").as_bytes());
    assert!(answer.is_none_or(|answer| answer.status == 413));
    answers(&workshop);
    assert_eq!(workshop.state()["version"], 1);
}

#[test]
fn those_who_play_for_time_keep_nobody_waiting() {
    let workshop = Workshop::open(TALKS);
    let mut slow = Vec::new();
    for place in 0..400 {
        let mut stream = workshop.connect();
        let head = match place % 3 {
            0 => String::new(),
            1 => "GET / HTTP/1.1\r\nhost: ".to_owned(),
            _ => format!("POST {}change HTTP/1.1\r\nhost: {}\r\nx-", workshop.root, workshop.host),
        };
        // The oldest are hung up on to make room.
        let _ = stream.write_all(head.as_bytes());
        slow.push(stream);
        if place % 100 == 99 {
            answers(&workshop);
        }
    }
    let version = workshop.change(&json!({"events.visit.probability": "0.8"}));
    workshop.full(version);
}

#[test]
fn a_thousand_broken_requests_leave_the_session_as_it_was() {
    let workshop = Workshop::open(TALKS);
    let (root, host) = (&workshop.root, &workshop.host);
    let bodies = [
        "",
        "{",
        "[]",
        "null",
        "{}}",
        "{\"changes\": 1}",
        "{\"changes\": {\"a\": 1}}",
        "{\"variant\": {}}",
        "\u{0}",
        "{\"changes\": {\"events.visit.probability\": {\"value\": 1}}}",
        "\"text\"",
        "{\"variant\": 5, \"changes\": []}",
    ];
    let heads = [
        "GET",
        "GET / HTTP/9.9",
        "POST  HTTP/1.1",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET /\u{7f} HTTP/1.1",
        ": HTTP/1.1 GET",
        "OPTIONS * HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "PRI * HTTP/2.0",
        "get / http/1.1",
    ];
    for round in 0..1000_usize {
        let request = if round % 2 == 0 {
            let body = bodies[round / 2 % bodies.len()];
            let name = ["change", "check", "save", "undo"][round % 4];
            let length = if round % 7 == 0 { "x".to_owned() } else { body.len().to_string() };
            let kind = "content-type: application/json";
            format!(
                "POST {root}{name} HTTP/1.1\r\nhost: {host}\r\n{kind}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        } else {
            format!("{}\r\nhost: {host}\r\nconnection: close\r\n\r\n", heads[round / 2 % heads.len()])
        };
        if let Some(answer) = workshop.raw(request.as_bytes()) {
            assert!((400..500).contains(&answer.status), "{} for {request:?}", answer.status);
        }
    }
    let state = workshop.state();
    assert_eq!((&state["version"], &state["changes"]), (&json!(1), &json!({})));
    workshop.full(workshop.change(&json!({"events.visit.probability": "0.8"})));
}

#[test]
fn values_that_nobody_means_are_problems_and_no_more() {
    let workshop = Workshop::open(TALKS);
    let deep = "(".repeat(5000);
    let long = "1 + ".repeat(2000) + "1";
    let texts = [
        "",
        "NaN",
        "inf",
        "-1",
        "1e999",
        "1\n[variants.x]",
        "'",
        "\"\"\"",
        "[1, 2]",
        "{ value = 1 }",
        "{ panel = {} }",
        "rest",
        "=",
        "\u{202e}0.5",
        "0.5 #",
        "2026-02-05",
        "true",
        &deep,
        &long,
        "normal(",
        "1/0",
        "visit",
    ];
    for text in texts {
        for address in ["events.visit.probability", "quantities.mood", "events.visit.happens", "paths.oil.start"] {
            workshop.change(&json!({ address: text }));
        }
    }
    for address in
        ["", "=", "a=b", "events", "events.visit", "..", "\"", "events.visit.probability.panel.x", "run.futures"]
    {
        workshop.change(&json!({ address: "1" }));
        assert_ne!(workshop.state()["problems"], json!([]), "{address}");
    }
    workshop.post("change", &json!({"variant": "nobody", "changes": {}}));
    assert!(workshop.state()["problems"][0]["message"].as_str().unwrap().contains("no variant"));
    workshop.full(workshop.change(&json!({})));
    assert_eq!(workshop.read(), TALKS);
}

#[test]
fn text_of_a_scenario_never_becomes_markup() {
    let bad = "<img src=x onerror=alert(1)>";
    let text = TALKS
        .replace("title = \"The talks\"", &format!("title = \"{bad}\""))
        .replace("title = \"They visit\"", &format!("title = \"{bad}</svg>\""))
        .replace("title = \"They come\"", &format!("title = \"{bad}\""))
        .replace("note = \"announced\"", &format!("note = \"{bad}\", source = \"javascript:alert(1)\""))
        .replace("Do they come to an end?", bad)
        .replace("name = \"thaw\"", &format!("name = \"thaw\"\ntitle = \"{bad}\""))
        .replace("model = \"gbm\"", &format!("model = \"gbm\"\ntitle = \"{bad}\"\nunit = \"{bad}\""));
    let workshop = Workshop::on(desk(&text), &[]);
    let full = workshop.full(workshop.change(&json!({"events.visit.probability": "0.8"})));
    for chart in full["charts"].as_array().unwrap() {
        for form in ["wide", "narrow"] {
            let svg = chart[form].as_str().unwrap();
            assert!(!svg.contains("<img") && svg.matches("</svg>").count() == 1, "{}", chart["name"]);
            assert!(!svg.contains("style=") && !svg.contains("<style"), "{}", chart["name"]);
        }
    }
    let report = workshop.get("report.html").body;
    assert!(!report.contains("<img") && !report.contains("href=\"javascript:"));
    assert!(!workshop.get("").body.contains("onerror"));
}

#[test]
fn twenty_screens_see_the_same() {
    let workshop = Workshop::open(TALKS);
    let mut screens: Vec<_> = (0..20).map(|_| listen(&workshop)).collect();
    for screen in &mut screens {
        assert_eq!(event(screen, "state")["version"], 1);
    }
    let version = workshop.change(&json!({"events.visit.probability": "0.8"}));
    for screen in &mut screens {
        while event(screen, "state")["version"] != version {}
        while event(screen, "results")["version"] != version {}
    }
    // Nobody reads these streams any more, and many changes come all the same.
    for step in 0..40 {
        workshop.change(&json!({"events.visit.probability": format!("0.{}", 10 + step)}));
    }
    let mut late = listen(&workshop);
    assert_eq!(event(&mut late, "state")["version"], 41 + version - 1, "a new screen sees the newest");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_while_pages_are_open() {
    let mut workshop = Workshop::open(TALKS);
    let mut screen = listen(&workshop);
    event(&mut screen, "state");
    std::process::Command::new("kill").args(["-INT", &workshop.child.id().to_string()]).status().unwrap();
    assert_eq!(workshop.child.wait().unwrap().code(), Some(0));
    let _ = screen.read_to_end(&mut Vec::new());
}
