//! The state of a loop at a moment of a run: what is left when events are played one after another.

mod check;
mod object;
mod objects;
mod parts;
mod play;
mod ready;
mod running;
mod task;
mod timers;
mod waiting;
mod waits;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::object::ObjectState;
pub use self::parts::{Asleep, Choice, Line, Timer};
pub(crate) use self::play::Undo;
pub use self::ready::Ready;
pub use self::running::Running;
pub use self::task::{Life, TaskState, Wait, Wake};
pub use self::timers::Timers;
pub use self::waits::Waits;
use crate::event::{Event, ObjectNo, On, RunEnd, TaskNo};
use crate::text::printable::Printable;
use crate::text::words::place_of;

/// A loop at a moment: who runs, who is ready, who waits for what, what was printed.
///
/// It starts empty, and [`apply`](State::apply) takes it from one event to the next. It believes
/// what it is told: a recording that begins in the middle is played as well as it can be.
///
/// # Examples
///
/// ```
/// use boucle_trace::{State, record};
///
/// let trace = record(|| async { boucle::spawn(async {}).await });
/// let mut state = State::default();
/// let mut longest_queue = 0;
/// for event in trace.events() {
///     state.apply(event);
///     longest_queue = longest_queue.max(state.ready.len());
/// }
/// assert_eq!(longest_queue, 1);
/// assert!(state.tasks.values().all(|task| task.done.is_some()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How many events have been played, those included that a ring buffer has given up.
    pub position: u64,
    /// The time of the last one.
    pub now: u64,
    /// All tasks that are known, also those that have ended. What two states know alike is kept once.
    pub tasks: BTreeMap<TaskNo, Arc<TaskState>>,
    /// The objects that were met, and are not gone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<ObjectNo, Arc<ObjectState>>,
    /// The tasks that can go on, next one first.
    pub ready: Ready,
    /// The task that is being polled, last; before it those that polled it themselves.
    pub running: Running,
    /// How the last choice was made.
    pub choice: Option<Choice>,
    /// The timers that are set, earliest first.
    pub timers: Timers,
    /// Since when the loop sleeps, and until when at the most.
    pub asleep: Option<Asleep>,
    /// What was printed so far; a ring buffer keeps the last of it.
    pub output: Vec<Line>,
    /// How the run ended.
    pub end: Option<RunEnd>,
}

impl State {
    /// Plays one event.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Event, State, What};
    ///
    /// let mut state = State::default();
    /// state.apply(&Event { at: 7, what: What::LoopWakes });
    /// assert_eq!((state.position, state.now), (1, 7));
    /// ```
    pub fn apply(&mut self, event: &Event) {
        drop(self.play(event));
    }

    /// Where the task stands in its life; a task that is not known waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Life, TaskNo, record};
    ///
    /// let trace = record(|| async {});
    /// let first = TaskNo::new(1).unwrap();
    /// assert_eq!(trace.state_at(1).life(first), Life::Ready);
    /// assert_eq!(trace.state_at(2).life(first), Life::Running);
    /// ```
    #[must_use]
    pub fn life(&self, task: TaskNo) -> Life {
        match self.tasks.get(&task).map(Arc::as_ref) {
            _ if self.running.contains(&task) => Life::Running,
            Some(TaskState { done: Some(how), .. }) => Life::Done(*how),
            Some(TaskState { is_ready: true, .. }) => Life::Ready,
            _ => Life::Waiting,
        }
    }

    /// What the task waits for now, as far as it is known.
    ///
    /// What it once waited for and what is over is left out: a time that has come, a task that has
    /// ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle_trace::{On, TaskNo, record};
    ///
    /// let trace = record(|| boucle::sleep(Duration::from_secs(1)));
    /// let first = TaskNo::new(1).unwrap();
    /// let on: Vec<_> = trace.state_at(5).waits_for(first).map(|it| it.on.clone()).collect();
    /// assert_eq!(on, [On::Time(1_000_000_000)]);
    /// ```
    pub fn waits_for(&self, task: TaskNo) -> impl Iterator<Item = &Wait> {
        let waits = self.tasks.get(&task).into_iter().flat_map(|it| it.waits.iter());
        waits.filter(|wait| match &wait.on {
            On::Time(after) => wait.at.saturating_add(*after) > self.now,
            On::Task(other) => self.tasks.get(other).is_none_or(|it| it.done.is_none()),
            _ => true,
        })
    }

    /// The name of a task; without one its future's and its number, or its number alone. As
    /// [`Printable::name`] shows it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{TaskNo, record};
    ///
    /// let trace = record(|| async { boucle::spawn(async {}).set_name("child") });
    /// let state = trace.state_at(trace.len());
    /// let names = [1, 2].map(|it| state.name(TaskNo::new(it).unwrap()));
    /// assert_eq!(names, ["task 1", "child"]);
    /// ```
    #[must_use]
    pub fn name(&self, task: TaskNo) -> String {
        let known = self.tasks.get(&task);
        match known.map(|it| (it.name.as_deref(), it.future.as_deref())) {
            Some((Some(name), _)) => Printable::name(name).into_string(),
            Some((None, Some(future))) => format!("{} {}", Printable::name(future), task.get()),
            _ => task.to_string(),
        }
    }

    /// What an object is called: what it is, and its name or its number.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Lock;
    /// use boucle_trace::{ObjectNo, record};
    ///
    /// let trace = record(|| async { drop(Lock::new(()).lock().await) });
    /// let first = ObjectNo::new(1).unwrap();
    /// assert_eq!(trace.state_at(0).object_name(first), "object 1");
    /// assert_eq!(trace.state_at(3).object_name(first), "lock 1");
    /// ```
    #[must_use]
    pub fn object_name(&self, object: ObjectNo) -> String {
        let Some(known) = self.objects.get(&object) else { return object.to_string() };
        let kind = if known.kind.is_empty() { "object" } else { &*known.kind };
        let name = known.name.as_ref().map(|it| Printable::name(&**it).into_string());
        let name = name.unwrap_or_else(|| object.get().to_string());
        format!("{} {name}", Printable::name(kind))
    }

    /// The same, and where it was made.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Lock;
    /// use boucle_trace::{ObjectNo, record};
    ///
    /// let trace = record(|| async { drop(Lock::new(()).lock().await) });
    /// let lock = trace.state_at(3).object(ObjectNo::new(1).unwrap());
    /// assert!(lock.starts_with("lock 1, made at "));
    /// ```
    #[must_use]
    pub fn object(&self, object: ObjectNo) -> String {
        let place = self.objects.get(&object).and_then(|it| it.place.as_ref());
        let place = place.map_or_else(String::new, |it| format!(", made at {}", place_of(it)));
        format!("{}{place}", self.object_name(object))
    }

    /// How much there is of it, but for the output: what a clone without that costs. To find that out
    /// takes a look at all tasks.
    pub(crate) fn size(&self) -> usize {
        let n_waits: usize = self.tasks.values().map(|it| it.waits.len()).sum();
        let n_objects = self.objects.len();
        self.tasks.len()
            + n_objects
            + self.ready.len()
            + self.running.len()
            + self.timers.len()
            + n_waits
    }
}
