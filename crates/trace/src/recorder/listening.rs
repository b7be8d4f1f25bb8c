//! What the world tells a recorder: each line printed, and all that a stage does.

use std::rc::{Rc, Weak};

use world::{Event, Listening};

use super::{Inner, Recorder};
use crate::event::What;
use crate::file::bounds::{TEXT, cut};

impl Recorder {
    /// Records what this thread prints by `world::println`, until what this returns is dropped.
    ///
    /// It is printed as ever; in a sealed world it is kept there.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle_trace::Recorder;
    /// use world::println;
    ///
    /// let recorder = Rc::new(Recorder::new());
    /// let listening = recorder.listen();
    /// println!("Hello");
    /// drop(listening);
    /// println!("and goodbye");
    /// assert_eq!(recorder.trace().output(), "Hello\n");
    /// ```
    pub fn listen(self: &Rc<Recorder>) -> Listening {
        self.listen_to(false)
    }

    /// Records a stage: what it prints, its polls, its queue and its times, in the time of its sealed world.
    ///
    /// A queue and a map of times tell who goes in and out if they are those of `world::collections`, as
    /// the stages have them. Of a loop that has others it is known whom it polls, and who is woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use std::task::Waker;
    /// use boucle_trace::Recorder;
    ///
    /// let recorder = Rc::new(Recorder::new());
    /// let listening = recorder.listen_to_stage();
    /// world::record(|| {
    ///     let mut task = Box::pin(async {});
    ///     assert!(world::step(&mut task, Waker::noop()).is_ready());
    /// });
    /// drop(listening);
    /// assert_eq!(recorder.trace().len(), 4); // made, begins, done, ends
    /// ```
    pub fn listen_to_stage(self: &Rc<Recorder>) -> Listening {
        self.listen_to(true)
    }

    fn listen_to(self: &Rc<Recorder>, is_stage: bool) -> Listening {
        let recorder: Weak<Recorder> = Rc::downgrade(self);
        world::listen(move |at, event| {
            let Some(recorder) = recorder.upgrade() else { return };
            let last_word = {
                let inner = &mut *recorder.inner.borrow_mut();
                match at.filter(|_| is_stage) {
                    Some(at) => inner.heard_stage(at, event),
                    None => inner.heard(event),
                }
                inner.limit.last_word(is_stage)
            };
            // Nothing is borrowed any more: not here, nor by a stage that polls, prints or sleeps. Who
            // unwinds already cannot be ended once more.
            let ends = can_end(event) && !std::thread::panicking();
            if let Some(words) = last_word.filter(|_| ends) {
                panic!("{words}");
            }
        })
    }
}

/// Whether a program can be ended in the middle of what is told.
fn can_end(event: &Event) -> bool {
    matches!(
        event,
        Event::PollBegins(_)
            | Event::Printed(_)
            | Event::PrintedError(_)
            | Event::LoopSleeps(_)
            | Event::LoopWakes
    )
}

impl Inner {
    /// What a program of boucle prints; the rest boucle itself tells.
    fn heard(&mut self, event: &Event) {
        self.tick();
        match event {
            Event::Printed(line) => self.printed(line, false),
            Event::PrintedError(line) => self.printed(line, true),
            _ => {}
        }
    }

    pub(super) fn printed(&mut self, line: &str, error: bool) {
        let by = self.current.last().copied();
        self.keep(What::Printed { by, error, line: cut(line, TEXT) });
    }
}
