//! anyio: a stream loses the item that comes as its receiver stops to wait.
//!
//! <https://github.com/agronholm/anyio/issues/146>: `send` puts the item into a box of the first who waits to receive.
//! If its time is over in that moment, the box goes with it: one item in some was lost, and both sides went on. Mended
//! as it was at first: whoever gives up passes on what is in the box.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use boucle::shared::RefCell;
use boucle::{sleep, spawn};

use super::parts::{Case, Slot, finally};

/// How long a receiver waits, and how long it takes the sender to come.
const SECOND: Duration = Duration::from_secs(1);

/// What nobody has received, and the boxes of those who wait.
#[derive(Default)]
struct Stream {
    buffer: RefCell<VecDeque<u32>>,
    receivers: RefCell<VecDeque<Rc<Slot<u32>>>>,
}

impl Stream {
    async fn receive(&self, mended: bool) -> u32 {
        if let Some(item) = self.buffer.borrow_mut().pop_front() {
            return item;
        }
        let own = Rc::new(Slot::default());
        self.receivers.borrow_mut().push_back(Rc::clone(&own));
        let _end = finally(|| {
            self.receivers.borrow_mut().retain(|it| !Rc::ptr_eq(it, &own));
            if let Some(item) = own.close().filter(|_| mended) {
                self.send(item);
            }
        });
        own.wait().await
    }

    fn send(&self, item: u32) {
        let first = self.receivers.borrow_mut().pop_front();
        match first {
            Some(first) => first.set(item).expect("it waits"),
            None => self.buffer.borrow_mut().push_back(item),
        }
    }
}

pub(crate) async fn program(case: Case) {
    let mended = case.mended;
    let stream = Rc::new(Stream::default());
    let [sends, receives] = [(), ()].map(|()| Rc::clone(&stream));
    let receiver = spawn(async move { receives.receive(mended).await });
    drop(spawn(async move { (sleep(SECOND).await, sends.send(7)).1 }));
    sleep(SECOND).await;
    receiver.cancel(); // its time is over
    let item = match receiver.await {
        Ok(item) => item,
        Err(_) => stream.receive(mended).await,
    };
    assert_eq!(item, 7);
}
