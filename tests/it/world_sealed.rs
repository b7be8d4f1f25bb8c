//! `world`: sealed in a recording, `std` outside of one.

use std::panic;
use std::task::Waker;
use std::thread;

use world::time::{Duration, Instant};
use world::{Event, Recorder, TaskId, eprintln, println};

use crate::coroutine::panic_message;

#[test]
fn time_is_virtual_and_a_look_costs_a_tick() {
    world::record(|| {
        let start = Instant::now();
        assert_eq!(start.elapsed(), world::time::TICK);
        world::thread::sleep(Duration::from_secs(1_000_000));
        assert_eq!(start.elapsed(), 2 * world::time::TICK + Duration::from_secs(1_000_000));
    });
}

#[test]
fn an_endless_sleep_ends_the_recording_with_a_clear_message() {
    let message = panic_message(|| {
        world::record(|| {
            world::thread::sleep(Duration::MAX);
            let _ = Instant::now();
        });
    });
    assert!(message.contains("virtual time stays within what an instant can say"), "{message}");
}

#[test]
fn an_instant_counts_as_the_standard_one_does() {
    world::record(|| {
        let start = Instant::now();
        let mut later = start + Duration::from_secs(2);
        assert_eq!(later - start, Duration::from_secs(2));
        assert_eq!(later - Duration::from_secs(2), start);
        assert_eq!(start.duration_since(later), Duration::ZERO);
        assert_eq!(start.saturating_duration_since(later), Duration::ZERO);
        assert_eq!(start.checked_duration_since(later), None);
        assert_eq!(start.checked_add(Duration::MAX), None);
        assert_eq!(start.checked_sub(Duration::MAX), None);
        later += Duration::from_secs(1);
        later -= Duration::from_secs(3);
        assert_eq!(later, start);
    });
}

#[test]
fn outside_a_recording_time_is_real() {
    let before = std::time::Instant::now();
    let start = Instant::now();
    world::thread::sleep(Duration::ZERO);
    assert!(start.elapsed() <= before.elapsed());
}

#[test]
fn each_line_is_kept_with_its_virtual_time() {
    let recording = world::record(|| {
        println!("out");
        world::thread::sleep(Duration::from_millis(1500));
        eprintln!("two\nlines");
        println!();
    });
    assert_eq!(recording.output(), "out\n\n");
    assert_eq!(recording.errors(), "two\nlines\n");
    assert_eq!(
        recording.to_string(),
        "   0.000 out\n   1.500 ! two\n   1.500 ! lines\n   1.500 \n"
    );
}

#[test]
fn what_is_printed_may_look_at_the_clock() {
    struct Now;
    impl std::fmt::Display for Now {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let _ = Instant::now();
            f.write_str("now")
        }
    }
    assert_eq!(world::record(|| println!("{Now}")).output(), "now\n");
}

#[test]
fn each_poll_is_kept_with_its_task_and_its_outcome() {
    let recording = world::record(|| {
        let mut a = Box::pin(stage3::interrupt());
        let mut b = Box::pin(async { println!("b") });
        assert!(world::step(&mut a, Waker::noop()).is_pending());
        assert!(world::step(&mut b, Waker::noop()).is_ready());
        assert!(world::step(&mut a, Waker::noop()).is_ready());
    });
    let events: Vec<_> = recording.moments().iter().map(|it| it.event.clone()).collect();
    let (a, b) = (TaskId(1), TaskId(2));
    assert_eq!(
        events,
        [
            Event::PollBegins(a),
            Event::Pending(a),
            Event::PollBegins(b),
            Event::Printed("b".to_owned()),
            Event::Ended(b),
            Event::PollBegins(a),
            Event::Ended(a),
        ]
    );
    assert_eq!(recording.polls(), [2, 1]);
}

#[test]
fn a_task_that_ended_leaves_its_place_to_a_new_one() {
    let recording = world::record(|| {
        for _ in 0..3 {
            // Most likely at the same address each time.
            stage5::Loop::new().run_task(stage5::interrupt());
        }
    });
    assert_eq!(recording.polls(), [2, 2, 2]);
}

#[test]
fn a_poll_that_panics_is_kept() {
    let recording = world::record(|| {
        let run = || stage2::run_tasks([Box::pin(async { panic!("boom") })]);
        assert!(panic::catch_unwind(run).is_err());
    });
    let last = recording.moments().last().map(|it| it.event.clone());
    assert_eq!(last, Some(Event::Panicked(TaskId(1))));
}

#[test]
fn a_panic_unseals_the_world_and_tells_what_was_recorded() {
    let message = panic_message(|| {
        world::record(|| {
            println!("before");
            panic!("boom {}", 42);
        });
    });
    assert_eq!(
        message,
        "the recorded program panicked: boom 42\nrecorded so far:\n   0.000 before\n"
    );
    // The world is not sealed any more: another recording can be made.
    assert_eq!(world::record(|| println!("again")).output(), "again\n");
}

#[test]
fn a_panic_without_a_message_is_told_as_well() {
    let message = panic_message(|| {
        world::record(|| panic::resume_unwind(Box::new(42)));
    });
    assert!(message.starts_with("the recorded program panicked: (no message)"), "{message}");
}

#[test]
fn a_recording_cannot_hold_another_and_is_not_harmed_by_the_attempt() {
    let recording = world::record(|| {
        println!("outer");
        let message = panic_message(|| drop(world::record(|| println!("inner"))));
        println!("{message}");
    });
    assert_eq!(
        recording.output(),
        "outer\nthis thread is already recording: a recording cannot hold another\n"
    );
}

#[test]
fn only_the_thread_that_records_is_sealed() {
    let recording = world::record(|| {
        let other = thread::spawn(|| world::record(|| println!("there")).output());
        println!("here");
        assert_eq!(other.join().expect("it does not panic"), "there\n");
    });
    assert_eq!(recording.output(), "here\n");
}

#[test]
fn an_exit_ends_the_recording_and_drops_what_the_program_holds() {
    struct Held;
    impl Drop for Held {
        fn drop(&mut self) {
            println!("dropped");
        }
    }
    let recording = world::record(|| {
        stage2::run_tasks([Box::pin(async {
            let _held = Held;
            world::process::exit(3);
        })]);
    });
    assert_eq!(recording.status(), 3);
    assert_eq!(recording.to_string(), "   0.000 dropped\nexit status 3\n");
}

#[test]
fn a_recording_has_no_arguments_but_those_it_is_given() {
    let names = || world::env::args().skip(1).collect::<Vec<_>>().join(" ");
    assert_eq!(world::record(|| println!("{}", names())).output(), "\n");
    let recorder = Recorder::new().args(["a", "b"]);
    assert_eq!(recorder.record(|| println!("{}", names())).output(), "a b\n");
}
