//! A WebSocket server that gives back what it is told; and a client that does.
//!
//! ```console
//! $ cargo run -q -p programs --bin websocket_echo -- 8009
//! listening on ws://127.0.0.1:8009/
//! ```
//!
//! Without a port the system chooses one. With `examine ws://HOST:PORT` it is the client: it lets a
//! server of test cases examine it, as Autobahn's and kosoku's do.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use async_tungstenite::tungstenite::protocol::WebSocketConfig;
use async_tungstenite::tungstenite::{self, Message, Utf8Bytes};
use async_tungstenite::{WebSocketStream, accept_async_with_config, client_async_with_config};
use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{Elapsed, timeout};
use futures_lite::StreamExt;

/// Those who come when so many are here wait in the system's queue.
const MAX_CLIENTS: usize = 1000;

/// The other side has so long to say hello.
const PATIENCE: Duration = Duration::from_secs(10);

/// The other side may be silent for so long.
const SILENCE: Duration = Duration::from_secs(300);

/// No message is longer; nor is what waits to be sent to one who does not read.
const LONGEST: usize = 16 * 1024 * 1024;

/// Runs the program.
pub fn main() -> ExitCode {
    match boucle::run(program(std::env::args().skip(1).collect())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("websocket_echo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say.
pub async fn program(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let port = match arguments.as_slice() {
        ["examine", url] => return examine(url).await,
        [] => 0,
        [port] => port.parse().map_err(|_| format!("not a port: {port}"))?,
        _ => return Err("usage: websocket_echo [PORT], or websocket_echo examine URL".into()),
    };
    let listener = TcpListener::bind("127.0.0.1", port).await?;
    println!("listening on ws://{}/", listener.local_addr()?);
    Ok(serve(listener).wait_closed().await?)
}

/// Serves each client in a task of its own.
pub fn serve(listener: TcpListener) -> Server<TcpListener> {
    Server::start(listener, MAX_CLIENTS, async |stream, peer| {
        if let Err(error) = greet(stream).await {
            eprintln!("websocket_echo: {peer}: {error}");
        }
    })
}

async fn greet(stream: TcpStream) -> Result<(), Box<dyn Error>> {
    stream.set_nodelay(true)?;
    let socket = timeout(PATIENCE, accept_async_with_config(stream, Some(config()))).await??;
    echo(socket).await
}

/// Gives back what comes, until the other side says goodbye. Pings are answered underneath.
async fn echo(mut socket: WebSocketStream<TcpStream>) -> Result<(), Box<dyn Error>> {
    while let Some(message) = next(&mut socket).await? {
        // A goodbye is answered underneath as well, and then there is no next message.
        if let message @ (Message::Text(_) | Message::Binary(_)) = message? {
            timeout(SILENCE, socket.send(message)).await??;
        }
    }
    Ok(())
}

type Received = Option<Result<Message, tungstenite::Error>>;

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Result<Received, Elapsed> {
    timeout(SILENCE, socket.next()).await
}

/// Limits what the other side makes us keep.
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST))
        .max_write_buffer_size(2 * LONGEST)
}

/// Asks a server of test cases how many it has, is the client in each, and asks for a report.
async fn examine(url: &str) -> Result<(), Box<dyn Error>> {
    let address = url.strip_prefix("ws://").unwrap_or(url).trim_end_matches('/');
    let (host, port) = address.rsplit_once(':').ok_or_else(|| format!("not HOST:PORT: {url}"))?;
    let port = port.parse().map_err(|_| format!("not a port: {port}"))?;

    let count = ask(host, port, "/getCaseCount").await?;
    let n: usize = count.parse().map_err(|_| "the server does not say how many cases it has")?;
    for case in 1..=n {
        let socket = connect(host, port, &format!("/runCase?case={case}&agent=boucle")).await?;
        // A case may break the rules on purpose: whether we end it well, the server says.
        if let Err(error) = echo(socket).await {
            eprintln!("websocket_echo: case {case}: {error}");
        }
    }
    ask(host, port, "/updateReports?agent=boucle").await?;
    println!("{n} cases");
    Ok(())
}

/// What a server says of itself at this path, until it says goodbye.
async fn ask(host: &str, port: u16, path: &str) -> Result<Utf8Bytes, Box<dyn Error>> {
    let mut socket = connect(host, port, path).await?;
    let mut answer = Utf8Bytes::default();
    while let Some(Ok(message)) = next(&mut socket).await? {
        if let Message::Text(text) = message {
            answer = text;
        }
    }
    Ok(answer)
}

/// Connects as a client.
pub async fn connect(
    host: &str,
    port: u16,
    path: &str,
) -> Result<WebSocketStream<TcpStream>, Box<dyn Error>> {
    let stream = timeout(PATIENCE, TcpStream::connect(host, port)).await??;
    stream.set_nodelay(true)?;
    let url = format!("ws://{host}:{port}{path}");
    let greeting = client_async_with_config(url, stream, Some(config()));
    let (socket, _) = timeout(PATIENCE, greeting).await??;
    Ok(socket)
}
