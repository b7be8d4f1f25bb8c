//! aiohttp: who is woken for a free connection and cancelled before it goes on leaves the others asleep.
//!
//! <https://github.com/aio-libs/aiohttp/issues/9670>: with a limit, requests that timed out made all later ones time
//! out too. `_release_waiter` took one out of the line and woke it; cancelled in that moment, it looked for itself in
//! the line, was not there, and did nothing. Mended: then it wakes the next.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// At most one connection at a time.
#[derive(Default)]
struct Connector {
    is_taken: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Connector {
    async fn connect(&self, mended: bool) {
        if self.is_taken.get() || !self.waiters.borrow().is_empty() {
            let waiter = Rc::new(Slot::default());
            self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
            let is_cancelled = Cell::new(true);
            let _end = finally(|| {
                let place = self.waiters.borrow().iter().position(|it| Rc::ptr_eq(it, &waiter));
                match place {
                    Some(place) => drop(self.waiters.borrow_mut().remove(place)),
                    None if mended && is_cancelled.get() => self.release_waiter(),
                    None => {}
                }
            });
            waiter.wait().await;
            is_cancelled.set(false);
        }
        self.is_taken.set(true);
    }

    fn release(&self) {
        self.is_taken.set(false);
        self.release_waiter();
    }

    fn release_waiter(&self) {
        let next = self.waiters.borrow_mut().pop_front();
        next.map(|waiter| waiter.set(()));
    }
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let connector = Rc::new(Connector::default());
    connector.connect(mended).await;
    let tasks = [(), ()].map(|()| Rc::clone(&connector)).map(|connector| {
        spawn(async move { (connector.connect(mended).await, connector.release()).1 })
    });
    interrupt().await;
    if case.cancels {
        tasks[0].cancel();
    }
    connector.release();
    ends(tasks).await;
}
