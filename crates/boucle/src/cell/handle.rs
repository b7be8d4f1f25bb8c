//! What `Task` is made of: a share in a task, that keeps its result.

use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;
use std::task::Waker;

use super::run::{drop_result, forget_name, release_if_unused, wake_here};
use super::waker::neighbor;
use super::{
    CANCEL, DONE, ERROR, Entered, HANDLE, Header, NAMED, OBSERVED, READ, Raw, Schedule, TAKEN,
    VALUE, drop_quietly, remote,
};
use crate::data::{Awaiter, Ended, Origin, TaskError, TaskId};

impl<S: Schedule, T> Raw<S, T> {
    fn header(&self) -> &Header<S> {
        // SAFETY: HANDLE keeps the task alive as long as this exists.
        unsafe { self.task.header() }
    }

    pub(crate) fn id(&self) -> TaskId {
        self.header().id
    }

    pub(crate) fn spawned_at(&self) -> &'static Location<'static> {
        self.header().spawned_at()
    }

    /// Where it comes from.
    pub(crate) fn origin(&self) -> Origin {
        self.header().origin()
    }

    /// Whether somebody watches its loop, or debug mode counts.
    pub(crate) fn is_observed(&self) -> bool {
        self.header().is(OBSERVED)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.header().is(DONE)
    }

    /// Whether it ended without value and error: its future was dropped.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.is_done() && !self.header().is(VALUE | ERROR | TAKEN)
    }

    /// How it ended, once it is done: also if the result was taken.
    pub(crate) fn ended(&self) -> Ended {
        match () {
            () if self.header().is(ERROR) => Ended::Panicked,
            () if self.is_cancelled() => Ended::Cancelled,
            () => Ended::Value,
        }
    }

    /// The task's loop, unless it is gone.
    pub(crate) fn core(&self) -> Option<Rc<S>> {
        // SAFETY: a handle is part of the owner thread's share, and stays on that thread.
        unsafe { remote::core_of(self.header()) }
    }

    /// Notes that the loop keeps a name for the task.
    pub(crate) fn set_named(&self) {
        self.header().set(NAMED);
    }

    /// Asks the loop to drop the future at the task's next turn.
    pub(crate) fn cancel(&self, core: &S) -> bool {
        let header = self.header();
        if header.is(DONE) {
            return false;
        }
        header.set(CANCEL);
        // SAFETY: HANDLE keeps the task alive, and a handle stays on its thread.
        unsafe { wake_here(core, self.task) };
        true
    }

    /// Who is woken when the task ends.
    pub(crate) fn set_awaiter(&self, awaiter: Awaiter) -> Awaiter {
        self.header().awaiter.replace(awaiter)
    }

    /// The same for the owner of `waker`, if there is no more to it; else `false`.
    pub(crate) fn set_neighbor(&self, waker: &Waker) -> bool {
        set_neighbor(self.header(), waker)
    }

    /// Looks at the result; an error counts as read.
    pub(crate) fn result(&self) -> Result<&T, &TaskError> {
        let header = self.header();
        // SAFETY: the handle keeps the task alive.
        let body = unsafe { self.task.body() };
        if header.is(VALUE) {
            // SAFETY: with VALUE the body holds the value. It is moved out through `&mut self` only.
            Ok(unsafe { &*body.cast::<T>() })
        } else if header.is(ERROR) {
            header.set(READ);
            // SAFETY: with ERROR the body holds the error. It is moved out through `&mut self` only.
            Err(unsafe { &**body.cast::<Box<TaskError>>() })
        } else if !header.is(DONE) {
            Err(&TaskError::Pending)
        } else if header.is(TAKEN) {
            Err(&TaskError::Taken)
        } else {
            Err(&TaskError::Cancelled)
        }
    }

    /// Takes the result out.
    pub(crate) fn take(&mut self) -> Result<T, TaskError> {
        let header = self.header();
        // SAFETY: the handle keeps the task alive.
        let body = unsafe { self.task.body() };
        if header.is(VALUE) {
            header.clear(VALUE);
            header.set(TAKEN);
            // SAFETY: with VALUE, which is cleared now, the body holds the value.
            Ok(unsafe { body.cast::<T>().read() })
        } else if header.is(ERROR) {
            header.clear(ERROR);
            header.set(TAKEN);
            // SAFETY: with ERROR, which is cleared now, the body holds the error.
            Err(unsafe { *body.cast::<Box<TaskError>>().read() })
        } else if !header.is(DONE) {
            Err(TaskError::Pending)
        } else if header.is(TAKEN) {
            Err(TaskError::Taken)
        } else {
            Err(TaskError::Cancelled)
        }
    }

    /// Lets the task go on alone; a result that is there is dropped, an unread error reported.
    pub(crate) fn detach(self) {
        let header = self.header();
        if header.is(DONE) && header.is(VALUE | ERROR | NAMED) {
            self.detach_result();
            return;
        }
        header.clear(HANDLE);
        // SAFETY: alive by the share that is given up there; a handle stays on its thread.
        unsafe { release_if_unused(self.task) };
    }

    /// As `detach`, when something is left of the task. Apart, as `await` leaves nothing.
    #[inline(never)]
    fn detach_result(self) {
        let Some(core) = self.core() else { return self.detach_orphan() };
        let header = self.header();
        // The result is dropped with its loop current, unless that is closed, wherever the handle is
        // dropped. HANDLE still keeps the task: a destructor may close the loop, or run it.
        let entered = core.is_open().then(|| Entered::new(&core));
        drop_result(&*core, self.task, header);
        forget_name(&*core, header);
        drop(entered);
        header.clear(HANDLE);
        // SAFETY: alive by the share that is given up there; a handle stays on its thread.
        unsafe { release_if_unused(self.task) };
    }

    /// As `detach`, when the loop is gone: an error that nobody read is printed.
    fn detach_orphan(mut self) {
        let is_read = self.header().is(READ);
        let error = match self.take() {
            Ok(value) => {
                panic::catch_unwind(AssertUnwindSafe(|| drop(value))).err().map(TaskError::panicked)
            }
            Err(error @ TaskError::Panicked(_)) if !is_read => Some(error),
            Err(error) => {
                drop_quietly(error);
                None
            }
        };
        let header = self.header();
        let (id, origin) = (header.id, header.origin());
        header.clear(HANDLE);
        // SAFETY: alive by the share that is given up there; a handle stays on its thread.
        unsafe { release_if_unused(self.task) };
        if let Some(error) = error {
            S::report_orphan(id, origin, error);
        }
    }
}

/// Notes that the owner of `waker` awaits the task, in the usual case: both are tasks of the loop that this
/// thread is in, nobody watches, and nobody from elsewhere awaited it before. Else `false`.
#[inline(never)]
fn set_neighbor<S: Schedule>(header: &Header<S>, waker: &Waker) -> bool {
    let Some(awaiter) = neighbor(header, waker) else { return false };
    let before = header.awaiter.get();
    if header.is(OBSERVED) || awaiter == header.id || before == Awaiter::FOREIGN {
        return false;
    }
    header.awaiter.set(Awaiter::task(awaiter));
    true
}
