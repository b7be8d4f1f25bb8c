//! All tests of the explorer, a module a theme.

mod book;
mod counts;
mod failures;
mod replays;
mod touches;
mod unseen;
