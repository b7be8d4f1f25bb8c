//! One lane a task: a column in which time goes down.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::folded::{Piece, pieces};
use super::printable::Printable;
use super::time::{decimals, seconds};
use super::words::{predicate, waits, waker};
use crate::event::{By, Ended, Event, PollEnd, TaskNo, What};
use crate::state::{Life, State};
use crate::trace::Trace;

/// A cell is no wider than this.
const WIDEST: usize = 48;

/// What the marks mean, below the lanes.
const LEGEND: &str = "┃ runs   ╎ ready   · waits   > printed   ! printed on stderr\n";

/// One row of the table.
struct Row {
    at: u64,
    /// The cell of each task that has something in this row.
    cells: BTreeMap<TaskNo, String>,
    /// What goes over all lanes.
    across: Option<String>,
}

impl Trace {
    /// One lane a task, side by side; time goes down. Made to be a snapshot.
    ///
    /// A time is shown where it changes. Polls in which nothing happens are told in one line.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::spawn;
    /// use boucle_trace::record;
    /// use world::println;
    ///
    /// let trace = record(|| async {
    ///     let child = spawn(async { println!("Hello") });
    ///     child.set_name("child");
    ///     child.await
    /// });
    /// let lanes = " seconds  task 1             child
    ///    0.000  ○ added
    ///           ┏ runs
    ///           ┃                  ○ added
    ///           ┠ waits for child  ╎
    ///           ┗ stops            ╎
    ///           ·                  ┏ runs
    ///           ·                  ┠ > Hello
    ///           ● woken by child   ┃
    ///           ╎                  ┗ done
    ///           ┏ runs
    ///           ┗ done
    ///           the run is complete
    ///
    /// ┃ runs   ╎ ready   · waits   > printed   ! printed on stderr
    /// ";
    /// assert_eq!(trace.lanes(), lanes);
    /// ```
    #[must_use]
    pub fn lanes(&self) -> String {
        let last = self.state_at(self.len());
        let mut state = self.base.clone();
        let mut rows = Vec::new();
        let mut named: Vec<TaskNo> = state.tasks.keys().copied().collect();
        for piece in pieces(&self.events) {
            let (places, idle) = match piece {
                Piece::Event(place) => (place..place + 1, None),
                Piece::Idle(places, polls) => (places, Some(polls)),
            };
            let events = &self.events[places.clone()];
            let at = events[0].at;
            for event in events {
                state.apply(event);
                named.extend(event.what.task());
            }
            let row = match idle {
                Some(polls) => Row { at, cells: beside(&state), across: Some(idly(&polls, &last)) },
                None => match row(&events[0], self.events.get(places.end), &state, &last) {
                    Some(row) => row,
                    None => continue,
                },
            };
            rows.push(row);
        }
        named.sort_unstable();
        named.dedup();
        table(&named, &rows, &last, decimals(self))
    }
}

/// How many polls changed nothing, in words.
fn idly(polls: &BTreeMap<TaskNo, usize>, last: &State) -> String {
    let n_polls: usize = polls.values().sum();
    let each: Vec<_> =
        polls.iter().map(|(task, n)| format!("{n} of {}", last.name(*task))).collect();
    format!("⋮ {n_polls} polls that change nothing: {}", each.join(", "))
}

