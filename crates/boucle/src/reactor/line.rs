//! Who waits for one direction of a descriptor.
//!
//! ```text
//!             1 enter, poll             2 enter, poll
//!   NOBODY ────────────────▶ ONE ─────────────────────────▶ MANY
//!     ▲ ▲                     │                              │
//!     │ └── 3 leave, take_all ┘                              │
//!     └────────────── 4 leave, take_all: the last one ───────┘
//! ```
//!
//! Mostly there is one, without a list of its own: a connection shall be small. Each waiter has a number
//! that no other one of the loop ever has, so that a ticket that was granted names nobody.

use super::pollers::{Entered, Pollers};
use crate::data::TaskId;
use crate::structures::waiters;
use crate::structures::waiters::Waiters;
use crate::structures::wake::Wake;

/// Those who wait.
pub(super) enum Line {
    /// Nobody does.
    Nobody,
    /// One does; whether it is a poller, which has no ticket.
    One { number: u64, wake: Wake, polls: bool },
    /// There were several, and some are left.
    Many(Box<Crowd>),
}

/// Those who wait, where there are several.
#[derive(Default)]
pub(super) struct Crowd {
    /// Those who say when they stop, with their numbers.
    waiters: Waiters<(u64, Wake)>,
    /// The place among them of the one who was alone, as its ticket names none.
    first: Option<waiters::Ticket>,
    /// Those who do not say when they stop.
    pollers: Pollers,
}

/// Which waiter of a line. Its owner keeps beside it of which one: of which loop, and of which key there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    number: u64,
    /// Its place; `None` if it was alone.
    place: Option<waiters::Ticket>,
}

impl Ticket {
    /// What tells its waiter from every other one of the loop.
    pub(crate) fn number(self) -> u64 {
        self.number
    }
}

impl Line {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        match self {
            Line::Nobody => 0,
            Line::One { .. } => 1,
            Line::Many(crowd) => crowd.waiters.len() + crowd.pollers.len(),
        }
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Enters one who says when it stops.
    pub(super) fn enter(&mut self, number: u64, wake: Wake) -> Ticket {
        if let Line::Nobody = self {
            *self = Line::One { number, wake, polls: false };
            return Ticket { number, place: None };
        }
        let place = self.crowd().waiters.enter((number, wake));
        Ticket { number, place: Some(place) }
    }

    /// Puts `wake` into the place of who has this ticket: the one that was there, or `wake` itself if
    /// nobody has the ticket any more.
    pub(super) fn replace(&mut self, ticket: Ticket, wake: Wake) -> Result<Wake, Wake> {
        match self {
            Line::One { number, wake: before, .. } if *number == ticket.number => {
                Ok(std::mem::replace(before, wake))
            }
            Line::Many(crowd) => match crowd.find(ticket) {
                Some(place) => Ok(crowd.waiters.replace(place, (ticket.number, wake)).1),
                None => Err(wake),
            },
            _ => Err(wake),
        }
    }

