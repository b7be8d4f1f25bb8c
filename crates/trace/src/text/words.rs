//! An event in words: who, and what it does. What the recording has in its own words is `Printable`.

use crate::event::{Await, By, Ended, ObjectNo, On, Place, PollEnd, RunEnd, TaskNo, What};
use crate::state::State;
use crate::text::printable::Printable;
use crate::text::time::duration;

/// So many calls of a chain are told of at the most.
const MOST_CALLS: usize = 30;

/// So much of a line is quoted at the most.
const LONGEST_QUOTE: usize = 4096;

/// Of the end of a wait, where it is not known of which.
pub(crate) const NO_LONGER: &str = "ends a wait";

/// Who does something: the name of a task, or the loop.
pub(crate) fn subject(what: &What, state: &State) -> String {
    match what {
        What::Printed { by: None, .. }
        | What::TimerSet { by: None, .. }
        | What::TimerUnset { by: None, .. }
        | What::Released { by: None, .. } => "program".to_owned(),
        What::ObjectMade { object, .. }
        | What::ObjectNamed { object, .. }
        | What::ObjectGone { object } => state.object_name(*object),
        What::Named { task, .. } => task.to_string(),
        _ => what.task().map_or_else(|| "loop".to_owned(), |task| state.name(task)),
    }
}

/// What it does; `state` is the one after the event.
pub(crate) fn predicate(what: &What, state: &State) -> String {
    match what {
        What::Added { by, place, .. } => {
            let by = by.map_or_else(String::new, |by| format!(" by {}", state.name(by)));
            let place =
                place.as_ref().map_or_else(String::new, |it| format!(", at {}", place_of(it)));
            format!("is added{by}{place}")
        }
        What::Made { by, .. } => {
            let by = by.map_or_else(String::new, |by| format!(" by {}", state.name(by)));
            format!("is made{by}")
        }
        What::Named { name, .. } => format!("is called {}", Printable::name(&**name)),
        What::PollBegins { task } => format!("runs{}", chosen(*task, state)),
        What::PollEnds { task, how } => poll_end(*task, *how, state),
        What::DropBegins { .. } => "is being dropped".to_owned(),
        What::Requeued { .. } => "goes to the end of the queue".to_owned(),
        What::QueuedFirst { .. } => "goes to the head of the queue".to_owned(),
        What::Unqueued { .. } => "leaves the queue".to_owned(),
        What::Printed { error, line, .. } => {
            let way = if *error { "on stderr " } else { "" };
            format!("prints {way}{}", quoted(line))
        }
        What::Woken { task, by } => format!("is woken by {}", waker(*task, *by, state)),
        What::WokenInVain { task, by } => {
            format!("is woken by {}, and can go on already", waker(*task, *by, state))
        }
        What::Waits { on, object, .. } => format!("waits {}", waits(on, *object, state)),
        What::WaitEnds { task, wait } => {
            let over = state.tasks.get(task).and_then(|it| it.over.as_ref());
            match over.filter(|it| it.number == Some(*wait)) {
                Some(it) => format!("no longer waits {}", waits(&it.on, it.object, state)),
                None => NO_LONGER.to_owned(),
            }
        }
        What::ObjectMade { place, .. } => {
            let place = place.as_ref().map(|it| format!("; it was made at {}", place_of(it)));
            format!("is met{}", place.unwrap_or_default())
        }
        What::ObjectNamed { name, .. } => format!("is called {}", Printable::name(&**name)),
        What::ObjectGone { .. } => "is gone".to_owned(),
        What::Acquired { object, .. } => format!("gets {}", state.object_name(*object)),
        What::Released { object, .. } => format!("gives {} back", state.object_name(*object)),
        What::Stands { awaits, .. } => stands(awaits),
        What::TimerSet { after, .. } => format!("sets a timer: in {}", duration(*after)),
        What::TimerFired { .. } => "a timer fires".to_owned(),
        What::TimerUnset { .. } => "takes a timer back".to_owned(),
        What::DescriptorReady { descriptor, readable, writable } => {
            let ways = match (readable, writable) {
                (true, true) => "readable and writable",
                (true, false) => "readable",
                (false, true) => "writable",
                (false, false) => "ready",
            };
            format!("descriptor {descriptor} is {ways}")
        }
        What::LoopSleeps { timeout: None } => "sleeps until somebody wakes it".to_owned(),
        What::LoopSleeps { timeout: Some(most) } => {
            format!("sleeps, {} at the most", duration(*most))
        }
        What::LoopWakes => "is awake".to_owned(),
        What::Done { how, .. } => done(*how).to_owned(),
        What::Reported { message, .. } => {
            format!("is reported: {}", Printable::line(message.lines().next().unwrap_or_default()))
        }
        What::RunEnds { how } => run_end(how),
    }
}

