//! The slide's server and its client, in one loop; or one of the two, in a terminal of its own.

use std::cell::OnceCell;
use std::io;
use std::rc::Rc;

use socket2::{Domain, SockRef, Type};
use stage7::{Loop, aiosocket, gather, interrupt};
use world::env::args;
use world::eprintln;
use world::println;
use world::process::exit;

/// Where the server listens, once it does.
type Place = Rc<OnceCell<String>>;

/// Receives a message from one client, and sends it back reversed.
pub async fn server_coro(address: String, place: Place) -> io::Result<()> {
    let server = aiosocket(Domain::IPV4, Type::STREAM, None)?;
    server.bind(address).await?;
    server.listen().await?;
    let address = SockRef::from(&server).local_addr()?.as_socket();
    place.get_or_init(|| address.expect("the socket is IPv4").to_string());

    let client = server.accept().await?;
    let mut msg = client.recv(1024).await?;
    println!("Received from client b\"{}\"", msg.escape_ascii());
    msg.reverse();
    // So few bytes go at once.
    client.send(&msg).await?;
    Ok(())
}

/// Sends a message to the server, and receives the answer.
async fn client_coro(place: Place) -> io::Result<()> {
    while place.get().is_none() {
        interrupt().await;
    }
    let address = place.get().expect("the server has told where it listens");

    let client = aiosocket(Domain::IPV4, Type::STREAM, None)?;
    client.connect(address).await?;
    client.send(b"Hello World!").await?;
    let msg = client.recv(1024).await?;
    println!("Received from server b\"{}\"", msg.escape_ascii());
    Ok(())
}

/// Ends the program if `task` fails, as an exception ends the slide's.
async fn or_exit(task: impl Future<Output = io::Result<()>>) {
    if let Err(error) = task.await {
        eprintln!("{error}");
        exit(1);
    }
}

/// Runs both; or, as the arguments say, `server HOST:PORT` or `client HOST:PORT`.
pub fn main() {
    let event_loop = Loop::new();
    let place = Place::default();
    let mut args = args().skip(1);

    match (args.next().as_deref(), args.next(), args.next()) {
        (None, ..) => {
            // The slide says 8080; port 0 is one that nobody else uses.
            let server = server_coro("localhost:0".to_owned(), Rc::clone(&place));
            let client = client_coro(place);
            event_loop.run_task(gather([Box::pin(or_exit(server)), Box::pin(or_exit(client))]));
        }
        (Some("server"), Some(address), None) => {
            event_loop.run_task(or_exit(server_coro(address, place)));
        }
        (Some("client"), Some(address), None) => {
            event_loop.run_task(or_exit(client_coro(Rc::new(address.into()))));
        }
        _ => {
            eprintln!("usage: stage7 [server HOST:PORT | client HOST:PORT]");
            exit(2);
        }
    }
}
