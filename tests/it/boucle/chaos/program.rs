//! What a program is made of. `maker` makes it of a seed: the same seed is the same program for ever.

use std::sync::Arc;

/// What the tables of a world have so many places of.
pub(super) const PLACES: usize = 4;

/// Numbers of a seed: splitmix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Any number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Once in `n` times.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Things done at once, one after the other.
pub(super) type Acts = Arc<[Act]>;

/// What a task does.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
    /// What the destructor of its future does.
    pub(super) at_drop: Acts,
    /// What the destructor of its value does.
    pub(super) at_value_drop: Acts,
}

/// What any code can do, also a destructor, a hook, a waker. A number is a place in a table.
#[derive(Debug)]
pub(super) enum Act {
    /// Spawns a task, and keeps its handle at this place or drops it.
    Spawn(Arc<Script>, Option<usize>),
    Cancel(usize),
    DropTask(usize),
    /// Asks a task for all that it tells.
    Look(usize),
    Name(usize),
    Wake(usize),
    /// Wakes and drops.
    UseUpWaker(usize),
    DropWaker(usize),
    Set(usize),
    Clear(usize),
    AddPermit,
    TryAcquire,
    TryPut(Arc<Script>),
    TryGet,
    Notify,
    NotifyAll,
    SetWaiter,
    AbortBarrier,
    ResetBarrier,
    CallSoon(Acts),
    CallLater(u64, Acts),
    /// By a handle of the loop, as from a thread.
    Mail(Acts),
    RemoteSpawn(Arc<Script>),
    RemoteStop,
    /// Drops something that waits.
    DropWait(usize),
    SpawnInGroup(Arc<Script>),
    DropGroups,
    Tree,
    Stop,
    Close,
    /// Drops the `Loop`s that are kept: from then on the last one is whoever runs it.
    DropLoops,
    /// Runs a loop here: refused inside of another.
    RunNested,
    /// Makes a loop with a task, and drops it.
    LoopInLoop(Arc<Script>),
    /// The same, and keeps it.
    KeepLoop(Arc<Script>),
    Panic,
}

/// What a task can do.
#[derive(Debug)]
pub(super) enum Step {
    Act(Act),
    Yield,
    Sleep(u64),
    /// Begins to wait, and keeps that at this place: with the task's waker, or with one that does this as it is
    /// woken, and this as it is dropped.
    Begin(usize, Wait, Option<(Acts, Acts)>),
    Timeout(u64, Box<Step>),
    Ticks(u64, usize),
    /// Keeps the waker, and goes on.
    KeepWaker(usize),
    /// Keeps the waker, and waits until it is woken.
    Park(usize),
    WaitFor(usize),
    /// Holds a permit meanwhile.
    Acquire(Box<Step>),
    Put(Arc<Script>),
    Get,
    Locked(Box<Step>),
    Condition,
    Barrier,
    Waiter,
    Await(usize),
    /// Awaits a task through somebody else's wakers.
    AwaitForeign(usize),
    Family(Way, Vec<Arc<Script>>),
    Shield(Arc<Script>),
    /// The first script is its body, the others are its first children.
    Group(Vec<Arc<Script>>),
    Quiescent,
    Thread(Vec<Errand>),
    JoinThreads,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    Time(u64),
    Event(usize),
    Permit,
    Item,
    /// The end of a task, which loses its handle.
    Task(usize),
    Quiet,
}

/// How children are waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Gather,
    GatherAll,
    GatherTasks,
    /// So many of them; the others are cancelled.
    AsCompleted(usize),
    Race,
    /// By a crate that knows no loop.
    Foreign,
}

/// What a thread does.
#[derive(Debug)]
pub(super) enum Errand {
    /// With one of the wakers that it was given.
    Wake(usize),
    CloneWaker(usize),
    DropWaker(usize),
    Call(Acts),
    Spawn(Arc<Script>),
    /// Runs a program of its own, on a loop of its own.
    Program(u64),
}

/// Where a loop calls code of a user: hooks, the order, the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Spawned,
    BeforePoll,
    AfterPoll,
    Named,
    Waits,
    Woken,
    Timer,
    Done,
    Choose,
    Report,
}

/// A whole program.
#[derive(Debug)]
pub(super) struct Program {
    /// The main tasks of its runs, one after the other; with the loop that is run, if there are several.
    pub(super) runs: Vec<(Arc<Script>, usize)>,
    /// What is done between the runs, and after the last one, outside of the loop.
    pub(super) between: Vec<Acts>,
    /// What is called when: at the so-many-th time.
    pub(super) plans: Vec<(Place, usize, Acts)>,
    /// Whether the order of the ready tasks is chosen, by this seed.
    pub(super) order: Option<u64>,
    pub(super) debug: bool,
    /// In which order all is dropped at the end.
    pub(super) end: usize,
}

/// How wild programs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildness {
    /// Hooks watch, and destructors only count.
    Tame,
    /// Everything.
    Wild,
}
