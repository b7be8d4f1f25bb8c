//! The recordings that are under way in this process. A forked child has none: what its parent's threads
//! keep is not kept in it.

use std::process;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use super::kept::Kept;
#[cfg(unix)]
use super::kept::say;
use super::settings::Settings;
#[cfg(unix)]
use super::signal::Signals;
use super::tape::lock;
#[cfg(unix)]
use crate::attach::Server;

/// What one process has.
pub(crate) struct Live {
    /// The process.
    process: u32,
    /// When its first recording began: the times of all of them count from here.
    pub(super) start: Instant,
    /// Its recordings.
    state: Mutex<State>,
    /// That of a child, in the memory of the child: the locks above may be held for ever there.
    child: OnceLock<Box<Live>>,
}

/// The recordings of a process.
#[derive(Default)]
pub(super) struct State {
    /// How many there were.
    pub(super) n: u32,
    /// Those that are under way.
    pub(super) kept: Vec<Arc<Kept>>,
    /// Who answers those that look, as long as there is a recording.
    #[cfg(unix)]
    pub(super) server: Option<Server>,
    /// Who hears the signal at which the last events are written.
    #[cfg(unix)]
    pub(super) signals: Option<Signals>,
}

/// The first process that has recorded.
static FIRST: OnceLock<Live> = OnceLock::new();

impl Live {
    fn new() -> Live {
        // It finds out how quickly the processor counts, which takes its time; then time begins.
        drop(quanta::Clock::new());
        Live {
            process: process::id(),
            start: Instant::now(),
            state: Mutex::default(),
            child: OnceLock::new(),
        }
    }

    /// That of this process.
    pub(super) fn of_process() -> &'static Live {
        let mut live = FIRST.get_or_init(Live::new);
        while live.process != process::id() {
            live = live.child.get_or_init(|| Box::new(Live::new()));
        }
        live
    }

    /// With the recordings of this process.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut lock(&self.state))
    }
}

impl State {
    /// A recording begins.
    pub(super) fn begins(&mut self, kept: &Arc<Kept>, settings: &Settings) {
        self.kept.push(Arc::clone(kept));
        self.kept.sort_by_key(|it| it.number);
        #[cfg(unix)]
        self.listen(settings);
        #[cfg(not(unix))]
        let _ = settings;
    }

    #[cfg(unix)]
    fn listen(&mut self, settings: &Settings) {
        if self.server.is_none() && settings.attach != Some(false) {
            match Server::new() {
                Ok(server) => self.server = Some(server),
                // Who did not ask for it does not miss it.
                Err(error) if settings.attach.is_some() => {
                    say(&format!("nobody can attach to this program: {error}"));
                }
                Err(_) => {}
            }
        }
        if let (Some(signal), None) = (settings.signal, &self.signals) {
            match Signals::new(signal) {
                Ok(signals) => self.signals = Some(signals),
                Err(error) => say(&format!("cannot hear the signal {signal:?}: {error}")),
            }
        }
    }

    /// A recording ends; what is dropped with the last one.
    pub(super) fn ends(&mut self, kept: &Arc<Kept>) -> impl Sized + use<> {
        self.kept.retain(|it| !Arc::ptr_eq(it, kept));
        #[cfg(unix)]
        return self.kept.is_empty().then(|| (self.server.take(), self.signals.take()));
        #[cfg(not(unix))]
        return;
    }
}

/// The recordings that are under way, the first first.
pub(crate) fn recordings() -> Vec<Arc<Kept>> {
    Live::of_process().with(|it| it.kept.clone())
}
