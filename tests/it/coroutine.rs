//! Stage 0: coroutines stepped by hand.

use std::any::Any;
use std::cell::Cell;
use std::future;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use stage0::{Coroutine, Step, Value, yield_value};

/// What `f` says when it panics.
pub(crate) fn panic_message(f: impl FnOnce()) -> String {
    let payload = panic::catch_unwind(AssertUnwindSafe(f)).expect_err("it panics");
    message(&*payload)
}

/// What a panic said.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a panic says why")
}

async fn yields(values: [&'static str; 2]) -> Value {
    yield_value(values[0]).await;
    yield_value(values[1]).await
}

fn yielded(value: &str) -> Step<Value> {
    Step::Yielded(Some(value.to_owned()))
}

#[test]
fn a_coroutine_does_nothing_before_its_first_step() {
    let has_run = Rc::new(Cell::new(false));
    let flag = Rc::clone(&has_run);
    let mut coro = Coroutine::new(async move { flag.set(true) });
    assert!(!has_run.get());
    assert_eq!(coro.send(None), Step::Returned(()));
    assert!(has_run.get());
}

#[test]
fn what_is_sent_comes_back_from_the_yield() {
    let mut coro = Coroutine::new(yields(["a", "b"]));
    assert_eq!(coro.send(None), yielded("a"));
    assert_eq!(coro.send(Some("lost, nobody keeps it")), yielded("b"));
    assert_eq!(coro.send(Some("kept")), Step::Returned(Some("kept".to_owned())));
}

#[test]
fn a_yield_that_is_sent_nothing_returns_none() {
    let mut coro = Coroutine::new(yields(["a", "b"]));
    coro.send(None);
    coro.send(None);
    assert_eq!(coro.send(None), Step::Returned(None));
}

#[test]
fn nothing_can_be_sent_to_a_coroutine_that_has_not_started() {
    let mut coro = Coroutine::new(yields(["a", "b"]));
    assert_eq!(
        panic_message(|| drop(coro.send(Some("too early")))),
        "can't send non-None value to a just-started coroutine"
    );
    // It has not been harmed.
    assert_eq!(coro.send(None), yielded("a"));
}

#[test]
fn a_coroutine_that_has_ended_cannot_be_stepped() {
    let mut coro = Coroutine::new(async {});
    assert_eq!(coro.send(None), Step::Returned(()));
    assert_eq!(panic_message(|| drop(coro.send(None))), "cannot reuse already awaited coroutine");
}

#[test]
fn a_coroutine_can_step_another_one() {
    let mut outer = Coroutine::new(async {
        let mut inner = Coroutine::new(yields(["inner 1", "inner 2"]));
        assert_eq!(inner.send(None), yielded("inner 1"));
        assert_eq!(yield_value("outer").await.as_deref(), Some("to the outer one"));
        assert_eq!(inner.send(Some("to the inner one")), yielded("inner 2"));
    });
    assert_eq!(outer.send(None), Step::Yielded(Some("outer".to_owned())));
    assert_eq!(outer.send(Some("to the outer one")), Step::Returned(()));
}

#[test]
fn a_future_that_waits_for_something_else_yields_none() {
    let mut coro = Coroutine::new(future::pending::<()>());
    assert_eq!(coro.send(None), Step::Yielded(None));
    // And does not hand back, as a yield of its own, what it was sent.
    assert_eq!(coro.send(Some("not taken")), Step::Yielded(None));
}
