//! What tasks do and wait for, in words; the same in each order of a program.

use std::collections::{BTreeMap, BTreeSet};

use boucle::{Ended, How, ObjectId, Shared, WaitsFor};
use boucle_trace::Printable;

use crate::why::witness::{Cast, Deed, Known, Line, Seen, Thing, Turn, Wait};

/// Files of these names are told with the directory that they are in: there are many of them.
const USUAL: [&str; 3] = ["lib.rs", "main.rs", "mod.rs"];

/// The words for what is known of a program.
pub(crate) struct Words<'a> {
    /// The tasks and objects.
    cast: &'a Cast,
    /// What each file is called: as little of its path as tells it from the others.
    files: BTreeMap<&'static str, String>,
}

impl<'a> Words<'a> {
    /// For what was seen of these orders.
    pub(crate) fn new(cast: &'a Cast, all: &[&Seen]) -> Words<'a> {
        let deeds = all.iter().flat_map(|it| &it.turns).flat_map(|it| &it.deeds);
        let lines = deeds.filter_map(line).chain(cast.objects.values().map(|it| it.made_at));
        let paths: BTreeSet<&'static str> = lines.map(|it| it.file()).collect();
        let files = paths.iter().map(|it| (*it, short(it, &paths))).collect();
        Words { cast, files }
    }

    /// A line, by as little as tells its file from others.
    pub(crate) fn line(&self, at: Line) -> String {
        let file = self.files.get(at.file()).map_or(at.file(), String::as_str);
        format!("{}:{}", Printable::line(file), at.line())
    }

    /// A task: its name if it has one, and what schedules call it.
    pub(crate) fn task(&self, called: &str) -> String {
        match self.cast.names.get(called) {
            Some(name) => format!("{} ({called})", Printable::name(name.as_str())),
            None if called == "M" => "the program (M)".to_owned(),
            None => called.to_owned(),
        }
    }

    /// An object: what it is, and its name or its number.
    pub(crate) fn object(&self, object: ObjectId) -> String {
        let Some(known) = self.cast.objects.get(&object) else { return "something".to_owned() };
        let number = || known.number.to_string();
        let name = known.name.as_ref().map(|it| Printable::name(it.as_str()).into_string());
        format!("{} {}", known.kind, name.unwrap_or_else(number))
    }

    /// The same, and where it was made.
    pub(crate) fn object_made(&self, object: ObjectId) -> String {
        let made = self.cast.objects.get(&object).map(|it| self.line(it.made_at));
        let made = made.map_or_else(String::new, |it| format!(" (made at {it})"));
        self.object(object) + &made
    }

    /// What is waited for, as `waits for …` or `waits …` has it.
    pub(crate) fn wait(&self, wait: &Wait) -> String {
        match (&wait.on, &wait.task, wait.object) {
            (WaitsFor::Time(after), ..) => format!("waits {after:?}"),
            (_, Some(task), _) => format!("waits for {}", self.task(task)),
            (WaitsFor::Sync(what), _, Some(object)) => {
                let kind = self.cast.objects.get(&object).map_or("", |it: &Known| it.kind);
                let name = self.object_made(object);
                let any = ["a ", "an "].map(|it| format!("{it}{kind}"));
                match any.iter().find_map(|it| what.split_once(it.as_str())) {
                    Some((before, after)) => format!("waits for {before}{name}{after}"),
                    None => format!("waits for {what}: {name}"),
                }
            }
            // Their numbers are not the same each time.
            (WaitsFor::Readable(_), ..) => "waits to read".to_owned(),
            (WaitsFor::Writable(_), ..) => "waits to write".to_owned(),
            (on, ..) => format!("waits for {on}"),
        }
    }

    /// The deeds of a turn, each in words; what says the same as another one is left out.
    pub(crate) fn deeds(&self, turn: &Turn) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for deed in &turn.deeds {
            // Who takes it, or waits for it, has used it; it says so itself.
            let is_told = |object: ObjectId| {
                turn.deeds.iter().any(|it| match it {
                    Deed::Takes(it, _) | Deed::GivesBack(it) => *it == object,
                    Deed::Waits(it) => it.object == Some(object),
                    _ => false,
                })
            };
            let words = match deed {
                Deed::Uses(Thing::Object(object) | Thing::Part(object, _), ..)
                    if !self.is_cell(*object) && is_told(*object) =>
                {
                    continue;
                }
                // Who is busy at one of its ends has said so.
                Deed::Uses(Thing::Object(object), How::Read, _) if has_part(turn, *object) => {
                    continue;
                }
                Deed::Uses(Thing::Other(_) | Thing::End(_) | Thing::System, ..)
                | Deed::WakesInVain(_) => continue,
                Deed::Calls(call, None) => format!("calls {call}"),
                Deed::Calls(call, Some(error)) => {
                    format!("its {call} fails: {}", Printable::line(error))
                }
                Deed::Waits(wait) => match wait.at {
                    Some(at) => format!("{} ({})", self.short_wait(wait), self.line(at)),
                    None => self.short_wait(wait),
                },
                Deed::Takes(object, at) => self.at(format!("takes {}", self.object(*object)), *at),
                Deed::GivesBack(object) => format!("gives {} back", self.object(*object)),
                Deed::TimePasses => "time passes".to_owned(),
                Deed::Spawns(called) => format!("spawns {called}"),
                Deed::Wakes(called) => format!("wakes {called}"),
                Deed::Cancels(called) => format!("cancels {called}"),
                Deed::Ends(called, how) => {
                    let how = match how {
                        Ended::Value => "ends",
                        Ended::Panicked => "panics",
                        _ => "is cancelled",
                    };
                    match &turn.task {
                        Some(own) if own == called => how.to_owned(),
                        _ => format!("{called} {how}"),
                    }
                }
                Deed::Uses(Thing::Object(object) | Thing::Part(object, _), how, at) => {
                    self.at(self.uses(*object, *how), *at)
                }
            };
            if all.last() != Some(&words) {
                all.push(words);
            }
        }
        all
    }

