//! The objects that tasks share: what each is, where it was made, who has it, who waits for it.

use std::collections::BTreeMap;

use boucle_trace::{ObjectNo, Place, Printable, TaskNo};
use ratatui::style::{Modifier, Style};

use super::list::{Anchor, Item, List};
use crate::app::{App, Target};
use crate::source::plain;

/// So many tasks are asked what they wait for, at the most.
const MOST_TASKS: usize = 10_000;
/// So many objects are listed at the most that nobody waits for.
const MOST_OBJECTS: usize = 1000;
/// So many tasks are named at the most.
const MOST_NAMES: usize = 5;

/// The objects; those that somebody waits for come first.
pub(super) fn objects(app: &App) -> List<'_> {
    let state = app.player.state();
    let mut waiting: BTreeMap<ObjectNo, Vec<TaskNo>> = BTreeMap::new();
    for task in app.listed().into_iter().take(MOST_TASKS) {
        for object in state.waits_for(task).filter_map(|it| it.object) {
            waiting.entry(object).or_default().push(task);
        }
    }
    let others = state.objects.keys().filter(|it| !waiting.contains_key(it));
    let shown: Vec<_> = waiting.keys().chain(others.take(MOST_OBJECTS)).copied().collect();
    if shown.is_empty() {
        let none = "none has been met yet";
        let none = Item { lead: "".into(), text: none.into(), style: Style::new(), target: None };
        return List::of("objects, who has and who waits", vec![none]);
    }
    let n_more = state.objects.keys().filter(|it| !waiting.contains_key(it)).count();
    let title = match n_more.saturating_sub(MOST_OBJECTS) {
        0 => "objects, who has and who waits".to_owned(),
        n => format!("objects, without {n} that nobody waits for"),
    };
    let n = shown.len();
    // The one that the chosen task waits for is in sight.
    let wanted = app.task().and_then(|it| state.waits_for(it).find_map(|it| it.object));
    let at = wanted.and_then(|it| shown.iter().position(|object| *object == it));
    let item = move |place: usize| {
        let object = shown[place];
        let waiting = waiting.get(&object).map_or(&[][..], |it| it);
        let style = if waiting.is_empty() { Style::new() } else { super::bold() };
        let is_wanted = Some(object) == wanted && app.chosen.is_some();
        let style = if is_wanted { style.add_modifier(Modifier::REVERSED) } else { style };
        let holder = state.objects.get(&object).and_then(|it| it.holders.keys().next());
        Item {
            lead: format!("{}: ", state.object_name(object)).into(),
            text: says(app, object, waiting),
            style,
            target: holder.or(waiting.first()).map(|it| Target::Task(*it)),
        }
    };
    let anchor = at.map_or(Anchor::First, Anchor::Bottom);
    List { title: title.into(), head: None, n, item: Box::new(item), anchor }
}

/// Who has an object, who waits for it, and where it was made.
fn says(app: &App, object: ObjectNo, waiting: &[TaskNo]) -> Printable {
    let mut said = Vec::new();
    let known = app.player.state().objects.get(&object);
    let holders = known.into_iter().flat_map(|it| it.holders.keys().copied());
    let holders: Vec<_> = holders.collect();
    if !holders.is_empty() {
        let verb = if holders.len() == 1 { "has it" } else { "have it" };
        said.push(format!("{} {verb}", names(app, &holders)));
    }
    if !waiting.is_empty() {
        let verb = if waiting.len() == 1 { "waits for it" } else { "wait for it" };
        said.push(format!("{} {verb}", names(app, waiting)));
    }
    if said.is_empty() {
        said.push("nobody has it, and nobody waits for it".to_owned());
    }
    if let Some(Place { file, line }) = known.and_then(|it| it.place.as_ref()) {
        let path = plain(file);
        said.push(format!("made at {}:{line}", Printable::line(path.to_string_lossy())));
    }
    Printable::line(said.join("; "))
}

/// Some names, and how many more there are.
fn names(app: &App, tasks: &[TaskNo]) -> String {
    let shown = tasks.iter().take(MOST_NAMES).map(|it| app.player.state().name(*it));
    let names = shown.collect::<Vec<_>>().join(", ");
    match tasks.len().saturating_sub(MOST_NAMES) {
        0 => names,
        n => format!("{names} and {n} more"),
    }
}
