//! Where each task stands: its chain of awaits, with function, file and line, down to what it waits for.
//! `cell::survey` polls a task to see that; here all are.
//!
//! What holds, whatever the futures are:
//!
//! - A task is polled only if it waits: it was polled before, and nothing has woken it since. So nobody
//!   begins, and nobody who could go on is overtaken.
//! - What waits, and is boucle's, changes nothing. If what it waits for would not wake this task (it was not
//!   polled before, or the wake has gone to another one), it wakes the task itself, as whoever is pending
//!   owes it a wake: then the loop polls it as ever.
//! - What is not boucle's may go on, as in any poll. Then that was one: what it wakes, spawns and prints
//!   counts; who ends has ended; a panic stays in its task; those who watch are told of a poll, before the
//!   first thing that it did. Of polls that have only looked they are told nothing.
//! - Nothing of the loop is borrowed meanwhile. The list of tasks is a copy: who comes, goes or is woken
//!   meanwhile is not polled.
//! - It does not nest, and a loop that closes is not looked at. Nor is one while somebody chooses who is next,
//!   or is told of what wakes tasks before they are woken: then nobody can tell whose wake is on its way.
//! - Mode, budget and current task are afterwards what they were before.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt;
use std::path::{MAIN_SEPARATOR, is_separator};
use std::rc::Rc;

use super::Loop;
use super::tasks::{TaskInfo, infos};
use crate::cell::{Busy, Seen, Survey};
use crate::core::{Core, Mode};
use crate::data::{Leaf, Object, TaskId, WaitsFor};
use crate::structures::pace::BUDGET;
use crate::structures::stack::Frame;

/// A task, and where it stands.
///
/// # Examples
///
/// ```
/// use boucle::sync::Event;
/// use boucle::{Loop, interrupt, spawn};
///
/// async fn outer(event: Event) {
///     inner(&event).await;
/// }
///
/// async fn inner(event: &Event) {
///     event.wait().await;
/// }
///
/// let stacks = boucle::run(async {
///     let _task = spawn(outer(Event::new()));
///     interrupt().await;
///     Loop::current().unwrap().task_stacks()
/// });
/// let outer = stacks.iter().find(|stack| stack.info.name == "outer 2").unwrap();
/// let words: Vec<_> = outer.awaits.iter().map(|it| it.what.rsplit("::").next().unwrap()).collect();
/// assert_eq!(words, ["outer", "inner", "an event"]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskStack {
    /// The task.
    pub info: TaskInfo,
    /// Its chain of awaits, the outermost first; empty if it does not wait. If it waits for several things
    /// the chain forks: then this is a tree, of which each one stands before those below it.
    pub awaits: Vec<Await>,
    /// Whether it waits and was polled, and nothing was seen: nothing of boucle's waits in it, and no other
    /// future has cloned its waker. If none has kept one from before, nothing will ever wake it.
    pub is_unseen: bool,
}

/// A step in the chain of awaits of a task: a function that awaits the next one, or what is waited for at the
/// end.
///
/// `{}` shows it as [`Loop::task_tree`] does.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{Loop, WaitsFor, interrupt, sleep, spawn};
///
/// let event_loop = Loop::builder().virtual_time(true).build();
/// let stacks = event_loop.run_until_complete(async {
///     let _task = spawn(sleep(Duration::from_secs(60)));
///     interrupt().await;
///     Loop::current().unwrap().task_stacks()
/// });
/// let stacks = stacks.unwrap();
/// let last = stacks[1].awaits.last().unwrap();
/// assert_eq!(last.waits_for, Some(WaitsFor::Time(Duration::from_secs(60))));
/// assert_eq!(last.line, Some(line!() - 7));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Await {
    /// How many stand above it.
    pub level: usize,
    /// The function, `app::job`; or what is waited for, `an item of a queue`.
    pub what: String,
    /// The file, as the compiler was told it where that is known, else as it lies on this machine, but for the
    /// directory of a registry; `None` without debug information.
    pub file: Option<String>,
    /// The line that awaits; `None` as for `file`.
    pub line: Option<u32>,
    /// What is waited for, at the end of the chain; `None` of a function, of several tasks, and of a future that
    /// is not boucle's.
    pub waits_for: Option<WaitsFor>,
    /// At what, at the end of the chain.
    pub object: Option<Object>,
    /// The name that it was given.
    pub object_name: Option<String>,
    /// Whether it is what is waited for, at the end of the chain.
    pub is_last: bool,
}

