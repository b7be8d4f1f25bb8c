//! Stage 7's server and client. The client keeps the server waiting, and the system says what that cost.

use std::cell::{Cell, OnceCell};
use std::fs;
use std::io;
use std::rc::Rc;

use socket2::{Domain, SockRef, Type};
use stage10::{Loop, aiosocket, call_later, gather, interrupt, sleep};
use world::env::args;
use world::eprintln;
use world::println;
use world::process::exit;
use world::time::Duration;

/// How long the client keeps the server waiting.
const PAUSE: Duration = Duration::from_secs(1);

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

/// Sends a message to the server, after a while, and receives the answer.
async fn client_coro(place: Place) -> io::Result<()> {
    sleep(PAUSE).await;
    let address = place.get().expect("the server has told where it listens, long ago");

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

/// Gives the turn back over and over until the pause is over, as each task that waits up to stage 7.
async fn busy_pause() {
    let is_over = Rc::new(Cell::new(false));
    let over = Rc::clone(&is_over);
    call_later(PAUSE, move || over.set(true));
    while !is_over.get() {
        interrupt().await;
    }
}

/// The processor time that this process has used, in ms; none where the system does not say it.
fn processor_time() -> Option<u128> {
    let text = fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds).as_millis())
}

/// Runs both, then the busy pause; or, as the arguments say, `server HOST:PORT` or `client HOST:PORT`.
pub fn main() {
    let event_loop = Loop::new();
    let place = Place::default();
    let mut args = args().skip(1);

    match (args.next().as_deref(), args.next(), args.next()) {
        (None, ..) => {
            let start = processor_time();
            // The slide says 8080; port 0 is one that nobody else uses.
            let server = server_coro("localhost:0".to_owned(), Rc::clone(&place));
            let client = client_coro(place);
            event_loop.run_task(gather([Box::pin(or_exit(server)), Box::pin(or_exit(client))]));
            let middle = processor_time();
            event_loop.run_task(busy_pause());

            // Measured, so never the same: it goes to the real stderr, and is not recorded.
            if let (Some(start), Some(middle), Some(end)) = (start, middle, processor_time()) {
                std::eprintln!("processor time of a pause of {PAUSE:?}: {} ms", middle - start);
                std::eprintln!("as up to stage 7, turn after turn: {} ms", end - middle);
            }
        }
        (Some("server"), Some(address), None) => {
            event_loop.run_task(or_exit(server_coro(address, place)));
        }
        (Some("client"), Some(address), None) => {
            event_loop.run_task(or_exit(client_coro(Rc::new(address.into()))));
        }
        _ => {
            eprintln!("usage: stage10 [server HOST:PORT | client HOST:PORT]");
            exit(2);
        }
    }
}
