//! A prediction: in which order the lines come, compared with a run; the first wrong one is explained.

use boucle_trace::{Player, Printable, Trace, What};
use serde::Serialize;

/// So many lines are asked for at the most: more is copying, not thinking.
pub(crate) const MOST: usize = 12;

/// What is asked: the first lines of a run's output, in no order that would tell anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// How many lines are asked for.
    pub n_lines: usize,
    /// How many the run prints in all.
    pub n_printed: usize,
    /// The different ones among them, sorted; each comes at least once.
    pub choices: Vec<Printable>,
}

/// What became of a prediction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How many lines are right, up to the first that is not.
    pub n_right: usize,
    /// How many were asked for.
    pub n_lines: usize,
    /// The first line that is wrong.
    pub wrong: Option<Wrong>,
}

/// A line that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// Which line, from 1.
    pub line: usize,
    /// What was predicted; nothing if the prediction ends before it.
    pub predicted: Option<Printable>,
    /// What comes; nothing if the run prints no more.
    pub comes: Option<Printable>,
    /// Where in the run it comes: so many events have been played then.
    pub position: usize,
    /// Why, as the run tells it.
    pub reasons: Vec<Printable>,
}

/// The lines that a run prints on stdout, as a reader sees them, and where: after so many events.
fn printed(trace: &Trace) -> Vec<(usize, Printable)> {
    let said = trace.events().iter().enumerate().filter_map(|(place, event)| match &event.what {
        What::Printed { error: false, line, .. } => Some((place + 1, Printable::line(&**line))),
        _ => None,
    });
    said.collect()
}

impl Question {
    /// What can be asked of a run; nothing if it prints fewer than two lines.
    #[must_use]
    pub fn about(trace: &Trace) -> Option<Question> {
        let lines = printed(trace);
        let n_lines = lines.len().min(MOST);
        let mut choices: Vec<_> = lines[..n_lines].iter().map(|(_, it)| it.clone()).collect();
        choices.sort();
        choices.dedup();
        let n_printed = lines.len();
        (n_lines > 1).then_some(Question { n_lines, n_printed, choices })
    }
}

impl Verdict {
    /// Compares a prediction with the run.
    #[must_use]
    pub fn on(trace: &Trace, predicted: &[String]) -> Verdict {
        let lines = printed(trace);
        let predicted: Vec<_> = predicted.iter().map(Printable::line).collect();
        let n_lines = lines.len().min(MOST).max(predicted.len().min(lines.len()));
        let pairs = lines.iter().take(n_lines).zip(&predicted);
        let n_right = pairs.take_while(|((_, comes), it)| comes == *it).count();
        let is_right = n_right == n_lines && predicted.len() <= n_lines;
        let wrong = (!is_right).then(|| explain(trace, &lines, &predicted, n_right));
        Verdict { n_right, n_lines, wrong }
    }

    /// The verdict in words, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<Printable> {
        let Some(wrong) = &self.wrong else {
            return vec![format!("All {} lines are right.", self.n_lines).into()];
        };
        let line = wrong.line;
        let first = match (&wrong.predicted, &wrong.comes) {
            (Some(said), Some(comes)) => {
                format!("Line {line} is wrong: you said \"{said}\", and \"{comes}\" comes.")
            }
            (Some(said), None) => {
                format!("Line {line} is wrong: you said \"{said}\", and nothing more comes.")
            }
            (None, Some(comes)) => format!("Line {line} is missing: \"{comes}\" comes."),
            (None, None) => unreachable!("a line that is wrong was said, or comes"),
        };
        // Both of them in whole, if each is as long as a line may be.
        let mut said = vec![Printable::lines(first)];
        said.extend(wrong.reasons.iter().cloned());
        match self.n_right {
            0 => {}
            1 => said.push("The line before it is right.".into()),
            n => said.push(format!("The {n} lines before it are right.").into()),
        }
        said
    }
}

/// Why line `n_right`, from 0, is another one.
fn explain(
    trace: &Trace,
    lines: &[(usize, Printable)],
    predicted: &[Printable],
    n_right: usize,
) -> Wrong {
    let mut player = Player::new(trace.clone());
    let (position, comes) = match lines.get(n_right) {
        Some((position, comes)) => (*position, Some(comes.clone())),
        None => (trace.len(), None),
    };
    player.seek(position);
    let mut reasons = Vec::new();
    if comes.is_some() {
        let said = player.told().map(|(who, what)| (who, player.seconds(player.state().now), what));
        reasons.extend(said.map(|(who, at, what)| format!("At {at} s {who} {what}.").into()));
        reasons.extend(player.why().map(Printable::from));
    } else {
        let told = player.told();
        reasons.extend(
            told.map(|(who, what)| format!("The last thing that happens: {who} {what}.").into()),
        );
    }
    let said = predicted.get(n_right).cloned();
    reasons.extend(said.as_ref().map(|it| instead(&player, lines, n_right, it).into()));
    Wrong { line: n_right + 1, predicted: said, comes, position, reasons }
}

/// Where the line that was predicted comes instead, and what its task does meanwhile.
fn instead(
    player: &Player,
    lines: &[(usize, Printable)],
    n_right: usize,
    said: &Printable,
) -> String {
    let is_it = |(_, line): &&(usize, Printable)| line == said;
    let Some((position, _)) = lines.iter().skip(n_right).find(is_it) else {
        let before = lines.iter().take(n_right).filter(is_it).count();
        return match before {
            0 => format!("\"{said}\" is never printed."),
            _ => format!("\"{said}\" does not come again."),
        };
    };
    let mut later = player.clone();
    later.seek(*position);
    let at = later.seconds(later.state().now);
    let Some(by) = later.state().output.last().and_then(|it| it.by) else {
        return format!("\"{said}\" comes later, at {at} s.");
    };
    let name = later.state().name(by);
    let state = player.state();
    let now = match (state.tasks.get(&by), state.ready.iter().position(|it| *it == by)) {
        _ if state.running.contains(&by) => format!("{name} prints it, but this first"),
        (None, _) => format!("{name} prints it, which has not run yet"),
        (_, Some(0)) => format!("{name} prints it, which is next in the ready queue now"),
        (_, Some(n)) => {
            format!("{name} prints it, which is ready now, with {n} before it in the queue")
        }
        (Some(_), None) => match player.waits(by).next() {
            Some(waits) => format!("{name} prints it, which waits {waits} now"),
            None => format!("{name} prints it, which does not run now"),
        },
    };
    format!("\"{said}\" comes later, at {at} s: {now}.")
}
