//! Sums: what each task did with the time of a run, or of a part of it.

use std::ops::Range;

use super::{Overview, Turn};
use crate::event::TaskNo;
use crate::state::Life;

/// What happened between two places of a run.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle_trace::record;
///
/// let trace = record(|| async {
///     boucle::sleep(Duration::from_secs(9)).await;
///     boucle::hold_up(Duration::from_secs(1));
///     world::println!("Hello");
/// });
/// let summary = trace.overview().sum(0..trace.len());
/// assert_eq!((summary.n_polls, summary.n_lines), (2, 1));
/// assert_eq!((summary.busy, summary.times), (1_000_000_000, (0, 10_000_000_000)));
/// assert_eq!(summary.tasks[0].ran, 1_000_000_000);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// When it begins, and when it ends.
    pub times: (u64, u64),
    /// How many events there are.
    pub n_events: usize,
    /// How many polls begin.
    pub n_polls: usize,
    /// How many lines are printed.
    pub n_lines: usize,
    /// How long a task was being polled, in nanoseconds; the rest is the loop's own, most of it sleep.
    pub busy: u64,
    /// The tasks that are there, by their numbers.
    pub tasks: Vec<Sums>,
}

/// What a task did between two places of a run. Times are nanoseconds.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let trace = boucle_trace::record(|| boucle::sleep(Duration::from_secs(9)));
/// let summary = trace.overview().sum(0..trace.len());
/// let sums = &summary.tasks[0];
/// assert_eq!((sums.n_polls, sums.ran, sums.waited), (2, 0, 9_000_000_000));
/// assert_eq!(sums.longest_wait.unwrap().length, 9_000_000_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Which task.
    pub task: TaskNo,
    /// How many polls began.
    pub n_polls: usize,
    /// How long it ran.
    pub ran: u64,
    /// How long it was ready, and others ran.
    pub ready: u64,
    /// How long it waited.
    pub waited: u64,
    /// The poll that took longest.
    pub longest_poll: Option<Stretch>,
    /// The longest time from the moment at which it could go on until it ran.
    pub longest_ready: Option<Stretch>,
    /// The longest time that it waited without a break.
    pub longest_wait: Option<Stretch>,
}

/// A stretch of a run in which a task did one thing.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async {});
/// let poll = trace.overview().sum(0..trace.len()).tasks[0].longest_poll.unwrap();
/// assert_eq!((poll.position, poll.length), (2, 0)); // added, begins
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// How many events have been played when it begins.
    pub position: usize,
    /// How long it is, in nanoseconds.
    pub length: u64,
}

impl Overview {
    /// What happens from where so many events have been played to where so many have.
    ///
    /// What begins before, or ends after, is cut there. It costs the events and the turns that are
    /// there, and the logarithm of the turns of each task.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let trace = boucle_trace::record(|| async {
    ///     boucle::spawn(boucle::sleep(Duration::from_secs(2))).await
    /// });
    /// let overview = trace.overview();
    /// let whole = overview.sum(0..trace.len());
    /// let waited: Vec<_> = whole.tasks.iter().map(|it| it.waited / 1_000_000_000).collect();
    /// assert_eq!(waited, [2, 2]);
    /// let nothing = overview.sum(1..1);
    /// assert_eq!((nothing.n_events, nothing.tasks.len()), (0, 1));
    /// ```
    #[must_use]
    pub fn sum(&self, positions: Range<usize>) -> Summary {
        let end = positions.end.min(self.trace.len());
        let begin = positions.start.min(end);
        let times = (self.time(begin), self.time(end));
        let mut summary = Summary { times, n_events: end - begin, ..Summary::default() };
        let place = |position| self.printed.partition_point(|it| *it < position);
        summary.n_lines = place(end) - place(begin);
        for task in &self.tasks {
            if let Some(sums) = sums(*task, self.turns(*task), &(begin..end), times) {
                summary.n_polls += sums.n_polls;
                summary.tasks.push(sums);
            }
        }
        summary.busy = self.busy(&(begin..end));
        summary
    }

    /// How long a task is polled there: a poll within another one counts once.
    fn busy(&self, positions: &Range<usize>) -> u64 {
        let mut polls: Vec<Range<usize>> = Vec::new();
        for turns in self.starts.windows(2).map(|it| &self.turns[it[0]..it[1]]) {
            let first = turns.partition_point(|it| it.position <= positions.start);
            let last = turns.partition_point(|it| it.position < positions.end);
            for place in first.saturating_sub(1)..last {
                let end = turns.get(place + 1).map_or(positions.end, |it| it.position);
                if turns[place].life == Life::Running {
                    let begin = turns[place].position.max(positions.start);
                    polls.push(begin..end.min(positions.end));
                }
            }
        }
        polls.sort_unstable_by_key(|it| it.start);
        let mut busy = 0_u64;
        let mut seen = positions.start;
        for poll in polls {
            let begin = poll.start.max(seen);
            if poll.end > begin {
                let length = self.time(poll.end).saturating_sub(self.time(begin));
                busy = busy.saturating_add(length);
                seen = poll.end;
            }
        }
        busy
    }
}

/// What a task does there; nothing if it is not there.
fn sums(
    task: TaskNo,
    turns: &[Turn],
    positions: &Range<usize>,
    (begin, end): (u64, u64),
) -> Option<Sums> {
    // The turn that is under way at the beginning, and those that begin after it.
    let first = turns.partition_point(|it| it.position <= positions.start).saturating_sub(1);
    let after = turns.partition_point(|it| it.position <= positions.end);
    if turns.get(first..after)?.iter().all(|it| matches!(it.life, Life::Done(_))) {
        return None;
    }
    let mut sums = Sums {
        task,
        n_polls: 0,
        ran: 0,
        ready: 0,
        waited: 0,
        longest_poll: None,
        longest_ready: None,
        longest_wait: None,
    };
    for place in first..after {
        let turn = &turns[place];
        let until = turns.get(place + 1).map_or(end, |it| it.at.min(end));
        let length = until.saturating_sub(turn.at.max(begin));
        let (sum, longest) = match turn.life {
            Life::Running => (&mut sums.ran, &mut sums.longest_poll),
            Life::Ready => (&mut sums.ready, &mut sums.longest_ready),
            Life::Waiting => (&mut sums.waited, &mut sums.longest_wait),
            Life::Done(_) => continue,
        };
        *sum = sum.saturating_add(length);
        if longest.is_none_or(|it| it.length < length) {
            *longest = Some(Stretch { position: turn.position, length });
        }
        let is_poll = turn.life == Life::Running;
        sums.n_polls += usize::from(is_poll && turn.position > positions.start);
    }
    Some(sums)
}
