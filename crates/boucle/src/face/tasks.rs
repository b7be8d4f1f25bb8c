//! What the tasks of a loop are doing, one by one.

use std::collections::BTreeMap;
use std::panic::Location;
use std::time::Duration;

use crate::context;
use crate::core::Core;
use crate::data::{Called, TaskId, TaskPath, WaitsFor};
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
    context::reads_tasks();
    match Loop::current() {
        Ok(event_loop) => infos(event_loop.core()),
        Err(error) => panic!("{error}"),
    }
}

/// What is known of the tasks of a loop.
pub(super) fn infos(core: &Core) -> Vec<TaskInfo> {
    let now = core.clock.now();
    let timers = core.timers.borrow().in_order();
    let timers = timers.into_iter().filter_map(|(deadline, _, wakes)| Some((wakes?, deadline)));
    let timers: Vec<(TaskId, u64)> = timers.collect();
    // Of a task that waits for several times, the first.
    let deadlines: BTreeMap<TaskId, u64> = timers.iter().rev().copied().collect();
    // As long as the loop's greatest crowd: looked through once.
    let mut ids = core.registry.ids();
    ids.sort_unstable();
    let mut waits = waits(core, now, &timers, &ids);
    ids.into_iter()
        .filter_map(|id| {
            let (origin, ready, running) = core.registry.look(id)?;
            // Also while it is told that its poll begins: it stands in no queue any more.
            let running = running || core.current_task.get() == Some(id);
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
    timers: &[(TaskId, u64)],
    ids: &[TaskId],
) -> BTreeMap<TaskId, Vec<WaitsFor>> {
    let mut waits: BTreeMap<TaskId, Vec<WaitsFor>> = BTreeMap::new();
    let times = timers
        .iter()
        .map(|(id, end)| (*id, WaitsFor::Time(Duration::from_nanos(end.saturating_sub(now)))));
    let tasks = ids.iter().filter_map(|id| Some((core.awaiter(*id)?, WaitsFor::Task(*id))));
    for (id, on) in times.chain(tasks).chain(core.reactor.waits()) {
        waits.entry(id).or_default().push(on);
    }
    for &id in ids {
        // The others are known where nobody watches as well.
        let noted = core.host.waits_of(id, now);
        let ready = core.registry.look(id).is_some_and(|(_, ready, running)| ready || running);
        let lasts = |on: &WaitsFor| match on {
            WaitsFor::Task(other) => core.registry.look(*other).is_some(),
            _ => true,
        };
        let noted = noted.into_iter().filter(|it| !ready && lasts(it));
        waits.entry(id).or_default().extend(noted);
    }
    waits
}
