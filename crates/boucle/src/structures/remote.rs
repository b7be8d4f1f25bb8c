//! The part of a loop that other threads may touch: its inbox, and the bell that ends its sleep.
//!
//! Wakers hold it, and a [`LoopHandle`](crate::LoopHandle) does; it outlives the loop safely.
//!
//! ```text
//!           1 push                      2 prepare_to_sleep
//!   AWAKE ──────────▶ MAIL      AWAKE ────────────────▶ ASLEEP
//!     ▲                │          ▲                        │
//!     └────────────────┘          └── 4 woken ◀── MAIL ◀───┘ 3 push, and rings
//!        4 take_mail
//! ```
//!
//! 1 `push` while the loop works, 2 `prepare_to_sleep`, 3 `push` while it sleeps: the only one that
//! makes a system call, once a sleep; 4 `take_mail`.

use std::collections::VecDeque;
use std::sync;
use std::sync::{OnceLock, Weak};

use crate::cell::{Home, Letter};
use crate::data::primitives::{AtomicU8, Mutex, Ordering, Thread};
use crate::reactor::Watcher;

/// The loop works, or is about to look into its inbox.
const AWAKE: u8 = 0;
/// The loop sleeps, or is about to: whoever brings mail rings.
const ASLEEP: u8 = 1;
/// There is mail that the loop has not taken. Cannot be set while the inbox is empty for good.
const MAIL: u8 = 2;

/// What other threads see of a loop.
pub(crate) struct Remote {
    /// AWAKE, ASLEEP or MAIL; changed to MAIL only after the mail is in the inbox.
    state: AtomicU8,
    /// What other threads want; locked for a push or a swap, never while code of a user runs.
    inbox: Mutex<Inbox>,
    /// The thread that the loop lives on: unparked by whoever brings mail while it sleeps.
    thread: Thread,
    /// Where the loop sleeps once it has descriptors: set on its thread, before it first sleeps there.
    /// Weak: who has a waker of a loop that is gone shall not keep its descriptors.
    watcher: OnceLock<Weak<Watcher>>,
    /// For the loop's own thread: how its tasks find it.
    pub(crate) home: Home,
}

/// The mail that the loop has not taken.
struct Inbox {
    /// Oldest first; a task is in here once at the most.
    mail: VecDeque<Mail>,
    /// Whether the loop has closed: what comes now is dropped, by whoever brings it.
    closed: bool,
}

/// What another thread asks of the loop.
pub(crate) enum Mail {
    /// To wake a task.
    Wake(Letter),
    /// To call a function, on the loop's thread and with the loop current.
    Call(Box<dyn FnOnce() + Send>),
}

impl Remote {
    /// The remote part of a loop on this thread.
    pub(crate) fn new() -> Remote {
        Remote {
            state: AtomicU8::new(AWAKE),
            inbox: Mutex::new(Inbox { mail: VecDeque::new(), closed: false }),
            thread: Thread::current(),
            watcher: OnceLock::new(),
            home: Home::new(),
        }
    }

    /// Brings mail; returns it if the loop has closed.
    ///
    /// Never waits for the loop. Touches nothing of a task once its letter is in the inbox.
    pub(crate) fn push(&self, mail: Mail) -> Result<(), Mail> {
        {
            let mut inbox = self.inbox.lock();
            if inbox.closed {
                return Err(mail);
            }
            inbox.mail.push_back(mail);
        }
        if self.state.swap(MAIL, Ordering::AcqRel) == ASLEEP {
            match self.watcher.get().map(Weak::upgrade) {
                Some(Some(watcher)) => watcher.ring(),
                // The loop is gone: nobody sleeps.
                Some(None) => {}
                None => self.thread.unpark(),
            }
        }
        Ok(())
    }

    /// Says where the loop sleeps from now on.
    pub(crate) fn sleeps_in(&self, watcher: &sync::Arc<Watcher>) {
        // Once for all: a loop has one.
        let _ = self.watcher.set(sync::Arc::downgrade(watcher));
    }

    /// Whether there may be mail; a plain load, asked at every turn.
    pub(crate) fn has_mail(&self) -> bool {
        self.state.load(Ordering::Acquire) == MAIL
    }

    /// Takes all mail, oldest first.
    pub(crate) fn take_mail(&self) -> VecDeque<Mail> {
        // First awake, then the inbox: what is pushed in between sets MAIL again, and is seen
        // by the next look, or by this one and then the next look finds nothing.
        self.state.swap(AWAKE, Ordering::AcqRel);
        std::mem::take(&mut self.inbox.lock().mail)
    }

    /// Says that the loop will sleep; `false` if there is mail, and it must not.
    pub(crate) fn prepare_to_sleep(&self) -> bool {
        let asleep =
            self.state.compare_exchange(AWAKE, ASLEEP, Ordering::AcqRel, Ordering::Acquire);
        asleep.is_ok()
    }

    /// Says that the loop is awake again. Mail that came meanwhile stays announced.
    pub(crate) fn woken(&self) {
        // Failing is fine: it is MAIL, and stays so until it is taken.
        let _ = self.state.compare_exchange(ASLEEP, AWAKE, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Refuses all mail from now on; returns what was not taken, for the loop to drop.
    pub(crate) fn close(&self) -> VecDeque<Mail> {
        let mut inbox = self.inbox.lock();
        inbox.closed = true;
        std::mem::take(&mut inbox.mail)
    }
}

/// The remote part of a loop that may be gone.
#[cfg(not(boucle_loom))]
pub(crate) mod weak {
    use std::sync::{Arc, Weak};

    use crate::core::Core;
    use crate::structures::remote::Remote;

    /// Does not keep it alive.
    pub(crate) struct WeakRemote(Weak<Remote>);

    impl WeakRemote {
        pub(crate) fn of(core: &Core) -> WeakRemote {
            WeakRemote(Arc::downgrade(&core.remote))
        }

        pub(crate) fn get(&self) -> Option<Arc<Remote>> {
            self.0.upgrade()
        }
    }
}

/// The model checker has no `Weak`: its loops are reached through what its threads hold.
#[cfg(boucle_loom)]
pub(crate) mod weak {
    use crate::core::Core;
    use crate::data::primitives::Arc;
    use crate::structures::remote::Remote;

    /// Always gone.
    pub(crate) struct WeakRemote;

    impl WeakRemote {
        pub(crate) fn of(_core: &Core) -> WeakRemote {
            WeakRemote
        }

        pub(crate) fn get(&self) -> Option<Arc<Remote>> {
            None
        }
    }
}
