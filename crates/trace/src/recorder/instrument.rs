//! What boucle tells a recorder: each hook becomes an event.

use std::panic::Location;
use std::time::Duration;

use boucle::{Instrument, Loop, Object, RunError, Spawned, TaskId, WaitsFor, WokenBy};

use super::{Inner, Recorder, Time, nanoseconds};
use crate::event::{By, Ended, ObjectNo, On, Place, PollEnd, RunEnd, TaskNo, Text, What};
use crate::file::bounds::{NAME, cut};

impl Inner {
    /// A task is not polled any more, or no task; whether it was woken while it was polled.
    fn leave_rung(&mut self, task: TaskNo) -> bool {
        let place = self.rung.iter().position(|it| *it == task);
        place.map(|it| self.rung.swap_remove(it)).is_some()
    }

    fn by(&mut self, by: WokenBy) -> By {
        match by {
            WokenBy::Task(task) => By::Task(self.number(task)),
            WokenBy::Timer => By::Timer,
            WokenBy::Descriptor(descriptor) => By::Descriptor(descriptor),
            WokenBy::Thread => By::Thread,
            WokenBy::Quiet => By::Quiet,
            _ => By::Outside,
        }
    }

    /// The text of `text`, made once.
    pub(super) fn text(&mut self, text: &'static str) -> Text {
        let known = self.texts.iter().find(|(it, _)| std::ptr::eq(*it, text));
        if let Some((_, known)) = known {
            return Text::clone(known);
        }
        let made = Text::from(text);
        self.texts.push((text, Text::clone(&made)));
        made
    }

    fn place(&mut self, at: &'static Location<'static>) -> Place {
        Place { file: self.text(at.file()), line: at.line() }
    }

    /// The number of an object that tasks share, which is told of where it is met; `None` of any other, and
    /// of one that nobody watched being made.
    fn object(&mut self, object: Object) -> Option<ObjectNo> {
        let (number, is_new) = self.objects.meet(object)?;
        if is_new {
            let place = Some(self.place(object.made_at));
            let kind = self.text(object.kind);
            self.keep(What::ObjectMade { object: number, kind, place });
        }
        Some(number)
    }

    fn on(&mut self, on: WaitsFor) -> On {
        match on {
            WaitsFor::Time(after) => On::Time(nanoseconds(after)),
            WaitsFor::Task(task) => On::Task(self.number(task)),
            WaitsFor::Readable(descriptor) => On::Readable(descriptor),
            WaitsFor::Writable(descriptor) => On::Writable(descriptor),
            WaitsFor::Sync(what) => On::Sync(self.text(what)),
            WaitsFor::Thread => On::Thread,
            other => On::Sync(cut(&other.to_string(), NAME)),
        }
    }
}

