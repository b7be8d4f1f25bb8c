//! Each kind of queue against a plain model, in programs that put, get, cancel, join and shut down.

use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use boucle::sync::{Queue, ShutDown, TryGetError, TryPutError};
use boucle::{Task, interrupt, quiescent, spawn};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::boucle::property::for_all;
use crate::boucle::transcript::{Transcript, run};

/// A kind of queue: how one is made, and which of the items in a list it gives next.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    make: fn(usize) -> Queue<usize>,
    next: fn(&[usize]) -> usize,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const KINDS: [Kind; 3] = [
    Kind { name: "Fifo", make: Queue::new, next: |_| 0 },
    Kind { name: "Lifo", make: Queue::lifo, next: |items| items.len() - 1 },
    Kind {
        name: "Priority",
        make: Queue::priority,
        next: |items| (0..items.len()).min_by_key(|i| items[*i]).unwrap_or(0),
    },
];

/// A kind of queue, and how many items it holds.
fn queues() -> impl Strategy<Value = (Kind, usize)> {
    (select(&KINDS[..]), prop_oneof![4 => 1..=3_usize, 1 => Just(usize::MAX)])
}

/// What a program does next; those that may wait do so in a task of their own.
#[derive(Clone, Debug)]
enum Step {
    Put(usize),
    TryPut(usize),
    Get,
    TryGet,
    Join,
    TaskDone,
    /// Cancels one of the tasks that are not done.
    Cancel(Index),
    ShutDown(bool),
    /// Gives the turn back.
    Interrupt,
}

/// A queue as one would write it down: without wakes, since all who can go on have gone on.
struct Model {
    next: fn(&[usize]) -> usize,
    maxsize: usize,
    items: Vec<usize>,
    n_unfinished: usize,
    /// Tasks that wait, by their numbers; those who put with their items.
    getters: VecDeque<usize>,
    putters: VecDeque<(usize, usize)>,
    joiners: Vec<usize>,
    shut_down: bool,
    log: Transcript,
}

impl Model {
    fn put(&mut self, task: usize, item: usize) {
        match self.try_put(item) {
            Ok(()) => {
                self.log.say(format!("{task} put"));
                self.serve();
            }
            Err(TryPutError::ShutDown(_)) => self.log.say(format!("{task} put shut {item}")),
            Err(TryPutError::Full(_)) => self.putters.push_back((task, item)),
        }
    }

    fn try_put(&mut self, item: usize) -> Result<(), TryPutError<usize>> {
        if self.shut_down {
            return Err(TryPutError::ShutDown(item));
        }
        if self.items.len() == self.maxsize {
            return Err(TryPutError::Full(item));
        }
        self.items.push(item);
        self.n_unfinished += 1;
        Ok(())
    }

    fn get(&mut self, task: usize) {
        match self.try_get() {
            Ok(item) => {
                self.log.say(format!("{task} got {item}"));
                self.serve();
            }
            Err(TryGetError::ShutDown) => self.log.say(format!("{task} get shut")),
            Err(TryGetError::Empty) => self.getters.push_back(task),
        }
    }

    fn try_get(&mut self) -> Result<usize, TryGetError> {
        match self.items.len() {
            0 if self.shut_down => Err(TryGetError::ShutDown),
            0 => Err(TryGetError::Empty),
            _ => Ok(self.items.remove((self.next)(&self.items))),
        }
    }

    /// Lets the first one go on who can.
    fn serve(&mut self) {
        if !self.items.is_empty() && !self.getters.is_empty() {
            let getter = self.getters.pop_front().expect("one waits");
            self.get(getter);
        } else if self.items.len() < self.maxsize && !self.putters.is_empty() {
            let (putter, item) = self.putters.pop_front().expect("one waits");
            self.put(putter, item);
        }
    }

    fn join(&mut self, task: usize) {
        self.joiners.push(task);
        self.done(0);
    }

    fn done(&mut self, n: usize) {
        // Items may be said to be done before they are got, and are dropped then as well.
        self.n_unfinished = self.n_unfinished.saturating_sub(n);
        if self.n_unfinished == 0 {
            self.joiners.drain(..).for_each(|it| self.log.say(format!("{it} joined")));
        }
    }

    fn cancel(&mut self, task: usize) {
        self.getters.retain(|it| *it != task);
        self.putters.retain(|it| it.0 != task);
        self.joiners.retain(|it| *it != task);
    }

    fn shut_down(&mut self, immediate: bool) {
        self.shut_down = true;
        let n_dropped = if immediate { self.items.drain(..).count() } else { 0 };
        std::mem::take(&mut self.getters).into_iter().for_each(|it| self.get(it));
        std::mem::take(&mut self.putters).into_iter().for_each(|it| self.put(it.0, it.1));
        self.done(n_dropped);
    }
}

/// Spawns a task that puts, gets or joins, and says in `log` what came of it.
fn spawn_step(step: &Step, task: usize, queue: &Rc<Queue<usize>>, log: &Transcript) -> Task<()> {
    let (step, queue, log) = (step.clone(), queue.clone(), log.clone());
    spawn(async move {
        log.say(match step {
            Step::Put(item) => match queue.put(item).await {
                Ok(()) => format!("{task} put"),
                Err(ShutDown(item)) => format!("{task} put shut {item}"),
            },
            Step::Get => match queue.get().await {
                Ok(item) => format!("{task} got {item}"),
                Err(ShutDown(())) => format!("{task} get shut"),
            },
            _ => {
                queue.join().await;
                format!("{task} joined")
            }
        });
    })
}