    /// What two turns have in common that makes their order matter, for each of the two: in which line it does what.
    pub(crate) fn conflict(&self, one: &Turn, other: &Turn) -> [Option<String>; 2] {
        let mut all: Vec<([bool; 2], [String; 2])> = Vec::new();
        for (thing, how, at) in used(one) {
            for (other_thing, other_how, other_at) in used(other) {
                if thing != other_thing || !how.conflicts(other_how) {
                    continue;
                }
                // What is given back as a guard is dropped is known by the line that has taken it.
                let known = |at: Option<Line>, turn| {
                    at.or_else(|| used(turn).filter(|it| it.0 == thing).find_map(|it| it.2))
                };
                let (at, other_at) = (known(at, one), known(other_at, other));
                let words =
                    [self.used(thing, how, at, one), self.used(thing, other_how, other_at, other)];
                // Those say most that are known to the line.
                all.push(([at.is_none(), other_at.is_none()], words));
            }
        }
        let best = all.into_iter().min_by_key(|it| it.0).map(|it| it.1.map(Some));
        best.unwrap_or_else(|| [wakes(one, other), wakes(other, one)])
    }

    fn used(&self, thing: &Thing, how: How, at: Option<Line>, turn: &Turn) -> String {
        let what = match thing {
            Thing::Object(object) | Thing::Part(object, _) => {
                let deed = turn.deeds.iter().find_map(|it| match it {
                    Deed::Takes(it, _) if it == object => Some("takes"),
                    Deed::Waits(it) if it.object == Some(*object) => Some("waits for"),
                    Deed::GivesBack(it) if it == object => Some("gives back"),
                    _ => None,
                });
                match deed {
                    Some(deed) => format!("{deed} {}", self.object(*object)),
                    None => self.uses(*object, how),
                }
            }
            Thing::End(task) if turn.task.as_ref() == Some(task) => "ends".to_owned(),
            Thing::End(task) => format!("looks whether {task} has ended"),
            Thing::System => {
                let call = turn.deeds.iter().find_map(|it| match it {
                    Deed::Calls(call, _) => Some(*call),
                    _ => None,
                });
                format!("calls {}", call.unwrap_or("the system"))
            }
            Thing::Other(Shared::Tasks) if how == How::Read => "looks which tasks there are".into(),
            Thing::Other(Shared::Tasks) => "spawns a task, or ends one".to_owned(),
            Thing::Other(Shared::Ends(_)) => "one who waits for many hears of an end".to_owned(),
            Thing::Other(Shared::Clock) if how == How::Read => "looks at the time".to_owned(),
            Thing::Other(Shared::Timers) if how == How::Add => "sets a timer".to_owned(),
            Thing::Other(Shared::Clock | Shared::Timers) => "time passes".to_owned(),
            Thing::Other(_) => "wakes by a waker that is not the loop's".to_owned(),
        };
        match at {
            Some(at) => format!("{}, {what}", self.line(at)),
            None => what,
        }
    }

