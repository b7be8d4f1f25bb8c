//! Looking at a program that runs: its tasks, its last events, what it does now.

mod follow;
mod live;
mod tree;

use std::io;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use boucle_trace::attach::{AttachError, LoopStatus, Program, Update};
use boucle_trace::{Printable, Trace};

use crate::run::Run;
use crate::write;

/// A poll that has lasted so long is worth a word.
const LONG: Duration = Duration::from_millis(10);

/// A loop of a program that runs, or all of them.
pub(crate) struct Looked {
    /// The program.
    pub(crate) program: Program,
    /// Which loop it is; of several, the first.
    pub(crate) number: u32,
    /// The loops that there are.
    all: Vec<u32>,
    /// Whether they are all looked at, and those that come later.
    is_all: bool,
}

/// A program cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    /// It does not answer, or says no.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// There are several loops, or none of this number. The message names them.
    #[error("{words}\n{loops}")]
    WhichLoop {
        /// What is wrong.
        words: String,
        /// The loops, a line each.
        loops: Printable,
    },
    /// The terminal or the file says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Finds a program, and a loop of it.
pub(crate) fn open(process: u32, number: Option<u32>) -> Result<Looked, LookError> {
    find(process, number, false)
}

/// Finds a program, and a loop of it, or all its loops if none is asked for.
pub(crate) fn open_all(process: u32, number: Option<u32>) -> Result<Looked, LookError> {
    find(process, number, number.is_none())
}

fn find(process: u32, number: Option<u32>, is_all: bool) -> Result<Looked, LookError> {
    let program = Program::find(process)?;
    let loops = program.loops()?;
    let first = if is_all || loops.len() == 1 { loops.first() } else { None };
    let asked = number.or(first.map(|it| it.number));
    if let Some(number) = asked.filter(|asked| loops.iter().any(|it| it.number == *asked)) {
        let all = loops.iter().map(|it| it.number).collect();
        return Ok(Looked { program, number, all, is_all });
    }
    let words = match (number, loops.len()) {
        (_, 0) => format!("process {process} has no loop that is recorded any more"),
        (Some(number), _) => format!("process {process} has no loop {number}; these there are:"),
        (None, _) => format!("process {process} has several loops: say --loop N"),
    };
    let loops: String = loops.iter().map(|it| format!("  {}\n", stands(it))).collect();
    Err(LookError::WhichLoop { words, loops: Printable::lines(loops.trim_end()) })
}

/// How a loop stands, in one line.
pub(crate) fn stands(status: &LoopStatus) -> Printable {
    let LoopStatus { number, n_tasks, n_events, .. } = status;
    let does = match (&status.runs, &status.end) {
        (Some((_, name, lasts)), _) if *lasts >= LONG => {
            format!("{} has run for {}", Printable::name(&**name), seconds(lasts.as_secs_f64()))
        }
        (_, Some(_)) => "its run is over".to_owned(),
        (None, None) if status.is_asleep => "it sleeps".to_owned(),
        (_, None) => "it turns".to_owned(),
    };
    let program = Printable::name(&*status.program);
    let lasts = seconds(status.now.saturating_sub(status.began).as_secs_f64());
    let tasks = if *n_tasks == 1 { "task" } else { "tasks" };
    format!("loop {number} of {program}: {n_tasks} {tasks}, {n_events} events in {lasts}; {does}")
        .into()
}

/// A time in words: three digits that matter.
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        _ if seconds < 0.000_001 => format!("{:.0} ns", seconds * 1e9),
        _ if seconds < 0.001 => format!("{:.1} µs", seconds * 1e6),
        _ if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.1} s"),
    }
}

impl Looked {
    /// The loops that are looked at.
    fn numbers(&self) -> Vec<u32> {
        if self.is_all { self.all.clone() } else { vec![self.number] }
    }
}

/// Prints the tasks, and what each awaits.
pub(crate) fn tree(looked_at: &Looked) -> Result<(), LookError> {
    let trees: Result<Vec<_>, _> =
        looked_at.numbers().into_iter().map(|it| tree_of(&looked_at.program, it)).collect();
    Ok(write::stdout(&Printable::lines(trees?.join("\n")))?)
}

/// The tasks of one loop.
fn tree_of(program: &Program, number: u32) -> Result<String, AttachError> {
    let told = program.tree(number)?;
    let head = stands(&told.status);
    Ok(match told.tree {
        Some(tree) => format!("{head}\n{tree}"),
        None => format!("{head}\n{}", tree::of(&program.trace(number)?)),
    })
}

/// Writes the last events to a file.
pub(crate) fn dump(looked_at: &Looked, path: &Path, replace: bool) -> Result<(), LookError> {
    Ok(looked_at.program.trace(looked_at.number)?.save(path, replace)?)
}

/// Prints what happens, a line an event, until the run is over or nobody reads.
pub(crate) fn follow(looked_at: &Looked) -> Result<(), LookError> {
    let mut following = looked_at.program.follow(looked_at.number)?;
    let mut trace: Option<Trace> = None;
    loop {
        let trace = match following.wait()? {
            Update::Anew(anew) => {
                if trace.is_some() {
                    say("too much has happened at once: some events are missing here");
                }
                trace.insert(anew)
            }
            Update::Events(more) => {
                let Some(trace) = &mut trace else { continue };
                trace.append(&more);
                trace
            }
            Update::Status(_) => continue,
            _ => return Ok(()),
        };
        match write::stdout_or_end(&Printable::lines(trace.lines())) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            result => result?,
        }
        trace.keep_last(0);
    }
}

/// Opens the player on the last events, and goes on with the program.
pub(crate) fn play(looked_at: &Looked) -> Result<(), LookError> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        for number in looked_at.numbers() {
            let trace = looked_at.program.trace(number)?;
            if looked_at.all.len() > 1 {
                write::stdout(&Printable::lines(format!("loop {number}:\n")))?;
            }
            write::stdout(&Printable::lines(trace.lanes()))?;
        }
        return Ok(());
    }
    live::play(looked_at)
}

/// A run that is not over.
fn run_of(looked_at: &Looked, number: u32, trace: Trace) -> Run {
    let process = looked_at.program.process();
    let name = match looked_at.all.len() {
        1 if number == looked_at.number => format!("process {process}"),
        _ => format!("process {process}, loop {number}"),
    };
    Run::live(&name, trace)
}

/// Says something beside what is shown.
pub(crate) fn say(words: &str) {
    write::stderr(&Printable::lines(format!("film: {words}\n")));
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_time_has_the_unit_that_suits_it() {
        let said = [0.0, 2.5e-8, 1.25e-5, 0.5, 12.34].map(seconds);
        assert_eq!(said, ["0 ns", "25 ns", "12.5 µs", "500.0 ms", "12.3 s"]);
    }
}
