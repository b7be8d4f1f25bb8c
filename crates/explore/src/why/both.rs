//! Two that watch one execution: who tells the search what it is told, and who writes it down.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use boucle::{
    Ended, How, Instrument, Object, RunError, Shared, Spawned, TaskId, WaitsFor, WokenBy,
};

/// Both are told all.
#[derive(Clone)]
pub(crate) struct Both(pub(crate) Rc<dyn Instrument>, pub(crate) Rc<dyn Instrument>);

impl fmt::Debug for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Both")
    }
}

/// Tells the one, then the other.
macro_rules! pass_on {
    ($($name:ident($($it:ident: $type:ty),*);)*) => {
        $(fn $name(&self, $($it: $type),*) {
            self.0.$name($($it),*);
            self.1.$name($($it),*);
        })*
    };
}

impl Instrument for Both {
    pass_on! {
        loop_made();
        task_spawned(task: TaskId, spawned: Spawned);
        object_made(object: Object);
        object_gone(object: Object);
        object_named(object: Object, name: &str);
        before_poll(task: TaskId);
        after_poll(task: TaskId, ended: bool);
        before_drop(task: TaskId);
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
        touched(shared: Shared, how: How, at: Option<&'static Location<'static>>);
        counted(shared: Shared, waiting: TaskId, is_last: bool);
        timer_set(timer: u32, after: Duration);
        timer_fired(timer: u32);
        timer_unset(timer: u32);
        io_ready(descriptor: i32, readable: bool, writable: bool);
        before_wait(timeout: Option<Duration>);
        after_wait();
        task_done(task: TaskId, how: Ended);
        run_ended(why_not: Option<RunError>);
    }
}
