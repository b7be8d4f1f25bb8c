//! httpcore: a request that is cancelled early stays in the queue, and all others wait behind it.
//!
//! <https://github.com/encode/httpcore/issues/830>: a request was put into the list, then expired connections were
//! closed, which waits, and only from there on it was seen to that a cancelled request leaves the list. Mended
//! (<https://github.com/encode/httpcore/pull/880>): from the beginning on.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// One connection; requests get it in the order in which they came.
#[derive(Default)]
struct Pool {
    is_taken: Cell<bool>,
    requests: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Pool {
    async fn request(&self, mended: bool) {
        let request = Rc::new(Slot::default());
        self.requests.borrow_mut().push_back(Rc::clone(&request));
        let early = mended.then(|| finally(|| self.close(&request)));
        interrupt().await; // it closes connections that have expired
        let _late = early.is_none().then(|| finally(|| self.close(&request)));
        self.assign();
        request.wait().await;
        interrupt().await; // it is answered
    }

    /// The next one gets the connection.
    fn assign(&self) {
        if self.is_taken.get() {
            return;
        }
        if let Some(next) = self.requests.borrow().front() {
            self.is_taken.set(next.set(()).is_ok());
        }
    }

    /// A request is over.
    fn close(&self, request: &Rc<Slot<()>>) {
        let had_it = request.is_done();
        self.requests.borrow_mut().retain(|it| !Rc::ptr_eq(it, request));
        if had_it {
            self.is_taken.set(false);
        }
        self.assign();
    }
}

pub(crate) async fn program(case: Case) {
    let pool = Rc::new(Pool::default());
    let tasks = [(), ()]
        .map(|()| Rc::clone(&pool))
        .map(|pool| spawn(async move { pool.request(case.mended).await }));
    interrupt().await;
    if case.cancels {
        tasks[0].cancel();
    }
    ends(tasks).await;
}
