//! What is measured: names, sizes, units and goals. How it is measured is in `work.rs`.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;

/// A piece of work that every peer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// One task wakes itself and returns `Pending`, again and again.
    #[value(name = "switch-1")]
    SwitchOne,
    /// 1,000 tasks do so in turn.
    #[value(name = "switch-1000")]
    SwitchMany,
    /// One task gives the turn back by the runtime's own function.
    Yield,
    /// Spawns all the tasks, then awaits them all.
    SpawnJoin,
    /// Spawns one task and awaits it, then the next.
    SpawnAwait,
    /// Tasks that wait for ever, and the room they take.
    TaskMemory,
    /// 1,000 tasks of 10 switches each, gathered.
    Gather,
    /// 1,000 futures of 10 switches each in the root future, by `join_all` of the futures crates.
    JoinAll,
    /// Tasks that sleep for a random time: CPU time.
    Sleeps,
    /// Ten times as many: peak memory.
    SleepsMemory,
    /// A timeout around a future that is ready after one switch.
    Timeout,
    /// A producer and a consumer on a queue of capacity 1.
    #[value(name = "queue-1")]
    QueueOne,
    /// A producer and a consumer on a queue of capacity 100.
    #[value(name = "queue-100")]
    QueueHundred,
    /// A producer and a consumer on an async-channel of capacity 1.
    AsyncChannel,
    /// Those who wait for an event give up, all of them.
    GiveUpEvent,
    /// Those who wait for a permit of a semaphore give up, all of them.
    GiveUpSemaphore,
    /// Tasks wait for an event, which is set once.
    Event,
    /// A thread wakes a task, which answers the thread.
    Thread,
    /// How late a sleep ends, where nothing else goes on.
    Lateness,
    /// How late a sleep ends, while a task waits for a socket.
    LatenessSocket,
    /// Sleepers whose time has not come: CPU time of the wait.
    Idle,
}

/// One figure of a workload; a row of the report.
pub struct Row {
    /// What the figure is, in words.
    pub title: &'static str,
    /// What the figure counts.
    pub unit: Unit,
    /// What boucle has to reach.
    pub goal: Goal,
}

/// What a figure counts.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// How many times as much one of many costs as one of few.
    Times,
}

/// What boucle has to reach.
#[derive(Clone, Copy)]
pub enum Goal {
    /// Nothing: the row is there for comparison.
    None,
    /// At most this share of tokio's figure.
    Ratio(f64),
    /// At most this figure. The row shows figures, then, instead of ratios.
    Figure(f64),
    /// At most this figure, and no better if less: so much counts as nothing. The row shows figures.
    Enough(f64),
}

/// How many times as much one of four times as many may cost. Caches make it cost more; if each of them
/// walked past the others, it would be four.
const IN_PROPORTION: Goal = Goal::Enough(2.0);

/// How much work one process does.
#[derive(Clone, Copy)]
pub struct Size {
    /// Operations, tasks, items or waiters.
    pub n: usize,
    /// The span of the random sleeps, or of the idle wait.
    pub span: Duration,
}

impl Workload {
    /// How much of it one process does; CPython gets a tenth where only the time of one operation counts.
    pub fn size(self, quick: bool, python: bool) -> Size {
        let (full, short) = match self {
            Workload::SwitchOne | Workload::SwitchMany => (2_000_000, 500_000),
            Workload::Yield => (1_000_000, 200_000),
            Workload::SpawnAwait => (500_000, 100_000),
            Workload::SpawnJoin | Workload::TaskMemory | Workload::SleepsMemory => {
                (1_000_000, 100_000)
            }
            Workload::Gather | Workload::JoinAll => (200_000, 50_000),
            Workload::Sleeps => (100_000, 10_000),
            Workload::Timeout
            | Workload::QueueOne
            | Workload::QueueHundred
            | Workload::AsyncChannel => (300_000, 50_000),
            Workload::GiveUpEvent | Workload::GiveUpSemaphore => (100_000, 20_000),
            Workload::Event => (16_000, 16_000),
            Workload::Thread => (50_000, 5_000),
            Workload::Lateness | Workload::LatenessSocket => (500, 100),
            Workload::Idle => (10_000, 10_000),
        };
        let n = if quick { short } else { full };
        let whole = matches!(
            self,
            Workload::SpawnJoin
                | Workload::TaskMemory
                | Workload::Sleeps
                | Workload::SleepsMemory
                | Workload::Event
                | Workload::Lateness
                | Workload::LatenessSocket
                | Workload::Idle
        );
        let n = if python && !whole { n / 10 } else { n };
        let span = Duration::from_secs(if self == Workload::Idle { 3 } else { 1 });
        Size { n, span: if quick { span / 10 } else { span } }
    }

