//! The program in every order that matters.

use std::fmt::Debug;
use std::time::Duration;

use crate::budget::Budget;
use crate::environment::Environment;
use crate::replay::follow;
use crate::report::verdict::{self, Verdict};
use crate::report::{Found, Report};
use crate::sample::instead;
use crate::schedule::Schedule;
use crate::shard::Shard;
use crate::strategy::Strategy;
use crate::why::again::Again;
use crate::why::film::write_films;
use crate::world::execution::Outcome;
use crate::world::faults::Limits;

/// No execution has more steps.
pub(crate) const N_STEPS: usize = 10_000;

/// So many failures, and so many outcomes, are run once more.
const N_SEEN_AGAIN: usize = 16;

/// So often is it tried to see one again in which the system has a word.
const N_ATTEMPTS: usize = 3;

/// How a program is explored: how much, and what is done to it.
///
/// # Examples
///
/// ```
/// use boucle::{interrupt, spawn};
/// use boucle_explore::Explore;
///
/// let report = Explore::new().executions(10).run(|| async {
///     for _ in 0..9 {
///         drop(spawn(async { interrupt().await }));
///     }
///     interrupt().await;
/// });
/// let told = report.to_string();
/// assert!(told.starts_with("within 0 deviations from the loop's own order: "), "{told}");
/// assert!(told.contains("stopped after 10 executions"), "{told}");
/// ```
#[derive(Clone, Debug)]
pub struct Explore {
    /// No more executions, if somebody has said so.
    pub(crate) n_executions: Option<u64>,
    /// No more steps in each.
    pub(crate) n_steps: usize,
    /// No more time, if somebody has said so.
    pub(crate) time: Option<Duration>,
    /// Which orders.
    pub(crate) strategy: Strategy,
    /// What chance begins with.
    pub(crate) seed: u64,
    /// Which part of it all.
    pub(crate) shard: Shard,
    /// What is done to the program.
    pub(crate) limits: Limits,
}

impl Default for Explore {
    fn default() -> Explore {
        Explore::new()
    }
}

/// Runs the program in every order that matters, and reports what comes of it. The program is what
/// [`boucle::run`] would run; its time is virtual.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::shared::Cell;
/// use boucle::{gather, interrupt};
/// use boucle_explore::explore;
///
/// let report = explore(|| async {
///     let sum = Rc::new(Cell::new(0));
///     let add = |n| {
///         let sum = Rc::clone(&sum);
///         async move {
///             let before = sum.get();
///             interrupt().await;
///             sum.set(before + n);
///         }
///     };
///     gather([add(1), add(2)]).await.unwrap();
///     sum.get()
/// });
/// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2", "3"]);
/// ```
pub fn explore<F: Future<Output: Debug>>(program: impl Fn() -> F) -> Report {
    Explore::new().run(program)
}

impl Explore {
    /// A hundred thousand executions of ten thousand steps at the most; two thousand of a program that uses
    /// descriptors.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::Explore::new().run(|| async { 1 });
    /// assert_eq!(report.n_executions(), 1);
    /// ```
    #[must_use]
    pub fn new() -> Explore {
        Explore {
            n_executions: None,
            n_steps: N_STEPS,
            time: None,
            strategy: Strategy::Auto,
            seed: 0,
            shard: Shard::WHOLE,
            limits: Limits::default(),
        }
    }

    /// No more than so many executions.
    ///
    /// # Panics
    ///
    /// If there is to be none.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::Explore::new().executions(1).run(|| async {});
    /// assert_eq!(report.n_executions(), 1);
    /// ```
    #[must_use]
    pub fn executions(mut self, most: u64) -> Explore {
        assert!(most > 0, "without an execution nothing is seen: allow one at the least");
        self.n_executions = Some(most);
        self
    }

    /// No more than so many steps in an execution: one that has more does not end.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::interrupt;
    ///
    /// let for_ever = || async {
    ///     loop {
    ///         interrupt().await;
    ///     }
    /// };
    /// let report = boucle_explore::Explore::new().steps(50).run(for_ever);
    /// assert_eq!(report.failures().collect::<Vec<_>>(), ["it does not end: M goes round"]);
    /// ```
    #[must_use]
    pub fn steps(mut self, most: usize) -> Explore {
        self.n_steps = most;
        self
    }

    /// Which orders are tried.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{gather, interrupt};
    /// use boucle_explore::{Explore, Strategy};
    ///
    /// let program = || async {
    ///     gather([(); 3].map(|()| interrupt())).await.unwrap();
    /// };
    /// let explore = Explore::new().strategy(Strategy::Walk).seed(7).executions(100);
    /// let told = explore.run(program).to_string();
    /// assert!(told.starts_with("sampled: 100 orders of seed 7, by random walks"), "{told}");
    /// ```
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Explore {
        self.strategy = strategy;
        self
    }

    /// What chance begins with, where orders are chosen by chance: the same seed, the same report, everywhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_explore::{Explore, Strategy};
    ///
    /// let explore = Explore::new().strategy(Strategy::Walk).executions(3).seed(1);
    /// assert_eq!(explore.run(|| async {}).to_string(), explore.run(|| async {}).to_string());
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Explore {
        self.seed = seed;
        self
    }

