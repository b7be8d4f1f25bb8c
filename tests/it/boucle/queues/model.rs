//! Each kind of queue against a plain model, in programs that look random.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::sync::{Queue, ShutDown};
use boucle::{Task, interrupt, quiescent, spawn};

use super::super::transcript::{Transcript, run};

/// Numbers that look random; the same ones for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// How to make a queue of each kind, and which of the items in a list such a queue gives next.
type Kind = (fn(usize) -> Queue<usize>, fn(&[usize]) -> usize);

const KINDS: [Kind; 3] = [
    (Queue::new, |_| 0),
    (Queue::lifo, |items| items.len() - 1),
    (Queue::priority, |items| (0..items.len()).min_by_key(|i| items[*i]).unwrap_or(0)),
];

/// A queue as one would write it down: without wakes, since all who can go on have gone on.
struct Model {
    next: fn(&[usize]) -> usize,
    maxsize: usize,
    items: Vec<usize>,
    /// Tasks that wait, by their numbers; those who put with their items.
    getters: VecDeque<usize>,
    putters: VecDeque<(usize, usize)>,
    shut_down: bool,
    log: Transcript,
}

impl Model {
    fn put(&mut self, task: usize, item: usize) {
        if self.shut_down {
            self.log.say(format!("{task} put shut {item}"));
        } else if self.items.len() == self.maxsize {
            self.putters.push_back((task, item));
        } else {
            self.items.push(item);
            self.log.say(format!("{task} put"));
            if let Some(getter) = self.getters.pop_front() {
                self.get(getter);
            }
        }
    }

    fn get(&mut self, task: usize) {
        if !self.items.is_empty() {
            let item = self.items.remove((self.next)(&self.items));
            self.log.say(format!("{task} got {item}"));
            if let Some((putter, item)) = self.putters.pop_front() {
                self.put(putter, item);
            }
        } else if self.shut_down {
            self.log.say(format!("{task} get shut"));
        } else {
            self.getters.push_back(task);
        }
    }

    fn cancel(&mut self, task: usize) {
        self.getters.retain(|it| *it != task);
        self.putters.retain(|it| it.0 != task);
    }

    fn shut_down(&mut self, immediate: bool) {
        self.shut_down = true;
        if immediate {
            self.items.clear();
        }
        std::mem::take(&mut self.getters).into_iter().for_each(|it| self.get(it));
        std::mem::take(&mut self.putters).into_iter().for_each(|it| self.put(it.0, it.1));
    }
}

/// Spawns a task that puts or gets and says in `log` what came of it.
fn spawn_put(task: usize, item: usize, queue: &Rc<Queue<usize>>, log: &Transcript) -> Task<()> {
    let (queue, log) = (queue.clone(), log.clone());
    spawn(async move {
        match queue.put(item).await {
            Ok(()) => log.say(format!("{task} put")),
            Err(ShutDown(item)) => log.say(format!("{task} put shut {item}")),
        }
    })
}

fn spawn_get(task: usize, queue: &Rc<Queue<usize>>, log: &Transcript) -> Task<()> {
    let (queue, log) = (queue.clone(), log.clone());
    spawn(async move {
        match queue.get().await {
            Ok(item) => log.say(format!("{task} got {item}")),
            Err(ShutDown(())) => log.say(format!("{task} get shut")),
        }
    })
}

#[test]
fn each_kind_does_what_its_model_does() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let ((make, next), maxsize) = (KINDS[dice.roll(3)], dice.roll(3) + 1);
        let (queue, log) = (Rc::new(make(maxsize)), Transcript::default());
        let mut model = Model {
            next,
            maxsize,
            items: Vec::new(),
            getters: VecDeque::new(),
            putters: VecDeque::new(),
            shut_down: false,
            log: Transcript::default(),
        };
        run(async {
            let mut tasks = Vec::new();
            for step in 0..60 {
                let task = tasks.len();
                match dice.roll(100) {
                    0..40 => {
                        let item = dice.roll(9);
                        tasks.push(spawn_put(task, item, &queue, &log));
                        model.put(task, item);
                    }
                    40..80 => {
                        tasks.push(spawn_get(task, &queue, &log));
                        model.get(task);
                    }
                    80..98 if task > 0 => {
                        let task = dice.roll(task);
                        tasks[task].cancel();
                        model.cancel(task);
                    }
                    choice => {
                        queue.shutdown(choice == 99);
                        model.shut_down(choice == 99);
                    }
                }
                quiescent().await;
                let what = format!("seed {seed}, step {step}, {queue:?}");
                assert_eq!(log.lines(), model.log.lines(), "{what}");
                assert_eq!(queue.len(), model.items.len(), "{what}");
            }
        });
    }
}

#[test]
fn nothing_is_lost_or_given_twice_when_much_happens_within_a_turn() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let ((make, _), maxsize) = (KINDS[dice.roll(3)], dice.roll(3) + 1);
        let (queue, log) = (Rc::new(make(maxsize)), Transcript::default());
        run(async {
            let mut tasks = Vec::new();
            let (mut put, mut got) = (Vec::new(), Vec::new());
            for item in 0..80 {
                match dice.roll(6) {
                    0 => tasks.push((spawn_put(item, item, &queue, &log), true)),
                    1 => tasks.push((spawn_get(item, &queue, &log), false)),
                    2 if !tasks.is_empty() => drop(tasks[dice.roll(tasks.len())].0.cancel()),
                    3 => put.extend(queue.try_put(item).ok().map(|()| item)),
                    4 => got.extend(queue.try_get()),
                    _ => interrupt().await,
                }
                assert!(queue.len() <= maxsize, "seed {seed}");
            }
            quiescent().await;
            let waits = |puts| tasks.iter().any(|(task, it)| *it == puts && !task.done());
            assert!(queue.is_empty() || !waits(false), "seed {seed}: one waits beside an item");
            assert!(queue.is_full() || !waits(true), "seed {seed}: one waits beside room");
            for line in log.lines() {
                match line.split(' ').collect::<Vec<_>>()[..] {
                    [task, "put"] => put.push(task.parse().unwrap()),
                    [_, "got", item] => got.push(item.parse().unwrap()),
                    _ => panic!("seed {seed}: {line}"),
                }
            }
            drop(tasks);
            got.extend(std::iter::from_fn(|| queue.try_get().ok()));
            put.sort_unstable();
            got.sort_unstable();
            assert_eq!(put, got, "seed {seed}");
        });
    }
}
