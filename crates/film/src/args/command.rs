//! What film can do besides playing a run: look at a program that runs, and at the orders of one.

use std::error::Error;

use clap::Subcommand;

#[cfg(unix)]
use super::attach::{Attach, Top};
#[cfg(feature = "programs")]
use super::orders::Orders;

/// What to do besides playing a run.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Looks at a program while it runs
    ///
    /// It has to call boucle_trace::run in the place of boucle::run, and to be started with
    /// BOUCLE_TRACE=run.trace or BOUCLE_TRACE_ATTACH=1. Without an option the player opens on the last
    /// events, and goes on with the program as long as it is at the end.
    #[cfg(unix)]
    Attach(Attach),
    /// Shows the tasks of a program that runs: how long they ran, were ready and waited
    #[cfg(unix)]
    Top(Top),
    /// Runs a program in every order of its ready tasks: which outputs are possible, and which never
    ///
    /// A program with several loops, one after the other, has several parts: each is looked at alone, and the
    /// others run in their own order. Where there are too many orders, those with the fewest deviations
    /// from the queue's own are run, then some at random, and the first line says so. In stages 2 to 8, where a
    /// task that waits asks at every turn, each has one turn in a round, in any order.
    #[cfg(feature = "programs")]
    Orders(Orders),
}

impl Command {
    /// Does what it says.
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        match self {
            #[cfg(unix)]
            Command::Attach(it) => it.run(),
            #[cfg(unix)]
            Command::Top(it) => it.run(),
            #[cfg(feature = "programs")]
            Command::Orders(it) => it.run(),
        }
    }
}
