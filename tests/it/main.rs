//! All tests of the workspace, a module a theme; `demos` holds the stages' programs as they are.

mod arrival;
mod beside_asyncio;
mod bite;
mod book;
mod boucle;
mod checklist;
mod coroutine;
mod course;
mod demos;
mod diffs;
mod event_loop;
mod gathering;
mod later;
mod names;
mod net;
mod plain_std;
mod programs;
mod road;
mod run;
mod sleeping;
mod sockets;
mod tidy;
mod trace;
mod transcripts;
mod world_sealed;
mod world_woken;
