//! The search beside one that tries every order, on generated programs that share numbers and wake each other.

mod bites;
mod estimate;
mod shards;

use std::collections::BTreeSet;
use std::sync::Arc;

use boucle::How;

use super::{Next, Search};
use crate::search::foot::{Foot, Part, Task};
use crate::search::order::{Event, HappensBefore};

/// What a task can do; a poll goes on to the next `Yield`, or to where it waits.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// Remembers a number.
    Get(usize),
    /// Sets a number to what is remembered, and one.
    Put(usize),
    /// Adds to a number.
    Add(usize),
    /// Leaves out the next operations, if what is remembered is even.
    SkipIfEven(usize),
    /// Gives the turn back.
    Yield,
    /// Wakes a task.
    Wake(usize),
    /// Waits until a flag is set.
    Wait(usize),
    /// Sets a flag, and wakes those who wait.
    Set(usize),
    /// Has a task end at its next poll, and do nothing more.
    Cancel(usize),
}

/// A number for each thing that is shared.
const N_SHARED: usize = 3;

/// A program under way.
#[derive(Clone)]
struct Run<'a> {
    tasks: &'a [Vec<Op>],
    at: Vec<usize>,
    remembered: Vec<u32>,
    ready: Vec<bool>,
    cancelled: Vec<bool>,
    numbers: [u32; N_SHARED],
    flags: [bool; N_SHARED],
    waiters: [Vec<usize>; N_SHARED],
}

