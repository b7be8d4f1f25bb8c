//! What a process keeps of one loop that is recorded: any thread can look at it at any time, also while the
//! loop hangs.

use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use boucle::{Loop, WeakLoopHandle};

use super::base::Base;
use super::out;
use super::tape::{Place, Tape, lock};
use super::watch::{Sum, Watch};
#[cfg(unix)]
use crate::attach::LoopStatus;
use crate::event::{Event, Reported, What};
use crate::header::Header;
use crate::text::printable::Printable;
use crate::trace::Trace;

/// A loop with more tasks is not asked for its tree.
const MOST_ASKED: u64 = 10_000;

/// One recording of this process.
pub(crate) struct Kept {
    /// Which of the process's recordings it is, from 1.
    pub(super) number: u32,
    /// The process.
    pub(super) process: u32,
    /// What the recording says of itself.
    pub(super) header: Header,
    /// When it began.
    pub(super) began: u64,
    /// Its events.
    pub(super) tape: Arc<Tape>,
    /// What those led to that were given up. Locked before the chunks of the tape are.
    pub(super) base: Mutex<Base>,
    /// Who runs, and the sums.
    pub(super) watch: Mutex<Watch>,
    /// Where the last events are written, if that is what was asked for.
    pub(super) last_events: Option<PathBuf>,
    /// One writes them at a time.
    pub(super) writes: Mutex<()>,
    /// What the keeper has done.
    pub(super) done: Mutex<Done>,
    /// It has done more.
    pub(super) has_done: Condvar,
    /// How long a poll may last.
    pub(super) hang: Option<Duration>,
    /// The loop, to ask it for its tree; it does not wait for those who could.
    pub(super) event_loop: OnceLock<WeakLoopHandle>,
    /// The loop was asked, and has not answered.
    pub(super) is_asked: Arc<AtomicBool>,
}

/// What the keeper has done.
#[derive(Default)]
pub(super) struct Done {
    /// The last call to bring everything to the file that was followed.
    pub(super) n_flushes: u64,
    /// What went wrong with the file.
    pub(super) error: Option<(io::ErrorKind, String)>,
    /// The name of the file, if it is written while the loop runs.
    pub(super) file: Option<PathBuf>,
    /// The keeper has gone.
    pub(super) is_over: bool,
}

impl Kept {
    /// What there is now: the state before the first event that is kept, and the events. Should a task hold
    /// up the others for longer than it may, the last event tells so.
    pub(crate) fn trace(&self) -> Trace {
        let (mut trace, _) = self.trace_and_place();
        if let Some(mut told) = self.holds_up() {
            let last = trace.events().last().map_or(trace.base().now, |it| it.at);
            told.at = told.at.max(last);
            Arc::make_mut(&mut trace.events).push(told);
        }
        trace
    }

    /// What there is now, and where it ends.
    pub(crate) fn trace_and_place(&self) -> (Trace, Place) {
        let (base, chunks) = {
            // Nothing is given up meanwhile: the one ends where the other begins.
            let base = lock(&self.base);
            (base.state(), self.tape.snapshot())
        };
        let (events, place) = chunks.read();
        (Trace { header: self.header.clone(), base, events: Arc::new(events) }, place)
    }

    /// What has happened since a place, up to some thousand events; `None` if some of it has been given up.
    pub(crate) fn read(&self, place: &mut Place) -> Option<Trace> {
        let events = self.tape.read(place)?;
        Some(Trace::new(self.header.clone(), events))
    }

    /// Whether nothing more will happen.
    pub(crate) fn is_over(&self) -> bool {
        lock(&self.done).is_over
    }

    /// Waits until the keeper knows all that was written until now; not for ever.
    #[cfg(unix)]
    pub(crate) fn catch_up(&self, patience: Duration) {
        let n = self.tape.ask_to_flush();
        let waits = |it: &mut Done| it.n_flushes < n && !it.is_over;
        drop(self.has_done.wait_timeout_while(lock(&self.done), patience, waits));
    }

