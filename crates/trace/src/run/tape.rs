//! What one loop writes and other threads read meanwhile: its events, as bytes in chunks.
//!
//! The loop's thread never waits for a reader: it stores the bytes of an event, and then how far they
//! reach. It may hang in the middle of a poll, and all before that can be read all the same. Only to begin
//! a new chunk it takes a lock, which readers hold for as long as it takes to clone a list. Whoever reads
//! too slowly for a long time, though, holds the loop up there: nothing is lost, and memory is bounded.

use std::collections::VecDeque;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::compact::{Compact, Decoder};
use crate::event::{Event, What};

/// How many bytes a chunk has, unless its only event needs more.
const CHUNK: usize = 1 << 16;

/// The number of the chunk that is read, if nobody reads.
const NOBODY: u64 = u64::MAX;

/// So many chunks may wait to be read; then the loop waits as well.
const BEHIND: u64 = 256;

/// Locks, also if somebody panicked who held the lock: nothing is ever half done in here.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Some events, one after another.
pub(crate) struct Chunk {
    /// The time of the event before the first.
    at: u64,
    /// Room for the bytes. Those below `len` never change again.
    bytes: Box<[AtomicU8]>,
    /// How many bytes are there: whole events. Stored after them.
    len: AtomicUsize,
}

impl Chunk {
    fn new(at: u64, room: usize) -> Chunk {
        let bytes = (0..room).map(|_| AtomicU8::new(0)).collect();
        Chunk { at, bytes, len: AtomicUsize::new(0) }
    }

    /// How many bytes can be read.
    fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// The events from a byte on, and where they end; `decoder` has read those before.
    fn read(&self, from: usize, decoder: &mut Decoder) -> (Vec<Event>, usize) {
        let len = self.len();
        let bytes: Vec<u8> =
            self.bytes[from..len].iter().map(|it| it.load(Ordering::Relaxed)).collect();
        let (mut left, mut events) = (&bytes[..], Vec::new());
        while let Some(event) = decoder.next(&mut left).expect("they were written here") {
            events.push(event);
        }
        (events, len)
    }

    /// All that can be read.
    pub(super) fn events(&self) -> Vec<Event> {
        self.read(0, &mut Decoder::new(self.at)).0
    }
}

/// The chunks that are still there.
struct Chunks {
    /// The number of the first: how many were given up.
    first: u64,
    /// Oldest first; the last one is being written. Never empty.
    list: VecDeque<Arc<Chunk>>,
    /// The number of the chunk that the keeper reads.
    read: u64,
}

impl Chunks {
    /// The number of the chunk that is being written.
    fn last(&self) -> u64 {
        self.first + self.list.len() as u64 - 1
    }

    fn get(&self, number: u64) -> Option<&Arc<Chunk>> {
        self.list.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }
}

/// What there is to do for the keeper, apart from reading.
#[derive(Clone, Copy, Default)]
pub(super) struct Calls {
    /// A chunk is full, or the loop has woken up.
    pub(super) is_news: bool,
    /// Nothing is written any more.
    pub(super) is_over: bool,
    /// All that was written until now is to be brought to where it goes.
    pub(super) n_flushes: u64,
}

/// What one loop has written.
pub(crate) struct Tape {
    /// Its times count from here.
    pub(super) start: Instant,
    /// The process whose keeper reads it: a forked child has none.
    process: u32,
    /// The chunks.
    chunks: Mutex<Chunks>,
    /// Somebody has read a chunk.
    is_read: Condvar,
    /// The keeper sleeps until somebody calls: set when the loop sleeps, and all was read.
    is_idle: AtomicBool,
    /// What the keeper is called for.
    calls: Mutex<Calls>,
    /// Ends the sleep of the keeper.
    called: Condvar,
}

impl Tape {
    /// An empty tape, and who writes it; its times count from `start`, and a chunk has `most` events at the
    /// most.
    pub(super) fn new(most: usize, start: Instant) -> (Arc<Tape>, Writer) {
        let chunk = Arc::new(Chunk::new(0, CHUNK));
        let list = VecDeque::from([Arc::clone(&chunk)]);
        let tape = Arc::new(Tape {
            start,
            process: process::id(),
            chunks: Mutex::new(Chunks { first: 0, list, read: 0 }),
            is_read: Condvar::new(),
            is_idle: AtomicBool::new(false),
            calls: Mutex::default(),
            called: Condvar::new(),
        });
        let writer = Writer {
            tape: Arc::clone(&tape),
            chunk,
            encoder: Compact::default(),
            at: 0,
            len: 0,
            most,
            is_deaf: false,
        };
        (tape, writer)
    }

