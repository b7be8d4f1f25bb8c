//! A server that speaks Redis's protocol, and knows the commands that `redis-benchmark` sends.
//!
//! ```console
//! $ cargo run -q --release -p boucle --example resp_server -- 6380
//! listening on 127.0.0.1:6380
//! $ redis-benchmark -p 6380 -q -n 100000
//! ```
//!
//! One thread, one loop, a task a client; the data is in memory only. Nobody who connects is trusted:
//! what a request, a client and all the data may take is limited, here and in `wire` and `store`.

pub(crate) mod store;
mod value;
pub(crate) mod wire;

use std::cell::RefCell;
use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use boucle::net::{Server, TcpListener, TcpStream};
use boucle::timeout;

use self::store::Store;

/// Those who come when so many are here wait in the system's queue.
const MAX_CLIENTS: usize = 1000;

/// All keys and values together take no more, about.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A client that says nothing, or reads nothing, for so long is gone.
const PATIENCE: Duration = Duration::from_secs(300);

/// Replies are sent when so many bytes have gathered, and when a client waits for them.
const FULL: usize = 64 * 1024;

/// Runs the program.
pub fn main() -> ExitCode {
    match boucle::run(program(std::env::args().skip(1).collect())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("resp_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Listens where the arguments say.
pub async fn program(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let port = match arguments.as_slice() {
        [] => 0,
        [port] => port.parse().map_err(|_| format!("not a port: {port}"))?,
        _ => return Err("usage: resp_server [PORT]".into()),
    };
    let listener = TcpListener::bind("127.0.0.1", port).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(serve(listener).wait_closed().await?)
}

/// Serves each client in a task of its own; they share the data.
pub fn serve(listener: TcpListener) -> Server<TcpListener> {
    let store = RefCell::new(Store::new(MAX_BYTES));
    Server::start(listener, MAX_CLIENTS, async move |stream, peer| {
        match client(&stream, &store).await {
            // A client may go whenever it likes.
            Err(error) if !is_gone(&*error) => eprintln!("resp_server: {peer}: {error}"),
            _ => {}
        }
    })
}

fn is_gone(error: &(dyn Error + 'static)) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe))
}

/// Serves one client, until it has sent all, or says goodbye, or what nobody understands.
async fn client(stream: &TcpStream, store: &RefCell<Store>) -> Result<(), Box<dyn Error>> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    // What has come and is not answered; what is answered and not sent.
    let (mut input, mut output) = (Vec::new(), Vec::new());
    loop {
        let mut n_done = 0;
        loop {
            match wire::request(&input[n_done..]) {
                Ok(Some((arguments, n))) => {
                    n_done += n;
                    let says_goodbye =
                        arguments.first().is_some_and(|it| it.eq_ignore_ascii_case(b"QUIT"));
                    store.borrow_mut().execute(&arguments, &mut output);
                    if says_goodbye || output.len() >= FULL {
                        send(stream, &mut output).await?;
                    }
                    if says_goodbye {
                        return Ok(());
                    }
                }
                Ok(None) => break,
                Err(what) => {
                    wire::error(&mut output, &format!("ERR Protocol error: {what}"));
                    send(stream, &mut output).await?;
                    return Err(what.into());
                }
            }
        }
        input.drain(..n_done);
        send(stream, &mut output).await?;
        let n = timeout(PATIENCE, stream.read(&mut buffer)).await??;
        if n == 0 {
            return if input.is_empty() { Ok(()) } else { Err("half a request".into()) };
        }
        input.extend_from_slice(&buffer[..n]);
    }
}

async fn send(stream: &TcpStream, output: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    if !output.is_empty() {
        timeout(PATIENCE, stream.write_all(output)).await??;
        output.clear();
        // One long reply shall not keep its memory for ever.
        output.shrink_to(FULL);
    }
    Ok(())
}
