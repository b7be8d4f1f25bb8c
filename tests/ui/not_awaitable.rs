//! What is no future cannot be awaited: Python finds out while the program runs.

fn synchro() {}

async fn asynchro() {}

/// Case 8, and `await None`.
async fn afoo() {
    synchro().await;
    None::<()>.await;
}

/// The question of `inspect.isawaitable`, put to the compiler.
fn is_awaitable(_: impl Future) {}

fn main() {
    is_awaitable(asynchro()); // Yes.
    is_awaitable(asynchro); // No: that is the function, not what it returns.
    is_awaitable(synchro()); // No.
    is_awaitable(afoo()); // Yes.
}
