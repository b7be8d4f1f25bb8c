//! bb8: a connection that is on its way to somebody who gives up is lost, and counted for ever.
//!
//! <https://github.com/djc/bb8/issues/67>: who waited for a connection waited at the end of a channel. If the request
//! was cancelled when its connection had been sent, the channel dropped it. Mended by a guard around what is sent:
//! dropped on the way, it goes back to the pool.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::RefCell;
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// To somewhere; the pool may open one.
struct Connection;

/// The connections that nobody has, and the channels of those who wait.
#[derive(Default)]
struct Pool {
    idle: RefCell<Vec<Connection>>,
    waiters: RefCell<VecDeque<Rc<Slot<Connection>>>>,
}

impl Pool {
    async fn get(&self, mended: bool) -> Connection {
        if let Some(connection) = self.idle.borrow_mut().pop() {
            return connection;
        }
        let waiter = Rc::new(Slot::default());
        self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
        let _guard = finally(|| match waiter.close() {
            Some(connection) if mended => self.put(connection),
            _ => {}
        });
        waiter.wait().await
    }

    fn put(&self, mut connection: Connection) {
        while let Some(waiter) = { self.waiters.borrow_mut().pop_front() } {
            match waiter.set(connection) {
                Ok(()) => return,
                Err(back) => connection = back,
            }
        }
        self.idle.borrow_mut().push(connection);
    }
}

pub(crate) async fn program(case: Case) {
    let pool = Rc::new(Pool::default());
    let visit = |pool: Rc<Pool>| async move { pool.put(pool.get(case.mended).await) };
    let visits = [(), ()].map(|()| spawn(visit(Rc::clone(&pool))));
    interrupt().await;
    if case.cancels {
        visits[0].cancel();
    }
    pool.put(Connection);
    ends(visits).await;
}
