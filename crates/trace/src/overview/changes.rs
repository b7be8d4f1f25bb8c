//! From change to change: over the polls in which nothing happens.

use std::ops::Range;

use super::Overview;
use crate::event::{Event, What};
use crate::text::folded::idle_poll;

/// The places of events that are polls in which nothing changed, or wakes in vain; in order.
pub(super) fn idle(events: &[Event]) -> Vec<Range<usize>> {
    let mut idle: Vec<Range<usize>> = Vec::new();
    let mut place = 0;
    while place < events.len() {
        let n_events = match (idle_poll(&events[place..]), &events[place].what) {
            (Some((_, n_events)), _) => n_events,
            (None, What::WokenInVain { .. }) => 1,
            (None, _) => {
                place += 1;
                continue;
            }
        };
        let end = place + n_events;
        match idle.last_mut() {
            Some(last) if last.end == place => last.end = end,
            _ => idle.push(place..end),
        }
        place = end;
    }
    idle
}

impl Overview {
    /// How many events have been played when the next change has been: the next event that belongs to
    /// no poll in which the task only looked, and gave the turn back, and is no wake in vain. `None` if none
    /// follows.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async {
    ///     for _ in 0..1000 {
    ///         boucle::interrupt().await;
    ///     }
    ///     world::println!("Hello");
    /// });
    /// let overview = trace.overview();
    /// // Added; then a thousand times nothing; then it runs, and prints.
    /// assert_eq!(overview.next_change(0), Some(1));
    /// assert_eq!(overview.next_change(1), Some(3002));
    /// assert_eq!(overview.previous_change(3002), Some(1));
    /// ```
    #[must_use]
    pub fn next_change(&self, position: usize) -> Option<usize> {
        let place = match self.idle_at(position) {
            Some(idle) => idle.end,
            None => position,
        };
        (place < self.trace.len()).then_some(place + 1)
    }

    /// How many events have been played when the change before has been; `None` if there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// let overview = boucle_trace::record(|| async {}).overview();
    /// assert_eq!(overview.previous_change(2), Some(1));
    /// assert_eq!(overview.previous_change(1), None);
    /// ```
    #[must_use]
    pub fn previous_change(&self, position: usize) -> Option<usize> {
        // Where the player is, the last event is not looked at.
        let mut place = position.min(self.trace.len()).checked_sub(2)?;
        if let Some(idle) = self.idle_at(place) {
            place = idle.start.checked_sub(1)?;
        }
        Some(place + 1)
    }

    /// The polls in which nothing changed that the event at `place` belongs to.
    fn idle_at(&self, place: usize) -> Option<&Range<usize>> {
        let n = self.idle.partition_point(|it| it.start <= place);
        self.idle[..n].last().filter(|it| it.contains(&place))
    }
}
