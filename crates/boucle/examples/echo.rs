//! An echo server: whoever connects reads back what they write.
//!
//! ```console
//! $ cargo run -q -p boucle --example echo -- 8007
//! listening on 127.0.0.1:8007
//! ```
//!
//! Without a port the system chooses one. Try it with `nc 127.0.0.1 8007`; Ctrl-C ends it.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use boucle::net::{Server, TcpListener, TcpStream};
use boucle::timeout;

/// Those who come when so many are here wait in the system's queue.
const MAX_CLIENTS: usize = 1000;

/// A client that says nothing for so long is gone, or might as well be.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs the program.
pub fn main() -> ExitCode {
    match boucle::run(program(std::env::args().skip(1).collect())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Listens where the arguments say.
pub async fn program(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let port = match arguments.as_slice() {
        [] => 0,
        [port] => port.parse().map_err(|_| format!("not a port: {port}"))?,
        _ => return Err("usage: echo [PORT]".into()),
    };
    let listener = TcpListener::bind("127.0.0.1", port).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(serve(listener).wait_closed().await?)
}

/// Serves each client in a task of its own.
pub fn serve(listener: TcpListener) -> Server<TcpListener> {
    Server::start(listener, MAX_CLIENTS, async |stream, peer| {
        if let Err(error) = echo(&stream).await {
            eprintln!("echo: {peer}: {error}");
        }
    })
}

/// Gives one client back what it sends, until it has sent all.
async fn echo(stream: &TcpStream) -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = timeout(PATIENCE, stream.read(&mut buffer)).await??;
        if n == 0 {
            return Ok(());
        }
        timeout(PATIENCE, stream.write_all(&buffer[..n])).await??;
    }
}
