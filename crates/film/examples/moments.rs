//! What the player of this crate shows at every moment of a run, a line of JSON each: the page must show
//! the same, and `check/page.py` compares the two.
//!
//! `cargo run -p film --example moments NAME` for a program or a recording; without NAME, the names. With
//! `whole` after NAME, what it says of the run as a whole: sums, findings, where the changes are.

use std::io;
use std::io::Write;

use boucle_trace::overview::Stretch;
use boucle_trace::{Ended, Finding, Life, Player, Printable, TaskNo};
use film::{PROGRAMS, Run, Scene};
use serde_json::{Value, json};

/// What is compared.
fn moment(run: &Run, player: &Player) -> Value {
    let state = player.state();
    let number = |it: &TaskNo| it.get();
    let tasks: Vec<_> = state
        .tasks
        .iter()
        .map(|(task, it)| {
            let life = match state.life(*task) {
                Life::Running => "running",
                Life::Ready => "ready",
                Life::Waiting => "waiting",
                Life::Done(Ended::Value) => "done",
                Life::Done(Ended::Panicked) => "panicked",
                Life::Done(Ended::Cancelled) => "cancelled",
                Life::Done(Ended::Dropped) => "dropped",
            };
            let waits: Vec<_> = player.waits(*task).collect();
            let calls: Vec<_> = it.awaits.iter().map(|it| (it.level, it.to_string())).collect();
            json!([task.get(), state.name(*task), life, it.is_ready, it.n_polls, waits, calls])
        })
        .collect();
    let timers: Vec<_> =
        state.timers.iter().map(|it| json!([it.at, it.by.as_ref().map_or(0, number)])).collect();
    let objects = state.objects.iter().map(|(object, it)| {
        let holders: Vec<_> = it.holders.iter().map(|(task, n)| (task.get(), n)).collect();
        json!([object.get(), state.object(*object), holders])
    });
    let scene = Scene::new(run, player, &[]);
    json!({
        "running": state.running.iter().map(number).collect::<Vec<_>>(),
        "ready": state.ready.iter().map(number).collect::<Vec<_>>(),
        "tasks": tasks,
        "timers": timers,
        "objects": objects.collect::<Vec<_>>(),
        "asleep": state.asleep.map(|it| it.until),
        "lines": state.output.len(),
        "last": state.output.last().map(|it| it.text.as_ref()),
        "phase": scene.phase,
        "told": scene.told,
        "why": scene.why,
        "mark": scene.mark,
        "mark_says": scene.mark_says,
        "now": scene.now,
    })
}

/// What is said of the run as a whole, and of parts of it.
fn whole(run: &Run) -> Value {
    let (overview, n) = (run.trace.overview(), run.trace.len());
    let place = |it: &Option<Stretch>| it.map(|it| (it.position, it.length));
    let sum = |positions: &(usize, usize)| {
        let sum = overview.sum(positions.0..positions.1);
        let tasks = sum.tasks.iter().map(|it| {
            let longest = [it.longest_poll, it.longest_ready, it.longest_wait];
            let longest = longest.each_ref().map(place);
            json!([it.task.get(), it.n_polls, it.ran, it.ready, it.waited, longest])
        });
        let tasks: Vec<_> = tasks.collect();
        json!([positions, sum.times, sum.n_events, sum.n_polls, sum.n_lines, sum.busy, tasks])
    };
    // All of it, parts from the beginning, to the end and between, one event, none.
    let middle = n / 2;
    let parts = [(0, n), (0, n / 3), (n / 4, middle), (n / 3, n), (middle, n.min(middle + 1))];
    let parts = parts.into_iter().chain([(middle, middle)]);
    let finding = |it: Finding| (it.event, it.task, Printable::line(it.message));
    let findings = run.trace.lint().into_iter().map(finding);
    json!({
        "sums": parts.map(|it| sum(&it)).collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
        "next": (0..=n).map(|it| overview.next_change(it)).collect::<Vec<_>>(),
        "previous": (0..=n).map(|it| overview.previous_change(it)).collect::<Vec<_>>(),
    })
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let Some(name) = std::env::args().nth(1) else {
        for program in PROGRAMS {
            writeln!(out, "{}", program.name)?;
        }
        return out.flush();
    };
    let run = match Run::open(&name, true) {
        Ok(run) => run,
        Err(error) => return Err(io::Error::other(error.to_string())),
    };
    if std::env::args().nth(2).is_some_and(|it| it == "whole") {
        writeln!(out, "{}", whole(&run))?;
        return out.flush();
    }
    let mut player = Player::new(run.trace.clone());
    loop {
        writeln!(out, "{}", moment(&run, &player))?;
        if !player.step() {
            return out.flush();
        }
    }
}
