//! A trace in the form of Chrome's trace events, which Perfetto opens.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::event::{By, TaskNo, What};
use crate::header::Clock;
use crate::state::State;
use crate::text::words::{done, predicate, run_end};
use crate::trace::Trace;

/// The lane of what belongs to no task.
const LOOP: u32 = 0;

impl Trace {
    /// The trace as JSON for [Perfetto](https://ui.perfetto.dev) and `chrome://tracing`: a thread a
    /// task, a slice a poll, an arrow a wake.
    ///
    /// Times are microseconds there. On virtual time most polls take none, and could not be seen: so
    /// each event is given one microsecond of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::record;
    ///
    /// let json = record(|| boucle::interrupt()).chrome_json();
    /// assert_eq!(json.matches(r#""ph":"X""#).count(), 2); // two polls
    /// ```
    #[must_use]
    pub fn chrome_json(&self) -> String {
        let is_virtual = self.header().clock == Clock::Virtual;
        let last = self.state_at(self.len());
        let mut rows = vec![
            named("process_name", LOOP, &self.header().program),
            named("thread_name", LOOP, "loop"),
        ];
        rows.extend(
            last.tasks.keys().map(|task| named("thread_name", task.get(), &last.name(*task))),
        );
        let mut state = self.base().clone();
        // Slices that have begun, and where their rows are. A row stands where its slice begins: an arrow
        // binds to a slice that was told of before, so the rows are in the order of their times.
        let mut polls: HashMap<TaskNo, Vec<Begun>> = HashMap::new();
        let mut sleeps: Option<Begun> = None;
        // Who was woken and has not been polled since: an arrow is under way.
        let mut arrows = HashSet::new();
        for (number, event) in self.events().iter().enumerate() {
            let own = if is_virtual { 1000 * number as u64 } else { 0 };
            let at = event.at.saturating_add(own);
            state.apply(event);
            match &event.what {
                What::PollBegins { task } => {
                    let begun = begin(&mut rows, "runs", task.get(), at);
                    polls.entry(*task).or_default().push(begun);
                    if arrows.remove(task) {
                        rows.push(arrow("f", *task, task.get(), at));
                    }
                }
                What::PollEnds { task, .. } => {
                    if let Some(begun) = polls.get_mut(task).and_then(Vec::pop) {
                        end(&mut rows, begun, at, &predicate(&event.what, &state));
                    }
                }
                What::Woken { task, by } => {
                    let from = if let By::Task(by) = by { by.get() } else { LOOP };
                    if from == LOOP {
                        // An arrow begins in a slice.
                        let what = predicate(&event.what, &state);
                        let wakes = begin(&mut rows, "wakes", LOOP, at);
                        end(&mut rows, wakes, at.saturating_add(1), &what);
                    }
                    rows.push(instant(&event.what, &state, task.get(), at));
                    if arrows.insert(*task) {
                        rows.push(arrow("s", *task, from, at));
                    }
                }
                What::LoopSleeps { .. } => sleeps = Some(begin(&mut rows, "sleeps", LOOP, at)),
                What::LoopWakes => {
                    if let Some(begun) = sleeps.take() {
                        end(&mut rows, begun, at, "the loop sleeps");
                    }
                }
                What::Done { task, how } => {
                    rows.push(json!({"ph": "i", "s": "t", "name": done(*how), "pid": 1, "tid": task.get(), "ts": micros(at)}));
                }
                What::Named { .. } | What::Requeued { .. } => {}
                What::Made { .. } | What::QueuedFirst { .. } | What::Unqueued { .. } => {}
                What::RunEnds { how } => rows.push(
                    json!({"ph": "i", "s": "g", "name": run_end(how), "pid": 1, "tid": LOOP, "ts": micros(at)}),
                ),
                what => {
                    let lane = what.task().map_or(LOOP, TaskNo::get);
                    rows.push(instant(what, &state, lane, at));
                }
            }
            // What has no end lasts to the end of the recording.
            if number + 1 == self.len() {
                for begun in std::mem::take(&mut polls).into_values().flatten() {
                    end(&mut rows, begun, at, "the recording ends in this poll");
                }
                if let Some(begun) = sleeps.take() {
                    end(&mut rows, begun, at, "the recording ends in this sleep");
                }
            }
        }
        json!({"displayTimeUnit": "ns", "traceEvents": rows}).to_string()
    }
}

/// Nanoseconds as the format has them.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a hundred days are exact")]
fn micros(at: u64) -> f64 {
    at as f64 / 1000.0
}

fn named(kind: &str, lane: u32, name: &str) -> Value {
    json!({"ph": "M", "name": kind, "pid": 1, "tid": lane, "args": {"name": name}})
}

/// A slice that has begun: its row, and when it began.
#[derive(Clone, Copy)]
struct Begun {
    row: usize,
    from: u64,
}

fn begin(rows: &mut Vec<Value>, name: &str, lane: u32, from: u64) -> Begun {
    rows.push(json!({"ph": "X", "name": name, "pid": 1, "tid": lane, "ts": micros(from)}));
    Begun { row: rows.len() - 1, from }
}

fn end(rows: &mut [Value], begun: Begun, at: u64, how: &str) {
    let row = &mut rows[begun.row];
    // Of whole nanoseconds: a difference of two fractions would have a tail.
    row["dur"] = micros(at.saturating_sub(begun.from)).into();
    row["args"] = json!({"end": how});
}

fn instant(what: &What, state: &State, lane: u32, at: u64) -> Value {
    let name = predicate(what, state);
    json!({"ph": "i", "s": "t", "name": name, "pid": 1, "tid": lane, "ts": micros(at)})
}

/// The beginning or the end of an arrow; a task has one under way at the most.
fn arrow(end: &str, task: TaskNo, lane: u32, at: u64) -> Value {
    json!({"ph": end, "bp": "e", "cat": "wake", "name": "wake", "id": task.get(), "pid": 1, "tid": lane, "ts": micros(at)})
}
