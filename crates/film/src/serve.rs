//! The player as a page: served to this machine alone, by boucle itself.

mod answer;
mod request;
mod shelf;

use std::io;
use std::rc::Rc;
use std::time::Duration;

use boucle::hyper::HyperTimer;
use boucle::net::{TcpListener, TcpStream};
use boucle::spawn;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use world::println;

pub(crate) use self::shelf::Shelf;

/// A browser has so long to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves the page on this port, or on one that is free, until the program is ended.
///
/// # Errors
///
/// If the port cannot be had.
pub(crate) fn serve(port: u16, shelf: Shelf) -> io::Result<()> {
    boucle::run(async move {
        // This machine only: who can reach the page can run what is on it.
        let told = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot listen on port {port}: {error}"))
        };
        let listener = TcpListener::bind("127.0.0.1", port).await.map_err(told)?;
        let address = listener.local_addr()?;
        println!("film is at http://{address}/ (ctrl-c ends it)");
        let shelf = Rc::new(shelf);
        loop {
            // boucle itself tries again what the system refuses for a time.
            let (stream, _) = listener.accept().await?;
            drop(spawn(connection(stream, Rc::clone(&shelf), address.port())));
        }
    })
}

/// Answers what one connection asks for.
async fn connection(stream: TcpStream, shelf: Rc<Shelf>, port: u16) {
    let answer = service_fn(|request| answer::answer(request, Rc::clone(&shelf), port));
    let mut builder = http1::Builder::new();
    builder.timer(HyperTimer::new()).header_read_timeout(PATIENCE);
    // A browser that goes away in the middle is nothing to tell of.
    let _ = builder.serve_connection(stream, answer).await;
}
