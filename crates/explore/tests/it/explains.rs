//! What would have to be the other way round: said of generated programs that fail in some orders, and each time it
//! is so.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::sync::{Event, Lock, Queue};
use boucle::{gather, interrupt};
use boucle_explore::{Explore, replay};

use super::dice::Dice;

/// What a task can do.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// Remembers a number.
    Get(usize),
    /// Sets a number to what is remembered, and some more.
    Put(usize, u32),
    /// Gives the turn back.
    Yield,
    /// Does the next operations with a lock.
    Locked(usize, usize),
    /// Puts into a queue.
    Push(usize),
    /// Takes from a queue, and remembers that.
    Pop(usize),
    /// Sets an event.
    Set(usize),
    /// Waits for an event.
    Wait(usize),
}

/// So many of each there are.
const N_SHARED: usize = 2;

/// What the tasks share.
struct Shared {
    cells: [Cell<u32>; N_SHARED],
    locks: [Lock<()>; N_SHARED],
    queues: [Queue<u32>; N_SHARED],
    events: [Event; N_SHARED],
}

/// A task.
async fn task(ops: Rc<Vec<Op>>, shared: Rc<Shared>) {
    let (mut remembered, mut guards) = (0, Vec::new());
    for op in ops.iter() {
        match *op {
            Op::Get(n) => remembered = shared.cells[n].get(),
            Op::Put(n, more) => shared.cells[n].set(remembered * 2 + more),
            Op::Yield => interrupt().await,
            // It has it already.
            Op::Locked(n, _) if guards.iter().any(|it: &(_, _, _)| it.2 == n) => {}
            Op::Locked(n, left) => guards.push((shared.locks[n].lock().await, left + 1, n)),
            Op::Push(n) => shared.queues[n].try_put(remembered + 1).expect("there is room"),
            Op::Pop(n) => remembered = shared.queues[n].get().await.expect("it is open"),
            Op::Set(n) => shared.events[n].set(),
            Op::Wait(n) => shared.events[n].wait().await,
        }
        guards.iter_mut().for_each(|it| it.1 -= 1);
        guards.retain(|it| it.1 > 0);
    }
}

/// What they come to.
async fn whole(tasks: &[Rc<Vec<Op>>]) -> [u32; N_SHARED] {
    let shared = Rc::new(Shared {
        cells: [0, 0].map(|it| Cell::new(it)),
        locks: [(), ()].map(|()| Lock::new(())),
        queues: [(), ()].map(|()| Queue::unbounded()),
        events: [(), ()].map(|()| Event::new()),
    });
    let tasks = tasks.iter().map(|it| task(Rc::clone(it), Rc::clone(&shared)));
    gather(tasks.collect::<Vec<_>>()).await.expect("none panics");
    [shared.cells[0].get(), shared.cells[1].get()]
}

/// A program by chance.
fn program(seed: u64) -> Vec<Rc<Vec<Op>>> {
    let mut dice = Dice::new(seed);
    let n_tasks = 2 + dice.roll(2);
    let op = |dice: &mut Dice| {
        let n = dice.roll(N_SHARED);
        // Half of the programs have little but locks.
        match dice.roll(16) + seed as usize % 2 * 6 {
            0..=2 => Op::Get(n),
            3..=5 => Op::Put(n, dice.roll(5) as u32),
            6..=8 => Op::Yield,
            9..=11 | 16.. => Op::Locked(n, 2 + dice.roll(4)),
            12..=13 => Op::Push(n),
            14 => Op::Pop(n),
            _ => [Op::Set(n), Op::Wait(n)][dice.roll(2)],
        }
    };
    (0..n_tasks).map(|_| Rc::new((0..3 + dice.roll(4)).map(|_| op(&mut dice)).collect())).collect()
}

