//! The examples of boucle, each file as it is: what is shown is what `cargo run --example` runs.

#![expect(dead_code, reason = "film starts the program and not its main")]
#![expect(clippy::duplicate_mod, reason = "each program has its own copy of what they share")]

#[path = "../../../boucle/examples/arange.rs"]
pub(super) mod arange;
#[path = "../../../boucle/examples/boom.rs"]
pub(super) mod boom;
#[path = "../../../boucle/examples/breathe.rs"]
pub(super) mod breathe;
#[path = "../../../boucle/examples/debug.rs"]
pub(super) mod debug;
#[path = "../../../boucle/examples/famine.rs"]
pub(super) mod famine;
#[path = "../../../boucle/examples/fork.rs"]
pub(super) mod fork;
#[path = "../../../boucle/examples/fork_and_stop.rs"]
pub(super) mod fork_and_stop;
#[path = "../../../boucle/examples/holders.rs"]
pub(super) mod holders;
#[path = "../../../boucle/examples/leftovers.rs"]
pub(super) mod leftovers;
#[path = "../../../boucle/examples/morceaux.rs"]
pub(super) mod morceaux;
#[path = "../../../boucle/examples/queue.rs"]
pub(super) mod queue;
#[path = "../../../boucle/examples/results.rs"]
pub(super) mod results;
#[path = "../../../boucle/examples/starvation.rs"]
pub(super) mod starvation;
#[path = "../../../boucle/examples/sync_island.rs"]
pub(super) mod sync_island;
#[path = "../../../boucle/examples/tasks.rs"]
pub(super) mod tasks;
#[path = "../../../boucle/examples/threads.rs"]
pub(super) mod threads;
#[path = "../../../boucle/examples/three_durations.rs"]
pub(super) mod three_durations;
#[path = "../../../boucle/examples/ticks.rs"]
pub(super) mod ticks;
#[path = "../../../boucle/examples/timer.rs"]
pub(super) mod timer;
#[path = "../../../boucle/examples/window.rs"]
pub(super) mod window;
