//! One wait of one loop, for what comes from outside or for a time. The stages call it, from stage 10 on.

use std::io;
use std::time::{Duration, Instant};

use crate::listen::happened;
use crate::recording::Event;
use crate::sealed;

/// Waits as `wait` does: until something has come, or for `timeout`; `None` is for ever.
///
/// This is `wait(timeout)`, and nothing else in a program. In a recording, `wait` is only asked what
/// has come already; if nothing has, time jumps to the end of the timeout. What comes from outside
/// the recording comes in real time: if there is no timeout, it really waits, for as long as
/// [`patience`](crate::Recorder::patience) says.
///
/// # Errors
///
/// Those of `wait`.
///
/// # Panics
///
/// If a recording has run out of patience: nothing has come that could end an endless wait. If it has
/// reached its limit of waits, see [`Recorder::poll_limit`](crate::Recorder::poll_limit).
///
/// # Examples
///
/// ```
/// use world::time::Duration;
/// use world::{println, wait};
///
/// let recording = world::record(|| {
///     let nothing_comes = |_timeout| Ok(0);
///     wait(Some(Duration::from_secs(3600)), nothing_comes).expect("it never fails");
///     println!("an hour later");
/// });
/// assert_eq!(recording.to_string(), "3600.000 an hour later\n");
/// ```
pub fn wait(
    timeout: Option<Duration>,
    mut wait: impl FnMut(Option<Duration>) -> io::Result<usize>,
) -> io::Result<usize> {
    let Some(looked) = sealed::with(|world| world.looks().map(|()| world.patience)) else {
        return wait(timeout);
    };
    let patience = looked.unwrap_or_else(|limit| panic!("{limit}"));

    let sleeps = timeout.is_none_or(|it| !it.is_zero());
    if sleeps {
        happened(Event::LoopSleeps(timeout));
    }
    let waited = wait_sealed(timeout, patience, wait);
    if sleeps {
        happened(Event::LoopWakes);
    }
    waited
}

/// A wait in a recording, whose real time is `patience` at the most.
fn wait_sealed(
    timeout: Option<Duration>,
    patience: Duration,
    mut wait: impl FnMut(Option<Duration>) -> io::Result<usize>,
) -> io::Result<usize> {
    let Some(timeout) = timeout else {
        let start = Instant::now();
        let n_come = wait(Some(patience))?;
        // Nothing, but soon: somebody has rung.
        assert!(
            n_come > 0 || start.elapsed() < patience,
            "the recording has waited for {patience:?}, and nothing has come: \
             is everyone waiting for something that never comes?"
        );
        return Ok(n_come);
    };
    let n_come = wait(Some(Duration::ZERO))?;
    if n_come == 0 {
        sealed::with(|world| world.now = world.now.saturating_add(timeout));
    }
    Ok(n_come)
}
