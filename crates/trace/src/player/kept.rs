//! What a player keeps to go back: what the last events changed, and states on the way.
//!
//! Both have a budget. A step back undoes one event. A jump begins at the nearest state that is kept,
//! and plays on from there; on that way it notes what the events change, and so the steps back that
//! follow cost one event each again.

use std::collections::VecDeque;
use std::mem;

use crate::state::{State, Undo};

/// A state is kept after so many events at the least.
const STRIDE: usize = 4096;

/// The larger a state, the longer the way to the next one: so many of its parts are allowed for each
/// event on the way. All states together have no more parts than this for each event of the trace.
const PARTS: usize = 4;

/// So many events at the most can be undone one by one.
pub(super) const N_UNDOS: usize = 1 << 17;

/// What is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// States, by how many events had been played; the first is the beginning.
    moments: Vec<Moment>,
    /// Before so many events no state is kept again, and none is measured: that costs a look at all of it.
    next: usize,
    /// What the last events changed, the very last one at the end.
    undos: VecDeque<Undo>,
    /// How many parts the states have.
    n_parts: usize,
}

/// A state, after so many events.
#[derive(Clone, Debug)]
struct Moment {
    position: usize,
    /// Without its output: that of an earlier state is the beginning of that of a later one.
    state: State,
    /// How many lines its output has.
    n_lines: usize,
    /// How many parts it has.
    size: usize,
}

impl Kept {
    pub(super) fn new(first: &mut State) -> Kept {
        let (moments, undos) = (Vec::new(), VecDeque::new());
        let mut kept = Kept { moments, next: 0, undos, n_parts: 0 };
        let size = first.size();
        kept.keep(0, first, size);
        kept
    }

    /// Keeps a state that the player has come to, if the last one is far enough behind.
    pub(super) fn passed(&mut self, position: usize, state: &mut State) {
        if position < self.next {
            return;
        }
        let last = self.moments.last().map_or(0, |it| it.position);
        let size = state.size();
        self.next = last + STRIDE.max(size / PARTS);
        if position >= self.next {
            self.keep(position, state, size);
        }
    }

    fn keep(&mut self, position: usize, state: &mut State, size: usize) {
        let output = mem::take(&mut state.output);
        let (kept, n_lines) = (state.clone(), output.len());
        state.output = output;
        self.moments.push(Moment { position, state: kept, n_lines, size });
        self.next = position + STRIDE.max(size / PARTS);
        self.n_parts += size;
    }

    /// Notes what the last event has changed.
    pub(super) fn note(&mut self, undo: Undo) {
        if self.undos.len() == N_UNDOS {
            self.undos.pop_front();
        }
        self.undos.push_back(undo);
    }

    /// What the last event has changed, if that is known: it is taken back next.
    pub(super) fn undo(&mut self) -> Option<Undo> {
        self.undos.pop_back()
    }

    /// Forgets what the last events changed: others will be the last ones.
    pub(super) fn forget_undos(&mut self) {
        self.undos.clear();
    }

    /// The place of the state from which the way to `position` is shortest, unless that is `from`.
    pub(super) fn shortcut(&self, from: usize, position: usize) -> Option<usize> {
        let moment = self.before(position);
        if position >= from {
            return (moment.position > from).then_some(moment.position);
        }
        // One by one, if all of these can be undone and the way is no longer than over the state.
        let n_back = from - position;
        let over = (position - moment.position).saturating_add(moment.size / PARTS);
        (n_back > self.undos.len() || n_back > over.max(1)).then_some(moment.position)
    }

    /// Puts back the state at `place`; the output of `state` has at least as many lines as that had.
    pub(super) fn restore(&self, place: usize, state: &mut State) {
        let moment = self.before(place);
        let mut output = mem::take(&mut state.output);
        output.truncate(moment.n_lines);
        state.clone_from(&moment.state);
        state.output = output;
    }

    /// How many parts of states are kept: tasks, waits, timers, places in a queue; and how many events
    /// can be undone.
    pub(super) fn n_parts(&self) -> (usize, usize) {
        (self.n_parts, self.undos.len())
    }

    /// The last state that is kept at `position` or before.
    fn before(&self, position: usize) -> &Moment {
        let n = self.moments.partition_point(|it| it.position <= position);
        &self.moments[n.checked_sub(1).expect("the beginning is kept")]
    }
}
