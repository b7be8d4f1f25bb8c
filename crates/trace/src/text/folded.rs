//! Polls that change nothing, told in one word: a stage that waits by looking makes thousands.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::event::{By, Event, PollEnd, TaskNo, What};

/// So many polls that change nothing are told in one word, if they follow on one another.
const ENOUGH: usize = 4;

/// A piece of a trace.
pub(crate) enum Piece {
    /// The event at this place.
    Event(usize),
    /// The events at these places: polls that change nothing, so many of each task.
    Idle(Range<usize>, BTreeMap<TaskNo, usize>),
}

/// The trace in pieces, in order.
pub(crate) fn pieces(events: &[Event]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut place = 0;
    while place < events.len() {
        let start = place;
        let mut polls = BTreeMap::new();
        while let Some((task, n_events)) = idle_poll(&events[place..]) {
            *polls.entry(task).or_default() += 1;
            place += n_events;
        }
        if polls.values().sum::<usize>() >= ENOUGH {
            pieces.push(Piece::Idle(start..place, polls));
            continue;
        }
        // The first event that is no such poll as well, so that every round gets somewhere.
        let end = events.len().min(place + 1);
        pieces.extend((start..end).map(Piece::Event));
        place = end;
    }
    pieces
}

/// Whether `events` begin with a poll in which the task only looked, and stays ready: whose, and how
/// many events it is.
pub(crate) fn idle_poll(events: &[Event]) -> Option<(TaskNo, usize)> {
    let [begins, second, rest @ ..] = events else { return None };
    let What::PollBegins { task } = begins.what else { return None };
    if second.what == (What::PollEnds { task, how: PollEnd::Requeued }) {
        return Some((task, 2));
    }
    let third = rest.first()?;
    let pending = What::PollEnds { task, how: PollEnd::Pending };
    // So it was told in recordings of version 1.
    let unasked = second.what == pending && third.what == What::Requeued { task };
    let itself = What::Woken { task, by: By::Task(task) };
    let asked = second.what == itself && third.what == pending;
    (unasked || asked).then_some((task, 3))
}
