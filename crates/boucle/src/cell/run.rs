//! A task's way through the loop: spawned, scheduled, run, ended, released. The owner thread's side.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::process;
use std::task::{Context, Poll, Waker};

use super::task_cell::allocate;
use super::{
    CANCEL, DONE, ERROR, HANDLE, Header, LOCAL, NAMED, OBSERVED, Ptr, READ, RUNNING, Raw, Runnable,
    SCHEDULED, Schedule, VALUE, Woken, drop_quietly, remote,
};
use crate::data::primitives::Ordering;
use crate::data::{Awaiter, Ended, TaskError, TaskId};

/// Spawns `future` on the loop of `core`: it is scheduled, and not polled before the next turn. Its type is
/// shown as `Shown`.
pub(crate) fn spawn<Shown: ?Sized, S: Schedule, F>(
    core: &S,
    future: F,
    spawned_at: &'static Location<'static>,
) -> Raw<S, F::Output>
where
    F: Future + 'static,
{
    // SAFETY: the lifetime does not end.
    let task = unsafe { allocate::<Shown, S, F>(core, future, spawned_at) };
    // SAFETY: just made, on its thread.
    schedule(core, task, unsafe { task.header() });
    Raw { task, value: PhantomData }
}

/// Spawns `future`, which may borrow, and runs `body` with its handle; the future is gone before
/// this returns, also if `body` panics.
pub(crate) fn with_borrowed<S: Schedule, F: Future, R>(
    core: &S,
    future: F,
    spawned_at: &'static Location<'static>,
    body: impl FnOnce(&mut Raw<S, F::Output>) -> R,
) -> R {
    /// Drops the future if the task is not DONE, and the handle in any case.
    struct Guard<'a, S: Schedule, T>(&'a S, ManuallyDrop<Raw<S, T>>);
    impl<S: Schedule, T> Drop for Guard<'_, S, T> {
        fn drop(&mut self) {
            let task = self.1.task;
            // SAFETY: the handle keeps the task alive; this is its thread.
            let header = unsafe { task.header() };
            if !header.is(DONE) {
                if header.is(RUNNING) {
                    // The loop was left in the middle of its poll: no way is known.
                    process::abort();
                }
                // SAFETY: alive and not DONE, on its thread.
                unsafe { drop_future_now::<S, false>(self.0, task) };
            }
            // A value that borrows must not stay behind either; it goes with the handle.
            // SAFETY: not used again.
            unsafe { ManuallyDrop::take(&mut self.1) }.detach();
        }
    }

    // SAFETY: the guard drops the future before this function returns, and `F` outlives the call.
    let task = unsafe { allocate::<F, S, F>(core, future, spawned_at) };
    let mut guard = Guard(core, ManuallyDrop::new(Raw { task, value: PhantomData }));
    // SAFETY: just made, on its thread.
    schedule(core, task, unsafe { task.header() });
    body(&mut guard.1)
}

/// Wakes the task: it goes to the end of the ready queue, unless it is there or DONE.
///
/// # Safety
///
/// The task is alive, and this is its thread. No reference into it is an argument, as it may be freed.
#[inline]
pub(super) unsafe fn wake_here<S: Schedule>(core: &S, task: Ptr<S>) {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    // One look at the state tells all: that it can be watched costs a wake nothing.
    if !header.is(SCHEDULED | DONE | OBSERVED) {
        schedule(core, task, header);
    } else if header.is(OBSERVED) {
        // SAFETY: as for this function.
        unsafe { wake_observed(core, task) };
    }
}

/// The same of a task that is OBSERVED: tells who watches, also that there is nothing to do.
///
/// # Safety
///
/// The task is alive, and this is its thread. No reference into it is an argument, as it may be freed.
#[cold]
#[inline(never)]
unsafe fn wake_observed<S: Schedule>(core: &S, task: Ptr<S>) {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    let id = header.id;
    let did = match () {
        () if header.is(DONE) => Woken::HasEnded,
        () if header.is(SCHEDULED) => Woken::WasReady,
        () => {
            schedule(core, task, header);
            Woken::Scheduled
        }
    };
    // Nothing of the task is used any more: it runs code of a user.
    core.was_woken(id, did);
}

