//! What a stage does, as its world tells it: the two together make one event, where they are one thing.

use std::collections::HashSet;
use std::time::Duration;

use world::{Event, WokenBy};

use super::{Inner, nanoseconds};
use crate::event::{By, Ended, On, PollEnd, TaskNo, What};

/// For what a task of a stage waits, if it has not just asked for a time.
const BELL: &str = "its bell";

/// What is known of a stage that is listened to.
#[derive(Default)]
pub(super) struct Stage {
    /// The tasks that were told of.
    met: HashSet<TaskNo>,
    /// What was told last, if what follows says what it was.
    held: Option<Held>,
    /// Whether its queue tells who goes in: else a wake is believed to do that.
    queue_tells: bool,
    /// The tasks that nobody has woken since their last poll began, if the queue tells nothing.
    unwoken: HashSet<TaskNo>,
    /// The task that went into the queue while it was polled: it waits for nothing.
    is_back: Option<TaskNo>,
    /// Whether a time has come, and nobody was polled since.
    has_fired: bool,
    /// Who has just asked for a time, and how far ahead that is.
    just_set: Option<(TaskNo, u64)>,
}

/// Something that was told, and waits for what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// A task has given the turn back: it may be put back at once.
    Stopped(TaskNo),
    /// A task has left the queue: to be polled, as a rule.
    Taken(TaskNo),
}

impl Stage {
    /// What is held back, if nothing follows that says what it was.
    pub(super) fn held(&self) -> Option<What> {
        Some(match self.held? {
            Held::Stopped(task) => What::PollEnds { task, how: PollEnd::Pending },
            Held::Taken(task) => What::Unqueued { task },
        })
    }
}

impl Inner {
    /// Keeps what was held back: nothing follows that would say what it was.
    pub(super) fn settle(&mut self) {
        if let Some(what) = self.stage.held() {
            self.stage.held = None;
            self.push(what);
        }
    }

    /// Something has happened in a stage.
    pub(super) fn heard_stage(&mut self, at: Duration, event: &Event) {
        match (self.stage.held, event) {
            (Some(Held::Stopped(task)), Event::Queued { task: it, by: None, first: false })
                if number(*it) == task =>
            {
                self.stage.held = None;
                self.stage.queue_tells = true;
                return self.push(What::PollEnds { task, how: PollEnd::Requeued });
            }
            (Some(Held::Taken(task)), Event::PollBegins(it)) if number(*it) == task => {
                self.stage.held = None;
            }
            _ => self.settle(),
        }
        // A second sealed world begins at zero again, and times never go back.
        self.now = self.now.max(nanoseconds(at));
        let just_set = self.stage.just_set.take();
        let by = self.current.last().copied();
        match event {
            Event::Printed(line) => self.printed(line, false),
            Event::PrintedError(line) => self.printed(line, true),
            Event::Made(task) => self.meet(number(*task), by),
            Event::Queued { task, by, first } => self.queued(number(*task), *by, *first),
            Event::Unqueued(task) => self.stage.held = Some(Held::Taken(number(*task))),
            Event::PollBegins(task) => self.stage_begins(number(*task)),
            Event::Waits(task) if self.stage.is_back == Some(number(*task)) => {}
            Event::Waits(task) => {
                let task = number(*task);
                let time = just_set.filter(|(it, _)| *it == task).map(|(_, after)| On::Time(after));
                let on = time.unwrap_or_else(|| On::Sync(self.text(BELL)));
                self.keep(What::Waits { task, on, object: None, place: None, wait: None });
            }
            Event::Pending(task) => {
                self.current.pop();
                self.stage.held = Some(Held::Stopped(number(*task)));
            }
            Event::Ended(task) => self.stage_ends(number(*task), Ended::Value, PollEnd::Ready),
            Event::Panicked(task) => {
                self.stage_ends(number(*task), Ended::Panicked, PollEnd::Panicked);
                self.store.flush();
            }
            Event::Dropped(task) => {
                let task = number(*task);
                if self.stage.met.contains(&task) {
                    self.keep(What::Done { task, how: Ended::Dropped });
                }
            }
            Event::Woken { task, by } if !self.stage.queue_tells => {
                let task = number(*task);
                if self.stage.unwoken.remove(&task) {
                    let by = self.waker(*by);
                    self.keep(What::Woken { task, by });
                }
            }
            Event::TimerSet { timer, at } => {
                let after = nanoseconds(*at).saturating_sub(self.now);
                self.keep(What::TimerSet { timer: timer_number(*timer), by, after });
                self.stage.just_set = by.map(|by| (by, after));
            }
            Event::TimerTaken { timer } => {
                self.stage.has_fired = true;
                self.keep(What::TimerFired { timer: timer_number(*timer) });
            }
            Event::TimerUnset { timer } => {
                self.keep(What::TimerUnset { timer: timer_number(*timer), by });
            }
            Event::LoopSleeps(timeout) => {
                self.stage.has_fired = false;
                self.keep(What::LoopSleeps { timeout: timeout.map(nanoseconds) });
                self.store.flush();
            }
            Event::LoopWakes => self.keep(What::LoopWakes),
            _ => {}
        }
    }

    /// A task is told of that may be new: one that stands in no queue.
    fn meet(&mut self, task: TaskNo, by: Option<TaskNo>) {
        if self.stage.met.insert(task) {
            self.keep(What::Made { task, by });
        }
    }

    /// A task has gone into the queue.
    fn queued(&mut self, task: TaskNo, by: Option<WokenBy>, first: bool) {
        self.stage.queue_tells = true;
        if self.current.last() == Some(&task) {
            self.stage.is_back = Some(task);
        }
        let maker = self.current.last().copied();
        match by {
            _ if first && !self.stage.met.contains(&task) => self.meet(task, maker),
            _ if self.stage.met.insert(task) => {
                self.keep(What::Added { task, by: maker, place: None, future: None });
            }
            Some(by) => {
                let by = self.waker(by);
                self.keep(What::Woken { task, by });
            }
            None if !first => self.keep(What::Requeued { task }),
            None => {}
        }
        if first {
            self.keep(What::QueuedFirst { task });
        }
    }

    fn stage_begins(&mut self, task: TaskNo) {
        self.meet(task, self.current.last().copied());
        self.stage.has_fired = false;
        self.stage.is_back = None;
        self.ended = None;
        if !self.stage.queue_tells {
            self.stage.unwoken.insert(task);
        }
        self.current.push(task);
        self.keep(What::PollBegins { task });
        self.store.poll_begins();
    }

    fn stage_ends(&mut self, task: TaskNo, how: Ended, poll: PollEnd) {
        self.stage.unwoken.remove(&task);
        self.keep(What::Done { task, how });
        self.current.pop();
        self.keep(What::PollEnds { task, how: poll });
    }

    fn waker(&self, by: WokenBy) -> By {
        match by {
            WokenBy::Task(task) => By::Task(number(task)),
            WokenBy::Thread => By::Thread,
            WokenBy::Outside if self.stage.has_fired => By::Timer,
            WokenBy::Outside => By::Loop,
        }
    }
}

fn number(task: world::TaskId) -> TaskNo {
    let number = u32::try_from(task.0).ok().and_then(TaskNo::new);
    number.expect("a recording counts its tasks from 1, and ends before four billion")
}

fn timer_number(timer: usize) -> u32 {
    u32::try_from(timer).expect("a recording ends before four billion times were asked for")
}
