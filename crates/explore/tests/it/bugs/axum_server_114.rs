//! axum-server: a server that is to shut down waits for its clients to hang up.
//!
//! <https://github.com/programatik29/axum-server/issues/114>: on a graceful shutdown the task of a connection went on
//! to wait for the connection's end, and did not tell the connection, which is kept alive for the next request. Mended
//! (<https://github.com/programatik29/axum-server/pull/119>): it tells it, in one line.

use std::rc::Rc;

use boucle::sync::{Event, Queue};
use boucle::{interrupt, spawn};

use super::parts::{Case, unless};

/// Requests that come, and their answers; the client keeps it open.
struct Connection {
    requests: Queue<u32>,
    answers: Queue<u32>,
    /// No request is answered any more.
    is_last: Event,
}

/// hyper's side: answers until the client hangs up, or until it is told.
async fn serve(connection: &Connection) {
    while let Some(Ok(request)) = unless(connection.is_last.wait(), connection.requests.get()).await
    {
        connection.answers.try_put(request).expect("there is room");
    }
}

/// axum-server's side.
async fn watch(connection: Rc<Connection>, shutdown: Rc<Event>, mended: bool) {
    let mut serve = std::pin::pin!(serve(&connection));
    if unless(shutdown.wait(), serve.as_mut()).await.is_none() {
        if mended {
            connection.is_last.set();
        }
        serve.await;
    }
}

pub(crate) async fn program(case: Case) {
    let (listener, shutdown) = (Rc::new(Queue::unbounded()), Rc::new(Event::new()));
    let (accepts, stops) = (Rc::clone(&listener), Rc::clone(&shutdown));
    let server = spawn(async move {
        let mut connections = Vec::new();
        while let Some(Ok(connection)) = unless(stops.wait(), accepts.get()).await {
            connections.push(spawn(watch(connection, Rc::clone(&stops), case.mended)));
        }
        for connection in connections {
            connection.await.expect("it ends");
        }
    });
    let client = spawn(async move {
        let (requests, answers) = (Queue::unbounded(), Queue::unbounded());
        let connection = Rc::new(Connection { requests, answers, is_last: Event::new() });
        listener.try_put(Rc::clone(&connection)).expect("there is room");
        connection.requests.try_put(1).expect("there is room");
        let _answer = connection.answers.get().await;
    });
    interrupt().await;
    shutdown.set();
    server.await.expect("it ends");
    drop(client);
}
