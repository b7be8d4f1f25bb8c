//! How much is tried: executions, and time only if somebody asks for that, since what fits into a time is not the
//! same on each machine.

use std::fmt;
use std::time::{Duration, Instant};

use crate::explore::Explore;

/// So many executions are made, if nothing else is said.
const N_EXECUTIONS: u64 = 100_000;

/// So many are made of a program that uses descriptors: each is work for the system, which keeps what is left of a
/// connection for a minute.
const N_OUTSIDE: u64 = 2_000;

/// How many executions may be made, until when.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    /// How many at the most.
    n_most: u64,
    /// How many were made.
    n_spent: u64,
    /// When it is over, if there is a time; at least one execution is made all the same.
    until: Option<Instant>,
    /// How many more there may be, if they are enough for all that is left.
    n_more: u64,
    /// Whether nobody has said how many, or how long.
    is_free: bool,
}

impl Budget {
    /// So many executions.
    pub(crate) fn executions(n_most: u64) -> Budget {
        Budget { n_most, n_spent: 0, until: None, n_more: 0, is_free: false }
    }

    /// What a user has asked for.
    pub(crate) fn of(explore: &Explore) -> Budget {
        Budget {
            n_most: Limit::of(explore).n_executions(),
            n_spent: 0,
            until: explore.time.and_then(|it| Instant::now().checked_add(it)),
            n_more: 0,
            is_free: explore.time.is_none() && explore.n_executions.is_none(),
        }
    }

    /// The program uses descriptors.
    pub(crate) fn is_outside(&mut self) {
        if self.is_free {
            self.n_most = self.n_most.min(N_OUTSIDE);
        }
    }

    /// What has limited it.
    pub(crate) fn limit(&self, explore: &Explore) -> Limit {
        let own = (self.is_free && self.n_most == N_OUTSIDE).then_some(N_OUTSIDE);
        let limit = Limit::of(explore);
        Limit { n_executions: own.or(limit.n_executions), ..limit }
    }

    /// Whether there is nothing left of it.
    pub(crate) fn is_spent(&self) -> bool {
        self.n_spent >= self.n_most
            || self.n_spent > 0 && self.until.is_some_and(|it| Instant::now() >= it)
    }

    /// An execution is made.
    pub(crate) fn spend(&mut self) {
        self.n_spent += 1;
    }

    /// How many executions are left.
    pub(crate) fn n_left(&self) -> u64 {
        self.n_most.saturating_sub(self.n_spent)
    }

    /// One of `n` equal parts of what is left, one execution at the least; who spends of it says so with `settle`.
    pub(crate) fn part(&self, n: u32) -> Budget {
        let until = self.until.map(|it| {
            let now = Instant::now();
            now + it.saturating_duration_since(now) / n
        });
        let n_most = (self.n_left() / u64::from(n)).max(1).min(self.n_left());
        Budget { until, is_free: self.is_free, ..Budget::executions(n_most) }
    }

    /// Half of what is left, and most of the rest if all of the work fits into that.
    pub(crate) fn half(&self) -> Budget {
        let half = self.part(2);
        let n_more = if self.until.is_some() { 0 } else { (self.n_left() - half.n_left()) / 4 * 3 };
        Budget { n_more, ..half }
    }

    /// It is spent, and the work will probably take so many in all: whether there are more.
    pub(crate) fn grows_to(&mut self, estimate: f64) -> bool {
        let n_more = std::mem::take(&mut self.n_more);
        if n_more == 0 || estimate > (self.n_most + n_more) as f64 {
            return false;
        }
        self.n_most += n_more;
        true
    }

    /// The part was spent so far.
    pub(crate) fn settle(&mut self, part: &Budget) {
        self.n_spent += part.n_spent;
    }

    /// How many executions were made.
    pub(crate) fn n_spent(&self) -> u64 {
        self.n_spent
    }
}

/// What a user has limited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Limit {
    /// Executions, if they are limited.
    n_executions: Option<u64>,
    /// Time, if it is limited.
    time: Option<Duration>,
}

impl Limit {
    /// Executions are limited also where nobody says so, unless time is.
    pub(crate) fn of(explore: &Explore) -> Limit {
        let default = explore.time.is_none().then_some(N_EXECUTIONS);
        Limit { n_executions: explore.n_executions.or(default), time: explore.time }
    }

    fn n_executions(self) -> u64 {
        self.n_executions.unwrap_or(u64::MAX)
    }

    /// Which of the two ran out after so many executions.
    pub(crate) fn says(self, n_spent: u64) -> String {
        match self.time {
            Some(time) if n_spent < self.n_executions() => format!("stopped after {time:?}"),
            _ => format!(
                "stopped after {} execution{}",
                self.n_executions(),
                plural(self.n_executions())
            ),
        }
    }
}

/// What is behind a noun of which there are so many.
pub(crate) fn plural(n: impl Into<u64>) -> impl fmt::Display {
    if n.into() == 1 { "" } else { "s" }
}

impl Explore {
    /// No more than so much time, and any number of executions, unless they are limited too. What fits into a time
    /// depends on the machine: a report that is kept as a snapshot is limited by executions alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let report = boucle_explore::Explore::new().time(Duration::from_secs(60)).run(|| async { 42 });
    /// assert!(report.is_complete());
    /// ```
    #[must_use]
    pub fn time(mut self, most: Duration) -> Explore {
        self.time = Some(most);
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Budget, Limit};
    use crate::explore::Explore;

    #[test]
    fn a_part_is_spent_of_the_whole() {
        let mut budget = Budget::of(&Explore::new().executions(10));
        let mut part = budget.part(3);
        while !part.is_spent() {
            part.spend();
        }
        budget.settle(&part);
        assert_eq!((part.n_spent(), budget.n_left()), (3, 7));
        assert_eq!(budget.part(100).n_left(), 1, "one at the least");
    }

    #[test]
    fn one_execution_is_made_also_where_there_is_no_time() {
        let mut budget = Budget::of(&Explore::new().time(Duration::ZERO));
        assert!(!budget.is_spent());
        budget.spend();
        assert!(budget.is_spent());
    }

    #[test]
    fn executions_are_not_limited_where_time_is_unless_both_are_said() {
        let (hour, new) = (Duration::from_secs(3_600), Explore::new);
        assert_eq!(Budget::of(&new().time(hour)).n_left(), u64::MAX);
        assert_eq!(Budget::of(&new().time(hour).executions(3)).n_left(), 3);
        let says = |explore: Explore, n| Limit::of(&explore).says(n);
        assert_eq!(says(new(), 100_000), "stopped after 100000 executions");
        assert_eq!(says(new().time(hour).executions(3), 2), "stopped after 3600s");
        assert_eq!(says(new().time(hour).executions(1), 1), "stopped after 1 execution");
    }
}
