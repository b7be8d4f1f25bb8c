//! *boucle* (French for loop): a small, fast, single-threaded async event loop.
//!
//! It is the end of a road: small stages grow it from one coroutine that is polled by hand, with
//! the same names. Who comes from Python's asyncio finds what it knows: search for its names.
//!
//! ```
//! use std::time::Duration;
//! use boucle::{sleep, spawn};
//!
//! async fn sequence(message: &str, delay: Duration) -> usize {
//!     println!(">>> {message}");
//!     sleep(delay).await;
//!     println!("<<< {message}");
//!     message.len()
//! }
//!
//! let n_letters = boucle::run(async {
//!     let short = spawn(sequence("short", Duration::from_millis(1)));
//!     let long = spawn(sequence("long", Duration::from_millis(2)));
//!     short.await.unwrap() + long.await.unwrap()
//! });
//! assert_eq!(n_letters, 9);
//! ```
//!
//! # A tour
//!
//! - **Run.** [`run`] is all that most programs need. A [`Loop`] can be run step by step:
//!   [`run_until_complete`](Loop::run_until_complete), [`run_forever`](Loop::run_forever) until Ctrl-C,
//!   [`stop`](Loop::stop), [`close`](Loop::close). A task reaches it by [`Loop::current`].
//! - **Tasks.** [`spawn`] takes any future, `Send` or not. A [`Task`] is awaited, cancelled, asked; its
//!   panic is kept in it, and reported if nobody reads it. No task stops the loop or another task.
//! - **Time.** [`sleep`], [`sleep_until`], [`timeout`], [`interval`]; [`interrupt`] for one turn. Never
//!   early. [`call_soon`], [`call_later`] and [`call_at`] call a function.
//! - **Together.** [`gather`] for the values of all, [`gather_all`] for what became of each,
//!   [`gather_tasks`] for tasks that are spawned already; [`race`] for the first, [`as_completed`] for
//!   one after the other. [`task_group`] ends as one; [`shield`] lets one go on.
//! - **One another.** [`sync`]: [`Queue`](sync::Queue), [`Lock`](sync::Lock),
//!   [`Event`](sync::Event) and their kin: fair, and no waiter that is dropped swallows a wake.
//! - **Threads.** [`to_thread`] for what blocks; a [`LoopHandle`] reaches a loop from elsewhere.
//! - **Sockets.** [`net`]: [`TcpStream`](net::TcpStream), [`TcpListener`](net::TcpListener) and their
//!   kin, with the traits of `futures-io`.
//! - **Descriptors.** [`AsyncFd`] waits for anything that has one: a pipe, a terminal; [`add_reader`]
//!   and [`add_writer`] call a function whenever it is ready. Sockets are in [`net`].
//! - **Tests.** [`Builder::virtual_time`] makes an hour pass at once, and [`hold_up`] an hour of work;
//!   [`quiescent`] waits until nothing else can run; an [`Order`] chooses who is next; [`Faults`] let
//!   system calls fail.
//! - **Looking.** [`Loop::task_tree`] and [`all_tasks`] show who waits for whom, [`Loop::task_stacks`]
//!   where each task stands; an [`Instrument`] watches; [`Builder::debug`] reports polls that hold up the
//!   others; a [`Report`] tells the exception handler what nobody else will hear of.
//!
//! A test of an hour, in no time:
//!
//! ```
//! use std::time::Duration;
//! use boucle::{Elapsed, Loop, now, sleep, timeout};
//!
//! async fn patient() -> Result<(), Elapsed> {
//!     timeout(Duration::from_secs(3600), sleep(Duration::from_secs(7200))).await
//! }
//!
//! let event_loop = Loop::builder().virtual_time(true).build();
//! event_loop.run_until_complete(async {
//!     let start = now();
//!     assert_eq!(patient().await, Err(Elapsed));
//!     assert_eq!(now() - start, Duration::from_secs(3600));
//! }).unwrap();
//! ```
//!
//! # What holds
//!
//! - The ready queue is first come, first served. A turn polls the tasks that were ready as it began,
//!   and then looks at the timers; of turns that take microseconds, after each eighth. The inbox of
//!   other threads and the sockets are looked at after at most 61 polls, the sockets also after a turn
//!   of a millisecond. In one poll a task does at most 128 things that it need not wait for: an item,
//!   a permit, a read; [`unconstrained`] lets it do more.
//! - A task starts at the next turn, never inside [`spawn`].
//! - Timers fire by deadline, and those of one deadline in the order in which they were set.
//! - [`Task::cancel`] is a request: the future is dropped at the task's next turn, inside the task.
//!   Nothing is thrown into it; its destructors clean up.
//! - Every task is dropped on its own thread, with its loop current.
//! - A panic of a task, a destructor, a waker or a callback is kept or reported, and never lost. A
//!   destructor that panics while another panic unwinds ends the process: that is Rust's rule.
//! - Each future says under *Cancel safety* what dropping it does.
//! - A loop that has nothing to do sleeps in the system, and uses no processor. One that nothing could
//!   ever wake says [`Deadlock`](RunError::Deadlock).
//!
//! # Coming from asyncio
//!
//! | asyncio | here |
//! |---|---|
//! | a coroutine that is never awaited: a warning at run time | a warning of the compiler |
//! | a task that nobody refers to may be collected | a [`Task`] that is dropped goes on alone |
//! | `await task` raises | `task.await` is a `Result`: [`TaskError`] |
//! | `task.cancel()` throws, and can be refused | the future is dropped; nobody refuses |
//! | `gather(…, return_exceptions=True)` | [`gather_all`] |
//! | `wait(…, FIRST_COMPLETED)` | [`race`] |
//! | `wait_for(f, 1)`, `timeout(1)` | [`timeout`] |
//! | `sleep(0)` | [`interrupt`] |
//! | `asyncio.Future` | [`sync::Waiter`] |
//! | `open_connection`, `start_server` | [`net::TcpStream::connect`], [`net::Server`] |
//! | `loop.set_debug(True)` | [`Builder::debug`] |
//!
//! Not here: processes, files, context variables, signals other than Ctrl-C. The crates `async-process`,
//! `async-fs` and `async-signal` work as they are.

