//! The files of a recording: the parts that are written while a loop runs, and the last events, which are
//! written all at once.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::compact::Compact;
use crate::event::Event;
use crate::file;
use crate::header::{FORMAT, Header};
use crate::state::State;
use crate::trace::Trace;

/// A file that is written while its loop runs. When it is half as large as all may be, it is put aside, in
/// the place of the one that was before it, and begun again with the state of that moment.
pub(super) struct Out {
    /// Its name.
    path: PathBuf,
    /// How large the two may be together.
    size: Option<u64>,
    /// The part that is being written.
    file: File,
    /// What was not written yet.
    events: Compact,
    /// How many bytes of events were written to it.
    n_bytes: u64,
    /// The time of the last event: what the keeper itself has told may be later than what comes next.
    at: u64,
}

/// Begins a part.
fn part(mut file: File, header: &Header, base: &State) -> io::Result<(File, Compact)> {
    file::write_head(&mut file, header, base)?;
    let mut events = Compact::default();
    events.begin_at(base.now);
    Ok((file, events))
}

impl Out {
    /// Opens the file. One that another process writes is left alone: then ours has the number of this
    /// process in its name. So is what is no recording.
    pub(super) fn new(path: PathBuf, size: Option<u64>, header: &Header) -> io::Result<Out> {
        let (path, file) = match open(&path) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let path = beside(&path);
                let file = open(&path)?;
                (path, file)
            }
            file => (path, file?),
        };
        let (file, events) = part(file, header, &State::default())?;
        Ok(Out { path, size, file, events, n_bytes: 0, at: 0 })
    }

    /// Its name.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes events.
    pub(super) fn write(&mut self, events: &[Event]) -> io::Result<()> {
        for event in events {
            if event.at < self.at {
                self.events.push(&Event { at: self.at, what: event.what.clone() });
            } else {
                self.at = event.at;
                self.events.push(event);
            }
            if self.events.bytes.len() >= file::BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Brings all to the file.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.events.bytes)?;
        self.n_bytes += self.events.bytes.len() as u64;
        self.events.bytes.clear();
        Ok(())
    }

    /// Whether it is to be begun again.
    pub(super) fn is_full(&self) -> bool {
        let n_bytes = self.n_bytes + self.events.bytes.len() as u64;
        self.size.is_some_and(|size| n_bytes >= size / 2)
    }

    /// Puts the part aside, and begins another one with this state.
    pub(super) fn begin_again(&mut self, header: &Header, base: &State) -> io::Result<()> {
        self.flush()?;
        fs::rename(&self.path, before(&self.path))?;
        (self.file, self.events) = part(open(&self.path)?, header, base)?;
        self.n_bytes = 0;
        Ok(())
    }
}

/// The name of the part before: `run.trace.1`.
fn before(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".1");
    PathBuf::from(name)
}

/// The name with the number of the process: `run-1234.trace`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", process::id()));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Opens a file that is not there, is empty, or is a recording, which is replaced; locked, so that no other
/// process does the same meanwhile.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
    lock(&file)?;
    is_replaceable(&mut file)?;
    file.set_len(0)?;
    io::Seek::rewind(&mut file)?;
    Ok(file)
}

#[cfg(unix)]
fn lock(file: &File) -> io::Result<()> {
    use rustix::fs::{FlockOperation, flock};
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        // Where a file system knows no locks, there is none.
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn lock(_: &File) -> io::Result<()> {
    Ok(())
}

/// Whether nothing is lost if the file is replaced.
fn is_replaceable(file: &mut File) -> io::Result<()> {
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mark = format!("{{\"format\":\"{FORMAT}\"");
    let mut begin = vec![0; mark.len()];
    let mut n = 0;
    while n < begin.len() {
        match file.read(&mut begin[n..])? {
            0 => break,
            more => n += more,
        }
    }
    if n > 0 && begin != mark.as_bytes() {
        let words = "it is there, and is no recording: it is not replaced. Move it away, or say another name";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
    }
    Ok(())
}

/// Whether a recording could be written there, later.
pub(super) fn could_write(path: &Path) -> io::Result<()> {
    if let Ok(mut file) = File::open(path) {
        return is_replaceable(&mut file);
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if fs::metadata(folder)?.is_dir() { Ok(()) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// Writes a recording all at once: who reads meanwhile finds the one before it, or this one.
pub(super) fn write_whole(path: &Path, trace: &Trace) -> io::Result<()> {
    could_write(path)?;
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", process::id()));
    let new = path.with_file_name(name);
    // One of a process that was ended while it wrote, and had our number.
    let _ = fs::remove_file(&new);
    let file = OpenOptions::new().write(true).create_new(true).open(&new)?;
    let written = trace.write(file);
    let moved = written.and_then(|()| fs::rename(&new, path));
    if moved.is_err() {
        let _ = fs::remove_file(&new);
    }
    moved
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, fs, io};

    use super::{Out, before, write_whole};
    use crate::event::{Event, What};
    use crate::header::{Clock, Header};
    use crate::record;
    use crate::state::State;
    use crate::trace::Trace;

    /// A folder of this test's own.
    fn folder(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("boucle-out-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder is there");
        folder
    }

    #[test]
    fn two_parts_are_no_larger_together_than_was_said_and_each_can_be_played() {
        let folder = folder("parts");
        let path = folder.join("run.trace");
        let header = Header::new("p", Clock::Real);
        let mut out = Out::new(path.clone(), Some(1 << 16), &header).expect("the folder is there");
        let mut state = State::default();
        for at in 0..100_000 {
            let event = Event { at, what: What::LoopWakes };
            out.write(std::slice::from_ref(&event)).expect("the folder is there");
            state.apply(&event);
            out.flush().expect("the folder is there");
            if out.is_full() {
                out.begin_again(&header, &state).expect("the folder is there");
            }
            let size = |path| fs::metadata(path).map_or(0, |it| it.len());
            let both = size(path.clone()) + size(before(&path));
            assert!(both < (1 << 16) + 1000, "{both} bytes");
        }
        drop(out);
        let (older, newer) = (
            Trace::load(before(&path)).expect("it is a recording"),
            Trace::load(&path).expect("it is a recording"),
        );
        assert!(older.base().position > 0, "it was begun again more than once");
        assert_eq!(older.state_at(older.len()), *newer.base());
        assert_eq!(newer.state_at(newer.len()).position, 100_000);
        fs::remove_dir_all(folder).expect("the folder is there");
    }

    #[test]
    fn a_file_that_is_no_recording_is_not_replaced() {
        let folder = folder("foreign");
        let path = folder.join("main.rs");
        fs::write(&path, "fn main() {}").expect("the folder is there");
        let header = Header::new("p", Clock::Real);
        let error = Out::new(path.clone(), None, &header).map(drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert!(write_whole(&path, &record(|| async {})).is_err());
        assert_eq!(fs::read_to_string(&path).expect("the folder is there"), "fn main() {}");
        fs::remove_dir_all(folder).expect("the folder is there");
    }

    #[test]
    fn a_recording_that_is_being_written_is_left_alone() {
        let folder = folder("locked");
        let path = folder.join("run.trace");
        let header = Header::new("p", Clock::Real);
        let first = Out::new(path.clone(), None, &header).expect("the folder is there");
        let second = Out::new(path.clone(), None, &header).expect("the folder is there");
        assert_ne!(first.path(), second.path());
        drop(first);
        // It is replaced when nobody writes it any more.
        assert_eq!(
            Out::new(path.clone(), None, &header).expect("the folder is there").path(),
            path
        );
        fs::remove_dir_all(folder).expect("the folder is there");
    }
}
