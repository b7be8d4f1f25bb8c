//! What to do about a report that is not as it was to be: the order to be seen again, ready to be pasted.

use crate::environment::Runner;
use crate::report::Report;
use crate::report::verdict::Verdict;
use crate::schedule::Schedule;

impl Report {
    /// That nothing has gone wrong in what was tried: for programs that have too many orders to try each that
    /// matters. How much was tried is in the first line of the report.
    ///
    /// # Panics
    ///
    /// With the report, if something has, or if nothing could be explored.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_explore::{Explore, Strategy};
    ///
    /// Explore::new().strategy(Strategy::Walk).executions(10).run(|| async { 42 }).assert_no_failures();
    /// ```
    #[track_caller]
    pub fn assert_no_failures(&self) {
        let is_explored = self.changed.is_none() && self.shown.refused.is_none();
        assert!(self.found.failures.is_empty() && is_explored, "\n{self}{}", self.advice());
    }

    /// What can be done about it.
    pub(crate) fn advice(&self) -> String {
        self.advice_to(&Runner::current())
    }

    fn advice_to(&self, runner: &Runner) -> String {
        if self.changed.is_some() || self.shown.refused.is_some() || self.verdict == Verdict::One {
            return String::new();
        }
        let schedules = self.found.failures.values().map(|it| &it.schedule);
        match schedules.min_by_key(|it| it.to_string().len()) {
            Some(schedule) => again(schedule, runner.test()),
            None if self.is_complete() => String::new(),
            None => "nothing has gone wrong in what was tried; where that is enough, assert_no_failures says so\n"
                .to_owned(),
        }
    }
}

/// How an order is seen again.
fn again(schedule: &Schedule, test: Option<&str>) -> String {
    match test {
        Some(test) => {
            format!("see it again: BOUCLE_REPLAY='{test}={schedule}' cargo test {test}\n")
        }
        // What is empty says nothing.
        None if schedule.0.is_empty() => String::new(),
        None => format!("see it again: BOUCLE_REPLAY='{schedule}' in the environment\n"),
    }
}

#[cfg(test)]
mod tests {
    use crate::environment::Runner;
    use crate::explore::explore;

    #[test]
    fn a_failure_can_be_pasted_into_the_next_run() {
        let report = explore(|| async {
            let n = std::rc::Rc::new(boucle::shared::Cell::new(0));
            let set = |value| {
                let n = std::rc::Rc::clone(&n);
                boucle::spawn(async move { n.set(value) })
            };
            let (one, other) = (set(1), set(2));
            one.await.expect("it ends");
            other.await.expect("it ends");
            assert!(n.get() == 2, "the second is lost");
        });
        let runner =
            |thread: &str| Runner { thread: Some(thread.to_owned()), arguments: Vec::new() };
        let told = report.advice_to(&runner("bank::transfer"));
        assert_eq!(
            told,
            "see it again: BOUCLE_REPLAY='bank::transfer=B' cargo test bank::transfer\n"
        );
        let told = report.advice_to(&runner("main"));
        assert_eq!(told, "see it again: BOUCLE_REPLAY='B' in the environment\n");
        assert!(report.to_string().lines().count() <= 6, "{report}");
    }
}
