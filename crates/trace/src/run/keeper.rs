//! The thread that keeps a recording: it reads what the loop writes, brings it to the file, gives up what
//! is old, and notices a poll that does not end.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::base::Base;
use super::kept::{Kept, say, say_written};
use super::out::Out;
use super::tape::{Place, lock};
use crate::event::{Event, PollEnd, RunEnd, TaskNo, What};
use crate::text::printable::Printable;

/// While the loop works, what it writes is in the file after so long.
const PATIENCE: Duration = Duration::from_millis(50);

/// So many chunks are read before everything else is looked at.
const ROUND: usize = 32;

/// So many events are written before the size of the file is looked at.
const SLICE: usize = 128;

/// The last events are not written because of a panic more often than this, in nanoseconds.
const BETWEEN: u64 = 1_000_000_000;

/// Keeps a recording.
pub(super) struct Keeper {
    /// What others see of it.
    kept: Arc<Kept>,
    /// The file, if it is written while the loop runs.
    out: Option<Out>,
    /// How many events are to stay in memory.
    last: u64,
    /// How far it has read.
    place: Place,
    /// How many events each chunk has that is there, oldest first.
    counts: VecDeque<u64>,
    /// The poll of which it was told that it lasts for too long.
    told: Option<(TaskNo, u64)>,
    /// The last events are to be written: a task has panicked.
    is_to_write: bool,
    /// When they were written last because of that.
    written: Option<u64>,
}

impl Keeper {
    pub(super) fn new(kept: Arc<Kept>, out: Option<Out>, last: usize) -> Keeper {
        lock(&kept.done).file = out.as_ref().map(|it| it.path().to_owned());
        Keeper {
            place: kept.tape.begin(),
            kept,
            out,
            last: last as u64,
            counts: VecDeque::new(),
            told: None,
            is_to_write: false,
            written: None,
        }
    }

    /// Keeps it until it is over.
    pub(super) fn run(mut self) {
        let mut n_flushes = 0;
        loop {
            let is_at_end = self.read();
            let patience = if is_at_end { self.patience() } else { Some(Duration::ZERO) };
            let calls = self.kept.tape.wait(patience, &self.place, n_flushes);
            if calls.n_flushes != n_flushes || calls.is_over {
                while !self.read() {}
                n_flushes = calls.n_flushes;
                self.done(n_flushes, false);
            }
            if calls.is_over {
                break;
            }
        }
        if self.is_to_write {
            self.write_last_events();
        }
    }

    /// Says what was done.
    fn done(&self, n_flushes: u64, is_over: bool) {
        let mut done = lock(&self.kept.done);
        (done.n_flushes, done.is_over) = (n_flushes, is_over);
        drop(done);
        self.kept.has_done.notify_all();
    }

    /// How long to wait before the next look; none if there is nothing to look at before the loop wakes.
    fn patience(&self) -> Option<Duration> {
        let watch = lock(&self.kept.watch);
        if watch.is_asleep && watch.runs().is_none() {
            return None;
        }
        Some(self.kept.hang.map_or(PATIENCE, |it| PATIENCE.min(it / 4)))
    }

    /// Reads some of what there is, and does what is to be done about it; whether that was all.
    fn read(&mut self) -> bool {
        let mut is_all = false;
        for _ in 0..ROUND {
            let events = self.kept.tape.read(&mut self.place).expect("only we give up what is old");
            if events.is_empty() {
                is_all = true;
                break;
            }
            events.chunks(SLICE).for_each(|it| self.see(it));
            self.kept.tape.has_read(&self.place);
            self.give_up();
        }
        let flushed = self.out.as_mut().map_or(Ok(()), Out::flush);
        self.or_stop(flushed);
        self.look_for_hang();
        let now = self.kept.tape.now();
        if self.is_to_write && self.written.is_none_or(|it| now - it >= BETWEEN) {
            self.written = Some(now);
            self.write_last_events();
        }
        is_all
    }

