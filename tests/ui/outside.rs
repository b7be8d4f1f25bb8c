//! `await` outside of an `async fn` or block: Python has a syntax error, before anything runs.

async fn asynchro() {}

fn synchro() {}

/// Cases 3 and 4.
fn foo() {
    synchro().await;
    asynchro.await;
}

fn main() {
    foo();
}
