//! httpcore: a connection that was made for a request which is then cancelled is nobody's, and keeps its place.
//!
//! <https://github.com/encode/httpcore/issues/1093>: the pool makes a connection for the request that is next, which
//! is to open it. Cancelled before it goes on, it leaves a connection that is neither open nor closed, which nothing
//! ever takes out. Mended as in <https://github.com/encode/httpcore/pull/1094>: what no request has goes.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// Whether it is closed, as it is after its answer.
type Connection = Rc<Cell<bool>>;

/// A request, and the connection that is made for it, once there is room.
#[derive(Default)]
struct Request {
    connection: Connection,
    is_assigned: Slot<()>,
}

/// At most one connection, and all requests.
#[derive(Default)]
struct Pool {
    connections: RefCell<Vec<Connection>>,
    requests: RefCell<VecDeque<Rc<Request>>>,
}

impl Pool {
    async fn request(&self, mended: bool) {
        let request = Rc::new(Request::default());
        self.requests.borrow_mut().push_back(Rc::clone(&request));
        let _end = finally(|| {
            self.requests.borrow_mut().retain(|it| !Rc::ptr_eq(it, &request));
            self.assign(mended);
        });
        self.assign(mended);
        request.is_assigned.wait().await;
        let _close = finally(|| request.connection.set(true));
        interrupt().await; // it is opened, and there is an answer
    }

    fn assign(&self, mended: bool) {
        let requests = self.requests.borrow();
        let has = |it: &Connection| requests.iter().any(|own| Rc::ptr_eq(&own.connection, it));
        let mut connections = self.connections.borrow_mut();
        connections.retain(|it| !it.get() && (!mended || has(it)));
        let next = requests.iter().find(|it| !it.is_assigned.is_done());
        if let Some(next) = next.filter(|_| connections.is_empty()) {
            connections.push(Rc::clone(&next.connection));
            next.is_assigned.set(()).expect("it waits");
        }
    }
}

pub(crate) async fn program(case: Case) {
    let pool = Rc::new(Pool::default());
    let tasks = [(), (), ()]
        .map(|()| Rc::clone(&pool))
        .map(|pool| spawn(async move { pool.request(case.mended).await }));
    interrupt().await;
    if case.cancels {
        tasks[1].cancel();
    }
    ends(tasks).await;
}
