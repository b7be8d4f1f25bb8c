//! A trace that is played forwards and backwards.

mod phase;
mod why;
mod words;

use crate::event::{Event, TaskNo, What};
use crate::state::State;
use crate::trace::Trace;

pub use self::phase::Phase;

/// A state is kept after so many events at the least.
const STRIDE: usize = 1024;

/// And nearby after so many.
const NEAR: usize = 128;

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
    /// More of them, between two of those above: where somebody goes back step by step.
    near: Vec<(usize, State)>,
}

impl Player {
    /// A player at the beginning of `trace`.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert_eq!(player.position(), 0);
    /// ```
    #[must_use]
    pub fn new(trace: Trace) -> Player {
        let state = trace.base().clone();
        Player { position: 0, kept: vec![(0, state.clone())], near: Vec::new(), state, trace }
    }

    /// The trace.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert_eq!(player.trace().output(), "Hello\n");
    /// ```
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How many events have been played.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.step();
    /// assert_eq!(player.position(), 1);
    /// ```
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The state after them.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.state().tasks.is_empty());
    /// player.step();
    /// assert_eq!(player.state().tasks.len(), 1);
    /// ```
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The event that was played last.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.last().is_none());
    /// player.seek_end();
    /// assert_eq!(player.last(), player.trace().events().last());
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<&Event> {
        self.position.checked_sub(1).map(|place| &self.trace.events()[place])
    }

    /// The event that comes next.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert_eq!(player.next(), player.trace().events().first());
    /// player.seek_end();
    /// assert!(player.next().is_none());
    /// ```
    #[must_use]
    pub fn next(&self) -> Option<&Event> {
        self.trace.events().get(self.position)
    }

    /// Plays the next event; `false` at the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// let mut n_steps = 0;
    /// while player.step() {
    ///     n_steps += 1;
    /// }
    /// assert_eq!(n_steps, player.trace().len());
    /// ```
    pub fn step(&mut self) -> bool {
        let Some(event) = self.trace.events.get(self.position) else { return false };
        self.state.apply(event);
        self.position += 1;
        let (last, _) = self.kept.last().expect("the beginning is kept");
        // The larger a state, the longer the way to the next one that is kept: so that all of them
        // together are no larger than the trace.
        if self.position >= last + STRIDE.max(self.state.size()) {
            self.kept.push((self.position, self.state.clone()));
        }
        true
    }

    /// Takes the last event back; `false` at the beginning.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek(2);
    /// assert!(player.step_back() && player.step_back());
    /// assert!(!player.step_back());
    /// ```
    pub fn step_back(&mut self) -> bool {
        let back = self.position.checked_sub(1);
        back.is_some_and(|position| self.seek(position))
    }

    /// Goes where `position` events have been played, or to the end; `false` if it is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.seek(3));
    /// assert_eq!(*player.state(), player.trace().state_at(3));
    /// assert!(!player.seek(3));
    /// ```
    pub fn seek(&mut self, position: usize) -> bool {
        let position = position.min(self.trace.len());
        let was = self.position;
        let before = |states: &[(usize, State)]| {
            states.partition_point(|(place, _)| *place <= position).checked_sub(1)
        };
        let far = &self.kept[before(&self.kept).expect("the beginning is kept")];
        let near = before(&self.near).map(|it| &self.near[it]).filter(|it| it.0 > far.0);
        let (place, state) = near.unwrap_or(far);
        if position < was || *place > was {
            self.position = *place;
            self.state.clone_from(state);
        }
        // A long way for a step back: the next one shall be shorter.
        let stride = NEAR.max(self.state.size() / 16);
        let keeps = position < was && position - self.position > stride;
        if keeps {
            self.near.clear();
        }
        while self.position < position {
            self.step();
            if keeps && (position - self.position) % stride == 0 {
                self.near.push((self.position, self.state.clone()));
            }
        }
        self.position != was
    }

    /// Plays to the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.state().end.is_some());
    /// ```
    pub fn seek_end(&mut self) -> bool {
        self.seek(self.trace.len())
    }

    /// Plays up to and with the next event that is as wanted; `false`, and no step, without one.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// use boucle_trace::What;
    /// let is_end = |what: &What| matches!(what, What::PollEnds { .. });
    /// assert!(player.next_where(|event| is_end(&event.what)));
    /// assert!(!player.next_where(|event| is_end(&event.what)));
    /// ```
    pub fn next_where(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> bool {
        let after = &self.trace.events()[self.position..];
        let found = after.iter().position(&mut wanted);
        found.is_some_and(|n| self.seek(self.position + n + 1))
    }

    /// Goes back to where the last event played is the nearest one before that is as wanted.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.previous_where(|event| event.at == 0));
    /// assert_eq!(player.position(), player.trace().len() - 1);
    /// ```
    pub fn previous_where(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> bool {
        let before = &self.trace.events()[..self.position.saturating_sub(1)];
        let found = before.iter().rposition(&mut wanted);
        found.is_some_and(|place| self.seek(place + 1))
    }

    /// Plays the next event of a task.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// let first = boucle_trace::TaskNo::new(1).unwrap();
    /// assert!(player.next_of(first));
    /// assert_eq!(player.position(), 1); // it is added
    /// ```
    pub fn next_of(&mut self, task: TaskNo) -> bool {
        self.next_where(|event| event.what.task() == Some(task))
    }

    /// Goes back to the event of a task before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// let first = boucle_trace::TaskNo::new(1).unwrap();
    /// player.seek_end();
    /// assert!(player.previous_of(first));
    /// assert!(player.state().running.is_empty()); // its poll has ended
    /// ```
    pub fn previous_of(&mut self, task: TaskNo) -> bool {
        self.previous_where(|event| event.what.task() == Some(task))
    }

    /// Plays up to the next line that is printed.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.next_output());
    /// assert_eq!(player.state().output.len(), 1);
    /// assert!(!player.next_output());
    /// ```
    pub fn next_output(&mut self) -> bool {
        self.next_where(is_output)
    }

    /// Goes back to the line that was printed before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.previous_output());
    /// assert_eq!(player.state().output.len(), 1);
    /// ```
    pub fn previous_output(&mut self) -> bool {
        self.previous_where(is_output)
    }

    /// Plays up to the next beginning of a poll.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.next_poll());
    /// assert_eq!(player.state().running.len(), 1);
    /// assert!(!player.next_poll());
    /// ```
    pub fn next_poll(&mut self) -> bool {
        self.next_where(is_poll)
    }

    /// Goes back to the beginning of a poll before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.previous_poll());
    /// assert_eq!(player.position(), 2);
    /// ```
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