/// Puts the task, which is neither there nor DONE, at the end of the ready queue.
#[inline]
fn schedule<S: Schedule>(core: &S, task: Ptr<S>, header: &Header<S>) {
    header.set(SCHEDULED);
    core.ready_again(Runnable { task, not_send: PhantomData });
}

/// Drops the future, on the loop's thread and as a step of the task, and ends the task. If that is none of its
/// polls, who watches is told.
///
/// # Safety
///
/// The task is alive and not DONE, and this is its thread. It may be freed.
pub(super) unsafe fn drop_future_now<S: Schedule, const IN_POLL: bool>(core: &S, task: Ptr<S>) {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    header.set(RUNNING | CANCEL);
    let outer = core.current_task().replace(Some(header.id));
    if !IN_POLL && header.is(OBSERVED) {
        // RUNNING already: nobody polls it meanwhile, whatever is done there.
        core.drop_begins(header.id);
    }
    // SAFETY: not DONE: the body holds the future. RUNNING keeps the task alive.
    unsafe { (header.vtable().drop_future)(task.erase()) };
    core.current_task().set(outer);
    end(core, task, header);
    header.clear(RUNNING);
    // SAFETY: as for this function.
    unsafe { release_if_unused(task) };
}

/// The future is gone: the task leaves the registry, and whoever awaits it is woken.
fn end<S: Schedule>(core: &S, task: Ptr<S>, header: &Header<S>) {
    core.registry().leave(header.id, task);
    header.set(DONE);
    // The usual case is nobody: it ends before anybody asks.
    let awaiter = header.awaiter.replace(Awaiter::NOBODY);
    if awaiter != Awaiter::NOBODY || header.is(OBSERVED) {
        let how = match () {
            () if header.is(VALUE) => Ended::Value,
            () if header.is(ERROR) => Ended::Panicked,
            () => Ended::Cancelled,
        };
        core.has_ended(header.id, awaiter, how);
    }
    if !header.is(HANDLE) {
        drop_unasked(core, task, header);
    }
}

/// Nobody can ask for the result, or for the name.
#[inline(never)]
fn drop_unasked<S: Schedule>(core: &S, task: Ptr<S>, header: &Header<S>) {
    drop_result(core, task, header);
    forget_name(core, header);
}

/// Forgets the name of a task that has ended and that nobody can ask for it.
pub(super) fn forget_name<S: Schedule>(core: &S, header: &Header<S>) {
    if header.is(NAMED) {
        core.forget_name(header.id);
    }
}

/// Drops the result, that nobody can ask for any more; an error that nobody read is reported.
pub(super) fn drop_result<S: Schedule>(core: &S, task: Ptr<S>, header: &Header<S>) {
    if header.is(VALUE) {
        header.clear(VALUE);
        // SAFETY: with VALUE, which is cleared now, the body holds the value.
        let drop_value = || unsafe { (header.vtable().drop_value)(task.erase()) };
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(drop_value)) {
            core.report(header.id, header.origin(), TaskError::panicked(payload));
        }
    } else if header.is(ERROR) {
        header.clear(ERROR);
        // SAFETY: with ERROR, which is cleared now, the body holds a box, and nobody else takes it.
        let error = unsafe { task.body().cast::<Box<TaskError>>().read() };
        if header.is(READ) {
            drop_quietly(error);
        } else {
            core.report(header.id, header.origin(), *error);
        }
    }
}

/// Gives up the owner thread's share, if nobody on it needs the task any more.
///
/// # Safety
///
/// The task is alive, and this is its thread. No reference into it is an argument, as it may be freed.
#[inline]
pub(super) unsafe fn release_if_unused<S: Schedule>(task: Ptr<S>) {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    if header.is(DONE) && !header.is(SCHEDULED | RUNNING | HANDLE) {
        // SAFETY: as for this function, and nobody on this thread needs it.
        unsafe { release(task) };
    }
}

