//! Children of one parent: tasks that tell it when they end.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::context;
use crate::context::{Identity, Listens, require_current_at, survey};
use crate::data::{Ended, Leaf, LoopId, Object, Spot, TaskId, Wait, WaitsFor, Who};
use crate::structures::wake::Parked;
use crate::task::{Task, spawn_as};

/// What the children have told, and who wants to hear it.
#[derive(Default)]
pub(crate) struct News {
    /// How many have not ended.
    n_missing: Cell<usize>,
    /// The first one that ended without a value.
    failed: Cell<Option<usize>>,
    /// Those that ended and were not asked for, the first one first; kept if the parent asks.
    ended: RefCell<Option<VecDeque<usize>>>,
    /// As whom it listens, in the loop in which it listened last.
    listens: Cell<Option<(LoopId, u32)>>,
    /// Whom to wake. Why no waker, if it is a task? It would count as somebody who could wake the loop from
    /// elsewhere: a deadlock would not be noticed. Taken out while it is used.
    parent: Cell<Option<Parked>>,
    /// Who waits for the children, as those were told who watch.
    told: Cell<Option<Who>>,
    /// Whether nobody waits at present, of which those who watch may not have been told yet.
    rests: Cell<bool>,
    /// The number of the listener that it was last, for those who explore orders.
    number: Cell<u32>,
}

impl News {
    /// Keeps the order in which the children end.
    pub(super) fn keep_order(&self) {
        self.ended.replace(Some(VecDeque::new()));
    }

    pub(super) fn n_missing(&self) -> usize {
        context::writes_ends(self.number.get());
        self.n_missing.get()
    }

    pub(super) fn failed(&self) -> Option<usize> {
        context::writes_ends(self.number.get());
        self.failed.get()
    }

    /// The next one of those that ended.
    pub(super) fn next_ended(&self) -> Option<usize> {
        context::writes_ends(self.number.get());
        self.ended.borrow_mut().as_mut()?.pop_front()
    }

    /// Waits for the end of a child, which is number `place` among its kin.
    pub(super) fn expect<T>(self: &Rc<News>, child: &Task<T>, place: usize) {
        self.n_missing.set(self.n_missing.get() + 1);
        let raw = child.raw();
        // One that has ended already: who watches spawns has closed the loop, or it was spawned long ago.
        let Some(core) = raw.core().filter(|_| !raw.is_done()) else {
            let how = if raw.is_done() { raw.ended() } else { Ended::Cancelled };
            return self.has_ended(place, how);
        };
        let listens = self.listens.get().filter(|(id, _)| *id == core.id());
        let listener = match listens {
            Some((_, listener)) => listener,
            None => core.add_listener(Rc::clone(self) as Rc<dyn Listens>),
        };
        self.listens.set(Some((core.id(), listener)));
        self.number.set(listener);
        context::writes_ends(listener);
        let place = u32::try_from(place).expect("a family has fewer than four billion children");
        core.listen_to(raw, listener, place);
    }

    /// A child has ended: wakes the parent, if it wants to hear of it now.
    fn has_ended(&self, place: usize, how: Ended) {
        self.n_missing.set(self.n_missing.get() - 1);
        let is_first_failure = how != Ended::Value && self.failed.get().is_none();
        #[cfg(feature = "explore")]
        self.tell_use(how);
        if is_first_failure {
            self.failed.set(Some(place));
        }
        let is_asked_for = match self.ended.borrow_mut().as_mut() {
            Some(ended) => {
                ended.push_back(place);
                true
            }
            None => false,
        };
        // Why not at every end? A parent of a thousand would be polled a thousand times.
        if self.n_missing.get() == 0 || is_first_failure || is_asked_for {
            if let Some(parent) = self.parent.take() {
                context::wake(parent);
            }
        }
    }

    /// Lets those know who explore orders that a child has ended. Where only their number counts, no two of them
    /// need come in both orders.
    #[cfg(feature = "explore")]
    fn tell_use(&self, how: Ended) {
        let number = self.number.get();
        let has_foreign_parent = {
            let parent = self.parent.take();
            let is_foreign = parent.as_ref().is_some_and(|it| it.wake.task().is_none());
            self.parent.set(parent);
            is_foreign
        };
        if how != Ended::Value || self.ended.borrow().is_some() || has_foreign_parent {
            context::writes_ends(number);
        } else {
            context::adds_end(number, self.parent_task(), self.n_missing.get() == 0);
        }
    }

    /// The task that is to be woken, if it is one of the loop.
    fn parent_task(&self) -> Option<TaskId> {
        let parent = self.parent.take();
        let task = parent.as_ref().and_then(|it| it.wake.task());
        self.parent.set(parent);
        task
    }

    /// Who is to be woken from now on.
    pub(super) fn listen(&self, cx: &Context<'_>) {
        context::writes_ends(self.number.get());
        let before = self.parent.replace(Some(context::park(cx.waker())));
        context::discard(before);
    }

    /// Nobody is to be woken any more. Those who watch are told so, at the end of this poll if it is one of who
    /// waited: it may go on to wait, and so it does for the most part.
    #[inline]
    pub(super) fn listen_no_more(&self, identity: &Identity) {
        if let Some(parent) = self.parent.take() {
            context::writes_ends(self.number.get());
            context::discard(parent);
        }
        if self.told.get().is_some() {
            self.rest(identity);
        }
    }

