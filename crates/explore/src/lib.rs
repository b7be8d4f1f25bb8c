//! The same program in every order: what can come of it, what can go wrong, and how to see each again.
//!
//! An async program has many orders: whenever several tasks are ready, any of them may be next. A test sees
//! one. [`explore`] runs a program of [boucle](https://docs.rs/boucle) in every order that matters: two orders
//! that differ only in what no task can tell are one. It reports each outcome with the shortest [`Schedule`]
//! that comes to it, and [`replay`] runs that once more.
//!
//! ```
//! use std::rc::Rc;
//! use boucle::shared::Cell;
//! use boucle::{gather, interrupt};
//! use boucle_explore::explore;
//!
//! let report = explore(|| async {
//!     let n = Rc::new(Cell::new(0));
//!     let add = || {
//!         let n = Rc::clone(&n);
//!         async move {
//!             let before = n.get();
//!             interrupt().await;
//!             n.set(before + 1);
//!         }
//!     };
//!     gather([add(), add()]).await.unwrap();
//!     n.get()
//! });
//! // Of two that add, one may be lost.
//! assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2"]);
//! ```
//!
//! What the program shares between tasks is seen if it is boucle's own (`sync`, tasks, `gather`), or a `Cell` or
//! `RefCell` of `boucle::shared`. Where there are few orders each of them is tried, whatever is shared; where there
//! are too many, those with few deviations from the loop's own, and others by chance ([`Strategy`]). The first
//! line of a [`Report`] says which it is.
//!
//! A program that uses sockets or other descriptors is sampled at the most: when they are ready the system decides, and
//! no order does. After each step it is asked what is ready, without waiting; where nothing else can go on, it has a
//! tenth of a second to bring something. [`Explore::fails`] lets its calls fail.

mod budget;
mod disturb;
mod environment;
mod exhaust;
mod explore;
#[cfg(feature = "proptest")]
mod property;
mod replay;
mod report;
mod sample;
mod schedule;
mod search;
mod shard;
mod strategy;
mod why;
mod world;

pub use crate::explore::{Explore, explore};
#[cfg(feature = "proptest")]
pub use crate::property::{Falsified, property};
pub use crate::replay::{Replay, ReplayError, replay};
pub use crate::report::Report;
pub use crate::schedule::{ParseScheduleError, Schedule};
pub use crate::strategy::Strategy;
pub use crate::why::film::Film;
