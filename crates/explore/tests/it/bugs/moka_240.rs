//! moka: who asks a cache for a value waits for one who began to make it and does not go on.
//!
//! <https://github.com/moka-rs/moka/issues/240>: `get_with` has the first caller make the value; the others wait for
//! a lock that it holds. The first is not polled any more, since its task waits for something else, and that something
//! wants the value, too. Mended as the issue proposes: whoever is polled drives it; here it is a task of its own.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use boucle::shared::Cell;
use boucle::sync::{Event, Lock};
use boucle::{interrupt, spawn};

use super::parts::Case;

/// A cache of one value.
#[derive(Default)]
struct Cache {
    value: Rc<Cell<Option<u32>>>,
    first: Lock<()>,
    /// Where a task makes it: whether that was begun, and whether it is there.
    is_begun: Cell<bool>,
    is_there: Rc<Event>,
}

impl Cache {
    async fn get_with(&self, init: impl Future<Output = u32> + 'static, mended: bool) -> u32 {
        if mended {
            if !self.is_begun.replace(true) {
                let (value, is_there) = (Rc::clone(&self.value), Rc::clone(&self.is_there));
                drop(spawn(async move {
                    value.set(Some(init.await));
                    is_there.set();
                }));
            }
            self.is_there.wait().await;
            return self.value.get().expect("it is there");
        }
        let _first = self.first.lock().await;
        if let Some(value) = self.value.get() {
            return value;
        }
        let value = init.await;
        self.value.set(Some(value));
        value
    }
}

/// Makes the value.
async fn init() -> u32 {
    interrupt().await;
    7
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let cache = Rc::new(Cache::default());
    let asks = Rc::clone(&cache);
    let other = spawn(async move { asks.get_with(init(), mended).await });
    interrupt().await;
    let mut own = pin!(cache.get_with(init(), mended));
    let value = poll_fn(|cx| Poll::Ready(own.as_mut().poll(cx))).await;
    let others = other.await.expect("it has it");
    assert!(value.is_pending() || others == 7);
}
