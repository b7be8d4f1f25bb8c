//! asyncio: `wait_for` says that it was too late, and what came in that moment is lost.
//!
//! <https://github.com/python/asyncio/issues/343>: the timer wakes who waits, and that is all. Until that one goes on,
//! what it waits for goes on too, and takes an item out of a queue; then it is cancelled, and its item is nobody's.
//! Mended as in later versions: cancelled, it is waited for, and if it has ended with a result, that counts.

use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Queue;
use boucle::{call_later, sleep, spawn};

use super::parts::{Case, Slot};

/// How long to wait, and how long it takes until there is an item.
const SECOND: Duration = Duration::from_secs(1);

/// The next item, if there is one in time.
async fn wait_for(queue: Rc<Queue<u32>>, mended: bool) -> Option<u32> {
    // Whether it is too late, as the first one says it.
    let waiter = Rc::new(Slot::default());
    let release = |is_late: bool| {
        let waiter = Rc::clone(&waiter);
        move || {
            if !waiter.is_done() {
                waiter.set(is_late).expect("it is waited for");
            }
        }
    };
    let timer = call_later(SECOND, release(true));
    let done = release(false);
    let get = spawn(async move {
        let item = queue.get().await.expect("it is open");
        done();
        item
    });
    if waiter.wait().await {
        get.cancel();
        if !mended {
            return None;
        }
    }
    timer.cancel();
    get.await.ok()
}

pub(crate) async fn program(case: Case) {
    let queue = Rc::new(Queue::unbounded());
    let puts = Rc::clone(&queue);
    let producer = spawn(async move {
        sleep(SECOND).await;
        puts.try_put(4).expect("there is room");
    });
    let got = wait_for(Rc::clone(&queue), case.mended).await;
    producer.await.expect("it ends");
    assert!(got == Some(4) || queue.len() == 1, "item 4 is lost");
}
