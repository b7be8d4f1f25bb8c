//! One line an event: the time, who, what.

use std::fmt::Write;

use super::time::{decimals, seconds};
use super::words::{predicate, subject};
use crate::trace::Trace;

impl Trace {
    /// One line an event: the time in seconds, who, and what it does. All of it is
    /// [`Printable`](crate::Printable).
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::record;
    ///
    /// let lines = record(|| async { world::println!("Hello") }).lines();
    /// // Without the first, which says where the task was added.
    /// let (_, after) = lines.split_once('\n').unwrap();
    /// assert_eq!(after, "   0.000 task 1  runs
    ///    0.000 task 1  prints \"Hello\"
    ///    0.000 task 1  is done
    ///    0.000 task 1  has returned
    ///    0.000 loop    the run is complete
    /// ");
    /// ```
    #[must_use]
    pub fn lines(&self) -> String {
        let decimals = decimals(self);
        let mut state = self.base().clone();
        let mut rows = Vec::with_capacity(self.events.len());
        for event in self.events() {
            state.apply(event);
            rows.push((event.at, subject(&event.what, &state), predicate(&event.what, &state)));
        }
        let width = rows.iter().map(|(_, who, _)| who.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (at, who, what) in rows {
            let at = seconds(at, decimals);
            writeln!(text, "{at:>8} {who:<width$}  {what}").expect("a string takes all");
        }
        text
    }
}
