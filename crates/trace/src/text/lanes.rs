//! One lane a task: a column in which time goes down.

mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use self::table::{Row, Table};
use super::folded::{Piece, pieces};
use super::lines::short_lines;
use super::printable::Printable;
use super::time::decimals;
use super::width::fit;
use super::words::{predicate, waits, waker};
use crate::event::{By, Ended, Event, On, PollEnd, TaskNo, What};
use crate::state::{Life, State};
use crate::trace::Trace;

/// A terminal that is narrower is written over its edge.
const NARROWEST: usize = 40;

/// A cell is no wider than this.
const WIDEST: usize = 48;

/// So many rows there are at the most.
const MOST_ROWS: usize = 1 << 17;

/// So many cells there are at the most: the more rows, the fewer lanes.
const MOST_CELLS: usize = 1 << 19;

/// So many tasks are named in a row that goes over all lanes.
const MOST_NAMES: usize = 20;

/// What stands in a row besides the marks of all tasks.
enum Entry {
    /// The cell of a task.
    Cell(TaskNo, String),
    /// What goes over all lanes.
    Across(String),
}

/// Rows of tasks that have no lane: they are told in one.
struct Folded {
    at: u64,
    n_events: usize,
    tasks: BTreeSet<TaskNo>,
}

impl Trace {
    /// One lane a task, side by side; time goes down. Made to be a snapshot.
    ///
    /// A time is shown where it changes. Polls in which nothing happens are told in one line.
    ///
    /// There are 524,288 cells at the most, in 131,072 rows at the most. Of a longer run with many
    /// tasks the first ones have a lane, and what the others do is told in one line; the end of the text
    /// says so. [`lines`](Trace::lines) and [`html`](Trace::html) have no such bounds.
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
        self.table().as_wide_as_needed()
    }

    /// The same in so many columns at the most: where the lanes need more, they become narrow, and what
    /// stands in them is wrapped. Where even that does not fit, it is one line an event.
    ///
    /// Nothing is narrower than 40 columns.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::spawn;
    /// use boucle_trace::record;
    ///
    /// let trace = record(|| async {
    ///     for name in ["a", "b", "c"] {
    ///         spawn(async { world::println!("a line of some length") }).set_name(name);
    ///     }
    ///     boucle::interrupt().await;
    /// });
    /// assert_eq!(trace.lanes_within(200), trace.lanes());
    /// for columns in [40, 60, 80] {
    ///     assert!(trace.lanes_within(columns).lines().all(|it| it.chars().count() <= columns));
    /// }
    /// ```
    #[must_use]
    pub fn lanes_within(&self, columns: usize) -> String {
        let columns = columns.max(NARROWEST);
        self.table().within(columns).unwrap_or_else(|| short_lines(self, columns))
    }

    /// All rows.
    fn table(&self) -> Table {
        let last = self.state_at(self.len());
        let mut state = self.base().clone();
        let pieces = pieces(self.events());
        let named = state.tasks.keys().copied();
        let named: BTreeSet<_> =
            named.chain(self.events().iter().filter_map(|it| it.what.task())).collect();
        let n_lanes = named.len().min(MOST_CELLS / pieces.len().clamp(1, MOST_ROWS));
        let lanes: BTreeMap<_, _> = named.iter().copied().take(n_lanes).zip(0..).collect();

        let mut rows = Vec::new();
        let mut folded: Option<Folded> = None;
        let mut n_left = 0;
        for piece in pieces {
            let (places, idle) = match piece {
                Piece::Event(place) => (place..place + 1, None),
                Piece::Idle(places, polls) => (places, Some(polls)),
            };
            if rows.len() >= MOST_ROWS {
                n_left = self.len() - places.start;
                break;
            }
            let events = &self.events()[places.clone()];
            let at = events[0].at;
            for event in events {
                state.apply(event);
            }
            let entry = match idle {
                Some(polls) => Some(Entry::Across(idly(&polls, &last))),
                None => entry(&events[0], self.events().get(places.end), &state, &last),
            };
            match entry {
                None => {}
                Some(Entry::Cell(task, _)) if !lanes.contains_key(&task) => {
                    let (n_events, tasks) = (0, BTreeSet::new());
                    let folded = folded.get_or_insert(Folded { at, n_events, tasks });
                    folded.n_events += 1;
                    folded.tasks.insert(task);
                }
                Some(entry) => {
                    rows.extend(folded.take().map(|it| told(&it)));
                    rows.push(row(at, entry, &lanes, &state));
                }
            }
        }
        rows.extend(folded.take().map(|it| told(&it)));
        let mut notes = Vec::new();
        if n_lanes < named.len() {
            let n_more = named.len() - n_lanes;
            notes.push(format!("⋮ {n_more} tasks more have no lane: they are too many"));
        }
        if n_left > 0 {
            notes.push(format!("⋮ {n_left} events more have no row: they are too many"));
        }
        let heads = lanes.keys().map(|task| cut(&last.name(*task))).collect();
        Table { heads, rows, notes, decimals: decimals(self) }
    }
}

