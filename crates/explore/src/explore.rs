//! The program in every order that matters.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;

use boucle::How;

use crate::again::Again;
use crate::execution::{Outcome, run};
use crate::faults::{Doing, Limits, Plans};
use crate::film::write_films;
use crate::foot::Task;
use crate::names::{EVERYTHING, Names};
use crate::order::Event;
use crate::report::{Found, Report, Verdict};
use crate::search::{Difference, Diverged, Next, Search};
use crate::world::{Choose, World};

/// No execution has more steps.
pub(crate) const N_STEPS: usize = 10_000;

/// So many executions are made, if nothing else is said.
const N_EXECUTIONS: u64 = 100_000;

/// So many orders are tried one by one, to see whether tasks share what the loop does not see.
const N_AUDITED: u64 = 2_000;

/// So many failures, and so many outcomes, are run once more.
const N_SEEN_AGAIN: usize = 16;

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
/// assert!(report.to_string().starts_with("not every order: stopped after 10 executions"));
/// ```
#[derive(Clone, Debug)]
pub struct Explore {
    n_executions: u64,
    n_steps: usize,
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
    /// A hundred thousand executions of ten thousand steps at the most.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::Explore::new().run(|| async { 1 });
    /// assert_eq!(report.n_executions(), 1);
    /// ```
    #[must_use]
    pub fn new() -> Explore {
        Explore { n_executions: N_EXECUTIONS, n_steps: N_STEPS, limits: Limits::default() }
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
        self.n_executions = most;
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
    /// assert_eq!(report.failures().collect::<Vec<_>>(), ["it does not end"]);
    /// ```
    #[must_use]
    pub fn steps(mut self, most: usize) -> Explore {
        self.n_steps = most;
        self
    }

    /// Runs the program in every order that matters.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::Explore::new().run(|| async { 42 });
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["42"]);
    /// ```
    pub fn run<F: Future<Output: Debug>>(&self, program: impl Fn() -> F) -> Report {
        let mut found = Found::default();
        let reduced = self.search(&program, false, self.n_executions, &mut found);
        let mut report = Report {
            verdict: if reduced.is_cut { Verdict::Cut } else { Verdict::EveryTrace },
            n_executions: reduced.n_executions,
            n_blocked: reduced.n_blocked,
            n_orders: None,
            n_unseen: 0,
            disturbed: self.limits.words(),
            changed: reduced.diverged,
            found,
        };
        if report.changed.is_none() && !reduced.is_cut {
            self.audit(&program, &mut report);
        }
        if report.changed.is_none() {
            self.see_again(&program, &mut report);
            write_films(&report);
        }
        report
    }