    /// Which loop of the process it is.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// What each task has cost so far.
    pub(crate) fn sums(&self) -> Vec<Sum> {
        let now = self.tape.now();
        lock(&self.watch).sums(now)
    }

    /// How the loop stands.
    #[cfg(unix)]
    pub(crate) fn status(&self) -> LoopStatus {
        let now = self.tape.now();
        let watch = lock(&self.watch);
        let runs = watch.runs().map(|(task, since)| {
            (task, watch.name(task).into(), Duration::from_nanos(now.saturating_sub(since)))
        });
        LoopStatus {
            number: self.number,
            began: Duration::from_nanos(self.began),
            program: self.header.program.clone(),
            n_events: watch.n_events,
            n_tasks: watch.n_tasks(),
            now: Duration::from_nanos(now),
            runs,
            is_asleep: watch.is_asleep,
            end: watch.end.clone(),
        }
    }

    /// What the loop says of its tasks, if it does so in time.
    #[cfg(unix)]
    pub(crate) fn task_tree(&self, patience: Duration) -> Option<String> {
        // A loop with very many tasks would be held up by it.
        if lock(&self.watch).n_tasks() > MOST_ASKED || self.is_asked.swap(true, Ordering::AcqRel) {
            return None;
        }
        let (sender, answer) = mpsc::sync_channel(1);
        let is_asked = Arc::clone(&self.is_asked);
        let look = move || {
            is_asked.store(false, Ordering::Release);
            if let Ok(event_loop) = Loop::current() {
                // Whoever asked may have lost patience.
                let _ = sender.try_send(event_loop.task_tree());
            }
        };
        self.event_loop.get()?.call_soon(look).ok()?;
        answer.recv_timeout(patience).ok()
    }

    /// What is to be told of a poll that lasts for too long, if one does.
    pub(super) fn holds_up(&self) -> Option<Event> {
        let watch = lock(&self.watch);
        let (task, since) = watch.runs()?;
        let now = self.tape.now();
        let lasts = Duration::from_nanos(now.saturating_sub(since));
        if lasts < self.hang.unwrap_or(Duration::from_secs(1)) {
            return None;
        }
        let spawned = watch
            .place(task)
            .map_or(String::new(), |it| format!(", spawned at {}:{}", it.file, it.line));
        let message = format!(
            "{}{spawned}, has not given the turn back for {:.1} s: it holds up all others",
            watch.name(task),
            lasts.as_secs_f64()
        );
        let what =
            What::Reported { task: Some(task), kind: Reported::SlowPoll, message: message.into() };
        Some(Event { at: now, what })
    }

    /// Writes what there is to where it was asked for; the files.
    pub(super) fn write(&self) -> io::Result<Option<PathBuf>> {
        if let Some(path) = &self.last_events {
            let _alone = lock(&self.writes);
            out::write_whole(path, &self.trace())?;
            return Ok(Some(path.clone()));
        }
        self.flush();
        let done = lock(&self.done);
        match &done.error {
            Some((kind, words)) => Err(io::Error::new(*kind, words.clone())),
            None => Ok(done.file.clone()),
        }
    }

    /// Waits until all that was written until now is in the file.
    pub(super) fn flush(&self) {
        if self.process != process::id() {
            return;
        }
        let n = self.tape.ask_to_flush();
        let waits = |it: &mut Done| it.n_flushes < n && !it.is_over;
        let done = lock(&self.done);
        drop(self.has_done.wait_while(done, waits).unwrap_or_else(PoisonError::into_inner));
    }

    /// The keeper shall end; waits for it, not for ever.
    pub(super) fn end(&self, patience: Duration) {
        self.tape.ends();
        let done = lock(&self.done);
        let waits = |it: &mut Done| !it.is_over;
        drop(self.has_done.wait_timeout_while(done, patience, waits));
    }
}

/// Says something on stderr. Nobody may be there to hear it.
pub(super) fn say(words: &str) {
    let line = format!("boucle-trace: {}\n", Printable::line(words));
    let _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
}

/// Says where the last events are.
pub(super) fn say_written(path: &Path) {
    say(&format!("the last events are in {}", path.display()));
}
