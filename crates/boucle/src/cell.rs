//! A task in memory: one allocation that holds its future, later its result. The one home of unsafe
//! code.
//!
//! # Who may touch what
//!
//! The *owner thread* is the loop's. `Loop`, `Task`, [`Runnable`] and [`Registry`] are not `Send`, so
//! whatever is reached through them is reached on the owner thread. Other threads hold wakers and
//! [`Letter`]s only, and touch `refs`, `in_inbox` and the fields that never change.
//!
//! # The life of a task (`state`, owner thread only)
//!
//! ```text
//!                 1 wake                     2 run
//!      IDLE ────────────────▶ SCHEDULED ────────────────▶ RUNNING
//!       ▲                                                 │  │  │
//!       └──────────────────── 3 Pending ──────────────────┘  │  │ 5 Ready, panic
//!               SCHEDULED ◀── 4 woken while it runs ─────────┘  ▼
//!                                                              DONE
//! ```
//!
//! 1 `wake_here`, 2 `Runnable::run`, 3 and 5 its end, 4 `wake_here` again. `cancel` sets CANCEL and
//! schedules; the next run drops the future instead of polling it.
//!
//! # Who keeps it alive (`refs`)
//!
//! The lowest 31 bits count wakers and letters. The highest, LOCAL, stands for all of the owner
//! thread together: it is set as long as the task is not DONE, or SCHEDULED, or RUNNING, or has a
//! `Task` handle. The future and the result are dropped before LOCAL is cleared, on the owner thread;
//! whoever takes `refs` to zero frees memory and nothing else. On the owner thread a wake costs no
//! atomic operation, and a task that nobody else knows is freed without one.
//!
//! A handle is one pointer, to its task. As long as LOCAL is set the loop's remote part lives, also when
//! the loop is gone; in it a handle finds its loop, or that there is none (`home`).

#![expect(unsafe_code, reason = "one allocation a task, and wakes without atomic operations")]

mod handle;
mod here;
mod home;
mod kind;
mod registry;
mod run;
mod waker;

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::mem;
use std::mem::ManuallyDrop;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::pin::Pin;
use std::ptr;
use std::ptr::NonNull;
use std::task::{Context, Poll};

pub(crate) use self::handle::Raw;
pub(crate) use self::here::{Entered, with_entered};
pub(crate) use self::home::{Home, leave, open};
use self::kind::Kind;
pub(crate) use self::registry::Registry;
pub(crate) use self::run::{Runnable, spawn, with_borrowed};
pub(crate) use self::waker::{Letter, task_in, task_of};
use crate::core::Core;
use crate::data::primitives::{AtomicBool, AtomicU32, Life};
use crate::data::{TaskError, TaskId};
use crate::structures::remote::Remote;

/// In the ready queue, once. Cannot be set twice; may be set while RUNNING or after DONE.
const SCHEDULED: u16 = 1;
/// Being polled or dropped by the loop. Cannot be set together with DONE but in `run`'s last lines.
const RUNNING: u16 = 1 << 1;
/// The future is gone, and the task no longer in the registry.
const DONE: u16 = 1 << 2;
/// A `Task` exists.
const HANDLE: u16 = 1 << 3;
/// The next run drops the future. Means nothing once DONE.
const CANCEL: u16 = 1 << 4;
/// The body holds the value that the future returned. Only with DONE.
const VALUE: u16 = 1 << 5;
/// The body holds the error: a panic. Only with DONE, never with VALUE.
const ERROR: u16 = 1 << 6;
/// The value or the error was there, and has been taken out. Only with DONE.
const TAKEN: u16 = 1 << 7;
/// Somebody has read the error: it is not reported.
const READ: u16 = 1 << 8;
/// The loop keeps a name for it.
const NAMED: u16 = 1 << 9;
/// Somebody watches the loop, or debug mode counts, from before the task was made. What is told then is
/// asked for by this bit, since the state is looked at anyhow.
const OBSERVED: u16 = 1 << 10;

/// The owner thread's share of `refs`.
const LOCAL: u32 = 1 << 31;

