//! Where code of a user can panic inside a loop, and who hears of it: no other task is harmed, the
//! handle tells it, and what nobody read is reported once.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe, Location};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use boucle::{
    Ended, Instrument, Loop, Object, Order, Spawned, Task, TaskError, TaskId, WaitsFor, WokenBy,
    interrupt, sleep,
};

use super::transcript::{OnDrop, Transcript, virtual_loop};
use crate::road::check_snapshot;

/// Where a task panics.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Place {
    Poll,
    FutureDrop,
    PollAndFutureDrop,
    OutputDrop,
    FutureAndOutputDrop,
}

/// What becomes of its handle.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Handle {
    Read,
    Unread,
    Detached,
    Cancelled,
    CancelledDetached,
}

/// What a task owns or returns: panics when it is dropped, if it has something to say.
struct Boom(Option<&'static str>);

impl Drop for Boom {
    fn drop(&mut self) {
        if let Some(message) = self.0 {
            panic::panic_any(message);
        }
    }
}

/// Runs `culprit` among a hundred others, which must all finish.
fn run_among_others(event_loop: &Loop, culprit: impl FnOnce()) {
    let n_finished = Rc::new(Cell::new(0));
    let add = || {
        for _ in 0..50 {
            let counts = Rc::clone(&n_finished);
            drop(event_loop.add_task(async move {
                interrupt().await;
                sleep(Duration::from_millis(1)).await;
                counts.set(counts.get() + 1);
            }));
        }
    };
    add();
    culprit();
    add();
    event_loop.run();
    assert_eq!(n_finished.get(), 100);
}

fn run_one(place: Place, fate: Handle) -> String {
    let (event_loop, reports) = virtual_loop();
    let says = |when: &[Place], message| Boom(when.contains(&place).then_some(message));
    let owned =
        says(&[Place::FutureDrop, Place::PollAndFutureDrop, Place::FutureAndOutputDrop], "future");
    let output = says(&[Place::OutputDrop, Place::FutureAndOutputDrop], "output");
    let panics = matches!(place, Place::Poll | Place::PollAndFutureDrop);
    let mut turns = 0;
    let mut owned_and_output = (owned, Some(output));
    let future = poll_fn(move |cx| {
        let (_owned, output) = &mut owned_and_output;
        turns += 1;
        if turns == 1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        assert!(!panics, "poll");
        Poll::Ready(output.take().unwrap())
    });
    let mut task: Option<Task<Boom>> = None;
    run_among_others(&event_loop, || {
        task = Some(event_loop.add_task(future));
        event_loop.stop();
        event_loop.run();
        match fate {
            Handle::Read | Handle::Unread => {}
            Handle::Detached => drop(task.take()),
            Handle::Cancelled => assert!(task.as_ref().unwrap().cancel()),
            Handle::CancelledDetached => assert!(task.take().unwrap().cancel()),
        }
    });
    let told = match (&task, fate) {
        (Some(task), Handle::Read | Handle::Cancelled) => match task.result() {
            Ok(_) => "a value".to_owned(),
            Err(TaskError::Panicked(panic)) => panic.message(),
            Err(error) => error.to_string(),
        },
        _ => "-".to_owned(),
    };
    drop(task);
    event_loop.close().unwrap();
    let reports: Vec<_> =
        reports.lines().iter().map(|it| it.replace("the task panicked: ", "")).collect();
    let reports = if reports.is_empty() { "none".to_owned() } else { reports.join(" + ") };
    format!("{place:?} {fate:?}: handle {told}, reports {reports}")
}

#[test]
fn a_task_that_panics_harms_no_other_and_is_heard_of_once() {
    let mut table = Vec::new();
    let places = [
        Place::Poll,
        Place::FutureDrop,
        Place::PollAndFutureDrop,
        Place::OutputDrop,
        Place::FutureAndOutputDrop,
    ];
    for place in places {
        for handle in [
            Handle::Read,
            Handle::Unread,
            Handle::Detached,
            Handle::Cancelled,
            Handle::CancelledDetached,
        ] {
            let is_cancelled = matches!(handle, Handle::Cancelled | Handle::CancelledDetached);
            // Both in the future, and dropped by one destructor: Rust aborts there.
            if !(is_cancelled && place == Place::FutureAndOutputDrop) {
                table.push(run_one(place, handle));
            }
        }
    }
    // The output of a future that a cancel drops is still in the future, and panics with it.
    check_snapshot("core_panics", &table.join("\n"));
}

/// Panics when it wakes.
struct PanickingWaker;

impl Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        panic!("wake");
    }
}

