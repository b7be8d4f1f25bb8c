//! What the loop is doing, in a word and in a sentence.

use std::fmt;

use super::Player;
use crate::event::{PollEnd, What};

/// What a loop is doing at a moment.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Phase, Player, record};
///
/// let mut player = Player::new(record(|| boucle::interrupt()));
/// let mut phases = vec![player.phase()];
/// while player.step() {
///     phases.push(player.phase());
/// }
/// use Phase::{Add, Begin, End, Over, Requeue, Step, Take};
/// assert_eq!(phases, [Begin, Add, Take, Step, Requeue, Take, Step, End, Over]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing has happened yet.
    Begin,
    /// A task is made, and is in no queue.
    Make,
    /// A task that is polled by hand has given the turn back.
    Yield,
    /// A task is added.
    Add,
    /// A task is taken out of the ready queue.
    Take,
    /// The task is being polled.
    Step,
    /// The task gave the turn back, and is ready again.
    Requeue,
    /// The task gave the turn back, and waits.
    Wait,
    /// The task has ended.
    End,
    /// Somebody is woken, outside of a poll.
    Wake,
    /// The loop sleeps.
    Sleep,
    /// The run is over.
    Over,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Begin => "begin: nothing has happened yet",
            Phase::Make => "make: a task is there, and whoever has it polls it",
            Phase::Yield => "yield: the task has given the turn back to whoever polls it",
            Phase::Add => "add: a task goes to the end of the ready queue",
            Phase::Take => "take: a task is taken out of the ready queue",
            Phase::Step => "step: the task runs until it gives the turn back",
            Phase::Requeue => "requeue: the task is ready again, behind the others",
            Phase::Wait => "wait: the task is left until somebody wakes it",
            Phase::End => "end: the task is over",
            Phase::Wake => "wake: what has come makes a task ready",
            Phase::Sleep => "sleep: nothing can run, the loop waits",
            Phase::Over => "over: the run has ended",
        })
    }
}

impl Player {
    /// What the loop is doing.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// use boucle_trace::Phase;
    /// player.next_output();
    /// assert_eq!(player.phase(), Phase::Step);
    /// assert!(player.phase().to_string().starts_with("step: "));
    /// ```
    #[must_use]
    pub fn phase(&self) -> Phase {
        let Some(last) = self.last() else { return Phase::Begin };
        match &last.what {
            What::RunEnds { .. } => Phase::Over,
            // Whoever polls a task by hand takes it out of nowhere.
            What::PollBegins { task } if self.is_by_hand(*task) => Phase::Step,
            What::PollBegins { .. } => Phase::Take,
            What::DropBegins { .. } => Phase::End,
            _ if !self.state().running.is_empty() => Phase::Step,
            What::PollEnds { task, how: PollEnd::Pending } if self.is_by_hand(*task) => {
                Phase::Yield
            }
            What::PollEnds { task, how: PollEnd::Pending } => {
                let is_ready = self.state().tasks.get(task).is_some_and(|it| it.is_ready);
                let is_put_back =
                    self.next().is_some_and(|it| it.what == What::Requeued { task: *task });
                if is_ready || is_put_back { Phase::Requeue } else { Phase::Wait }
            }
            What::PollEnds { how: PollEnd::Requeued, .. }
            | What::Requeued { .. }
            | What::QueuedFirst { .. } => Phase::Requeue,
            What::Made { .. } => Phase::Make,
            What::Unqueued { .. } => Phase::Take,
            What::PollEnds { .. } | What::Done { .. } => Phase::End,
            What::LoopSleeps { .. } => Phase::Sleep,
            What::Added { .. } | What::Named { .. } => Phase::Add,
            _ if self.state().end.is_some() => Phase::Over,
            _ => Phase::Wake,
        }
    }
}
