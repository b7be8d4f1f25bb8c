//! The state of a loop at a moment of a run: what is left when events are played one after another.

mod task;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::task::{Life, TaskState, Wait, Wake};
use crate::event::{Event, On, PollEnd, RunEnd, TaskNo, Text, What};
use crate::text::printable::Printable;

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
    /// The tasks that can go on, next one first.
    pub ready: VecDeque<TaskNo>,
    /// The task that is being polled, last; before it those that polled it themselves.
    pub running: Vec<TaskNo>,
    /// How the last choice was made.
    pub choice: Option<Choice>,
    /// The timers that are set, earliest first.
    pub timers: VecDeque<Timer>,
    /// Since when the loop sleeps, and until when at the most.
    pub asleep: Option<Asleep>,
    /// What was printed so far; a ring buffer keeps the last of it.
    pub output: Vec<Line>,
    /// How the run ended.
    pub end: Option<RunEnd>,
}

/// A choice: which of the ready tasks was taken.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async {});
/// let choice = trace.state_at(2).choice.unwrap();
/// assert_eq!((choice.place, choice.n_ready), (Some(0), 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The position of the event that tells of it.
    pub position: u64,
    /// Who was taken.
    pub task: TaskNo,
    /// Its place in the ready queue, from 0; `None` if it was not known to be there.
    pub place: Option<usize>,
    /// How many were ready, the chosen one included.
    pub n_ready: usize,
}

/// A timer that is set.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let trace = boucle_trace::record(|| boucle::sleep(Duration::from_secs(1)));
/// assert_eq!(trace.state_at(3).timers[0].at, 1_000_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Which.
    pub number: u32,
    /// When it fires.
    pub at: u64,
    /// Who set it.
    pub by: Option<TaskNo>,
}

/// The loop sleeps.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Asleep, Event, State, What};
///
/// let mut state = State::default();
/// state.apply(&Event { at: 5, what: What::LoopSleeps { timeout: Some(10) } });
/// assert_eq!(state.asleep, Some(Asleep { since: 5, until: Some(15) }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asleep {
    /// Since when.
    pub since: u64,
    /// Until when at the most; `None`: until somebody wakes it.
    pub until: Option<u64>,
}

