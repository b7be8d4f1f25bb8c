//! Where a player can be sent: the same moves for the keys of the terminal and the buttons of the page.

use boucle_trace::{Player, Printable, TaskNo};

use crate::search::Search;
use crate::source::task_of_last;

/// A move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Go {
    /// To the beginning.
    Start,
    /// To the end.
    End,
    /// One event on.
    Step,
    /// One event back.
    Back,
    /// To the next poll.
    NextPoll,
    /// To the poll before.
    PreviousPoll,
    /// To the next line that is printed.
    NextOutput,
    /// To the line that was printed before.
    PreviousOutput,
    /// To the next event of a task; without one, of the task that the last event is about.
    NextOf(Option<TaskNo>),
    /// To the event of a task before.
    PreviousOf(Option<TaskNo>),
    /// To where so many events have been played.
    To(usize),
    /// To the next event whose words have this in them.
    Find(String),
    /// To the event before whose words have this in them.
    FindBack(String),
}

impl Go {
    /// The move of this name; `words` is what it looks for, or a number.
    #[must_use]
    pub fn named(name: &str, words: &str) -> Option<Go> {
        let task = || words.parse().ok().and_then(TaskNo::new);
        Some(match name {
            "start" => Go::Start,
            "end" => Go::End,
            "step" => Go::Step,
            "back" => Go::Back,
            "next-poll" => Go::NextPoll,
            "previous-poll" => Go::PreviousPoll,
            "next-output" => Go::NextOutput,
            "previous-output" => Go::PreviousOutput,
            "next-of" => Go::NextOf(task()),
            "previous-of" => Go::PreviousOf(task()),
            "to" => Go::To(words.parse().ok()?),
            "find" => Go::Find(words.to_owned()),
            "find-back" => Go::FindBack(words.to_owned()),
            _ => return None,
        })
    }

    /// Moves `player`; `false`, and no move, if there is no such place.
    pub fn apply(&self, player: &mut Player) -> bool {
        match self {
            Go::Start => player.seek(0),
            Go::End => player.seek_end(),
            Go::Step => player.step(),
            Go::Back => player.step_back(),
            Go::NextPoll => player.next_poll(),
            Go::PreviousPoll => player.previous_poll(),
            Go::NextOutput => player.next_output(),
            Go::PreviousOutput => player.previous_output(),
            Go::NextOf(task) => {
                task.or_else(|| task_of_last(player)).is_some_and(|it| player.next_of(it))
            }
            Go::PreviousOf(task) => {
                task.or_else(|| task_of_last(player)).is_some_and(|it| player.previous_of(it))
            }
            Go::To(position) => player.seek(*position),
            Go::Find(words) => find(player, words, true),
            Go::FindBack(words) => find(player, words, false),
        }
    }

    /// What to say if there is no such place.
    #[must_use]
    pub fn nowhere(&self) -> Printable {
        let said = match self {
            Go::Start | Go::Back => "this is the beginning".to_owned(),
            Go::End | Go::Step => "this is the end".to_owned(),
            Go::NextPoll => "no task is polled after this".to_owned(),
            Go::PreviousPoll => "no task was polled before this".to_owned(),
            Go::NextOutput => "nothing is printed after this".to_owned(),
            Go::PreviousOutput => "nothing was printed before this".to_owned(),
            Go::NextOf(_) => "the task does nothing after this".to_owned(),
            Go::PreviousOf(_) => "the task did nothing before this".to_owned(),
            Go::To(_) => "this is the place".to_owned(),
            Go::Find(words) => format!("\"{words}\" is not found after this"),
            Go::FindBack(words) => format!("\"{words}\" is not found before this"),
        };
        said.into()
    }
}

fn find(player: &mut Player, words: &str, forwards: bool) -> bool {
    let mut search = Search::new(player, words, forwards);
    loop {
        if let Some(found) = search.go_on(player) {
            return found;
        }
    }
}
