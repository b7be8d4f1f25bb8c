//! Children of one parent: tasks that tell it when they end.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Context, Waker};

use crate::elsewhere::require_current;
use crate::task::Task;
use crate::task::cell;

/// What the children have told, and who wants to hear it.
#[derive(Default)]
pub(super) struct News {
    /// How many have not ended.
    n_missing: Cell<usize>,
    /// The first one that ended without a value.
    failed: Cell<Option<usize>>,
    /// Those that ended and were not asked for, the first one first; kept if the parent asks.
    ended: RefCell<Option<VecDeque<usize>>>,
    /// How to wake the parent: a whole waker, since the parent may be polled in another loop than the
    /// children. Taken out while it is used, as a foreign one may run anything.
    parent: Cell<Option<Waker>>,
}

impl News {
    /// Keeps the order in which the children end.
    pub(super) fn keep_order(&self) {
        self.ended.replace(Some(VecDeque::new()));
    }

    pub(super) fn n_missing(&self) -> usize {
        self.n_missing.get()
    }

    pub(super) fn failed(&self) -> Option<usize> {
        self.failed.get()
    }

    /// The next one of those that ended.
    pub(super) fn next_ended(&self) -> Option<usize> {
        self.ended.borrow_mut().as_mut()?.pop_front()
    }

    /// Who is to be woken from now on.
    pub(super) fn listen(&self, cx: &Context<'_>) {
        let mut parent = self.parent.take().unwrap_or_else(|| cx.waker().clone());
        parent.clone_from(cx.waker());
        self.parent.set(Some(parent));
    }

    fn wake_parent(&self) {
        let parent = self.parent.take();
        if let Some(parent) = parent {
            // Guarded: this runs in a destructor, perhaps while a child panics.
            cell::with_entered(|core| core.guard(|| parent.wake()));
        }
    }
}

/// Spawns a child on the current loop; `place` is its number among its kin.
pub(super) fn spawn_child<F>(
    news: &Rc<News>,
    place: usize,
    child: F,
    at: &'static Location<'static>,
) -> Task<F::Output>
where
    F: IntoFuture,
    F::IntoFuture: 'static,
    F::Output: 'static,
{
    news.n_missing.set(news.n_missing.get() + 1);
    let (child, mut end) =
        (child.into_future(), EndOfChild { news: Rc::clone(news), place, has_value: false });
    let told = async move {
        // Dropped with this future, however that comes: after its value, in a panic, cancelled.
        let value = child.await;
        end.has_value = true;
        drop(end);
        value
    };
    require_current(|core| core.spawn(told, at))
}

/// Tells the parent, when it is dropped, that a child has ended.
struct EndOfChild {
    news: Rc<News>,
    place: usize,
    /// Whether there is a value.
    has_value: bool,
}

impl Drop for EndOfChild {
    fn drop(&mut self) {
        let news = &self.news;
        news.n_missing.set(news.n_missing.get() - 1);
        let is_first_failure = !self.has_value && news.failed.get().is_none();
        if is_first_failure {
            news.failed.set(Some(self.place));
        }
        let is_asked_for = match news.ended.borrow_mut().as_mut() {
            Some(ended) => {
                ended.push_back(self.place);
                true
            }
            None => false,
        };
        // Why not at every end? A parent of a thousand would be polled a thousand times.
        if news.n_missing.get() == 0 || is_first_failure || is_asked_for {
            news.wake_parent();
        }
    }
}

/// The tasks of the children; dropped before `release`, it cancels them.
pub(super) struct Family<T> {
    pub(super) tasks: Vec<Task<T>>,
    /// Whether they are to be cancelled with this.
    is_bound: bool,
}

impl<T> Family<T> {
    pub(super) fn new(tasks: Vec<Task<T>>) -> Family<T> {
        Family { tasks, is_bound: true }
    }

    /// Spawns all `children`. If the iterator panics, those that it gave are cancelled.
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
            let task = spawn_child(news, family.tasks.len(), child, at);
            family.tasks.push(task);
        }
        family
    }

    /// Lets those that have not ended go on alone.
    pub(super) fn release(&mut self) {
        self.is_bound = false;
    }
}

impl<T> Drop for Family<T> {
    fn drop(&mut self) {
        if self.is_bound {
            for task in &self.tasks {
                task.cancel();
            }
        }
    }
}
