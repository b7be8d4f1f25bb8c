//! A loop that is used anew is as a new one, and is given up where somebody still has something of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use boucle::{
    Ended, Instrument, Loop, Object, Spawned, TaskId, call_later, interrupt, now, quiescent, sleep,
    spawn,
};

use boucle::shared::Cell;

/// Writes down what tells one life of a loop from another.
#[derive(Default)]
struct Told(RefCell<Vec<String>>);

impl Instrument for Told {
    fn loop_made(&self) {
        self.0.borrow_mut().push("made".to_owned());
    }

    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        self.0.borrow_mut().push(format!("{task:?} {}", spawned.path));
    }

    fn object_made(&self, object: Object) {
        self.0.borrow_mut().push(object.to_string());
    }

    fn timer_set(&self, timer: u32, after: Duration) {
        self.0.borrow_mut().push(format!("timer {timer} {after:?}"));
    }

    fn task_done(&self, task: TaskId, how: Ended) {
        self.0.borrow_mut().push(format!("{task:?} {how:?}"));
    }
}

/// A program that leaves much behind: a sleeper, a call that is due later, one who waits for the others.
async fn program() -> Duration {
    let begin = now();
    let shared = Rc::new(Cell::new(0));
    let other = Rc::clone(&shared);
    drop(spawn(async move {
        other.set(1);
        sleep(Duration::from_secs(9)).await;
    }));
    drop(spawn(quiescent()));
    drop(call_later(Duration::from_secs(99), || {}));
    sleep(Duration::from_secs(1)).await;
    now() - begin
}

#[test]
fn each_life_of_a_loop_is_like_the_first() {
    let told = Rc::new(Told::default());
    let mut event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&told)).build();
    let mut lives = Vec::new();
    let mut begins = Vec::new();
    for _ in 0..3 {
        let begin = event_loop.run_until_complete(async { now() }).expect("it ends");
        let took = event_loop.run_until_complete(program()).expect("it ends");
        assert_eq!(took, Duration::from_secs(1));
        assert!(event_loop.renew());
        begins.push(begin);
        lives.push(told.0.take());
    }
    assert_eq!(lives[0].pop().as_deref(), Some("made"), "as the second life begins");
    assert_eq!(lives[0].remove(0), "made");
    assert_eq!(
        (lives[1].pop(), lives[2].pop()),
        (Some("made".to_owned()), Some("made".to_owned()))
    );
    assert!(lives[0].len() > 8, "{lives:?}");
    assert_eq!(lives[0], lives[1]);
    assert_eq!(lives[0], lives[2]);
    assert!(begins.iter().all(|it| *it == begins[0]));
}

#[test]
fn a_loop_of_which_somebody_has_something_is_closed() {
    let new = || Loop::builder().virtual_time(true).build();

    let mut event_loop = new();
    let owner = event_loop.clone();
    assert!(!event_loop.renew() && owner.is_closed());

    let mut event_loop = new();
    let handle = event_loop.handle();
    assert!(!event_loop.renew() && event_loop.is_closed());
    drop(handle);

    // The result of a task, and a waker of one that is gone.
    let mut event_loop = new();
    let task = event_loop.add_task(async { 42 });
    event_loop.run();
    assert!(!event_loop.renew());
    assert_eq!(task.result().ok().copied(), Some(42));

    let mut event_loop = new();
    let kept = Rc::new(RefCell::new(None::<Waker>));
    let keeps = Rc::clone(&kept);
    let waits = std::future::poll_fn(move |cx| {
        keeps.replace(Some(cx.waker().clone()));
        Poll::<()>::Pending
    });
    drop(event_loop.add_task(waits));
    event_loop.run_until_complete(interrupt()).expect("it ends");
    assert!(!event_loop.renew());
    kept.take().expect("it was kept").wake();
    assert!(event_loop.is_closed());

    // Nobody has anything of this one, and it is not closed.
    let mut event_loop = new();
    assert!(event_loop.renew() && !event_loop.is_closed());
    assert_eq!(event_loop.run_until_complete(async { 1 }), Ok(1));
}
