//! The tasks of a loop that does not answer, as its last events tell of them.

use std::collections::{BTreeMap, BTreeSet};

use boucle_trace::{Life, On, Place, Player, State, TaskNo, Trace};

/// So many tasks are shown.
const MOST: usize = 1000;

/// So many levels are indented.
const LEVELS: usize = 32;

/// The tasks that have not ended, a line each; below a task those that it waits for.
pub(super) fn of(trace: &Trace) -> String {
    let mut player = Player::new(trace.clone());
    player.seek_end();
    let state = player.state();
    let alive: Vec<_> = state
        .tasks
        .keys()
        .copied()
        .filter(|it| !matches!(state.life(*it), Life::Done(_)))
        .collect();
    let (mut below, mut is_awaited) = (BTreeMap::new(), BTreeSet::new());
    for task in &alive {
        let others: Vec<_> = state
            .waits_for(*task)
            .filter_map(|it| if let On::Task(other) = it.on { Some(other) } else { None })
            .filter(|_| state.life(*task) == Life::Waiting)
            .collect();
        is_awaited.extend(others.iter().copied());
        below.insert(*task, others);
    }
    let mut lines =
        vec!["The loop itself does not answer: this is what its last events tell.".to_owned()];
    // Those that nobody awaits first; then what hangs on a circle.
    let (awaited, roots): (Vec<_>, Vec<_>) = alive.iter().partition(|it| is_awaited.contains(*it));
    let mut shown = BTreeSet::new();
    for root in roots.into_iter().chain(awaited) {
        let mut left = if shown.contains(root) { Vec::new() } else { vec![(*root, 0)] };
        while let Some((task, level)) = left.pop() {
            let is_new = shown.insert(task);
            if lines.len() <= MOST {
                lines.push(line(&player, state, task, level, is_new));
            }
            if is_new {
                left.extend(
                    below[&task]
                        .iter()
                        .rev()
                        .filter(|it| below.contains_key(it))
                        .map(|it| (*it, level + 1)),
                );
            }
        }
    }
    if shown.len() > MOST {
        lines.push(format!("and {} more", shown.len() - MOST));
    }
    lines.join("\n") + "\n"
}

fn line(player: &Player, state: &State, task: TaskNo, level: usize, is_new: bool) -> String {
    let indent = "  ".repeat(level.min(LEVELS));
    let name = state.name(task);
    if !is_new {
        return format!("{indent}{name}, which stands above");
    }
    let does = match state.life(task) {
        Life::Running => {
            let began = state.tasks[&task].poll_began.unwrap_or(state.now);
            let lasts = state.now.saturating_sub(began);
            format!("runs, since {} s ({:.1} s)", player.seconds(began), lasts as f64 / 1e9)
        }
        Life::Ready => "is ready, and waits for its turn".to_owned(),
        _ => match player.waits(task).collect::<Vec<_>>() {
            waits if waits.is_empty() => "waits".to_owned(),
            waits => format!("waits {}", waits.join(", and ")),
        },
    };
    let spawned = state.tasks[&task].place.as_ref();
    let spawned =
        spawned.map_or(String::new(), |Place { file, line }| format!(", spawned at {file}:{line}"));
    format!("{indent}{name}: {does}{spawned}")
}
