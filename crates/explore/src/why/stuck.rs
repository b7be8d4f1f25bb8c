//! Why nothing can go on: a circle of tasks, of which each has what another one waits for; something that nobody
//! will ever give; or a wake that was lost, of a task that could go on.

use std::collections::BTreeSet;
use std::fmt::Debug;

use boucle::{ObjectId, WaitsFor};

use crate::why::again::{Again, Run, Wanted};
use crate::why::witness::{Called, Deed, Seen, Thing, Wait};
use crate::why::words::{Words, line};

/// So many tasks are woken, each in a run of its own, to see whether they could go on.
const N_PRODDED: usize = 16;

/// So many tasks are told of.
const N_TOLD: usize = 4;

/// What came of waking a task that waits, once and for no reason.
#[derive(Debug)]
struct Prodded {
    /// Who was woken.
    whom: Called,
    /// What it did then that it could not have done without having got what it waits for.
    goes_on: Option<&'static str>,
    /// The objects at which it was seen to wait.
    at: BTreeSet<ObjectId>,
}

/// Why a run stands still, as far as that was found out.
pub(crate) struct Stuck {
    /// The tasks that could go on, and what each did when it was woken.
    lost: Vec<(Called, &'static str)>,
    /// Those that wait, and for what.
    waiting: Vec<(Called, Vec<Wait>)>,
    /// Those of them that are a circle, each waiting for the next one.
    circle: Vec<Called>,
}

impl Stuck {
    /// Finds out why a run stands still.
    pub(crate) fn new<P, F>(again: &Again<'_, P>, run: &Run) -> Stuck
    where
        P: Fn() -> F,
        F: Future<Output: Debug>,
    {
        let seen = &run.seen;
        let prodded: Vec<_> = seen
            .live
            .iter()
            .take(N_PRODDED)
            .filter_map(|(whom, _)| prod(again, run, whom))
            .collect();
        let waiting = seen.live.iter().map(|(whom, _)| {
            let known = prodded.iter().find(|it| it.whom == *whom);
            let is_so = |it: &&Wait| match (it.object, &it.task, known) {
                // It waits there still if it looks there, being woken.
                (Some(object), _, Some(known)) => known.at.contains(&object),
                (_, Some(task), _) => seen.live.iter().any(|it| it.0 == *task),
                _ => !matches!(it.on, WaitsFor::Time(_)),
            };
            let waits = seen.waits.get(whom).into_iter().flatten().map(|it| &it.1);
            let waits = waits.filter(is_so).cloned();
            (whom.clone(), waits.collect())
        });
        let waiting: Vec<_> = waiting.collect();
        let lost = prodded.iter().filter_map(|it| Some((it.whom.clone(), it.goes_on?)));
        let lost = lost.collect();
        let circle = circle(seen, &waiting);
        Stuck { lost, waiting, circle }
    }

    /// Why it stands still, in a few lines.
    pub(crate) fn lines(&self, seen: &Seen, words: &Words<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.lost.is_empty() {
            for (whom, goes_on) in self.lost.iter().take(N_TOLD) {
                let stands = self.stands(seen, whom, words);
                lines.push(format!(
                    "lost wake: {} {stands}, although it could go on: woken once more it {goes_on}",
                    words.task(whom)
                ));
            }
            lines.extend(more(self.lost.len()));
            return lines;
        }
        let is_told = |it: &&(Called, _)| self.circle.is_empty() || self.circle.contains(&it.0);
        let told: Vec<_> = self.waiting.iter().filter(is_told).collect();
        lines.push(match self.circle.len() {
            0 => "nobody is left who could wake anybody:".to_owned(),
            1 => "it waits for itself:".to_owned(),
            _ => "a circle:".to_owned(),
        });
        for (whom, _) in told.iter().take(N_TOLD) {
            let stands = self.stands(seen, whom, words);
            lines.push(format!("  {} {stands}", words.task(whom)));
        }
        lines.extend(more(told.len()).map(|it| format!("  {it}")));
        lines
    }

    /// For what a task waits, and where, and who has it since where.
    fn stands(&self, seen: &Seen, whom: &Called, words: &Words<'_>) -> String {
        let waits = self.waiting.iter().find(|it| it.0 == *whom).map_or(&[][..], |it| &it.1[..]);
        if waits.is_empty() {
            let last = seen.turns.iter().rev().find(|it| it.task.as_ref() == Some(whom));
            let Some(last) = last else { return "was never polled".to_owned() };
            let at = last.deeds.iter().rev().find_map(line).map(|it| words.line(it));
            let did = words.deeds(last).join(", ");
            return match at {
                Some(_) => format!("stands still since its poll {}: {did}", last.index),
                None => format!("stands still since its poll {}", last.index),
            };
        }
        let each = waits.iter().map(|wait| {
            let at = wait.at.map_or_else(String::new, |it| format!(" at {}", words.line(it)));
            let holders = wait.object.and_then(|it| seen.holders.get(&it));
            let had = holders.into_iter().flatten().take(2).map(|(holder, at)| {
                let who = if holder == whom { "it".to_owned() } else { words.task(holder) };
                match at {
                    Some(at) => format!("{who} took at {}", words.line(at)),
                    None => format!("{who} has"),
                }
            });
            let had: Vec<_> = had.collect();
            let had = match had.is_empty() {
                true => String::new(),
                false => format!(", which {}", had.join(" and ")),
            };
            format!("{}{at}{had}", words.wait(wait))
        });
        each.collect::<Vec<_>>().join("; and ")
    }
}

/// That there are more than are told of.
fn more(n: usize) -> Option<String> {
    n.checked_sub(N_TOLD).filter(|it| *it > 0).map(|it| format!("and {it} more"))
}

/// Wakes a task once, in a run of its own.
fn prod<P, F>(again: &Again<'_, P>, stuck: &Run, whom: &Called) -> Option<Prodded>
where
    P: Fn() -> F,
    F: Future<Output: Debug>,
{
    let (run, n_before) = again.prod(&Wanted::Steps(stuck.tasks(), &stuck.plan), whom)?;
    let after = run.seen.turns.get(n_before..).unwrap_or_default();
    // What is done in nobody's step is our own wake.
    let deeds = || after.iter().filter(|it| it.task.is_some()).flat_map(|it| &it.deeds);
    let known = stuck.seen.waits.get(whom);
    // It is woken by nobody but us: what it does in a step of its own shows that it could go on.
    let goes_on = |deed: &Deed| match deed {
        Deed::Uses(..) | Deed::Calls(..) | Deed::WakesInVain(_) => false,
        Deed::Waits(wait) => {
            let is_same = |(_, it): &(u32, Wait)| it.object == wait.object && it.task == wait.task;
            !known.into_iter().flatten().any(is_same)
        }
        _ => true,
    };
    let ends = |deed: &Deed| matches!(deed, Deed::Ends(it, _) if it == whom);
    let goes_on = match deeds().any(goes_on) {
        true if deeds().any(ends) => Some("ends"),
        true => Some("goes on"),
        false => None,
    };
    let first = after.iter().find(|it| it.task.as_ref() == Some(whom));
    let at = first.into_iter().flat_map(|it| &it.deeds).filter_map(|it| match it {
        Deed::Uses(Thing::Object(object) | Thing::Part(object, _), ..) => Some(*object),
        _ => None,
    });
    let at = at.collect();
    Some(Prodded { whom: whom.clone(), goes_on, at })
}

/// The first circle of tasks of which each waits for the next one, or for what that has.
fn circle(seen: &Seen, waiting: &[(Called, Vec<Wait>)]) -> Vec<Called> {
    let next = |whom: &Called| -> Vec<Called> {
        let waits = waiting.iter().find(|it| it.0 == *whom).into_iter().flat_map(|it| &it.1);
        let by = |wait: &Wait| {
            let holders = wait.object.and_then(|it| seen.holders.get(&it)).into_iter().flatten();
            wait.task.iter().cloned().chain(holders.map(|it| it.0.clone())).collect::<Vec<_>>()
        };
        waits.flat_map(by).collect()
    };
    let mut known = BTreeSet::new();
    for (first, _) in waiting {
        // A path, each task with those that are still to be gone to from it; no call is as deep as it is long.
        let mut path = Vec::new();
        if known.insert(first.clone()) {
            path.push((first.clone(), next(first)));
        }
        while let Some((_, left)) = path.last_mut() {
            let Some(to) = left.pop() else {
                path.pop();
                continue;
            };
            if let Some(begin) = path.iter().position(|it| it.0 == to) {
                return path.drain(begin..).map(|it| it.0).collect();
            }
            if known.insert(to.clone()) {
                let after = next(&to);
                path.push((to, after));
            }
        }
    }
    Vec::new()
}
