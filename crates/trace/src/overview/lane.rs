//! A lane: what a task does, in so many columns. What is too small to draw is folded, and counted.

use std::ops::Range;

use super::{Overview, Turn};
use crate::event::{Ended, TaskNo};
use crate::state::Life;

/// So many turns of one column are looked at, one by one; of more of them only the polls are counted.
const FEW: usize = 64;

/// What an axis counts.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::Axis;
///
/// let overview = boucle_trace::record(|| async {}).overview();
/// assert_eq!(overview.whole(Axis::Event).to, 6); // 0 to 5 events have been played
/// assert_eq!(overview.whole(Axis::Time).to, 1); // all of it takes no time
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Nanoseconds.
    Time,
    /// Events that have been played.
    Event,
}

/// A part of a run.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::{Axis, Window};
///
/// let window = Window { axis: Axis::Event, from: 0, to: 10 };
/// assert_eq!(window.column(9, 5), Some(4));
/// assert_eq!(window.column(10, 5), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// What it counts.
    pub axis: Axis,
    /// Where it begins.
    pub from: u64,
    /// Where it ends; this is outside of it.
    pub to: u64,
}

/// What a task does in one column of its lane.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::{Axis, Column};
///
/// let overview = boucle_trace::record(|| async {}).overview();
/// let column = overview.columns(overview.tasks()[0], &overview.whole(Axis::Time), 1)[0];
/// assert_eq!(column.n_folded, 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// What it does for the most of the column. `None` if it is not there, and if it does so much that
    /// only its polls are counted.
    pub life: Option<Life>,
    /// So many polls begin here that are too short to be drawn.
    pub n_folded: usize,
    /// How the task ends, if it does so here.
    pub ended: Option<Ended>,
}

impl Window {
    /// How long it is; one at the least.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::overview::{Axis, Window};
    ///
    /// assert_eq!(Window { axis: Axis::Time, from: 3, to: 3 }.span(), 1);
    /// ```
    #[must_use]
    pub fn span(&self) -> u64 {
        self.to.saturating_sub(self.from).max(1)
    }

    /// The column of `at`, if there are so many; `None` outside of the window.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::overview::{Axis, Window};
    ///
    /// let window = Window { axis: Axis::Time, from: 100, to: 200 };
    /// assert_eq!(window.column(150, 80), Some(40));
    /// assert_eq!(window.column(99, 80), None);
    /// ```
    #[must_use]
    pub fn column(&self, at: u64, n_columns: usize) -> Option<usize> {
        let after = at.checked_sub(self.from).filter(|it| *it < self.span())?;
        let column = wide(after) * n_columns as u128 / wide(self.span());
        usize::try_from(column).ok().filter(|it| *it < n_columns)
    }

    /// Where a column begins; that after the last one begins where the window ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::overview::{Axis, Window};
    ///
    /// let window = Window { axis: Axis::Time, from: 100, to: 200 };
    /// assert_eq!([0, 40, 80].map(|it| window.start(it, 80)), [100, 150, 200]);
    /// ```
    #[must_use]
    pub fn start(&self, column: usize, n_columns: usize) -> u64 {
        let n_columns = n_columns.max(1) as u128;
        // The first that `column` counts to it.
        let after = (column as u128 * wide(self.span())).div_ceil(n_columns);
        u64::try_from(after).map_or(u64::MAX, |it| self.from.saturating_add(it))
    }
}

fn wide(it: u64) -> u128 {
    u128::from(it)
}

impl Axis {
    /// Where a turn begins on it.
    fn of(self, turn: &Turn) -> u64 {
        match self {
            Axis::Time => turn.at,
            Axis::Event => turn.position as u64,
        }
    }
}

impl Overview {
    /// The window that has all of the run in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::overview::Axis;
    ///
    /// let trace = boucle_trace::record(|| boucle::sleep(std::time::Duration::from_secs(9)));
    /// assert_eq!(trace.overview().whole(Axis::Time).to, 9_000_000_001);
    /// ```
    #[must_use]
    pub fn whole(&self, axis: Axis) -> Window {
        let (from, last) = match axis {
            Axis::Time => self.times(),
            Axis::Event => (0, self.trace.len() as u64),
        };
        Window { axis, from, to: last.saturating_add(1) }
    }

    /// Where a place in the run is on an axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::overview::Axis;
    ///
    /// let trace = boucle_trace::record(|| boucle::sleep(std::time::Duration::from_secs(9)));
    /// let overview = trace.overview();
    /// assert_eq!(overview.at(trace.len(), Axis::Time), 9_000_000_000);
    /// assert_eq!(overview.at(3, Axis::Event), 3);
    /// ```
    #[must_use]
    pub fn at(&self, position: usize, axis: Axis) -> u64 {
        match axis {
            Axis::Time => self.time(position),
            Axis::Event => position as u64,
        }
    }

