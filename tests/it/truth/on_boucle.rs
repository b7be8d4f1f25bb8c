//! A trace of boucle shows at each event what the loop says of its own tasks, and its queue at each choice.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;
use std::time::Duration;

use boucle::{
    Ended, Instrument, Loop, Object, Order, RunError, Spawned, TaskId, TaskInfo, TaskState,
    WaitsFor, WokenBy,
};
use boucle_trace::{Life, On, Options, Recorder, State, TaskNo};

use crate::course::examples;
use crate::trace::random;

/// A recorder, and somebody who compares after each word of the loop.
struct Checked {
    recorder: Rc<Recorder>,
    n_compared: Cell<usize>,
    wrong: RefCell<Vec<String>>,
}

impl Checked {
    fn state(&self) -> State {
        let trace = self.recorder.trace();
        trace.state_at(trace.len())
    }

    /// Compares, `after` a word of the loop.
    fn compare(&self, after: &str) {
        // A poll is told before the task runs, and before it is known to wait: the next word comes after that.
        // A loop that closes has no tasks to ask.
        if ["before_poll", "after_poll"].contains(&after) || Loop::current().is_err() {
            return;
        }
        let state = self.state();
        let infos: BTreeMap<_, _> =
            boucle::all_tasks().into_iter().map(|it| (number(it.id), it)).collect();
        let lives = state.tasks.iter().filter(|(_, it)| it.done.is_none());
        // Who awaits a task is woken before its end is told.
        let is_ending = |it: &TaskNo| state.running.contains(it) && !infos.contains_key(it);
        let shown: Vec<_> = lives.map(|(task, _)| *task).filter(|it| !is_ending(it)).collect();
        let held: Vec<_> = infos.keys().copied().collect();
        if shown != held {
            self.wrong.borrow_mut().push(format!("after {after}: {shown:?}, not {held:?}"));
        }
        for (task, info) in &infos {
            let (shown, held) = (shown_of(&state, *task), held_of(info, state.now));
            if shown != held {
                let wrong = format!("after {after}, {task}: {shown:?}, not {held:?}");
                self.wrong.borrow_mut().push(wrong);
            }
        }
        self.n_compared.set(self.n_compared.get() + infos.len());
    }
}

fn number(task: TaskId) -> TaskNo {
    let digits: String = task.to_string().chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok().and_then(TaskNo::new).expect("a task has a number")
}

/// What a trace shows of a task: what it does, and for how many things it waits.
fn shown_of(state: &State, task: TaskNo) -> (Life, Vec<String>) {
    let life = state.life(task);
    let waits = state.waits_for(task).map(|it| match &it.on {
        On::Time(after) => format!("until {}", it.at + after),
        On::Task(other) => other.to_string(),
        On::Sync(what) => what.to_string(),
        other => format!("{other:?}"),
    });
    (life, if life == Life::Waiting { waits.collect() } else { Vec::new() })
}

/// What the loop says of it, at this time of the trace.
fn held_of(info: &TaskInfo, now: u64) -> (Life, Vec<String>) {
    let life = match info.state {
        TaskState::Running => Life::Running,
        TaskState::Ready => Life::Ready,
        _ => Life::Waiting,
    };
    let waits = info.waits_for.iter().filter_map(|it| match it {
        WaitsFor::Time(Duration::ZERO) => None,
        WaitsFor::Time(after) => Some(format!("until {}", u128::from(now) + after.as_nanos())),
        WaitsFor::Task(other) => Some(number(*other).to_string()),
        other => Some(other.to_string()),
    });
    (life, if life == Life::Waiting { waits.collect() } else { Vec::new() })
}

macro_rules! forwarded {
    ($($hook:ident($($name:ident: $kind:ty),*);)*) => {
        impl Instrument for Checked {
            $(fn $hook(&self, $($name: $kind),*) {
                self.recorder.$hook($($name),*);
                self.compare(stringify!($hook));
            })*
        }
    };
}

forwarded! {
    task_spawned(task: TaskId, spawned: Spawned);
    object_made(object: Object);
    before_poll(task: TaskId);
    after_poll(task: TaskId, ended: bool);
    task_named(task: TaskId, name: &str);
    waits(task: TaskId, on: WaitsFor, object: Option<Object>, at: Option<&'static Location<'static>>);
    woken(task: TaskId, by: WokenBy);
    woken_in_vain(task: TaskId, by: WokenBy, has_ended: bool);
    acquired(task: TaskId, object: Object);
    released(object: Object);
    timer_set(timer: u32, after: Duration);
    timer_fired(timer: u32);
    timer_unset(timer: u32);
    io_ready(descriptor: i32, readable: bool, writable: bool);
    before_wait(timeout: Option<Duration>);
    after_wait();
    task_done(task: TaskId, how: Ended);
    run_ended(why_not: Option<RunError>);
}

/// Who is next is the first, as ever; but the queue is seen.
struct Queue(Rc<Checked>);

impl Order for Queue {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        let shown: Vec<_> = self.0.state().ready.iter().copied().collect();
        let held: Vec<_> = ready.iter().map(|it| number(*it)).collect();
        if shown != held {
            self.0.wrong.borrow_mut().push(format!("the queue: {shown:?}, not {held:?}"));
        }
        0
    }
}

type Program = fn(&Loop);

/// Runs a program on a loop that is compared with its trace all the time; how often it was.
fn assert_true(name: &str, program: impl FnOnce(&Loop)) -> usize {
    let recorder = Rc::new(Recorder::with(Options::new()).expect("memory is always there"));
    let (n_compared, wrong) = Default::default();
    let checked = Rc::new(Checked { recorder, n_compared, wrong });
    let event_loop = Loop::builder()
        .virtual_time(true)
        // It keeps what each task waits for.
        .debug(true)
        .instrument(Rc::clone(&checked))
        .order(Queue(Rc::clone(&checked)))
        .exception_handler(|_| {})
        .build();
    // A panic that goes out of the run is part of some programs.
    let run = || panic::catch_unwind(AssertUnwindSafe(|| program(&event_loop)));
    world::record(|| drop(run()));
    Loop::set_current(None);
    let wrong = checked.wrong.take();
    assert!(wrong.is_empty(), "{name}: {} times: {:#?}", wrong.len(), &wrong[..wrong.len().min(8)]);
    checked.n_compared.get()
}

#[test]
fn what_is_shown_of_the_examples_is_what_the_loop_says_at_every_event() {
    let programs: [(&str, Program); 12] = [
        ("timer", examples::timer::program),
        ("morceaux", examples::morceaux::program),
        ("famine", examples::famine::program),
        ("ticks", examples::ticks::program),
        ("fork_and_stop", examples::fork_and_stop::program),
        ("three_durations", examples::three_durations::program),
        ("tasks", examples::tasks::program),
        ("results", examples::results::program),
        ("breathe", examples::breathe::program),
        ("starvation", examples::starvation::program),
        ("sync_island", examples::sync_island::program),
        ("arange", examples::arange::program),
    ];
    for (name, program) in programs {
        assert!(assert_true(name, program) > 0, "{name}");
    }
}

#[test]
fn what_is_shown_of_random_programs_is_what_the_loop_says_at_every_event() {
    random::for_all_scripts(60, |script| {
        let script = script.clone();
        assert_true(&format!("{script:?}"), |event_loop| {
            let _ = event_loop.run_until_complete(random::program(script.clone()));
        });
        Ok(())
    });
}
