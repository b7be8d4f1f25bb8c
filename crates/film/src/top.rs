//! `film top`: the tasks of a program that runs, those that cost most first.

mod live;

use std::collections::HashMap;
use std::io;
use std::io::IsTerminal;

use boucle_trace::attach::LoopStatus;
use boucle_trace::{Printable, Sum, TaskNo};
use clap::ValueEnum;

use crate::attach::{LookError, Looked, seconds, stands};
use crate::write;

/// A name is no longer than this.
const NAME: usize = 24;

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Who ran longest
    Busy,
    /// Who was polled most often
    Polls,
    /// Whose longest poll is longest
    LongestPoll,
    /// Who was ready for longest, and had to wait for a turn
    Ready,
    /// Whose longest wait is longest
    LongestWait,
}

impl By {
    fn of(self, sum: &Sum) -> u64 {
        match self {
            By::Busy => sum.busy,
            By::Polls => sum.n_polls,
            By::LongestPoll => sum.longest_poll,
            By::Ready => sum.ready,
            By::LongestWait => sum.longest_wait,
        }
    }
}

/// Shows the tasks: once, or again and again.
pub(crate) fn show(looked_at: &Looked, by: By, once: bool) -> Result<(), LookError> {
    if once || !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        let (status, sums) = looked_at.program.top(looked_at.number)?;
        let table = Table::new(status, sums, by, None);
        return Ok(write::stdout(&table.lines(usize::MAX))?);
    }
    live::show(looked_at, by)
}

/// The tasks at a moment.
struct Table {
    status: LoopStatus,
    /// What comes first, first.
    sums: Vec<Sum>,
    /// How long each ran of the time since the table before, or since the recording began.
    share: HashMap<Option<TaskNo>, f64>,
}

impl Table {
    fn new(status: LoopStatus, mut sums: Vec<Sum>, by: By, before: Option<&Table>) -> Table {
        sums.sort_by_key(|it| (std::cmp::Reverse(by.of(it)), it.task));
        let was = |task| {
            let known = before.and_then(|it| it.sums.iter().find(|sum| sum.task == task));
            known.map_or(0, |it| it.busy)
        };
        let began = before.map_or(status.began, |it| it.status.now).as_secs_f64();
        let passed = (status.now.as_secs_f64() - began).max(1e-9);
        let share = sums.iter().filter(|it| it.task.is_some()).map(|it| {
            let ran = it.busy.saturating_sub(was(it.task)) as f64 / 1e9;
            (it.task, 100.0 * ran / passed)
        });
        Table { share: share.collect(), status, sums }
    }

    /// The table, with so many tasks at the most.
    fn lines(&self, most: usize) -> Printable {
        let mut lines = vec![
            stands(&self.status).into_string(),
            format!(
                "{:>9} {:<NAME$} {:>9} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}  spawned at",
                "task",
                "name",
                "polls",
                "ran%",
                "ran",
                "longest",
                "ready",
                "waited",
                "longest",
                "waits"
            ),
        ];
        lines.extend(self.sums.iter().take(most).map(|it| self.line(it)));
        let more = self.sums.len().saturating_sub(most);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        Printable::lines(lines.join("\n") + "\n")
    }

    fn line(&self, sum: &Sum) -> String {
        let time = |nanoseconds: u64| seconds(nanoseconds as f64 / 1e9);
        let task = sum.task.map_or_else(|| "ended".to_owned(), |it| it.get().to_string());
        let name: String = Printable::name(sum.called()).chars().take(NAME).collect();
        let share = self.share.get(&sum.task).map_or(String::new(), |it| format!("{it:.1}"));
        let place =
            sum.place.as_ref().map_or(String::new(), |it| format!("{}:{}", it.file, it.line));
        format!(
            "{task:>9} {name:<NAME$} {:>9} {share:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}  {place}",
            sum.n_polls,
            time(sum.busy),
            time(sum.longest_poll),
            time(sum.ready),
            time(sum.waiting),
            time(sum.longest_wait),
            sum.waits_since.map_or_else(String::new, time),
        )
    }
}
