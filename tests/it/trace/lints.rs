//! Faulty programs, each with the one finding that it should have; and good ones, with none.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use boucle::sync::{Lock, Queue};
use boucle::{Loop, RunError, Task, gather, hold_up, interrupt, race, sleep, spawn};
use boucle_trace::{
    Clock, Event, Header, Limits, Lint, On, PollEnd, Recorder, RunEnd, TaskNo, Trace, What, record,
    record_stage,
};
use world::println;

use crate::road;

/// What is found: the kinds and the messages.
pub(super) fn found(trace: &Trace) -> Vec<(Lint, String)> {
    trace.lint().into_iter().map(|it| (it.lint, it.message)).collect()
}

/// What is found is this one thing.
pub(super) fn finds(trace: &Trace, lint: Lint, message: &str) {
    assert_eq!(found(trace), [(lint, message.to_owned())], "{}", trace.lines());
}

#[test]
fn a_poll_that_is_too_long_is_found() {
    let trace = record_stage(|| {
        let mut task = Box::pin(async { world::thread::sleep(Duration::from_millis(101)) });
        assert!(world::step(&mut task, Waker::noop()).is_ready());
    });
    let message = "a poll of task 1 took 101 ms and held up all others: let it give the turn back, \
                   or use another thread";
    finds(&trace, Lint::LongPoll, message);
    assert!(matches!(trace.events()[trace.lint()[0].event].what, What::PollBegins { .. }));
}

#[test]
fn a_poll_that_is_too_long_is_found_in_virtual_time_as_well() {
    let trace = record(|| async { hold_up(Duration::from_millis(101)) });
    let message = "a poll of task 1 took 101 ms and held up all others: let it give the turn back, \
                   or use another thread";
    finds(&trace, Lint::LongPoll, message);
    assert_eq!(trace.events().last().map(|it| it.at), Some(101_000_000));
}

#[test]
fn a_deadlock_is_found_also_if_the_program_goes_on_after_it() {
    let recorder = Rc::new(Recorder::new());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&recorder)).build();
    let stuck = event_loop.run_until_complete(async {
        let lock = Lock::new(());
        let _held = lock.lock().await;
        drop(lock.lock().await);
    });
    assert_eq!(stuck, Err(RunError::Deadlock));
    event_loop.run_until_complete(interrupt()).expect("nothing is in its way");
    drop(event_loop);
    let trace = recorder.trace();
    let made = line!() - 8;
    // Called after the function that the block stands in.
    let name = "a_deadlock_is_found_also_if_the_program_goes_on_after_it 1";
    let message = format!(
        "a circle: {name} waits for lock 1 (made at {0}:{made}) at {0}:{1}, which it has itself",
        file!(),
        made + 2
    );
    finds(&trace, Lint::Deadlock, &message);
    let ends = &trace.events()[trace.lint()[0].event].what;
    assert_eq!(*ends, What::RunEnds { how: RunEnd::Deadlock });
    // Later runs have ends of their own.
    assert_eq!(trace.state_at(trace.len()).end, Some(RunEnd::Complete));
}

#[test]
fn a_poll_that_is_just_short_enough_is_not() {
    let trace = record_stage(|| {
        let mut task = Box::pin(async { world::thread::sleep(Duration::from_millis(100)) });
        assert!(world::step(&mut task, Waker::noop()).is_ready());
    });
    assert_eq!(found(&trace), []);
}

#[test]
fn a_task_that_never_gives_the_turn_back_is_found() {
    // The recording of a process that was killed: nothing follows the beginning of the poll.
    let whole = record(|| async { interrupt().await });
    let cut = whole.events()[..2].to_vec();
    let trace = Trace::new(whole.header().clone(), cut);
    let message = "task 1 never gave the turn back: the recording ends in its poll";
    finds(&trace, Lint::NeverYielded, message);
}

#[test]
fn a_task_that_wakes_itself_over_and_over_is_found_once() {
    let trace = record(|| async {
        for _ in 0..250 {
            interrupt().await;
        }
    });
    let message = "task 1 did nothing but wake itself in 100 polls in a row: let it wait for what \
                   it looks for";
    finds(&trace, Lint::WakesItself, message);
}

#[test]
fn a_task_that_does_something_between_its_wakes_is_not() {
    let trace = record(|| async {
        for n in 0..250 {
            if n % 50 == 0 {
                println!("{n}");
            }
            interrupt().await;
        }
    });
    assert_eq!(found(&trace), []);
}

