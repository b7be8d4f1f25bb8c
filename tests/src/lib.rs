//! What the compiler must refuse, stage by stage; all other tests are in `it/`.
//!
//! A coroutine that is called is not run: the compiler says so before anything runs.
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! async fn simple_print() {}
//!
//! simple_print();
//! ```
//!
//! What has no `await` in Python has none here: an integer is no task.
//!
//! ```compile_fail,E0277
//! stage1::run_task(42);
//! ```
//!
//! `await` outside of an `async fn` or block is refused, where Python has a syntax error.
//!
//! ```compile_fail,E0728
//! fn synchronous() {
//!     stage3::interrupt().await;
//! }
//! ```
//!
//! A task that has been given to the loop is the loop's: it cannot be run twice.
//!
//! ```compile_fail,E0382
//! let event_loop = stage4::Loop::new();
//! let task = async {};
//! event_loop.add_task(task);
//! event_loop.add_task(task);
//! ```
//!
//! A loop and its tasks belong to one thread.
//!
//! ```compile_fail,E0277
//! let event_loop = stage4::Loop::new();
//! std::thread::spawn(move || event_loop.run());
//! ```
//!
//! A socket that was closed is gone: Python's says that its descriptor is -1.
//!
//! ```compile_fail,E0382
//! use std::os::fd::AsFd;
//! use socket2::{Domain, Type};
//!
//! let socket = stage7::aiosocket(Domain::IPV4, Type::STREAM, None).unwrap();
//! socket.close();
//! socket.as_fd();
//! ```
//!
//! The finished loop, its tasks and its callbacks stay on their thread; [`boucle::LoopHandle`] leaves.
//!
//! ```compile_fail,E0277
//! let event_loop = boucle::Loop::new();
//! std::thread::spawn(move || event_loop.run());
//! ```
//!
//! ```compile_fail,E0277
//! let task = boucle::Loop::new().add_task(async {});
//! std::thread::spawn(move || task.done());
//! ```
//!
//! What another thread spawns may make a future that is not `Send`; it may not bring one.
//!
//! ```compile_fail,E0277
//! let handle = boucle::Loop::new().handle();
//! let here = std::rc::Rc::new(42);
//! let _ = handle.spawn(move || async move { *here });
//! ```
