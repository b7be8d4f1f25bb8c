//! What the programs are made of: a value that one task sets and another waits for, and what is done at the end
//! of a scope also where its task is cancelled.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

use boucle::shared::RefCell;
use boucle::{Task, TaskError};

/// A value that is set once and waited for once: the channel of one message, `asyncio.Future`.
pub(crate) struct Slot<T>(RefCell<State<T>>);

/// What has become of it.
enum State<T> {
    /// Nothing yet; who waits, if somebody does.
    Open(Option<Waker>),
    /// It is there, until it is taken.
    Set(Option<T>),
    /// Nobody wants it any more.
    Closed,
}

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot(RefCell::new(State::Open(None)))
    }
}

impl<T> Slot<T> {
    /// Sets it, and wakes who waits; a closed one gives the value back.
    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        let mut state = self.0.borrow_mut();
        if let State::Closed = *state {
            return Err(value);
        }
        let before = std::mem::replace(&mut *state, State::Set(Some(value)));
        drop(state);
        before.wake();
        Ok(())
    }

    /// Nobody wants it any more: what was set and not yet taken.
    pub(crate) fn close(&self) -> Option<T> {
        let before = self.0.replace(State::Closed);
        match before {
            State::Set(value) => value,
            before => {
                before.wake();
                None
            }
        }
    }

    /// Whether it was set or closed.
    pub(crate) fn is_done(&self) -> bool {
        !matches!(*self.0.borrow(), State::Open(_))
    }

    /// Waits for the value, and takes it; `None` if it is closed.
    pub(crate) async fn end(&self) -> Option<T> {
        poll_fn(|cx| match &mut *self.0.borrow_mut() {
            State::Open(waker) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
            State::Set(value) => value.take().map_or(Poll::Pending, |it| Poll::Ready(Some(it))),
            State::Closed => Poll::Ready(None),
        })
        .await
    }

    /// Waits for the value, and takes it.
    pub(crate) async fn wait(&self) -> T {
        match self.end().await {
            Some(value) => value,
            None => pending().await,
        }
    }
}

impl<T> State<T> {
    fn wake(self) {
        if let State::Open(Some(waker)) = self {
            waker.wake();
        }
    }
}

/// Does something at the end of the scope, also where its task is cancelled there: Python's `finally`.
pub(crate) fn finally(f: impl FnOnce()) -> impl Drop {
    /// Has it, until it is done.
    struct Finally<F: FnOnce()>(Option<F>);

    impl<F: FnOnce()> Drop for Finally<F> {
        fn drop(&mut self) {
            self.0.take().expect("it is done once")();
        }
    }

    Finally(Some(f))
}

/// What comes of a future, unless another ends first, which is asked first: `select!`.
pub(crate) async fn unless<T>(
    stop: impl Future<Output = ()>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let (mut stop, mut future) = (pin!(stop), pin!(future));
    poll_fn(|cx| match stop.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => future.as_mut().poll(cx).map(Some),
    })
    .await
}

/// Which program it is: the one with the bug, or the mended one; and who cancels a task in it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// Whether it is mended.
    pub(crate) mended: bool,
    /// Whether the program itself cancels a task, at some moment, so that orders alone show the bug. Otherwise whoever
    /// explores it does, or nobody.
    pub(crate) cancels: bool,
}

/// Waits until all have ended, as they would or cancelled.
pub(crate) async fn ends<T>(tasks: impl IntoIterator<Item = Task<T>>) {
    for task in tasks {
        if let Err(TaskError::Panicked(panic)) = task.await {
            panic!("{panic}");
        }
    }
}
