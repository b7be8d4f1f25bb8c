//! shuttle: there are permits enough for one who waits, and it waits, behind one who has left.
//!
//! <https://github.com/awslabs/shuttle/pull/167>: a fair semaphore serves those who wait in turn. The first wants
//! two permits, the second one, and one is there. The first gives up, and nobody looks at the second. Mended: who
//! leaves the head of the line serves those who are behind.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, quiescent, spawn};

use super::parts::{Case, Slot, ends, finally};

/// Its permits, and who waits for how many.
struct Semaphore {
    available: Cell<usize>,
    waiters: RefCell<VecDeque<(usize, Rc<Slot<()>>)>>,
}

impl Semaphore {
    async fn acquire(&self, n: usize, mended: bool) {
        let waiter = Rc::new(Slot::default());
        self.waiters.borrow_mut().push_back((n, Rc::clone(&waiter)));
        self.unblock();
        let _end = finally(|| {
            if waiter.close().is_some() {
                self.release(n);
            }
            let place = self.waiters.borrow().iter().position(|it| Rc::ptr_eq(&it.1, &waiter));
            if let Some(place) = place {
                drop(self.waiters.borrow_mut().remove(place));
                if mended && place == 0 {
                    self.unblock();
                }
            }
        });
        waiter.wait().await;
    }

    fn release(&self, n: usize) {
        self.available.set(self.available.get() + n);
        self.unblock();
    }

    /// Serves those who are first, as long as there are permits enough.
    fn unblock(&self) {
        while self.waiters.borrow().front().is_some_and(|it| it.0 <= self.available.get()) {
            let (n, waiter) = self.waiters.borrow_mut().pop_front().expect("it is there");
            self.available.set(self.available.get() - n);
            waiter.set(()).expect("who gives up leaves the line");
        }
    }
}

pub(crate) async fn program(case: Case) {
    let permits = Semaphore { available: Cell::new(1), waiters: RefCell::default() };
    let permits = Rc::new(permits);
    let [two, one] = [2, 1].map(|n| (n, Rc::clone(&permits))).map(|(n, permits)| {
        spawn(async move { (permits.acquire(n, case.mended).await, permits.release(n)).1 })
    });
    interrupt().await;
    if case.cancels {
        two.cancel();
    } else {
        quiescent().await;
    }
    if case.cancels || two.done() {
        ends([one]).await; // nobody is before it
    }
}
