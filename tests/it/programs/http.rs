//! The HTTP server, asked by hyper's own clients, and by one that means no good.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use boucle::hyper::{HyperExecutor, HyperIo};
use boucle::net::TcpStream;
use boucle::{Loop, now, spawn};
use futures_io::AsyncRead;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};

use super::program::http_server;
use super::{TakesAll, listener, run};

type Body = Full<Bytes>;

fn get(path: &str) -> Request<Body> {
    let uri = format!("http://127.0.0.1{path}");
    let request = Request::get(uri).header("host", "127.0.0.1").body(Body::default());
    request.expect("it is well formed")
}

fn post(path: &str, body: Vec<u8>) -> Request<Body> {
    let uri = format!("http://127.0.0.1{path}");
    let request = Request::post(uri).header("host", "127.0.0.1").body(Body::from(body));
    request.expect("it is well formed")
}

/// What an answer says, in short: its status and its body, or how long that is.
async fn summary(response: Response<Incoming>) -> String {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("the connection holds").to_bytes();
    match std::str::from_utf8(&body) {
        Ok(text) if text.len() < 100 => format!("{status} {text:?}"),
        _ => format!("{status} {} bytes", body.len()),
    }
}

/// What to ask, and what the answer is in short.
fn conversation() -> Vec<(Request<Body>, &'static str)> {
    vec![
        (get("/"), r#"200 "hello\n""#),
        (get("/bytes/0"), r#"200 """#),
        (get("/bytes/3"), r#"200 "xxx""#),
        (get("/bytes/1000000"), "200 1000000 bytes"),
        (get("/bytes/many"), r#"400 "Invalid URL: Cannot parse `many` to a `u64`""#),
        (get("/sleep/0"), r#"200 "good morning\n""#),
        (get("/nothing"), r#"404 """#),
        (post("/", Vec::new()), r#"405 """#),
        (post("/echo", b"said".to_vec()), r#"200 "said""#),
        (post("/echo", vec![b'x'; 1024 * 1024]), "200 1048576 bytes"),
        (post("/echo", vec![b'x'; 1024 * 1024 + 1]), r#"413 """#),
    ]
}

#[test]
fn a_connection_of_http_1_asks_many_things() {
    run(async {
        let (listener, port) = listener().await;
        let server = http_server::serve(listener, None);
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let (mut client, connection) = http1::handshake(stream).await.expect("it speaks HTTP/1");
        spawn(connection);
        for (request, expected) in conversation() {
            let asked = request.uri().path().to_owned();
            let response = client.send_request(request).await.expect("it answers");
            assert_eq!(summary(response).await, expected, "{asked}");
            assert_eq!(server.n_connections(), 1);
        }
    });
}

#[test]
fn a_connection_of_http_2_asks_many_things_at_once() {
    run(async {
        let (listener, port) = listener().await;
        let _server = http_server::serve(listener, None);
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let (mut client, connection) =
            http2::handshake(HyperExecutor::new(), stream).await.expect("it speaks HTTP/2");
        spawn(connection);
        let (mut answers, mut expected) = (Vec::new(), Vec::new());
        for (request, answer) in conversation() {
            answers.push(client.send_request(request));
            expected.push(answer);
        }
        let mut told = Vec::new();
        for answer in answers {
            told.push(summary(answer.await.expect("it answers")).await);
        }
        assert_eq!(told, expected);
    });
}

#[test]
fn a_client_of_http_2_that_says_its_name_in_pieces_is_understood() {
    run(async {
        let (listener, port) = listener().await;
        let _server = http_server::serve(listener, None);
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        stream.set_nodelay(true).expect("it can be set");
        for piece in
            [&b"P"[..], b"R", b"I * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[0, 0, 0, 4, 0, 0, 0, 0, 0]]
        {
            stream.write_all(piece).await.expect("the server reads");
            boucle::interrupt().await;
        }
        // Its settings: a frame that begins with its length, and is of kind 4.
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.expect("it answers");
        assert_eq!(head[3], 4, "{head:?}");
    });
}

#[test]
fn what_is_no_http_is_answered_and_the_others_notice_nothing() {
    run(async {
        let (listener, port) = listener().await;
        let _server = http_server::serve(listener, None);
        for noise in ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", ""] {
            let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
            stream.write_all(noise.as_bytes()).await.expect("it reads");
            stream.shutdown(std::net::Shutdown::Write).expect("it is open");
            let mut answer = [0; 12];
            let n = stream.read(&mut answer).await.unwrap_or(0);
            let expected = if noise.is_empty() { "" } else { "HTTP/1.1 400" };
            assert_eq!(String::from_utf8_lossy(&answer[..n]), expected, "{noise:?}");
        }
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let (mut client, connection) = http1::handshake(stream).await.expect("it speaks HTTP/1");
        spawn(connection);
        let response = client.send_request(get("/")).await.expect("it answers");
        assert_eq!(summary(response).await, r#"200 "hello\n""#);
    });
}

/// One who has sent so much, and sends no more.
struct Silent(&'static [u8]);

impl AsyncRead for Silent {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let n = self.0.len().min(buffer.len());
        if n == 0 {
            return Poll::Pending;
        }
        let (now, later) = self.0.split_at(n);
        buffer[..n].copy_from_slice(now);
        self.0 = later;
        Poll::Ready(Ok(n))
    }
}

#[test]
fn a_client_that_stops_half_way_is_given_up() {
    let http_2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let cases: [(&[u8], bool, u64); 5] = [
        // Half a head; nothing at all; nothing more after an answer; half a body, which the program
        // waits for, and then for the next head.
        (b"GET / HTTP/1.1\r\nHost:", false, 10),
        (b"", false, 10),
        (b"GET / HTTP/1.1\r\n\r\n", false, 10),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nfive", false, 10),
        // It is asked for a sign of life, and gives none.
        (http_2, true, 20),
    ];
    for (sent, is_http2, seconds) in cases {
        let event_loop = Loop::builder().virtual_time(true).build();
        let lasted = event_loop.run_until_complete(async {
            let start = now();
            let stream = HyperIo::new(TakesAll(Silent(sent)));
            let served = http_server::speak(stream, is_http2, http_server::router());
            // Whether that is an error is hyper's to say: what counts is that it ends.
            let _ = boucle::timeout(Duration::from_secs(3600), served).await.expect("it ends");
            now() - start
        });
        let lasted = lasted.expect("it ends").as_secs();
        assert_eq!(lasted, seconds, "{}", String::from_utf8_lossy(sent));
    }
}
