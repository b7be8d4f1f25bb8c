//! An event is played, and taken back: each says what it has changed, and so costs no more than that.

use std::mem;
use std::sync::Arc;

use super::objects::{self, ObjectChange};
use super::timers::Key;
use super::waiting;
use super::waiting::WaitChange;
use super::{Asleep, Choice, Line, State, TaskState, Timer, Wait, Waits, Wake};
use crate::event::{Await, Ended, Event, Place, PollEnd, RunEnd, TaskNo, Text, What};

/// What an event has changed: with it, the event is taken back.
#[derive(Clone, Debug)]
pub(crate) struct Undo {
    position: u64,
    now: u64,
    /// Whether its task was not known before.
    is_new: bool,
    change: Change,
}

impl Undo {
    /// The tasks that were being polled before the event, and are not any more.
    pub(crate) fn running(&self) -> &[TaskNo] {
        match &self.change {
            Change::Ended { running, .. } | Change::Done { running, .. } => running,
            _ => &[],
        }
    }
}

/// What was before, of all that an event of this kind changes.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Added {
        by: Option<TaskNo>,
        place: Option<Place>,
        future: Option<Text>,
        queue: Entered,
    },
    Named(Option<Text>),
    /// A task was made that is in no queue: by whom before.
    Made {
        by: Option<TaskNo>,
        is_by_hand: bool,
    },
    /// A task has gone to the head of the queue: where it stood.
    First {
        left: Left,
        woken: Option<Wake>,
    },
    /// A task has left the queue, and nothing else.
    Left(Left),
    Begun {
        left: Left,
        choice: Option<Choice>,
        n_polls: u64,
        began: Option<u64>,
        told: bool,
        awaits: Vec<Await>,
        /// How the run before this one had ended.
        end: Option<RunEnd>,
    },
    Ended {
        running: Vec<TaskNo>,
        began: Option<u64>,
        busy: u64,
        last: Option<PollEnd>,
        queue: Entered,
    },
    Readied(Entered),
    Printed,
    Waits(WaitChange),
    TimerSet(Key),
    TimerTaken(Option<(Key, Timer)>, Option<Wait>),
    Slept(Option<Asleep>),
    /// A task is being dropped: whether it was before.
    DropBegun(bool),
    Done {
        /// Those that were being polled, or dropped, and are not any more.
        running: Vec<TaskNo>,
        left: Option<Left>,
        done: Option<Ended>,
        waits: Waits,
    },
    /// Where a task stood when that was told before.
    Stands(Vec<Await>),
    Object(ObjectChange),
    Over(Option<RunEnd>),
}

/// A task has gone into the ready queue: why it was there the last time; none, if it did not.
type Entered = Option<Option<Wake>>;

/// A task has left the ready queue.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// Whether it was in it.
    was_ready: bool,
    /// Its place.
    place: Option<usize>,
}

