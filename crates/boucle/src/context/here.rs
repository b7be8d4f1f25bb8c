//! The loop that this thread is in, else the one that was set as the thread's own.

use std::cell::RefCell;
use std::panic::Location;
use std::task::Waker;

use super::Owner;
use crate::cell;
use crate::core::Core;
use crate::data::{LoopId, NoLoop, TaskId};
use crate::structures::loops;

thread_local! {
    /// The loop that was set as this thread's.
    static CURRENT: RefCell<Option<Owner>> = const { RefCell::new(None) };
}

/// Calls `f` with the loop that this thread is in; `None` outside of any.
#[inline]
pub(crate) fn with_entered<R>(f: impl FnOnce(&Core) -> R) -> Option<R> {
    cell::with_entered(f)
}

/// The loop that this thread is in.
pub(crate) fn here() -> Option<LoopId> {
    with_entered(Core::id)
}

/// Calls `f` with a loop: now, if this thread is in it; else soon, on its own thread; not at all if it is
/// gone.
#[inline]
pub(crate) fn call_in(id: LoopId, f: impl FnOnce(&Core) + Send + 'static) {
    if here() == Some(id) {
        with_entered(f);
    } else {
        call_elsewhere(id, f);
    }
}

/// Calls `f` with a loop that this thread is not in.
#[cold]
#[inline(never)]
fn call_elsewhere(id: LoopId, f: impl FnOnce(&Core) + Send + 'static) {
    if let Some(reach) = loops::find(id) {
        reach.post(Box::new(move || {
            with_entered(f);
        }));
    }
}

/// The present time on the clock of the loop that this thread is in, else of the one that was set;
/// `None` if there is neither.
#[inline]
pub(crate) fn now() -> Option<u64> {
    with_entered(Core::now).or_else(now_of_set)
}

/// The same for the loop that was set.
#[cold]
#[inline(never)]
fn now_of_set() -> Option<u64> {
    current().ok().map(|it| it.core().now())
}

/// The task that a waker wakes, if it is one of the loop that this thread is in.
pub(crate) fn task_of(waker: &Waker) -> Option<TaskId> {
    cell::task_of::<Core>(waker)
}

/// The task that a waker wakes, if it is one of this loop.
pub(crate) fn task_in(core: &Core, waker: &Waker) -> Option<TaskId> {
    cell::task_in(core, waker)
}

/// The loop that this thread is in, else the one that was set as the thread's own; one owner more.
pub(crate) fn current() -> Result<Owner, NoLoop> {
    if let Some(owner) = Owner::entered() {
        return Ok(owner);
    }
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten().ok_or(NoLoop)
}

/// Whether this loop is the [`current`] one.
pub(crate) fn is_current(id: LoopId) -> bool {
    let is_set = || {
        let is_it = |it: &RefCell<Option<Owner>>| {
            it.borrow().as_ref().is_some_and(|it| it.core().id() == id)
        };
        CURRENT.try_with(is_it).unwrap_or(false)
    };
    here().map_or_else(is_set, |it| it == id)
}

/// Makes a loop the thread's own, or none; returns the one it replaces.
pub(crate) fn set_current(owner: Option<Owner>) -> Option<Owner> {
    CURRENT.replace(owner)
}

/// Calls `f` with the loop that this thread is in, else with the one that was set.
#[track_caller]
pub(crate) fn require_current<R>(f: impl FnOnce(&Core) -> R) -> R {
    if cell::is_entered::<Core>() {
        // The usual case, without counting: who is in the loop keeps it.
        return require_entered(f);
    }
    f(require_set().core())
}

/// The loop that was set, open.
#[cold]
#[inline(never)]
#[track_caller]
fn require_set() -> Owner {
    let owner = match current() {
        Ok(owner) => owner,
        Err(error) => panic!("{error}"),
    };
    // Said here: who is called with it, and would find it out, cannot say whose fault it is.
    owner.core().require_open();
    owner
}

/// As [`require_current`], for what was made at `at`: if somebody else calls this, say the executor
/// that polls a future, the message says where.
#[track_caller]
pub(crate) fn require_current_at<R>(at: &Location<'_>, f: impl FnOnce(&Core) -> R) -> R {
    if cell::is_entered::<Core>() {
        return require_entered(f);
    }
    if at != Location::caller() && current().is_err() {
        panic!("{NoLoop} (this was made at {at})");
    }
    require_current(f)
}

/// As [`require_entered`], for a future that was made at `at`.
#[track_caller]
pub(crate) fn require_entered_at<R>(at: &Location<'_>, f: impl FnOnce(&Core) -> R) -> R {
    match with_entered(f) {
        Some(value) => value,
        None => {
            panic!("no loop is running on this thread: use `run` (this was made at {at})")
        }
    }
}

/// Calls `f` with the loop that this thread is in.
#[track_caller]
pub(crate) fn require_entered<R>(f: impl FnOnce(&Core) -> R) -> R {
    match with_entered(f) {
        Some(value) => value,
        None => panic!("no loop is running on this thread: use `run`"),
    }
}
