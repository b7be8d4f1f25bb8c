//! Stage 6: the counting `Waiter`, and `gather`.

use std::rc::Rc;
use std::task::Waker;

use stage6::{Coroutine, Loop, Waiter, gather, interrupt};
use world::Recorder;
use world::println;

use crate::coroutine::panic_message;

/// What a program prints, on one line.
fn line(program: impl FnOnce()) -> String {
    world::record(program).output().trim_end().replace('\n', " ")
}

/// Gives the turn back `n_interrupts` times, then prints its name.
fn says(name: &'static str, n_interrupts: usize) -> Coroutine {
    Box::pin(async move {
        for _ in 0..n_interrupts {
            interrupt().await;
        }
        println!("{name}");
    })
}

/// How often a task is polled that waits for `n`, beside another that sets `n_sets` times.
fn polls_of_wait(n: usize, n_sets: usize) -> usize {
    let recording = world::record(|| {
        let waiter = Rc::new(Waiter::new(n));
        let waits = Rc::clone(&waiter);
        let event_loop = Loop::new();
        event_loop.add_task(async move { waits.wait().await });
        event_loop.run_task(async move {
            for _ in 0..n_sets {
                waiter.set();
                interrupt().await;
            }
        });
    });
    recording.polls()[0]
}

#[test]
fn a_waiter_waits_for_as_many_sets_as_it_was_made_for() {
    assert_eq!(polls_of_wait(1, 1), 2);
    assert_eq!(polls_of_wait(3, 3), 4);
}

#[test]
fn a_waiter_for_nothing_does_not_wait() {
    assert_eq!(polls_of_wait(0, 0), 1);
}

#[test]
fn a_set_too_many_is_harmless() {
    assert_eq!(polls_of_wait(2, 5), 3);
    let waiter = Waiter::new(0);
    waiter.set();
    assert_eq!(polls_of_wait(0, 1), 1);
}

#[test]
fn with_a_set_too_few_the_loop_turns_for_ever() {
    let program = || {
        Loop::new().run_task(async {
            let waiter = Waiter::new(3);
            waiter.set();
            waiter.set();
            waiter.wait().await;
        });
    };
    let message = panic_message(|| drop(Recorder::new().poll_limit(1000).record(program)));
    assert!(message.contains("its limit of 1000 polls"), "{message}");
}

#[test]
fn a_wait_that_is_dropped_loses_no_set() {
    let program = || {
        Loop::new().run_task(async {
            let waiter = Waiter::new(1);
            drop(waiter.wait());
            waiter.set();
            waiter.wait().await;
            println!("set");
        });
    };
    assert_eq!(line(program), "set");
}

#[test]
fn gather_adds_its_tasks_in_order() {
    let program = || Loop::new().run_task(gather([says("a", 0), says("b", 0), says("c", 0)]));
    assert_eq!(line(program), "a b c");
}

#[test]
fn gather_of_nothing_ends_at_once() {
    let recording = world::record(|| Loop::new().run_task(gather([])));
    assert_eq!(recording.polls(), [1]);
}

#[test]
fn what_follows_a_gather_starts_when_all_have_ended() {
    let program = || {
        Loop::new().run_task(async {
            println!("a");
            gather([says("b", 2), says("c", 1), says("d", 2)]).await;
            println!("e");
            gather([says("f", 0), says("g", 0)]).await;
        });
    };
    assert_eq!(line(program), "a c b d e f g");
}

#[test]
fn a_gather_can_gather_gathers() {
    let program = || {
        let inner = || -> Coroutine { Box::pin(gather([says("in", 1), says("in", 2)])) };
        Loop::new().run_task(async move {
            gather([inner(), inner(), says("out", 0)]).await;
            println!("end");
        });
    };
    assert_eq!(line(program), "out in in in in end");
}

#[test]
fn a_gather_reads_the_current_loop_only_when_it_is_awaited() {
    let program = || {
        // No loop has run on this thread: only a coroutine is made here.
        let gathering = gather([says("child", 0)]);
        println!("made");
        Loop::new().run_task(gathering);
    };
    assert_eq!(line(program), "made child");
}

#[test]
fn a_gather_that_is_dropped_leaves_its_tasks_to_the_loop() {
    let program = || {
        Loop::new().run_task(async {
            let mut gathering = Box::pin(gather([says("child", 1)]));
            assert!(world::step(&mut gathering, Waker::noop()).is_pending());
            drop(gathering);
            println!("dropped");
        });
    };
    assert_eq!(line(program), "dropped child");
}

#[test]
fn a_child_that_panics_ends_the_run_and_its_gather_never_ends() {
    let program = || {
        let event_loop = Loop::new();
        let run = || {
            event_loop.run_task(async {
                let bad: Coroutine = Box::pin(async { panic!("boom") });
                gather([bad, says("good", 0)]).await;
                println!("never printed");
            });
        };
        println!("{}", panic_message(run));
        // What is left: the other child, and the gather that waits for two.
        event_loop.run();
    };
    let message = panic_message(|| drop(Recorder::new().poll_limit(1000).record(program)));
    assert!(message.contains("   0.000 boom\n   0.000 good\n"), "{message}");
    assert!(!message.contains("never printed"), "{message}");
}
