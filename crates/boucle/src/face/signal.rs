//! Ctrl-C: ends `run_forever`, with the tasks still pending and the loop able to go on.
//!
//! A signal handler may do next to nothing. Ours writes a byte; a thread reads it, and brings mail
//! to each loop that is in `run_forever`. A second Ctrl-C, before the first has been heard, ends the
//! process as ever; so does any while no loop is in `run_forever`. A process that was started with
//! Ctrl-C ignored, as `nohup` and a shell's `&` do, goes on ignoring it.

use std::fs;
use std::io;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use signal_hook::consts::SIGINT;

use crate::cell;
use crate::core::Core;
use crate::data::primitives::Arc;
use crate::structures::remote::{Mail, Remote};

/// The loops that are in `run_forever`.
static LISTENERS: Mutex<Vec<Arc<Remote>>> = Mutex::new(Vec::new());

/// Whether a Ctrl-C does what it does without us. Lowered while somebody listens, and raised by each
/// Ctrl-C, before it is heard.
static AS_EVER: OnceLock<sync::Arc<AtomicBool>> = OnceLock::new();

/// A loop listens to Ctrl-C as long as this exists.
pub(crate) struct Listening {
    /// The loop; `None` if Ctrl-C is ignored.
    remote: Option<Arc<Remote>>,
}

impl Listening {
    /// Lets the loop be interrupted by Ctrl-C.
    pub(crate) fn new(core: &Core) -> io::Result<Listening> {
        let as_ever = match AS_EVER.get() {
            Some(as_ever) => as_ever,
            None if is_ignored() => return Ok(Listening { remote: None }),
            None => {
                let installed = install()?;
                AS_EVER.get_or_init(|| installed)
            }
        };
        let remote = Arc::clone(&core.remote);
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.push(Arc::clone(&remote));
        as_ever.store(false, Ordering::SeqCst);
        Ok(Listening { remote: Some(remote) })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Some(remote) = &self.remote else { return };
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|it| !Arc::ptr_eq(it, remote));
        if let Some(as_ever) = AS_EVER.get().filter(|_| listeners.is_empty()) {
            as_ever.store(true, Ordering::SeqCst);
        }
    }
}

/// Whether the process was told to ignore Ctrl-C. Linux says so in a file; where there is none, the
/// answer is no.
fn is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|it| u64::from_str_radix(it.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (SIGINT - 1) & 1 == 1)
}

/// Installs the handlers and starts the thread, once in the process.
fn install() -> io::Result<sync::Arc<AtomicBool>> {
    let as_ever = sync::Arc::new(AtomicBool::new(true));
    // In this order: what it does as ever, if nobody listens; then the next one as ever; then us.
    signal_hook::flag::register_conditional_default(SIGINT, sync::Arc::clone(&as_ever))?;
    signal_hook::flag::register(SIGINT, sync::Arc::clone(&as_ever))?;
    let (mut ours, theirs) = UnixStream::pair()?;
    signal_hook::low_level::pipe::register(SIGINT, theirs)?;
    let listen = move || {
        let mut byte = [0];
        while ours.read_exact(&mut byte).is_ok() {
            let listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for remote in listeners {
                let interrupt = || {
                    cell::with_entered(|core| core.interrupted.set(true));
                };
                // One that has closed meanwhile hears nothing.
                drop(remote.push(Mail::Call(Box::new(interrupt))));
            }
        }
    };
    thread::Builder::new().name("boucle: Ctrl-C".to_owned()).spawn(listen)?;
    Ok(as_ever)
}
