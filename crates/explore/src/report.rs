//! What was found out about a program.

pub(crate) mod advice;
pub(crate) mod verdict;

use std::collections::BTreeMap;
use std::fmt;

use crate::report::verdict::{Shown, Verdict};
use crate::schedule::Schedule;
use crate::why::explained::Explained;
use crate::why::film::Film;
use crate::world::execution::Outcome;

/// Something that executions came to.
#[derive(Clone, Default, Debug)]
pub(crate) struct Seen {
    /// How many executions.
    pub(crate) n: u64,
    /// The shortest schedule that comes to it.
    pub(crate) schedule: Schedule,
    /// How many letters that has.
    n_letters: usize,
    /// Why it fails.
    pub(crate) explained: Option<Explained>,
}

impl Seen {
    /// Comes to it by a schedule of so many letters.
    fn add(&mut self, n_letters: usize, schedule: impl FnOnce() -> Schedule) {
        if self.n == 0 || n_letters <= self.n_letters {
            let schedule = schedule();
            // Of two that are as short, the first one in alphabetical order.
            let is_first = || schedule.to_string() < self.schedule.to_string();
            if self.n == 0 || n_letters < self.n_letters || is_first() {
                (self.schedule, self.n_letters) = (schedule, n_letters);
            }
        }
        self.n += 1;
    }
}

/// What executions came to.
#[derive(Clone, Default, Debug)]
pub(crate) struct Found {
    pub(crate) outcomes: BTreeMap<String, Seen>,
    pub(crate) failures: BTreeMap<String, Seen>,
    /// Which execution was the first that failed, from 1.
    pub(crate) first_failure: Option<u64>,
}

impl Found {
    /// An execution came to this, by a schedule of so many letters.
    pub(crate) fn add(
        &mut self,
        outcome: &Outcome,
        n_letters: usize,
        schedule: impl FnOnce() -> Schedule,
    ) {
        let kind = if outcome.is_failure { &mut self.failures } else { &mut self.outcomes };
        match kind.get_mut(&outcome.says) {
            Some(seen) => seen.add(n_letters, schedule),
            None => kind.entry(outcome.says.clone()).or_default().add(n_letters, schedule),
        }
    }

    /// Adds what a search has found, the latest one: its counts are those that hold. So many executions were made
    /// before it, and in it; returns the latter.
    pub(crate) fn add_search(&mut self, mut latest: Found, n_before: u64, n_made: u64) -> u64 {
        let here = latest.first_failure.map(|it| it + n_before);
        latest.first_failure = self.first_failure.or(here);
        let before = std::mem::replace(self, latest);
        self.add_unseen(before);
        n_made
    }

    /// Adds what is not there yet; how much that is.
    pub(crate) fn add_unseen(&mut self, every: Found) -> usize {
        let mut n = 0;
        let kinds = [(&mut self.outcomes, every.outcomes), (&mut self.failures, every.failures)];
        for (known, every) in kinds {
            for (says, seen) in every {
                known.entry(says).or_insert_with(|| {
                    n += 1;
                    seen
                });
            }
        }
        n
    }
}

/// What was found out about a program: its outcomes, its failures, each with the shortest schedule that comes
/// to it. `{}` shows it, the same each time: it can be kept as a snapshot. `{:#}` shows the [lanes](Report::lanes)
/// of each failure as well.
///
/// The first line says how much was shown, and never more than that. Below each failure stands why it fails, as far
/// as that was found out: what waits for what, and what would have to be the other way round. That was run, and has
/// passed, in the order that stands behind it.
///
/// # Examples
///
/// ```
/// let report = boucle_explore::explore(|| async { 42 });
/// assert_eq!(
///     report.to_string(),
///     "every order: 1, of which 1 matters\n1 outcome:\n  42, in 1\n",
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(crate) verdict: Verdict,
    pub(crate) n_executions: u64,
    pub(crate) n_blocked: u64,
    pub(crate) n_orders: Option<u64>,
    pub(crate) n_unseen: usize,
    /// What was done to the program, in words.
    pub(crate) disturbed: String,
    pub(crate) changed: Option<String>,
    pub(crate) shown: Shown,
    pub(crate) found: Found,
}

