//! Random programs of boucle: tasks that spawn, sleep, share a queue and a lock, cancel and print.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::sync::{Lock, Queue};
use boucle::{interrupt, sleep, spawn, timeout};
use boucle_trace::{Trace, record};
use futures::future::{join_all, select_all};
use futures::stream::{FuturesUnordered, StreamExt};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use world::{eprintln, println};

use crate::boucle::property;

/// What a task does, one after the other.
pub(crate) type Script = Vec<Step>;

/// One thing that a task does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Sleep(u64),
    GiveTurnBack,
    /// Its own bell is rung while it runs: it may end before it is taken out of the queue.
    RingOneself,
    Put,
    Get,
    /// Gets something, or gives up after so long.
    GetInTime(u64),
    /// Takes the lock, and sleeps with it.
    Lock(u64),
    /// Spawns a task, with a name or without.
    Spawn(Script, bool),
    /// Cancels the task that it spawned last.
    Cancel,
    /// Awaits the task that it spawned last.
    Await,
    /// Does several things at once, so.
    Together(Way, Vec<Script>),
    /// Begins to sleep, and has the task that it spawns sleep to the end.
    HandOn(u64),
    /// Begins to sleep, and does not go on with it until its own end.
    Keep(u64),
    Print(u8),
    Panic,
}

/// How several things are done at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// Until all are done, each polled every time.
    Join,
    /// Until all are done, each polled when it was woken.
    Unordered,
    /// Until the first is done; the others are dropped.
    Select,
    /// Those that are not done in time are dropped.
    InTime(u64),
}

/// What all tasks share.
struct Shared {
    queue: Queue<u32>,
    lock: Lock<u32>,
}

/// A program.
pub(crate) fn scripts() -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        4 => (0..50_u64).prop_map(Step::Sleep),
        3 => Just(Step::GiveTurnBack),
        1 => Just(Step::RingOneself),
        3 => Just(Step::Put),
        3 => Just(Step::Get),
        1 => (0..50_u64).prop_map(Step::GetInTime),
        2 => (0..20_u64).prop_map(Step::Lock),
        1 => Just(Step::Cancel),
        2 => Just(Step::Await),
        3 => any::<u8>().prop_map(Step::Print),
        1 => (1..50_u64).prop_map(Step::HandOn),
        1 => (1..50_u64).prop_map(Step::Keep),
        1 => Just(Step::Panic),
    ];
    let way = prop_oneof![
        Just(Way::Join),
        Just(Way::Unordered),
        Just(Way::Select),
        (0..50_u64).prop_map(Way::InTime),
    ];
    let leaf = prop::collection::vec(step.clone(), 0..6);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        let several = prop::collection::vec(inner.clone(), 1..4);
        let together = (way.clone(), several).prop_map(|(way, all)| Step::Together(way, all));
        let spawns = (inner, any::<bool>()).prop_map(|(script, named)| Step::Spawn(script, named));
        prop::collection::vec(prop_oneof![2 => step.clone(), 2 => spawns, 1 => together], 0..8)
    })
}

/// Records a program; many wait for ever, and many panic.
pub(crate) fn run(script: &Script) -> Trace {
    let script = script.clone();
    record(move || program(script))
}

/// The program of a script.
pub(crate) async fn program(script: Script) {
    let shared = Rc::new(Shared { queue: Queue::new(2), lock: Lock::new(0) });
    play(script, shared).await;
}

fn play(script: Script, shared: Rc<Shared>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let (mut children, mut kept) = (Vec::new(), Vec::new());
        for step in script {
            match step {
                Step::Sleep(time) => sleep(Duration::from_millis(time)).await,
                Step::GiveTurnBack => interrupt().await,
                Step::RingOneself => {
                    poll_fn(|cx| {
                        cx.waker().wake_by_ref();
                        Poll::Ready(())
                    })
                    .await;
                }
                Step::GetInTime(time) => {
                    let got = timeout(Duration::from_millis(time), shared.queue.get()).await;
                    println!("in time: {}", got.is_ok());
                }
                Step::Put => shared.queue.put(1).await.expect("the queue is open"),
                Step::Get => {
                    let item = shared.queue.get().await.expect("the queue is open");
                    println!("got {item}");
                }
                Step::Lock(time) => {
                    let mut count = shared.lock.lock().await;
                    sleep(Duration::from_millis(time)).await;
                    *count += 1;
                }
                Step::Spawn(script, named) => {
                    let child = spawn(play(script, Rc::clone(&shared)));
                    if named {
                        child.set_name("a \"child\" <of> this\n");
                    }
                    children.push(child);
                }
                Step::Cancel => drop(children.last().map(|it| it.cancel())),
                Step::Await => {
                    if let Some(child) = children.pop() {
                        drop(child.await);
                    }
                }
                Step::Together(way, scripts) => {
                    let all = scripts.into_iter().map(|it| play(it, Rc::clone(&shared)));
                    together(way, all.collect()).await;
                }
                Step::HandOn(time) => {
                    let nap = begun(time).await;
                    children.push(spawn(nap));
                }
                Step::Keep(time) => kept.push(begun(time).await),
                Step::Print(number) if number % 5 == 0 => eprintln!("oh {number}\n"),
                Step::Print(number) => println!("é {number} \\ \u{1} </script>"),
                Step::Panic => panic!("boom"),
            }
        }
    })
}

/// A sleep that this task has begun.
async fn begun(time: u64) -> Pin<Box<dyn Future<Output = ()>>> {
    let mut nap = Box::pin(sleep(Duration::from_millis(time)));
    poll_fn(|cx| {
        assert!(nap.as_mut().poll(cx).is_pending(), "no time has passed");
        Poll::Ready(())
    })
    .await;
    nap
}

/// Does several things at once.
async fn together(way: Way, all: Vec<Pin<Box<dyn Future<Output = ()>>>>) {
    match way {
        Way::Join => drop(join_all(all).await),
        Way::Unordered => {
            let mut all = FuturesUnordered::from_iter(all);
            // Whoever has a foreign waker could wake the loop from elsewhere: it would wait for that for ever.
            let drained = async { while all.next().await.is_some() {} };
            let _ = timeout(Duration::from_millis(300), drained).await;
        }
        Way::Select => drop(select_all(all).await),
        Way::InTime(time) => {
            let all = join_all(all);
            println!("in time: {}", timeout(Duration::from_millis(time), all).await.is_ok());
        }
    }
}

/// Tries `test` on the traces of `n` programs, the same ones at each run.
pub(crate) fn for_all(n: u32, test: impl Fn(&Trace) -> TestCaseResult) {
    for_all_scripts(n, |script| test(&run(script)));
}

/// Tries `test` on `n` programs, the same ones at each run.
pub(crate) fn for_all_scripts(n: u32, test: impl Fn(&Script) -> TestCaseResult) {
    property::for_all(n, scripts(), |script| test(&script));
}
