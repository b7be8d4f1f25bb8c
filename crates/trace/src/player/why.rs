//! Why this task now: a sentence that follows from the trace.

use super::Player;
use crate::event::{By, TaskNo};
use crate::state::Choice;

use crate::text::words::{ordinal, waker};

impl Player {
    /// Why the task that is being polled runs, and why now; `None` while none is.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::spawn;
    /// use boucle_trace::{Player, record};
    ///
    /// let mut player = Player::new(record(|| async {
    ///     spawn(async {}).set_name("a");
    ///     spawn(async {}).set_name("b");
    ///     boucle::interrupt().await;
    /// }));
    /// player.next_poll();
    /// player.next_poll();
    /// let why = "a runs for the first time: task 1 added it at 0.000 s; it was the first of 3 that \
    ///     were ready, before b and task 1.";
    /// assert_eq!(player.why().unwrap(), why);
    /// ```
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let task = *self.state().running.last()?;
        let choice = self.state().choice.filter(|it| it.task == task)?;
        if self.is_by_hand(task) {
            return Some(format!(
                "{} runs since somebody polls it by hand.",
                self.state().name(task)
            ));
        }
        Some(format!("{}; {}.", self.why_ready(task), self.why_first(choice)))
    }

    /// Whether a task stands in no queue, and never did.
    pub(super) fn is_by_hand(&self, task: TaskNo) -> bool {
        self.state().tasks.get(&task).is_some_and(|it| it.is_by_hand && it.woken.is_none())
    }

    /// Why the task could run at all.
    fn why_ready(&self, task: TaskNo) -> String {
        let state = self.state();
        let (name, known) = (state.name(task), state.tasks.get(&task));
        let Some((known, wake)) = known.and_then(|it| Some((it, it.woken?))) else {
            return format!("{name} runs, and the recording does not tell who woke it");
        };
        let at = self.seconds(wake.at);
        match wake.by {
            None if known.n_polls <= 1 => match known.by {
                Some(by) => {
                    format!("{name} runs for the first time: {} added it at {at} s", state.name(by))
                }
                None if known.place.is_none() => {
                    format!("{name} runs for the first time, at {at} s")
                }
                None => format!("{name} runs for the first time: it was added at {at} s"),
            },
            None => format!("{name} runs again: it gave the turn back at {at} s"),
            Some(By::Task(other)) if other == task => {
                format!("{name} runs since it woke itself at {at} s")
            }
            Some(by) => {
                format!("{name} runs since it was woken by {} at {at} s", waker(task, by, state))
            }
        }
    }

    /// Why it was its turn.
    fn why_first(&self, choice: Choice) -> String {
        let Choice { place, n_ready, .. } = choice;
        let Some(place) = place else { return self.why_unseen(choice.task) };
        if n_ready == 1 {
            return "it was the only one that was ready".to_owned();
        }
        let others = self.others(choice);
        if place == 0 {
            return format!("it was the first of {n_ready} that were ready, before {others}");
        }
        format!("it was chosen as {} of {n_ready} that were ready, before {others}", ordinal(place))
    }

    /// Why the ready queue does not tell why it was its turn.
    fn why_unseen(&self, task: TaskNo) -> String {
        let known = self.state().tasks.get(&task);
        if known.is_some_and(|it| it.n_polls <= 1 && it.place.is_none()) {
            return "nothing is told of a task of a stage before that".to_owned();
        }
        "it was not seen in the ready queue".to_owned()
    }

    /// Who else was ready, as the choice was made: some names, and how many more.
    fn others(&self, choice: Choice) -> String {
        const SHOWN: usize = 3;
        let state = self.state();
        // Those that became ready since stand behind those that were.
        let n_others = choice.n_ready.saturating_sub(1).min(state.ready.len());
        let names: Vec<_> =
            state.ready.iter().take(n_others.min(SHOWN)).map(|it| state.name(*it)).collect();
        let n_more = n_others.saturating_sub(SHOWN);
        match (&names[..], n_more) {
            ([], _) => "others".to_owned(),
            ([one], _) => one.clone(),
            ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
            (names, more) => format!("{} and {more} more", names.join(", ")),
        }
    }
}
