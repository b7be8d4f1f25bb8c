//! The signal at which the last events are written: a handler writes a byte, and a thread reads it.

use std::io;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::thread;

use signal_hook::SigId;
use signal_hook::consts::{SIGUSR1, SIGUSR2};
use signal_hook::low_level;

use super::kept::{say, say_written};
use super::settings::Signal;

/// As long as this exists, the signal is heard; a handler that the program has is called as well.
pub(super) struct Signals {
    id: SigId,
}

impl Signals {
    /// Hears a signal from now on.
    pub(super) fn new(signal: Signal) -> io::Result<Signals> {
        let (mut ours, theirs) = UnixStream::pair()?;
        let listen = move || {
            while ours.read_exact(&mut [0]).is_ok() {
                match super::dump() {
                    Ok(paths) => paths.iter().for_each(|it| say_written(it)),
                    Err(error) => say(&format!("cannot write the last events: {error}")),
                }
            }
        };
        let number = match signal {
            Signal::Usr1 => SIGUSR1,
            Signal::Usr2 => SIGUSR2,
        };
        let id = low_level::pipe::register(number, theirs)?;
        // It ends when nobody can write to it any more.
        let thread = thread::Builder::new().name("boucle-trace: signal".to_owned());
        match thread.spawn(listen) {
            Ok(_) => Ok(Signals { id }),
            Err(error) => {
                low_level::unregister(id);
                Err(error)
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        // From now on the signal does nothing: `signal-hook` keeps its handler.
        low_level::unregister(self.id);
    }
}
