//! Ctrl-C: ends `run_forever`, with the tasks still pending and the loop able to go on.
//!
//! A signal handler may do next to nothing. Ours raises a flag and writes a byte; a thread reads it, and
//! tells each loop that is in `run_forever`. So one Ctrl-C ends one run of each; what came during a run
//! and was not heard in it is gone with it. A second Ctrl-C before the first has been heard, and any while
//! no loop is in `run_forever`, does what it does without us: see [`Program`].
//!
//! A forked child has the flags, but not the thread, and its byte would reach its parent. The parent knows
//! by the flag, which is its own, that the byte is none of its business; the child sets up anew at its
//! first run. The end of the pair that its parent's thread reads stays open in it: nobody there owns it.

mod program;

use std::io;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

use signal_hook::consts::SIGINT;
use signal_hook::{SigId, flag, low_level};

use self::program::Program;
use crate::context::{Mail, Share};
use crate::core::Core;
use crate::thread::PerProcess;

/// What this process does at Ctrl-C.
static CTRL_C: PerProcess<Mutex<CtrlC>> = PerProcess::new();

/// A loop listens to Ctrl-C as long as this exists.
pub(crate) struct Listening {
    /// None if Ctrl-C is ignored.
    listener: Option<Listener>,
}

/// A loop that is in `run_forever`.
#[derive(Clone)]
struct Listener {
    share: Share,
    /// Raised by the Ctrl-C that ends the run; each run has one of its own.
    is_interrupted: sync::Arc<AtomicBool>,
}

impl Listening {
    /// Lets the loop be interrupted by Ctrl-C.
    pub(crate) fn new(core: &Core) -> io::Result<Listening> {
        let mut ctrl_c = ctrl_c();
        if !ctrl_c.install()? {
            return Ok(Listening { listener: None });
        }
        // What came before is not for this run.
        ctrl_c.hear();
        ctrl_c.expect_a_second()?;
        let listener = Listener { share: Share::of(core), is_interrupted: sync::Arc::default() };
        ctrl_c.listeners.push(listener.clone());
        Ok(Listening { listener: Some(listener) })
    }

    /// Whether Ctrl-C has ended the run.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.listener.as_ref().is_some_and(|it| it.is_interrupted.load(Ordering::Acquire))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Some(listener) = &self.listener else { return };
        let mut ctrl_c = ctrl_c();
        // What came during this run is not for the next one.
        ctrl_c.hear();
        let is_other =
            |it: &Listener| !sync::Arc::ptr_eq(&it.is_interrupted, &listener.is_interrupted);
        ctrl_c.listeners.retain(is_other);
        if ctrl_c.listeners.is_empty() {
            ctrl_c.expect_no_second();
        }
    }
}

/// A loop is run. If this process was forked from one that listens to Ctrl-C, it does so itself from now on.
pub(super) fn follow_fork() {
    if CTRL_C.is_inherited() {
        // Where the system has no descriptor left, `run_forever` says so.
        let _ = ctrl_c().install();
    }
}

fn ctrl_c() -> MutexGuard<'static, CtrlC> {
    CTRL_C.get().lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a process does at Ctrl-C. Locked by those who begin and end a run, and by the thread that hears.
#[derive(Default)]
struct CtrlC {
    /// The loops that are in `run_forever`.
    listeners: Vec<Listener>,
    /// What our handler does at each Ctrl-C, once it is installed: raises `came`, and writes a byte.
    actions: Vec<SigId>,
    /// A Ctrl-C has come, and nobody has been told.
    came: sync::Arc<AtomicBool>,
    /// What it does beside that while somebody listens: ends the process if `is_second`, then raises that.
    /// Empty if nobody listens, and if the program has a handler of its own.
    second: Vec<SigId>,
    /// A Ctrl-C has come since the last loop began to listen.
    is_second: sync::Arc<AtomicBool>,
    /// What the program does itself; looked at when our handler is installed.
    program: Option<Program>,
}

