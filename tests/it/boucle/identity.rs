//! What is told of each object that tasks wait for, of who woke whom, and of who has what.

/// Polls a future once, which is pending, and drops it.
macro_rules! wait_at {
    ($future:expr) => {
        assert!(futures::poll!(std::pin::pin!($future)).is_pending())
    };
}

mod held;
mod kinds;
mod reordered;
mod sockets;
mod wakes;

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

use boucle::{Instrument, Loop, Object, ObjectId, Spawned, TaskId, TaskPath, WaitsFor};

/// Keeps what it is told of tasks and objects.
#[derive(Default)]
struct Told {
    spawned: RefCell<Vec<(TaskPath, u32)>>,
    made: RefCell<Vec<Object>>,
    waited_for: RefCell<Vec<Object>>,
    gone: RefCell<Vec<Object>>,
}

impl Instrument for Told {
    fn task_spawned(&self, _task: TaskId, spawned: Spawned) {
        self.spawned.borrow_mut().push((spawned.path, spawned.at.line()));
    }
    fn object_made(&self, object: Object) {
        self.made.borrow_mut().push(object);
    }
    fn object_gone(&self, object: Object) {
        self.gone.borrow_mut().push(object);
    }
    fn waits(
        &self,
        _task: TaskId,
        _wait: u32,
        _on: WaitsFor,
        object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        self.waited_for.borrow_mut().extend(object);
    }
}

/// The lines where a program makes what it waits for.
#[derive(Clone, Default)]
struct Lines(Rc<RefCell<Vec<u32>>>);

impl Lines {
    /// What was made in this line.
    fn at<T>(&self, line: u32, made: T) -> T {
        self.0.borrow_mut().push(line);
        made
    }
}

/// The lines and the ids of those of this kind, in this order.
fn of_kind(objects: &[Object], kind: &str) -> Vec<(u32, ObjectId)> {
    let of_kind = objects.iter().filter(|it| it.kind == kind);
    let mut of_kind: Vec<_> = of_kind.map(|it| (it.made_at.line(), it.id)).collect();
    of_kind.sort();
    of_kind
}

/// Runs a program, which makes objects of this kind where it says, and waits at each of them.
#[track_caller]
fn assert_told(kind: &str, program: impl AsyncFnOnce(Lines) + 'static) {
    let (told, lines) = (Rc::new(Told::default()), Lines::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&told)).build();
    event_loop.run_until_complete(program(lines.clone())).expect("it ends");
    drop(event_loop);
    let (told_made, told_waits) = (told.made.borrow(), told.waited_for.borrow());
    let made = of_kind(&told_made, kind);
    let (made_in, mut lines): (Vec<_>, _) = (made.iter().map(|it| it.0).collect(), lines.0.take());
    lines.sort();
    assert_eq!(made_in, lines, "where each {kind} was made");
    let mut waited_for = of_kind(&told_waits, kind);
    waited_for.dedup();
    assert_eq!(waited_for, made, "what is waited for is what was made");
    assert!(made.iter().is_sorted_by(|a, b| a < b), "each has an id of its own");
    assert!(!made.is_empty(), "the program makes no {kind}");
    assert!(told_made.iter().all(|it| it.id.is_known()));
    // What tasks share outlives a wait, and its end is told once.
    let shared: Vec<_> = told_made.iter().filter(|it| it.is_shared()).copied().collect();
    assert_eq!(of_kind(&told.gone.borrow(), kind), of_kind(&shared, kind), "what is gone");
    // Nor is anything else made at a line that is not the user's.
    let foreign = told_made.iter().find(|it| !it.made_at.file().contains("boucle/identity/"));
    assert_eq!(foreign, None);
}
