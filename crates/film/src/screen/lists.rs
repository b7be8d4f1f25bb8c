//! What each pane lists.

use boucle_trace::{Printable, TaskNo, What};
use ratatui::style::{Color, Modifier, Style};

use super::list::{Anchor, Item, List};
use super::{bold, objects, reversed, tasks};
use crate::app::{App, Pane, Target, View};
use crate::scene::Scene;
use crate::source::stands;

/// The list of a pane that is so wide.
pub(super) fn list<'a>(app: &'a App, scene: &Scene, pane: Pane, width: u16) -> List<'a> {
    match pane {
        Pane::Now => now(scene),
        Pane::Tasks => tasks::tasks(app, width),
        Pane::Ready => ready(scene),
        Pane::Timers => timers(scene),
        Pane::Objects => objects::objects(app),
        Pane::Findings => findings(app),
        Pane::Output => output(app),
        Pane::Source => source(app, scene, width),
        Pane::Events => events(app),
        Pane::Summary => tasks::summary(app, width),
        Pane::Lanes => List::of("lanes", Vec::new()),
    }
}

/// An item that is only words.
fn words(text: &Printable, style: Style) -> Item {
    Item { lead: "".into(), text: text.clone(), style, target: None }
}

/// What happens now, in words.
fn now(scene: &Scene) -> List<'static> {
    let plain = Style::new();
    let mut items = vec![words(&scene.phase_says, bold().fg(Color::Green))];
    let lead =
        |lead: &str, text: &Printable, style| Item { lead: lead.into(), ..words(text, style) };
    items.extend(scene.told.iter().map(|it| words(it, bold())));
    items.extend(scene.findings.iter().map(|it| lead("! ", it, plain.fg(Color::Red))));
    items.extend(scene.why.iter().map(|it| lead("why: ", it, plain)));
    items.extend(scene.asleep.iter().map(|it| words(it, plain)));
    List::of("now", items)
}

/// The ready queue, next one first.
fn ready(scene: &Scene) -> List<'static> {
    let text = match &scene.ready[..] {
        [] => "empty".into(),
        names => {
            let more = match scene.n_more_ready {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            Printable::lines(format!("{}{more}", names.join(" · ")))
        }
    };
    List::of("ready queue, next one first", vec![words(&text, Style::new())])
}

/// The timers, earliest first.
fn timers(scene: &Scene) -> List<'static> {
    let mut items: Vec<_> = scene.timers.iter().map(|it| words(it, Style::new())).collect();
    if items.is_empty() {
        items.push(words(&"none".into(), Style::new()));
    }
    List::of("timers", items)
}

/// What is suspicious.
fn findings(app: &App) -> List<'_> {
    if app.findings.is_empty() {
        return List::of("findings", vec![words(&"nothing is suspicious".into(), Style::new())]);
    }
    let position = app.player.position();
    let item = move |place: usize| {
        let finding = &app.findings[place];
        let at = app.player.seconds(app.overview.time(finding.event + 1));
        let is_here = finding.event + 1 == position;
        Item {
            lead: format!("! {at} ").into(),
            text: Printable::lines(finding.message.replace('\n', " ")),
            style: if is_here { reversed() } else { Style::new().fg(Color::Red) },
            target: Some(Target::Position(finding.event + 1)),
        }
    };
    let n = app.findings.len();
    let before = app.findings.partition_point(|it| it.event < position);
    let title = match n {
        1 => "1 finding; f goes there".to_owned(),
        n => format!("{n} findings; f goes to the next"),
    };
    let anchor = Anchor::Bottom(before.saturating_sub(1));
    let anchor = if before == 0 { Anchor::First } else { anchor };
    List { title: title.into(), head: None, n, item: Box::new(item), anchor }
}

/// What was printed: all of it, or up to the moment.
fn output(app: &App) -> List<'_> {
    let base = &app.run.trace.base().output;
    let position = app.player.position();
    let so_far = base.len() + app.overview.printed().partition_point(|it| *it < position);
    let (n, title) = match app.view {
        View::Whole => (base.len() + app.overview.printed().len(), "output"),
        View::Moment => (so_far, "output so far"),
    };
    let item = move |place: usize| {
        let (at, error, text, target) = match base.get(place) {
            Some(line) => (line.at, line.error, &line.text, None),
            None => {
                let place = app.overview.printed()[place - base.len()];
                let event = &app.run.trace.events()[place];
                let What::Printed { error, line, .. } = &event.what else {
                    unreachable!("only what was printed is listed")
                };
                (event.at, *error, line, Some(place + 1))
            }
        };
        // What just happened; and in the whole run, what has not happened yet.
        let style = match target {
            Some(it) if it == position => reversed(),
            Some(it) if it > position && position > 0 => Style::new().add_modifier(Modifier::DIM),
            _ => Style::new(),
        };
        Item {
            lead: app.player.seconds(at).into_lead(),
            text: Printable::line(format!("{}{text}", if error { "! " } else { "" })),
            style: if error { style.fg(Color::Red) } else { style },
            target: target.map(Target::Position),
        }
    };
    let anchor = match so_far.checked_sub(1) {
        Some(last) if position > 0 => Anchor::Bottom(last),
        _ => Anchor::First,
    };
    let title = if n == 0 { format!("{title}: nothing") } else { title.to_owned() };
    List { title: title.into(), head: None, n, item: Box::new(item), anchor }
}

