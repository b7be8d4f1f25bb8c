//! The objects that tasks share: met once, had by whom the trace says, gone when the program drops them.

use std::rc::Rc;

use boucle::sync::{Event, Lock, Queue, Semaphore};
use boucle::{interrupt, sleep, spawn};
use boucle_trace::{ObjectNo, Options, Recorder, TaskNo, Trace, What, record, record_with};
use std::time::Duration;

fn task(number: u32) -> TaskNo {
    TaskNo::new(number).expect("it is not 0")
}

fn object(number: u32) -> ObjectNo {
    ObjectNo::new(number).expect("it is not 0")
}

/// Who has the first object, and how many permits, after each event that changes it.
fn holders(trace: &Trace) -> Vec<Vec<(u32, u32)>> {
    let mut all = Vec::new();
    for place in 0..=trace.len() {
        let state = trace.state_at(place);
        let known = state.objects.get(&object(1));
        let holders: Vec<_> =
            known.into_iter().flat_map(|it| &it.holders).map(|(it, n)| (it.get(), *n)).collect();
        if all.last() != Some(&holders) {
            all.push(holders);
        }
    }
    all
}

#[test]
fn a_lock_is_had_by_one_task_after_the_other() {
    let trace = record(|| async {
        let lock = Rc::new(Lock::new(0));
        let other = Rc::clone(&lock);
        let child = spawn(async move { *other.lock().await += 1 });
        let held = lock.lock().await;
        interrupt().await;
        drop(held);
        child.await.expect("it ends");
    });
    assert_eq!(holders(&trace), [vec![], vec![(1, 1)], vec![], vec![(2, 1)], vec![]]);
}

#[test]
fn of_a_semaphore_each_permit_is_counted_and_a_moved_one_is_given_back_for_who_got_it() {
    let trace = record(|| async {
        let semaphore = Rc::new(Semaphore::new(3));
        let mine = semaphore.acquire().await;
        let moved = semaphore.acquire().await;
        let other = Rc::clone(&semaphore);
        spawn(async move {
            let own = other.acquire().await;
            drop(own);
        })
        .await
        .expect("it ends");
        drop(mine);
        drop(moved);
    });
    let expected =
        [vec![], vec![(1, 1)], vec![(1, 2)], vec![(1, 2), (2, 1)], vec![(1, 2)], vec![(1, 1)]];
    assert_eq!(holders(&trace)[..6], expected);
    assert_eq!(holders(&trace).last(), Some(&vec![]));
}

#[test]
fn an_object_is_met_at_its_first_use_and_gone_with_the_program() {
    let trace = record(|| async {
        let (queue, unused) = (Rc::new(Queue::new(1)), Event::new());
        let jobs = Rc::clone(&queue);
        let worker = spawn(async move { jobs.get().await });
        interrupt().await;
        queue.put(7).await.expect("it is open");
        worker.await.expect("it ends").expect("there is one");
        drop((queue, unused));
    });
    let of_objects = |what: &What| what.task().is_none();
    let told: Vec<_> = trace.events().iter().filter(|it| of_objects(&it.what)).collect();
    // The queue is met as the worker waits, and is gone; the event, at which nobody waits, is not told of.
    let [met, gone, end] = &told[..] else { panic!("{told:?}") };
    assert!(
        matches!(&met.what, What::ObjectMade { kind, place: Some(_), .. } if &**kind == "queue")
    );
    assert_eq!(gone.what, What::ObjectGone { object: object(1) });
    assert!(matches!(end.what, What::RunEnds { .. }));
    let state = trace.state_at(trace.len());
    assert!(state.objects.is_empty());
    let waits = |place| trace.state_at(place).waits_for(task(2)).next().and_then(|it| it.object);
    assert!((0..trace.len()).any(|place| waits(place) == Some(object(1))));
}

#[test]
fn a_recorder_of_the_last_events_keeps_no_object_that_is_gone() {
    let recorder = Recorder::with(Options::new().last(50)).expect("memory is always there");
    let recorder = Rc::new(recorder);
    record_with(&recorder, || async {
        let kept = Rc::new(Lock::new(()));
        let held = kept.lock().await;
        for _ in 0..1000 {
            let lock = Lock::new(());
            drop(lock.lock().await);
            sleep(Duration::from_millis(1)).await;
        }
        drop(held);
    });
    let trace = recorder.trace();
    assert!(trace.base().objects.len() <= 2, "{:?}", trace.base().objects);
    let first = &trace.base().objects[&object(1)];
    assert_eq!(first.holders.iter().next(), Some((&task(1), &1)));
    assert!(trace.state_at(trace.len()).objects.is_empty());
}

#[test]
fn each_wake_is_told_also_one_that_changes_nothing() {
    let trace = record(|| async {
        let event = Rc::new(Event::new());
        let other = Rc::clone(&event);
        let sleeper = spawn(async move {
            let _ = futures::join!(other.wait(), other.wait());
        });
        interrupt().await;
        event.set();
        sleeper.await.expect("it ends");
    });
    let wakes = |is_vain: bool| {
        let is_one = |what: &What| match what {
            What::Woken { task: it, .. } => !is_vain && *it == task(2),
            What::WokenInVain { task: it, .. } => is_vain && *it == task(2),
            _ => false,
        };
        trace.events().iter().filter(|it| is_one(&it.what)).count()
    };
    assert_eq!((wakes(false), wakes(true)), (1, 1));
}