/// Gives up the owner thread's share.
///
/// # Safety
///
/// The task is alive by that share, this is its thread, and nobody on it uses the task any more.
unsafe fn release<S: Schedule>(task: Ptr<S>) {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    header.life.look();
    let (free, kept_by) = (header.vtable().free, header.remote);
    // With no waker there is nobody who could make one. Else the last waker frees.
    if header.refs.load(Ordering::Acquire) == LOCAL {
        // SAFETY: nobody on this thread needs it, and there are no wakers: nobody has a pointer.
        unsafe { free(task.erase()) };
    } else {
        // SAFETY: alive by LOCAL. From now on the wakers keep it, by this count.
        unsafe { remote::keep(kept_by) };
        if header.refs.fetch_and(!LOCAL, Ordering::AcqRel) == LOCAL {
            // The last waker went meanwhile, and left the count to us.
            // SAFETY: nobody has a pointer to the task, and the count is the one of above.
            unsafe {
                free(task.erase());
                remote::give_up(kept_by);
            }
        }
    }
    // SAFETY: this is the owner thread, and LOCAL has just been given up.
    unsafe { remote::part(kept_by) };
}

impl<S: Schedule> Runnable<S> {
    fn header(&self) -> &Header<S> {
        // SAFETY: SCHEDULED keeps the task alive as long as this exists.
        unsafe { self.task.header() }
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
    pub(crate) fn run(self, core: &S) -> Poll<()> {
        let this = ManuallyDrop::new(self);
        let header = this.header();
        if header.is(DONE | CANCEL) {
            header.clear(SCHEDULED);
            // SAFETY: not DONE, or kept by the share that is given up there; on its thread.
            unsafe { run_no_more(core, this.task) };
            return Poll::Ready(());
        }

        header.state.set(header.state.get() & !SCHEDULED | RUNNING);
        // SAFETY: the waker lives on the loop's share: RUNNING keeps the task alive, and what is not
        // dropped does not count. A clone counts for itself.
        let waker = unsafe { Waker::new(this.task.0.as_ptr().cast(), &S::wakers().ordinary) };
        let waker = ManuallyDrop::new(waker);
        let mut cx = Context::from_waker(&waker);
        // SAFETY: not DONE: the body holds the future. This is the loop's thread.
        let ended = unsafe { (header.vtable().poll)(this.task.erase(), &mut cx) };
        if !ended {
            header.clear(RUNNING);
            return Poll::Pending;
        }
        // SAFETY: RUNNING keeps the task alive; on its thread.
        unsafe { end_run(core, this.task) };
        Poll::Ready(())
    }
}

/// The turn of a task that is DONE, or will be. Apart, as `end_run`: a poll is done much more often.
///
/// # Safety
///
/// As for `release_if_unused`.
#[inline(never)]
unsafe fn run_no_more<S: Schedule>(core: &S, task: Ptr<S>) {
    // SAFETY: as for this function.
    unsafe {
        match task.header().is(DONE) {
            true => release_if_unused(task),
            false => drop_future_now::<S, true>(core, task),
        }
    }
}

/// The poll was the last one.
///
/// # Safety
///
/// As for `release_if_unused`.
#[inline(never)]
pub(super) unsafe fn end_run<S: Schedule>(core: &S, task: Ptr<S>) {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    end(core, task, header);
    header.clear(RUNNING);
    // SAFETY: as for this function.
    unsafe { release_if_unused(task) };
}

impl<S: Schedule> Drop for Runnable<S> {
    fn drop(&mut self) {
        self.header().clear(SCHEDULED);
        // SAFETY: what was SCHEDULED is alive by the share that is given up there; on its thread.
        unsafe { release_if_unused(self.task) };
    }
}
