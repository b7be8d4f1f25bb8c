//! Fetches documents, all at once: the course's `fetch`.
//!
//! ```console
//! $ cargo run -q -p programs --bin fetch -- https://example.org/ http://example.org/
//! ```
//!
//! Without URLs it starts a server of its own, with four documents, and fetches these. With
//! `--one-by-one` it fetches one after the other, to compare. A URL that fails is told, and the others
//! come all the same.

use std::cell::RefCell;
use std::error::Error;
use std::io;
use std::io::{IsTerminal, Write};
use std::mem;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{Server, TcpListener};
use boucle::{gather_all, interval, now, sleep, spawn};
use futures_rustls::TlsConnector;
use programs::client::{Failure, describe, get};
use programs::{documents, tls};

/// What came for each URL, in their order.
pub type Bodies = Vec<Result<Vec<u8>, Failure>>;

/// Runs the program.
pub fn main() -> ExitCode {
    let screen = Rc::new(Screen { is_shown: true, ..Screen::default() });
    match boucle::run(program(std::env::args().skip(1).collect(), screen)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fetch: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Fetches what the arguments say.
pub async fn program(mut arguments: Vec<String>, screen: Rc<Screen>) -> Result<(), Box<dyn Error>> {
    let one_by_one = arguments.first().is_some_and(|it| it == "--one-by-one");
    if one_by_one {
        arguments.remove(0);
    }
    if let Some(option) = arguments.iter().find(|it| it.starts_with('-')) {
        return Err(format!("no such option: {option}; usage: fetch [--one-by-one] [URL…]").into());
    }
    // It serves as long as this lives.
    let mut server = None;
    let urls = match arguments.is_empty() {
        true => documents::urls(server.insert(local_server().await?).local_addr()?.port()),
        false => arguments,
    };

    let start = now();
    let fetcher = Fetcher::new(Rc::clone(&screen));
    if screen.is_shown && io::stderr().is_terminal() {
        spawn(show_progress(Rc::clone(&screen)));
    }
    let bodies = match one_by_one {
        true => fetcher.one_by_one(urls).await,
        false => fetcher.all(urls).await,
    };
    screen.say("duration = ", &format!("{:.3}s", (now() - start).as_secs_f64()));
    match bodies.iter().filter(|it| it.is_err()).count() {
        0 => Ok(()),
        n => Err(format!("{n} of {} failed", bodies.len()).into()),
    }
}

/// The same for who is not asynchronous, as an island in it: runs a loop, and returns the bodies.
pub fn fetch_all(urls: Vec<String>) -> Bodies {
    boucle::run(async { Fetcher::new(Rc::default()).all(urls).await })
}

/// Starts a server whose documents take their time.
async fn local_server() -> io::Result<Server<TcpListener>> {
    let listener = TcpListener::bind("127.0.0.1", 0).await?;
    Ok(documents::serve(listener, async |_, n| {
        sleep(Duration::from_millis(if n == 0 { 300 } else { 20 })).await;
    }))
}

/// Gets documents, and says how far it is.
#[derive(Clone)]
pub struct Fetcher {
    tls: TlsConnector,
    screen: Rc<Screen>,
}

impl Fetcher {
    /// One that trusts whom the system trusts.
    pub fn new(screen: Rc<Screen>) -> Fetcher {
        Fetcher::trusting(tls::connector(tls::system_roots()), screen)
    }

    /// One that trusts others.
    pub fn trusting(tls: TlsConnector, screen: Rc<Screen>) -> Fetcher {
        Fetcher { tls, screen }
    }

    /// All at the same time; the bodies come in the order of the URLs.
    pub async fn all(&self, urls: Vec<String>) -> Bodies {
        self.screen.n_wanted(urls.len());
        let fetches = urls.into_iter().map(|url| {
            let fetcher = self.clone();
            async move { fetcher.fetch(&url).await }
        });
        let ends = gather_all(fetches).await.into_iter();
        ends.map(|it| it.unwrap_or_else(|panic| Err(panic.into()))).collect()
    }

    /// One after the other.
    pub async fn one_by_one(&self, urls: Vec<String>) -> Bodies {
        self.screen.n_wanted(urls.len());
        let mut bodies = Vec::new();
        for url in urls {
            bodies.push(self.fetch(&url).await);
        }
        bodies
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, Failure> {
        self.screen.say("fetching ", url);
        let body = self.body(url).await;
        match &body {
            Ok(body) => self.screen.say(url, &format!(" returned {} bytes", body.len())),
            Err(error) => self.screen.say(url, &format!(" failed: {}", describe(error))),
        }
        self.screen.state.borrow_mut().n_done += 1;
        body
    }

    async fn body(&self, url: &str) -> Result<Vec<u8>, Failure> {
        let mut pieces = get(url, &self.tls).await?;
        let mut body = Vec::new();
        while let Some(piece) = pieces.next().await? {
            self.screen.state.borrow_mut().n_bytes += piece.len();
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

/// What there is to see: lines that stay, and how far it is.
#[derive(Default)]
pub struct Screen {
    /// Whether somebody sees it.
    is_shown: bool,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// What was said, line by line.
    lines: Vec<String>,
    n_wanted: usize,
    n_done: usize,
    n_bytes: usize,
    /// Whether the last line of the terminal tells how far it is.
    is_dirty: bool,
}

impl Screen {
    fn n_wanted(&self, n: usize) {
        self.state.borrow_mut().n_wanted = n;
    }

    fn say(&self, begin: &str, end: &str) {
        let mut state = self.state.borrow_mut();
        let line = format!("{begin}{end}");
        if self.is_shown {
            let clear = if mem::take(&mut state.is_dirty) { "\r\x1b[K" } else { "" };
            eprint!("{clear}");
            // A reader that is gone, as `head` is after some lines, is no reason to stop.
            drop(writeln!(io::stdout(), "{line}"));
        }
        state.lines.push(line);
    }

    /// What was said, line by line.
    pub fn lines(&self) -> Vec<String> {
        self.state.borrow().lines.clone()
    }

    /// How far it is.
    pub fn progress(&self) -> String {
        let State { n_wanted, n_done, n_bytes, .. } = *self.state.borrow();
        format!("{n_done} of {n_wanted} done, {n_bytes} bytes")
    }
}

/// Shows ten times a second how far it is, in the last line of a terminal.
async fn show_progress(screen: Rc<Screen>) {
    let mut ticks = interval(Duration::from_millis(100));
    loop {
        ticks.tick().await;
        eprint!("\r\x1b[K{}", screen.progress());
        // A terminal that is gone is no reason to stop.
        drop(io::stderr().flush());
        screen.state.borrow_mut().is_dirty = true;
    }
}
