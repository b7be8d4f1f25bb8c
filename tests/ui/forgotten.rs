//! An `async fn` that is called and not awaited does nothing. The compiler warns, where Python does
//! so while the program runs.

async fn asynchro() {
    println!("never printed");
}

/// Cases 1 and 2: a plain function calls a plain function, which is fine, and an async one.
fn synchro() {
    foo();
    asynchro();
}

fn foo() {}

/// Cases 5, 6 and 7: an async function calls a plain one, awaits an async one, forgets to await one.
async fn afoo() {
    foo();
    asynchro().await;
    asynchro();
}

/// An iterator does as little, until somebody asks it for something.
fn squares() {
    (1..4).map(|i| i * i);
}

fn main() {
    synchro();
    squares();
    drop(afoo());
}