    fn uses(&self, object: ObjectId, how: How) -> String {
        let word = match (self.is_cell(object), how) {
            (true, How::Read) => "reads",
            (true, _) => "writes",
            (false, How::Read) => "looks at",
            (false, _) => "uses",
        };
        format!("{word} {}", self.object(object))
    }

    fn is_cell(&self, object: ObjectId) -> bool {
        self.cast.objects.get(&object).is_some_and(|it| it.kind == "cell")
    }

    fn short_wait(&self, wait: &Wait) -> String {
        match (wait.object, &wait.task) {
            (Some(object), _) => format!("waits for {}", self.object(object)),
            (None, Some(task)) => format!("waits for {task}"),
            _ => self.wait(wait),
        }
    }

    fn at(&self, words: String, at: Option<Line>) -> String {
        match at {
            Some(at) => format!("{words} ({})", self.line(at)),
            None => words,
        }
    }
}

/// Whether a turn is busy at an end of an object.
fn has_part(turn: &Turn, object: ObjectId) -> bool {
    let is_part = |it: &Deed| matches!(it, Deed::Uses(Thing::Part(it, _), ..) if *it == object);
    turn.deeds.iter().any(is_part)
}

/// That a turn wakes the task of another one, if it does.
fn wakes(turn: &Turn, other: &Turn) -> Option<String> {
    turn.deeds.iter().find_map(|it| match it {
        Deed::Cancels(it) if other.task.as_ref() == Some(it) => Some(format!("cancels {it}")),
        Deed::Spawns(it) if other.task.as_ref() == Some(it) => Some(format!("spawns {it}")),
        Deed::Wakes(it) | Deed::WakesInVain(it) if other.task.as_ref() == Some(it) => {
            Some(format!("wakes {it}"))
        }
        _ => None,
    })
}

/// What a turn uses.
fn used(turn: &Turn) -> impl Iterator<Item = (&Thing, How, Option<Line>)> {
    turn.deeds.iter().filter_map(|it| match it {
        Deed::Uses(thing, how, at) => Some((thing, *how, *at)),
        _ => None,
    })
}

/// The line of a deed, if it is known.
pub(crate) fn line(deed: &Deed) -> Option<Line> {
    match deed {
        Deed::Uses(_, _, at) | Deed::Takes(_, at) => *at,
        Deed::Waits(wait) => wait.at,
        _ => None,
    }
}

/// As much of a path as tells it from the others.
fn short(path: &str, all: &BTreeSet<&'static str>) -> String {
    let parts =
        |path: &str| -> Vec<String> { path.rsplit(['/', '\\']).map(str::to_owned).collect() };
    let own = parts(path);
    let least = if USUAL.contains(&own[0].as_str()) { 2 } else { 1 };
    let is_told = |n: &usize| {
        let same = |it: &&&str| ***it != *path && parts(it).iter().take(*n).eq(own.iter().take(*n));
        all.iter().find(same).is_none()
    };
    let n = (least..own.len()).find(is_told).unwrap_or(own.len());
    own[..n].iter().rev().map(String::as_str).collect::<Vec<_>>().join("/")
}

/// A turn by whose it is.
pub(crate) fn turn_of<'a>(seen: &'a Seen, called: &str, index: u32) -> Option<&'a Turn> {
    let is_it = |it: &&Turn| it.task.as_deref() == Some(called) && it.index == index;
    seen.turns.iter().find(is_it)
}
