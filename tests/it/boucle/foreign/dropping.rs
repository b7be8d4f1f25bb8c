//! What becomes of those who wait no longer.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use boucle::net::UnixStream;
use boucle::sync::Event;
use boucle::{Loop, gather_tasks, interrupt, quiescent, sleep};
use futures_lite::future::poll_once;

use super::{Count, Done, HOUR, N_ODD, Wait, acts, odd};
use crate::boucle::transcript::{PollFn, run};

#[test]
fn one_who_is_not_waited_for_any_more_is_dropped_as_its_loop_closes() {
    let waker = odd(|_| ());
    let mut wait = Box::pin(quiescent());
    let event_loop = Loop::new();
    let poll = event_loop.run_until_complete(PollFn(|_: &mut Context<'_>| {
        Poll::Ready(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending())
    }));
    assert_eq!((poll, N_ODD.get()), (Ok(true), 2));
    event_loop.close().expect("it does not run");
    assert_eq!(N_ODD.get(), 1);
    // Nothing runs in it any more, and nothing will.
    run(PollFn(|cx: &mut Context<'_>| wait.as_mut().poll(cx)));
}

#[test]
fn who_waits_for_a_time_of_a_loop_is_forgotten_as_it_closes() {
    let waker = odd(|_| ());
    let event_loop = Loop::new();
    let mut wait = None;
    let poll = event_loop.run_until_complete(PollFn(|_: &mut Context<'_>| {
        let sleep = wait.insert(Box::pin(sleep(HOUR)));
        Poll::Ready(sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_pending())
    }));
    assert_eq!((poll, N_ODD.get()), (Ok(true), 2));
    event_loop.close().expect("it does not run");
    assert_eq!(N_ODD.get(), 1);
}

#[test]
fn who_is_dropped_as_a_loop_closes_may_leave_another_one_there() {
    let (here, _there) = UnixStream::pair().expect("the system has sockets");
    let waits: [(&str, Wait); 3] = [
        ("a time", Box::pin(sleep(HOUR))),
        ("quiescence", Box::pin(quiescent())),
        ("a socket", Box::pin(async move { drop(here.read(&mut [0; 1]).await) })),
    ];
    for (name, mut wait) in waits {
        let event_loop = Loop::new();
        // It leaves another one where a loop that closes has looked before.
        let (late, left) = (Arc::new(Count::default()), Rc::new(Cell::new(None)));
        let (its, leaves) = (Waker::from(Arc::clone(&late)), Rc::clone(&left));
        let waker = acts(Done::Dropped, move || {
            let mut wait: Wait = Box::pin(sleep(HOUR));
            assert!(wait.as_mut().poll(&mut Context::from_waker(&its)).is_pending());
            leaves.set(Some(wait));
        });
        let poll = event_loop.run_until_complete(PollFn(|_: &mut Context<'_>| {
            Poll::Ready(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending())
        }));
        assert_eq!(poll, Ok(true), "{name}");
        event_loop.close().expect("it does not run");
        assert_eq!(Arc::strong_count(&late), 1, "{name}: nobody is left");
        assert!(left.take().is_some(), "{name}: it was dropped");
    }
}

#[test]
fn a_waker_that_panics_as_it_is_dropped_is_reported() {
    let n_reports = Rc::new(Cell::new(0));
    let counter = Rc::clone(&n_reports);
    let event_loop = Loop::builder()
        .exception_handler(move |report| {
            assert!(report.to_string().contains("boom"), "{report}");
            counter.set(counter.get() + 1);
        })
        .build();
    let goes_on = event_loop.run_until_complete(PollFn(|_: &mut Context<'_>| {
        let (event, waker) = (Event::new(), acts(Done::Dropped, || panic!("boom")));
        let mut wait = Box::pin(event.wait());
        assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(wait);
        Poll::Ready(true)
    }));
    assert_eq!((goes_on, n_reports.get()), (Ok(true), 1));
}

#[test]
fn who_awaits_a_task_is_forgotten_when_somebody_else_does() {
    let waker = odd(|_| ());
    let event_loop = Loop::new();
    let mut task = event_loop.add_task(interrupt());
    event_loop
        .run_until_complete(async {
            let polled = std::pin::Pin::new(&mut task).poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            assert_eq!(N_ODD.get(), 2);
            let mut all = Box::pin(gather_tasks([task]));
            assert!(poll_once(&mut all).await.is_none());
            assert_eq!(N_ODD.get(), 1);
            all.await.expect("it ends");
        })
        .expect("it ends");
}
