//! All tests of the player, a module a theme.

#[cfg(unix)]
mod attach;
#[cfg(unix)]
#[path = "../../../trace/tests/it/children.rs"]
mod children;
mod hostile;
mod moves;
mod opening;
mod page;
mod prediction;
mod screens;
mod sources;
mod terminal;
