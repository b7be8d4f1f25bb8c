//! The cell itself: header and body of a future of one type.

use std::any;
use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem;
use std::mem::ManuallyDrop;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::pin::Pin;
use std::ptr;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use super::{
    ERROR, Erased, HANDLE, Header, LOCAL, OBSERVED, Ptr, Schedule, VALUE, VTable, remote,
    with_entered,
};
use crate::data::primitives::{Arc, AtomicBool, AtomicU32, Life};
use crate::data::{Awaiter, TaskError};

/// A task: the header first, so that a pointer to the whole is one to the header.
#[repr(C)]
struct TaskCell<S: Schedule, F: Future> {
    header: Header<S>,
    body: UnsafeCell<Body<F>>,
}

/// The future, until DONE; then the value with VALUE, the error with ERROR, else nothing. Each of them
/// lies at its beginning.
#[repr(C)]
union Body<F: Future> {
    future: ManuallyDrop<F>,
    value: ManuallyDrop<F::Output>,
    // Boxed: the size of a task shall not depend on how it may fail.
    error: ManuallyDrop<Box<TaskError>>,
}

/// The functions of the vtable, for one type of loop and one of futures, which is shown as another.
struct Ways<S, F, Shown: ?Sized>(PhantomData<(S, F)>, PhantomData<Shown>);

impl<S: Schedule, F: Future, Shown: ?Sized> Ways<S, F, Shown> {
    const VTABLE: &'static VTable = &VTable {
        poll: Self::poll,
        drop_future: Self::drop_future,
        drop_value: Self::drop_value,
        body: mem::offset_of!(TaskCell<S, F>, body),
        free: Self::free,
        future: any::type_name::<Shown>,
    };

    /// The task, as it was before its type was forgotten.
    fn ptr(task: Erased) -> Ptr<S> {
        Ptr(task.0.cast())
    }

    /// # Safety
    ///
    /// `task` is a `TaskCell<S, F>`, and this is its owner thread: so nobody else is in the body, as long
    /// as no code of a user runs meanwhile.
    unsafe fn body(task: Erased) -> *mut Body<F> {
        // SAFETY: the pointer is the one of the allocation.
        unsafe { UnsafeCell::raw_get(&raw const (*task.0.cast::<TaskCell<S, F>>().as_ptr()).body) }
    }

    /// # Safety
    ///
    /// As for `body`; the body holds the future.
    unsafe fn poll(task: Erased, cx: &mut Context<'_>) -> bool {
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
                let header = unsafe { Self::ptr(task).header() };
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
                // SAFETY: as for this function.
                unsafe { Self::fail(task, payload) };
                true
            }
        }
    }

    /// The future has panicked.
    ///
    /// # Safety
    ///
    /// As for `body`; the body holds the future.
    #[cold]
    #[inline(never)]
    unsafe fn fail(task: Erased, payload: Box<dyn Any + Send>) {
        // SAFETY: the body still holds the future; the poll's own panic counts.
        unsafe {
            Self::drop_future(task);
            Self::set_error(task, payload);
        }
    }

    /// # Safety
    ///
    /// As for `body`; the body holds the future, and holds nothing afterwards but an error if the
    /// destructor panicked.
    unsafe fn drop_future(task: Erased) {
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
    #[cold]
    #[inline(never)]
    unsafe fn set_error(task: Erased, payload: Box<dyn Any + Send>) {
        // SAFETY: the task is alive, this is its thread.
        let header = unsafe { Self::ptr(task).header() };
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
    unsafe fn drop_value(task: Erased) {
        // SAFETY: the body holds the value.
        unsafe { ManuallyDrop::drop(&mut (*Self::body(task)).value) };
    }

    /// # Safety
    ///
    /// `task` is a `TaskCell<S, F>` whose `refs` are zero; it is not used again.
    unsafe fn free(task: Erased) {
        // SAFETY: the cell came from a box, nobody has a pointer to it any more, and a union does
        // not drop what it holds: nothing.
        drop(unsafe { Box::from_raw(task.0.cast::<TaskCell<S, F>>().as_ptr()) });
    }
}

/// Puts a future into a cell, with a handle, and enters it into the registry of `core`; its type is shown
/// as `Shown`.
///
/// # Safety
///
/// The future is dropped before its lifetime ends: its task is DONE by then.
pub(super) unsafe fn allocate<Shown: ?Sized, S: Schedule, F: Future>(
    core: &S,
    future: F,
    spawned_at: &'static Location<'static>,
) -> Ptr<S> {
    let id = core.registry().next_id();
    let cell = Box::new(TaskCell::<S, F> {
        header: Header {
            kind: core.registry().kinds.kind(Ways::<S, F, Shown>::VTABLE, spawned_at),
            remote: NonNull::new(Arc::as_ptr(core.remote()).cast_mut())
                .expect("an `Arc` is not null"),
            refs: AtomicU32::new(LOCAL),
            in_inbox: AtomicBool::new(false),
            state: Cell::new(if core.is_observed() { HANDLE | OBSERVED } else { HANDLE }),
            id,
            awaiter: Cell::new(Awaiter::NOBODY),
            life: Life::new(),
        },
        body: UnsafeCell::new(Body { future: ManuallyDrop::new(future) }),
    });
    let task = Ptr(NonNull::from(Box::leak(cell)).cast::<Header<S>>());
    core.registry().enter(id, task);
    remote::join(core);
    task
}

/// Drops `value`; a panic of its destructor is reported as the task's.
#[cold]
#[inline(never)]
fn drop_or_report<S: Schedule, T>(header: &Header<S>, value: T) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(value))) {
        report(header, TaskError::panicked(payload));
    }
}

/// Reports an error of the task that nobody can read, to the loop that this thread is in.
fn report<S: Schedule>(header: &Header<S>, error: TaskError) {
    with_entered(|core: &S| core.report(header.id, header.origin(), error));
}
