//! anyio: a lock that nobody has, and who comes waits for ever.
//!
//! <https://github.com/agronholm/anyio/pull/1145>: one who waits is cancelled, and has not yet left the line. The lock
//! is given back: it is handed to nobody, but the line is not empty. So who comes now waits to be handed the lock,
//! behind one who only leaves. Mended: whoever gives the lock back takes those out who are cancelled.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot};

/// Whether somebody has it, and who waits; a slot is closed as its task is cancelled.
#[derive(Default)]
struct Lock {
    is_locked: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Lock {
    /// Whether it was not cancelled.
    async fn acquire(&self) -> bool {
        if !self.is_locked.get() && self.waiters.borrow().is_empty() {
            self.is_locked.set(true);
            return true;
        }
        let waiter = Rc::new(Slot::default());
        self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
        let has_it = waiter.end().await.is_some();
        self.waiters.borrow_mut().retain(|it| !Rc::ptr_eq(it, &waiter));
        has_it
    }

    fn release(&self, mended: bool) {
        if mended {
            self.waiters.borrow_mut().retain(|it| !it.is_done());
        }
        let next = self.waiters.borrow().iter().find(|it| !it.is_done()).cloned();
        self.is_locked.set(next.is_some());
        next.map(|it| it.set(()));
    }
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let lock = Rc::new(Lock::default());
    lock.acquire().await;
    let visit = |lock: Rc<Lock>| async move {
        if lock.acquire().await {
            lock.release(mended);
        }
    };
    let late = spawn(visit(Rc::clone(&lock)));
    interrupt().await;
    let cancelled = lock.waiters.borrow().front().cloned();
    cancelled.map(|it| it.close());
    lock.release(mended);
    let comes = spawn(visit(lock));
    late.await.expect("it leaves");
    comes.await.expect("nobody has it");
}
