//! The end of the socket of whoever looks at a program.

use std::fs;
use std::io;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::wire::{ANSWER, MARK, Part, Timed, VERSION, read_line, read_part};
use super::{LoopStatus, Tree, place};
use crate::file::ReadError;
use crate::run::Sum;
use crate::text::printable::Printable;
use crate::trace::Trace;

/// A program says within this time whether there is an answer.
const TO_ANSWER: Duration = Duration::from_secs(10);

/// All of an answer, or the next part of one that goes on, comes within this time.
const TO_TELL: Duration = Duration::from_secs(60);

/// The number that is said where no loop is asked for.
const NO_LOOP: u32 = 0;

/// A program cannot be looked at. The message says why, and what to do.
///
/// # Examples
///
/// ```
/// use boucle_trace::attach::{AttachError, Program};
///
/// // The largest number that a process can have on Linux is smaller.
/// let error = Program::find(4_294_967_295).unwrap_err();
/// assert!(matches!(error, AttachError::NoProcess(_)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// There is no such process.
    #[error("there is no process {0}")]
    NoProcess(u32),
    /// It belongs to somebody else.
    #[error("process {0} belongs to another user: only its own can look at it")]
    OtherUser(u32),
    /// It is no program that can be looked at.
    #[error(
        "nobody can attach to process {process}: its program has to call boucle_trace::run in the place of boucle::run, be started with BOUCLE_TRACE=run.trace or BOUCLE_TRACE_ATTACH=1, and its run has to be under way{more}"
    )]
    NotRecorded {
        /// The process.
        process: u32,
        /// What was wrong with a folder in which its socket could be.
        more: String,
    },
    /// The socket is another process's.
    #[error("the socket of process {process} is that of process {other}: it is not trusted")]
    Impostor {
        /// The process that was asked for.
        process: u32,
        /// The one that answered.
        other: i32,
    },
    /// It does not answer: it was stopped, say.
    #[error("process {0} does not answer: is it stopped? `kill -CONT {0}` lets it go on")]
    NoAnswer(u32),
    /// It has ended in the middle of its answer.
    #[error("process {0} has gone")]
    Gone(u32),
    /// The run of that loop is over, though the program goes on, or there never was one.
    #[error("process {process} has no loop {number}, or the run of that loop is over")]
    RunOver {
        /// The process.
        process: u32,
        /// The loop that was asked for.
        number: u32,
    },
    /// It says no, and why.
    #[error("process {process} refuses: {words}")]
    Refused {
        /// The process.
        process: u32,
        /// What it says.
        words: Printable,
    },
    /// Its answer is not understood.
    #[error(
        "the answer of process {0} is not understood: use a film of the version of its boucle-trace"
    )]
    Foreign(u32),
    /// Its recording cannot be read.
    #[error("the recording of process {process} cannot be read: {error}")]
    Read {
        /// The process.
        process: u32,
        /// What is wrong with it.
        error: ReadError,
    },
    /// The system says no.
    #[error("cannot ask process {process}: {error}")]
    Io {
        /// The process.
        process: u32,
        /// What the system says.
        error: io::Error,
    },
}

/// A program that can be looked at while it runs. Each question is a connection of its own.
///
/// # Examples
///
/// ```no_run
/// use boucle_trace::attach::Program;
///
/// let program = Program::find(1234)?;
/// for status in program.loops()? {
///     println!("loop {}: {} tasks", status.number, status.n_tasks);
/// }
/// # Ok::<(), boucle_trace::attach::AttachError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    /// Its number.
    process: u32,
    /// Where its socket lies.
    place: PathBuf,
}

