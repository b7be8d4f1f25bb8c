//! aiohttp: more connections than the limit allows.
//!
//! <https://github.com/aio-libs/aiohttp/issues/4936>: a connection is given back, and one who waits is woken for it.
//! Before that one goes on, somebody else comes, finds room and takes it. The one that was woken does not look again,
//! and takes one too. Mended: it looks again.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{gather, interrupt};

use super::parts::{Case, Slot};

/// How many connections there may be.
const LIMIT: usize = 1;

/// The connections in use, and those who wait for one.
#[derive(Default)]
struct Connector {
    n_acquired: Cell<usize>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Connector {
    async fn connect(&self, mended: bool) {
        while self.n_acquired.get() >= LIMIT {
            let waiter = Rc::new(Slot::default());
            self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
            waiter.wait().await;
            if !mended {
                break;
            }
        }
        self.n_acquired.set(self.n_acquired.get() + 1);
        assert!(self.n_acquired.get() <= LIMIT, "more connections than the limit allows");
    }

    fn release(&self) {
        self.n_acquired.set(self.n_acquired.get() - 1);
        let next = self.waiters.borrow_mut().pop_front();
        next.map(|waiter| waiter.set(()));
    }
}

pub(crate) async fn program(case: Case) {
    let connector = Rc::new(Connector::default());
    let request = |connector: Rc<Connector>| async move {
        connector.connect(case.mended).await;
        interrupt().await;
        connector.release();
    };
    gather([(), (), ()].map(|()| request(Rc::clone(&connector)))).await.expect("all end");
}
