//! Waiting for one another: queues, locks, events.