impl Loop {
    /// The tasks that have not ended, oldest first, and where each stands.
    ///
    /// Nothing is kept for that. Each task that waits is polled once, in a poll that only looks: what waits
    /// of boucle's changes nothing, and says where it stands. A future of another crate may go on in that
    /// poll, as in any; what it does then counts. Where it waits is seen if it clones the waker that it is
    /// polled with; so of many futures in a `FuturesUnordered` only that is seen. A task that runs or can go
    /// on has no chain.
    ///
    /// A program that was built with debug information has all of it, also where the compiler has inlined:
    /// `debug = 1` in `[profile.release]` is enough. With `debug = "line-tables-only"` there are lines, and
    /// `async fn` in place of names. Without any there are the names of what was not inlined. The line at the
    /// end, which waits, is there in any case.
    ///
    /// It takes some 20 µs a task, and 300 µs more for each stack that was not seen before on this thread.
    /// The loop stands still meanwhile.
    ///
    /// Nobody is polled, and there are no chains, while an [`Order`](crate::Order) chooses, and while an
    /// [`Instrument`](crate::Instrument) is told that a task was woken, a timer has fired or a descriptor is
    /// ready: wakes are on their way then.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Queue;
    /// use boucle::{Loop, interrupt, spawn};
    ///
    /// boucle::run(async {
    ///     let jobs = std::rc::Rc::new(Queue::<u32>::new(1));
    ///     let worker = spawn({
    ///         let jobs = std::rc::Rc::clone(&jobs);
    ///         async move { jobs.get().await }
    ///     });
    ///     interrupt().await;
    ///     let stacks = Loop::current().unwrap().task_stacks();
    ///     assert_eq!(stacks[1].info.id, worker.id());
    ///     assert_eq!(stacks[1].awaits.last().unwrap().what, "an item of a queue");
    /// });
    /// ```
    #[doc(alias = "get_stack")]
    #[doc(alias = "dump")]
    #[doc(alias = "taskdump")]
    #[doc(alias = "backtrace")]
    #[must_use]
    pub fn task_stacks(&self) -> Vec<TaskStack> {
        self.stacks().0
    }

    /// The same, and what is missing of them.
    pub(super) fn stacks(&self) -> (Vec<TaskStack>, Option<&'static str>) {
        let (mut seen, missing) = self.survey();
        let infos = infos(self.core());
        let roots = roots(seen.values().flatten(), &infos);
        let stack = |mut info: TaskInfo| {
            let seen = seen.remove(&info.id);
            let is_unseen = seen.as_ref().is_some_and(Vec::is_empty);
            let seen = seen.unwrap_or_default();
            let leaves = seen.iter().filter_map(|it| it.leaf.as_ref()?.on);
            // The others are known without them. What debug mode has noted is for the most part the same.
            let is_known_here = |on: &WaitsFor| matches!(on, WaitsFor::Sync(_) | WaitsFor::Thread);
            let leaves: Vec<_> = leaves.filter(is_known_here).collect();
            info.waits_for.retain(|on| !leaves.contains(on));
            info.waits_for.extend(leaves);
            TaskStack { info, awaits: awaits(seen, &roots), is_unseen }
        };
        (infos.into_iter().map(stack).collect(), missing)
    }

    /// Polls each task that waits, to see where; and what is not seen.
    fn survey(&self) -> (BTreeMap<TaskId, Vec<Seen>>, Option<&'static str>) {
        let _entered = self.owner().enter();
        let core = self.core();
        let Some(surveying) = Surveying::new(core) else { return Default::default() };
        let mut ids = core.registry.ids();
        ids.sort_unstable();
        let see = |id| Some((id, surveying.see(id)?));
        (ids.into_iter().filter_map(see).collect(), surveying.survey.missing())
    }
}

/// The tasks of a loop are looked at; dropping this ends it.
struct Surveying<'a> {
    core: &'a Core,
    survey: Survey,
    /// What the loop was doing.
    mode: Mode,
    /// What the task may still do that asks for it.
    budget: u64,
    /// No loop runs on the thread meanwhile.
    _busy: Busy,
}

impl Surveying<'_> {
    /// None if the loop is in no state for that.
    fn new(core: &Core) -> Option<Surveying<'_>> {
        let is_open = matches!(core.mode.get(), Mode::Idle | Mode::Running);
        if !is_open || core.host.is_in_between() {
            return None;
        }
        let survey = Survey::begin()?;
        let mode = core.mode.replace(Mode::Running);
        let budget = core.pace.budget.get();
        Some(Surveying { core, survey, mode, budget, _busy: Busy::new() })
    }

    /// Polls a task, if it waits, to see where; `None` if it does not, or goes on.
    fn see(&self, id: TaskId) -> Option<Vec<Seen>> {
        let core = self.core;
        core.pace.budget.set(BUDGET);
        core.host.begin_survey(id);
        let polled = self.survey.poll(core, id);
        let has_ended = polled.is_some_and(|it| it.is_ready());
        core.host.end_survey(id, has_ended);
        core.leave_choice(id, has_ended);
        let seen = self.survey.take();
        let (_, is_ready, is_running) = core.registry.look(id)?;
        (polled.is_some() && !is_ready && !is_running).then_some(seen)
    }
}