impl State {
    /// Plays one event, and says how it is taken back.
    pub(crate) fn play(&mut self, event: &Event) -> Undo {
        let (position, now, n_tasks) = (self.position, self.now, self.tasks.len());
        self.position = position.saturating_add(1);
        self.now = event.at;
        let wake = |by| Wake { position, at: event.at, by };
        let change = match &event.what {
            What::Added { task, by, place, future } => {
                let state = self.task(*task);
                let by = mem::replace(&mut state.by, *by);
                let place = mem::replace(&mut state.place, place.clone());
                let future = mem::replace(&mut state.future, future.clone());
                Change::Added { by, place, future, queue: self.make_ready(*task, wake(None)) }
            }
            What::Made { task, by } => {
                let state = self.task(*task);
                let by = mem::replace(&mut state.by, *by);
                Change::Made { by, is_by_hand: mem::replace(&mut state.is_by_hand, true) }
            }
            What::Named { task, name } => {
                Change::Named(self.task(*task).name.replace(Text::clone(name)))
            }
            What::PollBegins { task } => self.take(*task, position),
            What::DropBegins { task } => {
                self.running.push(*task);
                Change::DropBegun(mem::replace(&mut self.task(*task).is_dropped, true))
            }
            What::PollEnds { task, how } => {
                let mut change = self.poll_ended(*task, *how);
                if let (PollEnd::Requeued, Change::Ended { queue, .. }) = (how, &mut change) {
                    *queue = self.make_ready(*task, wake(None));
                }
                change
            }
            What::Requeued { task } => Change::Readied(self.make_ready(*task, wake(None))),
            What::QueuedFirst { task } => {
                let left = self.leave_queue(*task);
                let state = self.task(*task);
                let woken = state.woken.replace(wake(None));
                state.is_ready = true;
                self.ready.insert(0, *task);
                Change::First { left, woken }
            }
            What::Unqueued { task } => Change::Left(self.leave_queue(*task)),
            What::Printed { by, error, line } => {
                let line = Line { at: event.at, by: *by, error: *error, text: line.clone() };
                self.output.push(line);
                Change::Printed
            }
            What::Woken { task, by } => Change::Readied(self.make_ready(*task, wake(Some(*by)))),
            What::Waits { task, on, object, place, wait } => {
                let (on, object, place, number) = (on.clone(), *object, place.clone(), *wait);
                let wait = Wait { position, at: event.at, on, object, place, number };
                Change::Waits(waiting::begins(self.task(*task), wait))
            }
            What::WaitEnds { task, wait } => Change::Waits(waiting::ends(self.task(*task), *wait)),
            What::TimerSet { timer, by, after } => {
                let at = event.at.saturating_add(*after);
                Change::TimerSet(self.timers.set(Timer { number: *timer, at, by: *by }))
            }
            What::LoopSleeps { timeout } => {
                let until = timeout.map(|it| event.at.saturating_add(it));
                Change::Slept(self.asleep.replace(Asleep { since: event.at, until }))
            }
            What::LoopWakes => Change::Slept(self.asleep.take()),
            What::TimerFired { timer } => Change::TimerTaken(self.timers.take(*timer), None),
            What::TimerUnset { timer, .. } => {
                let taken = self.timers.take(*timer);
                let wait = taken.and_then(|(_, timer)| self.forget_wait(timer));
                Change::TimerTaken(taken, wait)
            }
            What::Done { task, how } => {
                let is_dropped = self.task(*task).is_dropped;
                let running = if is_dropped { self.running.leave(*task) } else { Vec::new() };
                // One that was woken in its last poll stands in the queue until it is taken out.
                let stays = self.running.contains(task);
                let left = if stays { None } else { Some(self.leave_queue(*task)) };
                let state = self.task(*task);
                let waits = mem::take(&mut state.waits);
                Change::Done { running, left, done: state.done.replace(*how), waits }
            }
            What::Stands { task, awaits } => {
                Change::Stands(mem::replace(&mut self.task(*task).awaits, awaits.clone()))
            }
            What::ObjectMade { .. } | What::ObjectNamed { .. } | What::ObjectGone { .. } => {
                Change::Object(objects::play(&mut self.objects, &event.what))
            }
            What::Acquired { .. } | What::Released { .. } => {
                Change::Object(objects::play(&mut self.objects, &event.what))
            }
            What::RunEnds { how } => Change::Over(self.end.replace(how.clone())),
            What::DescriptorReady { .. } | What::Reported { .. } | What::WokenInVain { .. } => {
                Change::Nothing
            }
        };
        Undo { position, now, is_new: self.tasks.len() > n_tasks, change }
    }

    /// Takes back the event that was played last.
    pub(crate) fn take_back(&mut self, event: &Event, undo: Undo) {
        let Undo { position, now, is_new, change } = undo;
        self.position = position;
        self.now = now;
        let about = event.what.task();
        match (change, about) {
            (Change::Added { by, place, future, queue }, Some(task)) => {
                self.unready(task, queue);
                let state = self.task(task);
                state.future = future;
                state.by = by;
                state.place = place;
            }
            (Change::Made { by, is_by_hand }, Some(task)) => {
                let state = self.task(task);
                state.by = by;
                state.is_by_hand = is_by_hand;
            }
            (Change::First { left, woken }, Some(task)) => {
                self.leave_queue(task);
                self.task(task).woken = woken;
                self.come_back(task, left);
            }
            (Change::Left(left), Some(task)) => self.come_back(task, left),
            (Change::Named(name), Some(task)) => self.task(task).name = name,
            (Change::Begun { left, choice, n_polls, began, told, awaits, end }, Some(task)) => {
                self.end = end;
                self.running.pop();
                self.choice = choice;
                let state = self.task(task);
                state.n_polls = n_polls;
                state.poll_began = began;
                state.waits_told = told;
                state.awaits = awaits;
                self.come_back(task, left);
            }
            (Change::Ended { running, began, busy, last, queue }, Some(task)) => {
                self.unready(task, queue);
                running.into_iter().rev().for_each(|it| self.running.push(it));
                let state = self.task(task);
                state.poll_began = began;
                state.busy = busy;
                state.last_poll = last;
            }
            (Change::Readied(queue), Some(task)) => self.unready(task, queue),
            (Change::Waits(change), Some(task)) => waiting::take_back(self.task(task), change),
            (Change::DropBegun(was_dropped), Some(task)) => {
                self.running.pop();
                self.task(task).is_dropped = was_dropped;
            }
            (Change::Done { running, left, done, waits }, Some(task)) => {
                running.into_iter().rev().for_each(|it| self.running.push(it));
                let state = self.task(task);
                state.done = done;
                state.waits = waits;
                if let Some(left) = left {
                    self.come_back(task, left);
                }
            }
            (Change::Printed, _) => drop(self.output.pop()),
            (Change::TimerSet(key), _) => self.timers.remove(key),
            (Change::TimerTaken(taken, wait), _) => {
                if let Some((key, timer)) = taken {
                    self.timers.put(key, timer);
                    if let (Some(wait), Some(by)) = (wait, timer.by) {
                        self.task(by).waits.insert(wait);
                    }
                }
            }
            (Change::Slept(asleep), _) => self.asleep = asleep,
            (Change::Stands(awaits), Some(task)) => self.task(task).awaits = awaits,
            (Change::Object(change), _) => objects::take_back(&mut self.objects, change),
            (Change::Over(end), _) => self.end = end,
            // Those of a task are about one.
            (_, None) | (Change::Nothing, _) => {}
        }
        if let Some(task) = about.filter(|_| is_new) {
            self.tasks.remove(&task);
        }
    }

