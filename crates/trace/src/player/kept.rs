//! States on the way through a trace: a player goes back to one of them, and on from there.

use std::mem;

use crate::state::State;

/// A state is kept after so many events at the least.
const STRIDE: usize = 4096;

/// And nearby after so many.
const NEAR: usize = 128;

/// States that are kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// By how many events had been played; the first is the beginning.
    far: Vec<Moment>,
    /// More of them, between two of those above: where somebody goes back step by step.
    near: Vec<Moment>,
}

/// A state, after so many events.
#[derive(Clone, Debug)]
struct Moment {
    position: usize,
    /// Without its output: that of an earlier state is the beginning of that of a later one.
    state: State,
    /// How many lines its output has.
    n_lines: usize,
}

impl Moment {
    fn new(position: usize, state: &mut State) -> Moment {
        let output = mem::take(&mut state.output);
        let (kept, n_lines) = (state.clone(), output.len());
        state.output = output;
        Moment { position, state: kept, n_lines }
    }
}

impl Kept {
    pub(super) fn new(first: &mut State) -> Kept {
        Kept { far: vec![Moment::new(0, first)], near: Vec::new() }
    }

    /// Keeps a state that the player has come to, if the last one is far enough behind.
    ///
    /// The larger a state, the longer the way to the next one: so that all of them together are no
    /// larger than the trace.
    pub(super) fn passed(&mut self, position: usize, state: &mut State) {
        let last = self.far.last().expect("the beginning is kept").position;
        if position >= last + STRIDE && position >= last + state.size() {
            self.far.push(Moment::new(position, state));
        }
    }

    /// The place of the state from which the way to `position` is shortest, unless that is `from`.
    pub(super) fn shortcut(&self, from: usize, position: usize) -> Option<usize> {
        let place = self.before(position).position;
        (position < from || place > from).then_some(place)
    }

    /// Puts back the state at `place`; the output of `state` has at least as many lines as that had.
    pub(super) fn restore(&self, place: usize, state: &mut State) {
        let moment = self.before(place);
        let mut output = mem::take(&mut state.output);
        output.truncate(moment.n_lines);
        state.clone_from(&moment.state);
        state.output = output;
    }

    /// Whether states are to be kept nearby on the way from `place` to `position`, and how far apart:
    /// when a player that goes back from `was` has a long way to go on.
    pub(super) fn begin_near(
        &mut self,
        place: usize,
        position: usize,
        was: usize,
    ) -> Option<usize> {
        let stride = NEAR.max(self.before(place).state.size() / 8);
        let is_long = position < was && position - place > stride;
        is_long.then(|| {
            self.near.clear();
            stride
        })
    }

    pub(super) fn keep_near(&mut self, position: usize, state: &mut State) {
        self.near.push(Moment::new(position, state));
    }

    /// The last state that is kept at `position` or before.
    fn before(&self, position: usize) -> &Moment {
        let last = |moments: &[Moment]| {
            moments.partition_point(|it| it.position <= position).checked_sub(1)
        };
        let far = &self.far[last(&self.far).expect("the beginning is kept")];
        let near = last(&self.near).map(|it| &self.near[it]);
        near.filter(|it| it.position > far.position).unwrap_or(far)
    }
}
