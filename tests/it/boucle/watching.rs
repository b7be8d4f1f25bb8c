//! Callbacks, hooks, chosen order, slow polls, the task tree.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::Location;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::{
    Ended, Instrument, Loop, Object, Order, Spawned, TaskId, WaitsFor, WokenBy, all_tasks,
    as_completed, call_at, call_later, call_soon, gather, interrupt, now, sleep, spawn, task_group,
    timeout,
};

use super::transcript::{Transcript, virtual_loop};

#[test]
fn callbacks_are_called_in_the_order_of_their_times() {
    let (event_loop, log) = virtual_loop();
    let say = |word: &'static str| {
        let log = log.clone();
        move || log.say(word)
    };
    event_loop
        .run_until_complete(async {
            drop(call_later(Duration::from_secs(2), say("two")));
            drop(call_at(now() + Duration::from_secs(1), say("one")));
            drop(call_soon(say("soon")));
            let taken_back = call_later(Duration::from_secs(1), say("never"));
            assert!(taken_back.cancel());
            drop(call_later(Duration::MAX, say("never")));
            sleep(Duration::from_secs(3)).await;
            assert!(taken_back.cancelled() && !taken_back.cancel());
        })
        .expect("it ends");
    assert_eq!(log.words(), "soon one two");
}

#[test]
fn a_callback_that_panics_is_reported_at_once_and_the_loop_goes_on() {
    let log = Transcript::default();
    let told = log.clone();
    let event_loop =
        Loop::builder().exception_handler(move |report| told.say(report.to_string())).build();
    event_loop
        .run_until_complete(async {
            let callback = call_soon(|| panic!("boom"));
            interrupt().await;
            assert!(callback.done());
        })
        .expect("it ends");
    assert_eq!(log.words(), "a callback of the loop failed: the task panicked: boom");
}

/// Writes down what it is told, tasks by their numbers.
impl Instrument for Transcript {
    fn task_spawned(&self, task: TaskId, _spawned: Spawned) {
        self.say(format!("spawn{task}"));
    }
    fn before_poll(&self, task: TaskId) {
        self.say(format!("poll{task}"));
    }
    fn after_poll(&self, task: TaskId, ended: bool) {
        self.say(format!("{}{task}", if ended { "ended" } else { "pending" }));
    }
    fn task_named(&self, task: TaskId, name: &str) {
        self.say(format!("name{task}={name}"));
    }
    fn waits(
        &self,
        _task: TaskId,
        _wait: u32,
        on: WaitsFor,
        _object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        self.say(format!("waits({on})"));
    }
    fn wait_ended(&self, task: TaskId, wait: u32) {
        self.say(format!("over{task}:{wait}"));
    }
    fn woken(&self, task: TaskId, by: WokenBy) {
        self.say(format!("wake{task}by{by:?}"));
    }
    fn timer_set(&self, timer: u32, after: Duration) {
        self.say(format!("set{timer}:{after:?}"));
    }
    fn timer_fired(&self, timer: u32) {
        self.say(format!("fired{timer}"));
    }
    fn timer_unset(&self, timer: u32) {
        self.say(format!("unset{timer}"));
    }
    fn task_done(&self, task: TaskId, how: Ended) {
        self.say(format!("done{task}:{how:?}"));
    }
}

#[test]
fn an_instrument_hears_everything_in_order() {
    let log = Transcript::default();
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::new(log.clone())).build();
    event_loop
        .run_until_complete(async {
            let child = spawn(async { sleep(Duration::from_secs(1)).await });
            child.await.expect("it ends");
        })
        .expect("it ends");
    assert_eq!(
        log.words(),
        "spawn1 poll1 spawn2 waits(task 2) pending1 \
         poll2 set0:1s waits(1.000s more) pending2 \
         fired0 wake2byTimer poll2 over2:1 wake1byTask(TaskId(2)) done2:Value ended2 \
         poll1 over1:0 done1:Value ended1"
    );
}

