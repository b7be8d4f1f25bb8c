//! How tasks end, and who can still ask: results, cancels, handles that outlive their loop.

use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use boucle::{Loop, RunError, Task, TaskError, current_task, interrupt, sleep, spawn};

use super::transcript::{OnDrop, PollFn, Transcript, virtual_loop};

#[test]
fn a_result_is_there_at_the_end_and_can_be_read_again() {
    let (event_loop, reports) = virtual_loop();
    let task: Task<i32> = event_loop.add_task(async {
        sleep(Duration::from_secs(3)).await;
        30
    });
    assert!(matches!(task.result(), Err(TaskError::Pending)));
    assert!(matches!(task.exception(), Err(TaskError::Pending)));
    assert!(!task.done());
    event_loop.run();
    assert_eq!((*task.result().unwrap(), *task.result().unwrap()), (30, 30));
    assert!(task.exception().unwrap().is_none());
    assert!(task.done() && !task.cancelled() && !task.cancel());
    drop(task);
    assert_eq!(reports.take(), "");
}

#[test]
fn a_panic_stays_in_its_task_and_is_reported_when_nobody_can_read_it() {
    async fn boom(n: u64) {
        sleep(Duration::from_secs(n)).await;
        panic!("boom {n}");
    }
    let (event_loop, reports) = virtual_loop();
    let [read, looked_at, kept] = [1, 2, 3].map(|n| event_loop.add_task(boom(n)));
    drop(event_loop.add_task(boom(4)));
    let other = event_loop.add_task(async {
        sleep(Duration::from_secs(5)).await;
        "unharmed"
    });
    let caught = event_loop.run_until_complete(async { read.await.unwrap_err().to_string() });
    assert_eq!(caught, Ok("the task panicked: boom 1".to_owned()));
    event_loop.run();
    assert_eq!(*other.result().unwrap(), "unharmed");
    assert_eq!(reports.take(), "the task panicked: boom 4\n");
    assert_eq!(looked_at.exception().unwrap().unwrap().message(), "boom 2");
    assert!(matches!(looked_at.result(), Err(TaskError::Panicked(_))));
    drop(looked_at);
    assert_eq!(reports.take(), "");
    drop(kept);
    assert_eq!(reports.take(), "the task panicked: boom 3\n");
}

#[test]
fn a_handle_outlives_its_loop() {
    let (event_loop, _) = virtual_loop();
    let value = event_loop.add_task(async { Rc::new("value") });
    let read: Task<()> = event_loop.add_task(async { panic!("read in time") });
    let unread: Task<()> = event_loop.add_task(async { panic!("printed on stderr") });
    event_loop.run();
    let never = event_loop.add_task(pending::<()>());
    drop(event_loop);
    assert_eq!(**value.result().unwrap(), "value");
    assert_eq!(read.exception().unwrap().unwrap().message(), "read in time");
    assert!(never.cancelled() && !never.cancel());
    assert_eq!(never.name(), "Pending 4");
    drop((read, unread));
    // Another loop can still await it.
    assert_eq!(*boucle::run(value).unwrap(), "value");
}

#[test]
fn a_cancel_is_a_request_and_the_drop_happens_inside_the_task() {
    let ((event_loop, reports), transcript) = (virtual_loop(), Transcript::default());
    let says = transcript.clone();
    let dropped = OnDrop(move || says.say(format!("dropped in {}", current_task().unwrap())));
    let says = transcript.clone();
    event_loop
        .run_until_complete(async move {
            let task = spawn(async move {
                let _dropped = dropped;
                pending::<()>().await;
            });
            says.say(format!("this is {}, that is {}", current_task().unwrap(), task.id()));
            interrupt().await;
            assert!(task.cancel() && task.cancel() && !task.done());
            says.say("asked");
            interrupt().await;
            says.say(format!("cancelled: {}", task.cancelled()));
            assert!(!task.cancel());
            assert!(matches!(task.await, Err(TaskError::Cancelled)));
            assert_eq!(current_task().unwrap().to_string(), "1");
        })
        .unwrap();
    let expected = "this is 1, that is 2\nasked\ndropped in 2\ncancelled: true\n";
    assert_eq!((transcript.take().as_str(), reports.take().as_str()), (expected, ""));
}

