//! A trace that is played forwards and backwards.

mod phase;
mod why;

use crate::event::{Event, TaskNo, What};
use crate::state::State;
use crate::trace::Trace;

pub use self::phase::Phase;

/// A state is kept after so many events at the least.
const STRIDE: usize = 1024;

/// A trace, and a place in it: so many events have been played.
///
/// Going back is quick, also in a trace of a million events: states are kept on the way, the more
/// seldom the larger they are.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Player, record};
///
/// let trace = record(|| async {
///     boucle::interrupt().await;
///     world::println!("Hello");
/// });
/// let mut player = Player::new(trace);
/// let first = player.state().clone();
/// assert!(player.next_output());
/// assert_eq!(player.state().output[0].text.as_ref(), "Hello");
/// assert_eq!(player.why().unwrap(), "task 1 runs since it woke itself at 0.000 s; it was the only one that was ready.");
/// player.seek(0);
/// assert_eq!(*player.state(), first);
/// ```
#[derive(Clone, Debug)]
pub struct Player {
    trace: Trace,
    /// How many events have been played.
    position: usize,
    /// The state after them.
    state: State,
    /// States on the way, by how many events had been played; the first is the beginning.
    kept: Vec<(usize, State)>,
}

impl Player {
    /// A player at the beginning of `trace`.
    #[must_use]
    pub fn new(trace: Trace) -> Player {
        let state = trace.base().clone();
        Player { position: 0, kept: vec![(0, state.clone())], state, trace }
    }

    /// The trace.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How many events have been played.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The state after them.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The event that was played last.
    #[must_use]
    pub fn last(&self) -> Option<&Event> {
        self.position.checked_sub(1).map(|place| &self.trace.events()[place])
    }

    /// The event that comes next.
    #[must_use]
    pub fn next(&self) -> Option<&Event> {
        self.trace.events().get(self.position)
    }

    /// Plays the next event; `false` at the end.
    pub fn step(&mut self) -> bool {
        let Some(event) = self.trace.events.get(self.position) else { return false };
        self.state.apply(event);
        self.position += 1;
        let (last, _) = self.kept.last().expect("the beginning is kept");
        // The larger a state, the longer the way to the next one that is kept: so that all of them
        // together are no larger than the trace.
        if self.position >= last + STRIDE.max(2 * self.state.size()) {
            self.kept.push((self.position, self.state.clone()));
        }
        true
    }

    /// Takes the last event back; `false` at the beginning.
    pub fn step_back(&mut self) -> bool {
        let back = self.position.checked_sub(1);
        back.is_some_and(|position| self.seek(position))
    }

    /// Goes where `position` events have been played, or to the end; `false` if it is there.
    pub fn seek(&mut self, position: usize) -> bool {
        let position = position.min(self.trace.len());
        let was = self.position;
        let n_before = self.kept.partition_point(|(place, _)| *place <= position);
        let (place, state) = &self.kept[n_before - 1];
        if position < was || *place > was {
            self.position = *place;
            self.state.clone_from(state);
        }
        while self.position < position {
            self.step();
        }
        self.position != was
    }

    /// Plays to the end.
    pub fn seek_end(&mut self) -> bool {
        self.seek(self.trace.len())
    }

    /// Plays up to and with the next event that is as wanted; `false`, and no step, without one.
    pub fn next_where(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> bool {
        let after = &self.trace.events()[self.position..];
        let found = after.iter().position(&mut wanted);
        found.is_some_and(|n| self.seek(self.position + n + 1))
    }

    /// Goes back to where the last event played is the nearest one before that is as wanted.
    pub fn previous_where(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> bool {
        let before = &self.trace.events()[..self.position.saturating_sub(1)];
        let found = before.iter().rposition(&mut wanted);
        found.is_some_and(|place| self.seek(place + 1))
    }

    /// Plays the next event of a task.
    pub fn next_of(&mut self, task: TaskNo) -> bool {
        self.next_where(|event| event.what.task() == Some(task))
    }

    /// Goes back to the event of a task before.
    pub fn previous_of(&mut self, task: TaskNo) -> bool {
        self.previous_where(|event| event.what.task() == Some(task))
    }

    /// Plays up to the next line that is printed.
    pub fn next_output(&mut self) -> bool {
        self.next_where(is_output)
    }

    /// Goes back to the line that was printed before.
    pub fn previous_output(&mut self) -> bool {
        self.previous_where(is_output)
    }

    /// Plays up to the next beginning of a poll.
    pub fn next_poll(&mut self) -> bool {
        self.next_where(is_poll)
    }

    /// Goes back to the beginning of a poll before.
    pub fn previous_poll(&mut self) -> bool {
        self.previous_where(is_poll)
    }
}

fn is_output(event: &Event) -> bool {
    matches!(event.what, What::Printed { .. })
}

fn is_poll(event: &Event) -> bool {
    matches!(event.what, What::PollBegins { .. })
}
