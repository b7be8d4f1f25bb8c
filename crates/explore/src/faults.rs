//! What can be done to a program from outside: a task is cancelled, or woken for no reason; time passes though
//! tasks can go on; a task gives its turn back where it need not; the loop closes.
//!
//! Each of these but giving up is a step of somebody of its own, which is there from some moment on and takes one
//! step. Between two moments at which time passes since nothing else can go on, an *epoch*, such a step goes
//! with others as any step does; so in which epoch it is taken is said beforehand, and one search is made for
//! each way to say it: a [`Plan`]. No step can then make another one's impossible.

use std::collections::BTreeSet;

use crate::foot::Task;
use crate::names::{NOBODY, Names};

/// A way to disturb a program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Kind {
    /// A task is cancelled.
    Cancel,
    /// A task is woken for no reason.
    Wake,
    /// Time passes though tasks can go on.
    Slow,
    /// A task gives its turn back though it need not.
    Yield,
    /// The loop is closed.
    Close,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Kind; 5] =
        [Kind::Cancel, Kind::Wake, Kind::Slow, Kind::Yield, Kind::Close];

    /// What it is written as in a schedule, before its victim.
    pub(crate) fn sign(self) -> char {
        match self {
            Kind::Cancel => '~',
            Kind::Wake => '^',
            Kind::Slow => '+',
            Kind::Yield => '%',
            Kind::Close => '$',
        }
    }

    /// What it is called, if there is one of it.
    fn noun(self) -> &'static str {
        match self {
            Kind::Cancel => "cancel",
            Kind::Wake => "spurious wake",
            Kind::Slow => "slow step",
            Kind::Yield => "early give-up",
            Kind::Close => "close",
        }
    }
}

/// Something that is done in an execution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Fault {
    /// What is done.
    pub(crate) kind: Kind,
    /// To whom; nobody if it concerns all.
    pub(crate) victim: Task,
    /// In which epoch, from 0; of a give-up, at which of the places where the victim could, from 1.
    pub(crate) when: u32,
}

/// What is done in an execution, in a fixed order.
pub(crate) type Plan = BTreeSet<Fault>;

/// How often each may be done, by the number of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Limits([u8; 5]);

impl Limits {
    pub(crate) fn set(&mut self, kind: Kind, most: u8) {
        self.0[kind as usize] = most;
    }

    /// Whether it may be done at all.
    pub(crate) fn allow(&self, kind: Kind) -> bool {
        self.0[kind as usize] > 0
    }

    /// Whether so much may be done.
    fn allow_all(&self, plan: &Plan) -> bool {
        let n = |kind| plan.iter().filter(|it| it.kind == kind).count();
        Kind::ALL.into_iter().all(|kind| n(kind) <= usize::from(self.0[kind as usize]))
    }

    /// In words: `with up to 1 cancel and 2 slow steps`; nothing if nothing is done.
    pub(crate) fn words(&self) -> String {
        let some = Kind::ALL.into_iter().filter(|it| self.allow(*it)).map(|kind| {
            let n = self.0[kind as usize];
            format!("{n} {}{}", kind.noun(), if n == 1 { "" } else { "s" })
        });
        match &some.collect::<Vec<_>>()[..] {
            [] => String::new(),
            [one] => format!("with up to {one}"),
            [first @ .., last] => format!("with up to {} and {last}", first.join(", ")),
        }
    }
}

/// The plans that are to be tried: the empty one first, then each that adds something that could be done in an
/// execution of one before.
pub(crate) struct Plans {
    limits: Limits,
    known: BTreeSet<Plan>,
    left: Vec<Plan>,
}

impl Plans {
    pub(crate) fn new(limits: Limits) -> Plans {
        Plans { limits, known: BTreeSet::from([Plan::new()]), left: vec![Plan::new()] }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Option<Plan> {
        self.left.pop()
    }

    /// What could have been done in the executions of `plan` besides.
    pub(crate) fn extend(&mut self, plan: &Plan, possible: &BTreeSet<Fault>) {
        for fault in possible.iter().rev() {
            let mut more = plan.clone();
            let is_new = more.insert(*fault) && self.limits.allow_all(&more);
            if is_new && self.known.insert(more.clone()) {
                self.left.push(more);
            }
        }
    }
}

/// What is done in the execution that is under way.
#[derive(Default)]
pub(crate) struct Doing {
    limits: Limits,
    /// What is to be done.
    plan: Vec<Fault>,
    /// How far each of the plan is.
    states: Vec<State>,
    /// In which epoch the execution is.
    epoch: u32,
    /// What could be done, in all executions of the plan.
    pub(crate) possible: BTreeSet<Fault>,
}

/// How far something that is to be done is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// It cannot be done yet.
    Ahead,
    /// It can be done.
    Open,
    /// It was done, and changed something.
    Done,
    /// It was done, and changed nothing.
    InVain,
}

