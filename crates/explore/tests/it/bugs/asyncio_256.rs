//! asyncio: an item that is handed to a task which is then cancelled is lost.
//!
//! <https://github.com/python/asyncio/pull/256>: `Queue.put_nowait` handed the item to the first task that waited for
//! one. If that one was cancelled before it went on, nobody had the item. Mended: the item stays in the queue, and who
//! is woken takes it.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::RefCell;
use boucle::{interrupt, spawn};

use super::parts::{Case, Slot, finally};

/// Its items, and who waits for one: each is handed one, or told that there is one.
#[derive(Default)]
struct Queue {
    items: RefCell<VecDeque<u32>>,
    getters: RefCell<VecDeque<Rc<Slot<Option<u32>>>>>,
}

impl Queue {
    async fn get(&self) -> u32 {
        loop {
            if let Some(item) = self.items.borrow_mut().pop_front() {
                return item;
            }
            let getter = Rc::new(Slot::default());
            self.getters.borrow_mut().push_back(Rc::clone(&getter));
            let _end = finally(|| {
                // Whoever has been told, and does not look, tells the next.
                if let Some(None) = getter.close() {
                    let _nobody_waits = self.wake(None);
                }
            });
            if let Some(item) = getter.wait().await {
                return item;
            }
        }
    }

    fn put(&self, item: u32, mended: bool) {
        if mended {
            self.items.borrow_mut().push_back(item);
            let _nobody_waits = self.wake(None);
        } else if let Err(back) = self.wake(Some(item)) {
            self.items.borrow_mut().extend(back);
        }
    }

    fn wake(&self, mut item: Option<u32>) -> Result<(), Option<u32>> {
        while let Some(getter) = { self.getters.borrow_mut().pop_front() } {
            match getter.set(item) {
                Ok(()) => return Ok(()),
                Err(back) => item = back,
            }
        }
        Err(item)
    }
}

pub(crate) async fn program(case: Case) {
    let queue = Rc::new(Queue::default());
    let gets = Rc::clone(&queue);
    let getter = spawn(async move { gets.get().await });
    interrupt().await;
    queue.put(7, case.mended);
    if case.cancels {
        getter.cancel();
    }
    let got = getter.await;
    let item = if let Ok(item) = got { item } else { queue.get().await };
    assert_eq!(item, 7);
}
