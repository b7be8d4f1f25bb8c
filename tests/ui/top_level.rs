//! `main` is no task: somebody has to run a loop. `await` at the top level is for notebooks.

async fn main() {
    asynchro().await;
}

async fn asynchro() {}
