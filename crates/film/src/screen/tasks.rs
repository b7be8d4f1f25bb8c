//! The panes of the tasks: what each does now, and what each did in all.

use boucle_trace::overview::{Stretch, Sums};
use boucle_trace::{Printable, TaskNo};
use ratatui::style::{Color, Modifier, Style};

use super::list::{Anchor, Item, List};
use super::lists::is_chosen;
use super::pad_name;
use crate::app::{App, Target};
use crate::scene::row;

/// A name takes so many columns at the most.
const NAME: usize = 14;

/// Each life has a sign and a color: who sees no color sees the sign.
fn sign(life: &str) -> (&'static str, Style) {
    match life {
        "running" => ("▶", Style::new().fg(Color::Green).add_modifier(Modifier::BOLD)),
        "ready" => ("●", Style::new().fg(Color::Magenta)),
        "waiting" => ("◌", Style::new()),
        "failed" => ("✗", Style::new().fg(Color::Red)),
        _ => ("✓", Style::new().add_modifier(Modifier::DIM)),
    }
}

/// The tasks: who runs, who waits for whom.
pub(super) fn tasks(app: &App, width: u16) -> List<'_> {
    let listed = app.listed();
    if listed.is_empty() {
        let none =
            Item { lead: "".into(), text: "none yet".into(), style: Style::new(), target: None };
        return List { title: title(app).into(), ..List::of("", vec![none]) };
    }
    let state = app.player.state();
    // Names are in line, as far as they are looked at.
    let names = listed.iter().take(100).map(|it| Printable::name(state.name(*it)).width());
    // Beside a name there are a sign and its polls, and what it does has a third of the room.
    let room = (usize::from(width.saturating_sub(2)) * 2 / 3).saturating_sub(9);
    let name = names.max().unwrap_or(0).min(NAME).min(room);
    // The chosen task is in sight, else the one that something happens to.
    let at = app.task().map_or(0, |it| listed.partition_point(|task| *task < it));
    let n = listed.len();
    let item = move |place: usize| {
        let task = listed[place];
        let row = row(&app.player, task);
        let (sign, style) = sign(row.life);
        let is_chosen = is_chosen(app, task);
        let style = if is_chosen { style.add_modifier(Modifier::REVERSED) } else { style };
        let polls = format!("{}×", row.n_polls);
        Item {
            lead: format!("{sign} {} {polls:>4} ", pad_name(&row.name, name)).into(),
            text: if is_chosen { with_chain(app, task, &row.says) } else { row.says },
            style,
            target: Some(Target::Task(task)),
        }
    };
    let anchor = Anchor::Bottom(at);
    List { title: title(app).into(), head: None, n, item: Box::new(item), anchor }
}

/// What a task does, and the calls that await one another in it, as far as they were told.
fn with_chain(app: &App, task: TaskNo, says: &Printable) -> Printable {
    match app.player.stands(task) {
        None => says.clone(),
        Some(stands) => Printable::line(format!("{says}; {stands}")),
    }
}

fn title(app: &App) -> String {
    let n_known = app.player.state().tasks.len();
    match &app.there {
        Some(there) if there.len() < n_known => {
            format!("tasks, without {} that have ended", n_known - there.len())
        }
        _ => "tasks, and their polls".to_owned(),
    }
}

/// A duration in three digits: `1.95 s`, `290 ms`. It is no wider than seven columns in a run of a month.
fn short(nanoseconds: u64) -> String {
    let units = [(3_600_000_000_000, "h"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")];
    // Hours only where seconds would be too many.
    let is_it = |(unit, name): &(u64, &str)| match *name {
        "h" => nanoseconds >= 10 * unit,
        _ => nanoseconds >= *unit,
    };
    let Some((unit, name)) = units.into_iter().find(is_it) else {
        let name = if nanoseconds == 0 { "s" } else { "ns" };
        return format!("{nanoseconds} {name}");
    };
    // In hundredths of the unit, so that nothing is rounded up.
    let hundredths = u128::from(nanoseconds) * 100 / u128::from(unit);
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match whole {
        0..10 if part % 10 > 0 => format!("{whole}.{part:02} {name}"),
        0..100 if part >= 10 => format!("{whole}.{} {name}", part / 10),
        _ => format!("{whole} {name}"),
    }
}

/// What each task did in all, or in the selection.
pub(super) fn summary(app: &App, width: u16) -> List<'_> {
    let (sums, title) = match &app.lens.sums {
        Some(sums) => (sums, super::says_sums(sums)),
        None => (&app.whole, "summary: what each task did in all".to_owned()),
    };
    // In a narrow pane the columns are as narrow as the longest duration.
    let is_wide = width >= 78;
    let (name, polls, time, longest) = if is_wide { (14, 6, 10, 13) } else { (9, 5, 8, 9) };
    let (poll, wait) =
        if is_wide { ("longest poll", "longest wait") } else { ("max poll", "max wait") };
    let head = format!(
        "{:name$}{:>polls$}{:>time$}{:>time$}{:>time$}{poll:>longest$}{wait:>longest$}",
        "task", "polls", "ran", "ready", "waited"
    );
    let item = move |place: usize| {
        let Sums { task, n_polls, ran, ready, waited, longest_poll, longest_wait, .. } =
            &sums.tasks[place];
        let [ran, ready, waited] = [ran, ready, waited].map(|it| short(*it));
        let says = |it: &Option<Stretch>| it.map_or_else(|| "–".to_owned(), |it| short(it.length));
        let (poll, wait) = (says(longest_poll), says(longest_wait));
        let text = format!(
            "{n_polls:>polls$}{ran:>time$}{ready:>time$}{waited:>time$}{poll:>longest$}{wait:>longest$}"
        );
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        Item {
            lead: pad_name(&app.overview.name(*task), name),
            text: text.into(),
            style: if is_chosen(app, *task) { reversed } else { Style::new() },
            target: Some(Target::Task(*task)),
        }
    };
    let n = sums.tasks.len();
    let at = app.chosen.map_or(0, |it| sums.tasks.partition_point(|sums| sums.task < it));
    let anchor = Anchor::Bottom(at);
    List { title: title.into(), head: Some(head.into()), n, item: Box::new(item), anchor }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_duration_has_three_digits() {
        let said = [0, 999, 1_950, 69_535_000, 290_365_000, 2_355_887_314, 3_000_000_000];
        let said = said.map(short);
        assert_eq!(said, ["0 s", "999 ns", "1.95 µs", "69.5 ms", "290 ms", "2.35 s", "3 s"]);
        let said = [2_500_000_000, 12_040_000_000, 35_999_000_000_000, 360_000_000_000_000];
        assert_eq!(said.map(short), ["2.5 s", "12 s", "35999 s", "100 h"]);
    }
}