impl CtrlC {
    /// Installs our handler and starts the thread, if that has not been done; in a forked child, instead
    /// of its parent's. `false` if the program ignores Ctrl-C.
    fn install(&mut self) -> io::Result<bool> {
        if !self.actions.is_empty() {
            return Ok(true);
        }
        if Program::ignores_ctrl_c() {
            return Ok(false);
        }
        self.replace_that_of_parent();
        self.program.get_or_insert_with(Program::before_us);
        let installed = self.try_install();
        if installed.is_err() {
            remove(&mut self.actions);
        }
        installed.map(|()| true)
    }

    fn try_install(&mut self) -> io::Result<()> {
        let (ours, theirs) = UnixStream::pair()?;
        // The flag first: the byte says that it is raised.
        self.add(flag::register(SIGINT, sync::Arc::clone(&self.came))?);
        self.add(low_level::pipe::register(SIGINT, theirs)?);
        let thread = thread::Builder::new().name("boucle: Ctrl-C".to_owned());
        thread.spawn(move || listen(ours)).map(drop)
    }

    /// Our handler does this from now on.
    fn add(&mut self, action: SigId) {
        self.actions.push(action);
        self.known(action);
    }

    /// In a forked child: what the handler did for its parent, it does not do here.
    fn replace_that_of_parent(&mut self) {
        let Some(parent) = CTRL_C.of_parent() else { return };
        // Locked by a thread of the parent, which is not there, it stays so.
        let mut parent = match parent.try_lock() {
            Ok(parent) => parent,
            Err(TryLockError::Poisoned(parent)) => parent.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        self.program = parent.program.take();
        parent.listeners.clear();
        remove(&mut parent.actions);
        remove(&mut parent.second);
    }

    /// From now on a second Ctrl-C ends the process, if one does that without us.
    fn expect_a_second(&mut self) -> io::Result<()> {
        self.is_second.store(false, Ordering::SeqCst);
        if self.has_a_handler() || self.second.len() == 2 {
            return Ok(());
        }
        self.expect_no_second();
        // In this order: the first one ends nothing.
        for register in [flag::register_conditional_default, flag::register] {
            let action = register(SIGINT, sync::Arc::clone(&self.is_second))?;
            self.second.push(action);
            self.known(action);
        }
        Ok(())
    }

    /// `signal-hook` has this from us.
    fn known(&mut self, action: SigId) {
        self.program.get_or_insert_default().gave(action);
    }

    /// Whether the program has a handler of its own by now; a second Ctrl-C is left to it.
    fn has_a_handler(&mut self) -> bool {
        let has_a_handler = self.program.get_or_insert_default().has_a_handler();
        if has_a_handler {
            self.expect_no_second();
        }
        has_a_handler
    }

    fn expect_no_second(&mut self) {
        remove(&mut self.second);
    }

    /// If a Ctrl-C has come, tells those who listen; if nobody does, it does what it does without us.
    fn hear(&mut self) {
        if !self.came.swap(false, Ordering::SeqCst) {
            return;
        }
        let has_a_handler = self.has_a_handler();
        for listener in &self.listeners {
            listener.is_interrupted.store(true, Ordering::Release);
            // So that it looks; one that has closed meanwhile hears nothing.
            drop(listener.share.push(Mail::Call(Box::new(|| {}))));
        }
        if self.listeners.is_empty() && !has_a_handler {
            // It does not return, but for a signal that the system does not know.
            let _ = low_level::emulate_default_handler(SIGINT);
        }
    }
}

/// Our handler does not do these any more.
fn remove(actions: &mut Vec<SigId>) {
    for id in actions.drain(..) {
        low_level::unregister(id);
    }
}

/// Hears each Ctrl-C, in a thread of its own.
fn listen(mut bytes: UnixStream) {
    while bytes.read_exact(&mut [0]).is_ok() {
        ctrl_c().hear();
    }
}
