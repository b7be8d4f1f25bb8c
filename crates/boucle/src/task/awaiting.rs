//! Awaiting a task.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::Task;
use crate::context;
use crate::context::survey::is_survey;
use crate::context::{Core, survey};
use crate::data::{Awaiter, Leaf, Spot, TaskError, WaitsFor};

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let raw = self.raw.as_mut().expect("the handle is there until it is dropped");
        context::reads_end(raw.id());
        if !raw.is_done() {
            return if raw.set_neighbor(cx.waker()) { Poll::Pending } else { self.wait(cx) };
        }
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        match raw.take() {
            Err(TaskError::Taken) => panic!(
                "the result of the task was taken by an await before (it was spawned at {})",
                raw.spawned_at()
            ),
            result => {
                if raw.is_observed() {
                    self.tell_end();
                }
                Poll::Ready(result)
            }
        }
    }
}

impl<T> Task<T> {
    /// The task has not ended: notes who awaits it.
    #[inline(never)]
    #[track_caller]
    fn wait(&self, cx: &Context<'_>) -> Poll<Result<T, TaskError>> {
        let raw = self.raw();
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        let Some(core) = raw.core() else { return Poll::Ready(Err(TaskError::Cancelled)) };
        // A task of another loop is foreign here: its number means nothing.
        let awaiter = context::task_in(&core, cx.waker());
        assert!(awaiter != Some(self.id()), "a task cannot await itself: it would wait for ever");
        core.await_task(raw, awaiter, cx.waker());
        Poll::Pending
    }

    /// Nobody waits for its end any more.
    #[cold]
    pub(super) fn tell_end(&self) {
        let Some(raw) = &self.raw else { return };
        if let Some(core) = raw.core() {
            core.wait_ends(|| Spot::End(raw.id()));
        }
    }

    /// Says that it is awaited here, in a survey.
    #[cold]
    fn stand(&self, waker: &Waker) -> Poll<Result<T, TaskError>> {
        let raw = self.raw();
        let is_known = |core: &Core, task| {
            !raw.is_done() && core.registry.awaiter(raw.id()) == Awaiter::task(task)
        };
        survey::stand(waker, is_known, || Leaf {
            what: self.name().into(),
            ..Leaf::on(WaitsFor::Task(raw.id()))
        })
    }
}

impl<T> Unpin for Task<T> {}
