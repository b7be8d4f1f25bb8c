//! asyncio: a semaphore whose permits are there, and which gives them to nobody.
//!
//! <https://github.com/python/cpython/issues/90155>: who came took the permit of one that had been woken for it, so a
//! flag was to keep others away until that one had it. Cancelled before that, it left the flag behind: nobody was let
//! in any more. Mended (<https://github.com/python/cpython/pull/93222>): the flag goes with it.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// Its permits, who waits for one, and whether one has been woken and has not gone on yet.
#[derive(Default)]
struct Semaphore {
    value: Cell<u32>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
    is_wakeup_scheduled: Cell<bool>,
}

impl Semaphore {
    async fn acquire(&self, mended: bool) {
        while self.is_wakeup_scheduled.get() || self.value.get() == 0 {
            let waiter = Rc::new(Slot::default());
            self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
            let has_gone_on = Cell::new(false);
            let _end = finally(|| {
                let was_woken = waiter.close().is_some();
                if !has_gone_on.get() {
                    if mended && was_woken {
                        self.is_wakeup_scheduled.set(false);
                    }
                    self.wake_up_next();
                }
            });
            waiter.wait().await;
            has_gone_on.set(true);
            self.is_wakeup_scheduled.set(false);
        }
        self.value.set(self.value.get() - 1);
    }

    fn release(&self) {
        self.value.set(self.value.get() + 1);
        self.wake_up_next();
    }

    fn wake_up_next(&self) {
        while let Some(waiter) = { self.waiters.borrow_mut().pop_front() } {
            if waiter.set(()).is_ok() {
                return self.is_wakeup_scheduled.set(true);
            }
        }
    }
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let semaphore = Rc::new(Semaphore::default());
    let waits = Rc::clone(&semaphore);
    let late = spawn(async move { (waits.acquire(mended).await, waits.release()).1 });
    interrupt().await;
    if case.cancels {
        late.cancel();
    }
    semaphore.release();
    interrupt().await;
    semaphore.acquire(mended).await;
    semaphore.release();
    ends([late]).await;
}