/// What every task has, whatever its future is.
///
/// In this order, with the gap not at the end: the compiler would move it together with the future, in
/// steps that do not match those in which the future was written, and the processor would wait.
#[repr(C)]
pub(crate) struct Header {
    /// LOCAL, and the number of wakers and letters.
    refs: AtomicU32,
    /// Whether a letter of this task is in the inbox: so there is one at the most.
    in_inbox: AtomicBool,
    /// The bits above.
    state: Cell<u16>,
    /// Its type, and where it was spawned.
    kind: &'static Kind,
    /// The loop's remote part. Alive as long as the loop; as long as a waker counts in `refs`: the
    /// first one takes a share of the `Arc`, the last one gives it back; and as long as LOCAL is set:
    /// see `home`.
    remote: NonNull<Remote>,
    /// Which task this is; its place in the registry is part of it.
    id: TaskId,
    /// The task that awaits this one; or its place in a family, which hears of its end; or
    /// `TaskId::FOREIGN`: then the loop keeps the waker aside.
    awaiter: Cell<Option<TaskId>>,
    /// Ends as this is freed.
    life: Life,
}

/// What depends on the future's type. The functions take the header of a cell of that type, on its thread.
#[derive(Clone, Copy)]
struct VTable {
    /// Polls the future once; on its end drops it and leaves the value or the error in the body.
    poll: unsafe fn(NonNull<Header>, &mut Context<'_>) -> bool,
    /// Drops the future, and leaves a panic of its destructor in the body.
    drop_future: unsafe fn(NonNull<Header>),
    /// Drops the value that the body holds.
    drop_value: unsafe fn(NonNull<Header>),
    /// How far from the header the body lies.
    body: usize,
    /// Frees the memory; the body holds nothing any more. May be called on any thread.
    free: unsafe fn(NonNull<Header>),
}

/// A task: the header first, so that a pointer to it is a pointer to the whole.
#[repr(C)]
struct TaskCell<F: Future> {
    header: Header,
    body: UnsafeCell<Body<F>>,
}

/// The future, until DONE; then the value with VALUE, the error with ERROR, else nothing.
union Body<F: Future> {
    future: ManuallyDrop<F>,
    value: ManuallyDrop<F::Output>,
    // Boxed: the size of a task shall not depend on how it may fail.
    error: ManuallyDrop<Box<TaskError>>,
}

impl<F: Future> TaskCell<F> {
    const VTABLE: &'static VTable = &VTable {
        poll: Self::poll,
        drop_future: Self::drop_future,
        drop_value: Self::drop_value,
        body: mem::offset_of!(Self, body),
        free: Self::free,
    };

    /// # Safety
    ///
    /// `task` is the header of a `TaskCell<F>`, and this is its owner thread: so nobody else is in
    /// the body, as long as no code of a user runs meanwhile.
    unsafe fn body(task: NonNull<Header>) -> *mut Body<F> {
        // SAFETY: the header is the first field of the cell, and the pointer was made from the cell.
        unsafe { (*task.cast::<TaskCell<F>>().as_ptr()).body.get() }
    }

