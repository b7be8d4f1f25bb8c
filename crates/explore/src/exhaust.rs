//! Each order that matters, in one execution each, and then each order at all, where they are few.

use std::fmt::Debug;

use crate::budget::Budget;
use crate::explore::Explore;
use crate::report::verdict::Verdict;
use crate::report::{Found, Report};
use crate::search::foot::Task;
use crate::search::swaps::{Pairs, Step, Swapped};
use crate::search::tree::Tree;
use crate::search::{Beginnings, Difference, Diverged, Search};
use crate::world::World;
use crate::world::execution::{Outcome, Runner};
use crate::world::faults::{Doing, Plan, Plans};
use crate::world::names::Names;

/// So many orders are tried one by one, to see whether tasks share what the loop does not see; where there are more, so
/// many pairs of steps change places.
const N_AUDITED: u64 = 2_000;

impl Explore {
    /// Tries each order that matters. If it turns out that tasks share what the loop does not see, it begins again, and
    /// each order of their steps matters.
    pub(crate) fn exhaust<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        budget: &mut Budget,
        report: &mut Report,
    ) {
        let (mut sharing, mut names, mut n_before) = (Vec::new(), Names::default(), 0);
        loop {
            let tree = || Tree::reduced(&sharing);
            let mut searched = self.search(program, &tree, budget, &mut names);
            n_before += report.found.add_search(searched.found, n_before, searched.n_made);
            report.verdict = if searched.is_cut { Verdict::Cut } else { Verdict::EveryTrace };
            (report.n_executions, report.n_blocked) = (searched.n_executions, searched.n_blocked);
            report.changed = searched.diverged.take();
            if searched.is_outside {
                if searched.n_made <= 1 {
                    // It is the loop's own order, which is tried once more.
                    report.found = Found::default();
                    (report.n_executions, report.n_blocked) = (0, 0);
                }
                return report.meet_outside();
            }
            if searched.is_cut && self.shard.is_whole() {
                report.shown.searched = Some((searched.n_executions, searched.estimate));
            }
            if report.changed.is_some() || searched.is_cut || !self.shard.is_whole() {
                return;
            }
            if searched.pairs.are_none() && searched.n_blocked == 0 {
                // Each order was tried, since each matters.
                report.verdict = Verdict::EveryOrder;
                report.n_orders = Some(searched.n_executions);
                return;
            }
            if sharing.is_empty() {
                self.audit(program, report);
            }
            if report.changed.is_some() || report.shown.is_outside {
                return;
            }
            if report.is_every_order() && report.n_unseen == 0 {
                return;
            }
            let n_most = self.audits().n_left() as usize;
            match searched.pairs.swap(program, self.n_steps, n_most, &mut names) {
                Swapped::Same(n, n_all) => {
                    report.shown.audited = Some((n, n_all));
                    return;
                }
                Swapped::Changed(how) => {
                    report.changed = Some(how);
                    return;
                }
                Swapped::Share(one, other, n) => {
                    report.shown.n_swaps = n;
                    report.shown.shared.push([one, other].map(|it| says_step(it, &names)));
                    sharing.extend([one.0, other.0]);
                    // Where each order was tried there is nothing more to find.
                    if report.is_every_order() {
                        return;
                    }
                }
            }
        }
    }

    /// How much is done to find out whether tasks share what the loop does not see.
    fn audits(&self) -> Budget {
        Budget::executions(N_AUDITED.min(Budget::of(self).n_left()))
    }

    /// Tries every order, if they are few: what comes of it that the search has not found comes of something
    /// that the loop does not see.
    fn audit<F: Future<Output: Debug>>(&self, program: &impl Fn() -> F, report: &mut Report) {
        let mut names = Names::default();
        let plain = self.search(program, &Tree::every, &mut self.audits(), &mut names);
        report.changed = plain.diverged;
        if plain.is_outside {
            report.meet_outside();
        }
        if report.changed.is_none() && !plain.is_cut {
            report.verdict = Verdict::EveryOrder;
            report.n_orders = Some(plain.n_executions);
        }
        // Where only this one has found it, the executions before it count.
        let every = plain.found;
        let here = every.first_failure.map(|it| report.n_executions + report.n_blocked + it);
        report.found.first_failure = report.found.first_failure.or(here);
        report.n_unseen = report.found.add_unseen(every);
    }

    fn search<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        tree: &dyn Fn() -> Tree,
        budget: &mut Budget,
        names: &mut Names,
    ) -> Searched {
        let mut world = World::new(tree(), self.n_steps);
        world.names = std::mem::take(names);
        let runner = Runner::new(world);
        let world = &runner.world;
        let mut searched = Searched::default();
        let mut plans = Plans::new(self.limits.clone());
        while let Some(plan) = plans.next() {
            let is_divided = !self.shard.is_whole() && self.limits.are_none();
            // Where something is done to the program, a plan is one shard's as it is. From one to which something
            // can be added all shards learn what there is.
            let is_own = is_divided || self.shard.has(searched.n_plans);
            searched.n_plans += 1;
            if !is_own && self.limits.are_reached(&plan) {
                continue;
            }
            world.borrow_mut().doing = Doing::new(self.limits.clone(), &plan);
            let divided = if is_divided { self.divided(&runner, program) } else { Ok(tree()) };
            match divided {
                Ok(tree) => world.borrow_mut().chooser = tree,
                Err(changed) => searched.diverged = Some(changed),
            }
            if searched.diverged.is_none() && !world.borrow().outside.is_met {
                let of_plan = OfPlan { plan: &plan, is_own, n_left: plans.n_left() };
                Self::search_plan(&runner, program, budget, &of_plan, &mut searched);
            }
            if world.borrow().outside.is_met {
                // What else the search would say of it would not be so.
                (searched.is_outside, searched.is_cut, searched.diverged) = (true, true, None);
            }
            if searched.diverged.is_some() || searched.is_cut {
                break;
            }
            plans.extend(&plan, &world.borrow().doing.possible);
        }
        *names = std::mem::take(&mut world.borrow_mut().names);
        searched
    }

    /// The orders in which what one plan says is done.
    fn search_plan<F: Future<Output: Debug>>(
        runner: &Runner<Tree>,
        program: &impl Fn() -> F,
        budget: &mut Budget,
        of_plan: &OfPlan<'_>,
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
            let outcome = outcome.filter(|_| world.doing.has_effect() && of_plan.is_own);
            if let Some(outcome) = outcome {
                searched.add(&outcome, &world, of_plan.plan);
            }
            let tree = &world.chooser;
            let (n_after, n_blocked_after) = tree.n_ended();
            let n_more = n_after - n_before;
            (0..n_more).for_each(|_| budget.spend());
            searched.n_made += n_more;
            searched.n_blocked += n_blocked_after - n_blocked_before;
            if tree.is_over() || world.outside.is_met {
                return;
            }
            if budget.is_spent() {
                let here = n_made as f64 + tree.estimate();
                let mean = here / searched.n_plans as f64;
                searched.estimate = here + mean * of_plan.n_left as f64;
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
            world.borrow_mut().chooser =
                Tree::Reduced(Box::new(Search::of_beginnings(length)), Vec::new());
            let are_enough = loop {
                run_next(runner, program)?;
                if world.borrow().outside.is_met {
                    break Beginnings::Enough;
                }
                if let Some(enough) = world.borrow().chooser.are_enough(self.shard) {
                    break enough;
                }
            };
            match are_enough {
                Beginnings::Enough => {
                    return Ok(Tree::Reduced(
                        Box::new(Search::of_shard(self.shard, length)),
                        Vec::new(),
                    ));
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

/// A plan whose orders are tried.
struct OfPlan<'a> {
    plan: &'a Plan,
    /// What comes of them is not noted if they are another shard's.
    is_own: bool,
    /// How many plans are left.
    n_left: usize,
}

/// What a search has found, and how it has ended.
#[derive(Default)]
struct Searched {
    found: Found,
    /// Steps that share nothing as far as the loop sees.
    pairs: Pairs,
    /// It was not over as the budget was spent.
    is_cut: bool,
    /// It was given up, since the program uses descriptors.
    is_outside: bool,
    /// How many executions count.
    n_executions: u64,
    /// How many were given up.
    n_blocked: u64,
    /// How many were made in all.
    n_made: u64,
    /// How many plans were tried, or left to other shards.
    n_plans: u64,
    /// How many executions it would have made in all, if it was cut.
    estimate: f64,
    /// The program is not the same each time.
    diverged: Option<String>,
}

impl Searched {
    /// An execution has come to this, and counts.
    fn add(&mut self, outcome: &Outcome, world: &World<Tree>, plan: &Plan) {
        let World { names, written, chooser, .. } = world;
        self.n_executions += 1;
        if !outcome.is_closed {
            self.found.add(outcome, names.n_letters(written), || names.schedule(written));
            if outcome.is_failure {
                self.found.first_failure.get_or_insert(self.n_made + 1);
            }
        }
        if let Tree::Reduced(search, _) = chooser {
            self.pairs.look(search.last(), plan, outcome);
        }
    }
}

/// A step, in words.
fn says_step((task, index): Step, names: &Names) -> (String, u32) {
    (names.called(task).to_owned(), index)
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
