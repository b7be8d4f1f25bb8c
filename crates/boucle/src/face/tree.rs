//! What the tasks of a loop are doing: a list, or a tree of who waits for whom.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::Location;
use std::time::Duration;

use crate::core::Core;
use crate::data::{Called, TaskId, TaskPath, WaitsFor};
use crate::face::Loop;

/// So many levels of the tree are indented, each by two columns.
const LEVELS: usize = 32;

/// A task that has not ended, as it was when it was asked for.
///
/// # Examples
///
/// ```
/// use boucle::{TaskState, all_tasks, current_task, interrupt, spawn};
///
/// boucle::run(async {
///     let child = spawn(std::future::pending::<()>());
///     child.set_name("child");
///     interrupt().await;
///     let infos = all_tasks();
///     let info = infos.iter().find(|info| info.name == "child").expect("it has not ended");
///     assert_eq!((info.id, info.state), (child.id(), TaskState::Waiting));
///     assert_eq!((info.awaited_by, info.polls), (None, None));
///     assert!(info.spawned_at.line() > 0);
/// });
/// ```
#[doc(alias = "get_stack")]
#[doc(alias = "FutureCallGraph")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Which task.
    pub id: TaskId,
    /// Its path, which is the same in every order of the ready tasks. Kept if an
    /// [`Instrument`](crate::Instrument) watches, and in debug mode.
    pub path: Option<TaskPath>,
    /// Its name; else that of its future with its number, `job 5`, or `task 5`: see
    /// [`Spawned::short_name`](crate::Spawned::short_name).
    pub name: String,
    /// Where it was spawned.
    pub spawned_at: &'static Location<'static>,
    /// What it is doing.
    pub state: TaskState,
    /// The task that awaits it, if one does.
    pub awaited_by: Option<TaskId>,
    /// What it waits for, as far as that is known: see [`WaitsFor`].
    pub waits_for: Vec<WaitsFor>,
    /// How often it was polled, and how long that took in all; counted in debug mode only.
    pub polls: Option<(u64, Duration)>,
}

/// What a task is doing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{TaskState, all_tasks, interrupt, sleep, spawn};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let states = event_loop.run_until_complete(async {
///     let minute = Duration::from_secs(60);
///     let tasks = (spawn(sleep(minute)), spawn(std::future::pending::<()>()));
///     interrupt().await;
///     let last = spawn(async {});
///     let states: Vec<_> = all_tasks().iter().map(|task| task.state).collect();
///     drop((tasks, last));
///     states
/// });
/// assert_eq!(states.unwrap(), [
///     TaskState::Running,
///     TaskState::Sleeping(Duration::from_secs(60)),
///     TaskState::Waiting,
///     TaskState::Ready,
/// ]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskState {
    /// It is being polled: it is the one that asks.
    Running,
    /// It can go on, and waits for its turn.
    Ready,
    /// It waits until this time has passed.
    Sleeping(Duration),
    /// It waits for something else.
    Waiting,
}

/// All tasks of the current loop that have not ended, oldest first.
///
/// # Panics
///
/// If this thread has no loop.
///
/// # Examples
///
/// ```
/// boucle::run(async {
///     let child = boucle::spawn(std::future::pending::<()>());
///     let ids: Vec<_> = boucle::all_tasks().iter().map(|it| it.id).collect();
///     assert_eq!(ids, [boucle::current_task().unwrap(), child.id()]);
/// });
/// ```
#[must_use]
#[track_caller]
pub fn all_tasks() -> Vec<TaskInfo> {
    match Loop::current() {
        Ok(event_loop) => infos(event_loop.core()),
        Err(error) => panic!("{error}"),
    }
}

impl Loop {
    /// The tasks that have not ended, as a tree: below a task stand those that it awaits.
    ///
    /// Tasks that await one another in a circle stand at the end: the oldest of them, below it those
    /// that it awaits, and where the circle closes its name once more. From the 32nd level on a task is
    /// not indented any more: the number of its level stands before its name. For what a task waits is
    /// shown as far as it is known: see [`WaitsFor`].
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, interrupt, spawn};
    ///
    /// let tree = boucle::run(async {
    ///     let child = spawn(std::future::pending::<()>());
    ///     child.set_name("child");
    ///     let parent = spawn(child);
    ///     parent.set_name("parent");
    ///     interrupt().await;
    ///     Loop::current().unwrap().task_tree()
    /// });
    /// let heads: Vec<_> = tree.lines().map(|line| line.split(',').next().unwrap()).collect();
    /// assert_eq!(heads, ["main 1: running", "parent: waits", "  child: waits"]);
    /// ```
    #[doc(alias = "print_call_graph")]
    #[doc(alias = "format_call_graph")]
    #[doc(alias = "capture_call_graph")]
    #[doc(alias = "FrameCallGraphEntry")]
    #[doc(alias = "print_stack")]
    #[doc(alias = "dump_task_tree")]
    #[doc(alias = "pstree")]
    #[must_use]
    pub fn task_tree(&self) -> String {
        let infos = infos(self.core());
        let place = |id| infos.binary_search_by_key(&id, |it: &TaskInfo| it.id).ok();
        let above: Vec<_> = infos.iter().map(|it| place(it.awaited_by?)).collect();
        let mut below = vec![Vec::new(); infos.len()];
        for (task, parent) in above.iter().enumerate() {
            if let Some(parent) = parent {
                below[*parent].push(task);
            }
        }
        let mut tree =
            Tree { infos, below, is_shown: vec![false; above.len()], text: String::new() };
        for root in (0..above.len()).filter(|it| above[*it].is_none()) {
            tree.show(root);
        }
        // Those that hang on no root hang on a circle. Each is gone round once.
        let mut is_passed = vec![false; above.len()];
        for task in 0..above.len() {
            if !tree.is_shown[task] {
                tree.show(head_of_circle(&above, task, &mut is_passed));
            }
        }
        tree.text
    }
}

