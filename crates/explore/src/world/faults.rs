//! What can be done to a program from outside: a task is cancelled, or woken for no reason; time passes though
//! tasks can go on; a task gives its turn back where it need not; a system call fails; the loop closes.
//!
//! What is done to a task changes nothing before the task's next poll: so it is done as early as that can be told,
//! behind a poll of the task, or behind a moment at which time passes since nothing else can go on. That time
//! passes early, and that the loop closes, are steps of their own, which go with others as any step does, between
//! two such moments: an *epoch*. What is done when is said beforehand, and one search is made for each way to say
//! it: a [`Plan`]. So no step ever makes another one's impossible.

use std::collections::BTreeSet;

use boucle::SystemCall;

use crate::search::foot::Task;
use crate::world::failing;
use crate::world::failing::Failure;
use crate::world::names::NOBODY;

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
    /// A system call fails.
    Fail(Failure),
}

impl Kind {
    /// All of them but the calls that fail, which are many.
    const OTHERS: [Kind; 5] = [Kind::Cancel, Kind::Wake, Kind::Slow, Kind::Yield, Kind::Close];

    /// What it is written as in a schedule, before its victim.
    pub(crate) fn sign(self) -> char {
        match self {
            Kind::Cancel => '~',
            Kind::Wake => '^',
            Kind::Slow => '+',
            Kind::Yield => '%',
            Kind::Close => '$',
            Kind::Fail(_) => failing::SIGN,
        }
    }

    /// What it is called, if there is one of it.
    fn noun(self) -> String {
        let noun = match self {
            Kind::Cancel => "cancel",
            Kind::Wake => "spurious wake",
            Kind::Slow => "slow step",
            Kind::Yield => "early give-up",
            Kind::Close => "close",
            Kind::Fail(failure) => return failure.noun(),
        };
        noun.to_owned()
    }
}

/// Something that is done in an execution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Fault {
    /// What is done.
    pub(crate) kind: Kind,
    /// To whom; nobody if it concerns all.
    pub(crate) victim: Task,
    /// When.
    pub(crate) when: When,
}

/// When something is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum When {
    /// In this epoch, from 0.
    Epoch(u32),
    /// Behind so many polls of its victim, and so many moments at which time has passed since.
    Behind {
        /// How many polls.
        n_polls: u32,
        /// How many such moments.
        n_idle: u32,
    },
    /// At this of the places where its victim could give up, or makes such a call, from 1.
    Place(u32),
}

/// What is done in an execution, in a fixed order.
pub(crate) type Plan = BTreeSet<Fault>;

/// How often each may be done; what is not in it is not done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Limits(Vec<(Kind, u8)>);

impl Limits {
    pub(crate) fn set(&mut self, kind: Kind, most: u8) {
        self.0.retain(|it| it.0 != kind);
        if most > 0 {
            self.0.push((kind, most));
        }
    }

    fn of(&self, kind: Kind) -> u8 {
        self.0.iter().find(|it| it.0 == kind).map_or(0, |it| it.1)
    }

    /// Whether it may be done at all.
    pub(crate) fn allow(&self, kind: Kind) -> bool {
        self.of(kind) > 0
    }

    /// How such a call may fail.
    fn failures(&self, call: SystemCall) -> impl Iterator<Item = Failure> {
        self.0.iter().filter_map(move |it| match it.0 {
            Kind::Fail(failure) if failure.call() == call => Some(failure),
            _ => None,
        })
    }

    /// Whether nothing is done.
    pub(crate) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// How much may be done in all.
    pub(crate) fn n_all(&self) -> u32 {
        self.0.iter().map(|it| u32::from(it.1)).sum()
    }

    /// Whether nothing more may be done than what a plan says.
    pub(crate) fn are_reached(&self, plan: &Plan) -> bool {
        plan.len() as u32 == self.n_all()
    }

    /// Whether so much may be done.
    pub(crate) fn allow_all(&self, plan: &Plan) -> bool {
        let n = |kind| plan.iter().filter(|it| it.kind == kind).count();
        plan.iter().all(|it| n(it.kind) <= usize::from(self.of(it.kind)))
    }

