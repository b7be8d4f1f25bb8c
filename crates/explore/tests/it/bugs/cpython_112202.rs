//! asyncio: who is told of a change and cancelled before it goes on keeps it to itself.
//!
//! <https://github.com/python/cpython/issues/112202>: `Condition.notify(1)` wakes one of those who wait, to do what is
//! to be done. Cancelled in that moment, or while it takes the lock again, it does not do it, and no other is told.
//! Mended: it tells the next.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::sync::Lock;
use boucle::{interrupt, quiescent, spawn};

use super::parts::{Case, Slot, finally};

/// How many items there are to be had, and who waits for one.
#[derive(Default)]
struct Items {
    lock: Lock<u32>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Items {
    async fn take(&self, mended: bool) {
        let mut n = self.lock.lock().await;
        while *n == 0 {
            let waiter = Rc::new(Slot::default());
            self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
            let is_cancelled = Cell::new(true);
            let _end = finally(|| {
                self.waiters.borrow_mut().retain(|it| !Rc::ptr_eq(it, &waiter));
                if mended && is_cancelled.get() && waiter.is_done() {
                    self.notify();
                }
            });
            drop(n);
            waiter.wait().await;
            n = self.lock.lock().await;
            is_cancelled.set(false);
        }
        *n -= 1;
    }

    fn notify(&self) {
        if let Some(first) = self.waiters.borrow().iter().find(|it| !it.is_done()) {
            first.set(()).expect("it waits");
        }
    }
}

pub(crate) async fn program(case: Case) {
    let items = Rc::new(Items::default());
    let [late, other] = [(), ()]
        .map(|()| Rc::clone(&items))
        .map(|items| spawn(async move { items.take(case.mended).await }));
    interrupt().await;
    if case.cancels {
        late.cancel();
    }
    *items.lock.lock().await += 1;
    items.notify();
    quiescent().await;
    let n = *items.lock.lock().await;
    assert!(n == 0 || late.done() && other.done(), "there is an item, and somebody waits for it");
}
