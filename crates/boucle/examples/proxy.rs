//! A TCP proxy: carries bytes between those who connect here and a server elsewhere.
//!
//! ```console
//! $ cargo run -q -p boucle --example proxy -- 8008 127.0.0.1:8007
//! listening on 127.0.0.1:8008, for 127.0.0.1:8007
//! ```
//!
//! Port 0 lets the system choose. When one side has sent all, the other one is told, and may go on
//! sending: a connection that is half closed stays half open.

use std::cell::Cell;
use std::error::Error;
use std::io;
use std::net::Shutdown;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{now, sleep_until};
use futures_lite::future;

/// Those who come when so many are here wait in the system's queue.
const MAX_CLIENTS: usize = 1000;

/// The server has so long to take a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection on which nothing moves for so long, either way, is given up.
const SILENCE: Duration = Duration::from_secs(300);

/// Runs the program.
pub fn main() -> ExitCode {
    match boucle::run(program(std::env::args().skip(1).collect())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proxy: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Listens and connects where the arguments say.
pub async fn program(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let [port, server] = arguments.as_slice() else {
        return Err("usage: proxy PORT HOST:PORT".into());
    };
    let port = port.parse().map_err(|_| format!("not a port: {port}"))?;
    let (host, server_port) =
        server.rsplit_once(':').ok_or_else(|| format!("not HOST:PORT: {server}"))?;
    let server_port = server_port.parse().map_err(|_| format!("not a port: {server_port}"))?;
    let listener = TcpListener::bind("127.0.0.1", port).await?;
    println!("listening on {}, for {server}", listener.local_addr()?);
    Ok(serve(listener, host, server_port).wait_closed().await?)
}

/// Connects each client with the server, in a task of its own.
pub fn serve(listener: TcpListener, host: &str, port: u16) -> Server<TcpListener> {
    let host = host.to_owned();
    Server::start(listener, MAX_CLIENTS, async move |client, peer| {
        if let Err(error) = connect(&client, &host, port).await {
            eprintln!("proxy: {peer}: {error}");
        }
    })
}

/// Carries what one client and the server send each other, until both have sent all.
async fn connect(client: &TcpStream, host: &str, port: u16) -> io::Result<()> {
    let server = TcpStream::connect_timeout(host, port, PATIENCE).await?;
    // What comes in small pieces goes on in small pieces, at once.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let moved = Cell::new(now());
    let both_ways = async {
        let up = carry(client, &server, &moved);
        let down = carry(&server, client, &moved);
        future::try_zip(up, down).await.map(drop)
    };
    future::or(both_ways, silence(&moved)).await
}

/// Carries one way, to the end, and tells the end.
async fn carry(from: &TcpStream, to: &TcpStream, moved: &Cell<Instant>) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = from.read(&mut buffer).await?;
        moved.set(now());
        if n == 0 {
            return match to.shutdown(Shutdown::Write) {
                // It went away first.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
                told => told,
            };
        }
        to.write_all(&buffer[..n]).await?;
        moved.set(now());
    }
}

/// Ends, with an error, when nothing has moved for too long.
pub async fn silence(moved: &Cell<Instant>) -> io::Result<()> {
    loop {
        let end = moved.get() + SILENCE;
        if end <= now() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing moves any more"));
        }
        sleep_until(end).await;
    }
}
