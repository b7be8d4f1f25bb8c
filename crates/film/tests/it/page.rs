//! The server of the page, asked as a browser asks it. What the page does with the answers is tried in a
//! real browser: `just film-check`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use boucle_trace::PLAYER;
use film::{Program, Run};

use crate::opening::film;

/// film, serving; ended when dropped.
struct Served {
    child: Child,
    port: u16,
    /// What nobody can guess of its address.
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().expect("it serves until it is ended");
        self.child.wait().expect("it has been ended");
    }
}

impl Served {
    fn start(args: &[&str]) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_film-road"))
            .arg("--serve")
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("film is built");
        let mut said = String::new();
        let stdout = child.stdout.take().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut said).expect("it says where it is");
        let address = said.split("http://127.0.0.1:").nth(1).expect("this machine only");
        let mut parts = address.split('/');
        let port = parts.next().and_then(|it| it.parse().ok()).expect("a port");
        let token = parts.next().expect("a token").to_owned();
        Served { child, port, token }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).expect("it listens")
    }

    /// The answer to a request with this head, but for its end, and this body: head and body.
    fn send(&self, request: &str, body: &[u8]) -> (String, String) {
        let mut stream = self.connect();
        let n = body.len();
        let head = format!("{request}Content-Length: {n}\r\nConnection: close\r\n\r\n");
        // It may have answered before it has read all: that is its right.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        answer(stream)
    }

    /// The head of a request for this path after the token, but for its end.
    fn head(&self, method: &str, path: &str) -> String {
        let (port, token) = (self.port, &self.token);
        format!("{method} /{token}{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n")
    }

    fn get(&self, path: &str) -> (String, String) {
        self.send(&self.head("GET", path), b"")
    }

    fn post(&self, path: &str, body: &[u8]) -> (String, String) {
        self.send(&self.head("POST", path), body)
    }
}

/// All that comes: head and body.
fn answer(mut stream: TcpStream) -> (String, String) {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
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
    // It names nothing by an absolute path: what it asks for is behind the token as well.
    assert!(!page.1.contains("href=\"/") && !page.1.contains("src=\"/"), "{}", page.1);
    assert!(film.get("/programs").1.contains("\"id\":\"stage7\""));
    assert!(film.get("/run?id=stage2").1.contains("\"path\":\"crates/stage2/src/lib.rs\""));
    // The player is the same as in one file, and is given the recording as that has it.
    let player = film.get("/player.js");
    assert!(player.0.contains("content-type: text/javascript") && player.1 == PLAYER);
    let run = film.get("/run?id=stage2");
    assert!(run.0.contains("content-type: application/octet-stream"), "{}", run.0);
    let (beside, recording) = run.1.split_once('\n').expect("two lines at the least");
    let recorded = film.get("/file?id=stage2&kind=trace").1;
    assert!(recorded.starts_with("{\"format\":\"boucle-trace\"") && recording == recorded);
    for part in ["\"findings\":[]", "\"name\":\"stage2\"", "\"take\":[0,"] {
        assert!(beside.contains(part), "{part}: {beside}");
    }
}

#[test]
fn what_cannot_be_answered_is_refused_in_words() {
    let film = Served::start(&[]);
    for (path, expected) in [
        ("/run?id=stage99", "404"),
        ("/scene?id=stage2&at=0&go=step", "404"),
        ("/file?id=stage2&kind=exe", "400"),
        ("/../Cargo.toml", "404"),
        ("/%2e%2e/Cargo.toml", "404"),
    ] {
        assert_eq!(status(&film.get(path)), expected, "{path}");
    }
    assert_eq!(status(&film.post("/predict?id=stage4", b"[]")), "405");
    assert_eq!(status(&film.post("/run?id=stage4", b"")), "405");
}

#[test]
fn who_does_not_know_the_token_finds_nothing() {
    let film = Served::start(&[]);
    let (port, other) = (film.port, "0".repeat(32));
    for path in ["/", "/programs", "/page.js", &format!("/{other}/"), &format!("/{}", film.token)] {
        for method in ["GET", "POST", "PUT"] {
            let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
            let answer = film.send(&head, b"");
            assert_eq!((status(&answer), answer.1.as_str()), ("404", ""), "{method} {path}");
        }
    }
    // It keeps no connection: there are only so many.
    let mut stream = film.connect();
    let head = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it reads");
    let answer = answer(stream);
    assert!(status(&answer) == "404" && answer.0.contains("connection: close"), "{}", answer.0);
    // Another one has another token.
    assert_ne!(film.token, Served::start(&[]).token);
}