// In layers: each names only those above it. A test keeps it so.
mod data;
mod structures;

mod cell;

#[cfg(all(unix, not(boucle_loom)))]
mod reactor;
#[cfg(not(all(unix, not(boucle_loom))))]
#[path = "no_reactor.rs"]
mod reactor;

mod host;

mod core;

mod context;

#[cfg(all(unix, not(boucle_loom)))]
mod async_fd;
#[cfg(all(feature = "hyper", unix, not(boucle_loom)))]
pub mod hyper;
#[cfg(all(unix, not(boucle_loom)))]
pub mod net;
pub mod shared;
#[cfg(all(unix, not(boucle_loom)))]
mod source;
pub mod sync;
mod task;
mod thread;
mod time;
mod together;

mod face;

#[cfg(all(test, boucle_loom))]
mod models;

#[cfg(all(unix, not(boucle_loom)))]
pub use crate::async_fd::{AsyncFd, ReadyCallback, add_reader, add_writer};
pub use crate::data::{
    Ended, How, NoLoop, Object, ObjectId, Panic, Part, RunEnd, RunError, Shared, Spawned,
    TaskError, TaskId, TaskPath, WaitsFor, WokenBy,
};
pub use crate::face::{
    Agenda, Await, Builder, Driver, Loop, TaskInfo, TaskStack, TaskState, TimerInfo,
    WeakLoopHandle, all_tasks, run,
};
pub use crate::host::{Faults, Instrument, Order, Report, Situation, Step, SystemCall};
pub use crate::task::{Task, current_task, spawn};
pub use crate::thread::{LoopClosed, LoopHandle, RemoteTask, to_thread};
pub use crate::time::{
    Callback, Elapsed, Interval, MissedTicks, Sleep, call_at, call_later, call_soon, hold_up,
    interrupt, interval, now, quiescent, sleep, sleep_until, timeout, unconstrained,
};
pub use crate::together::{
    AsCompleted, GroupError, GroupTask, TaskGroup, as_completed, gather, gather_all, gather_tasks,
    race, shield, task_group,
};