    /// Takes out who has this ticket, and gives up; `None` if it was woken before.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<Wake> {
        match self {
            Line::One { number, .. } if *number == ticket.number => {
                match std::mem::replace(self, Line::Nobody) {
                    Line::One { wake, .. } => Some(wake),
                    _ => None,
                }
            }
            Line::Many(crowd) => {
                let place = crowd.find(ticket)?;
                let left = crowd.waiters.leave(place).map(|(_, wake)| wake);
                self.tidy();
                left
            }
            _ => None,
        }
    }

    /// Enters one who polls and does not say when it stops, in this turn of the loop.
    pub(super) fn poll(&mut self, number: u64, wake: Wake, turn: u32) -> Entered {
        match self {
            Line::Nobody => {
                *self = Line::One { number, wake, polls: true };
                Entered::New(Vec::new())
            }
            Line::One { wake: mine, polls: true, .. } if Pollers::are_same(mine, &wake) => {
                Entered::Known(wake)
            }
            _ => self.crowd().pollers.enter(number, wake, turn),
        }
    }

    /// Whether this task is in it: with this ticket, or as one who polls.
    pub(super) fn has(&self, ticket: Option<Ticket>, task: TaskId) -> bool {
        match (self, ticket) {
            (Line::Nobody, _) => false,
            (Line::One { number, wake, polls }, ticket) => {
                let is_it = ticket.map_or(*polls, |it| it.number == *number);
                is_it && wake.task() == Some(task)
            }
            (Line::Many(crowd), None) => crowd.pollers.has(task),
            (Line::Many(crowd), Some(ticket)) => crowd
                .find(ticket)
                .and_then(|place| crowd.waiters.get(place))
                .is_some_and(|(_, wake)| wake.task() == Some(task)),
        }
    }

    /// Takes all out, who has waited longest first.
    pub(super) fn take_all(&mut self, mut take: impl FnMut(Wake)) {
        match self {
            Line::Nobody => {}
            Line::One { .. } => {
                if let Line::One { wake, .. } = std::mem::replace(self, Line::Nobody) {
                    take(wake);
                }
            }
            Line::Many(crowd) => {
                let mut pollers = crowd.pollers.take_all().into_iter().peekable();
                while let Some((number, wake)) = crowd.waiters.grant() {
                    while let Some((_, poller)) = pollers.next_if(|it| it.0 < number) {
                        take(poller);
                    }
                    take(wake);
                }
                pollers.for_each(|(_, wake)| take(wake));
                self.tidy();
            }
        }
    }

    /// Those who wait, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Wake> {
        let (one, crowd) = match self {
            Line::Nobody => (None, None),
            Line::One { wake, .. } => (Some(wake), None),
            Line::Many(crowd) => (None, Some(crowd)),
        };
        let many = crowd
            .into_iter()
            .flat_map(|it| it.waiters.iter().map(|(_, wake)| wake).chain(it.pollers.iter()));
        one.into_iter().chain(many)
    }

    /// The crowd, which it becomes if it was none.
    #[cold]
    fn crowd(&mut self) -> &mut Crowd {
        let crowd = match std::mem::replace(self, Line::Nobody) {
            Line::Nobody => Box::default(),
            Line::One { number, wake, polls } => {
                let mut crowd = Box::<Crowd>::default();
                if polls {
                    crowd.pollers.enter(number, wake, 0);
                } else {
                    crowd.first = Some(crowd.waiters.enter((number, wake)));
                }
                crowd
            }
            Line::Many(crowd) => crowd,
        };
        *self = Line::Many(crowd);
        match self {
            Line::Many(crowd) => crowd,
            _ => unreachable!("it has just become one"),
        }
    }

    /// Frees the crowd if the last one has gone, unless it knows something of those who will come again.
    fn tidy(&mut self) {
        if let Line::Many(crowd) = self {
            if crowd.waiters.is_empty() && crowd.pollers.is_as_new() {
                *self = Line::Nobody;
            }
        }
    }
}

impl Crowd {
    /// Where the one is who has this ticket.
    fn find(&self, ticket: Ticket) -> Option<waiters::Ticket> {
        let place = ticket.place.or(self.first)?;
        self.waiters.get(place).is_some_and(|it| it.0 == ticket.number).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake as _, Waker};

    use super::{Entered, Line, Wake};

    /// Says who it is when it is woken.
    struct Named(usize, Arc<AtomicUsize>);

    impl std::task::Wake for Named {
        fn wake(self: Arc<Self>) {
            self.1.store(self.0, Ordering::Relaxed);
        }
    }

    /// One who waits under a name.
    fn named(name: usize, told: &Arc<AtomicUsize>) -> Wake {
        Wake::Foreign(Arc::new(Named(name, Arc::clone(told))).into())
    }

    /// The name of who waits.
    fn name(wake: Wake, told: &AtomicUsize) -> usize {
        match wake {
            Wake::Foreign(waker) => waker.wake(),
            Wake::Task(_) => unreachable!("there are no tasks here"),
        }
        told.load(Ordering::Relaxed)
    }

