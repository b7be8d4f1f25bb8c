//! Which loop is meant: the one that this thread is in, or another one of the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::cell;
use crate::core::Core;
use crate::data::LoopId;
use crate::face::Loop;
use crate::structures::remote::Mail;
use crate::structures::remote::weak::WeakRemote;

/// Where the loops of the process can be reached. Used only off their threads, which is rare.
static LOOPS: Mutex<BTreeMap<LoopId, WeakRemote>> = Mutex::new(BTreeMap::new());

/// Makes a loop known.
pub(crate) fn remember(core: &Core) {
    let mut loops = LOOPS.lock().unwrap_or_else(PoisonError::into_inner);
    loops.insert(core.id(), WeakRemote::of(core));
}

/// Whether a loop is still there.
pub(crate) fn is_there(id: LoopId) -> bool {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
}

/// Forgets a loop.
pub(crate) fn forget(id: LoopId) {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
}

/// Calls `f` on a loop's own thread, soon; not at all if the loop is gone.
pub(crate) fn call_later_elsewhere(id: LoopId, f: impl FnOnce(&Core) + Send + 'static) {
    let remote =
        LOOPS.lock().unwrap_or_else(PoisonError::into_inner).get(&id).and_then(|it| it.get());
    if let Some(remote) = remote {
        let call = move || {
            cell::with_entered(f);
        };
        // A loop that has closed has nothing left to change.
        drop(remote.push(Mail::Call(Box::new(call))));
    }
}

/// Calls `f` with the loop that this thread is in, else with the one that was set.
#[track_caller]
pub(crate) fn require_current<R>(f: impl FnOnce(&Core) -> R) -> R {
    if cell::with_entered(|_| ()).is_some() {
        // The usual case, without counting: who is in the loop keeps it.
        return require_entered(f);
    }
    match Loop::current() {
        Ok(event_loop) => f(event_loop.core()),
        Err(error) => panic!("{error}"),
    }
}

/// Calls `f` with the loop that this thread is in.
#[track_caller]
pub(crate) fn require_entered<R>(f: impl FnOnce(&Core) -> R) -> R {
    cell::with_entered(f).unwrap_or_else(|| panic!("no loop is running on this thread: use `run`"))
}