/// What those who watch hear of a program, less what is not of these kinds.
fn heard<F: Future>(kinds: &[&str], program: impl FnOnce() -> F) -> String {
    let log = Transcript::default();
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::new(log.clone())).build();
    event_loop.run_until_complete(async { program().await }).expect("it ends");
    drop(event_loop);
    let is_asked_for = |line: &&String| kinds.iter().any(|kind| line.starts_with(kind));
    log.lines().iter().filter(is_asked_for).map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_timer_that_is_taken_back_is_told_once_wherever_it_goes() {
    let second = Duration::from_secs(1);
    let timers = heard(&["set", "fired", "unset", "poll", "done"], || async move {
        timeout(second, interrupt()).await.expect("it is quick");
        let mut nap = sleep(second);
        assert!(futures::poll!(&mut nap).is_pending());
        nap.reset(now() + 2 * second);
        nap.await;
        spawn(sleep(second)).cancel();
        // It ends with the loop.
        drop(spawn(sleep(3 * second)));
        interrupt().await;
    });
    let expected = "poll1 set0:1s poll1 unset0 set1:1s unset1 set2:2s fired2 poll1 \
        poll2 done2:Cancelled poll3 set3:3s poll1 done1:Value unset3 done3:Cancelled";
    assert_eq!(timers, expected);
}

#[test]
fn a_parent_waits_for_each_child_that_has_not_ended() {
    let kinds = ["waits", "spawn", "poll1", "done"];
    let gathered = heard(&kinds, || gather([interrupt(), interrupt()]));
    let expected = "spawn1 poll1 spawn2 spawn3 waits(task 2) waits(task 3) \
        done2:Value done3:Value poll1 done1:Value";
    assert_eq!(gathered, expected);

    let completed = heard(&kinds, || async {
        let mut children = as_completed([1, 2].map(|n| sleep(Duration::from_secs(n))));
        while children.next().await.is_some() {}
    });
    let expected = "spawn1 poll1 spawn2 spawn3 waits(task 2) waits(task 3) waits(1.000s more) \
        waits(2.000s more) done2:Value poll1 done3:Value poll1 done1:Value";
    assert_eq!(completed, expected);

    let group = heard(&kinds, || {
        task_group(async |group| {
            group.spawn(interrupt());
            interrupt().await;
            interrupt().await;
            // The first has ended, this one has not.
            group.spawn(interrupt());
            sleep(Duration::ZERO).await;
        })
    });
    let expected = "spawn1 poll1 spawn2 waits(task 2) poll1 done2:Value poll1 spawn3 waits(task 3) \
        poll1 done3:Value poll1 done1:Value";
    assert_eq!(group, expected);
}

#[test]
fn an_order_chooses_who_is_next() {
    struct NewestFirst;
    impl Order for NewestFirst {
        fn choose(&mut self, ready: &[TaskId]) -> usize {
            ready.len() - 1
        }
    }
    let log = Transcript::default();
    let event_loop = Loop::builder().order(NewestFirst).build();
    for word in ["a", "b", "c"] {
        let log = log.clone();
        drop(event_loop.add_task(async move { log.say(word) }));
    }
    event_loop.run();
    assert_eq!(log.words(), "c b a");
}

#[test]
fn an_order_that_panics_or_points_outside_means_the_first() {
    struct Bad(Cell<bool>);
    impl Order for Bad {
        fn choose(&mut self, ready: &[TaskId]) -> usize {
            assert!(self.0.replace(true), "boom");
            ready.len()
        }
    }
    let log = Transcript::default();
    let event_loop = Loop::builder().order(Bad(Cell::new(false))).build();
    for word in ["a", "b", "c"] {
        let log = log.clone();
        drop(event_loop.add_task(async move { log.say(word) }));
    }
    event_loop.run();
    assert_eq!(log.words(), "a b c");
}

