//! A recording: what it says of itself, where it begins, and its events.

mod grow;

use std::sync::Arc;

use crate::event::Event;
use crate::header::Header;
use crate::state::State;

/// A run that was recorded.
///
/// # Examples
///
/// ```
/// use boucle_trace::{State, record};
///
/// let trace = record(|| async { boucle::interrupt().await });
/// assert_eq!(trace.state_at(0), State::default());
/// assert!(trace.state_at(trace.len()).end.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What it says of itself.
    pub(crate) header: Header,
    /// The state before the first event: empty, but for a ring buffer.
    pub(crate) base: Arc<State>,
    /// What happened, oldest first. A clone is the same list.
    pub(crate) events: Arc<Vec<Event>>,
}

impl Trace {
    /// A trace of these events, from the beginning of a run.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Clock, Event, Header, Trace, What};
    ///
    /// let events = vec![Event { at: 5, what: What::LoopWakes }];
    /// let trace = Trace::new(Header::new("by hand", Clock::Real), events);
    /// assert_eq!(trace.lines(), "0.000000 loop  is awake\n");
    /// ```
    #[must_use]
    pub fn new(header: Header, events: Vec<Event>) -> Trace {
        Trace { header, base: Arc::default(), events: Arc::new(events) }
    }

    /// What it says of itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{VERSION, record};
    ///
    /// assert_eq!(record(|| async {}).header().version, VERSION);
    /// ```
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The same trace, of a program with this name.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async {}).named("nothing");
    /// assert!(trace.svg().contains("A run of nothing"));
    /// ```
    #[must_use]
    pub fn named(mut self, program: &str) -> Trace {
        self.header.program = program.into();
        self
    }

    /// The state before the first event: empty, unless earlier events were given up.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{State, record};
    ///
    /// assert_eq!(*record(|| async {}).base(), State::default());
    /// ```
    #[must_use]
    pub fn base(&self) -> &State {
        &self.base
    }

    /// What happened, oldest first.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async {});
    /// assert_eq!(trace.events().len(), 5); // added, begins, done, ends; and the end of the run
    /// ```
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events there are.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::record(|| async {}).len(), 5);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!boucle_trace::record(|| async {}).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The state after the first `n` events. A [`Player`](crate::Player) is faster, if many are asked
    /// for.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async {});
    /// assert_eq!(trace.state_at(2).running.len(), 1);
    /// assert_eq!(trace.state_at(3).position, 3);
    /// ```
    #[must_use]
    pub fn state_at(&self, n: usize) -> State {
        let mut state = self.base().clone();
        for event in &self.events[..n.min(self.events.len())] {
            state.apply(event);
        }
        state
    }
}