/// What tasks without a lane did, in words.
fn told(folded: &Folded) -> Row {
    let Folded { at, n_events, tasks } = folded;
    let across = format!("⋮ {n_events} events of {} tasks without a lane", tasks.len());
    Row { at: *at, cells: Vec::new(), across: Some(across) }
}

/// The row of an entry, with the marks of all tasks beside it.
fn row(at: u64, entry: Entry, lanes: &BTreeMap<TaskNo, usize>, state: &State) -> Row {
    let mut cells: Vec<_> = lanes.keys().map(|task| Cow::Borrowed(mark(*task, state))).collect();
    let across = match entry {
        Entry::Across(across) => Some(across),
        Entry::Cell(task, cell) => {
            if let Some(lane) = lanes.get(&task) {
                cells[*lane] = Cow::Owned(cut(&cell));
            }
            None
        }
    };
    Row { at, cells, across }
}

/// A text that is no wider than a cell.
fn cut(cell: &str) -> String {
    fit(cell, WIDEST)
}

/// How many polls changed nothing, in words.
pub(super) fn idly(polls: &BTreeMap<TaskNo, usize>, last: &State) -> String {
    let n_polls: usize = polls.values().sum();
    let named = polls.iter().take(MOST_NAMES);
    let each: Vec<_> = named.map(|(task, n)| format!("{n} of {}", last.name(*task))).collect();
    let more = match polls.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} tasks more"),
    };
    format!("⋮ {n_polls} polls that change nothing: {}{more}", each.join(", "))
}

/// What an event has in its row, unless another one says the same; `names` is a state that knows all
/// names.
fn entry(event: &Event, next: Option<&Event>, state: &State, names: &State) -> Option<Entry> {
    let what = &event.what;
    // Within its own poll a task's cell hangs on the line of the poll.
    let stem = |task: TaskNo| if state.running.contains(&task) { "┠" } else { "●" };
    let cell = match what {
        What::Named { .. }
        | What::TimerFired { .. }
        | What::TimerSet { .. }
        | What::TimerUnset { .. }
        | What::WaitEnds { .. }
        | What::DropBegins { .. }
        | What::Requeued { .. }
        | What::Unqueued { .. }
        | What::WokenInVain { .. }
        | What::ObjectMade { .. }
        | What::ObjectNamed { .. }
        | What::ObjectGone { .. }
        | What::Acquired { .. }
        | What::Released { .. } => None,
        What::Made { task, .. } => Some((*task, "○ made".to_owned())),
        What::QueuedFirst { task } => Some((*task, "● goes to the head".to_owned())),
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
                PollEnd::Requeued => "gives the turn back",
            };
            Some((*task, format!("┗ {word}")))
        }
        What::Printed { by: Some(task), error, line } => {
            let mark = if *error { '!' } else { '>' };
            Some((*task, format!("{} {mark} {}", stem(*task), Printable::line(&**line))))
        }
        What::Printed { by: None, error, line } => {
            let mark = if *error { '!' } else { '>' };
            return Some(Entry::Across(format!("{mark} {}", Printable::line(&**line))));
        }
        What::Woken { task, by: By::Task(other) } if task == other => {
            Some((*task, format!("{} wakes itself", stem(*task))))
        }
        What::Woken { task, by } => {
            Some((*task, format!("{} woken by {}", stem(*task), waker(*task, *by, names))))
        }
        What::Waits { task, on, object, .. } => {
            // A name of a task may come later; an object may be gone later.
            let known = if matches!(on, On::Task(_)) { names } else { state };
            Some((*task, format!("{} waits {}", stem(*task), waits(on, *object, known))))
        }
        What::Stands { task, .. } => {
            Some((*task, format!("{} {}", stem(*task), predicate(what, names))))
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
            return Some(Entry::Across(format!("{who}{}", predicate(what, names))));
        }
    };
    cell.map(|(task, cell)| Entry::Cell(task, cell))
}

/// How a task ended, in a word.
fn ended(how: Ended) -> &'static str {
    match how {
        Ended::Value => "done",
        Ended::Panicked => "panicked",
        Ended::Cancelled => "cancelled",
        Ended::Dropped => "dropped",
    }
}

/// The mark of a task, as it stands.
fn mark(task: TaskNo, state: &State) -> &'static str {
    if !state.tasks.contains_key(&task) {
        return "";
    }
    match state.life(task) {
        Life::Running => "┃",
        Life::Ready => "╎",
        Life::Waiting => "·",
        Life::Done(_) => "",
    }
}