/// A line that was printed.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async { world::println!("Hello") });
/// assert_eq!(trace.state_at(trace.len()).output[0].text.as_ref(), "Hello");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: u64,
    /// By the task that was polled meanwhile.
    pub by: Option<TaskNo>,
    /// Whether it went to stderr.
    pub error: bool,
    /// What it says.
    pub text: Text,
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
        let position = self.position;
        self.position += 1;
        self.now = event.at;
        match &event.what {
            What::Added { task, by, place } => {
                let state = self.task(*task);
                state.by = *by;
                state.place.clone_from(place);
                self.make_ready(*task, Wake { position, at: event.at, by: None });
            }
            What::Named { task, name } => self.task(*task).name = Some(name.clone()),
            What::PollBegins { task } => self.take(*task, position),
            What::PollEnds { task, how } => self.poll_ended(*task, *how),
            What::Requeued { task } => {
                self.make_ready(*task, Wake { position, at: event.at, by: None });
            }
            What::Printed { by, error, line } => {
                let line = Line { at: event.at, by: *by, error: *error, text: line.clone() };
                self.output.push(line);
            }
            What::Woken { task, by } => {
                self.make_ready(*task, Wake { position, at: event.at, by: Some(*by) });
            }
            What::Waits { task, on } => {
                let state = self.task(*task);
                if !std::mem::replace(&mut state.waits_told, true) {
                    state.waits.clear();
                }
                state.waits.push(Wait { position, at: event.at, on: on.clone() });
            }
            What::TimerSet { timer, by, after } => {
                let at = event.at.saturating_add(*after);
                let timer = Timer { number: *timer, at, by: *by };
                let place = self.timers.partition_point(|it| it.at <= timer.at);
                self.timers.insert(place, timer);
            }
            What::LoopSleeps { timeout } => {
                let until = timeout.map(|it| event.at.saturating_add(it));
                self.asleep = Some(Asleep { since: event.at, until });
            }
            What::LoopWakes => self.asleep = None,
            What::TimerFired { timer } => drop(self.take_timer(*timer)),
            What::TimerUnset { timer, .. } => {
                if let Some(timer) = self.take_timer(*timer) {
                    self.forget_wait(timer);
                }
            }
            What::Done { task, how } => {
                self.leave_queue(*task);
                let state = self.task(*task);
                state.done = Some(*how);
                state.waits.clear();
            }
            What::RunEnds { how } => self.end = Some(how.clone()),
            What::DescriptorReady { .. } | What::Reported { .. } => {}
        }
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
        let waits = self.tasks.get(&task).map_or(&[][..], |it| &it.waits);
        waits.iter().filter(|wait| match &wait.on {
            On::Time(after) => wait.at.saturating_add(*after) > self.now,
            On::Task(other) => self.tasks.get(other).is_none_or(|it| it.done.is_none()),
            _ => true,
        })
    }

    /// The name of a task, or its number; as [`Printable::name`] shows it.
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
        let name = self.tasks.get(&task).and_then(|it| it.name.as_deref());
        name.map_or_else(|| task.to_string(), |it| Printable::name(it).into_string())
    }

    /// How much there is of it, but for the output: what a clone without that costs.
    pub(crate) fn size(&self) -> usize {
        self.tasks.len() + self.ready.len() + self.timers.len()
    }

    /// Forgets what a ring buffer has no room for: tasks that have ended, and all but the last lines.
    pub(crate) fn forget(&mut self, n_lines: usize) {
        self.tasks.retain(|task, state| state.done.is_none() || self.running.contains(task));
        let surplus = self.output.len().saturating_sub(n_lines);
        self.output.drain(..surplus);
    }

    /// What is known of a task; a recording that begins in the middle tells of strangers.
    fn task(&mut self, task: TaskNo) -> &mut TaskState {
        Arc::make_mut(self.tasks.entry(task).or_default())
    }

    /// Puts a task at the end of the ready queue, unless it is there or has ended.
    fn make_ready(&mut self, task: TaskNo, wake: Wake) {
        let state = self.task(task);
        if state.done.is_none() && !state.is_ready {
            state.is_ready = true;
            state.woken = Some(wake);
            self.ready.push_back(task);
        }
    }

    /// Takes a task out of the ready queue; says its place and how many there were.
    fn leave_queue(&mut self, task: TaskNo) -> (Option<usize>, usize) {
        let n_ready = self.ready.len();
        let state = self.task(task);
        if !std::mem::take(&mut state.is_ready) {
            return (None, n_ready);
        }
        let place = self.ready.iter().position(|it| *it == task);
        self.ready.remove(place.unwrap_or(n_ready));
        (place, n_ready)
    }

    /// A task is chosen, and its poll begins.
    fn take(&mut self, task: TaskNo, position: u64) {
        let (place, n_ready) = self.leave_queue(task);
        // A task of a stage is added as its first poll begins: where it stood before, nobody told.
        let place = place.filter(|_| !self.is_just_met(task, position));
        self.choice = Some(Choice { position, task, place, n_ready });
        self.running.push(task);
        let now = self.now;
        let state = self.task(task);
        state.n_polls += 1;
        state.poll_began = Some(now);
        state.waits_told = false;
    }

    /// Whether the event before `position` was the first word of this task, and that came from nowhere.
    fn is_just_met(&self, task: TaskNo, position: u64) -> bool {
        let is_new = |it: &TaskState| {
            let met = it.woken.is_some_and(|wake| wake.position + 1 == position);
            it.n_polls == 0 && it.place.is_none() && it.by.is_none() && met
        };
        self.tasks.get(&task).is_some_and(|it| is_new(it))
    }

    fn poll_ended(&mut self, task: TaskNo, how: PollEnd) {
        if let Some(place) = self.running.iter().rposition(|it| *it == task) {
            // Those above it were left in the middle: their polls had no end.
            self.running.truncate(place);
        }
        let now = self.now;
        let state = self.task(task);
        if let Some(began) = state.poll_began.take() {
            state.busy = state.busy.saturating_add(now.saturating_sub(began));
        }
        state.last_poll = Some(how);
    }

    /// Takes a timer out; a recording that begins in the middle tells of strange ones.
    fn take_timer(&mut self, number: u32) -> Option<Timer> {
        let place = self.timers.iter().position(|it| it.number == number)?;
        self.timers.remove(place)
    }

    /// Its task does not wait for this timer any more: of the times for which it waits, that one is next to
    /// the timer's. In real time the clock was looked at between the two events.
    fn forget_wait(&mut self, timer: Timer) {
        let Some(task) = timer.by.and_then(|it| self.tasks.get_mut(&it)) else { return };
        let away = |wait: &Wait| match wait.on {
            On::Time(after) => Some(wait.at.saturating_add(after).abs_diff(timer.at)),
            _ => None,
        };
        let nearest = (0..task.waits.len()).filter(|it| away(&task.waits[*it]).is_some());
        if let Some(place) = nearest.min_by_key(|it| away(&task.waits[*it])) {
            Arc::make_mut(task).waits.remove(place);
        }
    }
}
