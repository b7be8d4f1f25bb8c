//! Stages 1 and 2: `run_task`, `run_tasks`, the one-shot `Waiter`.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use stage2::{Coroutine, Waiter, run_tasks};
use world::println;

use crate::coroutine::panic_message;

/// Prints `name` and a number at each poll, `n_polls` times in all.
fn steps(name: &'static str, n_polls: usize) -> Coroutine {
    let mut turn = 0;
    Box::pin(poll_fn(move |_| {
        turn += 1;
        println!("{name}{turn}");
        if turn < n_polls { Poll::Pending } else { Poll::Ready(()) }
    }))
}

/// What a program prints, on one line.
fn line(program: impl FnOnce()) -> String {
    world::record(program).output().trim_end().replace('\n', " ")
}

/// Waits, between a word before and a word after.
async fn wait_job(waiter: Rc<Waiter>) {
    println!("start");
    waiter.wait().await;
    println!("finished");
}

/// Prints the numbers below `n`, one a turn, then sets the waiter.
fn count_up_to(waiter: Rc<Waiter>, n: usize) -> Coroutine {
    let mut numbers = 0..n;
    Box::pin(poll_fn(move |_| match numbers.next() {
        Some(number) => {
            println!("{number}");
            Poll::Pending
        }
        None => {
            waiter.set();
            Poll::Ready(())
        }
    }))
}

#[test]
fn run_task_polls_until_the_end_and_no_further() {
    assert_eq!(line(|| stage1::run_task(steps("a", 3))), "a1 a2 a3");
    assert_eq!(line(|| stage1::run_task(async { println!("never waits") })), "never waits");
}

#[test]
fn a_step_runs_to_the_next_pending_and_a_step_too_many_is_an_error() {
    let mut task = Box::pin(async { steps("a", 2).await });
    assert_eq!(world::step(&mut task, Waker::noop()), Poll::Pending);
    assert_eq!(world::step(&mut task, Waker::noop()), Poll::Ready(()));
    assert_eq!(
        panic_message(|| assert!(world::step(&mut task, Waker::noop()).is_ready())),
        "`async fn` resumed after completion"
    );
}

#[test]
fn two_run_task_never_interleave() {
    let program = || {
        stage1::run_task(steps("a", 2));
        stage1::run_task(steps("b", 2));
    };
    assert_eq!(line(program), "a1 a2 b1 b2");
}

#[test]
fn run_tasks_is_a_round_robin() {
    let program = || run_tasks([steps("a", 3), steps("b", 1), steps("c", 2)]);
    assert_eq!(line(program), "a1 b1 c1 a2 c2 a3");
}

#[test]
fn the_order_of_the_tasks_decides() {
    let simple_print = |number| steps(number, 1);
    let last = || run_tasks([simple_print("1."), simple_print("2."), steps("hello", 2)]);
    assert_eq!(line(last), "1.1 2.1 hello1 hello2");
    let twice = || run_tasks([steps("hello", 2), steps("hello", 2)]);
    assert_eq!(line(twice), "hello1 hello1 hello2 hello2");
}

#[test]
fn run_tasks_of_nothing_returns_at_once() {
    assert_eq!(line(|| run_tasks([])), "");
}

#[test]
fn a_task_waits_for_another_in_whichever_order_they_come() {
    let waiting_first = || {
        let waiter = Rc::new(Waiter::new());
        run_tasks([Box::pin(wait_job(Rc::clone(&waiter))), count_up_to(waiter, 5)]);
    };
    assert_eq!(line(waiting_first), "start 0 1 2 3 4 finished");

    let counting_first = || {
        let waiter = Rc::new(Waiter::new());
        run_tasks([count_up_to(Rc::clone(&waiter), 5), Box::pin(wait_job(waiter))]);
    };
    assert_eq!(line(counting_first), "0 start 1 2 3 4 finished");
}

#[test]
fn a_waiter_that_is_set_at_once_costs_a_turn_or_none() {
    let waiting_first = || {
        let waiter = Rc::new(Waiter::new());
        run_tasks([Box::pin(wait_job(Rc::clone(&waiter))), count_up_to(waiter, 0)]);
    };
    assert_eq!(world::record(waiting_first).polls(), [2, 1]);

    let set_before = || {
        let waiter = Rc::new(Waiter::new());
        waiter.set();
        run_tasks([Box::pin(wait_job(waiter))]);
    };
    assert_eq!(world::record(set_before).polls(), [1]);
}

#[test]
fn a_waiting_task_is_polled_at_every_turn_for_nothing() {
    let program = || {
        let waiter = Rc::new(Waiter::new());
        run_tasks([Box::pin(wait_job(Rc::clone(&waiter))), count_up_to(waiter, 5)]);
    };
    // Six resumptions for one `set`: five in vain while the other counts, and the one that counts.
    assert_eq!(world::record(program).polls(), [1 + 6, 6]);
}

#[test]
fn one_waiter_holds_back_several_tasks() {
    let program = || {
        let waiter = Rc::new(Waiter::new());
        let job = || Box::pin(wait_job(Rc::clone(&waiter)));
        run_tasks([job(), job(), count_up_to(Rc::clone(&waiter), 1)]);
    };
    assert_eq!(line(program), "start start 0 finished finished");
}

#[test]
fn a_panic_in_a_task_goes_out_of_run_tasks_with_its_message() {
    struct Bad;
    impl Future for Bad {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
            panic!("boom");
        }
    }
    assert_eq!(panic_message(|| run_tasks([Box::pin(Bad)])), "boom");
}
