//! The server of the page, asked as a browser asks it. What the page does with the answers is tried in a
//! real browser: `just film-check`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// film, serving; ended when dropped.
struct Served {
    child: Child,
    port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().expect("it serves until it is ended");
        self.child.wait().expect("it has been ended");
    }
}

impl Served {
    fn start(args: &[&str]) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_film"))
            .arg("--serve")
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("film is built");
        let mut said = String::new();
        let stdout = child.stdout.take().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut said).expect("it says where it is");
        let address = said.split("http://127.0.0.1:").nth(1).expect("this machine only");
        let port = address.split('/').next().and_then(|it| it.parse().ok()).expect("a port");
        Served { child, port }
    }

    /// The answer to a request with this head, but for its end, and this body: head and body.
    fn send(&self, request: &str, body: &[u8]) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let n = body.len();
        let head = format!("{request}Content-Length: {n}\r\nConnection: close\r\n\r\n");
        // It may have answered before it has read all: that is its right.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (String, String) {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.port), b"")
    }

    fn post(&self, path: &str, body: &[u8]) -> (String, String) {
        self.send(&format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.port), body)
    }
}

/// The status in the head of an answer.
fn status(answer: &(String, String)) -> &str {
    answer.0.split(' ').nth(1).expect("an answer has a status")
}

#[test]
fn the_page_and_what_it_asks_for_are_served() {
    let film = Served::start(&[]);
    let page = film.get("/");
    assert_eq!(status(&page), "200");
    assert!(page.0.contains("content-security-policy: default-src 'none'"), "{}", page.0);
    assert!(film.get("/programs").1.contains("\"id\":\"stage7\""));
    assert!(film.get("/run?id=stage2").1.contains("\"path\":\"crates/stage2/src/lib.rs\""));
    let scene = film.get("/scene?id=stage2&at=0&go=next-output").1;
    assert!(scene.contains("\"told\":\"task 1 prints \\\"1\\\"\""), "{scene}");
    let nowhere = film.get("/scene?id=stage2&at=0&go=back").1;
    assert!(nowhere.contains("\"nowhere\":\"this is the beginning\""));
    let far = film.get("/scene?id=stage2&at=999999999").1;
    assert!(far.contains("\"phase\":\"over\""));
    let verdict = film.post("/predict?id=stage4", br#"["foo","baz"]"#).1;
    assert!(verdict.contains("Line 2 is wrong"), "{verdict}");
}

#[test]
fn what_cannot_be_answered_is_refused_in_words() {
    let film = Served::start(&[]);
    for (path, expected) in [
        ("/run?id=stage99", "404"),
        ("/scene?id=stage2&go=fly", "400"),
        ("/file?id=stage2&kind=exe", "400"),
        ("/../Cargo.toml", "404"),
        ("/%2e%2e/Cargo.toml", "404"),
    ] {
        assert_eq!(status(&film.get(path)), expected, "{path}");
    }
    assert_eq!(status(&film.post("/predict?id=stage4", b"[1")), "400");
    assert_eq!(status(&film.post("/run?id=stage4", b"")), "405");
}

#[test]
fn another_site_cannot_ask_through_the_browser() {
    let film = Served::start(&[]);
    let port = film.port;
    let by_name = "GET /programs HTTP/1.1\r\nHost: evil.example\r\n";
    assert_eq!(status(&film.send(by_name, b"")), "403");
    let nameless = "GET /programs HTTP/1.0\r\n";
    assert_eq!(status(&film.send(nameless, b"")), "403");
    for (origin, expected) in [("http://evil.example", "403"), ("null", "403")] {
        let head = format!("POST /open HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\n");
        assert_eq!(status(&film.send(&head, b"x")), expected, "{origin}");
    }
    let ours = format!(
        "POST /open HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
    );
    assert_eq!(status(&film.send(&ours, b"x")), "200");
}

#[test]
fn a_recording_is_brought_and_can_be_fetched_again() {
    let film = Served::start(&[]);
    let (head, recording) = film.get("/file?id=stage5&kind=json");
    assert!(head.contains("filename=\"stage5.trace\""), "{head}");
    let facts = film.post("/open?name=mine", recording.as_bytes()).1;
    assert!(facts.contains("\"id\":\"file-1\"") && facts.contains("\"name\":\"mine\""), "{facts}");
    assert_eq!(film.get("/file?id=file-1&kind=json").1, recording);
    assert!(film.get("/programs").1.contains("\"name\":\"mine\""));

    let cut = &recording.as_bytes()[..recording.len() - 5];
    let refused = film.post("/open?name=cut", cut).1;
    assert!(refused.contains("ends in the middle") && refused.contains("\"is_partly\":true"));
    let lossy = film.post("/open?name=cut&lossy=yes", cut).1;
    assert!(lossy.contains("events could be read"), "{lossy}");
}

#[test]
fn only_the_last_recordings_are_kept() {
    let film = Served::start(&[]);
    let recording = film.get("/file?id=stage1&kind=json").1;
    for _ in 0..9 {
        assert_eq!(status(&film.post("/open?name=it", recording.as_bytes())), "200");
    }
    assert_eq!(status(&film.get("/run?id=file-1")), "404");
    assert_eq!(status(&film.get("/run?id=file-2")), "200");
    assert_eq!(status(&film.get("/run?id=stage1")), "200");
}

#[test]
fn a_run_of_the_command_line_is_shown_first() {
    let film = Served::start(&["fork"]);
    assert!(film.get("/programs").1.contains("\"first\":\"fork\""));
    // A program that has a loop is run beside the loop that serves.
    assert!(film.get("/scene?id=window&go=end").1.contains(">>> job7"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let film = Served::start(&[]);
    let second = Command::new(env!("CARGO_BIN_EXE_film"))
        .args(["--serve", "--port", &film.port.to_string()])
        .output()
        .expect("film is built");
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8_lossy(&second.stderr);
    assert!(error.contains(&film.port.to_string()), "{error}");
}
