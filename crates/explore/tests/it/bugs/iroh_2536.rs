//! iroh: a message is in the channel, its receiver waits, and nobody tells it.
//!
//! <https://github.com/n0-computer/iroh/pull/2536>: flume's receivers slept beside a message until the next one came,
//! where `select!` begins a new `recv_async` all the time: one of those takes the message that another was woken for.
//! That one looks, finds nothing, lets go of the lock, and takes it again to enter the line: what was sent between the
//! two it does not see. Mended (iroh took another channel): it looks again in the line.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::RefCell;
use boucle::{gather_tasks, interrupt, spawn};

use super::parts::{Case, Slot};

/// Its messages, and the signals of those who wait.
#[derive(Default)]
struct Channel {
    queue: RefCell<VecDeque<u32>>,
    waiting: RefCell<VecDeque<Rc<Slot<()>>>>,
}

impl Channel {
    async fn recv(&self, mended: bool) -> u32 {
        let mut first = self.pop();
        loop {
            if let Some(message) = first {
                return message;
            }
            let signal = Rc::new(Slot::default());
            self.waiting.borrow_mut().push_back(Rc::clone(&signal));
            signal.wait().await;
            if let Some(message) = self.pop() {
                return message;
            }
            interrupt().await; // it has no lock, and others do what they like
            first = if mended { self.pop() } else { None };
        }
    }

    fn pop(&self) -> Option<u32> {
        self.queue.borrow_mut().pop_front()
    }

    fn send(&self, message: u32) {
        self.queue.borrow_mut().push_back(message);
        let first = self.waiting.borrow_mut().pop_front();
        first.map(|it| it.set(()));
    }
}

pub(crate) async fn program(case: Case) {
    let channel = Rc::new(Channel::default());
    let receivers = [(), ()]
        .map(|()| Rc::clone(&channel))
        .map(|channel| spawn(async move { channel.recv(case.mended).await }));
    interrupt().await;
    channel.send(1);
    interrupt().await;
    channel.send(2);
    let all = gather_tasks(receivers).await.expect("both receive one");
    assert_eq!(all.iter().sum::<u32>(), 3);
}
