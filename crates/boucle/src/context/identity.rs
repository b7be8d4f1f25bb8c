//! What tells an object that tasks wait for from others: who made it, as which of its things, and where.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;

use super::with_entered;
use crate::data::{Kind, LoopId, Object, ObjectId, TaskPath};

thread_local! {
    /// How many objects were made on this thread outside of any loop.
    static N_OUTSIDE: Cell<u32> = const { Cell::new(0) };
}

/// What an object keeps to be known by. Small, for there are many sockets: where nobody watches there is no id.
#[derive(Clone)]
pub(crate) enum Identity {
    /// The object, as those are told who watch.
    Known(Box<Made>),
    /// It was made in a loop that nobody watches, and is told from no other of its kind and its place.
    Unknown(Kind, &'static Location<'static>),
}

/// An object that somebody watched being made, or that was made outside of any loop.
#[derive(Clone)]
pub(crate) struct Made {
    object: Object,
    /// The loop that it was made in.
    event_loop: Option<LoopId>,
}

impl Drop for Made {
    /// Tells who watches that an object which tasks share is gone; of the others there may be two of these.
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
                Identity::Known(Box::new(Made { object, event_loop }))
            }
            None => Identity::Unknown(kind, made_at),
        }
    }

    /// Where it was made.
    #[inline]
    pub(crate) fn made_at(&self) -> &'static Location<'static> {
        match self {
            Identity::Known(made) => made.object.made_at,
            Identity::Unknown(_, made_at) => made_at,
        }
    }

    /// The object, as those are told who watch.
    pub(crate) fn object(&self) -> Object {
        match self {
            Identity::Known(made) => made.object,
            Identity::Unknown(kind, made_at) => Object::new(ObjectId::UNKNOWN, *kind, made_at),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.object(), f)
    }
}