impl Instrument for Recorder {
    fn loop_made(&self) {
        let inner = &mut *self.inner.borrow_mut();
        let Ok(event_loop) = Loop::current() else { return };
        inner.event_loop = Some(event_loop.weak_handle());
        if let Time::Virtual(start) = &mut inner.clock {
            // One that comes after another goes on where that stood.
            *start = boucle::now().checked_sub(Duration::from_nanos(inner.now));
        }
    }

    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let mut spawned = spawned;
        if let Some((at, future)) = inner.main.take() {
            (spawned.at, spawned.future) = (at, future);
        }
        let place = Some(inner.place(spawned.at));
        let future = spawned.short_name().map(|it| inner.text(it));
        let (task, by) = (inner.number(task), inner.current.last().copied());
        inner.keep(What::Added { task, by, place, future });
    }

    fn task_named(&self, task: TaskId, name: &str) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let task = inner.number(task);
        inner.keep(What::Named { task, name: cut(name, NAME) });
    }

    fn before_poll(&self, task: TaskId) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let task = inner.number(task);
        inner.current.push(task);
        inner.ended = None;
        inner.keep(What::PollBegins { task });
        inner.store.poll_begins();
        if inner.limit.is_reached() {
            // What this loop does from now on is in no recording: its tasks stay as they are.
            if let Ok(event_loop) = Loop::current() {
                event_loop.stop();
            }
        }
    }

    fn after_poll(&self, task: TaskId, ended: bool) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let task = inner.number(task);
        inner.current.pop();
        inner.leave_rung(task);
        let last_done = inner.last_done.take().filter(|(it, _)| *it == task);
        let how = match last_done {
            _ if !ended => PollEnd::Pending,
            Some((_, Ended::Value)) => PollEnd::Ready,
            Some((_, Ended::Panicked)) => PollEnd::Panicked,
            Some((_, Ended::Cancelled | Ended::Dropped)) => PollEnd::Cancelled,
            None => PollEnd::Over,
        };
        inner.keep(What::PollEnds { task, how });
        if how == PollEnd::Panicked {
            inner.store.flush();
        }
    }

    fn before_drop(&self, task: TaskId) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let task = inner.number(task);
        inner.current.push(task);
        inner.dropped.push(task);
        inner.keep(What::DropBegins { task });
    }

    fn waits(
        &self,
        task: TaskId,
        wait: u32,
        on: WaitsFor,
        object: Option<Object>,
        at: Option<&'static Location<'static>>,
    ) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let (task, on) = (inner.number(task), inner.on(on));
        let place = at.map(|it| inner.place(it));
        let object = object.and_then(|it| inner.object(it));
        inner.keep(What::Waits { task, on, object, place, wait: Some(wait) });
    }

    fn wait_ended(&self, task: TaskId, wait: u32) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let task = inner.number(task);
        inner.keep(What::WaitEnds { task, wait });
    }

    fn acquired(&self, task: TaskId, object: Object) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let task = inner.number(task);
        if let Some(object) = inner.object(object) {
            inner.keep(What::Acquired { task, object });
        }
    }

    fn released(&self, object: Object) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let by = inner.current.last().copied();
        if let Some(object) = inner.object(object) {
            inner.keep(What::Released { object, by });
        }
    }

    fn object_gone(&self, object: Object) {
        let inner = &mut *self.inner.borrow_mut();
        if let Some(object) = inner.objects.forget(object.id) {
            inner.tick();
            inner.keep(What::ObjectGone { object });
        }
    }

    fn object_named(&self, object: Object, name: &str) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        if let Some(object) = inner.object(object) {
            inner.keep(What::ObjectNamed { object, name: cut(name, NAME) });
        }
    }

    fn woken_in_vain(&self, task: TaskId, by: WokenBy, has_ended: bool) {
        let inner = &mut *self.inner.borrow_mut();
        // Of one that has ended the number is not kept: it is asked for each time.
        if !has_ended {
            inner.tick();
            let (task, by) = (inner.number(task), inner.by(by));
            inner.keep(What::WokenInVain { task, by });
        }
    }

    fn woken(&self, task: TaskId, by: WokenBy) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let (task, by) = (inner.number(task), inner.by(by));
        if inner.current.contains(&task) {
            inner.rung.push(task);
        }
        inner.keep(What::Woken { task, by });
    }

    fn timer_set(&self, timer: u32, after: Duration) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let by = inner.current.last().copied();
        inner.keep(What::TimerSet { timer, by, after: nanoseconds(after) });
    }

    fn timer_fired(&self, timer: u32) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        inner.keep(What::TimerFired { timer });
    }

    fn timer_unset(&self, timer: u32) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let by = inner.current.last().copied();
        inner.keep(What::TimerUnset { timer, by });
    }

    fn io_ready(&self, descriptor: i32, readable: bool, writable: bool) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        inner.keep(What::DescriptorReady { descriptor, readable, writable });
    }

    fn before_wait(&self, timeout: Option<Duration>) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        inner.keep(What::LoopSleeps { timeout: timeout.map(nanoseconds) });
        inner.store.flush();
    }

    fn after_wait(&self) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        inner.keep(What::LoopWakes);
    }

    fn run_ended(&self, why_not: Option<RunError>) {
        if why_not.is_some() {
            self.tell_where_all_stand();
        }
        self.run_ends(match why_not {
            None => RunEnd::Complete,
            Some(RunError::Deadlock) => RunEnd::Deadlock,
            Some(_) => RunEnd::Stopped,
        });
    }

    fn task_done(&self, task: TaskId, how: boucle::Ended) {
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        let number = inner.number(task);
        inner.numbers.forget(task);
        let how = match how {
            boucle::Ended::Value => Ended::Value,
            boucle::Ended::Panicked => Ended::Panicked,
            _ => Ended::Cancelled,
        };
        inner.last_done = Some((number, how));
        if inner.leave_rung(number) {
            // Its place in the queue is no task's any more.
            inner.keep(What::Unqueued { task: number });
        }
        if inner.dropped.last() == Some(&number) {
            inner.dropped.pop();
            inner.current.pop();
        }
        inner.keep(What::Done { task: number, how });
    }
}