#[test]
fn every_answer_is_closed_to_other_pages_and_kept_nowhere() {
    let film = Served::start(&[]);
    let stranger = film.send(&format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", film.port), b"");
    let answers = ["/", "/page.js", "/programs", "/file?id=stage1&kind=svg", "/run?id=none"];
    for (head, _) in answers.map(|it| film.get(it)).iter().chain([&stranger]) {
        for header in [
            "cross-origin-resource-policy: same-origin",
            "cross-origin-opener-policy: same-origin",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'; script-src 'self'",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert!(head.contains(header), "{header}: {head}");
        }
    }
}

#[test]
fn a_connection_too_many_is_told_so() {
    let film = Served::start(&[]);
    // They say nothing, and are accepted in this order.
    let mut silent: Vec<_> = (0..32).map(|_| film.connect()).collect();
    let refused = film.get("/programs");
    assert_eq!(status(&refused), "503");
    assert!(refused.1.starts_with("too many connections"), "{}", refused.1);
    // One of those before goes on as ever; and when it ends, there is room.
    let mut first = silent.swap_remove(0);
    let head = film.head("GET", "/programs") + "Connection: close\r\n\r\n";
    first.write_all(head.as_bytes()).expect("it is open");
    assert_eq!(status(&answer(first)), "200");
    assert_eq!(status(&film.get("/programs")), "200");
}

#[test]
fn a_file_too_large_and_one_too_many_are_told_so() {
    let film = Served::start(&[]);
    let head = |n: usize| {
        film.head("POST", "/open") + &format!("Expect: 100-continue\r\nContent-Length: {n}\r\n\r\n")
    };
    // Those that are being read are told to go on: so it is known that they have begun.
    let mut begun: Vec<_> = (0..2).map(|_| film.connect()).collect();
    for stream in &mut begun {
        stream.write_all(head(1).as_bytes()).expect("it reads");
        let mut told = [0; 25];
        stream.read_exact(&mut told).expect("it says that it reads");
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    }
    let third = film.post("/open", b"x");
    assert_eq!(status(&third), "503");
    assert!(third.1.starts_with("two other files are being opened"), "{}", third.1);
    // Others are served meanwhile.
    assert_eq!(status(&film.get("/run?id=stage2")), "200");
    drop(begun);

    let mut stream = film.connect();
    stream.write_all(head(1 << 40).as_bytes()).expect("it reads");
    let refused = answer(stream);
    assert_eq!(status(&refused), "413");
    assert!(refused.1.contains("64 MiB are the most"), "{}", refused.1);
}

#[test]
fn another_site_cannot_ask_through_the_browser() {
    let film = Served::start(&[]);
    let port = film.port;
    let token = &film.token;
    let by_name = format!("GET /{token}/programs HTTP/1.1\r\nHost: evil.example\r\n");
    assert_eq!(status(&film.send(&by_name, b"")), "403");
    let nameless = format!("GET /{token}/programs HTTP/1.0\r\n");
    assert_eq!(status(&film.send(&nameless, b"")), "403");
    let picture = film.head("GET", "/file?id=stage1&kind=svg");
    let embedded = picture + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n";
    assert_eq!(status(&film.send(&embedded, b"")), "403");
    for (origin, expected) in [("http://evil.example", "403"), ("null", "403")] {
        let host = format!("Host: localhost:{port}\r\nOrigin: {origin}\r\n");
        let head = format!("POST /{token}/open HTTP/1.1\r\n{host}");
        assert_eq!(status(&film.send(&head, b"x")), expected, "{origin}");
    }
    let host = format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n");
    let ours = format!("POST /{token}/open HTTP/1.1\r\n{host}");
    assert_eq!(status(&film.send(&ours, b"x")), "200");
}

#[test]
fn a_recording_is_brought_and_can_be_fetched_again() {
    let film = Served::start(&[]);
    let (head, recording) = film.get("/file?id=stage5&kind=json");
    assert!(head.contains("filename=\"stage5.json\""), "{head}");
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
    let asked = film.get("/programs").1;
    assert!(asked.contains("\"first\":\"fork\"") && asked.contains("\"second\":null"));
    // Another one beside it.
    let film = Served::start(&["fork", "--beside", "stage2"]);
    let asked = film.get("/programs").1;
    assert!(asked.contains("\"first\":\"fork\"") && asked.contains("\"second\":\"stage2\""));
    // A program that has a loop is run beside the loop that serves.
    assert!(film.get("/run?id=window").1.contains(">>> job7"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let film = Served::start(&[]);
    let second = Command::new(env!("CARGO_BIN_EXE_film-road"))
        .args(["--serve", "--port", &film.port.to_string()])
        .output()
        .expect("film is built");
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8_lossy(&second.stderr);
    assert!(error.contains(&film.port.to_string()), "{error}");
}

#[test]
fn an_element_is_written_beside_its_player_and_replaces_nothing_unasked() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("element");
    let _ = fs::remove_dir_all(&folder);
    let write = |more: &[&str]| {
        let folder = folder.to_str().expect("it is UTF-8");
        film(&[&["stage2", "--element", folder], more].concat(), "")
    };
    assert!(write(&[]).status.success());
    let read = |name: &str| fs::read(folder.join(name)).expect("it was written");
    assert_eq!(read("boucle-player.js"), PLAYER.as_bytes());
    let element = String::from_utf8(read("stage2.html")).expect("it is text");
    assert!(element.starts_with("<boucle-player><script type=\"text/plain\">"), "{element}");
    assert!(element.ends_with("<script src=\"boucle-player.js\"></script>\n"), "{element}");
    assert!(read("stage2.player").starts_with(b"{\"findings\":[],\"format\":\"boucle-player\""));
    // The player may be there; what else is there stays.
    let refused = write(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("stage2.html"));
    assert!(write(&["--force"]).status.success());
    fs::write(folder.join("boucle-player.js"), "mine").expect("a file of this test");
    assert_eq!(write(&[]).status.code(), Some(1));
    assert_eq!(read("boucle-player.js"), b"mine");
    fs::remove_dir_all(&folder).expect("a folder of this test");
}

#[test]
fn the_book_has_the_player_of_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/player");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("the book has it");
    let run = Run::of(Program::named("stage12").expect("it is in the table"));
    let shown = read("stage12.html");
    let shown = shown.lines().next().expect("the element is the first line");
    let renew = "it is out of date: cargo run -p film -- stage12 --element docs/src/player --force";
    assert!(read("boucle-player.js") == PLAYER, "{renew}");
    assert!(shown == run.page().element().trim_end(), "{renew}");
}
