//! What tasks, reports and locks answer when they are asked, and what a user can keep of them.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::panic;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Barrier, Lock, LockGuard, Permit, Semaphore};
use boucle::{
    AsCompleted, Callback, GroupError, GroupTask, Loop, Report, TaskError, TaskId, TaskState,
    all_tasks, as_completed, call_later, interrupt, sleep, spawn, task_group,
};

fn virtual_loop() -> Loop {
    Loop::builder().virtual_time(true).build()
}

#[test]
fn a_task_says_what_it_is_doing_where_it_was_spawned_and_who_awaits_it() {
    let infos = virtual_loop().run_until_complete(async {
        let sleeps = spawn(sleep(Duration::from_secs(60)));
        let parent = spawn(sleeps);
        drop(spawn(pending::<()>()));
        interrupt().await;
        drop(spawn(async {}));
        let infos = all_tasks();
        let spawned_here = infos.iter().all(|it| it.spawned_at.file() == file!());
        let spawned_after = infos.is_sorted_by_key(|it| it.spawned_at.line());
        assert!(spawned_here && spawned_after, "{infos:?}");
        assert_eq!(infos[2].spawned_at, parent.spawned_at());
        let answers = infos.iter().map(|it| (it.state, it.awaited_by == Some(parent.id())));
        answers.collect::<Vec<_>>()
    });
    let minute = Duration::from_secs(60);
    assert_eq!(
        infos.expect("it ends"),
        [
            (TaskState::Running, false),
            (TaskState::Sleeping(minute), true),
            (TaskState::Waiting, false),
            (TaskState::Waiting, false),
            (TaskState::Ready, false),
        ]
    );
}

#[test]
fn only_in_debug_mode_are_polls_counted() {
    for is_debug in [false, true] {
        let event_loop = Loop::builder().debug(is_debug).build();
        let polls = event_loop.run_until_complete(async {
            interrupt().await;
            interrupt().await;
            all_tasks()[0].polls
        });
        let n_polls = polls.expect("it ends").map(|(n_polls, _)| n_polls);
        assert_eq!(n_polls, is_debug.then_some(2));
    }
}

#[test]
fn a_report_names_the_task_and_none_for_a_call_from_another_thread() {
    let reports: Rc<RefCell<Vec<Option<TaskId>>>> = Rc::default();
    let told = Rc::clone(&reports);
    let handler = move |report: &Report| {
        assert!(matches!(report.error(), Some(TaskError::Panicked(_))));
        told.borrow_mut().push(report.task_id());
    };
    let event_loop = virtual_loop();
    event_loop.set_exception_handler(handler);
    event_loop.handle().call_soon(|| panic!("boom")).expect("it is open");
    let task = event_loop.add_task(async { panic!("boom") });
    let id = task.id();
    drop(task);
    event_loop.run();
    assert_eq!(*reports.borrow(), [Some(id), None]);
}

#[test]
fn a_result_is_taken_once_and_a_panic_with_what_it_was_given() {
    boucle::run(async {
        let mut task = spawn(async { panic::panic_any(42) });
        let Err(TaskError::Panicked(panic)) = (&mut task).await else { panic!("it panicked") };
        assert_eq!(panic.into_payload().downcast_ref(), Some(&42));
        assert!(matches!(task.result(), Err(TaskError::Taken)));
        assert!(matches!(task.exception(), Ok(None)));
        assert!(task.done() && !task.cancelled());
    });
}

#[test]
fn a_sleep_says_when_it_has_been_awaited_to_its_end() {
    let ended = virtual_loop().run_until_complete(async {
        let mut nap = sleep(Duration::from_secs(1));
        sleep(Duration::from_secs(2)).await;
        let before = nap.is_elapsed();
        (&mut nap).await;
        (before, nap.is_elapsed())
    });
    assert_eq!(ended, Ok((false, true)));
}

/// Who sends reminders keeps them, to take them back.
struct Reminders {
    calls: Vec<Callback>,
}