#[test]
fn a_task_that_is_cancelled_before_its_first_turn_is_never_polled() {
    let (event_loop, _) = virtual_loop();
    let task: Task<()> = event_loop.add_task(async { unreachable!() });
    assert!(task.cancel());
    event_loop.run();
    assert!(task.cancelled());
}

#[test]
fn a_task_that_cancels_itself_and_ends_has_its_value() {
    let (event_loop, _) = virtual_loop();
    let me: Rc<std::cell::OnceCell<Task<i32>>> = Rc::default();
    let itself = Rc::clone(&me);
    let task = event_loop.add_task(async move {
        assert!(itself.get().unwrap().cancel());
        42
    });
    me.set(task).unwrap();
    event_loop.run();
    assert_eq!(*me.get().unwrap().result().unwrap(), 42);
}

#[test]
fn a_task_that_awaits_itself_panics_instead_of_waiting_for_ever() {
    let (event_loop, reports) = virtual_loop();
    let me: Rc<std::cell::Cell<Option<Task<()>>>> = Rc::default();
    let itself = Rc::clone(&me);
    me.set(Some(event_loop.add_task(async move {
        let _ = itself.take().unwrap().await;
    })));
    event_loop.run();
    let expected = "the task panicked: a task cannot await itself: it would wait for ever\n";
    assert_eq!(reports.take(), expected);
}

#[test]
fn a_task_of_another_loop_with_the_same_number_can_be_awaited() {
    let ((one, _), (other, _)) = (virtual_loop(), virtual_loop());
    let task = one.add_task(async {
        interrupt().await;
        42
    });
    other.stop();
    let awaits = other.add_task(task);
    other.run();
    assert!(!awaits.done(), "{awaits:?}: {:?}", awaits.result());
    one.run();
    other.run();
    assert_eq!(*awaits.result().unwrap().as_ref().unwrap(), 42);
}

#[test]
fn a_result_whose_destructor_closes_the_loop_is_dropped_in_peace() {
    let (event_loop, _) = virtual_loop();
    let closes = event_loop.clone();
    let mut closes = Some(OnDrop(move || closes.close().unwrap()));
    // It ends while it is in the ready queue, which the close empties.
    let task = event_loop.add_task(PollFn(move |cx: &mut std::task::Context<'_>| {
        cx.waker().wake_by_ref();
        std::task::Poll::Ready(closes.take())
    }));
    event_loop.stop();
    event_loop.run();
    assert!(task.done());
    drop(task);
    assert!(event_loop.is_closed());
}

#[test]
fn a_result_that_is_the_last_clone_of_the_loop_closes_it() {
    let ((event_loop, _), transcript) = (virtual_loop(), Transcript::default());
    let says = transcript.clone();
    let dropped = OnDrop(move || says.say("dropped"));
    let keeps = event_loop.clone();
    let task = event_loop.add_task(async move { keeps });
    event_loop.stop();
    event_loop.run();
    drop(event_loop.add_task(async move {
        let _dropped = dropped;
        pending::<()>().await;
    }));
    drop(event_loop);
    assert_eq!(transcript.take(), "");
    drop(task);
    assert_eq!(transcript.take(), "dropped\n");
}

#[test]
fn a_loop_that_another_one_drops_closes_with_itself_current() {
    let ((outer, _), transcript) = (virtual_loop(), Transcript::default());
    let inner = Loop::new();
    let says = transcript.clone();
    let dropped = OnDrop(move || {
        let here = Loop::current().unwrap();
        says.say(format!("inner closes: {}", here.is_closed()));
        says.say(here.run_until_complete(async {}) == Err(RunError::AlreadyRunning));
    });
    drop(inner.add_task(async move { drop(dropped) }));
    outer.run_until_complete(async { drop(inner) }).unwrap();
    assert_eq!(transcript.take(), "inner closes: true\ntrue\n");
}
