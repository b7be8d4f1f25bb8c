//! All tests of the player, a module a theme.

mod hostile;
mod moves;
mod opening;
mod page;
mod panes;
mod prediction;
mod screens;
mod sources;
mod terminal;
mod whole;
