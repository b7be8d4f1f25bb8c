//! What the tasks of a loop are doing: a list, or a tree of who waits for whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::Location;
use std::time::Duration;

use crate::context::elsewhere::require_current;
use crate::core::Core;
use crate::data::TaskId;
use crate::data::WaitsFor;
use crate::face::Loop;

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
    /// Its name, or `task N`.
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
pub fn all_tasks() -> Vec<TaskInfo> {
    require_current(infos)
}

impl Loop {
    /// The tasks that have not ended, as a tree: below a task stand those that it awaits.
    ///
    /// Tasks that await one another in a circle stand at the end, each on its own. For what a task
    /// waits is shown as far as it is known: see [`WaitsFor`].
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
    /// assert_eq!(heads, ["task 1: running", "parent: waits", "  child: waits"]);
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
        let ids: BTreeSet<_> = infos.iter().map(|it| it.id).collect();
        let mut below: BTreeMap<Option<TaskId>, Vec<&TaskInfo>> = BTreeMap::new();
        for info in &infos {
            let parent = info.awaited_by.filter(|it| ids.contains(it));
            below.entry(parent).or_default().push(info);
        }
        let mut tree = String::new();
        let mut shown = BTreeSet::new();
        branch(&below, None, 0, &mut shown, &mut tree);
        // Those that wait for one another in a circle hang on no root.
        for info in infos.iter().filter(|it| !shown.contains(&it.id)) {
            line(info, 0, &mut tree);
        }
        tree
    }
}

/// Writes those that stand below `parent`.
fn branch(
    below: &BTreeMap<Option<TaskId>, Vec<&TaskInfo>>,
    parent: Option<TaskId>,
    depth: usize,
    shown: &mut BTreeSet<TaskId>,
    tree: &mut String,
) {
    for info in below.get(&parent).into_iter().flatten() {
        if shown.insert(info.id) {
            line(info, depth, tree);
            branch(below, Some(info.id), depth + 1, shown, tree);
        }
    }
}

/// Writes one task.
fn line(info: &TaskInfo, depth: usize, tree: &mut String) {
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
    let indent = "  ".repeat(depth);
    let polls = info.polls.map(|(polls, busy)| format!(", {polls} polls in {busy:.3?}"));
    let polls = polls.unwrap_or_default();
    let name = &info.name;
    let (file, row) = (at.file(), at.line());
    writeln!(tree, "{indent}{name}: {state}{polls}, spawned at {file}:{row}")
        .expect("a string takes all");
}

/// What is known of the tasks of a loop.
fn infos(core: &Core) -> Vec<TaskInfo> {
    let now = core.clock.now();
    let deadlines: BTreeMap<TaskId, u64> = core.timers.borrow().deadlines().collect();
    let mut waits = waits(core, now, &deadlines);
    let mut infos: Vec<_> = core
        .registry
        .ids()
        .into_iter()
        .filter_map(|id| {
            let (spawned_at, ready, running) = core.registry.look(id)?;
            let state = match deadlines.get(&id) {
                _ if running => TaskState::Running,
                _ if ready => TaskState::Ready,
                Some(end) => TaskState::Sleeping(Duration::from_nanos(end.saturating_sub(now))),
                None => TaskState::Waiting,
            };
            Some(TaskInfo {
                id,
                name: core.name(id).map_or_else(|| format!("task {id}"), |it| it.to_string()),
                spawned_at,
                state,
                awaited_by: core.awaiter(id),
                polls: core.polls_of(id),
                waits_for: waits.remove(&id).unwrap_or_default(),
            })
        })
        .collect();
    infos.sort_by_key(|it| it.id);
    infos
}

/// What each task waits for, as far as it is known.
fn waits(
    core: &Core,
    now: u64,
    deadlines: &BTreeMap<TaskId, u64>,
) -> BTreeMap<TaskId, Vec<WaitsFor>> {
    let mut waits: BTreeMap<TaskId, Vec<WaitsFor>> = BTreeMap::new();
    let times = deadlines
        .iter()
        .map(|(id, end)| (*id, WaitsFor::Time(Duration::from_nanos(end.saturating_sub(now)))));
    let tasks = core
        .registry
        .ids()
        .into_iter()
        .filter_map(|id| Some((core.awaiter(id)?, WaitsFor::Task(id))));
    for (id, on) in times.chain(tasks).chain(core.reactor.waits()) {
        waits.entry(id).or_default().push(on);
    }
    for id in core.registry.ids() {
        let noted = core.waits_of(id).into_iter();
        // The others are known without debug mode as well, and as they are now.
        let noted = noted.filter(|on| matches!(on, WaitsFor::Sync(_) | WaitsFor::Thread));
        let ready = core.registry.look(id).is_some_and(|(_, ready, running)| ready || running);
        waits.entry(id).or_default().extend(noted.filter(|_| !ready));
    }
    waits
}
