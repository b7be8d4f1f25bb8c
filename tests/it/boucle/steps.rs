//! Who decides each step of a loop: polls, wakes, cancellations, time, the end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::Waker;
use std::time::Duration;

use boucle::sync::Event;
use boucle::{
    Instrument, Loop, Order, RunEnd, RunError, Situation, Spawned, Step, TaskError, TaskId,
    interrupt, quiescent, sleep, spawn, to_thread,
};

use super::transcript::Transcript;

/// What happens next: a step that knows the tasks by their numbers.
enum Next {
    Poll(usize),
    Cancel(usize),
    Wake(usize),
    Other(Step),
}

/// Takes these steps, then the first of those that are ready each time; notes what it was told.
struct Script {
    steps: VecDeque<Next>,
    tasks: Rc<Tasks>,
    log: Transcript,
}

/// The tasks, in the order in which they were spawned.
#[derive(Default)]
struct Tasks(RefCell<Vec<TaskId>>);

impl Instrument for Tasks {
    fn task_spawned(&self, task: TaskId, _: Spawned) {
        self.0.borrow_mut().push(task);
    }
}

impl Order for Script {
    fn choose(&mut self, _: &[TaskId]) -> usize {
        unreachable!("`step` does not ask")
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        let tasks = self.tasks.0.borrow();
        let number = |task: &TaskId| tasks.iter().position(|it| it == task).expect("it was told");
        let ready: Vec<_> = at.ready.iter().map(|it| (number(it) + 1).to_string()).collect();
        let deadline = at.next_deadline.map_or(String::new(), |it| format!("+{}s", it.as_secs()));
        let quiet = if at.is_awaited { " quiet" } else { "" };
        let open = if at.is_open { " open" } else { "" };
        let abroad = if at.works_abroad { " abroad" } else { "" };
        self.log.say(format!("[{}]{deadline}{quiet}{open}{abroad}", ready.join("|")));
        match self.steps.pop_front() {
            None => Step::first(at),
            Some(Next::Poll(task)) => {
                let id = tasks[task - 1];
                Step::Poll(at.ready.iter().position(|it| *it == id).expect("it is ready"))
            }
            Some(Next::Cancel(task)) => Step::Cancel(tasks[task - 1]),
            Some(Next::Wake(task)) => Step::Wake(tasks[task - 1]),
            Some(Next::Other(step)) => step,
        }
    }
}

/// A loop of virtual time that takes these steps.
fn scripted(log: &Transcript, steps: impl IntoIterator<Item = Next>) -> Loop {
    let tasks = Rc::new(Tasks::default());
    let (steps, log) = (steps.into_iter().collect(), log.clone());
    Loop::builder()
        .virtual_time(true)
        .instrument(Rc::clone(&tasks))
        .order(Script { steps, tasks, log })
        .build()
}

/// Says its word at each of two polls.
async fn twice(log: Transcript, word: &'static str) {
    log.say(word);
    interrupt().await;
    log.say(word);
}

#[test]
fn each_poll_is_a_step_of_its_own() {
    let log = Transcript::default();
    let event_loop = scripted(&log, [2, 2, 1, 1].map(Next::Poll));
    drop(event_loop.add_task(twice(log.clone(), "a")));
    drop(event_loop.add_task(twice(log.clone(), "b")));
    event_loop.run();
    assert_eq!(log.words(), "[1|2] b [1|2] b [1] a [1] a");
}

#[test]
fn what_stops_a_run_stops_it_after_the_step() {
    let log = Transcript::default();
    let event_loop = scripted(&log, []);
    let said = log.clone();
    drop(event_loop.add_task(async move {
        said.say("stops");
        Loop::current().expect("it runs").stop();
    }));
    drop(event_loop.add_task(twice(log.clone(), "a")));
    assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    assert_eq!(log.words(), "[1|2] stops");
    event_loop.run();
    assert_eq!(log.words(), "[2] a [2] a");
}