impl<'a> Run<'a> {
    fn new(tasks: &'a [Vec<Op>]) -> Run<'a> {
        Run {
            tasks,
            at: vec![0; tasks.len()],
            remembered: vec![0; tasks.len()],
            ready: vec![true; tasks.len()],
            cancelled: vec![false; tasks.len()],
            numbers: [0; N_SHARED],
            flags: [false; N_SHARED],
            waiters: Default::default(),
        }
    }

    fn ready(&self) -> Vec<Task> {
        (0..self.tasks.len()).filter(|it| self.ready[*it]).map(|it| it as Task).collect()
    }

    fn wake(&mut self, task: usize, foot: &mut Foot) {
        foot.wakes(task as Task);
        self.ready[task] |= self.at[task] < self.tasks[task].len();
    }

    /// Polls a task once.
    fn poll(&mut self, task: Task) -> Event {
        let (own, mut foot) = (usize::from(task), Foot::default());
        self.ready[own] = false;
        if self.cancelled[own] {
            self.at[own] = self.tasks[own].len();
            for (n, waiters) in self.waiters.iter_mut().enumerate() {
                if waiters.contains(&own) {
                    foot.uses((N_SHARED + n) as Part, How::Write);
                    waiters.retain(|it| *it != own);
                }
            }
        }
        while let Some(op) = self.tasks[own].get(self.at[own]) {
            self.at[own] += 1;
            match *op {
                Op::Get(n) => {
                    foot.uses(n as Part, How::Read);
                    self.remembered[own] = self.numbers[n];
                }
                Op::Put(n) => {
                    foot.uses(n as Part, How::Write);
                    self.numbers[n] = self.remembered[own] + 1;
                }
                Op::Add(n) => {
                    foot.uses(n as Part, How::Add);
                    self.numbers[n] += 1;
                }
                Op::SkipIfEven(n) => {
                    self.at[own] += if self.remembered[own] % 2 == 0 { n } else { 0 };
                }
                Op::Yield => {
                    self.wake(own, &mut foot);
                    break;
                }
                Op::Wake(other) => self.wake(other, &mut foot),
                Op::Cancel(other) => {
                    self.wake(other, &mut foot);
                    self.cancelled[other] = true;
                }
                Op::Wait(n) => {
                    foot.uses((N_SHARED + n) as Part, How::Write);
                    if !self.flags[n] {
                        self.waiters[n].push(own);
                        self.at[own] -= 1;
                        break;
                    }
                }
                Op::Set(n) => {
                    foot.uses((N_SHARED + n) as Part, How::Write);
                    self.flags[n] = true;
                    for waiter in std::mem::take(&mut self.waiters[n]) {
                        self.wake(waiter, &mut foot);
                    }
                }
            }
        }
        Event { task, foot }
    }

    fn outcome(&self) -> String {
        format!("{:?} {:?} {:?}", self.numbers, self.remembered, self.at)
    }
}

/// What all orders come to: their traces, and their outcomes.
#[derive(Default, PartialEq, Eq, Debug)]
struct All {
    traces: BTreeSet<u64>,
    outcomes: BTreeSet<String>,
}

/// Tries every order, up to some number of them.
fn every_order(tasks: &[Vec<Op>], most: usize) -> Option<(All, usize)> {
    let (mut all, mut n) = (All::default(), 0);
    let begin = Run::new(tasks).ready();
    let mut left = vec![(Run::new(tasks), Vec::new())];
    while let Some((run, events)) = left.pop() {
        let ready = run.ready();
        if ready.is_empty() {
            n += 1;
            all.traces.insert(HappensBefore::new(&events, &begin).trace());
            all.outcomes.insert(run.outcome());
        }
        if n > most || left.len() > most {
            return None;
        }
        for task in ready {
            let (mut run, mut events): (Run<'_>, Vec<_>) = (run.clone(), events.clone());
            events.push(Arc::new(run.poll(task)));
            left.push((run, events));
        }
    }
    Some((all, n))
}

/// Makes one execution of a search; what it stands for and what comes of it, unless it was given up.
fn run_once(tasks: &[Vec<Op>], search: &mut Search) -> Option<(u64, String)> {
    let mut run = Run::new(tasks);
    search.begin();
    let is_over = loop {
        let ready = run.ready();
        if ready.is_empty() {
            break true;
        }
        match search.choose(&ready) {
            Next::Task(task) => search.took(run.poll(task), &[]),
            Next::GiveUp => break false,
        }
    };
    let counts = search.end(is_over).expect("it is the same each time");
    counts.then(|| (search.trace(), run.outcome()))
}

/// What the search finds.
fn searched(tasks: &[Vec<Op>]) -> (All, Search) {
    let (mut all, mut search) = (All::default(), Search::default());
    while !search.is_over() {
        if let Some((trace, outcome)) = run_once(tasks, &mut search) {
            assert!(all.traces.insert(trace), "a trace is tried twice: {tasks:?}");
            all.outcomes.insert(outcome);
        }
    }
    (all, search)
}

/// Numbers by chance, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// A program by chance.
fn program(seed: u64) -> Vec<Vec<Op>> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let n_tasks = 2 + dice.roll(3);
    let op = |dice: &mut Dice| {
        let n = dice.roll(N_SHARED);
        match dice.roll(13) {
            0..=1 => Op::Get(n),
            2..=3 => Op::Put(n),
            4 => Op::Add(n),
            5 => Op::SkipIfEven(1 + dice.roll(2)),
            6..=7 => Op::Yield,
            8 => Op::Wake(dice.roll(n_tasks)),
            9 => Op::Wait(n),
            10 => Op::Cancel(dice.roll(n_tasks)),
            _ => Op::Set(n),
        }
    };
    (0..n_tasks).map(|_| (0..1 + dice.roll(5)).map(|_| op(&mut dice)).collect()).collect()
}

#[test]
fn generated_programs_have_the_traces_and_the_outcomes_that_every_order_has() {
    let (mut n_programs, mut n_orders, mut n_traces, mut n_blocked) = (0, 0, 0, 0);
    for seed in 0.. {
        let tasks = program(seed);
        let Some((every, n)) = every_order(&tasks, 5_000) else { continue };
        let (all, search) = searched(&tasks);
        assert_eq!(all, every, "seed {seed}: {tasks:#?}");
        assert_eq!(search.n_executions, all.traces.len() as u64);
        n_programs += 1;
        n_orders += n;
        n_traces += all.traces.len();
        n_blocked += search.n_blocked;
        if n_programs == 1_000 {
            break;
        }
    }
    assert!(n_traces * 3 < n_orders, "{n_traces} of {n_orders}");
    assert_eq!(n_blocked, 0);
}

#[test]
fn three_tasks_that_add_to_a_list_have_as_many_orders_as_there_are() {
    let task = [Op::Get(0), Op::Put(0), Op::Yield].repeat(3);
    let (all, search) = searched(&vec![task[..8].to_vec(); 3]);
    assert_eq!((search.n_executions, search.n_blocked, all.traces.len()), (1_680, 0, 1_680));
}

#[test]
fn tasks_that_share_nothing_need_one_execution() {
    let tasks = [0, 1, 2].map(|n| vec![Op::Put(n), Op::Yield, Op::Get(n), Op::Yield, Op::Put(n)]);
    let (_, search) = searched(&tasks);
    assert_eq!((search.n_executions, search.n_blocked), (1, 0));
}