/// The row of an event, unless another one says the same; `names` is a state that knows all names.
fn row(event: &Event, next: Option<&Event>, state: &State, names: &State) -> Option<Row> {
    let mut cells = beside(state);
    let mut across = None;
    let what = &event.what;
    // Within its own poll a task's cell hangs on the line of the poll.
    let stem = |task: TaskNo| if state.running.contains(&task) { "┠" } else { "●" };
    let cell = match what {
        What::Named { .. }
        | What::TimerFired { .. }
        | What::TimerSet { .. }
        | What::TimerUnset { .. }
        | What::Requeued { .. } => None,
        What::Added { task, .. } => Some((*task, "○ added".to_owned())),
        What::PollBegins { task } => Some((*task, "┏ runs".to_owned())),
        // The end of the poll says so.
        What::Done { task, .. } if state.running.contains(task) => None,
        What::Done { task, how } => Some((*task, format!("● {}", ended(*how)))),
        What::PollEnds { task, how } => {
            let next = next.map(|it| &it.what);
            let stays = matches!(next, Some(What::Requeued { task: it }) if it == task)
                || state.life(*task) == Life::Ready;
            let word = match how {
                PollEnd::Pending if stays => "gives the turn back",
                PollEnd::Pending => "stops",
                PollEnd::Ready => ended(Ended::Value),
                PollEnd::Panicked => ended(Ended::Panicked),
                PollEnd::Cancelled => ended(Ended::Cancelled),
                PollEnd::Over => "had ended",
            };
            Some((*task, format!("┗ {word}")))
        }
        What::Printed { by: Some(task), error, line } => {
            let mark = if *error { '!' } else { '>' };
            Some((*task, format!("{} {mark} {}", stem(*task), Printable::line(&**line))))
        }
        What::Printed { by: None, error, line } => {
            let mark = if *error { '!' } else { '>' };
            across = Some(format!("{mark} {}", Printable::line(&**line)));
            None
        }
        What::Woken { task, by: By::Task(other) } if task == other => {
            Some((*task, format!("{} wakes itself", stem(*task))))
        }
        What::Woken { task, by } => {
            Some((*task, format!("{} woken by {}", stem(*task), waker(*task, *by, names))))
        }
        What::Waits { task, on } => {
            Some((*task, format!("{} waits {}", stem(*task), waits(on, names))))
        }
        What::Reported { task: Some(task), .. } => {
            Some((*task, format!("{} {}", stem(*task), predicate(what, names))))
        }
        What::DescriptorReady { .. }
        | What::LoopSleeps { .. }
        | What::LoopWakes
        | What::Reported { task: None, .. }
        | What::RunEnds { .. } => {
            let who = if matches!(what, What::LoopSleeps { .. } | What::LoopWakes) {
                "the loop "
            } else {
                ""
            };
            across = Some(format!("{who}{}", predicate(what, names)));
            None
        }
    };
    if cell.is_none() && across.is_none() {
        return None;
    }
    cells.extend(cell);
    Some(Row { at: event.at, cells, across })
}

/// How a task ended, in a word.
fn ended(how: Ended) -> &'static str {
    match how {
        Ended::Value => "done",
        Ended::Panicked => "panicked",
        Ended::Cancelled => "cancelled",
    }
}

/// The marks of all tasks, as they stand.
fn beside(state: &State) -> BTreeMap<TaskNo, String> {
    let mark = |task: &TaskNo| match state.life(*task) {
        Life::Running => Some("┃"),
        Life::Ready => Some("╎"),
        Life::Waiting => Some("·"),
        Life::Done(_) => None,
    };
    state.tasks.keys().filter_map(|task| Some((*task, mark(task)?.to_owned()))).collect()
}

/// The rows below their heads, each lane as wide as its widest cell.
fn table(tasks: &[TaskNo], rows: &[Row], last: &State, decimals: usize) -> String {
    let cut = |cell: &str| -> String {
        if cell.chars().count() <= WIDEST {
            return cell.to_owned();
        }
        cell.chars().take(WIDEST - 1).chain(['…']).collect()
    };
    let heads: Vec<_> = tasks.iter().map(|task| cut(&last.name(*task))).collect();
    let widths: Vec<_> = tasks
        .iter()
        .zip(&heads)
        .map(|(task, head)| {
            let cells = rows.iter().filter_map(|row| row.cells.get(task));
            let widest = cells.map(|it| it.chars().count().min(WIDEST)).max().unwrap_or(0);
            widest.max(head.chars().count())
        })
        .collect();

    let mut text = String::new();
    let mut write = |at: &str, cells: &mut dyn Iterator<Item = String>| {
        let mut line = format!("{at:>8}");
        for (cell, width) in cells.zip(&widths) {
            write!(line, "  {cell:<width$}").expect("a string takes all");
        }
        writeln!(text, "{}", line.trim_end()).expect("a string takes all");
    };
    write("seconds", &mut heads.into_iter());
    let mut shown = None;
    for row in rows {
        let at = if shown == Some(row.at) { String::new() } else { seconds(row.at, decimals) };
        shown = Some(row.at);
        match &row.across {
            Some(across) => write(&at, &mut [across.clone()].into_iter()),
            None => {
                let cell = |task| row.cells.get(task).map_or_else(String::new, |it| cut(it));
                write(&at, &mut tasks.iter().map(cell));
            }
        }
    }
    text + "\n" + LEGEND
}
