//! Fetches documents, all at once, and shows each line as it comes: the course's `fetch2`.
//!
//! ```console
//! $ cargo run -q -p programs --bin fetch_lines
//! ```
//!
//! For each line the number of its document is printed: they interleave. Without URLs it starts a
//! server of its own, with four documents.

use std::error::Error;
use std::io;
use std::io::Write;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{Server, TcpListener};
use boucle::{gather_all, sleep};
use futures_rustls::TlsConnector;
use programs::client::{Failure, describe, get};
use programs::{documents, tls};

/// Runs the program.
pub fn main() -> ExitCode {
    let show = |text: &str| {
        let mut stdout = io::stdout();
        // A reader that is gone, as `head` is after some bytes, is no reason to stop.
        drop(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
    };
    match boucle::run(program(std::env::args().skip(1).collect(), show)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fetch_lines: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Fetches what the arguments say, and shows it.
pub async fn program(
    arguments: Vec<String>,
    show: impl Fn(&str) + Clone + 'static,
) -> Result<(), Box<dyn Error>> {
    if let Some(option) = arguments.iter().find(|it| it.starts_with('-')) {
        return Err(format!("no such option: {option}; usage: fetch_lines [URL…]").into());
    }
    // It serves as long as this lives.
    let mut server = None;
    let urls = match arguments.is_empty() {
        true => documents::urls(server.insert(local_server().await?).local_addr()?.port()),
        false => arguments,
    };
    let show_number = show.clone();
    let show_number = move |i: usize| show_number(&i.to_string());
    let ends = fetch_all(urls, tls::connector(tls::system_roots()), show_number).await;
    let lines = ends.iter().map(|(url, failure)| match failure {
        None => format!("\n{url}"),
        Some(failure) => format!("\n{url} failed: {}", describe(failure)),
    });
    show(&lines.chain(["\n".to_owned()]).collect::<String>());
    match ends.iter().filter(|(_, failure)| failure.is_some()).count() {
        0 => Ok(()),
        n => Err(format!("{n} of {} failed", ends.len()).into()),
    }
}

/// Starts a server whose lines take their time.
async fn local_server() -> io::Result<Server<TcpListener>> {
    let listener = TcpListener::bind("127.0.0.1", 0).await?;
    Ok(documents::serve(listener, async |_, _| sleep(Duration::from_millis(100)).await))
}

/// Fetches all at the same time, and calls `show` with the number of the document at each line that
/// comes. Returns the URLs in their order, and why they failed.
pub async fn fetch_all(
    urls: Vec<String>,
    tls: TlsConnector,
    show: impl Fn(usize) + 'static,
) -> Vec<(String, Option<Failure>)> {
    let show = Rc::new(show);
    let fetches = urls.iter().cloned().enumerate().map(|(i, url)| {
        let (tls, show) = (tls.clone(), Rc::clone(&show));
        async move { fetch(&url, &tls, || show(i)).await.err() }
    });
    let ends = gather_all(fetches).await.into_iter();
    urls.into_iter().zip(ends.map(|it| it.unwrap_or_else(|panic| Some(panic.into())))).collect()
}

/// Fetches one document, and calls `show` at the end of each line.
async fn fetch(url: &str, tls: &TlsConnector, show: impl Fn()) -> Result<(), Failure> {
    let mut pieces = get(url, tls).await?;
    // A piece may have many lines, or none.
    let mut is_open = false;
    while let Some(piece) = pieces.next().await? {
        for byte in piece {
            is_open = byte != b'\n';
            if !is_open {
                show();
            }
        }
    }
    if is_open {
        show();
    }
    Ok(())
}