    /// In words: `with up to 1 cancel and 2 slow steps`; nothing if nothing is done.
    pub(crate) fn words(&self) -> String {
        let others = Kind::OTHERS.into_iter().filter(|it| self.allow(*it));
        let fails = self.0.iter().map(|it| it.0).filter(|it| matches!(it, Kind::Fail(_)));
        let some = others.chain(fails).map(|kind| {
            let n = self.of(kind);
            let s = if n == 1 { "" } else { "s" };
            match kind {
                // Of calls that may fail in two ways both are told.
                Kind::Fail(it) if self.failures(it.call()).count() > 1 => {
                    format!("{n} {}{s} ({it})", kind.noun())
                }
                _ => format!("{n} {}{s}", kind.noun()),
            }
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

    /// How many are left.
    pub(crate) fn n_left(&self) -> usize {
        self.left.len()
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
    /// It was done, and has changed nothing so far.
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
        self.states.fill(State::Ahead);
        self.enter(0);
    }

    /// Time has passed, since nothing else could go on.
    pub(crate) fn next_epoch(&mut self) {
        self.enter(self.epoch + 1);
    }

    fn enter(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.note_step(Kind::Close);
        for (fault, state) in self.plan.iter().zip(&mut self.states) {
            if *state == State::Ahead && fault.when == When::Epoch(epoch) {
                *state = State::Open;
            }
        }
    }

    /// Such a step could be taken in this epoch.
    pub(crate) fn note_step(&mut self, kind: Kind) {
        self.note(Fault { kind, victim: NOBODY, when: When::Epoch(self.epoch) });
    }

    fn note(&mut self, fault: Fault) {
        if self.limits.allow(fault.kind) {
            self.possible.insert(fault);
        }
    }

    /// The steps that can be taken now.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Kind> {
        let all = self.plan.iter().zip(&self.states);
        all.filter(|(_, state)| **state == State::Open).map(|(fault, _)| fault.kind)
    }

    /// Such a step is taken now.
    pub(crate) fn took(&mut self, kind: Kind, has_effect: bool) {
        let is_it = |it: &usize| self.plan[*it].kind == kind && self.states[*it] == State::Open;
        if let Some(place) = (0..self.plan.len()).find(is_it) {
            self.states[place] = if has_effect { State::Done } else { State::InVain };
        }
    }

    /// What is done to a task now, behind so many polls and so many moments at which time has passed since. A
    /// wake has changed nothing yet.
    pub(crate) fn due(
        &mut self,
        victim: Task,
        (n_polls, n_idle): (u32, u32),
        kinds: &[Kind],
    ) -> Option<Kind> {
        let when = When::Behind { n_polls, n_idle };
        for kind in kinds {
            self.note(Fault { kind: *kind, victim, when });
        }
        let is_it = |it: &usize| {
            let fault = &self.plan[*it];
            self.states[*it] == State::Ahead
                && fault.victim == victim
                && fault.when == when
                && kinds.contains(&fault.kind)
        };
        let place = (0..self.plan.len()).find(is_it)?;
        let kind = self.plan[place].kind;
        self.states[place] = if kind == Kind::Wake { State::InVain } else { State::Done };
        Some(kind)
    }

    /// A task is polled that nothing else has woken than what was done to it.
    pub(crate) fn was_woken(&mut self, victim: Task) {
        for (fault, state) in self.plan.iter().zip(&mut self.states) {
            if fault.victim == victim && fault.kind == Kind::Wake && *state == State::InVain {
                *state = State::Done;
            }
        }
    }

    /// Whether a task gives up, at this of the places where it could.
    pub(crate) fn gives_up(&mut self, victim: Task, place: u32) -> bool {
        let fault = Fault { kind: Kind::Yield, victim, when: When::Place(place) };
        self.note(fault);
        let place = self.plan.iter().position(|it| *it == fault);
        if let Some(place) = place {
            self.states[place] = State::Done;
        }
        place.is_some()
    }

    /// How a call fails that a task is about to make, the how-many-th of such calls of the task; if it does.
    pub(crate) fn fails(&mut self, victim: Task, call: SystemCall, place: u32) -> Option<Failure> {
        let when = When::Place(place);
        let failures = self.limits.failures(call);
        self.possible.extend(failures.map(|it| Fault { kind: Kind::Fail(it), victim, when }));
        let (place, failure) =
            self.plan.iter().enumerate().find_map(|(place, fault)| match fault.kind {
                Kind::Fail(failure) if failure.call() == call => {
                    (fault.victim == victim && fault.when == when).then_some((place, failure))
                }
                _ => None,
            })?;
        self.states[place] = State::Done;
        Some(failure)
    }

    /// Whether something is done to tasks, or could be.
    pub(crate) fn is_idle(&self) -> bool {
        self.plan.is_empty() && self.limits.are_none()
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
