//! What tells an object that tasks wait for from others: who made it, as which of its things, and where.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;

use super::with_entered;
use crate::data::{Kind, Object, ObjectId, TaskPath};

thread_local! {
    /// How many objects were made on this thread outside of any loop.
    static N_OUTSIDE: Cell<u32> = const { Cell::new(0) };
}

/// What an object keeps to be known by. Small, for there are many sockets: where nobody watches there is no id.
#[derive(Clone)]
pub(crate) enum Identity {
    /// The object, as those are told who watch.
    Known(Box<Object>),
    /// It was made in a loop that nobody watches, and is told from no other of its kind and its place.
    Unknown(Kind, &'static Location<'static>),
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
        let inside =
            with_entered(|core| core.host.is_observed().then(|| core.new_object(kind, made_at)));
        let outside = || {
            let next = |n: &Cell<u32>| {
                n.set(n.get().wrapping_add(1).max(1));
                ObjectId::new(TaskPath::OUTSIDE, n.get())
            };
            N_OUTSIDE.try_with(next).ok()
        };
        match inside.unwrap_or_else(outside) {
            Some(id) => Identity::Known(Box::new(Object::new(id, kind, made_at))),
            None => Identity::Unknown(kind, made_at),
        }
    }

    /// Where it was made.
    #[inline]
    pub(crate) fn made_at(&self) -> &'static Location<'static> {
        match self {
            Identity::Known(object) => object.made_at,
            Identity::Unknown(_, made_at) => made_at,
        }
    }

    /// The object, as those are told who watch.
    pub(crate) fn object(&self) -> Object {
        match self {
            Identity::Known(object) => **object,
            Identity::Unknown(kind, made_at) => Object::new(ObjectId::UNKNOWN, *kind, made_at),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.object(), f)
    }
}
