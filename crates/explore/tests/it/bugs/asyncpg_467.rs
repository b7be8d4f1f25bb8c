//! asyncpg: a connection that is open when its request times out is never closed.
//!
//! <https://github.com/MagicStack/asyncpg/issues/467>: `Pool.acquire` with a timeout cancels who waits for the new
//! connection. If that one has just been opened, nobody has it, and it stays open, until the server has no more.
//! Mended: whoever gives up closes what has come.

use std::rc::Rc;
use std::time::Duration;

use boucle::shared::Cell;
use boucle::{quiescent, sleep, spawn, timeout};

use super::parts::{Case, Slot, finally};

/// How long it takes to connect, and how long it may.
const SECOND: Duration = Duration::from_secs(1);

/// How many connections are open, as the server has it.
type Server = Rc<Cell<i32>>;

async fn connect(server: Server, connected: Rc<Slot<()>>) {
    sleep(SECOND).await;
    server.set(server.get() + 1);
    if connected.set(()).is_err() {
        server.set(server.get() - 1);
    }
}

async fn acquire(server: Server, mended: bool) {
    let connected = Rc::new(Slot::default());
    drop(spawn(connect(Rc::clone(&server), Rc::clone(&connected))));
    let _end = finally(|| {
        let is_left = connected.close().is_some();
        if is_left && mended {
            server.set(server.get() - 1);
        }
    });
    connected.wait().await;
}

pub(crate) async fn program(case: Case) {
    let server = Server::default();
    let mut request = spawn(acquire(Rc::clone(&server), case.mended));
    let has_it = match timeout(SECOND, &mut request).await {
        Ok(result) => result.is_ok(),
        Err(_) => {
            request.cancel();
            request.await.is_ok()
        }
    };
    quiescent().await;
    assert_eq!(server.get(), i32::from(has_it), "open connections");
}