    /// Runs the orders once more that the report names: each must come to the same. Of a failure it is looked for
    /// why it fails.
    fn see_again<F: Future<Output: Debug>>(&self, program: &impl Fn() -> F, report: &mut Report) {
        let Found { outcomes, failures, .. } = &mut report.found;
        let again = Again::new(program, self.n_steps);
        let all =
            failures.iter_mut().take(N_SEEN_AGAIN).chain(outcomes.iter_mut().take(N_SEEN_AGAIN));
        for (says, seen) in all {
            match again.see(&seen.schedule, says) {
                Ok(run) => {
                    seen.schedule = run.schedule.clone();
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

    /// Tries every order, if they are few: what comes of it that the search has not found comes of something
    /// that the loop does not see.
    fn audit<F: Future<Output: Debug>>(&self, program: &impl Fn() -> F, report: &mut Report) {
        let mut every = Found::default();
        let plain = self.search(program, true, N_AUDITED.min(self.n_executions), &mut every);
        report.changed = plain.diverged;
        if report.changed.is_none() && !plain.is_cut {
            report.verdict = Verdict::EveryOrder;
            report.n_orders = Some(plain.n_executions);
        }
        // Where only this one has found it, the executions before it count.
        let here = every.first_failure.map(|it| report.n_executions + report.n_blocked + it);
        report.found.first_failure = report.found.first_failure.or(here);
        report.n_unseen = report.found.add_unseen(every);
    }

    fn search<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        each_order: bool,
        n_most: u64,
        found: &mut Found,
    ) -> Searched {
        let chooser = Chooser { search: Search::default(), each_order };
        let world = Rc::new(RefCell::new(World::new(chooser, self.n_steps)));
        let mut searched = Searched::default();
        let mut plans = Plans::new(self.limits);
        while let Some(plan) = plans.next() {
            {
                let world = &mut *world.borrow_mut();
                world.chooser.search = Search::default();
                world.doing = Doing::new(self.limits, &plan);
            }
            self.search_plan(&world, program, n_most, found, &mut searched);
            if searched.diverged.is_some() || searched.is_cut {
                break;
            }
            plans.extend(&plan, &world.borrow().doing.possible);
        }
        searched
    }

    /// The orders in which what one plan says is done.
    fn search_plan<F: Future<Output: Debug>>(
        &self,
        world: &Rc<RefCell<World<Chooser>>>,
        program: &impl Fn() -> F,
        n_most: u64,
        found: &mut Found,
        searched: &mut Searched,
    ) {
        loop {
            world.borrow_mut().chooser.search.begin();
            let outcome = run(world, program);
            let world = &mut *world.borrow_mut();
            // Without an effect it is an execution of another plan.
            let outcome_counts = outcome.is_some() && world.doing.has_effect();
            if let Some(outcome) = outcome.as_ref().filter(|_| outcome_counts) {
                if !outcome.is_closed {
                    found.add(outcome, &world.schedule);
                    if outcome.is_failure {
                        found.first_failure.get_or_insert(searched.n_made + 1);
                    }
                }
                searched.n_executions += 1;
            }
            searched.n_blocked += u64::from(outcome.is_none());
            searched.n_made += 1;
            if let Err(error) = world.chooser.search.end(outcome.is_some()) {
                searched.diverged = Some(says(&error, &world.names));
                return;
            }
            if world.chooser.search.is_over() {
                return;
            }
            if searched.n_made >= n_most {
                searched.is_cut = true;
                return;
            }
        }
    }
}

/// How a search has ended.
#[derive(Default)]
struct Searched {
    /// It was not over after as many executions as may be made.
    is_cut: bool,
    /// How many executions count.
    n_executions: u64,
    /// How many were given up.
    n_blocked: u64,
    /// How many were made in all.
    n_made: u64,
    /// The program is not the same each time.
    diverged: Option<String>,
}

/// Lets the search choose.
struct Chooser {
    search: Search,
    /// Whether each order matters.
    each_order: bool,
}

impl Choose for Chooser {
    fn choose(&mut self, ready: &[Task], _: &Names) -> Option<Task> {
        match self.search.choose(ready) {
            Next::Task(task) => Some(task),
            Next::GiveUp => None,
        }
    }

    fn took(&mut self, mut event: Event, cuts_off: &[Task]) {
        if self.each_order {
            event.foot.uses(EVERYTHING, How::Write);
        }
        self.search.took(event, cuts_off);
    }
}

/// What a program does that is not the same each time.
fn says(diverged: &Diverged, names: &Names) -> String {
    let all = |tasks: &[Task]| {
        let called: Vec<_> = tasks.iter().map(|it| names.called(*it)).collect();
        if called.is_empty() { "nobody".to_owned() } else { called.join(" ") }
    };
    let what = match &diverged.how {
        Difference::Ready(before, now) => {
            format!("{} could go on before, and {} now", all(before), all(now))
        }
        Difference::Foot(task) => format!("{} did something else", names.called(*task)),
        Difference::Missing(task) => format!("{} cannot go on any more", names.called(*task)),
    };
    format!("step {}: {what}", diverged.step + 1)
}

impl Found {
    /// An execution came to this.
    fn add(&mut self, outcome: &Outcome, schedule: &crate::Schedule) {
        let kind: &mut BTreeMap<_, _> =
            if outcome.is_failure { &mut self.failures } else { &mut self.outcomes };
        let seen = kind.entry(outcome.says.clone()).or_default();
        seen.add(schedule);
    }
}
