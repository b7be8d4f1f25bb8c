//! The numbers of the objects that tasks share: each is met once, and forgotten when it is gone.

use std::collections::HashMap;

use boucle::{Object, ObjectId};

use crate::event::ObjectNo;

/// The numbers of the objects that were met, and are not gone.
#[derive(Default)]
pub(super) struct Objects {
    numbers: HashMap<ObjectId, ObjectNo>,
    /// The last number that was given.
    last: u32,
}

impl Objects {
    /// The number of an object, and whether it is new; `None` of one that is no object of its own: a timer
    /// is its task's, a socket is known by its descriptor, and of some nobody knows which they are.
    pub(super) fn meet(&mut self, object: Object) -> Option<(ObjectNo, bool)> {
        if !object.is_shared() || !object.id.is_known() {
            return None;
        }
        if let Some(known) = self.numbers.get(&object.id) {
            return Some((*known, false));
        }
        self.last = self.last.checked_add(1)?;
        let number = ObjectNo::new(self.last)?;
        self.numbers.insert(object.id, number);
        Some((number, true))
    }

    /// Forgets an object; its number, if it was met.
    pub(super) fn forget(&mut self, object: ObjectId) -> Option<ObjectNo> {
        self.numbers.remove(&object)
    }
}
