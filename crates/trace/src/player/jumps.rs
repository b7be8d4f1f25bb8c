//! Jumps: to the next and the previous event of a kind.

use super::{Player, is_output};
use crate::event::{Event, TaskNo, What};

impl Player {
    /// Plays up to and with the next event that is as wanted; `false`, and no step, without one.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// use boucle_trace::What;
    /// let is_end = |what: &What| matches!(what, What::PollEnds { .. });
    /// assert!(player.next_where(|event| is_end(&event.what)));
    /// assert!(!player.next_where(|event| is_end(&event.what)));
    /// ```
    pub fn next_where(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> bool {
        let after = &self.trace.events()[self.position..];
        let found = after.iter().position(&mut wanted);
        found.is_some_and(|n| self.seek(self.position + n + 1))
    }

    /// Goes back to where the last event played is the nearest one before that is as wanted.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.previous_where(|event| event.at == 0));
    /// assert_eq!(player.position(), player.trace().len() - 1);
    /// ```
    pub fn previous_where(&mut self, mut wanted: impl FnMut(&Event) -> bool) -> bool {
        let before = &self.trace.events()[..self.position.saturating_sub(1)];
        let found = before.iter().rposition(&mut wanted);
        found.is_some_and(|place| self.seek(place + 1))
    }

    /// Plays the next event of a task.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// let first = boucle_trace::TaskNo::new(1).unwrap();
    /// assert!(player.next_of(first));
    /// assert_eq!(player.position(), 1); // it is added
    /// ```
    pub fn next_of(&mut self, task: TaskNo) -> bool {
        self.next_where(|event| event.what.task() == Some(task))
    }

    /// Goes back to the event of a task before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// let first = boucle_trace::TaskNo::new(1).unwrap();
    /// player.seek_end();
    /// assert!(player.previous_of(first));
    /// assert!(player.state().running.is_empty()); // its poll has ended
    /// ```
    pub fn previous_of(&mut self, task: TaskNo) -> bool {
        self.previous_where(|event| event.what.task() == Some(task))
    }

    /// Plays up to the next line that is printed.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.next_output());
    /// assert_eq!(player.state().output.len(), 1);
    /// assert!(!player.next_output());
    /// ```
    pub fn next_output(&mut self) -> bool {
        self.next_where(is_output)
    }

    /// Goes back to the line that was printed before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.previous_output());
    /// assert_eq!(player.state().output.len(), 1);
    /// ```
    pub fn previous_output(&mut self) -> bool {
        self.previous_where(is_output)
    }

    /// Plays up to the next beginning of a poll.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// assert!(player.next_poll());
    /// assert_eq!(player.state().running.len(), 1);
    /// assert!(!player.next_poll());
    /// ```
    pub fn next_poll(&mut self) -> bool {
        self.next_where(is_poll)
    }

    /// Goes back to the beginning of a poll before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async { world::println!("Hello") }));
    /// player.seek_end();
    /// assert!(player.previous_poll());
    /// assert_eq!(player.position(), 2);
    /// ```
    pub fn previous_poll(&mut self) -> bool {
        self.previous_where(is_poll)
    }
}

fn is_poll(event: &Event) -> bool {
    matches!(event.what, What::PollBegins { .. })
}
