//! Children of one parent: tasks that tell it when they end.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Context, Waker};

use crate::cell;
use crate::cell::Raw;
use crate::context::elsewhere::{call_later_elsewhere, require_current};
use crate::core::Core;
use crate::data::LoopId;
use crate::data::TaskId;
use crate::data::WaitsFor;
use crate::task::Task;

/// What the children have told, and who wants to hear it.
#[derive(Default)]
pub(crate) struct News {
    /// How many have not ended.
    n_missing: Cell<usize>,
    /// The first one that ended without a value.
    failed: Cell<Option<usize>>,
    /// Those that ended and were not asked for, the first one first; kept if the parent asks.
    ended: RefCell<Option<VecDeque<usize>>>,
    /// Where it sits among the families of the loop into which its last child was spawned, as long as
    /// one of its children is there.
    seat: Cell<Option<(LoopId, u32)>>,
    /// Whether there were children in several loops at once.
    is_scattered: Cell<bool>,
    /// Whom to wake. Taken out while it is used, as a foreign waker may run anything.
    parent: Cell<Option<Parent>>,
}

/// How to wake a parent.
enum Parent {
    /// A task of the loop in which its children are too. Why no waker? It would count as somebody who could
    /// wake the loop from elsewhere: a deadlock would not be noticed.
    Task(LoopId, TaskId),
    /// Anybody else, wherever it is polled.
    Other(Waker),
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

    /// Waits for the end of a child that was just spawned.
    fn expect<T>(self: &Rc<News>, core: &Core, child: &Raw<T>, place: usize) {
        self.n_missing.set(self.n_missing.get() + 1);
        if child.is_done() {
            // Who watches spawns has closed the loop.
            if self.has_ended(place, false) {
                self.wake_parent(core);
            }
            return;
        }
        let mut families = core.families.borrow_mut();
        let seat = self.seat.get();
        let is_elsewhere = seat.is_some_and(|(id, _)| id != core.id());
        self.is_scattered.set(self.is_scattered.get() || is_elsewhere);
        let seat = seat.filter(|_| !is_elsewhere);
        let family = seat.map_or_else(|| families.enter(Rc::clone(self)), |(_, family)| family);
        self.seat.set(Some((core.id(), family)));
        families.seats[family as usize].as_mut().expect("it has just sat down").n_children += 1;
        let place = u32::try_from(place).expect("a family has fewer than four billion children");
        child.set_awaiter(TaskId::child(family, place));
    }

    /// A child has ended; whether the parent wants to be woken now.
    fn has_ended(&self, place: usize, has_value: bool) -> bool {
        self.n_missing.set(self.n_missing.get() - 1);
        let is_first_failure = !has_value && self.failed.get().is_none();
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
        self.n_missing.get() == 0 || is_first_failure || is_asked_for
    }

    /// Who is to be woken from now on.
    pub(super) fn listen(&self, cx: &Context<'_>) {
        let is_here = |id| self.seat.get().is_none_or(|(seat, _)| seat == id);
        let here =
            cell::with_entered(Core::id).filter(|id| is_here(*id) && !self.is_scattered.get());
        let task = here.and_then(|id| Some(Parent::Task(id, cell::task_of(cx.waker())?)));
        self.parent.set(Some(task.unwrap_or_else(|| Parent::Other(cx.waker().clone()))));
    }

    fn wake_parent(&self, core: &Core) {
        match self.parent.take() {
            Some(Parent::Task(id, task)) if id == core.id() => core.wake(task),
            // A child was added in another loop since.
            Some(Parent::Task(id, task)) => call_later_elsewhere(id, move |core| core.wake(task)),
            Some(Parent::Other(waker)) => core.guard(|| waker.wake()),
            None => {}
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
    let child = child.into_future();
    require_current(|core| {
        let task = core.spawn(child, at);
        news.expect(core, task.raw(), place);
        task
    })
}

/// The families that have children in a loop: by its number there a child's end finds its family.
#[derive(Default)]
pub(crate) struct Families {
    seats: Vec<Option<Seat>>,
    /// The seats that are free.
    free: Vec<u32>,
}

/// A family that has children in the loop.
struct Seat {
    news: Rc<News>,
    /// How many of its children have not ended, in this loop.
    n_children: usize,
}

impl Families {
    fn enter(&mut self, news: Rc<News>) -> u32 {
        let seat = Some(Seat { news, n_children: 0 });
        if let Some(free) = self.free.pop() {
            self.seats[free as usize] = seat;
            return free;
        }
        self.seats.push(seat);
        self.seats.len() as u32 - 1
    }

    /// The task that hears of the ends of a family, if it is one of the loop.
    pub(crate) fn parent(&self, family: u32) -> Option<TaskId> {
        let news = &self.seats.get(family as usize)?.as_ref()?.news;
        let parent = news.parent.take();
        let task = match &parent {
            Some(Parent::Task(_, task)) => Some(*task),
            Some(Parent::Other(waker)) => cell::task_of(waker),
            None => None,
        };
        news.parent.set(parent);
        task
    }

    /// A child has ended: its family hears of it, and leaves if it was the last one.
    #[inline(never)]
    pub(crate) fn tell(core: &Core, family: u32, place: u32, has_value: bool) {
        let mut families = core.families.borrow_mut();
        let Some(seat) = families.seats.get_mut(family as usize) else { return };
        let Some(Seat { news, n_children }) = seat else { return };
        let news = Rc::clone(news);
        *n_children -= 1;
        if *n_children == 0 {
            *seat = None;
            families.free.push(family);
            if news.seat.get() == Some((core.id(), family)) {
                news.seat.set(None);
            }
        }
        drop(families);
        if news.has_ended(place as usize, has_value) {
            news.wake_parent(core);
        }
        if Rc::strong_count(&news) == 1 {
            // The parent is gone: nobody else drops its waker, which may be anybody's.
            core.guard(|| drop(news));
        }
    }
}

/// Tells those who watch that the task that is being polled waits for these. Nothing may be borrowed: it
/// runs code of a user.
pub(super) fn tell_waits(tasks: Vec<TaskId>) {
    if !tasks.is_empty() {
        cell::with_entered(|core| tasks.iter().for_each(|it| core.waits(|| WaitsFor::Task(*it))));
    }
}

/// The tasks of the children; dropped before `release`, it cancels them.
pub(super) struct Family<T> {
    pub(super) tasks: Vec<Task<T>>,
    /// Of so many of them those who watch were told that the parent waits for them.
    n_told: usize,
    /// Whether they are to be cancelled with this.
    is_bound: bool,
}

impl<T> Family<T> {
    pub(super) fn new(tasks: Vec<Task<T>>) -> Family<T> {
        Family { tasks, n_told: 0, is_bound: true }
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

    /// Those that have not ended and that those who watch were not told of. None if nobody watches.
    pub(super) fn not_told(&mut self) -> Vec<TaskId> {
        let new = &self.tasks[std::mem::replace(&mut self.n_told, self.tasks.len())..];
        if new.is_empty() || cell::with_entered(Core::is_watched) != Some(true) {
            return Vec::new();
        }
        new.iter().filter(|it| !it.done()).map(Task::id).collect()
    }

    /// Takes out those that are done.
    pub(super) fn take_done(&mut self) -> Vec<Task<T>> {
        self.n_told = self.tasks[..self.n_told].iter().filter(|it| !it.done()).count();
        let (done, left) = self.tasks.drain(..).partition(Task::done);
        self.tasks = left;
        done
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