    /// What is known of a task; a recording that begins in the middle tells of strangers.
    fn task(&mut self, task: TaskNo) -> &mut TaskState {
        Arc::make_mut(self.tasks.entry(task).or_default())
    }

    /// Puts a task at the end of the ready queue, unless it is there.
    fn make_ready(&mut self, task: TaskNo, wake: Wake) -> Entered {
        let state = self.task(task);
        if state.is_ready {
            return None;
        }
        state.is_ready = true;
        let before = state.woken.replace(wake);
        self.ready.push(task);
        Some(before)
    }

    /// Takes back that a task went into the ready queue.
    fn unready(&mut self, task: TaskNo, queue: Entered) {
        let Some(before) = queue else { return };
        self.ready.remove(task);
        let state = self.task(task);
        state.is_ready = false;
        state.woken = before;
    }

    /// Takes a task out of the ready queue.
    fn leave_queue(&mut self, task: TaskNo) -> Left {
        let was_ready = mem::take(&mut self.task(task).is_ready);
        let place = if was_ready { self.ready.remove(task) } else { None };
        Left { was_ready, place }
    }

    /// Takes back that a task left the ready queue.
    fn come_back(&mut self, task: TaskNo, left: Left) {
        self.task(task).is_ready = left.was_ready;
        if let Some(place) = left.place {
            self.ready.insert(place, task);
        }
    }

    /// A task is chosen, and its poll begins.
    fn take(&mut self, task: TaskNo, position: u64) -> Change {
        let n_ready = self.ready.len();
        let left = self.leave_queue(task);
        // A task of a stage is added as its first poll begins: where it stood before, nobody told.
        let place = left.place.filter(|_| !self.is_just_met(task, position));
        let choice = self.choice.replace(Choice { position, task, place, n_ready });
        self.running.push(task);
        let now = self.now;
        let state = self.task(task);
        let n_polls = state.n_polls;
        state.n_polls = n_polls.saturating_add(1);
        let began = state.poll_began.replace(now);
        let told = mem::take(&mut state.waits_told);
        let awaits = mem::take(&mut state.awaits);
        Change::Begun { left, choice, n_polls, began, told, awaits, end: self.end.take() }
    }

    /// Whether the event before `position` was the first word of this task, and that came from nowhere.
    fn is_just_met(&self, task: TaskNo, position: u64) -> bool {
        let is_new = |it: &TaskState| {
            let met = it.woken.is_some_and(|wake| wake.position.checked_add(1) == Some(position));
            it.n_polls == 0 && it.place.is_none() && it.by.is_none() && met
        };
        self.tasks.get(&task).is_some_and(|it| is_new(it))
    }

    fn poll_ended(&mut self, task: TaskNo, how: PollEnd) -> Change {
        let running = self.running.leave(task);
        let now = self.now;
        let state = self.task(task);
        let (began, busy) = (state.poll_began.take(), state.busy);
        if let Some(began) = began {
            state.busy = busy.saturating_add(now.saturating_sub(began));
        }
        let last = state.last_poll.replace(how);
        Change::Ended { running, began, busy, last, queue: None }
    }

    /// Its task does not wait for this timer any more: of the times for which it waits, that one is next to
    /// the timer's. In real time the clock was looked at between the two events.
    fn forget_wait(&mut self, timer: Timer) -> Option<Wait> {
        let task = self.tasks.get_mut(&timer.by?)?;
        if task.waits.is_empty() {
            return None;
        }
        Arc::make_mut(task).waits.take_nearest(timer.at)
    }
}
