//! Makes programs of seeds.

use std::sync::Arc;

use super::program::{
    Act, Acts, Dice, Errand, PLACES, Place, Program, Script, Step, Wait, Way, Wildness,
};

/// The hooks that a plan may be for.
const HOOKS: [Place; 8] = [
    Place::Spawned,
    Place::BeforePoll,
    Place::AfterPoll,
    Place::Named,
    Place::Waits,
    Place::Woken,
    Place::Timer,
    Place::Done,
];

impl Program {
    pub(super) fn new(seed: u64, wildness: Wildness) -> Program {
        let mut maker = Maker { dice: Dice::new(seed), wildness, n_threads: 2 };
        let n_runs = 1 + maker.dice.below(3);
        let is_wild = wildness == Wildness::Wild;
        let mut plans = Vec::new();
        if is_wild && maker.dice.once_in(2) {
            plans = maker.some(10, |maker| {
                let hook = HOOKS[maker.dice.below(HOOKS.len())];
                (hook, maker.dice.below(10), maker.acts(2))
            });
        }
        if maker.dice.once_in(100) && is_wild {
            plans.push((Place::Report, maker.dice.below(2), Arc::new([Act::Panic])));
        }
        let order = maker.dice.once_in(4).then(|| maker.dice.next());
        if order.is_some() && is_wild && maker.dice.once_in(4) {
            plans.push((Place::Choose, maker.dice.below(10), maker.acts(2)));
        }
        Program {
            runs: (0..n_runs).map(|_| (maker.script(3), maker.dice.below(2))).collect(),
            between: (0..=n_runs).map(|_| maker.acts(2)).collect(),
            plans,
            order,
            debug: maker.dice.once_in(4),
            end: maker.dice.below(6),
        }
    }
}

/// Makes programs. `depth`: how many scripts may lie in one another.
struct Maker {
    dice: Dice,
    wildness: Wildness,
    /// How many threads the program may still have.
    n_threads: usize,
}

impl Maker {
    fn some<T>(&mut self, n: usize, mut make: impl FnMut(&mut Maker) -> T) -> Vec<T> {
        (0..self.dice.below(n)).map(|_| make(self)).collect()
    }

    fn place(&mut self) -> usize {
        self.dice.below(PLACES)
    }

    fn time(&mut self) -> u64 {
        [0, 1, 1, 2, 3, 5][self.dice.below(6)]
    }

    fn script(&mut self, depth: usize) -> Arc<Script> {
        let n_steps = 2 + 2 * depth;
        let steps = self.some(n_steps, |maker| maker.step(depth));
        let is_wild = self.wildness == Wildness::Wild;
        let at_drop = |maker: &mut Maker, n: usize| match is_wild && maker.dice.once_in(n) {
            true => maker.acts(depth.min(1)),
            false => Arc::new([]),
        };
        let (at_drop, at_value_drop) = (at_drop(self, 3), at_drop(self, 6));
        Arc::new(Script { steps, at_drop, at_value_drop })
    }

    fn scripts(&mut self, depth: usize) -> Vec<Arc<Script>> {
        let n = 1 + self.dice.below(3);
        (0..n).map(|_| self.script(depth)).collect()
    }

    fn acts(&mut self, depth: usize) -> Acts {
        self.some(3, |maker| maker.act(depth)).into()
    }

