//! embassy: who stands at the head of the line is not woken, because the one before it was cancelled.
//!
//! <https://github.com/embassy-rs/embassy/pull/6964>: whoever is at the head of a `FairSemaphore`'s line takes its
//! permits when it is polled, and each change of the head wakes the new one; but not where the head is cancelled.
//! Mended: there, too.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, quiescent, spawn};

use super::parts::{Case, ends, finally};

/// Its permits, and the line of those who wait: no waker is left where one was cancelled.
struct FairSemaphore {
    permits: Cell<usize>,
    line: RefCell<VecDeque<Rc<RefCell<Option<Waker>>>>>,
}

impl FairSemaphore {
    async fn acquire(&self, n: usize, mended: bool) {
        let own = Rc::new(RefCell::new(None));
        self.line.borrow_mut().push_back(Rc::clone(&own));
        let is_first = || self.line.borrow().front().is_some_and(|it| Rc::ptr_eq(it, &own));
        let _end = finally(|| {
            drop(own.take());
            if mended && is_first() {
                self.wake();
            }
        });
        poll_fn(|cx| {
            if is_first() && self.permits.get() >= n {
                self.permits.set(self.permits.get() - n);
                drop(self.line.borrow_mut().pop_front());
                self.wake();
                return Poll::Ready(());
            }
            *own.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Takes out those who were cancelled, and wakes the first of the others.
    fn wake(&self) {
        let mut line = self.line.borrow_mut();
        while let Some(first) = line.front() {
            if let Some(waker) = &*first.borrow() {
                return waker.wake_by_ref();
            }
            line.pop_front();
        }
    }
}

pub(crate) async fn program(case: Case) {
    let permits = FairSemaphore { permits: Cell::new(1), line: RefCell::default() };
    let permits = Rc::new(permits);
    let [two, one] = [2, 1]
        .map(|n| (n, Rc::clone(&permits)))
        .map(|(n, permits)| spawn(async move { permits.acquire(n, case.mended).await }));
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