#[test]
fn a_task_that_has_ended_is_no_choice_also_if_it_was_woken_in_its_last_poll() {
    struct Choices(Transcript);
    impl Order for Choices {
        fn choose(&mut self, ready: &[TaskId]) -> usize {
            let ids: Vec<_> = ready.iter().map(TaskId::to_string).collect();
            self.0.say(ids.join("|"));
            0
        }
    }
    let log = Transcript::default();
    let event_loop = Loop::builder().order(Choices(log.clone())).build();
    drop(event_loop.add_task(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })));
    drop(event_loop.add_task(interrupt()));
    event_loop.run();
    assert_eq!(log.words(), "1|2 2 2");
}

#[test]
fn a_poll_that_takes_too_long_is_reported_with_name_and_place() {
    let log = Transcript::default();
    let told = log.clone();
    let event_loop = Loop::builder()
        // Any poll takes longer than no time.
        .slow_poll(Some(Duration::ZERO))
        .exception_handler(move |report| {
            assert!(report.slow_poll().is_some());
            let text = report.to_string();
            let (first, second) = text.split_once('\n').expect("two lines");
            assert!(
                first.starts_with("a poll took ")
                    && first.ends_with(" and held up all other tasks")
            );
            told.say(second.trim_start().split(':').next().expect("a file"));
        })
        .build();
    let task = event_loop.add_task(async {});
    task.set_name("slow one");
    event_loop.run();
    assert_eq!(log.words(), format!("in slow one, spawned at {}", file!()));
}

#[test]
fn the_tree_shows_who_waits_for_whom() {
    let (event_loop, _) = virtual_loop();
    let tree = event_loop.run_until_complete(async {
        let leaf = spawn(sleep(Duration::from_secs(5)));
        leaf.set_name("leaf");
        let parent = spawn(async { leaf.await.expect("it ends") });
        parent.set_name("parent");
        let waits = spawn(pending::<()>());
        waits.set_name("waits");
        interrupt().await;
        let ready = spawn(async {});
        ready.set_name("ready");
        assert_eq!(all_tasks().len(), 5);
        drop((waits, ready));
        Loop::current().expect("it runs").task_tree()
    });
    let tree = tree.expect("it ends");
    // Without the places, which change with this file, and the chains of awaits.
    let lines = tree.lines().filter(|it| it.contains(", spawned"));
    let lines: Vec<_> = lines.map(|it| it.split(", spawned").next().expect("one")).collect();
    assert_eq!(
        lines,
        [
            "the_tree_shows_who_waits_for_whom 1: running",
            "parent: waits",
            "  leaf: sleeps 5.000s more",
            "waits: waits",
            "ready: ready"
        ]
    );
}

#[test]
fn a_name_is_forgotten_with_its_task() {
    let event_loop = Loop::new();
    let task = event_loop.add_task(async {});
    assert_eq!(task.name(), "a_name_is_forgotten_with_its_task 1");
    task.set_name("mine");
    assert_eq!(task.name(), "mine");
    assert_eq!(format!("{task:?}").split(" spawned").next(), Some("<Task pending name=\"mine\""));
    event_loop.run();
    assert_eq!(task.name(), "mine");
}

#[test]
fn of_a_task_that_was_woken_in_its_last_poll_nothing_is_told_after_its_end() {
    struct Polls(Transcript);
    impl Instrument for Polls {
        fn before_poll(&self, task: TaskId) {
            self.0.say(format!("{task} polled"));
        }
        fn task_done(&self, task: TaskId, _how: Ended) {
            self.0.say(format!("{task} done"));
        }
    }
    let log = Transcript::default();
    let event_loop = Loop::builder().instrument(Rc::new(Polls(log.clone()))).build();
    drop(event_loop.add_task(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })));
    // So that there are more turns.
    drop(event_loop.add_task(interrupt()));
    event_loop.run();
    let told = ["1 polled", "1 done", "2 polled", "2 polled", "2 done"];
    assert_eq!(log.lines(), told);
}
