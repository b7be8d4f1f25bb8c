//! Random programs of which everything is known beforehand: each poll, each time, each end. The loop that is in
//! [`expected`] says it, with a queue and a few lists; the real one must say the same.

mod expected;

use std::cell::{Cell, RefCell};
use std::panic;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Instant;

use boucle::sync::{Event, Permit, Semaphore};
use boucle::{
    Builder, Loop, Task, call_later, call_soon, gather, interrupt, now, sleep, spawn, timeout,
};

use super::program::Dice;
use super::seeds;
use super::steps::milliseconds;
use super::watch::Watch;
use super::world::panic_as_planned;

/// So many events there are.
const N_EVENTS: usize = 2;

/// What a task does.
#[derive(Debug)]
struct Plan(Vec<Move>);

/// What it does next. A task is named by a number: how many were made before it.
#[derive(Debug)]
enum Move {
    Yield,
    Sleep(u64),
    Spawn(Rc<Plan>),
    Cancel(usize),
    /// Lets a task go on alone.
    Drop(usize),
    Await(usize),
    Set(usize),
    Clear(usize),
    WaitFor(usize),
    /// The same, for so long at the most.
    WaitShortly(usize, u64),
    Acquire,
    Release,
    Gather(Vec<Rc<Plan>>),
    CallSoon,
    CallLater(u64),
    Panic,
}

fn plan(dice: &mut Dice, depth: usize) -> Rc<Plan> {
    let n = dice.below(2 + 3 * depth);
    Rc::new(Plan((0..n).map(|_| next_move(dice, depth)).collect()))
}

fn next_move(dice: &mut Dice, depth: usize) -> Move {
    let time = [0, 1, 1, 2, 3, 5][dice.below(6)];
    let (task, event) = (dice.below(8), dice.below(N_EVENTS));
    match dice.below(if depth > 0 { 26 } else { 18 }) {
        0 | 1 => Move::Yield,
        2 | 3 => Move::Sleep(time),
        4 | 5 => Move::Cancel(task),
        6 => Move::Drop(task),
        7 => Move::Set(event),
        8 => Move::Clear(event),
        9 | 10 => Move::WaitFor(event),
        11 => Move::WaitShortly(event, time),
        12 | 13 => Move::Acquire,
        14 => Move::Release,
        15 => Move::CallSoon,
        16 => Move::CallLater(time),
        17 if dice.once_in(2) => Move::Panic,
        17 | 18 => Move::Await(task),
        19 => {
            let n = 1 + dice.below(3);
            Move::Gather((0..n).map(|_| plan(dice, depth - 1)).collect())
        }
        _ => Move::Spawn(plan(dice, depth - 1)),
    }
}

/// What the tasks of a program share.
struct Shared {
    /// When it began; nothing is said before.
    start: Cell<Option<Instant>>,
    transcript: RefCell<String>,
    events: [Event; N_EVENTS],
    semaphore: Semaphore,
    /// The handles, by the numbers of the tasks; how many there are is how many were made.
    tasks: RefCell<Vec<Option<Task<()>>>>,
}

impl Shared {
    fn say(&self, line: String) {
        let time = self.start.get().map_or(0, |it| (now() - it).as_millis());
        self.transcript.borrow_mut().push_str(&format!("{time} {line}\n"));
    }

    /// Gives a number to a task.
    fn number(&self) -> usize {
        let mut tasks = self.tasks.borrow_mut();
        tasks.push(None);
        tasks.len() - 1
    }

    fn take(&self, task: usize) -> Option<Task<()>> {
        self.tasks.borrow_mut().get_mut(task)?.take()
    }
}

/// Says that a future is dropped.
struct Says(Rc<Shared>, usize);

impl Drop for Says {
    fn drop(&mut self) {
        self.0.say(format!("{} is dropped", self.1));
    }
}

/// The future of a task, which says each poll.
fn body(shared: &Rc<Shared>, number: usize, plan: &Rc<Plan>) -> impl Future<Output = ()> + use<> {
    let (shared, plan) = (Rc::clone(shared), Rc::clone(plan));
    let says = Says(Rc::clone(&shared), number);
    let polls = Rc::clone(&shared);
    let mut moves: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
        let _says = says;
        let mut permits = Vec::new();
        for next in &plan.0 {
            go(&shared, number, &mut permits, next).await;
        }
    });
    std::future::poll_fn(move |cx| {
        polls.start.set(polls.start.get().or_else(|| Some(now())));
        polls.say(format!("{number}"));
        moves.as_mut().poll(cx)
    })
}

