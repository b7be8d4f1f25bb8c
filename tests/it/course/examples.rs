//! The course's examples, each file as it is: the text is the program and the test subject.

#![allow(dead_code, reason = "a test starts the program and not its main")]
#![allow(clippy::duplicate_mod, reason = "each program has its own copy of what they share")]

#[path = "../../../crates/boucle/examples/course/mod.rs"]
pub(crate) mod course;

#[path = "../../../crates/boucle/examples/arange.rs"]
pub(crate) mod arange;
#[path = "../../../crates/boucle/examples/boom.rs"]
pub(crate) mod boom;
#[path = "../../../crates/boucle/examples/breathe.rs"]
pub(crate) mod breathe;
#[path = "../../../crates/boucle/examples/debug.rs"]
pub(crate) mod debug;
#[path = "../../../crates/boucle/examples/famine.rs"]
pub(crate) mod famine;
#[path = "../../../crates/boucle/examples/fork.rs"]
pub(crate) mod fork;
#[path = "../../../crates/boucle/examples/fork_and_stop.rs"]
pub(crate) mod fork_and_stop;
#[path = "../../../crates/boucle/examples/holders.rs"]
pub(crate) mod holders;
#[path = "../../../crates/boucle/examples/leftovers.rs"]
pub(crate) mod leftovers;
#[path = "../../../crates/boucle/examples/morceaux.rs"]
pub(crate) mod morceaux;
#[path = "../../../crates/boucle/examples/queue.rs"]
pub(crate) mod queue;
#[path = "../../../crates/boucle/examples/results.rs"]
pub(crate) mod results;
#[path = "../../../crates/boucle/examples/starvation.rs"]
pub(crate) mod starvation;
#[path = "../../../crates/boucle/examples/sync_island.rs"]
pub(crate) mod sync_island;
#[path = "../../../crates/boucle/examples/tasks.rs"]
pub(crate) mod tasks;
#[path = "../../../crates/boucle/examples/threads.rs"]
pub(crate) mod threads;
#[path = "../../../crates/boucle/examples/three_durations.rs"]
pub(crate) mod three_durations;
#[path = "../../../crates/boucle/examples/ticks.rs"]
pub(crate) mod ticks;
#[path = "../../../crates/boucle/examples/timer.rs"]
pub(crate) mod timer;
#[path = "../../../crates/boucle/examples/window.rs"]
pub(crate) mod window;
