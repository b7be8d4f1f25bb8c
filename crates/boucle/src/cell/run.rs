//! A task's way through the loop: spawned, scheduled, run, ended, released. The owner thread's side.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::process;
use std::ptr::NonNull;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::waker::WAKER;
use super::{
    CANCEL, DONE, ERROR, HANDLE, Header, LOCAL, NAMED, OBSERVED, READ, RUNNING, Raw, SCHEDULED,
    VALUE, allocate, body, drop_quietly, home,
};
use crate::core::Core;
use crate::data::Ended;
use crate::data::primitives::Ordering;
use crate::data::{TaskError, TaskId};

/// Spawns `future` on the loop of `core`: it is scheduled, and not polled before the next turn.
pub(crate) fn spawn<F>(
    core: &Core,
    future: F,
    spawned_at: &'static Location<'static>,
) -> Raw<F::Output>
where
    F: Future + 'static,
{
    // SAFETY: the lifetime does not end.
    let task = unsafe { allocate(core, future, spawned_at) };
    // SAFETY: just made, on its thread.
    schedule(core, unsafe { task.as_ref() });
    Raw { task, value: PhantomData }
}

/// Spawns `future`, which may borrow, and runs `body` with its handle; the future is gone before
/// this returns, also if `body` panics.
pub(crate) fn with_borrowed<F: Future, R>(
    core: &Core,
    future: F,
    spawned_at: &'static Location<'static>,
    body: impl FnOnce(&mut Raw<F::Output>) -> R,
) -> R {
    /// Drops the future if the task is not DONE, and the handle in any case.
    struct Guard<'a, T>(&'a Core, ManuallyDrop<Raw<T>>);
    impl<T> Drop for Guard<'_, T> {
        fn drop(&mut self) {
            // SAFETY: the handle keeps the task alive; this is its thread.
            let header = unsafe { self.1.task.as_ref() };
            if !header.is(DONE) {
                if header.is(RUNNING) {
                    // The loop was left in the middle of its poll: no way is known.
                    process::abort();
                }
                drop_future_now(self.0, header);
            }
            // A value that borrows must not stay behind either; it goes with the handle.
            // SAFETY: not used again.
            unsafe { ManuallyDrop::take(&mut self.1) }.detach();
        }
    }

    // SAFETY: the guard drops the future before this function returns, and `F` outlives the call.
    let task = unsafe { allocate(core, future, spawned_at) };
    let mut guard = Guard(core, ManuallyDrop::new(Raw { task, value: PhantomData }));
    // SAFETY: just made, on its thread.
    schedule(core, unsafe { task.as_ref() });
    body(&mut guard.1)
}

/// Wakes the task: it goes to the end of the ready queue, unless it is there or DONE.
pub(super) fn wake_here(core: &Core, header: &Header) {
    // One look at the state tells all: that it can be watched costs a wake nothing.
    match header.is(SCHEDULED | DONE | OBSERVED) {
        true => wake_observed(core, header),
        false => schedule(core, header),
    }
}

/// The same, and tells who watches; unless there is nothing to do.
#[cold]
#[inline(never)]
fn wake_observed(core: &Core, header: &Header) {
    if !header.is(SCHEDULED | DONE) {
        schedule(core, header);
        core.task_woken(header.id);
    }
}

/// Puts the task, which is neither there nor DONE, at the end of the ready queue.
fn schedule(core: &Core, header: &Header) {
    header.set(SCHEDULED);
    core.make_ready(Runnable { task: NonNull::from(header), not_send: PhantomData });
}

/// Drops the future, on the loop's thread and as a step of the task, and ends the task.
pub(super) fn drop_future_now(core: &Core, header: &Header) {
    header.set(RUNNING | CANCEL);
    let outer = core.current_task.replace(Some(header.id));
    // SAFETY: not DONE: the body holds the future. RUNNING keeps the task alive.
    unsafe { (header.vtable().drop_future)(NonNull::from(header)) };
    core.current_task.set(outer);
    end(core, header);
    header.clear(RUNNING);
    release_if_unused(header);
}

/// The future is gone: the task leaves the registry, and whoever awaits it is woken.
fn end(core: &Core, header: &Header) {
    core.registry.leave(header.id);
    header.set(DONE);
    let how = match () {
        () if header.is(VALUE) => Ended::Value,
        () if header.is(ERROR) => Ended::Panicked,
        () => Ended::Cancelled,
    };
    // The usual case is none: it ends before anybody asks.
    if let Some(awaiter) = header.awaiter.take() {
        core.wake_awaiter(header.id, awaiter, how == Ended::Value);
    }
    if header.is(OBSERVED) {
        core.tell_of_end(header.id, how);
    }
    if !header.is(HANDLE) {
        drop_unasked(core, header);
    }
}

