//! What other threads want of a loop: an inbox, the bell that ends its sleep, and how many could ring.
//!
//! ```text
//!           1 push                      2 prepare_to_sleep
//!   AWAKE ──────────▶ MAIL      AWAKE ────────────────▶ ASLEEP
//!     ▲                │          ▲                        │
//!     └────────────────┘          └── 4 woken ◀── MAIL ◀───┘ 3 push, and rings
//!        4 take
//! ```
//!
//! 1 `push` while the loop works, 2 `prepare_to_sleep`, 3 `push` while it sleeps: the only one that
//! makes a system call, once a sleep; 4 `take`.
//!
//! Invariant: whoever may push has a share. Whoever gives up the last one while the loop sleeps rings:
//! a loop that nobody can wake any more must not go on sleeping.

use std::collections::VecDeque;
use std::sync::{self, OnceLock, Weak};

use crate::data::primitives::{AtomicU8, AtomicU32, Mutex, Ordering, Thread};

/// The loop works, or is about to look into its inbox.
const AWAKE: u8 = 0;
/// The loop sleeps, or is about to: whoever brings mail rings.
const ASLEEP: u8 = 1;
/// There is mail that the loop has not taken. Cannot be set while the inbox is empty for good.
const MAIL: u8 = 2;

/// Ends the sleep of a loop that has descriptors; in any thread.
pub(crate) trait Bell: Send + Sync {
    /// Ends the present sleep, or the next one.
    fn ring(&self);
}

/// An inbox for mail of type `M`.
pub(crate) struct Inbox<M> {
    /// AWAKE, ASLEEP or MAIL; changed to MAIL only after the mail is in the inbox.
    state: AtomicU8,
    /// What other threads want; locked for a push or a swap, never while code of a user runs.
    mail: Mutex<Mail<M>>,
    /// How many there are that could bring mail.
    n_shares: AtomicU32,
    /// The thread that the loop lives on: unparked by whoever brings mail while it sleeps.
    thread: Thread,
    /// Where the loop sleeps once it has descriptors: set on its thread, before it first sleeps there.
    /// Weak: who has a waker of a loop that is gone shall not keep its descriptors.
    bell: OnceLock<Weak<dyn Bell>>,
}

/// The mail that the loop has not taken.
struct Mail<M> {
    /// Oldest first.
    mail: VecDeque<M>,
    /// Whether the loop has closed: what comes now is dropped, by whoever brings it.
    is_closed: bool,
}

impl<M> Inbox<M> {
    /// The inbox of a loop on this thread.
    pub(crate) fn new() -> Inbox<M> {
        Inbox {
            state: AtomicU8::new(AWAKE),
            mail: Mutex::new(Mail { mail: VecDeque::new(), is_closed: false }),
            n_shares: AtomicU32::new(0),
            thread: Thread::current(),
            bell: OnceLock::new(),
        }
    }

    /// Brings mail; returns it if the loop has closed.
    ///
    /// Never waits for the loop.
    pub(crate) fn push(&self, mail: M) -> Result<(), M> {
        {
            let mut inbox = self.mail.lock();
            if inbox.is_closed {
                return Err(mail);
            }
            inbox.mail.push_back(mail);
        }
        if self.state.swap(MAIL, Ordering::AcqRel) == ASLEEP {
            self.ring();
        }
        Ok(())
    }

    /// One more could bring mail.
    pub(crate) fn add_share(&self) {
        // Relaxed: whoever adds one has one, or is the loop's own thread.
        self.n_shares.fetch_add(1, Ordering::Relaxed);
    }

    /// One fewer can bring mail. The inbox is kept alive by something else meanwhile.
    pub(crate) fn give_up_share(&self) {
        if self.n_shares.fetch_sub(1, Ordering::AcqRel) == 1 {
            // A write, though it changes nothing: either it comes first and the loop, which goes to
            // sleep after it, sees that no share is left, or it finds that the loop sleeps.
            if self.state.fetch_or(0, Ordering::AcqRel) == ASLEEP {
                self.ring();
            }
        }
    }

    /// Whether nobody could bring mail. What the last one brought is seen by who asks after this.
    pub(crate) fn is_alone(&self) -> bool {
        self.n_shares.load(Ordering::Acquire) == 0
    }

    /// Says where the loop sleeps from now on.
    pub(crate) fn sleeps_at(&self, bell: &sync::Arc<impl Bell + 'static>) {
        let bell: Weak<dyn Bell> = sync::Arc::downgrade(bell) as _;
        // Once for all: a loop has one.
        let _ = self.bell.set(bell);
    }

    /// Whether there may be mail; a plain load, asked at every turn.
    pub(crate) fn has_mail(&self) -> bool {
        self.state.load(Ordering::Acquire) == MAIL
    }

    /// Takes all mail, oldest first.
    pub(crate) fn take(&self) -> VecDeque<M> {
        // First awake, then the inbox: what is pushed in between sets MAIL again, and is seen
        // by the next look, or by this one and then the next look finds nothing.
        self.state.swap(AWAKE, Ordering::AcqRel);
        std::mem::take(&mut self.mail.lock().mail)
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
    pub(crate) fn close(&self) -> VecDeque<M> {
        let mut inbox = self.mail.lock();
        inbox.is_closed = true;
        std::mem::take(&mut inbox.mail)
    }

    /// Takes mail again, as a new one does: nobody else has it.
    #[cfg(feature = "explore")]
    pub(crate) fn reopen(&self) {
        self.state.store(AWAKE, Ordering::Release);
        self.mail.lock().is_closed = false;
    }

    /// Ends the sleep of the loop.
    #[cold]
    fn ring(&self) {
        match self.bell.get().map(Weak::upgrade) {
            Some(Some(bell)) => bell.ring(),
            // The loop is gone: nobody sleeps.
            Some(None) => {}
            None => self.thread.unpark(),
        }
    }
}