    #[cold]
    fn rest(&self, identity: &Identity) {
        let Some(who) = self.told.get().filter(|_| !self.rests.replace(true)) else { return };
        context::with_entered(|core| core.rests(who.task, identity.object()));
    }

    /// Somebody waits again: forgets who was told of, if those who watch know that nobody did in between.
    fn rest_ends(&self, identity: &Identity) {
        let goes_on = |who: Who| {
            context::with_entered(|core| core.host.rest_ends(who.task, identity.object()))
        };
        if self.rests.replace(false) && self.told.get().and_then(goes_on) != Some(true) {
            self.told.set(None);
        }
    }
}

impl News {
    /// Says that the parent waits for those who have not ended, in a survey.
    #[cold]
    pub(super) fn stand<T>(
        &self,
        waker: &Waker,
        identity: &Identity,
        at: &'static Location<'static>,
    ) -> Poll<T> {
        survey::note(|| {
            let what = match self.n_missing() {
                1 => "the end of 1 task".to_owned(),
                n => format!("the ends of {n} tasks"),
            };
            Leaf::new(what).at(at).at_object(identity)
        });
        self.stay(waker)
    }

    /// Leaves the parent as it is, in a survey.
    pub(super) fn stay<T>(&self, waker: &Waker) -> Poll<T> {
        survey::stay(waker, |core, task| {
            let parent = self.parent.take();
            let wakes = parent.as_ref().is_some_and(|it| it.wakes(core, task));
            self.parent.set(parent);
            wakes
        })
    }
}

impl Listens for News {
    fn hear(&self, place: u32, how: Ended, is_last: bool) {
        if is_last {
            self.listens.set(None);
        }
        self.has_ended(place as usize, how);
    }

    fn waiting_task(&self) -> Option<TaskId> {
        self.parent_task()
    }
}

/// Spawns a child on the current loop, whose future is shown as `Shown`; `place` is its number among its
/// kin.
#[track_caller]
pub(super) fn spawn_child<Shown: ?Sized, F>(
    news: &Rc<News>,
    place: usize,
    child: F,
    at: &'static Location<'static>,
) -> Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    require_current_at(at, |core| {
        let task = spawn_as::<Shown, F>(core, child, at);
        news.expect(&task, place);
        task
    })
}

/// Tells those who watch that the parent waits for these, at `object` and in the line `at`. Nothing may be
/// borrowed: it runs code of a user.
pub(super) fn tell_waits(
    tasks: Vec<TaskId>,
    news: &News,
    object: impl Fn() -> Object,
    at: &'static Location<'static>,
) {
    if !tasks.is_empty() {
        let parent = news.parent_task();
        context::with_entered(|core| {
            for task in tasks {
                let on = WaitsFor::Task(task);
                let wait = || Wait { on, object: Some(object()), at: Some(at) };
                core.wait_begins(|| Spot::End(task), parent, wait);
            }
        });
    }
}

/// The tasks of the children: dropped, it cancels those that are still in it.
pub(super) struct Family<T> {
    pub(super) tasks: Vec<Task<T>>,
    /// Of so many of them those who watch were told that the parent waits for them.
    n_told: usize,
}

impl<T> Family<T> {
    pub(super) fn new(tasks: Vec<Task<T>>) -> Family<T> {
        Family { tasks, n_told: 0 }
    }

    /// Spawns all `children`. If the iterator panics, those that it gave are cancelled.
    #[track_caller]
    pub(super) fn spawn<I>(
        news: &Rc<News>,
        children: I,
        at: &'static Location<'static>,
    ) -> Family<T>
    where
        I: IntoIterator,
        I::Item: IntoFuture<Output = T>,
        <I::Item as IntoFuture>::IntoFuture: 'static,
        T: 'static,
    {
        let children = children.into_iter();
        let mut family = Family::new(Vec::with_capacity(children.size_hint().0));
        for child in children {
            let (child, place) = (child.into_future(), family.tasks.len());
            let task =
                spawn_child::<<I::Item as IntoFuture>::IntoFuture, _>(news, place, child, at);
            family.tasks.push(task);
        }
        family
    }

    /// Those that have not ended and that those who watch were not told of. None if nobody watches.
    pub(super) fn not_told(&mut self, news: &News, identity: &Identity) -> Vec<TaskId> {
        let n_told = std::mem::replace(&mut self.n_told, self.tasks.len());
        let is_new = n_told < self.tasks.len() || news.told.get().is_some();
        if !is_new || context::with_entered(|core| core.host.is_observed()) != Some(true) {
            return Vec::new();
        }
        news.rest_ends(identity);
        let who = context::with_entered(|core| core.who_waits(news.parent_task())).flatten();
        // If it is another one now, of all of them.
        let n_told = if news.told.replace(who) == who { n_told } else { 0 };
        self.tasks[n_told..].iter().filter(|it| !it.done()).map(Task::id).collect()
    }

    /// Takes out those that are done.
    pub(super) fn take_done(&mut self) -> Vec<Task<T>> {
        self.n_told = self.tasks[..self.n_told].iter().filter(|it| !it.done()).count();
        let (done, left) = self.tasks.drain(..).partition(Task::done);
        self.tasks = left;
        done
    }
}

impl<T> Drop for Family<T> {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.cancel();
        }
    }
}
