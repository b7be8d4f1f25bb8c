//! The part of the command line that is about the orders of a program: `film orders`.

use std::error::Error;
use std::fs;
use std::io;
use std::io::Read;
use std::path::{Path, PathBuf};

use boucle_trace::Printable;
use clap::Args;

use crate::orders::Subject;
use crate::run::printable_path;
use crate::write;

/// `film orders`.
#[derive(Clone, Debug, Args)]
pub(super) struct Orders {
    /// The name of a stage or of an example
    program: String,
    /// One part of the program alone, by its number or its heading; the others run in their own order
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// How often the program is run, for each part: else 2,000 times, or 20,000 times to look for an output
    #[arg(long, value_name = "N", value_parser = executions)]
    executions: Option<usize>,
    /// Let any ready task be next, also in stages 2 to 8, where else each has one turn in a round
    #[arg(long)]
    any: bool,
    /// Say whether the output in this file is possible, the lines of one part; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    can: Option<PathBuf>,
    /// Print the output of the order with these choices, as in 12:7,15:3
    #[arg(long, value_name = "CHOICES", conflicts_with_all = ["part", "executions"])]
    replay: Option<String>,
    /// Write that run as a recording, which can be played
    #[arg(long, value_name = "FILE", requires = "replay")]
    save: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "save")]
    force: bool,
}

/// Reads how many executions: one at least, and no more than fit into memory.
fn executions(text: &str) -> Result<usize, String> {
    let n = text.parse().map_err(|_| "it is no number".to_owned())?;
    if (1..=1_000_000).contains(&n) { Ok(n) } else { Err("it is not in 1..=1000000".to_owned()) }
}

impl Orders {
    /// Does what it says.
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let mut subject = Subject::named(&self.program)?;
        if self.any {
            subject = subject.rounds(false);
        }
        if let Some(choices) = &self.replay {
            let output = subject.replay(choices)?;
            if let Some(path) = &self.save {
                subject.film(choices)?.save(path, self.force)?;
            }
            return Ok(write::stdout(&Printable::lines(output))?);
        }
        let part = self.part.as_deref();
        if let Some(path) = &self.can {
            let output = read(path)?;
            let answer = subject.can(part, &output, self.executions.unwrap_or(20_000))?;
            return Ok(write::stdout(&Printable::lines(answer.to_string()))?);
        }
        let found = subject.search(part, self.executions.unwrap_or(2_000))?;
        let text: Vec<_> = found.iter().map(ToString::to_string).collect();
        Ok(write::stdout(&Printable::lines(text.join("\n\n")))?)
    }
}

/// The text of a file, or of stdin.
fn read(path: &Path) -> io::Result<String> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|error| {
        let path = printable_path(path);
        io::Error::new(error.kind(), format!("cannot read the file {path}: {error}"))
    })
}
