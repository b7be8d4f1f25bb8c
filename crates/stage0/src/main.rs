//! The course's awaitables, stepped by hand; nobody polls them but these lines.

use stage0::Coroutine;
use stage0::Step;
use stage0::Value;
use stage0::yield_value;
use world::println;

/// Yields once. Where Python returns nothing, it returns `None`; so do these.
async fn awaitable() -> Value {
    println!("in Awaitable");
    yield_value("yielded").await;
    None
}

/// Yields twice, and returns.
async fn awaitable2() -> Value {
    println!("step1");
    yield_value("yield1").await;
    println!("step2");
    yield_value("yield2").await;
    Some("returned".to_owned())
}

/// Awaits, and keeps what comes back for itself.
async fn boilerplate() -> Value {
    awaitable2().await;
    None
}

/// Gives the turn back to whoever steps, then 1 to whoever awaits.
async fn w1(marker: &str) -> i32 {
    yield_value(&format!("yield {marker}")).await;
    1
}

async fn w2() -> i32 {
    w1("first").await + w1("second").await
}

async fn w3() -> i32 {
    w2().await + 1
}

async fn w4() -> i32 {
    w3().await + 1
}

/// Yields twice, and receives twice.
async fn both_ways() -> Value {
    println!("step1");
    let received1 = yield_value("yielded1").await;
    println!("received1 {}", text(&received1));
    println!("step2");
    let received2 = yield_value("yielded2").await;
    println!("received2 {}", text(&received2));
    Some("returned".to_owned())
}

/// Shows a value as Python prints it.
fn text(value: &Value) -> &str {
    value.as_deref().unwrap_or("None")
}

/// Shows a step as Python's shell shows a value, and as the course's `except` shows an end.
fn show(step: Step<Value>) {
    match step {
        Step::Yielded(value) => println!("'{}'", text(&value)),
        Step::Returned(result) => println!("oops StopIteration {}", text(&result)),
    }
}

/// Steps them all.
pub fn main() {
    // A coroutine runs only when it is stepped, and what it yields comes out of the step.
    let mut coro = Coroutine::new(awaitable());
    show(coro.send(None));

    // Two yields, then the end.
    let mut coro = Coroutine::new(boilerplate());
    show(coro.send(None));
    show(coro.send(None));
    show(coro.send(None));

    // Two coroutines, stepped in turn: each one knows where it is.
    let mut coro1 = Coroutine::new(boilerplate());
    let mut coro2 = Coroutine::new(boilerplate());
    show(coro1.send(None));
    show(coro2.send(None));
    show(coro1.send(None));
    show(coro2.send(None));
    show(coro1.send(None));
    show(coro2.send(None));

    // Through a stack of four: a yield goes straight out, a result goes up frame by frame.
    let mut coro = Coroutine::new(w4());
    for _ in 0..3 {
        match coro.send(None) {
            Step::Yielded(value) => println!("'{}'", text(&value)),
            Step::Returned(result) => println!("OOPS StopIteration {result}"),
        }
    }

    // Both ways: what is sent comes back from the yield.
    let mut coro = Coroutine::new(both_ways());
    show(coro.send(None));
    show(coro.send(Some("message")));
    show(coro.send(Some("second message")));
}
