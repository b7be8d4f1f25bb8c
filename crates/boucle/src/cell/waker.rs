//! Wakers, and letters: what other threads hold of a task.

use std::process;
use std::ptr;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::here::{is_here, with_here};
use super::run::wake_here;
use super::{Header, LOCAL, Letter, Mail, Ptr, Schedule, remote};
use crate::data::TaskId;
use crate::data::primitives::{Arc, Ordering, fence};

/// The vtable of the wakers of a type of loop. Their data is the task; each one counts in `refs`, but for
/// the one that `run` makes.
pub(super) const fn table<S: Schedule>() -> RawWakerVTable {
    RawWakerVTable::new(clone_waker::<S>, wake::<S>, wake_by_ref::<S>, drop_waker::<S>)
}

/// The task behind a waker.
///
/// # Safety
///
/// `data` is a waker's of this vtable.
unsafe fn task_behind<S: Schedule>(data: *const ()) -> Ptr<S> {
    // SAFETY: `run` made the first one of a pointer, all others are copies.
    Ptr(unsafe { NonNull::new_unchecked(data.cast_mut().cast()) })
}

/// The header behind a waker.
///
/// # Safety
///
/// `data` is a waker's of this vtable; the header is not used after the waker is gone.
pub(super) unsafe fn header_of<'a, S: Schedule>(data: *const ()) -> &'a Header<S> {
    // SAFETY: a waker counts in `refs`, or lies in `run` and RUNNING counts: the task is alive. Only
    // fields that other threads may touch are used by those on other threads.
    let header: &Header<S> = unsafe { task_behind(data).header() };
    header.life.look();
    header
}

pub(super) unsafe fn clone_waker<S: Schedule>(data: *const ()) -> RawWaker {
    // SAFETY: called with a waker's data.
    add_ref::<S>(unsafe { header_of(data) });
    RawWaker::new(data, &S::wakers().ordinary)
}

unsafe fn wake<S: Schedule>(data: *const ()) {
    // SAFETY: called with a waker's data; the waker goes with the second call.
    unsafe {
        wake_by_ref::<S>(data);
        drop_waker::<S>(data);
    }
}

pub(super) unsafe fn wake_by_ref<S: Schedule>(data: *const ()) {
    // SAFETY: called with a waker's data.
    let (task, header) = unsafe { (task_behind(data), header_of::<S>(data)) };
    // If this thread is in the task's loop, it is the owner thread.
    // SAFETY: the waker keeps the task alive, and this is its thread.
    let here = with_here(header.remote.as_ptr(), |core: &S| unsafe { wake_here(core, task) });
    if here.is_none() {
        wake_from_elsewhere(task, header);
    }
}

/// Brings a letter to the task's loop, unless there is one. Apart, since it is rare.
#[cold]
#[inline(never)]
fn wake_from_elsewhere<S: Schedule>(task: Ptr<S>, header: &Header<S>) {
    if !header.in_inbox.swap(true, Ordering::AcqRel) {
        add_ref(header);
        let letter = Letter(task);
        // SAFETY: the waker that is used here counts in `refs`, and so keeps the remote part alive.
        let remote = unsafe { header.remote.as_ref() };
        // A loop that has closed wakes nobody: the letter comes back, and is dropped.
        drop(remote.inbox.push(Mail::Wake(letter)));
    }
}

unsafe fn drop_waker<S: Schedule>(data: *const ()) {
    // SAFETY: called with a waker's data; the waker is not used again.
    unsafe { remove_ref(task_behind::<S>(data)) };
}

/// One waker or letter more.
#[inline]
fn add_ref<S: Schedule>(header: &Header<S>) {
    // Relaxed: whoever counts has a waker already, or is the owner.
    let before = header.refs.fetch_add(1, Ordering::Relaxed) & !LOCAL;
    if before == 0 {
        // SAFETY: alive: the task has LOCAL, since it has no waker but the one in `run`.
        unsafe { header.remote.as_ref() }.inbox.add_share();
    }
    if before > LOCAL / 2 {
        // As `Arc` does: nobody has two billion wakers but by forgetting them.
        process::abort();
    }
}

