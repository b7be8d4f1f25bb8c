//! The loops of the process, for those who must reach one of another thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::data::LoopId;

/// What can be reached of a loop, from any thread.
pub(crate) trait Reach: Send + Sync {
    /// Has a function called on the loop's thread, soon; not at all if the loop has closed.
    fn post(&self, call: Box<dyn FnOnce() + Send>);
}

/// Where the loops of the process can be reached. Used only off their threads, which is rare. It keeps
/// none of them alive.
static LOOPS: Mutex<BTreeMap<LoopId, Weak<dyn Reach>>> = Mutex::new(BTreeMap::new());

/// Makes a loop known.
pub(crate) fn enter(id: LoopId, reach: Weak<dyn Reach>) {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner).insert(id, reach);
}

/// Forgets a loop.
pub(crate) fn leave(id: LoopId) {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
}

/// Whether a loop is still there.
pub(crate) fn is_there(id: LoopId) -> bool {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
}

/// A way to a loop, unless it is gone.
pub(crate) fn find(id: LoopId) -> Option<Arc<dyn Reach>> {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner).get(&id)?.upgrade()
}