impl Drop for Surveying<'_> {
    fn drop(&mut self) {
        self.core.mode.set(self.mode);
        self.core.pace.budget.set(self.budget);
    }
}

/// Where the files of the program lie that the compiler was told without these directories: what it has told
/// in turn says, of lines that are known both ways.
fn roots<'a>(seen: impl Iterator<Item = &'a Seen> + Clone, infos: &[TaskInfo]) -> BTreeSet<String> {
    let root = |seen: &Seen| {
        let at = seen.leaf.as_ref()?.at?;
        let (file, line) = seen.frames.last()?.place.as_ref()?;
        let root = file.strip_suffix(at.file()).filter(|_| *line == at.line())?;
        root.ends_with(is_separator).then(|| root.to_owned())
    };
    let mut roots: BTreeSet<String> = seen.clone().filter_map(root).collect();
    if roots.is_empty() {
        // Then where tasks were spawned: a whole path that ends so is that file.
        let files: BTreeSet<_> = infos.iter().map(|it| it.spawned_at.file()).collect();
        for frame in seen.flat_map(|it| &*it.frames) {
            let Some((file, _)) = &frame.place else { continue };
            let root = files.iter().find_map(|it| file.strip_suffix(it));
            roots.extend(root.filter(|it| it.ends_with(is_separator)).map(ToOwned::to_owned));
        }
    }
    if roots.is_empty() {
        // Those who build a program for the most part run it where they do.
        let here = env::current_dir().ok();
        let here = here.and_then(|it| Some(format!("{}{}", it.to_str()?, MAIN_SEPARATOR)));
        roots.extend(here);
    }
    roots
}

/// The chains of a task, as one tree.
fn awaits(seen: Vec<Seen>, roots: &BTreeSet<String>) -> Vec<Await> {
    let mut awaits = Vec::new();
    let mut before: Rc<[Frame]> = Rc::default();
    for Seen { frames, leaf } in seen {
        // Those that the chain before it has as well stand there already.
        let same = before.iter().zip(&*frames).take_while(|(one, other)| one == other).count();
        let new = frames.iter().enumerate().skip(same);
        awaits.extend(new.map(|(level, frame)| Await::in_function(level, frame, roots)));
        awaits.extend(leaf.map(|leaf| Await::at_end(frames.len(), leaf)));
        before = frames;
    }
    awaits
}

/// The path of a file below the directory into which cargo unpacks the crates of a registry:
/// `futures-util-0.3.31/src/lib.rs`; the whole path of any other file.
fn below_registry(file: &str) -> &str {
    let mut parts = file.splitn(2, "/registry/src/");
    let below = parts.nth(1).and_then(|it| it.split_once('/'));
    below.map_or(file, |(_, below)| below)
}

impl Await {
    fn in_function(level: usize, frame: &Frame, roots: &BTreeSet<String>) -> Await {
        let file = frame.place.as_ref().map(|(file, _)| {
            // The longest one.
            let below = roots.iter().rev().find_map(|root| file.strip_prefix(&**root));
            below.unwrap_or_else(|| below_registry(file)).to_owned()
        });
        Await {
            level,
            what: frame.what.to_string(),
            file,
            line: frame.place.as_ref().map(|(_, line)| *line),
            waits_for: None,
            object: None,
            object_name: None,
            is_last: false,
        }
    }

    fn at_end(level: usize, leaf: Leaf) -> Await {
        let (object, name) = leaf.object.unzip();
        Await {
            level,
            what: leaf.what.into_owned(),
            file: leaf.at.map(|at| at.file().to_owned()),
            line: leaf.at.map(|at| at.line()),
            waits_for: leaf.on,
            object,
            object_name: name.flatten().map(|it| it.to_string()),
            is_last: true,
        }
    }
}

impl fmt::Display for Await {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_last { "waits for " } else { "" }, self.what)?;
        if let (Some(file), Some(line)) = (&self.file, self.line) {
            write!(f, ", {file}:{line}")?;
        }
        let Some(object) = self.object else { return Ok(()) };
        let at = object.made_at;
        let is_elsewhere = self.file.as_deref() != Some(at.file()) || self.line != Some(at.line());
        match &self.object_name {
            Some(name) => {
                write!(f, " ({} {name:?}, made at {}:{})", object.kind, at.file(), at.line())
            }
            None if is_elsewhere => {
                write!(f, " ({} made at {}:{})", object.kind, at.file(), at.line())
            }
            None => Ok(()),
        }
    }
}