    /// Takes note of events.
    fn see(&mut self, events: &[Event]) {
        let place = self.kept.tape.index(&self.place);
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += events.len() as u64;
        let mut watch = lock(&self.kept.watch);
        for event in events {
            watch.see(event);
            self.is_to_write |= matches!(
                event.what,
                What::PollEnds { how: PollEnd::Panicked, .. }
                    | What::RunEnds { how: RunEnd::Deadlock | RunEnd::Panicked(_) }
            );
        }
        drop(watch);
        self.is_to_write &= self.kept.last_events.is_some();
        let written = match &mut self.out {
            Some(out) => out.write(events),
            None => Ok(()),
        };
        self.or_stop(written);
        if self.out.as_ref().is_some_and(Out::is_full) {
            self.begin_again();
        }
    }

    /// Begins the file again, with the state after all that was read.
    fn begin_again(&mut self) {
        let n_read = lock(&self.kept.watch).n_events;
        let mut base = Base::from(lock(&self.kept.base).state());
        for chunk in self.kept.tape.chunks() {
            let left = n_read.saturating_sub(base.state().position);
            let mut events = chunk.events();
            events.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            base.play(&events);
        }
        let begun = match &mut self.out {
            Some(out) => out.begin_again(&self.kept.header, &base.state()),
            None => Ok(()),
        };
        self.or_stop(begun);
    }

    /// Gives up the oldest events, if there are enough without them.
    fn give_up(&mut self) {
        loop {
            let n_kept: u64 = self.counts.iter().sum();
            let is_enough = |oldest: &u64| n_kept - oldest >= self.last;
            if self.counts.len() < 2 || !self.counts.front().is_some_and(is_enough) {
                return;
            }
            let Some(oldest) = self.kept.tape.oldest() else { return };
            let events = oldest.events();
            let mut base = lock(&self.kept.base);
            base.play(&events);
            self.kept.tape.give_up_oldest();
            self.counts.pop_front();
        }
    }

    /// Tells of a poll that lasts for too long, once.
    fn look_for_hang(&mut self) {
        let Some(limit) = self.kept.hang else { return };
        let Some(runs) = lock(&self.kept.watch).runs() else { return };
        let lasts = Duration::from_nanos(self.kept.tape.now().saturating_sub(runs.1));
        if lasts < limit || self.told == Some(runs) {
            return;
        }
        self.told = Some(runs);
        let Some(event) = self.kept.holds_up() else { return };
        let What::Reported { message, .. } = &event.what else { return };
        say(message);
        self.write_last_events();
        if let Some(out) = &mut self.out {
            let written = out.write(std::slice::from_ref(&event)).and_then(|()| out.flush());
            say(&format!("what came before is in {}", out.path().display()));
            self.or_stop(written);
        }
    }

    fn write_last_events(&mut self) {
        self.is_to_write = false;
        if self.kept.last_events.is_none() {
            return;
        }
        match self.kept.write() {
            Ok(Some(path)) => say_written(&path),
            Ok(None) => {}
            Err(error) => say(&format!("cannot write the last events: {error}")),
        }
    }

    /// Nothing is written to the file any more, if that went wrong.
    fn or_stop(&mut self, result: io::Result<()>) {
        let Err(error) = result else { return };
        let Some(out) = self.out.take() else { return };
        let path = Printable::line(out.path().to_string_lossy());
        say(&format!("cannot write {path}: {error}; nothing is recorded there from now on"));
        lock(&self.kept.done).error = Some((error.kind(), error.to_string()));
    }
}

impl Drop for Keeper {
    /// It is over, or has gone wrong: nobody waits for it any more.
    fn drop(&mut self) {
        self.out = None;
        self.kept.tape.is_left();
        let n_flushes = lock(&self.kept.done).n_flushes;
        self.done(n_flushes, true);
    }
}
