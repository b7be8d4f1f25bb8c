//! sqlx: who is woken for a connection that somebody else then takes is in no line any more.
//!
//! <https://github.com/transact-rs/sqlx/issues/622>: under load `Pool::acquire` timed out although connections were
//! given back all the time. Who came took what was there, also if one of those who waited had been woken for it;
//! that one found nothing, and waited on, without being in the line. Mended
//! (<https://github.com/transact-rs/sqlx/pull/1211>): it enters the line again.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{gather, interrupt};

use super::parts::{Case, Slot};

/// A pool of one connection.
struct Pool {
    is_idle: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Pool {
    async fn acquire(&self, mended: bool) {
        if self.is_idle.replace(false) {
            return;
        }
        let mut waiter = self.enter();
        loop {
            waiter.wait().await;
            if self.is_idle.replace(false) {
                return;
            }
            if mended {
                waiter = self.enter();
            }
        }
    }

    fn enter(&self) -> Rc<Slot<()>> {
        let waiter = Rc::new(Slot::default());
        self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
        waiter
    }

    fn release(&self) {
        self.is_idle.set(true);
        let next = self.waiters.borrow_mut().pop_front();
        next.map(|waiter| waiter.set(()));
    }
}

pub(crate) async fn program(case: Case) {
    let pool = Rc::new(Pool { is_idle: Cell::new(true), waiters: RefCell::default() });
    let query = |pool: Rc<Pool>| async move {
        pool.acquire(case.mended).await;
        interrupt().await;
        pool.release();
    };
    gather([(), (), ()].map(|()| query(Rc::clone(&pool)))).await.expect("all end");
}
