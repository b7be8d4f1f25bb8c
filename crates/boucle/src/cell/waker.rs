//! Wakers, and letters: what other threads hold of a task.

use std::process;
use std::ptr;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::here::{is_here, with_here};
use super::run::wake_here;
use super::{Header, LOCAL};
use crate::core::Core;
use crate::data::TaskId;
use crate::data::primitives::{Arc, Ordering, fence};
use crate::structures::remote::Mail;

/// The wakers of all tasks. Their data is the header; each one counts in `refs`, but for the one that
/// `run` makes.
pub(super) static WAKER: RawWakerVTable =
    RawWakerVTable::new(clone_waker, wake, wake_by_ref, drop_waker);

/// The header behind a waker.
///
/// # Safety
///
/// `data` is a waker's of this vtable; the header is not used after the waker is gone.
unsafe fn header_of<'a>(data: *const ()) -> &'a Header {
    // SAFETY: a waker counts in `refs`, or lies in `run` and RUNNING counts: the task is alive. Only
    // fields that other threads may touch are used by those on other threads.
    let header = unsafe { &*data.cast::<Header>() };
    header.life.look();
    header
}

unsafe fn clone_waker(data: *const ()) -> RawWaker {
    // SAFETY: called with a waker's data.
    add_ref(unsafe { header_of(data) });
    RawWaker::new(data, &WAKER)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: called with a waker's data; the waker goes with the second call.
    unsafe {
        wake_by_ref(data);
        drop_waker(data);
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: called with a waker's data.
    let header = unsafe { header_of(data) };
    // If this thread is in the task's loop, it is the owner thread.
    let here = with_here(header.remote.as_ptr(), |core| wake_here(core, header));
    if here.is_none() {
        wake_from_elsewhere(header);
    }
}

/// Brings a letter to the task's loop, unless there is one. Apart, since it is rare.
#[cold]
#[inline(never)]
fn wake_from_elsewhere(header: &Header) {
    if !header.in_inbox.swap(true, Ordering::AcqRel) {
        add_ref(header);
        let letter = Letter(NonNull::from(header));
        // SAFETY: the waker that is used here counts in `refs`, and so keeps the remote part alive.
        let remote = unsafe { header.remote.as_ref() };
        // A loop that has closed wakes nobody: the letter comes back, and is dropped.
        drop(remote.push(Mail::Wake(letter)));
    }
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: called with a waker's data; the waker is not used again.
    unsafe { remove_ref(NonNull::from(header_of(data))) };
}

/// One waker or letter more.
fn add_ref(header: &Header) {
    // Relaxed: whoever counts has a waker already, or is the owner.
    let before = header.refs.fetch_add(1, Ordering::Relaxed);
    if before & !LOCAL == 0 {
        // SAFETY: the pointer is an `Arc`'s, and alive: the loop is, since this is its thread.
        unsafe { Arc::increment_strong_count(header.remote.as_ptr()) };
    }
    if before & !LOCAL > LOCAL / 2 {
        // As `Arc` does: nobody has two billion wakers but by forgetting them.
        process::abort();
    }
}

/// One waker or letter less; the last one frees what nobody needs.
///
/// # Safety
///
/// The waker or letter counted in `refs`, and is not used again.
unsafe fn remove_ref(task: NonNull<Header>) {
    // SAFETY: what counts keeps the task alive until the next line.
    let (remote, free, refs) = unsafe {
        let header = task.as_ref();
        (header.remote.as_ptr(), header.vtable().free, &raw const header.refs)
    };
    // SAFETY: alive as above; after this only what was copied is used, unless it was the last.
    let before = unsafe { (*refs).fetch_sub(1, Ordering::Release) };
    if before & !LOCAL == 1 {
        if before == 1 {
            fence(Ordering::Acquire);
            // SAFETY: the owner thread needs it no more, and this was the last waker.
            unsafe { free(task) };
        }
        // SAFETY: the first waker took this share.
        unsafe { Arc::decrement_strong_count(remote) };
    }
}

/// A wake on its way to the loop's thread. It counts in `refs`.
pub(crate) struct Letter(NonNull<Header>);

// SAFETY: a letter is a waker under another name: on other threads it is only moved and dropped.
unsafe impl Send for Letter {}

impl Letter {
    /// Wakes the task, on its loop's thread.
    pub(crate) fn deliver(self, core: &Core) {
        // SAFETY: the letter counts in `refs`.
        let header = unsafe { self.0.as_ref() };
        // First the flag: a wake that comes from now on brings a letter of its own.
        header.in_inbox.swap(false, Ordering::AcqRel);
        wake_here(core, header);
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        // SAFETY: the letter counted, and is gone.
        unsafe { remove_ref(self.0) };
    }
}

/// The task that a waker wakes, if it is one of the loop of `core`.
pub(crate) fn task_in(core: &Core, waker: &Waker) -> Option<TaskId> {
    let header = header_behind(waker)?;
    ptr::eq(header.remote.as_ptr(), Arc::as_ptr(&core.remote)).then_some(header.id)
}

/// The task that a waker wakes, if it is one of the loop that this thread is in.
pub(crate) fn task_of(waker: &Waker) -> Option<TaskId> {
    let header = header_behind(waker)?;
    is_here(header.remote.as_ptr()).then_some(header.id)
}

/// The task that a waker wakes, if it is one of the loop that this thread is in, as is that of `header`.
pub(super) fn neighbor(header: &Header, waker: &Waker) -> Option<TaskId> {
    let other = header_behind(waker).filter(|other| other.remote == header.remote)?;
    is_here(header.remote.as_ptr()).then_some(other.id)
}

/// The task of a waker, if it is a task's.
fn header_behind(waker: &Waker) -> Option<&Header> {
    // By its address: it has one alone, and to compare what is in it takes longer.
    if !ptr::eq(waker.vtable(), &WAKER) {
        return None;
    }
    // SAFETY: a waker of this vtable, and borrowed for as long.
    Some(unsafe { header_of(waker.data()) })
}
