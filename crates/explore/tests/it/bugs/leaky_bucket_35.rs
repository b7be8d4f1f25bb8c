//! leaky-bucket: a rate limiter that lets nobody through any more.
//!
//! <https://github.com/udoprog/leaky-bucket/issues/35>: one of those who acquire is the *core*, which sleeps until the
//! next tokens come. As it is through, it wakes another, which takes over. Dropped before it goes on, that one was no
//! core yet, so it wakes nobody, and nobody sleeps for the others. Mended: then it wakes the next.

use std::cell::Cell as Plain;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, sleep, spawn};

use super::parts::{Case, Slot, ends, finally};

/// Whether nobody is the core, and who waits.
struct RateLimiter {
    is_available: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl RateLimiter {
    async fn acquire(&self, mended: bool) {
        while !self.is_available.replace(false) {
            let waiter = Rc::new(Slot::default());
            self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
            let has_gone_on = Plain::new(false);
            let _end = finally(|| {
                self.waiters.borrow_mut().retain(|it| !Rc::ptr_eq(it, &waiter));
                if mended && waiter.is_done() && !has_gone_on.get() {
                    self.wake_next();
                }
            });
            waiter.wait().await;
            has_gone_on.set(true);
        }
        let _core = finally(|| {
            self.is_available.set(true);
            self.wake_next();
        });
        sleep(Duration::from_millis(100)).await; // a token comes
    }

    fn wake_next(&self) {
        if let Some(next) = self.waiters.borrow().iter().find(|it| !it.is_done()) {
            next.set(()).expect("it waits");
        }
    }
}

pub(crate) async fn program(case: Case) {
    let limiter = RateLimiter { is_available: Cell::new(true), waiters: RefCell::default() };
    let limiter = Rc::new(limiter);
    let [core, late, other] = [(), (), ()]
        .map(|()| Rc::clone(&limiter))
        .map(|limiter| spawn(async move { limiter.acquire(case.mended).await }));
    interrupt().await;
    ends([core]).await;
    if case.cancels {
        late.cancel();
    }
    ends([late, other]).await;
}
