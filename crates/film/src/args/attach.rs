//! The part of the command line that is about programs that run: `film attach`, `film top`.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;

use crate::{attach, top};

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

impl Attach {
    /// Does what it says.
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let is_one = self.dump.is_some() || self.follow;
        let open = if is_one { attach::open } else { attach::open_all };
        let looked_at = open(self.process, self.number)?;
        match &self.dump {
            Some(path) => Ok(attach::dump(&looked_at, path, self.force)?),
            None if self.tree => Ok(attach::tree(&looked_at)?),
            None if self.follow => Ok(attach::follow(&looked_at)?),
            None => Ok(attach::play(&looked_at)?),
        }
    }
}

impl Top {
    /// Does what it says.
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let looked_at = attach::open(self.process, self.number)?;
        Ok(top::show(&looked_at, self.by, self.once)?)
    }
}