    /// What its time is now, in nanoseconds.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The chunks that are there, oldest first.
    pub(super) fn chunks(&self) -> Vec<Arc<Chunk>> {
        lock(&self.chunks).list.iter().cloned().collect()
    }

    /// All events of chunks that are there, and where they end.
    pub(super) fn snapshot(&self) -> Snapshot {
        let chunks = lock(&self.chunks);
        Snapshot { first: chunks.first, chunks: chunks.list.iter().cloned().collect() }
    }

    /// The oldest chunk, if it is full.
    pub(super) fn oldest(&self) -> Option<Arc<Chunk>> {
        let chunks = lock(&self.chunks);
        (chunks.list.len() > 1).then(|| Arc::clone(&chunks.list[0]))
    }

    /// Gives up the oldest chunk.
    pub(super) fn give_up_oldest(&self) {
        let mut chunks = lock(&self.chunks);
        debug_assert!(chunks.list.len() > 1, "the last one is being written");
        chunks.list.pop_front();
        chunks.first += 1;
    }

    /// How many chunks that are there stand before a place.
    pub(super) fn index(&self, place: &Place) -> usize {
        let first = lock(&self.chunks).first;
        usize::try_from(place.chunk.saturating_sub(first)).unwrap_or(usize::MAX)
    }

    /// Where who reads everything begins.
    pub(super) fn begin(&self) -> Place {
        let chunks = lock(&self.chunks);
        Place::new(chunks.first, chunks.list[0].at)
    }

    /// What was written behind a place, up to the end of its chunk; the place moves there. Nothing at the
    /// end; `None` if what was there has been given up.
    pub(super) fn read(&self, place: &mut Place) -> Option<Vec<Event>> {
        loop {
            let (chunk, is_last) = {
                let chunks = lock(&self.chunks);
                (Arc::clone(chunks.get(place.chunk)?), place.chunk == chunks.last())
            };
            let (events, end) = chunk.read(place.byte, &mut place.decoder);
            place.byte = end;
            place.at = events.last().map_or(place.at, |it| it.at);
            if !events.is_empty() || is_last {
                return Some(events);
            }
            // It was full when we asked whether it is the last one: nothing was added since.
            *place = Place::new(place.chunk + 1, place.at);
        }
    }

    /// The keeper has read everything before a place.
    pub(super) fn has_read(&self, place: &Place) {
        let mut chunks = lock(&self.chunks);
        chunks.read = place.chunk;
        drop(chunks);
        self.is_read.notify_all();
    }

    /// Nobody reads any more: what is written from now on would only take room.
    pub(super) fn is_left(&self) {
        lock(&self.chunks).read = NOBODY;
        self.is_read.notify_all();
    }

    /// Has all that was written until now brought to where it goes; returns the number of this call.
    pub(super) fn ask_to_flush(&self) -> u64 {
        let mut calls = lock(&self.calls);
        calls.n_flushes += 1;
        let n = calls.n_flushes;
        drop(calls);
        self.called.notify_all();
        n
    }

    /// Nothing is written any more.
    pub(super) fn ends(&self) {
        lock(&self.calls).is_over = true;
        self.called.notify_all();
    }

    fn tell_news(&self) {
        lock(&self.calls).is_news = true;
        self.called.notify_all();
    }

