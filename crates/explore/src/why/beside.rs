//! Two orders beside each other: what each step does, one lane a task.

use crate::why::again::Run;
use crate::why::passes::Swap;
use crate::why::witness::{Seen, Turn};
use crate::why::words::Words;

/// So many steps are shown that are the same in both.
const N_ALIKE: usize = 6;

/// So many rows there are at the most, from where the two differ.
const N_ROWS: usize = 60;

/// With more tasks, or longer names, there are no lanes.
const N_LANES: usize = 12;

/// What is not done by a task: time passes, or somebody outside does something.
const NOBODY: &str = "⋮";

/// A step, or several that do nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    /// Whose it is, and the how-many-th; none: it stands for several.
    id: Option<(String, u32)>,
    /// What it does, a line each.
    lines: Vec<String>,
    /// Whether it is one of those that are the other way round.
    is_marked: bool,
}

/// The rows of a run; steps that touch nothing are told together.
fn rows(seen: &Seen, words: &Words<'_>, marked: &[(String, u32)]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut folded: Vec<(String, usize)> = Vec::new();
    let tell = |rows: &mut Vec<Row>, folded: &mut Vec<(String, usize)>| {
        if !folded.is_empty() {
            let each = folded.iter().map(|(task, n)| match n {
                1 => task.clone(),
                n => format!("{task}, {n} times"),
            });
            let told = format!("(touch nothing: {})", each.collect::<Vec<_>>().join("; "));
            rows.push(Row { id: None, lines: vec![told], is_marked: false });
            folded.clear();
        }
    };
    for Turn { task, index, deeds } in &seen.turns {
        let who = task.as_deref().unwrap_or(NOBODY).to_owned();
        let turn = Turn { task: task.clone(), index: *index, deeds: deeds.clone() };
        let lines = words.deeds(&turn);
        let id = (who.clone(), *index);
        let is_marked = marked.contains(&id);
        if lines.is_empty() && !is_marked {
            match folded.last_mut().filter(|it| it.0 == who) {
                Some(last) => last.1 += 1,
                None => folded.push((who, 1)),
            }
            continue;
        }
        tell(&mut rows, &mut folded);
        rows.push(Row { id: Some(id), lines, is_marked });
    }
    tell(&mut rows, &mut folded);
    rows
}

/// The lanes of all tasks.
struct Lanes {
    /// The tasks, in the order in which they are met; none: they are too many.
    tasks: Vec<String>,
}

impl Lanes {
    fn new(all: &[&[Row]]) -> Lanes {
        let mut tasks: Vec<String> = Vec::new();
        for (task, _) in all.iter().copied().flatten().filter_map(|it| it.id.as_ref()) {
            if !tasks.contains(task) && task != NOBODY {
                tasks.push(task.clone());
            }
        }
        tasks.sort_by_key(|it| (it != "M", it.clone()));
        if tasks.len() > N_LANES || tasks.iter().any(|it| it.len() > 1) {
            tasks.clear();
        }
        Lanes { tasks }
    }

    /// A row as text, a line for each thing that it does.
    fn text(&self, row: &Row) -> Vec<String> {
        let mark = if row.is_marked { '*' } else { ' ' };
        let who = row.id.as_ref().map_or(NOBODY, |it| &*it.0);
        // What a step does after its first deed hangs on its lane.
        let lanes = |mark: &str| match self.tasks.iter().any(|it| it == who) {
            true => {
                let lane = |it: &String| if it == who { mark.to_owned() } else { "·".to_owned() };
                self.tasks.iter().map(lane).collect::<Vec<_>>().join(" ")
            }
            false => mark.to_owned(),
        };
        let n = (2 * self.tasks.len()).saturating_sub(1).max(who.chars().count());
        let (head, rest) = (lanes(who), lanes("│"));
        let mut lines = row.lines.iter();
        let first = lines.next().map_or("", String::as_str);
        let mut text = vec![format!("{mark} {head:n$}  {first}")];
        text.extend(lines.map(|it| format!("  {rest:n$}  {it}")));
        text
    }
}

/// The one that fails and the one that passes, beside each other. What is the other way round has a star.
pub(crate) fn beside(
    fails: &Run,
    passes: &Run,
    swaps: &[Swap],
    called: impl Fn(u16) -> String,
    words: &Words<'_>,
) -> String {
    let marked: Vec<_> =
        swaps.iter().flat_map(|it| [it.sooner, it.later]).map(|it| (called(it.0), it.1)).collect();
    let [left, right] = [fails, passes].map(|it| rows(&it.seen, words, &marked));
    let n_alike = left.iter().zip(&right).take_while(|(one, other)| one == other).count();
    let skipped = n_alike.saturating_sub(N_ALIKE);
    let lanes = Lanes::new(&[&left, &right]);
    let text = |rows: &[Row]| {
        let mut text: Vec<String> =
            rows.iter().skip(skipped).flat_map(|it| lanes.text(it)).collect();
        if text.len() > N_ROWS {
            let n = text.len() - N_ROWS;
            text.truncate(N_ROWS);
            text.push(format!("  ⋮ {n} lines more"));
        }
        text
    };
    let head = |kind: &str, run: &Run| match run.schedule.to_string() {
        it if it.is_empty() => format!("  {kind}:"),
        it => format!("  {kind}, by {it}:"),
    };
    let [mut left, mut right] = [text(&left), text(&right)];
    left.insert(0, head("fails", fails));
    right.insert(0, head("passes", passes));
    if skipped > 0 {
        let alike = format!("  ⋮ {skipped} steps that are the same in both");
        left.insert(1, alike);
        right.insert(1, "  ⋮".to_owned());
    }
    let width = left.iter().map(|it| it.chars().count()).max().unwrap_or(0);
    let n = left.len().max(right.len());
    let mut whole = String::new();
    for place in 0..n {
        let [left, right] = [&left, &right].map(|it| it.get(place).map_or("", String::as_str));
        let pad = width - left.chars().count();
        let line = format!("{left}{:pad$}  ┃ {right}", "");
        whole.push_str(line.trim_end());
        whole.push('\n');
    }
    whole
}
