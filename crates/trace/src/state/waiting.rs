//! A wait begins and ends, and that is taken back.

use std::mem;

use super::{TaskState, Wait, Waits};

/// What the beginning or the end of a wait has changed.
#[derive(Clone, Debug)]
pub(super) enum WaitChange {
    /// One without a number has begun: the waits that were forgotten, if it is the first one that the poll tells
    /// of.
    Begun(Option<Waits>),
    /// One with a number has begun.
    Numbered {
        /// Whether the poll had told of one.
        told: bool,
        /// The one that had the same number, if the recording says odd things.
        before: Option<Wait>,
    },
    /// One has ended: the one that had ended last.
    Ended(Option<Wait>),
    /// Nothing: there is no such wait.
    Nothing,
}

/// A task begins to wait. What has no number is forgotten as a poll tells of the first one that has none.
pub(super) fn begins(task: &mut TaskState, wait: Wait) -> WaitChange {
    let told = mem::replace(&mut task.waits_told, true);
    let change = match wait.number {
        None => WaitChange::Begun((!told).then(|| mem::take(&mut task.waits))),
        Some(number) => WaitChange::Numbered { told, before: task.waits.take(number) },
    };
    task.waits.insert(wait);
    change
}

/// The wait of this number ends.
pub(super) fn ends(task: &mut TaskState, number: u32) -> WaitChange {
    match task.waits.take(number) {
        Some(ended) => WaitChange::Ended(task.over.replace(ended)),
        None => WaitChange::Nothing,
    }
}

/// Takes that back.
pub(super) fn take_back(task: &mut TaskState, change: WaitChange) {
    match change {
        WaitChange::Begun(None) => drop(task.waits.pop()),
        WaitChange::Begun(Some(waits)) => {
            task.waits = waits;
            task.waits_told = false;
        }
        WaitChange::Numbered { told, before } => {
            task.waits_told = told;
            drop(task.waits.pop());
            before.into_iter().for_each(|it| task.waits.insert(it));
        }
        WaitChange::Ended(over) => {
            let ended = mem::replace(&mut task.over, over);
            ended.into_iter().for_each(|it| task.waits.insert(it));
        }
        WaitChange::Nothing => {}
    }
}
