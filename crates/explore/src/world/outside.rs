//! What comes from outside: descriptors, which are ready when the system says so, and threads.

use std::thread;
use std::time::Duration;

use boucle::{Step, TaskId, WaitsFor};

use crate::world::{Choose, Trouble, World};

/// Where nothing can go on, the system is waited for in so many pieces of real time in an execution, and in fewer once
/// nothing has come in so many executions in a row.
const N_PIECES: u32 = 100;
const N_FEWER: u32 = 5;
const N_IN_VAIN: u32 = 10;

/// So long a piece is.
const PIECE: Duration = Duration::from_millis(1);

/// What is known of the descriptors of the executions, and of the one that is under way.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Whether the program has ever made a system call, or waited for a descriptor.
    pub(crate) is_met: bool,
    /// Whether it was asked, since the last step, which descriptors are ready.
    has_looked: bool,
    /// How many pieces of time were waited.
    n_waited: u32,
    /// In how many executions in a row nothing has come.
    n_in_vain: u32,
    /// The tasks that wait for descriptors: each with the number of its wait, and how.
    waits: Vec<(TaskId, u32, &'static str)>,
    /// Why nothing goes on, if descriptors are waited for there.
    stuck: Option<String>,
}

impl Outside {
    /// An execution begins.
    pub(crate) fn begin(&mut self) {
        (self.has_looked, self.n_waited, self.stuck) = (false, 0, None);
        self.waits.clear();
    }

    /// A step is taken: what it brings is to be looked at behind it.
    pub(crate) fn steps(&mut self) {
        if self.n_waited > 0 && self.n_waited < self.n_most() {
            self.n_in_vain = 0;
        }
        self.has_looked = false;
    }

    fn n_most(&self) -> u32 {
        if self.n_in_vain < N_IN_VAIN { N_PIECES } else { N_FEWER }
    }

    /// Waits for the system, for a piece of time; `false` if that was tried for long enough.
    fn waits_on(&mut self) -> bool {
        let n_most = self.n_most();
        if self.n_waited >= n_most {
            return false;
        }
        thread::sleep(PIECE);
        self.n_waited += 1;
        if self.n_waited == n_most {
            self.n_in_vain += 1;
        }
        true
    }

    /// A task waits for a descriptor, or for something else.
    pub(crate) fn waits(&mut self, task: TaskId, number: u32, on: WaitsFor) {
        let how = match on {
            WaitsFor::Readable(_) => "to read",
            WaitsFor::Writable(_) => "to write",
            _ => return,
        };
        self.is_met = true;
        self.waits.push((task, number, how));
    }

    /// It waits no longer.
    pub(crate) fn wait_ended(&mut self, task: TaskId, number: u32) {
        self.waits.retain(|it| (it.0, it.1) != (task, number));
    }

    /// It has ended.
    pub(crate) fn task_done(&mut self, task: TaskId) {
        self.waits.retain(|it| it.0 != task);
    }
}

impl<C: Choose> World<C> {
    /// The descriptors are looked at behind each step, and as part of it: whom it has woken by way of the system is
    /// ready then.
    pub(super) fn looks(&mut self) -> Option<Step> {
        let is_due = self.outside.is_met && !self.outside.has_looked;
        if !is_due || self.is_last || self.trouble.is_some() {
            return None;
        }
        self.outside.has_looked = true;
        Some(Step::Look)
    }

    /// Nothing can go on but by what the system brings: waits for that, as part of the last step.
    pub(super) fn waits_for_system(&mut self) -> Option<Step> {
        (!self.is_last && self.trouble.is_none() && self.outside.waits_on()).then_some(Step::Look)
    }

    /// A thread has a word in it.
    pub(super) fn thread(&mut self, does: impl FnOnce(&World<C>) -> String) {
        if self.trouble.is_none() {
            let says = format!("at step {} {}", self.n_steps, does(self));
            self.trouble = Some(Trouble::Thread(says));
        }
    }

    /// What a task is called, as a thread meets it.
    pub(super) fn called(&self, task: TaskId) -> String {
        self.ids.get(&task).map_or_else(String::new, |it| self.names.called(*it).to_owned())
    }

    /// Nothing goes on any more: notes who waits for what.
    pub(super) fn is_stuck(&mut self) {
        let mut each: Vec<String> = Vec::new();
        for (task, _, how) in &self.outside.waits {
            let says = format!("{} waits {how}", self.called(*task));
            if !each.contains(&says) {
                each.push(says);
            }
        }
        self.outside.stuck = (!each.is_empty())
            .then(|| format!("deadlock: {}, and the system brings nothing", each.join(", ")));
    }

    /// That nothing goes on any more, in words.
    pub(crate) fn deadlock(&self) -> String {
        self.outside.stuck.clone().unwrap_or_else(|| "deadlock".to_owned())
    }
}
