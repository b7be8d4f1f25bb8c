//! asyncio: a lock that is free, and all who wait for it wait for ever.
//!
//! <https://github.com/python/cpython/pull/1031>: `release` frees an `asyncio.Lock` and wakes the first who waits. If
//! that one is cancelled before it goes on, nobody takes the lock and nobody wakes the next. Mended: it does.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// Whether it is taken, and who waits, until they have it or give up.
#[derive(Default)]
struct Lock {
    is_locked: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Lock {
    async fn acquire(&self, mended: bool) {
        if self.is_locked.get() || !self.waiters.borrow().is_empty() {
            let waiter = Rc::new(Slot::default());
            self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
            let is_cancelled = Cell::new(true);
            let _end = finally(|| {
                self.waiters.borrow_mut().retain(|it| !Rc::ptr_eq(it, &waiter));
                if mended && is_cancelled.get() && !self.is_locked.get() {
                    self.wake_up_first();
                }
            });
            waiter.wait().await;
            is_cancelled.set(false);
        }
        self.is_locked.set(true);
    }

    fn release(&self) {
        self.is_locked.set(false);
        self.wake_up_first();
    }

    fn wake_up_first(&self) {
        if let Some(first) = self.waiters.borrow().iter().find(|it| !it.is_done()) {
            first.set(()).expect("it waits");
        }
    }
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let lock = Rc::new(Lock::default());
    lock.acquire(mended).await;
    let tasks = [(), ()]
        .map(|()| Rc::clone(&lock))
        .map(|lock| spawn(async move { (lock.acquire(mended).await, lock.release()).1 }));
    interrupt().await;
    if case.cancels {
        tasks[0].cancel();
    }
    lock.release();
    ends(tasks).await;
}
