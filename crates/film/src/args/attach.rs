//! The part of the command line that is about programs that run: `film attach`, `film top`.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{attach, top};

/// What to do with a program that runs.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Looks at a program while it runs
    ///
    /// It has to call boucle_trace::run in the place of boucle::run, and to be started with
    /// BOUCLE_TRACE=run.trace or BOUCLE_TRACE_ATTACH=1. Without an option the player opens on the last
    /// events, and goes on with the program as long as it is at the end.
    Attach(Attach),
    /// Shows the tasks of a program that runs: how long they ran, were ready and waited
    Top(Top),
}

/// `film attach`.
#[derive(Clone, Debug, Args)]
pub(super) struct Attach {
    /// The number of the process
    #[arg(value_name = "PID")]
    process: u32,
    /// Which loop of the program, from 1; without it the picture and the tree show all loops
    #[arg(long = "loop", value_name = "N")]
    number: Option<u32>,
    /// Print the tasks, and what each awaits
    #[arg(long, conflicts_with_all = ["dump", "follow"])]
    tree: bool,
    /// Write the last events to a file, as a recording
    #[arg(long, value_name = "FILE", conflicts_with = "follow")]
    dump: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "dump")]
    force: bool,
    /// Print what happens, a line an event
    #[arg(long)]
    follow: bool,
}

/// `film top`.
#[derive(Clone, Debug, Args)]
pub(super) struct Top {
    /// The number of the process
    #[arg(value_name = "PID")]
    process: u32,
    /// Which loop of the program, from 1; if it has one alone, that one
    #[arg(long = "loop", value_name = "N")]
    number: Option<u32>,
    /// Print one table, and end
    #[arg(long)]
    once: bool,
    /// What comes first
    #[arg(long, value_enum, default_value_t = top::By::Busy)]
    by: top::By,
}

impl Command {
    /// Does what it says.
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        match self {
            Command::Attach(it) => {
                let is_one = it.dump.is_some() || it.follow;
                let open = if is_one { attach::open } else { attach::open_all };
                let looked_at = open(it.process, it.number)?;
                match &it.dump {
                    Some(path) => Ok(attach::dump(&looked_at, path, it.force)?),
                    None if it.tree => Ok(attach::tree(&looked_at)?),
                    None if it.follow => Ok(attach::follow(&looked_at)?),
                    None => Ok(attach::play(&looked_at)?),
                }
            }
            Command::Top(it) => {
                let looked_at = attach::open(it.process, it.number)?;
                Ok(top::show(&looked_at, it.by, it.once)?)
            }
        }
    }
}
