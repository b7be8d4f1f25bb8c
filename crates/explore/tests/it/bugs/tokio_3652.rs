//! tokio: a permit that nobody has taken is thrown away by somebody who never had it.
//!
//! <https://github.com/tokio-rs/tokio/pull/3652>: dropped while it waits, a `Notified` sets the state of its `Notify`
//! to empty. If `notify_waiters` has taken it out of the list before, and `notify_one` has then left a permit, the
//! permit is gone. Mended: it sets the state only where the state says that somebody waits.

use std::cell::Cell as Plain;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, quiescent, spawn};

use super::parts::{Case, Slot, finally};

#[derive(Clone, Copy, PartialEq)]
enum State {
    Empty,
    Waiting,
    Notified,
}

/// Its state, and who waits.
struct Notify {
    state: Cell<State>,
    waiters: RefCell<Vec<Rc<Slot<()>>>>,
}

impl Notify {
    async fn notified(&self, mended: bool) {
        if self.state.get() == State::Notified {
            return self.state.set(State::Empty);
        }
        let waiter = Rc::new(Slot::default());
        self.waiters.borrow_mut().push(Rc::clone(&waiter));
        self.state.set(State::Waiting);
        let is_dropped = Plain::new(true);
        let _end = finally(|| {
            self.waiters.borrow_mut().retain(|it| !Rc::ptr_eq(it, &waiter));
            let is_empty = self.waiters.borrow().is_empty();
            if is_dropped.get() && is_empty && (!mended || self.state.get() == State::Waiting) {
                self.state.set(State::Empty);
            }
        });
        waiter.wait().await;
        is_dropped.set(false);
    }

    fn notify_waiters(&self) {
        self.waiters.take().into_iter().for_each(|it| it.set(()).expect("it waits"));
        self.state.set(State::Empty);
    }
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let notify = Notify { state: Cell::new(State::Empty), waiters: RefCell::default() };
    let notify = Rc::new(notify);
    let waits = Rc::clone(&notify);
    let early = spawn(async move { waits.notified(mended).await });
    quiescent().await;
    notify.notify_waiters();
    notify.state.set(State::Notified); // `notify_one`, where nobody waits
    if case.cancels {
        early.cancel();
    }
    interrupt().await;
    notify.notified(mended).await;
}