    #[test]
    fn a_ticket_names_the_same_one_alone_and_in_a_crowd_and_nobody_once_it_was_woken() {
        let told = Arc::default();
        let mut line = Line::Nobody;
        let alone = line.enter(1, named(1, &told));
        let second = line.enter(2, named(2, &told));
        // Who was alone is found in the crowd, and no other one takes its ticket for its own.
        let Ok(before) = line.replace(alone, named(11, &told)) else { panic!("it waits") };
        assert_eq!(name(before, &told), 1);
        assert_eq!(name(line.leave(alone).expect("it waits"), &told), 11);
        assert!(line.leave(alone).is_none());
        let third = line.enter(3, named(3, &told));
        let mut woken = Vec::new();
        line.take_all(|it| woken.push(name(it, &told)));
        assert_eq!(woken, [2, 3]);
        assert!(matches!(line, Line::Nobody), "the crowd is gone");
        // Their places are given again, their tickets are not.
        let tickets = [4, 5, 6].map(|n| line.enter(n, named(n as usize, &told)));
        for old in [alone, second, third] {
            assert!(line.leave(old).is_none());
            let Err(mine) = line.replace(old, named(99, &told)) else { panic!("it is gone") };
            assert_eq!(name(mine, &told), 99);
        }
        for (n, ticket) in tickets.into_iter().enumerate() {
            assert_eq!(name(line.leave(ticket).expect("it waits"), &told), n + 4);
        }
        assert!(matches!(line, Line::Nobody), "the crowd is gone");
    }

    #[test]
    fn who_is_alone_is_replaced_and_leaves_without_a_list() {
        let told = Arc::default();
        let mut line = Line::Nobody;
        let alone = line.enter(1, named(1, &told));
        let Ok(before) = line.replace(alone, named(11, &told)) else { panic!("it waits") };
        assert_eq!(name(before, &told), 1);
        assert!(matches!(line, Line::One { .. }), "one needs no list");
        assert_eq!(name(line.leave(alone).expect("it waits"), &told), 11);
        assert!(line.is_empty() && line.leave(alone).is_none());
    }

    #[test]
    fn who_is_alone_is_not_taken_for_who_was_alone_before() {
        let told = Arc::default();
        let mut line = Line::Nobody;
        let before = line.enter(1, named(1, &told));
        line.take_all(drop);
        for polls in [false, true] {
            if polls {
                assert!(matches!(line.poll(2, named(2, &told), 0), Entered::New(_)));
            } else {
                line.enter(2, named(2, &told));
            }
            assert!(line.leave(before).is_none() && line.replace(before, named(3, &told)).is_err());
            assert_eq!(line.len(), 1);
            line.take_all(drop);
        }
    }

    #[test]
    fn who_has_waited_longest_is_taken_first_whether_it_polls_or_has_a_ticket() {
        let told = Arc::default();
        let mut line = Line::Nobody;
        let mut waiting = 0;
        for n in 1..=6 {
            if n % 2 == 1 {
                assert!(matches!(line.poll(n, named(n as usize, &told), 0), Entered::New(_)));
            } else {
                line.enter(n, named(n as usize, &told));
            }
            waiting += 1;
            assert_eq!((line.len(), line.iter().count()), (waiting, waiting));
        }
        let mut woken = Vec::new();
        line.take_all(|it| woken.push(name(it, &told)));
        assert_eq!(woken, [1, 2, 3, 4, 5, 6]);
        assert!(line.is_empty());
    }

    #[test]
    fn a_poller_is_entered_once_alone_and_among_others() {
        let told = Arc::default();
        let waker: Waker = Arc::new(Named(1, Arc::clone(&told))).into();
        let mut line = Line::Nobody;
        for n in 0..100 {
            line.poll(n, Wake::Foreign(waker.clone()), 0);
        }
        assert_eq!(line.len(), 1);
        assert!(matches!(line, Line::One { .. }), "one needs no list");
        line.enter(100, named(2, &told));
        for n in 101..200 {
            line.poll(n, Wake::Foreign(waker.clone()), 0);
        }
        assert_eq!(line.len(), 2);
        // No waker is kept but one.
        let mut woken = Vec::new();
        line.take_all(|it| woken.push(name(it, &told)));
        assert_eq!(woken, [1, 2]);
        Arc::new(Named(3, told)).wake();
    }
}
