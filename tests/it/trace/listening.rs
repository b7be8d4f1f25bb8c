//! Who listens to the world hears each event once, in order, whatever it does meanwhile.

use std::cell::RefCell;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use boucle_trace::{RunEnd, What, record};
use world::{Event, println};

type Heard = Rc<RefCell<Vec<(Option<Duration>, Event)>>>;

/// What is heard while `f` runs.
fn heard(f: impl FnOnce()) -> Vec<(Option<Duration>, Event)> {
    let heard = Heard::default();
    let told = Rc::clone(&heard);
    let listening = world::listen(move |at, event| told.borrow_mut().push((at, event.clone())));
    f();
    drop(listening);
    heard.take()
}

#[test]
fn a_listener_hears_what_a_recording_keeps() {
    let mut kept = Vec::new();
    let heard = heard(|| {
        let recording = world::record(|| {
            let mut task = Box::pin(async { println!("one\ntwo") });
            assert!(world::step(&mut task, Waker::noop()).is_ready());
            world::thread::sleep(Duration::from_secs(1));
            println!("three");
        });
        kept.extend_from_slice(recording.moments());
    });
    assert_eq!(heard.len(), 5);
    let kept = kept.into_iter().map(|it| (Some(it.at), it.event));
    assert!(heard.into_iter().eq(kept));
}

#[test]
fn outside_of_a_recording_a_listener_hears_lines_without_a_time() {
    let heard = heard(|| println!("Hello"));
    assert_eq!(heard, [(None, Event::Printed("Hello".to_owned()))]);
}

#[test]
fn a_listener_may_print_and_look_at_the_clock_and_does_not_hear_itself() {
    let count = Rc::new(RefCell::new(0));
    let told = Rc::clone(&count);
    let listening = world::listen(move |_, _| {
        *told.borrow_mut() += 1;
        let _ = world::time::Instant::now();
        println!("heard");
    });
    let recording = world::record(|| println!("one"));
    drop(listening);
    assert_eq!((recording.output().as_str(), *count.borrow()), ("one\nheard\n", 1));
}

#[test]
fn the_later_of_two_listeners_hears_and_then_the_earlier_one_again() {
    let outer = heard(|| {
        println!("outer");
        let inner = heard(|| println!("inner"));
        assert_eq!(inner, [(None, Event::Printed("inner".to_owned()))]);
        println!("outer again");
    });
    let lines: Vec<_> = outer.into_iter().map(|(_, event)| event).collect();
    let expected = ["outer", "outer again"].map(|it| Event::Printed(it.to_owned()));
    assert_eq!(lines, expected);
}

#[test]
fn a_listener_that_panics_hears_on() {
    let heard = Heard::default();
    let told = Rc::clone(&heard);
    let listening = world::listen(move |at, event| {
        told.borrow_mut().push((at, event.clone()));
        assert!(told.borrow().len() > 1, "boom");
    });
    assert!(panic::catch_unwind(AssertUnwindSafe(|| println!("one"))).is_err());
    println!("two");
    drop(listening);
    assert_eq!(heard.borrow().len(), 2);
}

#[test]
fn a_recording_within_a_recording_is_refused_and_the_outer_one_goes_on() {
    let trace = record(|| async {
        println!("before");
        let refused = panic::catch_unwind(|| record(|| async {}));
        assert!(refused.is_err());
        println!("after");
    });
    assert_eq!(trace.output(), "before\nafter\n");
    let last = &trace.events().last().expect("something happened").what;
    assert_eq!(*last, What::RunEnds { how: RunEnd::Complete });
}
