//! What an event changes of the objects that tasks share, and how that is taken back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ObjectState;
use crate::event::{ObjectNo, TaskNo, What};

/// All objects that are known.
type Objects = BTreeMap<ObjectNo, Arc<ObjectState>>;

/// What an object was before; `None`: it was not known.
#[derive(Clone, Debug)]
pub(super) struct ObjectChange(Option<(ObjectNo, Option<Arc<ObjectState>>)>);

/// Plays an event that is about an object; any other changes nothing.
pub(super) fn play(objects: &mut Objects, what: &What) -> ObjectChange {
    let object = match what {
        What::ObjectMade { object, .. }
        | What::ObjectNamed { object, .. }
        | What::ObjectGone { object }
        | What::Acquired { object, .. }
        | What::Released { object, .. } => *object,
        _ => return ObjectChange(None),
    };
    let before = objects.get(&object).cloned();
    if let What::ObjectGone { .. } = what {
        objects.remove(&object);
        return ObjectChange(Some((object, before)));
    }
    // A recording that begins in the middle tells of strangers.
    let state = Arc::make_mut(objects.entry(object).or_default());
    match what {
        What::ObjectMade { kind, place, .. } => {
            state.kind = kind.clone();
            state.place.clone_from(place);
        }
        What::ObjectNamed { name, .. } => state.name = Some(name.clone()),
        What::Acquired { task, .. } => {
            let n_permits = state.holders.entry(*task).or_default();
            *n_permits = n_permits.saturating_add(1);
        }
        What::Released { by, .. } => release(&mut state.holders, *by),
        _ => {}
    }
    ObjectChange(Some((object, before)))
}

/// Takes back what an event has changed.
pub(super) fn take_back(objects: &mut Objects, change: ObjectChange) {
    let ObjectChange(Some((object, before))) = change else { return };
    match before {
        Some(before) => objects.insert(object, before),
        None => objects.remove(&object),
    };
}

/// A permit was given back: by the task that has one, else by another one's: it may have been moved to who
/// drops it.
fn release(holders: &mut BTreeMap<TaskNo, u32>, by: Option<TaskNo>) {
    let known = by.filter(|it| holders.contains_key(it));
    let Some(holder) = known.or_else(|| holders.keys().next().copied()) else { return };
    if let Some(n_permits) = holders.get_mut(&holder) {
        *n_permits = n_permits.saturating_sub(1);
        if *n_permits == 0 {
            holders.remove(&holder);
        }
    }
}
