//! A trace of a program that still runs: it grows at its end, and is cut at its beginning.

use std::sync::Arc;

use super::Trace;
use crate::run::Base;

impl Trace {
    /// Adds events that have happened since.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Trace, record};
    ///
    /// let whole = record(|| async { world::println!("Hello") });
    /// let (begin, end) = whole.events().split_at(3);
    /// let mut trace = Trace::new(whole.header().clone(), begin.to_vec());
    /// trace.append(&Trace::new(whole.header().clone(), end.to_vec()));
    /// assert_eq!(trace, whole);
    /// ```
    pub fn append(&mut self, more: &Trace) {
        Arc::make_mut(&mut self.events).extend(more.events().iter().cloned());
    }

    /// Gives up all events but the last `n`: what they led to becomes the state before the first one that is
    /// left, without the tasks that have ended by then, and without lines that are old.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut trace = boucle_trace::record(|| async { boucle::interrupt().await });
    /// let end = trace.state_at(trace.len());
    /// trace.keep_last(2);
    /// assert_eq!((trace.len(), trace.state_at(2)), (2, end));
    /// ```
    pub fn keep_last(&mut self, n: usize) {
        let surplus = self.len().saturating_sub(n);
        if surplus == 0 {
            return;
        }
        let events = Arc::make_mut(&mut self.events);
        let old: Vec<_> = events.drain(..surplus).collect();
        let mut base = Base::from(Arc::clone(&self.base));
        base.play(&old);
        self.base = base.state();
    }
}
