//! A run that can be played: of a program that film has in it, or out of a file.

use std::fs::File;
use std::io;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use boucle_trace::{Player, Printable, ReadError, Trace};

use crate::programs::{self, Program};
use crate::source::{self, Source};

/// A run, and what is known of its program.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it is called: the name of the program, or of the file.
    pub name: Printable,
    /// The program's idea, or what the recording says of itself.
    pub idea: Printable,
    /// What happened.
    pub trace: Trace,
    /// The program's source, the loop first; nothing if it is not here.
    pub sources: Vec<Source>,
    /// What could not be read of the file.
    pub warning: Option<Printable>,
}

/// A run cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is neither a program nor a file of that name. The message names the programs.
    #[error(
        "there is no program and no file `{name}`; these programs there are:\n{}",
        programs::list()
    )]
    Unknown {
        /// The name that was given.
        name: Printable,
    },
    /// It is an example of boucle that cannot be played. The message says why.
    #[error("cannot play the example `{name}`: {why}")]
    Unplayed {
        /// Its name.
        name: Printable,
        /// Why.
        why: &'static str,
    },
    /// The file cannot be opened.
    #[error("cannot open {}: {error}", printable_path(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is no recording, or not all of one; lossy reading shows what can be read.
    #[error("{name}: {}{}", Printable::line(error.to_string()), hint(*is_partly))]
    Read {
        /// The file.
        name: Printable,
        /// The line, and what is wrong with it.
        error: ReadError,
        /// Whether some of it can be read.
        is_partly: bool,
    },
}

/// A path as it can be shown: a file may be called anything.
pub(crate) fn printable_path(path: &Path) -> Printable {
    Printable::line(path.to_string_lossy())
}

fn hint(is_partly: bool) -> &'static str {
    if is_partly { "\n(what can be read of it is shown with --lossy)" } else { "" }
}

impl OpenError {
    /// Whether lossy reading would show something.
    pub(crate) fn is_partly(&self) -> bool {
        matches!(self, OpenError::Read { is_partly: true, .. })
    }
}

impl Run {
    /// Runs the program of this name, or reads the recording.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says what is wrong with the name, or with the file and where.
    pub fn open(name: &str, lossy: bool) -> Result<Run, OpenError> {
        if let Some(program) = Program::named(name) {
            return Ok(Run::of(program));
        }
        let path = Path::new(name);
        if !path.exists() {
            if let Some(why) = programs::why_not(name) {
                return Err(OpenError::Unplayed { name: name.into(), why });
            }
            return Err(OpenError::Unknown { name: name.into() });
        }
        let told = |error| OpenError::Io { path: path.to_owned(), error };
        let file = File::open(path).map_err(told)?;
        if file.metadata().map_err(told)?.is_dir() {
            return Err(told(io::ErrorKind::IsADirectory.into()));
        }
        let short = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let mut run = Run::read(&short, BufReader::new(file), lossy)?;
        run.sources = source::named_in(&run.trace);
        Ok(run)
    }

    /// Runs a program.
    #[must_use]
    pub fn of(program: &Program) -> Run {
        Run {
            name: program.name.into(),
            idea: program.idea().into(),
            trace: program.record(),
            sources: program.sources(),
            warning: None,
        }
    }

    /// Reads a recording; `lossy` takes what can be read of it.
    ///
    /// # Errors
    ///
    /// [`OpenError::Read`] names the line that cannot be read.
    pub fn read(name: &str, from: impl BufRead, lossy: bool) -> Result<Run, OpenError> {
        let name = Printable::name(name);
        let (trace, warning) = match Trace::read_lossy(from) {
            (Some(trace), None) => (trace, None),
            (Some(trace), Some(error)) if lossy => {
                let n = trace.len();
                let error = Printable::line(error.to_string());
                (trace, Some(format!("{name}: {error}; {n} events could be read").into()))
            }
            (trace, Some(error)) => {
                let is_partly = trace.is_some();
                return Err(OpenError::Read { name, error, is_partly });
            }
            (None, None) => unreachable!("without a header there is an error"),
        };
        let clock = match trace.header().clock {
            boucle_trace::Clock::Virtual => "virtual",
            boucle_trace::Clock::Real => "real",
        };
        let program = Printable::name(&*trace.header().program);
        let idea = format!("a recording of {program}, in {clock} time").into();
        Ok(Run { name, idea, trace, sources: Vec::new(), warning })
    }

    /// The run of a program that is under way.
    #[cfg(unix)]
    pub(crate) fn live(name: &str, trace: Trace) -> Run {
        let program = Printable::name(&*trace.header().program);
        let idea = format!("the last events of {program}, which runs").into();
        let sources = source::named_in(&trace);
        Run { name: Printable::name(name), idea, trace, sources, warning: None }
    }

    /// A player at its beginning. It has been at the end once: so the first jump is as quick as all others.
    #[must_use]
    pub fn player(&self) -> Player {
        let mut player = Player::new(self.trace.clone());
        player.seek_end();
        player.seek(0);
        player
    }
}
