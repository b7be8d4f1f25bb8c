//! What things cost as there are more of them: counted, never timed.
//!
//! Counted are what a thread allocates, polls, wakes and what is told to those who watch. Work that makes
//! none of these is not seen here.

mod proportion;
mod room;

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;

use allocation_counter::{AllocationInfo, measure};
use boucle::{Builder, Ended, Instrument, Loop, Object, Spawned, Task, TaskId, WaitsFor, WokenBy};

/// What is counted, in the order in which [`cost`] gives it.
const COUNTED: [&str; 6] = ["allocations", "bytes", "polls", "wakes", "waits", "ends"];

/// Counts what it is told.
#[derive(Default)]
struct Counts {
    polls: Cell<u64>,
    wakes: Cell<u64>,
    waits: Cell<u64>,
    ends: Cell<u64>,
    /// The first task, and how often it was polled.
    first: Cell<Option<TaskId>>,
    first_polls: Cell<u64>,
}

fn count(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

impl Instrument for Counts {
    fn task_spawned(&self, task: TaskId, _spawned: Spawned) {
        self.first.set(self.first.get().or(Some(task)));
    }
    fn before_poll(&self, task: TaskId) {
        count(&self.polls);
        if self.first.get() == Some(task) {
            count(&self.first_polls);
        }
    }
    fn woken(&self, _task: TaskId, _by: WokenBy) {
        count(&self.wakes);
    }
    fn waits(
        &self,
        _task: TaskId,
        _wait: u32,
        _on: WaitsFor,
        _object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        count(&self.waits);
    }
    fn task_done(&self, _task: TaskId, _how: Ended) {
        count(&self.ends);
    }
}

/// A loop whose time is virtual, and what happens in it.
fn counted() -> (Loop, Rc<Counts>) {
    let counts = Rc::new(Counts::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&counts)).build();
    (event_loop, counts)
}

/// What a program costs, in the order of [`COUNTED`].
fn cost(program: impl Future<Output = ()>) -> [u64; 6] {
    let (event_loop, counts) = counted();
    let memory = measure(|| event_loop.run_until_complete(program).expect("it ends"));
    let told = [&counts.polls, &counts.wakes, &counts.waits, &counts.ends].map(Cell::get);
    let [polls, wakes, waits, ends] = told;
    [memory.count_total, memory.bytes_total, polls, wakes, waits, ends]
}

/// Twice as many cost twice as much, a tenth more at the most; `slack` is what the first ones may cost.
#[track_caller]
fn assert_proportional<F: Future<Output = ()>>(program: impl Fn(u64) -> F) {
    // Just below a power of two: tables that double have as much room to spare in both cases.
    let [small, large] = [500, 1_000].map(|n| cost(program(n)));
    for ((what, small), large) in COUNTED.into_iter().zip(small).zip(large) {
        assert!(
            large * 10 <= small * 22 + 40,
            "{what}: {small} for one, {large} for twice as many"
        );
    }
}

fn cancel_all<'a, T: 'a>(tasks: impl IntoIterator<Item = &'a Task<T>>) {
    for task in tasks {
        task.cancel();
    }
}

/// So many there are in a burst.
const MANY: usize = 20_000;

/// So many bytes may be left of one.
const FEW: i64 = 80_000;

/// Runs a program on a loop, and counts; what the program returns is still there at the end.
#[track_caller]
fn room_of<T>(builder: Builder, program: impl Future<Output = T>) -> AllocationInfo {
    let event_loop = builder.virtual_time(true).build();
    let mut kept = None;
    let memory = measure(|| kept = event_loop.run_until_complete(program).ok());
    assert!(kept.is_some(), "the program ends");
    memory
}

/// Runs a burst; when only what it returns is there, hardly any room is taken.
#[track_caller]
fn assert_gives_room_back<T>(builder: Builder, burst: impl Future<Output = T>) {
    let memory = room_of(builder, burst);
    let (left, most) = (memory.bytes_current, memory.bytes_max);
    assert!(most > 2 * FEW as u64, "it is no burst: {memory:?}");
    assert!(left < FEW, "{left} bytes are left of {most}");
}

/// Runs what happens often, and never takes much room.
#[track_caller]
fn assert_never_takes_room<T>(program: impl Future<Output = T>) {
    let most = room_of(Loop::builder(), program).bytes_max;
    assert!(most < FEW as u64, "{most} bytes were taken");
}
