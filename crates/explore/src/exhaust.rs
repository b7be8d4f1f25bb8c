//! Each order that matters, in one execution each, and then each order at all, where they are few.

use std::fmt::Debug;

use crate::budget::Budget;
use crate::execution::{Outcome, Runner};
use crate::explore::Explore;
use crate::faults::{Doing, Plans};
use crate::foot::Task;
use crate::names::Names;
use crate::report::{Found, Report};
use crate::search::{Beginnings, Difference, Diverged, Search};
use crate::tree::Tree;
use crate::verdict::Verdict;
use crate::world::World;

/// So many orders are tried one by one, to see whether tasks share what the loop does not see.
const N_AUDITED: u64 = 2_000;

impl Explore {
    /// Tries each order that matters.
    pub(crate) fn exhaust<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        budget: &mut Budget,
        report: &mut Report,
    ) {
        let reduced = self.search(program, Tree::reduced, budget, &mut report.found);
        report.verdict = if reduced.is_cut { Verdict::Cut } else { Verdict::EveryTrace };
        (report.n_executions, report.n_blocked) = (reduced.n_executions, reduced.n_blocked);
        report.changed = reduced.diverged;
        if report.changed.is_none() && self.shard.is_whole() {
            if !reduced.is_cut {
                self.audit(program, report);
            } else {
                report.shown.searched = Some((reduced.n_executions, reduced.estimate));
            }
        }
    }

    /// Tries every order, if they are few: what comes of it that the search has not found comes of something
    /// that the loop does not see.
    fn audit<F: Future<Output: Debug>>(&self, program: &impl Fn() -> F, report: &mut Report) {
        let mut every = Found::default();
        let mut budget = Budget::executions(N_AUDITED.min(Budget::of(self).n_left()));
        let plain = self.search(program, Tree::every, &mut budget, &mut every);
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
        tree: fn() -> Tree,
        budget: &mut Budget,
        found: &mut Found,
    ) -> Searched {
        let runner = Runner::new(World::new(tree(), self.n_steps));
        let world = &runner.world;
        let mut searched = Searched::default();
        let mut plans = Plans::new(self.limits);
        while let Some(plan) = plans.next() {
            let is_divided = !self.shard.is_whole() && self.limits.are_none();
            // Where something is done to the program, a plan is one shard's as it is. From one to which something
            // can be added all shards learn what there is.
            let is_own = is_divided || self.shard.has(searched.n_plans);
            searched.n_plans += 1;
            if !is_own && self.limits.are_reached(&plan) {
                continue;
            }
            world.borrow_mut().doing = Doing::new(self.limits, &plan);
            let divided = if is_divided { self.divided(&runner, program) } else { Ok(tree()) };
            match divided {
                Ok(tree) => world.borrow_mut().chooser = tree,
                Err(changed) => searched.diverged = Some(changed),
            }
            if searched.diverged.is_none() {
                let found = is_own.then_some(&mut *found);
                self.search_plan(&runner, program, budget, plans.n_left(), found, &mut searched);
            }
            if searched.diverged.is_some() || searched.is_cut {
                break;
            }
            plans.extend(&plan, &world.borrow().doing.possible);
        }
        searched
    }

    /// The orders in which what one plan says is done. What comes of them is not noted if they are another shard's.
    fn search_plan<F: Future<Output: Debug>>(
        &self,
        runner: &Runner<Tree>,
        program: &impl Fn() -> F,
        budget: &mut Budget,
        n_plans_left: usize,
        mut found: Option<&mut Found>,
        searched: &mut Searched,
    ) {
        let (n_made, world) = (searched.n_made, &runner.world);
        loop {
            let (n_before, n_blocked_before) = world.borrow().chooser.n_ended();
            let outcome = match run_next(runner, program) {
                Ok(outcome) => outcome,
                Err(error) => {
                    searched.diverged = Some(error);
                    return;
                }
            };
            let world = world.borrow();
            // Without an effect it is an execution of another plan.
            let outcome = outcome.filter(|_| world.doing.has_effect());
            if let (Some(outcome), Some(found)) = (outcome, &mut found) {
                if !outcome.is_closed {
                    let World { names, written, .. } = &*world;
                    found.add(&outcome, names.n_letters(written), || names.schedule(written));
                    if outcome.is_failure {
                        found.first_failure.get_or_insert(searched.n_made + 1);
                    }
                }
                searched.n_executions += 1;
            }
            let tree = &world.chooser;
            let (n_after, n_blocked_after) = tree.n_ended();
            let n_more = n_after - n_before;
            (0..n_more).for_each(|_| budget.spend());
            searched.n_made += n_more;
            searched.n_blocked += n_blocked_after - n_blocked_before;
            if tree.is_over() {
                return;
            }
            if budget.is_spent() {
                let here = n_made as f64 + tree.estimate();
                let mean = here / searched.n_plans as f64;
                searched.estimate = here + mean * n_plans_left as f64;
                if !budget.grows_to(searched.estimate) {
                    searched.is_cut = true;
                    return;
                }
            }
        }
    }

    /// The search of one's own shard: of the beginnings that are long enough to be divided evenly.
    fn divided<F: Future<Output: Debug>>(
        &self,
        runner: &Runner<Tree>,
        program: &impl Fn() -> F,
    ) -> Result<Tree, String> {
        let (mut length, world) = (1, &runner.world);
        loop {
            world.borrow_mut().chooser = Tree::Reduced(Search::of_beginnings(length));
            let are_enough = loop {
                run_next(runner, program)?;
                if let Some(enough) = world.borrow().chooser.are_enough(self.shard) {
                    break enough;
                }
            };
            match are_enough {
                Beginnings::Enough => {
                    return Ok(Tree::Reduced(Search::of_shard(self.shard, length)));
                }
                Beginnings::TooFew => length += 1,
            }
        }
    }
}

/// Makes the next execution. Returns what came of it if it counts, or what is not as it was before.
fn run_next<F: Future<Output: Debug>>(
    runner: &Runner<Tree>,
    program: &impl Fn() -> F,
) -> Result<Option<Outcome>, String> {
    runner.world.borrow_mut().chooser.begin();
    let outcome = runner.run(program);
    let world = &mut *runner.world.borrow_mut();
    match world.chooser.end(outcome.is_some()) {
        Ok(counts) => Ok(outcome.filter(|_| counts)),
        Err(error) => Err(says(&error, &world.names)),
    }
}

/// How a search has ended.
#[derive(Default)]
struct Searched {
    /// It was not over as the budget was spent.
    is_cut: bool,
    /// How many executions count.
    n_executions: u64,
    /// How many were given up.
    n_blocked: u64,
    /// How many were made in all.
    n_made: u64,
    /// How many plans were tried, or left to other shards.
    n_plans: u64,
    /// How many executions it will have made in all.
    estimate: f64,
    /// The program is not the same each time.
    diverged: Option<String>,
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
