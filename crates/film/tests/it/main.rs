//! All tests of the player, a module a theme.

#[cfg(unix)]
mod attach;
#[cfg(unix)]
#[expect(dead_code, reason = "the tests of boucle-trace need more of it")]
#[path = "../../../trace/tests/it/children.rs"]
mod children;
mod hostile;
mod moves;
mod opening;
mod orders;
mod page;
mod panes;
mod prediction;
mod screens;
mod sources;
mod terminal;
mod whole;
