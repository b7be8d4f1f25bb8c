//! boucle explored by itself: each of its primitives, with three tasks, in every order, while one of them is
//! cancelled, one is woken for no reason, time passes once while tasks are busy, and one gives up once.

mod sync;
mod together;

use std::fmt::Debug;
use std::rc::Rc;

use boucle::shared::Cell;
use boucle_explore::{Explore, Report};

/// A program that holds whatever is done to it, once each.
fn holds<F: Future<Output: Debug>>(program: impl Fn() -> F) -> Report {
    let explore = Explore::new().cancels(1).wakes(1).slow(1).yields(1);
    let report = explore.executions(1_000_000).run(program);
    report.assert_ok();
    report
}

/// How many are inside of something, and how many there ever were at once.
#[derive(Clone, Default)]
struct Inside(Rc<(Cell<usize>, Cell<usize>)>);

impl Inside {
    /// One more is inside, until this is dropped.
    fn enter(&self) -> Visit {
        let (now, most) = &*self.0;
        now.set(now.get() + 1);
        most.set(most.get().max(now.get()));
        Visit(self.clone())
    }

    fn now(&self) -> usize {
        self.0.0.get()
    }

    fn most(&self) -> usize {
        self.0.1.get()
    }
}

/// Somebody is inside.
struct Visit(Inside);

impl Drop for Visit {
    fn drop(&mut self) {
        let (now, _) = &*self.0.0;
        now.set(now.get() - 1);
    }
}