#[test]
fn a_task_is_cancelled_and_one_that_has_ended_is_not() {
    let log = Transcript::default();
    let event_loop =
        scripted(&log, [Next::Poll(1), Next::Poll(1), Next::Cancel(1), Next::Cancel(2)]);
    let (first, second) = (
        event_loop.add_task(twice(log.clone(), "a")),
        event_loop.add_task(twice(log.clone(), "b")),
    );
    event_loop.run();
    assert_eq!(log.words(), "[1|2] a [2|1] a [2] [2] [2]");
    assert!(first.result().is_ok());
    assert!(matches!(second.result(), Err(TaskError::Cancelled)));
}

#[test]
fn a_task_is_woken_for_no_reason_and_goes_on_waiting() {
    let log = Transcript::default();
    let steps = [Next::Poll(1), Next::Wake(1), Next::Poll(1)];
    let event_loop = scripted(&log, steps);
    let said = log.clone();
    let ended = event_loop.run_until_complete(async move {
        let event = Event::new();
        event.wait().await;
        said.say("unreachable");
    });
    assert_eq!(ended, Err(RunError::Deadlock));
    assert_eq!(log.words(), "[1] [] [1] []");
}

#[test]
fn time_passes_though_a_task_is_ready() {
    let log = Transcript::default();
    let steps = [Next::Poll(1), Next::Poll(2), Next::Other(Step::PassTime)];
    let event_loop = scripted(&log, steps);
    let said = log.clone();
    let ended = event_loop.run_until_complete(async move {
        let sleeper = spawn(sleep(Duration::from_secs(9)));
        interrupt().await;
        said.say(if sleeper.done() { "late" } else { "in time" });
        interrupt().await;
        said.say(if sleeper.done() { "late" } else { "in time" });
    });
    assert_eq!(ended, Ok(()));
    assert_eq!(log.words(), "[1] [2|1] [1]+9s [1|2] in time [2|1] [1] late");
}

#[test]
fn without_a_timer_no_time_passes_and_the_loop_is_not_stuck() {
    let log = Transcript::default();
    let event_loop = scripted(&log, [Next::Other(Step::PassTime), Next::Other(Step::Idle)]);
    drop(event_loop.add_task(twice(log.clone(), "a")));
    event_loop.run();
    assert_eq!(log.words(), "[1] [1] a [1] a");
}

#[test]
fn a_run_can_be_stopped_or_called_stuck_though_a_waker_is_kept() {
    let log = Transcript::default();
    let event_loop = scripted(&log, [Next::Poll(1), Next::Other(Step::Stuck)]);
    let kept: Rc<RefCell<Option<Waker>>> = Rc::default();
    let keeps = Rc::clone(&kept);
    let never = || {
        let keeps = Rc::clone(&keeps);
        std::future::poll_fn(move |cx| {
            *keeps.borrow_mut() = Some(cx.waker().clone());
            std::task::Poll::<()>::Pending
        })
    };
    assert_eq!(event_loop.run_until_complete(never()), Err(RunError::Deadlock));
    let event_loop = scripted(&log, [Next::Poll(1), Next::Other(Step::Stop)]);
    assert_eq!(event_loop.run_until_complete(never()), Err(RunError::Stopped));
    assert_eq!(log.words(), "[1] [] [1] []");
}

#[test]
fn who_chooses_is_told_of_those_who_wait_for_quiet_and_of_what_comes_from_outside() {
    let log = Transcript::default();
    let event_loop = scripted(&log, []);
    event_loop.run_task(quiescent());
    assert_eq!(log.words(), "[1] [] quiet [1]");
    let event_loop = scripted(&log, [Next::Poll(1), Next::Other(Step::Stop)]);
    let (lets_go, waits) = mpsc::channel::<()>();
    let ended = event_loop.run_until_complete(to_thread(move || waits.recv().is_err()));
    drop(lets_go);
    assert_eq!(ended.map(|_| ()), Err(RunError::Stopped));
    assert_eq!(log.words(), "[1] [] open abroad");
}

#[test]
fn who_runs_a_program_for_others_says_where_it_comes_from() {
    #[track_caller]
    fn tree_of_one() -> String {
        let (event_loop, at) = (Loop::new(), std::panic::Location::caller());
        let run = || event_loop.run_until_complete_from(at, async { event_loop.task_tree() });
        run().expect("it ends")
    }
    let (tree, line) = (tree_of_one(), line!());
    assert!(tree.contains(&format!("steps.rs:{line}")), "{tree}");
}