    /// The keeper waits until it is called, or for `patience`; returns what for. Without patience it waits
    /// as long as the loop sleeps, unless something was written behind `place` meanwhile.
    pub(super) fn wait(&self, patience: Option<Duration>, place: &Place, n_flushes: u64) -> Calls {
        let is_idle = patience.is_none();
        if is_idle {
            self.is_idle.store(true, Ordering::Relaxed);
            // Either we see what was written, or the one who wrote it sees that we are idle.
            fence(Ordering::SeqCst);
            if self.has_more(place) {
                self.is_idle.store(false, Ordering::Relaxed);
                return *lock(&self.calls);
            }
        }
        let is_quiet = |it: &mut Calls| !it.is_news && !it.is_over && it.n_flushes == n_flushes;
        let calls = lock(&self.calls);
        let mut calls = match patience {
            None => self.called.wait_while(calls, is_quiet).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = self.called.wait_timeout_while(calls, patience, is_quiet);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        self.is_idle.store(false, Ordering::Relaxed);
        calls.is_news = false;
        *calls
    }

    fn has_more(&self, place: &Place) -> bool {
        let chunks = lock(&self.chunks);
        place.chunk != chunks.last()
            || chunks.get(place.chunk).is_none_or(|it| it.len() != place.byte)
    }

    /// Waits while too much was not read; `false` if nobody will.
    fn wait_for_reader(&self) -> bool {
        if self.process != process::id() {
            return false;
        }
        let is_behind = |it: &mut Chunks| it.last().saturating_sub(it.read) > BEHIND;
        let waited = self.is_read.wait_while(lock(&self.chunks), is_behind);
        waited.unwrap_or_else(PoisonError::into_inner).read != NOBODY
    }
}

/// The chunks that were there at a moment. They are read later: nobody waits for that.
pub(super) struct Snapshot {
    /// The number of the first.
    first: u64,
    /// Oldest first. Never empty.
    chunks: Vec<Arc<Chunk>>,
}

impl Snapshot {
    /// All that can be read, and where it ends.
    pub(super) fn read(&self) -> (Vec<Event>, Place) {
        let mut all = Vec::new();
        let mut place = Place::new(self.first, self.chunks[0].at);
        for (number, chunk) in (self.first..).zip(&self.chunks) {
            place = Place::new(number, chunk.at);
            let (events, byte) = chunk.read(0, &mut place.decoder);
            place.byte = byte;
            place.at = events.last().map_or(place.at, |it| it.at);
            all.extend(events);
        }
        (all, place)
    }
}

/// How far somebody has read.
pub(crate) struct Place {
    /// The number of the chunk.
    chunk: u64,
    /// How many bytes of it.
    byte: usize,
    /// The time of the last event before.
    at: u64,
    /// Has read what stands before it in the chunk.
    decoder: Decoder,
}

impl Place {
    /// The beginning of a chunk.
    fn new(chunk: u64, at: u64) -> Place {
        Place { chunk, byte: 0, at, decoder: Decoder::new(at) }
    }
}

/// Who writes a tape: the recorder of its loop.
pub(crate) struct Writer {
    /// What is written.
    tape: Arc<Tape>,
    /// The chunk that is being written.
    chunk: Arc<Chunk>,
    /// Makes the bytes of one event after the other; knows the texts of this chunk.
    encoder: Compact,
    /// The time of the last event.
    at: u64,
    /// How many bytes the chunk has.
    len: usize,
    /// How many events a chunk has at the most.
    most: usize,
    /// Nothing is written any more: nobody reads it. This is a forked child, say.
    is_deaf: bool,
}

impl Writer {
    /// Writes an event.
    pub(crate) fn push(&mut self, event: &Event) {
        if self.is_deaf {
            return;
        }
        self.encoder.push(event);
        let is_full = self.len + self.encoder.bytes.len() > self.chunk.bytes.len();
        if is_full || self.encoder.len() > self.most {
            self.turn_over(event);
            if self.is_deaf {
                return;
            }
        }
        let room = &self.chunk.bytes[self.len..];
        for (room, byte) in room.iter().zip(&self.encoder.bytes) {
            room.store(*byte, Ordering::Relaxed);
        }
        self.len += self.encoder.bytes.len();
        self.chunk.len.store(self.len, Ordering::Release);
        self.encoder.bytes.clear();
        self.at = event.at;
        if matches!(event.what, What::LoopWakes | What::RunEnds { .. }) {
            self.call_if_idle();
        }
    }

    /// The reader sleeps while the loop does, and no longer.
    fn call_if_idle(&self) {
        fence(Ordering::SeqCst);
        if self.tape.is_idle.load(Ordering::Relaxed) {
            self.tape.tell_news();
        }
    }

    /// Begins a new chunk, whose first event this is.
    #[cold]
    fn turn_over(&mut self, event: &Event) {
        self.encoder.clear(self.at);
        self.encoder.push(event);
        if !self.tape.wait_for_reader() {
            self.is_deaf = true;
            return;
        }
        let room = CHUNK.max(self.encoder.bytes.len());
        self.chunk = Arc::new(Chunk::new(self.at, room));
        self.len = 0;
        lock(&self.tape.chunks).list.push_back(Arc::clone(&self.chunk));
        self.tape.tell_news();
    }
}