/// The user to whom a process belongs; none if there is no such process.
fn user_of(process: u32) -> io::Result<Option<u32>> {
    if !Path::new("/proc/self").exists() {
        return Ok(Some(rustix::process::geteuid().as_raw()));
    }
    match fs::metadata(format!("/proc/{process}")) {
        Ok(data) => Ok(Some(data.uid())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Program {
    /// Finds the program that runs in this process, and asks whether it answers.
    ///
    /// # Errors
    ///
    /// [`AttachError`] says why not, and what to do about it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::attach::Program;
    ///
    /// let error = Program::find(std::process::id()).unwrap_err();
    /// assert!(error.to_string().contains("boucle_trace::run"));
    /// ```
    pub fn find(process: u32) -> Result<Program, AttachError> {
        let io = |error| AttachError::Io { process, error };
        let user = user_of(process).map_err(io)?.ok_or(AttachError::NoProcess(process))?;
        let own = rustix::process::geteuid();
        if user != own.as_raw() && !own.is_root() {
            return Err(AttachError::OtherUser(process));
        }
        let (places, wrong) = place::find(process, user);
        let more = wrong.first().map_or(String::new(), |it| format!("; {it}"));
        for place in places {
            let program = Program { process, place };
            match program.connect() {
                Ok(_) => return Ok(program),
                // It was left behind by another process that had this number.
                Err(AttachError::Io { error, .. })
                    if error.kind() == io::ErrorKind::ConnectionRefused =>
                {
                    let _ = fs::remove_file(program.place);
                }
                Err(error) => return Err(error),
            }
        }
        Err(AttachError::NotRecorded { process, more })
    }

    /// The number of its process.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let program = boucle_trace::attach::Program::find(1234)?;
    /// assert_eq!(program.process(), 1234);
    /// # Ok::<(), boucle_trace::attach::AttachError>(())
    /// ```
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Its loops that are recorded, and how they stand.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub fn loops(&self) -> Result<Vec<LoopStatus>, AttachError> {
        self.data("loops", NO_LOOP)
    }

    /// The tasks of a loop, and what each awaits; the loop is asked for it.
    ///
    /// # Errors
    ///
    /// If the program does not answer, or has no such loop.
    pub fn tree(&self, number: u32) -> Result<Tree, AttachError> {
        self.data("tree", number)
    }

    /// What each task of a loop has cost since the recording began.
    ///
    /// # Errors
    ///
    /// If the program does not answer, or has no such loop.
    pub fn top(&self, number: u32) -> Result<(LoopStatus, Vec<Sum>), AttachError> {
        self.data("top", number)
    }

    /// The last events of a loop.
    ///
    /// # Errors
    ///
    /// If the program does not answer, or has no such loop.
    pub fn trace(&self, number: u32) -> Result<Trace, AttachError> {
        let bytes = self.ask("trace", number)?;
        self.read(&bytes)
    }

    /// The last events of a loop, and what happens from now on.
    ///
    /// # Errors
    ///
    /// If the program does not answer, or has no such loop.
    pub fn follow(&self, number: u32) -> Result<Following, AttachError> {
        let stream = self.open("follow", number)?;
        Ok(Following { program: self.clone(), stream })
    }

    fn data<T: DeserializeOwned>(&self, question: &str, number: u32) -> Result<T, AttachError> {
        let bytes = self.ask(question, number)?;
        serde_json::from_slice(&bytes).map_err(|error| match error.is_eof() {
            true => AttachError::Gone(self.process),
            false => AttachError::Foreign(self.process),
        })
    }

    fn read(&self, bytes: &[u8]) -> Result<Trace, AttachError> {
        let process = self.process;
        Trace::read(bytes).map_err(|error| AttachError::Read { process, error })
    }

    /// The whole answer to a question.
    fn ask(&self, question: &str, number: u32) -> Result<Vec<u8>, AttachError> {
        let stream = self.open(question, number)?;
        let mut bytes = Vec::new();
        let read = Timed::new(&stream, TO_TELL).take(ANSWER as u64).read_to_end(&mut bytes);
        read.map_err(|error| self.told(error))?;
        Ok(bytes)
    }

    /// Asks, and reads whether there is an answer.
    fn open(&self, question: &str, number: u32) -> Result<UnixStream, AttachError> {
        let stream = match self.connect() {
            Err(AttachError::Io { error, .. })
                if [io::ErrorKind::ConnectionRefused, io::ErrorKind::NotFound]
                    .contains(&error.kind()) =>
            {
                return Err(AttachError::Gone(self.process));
            }
            stream => stream?,
        };
        let line = format!("{MARK} {VERSION} {question} {number}\n");
        let asked = Timed::new(&stream, TO_ANSWER).write_all(line.as_bytes());
        // Who is refused before it has asked is told why all the same.
        let line = read_line(Timed::new(&stream, TO_ANSWER));
        let line = line.map_err(|error| self.told(asked.err().unwrap_or(error)))?;
        let (mark, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let (_, said) = rest.split_once(' ').unwrap_or((rest, ""));
        match said.split_once(' ') {
            _ if mark != MARK => Err(AttachError::Foreign(self.process)),
            None if said == "ok" => Ok(stream),
            None if said == "over" => Err(AttachError::RunOver { process: self.process, number }),
            Some(("error", words)) => {
                let (process, words) = (self.process, Printable::line(words));
                Err(AttachError::Refused { process, words })
            }
            _ => Err(AttachError::Foreign(self.process)),
        }
    }

    fn connect(&self) -> Result<UnixStream, AttachError> {
        let io = |error| AttachError::Io { process: self.process, error };
        let stream = UnixStream::connect(&self.place).map_err(io)?;
        #[cfg(target_os = "linux")]
        {
            let peer = rustix::net::sockopt::socket_peercred(&stream);
            let other = peer.map_err(|it| io(it.into()))?.pid.as_raw_pid();
            if u32::try_from(other) != Ok(self.process) {
                return Err(AttachError::Impostor { process: self.process, other });
            }
        }
        Ok(stream)
    }

    /// What went wrong while it answered.
    fn told(&self, error: io::Error) -> AttachError {
        match error.kind() {
            io::ErrorKind::TimedOut => AttachError::NoAnswer(self.process),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe => AttachError::Gone(self.process),
            io::ErrorKind::InvalidData => AttachError::Foreign(self.process),
            _ => AttachError::Io { process: self.process, error },
        }
    }
}

/// What a loop does, as it goes on. [`Program::follow`] makes it; dropping it ends it.
#[derive(Debug)]
pub struct Following {
    program: Program,
    stream: UnixStream,
}

/// What is told while one follows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Update {
    /// The last events: the first thing that is told, and told again if one was too slow and missed some.
    Anew(Trace),
    /// Events that have happened since.
    Events(Trace),
    /// How the loop stands.
    Status(LoopStatus),
    /// The run is over. Nothing follows.
    Over,
}

impl Following {
    /// Waits for the next thing that is told: half a second at the most, if the program works.
    ///
    /// # Errors
    ///
    /// [`AttachError::Gone`] if the program has ended all at once.
    pub fn wait(&mut self) -> Result<Update, AttachError> {
        let program = &self.program;
        let part = read_part(Timed::new(&self.stream, TO_TELL));
        let (part, bytes) = part.map_err(|error| program.told(error))?;
        Ok(match part {
            Part::Anew => Update::Anew(program.read(&bytes)?),
            Part::Events => Update::Events(program.read(&bytes)?),
            Part::Status => {
                let status = serde_json::from_slice(&bytes);
                Update::Status(status.map_err(|_| AttachError::Foreign(program.process))?)
            }
            Part::Over => Update::Over,
        })
    }
}