async fn go<'a>(shared: &'a Rc<Shared>, me: usize, permits: &mut Vec<Permit<'a>>, next: &Move) {
    match next {
        Move::Yield => interrupt().await,
        Move::Sleep(time) => sleep(milliseconds(*time)).await,
        Move::Spawn(plan) => {
            let number = shared.number();
            let task = spawn(body(shared, number, plan));
            shared.tasks.borrow_mut()[number] = Some(task);
        }
        Move::Cancel(task) => {
            let tasks = shared.tasks.borrow();
            let cancelled = tasks.get(*task).and_then(|it| Some(it.as_ref()?.cancel()));
            shared.say(format!("{me} cancels {task}: {cancelled:?}"));
        }
        Move::Drop(task) => drop(shared.take(*task)),
        Move::Await(task) if *task == me => {}
        Move::Await(task) => {
            if let Some(handle) = shared.take(*task) {
                let result = handle.await.map_err(|it| it.to_string());
                shared.say(format!("{me} hears of {task}: {result:?}"));
            }
        }
        Move::Set(event) => shared.events[*event].set(),
        Move::Clear(event) => shared.events[*event].clear(),
        Move::WaitFor(event) => shared.events[*event].wait().await,
        Move::WaitShortly(event, time) => {
            let is_set = timeout(milliseconds(*time), shared.events[*event].wait()).await.is_ok();
            shared.say(format!("{me} has waited: {is_set}"));
        }
        Move::Acquire => permits.push(shared.semaphore.acquire().await),
        Move::Release => drop(permits.pop()),
        Move::Gather(plans) => {
            let children: Vec<_> =
                plans.iter().map(|it| body(shared, shared.number(), it)).collect();
            let is_well = gather(children).await.is_ok();
            shared.say(format!("{me} has gathered: {is_well}"));
        }
        Move::CallSoon | Move::CallLater(_) => {
            let (number, inner) = (shared.number(), Rc::clone(shared));
            let call = move || inner.say(format!("call {number}"));
            drop(match next {
                Move::CallLater(time) => call_later(milliseconds(*time), call),
                _ => call_soon(call),
            });
        }
        Move::Panic => panic_as_planned(),
    }
}

/// What a program says on a loop.
fn transcript_of(plan: &Rc<Plan>, builder: Builder) -> String {
    let shared = Rc::new(Shared {
        start: Cell::new(None),
        transcript: RefCell::default(),
        events: Default::default(),
        semaphore: Semaphore::new(1),
        tasks: RefCell::default(),
    });
    let reports = Rc::downgrade(&shared);
    let event_loop = builder
        .virtual_time(true)
        .exception_handler(move |report| {
            if let Some(shared) = reports.upgrade() {
                shared.say(format!("report: {}", report.error().expect("no poll is slow")));
            }
        })
        .build();
    let main = body(&shared, shared.number(), plan);
    let ended = panic::catch_unwind(AssertUnwindSafe(|| event_loop.run_until_complete(main)));
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => shared.transcript.borrow_mut().push_str(&format!("{error:?}\n")),
        Err(_) => shared.transcript.borrow_mut().push_str("main panicked\n"),
    }
    let transcript = shared.transcript.take();
    // A panic that nobody reads is reported as long as there is a loop, then printed.
    drop(shared.tasks.take());
    drop(event_loop);
    transcript
}

#[test]
fn a_program_does_what_a_plain_model_of_the_loop_does_poll_by_poll() {
    for seed in seeds(1_000) {
        let plan = plan(&mut Dice::new(seed), 3);
        let expected = expected::transcript_of(&plan);
        for (how, builder) in [
            ("plain", Loop::builder()),
            ("watched", Loop::builder().debug(true).instrument(Rc::new(Watch::default()))),
        ] {
            let transcript = transcript_of(&plan, builder);
            if transcript != expected {
                let at =
                    expected.lines().zip(transcript.lines()).take_while(|(a, b)| a == b).count();
                let from = |it: &str| {
                    it.lines().skip(at.saturating_sub(5)).take(10).collect::<Vec<_>>().join("\n")
                };
                panic!(
                    "BOUCLE_CHAOS_SEED={seed}, {how}: {plan:#?}\nfrom line {at} on:\n{}\n\nexpected:\n{}",
                    from(&transcript),
                    from(&expected),
                );
            }
        }
    }
}