impl Doing {
    /// What a plan says; what else could be done is noted if the limits allow it.
    pub(crate) fn new(limits: Limits, plan: &Plan) -> Doing {
        let plan: Vec<_> = plan.iter().copied().collect();
        let states = vec![State::Ahead; plan.len()];
        Doing { limits, plan, states, epoch: 0, possible: BTreeSet::new() }
    }

    /// An execution begins.
    pub(crate) fn begin(&mut self) {
        self.epoch = 0;
        self.states.fill(State::Ahead);
        self.note(Kind::Close, NOBODY);
        self.open(|fault| fault.victim == NOBODY);
    }

    /// A task was spawned; what can be done to it from now on is open.
    pub(crate) fn spawned(&mut self, task: Task, is_main: bool) {
        self.note_victim(task, is_main);
        self.open(|fault| fault.victim == task);
    }

    /// Time has passed, since nothing else could go on; the tasks that live are these.
    pub(crate) fn next_epoch(
        &mut self,
        live: impl Fn(Task) -> bool + Copy,
        names: &Names,
        all: &[Task],
    ) {
        self.epoch += 1;
        self.note(Kind::Close, NOBODY);
        for task in all.iter().copied().filter(|it| live(*it)) {
            self.note_victim(task, names.is_main(task));
        }
        self.open(|fault| fault.victim == NOBODY || live(fault.victim));
    }

    fn note_victim(&mut self, task: Task, is_main: bool) {
        if !is_main {
            self.note(Kind::Cancel, task);
        }
        self.note(Kind::Wake, task);
    }

    /// It could be done now.
    pub(crate) fn note(&mut self, kind: Kind, victim: Task) {
        if self.limits.allow(kind) {
            self.possible.insert(Fault { kind, victim, when: self.epoch });
        }
    }

    fn open(&mut self, is_open: impl Fn(&Fault) -> bool) {
        for (fault, state) in self.plan.iter().zip(&mut self.states) {
            let is_now = fault.kind != Kind::Yield && fault.when == self.epoch;
            if *state == State::Ahead && is_now && is_open(fault) {
                *state = State::Open;
            }
        }
    }

    /// What can be done now.
    pub(crate) fn all_open(&self) -> impl Iterator<Item = Fault> {
        let all = self.plan.iter().zip(&self.states);
        all.filter(|(_, state)| **state == State::Open).map(|(fault, _)| *fault)
    }

    /// It is done now.
    pub(crate) fn done(&mut self, kind: Kind, victim: Task, has_effect: bool) {
        let is_it = |it: &usize| {
            let fault = &self.plan[*it];
            fault.kind == kind && fault.victim == victim && self.states[*it] == State::Open
        };
        if let Some(place) = (0..self.plan.len()).find(is_it) {
            self.states[place] = if has_effect { State::Done } else { State::InVain };
        }
    }

    /// Whether a task gives up, at this of the places where it could.
    pub(crate) fn gives_up(&mut self, victim: Task, when: u32) -> bool {
        let fault = Fault { kind: Kind::Yield, victim, when };
        if self.limits.allow(Kind::Yield) {
            self.possible.insert(fault);
        }
        let place = self.plan.iter().position(|it| *it == fault);
        if let Some(place) = place {
            self.states[place] = State::Done;
        }
        place.is_some()
    }

    /// Whether there is something that was not done yet.
    pub(crate) fn is_left(&self) -> bool {
        self.states.iter().any(|it| matches!(it, State::Ahead | State::Open))
    }

    /// Whether each of the plan has changed something: else the execution is one of another plan.
    pub(crate) fn has_effect(&self) -> bool {
        self.states.iter().all(|it| *it == State::Done)
    }
}