#[test]
fn a_task_that_is_woken_for_nothing_is_found() {
    let trace = record(|| async {
        let waker: Rc<RefCell<Option<Waker>>> = Rc::default();
        let kept = Rc::clone(&waker);
        let mut hour = Box::pin(sleep(Duration::from_secs(3600)));
        let victim = spawn(poll_fn(move |cx| {
            *kept.borrow_mut() = Some(cx.waker().clone());
            hour.as_mut().poll(cx)
        }));
        victim.set_name("victim");
        for n in 0..120 {
            println!("{n}");
            interrupt().await;
            waker.borrow().as_ref().expect("it was polled").wake_by_ref();
        }
        victim.cancel();
    });
    let message = "victim was woken 100 times in a row, and waits for the same as before: it is woken \
                   for nothing";
    finds(&trace, Lint::PolledForNothing, message);
}

#[test]
fn a_consumer_that_says_nothing_is_not_woken_for_nothing() {
    let trace = record(|| async {
        // It has room for all: so to get wakes nobody, and leaves no trace but the next wait.
        let queue = Rc::new(Queue::unbounded());
        let items = Rc::clone(&queue);
        let consumer = spawn(async move {
            for _ in 0..250 {
                items.get().await.expect("it is open");
            }
        });
        for item in 0..250 {
            queue.put(item).await.expect("it is open");
            println!("{item}");
            interrupt().await;
        }
        consumer.await.expect("it ends");
    });
    assert_eq!(found(&trace), []);
}

#[test]
fn a_consumer_of_a_foreign_queue_is_not_judged() {
    let trace = record(|| async {
        let (sender, receiver) = async_channel::unbounded();
        let consumer = spawn(async move { while receiver.recv().await.is_ok() {} });
        for item in 0..250 {
            sender.send(item).await.expect("it is open");
            println!("{item}");
            interrupt().await;
        }
        drop(sender);
        consumer.await.expect("it ends");
    });
    assert_eq!(found(&trace), []);
}

#[test]
fn a_future_that_forgets_its_waker_is_found() {
    let trace = record(|| async {
        let forgetful = spawn(poll_fn(|_| Poll::<()>::Pending));
        forgetful.set_name("forgetful");
        forgetful.await.expect("it never ends");
    });
    let message = "forgetful gave the turn back, and nobody knows what it waits for: did its future \
                   keep a waker?";
    finds(&trace, Lint::LostWake, message);
    let place = trace.lint()[0].event;
    assert!(matches!(trace.events()[place].what, What::PollEnds { how: PollEnd::Pending, .. }));
}

#[test]
fn a_wake_that_was_lost_is_found() {
    // boucle loses none: so this is what a loop would leave that does.
    let [one, two] = [1, 2].map(|it| TaskNo::new(it).expect("it is not 0"));
    let pending = |task| What::PollEnds { task, how: PollEnd::Pending };
    let events = [
        What::Added { task: one, by: None, place: None, future: None },
        What::PollBegins { task: one },
        What::Added { task: two, by: Some(one), place: None, future: None },
        What::Waits { task: one, on: On::Task(two), object: None, place: None, wait: None },
        pending(one),
        What::PollBegins { task: two },
        What::Done { task: two, how: boucle_trace::Ended::Value },
        What::PollEnds { task: two, how: PollEnd::Ready },
        What::RunEnds { how: RunEnd::Deadlock },
    ];
    let events = events.map(|what| Event { at: 0, what }).to_vec();
    let trace = Trace::new(Header::new("lost", Clock::Virtual), events);
    let message = "task 1 still waits for task 2, which has ended: its wake was lost";
    finds(&trace, Lint::LostWake, message);
}

#[test]
fn a_panic_that_nobody_read_is_found() {
    let trace = record(|| async {
        drop(spawn(async { panic!("boom") }));
        interrupt().await;
    });
    let message = "a panic that nobody read: task exception was never retrieved: the task panicked: \
                   boom";
    finds(&trace, Lint::UnreadPanic, message);
}

#[test]
fn a_panic_of_a_task_that_nobody_awaited_is_found() {
    // Its handle is kept, and so nothing is reported.
    let kept = Rc::new(Cell::new(None));
    let keep = Rc::clone(&kept);
    let trace = record(|| async move {
        let task: Task<()> = spawn(async { panic!("boom") });
        task.set_name("fragile");
        interrupt().await;
        keep.set(Some(task));
    });
    finds(&trace, Lint::UnawaitedPanic, "fragile panicked, and nobody ever awaited it");
    assert!(kept.take().is_some_and(|it| it.exception().is_ok_and(|it| it.is_some())));
}

#[test]
fn a_panic_that_is_awaited_is_not_found() {
    let trace = record(|| async {
        let task = spawn(async { panic!("boom") });
        assert!(task.await.is_err());
    });
    assert_eq!(found(&trace), []);
}

