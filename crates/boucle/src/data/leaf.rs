//! What a poll waits for at the end of a chain of awaits.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use crate::data::{Object, WaitsFor};

/// What a future of boucle says in a survey: what it waits for.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// In words: `an item of a queue`.
    pub(crate) what: Cow<'static, str>,
    /// The same as those are told who watch, if they are told one thing.
    pub(crate) on: Option<WaitsFor>,
    /// At what, and the name that it was given.
    pub(crate) object: Option<(Object, Option<Arc<str>>)>,
    /// The line that waits, where it is known.
    pub(crate) at: Option<&'static Location<'static>>,
}

impl Leaf {
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Leaf {
        Leaf { what: what.into(), on: None, object: None, at: None }
    }

    /// One that those who watch are told as this.
    pub(crate) fn on(on: WaitsFor) -> Leaf {
        let what = match on {
            WaitsFor::Sync(what) => what.into(),
            _ => on.to_string().into(),
        };
        Leaf { what, on: Some(on), object: None, at: None }
    }

    /// In this line.
    pub(crate) fn at(self, at: &'static Location<'static>) -> Leaf {
        Leaf { at: Some(at), ..self }
    }
}