/// Does what a program says on a queue and on its model; compares them whenever all have gone on.
async fn compare(kind: Kind, maxsize: usize, program: &[Step]) -> Result<(), TestCaseError> {
    let (queue, log) = (Rc::new((kind.make)(maxsize)), Transcript::default());
    let mut model = Model {
        next: kind.next,
        maxsize,
        items: Vec::new(),
        n_unfinished: 0,
        getters: VecDeque::new(),
        putters: VecDeque::new(),
        joiners: Vec::new(),
        shut_down: false,
        log: Transcript::default(),
    };
    let mut tasks = Vec::new();
    for (place, step) in program.iter().enumerate() {
        let task = tasks.len();
        match step {
            Step::Put(_) | Step::Get | Step::Join => {
                tasks.push(spawn_step(step, task, &queue, &log));
                match step {
                    Step::Put(item) => model.put(task, *item),
                    Step::Get => model.get(task),
                    _ => model.join(task),
                }
            }
            Step::TryPut(item) => {
                prop_assert_eq!(queue.try_put(*item), model.try_put(*item), "step {}", place);
                model.serve();
            }
            Step::TryGet => {
                prop_assert_eq!(queue.try_get(), model.try_get(), "step {}", place);
                model.serve();
            }
            // One too many is refused; another test has that.
            Step::TaskDone if model.n_unfinished > 0 => {
                queue.task_done();
                model.done(1);
            }
            Step::Cancel(which) => {
                let waiting: Vec<_> = (0..task).filter(|it| !tasks[*it].done()).collect();
                if !waiting.is_empty() {
                    let task = *which.get(&waiting);
                    tasks[task].cancel();
                    model.cancel(task);
                }
            }
            Step::ShutDown(immediate) => {
                queue.shutdown(*immediate);
                model.shut_down(*immediate);
            }
            Step::TaskDone | Step::Interrupt => {}
        }
        quiescent().await;
        prop_assert_eq!(log.lines(), model.log.lines(), "step {}, {:?}", place, queue);
        prop_assert_eq!(queue.len(), model.items.len(), "step {}", place);
        prop_assert_eq!(queue.is_full(), model.items.len() == maxsize, "step {}", place);
    }
    Ok(())
}

#[test]
fn each_kind_does_what_its_model_does() {
    let step = prop_oneof![
        30 => (0..9_usize).prop_map(Step::Put),
        30 => Just(Step::Get),
        6 => (0..9_usize).prop_map(Step::TryPut),
        6 => Just(Step::TryGet),
        4 => Just(Step::Join),
        12 => Just(Step::TaskDone),
        15 => any::<Index>().prop_map(Step::Cancel),
        1 => any::<bool>().prop_map(Step::ShutDown),
    ];
    for_all(150, (queues(), vec(step, 0..60)), |((kind, maxsize), program)| {
        run(compare(kind, maxsize, &program))
    });
}

/// Does what a program says without waiting in between, then counts: what was put is what was got.
async fn count(kind: Kind, maxsize: usize, program: &[Step]) -> Result<(), TestCaseError> {
    let (queue, log) = (Rc::new((kind.make)(maxsize)), Transcript::default());
    let mut tasks: Vec<(Task<()>, &Step)> = Vec::new();
    let (mut put, mut got) = (Vec::new(), Vec::new());
    for (item, step) in program.iter().enumerate() {
        match step {
            // Each task puts its own number.
            Step::Put(_) => {
                tasks.push((spawn_step(&Step::Put(item), item, &queue, &log), step));
            }
            Step::Get => tasks.push((spawn_step(step, item, &queue, &log), step)),
            Step::Cancel(which) => {
                let waiting: Vec<_> = tasks.iter().filter(|(task, _)| !task.done()).collect();
                if !waiting.is_empty() {
                    which.get(&waiting).0.cancel();
                }
            }
            Step::TryPut(_) => put.extend(queue.try_put(item).ok().map(|()| item)),
            Step::TryGet => got.extend(queue.try_get()),
            Step::ShutDown(_) => queue.shutdown(false),
            _ => interrupt().await,
        }
        prop_assert!(queue.len() <= maxsize);
    }
    quiescent().await;
    let waits = |gets| {
        let mut waiting = tasks.iter().filter(|(task, _)| !task.done());
        waiting.any(|(_, step)| matches!(step, Step::Get) == gets)
    };
    prop_assert!(queue.is_empty() || !waits(true), "one waits beside an item");
    prop_assert!(queue.is_full() || !waits(false), "one waits beside room");
    for line in log.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            [task, "put"] => put.push(task.parse().unwrap()),
            [_, "got", item] => got.push(item.parse().unwrap()),
            [_, "put", "shut", _] | [_, "get", "shut"] => {}
            _ => panic!("{line}"),
        }
    }
    drop(tasks);
    got.extend(std::iter::from_fn(|| queue.try_get().ok()));
    put.sort_unstable();
    got.sort_unstable();
    prop_assert_eq!(put, got);
    Ok(())
}

#[test]
fn nothing_is_lost_or_given_twice_when_much_happens_within_a_turn() {
    let step = prop_oneof![
        10 => Just(Step::Put(0)),
        10 => Just(Step::Get),
        10 => any::<Index>().prop_map(Step::Cancel),
        10 => Just(Step::TryPut(0)),
        10 => Just(Step::TryGet),
        10 => Just(Step::Interrupt),
        1 => Just(Step::ShutDown(false)),
    ];
    for_all(150, (queues(), vec(step, 0..80)), |((kind, maxsize), program)| {
        run(count(kind, maxsize, &program))
    });
}
