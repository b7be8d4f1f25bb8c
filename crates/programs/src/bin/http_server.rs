//! An HTTP server: axum's router, on hyper, on boucle; HTTP/1 and HTTP/2, in clear and over TLS.
//!
//! ```console
//! $ cargo run -q -p programs --bin http_server -- 8010
//! listening on http://127.0.0.1:8010/
//! $ curl http://127.0.0.1:8010/bytes/20
//! ```
//!
//! Port 0 lets the system choose. With a certificate and its key, two files of PEM, it speaks TLS.

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::routing::{get, post};
use boucle::hyper::{HyperExecutor, HyperIo, HyperTimer};
use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{sleep, timeout};
use futures_lite::stream;
use futures_rustls::TlsAcceptor;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper_util::service::TowerToHyperService;
use programs::tls;

/// Connections that come when so many are here wait in the system's queue.
const MAX_CONNECTIONS: usize = 1000;

/// A client has so long for a head, a body, or for agreeing on a secret.
const PATIENCE: Duration = Duration::from_secs(10);

/// No connection lives longer: this is the limit for one who reads an answer slowly.
const LIFETIME: Duration = Duration::from_secs(600);

/// No body that is sent to us is longer.
const LONGEST_BODY: usize = 1024 * 1024;

/// A piece of a long answer.
static PIECE: [u8; 16 * 1024] = [b'x'; 16 * 1024];

/// Runs the program.
pub fn main() -> ExitCode {
    match boucle::run(program(std::env::args().skip(1).collect())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("http_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Listens where the arguments say.
pub async fn program(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let (port, files) = match arguments.as_slice() {
        [] => ("0", None),
        [port] => (port.as_str(), None),
        [port, certificate, key] => (port.as_str(), Some((certificate, key))),
        _ => return Err("usage: http_server [PORT [CERTIFICATE KEY]]".into()),
    };
    let port = port.parse().map_err(|_| format!("not a port: {port}"))?;
    let tls = match files {
        Some((certificate, key)) => Some(tls::acceptor(&read(certificate)?, &read(key)?)?),
        None => None,
    };
    let listener = TcpListener::bind("127.0.0.1", port).await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("listening on {scheme}://{}/", listener.local_addr()?);
    Ok(serve(listener, tls).wait_closed().await?)
}

/// Reads a file, before the loop has anything else to do.
fn read(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {path}: {error}"))
}

/// What there is to ask for.
pub fn router() -> Router {
    Router::new()
        .route("/", get(async || "hello\n"))
        .route("/bytes/{n}", get(bytes))
        .route("/sleep/{milliseconds}", get(nap))
        .route("/echo", post(echo))
}

/// So many bytes.
async fn bytes(Path(n): Path<usize>) -> Body {
    let pieces = stream::unfold(n, |left| {
        let n = left.min(PIECE.len());
        let piece = Ok::<_, io::Error>(Bytes::from_static(&PIECE[..n]));
        std::future::ready((n > 0).then_some((piece, left - n)))
    });
    Body::from_stream(pieces)
}

/// An answer after a time, of which the other connections notice nothing.
async fn nap(Path(milliseconds): Path<u64>) -> &'static str {
    sleep(Duration::from_millis(milliseconds).min(PATIENCE)).await;
    "good morning\n"
}

/// What was sent.
async fn echo(request: Request) -> Result<Bytes, StatusCode> {
    match timeout(PATIENCE, to_bytes(request.into_body(), LONGEST_BODY)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// Serves each connection in a task of its own.
pub fn serve(listener: TcpListener, tls: Option<TlsAcceptor>) -> Server<TcpListener> {
    let router = router();
    Server::start(listener, MAX_CONNECTIONS, async move |stream, peer| {
        let connection = connection(stream, tls.clone(), router.clone());
        match timeout(LIFETIME, connection).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => eprintln!("http_server: {peer}: {error}"),
            Err(_) => eprintln!("http_server: {peer}: stayed too long"),
        }
    })
}

/// Finds out what a client speaks, and speaks it.
async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    router: Router,
) -> Result<(), Box<dyn Error>> {
    stream.set_nodelay(true)?;
    match tls {
        Some(tls) => {
            let stream = timeout(PATIENCE, tls.accept(stream)).await??;
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            speak(HyperIo::new(stream), is_http2, router).await
        }
        None => {
            let is_http2 = timeout(PATIENCE, begins_as_http2(&stream)).await??;
            speak(stream, is_http2, router).await
        }
    }
}

/// Whether a client begins as one of HTTP/2 does that knows whom it speaks to. What it sent stays.
async fn begins_as_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut start = [0; 3];
    loop {
        let n = stream.peek(&mut start).await?;
        if n == 0 || !b"PRI".starts_with(&start[..n]) {
            return Ok(false);
        }
        if n == start.len() {
            return Ok(true);
        }
        // A byte or two have come, and nobody says when the next one does.
        sleep(Duration::from_millis(10)).await;
    }
}

/// Serves the requests of one connection, in either version of HTTP.
pub async fn speak(
    stream: impl Read + Write + Unpin + 'static,
    is_http2: bool,
    router: Router,
) -> Result<(), Box<dyn Error>> {
    let service = TowerToHyperService::new(router);
    if is_http2 {
        let mut builder = http2::Builder::new(HyperExecutor::new());
        builder
            .timer(HyperTimer::new())
            .keep_alive_interval(PATIENCE)
            .keep_alive_timeout(PATIENCE)
            .max_concurrent_streams(100);
        Ok(builder.serve_connection(stream, service).await?)
    } else {
        let mut builder = http1::Builder::new();
        builder.timer(HyperTimer::new()).header_read_timeout(PATIENCE);
        Ok(builder.serve_connection(stream, service).await?)
    }
}