#[test]
fn what_would_have_to_be_the_other_way_round_is_said_of_nine_failures_in_ten_and_is_so() {
    let (mut n_failures, mut n_explained, mut n_deadlocks) = (0, 0, 0);
    for seed in 0.. {
        let tasks = program(seed);
        // What it comes to without a schedule is what its author has seen.
        let usual = replay("", || whole(&tasks)).expect("it fits");
        let expected = (!usual.is_failure()).then(|| usual.outcome().to_owned());
        let program = || async {
            let sums = whole(&tasks).await;
            let is_usual = expected.as_ref().is_none_or(|it| *it == format!("{sums:?}"));
            assert!(is_usual, "not as ever");
        };
        let report = Explore::new().executions(60).run(program);
        // Nothing can be said of what never passes.
        if report.outcomes().next().is_none() {
            continue;
        }
        for failure in report.failures() {
            n_failures += 1;
            n_deadlocks += usize::from(failure == "deadlock");
            let Some(passes) = report.passes(failure) else { continue };
            let told = report.why(failure).last().expect("it is said").to_owned();
            assert!(told.starts_with("passes if ") && told.contains(" comes before "), "{told}");
            assert!(!replay(&passes.to_string(), program).expect("it fits").is_failure());
            n_explained += 1;
        }
        if n_failures >= 60 {
            break;
        }
    }
    assert!(n_deadlocks > 10 && n_failures - n_deadlocks > 10, "{n_deadlocks} of {n_failures}");
    assert!(n_explained * 10 >= n_failures * 9, "{n_explained} of {n_failures}");
}

/// Two that read, give the turn back, and write: one is lost.
async fn lost() {
    let n = Rc::new(Cell::new(0));
    let add = || {
        let n = Rc::clone(&n);
        async move {
            let before = n.get();
            interrupt().await;
            n.set(before + 1);
        }
    };
    gather([add(), add()]).await.expect("both end");
    assert_eq!(n.get(), 2, "one is lost");
}

#[test]
fn a_lost_update_says_which_write_comes_too_late_and_shows_both_orders() {
    let report = super::explore(lost);
    insta::assert_snapshot!(format!("{report:#}"));
    let failure = report.failures().next().expect("it fails");
    assert!(report.lanes(failure).is_some_and(|it| it.contains("* ")));
    assert!(!format!("{report}").contains('┃'), "the short report has no lanes");
}

#[test]
fn a_report_is_the_same_each_time_and_names_no_place_of_this_machine() {
    let program = || async {
        lost().await;
        std::future::pending::<()>().await;
    };
    let all = [(), ()].map(|()| format!("{:#}", super::explore(program)));
    assert_eq!(all[0], all[1]);
    // A file is told by as little of its path as tells it from others.
    assert!(all[0].contains("(explains.rs:") && !all[0].contains("crates/"), "{}", all[0]);
    let home = env!("CARGO_MANIFEST_DIR");
    assert!(!all[0].contains(home) && !all[0].contains(" ms") && !all[0].contains(" µs"));
}

#[test]
fn what_never_passes_says_nothing_of_an_order_that_would() {
    let report = super::explore(|| async {
        lost().await;
        panic!("always");
    });
    assert!(report.passes("panicked: always").is_none());
    assert_eq!(report.why("panicked: always").count(), 0);
}

#[test]
fn the_end_of_the_program_that_comes_too_early_is_what_would_have_to_come_later() {
    let report = super::explore(|| async {
        let is_flushed = Rc::new(Cell::new(false));
        let flushes = Rc::clone(&is_flushed);
        drop(boucle::spawn(async move { flushes.set(true) }));
        interrupt().await;
        assert!(is_flushed.get(), "shut down too early");
    });
    let why: Vec<_> = report.why("panicked: shut down too early").collect();
    assert_eq!(why.len(), 1, "{report}");
    assert!(why[0].starts_with("passes if A's poll 1"), "{report}");
    assert!(why[0].contains("comes before M's poll 2"), "{report}");
}