impl Report {
    /// What the program comes to where nothing fails: its value as `{:?}` has it, in alphabetical order.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(|| async { "done" });
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["\"done\""]);
    /// ```
    pub fn outcomes(&self) -> impl Iterator<Item = &str> {
        self.found.outcomes.keys().map(String::as_str)
    }

    /// What can go wrong: panics, deadlocks, runs that do not end.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert_eq!(report.failures().collect::<Vec<_>>(), ["deadlock"]);
    /// ```
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        self.found.failures.keys().map(String::as_str)
    }

    /// The shortest schedule that comes to this outcome, or to this failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_explore::{explore, replay};
    ///
    /// let program = || async { boucle::spawn(async { 7 }).await };
    /// let report = explore(program);
    /// let schedule = report.schedule("Ok(7)").unwrap().to_string();
    /// assert_eq!(replay(&schedule, program).unwrap().outcome(), "Ok(7)");
    /// ```
    #[must_use]
    pub fn schedule(&self, outcome: &str) -> Option<&Schedule> {
        let seen = self.found.outcomes.get(outcome).or_else(|| self.found.failures.get(outcome));
        seen.map(|it| &it.schedule)
    }

    /// Why something fails, as far as that was found out: the lines that stand below it in the report.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert_eq!(
    ///     report.why("deadlock").collect::<Vec<_>>(),
    ///     ["nobody is left who could wake anybody:", "  the program (M) stands still since its poll 1"],
    /// );
    /// ```
    pub fn why(&self, failure: &str) -> impl Iterator<Item = &str> {
        let explained = self.found.failures.get(failure).and_then(|it| it.explained.as_ref());
        explained.into_iter().flat_map(|it| &it.lines).map(String::as_str)
    }

    /// The nearest order that passes; none if none was found near the one that fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{interrupt, spawn};
    /// use boucle_explore::{explore, replay};
    ///
    /// let program = || async {
    ///     let task = spawn(async {});
    ///     interrupt().await;
    ///     assert!(task.done(), "too early");
    /// };
    /// let report = explore(program);
    /// let passes = report.passes("panicked: too early").unwrap().to_string();
    /// assert!(!replay(&passes, program).unwrap().is_failure());
    /// ```
    #[must_use]
    pub fn passes(&self, failure: &str) -> Option<&Schedule> {
        self.found.failures.get(failure)?.explained.as_ref()?.passes.as_ref()
    }

    /// The order that fails and the nearest one that passes, beside each other: what each step does, one lane a
    /// task. What is the other way round has a star. None if no order was found near it that passes.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{interrupt, spawn};
    ///
    /// let report = boucle_explore::explore(|| async {
    ///     let task = spawn(async {});
    ///     interrupt().await;
    ///     assert!(task.done(), "too early");
    /// });
    /// assert_eq!(
    ///     report.lanes("panicked: too early").unwrap(),
    ///     "  fails, by M:   ┃   passes, by A:
    ///   M ·  spawns A  ┃   M ·  spawns A
    /// * M ·  panics    ┃ * · A  ends
    ///                  ┃ * M ·  ends
    /// ",
    /// );
    /// ```
    #[must_use]
    pub fn lanes(&self, failure: &str) -> Option<&str> {
        let explained = self.found.failures.get(failure)?.explained.as_ref()?;
        Some(explained.lanes.as_str()).filter(|it| !it.is_empty())
    }

    /// The failures as recordings. `BOUCLE_EXPLORE_FILM=DIRECTORY` in the environment writes them.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(|| async { 42 });
    /// assert_eq!(report.films().count(), 0);
    /// ```
    pub fn films(&self) -> impl Iterator<Item = &Film> {
        self.found.failures.values().filter_map(|it| it.explained.as_ref()?.film.as_ref())
    }

    /// Which execution was the first that failed, from 1: so many were needed until something was found. Those that
    /// were given up, and those in which a fault had no effect, are counted, too.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert_eq!(report.first_failure(), Some(1));
    /// ```
    #[must_use]
    pub fn first_failure(&self) -> Option<u64> {
        self.found.first_failure
    }

    /// How many executions there were. If each order that matters was tried, that is one for each.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_explore::explore(|| async {}).n_executions(), 1);
    /// ```
    #[must_use]
    pub fn n_executions(&self) -> u64 {
        self.n_executions
    }

    /// How many executions were given up, since nothing new would have come of them.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_explore::explore(|| async {}).n_blocked(), 0);
    /// ```
    #[must_use]
    pub fn n_blocked(&self) -> u64 {
        self.n_blocked
    }

    /// Whether nothing was left out: each order was tried, or each that matters, as far as the loop sees what
    /// tasks share; of one part, if it is a shard; or that one order which the environment asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(boucle_explore::explore(|| async {}).is_complete());
    /// ```
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_all =
            matches!(self.verdict, Verdict::EveryOrder | Verdict::EveryTrace | Verdict::One);
        is_all && self.changed.is_none() && self.shown.refused.is_none()
    }

    /// That nothing can go wrong, and that nothing was left out.
    ///
    /// # Panics
    ///
    /// With the report, if something can, or was.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle_explore::explore(|| async { 42 }).assert_ok();
    /// ```
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.found.failures.is_empty() && self.is_complete(), "\n{self}{}", self.advice());
    }

    /// The same, and that it comes to one thing alone.
    ///
    /// # Panics
    ///
    /// With the report, if not.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle_explore::explore(|| async { 42 }).assert_one_outcome();
    /// ```
    #[track_caller]
    pub fn assert_one_outcome(&self) {
        self.assert_ok();
        assert!(self.found.outcomes.len() == 1, "\n{self}{}", self.advice());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_shown(f)?;
        self.write_unseen(f)?;
        for (kind, all) in [("outcome", &self.found.outcomes), ("failure", &self.found.failures)] {
            if !all.is_empty() {
                writeln!(f, "{} {kind}{}:", all.len(), if all.len() == 1 { "" } else { "s" })?;
            }
            for (says, seen) in all {
                // What a panic says beyond its first line stands below.
                let mut says = says.lines();
                write!(f, "  {}, in {}", says.next().unwrap_or_default(), seen.n)?;
                let schedule = seen.schedule.to_string();
                if !schedule.is_empty() {
                    write!(f, ", by {schedule}")?;
                }
                writeln!(f)?;
                for line in says {
                    writeln!(f, "    {}", line.trim_start())?;
                }
                let Some(Explained { lines, lanes, .. }) = &seen.explained else { continue };
                let is_whole = f.alternate();
                let lanes = lanes.lines().filter(|_| is_whole);
                for line in lines.iter().map(String::as_str).chain(lanes) {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        Ok(())
    }
}