#[test]
fn callbacks_can_be_kept_and_taken_back() {
    let n_calls = Rc::new(Cell::new(0));
    virtual_loop()
        .run_until_complete(async {
            let calls = (1..=3).map(|seconds| {
                let n_calls = Rc::clone(&n_calls);
                call_later(Duration::from_secs(seconds), move || n_calls.set(n_calls.get() + 1))
            });
            let reminders = Reminders { calls: calls.collect() };
            sleep(Duration::from_millis(1_500)).await;
            let taken_back: Vec<_> = reminders.calls.iter().map(Callback::cancel).collect();
            assert_eq!(taken_back, [false, true, true]);
            sleep(Duration::from_secs(60)).await;
        })
        .expect("it ends");
    assert_eq!(n_calls.get(), 1);
}

/// What needs the value of a lock says so.
fn add(sum: &mut LockGuard<'_, u32>, n: u32) {
    **sum += n;
}

#[test]
fn a_lock_gives_its_value_to_its_guard_and_to_its_owner() {
    let mut lock = Lock::new(1);
    add(&mut boucle::run(lock.lock()), 2);
    *lock.value_mut() += 4;
    assert_eq!(lock.into_inner(), 7);
}

/// Rooms that are taken together and given back together.
struct Suite<'a> {
    rooms: Vec<Permit<'a>>,
}

#[test]
fn permits_can_be_kept_and_are_given_back_with_their_keeper() {
    let rooms = Semaphore::new(3);
    let suite = Suite { rooms: (0..2).filter_map(|_| rooms.try_acquire()).collect() };
    assert_eq!((suite.rooms.len(), rooms.available()), (2, 1));
    drop(suite);
    assert_eq!(rooms.available(), 3);
}

#[test]
fn a_barrier_says_how_many_it_is_for() {
    let barrier = Barrier::new(3);
    assert_eq!((barrier.parties(), barrier.n_waiting()), (3, 0));
}

/// What came in so far.
struct Arrivals {
    expected: AsCompleted<u64>,
    places: Vec<usize>,
}

impl Arrivals {
    async fn wait_for(&mut self, n: usize) {
        while self.places.len() < n {
            let Some((place, _)) = self.expected.next().await else { break };
            self.places.push(place);
        }
    }
}

#[test]
fn what_is_awaited_one_by_one_can_be_kept_between() {
    let slow = |seconds| async move {
        sleep(Duration::from_secs(seconds)).await;
        seconds
    };
    let places = virtual_loop().run_until_complete(async {
        let mut arrivals = Arrivals { expected: as_completed([3, 1, 2].map(slow)), places: vec![] };
        arrivals.wait_for(1).await;
        sleep(Duration::from_secs(60)).await;
        arrivals.wait_for(4).await;
        arrivals.places
    });
    assert_eq!(places.expect("it ends"), [1, 2, 0]);
}

#[test]
fn a_sleep_says_when_it_ends() {
    virtual_loop()
        .run_until_complete(async {
            let minute = Duration::from_secs(60);
            let start = boucle::now();
            assert_eq!(sleep(minute).deadline(), Some(start + minute));
            assert_eq!(boucle::sleep_until(start + minute).deadline(), Some(start + minute));
            assert_eq!(sleep(Duration::MAX).deadline(), None);
        })
        .expect("it ends");
}

#[test]
fn a_group_gives_values_to_its_body_and_its_panics_to_who_awaits_it() {
    let body = async |group: &boucle::TaskGroup| {
        let children: Vec<GroupTask<u32>> =
            (0..3).map(|n| group.spawn(async move { 6 / (2 - n) })).collect();
        let mut values = Vec::new();
        for child in children {
            values.push(child.value().await);
        }
        values
    };
    let failed: Result<_, GroupError> = boucle::run(task_group(body));
    let errors = failed.expect_err("the last child divides by zero").into_errors();
    let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["the task panicked: attempt to divide by zero"]);
}