/// One waker or letter less; the last one frees what nobody needs.
///
/// # Safety
///
/// The waker or letter counted in `refs`, and is not used again.
#[inline]
unsafe fn remove_ref<S: Schedule>(task: Ptr<S>) {
    // SAFETY: what counts keeps the task alive until it is given up.
    let header = unsafe { task.header() };
    if is_here(header.remote.as_ptr()) {
        // SAFETY: as for this function; the loop, which this thread is in, keeps the remote part.
        unsafe { remove_ref_kept(task) };
    } else {
        // SAFETY: as for this function.
        unsafe { remove_ref_elsewhere(task) };
    }
}

/// The same, on a thread that is not in the task's loop: the loop may end at any moment.
///
/// # Safety
///
/// As for `remove_ref`.
#[cold]
#[inline(never)]
unsafe fn remove_ref_elsewhere<S: Schedule>(task: Ptr<S>) {
    // SAFETY: what counts keeps the task alive, and so its remote part, which is kept from here on. The
    // count is given up at the end.
    unsafe {
        let kept = task.header().remote;
        remote::keep(kept);
        remove_ref_kept(task);
        remote::give_up(kept);
    }
}

/// The same, while somebody keeps the remote part alive.
///
/// # Safety
///
/// As for `remove_ref`; and the remote part is alive until this returns.
#[inline]
unsafe fn remove_ref_kept<S: Schedule>(task: Ptr<S>) {
    // SAFETY: what counts keeps the task alive until the next line.
    let (remote, free, refs) = unsafe {
        let header = task.header();
        (header.remote, header.vtable().free, &raw const header.refs)
    };
    // SAFETY: alive as above; after this only what was copied is used, unless it was the last.
    let before = unsafe { (*refs).fetch_sub(1, Ordering::Release) };
    if before & !LOCAL != 1 {
        return;
    }
    // SAFETY: alive as this function demands.
    unsafe { remote.as_ref() }.inbox.give_up_share();
    if before == 1 {
        fence(Ordering::Acquire);
        // SAFETY: the owner thread needs it no more, and this was the last waker. Who cleared LOCAL has
        // taken a count for the wakers.
        unsafe {
            free(task.erase());
            remote::give_up(remote);
        }
    }
}

// SAFETY: a letter is a waker under another name: on other threads it is only moved and dropped.
unsafe impl<S: Schedule> Send for Letter<S> {}

impl<S: Schedule> Letter<S> {
    /// Wakes the task, on its loop's thread.
    pub(crate) fn deliver(self, core: &S) {
        // SAFETY: the letter counts in `refs`.
        let header = unsafe { self.0.header() };
        // First the flag: a wake that comes from now on brings a letter of its own.
        header.in_inbox.swap(false, Ordering::AcqRel);
        // SAFETY: the letter keeps the task alive, and this is its thread.
        unsafe { wake_here(core, self.0) };
    }
}

impl<S: Schedule> Drop for Letter<S> {
    fn drop(&mut self) {
        // SAFETY: the letter counted, and is gone.
        unsafe { remove_ref(self.0) };
    }
}

/// The task that a waker wakes, if it is one of the loop of `core`.
pub(crate) fn task_in<S: Schedule>(core: &S, waker: &Waker) -> Option<TaskId> {
    let header = header_behind::<S>(waker)?;
    ptr::eq(header.remote.as_ptr(), Arc::as_ptr(core.remote())).then_some(header.id)
}

/// The task that a waker wakes, if it is one of the loop that this thread is in.
pub(crate) fn task_of<S: Schedule>(waker: &Waker) -> Option<TaskId> {
    let header = header_behind::<S>(waker)?;
    is_here(header.remote.as_ptr()).then_some(header.id)
}

/// The task that a waker wakes, if it is one of the loop that this thread is in, as is that of `header`.
pub(super) fn neighbor<S: Schedule>(header: &Header<S>, waker: &Waker) -> Option<TaskId> {
    let other = header_behind::<S>(waker).filter(|other| other.remote == header.remote)?;
    is_here(header.remote.as_ptr()).then_some(other.id)
}

/// The task of a waker, if it is a task's.
fn header_behind<S: Schedule>(waker: &Waker) -> Option<&Header<S>> {
    // By its address: it has one alone, and to compare what is in it takes longer.
    if !ptr::eq(waker.vtable(), &S::wakers().ordinary) {
        return None;
    }
    // SAFETY: a waker of this vtable, and borrowed for as long.
    Some(unsafe { header_of(waker.data()) })
}
