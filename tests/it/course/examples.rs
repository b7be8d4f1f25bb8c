//! The course's examples, each file as it is: the text is the program and the test subject.

#![allow(dead_code, reason = "a test starts the program and not its main")]
#![allow(clippy::duplicate_mod, reason = "each program has its own copy of what they share")]

#[path = "../../../crates/boucle/examples/course/mod.rs"]
pub(super) mod course;

#[path = "../../../crates/boucle/examples/arange.rs"]
pub(super) mod arange;
#[path = "../../../crates/boucle/examples/boom.rs"]
pub(super) mod boom;
#[path = "../../../crates/boucle/examples/breathe.rs"]
pub(super) mod breathe;
#[path = "../../../crates/boucle/examples/debug.rs"]
pub(super) mod debug;
#[path = "../../../crates/boucle/examples/famine.rs"]
pub(super) mod famine;
#[path = "../../../crates/boucle/examples/fork.rs"]
pub(super) mod fork;
#[path = "../../../crates/boucle/examples/fork_and_stop.rs"]
pub(super) mod fork_and_stop;
#[path = "../../../crates/boucle/examples/leftovers.rs"]
pub(super) mod leftovers;
#[path = "../../../crates/boucle/examples/morceaux.rs"]
pub(super) mod morceaux;
#[path = "../../../crates/boucle/examples/queue.rs"]
pub(super) mod queue;
#[path = "../../../crates/boucle/examples/results.rs"]
pub(super) mod results;
#[path = "../../../crates/boucle/examples/starvation.rs"]
pub(super) mod starvation;
#[path = "../../../crates/boucle/examples/sync_island.rs"]
pub(super) mod sync_island;
#[path = "../../../crates/boucle/examples/tasks.rs"]
pub(super) mod tasks;
#[path = "../../../crates/boucle/examples/threads.rs"]
pub(super) mod threads;
#[path = "../../../crates/boucle/examples/three_durations.rs"]
pub(super) mod three_durations;
#[path = "../../../crates/boucle/examples/ticks.rs"]
pub(super) mod ticks;
#[path = "../../../crates/boucle/examples/timer.rs"]
pub(super) mod timer;
#[path = "../../../crates/boucle/examples/window.rs"]
pub(super) mod window;
