//! What is done to the program in an execution: by a plan, or as a schedule says.

use boucle::{How, Shared, Situation, Step, SystemCall, TaskId};

use super::{Choose, Woken, World, known};
use crate::search::foot::Task;
use crate::world::failing;
use crate::world::failing::{Call, Failing, Failure};
use crate::world::faults::Kind;
use crate::world::names::{NOBODY, SYSTEM, Who};

impl<C: Choose> World<C> {
    /// Does something to a task, as the plan says, behind the step that is under way, and as part of it.
    pub(super) fn disturb_task(&mut self, at: &Situation<'_>) -> Option<Step> {
        if self.doing.is_idle() || self.is_last || self.trouble.is_some() {
            return None;
        }
        let World { doing, names, tasks, .. } = self;
        for (number, known) in tasks.iter_mut().enumerate() {
            let Some(known) = known.as_mut().filter(|it| it.is_live) else { continue };
            let task = number as Task;
            let kinds: &[Kind] = match (names.is_main(task), at.ready.contains(&known.id)) {
                (true, true) => &[],
                (true, false) => &[Kind::Wake],
                (false, true) => &[Kind::Cancel],
                (false, false) => &[Kind::Cancel, Kind::Wake],
            };
            let Some(kind) = doing.due(task, (known.n_polls, known.n_idle), kinds) else {
                continue;
            };
            let fault = names.fault(kind, task);
            self.written.push(fault);
            if kind == Kind::Cancel {
                return Some(Step::Cancel(known.id));
            }
            known.woken = Woken::IsTold;
            return Some(Step::Wake(known.id));
        }
        None
    }

    /// Adds what can be done now.
    pub(super) fn add_faults(&mut self, ready: &mut Vec<Task>) {
        let World { doing, names, chooser, tasks, .. } = self;
        match chooser.at_any_time() {
            None => ready.extend(doing.steps().map(|kind| names.fault(kind, NOBODY))),
            Some(all) => {
                let victims = (1..tasks.len() as Task).filter(|it| known(tasks, *it).is_some());
                let victims: Vec<Task> = victims.collect();
                let one = |kind, victim| (kind, victim);
                let to_tasks = victims
                    .iter()
                    .flat_map(|it| [Kind::Cancel, Kind::Wake].map(|kind| one(kind, *it)));
                for (kind, victim) in
                    to_tasks.chain([Kind::Slow, Kind::Close].map(|it| one(it, NOBODY)))
                {
                    let fault = names.fault(kind, victim);
                    if all.contains(names.called(fault)) {
                        ready.push(fault);
                    }
                }
            }
        }
    }

    /// Does something to the program, as a step of its own.
    pub(super) fn disturb(&mut self, kind: Kind, victim: Task, at: &Situation<'_>) -> Step {
        let id = known(&self.tasks, victim).map(|it| it.id);
        // Without a timer nothing comes of time; and if nobody is ready, it passes as ever.
        let has_effect = kind == Kind::Close || at.next_deadline.is_some() && !at.ready.is_empty();
        self.doing.took(kind, has_effect);
        if let Some(step) = self.step.as_mut().filter(|_| victim != NOBODY) {
            step.foot.wakes(victim);
        }
        match (kind, id) {
            (Kind::Cancel, Some(id)) => Step::Cancel(id),
            (Kind::Wake, Some(id)) => Step::Wake(id),
            (Kind::Close, _) => {
                (self.is_last, self.is_closed) = (true, true);
                Step::Stop
            }
            _ => {
                self.uses_shared(Shared::Clock, How::Write);
                self.uses_shared(Shared::Timers, How::Write);
                Step::PassTime
            }
        }
    }

    /// Whether the task that is polled gives its turn back.
    pub(super) fn gives_up(&mut self, task: TaskId) -> bool {
        let (Some(number), Some(_)) = (self.ids.get(&task).copied(), &self.step) else {
            return false;
        };
        let Some(known) = self.known_mut(number) else { return false };
        known.n_charged += 1;
        let n_charged = known.n_charged;
        self.n_charged += 1;
        let by_plan = self.doing.gives_up(number, n_charged);
        let gives_up = by_plan || self.chooser.gives_up(self.n_charged);
        if gives_up {
            // Before the poll in which it does, as often as it could have done so.
            let fault = self.names.fault(Kind::Yield, number);
            let place = self.written.len().saturating_sub(1);
            let signs = std::iter::repeat_n(fault, self.n_charged as usize);
            self.written.splice(place..place, signs);
        }
        gives_up
    }

    /// How a call fails that the task which is polled is about to make, if it does.
    pub(super) fn fails(&mut self, call: SystemCall) -> Option<Failure> {
        self.outside.is_met = true;
        let task = self.step.as_ref().map(|it| it.task)?;
        let kind = failing::number(call).filter(|_| self.names.who(task) == Who::Task)?;
        // What the system keeps is shared by all.
        self.uses(SYSTEM, How::Write);
        self.n_calls[kind] += 1;
        let in_poll = self.n_calls[kind];
        let known = self.known_mut(task)?;
        known.n_calls[kind] += 1;
        let in_all = known.n_calls[kind];
        let by_plan = self.doing.fails(task, call, in_all);
        let failure = by_plan.or_else(|| self.chooser.fails(&Call { call, in_poll, in_all }))?;
        // Before the poll in which it does.
        let fault = self.names.failing(Failing { nth: in_poll, failure }, task);
        let place = self.written.len().saturating_sub(1);
        self.written.insert(place, fault);
        Some(failure)
    }
}