#[test]
fn a_panic_that_goes_out_of_the_run_has_been_read() {
    let trace = record(|| async { panic!("boom") });
    assert_eq!(found(&trace), []);
}

#[test]
fn a_circle_is_found_and_told() {
    let trace = record(|| async {
        let (left, right) = (Rc::new(Queue::new(1)), Rc::new(Queue::new(1)));
        let circle = |mine: &Rc<Queue<Task<()>>>| {
            let mine = Rc::clone(mine);
            spawn(async move {
                let other: Task<()> = mine.get().await.expect("it is open");
                other.await.expect("it never ends");
            })
        };
        let (one, two) = (circle(&left), circle(&right));
        one.set_name("one");
        two.set_name("two");
        left.put(two).await.expect("it is open");
        right.put(one).await.expect("it is open");
        interrupt().await;
        pending_with_reason().await;
    });
    let message = "a circle: one waits for two; two waits for one";
    finds(&trace, Lint::Deadlock, message);
    let place = trace.lint()[0].event;
    assert_eq!(trace.events()[place].what, What::RunEnds { how: RunEnd::Deadlock });
}

/// The line of the queue at which one waits for ever.
const REASON: u32 = line!() + 4;

/// Waits for ever, for something that has a name.
async fn pending_with_reason() {
    Queue::<()>::unbounded().get().await.expect("it is open");
}

#[test]
fn two_locks_taken_crosswise_are_found() {
    let trace = record(|| async {
        let locks = Rc::new([Lock::new(()), Lock::new(())]);
        let tasks = [0, 1].map(|first| {
            let locks = Rc::clone(&locks);
            let task = spawn(async move {
                let _one = locks[first].lock().await;
                interrupt().await;
                let _two = locks[1 - first].lock().await;
            });
            task.set_name(["left", "right"][first]);
            task
        });
        for task in tasks {
            task.await.expect("it never ends");
        }
    });
    let made = format!("(made at {0}:{1}) at {0}:{2}", file!(), line!() - 15, line!() - 9);
    let message = format!(
        "a circle: left waits for lock 2 {made}, which right has; right waits for lock 1 {made}, \
         which left has"
    );
    finds(&trace, Lint::Deadlock, &message);
}

#[test]
fn a_task_whose_children_stand_still_has_lost_no_wake() {
    let trace = record(|| async {
        let children: [Pin<Box<dyn Future<Output = ()>>>; 2] =
            [Box::pin(interrupt()), Box::pin(pending_with_reason())];
        gather(children).await.expect("it never ends");
    });
    let message = format!(
        "nothing can go on: task 1 waits for task 3 at {0}:{1}, task 3 waits for an item of queue 1 \
         (made at {0}:{REASON}) at {0}:{REASON}",
        file!(),
        line!() - 6
    );
    finds(&trace, Lint::Deadlock, &message);
}

#[test]
fn a_task_that_has_seen_the_end_of_another_has_lost_no_wake() {
    let trace = record(|| async {
        spawn(interrupt()).await.expect("it ends");
        pending_with_reason().await;
    });
    let message = format!(
        "nothing can go on: task 1 waits for an item of queue 1 (made at {0}:{REASON}) at {0}:{REASON}",
        file!()
    );
    finds(&trace, Lint::Deadlock, &message);
    let trace = record(|| async {
        spawn(interrupt()).await.expect("it ends");
        pending::<()>().await;
    });
    // Not that of the one that has ended: of what it waits for now nothing is told.
    let message = "task 1 gave the turn back, and nobody knows what it waits for: did its future keep a \
                   waker?";
    finds(&trace, Lint::LostWake, message);
}

#[test]
fn the_stages_and_good_programs_have_no_findings() {
    for stage in 0..7 {
        assert_eq!(found(&record_stage(road::DEMOS[stage])), [], "stage{stage}");
    }
    let trace = record(|| async {
        let left_over = spawn(pending::<()>());
        race([1, 2].map(|it| sleep(Duration::from_secs(it)))).await;
        left_over.set_name("left over");
    });
    let message = "the run ended before left over did, and nobody awaits it: it waits, and nobody \
                   knows for what";
    finds(&trace, Lint::UnawaitedTask, message);
}

#[test]
fn limits_are_counted_exactly() {
    let trace = record(|| async {
        for _ in 0..5 {
            interrupt().await;
        }
    });
    let n_found = |in_a_row| trace.lint_with(&Limits { in_a_row, ..Limits::default() }).len();
    assert_eq!((n_found(5), n_found(6)), (1, 0));
}