    /// The lane of a task in so many columns.
    ///
    /// A poll is drawn if it is as long as a column at the least. A shorter one is counted in the column
    /// in which it begins: so no column looks as if the task ran all the time because it ran often.
    /// What is drawn is what the task does for the most of the column.
    ///
    /// It costs the columns, and the logarithm of the turns of the task.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle_trace::Life;
    /// use boucle_trace::overview::Axis;
    ///
    /// let trace = boucle_trace::record(|| async {
    ///     boucle::hold_up(Duration::from_secs(6));
    ///     boucle::sleep(Duration::from_secs(5)).await;
    /// });
    /// let overview = trace.overview();
    /// let columns = overview.columns(overview.tasks()[0], &overview.whole(Axis::Time), 2);
    /// assert_eq!(columns[0].life, Some(Life::Running));
    /// // The second poll, at the very end, is too short.
    /// assert_eq!((columns[1].life, columns[1].n_folded), (Some(Life::Waiting), 1));
    /// ```
    #[must_use]
    pub fn columns(&self, task: TaskNo, window: &Window, n_columns: usize) -> Vec<Column> {
        let turns = self.turns(task);
        let end = self.whole(window.axis).to;
        let lane = Lane { turns, axis: window.axis, end };
        let width = window.span().div_ceil(n_columns.max(1) as u64);
        let column = |column| {
            let from = window.start(column, n_columns);
            let to = window.start(column + 1, n_columns);
            match from < to {
                true => lane.column((from, to), width),
                // A run of a few events has more columns than events: this one goes on with the last.
                false => lane.goes_on(from.saturating_sub(1), width),
            }
        };
        (0..n_columns).map(column).collect()
    }
}

/// The turns of a task on an axis.
struct Lane<'a> {
    turns: &'a [Turn],
    axis: Axis,
    /// Where the last turn ends.
    end: u64,
}

impl Lane<'_> {
    /// Where the turn at this place begins.
    fn start(&self, place: usize) -> u64 {
        self.turns.get(place).map_or(self.end, |it| self.axis.of(it))
    }

    /// Whether the turn at this place is a poll that is too short to be drawn.
    fn is_folded(&self, place: usize, width: u64) -> bool {
        let is_poll = self.turns[place].life == Life::Running;
        is_poll && self.start(place + 1).saturating_sub(self.start(place)) < width
    }

    /// What is in the column from here to there.
    fn column(&self, (from, to): (u64, u64), width: u64) -> Column {
        let first = self.turns.partition_point(|it| self.axis.of(it) < from);
        let after = self.turns.partition_point(|it| self.axis.of(it) < to);
        // Those that begin here, and the one that is under way as the column begins.
        let begin = first..after;
        let all = first.saturating_sub(1)..after;
        let is_few = all.len() <= FEW;
        let n_folded = match is_few {
            true => begin.clone().filter(|it| self.is_folded(*it, width)).count(),
            false => {
                let n = |place: usize| self.turns[place].n_polls;
                let last = after - 1;
                let is_drawn =
                    self.turns[last].life == Life::Running && !self.is_folded(last, width);
                n(last) - n(first) + usize::from(self.turns[last].life == Life::Running)
                    - usize::from(is_drawn)
            }
        };
        let ended = self.turns[begin].last().and_then(|it| match it.life {
            Life::Done(how) => Some(how),
            _ => None,
        });
        let life = if is_few { self.mostly(all, (from, to), width) } else { None };
        Column { life, n_folded, ended }
    }

    /// A column in which nothing begins, since it is within one count of the axis.
    fn goes_on(&self, at: u64, width: u64) -> Column {
        let after = self.turns.partition_point(|it| self.axis.of(it) <= at);
        let life = self.mostly(after.saturating_sub(1)..after, (at, at + 1), width);
        Column { life, ..Column::default() }
    }

    /// What the task does for the most of a column, but for polls that are too short.
    fn mostly(&self, turns: Range<usize>, (from, to): (u64, u64), width: u64) -> Option<Life> {
        // The task is not there yet, or has ended; it waits, is ready, runs: the last one wins, if two
        // take as long.
        let mut shares = [0_u64; 4];
        // Before its first turn it is not there.
        shares[0] = self.start(turns.start).min(to).saturating_sub(from);
        for place in turns {
            let life = match self.turns[place].life {
                Life::Done(_) => 0,
                Life::Waiting => 1,
                Life::Ready => 2,
                Life::Running if self.is_folded(place, width) => continue,
                Life::Running => 3,
            };
            let start = self.start(place).max(from);
            shares[life] += self.start(place + 1).min(to).saturating_sub(start);
        }
        let most = (0..4).filter(|it| shares[*it] > 0).max_by_key(|it| shares[*it]).unwrap_or(0);
        [None, Some(Life::Waiting), Some(Life::Ready), Some(Life::Running)][most]
    }
}