/// A time before a text.
trait IntoLead {
    fn into_lead(self) -> Printable;
}

impl IntoLead for String {
    fn into_lead(self) -> Printable {
        format!("{self} ").into()
    }
}

/// The source that is wanted, or the one whose line is marked.
fn source<'a>(app: &'a App, scene: &Scene, width: u16) -> List<'a> {
    /// So many lines around the marked one are looked at for what all of them are indented by.
    const AROUND: usize = 30;
    // Of a task that was chosen it shows where it stands, of others what the moment is about.
    let chosen = app.chosen.and_then(|it| stands(&app.run.sources, &app.player, it));
    let (mark, says) = match chosen {
        Some(it) => {
            let name = app.chosen.map(|it| app.player.state().name(it)).unwrap_or_default();
            (
                Some((it.source, it.line)),
                Some(format!("{} {}", Printable::name(name), it.here.says())),
            )
        }
        None => (scene.mark, scene.mark_says.map(str::to_owned)),
    };
    let place = app.source.or(mark.map(|(source, _)| source)).unwrap_or(0);
    let Some(source) = app.run.sources.get(place) else {
        let text = "The source is not here.".into();
        return List::of("source", vec![words(&text, Style::new())]);
    };
    let marked = mark.filter(|(it, _)| *it == place).map(|(_, line)| line);
    let says = says.filter(|_| marked.is_some());
    let says = says.map_or_else(String::new, |it| format!("{it}: "));
    let room = usize::from(width).saturating_sub(4 + says.len());
    let title = format!("{says}{}", end_of(&source.path, room)).into();
    let first = marked.unwrap_or(1).saturating_sub(AROUND);
    // What all lines in sight are indented by says nothing, and takes room.
    let near = source.lines.iter().skip(first).take(2 * AROUND);
    let indents = near.filter(|it| !it.trim().is_empty());
    let indent = indents.map(|it| it.len() - it.trim_start().len()).min().unwrap_or(0);
    let item = move |place: usize| {
        let (number, text) = (place + 1, &source.lines[place]);
        let n_spaces = text.len() - text.trim_start().len();
        let text = &text[indent.min(n_spaces)..];
        let (sign, style) = match Some(number) == marked {
            true => ("▶", bold().fg(Color::Green)),
            false => (" ", Style::new()),
        };
        // Where a line is wrapped, it goes on below its own indent.
        let spaces = " ".repeat(n_spaces.saturating_sub(indent));
        Item {
            lead: format!("{sign}{number:>4} {spaces}").into(),
            text: Printable::line(text.trim_start()),
            style,
            target: None,
        }
    };
    let anchor = marked.map_or(Anchor::First, |it| Anchor::Middle(it - 1));
    List { title, head: None, n: source.lines.len(), item: Box::new(item), anchor }
}

/// The end of a path, which says the most of it, if all of it is too long.
fn end_of(path: &Printable, room: usize) -> String {
    let mut end = &**path;
    while Printable::line(end).width() + 1 > room {
        let Some((_, after)) = end.split_once('/') else { break };
        end = after;
    }
    if end.len() == path.len() { end.to_owned() } else { format!("…{end}") }
}

/// The events around the moment.
fn events(app: &App) -> List<'_> {
    let position = app.player.position();
    let item = move |place: usize| {
        let at = app.player.seconds(app.run.trace.events()[place].at);
        let (who, what) = app.player.told_of(place).unwrap_or_default();
        let (sign, style) = match place + 1 == position {
            true => ("▶", bold()),
            false if place >= position => (" ", Style::new().add_modifier(Modifier::DIM)),
            false => (" ", Style::new()),
        };
        Item {
            lead: format!("{sign} {at} ").into(),
            text: Printable::line(format!("{who} {what}")),
            style,
            target: Some(Target::Position(place + 1)),
        }
    };
    let n = app.run.trace.len();
    let anchor = Anchor::Middle(position.saturating_sub(1));
    List { title: "events".into(), head: None, n, item: Box::new(item), anchor }
}

/// Whether a task is the chosen one.
pub(super) fn is_chosen(app: &App, task: TaskNo) -> bool {
    app.chosen == Some(task)
}
