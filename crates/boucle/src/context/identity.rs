//! What tells an object that tasks wait for from others: who made it, as which of its things, where, and
//! the name that it was given.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Core, with_entered};
use crate::data::{Kind, LoopId, Object, ObjectId, TaskPath};

thread_local! {
    /// How many objects were made on this thread outside of any loop.
    static N_OUTSIDE: Cell<u32> = const { Cell::new(0) };
}

/// What an object keeps to be known by. Small, for there are many sockets: where nobody watches there is
/// neither an id nor a name.
#[derive(Clone)]
pub(crate) enum Identity {
    /// The object, as those are told who watch.
    Known(Arc<Known>),
    /// It was made in a loop that nobody watches, and is told from no other of its kind and its place.
    Unknown(Kind, &'static Location<'static>),
}

/// An object that is told from others.
pub(crate) struct Known {
    object: Object,
    /// The loop that it was made in.
    event_loop: Option<LoopId>,
    /// A lock, since a socket may go to another thread. No code of a user runs under it.
    name: Mutex<Name>,
}

/// The name of an object.
#[derive(Default)]
struct Name {
    /// What it was named.
    text: Option<Arc<str>>,
    /// The loop whose watcher knows it. One that is named outside of any is told of at the first wait.
    told_in: Option<LoopId>,
}

impl Drop for Known {
    /// Tells who watches that what tasks share is gone.
    fn drop(&mut self) {
        if self.object.is_shared() {
            with_entered(|core| {
                if self.event_loop.is_none_or(|it| it == core.id()) {
                    core.host.show(|it| it.object_gone(self.object));
                }
            });
        }
    }
}

impl Known {
    fn name(&self) -> MutexGuard<'_, Name> {
        self.name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Identity {
    /// That of an object of this kind, which is made now, where the caller says. Tells who watches, so
    /// nothing may be borrowed.
    #[track_caller]
    pub(crate) fn new(kind: Kind) -> Identity {
        Identity::at(kind, Location::caller())
    }

    /// The same, of one that is made there.
    #[inline]
    pub(crate) fn at(kind: Kind, made_at: &'static Location<'static>) -> Identity {
        match with_entered(|core| core.host.is_observed()) {
            Some(false) => Identity::Unknown(kind, made_at),
            _ => Identity::known_at(kind, made_at),
        }
    }

    /// The same, where somebody watches, or outside of any loop.
    #[cold]
    #[inline(never)]
    fn known_at(kind: Kind, made_at: &'static Location<'static>) -> Identity {
        let inside = with_entered(|core| {
            let id = core.host.is_observed().then(|| core.new_object(kind, made_at));
            id.map(|it| (it, Some(core.id())))
        });
        let outside = || {
            let next = |n: &Cell<u32>| {
                n.set(n.get().wrapping_add(1).max(1));
                (ObjectId::new(TaskPath::OUTSIDE, n.get()), None)
            };
            N_OUTSIDE.try_with(next).ok()
        };
        match inside.unwrap_or_else(outside) {
            Some((id, event_loop)) => {
                let object = Object::new(id, kind, made_at);
                Identity::Known(Arc::new(Known { object, event_loop, name: Mutex::default() }))
            }
            None => Identity::Unknown(kind, made_at),
        }
    }

    /// Where it was made.
    #[inline]
    pub(crate) fn made_at(&self) -> &'static Location<'static> {
        match self {
            Identity::Known(known) => known.object.made_at,
            Identity::Unknown(_, made_at) => made_at,
        }
    }

    /// The object, as those are told who watch.
    pub(crate) fn object(&self) -> Object {
        match self {
            Identity::Known(known) => known.object,
            Identity::Unknown(kind, made_at) => Object::new(ObjectId::UNKNOWN, *kind, made_at),
        }
    }

    /// Gives it a name, if it is told from others; tells who watches, so nothing may be borrowed.
    pub(crate) fn set_name(&self, name: &str) {
        if let Identity::Known(known) = self {
            *known.name() = Name { text: Some(name.into()), told_in: None };
            with_entered(|core| core.object_of(self));
        }
    }

    /// The name that it was given.
    pub(crate) fn name(&self) -> Option<Arc<str>> {
        match self {
            Identity::Known(known) => known.name().text.clone(),
            Identity::Unknown(..) => None,
        }
    }

    /// The name, if the watcher of this loop does not know it yet; from now on it does.
    fn take_untold(&self, id: LoopId) -> Option<Arc<str>> {
        let Identity::Known(known) = self else { return None };
        let mut name = known.name();
        let text = name.text.clone().filter(|_| name.told_in != Some(id))?;
        name.told_in = Some(id);
        Some(text)
    }
}

impl Core {
    /// The object, as those are told who watch this loop; they are told its name first, if they do not know
    /// it. Nothing may be borrowed.
    pub(crate) fn object_of(&self, identity: &Identity) -> Object {
        let object = identity.object();
        if self.host.is_watched() {
            if let Some(name) = identity.take_untold(self.id()) {
                self.host.show(|it| it.object_named(object, &name));
            }
        }
        object
    }
}

impl fmt::Debug for Identity {
    /// The object; behind it its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.object(), f)?;
        self.name().map_or(Ok(()), |name| write!(f, ", named {name:?}"))
    }
}