    fn act(&mut self, depth: usize) -> Act {
        let (is_wild, deeper) = (self.wildness == Wildness::Wild, depth.saturating_sub(1));
        let place = self.place();
        match self.dice.below(if is_wild { 52 } else { 42 }) {
            0..=6 if depth > 0 => {
                let kept = (!self.dice.once_in(3)).then_some(place);
                Act::Spawn(self.script(deeper), kept)
            }
            0..=8 => Act::Cancel(place),
            9 => Act::DropTask(place),
            10 => Act::Look(place),
            11 => Act::Name(place),
            12..=14 => Act::Wake(place),
            15 => Act::UseUpWaker(place),
            16 => Act::DropWaker(place),
            17..=19 => Act::Set(place),
            20 => Act::Clear(place),
            21 => Act::AddPermit,
            22 => Act::TryAcquire,
            23 if depth > 0 => Act::TryPut(self.script(deeper)),
            23 | 24 => Act::TryGet,
            25 => Act::Notify,
            26 => Act::NotifyAll,
            27 => Act::SetWaiter,
            28 => Act::AbortBarrier,
            29 => Act::ResetBarrier,
            30 if depth > 0 => Act::CallSoon(self.acts(deeper)),
            31 if depth > 0 => Act::CallLater(self.time(), self.acts(deeper)),
            32 if depth > 0 => Act::Mail(self.acts(deeper)),
            33 if depth > 0 => Act::RemoteSpawn(self.script(deeper)),
            34 | 35 => Act::DropWait(place),
            36 | 37 if depth > 0 => Act::SpawnInGroup(self.script(deeper)),
            38 => Act::DropGroups,
            39 => Act::RunNested,
            30..=41 => Act::Tree,
            42 | 43 => Act::Stop,
            44 => Act::RemoteStop,
            45 => Act::Close,
            46 => Act::DropLoops,
            47 if depth > 0 => Act::LoopInLoop(self.script(deeper)),
            48 if depth > 0 => Act::KeepLoop(self.script(deeper)),
            _ => Act::Panic,
        }
    }

    /// A step; at the last depth only those that have no scripts.
    fn step(&mut self, depth: usize) -> Step {
        let (place, deeper) = (self.place(), depth.saturating_sub(1));
        match self.dice.below(if depth > 0 { 48 } else { 32 }) {
            0..=7 => Step::Act(self.act(depth)),
            8..=10 => Step::Yield,
            11 | 12 => Step::Sleep(self.time()),
            13 => {
                let wait = match self.dice.below(6) {
                    0 => Wait::Time(1 + self.time()),
                    1 => Wait::Event(self.place()),
                    2 => Wait::Permit,
                    3 => Wait::Item,
                    4 => Wait::Task(self.place()),
                    _ => Wait::Quiet,
                };
                let is_wild = self.wildness == Wildness::Wild && self.dice.once_in(2);
                let own = is_wild.then(|| (self.acts(deeper), self.acts(deeper)));
                Step::Begin(place, wait, own)
            }
            14 => Step::Timeout(self.time(), Box::new(self.step(deeper))),
            15 => Step::Ticks(1 + self.time(), self.dice.below(3)),
            16 | 17 => Step::KeepWaker(place),
            18 | 19 => Step::Park(place),
            20 | 21 => Step::WaitFor(place),
            22 | 23 => Step::Acquire(Box::new(self.step(deeper))),
            24 | 25 => Step::Get,
            26 => Step::Locked(Box::new(self.step(deeper))),
            27 => Step::Condition,
            28 => Step::Barrier,
            29 => Step::Waiter,
            30 => Step::Quiescent,
            31 => Step::JoinThreads,
            32 | 33 => Step::Put(self.script(deeper)),
            34 | 35 => Step::Await(place),
            36 => Step::AwaitForeign(place),
            37..=40 => {
                let children = self.scripts(deeper);
                let way = match self.dice.below(6) {
                    0 => Way::Gather,
                    1 => Way::GatherAll,
                    2 => Way::GatherTasks,
                    3 => Way::AsCompleted(1 + self.dice.below(3)),
                    4 => Way::Race,
                    _ => Way::Foreign,
                };
                Step::Family(way, children)
            }
            41 => Step::Shield(self.script(deeper)),
            42..=44 => Step::Group(self.scripts(deeper)),
            _ if self.n_threads > 0 => {
                self.n_threads -= 1;
                Step::Thread(self.some(5, |maker| maker.errand(deeper)))
            }
            _ => Step::Yield,
        }
    }

    fn errand(&mut self, depth: usize) -> Errand {
        let place = self.place();
        match self.dice.below(12) {
            0..=4 => Errand::Wake(place),
            5 => Errand::CloneWaker(place),
            6 => Errand::DropWaker(place),
            7 | 8 => Errand::Call(self.acts(depth)),
            9 | 10 => Errand::Spawn(self.script(depth)),
            _ => Errand::Program(self.dice.next()),
        }
    }
}
