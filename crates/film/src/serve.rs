//! The player as a page: served to who knows its address on this machine, by boucle itself.

mod answer;
mod apart;
mod body;
mod gate;
mod refusal;
mod request;
mod shelf;
mod shown;

use std::io;
use std::rc::Rc;
use std::time::Duration;

use boucle::hyper::HyperTimer;
use boucle::net::{TcpListener, TcpStream};
use boucle::spawn;
use boucle::sync::Semaphore;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use world::println;

use self::apart::Queue;
use self::gate::{Gate, Token};
pub(crate) use self::shelf::Shelf;

/// A browser has so long to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many connections are served at a time: a browser opens six.
const N_CONNECTIONS: usize = 32;
/// So many more are told that there are too many.
const N_REFUSED: usize = 32;
/// So many files are brought at a time; each is in memory twice while it is read.
const N_UPLOADS: usize = 2;
/// So many threads read files, look for what is suspicious and draw pictures.
const N_HEAVY: usize = 2;

/// What all connections share.
pub(crate) struct Site {
    /// Who is let in.
    gate: Gate,
    /// The runs.
    shelf: Shelf,
    /// What waits for a thread.
    queue: Rc<Queue>,
    /// For what may take long.
    heavy: Rc<Semaphore>,
    /// One program is recorded at a time: their panics are hidden in one place.
    records: Semaphore,
    /// For bodies that are as large as a recording.
    uploads: Semaphore,
    /// For connections that are served.
    connections: Semaphore,
    /// For those that are told that there are too many; one more hears nothing.
    refused: Semaphore,
}

impl Site {
    /// A site behind this gate.
    fn new(gate: Gate, shelf: Shelf) -> Site {
        Site {
            gate,
            shelf,
            queue: Rc::default(),
            heavy: Rc::new(Semaphore::new(N_HEAVY)),
            records: Semaphore::new(1),
            uploads: Semaphore::new(N_UPLOADS),
            connections: Semaphore::new(N_CONNECTIONS),
            refused: Semaphore::new(N_REFUSED),
        }
    }
}

/// Serves the page on this port, or on one that is free, until the program is ended.
///
/// # Errors
///
/// If the port cannot be had, or the system has no random numbers.
pub(crate) fn serve(port: u16, shelf: Shelf) -> io::Result<()> {
    let token = Token::new()?;
    boucle::run(async move {
        let told = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot listen on port {port}: {error}"))
        };
        // This machine only. Its other users can reach the port, and do not know the token.
        let listener = TcpListener::bind("127.0.0.1", port).await.map_err(told)?;
        let address = listener.local_addr()?;
        println!("film is at http://{address}/{}/ (ctrl-c ends it)", token.as_str());
        let site = Rc::new(Site::new(Gate::new(token, address.port()), shelf));
        loop {
            // boucle itself tries again what the system refuses for a time.
            let (stream, _) = listener.accept().await?;
            drop(spawn(connection(stream, Rc::clone(&site))));
        }
    })
}

/// Answers what one connection asks for; if there are too many, that there are.
async fn connection(stream: TcpStream, site: Rc<Site>) {
    let mut builder = http1::Builder::new();
    builder.timer(HyperTimer::new()).header_read_timeout(PATIENCE);
    // A browser that goes away in the middle is nothing to tell of.
    if let Some(_place) = site.connections.try_acquire() {
        let service = service_fn(|request| answer::answer(request, &site));
        let _ = builder.serve_connection(stream, service).await;
    } else if let Some(_place) = site.refused.try_acquire() {
        let service = service_fn(answer::crowded);
        let _ = builder.keep_alive(false).serve_connection(stream, service).await;
    }
}
