//! What the world tells a recorder: each line printed, and the polls of a stage.

use std::rc::{Rc, Weak};
use std::time::Duration;

use world::{Event, Listening, WokenBy};

use super::{Inner, Recorder};
use crate::event::{By, Ended, PollEnd, TaskNo, What};
use crate::json::bounds::{TEXT, cut};

/// Whose polls are recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Polls {
    /// Those that boucle tells of.
    Loop,
    /// Those that the world tells of, and its time: who is pending is in the queue again.
    Stage,
    /// Likewise, but who is pending waits until it is woken.
    WakingStage,
}

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
        self.listen_to(Polls::Loop)
    }

    /// Records a stage: what it prints, and its polls, in the time of its sealed world.
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
    /// assert_eq!(recorder.trace().len(), 4); // added, begins, done, ends
    /// ```
    pub fn listen_to_stage(self: &Rc<Recorder>) -> Listening {
        self.listen_to(Polls::Stage)
    }

    /// As [`listen_to_stage`](Recorder::listen_to_stage), for the stages from the eighth on, whose tasks
    /// wait until they are woken: who woke them is recorded as well.
    ///
    /// A task that is polled although nobody woke it went back to the queue just then. What wakes a task
    /// in no task's turn is [the loop](By::Loop).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::poll_fn;
    /// use std::rc::Rc;
    /// use std::sync::Arc;
    /// use std::task::{Poll, Wake, Waker};
    /// use boucle_trace::{Recorder, What};
    ///
    /// struct Bell;
    ///
    /// impl Wake for Bell {
    ///     fn wake(self: Arc<Bell>) {} // a stage puts the task into its queue here
    /// }
    ///
    /// let recorder = Rc::new(Recorder::new());
    /// let listening = recorder.listen_to_waking_stage();
    /// world::record(|| {
    ///     let bell = Waker::from(Arc::new(Bell));
    ///     let mut wakes_itself = Box::pin(poll_fn(|cx| {
    ///         cx.waker().wake_by_ref();
    ///         Poll::<()>::Pending
    ///     }));
    ///     assert!(world::step(&mut wakes_itself, &bell).is_pending());
    /// });
    /// drop(listening);
    /// let trace = recorder.trace();
    /// assert!(trace.events().iter().any(|it| matches!(it.what, What::Woken { .. })));
    /// assert_eq!(trace.state_at(trace.len()).ready.len(), 1);
    /// ```
    pub fn listen_to_waking_stage(self: &Rc<Recorder>) -> Listening {
        self.listen_to(Polls::WakingStage)
    }

    fn listen_to(self: &Rc<Recorder>, polls: Polls) -> Listening {
        let recorder: Weak<Recorder> = Rc::downgrade(self);
        world::listen(move |at, event| {
            let Some(recorder) = recorder.upgrade() else { return };
            let last_word = {
                let inner = &mut *recorder.inner.borrow_mut();
                inner.heard(polls, at, event);
                inner.limit.last_word(polls != Polls::Loop)
            };
            // Nothing is borrowed any more. Who unwinds already cannot be ended once more.
            if let Some(words) = last_word.filter(|_| !std::thread::panicking()) {
                panic!("{words}");
            }
        })
    }
}

impl Inner {
    fn heard(&mut self, polls: Polls, at: Option<Duration>, event: &Event) {
        match at.filter(|_| polls != Polls::Loop) {
            // A second sealed world begins at zero again, and times never go back.
            Some(at) => self.now = self.now.max(u64::try_from(at.as_nanos()).unwrap_or(u64::MAX)),
            None => self.tick(),
        }
        match event {
            Event::Printed(line) => self.printed(line, false),
            Event::PrintedError(line) => self.printed(line, true),
            _ if polls == Polls::Loop => {}
            Event::PollBegins(task) => self.stage_begins(polls, number(*task)),
            Event::Pending(task) => {
                self.stage_ends(number(*task), PollEnd::Pending);
                if polls == Polls::Stage {
                    self.keep(What::Requeued { task: number(*task) });
                }
            }
            Event::Ended(task) => {
                let task = number(*task);
                self.unwoken.remove(&task);
                self.keep(What::Done { task, how: Ended::Value });
                self.stage_ends(task, PollEnd::Ready);
            }
            Event::Panicked(task) => {
                let task = number(*task);
                self.unwoken.remove(&task);
                self.keep(What::Done { task, how: Ended::Panicked });
                self.stage_ends(task, PollEnd::Panicked);
                self.store.flush();
            }
            Event::Woken { task, by } if polls == Polls::WakingStage => {
                self.stage_wakes(number(*task), *by);
            }
            _ => {}
        }
    }

    fn printed(&mut self, line: &str, error: bool) {
        let by = self.current.last().copied();
        self.keep(What::Printed { by, error, line: cut(line, TEXT) });
    }

    fn stage_begins(&mut self, polls: Polls, task: TaskNo) {
        // The world numbers tasks as it meets them.
        if task.get() > self.n_met {
            self.n_met = task.get();
            self.keep(What::Added { task, by: None, place: None });
        } else if self.unwoken.contains(&task) {
            // Nobody woke it: the stage polls it all the same.
            self.keep(What::Requeued { task });
        }
        if polls == Polls::WakingStage {
            self.unwoken.insert(task);
        }
        self.current.push(task);
        self.keep(What::PollBegins { task });
        self.store.poll_begins();
    }

    /// A task is woken: that changes nothing if it is woken already, or has ended.
    fn stage_wakes(&mut self, task: TaskNo, by: WokenBy) {
        if self.unwoken.remove(&task) {
            let by = match by {
                WokenBy::Task(task) => By::Task(number(task)),
                WokenBy::Outside => By::Loop,
                WokenBy::Thread => By::Thread,
            };
            self.keep(What::Woken { task, by });
        }
    }

    fn stage_ends(&mut self, task: TaskNo, how: PollEnd) {
        self.current.pop();
        self.keep(What::PollEnds { task, how });
    }
}

fn number(task: world::TaskId) -> TaskNo {
    let number = u32::try_from(task.0).ok().and_then(TaskNo::new);
    number.expect("a recording counts its tasks from 1, and ends before four billion")
}
