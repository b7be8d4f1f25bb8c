//! Each order that matters, in one execution each, and then each order at all, where they are few.

use std::cell::RefCell;
use std::fmt::Debug;
use std::rc::Rc;

use boucle::How;

use crate::budget::Budget;
use crate::execution::{Outcome, run};
use crate::explore::Explore;
use crate::faults::{Doing, Plans};
use crate::foot::Task;
use crate::names::{EVERYTHING, Names};
use crate::order::Event;
use crate::report::{Found, Report};
use crate::search::{Beginnings, Difference, Diverged, Next, Search};
use crate::verdict::Verdict;
use crate::world::{Choose, World};

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
        let reduced = self.search(program, false, budget, &mut report.found);
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
        let plain = self.search(program, true, &mut budget, &mut every);
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
        budget: &mut Budget,
        found: &mut Found,
    ) -> Searched {
        let chooser = Chooser { search: Search::default(), each_order };
        let world = Rc::new(RefCell::new(World::new(chooser, self.n_steps)));
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
            let search =
                if is_divided { self.divided(&world, program) } else { Ok(Search::default()) };
            match search {
                Ok(search) => world.borrow_mut().chooser.search = search,
                Err(changed) => searched.diverged = Some(changed),
            }
            if searched.diverged.is_none() {
                let found = is_own.then_some(&mut *found);
                self.search_plan(&world, program, budget, plans.n_left(), found, &mut searched);
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
        world: &Rc<RefCell<World<Chooser>>>,
        program: &impl Fn() -> F,
        budget: &mut Budget,
        n_plans_left: usize,
        mut found: Option<&mut Found>,
        searched: &mut Searched,
    ) {
        let n_made = searched.n_made;
        loop {
            let (n_before, n_blocked_before) = {
                let search = &world.borrow().chooser.search;
                (n_counted(search), search.n_blocked)
            };
            let outcome = match run_next(world, program) {
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
                    found.add(&outcome, &world.schedule);
                    if outcome.is_failure {
                        found.first_failure.get_or_insert(searched.n_made + 1);
                    }
                }
                searched.n_executions += 1;
            }
            let search = &world.chooser.search;
            let n_more = n_counted(search) - n_before;
            (0..n_more).for_each(|_| budget.spend());
            searched.n_made += n_more;
            searched.n_blocked += search.n_blocked - n_blocked_before;
            let below = search.estimate();
            let mean = (n_made as f64 + below) / searched.n_plans as f64;
            searched.estimate = n_made as f64 + below + mean * n_plans_left as f64;
            if search.is_over() {
                return;
            }
            if budget.is_spent() && !budget.grows_to(searched.estimate) {
                searched.is_cut = true;
                return;
            }
        }
    }

    /// The search of one's own shard: of the beginnings that are long enough to be divided evenly.
    fn divided<F: Future<Output: Debug>>(
        &self,
        world: &Rc<RefCell<World<Chooser>>>,
        program: &impl Fn() -> F,
    ) -> Result<Search, String> {
        let mut length = 1;
        loop {
            world.borrow_mut().chooser.search = Search::of_beginnings(length);
            let are_enough = loop {
                run_next(world, program)?;
                if let Some(enough) = world.borrow().chooser.search.are_enough(self.shard) {
                    break enough;
                }
            };
            match are_enough {
                Beginnings::Enough => return Ok(Search::of_shard(self.shard, length)),
                Beginnings::TooFew => length += 1,
            }
        }
    }
}

/// How many executions were made, also in vain.
fn n_counted(search: &Search) -> u64 {
    search.n_executions + search.n_blocked
}

/// Makes the next execution. Returns what came of it if it counts, or what is not as it was before.
fn run_next<F: Future<Output: Debug>>(
    world: &Rc<RefCell<World<Chooser>>>,
    program: &impl Fn() -> F,
) -> Result<Option<Outcome>, String> {
    world.borrow_mut().chooser.search.begin();
    let outcome = run(world, program);
    let world = &mut *world.borrow_mut();
    match world.chooser.search.end(outcome.is_some()) {
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