/// Nobody can ask for the result, or for the name.
#[inline(never)]
fn drop_unasked(core: &Core, header: &Header) {
    drop_result(core, header);
    forget_name(core, header);
}

/// Forgets the name of a task that has ended and that nobody can ask for it.
pub(super) fn forget_name(core: &Core, header: &Header) {
    if header.is(NAMED) {
        core.forget(header.id);
    }
}

/// Drops the result, that nobody can ask for any more; an error that nobody read is reported.
pub(super) fn drop_result(core: &Core, header: &Header) {
    let task = NonNull::from(header);
    if header.is(VALUE) {
        header.clear(VALUE);
        // SAFETY: with VALUE, which is cleared now, the body holds the value.
        let drop_value = || unsafe { (header.vtable().drop_value)(task) };
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(drop_value)) {
            core.report(header.id, header.spawned_at(), TaskError::panicked(payload));
        }
    } else if header.is(ERROR) {
        header.clear(ERROR);
        // SAFETY: with ERROR, which is cleared now, the body holds a box, and nobody else takes it.
        let error = unsafe { body(task).cast::<Box<TaskError>>().read() };
        if header.is(READ) {
            drop_quietly(error);
        } else {
            core.report(header.id, header.spawned_at(), *error);
        }
    }
}

/// Gives up the owner thread's share, if nobody on it needs the task any more.
pub(super) fn release_if_unused(header: &Header) {
    if !header.is(DONE) || header.is(SCHEDULED | RUNNING | HANDLE) {
        return;
    }
    header.life.look();
    let (task, free, remote) = (NonNull::from(header), header.vtable().free, header.remote);
    // With no waker there is nobody who could make one. Else the last waker frees.
    let alone = header.refs.load(Ordering::Acquire) == LOCAL;
    if alone || header.refs.fetch_and(!LOCAL, Ordering::AcqRel) == LOCAL {
        // SAFETY: nobody on this thread needs it, and there are no wakers: nobody has a pointer.
        unsafe { free(task) };
    }
    // SAFETY: this is the owner thread, and LOCAL has just been given up.
    unsafe { home::part(remote) };
}

/// A task in the ready queue. Dropping it takes the task out of the queue, and nothing else.
pub(crate) struct Runnable {
    task: NonNull<Header>,
    not_send: PhantomData<Rc<()>>,
}

impl Runnable {
    fn header(&self) -> &Header {
        // SAFETY: SCHEDULED keeps the task alive as long as this exists.
        unsafe { self.task.as_ref() }
    }

    /// Which task it is.
    pub(crate) fn id(&self) -> TaskId {
        self.header().id
    }

    /// Whether a run would poll or drop a future; one that was DONE meanwhile only leaves the queue.
    pub(crate) fn is_live(&self) -> bool {
        !self.header().is(DONE)
    }

    /// Polls the task once, or drops its future if it was cancelled.
    #[inline]
    pub(crate) fn run(self, core: &Core) -> Poll<()> {
        let this = ManuallyDrop::new(self);
        let header = this.header();
        if header.is(DONE | CANCEL) {
            header.clear(SCHEDULED);
            run_no_more(core, header);
            return Poll::Ready(());
        }

        header.state.set(header.state.get() & !SCHEDULED | RUNNING);
        // SAFETY: the waker lives on the loop's share: RUNNING keeps the task alive, and what is not
        // dropped does not count. A clone counts for itself.
        let waker = ManuallyDrop::new(unsafe { Waker::new(this.task.as_ptr().cast(), &WAKER) });
        let mut cx = Context::from_waker(&waker);
        // SAFETY: not DONE: the body holds the future. This is the loop's thread.
        let ended = unsafe { (header.vtable().poll)(this.task, &mut cx) };
        if !ended {
            header.clear(RUNNING);
            return Poll::Pending;
        }
        end_run(core, header);
        Poll::Ready(())
    }
}

/// The turn of a task that is DONE, or will be. Apart, as `end_run`: a poll is done much more often.
#[inline(never)]
fn run_no_more(core: &Core, header: &Header) {
    if header.is(DONE) {
        release_if_unused(header);
    } else {
        drop_future_now(core, header);
    }
}

/// The poll was the last one.
#[inline(never)]
fn end_run(core: &Core, header: &Header) {
    end(core, header);
    header.clear(RUNNING);
    release_if_unused(header);
}

impl Drop for Runnable {
    fn drop(&mut self) {
        let header = self.header();
        header.clear(SCHEDULED);
        release_if_unused(header);
    }
}
