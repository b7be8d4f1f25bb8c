//! Who keeps whom waiting in a circle: tasks that await one another, and locks that they have.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{On, TaskNo};
use crate::state::{Life, State, Wait};
use crate::text::words::{place_of, waits};

/// So many tasks are told of in one finding.
const TOLD: usize = 20;

/// A task of a circle, and what it waits for: the next one, or something that the next one has.
struct Link<'a> {
    task: TaskNo,
    wait: &'a Wait,
}

/// The first circle that one of these tasks leads into: its first task, and the circle in words.
pub(super) fn find(state: &State, waiting: &[TaskNo]) -> Option<(TaskNo, String)> {
    let mut seen = BTreeSet::new();
    let circle = waiting.iter().find_map(|task| from(state, *task, &mut seen))?;
    Some((circle[0].task, told(state, &circle)))
}

/// Who waits for what, in words, where there is no circle.
pub(super) fn all(state: &State, waiting: &[TaskNo]) -> String {
    let each = waiting.iter().take(TOLD).map(|task| {
        let on = state.waits_for(*task).take(TOLD);
        let on = on.map(|it| wait_told(state, *task, it) + &had(state, it));
        let on: Vec<_> = on.collect();
        let on = if on.is_empty() { String::new() } else { format!(" {}", on.join(" and ")) };
        format!("{} waits{on}", state.name(*task))
    });
    let more = match waiting.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(", and {more} more wait"),
    };
    format!("nothing can go on: {}{more}", each.collect::<Vec<_>>().join(", "))
}

/// Those who keep a task waiting, and by what.
fn keepers<'a>(state: &'a State, task: TaskNo) -> Vec<(TaskNo, &'a Wait)> {
    let by = |wait: &'a Wait| {
        let awaited = if let On::Task(other) = wait.on { Some(other) } else { None };
        let object = wait.object.and_then(|it| state.objects.get(&it));
        let holders = object.into_iter().flat_map(|it| it.holders.keys().copied());
        awaited.into_iter().chain(holders).map(move |it| (it, wait))
    };
    state.waits_for(task).flat_map(by).collect()
}

/// The circle that `task` leads into; not by way of those that are `seen`, which lead into none. Each task
/// is gone through once, and no call is as deep as a chain is long.
fn from<'a>(state: &'a State, task: TaskNo, seen: &mut BTreeSet<TaskNo>) -> Option<Vec<Link<'a>>> {
    if !seen.insert(task) {
        return None;
    }
    // The tasks from the first one down, and of each who keeps it waiting and was not looked at yet.
    let mut path = vec![(task, keepers(state, task).into_iter(), None)];
    let mut places = BTreeMap::from([(task, 0)]);
    while let Some((last, keepers_left, wait)) = path.last_mut() {
        let Some((next, by)) = keepers_left.next() else {
            places.remove(last);
            path.pop();
            continue;
        };
        *wait = Some(by);
        if let Some(begin) = places.get(&next) {
            let link = |(task, _, wait): &(TaskNo, _, Option<&'a Wait>)| {
                Some(Link { task: *task, wait: (*wait)? })
            };
            return path[*begin..].iter().map(link).collect();
        }
        if seen.insert(next) {
            places.insert(next, path.len());
            path.push((next, keepers(state, next).into_iter(), None));
        }
    }
    None
}

/// A circle in words: who waits for what and where, and who has it.
fn told(state: &State, circle: &[Link<'_>]) -> String {
    let next = |place: usize| circle[(place + 1) % circle.len()].task;
    let each = circle.iter().take(TOLD).enumerate().map(|(place, Link { task, wait })| {
        let words = wait_told(state, *task, wait);
        let has = match (&wait.on, next(place)) {
            (On::Task(_), _) => String::new(),
            (_, other) if other == *task => ", which it has itself".to_owned(),
            (_, other) => format!(", which {} has", state.name(other)),
        };
        format!("{} waits {words}{has}", state.name(*task))
    });
    let each: Vec<_> = each.collect();
    let more = match circle.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; and {more} more, the last of which waits for the first"),
    };
    format!("a circle: {}{more}", each.join("; "))
}

/// Who has what is waited for, if somebody does.
fn had(state: &State, wait: &Wait) -> String {
    let object = wait.object.and_then(|it| state.objects.get(&it));
    let Some(holder) = object.and_then(|it| it.holders.keys().next()) else {
        return String::new();
    };
    let when = if matches!(state.life(*holder), Life::Done(_)) { "had as it ended" } else { "has" };
    format!(", which {} {when}", state.name(*holder))
}

/// What a task waits for, where that was made, and where in its code it waits.
fn wait_told(state: &State, task: TaskNo, wait: &Wait) -> String {
    let object = wait.object.and_then(|it| state.objects.get(&it)?.place.as_ref());
    let made = object.map_or_else(String::new, |it| format!(" (made at {})", place_of(it)));
    // The innermost call of its chain is where it waits; of several waits at once nobody knows which.
    let known = state.tasks.get(&task).filter(|it| it.waits.len() == 1);
    let call = known.and_then(|it| it.awaits.last()?.place.as_ref());
    let at = wait.place.as_ref().or(call);
    let at = at.map_or_else(String::new, |it| format!(" at {}", place_of(it)));
    format!("{}{made}{at}", waits(&wait.on, wait.object, state))
}
