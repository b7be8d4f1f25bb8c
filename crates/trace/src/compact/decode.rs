//! Bytes become events again. They may come from a file that anybody has written: nothing is believed.

use std::io;
use std::io::{BufRead, Read};

use super::kind;
use crate::event::{
    Await, By, Ended, Event, ObjectNo, On, Place, PollEnd, Reported, RunEnd, TaskNo, Text, What,
};
use crate::file::bounds::{BASE, NAME, TEXT};

/// A chain of more calls has nobody written.
const MOST_AWAITS: u64 = 1 << 16;

/// Why bytes are no event.
#[derive(Debug)]
pub(crate) enum Fault {
    /// They end in the middle.
    Truncated,
    /// They cannot be read.
    Io(io::Error),
    /// They mean nothing.
    Senseless(&'static str),
    /// A text is longer than it may be.
    TooLong(&'static str, usize),
    /// There is a kind that is not known here.
    Unknown(u8),
    /// The state before the first event is not one.
    Base(serde_json::Error),
}

/// What there is to know besides the bytes.
pub(crate) struct Decoder {
    /// The texts, by their numbers.
    texts: Vec<Text>,
    /// The time of the last event.
    at: u64,
    /// How many bytes were read.
    pub(crate) n_bytes: u64,
    /// Whether kinds that are not known are gone by.
    pub(crate) skips: bool,
}

impl Decoder {
    /// Before the first event, whose time counts from `at`.
    pub(crate) fn new(at: u64) -> Decoder {
        Decoder { texts: Vec::new(), at, n_bytes: 0, skips: false }
    }

    /// All that there is: the bytes were written by the same program.
    pub(crate) fn all(mut self, mut bytes: &[u8]) -> impl Iterator<Item = Event> {
        std::iter::from_fn(move || self.next(&mut bytes).expect("they were written here"))
    }

    /// The next event; `None` at the end.
    pub(crate) fn next<R: BufRead + ?Sized>(
        &mut self,
        from: &mut R,
    ) -> Result<Option<Event>, Fault> {
        let mut reader = Reader { decoder: self, from };
        loop {
            let Some(kind) = reader.maybe_byte()? else { return Ok(None) };
            match kind {
                kind::TEXTS_END => reader.decoder.texts.clear(),
                kind::LATER.. => {
                    if !reader.decoder.skips {
                        return Err(Fault::Unknown(kind));
                    }
                    reader.time()?;
                    let length = reader.number()?;
                    reader.skip(length)?;
                }
                kind => {
                    let after = reader.time()?;
                    let what = reader.what(kind)?;
                    self.at = after;
                    return Ok(Some(Event { at: self.at, what }));
                }
            }
        }
    }

    /// The state before the first event, as JSON, if it is what comes next.
    pub(crate) fn base<R: BufRead + ?Sized>(
        &mut self,
        from: &mut R,
    ) -> Result<Option<Vec<u8>>, Fault> {
        if from.fill_buf().map_err(Fault::Io)?.first() != Some(&kind::BASE) {
            return Ok(None);
        }
        let mut reader = Reader { decoder: self, from };
        reader.byte()?;
        reader.bytes("state before the first event", BASE).map(Some)
    }

    /// The events that follow count their times from this one.
    pub(crate) fn begin_at(&mut self, at: u64) {
        self.at = at;
    }
}

/// Reads one event.
struct Reader<'a, R: ?Sized> {
    decoder: &'a mut Decoder,
    from: &'a mut R,
}

impl<R: BufRead + ?Sized> Reader<'_, R> {
    #[inline]
    fn maybe_byte(&mut self) -> Result<Option<u8>, Fault> {
        let byte = loop {
            match self.from.fill_buf() {
                Ok(buffer) => break buffer.first().copied(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        };
        if byte.is_some() {
            self.from.consume(1);
            self.decoder.n_bytes += 1;
        }
        Ok(byte)
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Fault> {
        self.maybe_byte()?.ok_or(Fault::Truncated)
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || bits << shift >> shift != bits {
                return Err(Fault::Senseless("a number has more than 64 bits"));
            }
            number |= bits << shift;
            shift += 7;
            if byte < 0x80 {
                return Ok(number);
            }
        }
    }

    /// When the event happened.
    fn time(&mut self) -> Result<u64, Fault> {
        let after = self.number()?;
        let at = self.decoder.at.checked_add(after);
        at.ok_or(Fault::Senseless("a time is later than can be counted"))
    }

    fn small(&mut self) -> Result<u32, Fault> {
        let number = self.number()?;
        u32::try_from(number).map_err(|_| Fault::Senseless("a number has more than 32 bits"))
    }

    fn signed(&mut self) -> Result<i32, Fault> {
        let number = self.number()?;
        let magnitude = i64::try_from(number >> 1).unwrap_or(i64::MAX);
        let signed = if number & 1 == 1 { -magnitude } else { magnitude };
        i32::try_from(signed).map_err(|_| Fault::Senseless("a number has more than 32 bits"))
    }

    fn maybe(&mut self) -> Result<Option<TaskNo>, Fault> {
        Ok(TaskNo::new(self.small()?))
    }

    fn task(&mut self) -> Result<TaskNo, Fault> {
        self.maybe()?.ok_or(Fault::Senseless("there is no task 0"))
    }

    fn object(&mut self) -> Result<ObjectNo, Fault> {
        ObjectNo::new(self.small()?).ok_or(Fault::Senseless("there is no object 0"))
    }

    /// So many bytes as are said, but not more than `limit`.
    fn bytes(&mut self, what: &'static str, limit: usize) -> Result<Vec<u8>, Fault> {
        let length = self.number()?;
        let length = usize::try_from(length).ok().filter(|it| *it <= limit);
        let length = length.ok_or(Fault::TooLong(what, limit))?;
        let mut bytes = Vec::new();
        let read = Read::take(&mut *self.from, length as u64).read_to_end(&mut bytes);
        self.decoder.n_bytes += read.map_err(Fault::Io)? as u64;
        if bytes.len() < length { Err(Fault::Truncated) } else { Ok(bytes) }
    }

    fn skip(&mut self, length: u64) -> Result<(), Fault> {
        let mut part = Read::take(&mut *self.from, length);
        let skipped = io::copy(&mut part, &mut io::sink()).map_err(Fault::Io)?;
        self.decoder.n_bytes += skipped;
        if skipped < length { Err(Fault::Truncated) } else { Ok(()) }
    }

    /// A text, or none.
    fn maybe_text(&mut self, what: &'static str, limit: usize) -> Result<Option<Text>, Fault> {
        let text = match self.number()? {
            0 => return Ok(None),
            1 => {
                let text = String::from_utf8(self.bytes(what, limit)?);
                let text = text.map_err(|_| Fault::Senseless("a text is not UTF-8"))?;
                let text = Text::from(text);
                self.decoder.texts.push(Text::clone(&text));
                text
            }
            number => {
                let known = usize::try_from(number - 2).ok();
                let known = known.and_then(|it| self.decoder.texts.get(it));
                Text::clone(known.ok_or(Fault::Senseless("there is no text of this number"))?)
            }
        };
        if text.len() > limit { Err(Fault::TooLong(what, limit)) } else { Ok(Some(text)) }
    }

    fn text(&mut self, what: &'static str, limit: usize) -> Result<Text, Fault> {
        self.maybe_text(what, limit)?.ok_or(Fault::Senseless("a text is missing"))
    }

    fn place(&mut self) -> Result<Option<Place>, Fault> {
        let Some(file) = self.maybe_text("name of a file", NAME)? else { return Ok(None) };
        Ok(Some(Place { file, line: self.small()? }))
    }

    fn awaits(&mut self) -> Result<Vec<Await>, Fault> {
        let length = self.number()?;
        if length > MOST_AWAITS {
            return Err(Fault::Senseless("a chain of awaits is longer than one can be"));
        }
        let one = |_| {
            let (level, what) = (self.small()?, self.text("name of a function", NAME)?);
            Ok(Await { level, what, place: self.place()? })
        };
        (0..length).map(one).collect()
    }

    fn by(&mut self) -> Result<By, Fault> {
        Ok(match self.number()? {
            0 => By::Task(self.task()?),
            1 => By::Timer,
            2 => By::Descriptor(self.signed()?),
            3 => By::Thread,
            4 => By::Quiet,
            5 => By::Outside,
            6 => By::Loop,
            _ => return Err(Fault::Senseless("nobody is known who wakes so")),
        })
    }

    fn on(&mut self) -> Result<On, Fault> {
        Ok(match self.number()? {
            0 => On::Time(self.number()?),
            1 => On::Task(self.task()?),
            2 => On::Readable(self.signed()?),
            3 => On::Writable(self.signed()?),
            4 => On::Sync(self.text("name of what is waited for", NAME)?),
            5 => On::Thread,
            _ => return Err(Fault::Senseless("nothing is known that one waits for so")),
        })
    }

    fn poll_end(&mut self) -> Result<PollEnd, Fault> {
        Ok(match self.number()? {
            0 => PollEnd::Pending,
            1 => PollEnd::Ready,
            2 => PollEnd::Panicked,
            3 => PollEnd::Cancelled,
            4 => PollEnd::Over,
            5 => PollEnd::Requeued,
            _ => return Err(Fault::Senseless("no poll ends so")),
        })
    }

    fn ended(&mut self) -> Result<Ended, Fault> {
        Ok(match self.number()? {
            0 => Ended::Value,
            1 => Ended::Panicked,
            2 => Ended::Cancelled,
            3 => Ended::Dropped,
            _ => return Err(Fault::Senseless("no task ends so")),
        })
    }

    fn reported(&mut self) -> Result<Reported, Fault> {
        Ok(match self.number()? {
            0 => Reported::Panic,
            1 => Reported::SlowPoll,
            2 => Reported::Io,
            3 => Reported::Limit,
            _ => return Err(Fault::Senseless("there is no such report")),
        })
    }

    fn run_end(&mut self) -> Result<RunEnd, Fault> {
        Ok(match self.number()? {
            0 => RunEnd::Complete,
            1 => RunEnd::Deadlock,
            2 => RunEnd::Stopped,
            3 => RunEnd::Panicked(self.text("message", TEXT)?),
            4 => RunEnd::Exit(self.signed()?),
            _ => return Err(Fault::Senseless("no run ends so")),
        })
    }

    fn flag(&mut self) -> Result<bool, Fault> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Fault::Senseless("what is neither yes nor no")),
        }
    }

    // The fields are read in the order in which they stand.
    fn what(&mut self, kind: u8) -> Result<What, Fault> {
        Ok(match kind {
            kind::ADDED => What::Added {
                task: self.task()?,
                by: self.maybe()?,
                place: self.place()?,
                future: self.maybe_text("name of a future", NAME)?,
            },
            kind::MADE => What::Made { task: self.task()?, by: self.maybe()? },
            kind::NAMED => What::Named { task: self.task()?, name: self.text("name", NAME)? },
            kind::POLL_BEGINS => What::PollBegins { task: self.task()? },
            kind::POLL_ENDS => What::PollEnds { task: self.task()?, how: self.poll_end()? },
            kind::DROP_BEGINS => What::DropBegins { task: self.task()? },
            kind::REQUEUED => What::Requeued { task: self.task()? },
            kind::QUEUED_FIRST => What::QueuedFirst { task: self.task()? },
            kind::UNQUEUED => What::Unqueued { task: self.task()? },
            kind::PRINTED => What::Printed {
                by: self.maybe()?,
                error: self.flag()?,
                line: self.text("line that was printed", TEXT)?,
            },
            kind::WOKEN => What::Woken { task: self.task()?, by: self.by()? },
            kind::WOKEN_IN_VAIN => What::WokenInVain { task: self.task()?, by: self.by()? },
            kind::WAITS | kind::NUMBERED_WAIT => {
                let task = self.task()?;
                let wait = if kind == kind::WAITS { None } else { Some(self.small()?) };
                let (on, object) = (self.on()?, ObjectNo::new(self.small()?));
                What::Waits { task, on, object, place: self.place()?, wait }
            }
            kind::WAIT_ENDS => What::WaitEnds { task: self.task()?, wait: self.small()? },
            kind::OBJECT_MADE => What::ObjectMade {
                object: self.object()?,
                kind: self.text("kind of an object", NAME)?,
                place: self.place()?,
            },
            kind::OBJECT_NAMED => {
                What::ObjectNamed { object: self.object()?, name: self.text("name", NAME)? }
            }
            kind::OBJECT_GONE => What::ObjectGone { object: self.object()? },
            kind::ACQUIRED => What::Acquired { task: self.task()?, object: self.object()? },
            kind::RELEASED => What::Released { object: self.object()?, by: self.maybe()? },
            kind::STANDS => What::Stands { task: self.task()?, awaits: self.awaits()? },
            kind::TIMER_SET => {
                What::TimerSet { by: self.maybe()?, timer: self.small()?, after: self.number()? }
            }
            kind::TIMER_FIRED => What::TimerFired { timer: self.small()? },
            kind::TIMER_UNSET => What::TimerUnset { by: self.maybe()?, timer: self.small()? },
            kind::DESCRIPTOR_READY => {
                let (descriptor, ways) = (self.signed()?, self.number()?);
                let (readable, writable) = (ways & 1 == 1, ways & 2 == 2);
                What::DescriptorReady { descriptor, readable, writable }
            }
            kind::LOOP_SLEEPS if self.flag()? => What::LoopSleeps { timeout: Some(self.number()?) },
            kind::LOOP_SLEEPS => What::LoopSleeps { timeout: None },
            kind::LOOP_WAKES => What::LoopWakes,
            kind::DONE => What::Done { task: self.task()?, how: self.ended()? },
            kind::REPORTED => What::Reported {
                task: self.maybe()?,
                kind: self.reported()?,
                message: self.text("report", TEXT)?,
            },
            kind::RUN_ENDS => What::RunEnds { how: self.run_end()? },
            _ => return Err(Fault::Unknown(kind)),
        })
    }
}
