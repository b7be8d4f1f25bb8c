//! Stage 13: `Queue`, who waits at it, and how it ends.

use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use stage13::{Loop, Queue, ShutDown, interrupt, spawn};
use world::println;

use super::{line, record};
use crate::coroutine::panic_message;

#[test]
fn a_put_waits_for_room_and_a_get_for_an_item() {
    let program = || {
        let queue = Rc::new(Queue::new(1));
        let event_loop = Loop::new();
        let other = Rc::clone(&queue);
        event_loop.add_task(async move {
            for i in 1..=3 {
                queue.put(i).await.expect("nobody shuts it down");
                println!("put {i}");
            }
        });
        event_loop.run_task(async move {
            for _ in 1..=3 {
                println!("got {}", other.get().await.expect("nobody shuts it down"));
            }
        });
    };
    assert_eq!(line(program), "put 1, got 1, put 2, got 2, put 3, got 3");
}

#[test]
fn neither_gives_the_turn_back_if_it_need_not_wait() {
    let recording = record(|| {
        let queue = Queue::new(2);
        Loop::new().run_task(async move {
            for _ in 0..2 {
                queue.put(()).await.expect("nobody shuts it down");
            }
            for _ in 0..2 {
                queue.get().await.expect("nobody shuts it down");
            }
        });
    });
    assert_eq!(recording.polls(), [1]);
}

#[test]
fn who_waits_is_served_in_the_order_in_which_they_came() {
    let program = || {
        let queue = Rc::new(Queue::new(2));
        let event_loop = Loop::new();
        for name in ["one", "two", "three", "four"] {
            let queue = Rc::clone(&queue);
            event_loop.add_task(async move {
                queue.put(name).await.expect("nobody shuts it down");
            });
        }
        event_loop.run_task(async move {
            for _ in 0..4 {
                println!("{}", queue.get().await.expect("nobody shuts it down"));
                interrupt().await;
            }
        });
    };
    assert_eq!(line(program), "one, two, three, four");
}

#[test]
fn a_wait_that_is_dropped_takes_nothing_away() {
    let program = || {
        let queue = Rc::new(Queue::new(1));
        let event_loop = Loop::new();
        {
            let mut get = Box::pin(queue.get());
            let mut cx = Context::from_waker(Waker::noop());
            assert!(get.as_mut().poll(&mut cx).is_pending());
            let mut put = Box::pin(queue.put("item"));
            assert!(matches!(put.as_mut().poll(&mut cx), Poll::Ready(Ok(()))));
            let mut late = Box::pin(queue.put("dropped"));
            assert!(late.as_mut().poll(&mut cx).is_pending());
        }
        event_loop.run_task(async move {
            println!("{}", queue.get().await.expect("nobody shuts it down"));
            queue.put("there is room").await.expect("nobody shuts it down");
        });
    };
    assert_eq!(line(program), "item");
}

#[test]
fn a_queue_that_is_shut_down_gives_what_it_has_and_then_ends() {
    let program = || {
        let queue = Rc::new(Queue::new(2));
        let event_loop = Loop::new();
        let consumer = Rc::clone(&queue);
        event_loop.add_task(async move {
            while let Ok(item) = consumer.get().await {
                println!("{item}");
            }
            println!("end");
        });
        event_loop.run_task(async move {
            interrupt().await;
            for item in ["a", "b"] {
                queue.put(item).await.expect("it is not shut down yet");
            }
            let waits = spawn({
                let queue = Rc::clone(&queue);
                async move { queue.put("c").await }
            });
            queue.shutdown(false);
            let ShutDown(item) = waits.await.expect("it does not panic").expect_err("too late");
            println!("not put: {item}");
        });
    };
    assert_eq!(line(program), "a, b, end, not put: c");
}

#[test]
fn a_shutdown_at_once_drops_what_is_left() {
    let program = || {
        let queue = Queue::new(1);
        Loop::new().run_task(async move {
            queue.put("lost").await.expect("it is not shut down yet");
            queue.shutdown(true);
            println!("{:?}", queue.get().await.expect_err("there is nothing"));
        });
    };
    assert_eq!(line(program), "ShutDown(())");
}

#[test]
fn a_queue_has_room_for_one_item_at_least() {
    let message = panic_message(|| drop(Queue::<()>::new(0)));
    assert_eq!(message, "a queue holds at least one item");
}
