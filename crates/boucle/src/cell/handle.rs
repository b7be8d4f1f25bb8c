//! What `Task` is made of: a share in a task, that keeps its result.

use std::io;
use std::io::Write;
use std::marker::PhantomData;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::ptr::NonNull;
use std::rc::Rc;
use std::task::Waker;

use super::run::{drop_result, forget_name, release_if_unused, wake_here};
use super::waker::neighbor;
use super::{
    CANCEL, DONE, ERROR, HANDLE, Header, NAMED, OBSERVED, READ, TAKEN, VALUE, body, drop_quietly,
    home,
};
use crate::core::Core;
use crate::data::{TaskError, TaskId};
use crate::face::Loop;
use crate::host::Report;

/// A handle: what `Task` is made of. It keeps the result until it is taken or dropped.
pub(crate) struct Raw<T> {
    pub(super) task: NonNull<Header>,
    pub(super) value: PhantomData<(Rc<()>, T)>,
}

impl<T> Raw<T> {
    fn header(&self) -> &Header {
        // SAFETY: HANDLE keeps the task alive as long as this exists.
        unsafe { self.task.as_ref() }
    }

    pub(crate) fn id(&self) -> TaskId {
        self.header().id
    }

    pub(crate) fn spawned_at(&self) -> &'static Location<'static> {
        self.header().spawned_at()
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

    /// The task's loop, unless it is gone.
    pub(crate) fn core(&self) -> Option<Rc<Core>> {
        // SAFETY: a handle is part of the owner thread's share, and stays on that thread.
        unsafe { home::core_of(self.header()) }
    }

    /// Notes that the loop keeps a name for the task.
    pub(crate) fn set_named(&self) {
        self.header().set(NAMED);
    }

    /// Asks the loop to drop the future at the task's next turn.
    pub(crate) fn cancel(&self, core: &Core) -> bool {
        let header = self.header();
        if header.is(DONE) {
            return false;
        }
        header.set(CANCEL);
        wake_here(core, header);
        true
    }

    /// Who is woken when the task ends.
    pub(crate) fn set_awaiter(&self, awaiter: TaskId) -> Option<TaskId> {
        self.header().awaiter.replace(Some(awaiter))
    }

    /// The same for the owner of `waker`, if there is no more to it; else `false`.
    pub(crate) fn set_neighbor(&self, waker: &Waker) -> bool {
        set_neighbor(self.header(), waker)
    }

    /// Looks at the result; an error counts as read.
    pub(crate) fn result(&self) -> Result<&T, &TaskError> {
        let header = self.header();
        // SAFETY: the handle keeps the task alive.
        let body = unsafe { body(self.task) };
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
        let body = unsafe { body(self.task) };
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
        release_if_unused(header);
    }

    /// As `detach`, when something is left of the task. Apart, as `await` leaves nothing.
    #[inline(never)]
    fn detach_result(self) {
        // As a `Loop`: the result may be all that keeps it, and then this must close it.
        let Some(event_loop) = self.core().map(Loop::of) else { return self.detach_orphan() };
        let (core, header) = (event_loop.core(), self.header());
        // HANDLE still keeps the task: a destructor may close the loop, or run it.
        drop_result(core, header);
        forget_name(core, header);
        header.clear(HANDLE);
        release_if_unused(header);
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
        let report = error.map(|it| Report::task(header.id, None, header.spawned_at(), it));
        header.clear(HANDLE);
        release_if_unused(header);
        if let Some(report) = report {
            let _ = writeln!(io::stderr(), "{report}");
            drop_quietly(report);
        }
    }
}

/// Notes that the owner of `waker` awaits the task, in the usual case: both are tasks of the loop that this
/// thread is in, nobody watches, and nobody from elsewhere awaited it before. Else `false`.
#[inline(never)]
fn set_neighbor(header: &Header, waker: &Waker) -> bool {
    let Some(awaiter) = neighbor(header, waker) else { return false };
    let before = header.awaiter.get();
    if header.is(OBSERVED) || awaiter == header.id || before == Some(TaskId::FOREIGN) {
        return false;
    }
    header.awaiter.set(Some(awaiter));
    true
}
