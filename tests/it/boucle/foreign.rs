//! Wakers of other executors, which run foreign code as they are cloned, woken and dropped: whatever that
//! does, no wake is lost, and nobody is remembered twice.

mod dropping;

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};
use std::time::Duration;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{quiescent, sleep};

use super::transcript::run;

/// What is done to a waker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Cloned,
    Woken,
    Dropped,
}

type Hook = Box<dyn FnMut(Done)>;

/// A future that waits.
type Wait = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    /// Called for each thing that is done to an [`odd`] waker of this thread.
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    /// How many of them there are, and how often they were woken.
    static N_ODD: Cell<usize> = const { Cell::new(0) };
    static N_WOKEN: Cell<usize> = const { Cell::new(0) };
}

/// All of it without a pointer to anything.
static ODD: RawWakerVTable = RawWakerVTable::new(
    |_| {
        N_ODD.set(N_ODD.get() + 1);
        call(Done::Cloned);
        RawWaker::new(ptr::null(), &ODD)
    },
    |_| {
        N_WOKEN.set(N_WOKEN.get() + 1);
        call(Done::Woken);
        N_ODD.set(N_ODD.get() - 1);
    },
    |_| {
        N_WOKEN.set(N_WOKEN.get() + 1);
        call(Done::Woken);
    },
    |_| {
        N_ODD.set(N_ODD.get() - 1);
        call(Done::Dropped);
    },
);

/// Calls the hook, which is taken out meanwhile: what it does calls it no more.
fn call(done: Done) {
    if let Some(mut hook) = HOOK.take() {
        hook(done);
        HOOK.set(Some(hook));
    }
}

/// A waker that calls `hook`.
#[expect(unsafe_code, reason = "no safe waker hears that it is cloned")]
fn odd(hook: impl FnMut(Done) + 'static) -> Waker {
    HOOK.set(Some(Box::new(hook)));
    N_ODD.set(1);
    N_WOKEN.set(0);
    // SAFETY: the functions use no data, and only what belongs to their thread: these tests keep it there.
    unsafe { Waker::new(ptr::null(), &ODD) }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A waker that acts once, when this is done to it.
fn acts(when: Done, act: impl FnOnce() + 'static) -> Waker {
    let mut act = Some(act);
    odd(move |done| {
        if done == when {
            act.take().into_iter().for_each(|act| act());
        }
    })
}

const HOUR: Duration = Duration::from_secs(3600);

/// What lets it go on.
type Act = Box<dyn FnOnce()>;

/// Each thing that can be waited for: who waits, and what lets it go on.
fn waits() -> Vec<(&'static str, Wait, Act)> {
    let event = Rc::new(Event::new());
    let waiter = Rc::new(Waiter::new(1));
    let semaphore = Rc::new(Semaphore::new(0));
    let shared = Rc::new((Lock::new(()), Condition::new()));
    let barrier = Rc::new(Barrier::new(2));
    let (empty, full, busy) =
        (Rc::new(Queue::new(1)), Rc::new(Queue::new(1)), Rc::new(Queue::new(1)));
    full.try_put(()).unwrap();
    busy.try_put(()).unwrap();

    /// A future that owns what it waits for.
    macro_rules! wait {
        ($it:ident, $wait:expr, $act:expr) => {{
            let (mine, $it) = (Rc::clone(&$it), $it);
            let wait: Wait = Box::pin(async move {
                let $it = &*mine;
                let _ = $wait.await;
            });
            let act: Act = Box::new(move || {
                let _ = $act;
            });
            (stringify!($it), wait, act)
        }};
    }
    vec![
        wait!(event, event.wait(), event.set()),
        wait!(waiter, waiter.wait(), waiter.set()),
        wait!(semaphore, semaphore.acquire(), semaphore.add_permits(1)),
        wait!(shared, async { shared.1.wait(shared.0.lock().await).await }, shared.1.notify_one()),
        wait!(barrier, barrier.wait(), barrier.abort()),
        wait!(empty, empty.get(), empty.try_put(()).unwrap()),
        wait!(full, full.put(()), full.try_get().unwrap()),
        wait!(busy, busy.join(), busy.task_done()),
    ]
}

fn noop() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

#[test]
fn what_comes_while_the_waker_is_cloned_is_not_missed() {
    for (name, mut wait, act) in waits() {
        if name == "shared" {
            // A notification is for those who wait by then, and this one does not yet.
            continue;
        }
        let waker = acts(Done::Cloned, act);
        let first = wait.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(first.is_ready() || N_WOKEN.get() > 0, "{name}");
        assert!(first.is_ready() || wait.as_mut().poll(&mut noop()).is_ready(), "{name}");
    }
}

#[test]
fn what_comes_while_a_later_waker_is_cloned_is_not_missed_either() {
    for (name, mut wait, act) in waits() {
        assert!(wait.as_mut().poll(&mut noop()).is_pending(), "{name}");
        let waker = acts(Done::Cloned, act);
        let second = wait.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(second.is_ready() || N_WOKEN.get() > 0, "{name}");
        assert!(second.is_ready() || wait.as_mut().poll(&mut noop()).is_ready(), "{name}");
    }
}

#[test]
fn what_comes_while_the_waker_before_is_dropped_is_not_missed() {
    for (name, mut wait, act) in waits() {
        let waker = acts(Done::Dropped, act);
        assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "{name}");
        let count = Arc::new(Count::default());
        let second = wait.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&count))));
        assert!(second.is_ready() || count.0.load(Ordering::Relaxed) > 0, "{name}");
        assert!(second.is_ready() || wait.as_mut().poll(&mut noop()).is_ready(), "{name}");
    }
}

