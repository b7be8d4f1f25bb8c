//! Random programs do the same whether somebody looks where their tasks stand or not.

use std::cell::Cell;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;
use std::time::Duration;

use boucle::{Ended, Instrument, Loop, Object, RunError, Spawned, TaskId, WaitsFor, WokenBy};
use boucle_trace::{Options, Recorder, Trace};

use crate::trace::random;
use crate::trace::random::Script;

/// Passes all on to a recorder, and looks where the tasks stand at every thing that is told.
struct Looking {
    recorder: Recorder,
    /// Whether it looks.
    looks: bool,
    /// How many chains it has seen.
    n_seen: Cell<usize>,
}

impl Looking {
    fn look(&self) {
        if let Some(event_loop) = Loop::current().ok().filter(|_| self.looks) {
            let stacks = event_loop.task_stacks();
            let n_seen = stacks.iter().filter(|it| !it.awaits.is_empty()).count();
            self.n_seen.set(self.n_seen.get() + n_seen);
            assert!(stacks.iter().all(|it| !it.is_unseen), "{stacks:?}");
        }
    }
}

macro_rules! forwarded {
    ($($hook:ident($($name:ident: $kind:ty),*);)*) => {
        impl Instrument for Looking {
            $(fn $hook(&self, $($name: $kind),*) {
                self.recorder.$hook($($name),*);
                self.look();
            })*
        }
    };
}

forwarded! {
    task_spawned(task: TaskId, spawned: Spawned);
    object_made(object: Object);
    object_named(object: Object, name: &str);
    before_poll(task: TaskId);
    after_poll(task: TaskId, ended: bool);
    task_named(task: TaskId, name: &str);
    waits(
        task: TaskId,
        wait: u32,
        on: WaitsFor,
        object: Option<Object>,
        at: Option<&'static Location<'static>>
    );
    wait_ended(task: TaskId, wait: u32);
    woken(task: TaskId, by: WokenBy);
    woken_in_vain(task: TaskId, by: WokenBy, has_ended: bool);
    acquired(task: TaskId, object: Object);
    released(object: Object);
    timer_set(timer: u32, after: Duration);
    timer_fired(timer: u32);
    timer_unset(timer: u32);
    before_wait(timeout: Option<Duration>);
    after_wait();
    task_done(task: TaskId, how: Ended);
    run_ended(why_not: Option<RunError>);
}

/// What a program does and prints, and how many chains were seen meanwhile.
fn record(script: &Script, looks: bool) -> (Trace, usize) {
    let recorder = Recorder::with(Options::new()).expect("memory is always there");
    let looking = Rc::new(Looking { recorder, looks, n_seen: Cell::new(0) });
    let event_loop = Loop::builder()
        .virtual_time(true)
        .instrument(Rc::clone(&looking))
        .exception_handler(|report| world::println!("{report}"))
        .build();
    let script = script.clone();
    world::record(|| {
        // Many programs panic, and many wait for ever.
        let run = AssertUnwindSafe(|| event_loop.run_until_complete(random::program(script)));
        world::println!("{:?}", panic::catch_unwind(run).ok());
        drop(event_loop);
    });
    (looking.recorder.trace(), looking.n_seen.get())
}

#[test]
fn random_programs_do_the_same_whether_they_are_looked_at_or_not() {
    let n_seen = Cell::new(0);
    random::for_all_scripts(60, |script| {
        let (seen, n) = record(script, true);
        n_seen.set(n_seen.get() + n);
        let (unseen, _) = record(script, false);
        assert_eq!(seen.events(), unseen.events());
        Ok(())
    });
    assert!(n_seen.get() > 500, "only {} chains were seen", n_seen.get());
}
