//! A poll that only looks where a task stands: a survey. It is known by its waker, which is the task's own
//! behind another vtable, so that nobody pays for it while there is none.
//!
//! What waits in such a poll keeps its place, notes where it is, and is pending: `context::survey` has the
//! rule. A future of another crate knows nothing of that, and need not: the waker wakes the task as any
//! other does, and who clones it has an ordinary one. That clone is what tells where such a future waits.
//!
//! Only a task that waits is surveyed: it was polled before, and nothing has woken it since.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem;
use std::mem::ManuallyDrop;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use super::run::end_run;
use super::waker::{clone_waker, header_of, wake_by_ref};
use super::{CANCEL, DONE, Ptr, RUNNING, SCHEDULED, Schedule, Wakers, unwind, waker};
use crate::data::{Leaf, TaskId};
use crate::structures::stack::{Frame, Stack, Stacks};

/// The vtable of the wakers of surveys. None of them counts, and none is ever moved out of [`survey`].
pub(super) const fn table<S: Schedule>() -> RawWakerVTable {
    RawWakerVTable::new(clone_ordinary::<S>, wake_by_ref::<S>, wake_by_ref::<S>, drop_nothing)
}

impl<S: Schedule> Wakers<S> {
    pub(crate) const fn new() -> Wakers<S> {
        Wakers { ordinary: waker::table::<S>(), surveying: table::<S>(), of: PhantomData }
    }
}

/// Whoever clones it is a future that is not boucle's, and waits there.
unsafe fn clone_ordinary<S: Schedule>(data: *const ()) -> RawWaker {
    note(None);
    // SAFETY: called with a waker's data.
    unsafe { clone_waker::<S>(data) }
}

/// It does not count.
unsafe fn drop_nothing(_: *const ()) {}

/// Whether the poll with this waker is one of a survey.
#[inline]
pub(crate) fn is_survey<S: Schedule>(waker: &Waker) -> bool {
    ptr::eq(waker.vtable(), &S::wakers().surveying)
}

/// The task that the poll with this waker surveys, if it is one of a survey.
pub(crate) fn surveyed<S: Schedule>(waker: &Waker) -> Option<TaskId> {
    // SAFETY: a waker of a survey, borrowed for as long; it is a task's.
    is_survey::<S>(waker).then(|| unsafe { header_of::<S>(waker.data()) }.id)
}

/// Where a task stands: one of several places, if it waits for several things.
pub(crate) struct Seen {
    /// The functions of users on its stack, the outermost first.
    pub(crate) frames: Rc<[Frame]>,
    /// What it waits for; none if that is not boucle's, and stands at the end of `frames`.
    pub(crate) leaf: Option<Leaf>,
}

/// What a thread keeps for surveys.
#[derive(Default)]
struct Notes {
    /// Where the task that is polled waits, as far as that was noted; none while nobody surveys.
    seen: Option<Vec<(Stack, Option<Leaf>)>>,
    /// How many functions are on the stack around the poll: the same for all, and others the next time.
    depth: usize,
    /// The stacks that are known, from one survey to the next: to ask for them takes longest.
    stacks: Stacks,
}

thread_local! {
    static NOTES: RefCell<Notes> = RefCell::default();
}

/// The task that is surveyed waits here, on this stack, for what a future of boucle says, or for another's.
#[inline(never)]
pub(crate) fn note(leaf: Option<Leaf>) {
    // Else the thread ends, or is another one: nobody asks.
    let _ = NOTES.try_with(|notes| {
        let Notes { seen: Some(seen), depth, stacks } = &mut *notes.borrow_mut() else { return };
        let mut addresses = unwind::addresses();
        addresses.truncate(addresses.len().saturating_sub(*depth));
        seen.push((stacks.capture(addresses.into()), leaf));
    });
}

/// A survey of the tasks of a thread; there is one at a time. Dropping it ends it.
#[derive(Default)]
pub(crate) struct Survey {
    /// How many functions are on the stack around each poll; none before the first.
    depth: Cell<usize>,
}

impl Survey {
    /// Begins one; none if one is under way.
    pub(crate) fn begin() -> Option<Survey> {
        let begun = NOTES.try_with(|notes| {
            let seen = &mut notes.borrow_mut().seen;
            seen.is_none().then(|| *seen = Some(Vec::new()))
        });
        begun.ok().flatten().map(|()| Survey::default())
    }

    /// Polls the task with this id to see where it stands, if it waits; `None` else. It may go on all the
    /// same, and end: then it is as after any poll.
    pub(crate) fn poll<S: Schedule>(&self, core: &S, id: TaskId) -> Option<Poll<()>> {
        let (task, header) = core.registry().get(id)?;
        if header.is(SCHEDULED | RUNNING | DONE | CANCEL) {
            return None;
        }
        if self.depth.get() == 0 {
            self.depth.set(unwind::addresses().len());
            NOTES.with_borrow_mut(|notes| notes.depth = self.depth.get());
        }
        // SAFETY: not DONE, so alive; it waits, and this is its thread.
        Some(unsafe { survey(core, task) })
    }

    /// What is missing of the stacks of this program, in words.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        NOTES.with_borrow(|notes| notes.stacks.missing())
    }

    /// Where the task stands that was polled.
    pub(crate) fn take(&self) -> Vec<Seen> {
        NOTES.with_borrow_mut(|notes| {
            let seen = notes.seen.as_mut().map(mem::take).unwrap_or_default();
            let look = |(stack, leaf)| Seen { frames: notes.stacks.look(stack), leaf };
            seen.into_iter().map(look).collect()
        })
    }
}

impl Drop for Survey {
    fn drop(&mut self) {
        let _ = NOTES.try_with(|notes| notes.borrow_mut().seen.take());
    }
}

/// Polls a task to see where it stands. The names of stacks are told from here on: it has a name of its own.
///
/// # Safety
///
/// The task is alive and waits, and this is its thread. It may be freed.
#[inline(never)]
unsafe fn survey<S: Schedule>(core: &S, task: Ptr<S>) -> Poll<()> {
    // SAFETY: as for this function.
    let header = unsafe { task.header() };
    header.set(RUNNING);
    let outer = core.current_task().replace(Some(header.id));
    // SAFETY: as in `Runnable::run`: RUNNING keeps the task alive, and what is not dropped does not count.
    let waker = unsafe { Waker::new(task.0.as_ptr().cast(), &S::wakers().surveying) };
    let waker = ManuallyDrop::new(waker);
    let mut cx = Context::from_waker(&waker);
    // SAFETY: not DONE: the body holds the future. This is the loop's thread.
    let ended = unsafe { (header.vtable().poll)(task.erase(), &mut cx) };
    if ended {
        // SAFETY: RUNNING keeps the task alive; on its thread.
        unsafe { end_run(core, task) };
    } else {
        header.clear(RUNNING);
    }
    core.current_task().set(outer);
    if ended { Poll::Ready(()) } else { Poll::Pending }
}
