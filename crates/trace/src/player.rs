//! A trace that is played forwards and backwards.

mod jumps;
mod kept;
mod phase;
mod why;
mod words;

use crate::event::{Event, What};
use crate::state::State;
use crate::text::time::decimals;
use crate::trace::Trace;

use self::kept::Kept;
pub use self::phase::Phase;

/// A trace, and a place in it: so many events have been played.
///
/// A step costs what its event changes, forwards and backwards. A jump back plays on from a state
/// that was kept on the way: some thousand events, or a quarter of what the state consists of. All
/// states that are kept are together no larger than four parts for each event.
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
    /// States on the way, and what the last events changed.
    kept: Kept,
    /// How many events have been played and undone in all, again and again.
    n_played: u64,
    /// How many decimals the times of the trace need: to find that out takes a look at all of them.
    decimals: usize,
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
        let mut state = trace.base().clone();
        let (kept, decimals) = (Kept::new(&mut state), decimals(&trace));
        Player { position: 0, kept, n_played: 0, decimals, state, trace }
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

    /// How many events it has played and undone in all, again and again: what its moves have cost.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek(3);
    /// player.step_back();
    /// assert_eq!(player.n_played(), 3 + 1);
    /// ```
    #[must_use]
    pub fn n_played(&self) -> u64 {
        self.n_played
    }

    /// How much it keeps for its way back: how many parts of states — tasks, what they wait for, timers,
    /// places in a queue —, and how many events it can undo one by one.
    ///
    /// The first is bounded by the trace, four parts for each event and two times its base; the second
    /// by 131,072.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert_eq!(player.n_kept(), (0, player.trace().len()));
    /// ```
    #[must_use]
    pub fn n_kept(&self) -> (usize, usize) {
        self.kept.n_parts()
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
        let undo = self.state.play(event);
        self.kept.note(undo);
        self.position += 1;
        self.n_played += 1;
        self.kept.passed(self.position, &mut self.state);
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
        if let Some(place) = self.kept.shortcut(was, position) {
            // What was printed on a way that is not gone: of the state only the output grows by it.
            for event in self.trace.events[was..place.max(was)].iter().filter(|it| is_output(it)) {
                self.state.apply(event);
            }
            self.kept.restore(place, &mut self.state);
            self.kept.forget_undos();
            self.position = place;
        }
        while self.position > position {
            let undo = self.kept.undo().expect("without a shortcut all of them are known");
            self.position -= 1;
            self.n_played += 1;
            self.state.take_back(&self.trace.events[self.position], undo);
        }
        while self.position < position {
            self.step();
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
}

fn is_output(event: &Event) -> bool {
    matches!(event.what, What::Printed { .. })
}
