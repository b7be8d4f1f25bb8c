//! Random programs of boucle: tasks that spawn, sleep, share a queue and a lock, cancel and print.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::sync::{Lock, Queue};
use boucle::{interrupt, sleep, spawn, timeout};
use boucle_trace::{Trace, record};
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
    Print(u8),
    Panic,
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
        1 => Just(Step::Panic),
    ];
    let leaf = prop::collection::vec(step.clone(), 0..6);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        let spawns = (inner, any::<bool>()).prop_map(|(script, named)| Step::Spawn(script, named));
        prop::collection::vec(prop_oneof![2 => step.clone(), 2 => spawns], 0..8)
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
        let mut children = Vec::new();
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
                Step::Print(number) if number % 5 == 0 => eprintln!("oh {number}\n"),
                Step::Print(number) => println!("é {number} \\ \u{1} </script>"),
                Step::Panic => panic!("boom"),
            }
        }
    })
}

/// Tries `test` on the traces of `n` programs, the same ones at each run.
pub(crate) fn for_all(n: u32, test: impl Fn(&Trace) -> TestCaseResult) {
    for_all_scripts(n, |script| test(&run(script)));
}

/// Tries `test` on `n` programs, the same ones at each run.
pub(crate) fn for_all_scripts(n: u32, test: impl Fn(&Script) -> TestCaseResult) {
    property::for_all(n, scripts(), |script| test(&script));
}