#[test]
fn a_foreign_waker_that_panics_is_reported_and_the_loop_goes_on() {
    type Start = fn(&mut Context<'_>) -> Box<dyn std::any::Any>;
    let starts: [(&str, Start); 3] = [
        ("a task", |cx| {
            let mut task = boucle::spawn(interrupt());
            assert!(pin!(&mut task).poll(cx).is_pending());
            Box::new(task)
        }),
        ("a timer", |cx| {
            let mut sleep = Box::pin(sleep(Duration::from_millis(1)));
            assert!(sleep.as_mut().poll(cx).is_pending());
            Box::new(sleep)
        }),
        ("silence", |cx| {
            let mut quiescent = Box::pin(boucle::quiescent());
            assert!(quiescent.as_mut().poll(cx).is_pending());
            Box::new(quiescent)
        }),
    ];
    for (name, start) in starts {
        let (event_loop, reports) = virtual_loop();
        run_among_others(&event_loop, || {
            drop(event_loop.add_task(async move {
                let waker = Waker::from(Arc::new(PanickingWaker));
                let kept = start(&mut Context::from_waker(&waker));
                // The last waker is the loop's.
                drop(waker);
                sleep(Duration::from_millis(2)).await;
                drop(kept);
            }));
        });
        assert_eq!(reports.take(), "the task panicked: wake\n", "{name}");
    }
}

/// Panics in each of its methods; says before that the loop is about to wait.
struct PanickingInstrument(mpsc::Sender<()>);

impl Instrument for PanickingInstrument {
    fn task_spawned(&self, _task: TaskId, _spawned: Spawned) {
        panic!("task_spawned");
    }
    fn before_poll(&self, _task: TaskId) {
        panic!("before_poll");
    }
    fn after_poll(&self, _task: TaskId, _ended: bool) {
        panic!("after_poll");
    }
    fn woken(&self, _task: TaskId, _by: WokenBy) {
        panic!("woken");
    }
    fn task_named(&self, _task: TaskId, _name: &str) {
        panic!("task_named");
    }
    fn waits(
        &self,
        _task: TaskId,
        _wait: u32,
        _on: WaitsFor,
        _object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        panic!("waits");
    }
    fn timer_set(&self, _timer: u32, _after: Duration) {
        panic!("timer_set");
    }
    fn timer_fired(&self, _timer: u32) {
        panic!("timer_fired");
    }
    fn timer_unset(&self, _timer: u32) {
        panic!("timer_unset");
    }
    fn before_wait(&self, _timeout: Option<Duration>) {
        self.0.send(()).unwrap();
        panic!("before_wait");
    }
    fn after_wait(&self) {
        panic!("after_wait");
    }
    fn task_done(&self, _task: TaskId, _how: Ended) {
        panic!("task_done");
    }
}

impl Order for PanickingInstrument {
    fn choose(&mut self, _ready: &[TaskId]) -> usize {
        panic!("choose");
    }
}

#[test]
fn hooks_that_panic_are_reported_each_time_and_the_loop_goes_on() {
    let reports = Transcript::default();
    let heard = reports.clone();
    let (waits, is_told) = mpsc::channel();
    let event_loop = Loop::builder()
        .virtual_time(true)
        .instrument(Rc::new(PanickingInstrument(waits.clone())))
        .order(PanickingInstrument(waits))
        .exception_handler(move |report| heard.say(report.error().unwrap()))
        .build();
    run_among_others(&event_loop, || {
        let value = event_loop.run_until_complete(async {
            let task = boucle::spawn(async { 42 });
            task.set_name("named");
            let second = Duration::from_secs(1);
            assert!(boucle::timeout(second, boucle::interrupt()).await.is_ok());
            task.await
        });
        assert_eq!(value.unwrap().unwrap(), 42);
    });
    let handle = event_loop.handle();
    let stops = thread::spawn(move || is_told.recv().map(|()| handle.stop()));
    event_loop.run_forever().unwrap();
    stops.join().unwrap().unwrap();
    let mut lines = reports.lines();
    lines.sort();
    lines.dedup();
    let lines: Vec<_> = lines.iter().map(|it| it.replace("the task panicked: ", "")).collect();
    let expected = "after_poll after_wait before_poll before_wait choose task_done task_named \
        task_spawned timer_fired timer_set timer_unset waits woken";
    assert_eq!(lines.join(" "), expected);
}

#[test]
fn a_handler_that_panics_is_called_again_for_the_next_report() {
    let transcript = Transcript::default();
    let says = transcript.clone();
    let handler = move |report: &boucle::Report| {
        says.say(report.error().unwrap());
        panic!("handler");
    };
    let event_loop = Loop::builder().virtual_time(true).exception_handler(handler).build();
    run_among_others(&event_loop, || {
        for message in ["one", "two"] {
            drop(event_loop.add_task(async move { panic::panic_any(message) }));
        }
    });
    assert_eq!(transcript.take(), "the task panicked: one\nthe task panicked: two\n");
}

#[test]
fn a_handler_may_use_the_loop_and_replace_itself() {
    let transcript = Transcript::default();
    let (event_loop, _) = virtual_loop();
    let says = transcript.clone();
    event_loop.set_exception_handler(move |report| {
        says.say(report.error().unwrap());
        let says = says.clone();
        Loop::current().unwrap().set_exception_handler(move |_| says.say("another handler"));
        drop(boucle::spawn(async { panic!("two") }));
    });
    run_among_others(&event_loop, || drop(event_loop.add_task(async { panic!("one") })));
    assert_eq!(transcript.take(), "the task panicked: one\nanother handler\n");
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_harms_nobody() {
    for is_read in [true, false] {
        let (event_loop, reports) = virtual_loop();
        let mut task = None;
        run_among_others(&event_loop, || {
            let owned = OnDrop(|| panic::panic_any(Boom(Some("payload of the drop"))));
            task = Some(event_loop.add_task(poll_fn(move |_| -> Poll<()> {
                let _captured = &owned;
                panic::panic_any(Boom(Some("payload of the poll")));
            })));
            drop(event_loop.add_task(async { panic::panic_any(Boom(Some("detached"))) }));
        });
        let task: Task<()> = task.unwrap();
        assert!(task.done());
        if is_read {
            assert!(task.exception().unwrap().is_some());
        }
        drop(task);
        assert_eq!(reports.lines().len(), if is_read { 2 } else { 3 });
    }
}

#[test]
fn a_run_that_panics_closes_its_loop_and_drops_the_others() {
    let transcript = Rc::new(RefCell::new(Vec::new()));
    let says = Rc::clone(&transcript);
    let run = AssertUnwindSafe(|| {
        boucle::run(async move {
            drop(boucle::spawn(async move {
                let _says = OnDrop(|| {
                    says.borrow_mut().push(Loop::current().is_ok());
                    panic!("reported on stderr");
                });
                std::future::pending::<()>().await;
            }));
            interrupt().await;
            panic!("main");
        });
    });
    let message = *panic::catch_unwind(run).unwrap_err().downcast::<&str>().unwrap();
    assert_eq!((message, transcript.take()), ("main", vec![true]));
    assert!(Loop::current().is_err());
}