    /// Runs the program in every order that matters, or in those that the [`Strategy`] says. The environment may
    /// say to run one order alone (`BOUCLE_REPLAY`), how many seconds it may take (`BOUCLE_EXPLORE_TIME`), and
    /// which part is to be tried (`BOUCLE_EXPLORE_SHARD`); what it says that cannot be understood is in the report.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::Explore::new().run(|| async { 42 });
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["42"]);
    /// ```
    pub fn run<F: Future<Output: Debug>>(&self, program: impl Fn() -> F) -> Report {
        match Environment::of_process() {
            Ok(environment) => self.run_in(&environment, &program),
            Err(error) => Report::refused(error.to_string()),
        }
    }

    /// The same in an environment.
    pub(crate) fn run_in<F: Future<Output: Debug>>(
        &self,
        environment: &Environment,
        program: &impl Fn() -> F,
    ) -> Report {
        if let Some(schedule) = &environment.replay {
            return self.only(schedule, program);
        }
        let mut explore = self.clone();
        explore.time = environment.time.or(self.time);
        explore.shard = environment.shard.map_or(self.shard, |it| self.shard.part(it));
        explore.all(program)
    }

    /// Runs one order.
    fn only<F: Future<Output: Debug>>(
        &self,
        schedule: &Schedule,
        program: &impl Fn() -> F,
    ) -> Report {
        let replay = match follow(schedule, program, self.n_steps) {
            Ok(replay) => replay,
            Err(error) => {
                return Report::refused(format!(
                    "BOUCLE_REPLAY={schedule} is another program's: {error}"
                ));
            }
        };
        let mut report = Report { verdict: Verdict::One, n_executions: 1, ..Report::default() };
        report.shown.only = Some(schedule.clone());
        let outcome = Outcome {
            says: replay.outcome().to_owned(),
            is_failure: replay.is_failure(),
            is_closed: false,
        };
        report.found.add(&outcome, schedule.to_string().len(), || schedule.clone());
        self.see_again(program, &mut report);
        report
    }

    /// Tries what the strategy says.
    fn all<F: Future<Output: Debug>>(&self, program: &impl Fn() -> F) -> Report {
        let mut report = Report::default();
        let mut budget = Budget::of(self);
        report.disturbed = self.limits.words();
        report.shown.seed = self.seed;
        report.shown.shard = (!self.shard.is_whole()).then(|| self.shard.to_string());
        match self.strategy {
            Strategy::Auto => {
                let mut half = budget.half();
                self.exhaust(program, &mut half, &mut report);
                budget.settle(&half);
                if report.shown.is_outside {
                    budget.is_outside();
                }
                if report.verdict == Verdict::Cut && report.changed.is_none() {
                    self.try_some(program, &instead(), &mut budget, &mut report);
                }
            }
            Strategy::Exhaustive => {
                self.exhaust(program, &mut budget, &mut report);
                // There is no such thing then.
                if report.shown.is_outside && report.changed.is_none() {
                    self.try_some(program, &instead(), &mut budget, &mut report);
                }
            }
            some => self.try_some(program, &[some], &mut budget, &mut report),
        }
        if !report.is_complete() {
            report.shown.stopped =
                budget.is_spent().then(|| budget.limit(self).says(budget.n_spent()));
        }
        if report.changed.is_none() {
            self.see_again(program, &mut report);
            write_films(&report);
        }
        report
    }

    /// Tries orders by these strategies.
    fn try_some<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        strategies: &[Strategy],
        budget: &mut Budget,
        report: &mut Report,
    ) {
        let sampled = self.sample(program, strategies, budget, &mut report.found);
        report.shown.is_outside |= sampled.is_outside;
        if sampled.is_outside {
            budget.is_outside();
        }
        report.verdict = match report.shown.is_outside {
            true => Verdict::Sampled,
            false => verdict::of_width(sampled.deviating.and_then(|it| it.1)),
        };
        report.n_executions += sampled.deviating.map_or(0, |it| it.0) + sampled.n;
        report.changed = sampled.changed.clone();
        report.shown.sampled = sampled;
        if report.changed.is_none() {
            self.shrink(program, &mut report.found);
        }
    }

    /// Runs the orders once more that the report names: each must come to the same. Of a failure it is looked for
    /// why it fails.
    fn see_again<F: Future<Output: Debug>>(&self, program: &impl Fn() -> F, report: &mut Report) {
        let Found { outcomes, failures, .. } = &mut report.found;
        let again = Again::new(program, self.n_steps);
        let all =
            failures.iter_mut().take(N_SEEN_AGAIN).chain(outcomes.iter_mut().take(N_SEEN_AGAIN));
        for (says, seen) in all {
            // What the system brings late is not there the first time.
            let n_attempts = if report.shown.is_outside { N_ATTEMPTS } else { 1 };
            let mut attempts = (0..n_attempts).map(|_| again.see(&seen.schedule, says));
            let first = attempts.next().expect("there is one");
            match first.or_else(|error| attempts.find_map(Result::ok).ok_or(error)) {
                Ok(run) => {
                    if run.schedule.to_string().len() <= seen.schedule.to_string().len() {
                        seen.schedule = run.schedule.clone();
                    }
                    if run.outcome.is_failure {
                        seen.explained = Some(again.explain(says, &run));
                    }
                }
                Err(now) => {
                    let before = &seen.schedule;
                    report.changed =
                        Some(format!("the order {before} came to {says}, and now it {now}"));
                    break;
                }
            }
        }
    }
}