    /// # Safety
    ///
    /// As for `body`; the body holds the future.
    unsafe fn poll(task: NonNull<Header>, cx: &mut Context<'_>) -> bool {
        let polled = panic::catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: the body holds the future, and only `run` polls it, which does not nest. The
            // cell never moves, and the future is dropped where it lies.
            unsafe { Pin::new_unchecked(&mut *(*Self::body(task)).future).poll(cx) }
        }));
        match polled {
            Ok(Poll::Pending) => false,
            Ok(Poll::Ready(value)) => {
                // SAFETY: the body still holds the future.
                unsafe { Self::drop_future(task) };
                // SAFETY: the task is alive, this is its thread.
                let header = unsafe { task.as_ref() };
                if header.is(ERROR) {
                    // The future's destructor panicked: that is the result. The value goes.
                    drop_or_report(header, value);
                } else {
                    // SAFETY: the future is gone: the body is free for the value.
                    unsafe { (*Self::body(task)).value = ManuallyDrop::new(value) };
                    header.set(VALUE);
                }
                true
            }
            Err(payload) => {
                // SAFETY: the body still holds the future; the poll's own panic counts.
                unsafe {
                    Self::drop_future(task);
                    Self::set_error(task, payload);
                }
                true
            }
        }
    }

    /// # Safety
    ///
    /// As for `body`; the body holds the future, and holds nothing afterwards but an error if the
    /// destructor panicked.
    unsafe fn drop_future(task: NonNull<Header>) {
        let dropped = panic::catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: the body holds the future; it is not touched again, whatever happens here.
            unsafe { ManuallyDrop::drop(&mut (*Self::body(task)).future) };
        }));
        if let Err(payload) = dropped {
            // SAFETY: as for this function; the future is gone.
            unsafe { Self::set_error(task, payload) };
        }
    }

    /// # Safety
    ///
    /// As for `body`; the body holds neither the future nor a value.
    unsafe fn set_error(task: NonNull<Header>, payload: Box<dyn Any + Send>) {
        // SAFETY: the task is alive, this is its thread.
        let header = unsafe { task.as_ref() };
        if header.is(ERROR) {
            header.clear(ERROR);
            // SAFETY: with ERROR, which is cleared now, the body holds an error.
            let before = unsafe { ptr::read(&raw const (*Self::body(task)).error) };
            // One error a task: nobody can read this one.
            report(header, *ManuallyDrop::into_inner(before));
        }
        let error = Box::new(TaskError::panicked(payload));
        // SAFETY: the body holds nothing.
        unsafe { (*Self::body(task)).error = ManuallyDrop::new(error) };
        header.set(ERROR);
    }

    /// # Safety
    ///
    /// As for `body`; the body holds the value, and holds nothing afterwards.
    unsafe fn drop_value(task: NonNull<Header>) {
        // SAFETY: the body holds the value.
        unsafe { ManuallyDrop::drop(&mut (*Self::body(task)).value) };
    }

    /// # Safety
    ///
    /// `task` is the header of a `TaskCell<F>` whose `refs` are zero; it is not used again.
    unsafe fn free(task: NonNull<Header>) {
        // SAFETY: the cell came from a box, nobody has a pointer to it any more, and a union does
        // not drop what it holds: nothing.
        drop(unsafe { Box::from_raw(task.cast::<TaskCell<F>>().as_ptr()) });
    }
}

/// Puts a future into a cell, with a handle, and enters it into the registry of `core`.
///
/// # Safety
///
/// The future is dropped before its lifetime ends: its task is DONE by then.
unsafe fn allocate<F: Future>(
    core: &Core,
    future: F,
    spawned_at: &'static Location<'static>,
) -> NonNull<Header> {
    let id = core.registry.next_id();
    let cell = Box::new(TaskCell {
        header: Header {
            kind: core.registry.kinds.kind(TaskCell::<F>::VTABLE, spawned_at),
            remote: NonNull::from(&*core.remote),
            refs: AtomicU32::new(LOCAL),
            in_inbox: AtomicBool::new(false),
            state: Cell::new(if core.is_observed() { HANDLE | OBSERVED } else { HANDLE }),
            id,
            awaiter: Cell::new(None),
            life: Life::new(),
        },
        body: UnsafeCell::new(Body { future: ManuallyDrop::new(future) }),
    });
    let task = NonNull::from(Box::leak(cell)).cast::<Header>();
    core.registry.enter(id, task);
    home::join(core);
    task
}

impl Header {
    /// What depends on the future's type.
    fn vtable(&self) -> &'static VTable {
        &self.kind.vtable
    }

    /// Where it was spawned.
    fn spawned_at(&self) -> &'static Location<'static> {
        self.kind.spawned_at
    }

    fn is(&self, bits: u16) -> bool {
        self.state.get() & bits != 0
    }

    fn set(&self, bits: u16) {
        self.state.set(self.state.get() | bits);
    }

    fn clear(&self, bits: u16) {
        self.state.set(self.state.get() & !bits);
    }
}

/// The body, at whose beginning the value or the error lies, if there is one: it is a union.
///
/// # Safety
///
/// The task is alive.
unsafe fn body(task: NonNull<Header>) -> *mut () {
    // SAFETY: as for this function; the body lies in the same allocation, that far from the header.
    unsafe { task.byte_add(task.as_ref().vtable().body).as_ptr().cast() }
}

/// Drops `value`; a panic of its destructor is reported as the task's.
fn drop_or_report<T>(header: &Header, value: T) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(value))) {
        report(header, TaskError::panicked(payload));
    }
}

/// Reports an error of the task that nobody can read, to the loop that this thread is in.
fn report(header: &Header, error: TaskError) {
    with_entered(|core| core.report(header.id, header.spawned_at(), error));
}

/// Drops `value`, and the panic of its destructor with it.
pub(crate) fn drop_quietly<T>(value: T) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // What was given to `panic!` may panic once more; then it is leaked, and that ends it.
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(payload);
        }
    }
}