    /// Whether a task waits for a socket: not every loop has to know of sockets.
    pub fn has_sockets(self) -> bool {
        self == Workload::LatenessSocket
    }

    /// Its figures, in the order in which a process reports them.
    pub fn rows(self) -> Vec<Row> {
        use Goal::{Enough, Figure, Ratio};
        use Unit::{Bytes, Time, Times};
        let row = |title, unit, goal| Row { title, unit, goal };
        let only = match self {
            Workload::SwitchOne => row("switch, 1 task", Time, Ratio(0.28)),
            Workload::SwitchMany => row("switch, 1,000 tasks in turn", Time, Ratio(0.25)),
            Workload::Yield => row("the runtime's own yield", Time, Ratio(0.06)),
            Workload::SpawnJoin => row("spawn all and join, a task", Time, Ratio(0.20)),
            Workload::SpawnAwait => row("spawn one, await it", Time, Ratio(0.10)),
            Workload::TaskMemory => {
                let goal = Figure(72.0);
                return vec![
                    row("a parked task, bytes requested", Bytes, goal),
                    row("a parked task, resident bytes", Bytes, goal),
                ];
            }
            Workload::Gather => row("1,000 tasks × 10 yields, a task", Time, Ratio(0.25)),
            Workload::JoinAll => row("join_all of 1,000 × 10 yields, a future", Time, Ratio(0.36)),
            Workload::Sleeps => row("random sleeps, CPU each", Time, Ratio(0.7)),
            Workload::SleepsMemory => {
                row("ten times as many sleeps, peak memory", Bytes, Ratio(0.40))
            }
            Workload::Timeout => row("a timeout that never fires", Time, Ratio(0.40)),
            Workload::QueueOne => row("local queue, capacity 1, an item", Time, Ratio(0.28)),
            Workload::QueueHundred => row("local queue, capacity 100, an item", Time, Ratio(0.25)),
            Workload::AsyncChannel => row("async-channel, capacity 1, an item", Time, Ratio(0.54)),
            Workload::GiveUpEvent => {
                return vec![
                    row("an event's waiters give up, each", Time, Goal::None),
                    row("… × with a quarter as many", Times, IN_PROPORTION),
                ];
            }
            Workload::GiveUpSemaphore => {
                return vec![
                    row("a semaphore's waiters give up, each", Time, Goal::None),
                    row("… × with a quarter as many", Times, IN_PROPORTION),
                ];
            }
            Workload::Event => {
                return vec![
                    row("an event wakes 16,000 tasks, each", Time, Goal::None),
                    row("… × with a quarter as many", Times, IN_PROPORTION),
                ];
            }
            Workload::Thread => row("thread round trip", Time, Ratio(1.0)),
            Workload::Lateness => {
                return vec![
                    row("a sleep is late, median", Time, Figure(600_000.0)),
                    row("a sleep is late, 99 of 100", Time, Figure(1_100_000.0)),
                ];
            }
            Workload::LatenessSocket => {
                return vec![
                    row("beside a socket, median", Time, Figure(600_000.0)),
                    row("beside a socket, 99 of 100", Time, Figure(1_100_000.0)),
                ];
            }
            // The goal is nothing at all. A bare sleep of as long costs 0.1 ms, on a busy machine 0.6: a
            // millisecond counts as nothing.
            Workload::Idle => row("10 k sleepers wait, CPU in all", Time, Enough(1_000_000.0)),
        };
        vec![only]
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no workload is hidden");
        f.write_str(value.get_name())
    }
}