#[test]
fn one_who_waits_is_remembered_once_however_often_it_is_polled() {
    let poll = |name: &str, mut wait: Wait| {
        let waker = odd(|_| ());
        for _ in 0..100 {
            assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "{name}");
            assert_eq!(N_ODD.get(), 2, "{name}: mine, and the one that is remembered");
            assert!(wait.as_mut().poll(&mut noop()).is_pending(), "{name}");
            assert_eq!(N_ODD.get(), 1, "{name}: mine");
        }
        assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "{name}");
        drop(wait);
        assert_eq!(N_ODD.get(), 1, "{name}: nobody waits any more");
    };
    for (name, wait, _) in waits() {
        poll(name, wait);
    }
    run(async {
        poll("quiescent", Box::pin(quiescent()));
        quiescent().await;
    });
}

#[test]
fn a_waker_is_cloned_once_however_often_its_owner_is_polled() {
    let poll = |name: &str, mut wait: Wait| {
        let n_clones = Rc::new(Cell::new(0));
        let counter = Rc::clone(&n_clones);
        let waker = odd(move |done| {
            if done == Done::Cloned {
                counter.set(counter.get() + 1);
            }
        });
        for _ in 0..3 {
            assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "{name}");
            assert_eq!(n_clones.get(), 1, "{name}");
        }
    };
    for (name, wait, _) in waits() {
        poll(name, wait);
    }
    run(async { poll("a time", Box::pin(sleep(HOUR))) });
}

#[test]
fn who_begins_to_wait_while_others_are_woken_waits_for_the_next_time() {
    let event = Rc::new(Event::new());
    let late: Rc<RefCell<Vec<Wait>>> = Rc::default();
    let begin = {
        let (event, late) = (Rc::clone(&event), Rc::clone(&late));
        move || {
            let event = Rc::clone(&event);
            event.clear();
            let mut wait: Wait = Box::pin(async move { event.wait().await });
            assert!(wait.as_mut().poll(&mut noop()).is_pending());
            late.borrow_mut().push(wait);
        }
    };
    // The first of three is woken, and two begin then; one of the three gives up meanwhile.
    let mut waits: Vec<_> = (0..3).map(|_| Some(Box::pin(event.wait()))).collect();
    let gives_up = Rc::new(RefCell::new(None));
    let waker = {
        let gives_up = Rc::clone(&gives_up);
        acts(Done::Woken, move || {
            begin();
            begin();
            drop(gives_up.take());
        })
    };
    let same = Rc::clone(&event);
    let mut second: Wait = Box::pin(async move { same.wait().await });
    let first = waits[0].as_mut().expect("it is there");
    assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(second.as_mut().poll(&mut noop()).is_pending());
    for wait in waits[1..].iter_mut().flatten() {
        assert!(wait.as_mut().poll(&mut noop()).is_pending());
    }
    gives_up.replace(Some(second));
    event.set();
    for wait in waits.iter_mut().flatten() {
        assert!(wait.as_mut().poll(&mut noop()).is_ready());
    }
    for wait in &mut *late.borrow_mut() {
        assert!(wait.as_mut().poll(&mut noop()).is_pending(), "it came after the event was set");
    }
    event.set();
    for wait in &mut *late.borrow_mut() {
        assert!(wait.as_mut().poll(&mut noop()).is_ready());
    }
}

#[test]
fn a_wait_that_is_polled_again_after_its_end_begins_anew() {
    let event = Event::new();
    let mut wait = Box::pin(event.wait());
    event.set();
    for _ in 0..2 {
        assert!(wait.as_mut().poll(&mut noop()).is_ready());
    }
    event.clear();
    assert!(wait.as_mut().poll(&mut noop()).is_pending());
    event.set();
    assert!(wait.as_mut().poll(&mut noop()).is_ready());
}
