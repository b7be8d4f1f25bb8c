//! What happened in a run of boucle, or of a stage of the road: as data, as text, as a picture.
//!
//! ```
//! use std::time::Duration;
//! use boucle::{sleep, spawn};
//! use world::println;
//!
//! let lanes = boucle_trace::lanes(|| async {
//!     let child = spawn(async {
//!         sleep(Duration::from_secs(1)).await;
//!         println!("Hello");
//!     });
//!     child.set_name("child");
//!     child.await
//! });
//! assert_eq!(lanes, " seconds  task 1             child
//!    0.000  ○ added
//!           ┏ runs
//!           ┃                  ○ added
//!           ┠ waits for child  ╎
//!           ┗ stops            ╎
//!           ·                  ┏ runs
//!           ·                  ┠ waits 1 s
//!           ·                  ┗ stops
//!    1.000  ·                  ● woken by a timer
//!           ·                  ┏ runs
//!           ·                  ┠ > Hello
//!           ● woken by child   ┃
//!           ╎                  ┗ done
//!           ┏ runs
//!           ┗ done
//!           the run is complete
//!
//! ┃ runs   ╎ ready   · waits   > printed   ! printed on stderr
//! ");
//! ```
//!
//! # A tour
//!
//! - **Record.** [`record`] runs a program of boucle on virtual time, in a sealed world: the same
//!   program has the same [`Trace`] each time. [`record_stage`] does so for a stage. A [`Recorder`]
//!   watches any loop; its [`Options`] say whose time it has, and whether it keeps all events, the
//!   last ones, or writes them to a file while the program runs. What is printed by
//!   `world::println` is part of the trace.
//! - **Data.** A trace is a [`Header`] and a list of [`Event`]s; [`What`] says what can happen. It is
//!   written in some six bytes an event ([`Trace::write`]), and read back equal ([`Trace::read`]); as JSON,
//!   a line an event, people can read it ([`Trace::write_lines`]). Of a file that was cut,
//!   [`Trace::read_lossy`] reads what is there.
//! - **Text.** [`Trace::lines`]: one line an event. [`Trace::lanes`]: one lane a task, made to be a
//!   snapshot: `insta::assert_snapshot!(boucle_trace::lanes(|| async { … }))`. What a program says of
//!   itself is [`Printable`] there, and in all pictures.
//! - **Pictures.** [`Trace::svg`] for some hundred events, [`Trace::html`] for up to a million: one
//!   file to zoom into and to play. [`Trace::chrome_json`] is for Perfetto.
//! - **Play.** A [`State`] is what the events have led to: who runs, who is ready, who waits for what.
//!   A [`Player`] goes from state to state, forwards and backwards; it says [why](Player::why) a task
//!   runs, and in which [`Phase`] the loop is.
//! - **The whole.** An [`Overview`](overview::Overview) has the lanes of a run in so many columns, sums
//!   up what each task did, and knows where something changes.
//! - **Suspicions.** [`Trace::lint`] finds long polls, lost wakes, panics that nobody read, tasks in a
//!   circle.
//!
//! # What a trace does not show
//!
//! - The queue of a loop that is not one of `world::collections`: there who is woken is believed to be ready.
//! - A look at the result of a task.
//! - That a combinator of another crate goes on in another task, if it polls only those of its futures that were
//!   woken, as `FuturesUnordered` does. They were given its own waker, and cannot know whom that wakes: each is shown
//!   as a wait of the task that has polled it last, until another one does; and as nobody's, if that task has ended.
//! - That something of `boucle::sync` was granted to a future which is kept, and which nobody polls any more: it is
//!   shown as waited for until that is polled or dropped. A time that has come, and a task that has ended, are shown
//!   as over.

#[cfg(unix)]
pub mod attach;
mod chrome;
mod compact;
mod event;
mod file;
mod header;
mod html;
mod lint;
pub mod overview;
mod player;
mod record;
mod recorder;
mod run;
mod state;
mod svg;
mod text;
mod trace;

pub use crate::event::{
    Await, By, Ended, Event, ObjectNo, On, Place, PollEnd, Reported, RunEnd, TaskNo, Text, What,
};
pub use crate::file::{Problem, ReadError};
pub use crate::header::{Clock, FORMAT, Header, VERSION};
pub use crate::html::{PLAYER, Page};
pub use crate::lint::{Finding, Limits, Lint};
pub use crate::player::{Phase, Player};
pub use crate::record::{lanes, record, record_stage, record_stage_with, record_with};
pub use crate::recorder::{Options, Recorder};
pub use crate::run::{Sum, dump, run};
pub use crate::state::{
    Asleep, Choice, Life, Line, ObjectState, Ready, Running, State, TaskState, Timer, Timers, Wait,
    Waits, Wake,
};
pub use crate::text::printable::Printable;
pub use crate::trace::Trace;
pub use world::{eprintln, println};
