//! A loop never sleeps with work to do, whatever is done by the last code that is called before it sleeps.
//!
//! Each program has a timer that is ten seconds ahead. A loop that does not look again sleeps until then,
//! and the last line of its transcript says so.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use boucle::net::UdpSocket;
use boucle::{
    Builder, Faults, Instrument, Loop, RunEnd, Sleep, SystemCall, interrupt, sleep, spawn,
};

/// Does something once, as the loop is about to sleep, and keeps what it was told.
#[derive(Default)]
struct Meddler {
    does: Cell<Option<Box<dyn FnOnce()>>>,
    told: RefCell<Vec<&'static str>>,
    /// A timer that it has set.
    nap: Cell<Option<Pin<Box<Sleep>>>>,
}

impl Meddler {
    fn is_told(&self, what: &'static str) {
        self.told.borrow_mut().push(what);
    }

    fn meddle(&self) {
        if let Some(f) = self.does.take() {
            f();
        }
    }
}

/// It does it when it is told that the loop is about to sleep.
struct Watching(Rc<Meddler>);

impl Instrument for Watching {
    fn before_wait(&self, _timeout: Option<Duration>) {
        self.0.is_told("before the wait");
        self.0.meddle();
    }
    fn after_wait(&self) {
        self.0.is_told("after the wait");
    }
    fn timer_fired(&self, _timer: u32) {
        self.0.is_told("timer");
    }
}

/// It does it when it is asked whether the wait is to fail, which comes after that.
struct Asked(Rc<Meddler>);

impl Instrument for Asked {
    fn before_wait(&self, _timeout: Option<Duration>) {
        self.0.is_told("before the wait");
    }
    fn after_wait(&self) {
        self.0.is_told("after the wait");
    }
    fn timer_fired(&self, _timer: u32) {
        self.0.is_told("timer");
    }
}

impl Faults for Asked {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        // It is asked before each look at the sockets as well: that is no sleep.
        if call == SystemCall::Wait && self.0.told.borrow().last() == Some(&"before the wait") {
            self.0.meddle();
        }
        None
    }
}

/// Both ways to be the last code before the sleep.
fn both_ways(check: impl Fn(Builder, Rc<Meddler>)) {
    let meddler = Rc::<Meddler>::default();
    check(Loop::builder().instrument(Rc::new(Watching(Rc::clone(&meddler)))), meddler);
    let meddler = Rc::<Meddler>::default();
    let builder = Loop::builder()
        .instrument(Rc::new(Asked(Rc::clone(&meddler))))
        .faults(Asked(Rc::clone(&meddler)));
    check(builder, meddler);
}

/// A task that waits for a datagram: who never waits for a socket is not asked whether a wait is to fail.
async fn wait_for_a_datagram() {
    let socket = UdpSocket::bind("127.0.0.1", 0).await.expect("there is a port");
    drop(spawn(async move { socket.recv(&mut [0; 1]).await }));
    // Meanwhile the loop looks at its sockets, and is told that this one can be written: a sleep that was
    // told so would end at once.
    for _ in 0..200 {
        interrupt().await;
    }
}

/// Waits until it is woken; `meddle` is called with its waker as the loop is about to sleep.
fn check(meddle: fn(&Meddler, Waker), told: &[&str]) {
    both_ways(|builder, meddler| {
        let same = Rc::clone(&meddler);
        let end = builder.build().run_until_complete(async move {
            wait_for_a_datagram().await;
            drop(spawn(sleep(Duration::from_secs(10))));
            interrupt().await;
            let mut is_first = true;
            poll_fn(|cx| {
                let (same, waker) = (Rc::clone(&same), cx.waker().clone());
                if mem::take(&mut is_first) {
                    let of_same = Rc::clone(&same);
                    same.does.set(Some(Box::new(move || meddle(&of_same, waker))));
                    return Poll::Pending;
                }
                Poll::Ready(())
            })
            .await;
        });
        assert_eq!(end, Ok(()));
        assert_eq!(*meddler.told.borrow(), told);
    });
}

#[test]
fn a_task_that_is_woken_last_runs_at_once() {
    check(|_, waker| waker.wake(), &["before the wait", "after the wait"]);
}

#[test]
fn a_task_that_is_spawned_last_runs_at_once() {
    let spawn_one = |_: &Meddler, waker: Waker| drop(spawn(async move { waker.wake() }));
    check(spawn_one, &["before the wait", "after the wait"]);
}

#[test]
fn a_timer_that_is_set_last_is_waited_for() {
    let set_timer = |meddler: &Meddler, waker: Waker| {
        let mut nap = Box::pin(sleep(Duration::from_nanos(1)));
        assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        meddler.nap.set(Some(nap));
    };
    // It has passed when the loop looks again.
    check(set_timer, &["before the wait", "after the wait", "timer"]);
}

#[test]
fn a_loop_that_is_stopped_last_stops_at_once() {
    both_ways(|builder, meddler| {
        let event_loop = builder.build();
        let handle = event_loop.handle();
        let same = Rc::clone(&meddler);
        drop(event_loop.add_task(async move {
            wait_for_a_datagram().await;
            same.does.set(Some(Box::new(move || handle.stop())));
            sleep(Duration::from_secs(10)).await;
        }));
        assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
        assert_eq!(*meddler.told.borrow(), ["before the wait", "after the wait"]);
    });
}
