//! The same for random programs: tasks that take turns, sleep, add others, and wait for one another.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use world::println;
use world::time::Duration;

use super::{assert_true, recorded, stages};

/// So many programs a stage.
const N_PROGRAMS: u64 = 40;

/// So many tasks can wait for so many things.
const N_SCRIPTS: usize = 6;
const N_WAITERS: usize = 3;

/// Something that a task does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Turn,
    Sleep(u64),
    Add(usize),
    Wait(usize),
    Set(usize),
    /// Its own bell is rung while it runs: it may end before it is taken out of the queue.
    RingOneself,
    Print,
}

/// What each task of a program does; the first one begins.
type Scripts = Arc<Vec<Vec<Act>>>;

fn scripts(seed: u64) -> Scripts {
    let mut chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |most: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(chance >> 33).expect("it is small") % most
    };
    let mut script = |own: usize| {
        let n_acts = 1 + next(6);
        let act = |_| match next(7) {
            0 => Act::Turn,
            1 => Act::Sleep(next(15) as u64),
            // No task adds one like itself: there is an end.
            2 | 3 if own + 1 < N_SCRIPTS => Act::Add(own + 1 + next(N_SCRIPTS - own - 1)),
            4 => Act::Wait(next(N_WAITERS)),
            5 => Act::Set(next(N_WAITERS)),
            6 => Act::RingOneself,
            _ => Act::Print,
        };
        (0..n_acts).map(act).collect()
    };
    Arc::new((0..N_SCRIPTS).map(&mut script).collect())
}

/// Rings the bell of the task that runs, and goes on.
async fn ring_oneself() {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })
    .await;
}

macro_rules! programs_of {
    ($($stage:ident),*) => {
        $(mod $stage {
            use super::stages::$stage::library::{Loop, Waiter, interrupt, sleep};
            use super::{
                Act, Arc, Duration, N_WAITERS, Pin, Rc, Scripts, println, ring_oneself,
            };

            type Waiters = Rc<[Waiter; N_WAITERS]>;

            fn task(
                scripts: Scripts,
                own: usize,
                waiters: Waiters,
            ) -> Pin<Box<dyn Future<Output = ()>>> {
                Box::pin(async move {
                    for act in scripts[own].clone() {
                        match act {
                            Act::Turn => interrupt().await,
                            Act::Sleep(n) => sleep(Duration::from_millis(n)).await,
                            Act::Add(other) => {
                                let event_loop = Loop::current().expect("a task runs in a loop");
                                let other = task(Arc::clone(&scripts), other, Rc::clone(&waiters));
                                let _task = event_loop.add_task(other);
                            }
                            Act::Wait(which) => waiters[which].wait().await,
                            Act::Set(which) => waiters[which].set(),
                            Act::RingOneself => ring_oneself().await,
                            Act::Print => println!("{own}"),
                        }
                    }
                })
            }

            pub(super) fn run(scripts: Scripts) {
                let waiters: Waiters = Rc::new(std::array::from_fn(|_| Waiter::new(1)));
                let event_loop = Loop::new();
                let _task = event_loop.add_task(task(scripts, 0, Rc::clone(&waiters)));
                let _task = event_loop.add_task(async move {
                    sleep(Duration::from_millis(100)).await;
                    waiters.iter().for_each(Waiter::set);
                });
                event_loop.run();
            }
        })*

        const STAGES: &[(&str, fn(Scripts))] = &[$((stringify!($stage), $stage::run)),*];
    };
}

programs_of!(stage6, stage7, stage8, stage9, stage10, stage11, stage12, stage13);

#[test]
fn what_is_shown_of_random_programs_is_what_the_structures_of_the_stages_hold() {
    let mut n_seen = 0;
    for (name, run) in STAGES {
        let stage = name.trim_start_matches("stage").parse().expect("they are numbered");
        for seed in 0..N_PROGRAMS {
            let scripts = scripts(seed);
            let (trace, noted) = recorded(stage, || run(Arc::clone(&scripts)));
            n_seen += assert_true(&format!("{name}, program {seed}: {scripts:?}"), &trace, &noted);
        }
    }
    assert!(n_seen > 10_000, "{n_seen}");
}