/// Where a task stands: the calls that await one another.
pub(crate) fn stands(awaits: &[Await]) -> String {
    if awaits.is_empty() {
        return "stands nobody knows where".to_owned();
    }
    let mut words = "stands".to_owned();
    let mut last = None;
    for it in awaits.iter().take(MOST_CALLS) {
        // One that does not stand below the one before is awaited together with it.
        words += match last {
            None => " in ",
            Some(last) if it.level > last => ", in ",
            Some(_) => "; also in ",
        };
        last = Some(it.level);
        words += &Printable::name(&*it.what);
        if let Some(place) = &it.place {
            words += &format!(" ({})", place_of(place));
        }
    }
    match awaits.len().saturating_sub(MOST_CALLS) {
        0 => words,
        more => format!("{words}, and in {more} calls more"),
    }
}

/// A place in the source.
pub(crate) fn place_of(place: &Place) -> String {
    format!("{}:{}", Printable::line(&*place.file), place.line)
}

/// A line as Rust quotes it, which escapes what steers a terminal; no more of it than is shown.
fn quoted(line: &str) -> String {
    match line.char_indices().nth(LONGEST_QUOTE) {
        Some((place, _)) => format!("{:?}…", &line[..place]),
        None => format!("{line:?}"),
    }
}

/// How a task was chosen, after `runs`.
fn chosen(task: TaskNo, state: &State) -> String {
    match state.choice.filter(|it| it.task == task) {
        Some(choice) if choice.n_ready == 1 => String::new(),
        Some(choice) => match choice.place {
            Some(place) => format!(", {} of {} ready", ordinal(place), choice.n_ready),
            None => String::new(),
        },
        None => String::new(),
    }
}

fn poll_end(task: TaskNo, how: PollEnd, state: &State) -> String {
    match how {
        PollEnd::Pending => {
            let is_ready = state.tasks.get(&task).is_some_and(|it| it.is_ready);
            let word = if is_ready { "gives the turn back, and is ready" } else { "stops" };
            word.to_owned()
        }
        PollEnd::Ready => "has returned".to_owned(),
        PollEnd::Panicked => "was left by a panic".to_owned(),
        PollEnd::Cancelled => "was dropped".to_owned(),
        PollEnd::Over => "had ended before".to_owned(),
        PollEnd::Requeued => "gives the turn back, and is ready".to_owned(),
    }
}

/// Who woke a task, after `woken by`.
pub(crate) fn waker(task: TaskNo, by: By, state: &State) -> String {
    match by {
        By::Task(other) if other == task => "itself".to_owned(),
        By::Task(other) => state.name(other),
        By::Timer => "a timer".to_owned(),
        By::Descriptor(descriptor) => format!("descriptor {descriptor}"),
        By::Thread => "another thread".to_owned(),
        By::Quiet => "the loop, which has nothing else to do".to_owned(),
        By::Outside => "code outside of all tasks".to_owned(),
        By::Loop => "the loop".to_owned(),
    }
}

/// What a task waits for, after `waits`.
pub(crate) fn waits(on: &On, object: Option<ObjectNo>, state: &State) -> String {
    match on {
        On::Time(after) => duration(*after),
        On::Task(task) => format!("for {}", state.name(*task)),
        On::Readable(descriptor) => format!("for descriptor {descriptor} to be readable"),
        On::Writable(descriptor) => format!("for descriptor {descriptor} to be writable"),
        On::Sync(what) => format!("for {}", shared(what, object, state)),
        On::Thread => "for another thread".to_owned(),
    }
}

/// Something that tasks share: `an item of a queue` is one of `queue jobs`, if the object is known.
fn shared(what: &str, object: Option<ObjectNo>, state: &State) -> String {
    let what = Printable::name(what);
    let known = object.and_then(|it| Some((state.objects.get(&it)?, state.object_name(it))));
    let Some((known, name)) = known else { return what.into_string() };
    if &*known.kind == "lock" {
        return name;
    }
    let any = ["a ", "an "].map(|it| format!("{it}{}", known.kind));
    match any.iter().find_map(|it| what.split_once(it.as_str())) {
        Some((before, _)) if &*known.kind == "semaphore" => format!("{before}{name}"),
        Some((before, after)) => format!("{before}{name}{after}"),
        None => format!("{what}: {name}"),
    }
}

/// How a task ended.
pub(crate) fn done(how: Ended) -> &'static str {
    match how {
        Ended::Value => "is done",
        Ended::Panicked => "has panicked",
        Ended::Cancelled => "is cancelled",
        Ended::Dropped => "is dropped",
    }
}

/// How a run ended.
pub(crate) fn run_end(how: &RunEnd) -> String {
    match how {
        RunEnd::Complete => "the run is complete".to_owned(),
        RunEnd::Deadlock => "the run ends: every task waits for another".to_owned(),
        RunEnd::Stopped => "the run is stopped".to_owned(),
        RunEnd::Panicked(message) => {
            format!("the run ends with a panic: {}", Printable::line(&**message))
        }
        RunEnd::Exit(status) => format!("the program exits with status {status}"),
    }
}

/// A place, from 0, as one says it.
pub(crate) fn ordinal(place: usize) -> String {
    const WORDS: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];
    WORDS
        .get(place)
        .map_or_else(|| format!("number {}", place.saturating_add(1)), |it| (*it).to_owned())
}
