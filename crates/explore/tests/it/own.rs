//! boucle explored by itself: each of its primitives, with three tasks, in every order, while one of them is
//! cancelled, one is woken for no reason, time passes once while tasks are busy, or one gives up once.

mod sync;
mod together;

use std::fmt::Debug;
use std::rc::Rc;

use boucle::shared::Cell;
use boucle_explore::Explore;

/// A program that holds whatever is done to it, once each: all of it together where the tests are optimized, else
/// each by itself, which takes a tenth of the time.
fn holds<F: Future<Output: Debug>>(program: impl Fn() -> F) {
    let each =
        [Explore::new().cancels(1), Explore::new().wakes(1).slow(1), Explore::new().yields(1)];
    let all = [Explore::new().cancels(1).wakes(1).slow(1).yields(1)];
    let explorations = if cfg!(debug_assertions) { &each[..] } else { &all[..] };
    for explore in explorations {
        explore.clone().executions(1_000_000).run(&program).assert_ok();
    }
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
