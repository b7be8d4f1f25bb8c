//! What goes over the socket: one line that asks, one line that says whether there is an answer, and the
//! answer.

use std::io;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// The version of what is spoken here; another one is not understood.
pub(super) const VERSION: u32 = 1;

/// The first word of both lines.
pub(super) const MARK: &str = "boucle-attach";

/// A line is not longer than this.
pub(super) const LINE: usize = 1024;

/// An answer, or a part of one, is not longer than this.
pub(super) const ANSWER: usize = 1 << 30;

/// A part of an answer that goes on as the program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Part {
    /// A whole recording: what was known before is over.
    Anew = b'T',
    /// Events that come after those before.
    Events = b'E',
    /// How the loop stands.
    Status = b'S',
    /// The run is over; nothing follows.
    Over = b'X',
}

impl Part {
    fn named(byte: u8) -> Option<Part> {
        [Part::Anew, Part::Events, Part::Status, Part::Over]
            .into_iter()
            .find(|it| *it as u8 == byte)
    }
}

/// A socket, whose other end has so much time.
pub(super) struct Timed<'a> {
    stream: &'a UnixStream,
    end: Instant,
}

impl<'a> Timed<'a> {
    pub(super) fn new(stream: &'a UnixStream, patience: Duration) -> Timed<'a> {
        Timed { stream, end: Instant::now() + patience }
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        (&mut &*self.stream).read(bytes).map_err(late)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        (&mut &*self.stream).write(bytes).map_err(late)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The system calls it "would block" if the time is over.
fn late(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

/// Reads one line, byte by byte: what follows is left where it is.
pub(super) fn read_line(mut from: impl Read) -> io::Result<String> {
    let mut line = Vec::new();
    loop {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        match byte[0] {
            b'\n' => break,
            _ if line.len() == LINE => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"));
            }
            byte => line.push(byte),
        }
    }
    String::from_utf8(line)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a line is no text"))
}

/// Writes a part of an answer that goes on.
pub(super) fn write_part(mut to: impl Write, part: Part, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).ok().filter(|it| *it as usize <= ANSWER);
    let len =
        len.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a part is too long"))?;
    let mut whole = Vec::with_capacity(bytes.len() + 5);
    whole.push(part as u8);
    whole.extend(len.to_be_bytes());
    whole.extend(bytes);
    to.write_all(&whole)
}

/// Reads a part of an answer that goes on.
pub(super) fn read_part(mut from: impl Read) -> io::Result<(Part, Vec<u8>)> {
    let mut begin = [0; 5];
    from.read_exact(&mut begin)?;
    let wrong = |words| io::Error::new(io::ErrorKind::InvalidData, words);
    let part = Part::named(begin[0]).ok_or_else(|| wrong("the answer is not understood"))?;
    let len = u32::from_be_bytes([begin[1], begin[2], begin[3], begin[4]]);
    if len as usize > ANSWER {
        return Err(wrong("a part of the answer is too long"));
    }
    let mut bytes = Vec::new();
    // As much room as there are bytes, whatever is claimed.
    from.take(len.into()).read_to_end(&mut bytes)?;
    if bytes.len() < len as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((part, bytes))
}
