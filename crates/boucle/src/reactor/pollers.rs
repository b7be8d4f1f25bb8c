//! Those who poll one direction of a descriptor and do not say when they stop: the traits of
//! `futures-io` have no word for it.
//!
//! Who has gone is not known, so their number has a limit. Where it is reached, all are woken and
//! forgotten: those who still wait poll again, and come back. If so many come back at once that half of
//! the room is taken, there are simply many, and the limit grows; after the next event it falls to twice
//! the number of those who were there. So the list is as long as there are pollers, times a small
//! number, and those who are woken in vain are few for each who comes.

use std::collections::HashSet;
use std::mem;
use std::ptr;
use std::task::RawWakerVTable;

use crate::data::TaskId;
use crate::structures::wake::Wake;

/// So many are always remembered.
const USUAL: usize = 8;

/// Who was woken and still waits has polled again after so many turns.
const TURNS_TO_COME_BACK: u32 = 2;

/// Those who poll.
pub(super) struct Pollers {
    /// They, with their numbers, longest first: each once.
    all: Vec<(u64, Wake)>,
    /// Which ones these are.
    known: HashSet<Who>,
    /// More are never remembered.
    limit: usize,
    /// The turn in which they were last woken to make room.
    cleared: Option<u32>,
}

/// Tells one waker from another, as long as it lives.
#[derive(PartialEq, Eq, Hash)]
enum Who {
    Task(TaskId),
    Foreign(*const (), *const RawWakerVTable),
}

/// What is left over when a poller has entered.
pub(crate) enum Entered {
    /// It was there: this is not needed.
    Known(Wake),
    /// It was not. These had to go, and have to be woken: whoever still waits enters again.
    New(Vec<(u64, Wake)>),
}

impl Default for Pollers {
    fn default() -> Pollers {
        Pollers { all: Vec::new(), known: HashSet::new(), limit: USUAL, cleared: None }
    }
}

impl Pollers {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether it is as if nobody had ever polled.
    pub(super) fn is_as_new(&self) -> bool {
        self.all.is_empty() && self.limit == USUAL
    }

    /// Whether two wake the same.
    pub(super) fn are_same(one: &Wake, other: &Wake) -> bool {
        Who::of(one) == Who::of(other)
    }

    /// Whether this task is one of them.
    pub(super) fn has(&self, task: TaskId) -> bool {
        self.known.contains(&Who::Task(task))
    }

    /// Enters one, in this turn of the loop.
    pub(super) fn enter(&mut self, number: u64, wake: Wake, turn: u32) -> Entered {
        if !self.known.insert(Who::of(&wake)) {
            return Entered::Known(wake);
        }
        let mut cleared = Vec::new();
        if self.all.len() >= self.limit {
            self.known = HashSet::from([Who::of(&wake)]);
            cleared = mem::take(&mut self.all);
            self.cleared = Some(turn);
        }
        self.all.push((number, wake));
        let come_back = self.cleared.is_some_and(|it| turn.wrapping_sub(it) <= TURNS_TO_COME_BACK);
        if come_back && self.all.len() >= self.limit / 2 {
            self.limit *= 2;
        }
        Entered::New(cleared)
    }

    /// Takes all out, to be woken by an event.
    pub(super) fn take_all(&mut self) -> Vec<(u64, Wake)> {
        self.limit = self.limit.min(USUAL.max(2 * self.all.len()));
        self.known = HashSet::new();
        mem::take(&mut self.all)
    }

    /// They, longest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Wake> {
        self.all.iter().map(|(_, wake)| wake)
    }
}

impl Who {
    fn of(wake: &Wake) -> Who {
        match wake {
            Wake::Task(id) => Who::Task(*id),
            Wake::Foreign(waker) => Who::Foreign(waker.data(), ptr::from_ref(waker.vtable())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use super::{Entered, Pollers, USUAL, Wake};

    /// Wakes nobody, and is told from all others.
    struct Nobody(#[expect(dead_code, reason = "makes it have an address of its own")] u8);

    impl std::task::Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }

    fn fresh() -> Waker {
        Arc::new(Nobody(0)).into()
    }

    /// Who was woken to make room.
    fn enter(pollers: &mut Pollers, waker: &Waker, turn: u32) -> Vec<Wake> {
        match pollers.enter(u64::from(turn), Wake::Foreign(waker.clone()), turn) {
            Entered::Known(_) => Vec::new(),
            Entered::New(woken) => woken.into_iter().map(|(_, wake)| wake).collect(),
        }
    }

    /// Polls a descriptor on which nothing happens for each of `n`, and again for each who is woken; how
    /// many polls that takes.
    fn polls_until_rest(pollers: &mut Pollers, n: usize) -> usize {
        let wakers: Vec<_> = (0..n).map(|_| fresh()).collect();
        let (mut ready, mut n_polls) = ((0..n).collect::<Vec<_>>(), 0);
        for turn in 0.. {
            if ready.is_empty() {
                break;
            }
            let mut next = Vec::new();
            for it in ready {
                n_polls += 1;
                let woken = enter(pollers, &wakers[it], turn);
                let is_woken = |it: &&Waker| {
                    woken
                        .iter()
                        .any(|wake| matches!(wake, Wake::Foreign(mine) if mine.will_wake(it)))
                };
                next.extend((0..n).filter(|it| is_woken(&&wakers[*it])));
            }
            ready = next;
            assert!(n_polls < 10 * n + 10, "they wake one another for ever");
        }
        assert_eq!(pollers.len(), n, "all are remembered");
        n_polls
    }

    #[test]
    fn many_come_to_rest_after_a_few_polls_each() {
        for (n, most) in [(1, 1), (8, 8), (9, 17), (20, 28), (300, 308)] {
            let mut pollers = Pollers::default();
            assert_eq!(polls_until_rest(&mut pollers, n), most, "{n} pollers");
            assert!(pollers.limit <= USUAL.max(4 * n));
            // After an event there is room for all of them again, and no more than twice that.
            assert_eq!(pollers.take_all().len(), n);
            assert!(pollers.limit >= (2 * n).min(most) && pollers.limit <= USUAL.max(2 * n));
            assert_eq!(polls_until_rest(&mut pollers, n), n, "{n} pollers, once more");
        }
    }

    #[test]
    fn a_fresh_waker_each_time_takes_no_room() {
        // As many in one poll as its budget allows, and one in each turn.
        for (n_each, longest) in [(128, 1024), (1, USUAL)] {
            let mut pollers = Pollers::default();
            for n in 0..100_000 {
                enter(&mut pollers, &fresh(), n / n_each);
                assert!(pollers.len() <= longest, "{} are kept", pollers.len());
            }
            assert!(pollers.all.capacity() <= 2 * longest);
            assert!(pollers.known.capacity() <= 4 * longest);
            // The room goes with the event.
            assert!(pollers.take_all().len() <= longest);
            assert_eq!((pollers.all.capacity(), pollers.known.capacity()), (0, 0));
        }
    }

    #[test]
    fn the_limit_falls_again_when_few_are_left() {
        let mut pollers = Pollers::default();
        polls_until_rest(&mut pollers, 300);
        pollers.take_all();
        assert!(!pollers.is_as_new());
        enter(&mut pollers, &fresh(), 1_000);
        pollers.take_all();
        assert!(pollers.is_as_new());
    }
}