/// The oldest task of the circle that is above this one.
fn head_of_circle(above: &[Option<usize>], task: usize, is_passed: &mut [bool]) -> usize {
    let up = |task: &usize| above[*task];
    let on_circle = std::iter::successors(Some(task), up)
        .find(|it| std::mem::replace(&mut is_passed[*it], true))
        .expect("there is no root above it");
    let rest = std::iter::successors(up(&on_circle), up).take_while(|it| *it != on_circle);
    rest.fold(on_circle, usize::min)
}

/// A tree that is being written.
struct Tree {
    /// The tasks, oldest first; elsewhere they are called by their places in here.
    infos: Vec<TaskInfo>,
    /// Those that each task awaits.
    below: Vec<Vec<usize>>,
    /// Which have been written.
    is_shown: Vec<bool>,
    text: String,
}

impl Tree {
    /// Writes a task and those below it.
    fn show(&mut self, root: usize) {
        // Why no recursion? A chain of awaits may be longer than the stack is deep.
        let mut next = vec![(root, 0)];
        while let Some((task, level)) = next.pop() {
            let indent = "  ".repeat(level.min(LEVELS));
            self.text.push_str(&indent);
            if level >= LEVELS {
                write!(self.text, "({level}) ").expect("a string takes all");
            }
            let info = &self.infos[task];
            if std::mem::replace(&mut self.is_shown[task], true) {
                writeln!(self.text, "{}: as above, a circle", info.name)
                    .expect("a string takes all");
                continue;
            }
            line(info, &mut self.text);
            next.extend(self.below[task].iter().rev().map(|it| (*it, level + 1)));
        }
    }
}

/// Writes one task.
fn line(info: &TaskInfo, tree: &mut String) {
    let state = match info.state {
        TaskState::Running => "running".to_owned(),
        TaskState::Ready => "ready".to_owned(),
        TaskState::Sleeping(left) => format!("sleeps {left:.3?} more"),
        TaskState::Waiting => "waits".to_owned(),
    };
    // A time is in the state, and a task that it awaits stands below it.
    let on =
        info.waits_for.iter().filter(|on| !matches!(on, WaitsFor::Time(_) | WaitsFor::Task(_)));
    let on: Vec<_> = on.map(WaitsFor::to_string).collect();
    let state = match info.state {
        _ if on.is_empty() => state,
        TaskState::Waiting => format!("waits for {}", on.join(" and ")),
        _ => format!("{state}, waits for {}", on.join(" and ")),
    };
    let at = info.spawned_at;
    let polls = info.polls.map(|(polls, busy)| format!(", {polls} polls in {busy:.3?}"));
    let polls = polls.unwrap_or_default();
    let name = &info.name;
    let (file, row) = (at.file(), at.line());
    writeln!(tree, "{name}: {state}{polls}, spawned at {file}:{row}").expect("a string takes all");
}

/// What is known of the tasks of a loop.
fn infos(core: &Core) -> Vec<TaskInfo> {
    let now = core.clock.now();
    let deadlines: BTreeMap<TaskId, u64> = core.timers.borrow().deadlines().collect();
    // As long as the loop's greatest crowd: looked through once.
    let mut ids = core.registry.ids();
    ids.sort_unstable();
    let mut waits = waits(core, now, &deadlines, &ids);
    ids.into_iter()
        .filter_map(|id| {
            let (origin, ready, running) = core.registry.look(id)?;
            let state = match deadlines.get(&id) {
                _ if running => TaskState::Running,
                _ if ready => TaskState::Ready,
                Some(end) => TaskState::Sleeping(Duration::from_nanos(end.saturating_sub(now))),
                None => TaskState::Waiting,
            };
            Some(TaskInfo {
                id,
                name: Called { name: core.host.name(id).as_deref(), id, origin }.to_string(),
                path: core.host.path(id),
                spawned_at: origin.at,
                state,
                awaited_by: core.awaiter(id),
                polls: core.host.polls_of(id),
                waits_for: waits.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}

/// What each task waits for, as far as it is known.
fn waits(
    core: &Core,
    now: u64,
    deadlines: &BTreeMap<TaskId, u64>,
    ids: &[TaskId],
) -> BTreeMap<TaskId, Vec<WaitsFor>> {
    let mut waits: BTreeMap<TaskId, Vec<WaitsFor>> = BTreeMap::new();
    let times = deadlines
        .iter()
        .map(|(id, end)| (*id, WaitsFor::Time(Duration::from_nanos(end.saturating_sub(now)))));
    let tasks = ids.iter().filter_map(|id| Some((core.awaiter(*id)?, WaitsFor::Task(*id))));
    for (id, on) in times.chain(tasks).chain(core.reactor.waits()) {
        waits.entry(id).or_default().push(on);
    }
    for &id in ids {
        let noted = core.host.waits_of(id).into_iter();
        // The others are known without debug mode as well, and as they are now.
        let noted = noted.filter(|on| matches!(on, WaitsFor::Sync(_) | WaitsFor::Thread));
        let ready = core.registry.look(id).is_some_and(|(_, ready, running)| ready || running);
        waits.entry(id).or_default().extend(noted.filter(|_| !ready));
    }
    waits
}
