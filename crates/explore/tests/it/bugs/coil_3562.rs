//! coil: a picture that is never loaded again, since one who waited for it was cancelled.
//!
//! <https://github.com/coil-kt/coil/issues/3562>: of several requests for a key the first does the work; if it fails,
//! it hands its turn to one who waits. Cancelled as it is handed the turn, that one neither passes it on nor is counted
//! down, so the key is taken for ever. Mended (<https://github.com/coil-kt/coil/pull/3566>): who waits ends like the
//! others, whatever happens.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, ends, finally};

/// A key's request: turns that nobody has taken, who waits for one, how many there are, whether one has succeeded.
#[derive(Default)]
struct Request {
    n_turns: Cell<u32>,
    waiters: RefCell<VecDeque<Rc<Slot<()>>>>,
    n_observers: Cell<u32>,
    has_succeeded: Cell<bool>,
}

/// The request of the one key that there is.
type Requests = Rc<RefCell<Option<Rc<Request>>>>;

async fn fetch(requests: Requests, fails: bool, mended: bool) {
    let is_first = requests.borrow().is_none();
    let request = Rc::clone(requests.borrow_mut().get_or_insert_default());
    request.n_observers.set(request.n_observers.get() + 1);
    let turn = Rc::new(Slot::default());
    if is_first || request.n_turns.get() > 0 {
        request.n_turns.set(request.n_turns.get().saturating_sub(1));
        turn.set(()).expect("it is open");
    } else {
        request.waiters.borrow_mut().push_back(Rc::clone(&turn));
    }
    let release = || {
        let had_its_turn = turn.is_done();
        turn.close();
        if had_its_turn && !request.has_succeeded.get() {
            request.n_turns.set(request.n_turns.get() + 1);
        }
        let (n, all) = (request.n_observers.get() - 1, request.has_succeeded.get());
        request.n_observers.set(n);
        while all || request.n_turns.get() > 0 {
            let Some(next) = request.waiters.borrow_mut().pop_front() else { break };
            if next.set(()).is_ok() && !all {
                request.n_turns.set(request.n_turns.get() - 1);
            }
        }
        if n == 0 || all {
            drop(requests.take());
        }
    };
    let early = mended.then(|| finally(release));
    turn.wait().await;
    let _late = early.is_none().then(|| finally(release));
    interrupt().await; // it loads
    request.has_succeeded.set(!fails);
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let requests = Requests::default();
    let first = spawn(fetch(Rc::clone(&requests), true, mended));
    let late = spawn(fetch(Rc::clone(&requests), false, mended));
    interrupt().await;
    if case.cancels {
        late.cancel();
    }
    ends([first, late]).await;
    fetch(requests, false, mended).await;
}
