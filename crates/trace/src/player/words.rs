//! A player in words: what happened last, what a task waits for, what time it is.

use super::Player;
use crate::event::{PollEnd, TaskNo, What};
use crate::text::time::seconds;
use crate::text::words::{NO_LONGER, predicate, stands, subject, waits};

impl Player {
    /// The event that was played last: who, and what it did.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert_eq!(player.told(), None);
    /// player.next_output();
    /// assert_eq!(player.told().unwrap(), ("task 1".to_owned(), "prints \"Hello\"".to_owned()));
    /// ```
    #[must_use]
    pub fn told(&self) -> Option<(String, String)> {
        let what = &self.last()?.what;
        Some((subject(what, self.state()), predicate(what, self.state())))
    }

    /// Any event of the trace in words, as far as they follow from it alone: who, and what it does. Names
    /// are those that are known now; how a task was chosen is said of the last event only.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert_eq!(player.told_of(2).unwrap(), ("task 1".to_owned(), "prints \"Hello\"".to_owned()));
    /// assert_eq!(player.told_of(6), None);
    /// ```
    #[must_use]
    pub fn told_of(&self, place: usize) -> Option<(String, String)> {
        if place + 1 == self.position() {
            return self.told();
        }
        let what = &self.trace().events().get(place)?.what;
        let who = subject(what, self.state());
        let does = match what {
            What::PollBegins { .. } => "runs".to_owned(),
            What::PollEnds { how: PollEnd::Pending, .. } => "gives the turn back".to_owned(),
            What::WaitEnds { .. } => NO_LONGER.to_owned(),
            what => predicate(what, self.state()),
        };
        Some((who, does))
    }

    /// What a task waits for now, each thing after `waits`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle_trace::{Player, TaskNo, record};
    ///
    /// let trace = record(|| async { boucle::sleep(Duration::from_secs(2)).await });
    /// let mut player = Player::new(trace);
    /// let first = TaskNo::new(1).unwrap();
    /// assert!(player.next_where(|it| matches!(it.what, boucle_trace::What::Waits { .. })));
    /// assert_eq!(player.waits(first).collect::<Vec<_>>(), ["2 s"]);
    /// ```
    pub fn waits(&self, task: TaskNo) -> impl Iterator<Item = String> {
        self.state().waits_for(task).map(|it| waits(&it.on, it.object, self.state()))
    }

    /// In which calls a task stands, the outermost first, as that was told last; none, if it was not.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Await, Clock, Event, Header, Player, TaskNo, Trace, What};
    ///
    /// let task = TaskNo::new(1).unwrap();
    /// let awaits = vec![Await { level: 0, what: "app::job".into(), place: None }];
    /// let events = vec![Event { at: 0, what: What::Stands { task, awaits } }];
    /// let mut player = Player::new(Trace::new(Header::new("app", Clock::Real), events));
    /// assert_eq!(player.stands(task), None);
    /// player.step();
    /// assert_eq!(player.stands(task).unwrap(), "stands in app::job");
    /// ```
    #[must_use]
    pub fn stands(&self, task: TaskNo) -> Option<String> {
        let awaits = &self.state().tasks.get(&task)?.awaits;
        (!awaits.is_empty()).then(|| stands(awaits))
    }

    /// A time in seconds, with as many decimals as the trace needs.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let player = Player::new(record(|| async {}));
    /// assert_eq!(player.seconds(1_500_000_000), "1.500");
    /// ```
    #[must_use]
    pub fn seconds(&self, at: u64) -> String {
        seconds(at, self.decimals)
    }
}
